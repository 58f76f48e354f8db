"""What an answer claims is looked up in its request: labelled fabrications, then each rule by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from langchain_careerv2.domains import DOMAINS, Answer, Domain
from langchain_careerv2.domains._atoms import atoms
from langchain_careerv2.domains._grounding import has_facts, ungrounded
from langchain_careerv2.domains._skills import GENERIC, TERMS
from langchain_careerv2.domains._voice import Style
from langchain_careerv2.evals.cases import PROMPTS
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.serving import OfflineEngine
from tests.answers import GOOD

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("grounding.jsonl").read_text("utf-8").splitlines()
]
CLAIMING = {name: domain for name, domain in DOMAINS.items() if domain.claims}
EACH = pytest.mark.parametrize("domain", CLAIMING.values(), ids=CLAIMING)


def found(row: dict[str, Any]) -> tuple[str, ...]:
    return DOMAINS[row["domain"]].read(row["answer"], request=row["request"]).ungrounded


def same(one: str, other: str) -> bool:
    """Whether one of the two has the other in it, on word bounds."""
    one, other = (" ".join(["", *re.findall(r"[\w+#]+", text.casefold()), ""]) for text in (one, other))
    return one in other or other in one


@pytest.mark.parametrize("seen", [True, False])
def test_planted_fabrications_are_found_and_little_else(seen: bool) -> None:
    rows = [row for row in ROWS if row["seen"] is seen]
    pairs = [(row["ungrounded"], found(row)) for row in rows]
    missed = [label for labels, pieces in pairs for label in labels if not any(same(label, piece) for piece in pieces)]
    wrong = [piece for labels, pieces in pairs for piece in pieces if not any(same(label, piece) for label in labels)]
    recall = 1 - len(missed) / sum(len(labels) for labels, _ in pairs)
    precision = 1 - len(wrong) / sum(len(pieces) for _, pieces in pairs)
    said = f"recall {recall:.3f}, missed {missed}; precision {precision:.3f}, wrong {wrong}"
    assert len(rows) >= 40
    assert recall >= 0.9, said
    assert precision >= 0.9, said


@pytest.mark.parametrize("row", [row for row in ROWS if row["seen"] and row["ungrounded"]])
def test_the_issue_says_how_many_and_never_what(row: dict[str, Any]) -> None:
    domain = DOMAINS[row["domain"]]
    for lens, severity in (("default", "contract"), ("strict", "gate")):
        reading = domain.read(row["answer"], request=row["request"], lens=lens)  # type: ignore[arg-type]  # two of three
        (issue,) = [issue for issue in reading.issues if issue.code == "ungrounded"]
        assert (issue.severity, issue.observed) == (severity, str(len(reading.ungrounded)))
        assert not any(piece in issue.message for piece in reading.ungrounded if len(piece) > 2)
    assert domain.read(row["answer"], request=row["request"], lens="reference").ungrounded == ()
    assert domain.read(row["answer"]).ungrounded == ()


@pytest.mark.parametrize("row", [row for row in ROWS if row["seen"]])
def test_a_form_is_grounded_as_its_text_is(row: dict[str, Any]) -> None:
    domain = DOMAINS[row["domain"]]
    answer = domain.read(row["answer"]).answer
    assert answer is not None
    reading = domain.read(json.dumps(answer.form(), ensure_ascii=False), request=row["request"])
    assert reading.problem == ""
    assert reading.ungrounded == found(row)
    assert reading.answer is not None
    assert reading.answer.ungrounded == reading.ungrounded


def of(text: str, request: str, style: Style = "lines") -> list[str]:
    return list(ungrounded([(style, [text])], request))


@pytest.mark.parametrize(
    ("text", "request_", "expected"),
    [
        ("Knows Java", "JavaScript, HTML", ["Java"]),
        ("Knows JavaScript", "Java", ["JavaScript"]),
        ("Codes in C", "C++, C#, Objective-C", ["C"]),
        ("Codes in C++", "C, C#", ["C++"]),
        ("Codes in C#", "C++ and C", ["C#"]),
        ("Uses React", "React Native", ["React"]),
        ("Uses React Native", "React", ["React Native"]),
        ("Codes in Go", "works at Google, ready to go", ["Go"]),
        ("Codes in Go", "python, go, sql", []),
        ("Codes in R", "R&D and PR work", ["R"]),
        ("Codes in R", "Python and R.", []),
        ("Uses SQL", "NoSQL stores", ["SQL"]),
        ("Uses Excel", "excellent care; he excels at sales", ["Excel"]),
        ("Uses Excel", "I know excel and word", []),
        ("Writes Scala", "scalable services", ["Scala"]),
        ("Uses Git", "GitHub", ["Git"]),
        ("Uses Amazon Web Services and k8s", "AWS, Kubernetes", []),
        ("Runs machine learning and PostgreSQL", "ML on Postgres", []),
        ("Runs deep learning", "machine learning", ["deep learning"]),
        ("CI CD pipelines, Node.js, PowerBI", "CI/CD, NodeJS, Power BI", []),
        ("Certified in RN, VFDs and e-discovery", "registered nurse, VFD, eDiscovery", []),
        ("Drafted non-disclosure agreements", "NDAs", []),
        ("Reports ROAS", "return on ad spend", []),
        ("Worked at Zapier daily", "x", ["Zapier"]),
        ("Holds the Green Anchor", "Paints green fields and the anchor", ["Green Anchor"]),
        ("Trained staff in ServiceNow", "x", ["ServiceNow"]),
        ("Audited ISO 9001", "ISO 14001", ["9001"]),
        ("Runs S/4HANA", "SAP ECC", ["S/4HANA"]),
        ("Speaks French and Polish", "English; polish the floor", ["French"]),
        ("polish the result in a swift, lean way", "x", []),
        ("Go-to-market plans and R&D", "x", []),
        ("Improved teamwork, reports and delivery", "x", []),
        ('Called "a great leader"', "was a great leader of people", []),
        ('Called "a great leader"', "a leader", ['"a great leader"']),
        ("Genannt „der beste Koch“", "Koch", ["„der beste Koch“"]),
        ("Cité « la meilleure équipe »", "équipe", ["« la meilleure équipe »"]),
        ('Called "reliable"', "x", []),
    ],
)
def test_a_name_is_had_on_word_bounds_and_under_its_other_names(text: str, request_: str, expected: list[str]) -> None:
    assert of(text, request_) == expected


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("five years", "5+ yrs"),
        ("5 years", "five yrs"),
        ("35 % less", "35% less"),
        ("10k users", "10,000 users"),
        ("10,000 users", "10.000 Nutzer"),
        ("10 000 users", "10k"),
        ("1.5M users", "1,500,000 users"),
        ("€3 million", "3M€"),
        ("1,8 Millionen", "1,8 Mio."),
        ("25 staff", "twenty-five staff"),
        ("sieben Jahre mit der Firma und den Kunden", "7 Jahre"),
        ("huit ans avec une équipe et les clients", "8 ans"),
        ("diez años con el equipo y los clientes", "10 años"),
        ("dix-sept ans avec les clients et une équipe", "17 ans"),
        ("two calls", "twice"),
        ("480V lines", "480 V"),
        ("10-15 calls from 2019", "10 to 15, 2019-2023"),
        ("one team", "x"),
    ],
)
def test_a_number_is_had_in_any_form_of_the_same_value(text: str, request_: str) -> None:
    assert of(text, request_) == []


@pytest.mark.parametrize(
    ("text", "request_", "expected"),
    [
        ("Cut 5", "50 and 15", "5"),
        ("Had 50 staff", "5 staff", "50"),
        ("Python 3.11", "Python", "3.11"),
        ("Saved $2.4M", "2.4", "$2.4M"),
        ("Grew 35 %", "3.5", "35 %"),
        ("twenty-six staff", "20 and 6", "twenty-six"),
        ("9" * 50, "9" * 49, "9" * 50),
        ("version 1.2.3", "1.2", "1.2.3"),
    ],
)
def test_another_number_is_not(text: str, request_: str, expected: str) -> None:
    assert of(text, request_) == [expected]


def test_the_verb_of_a_bullet_is_no_name_and_in_german_a_capital_makes_none() -> None:
    assert of("Excel in patient care", "x", "bullets") == []
    assert of("Excel with pivot tables", "x", "lines") == ["Excel", "pivot tables"]
    assert of("Steigerte den Umsatz mit der Kampagne bei Kunden", "Hilfe für die Bewerbung") == []
    assert of("Steigerte den Umsatz mit HubSpot und SAP", "Hilfe für die Bewerbung") == ["HubSpot", "SAP"]


@pytest.mark.parametrize(
    ("keyword", "strange"),
    [
        ("python", True),
        ("snow chains", True),
        ("Orton-Gillingham", True),
        ("communication", False),
        ("nursing", False),
        ("care planning", False),
        ("Wound Care", True),
    ],
)
def test_a_whole_keyword_is_a_claim_unless_it_is_generic_or_has_a_word_of_the_request(
    keyword: str, strange: bool
) -> None:
    assert of(keyword, "ATS terms for a nurse", "terms") == [keyword] * strange


@pytest.mark.parametrize(
    ("request_", "facts"),
    [
        ("ATS terms for a nurse", False),
        ("Keywords for a nurse: triage", False),
        ("Resume: triage", True),
        ("My CV:\ntriage", True),
        ("Lebenslauf\nAnna Meier", True),
        ("Help. JD: triage", True),
        ("word " * 40, True),
    ],
)
def test_keywords_for_a_bare_role_are_suggestions(request_: str, facts: bool) -> None:
    assert has_facts(request_) is facts
    reading = DOMAINS["ats_keywords"].read(GOOD["ats_keywords"], request=request_)
    assert "Kubernetes" in reading.ungrounded
    assert [issue.code for issue in reading.issues] == ["ungrounded"] * facts


@EACH
def test_a_copy_of_an_example_is_rejected(domain: Domain[Answer]) -> None:
    for exemplar in filter(None, (*domain.exemplars, domain.guide_exemplar)):
        reading = domain.read(exemplar, request="Help")
        (issue,) = [issue for issue in reading.issues if issue.code == "exemplar"]
        assert issue.severity == "gate"
        assert int(issue.observed) >= 10
        assert domain.clarify([issue]) == domain.clarifiers["exemplar"]
        asked_for = domain.read(exemplar, request=f"Improve this: {exemplar}")
        assert {issue.code for issue in asked_for.issues} <= {"bullets", "ungrounded"}
        assert domain.read(exemplar, request="Help", lens="reference").ok
        answer = domain.read(exemplar).answer
        assert answer is not None
        assert not domain.read(json.dumps(answer.form()), request="Help").ok


@pytest.mark.parametrize(
    ("item", "copies"),
    [
        ("Mentored 3 Junior Engineers in code-reviews & design", 1),
        ("Mentored 3 junior engineers in code reviews", 1),
        ("Mentored 3 junior engineers in Java", 0),
    ],
)
def test_six_words_in_a_row_are_a_copy(item: str, copies: int) -> None:
    text = GOOD["resume_guidance"].replace("Trained four nurses in telemetry and safe use of pumps", item)
    issues = DOMAINS["resume_guidance"].read(text, request="Help").issues
    assert [issue.observed for issue in issues if issue.code == "exemplar"] == ["1"] * copies


def test_eight_keywords_in_a_row_are_a_copy() -> None:
    domain = DOMAINS["ats_keywords"]
    shown, own = (text.split(", ") for text in (domain.exemplars[0], GOOD["ats_keywords"]))
    for taken, copies in ((7, []), (8, ["8"]), (11, ["11"])):
        issues = domain.read(", ".join([*own[:15], *shown[3 : 3 + taken]]), request="Help").issues
        assert [issue.observed for issue in issues if issue.code == "exemplar"] == copies


@EACH
def test_what_the_offline_engine_writes_is_no_copy(domain: Domain[Answer]) -> None:
    for seed in range(5):
        for request in PROMPTS[domain.name]:
            written = OfflineEngine(seed).complete(domain_prompt(domain).format(request=request), domain.max_tokens)
            reading = domain.read(written.text, request=request)
            assert "exemplar" not in {issue.code for issue in reading.issues}


MEGABYTE = 2**20
HOSTILE = [
    "a", "A1", "Ab ", "9", "1,", "1 111", "1'", '"', '"a b" ', "\u201ca ", "\n", " ", "-", "cv ", "+", "a+", "C# ",
    "\ufdfa", "e\u0301", "twenty-five ", "react native ", "Python, ", "Resume: ", "IDs ", "1.2.3 ", "\U0001f600",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_a_megabyte_of_anything_is_looked_up(unit: str) -> None:
    text = (unit * (MEGABYTE // len(unit) + 1))[:MEGABYTE]
    for domain in CLAIMING.values():
        for answer, request in ((text, text[::-1]), (domain.exemplars[0], text)):
            reading = domain.read(answer, request=request)
            assert domain.read(answer).answer == reading.answer


def test_the_table_is_well_made() -> None:
    names = [name.lstrip("~!") for term in TERMS for name in term]
    assert 300 <= len(TERMS) <= 450
    assert all(name == name.strip() and atoms(name) for name in names)
    assert len({name.casefold() for name in names}) == len(names)
    assert all(word == word.casefold() for word in GENERIC)


def test_two_letters_of_the_request_hide_no_known_name() -> None:
    assert of("Led migration using Istio Terraform", "Resume: IT support") == ["Istio", "Terraform"]
    assert of("Built pipelines with Kafka Spark", "Resume: KS cluster") == ["Kafka", "Spark"]
    assert of("continuous integration", "JD: Jenkins CI", "terms") == []
