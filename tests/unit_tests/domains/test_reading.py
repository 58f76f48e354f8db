from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_careerv2.domains import (
    DOMAINS,
    Answer,
    AtsKeywords,
    Domain,
    JobDescription,
    RecruitingStrategy,
    ResumeGuidance,
)
from langchain_careerv2.domains._reading import (
    READ_CHARS,
    Headings,
    cleaned,
    distinct,
    items,
    join_seed,
    key,
    keywords,
    lines,
)

EACH = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. Post weekly\n2. Ask around", ["Post weekly", "Ask around"]),
        ("1. 1. Post weekly", ["Post weekly"]),
        ("1.1. Post 2.1) no", ["Post 2.1) no"]),
        ("\u2022 a \u2022 b \u2022 c", ["a", "b", "c"]),
        ("1. a 2. b 3. c", ["a", "b", "c"]),
        ("1. hire 3. and 5. no run", ["hire 3. and 5. no run"]),
        ("- Design - build - ship", ["Design - build - ship"]),
        ("- 5+ years of Python\n- 100% remote\n- Java 3.5", ["5+ years of Python", "100% remote", "Java 3.5"]),
        ("* **Led** a team", ["Led** a team".replace("**", "")]),
        ("- Led a team of\n  twelve people", ["Led a team of twelve people"]),
        ("Step 1: Post weekly\n**Step 2: Ask**\n**Step 3:** Go", ["Post weekly", "Ask", "Go"]),
        ("1. **Teacher, 2018-2023**\n- Taught maths\n- Ran a club", ["Taught maths", "Ran a club"]),
        ("1. **Led a team**\n2. **Built a ward**", ["Led a team", "Built a ward"]),
        ("- same\n- Same!\n- other", ["same", "other"]),
        ("1. *Led* a team of _two_\n2. Rated 5* by guests", ["Led a team of two", "Rated 5* by guests"]),
        ("- Plan lessons\n---\n- Teach", ["Plan lessons", "Teach"]),
        (
            "- [Match 1]\n- Match 2: ...\n- 85%\n- 6 out of 10\n- 7 matches found\n- [Insert duty]\n- TBA\n- real",
            ["real"],
        ),
        ("**1. Led a team**\n**2.** Built a ward", ["Led a team", "Built a ward"]),
        ("- Led a team\n\nLet me know\nif you need more!\n- Built it", ["Led a team", "Built it"]),
        ("-\n- ...\n- N/A\n- Match 1\n- 6/10\n- 5+ core competencies\n- Python:\n- real", ["real"]),
    ],
)
def test_items(text: str, expected: list[str]) -> None:
    assert items(lines(text)) == expected


@pytest.mark.parametrize("text", ["5+ years", "100%", "3.5", "2024 rewrite"])
def test_a_number_is_no_marker(text: str) -> None:
    assert [(line.text, line.marked) for line in lines(text)] == [(text, False)]


@pytest.mark.parametrize("title", ["1. Sourcing Strategy", "1. Here is the plan:"])
def test_a_title_that_only_the_seed_made_an_item_is_none(title: str) -> None:
    found = lines(f"{title}\n1. Post weekly\n2. Ask around")
    assert items(found) == ["Post weekly", "Ask around"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a<|im_end|>b", "a"),
        ("a\u200bb\ufe0fc\u00a0d", "abc d"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("a \t b\r\nc \n\n\n d ", "a b\nc\n\nd"),
        ("Assistant: a", "a"),
    ],
)
def test_cleaning_drops_what_carries_no_meaning(text: str, expected: str) -> None:
    clean, places = cleaned(text)
    assert clean == expected
    assert [text[place] for place, char in zip(places, clean, strict=True) if not char.isspace()] == [
        char for char in clean if not char.isspace()
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Led a team\n- Mentored four\n  junior nur", ["Led a team"]),
        ("- Led a team\n- Mentored four\n  junior nurses, and tr", ["Led a team"]),
        ("- Led a team\n- Mentored four\nATS Key", ["Led a team", "Mentored four"]),
        ("Python, SQL, Kube", ["Python, SQL"]),
    ],
)
def test_the_cut_end_of_a_text_is_no_item(text: str, expected: list[str]) -> None:
    assert items(lines(text, truncated=True)) == expected


def test_code_fences_are_no_lines() -> None:
    assert items(lines("```markdown\n- a\n```\n- b")) == ["a", "b"]


def test_no_more_is_read_than_any_answer_has() -> None:
    assert len(cleaned("x" * 10**6)[0]) == READ_CHARS


def test_the_seed() -> None:
    assert join_seed("1. ", "Led") == join_seed("1. ", "1. Led") == join_seed("1. ", " Led") == "1. Led"
    assert join_seed("1. ", "100% coverage") == "1. 100% coverage"
    assert join_seed("1. ", " ") == ""
    assert join_seed("", "x") == "x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b; c | d\ne", ["a", "b", "c", "d", "e"]),
        ("Cloud (AWS, GCP), SQL", ["Cloud (AWS, GCP)", "SQL"]),
        ("Languages: Python, Go", ["Python", "Go"]),
        ("**Technical:** Python, SQL\n- **Tools:** Jira, dbt", ["Python", "SQL", "Jira", "dbt"]),
        ("Python, more than five words in one keyword, Go.", ["Python", "Go"]),
        ("20 keywords, Python, 120 characters total", ["Python"]),
        ("C, C++, C#, .NET and Keyword research", ["C", "C++", "C#", ".NET and Keyword research"]),
        ("Python, and Go", ["Python", "Go"]),
        ("a) Python, b) SQL", ["a) Python", "b) SQL"]),
    ],
)
def test_keywords(text: str, expected: list[str]) -> None:
    assert keywords(lines(text)) == expected


def test_distinct_keeps_the_first_and_the_order() -> None:
    assert distinct(["b", "A", "B!", "a", "c", "...", "C++", "C#"]) == ["b", "A", "c", "C++", "C#"]


@pytest.mark.parametrize(
    "text",
    [
        "**Matches:** x",
        "### Matches\nx",
        "Matches: x",
        "1. **Matches (5+):** x",
        "__Matches__\nx",
        "### 2. Matches\nx",
        "2. **Matches**\nx",
        "**Matches** (5+)\nx",
        "Matches(5+): x",
    ],
)
def test_headings_by_exact_alias(text: str) -> None:
    sections = Headings({"m": ["matches"]}).sections(text)
    assert [(section.key, [line.text for line in section.lines]) for section in sections[1:]] == [("m", ["x"])]


def test_headings_in_mid_line() -> None:
    sections = Headings({"s": ["score"], "m": ["matches"], "g": ["gaps"]}).sections(
        "Score: 80 Matches: a, b **Gaps (3+):** c"
    )
    assert [(section.key, section.lines[0].text) for section in sections[1:]] == [
        ("s", "80"),
        ("m", "a, b"),
        ("g", "c"),
    ]


@pytest.mark.parametrize("text", ["no matches here", "it matches: yes", "- Matches the profile", "My matchesx: 1"])
def test_what_only_contains_an_alias_is_no_heading(text: str) -> None:
    assert len(Headings({"m": ["matches"]}).sections(text)) == 1


def test_a_quote_sign_in_a_heading_may_be_curly() -> None:
    sections = Headings({"r": ["what you'll bring"]}).sections("What You\u2019ll Bring\nx")
    assert [section.key for section in sections] == [None, "r"]


def test_what_stands_below_a_dropped_heading_continues_no_item_above_it() -> None:
    bullets = DOMAINS["resume_guidance"].read("1. Led a team\n\n**Note:**\nTailor this to each job.").answer
    assert isinstance(bullets, ResumeGuidance)
    assert [bullet.text for bullet in bullets.bullets] == ["Led a team"]
    plan = DOMAINS["recruiting_strategy"].read("1. Post\n2. Ask\n3. Go\n**Timeline:**\nQ1 planning").answer
    assert isinstance(plan, RecruitingStrategy)
    assert plan.cadences == []


def test_a_first_step_whose_title_ends_with_a_colon_is_no_title_of_the_list() -> None:
    text = "**LinkedIn**:\n - Post weekly on LinkedIn\n2. **Referrals**:\n - Offer a bonus\n3. **Meetup**:\n - Speak"
    plan = DOMAINS["recruiting_strategy"].read(text).answer
    assert isinstance(plan, RecruitingStrategy)
    assert len(plan.steps) == 3
    assert plan.cadences == ["weekly"]


def test_a_labelled_item_closes_no_section() -> None:
    text = "**Requirements:**\n- Degree in law\n- Location: Berlin or remote\n- Two languages"
    answer = DOMAINS["job_description"].read(text).answer
    assert isinstance(answer, JobDescription)
    assert answer.requirements == ["Degree in law", "Location: Berlin or remote", "Two languages"]


def test_lists_that_are_not_there_are_not_rendered() -> None:
    domain = DOMAINS["job_description"]
    answer = domain.read("**Responsibilities:**\n- a\n\n**Training:**\n- c").answer
    assert domain.read(str(answer)).answer == answer


def test_a_heading_among_keywords_is_no_keyword() -> None:
    text = "### Technical Skills\nPython, SQL\n**Soft Skills**\nTeamwork, Planning"
    answer = DOMAINS["ats_keywords"].read(text).answer
    assert isinstance(answer, AtsKeywords)
    assert answer.keywords == ["Python", "SQL", "Teamwork", "Planning"]


@pytest.mark.parametrize(
    ("text", "cadences"),
    [
        ("Call every Monday and meet twice a month", ["every Monday", "twice a month"]),
        ("Two times a week, 3x/week, every 4 weeks", ["Two times a week", "3x/week", "every 4 weeks"]),
        ("Plan six months 10 hires at 60,000 per year", []),
        ("In week 1-2 and Q3 of each quarter", ["week 1-2", "Q3", "each quarter"]),
    ],
)
def test_cadences(text: str, cadences: list[str]) -> None:
    plan = DOMAINS["recruiting_strategy"].read(f"{text}\n2. b\n3. c").answer
    assert isinstance(plan, RecruitingStrategy)
    assert plan.cadences == cadences


SIGNS = [
    "1. ",
    "2. ",
    "- ",
    "\u2022",
    ": ",
    "**",
    "\n",
    ", ",
    "(",
    "Score: 8/10",
    "Matches:",
    "### Gaps",
    "ATS Keywords:",
]
SNIPPETS = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=12)), max_size=40).map("".join)


def strings(value: object, path: str = "") -> dict[str, str]:
    """Every text of an answer by its path, but for what is derived from another."""
    if isinstance(value, str):
        return {path[1:]: value} if value else {}
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {
        inner: text
        for name, each in pairs
        if name not in {"channels", "verb"}
        for inner, text in strings(each, f"{path}.{name}").items()
    }


@EACH
@given(text=SNIPPETS, truncated=st.booleans())
def test_every_item_stands_where_its_span_says_and_nothing_is_added(
    domain: Domain[Answer], text: str, truncated: bool
) -> None:
    reading = domain.read(text, truncated=truncated)
    found = strings(reading.answer.model_dump(mode="json")) if reading.answer else {}
    assert found.keys() == reading.spans.keys() or reading.answer is None
    for path, item in found.items():
        start, end = reading.spans[path]
        assert key(item) in between(reading.raw[start:end])


def between(text: str) -> str:
    """The letters and digits of a piece of a text, without the markers and signs that a reading may drop."""
    clean = cleaned(text)[0]
    return key("".join(line.text for line in lines(clean))) + key(clean)


HOSTILE: dict[str, Callable[[int], str]] = {
    "spaces": lambda size: " " * size,
    "digits and dots": lambda size: "1." * (size // 2),
    "open brackets": lambda size: "(" * size,
    "commas": lambda size: "," * size,
    "markers": lambda size: "1. " * (size // 3),
    "bullets": lambda size: "\u2022" * size,
    "emphasis": lambda size: "*" * size,
    "headings": lambda size: "Score: Matches: " * (size // 16),
    "breaks": lambda size: "<br " * (size // 4),
    "scores": lambda size: "Score: " + "9/10 " * (size // 5),
    "letters": lambda size: "a" * size,
    "lines": lambda size: "x\n" * (size // 2),
    "bullets of one word": lambda size: "- x\n\n" * (size // 5),
    "labelled words": lambda size: "Matches: x, y\n" * (size // 14),
    "cadences": lambda size: "1. every " + "week " * (size // 5),
    "open objects": lambda size: "{" * size,
    "an open list": lambda size: '{"keywords": [' + '"a", ' * (size // 5),
    "fences": lambda size: "```\n" * (size // 4),
}


@EACH
def test_ten_thousand_bullets_are_read_and_reported_as_too_many(domain: Domain[Answer]) -> None:
    text = "\n".join(f"{number}. Led item {number} weekly on LinkedIn" for number in range(1, 10_001))
    reading = domain.read(f"**Responsibilities:**\n{text}" if domain.name == "job_description" else text)
    assert reading.raw.endswith(text)
    assert {"bullets", "sections", "content", "count"} & {issue.code for issue in reading.issues}


def seconds(domain: Domain[Answer], text: str) -> float:
    began = time.thread_time()
    domain.read(text)
    return time.thread_time() - began


@EACH
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_reading_grows_with_the_text_not_with_its_square(domain: Domain[Answer], make: Callable[[int], str]) -> None:
    # Sixteen times the text costs a square reader 256 times the time; half of that is far from linear and from noise.
    small, large = make(READ_CHARS // 32), make(READ_CHARS // 2)
    least = min(seconds(domain, small) for _ in range(3))
    assert min(seconds(domain, large) for _ in range(2)) < 128 * max(least, 1e-4)
