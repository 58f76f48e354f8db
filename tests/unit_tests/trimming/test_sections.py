"""Sections as a reader sees them, and cuts that leave the rest as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_careerv2.trimming.headings import HEAD, PRIORITIES, TOP, canonical, guessed
from langchain_careerv2.trimming.sections import HEAD_CHARS, Cut, sections, trimmed

LABELLED = [json.loads(line) for line in Path(__file__).with_name("sections.jsonl").read_text("utf-8").splitlines()]
KINDS = st.sampled_from(["resume", "job_description", "document"])
LINES = st.one_of(
    st.sampled_from(
        ["Skills", "## Experience", "**Education**", "REFERENCES", "Hobbies:", "Languages: English", "", "", "- SQL"]
    ),
    st.text("aZé9 \t:*#-.\u00a0\u2028", max_size=90),
)
TEXTS = st.lists(LINES, max_size=30).flatmap(
    lambda lines: st.sampled_from(["\n", "\n\n", "\r\n", "\r"]).map(lambda end: end.join(lines))
)
DOCUMENTS = st.dictionaries(KINDS, TEXTS, max_size=3)

RESUME = """Jo Example
jo@example.com

Summary
Analyst who likes clean data.

Experience
Analyst, Harbour Ltd, 2019-2025

Clerk, Mill & Sons, 2015-2019

Trainee, Old Bank, 2012-2015

Education
BA Economics

Skills
SQL, Excel

References
On request
"""
JOB = """Data analyst, Ghent

About us
We count ships.

Requirements
SQL and dbt

Benefits
A bicycle

Equal opportunity
Everybody is welcome.
"""


def size(texts: Mapping[str, str]) -> int:
    return sum(map(len, texts.values()))


@pytest.mark.parametrize("document", LABELLED, ids=lambda document: str(document["id"]))
def test_sections_are_those_that_a_reader_sees(document: dict[str, Any]) -> None:
    found = [[section.title, section.priority] for section in sections(document["text"], document["kind"])]
    assert found == [[title, PRIORITIES[name]] for title, name in document["sections"]]


@pytest.mark.parametrize(
    ("heading", "kind", "name"),
    [
        ("MY PROFESSIONAL EXPERIENCE", "resume", "experience"),
        ("Expérience professionnelle", "resume", "experience"),
        ("EXPERIENCE PROFESSIONNELLE", "resume", "experience"),
        ("Hobbies & Interests", "resume", "interests"),
        ("Education and skills", "resume", "skills"),
        ("Our mission", "job_description", "about"),
        ("Deine Mission", "job_description", "responsibilities"),
        ("Profil", "resume", "summary"),
        ("Profil", "job_description", "requirements"),
        ("Profil", "document", "requirements"),
        ("What you\u2019ll do", "job_description", "responsibilities"),
        ("Skills of a good cook", "resume", None),
        ("", "resume", None),
    ],
)
def test_a_heading_goes_by_its_name_in_its_kind_of_document(heading: str, kind: str, name: str | None) -> None:
    assert canonical(heading, kind, sure=False) == name


@pytest.mark.parametrize(
    ("heading", "kind", "name"),
    [
        ("Das solltest du mitbringen", "job_description", "requirements"),
        ("\u00bfQu\u00e9 te ofrecemos?", "job_description", "benefits"),
        ("Comp\u00e9tences cl\u00e9s", "resume", "skills"),
        ("Courses so far and my career", "resume", "experience"),  # of two, what is cut last
        ("Who we are, in short", "document", "about"),
        ("Outside work", "resume", None),
    ],
)
def test_a_heading_that_is_no_known_name_is_guessed_by_its_words(heading: str, kind: str, name: str | None) -> None:
    assert canonical(heading, kind, sure=False) is None
    assert guessed(heading, kind) == name


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Jo\n\n# Skills\nSQL\n### Experience\n2 years", ["", "Skills"]),  # deeper: within the section
        ("Jo\n\n**Skills**\nSQL\n\n**Night shifts**\nyes", ["", "Skills", "Night shifts"]),
        ("Jo\n\n**Experience**\n\n**Night nurse**\nward 4", ["", "Experience"]),  # the title of a job
        ("Jo\n\nSkills\nSQL\n\nNIGHT SHIFTS\nyes", ["", "Skills"]),  # marked unlike the known ones
        (
            "Jo\n\n## Awards\nOne\n## Years at sea and other experience\nTen",
            ["", "Awards", "Years at sea and other experience"],
        ),
        ("# Experience designer\n\n## Skills\nSQL", ["", "Skills"]),  # who it is about
        ("Jo\n\n**Experience**\n\n**Training lead**\nward 4", ["", "Experience"]),
        ("Jo\n\nAwards\nOne\n\nCareer so far\nNurse", ["", "Awards", "Career so far"]),  # else cut with the awards
        ("Jo\n\nAwards\nOne\n\nCourses so far\nTwo", ["", "Awards"]),
        ("Jo\n\nAwards\nFor a career of ten years.", ["", "Awards"]),
        ("Jo\n\nSkills\n- Languages\n- Training", ["", "Skills"]),  # items of a list
        ("Jo\n\n1. Skills\nSQL\n2. Education\nBA", ["", "1. Skills", "2. Education"]),
        ("Jo\nHobbies: walks\nNurse for ten years\nSkills: SQL", ["", "Hobbies", "", "Skills"]),
        ("Jo\n\nSkills\nSQL\nLanguages: English", ["", "Skills"]),  # cut later with its section than alone
        ("Jo\n\nHobbies\nwalks\nSkills: SQL", ["", "Hobbies", "Skills"]),  # else cut with the hobbies
        ("Skills: ordered, in good prose it may be so that nobody minds a line that is long.", ["Skills"]),
        ("Jo\r\n\r\nSkills\r\nSQL", ["", "Skills"]),
        ("\n\nSkills\nSQL", ["Skills"]),
        ("A nurse.\n\nTen years.", [""]),
        ("", []),
    ],
)
def test_what_opens_a_section(text: str, titles: list[str]) -> None:
    assert [section.title for section in sections(text, "resume")] == titles


def test_a_long_head_is_a_head_up_to_the_end_of_a_paragraph() -> None:
    head = "x" * HEAD_CHARS + "\n\n"
    found = sections(f"{head}more\n\nSkills\nSQL", "resume")
    assert [(each.start, each.priority) for each in found[:2]] == [(0, HEAD), (len(head), TOP)]


def test_whole_sections_are_cut_in_the_stated_order_over_both_documents() -> None:
    texts = {"resume": RESUME, "job_description": JOB}
    total, order = size(texts), ["Equal opportunity", "References", "Benefits", "About us", "Education", "Summary"]
    for count in range(1, len(order) + 1):
        wanted: list[int] = []
        for limit in range(total, 0, -1):
            result = trimmed(texts, lambda kept, limit=limit: size(kept) <= limit)  # type: ignore[misc]  # bound default
            assert result is not None
            if len(result[1]) == count:
                wanted = [size(result[0])]
                assert [cut.section for cut in result[1]] == order[:count]
                break
        assert wanted, order[count - 1]


def test_the_oldest_jobs_go_last_of_all_and_one_paragraph_stays() -> None:
    least = trimmed({"resume": RESUME}, lambda kept: "Clerk" not in kept["resume"])
    assert least is not None
    kept, cuts = least
    assert [cut.section for cut in cuts] == ["References", "Education", "Summary", "Experience"]
    assert kept["resume"] == (
        "Jo Example\njo@example.com\n\nExperience\nAnalyst, Harbour Ltd, 2019-2025\n\nSkills\nSQL, Excel\n\n"
    )
    assert trimmed({"resume": RESUME}, lambda kept: "Analyst, Harbour" not in kept["resume"]) is None


def test_a_section_without_paragraphs_is_cut_by_its_lines() -> None:
    text = "Jo\nExperience\nNurse, 2020\nPorter, 2015\nCook, 2010\nSkills\nTriage"
    result = trimmed({"resume": text}, lambda kept: "Porter" not in kept["resume"])
    assert result == (
        {"resume": "Jo\nExperience\nNurse, 2020\nSkills\nTriage"},
        (Cut("resume", "Experience", len("Porter, 2015\nCook, 2010\n")),),
    )


def test_a_text_without_headings_is_cut_from_its_end() -> None:
    result = trimmed({"document": "One.\n\nTwo.\n\nThree."}, lambda kept: "Two" not in kept["document"])
    assert result == ({"document": "One.\n\n"}, (Cut("document", "", len("Two.\n\nThree.")),))


def test_of_equal_sections_the_last_one_goes_first() -> None:
    text = "Jo\n\nProjects\nBridge\n\nSkills\nSQL\n\nProjects\nTower"
    result = trimmed({"resume": text}, lambda kept: len(kept["resume"]) < len(text))
    assert result == ({"resume": text.removesuffix("Projects\nTower")}, (Cut("resume", "Projects", 14),))


def test_something_of_each_document_stays() -> None:
    result = trimmed(
        {"resume": RESUME, "document": "References\nOne\n\nTwo"}, lambda kept: "Two" not in kept["document"]
    )
    assert result is not None
    assert result[0]["document"] == "References\nOne\n\n"


@given(TEXTS, KINDS)
def test_sections_are_all_of_the_text_in_order(text: str, kind: str) -> None:
    found = sections(text, kind)
    assert "".join(text[each.start : each.end] for each in found) == text
    assert all(each.start < each.end and each.title in text[each.start : each.end] for each in found)


@given(DOCUMENTS)
def test_what_fits_is_returned_as_it_is(texts: dict[str, str]) -> None:
    assert trimmed(texts, lambda kept: size(kept) >= 0) == (texts, ())


@given(DOCUMENTS, st.floats(0, 1))
def test_what_is_kept_and_what_is_cut_are_the_whole(texts: dict[str, str], share: float) -> None:
    limit, asked = int(size(texts) * share), []

    def fits(kept: Mapping[str, str]) -> bool:
        asked.append(size(kept))
        return size(kept) <= limit

    result = trimmed(texts, fits)
    assert len(asked) <= 2 * max(sum(map(len, map(str.splitlines, texts.values()))), 1).bit_length() + 4
    if result is None:
        assert min(asked) > limit
        return
    kept, cuts = result
    assert list(kept) == list(texts)
    assert size(kept) <= limit
    for name, text in texts.items():
        gone = sum(cut.characters for cut in cuts if cut.document == name)
        assert len(kept[name]) + gone == len(text)
        lines = iter(text.splitlines(keepends=True))
        assert all(line in lines for line in kept[name].splitlines(keepends=True))  # each after the one before
        assert bool(kept[name]) == bool(text)


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, "x" * 200_000, "Skills\nx\n" * 20_000, "a:\n" * 60_000, " \n" * 90_000, "x\n\n" * 60_000]
)
def test_hostile_text_asks_a_few_times_only(text: str) -> None:
    asked = []

    def fits(kept: Mapping[str, str]) -> bool:
        asked.append(size(kept))
        return size(kept) <= len(text) // 3

    trimmed({"resume": text}, fits)
    assert len(asked) < 40
