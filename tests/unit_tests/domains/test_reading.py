from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_careerv2.domains import DOMAINS, Answer, Domain
from langchain_careerv2.domains._reading import Headings, cleaned, distinct, items, join_seed, keywords, lines

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
        ("- same\n- Same!\n- other", ["same", "other"]),
        ("**1. Led a team**\n**2.** Built a ward", ["Led a team", "Built a ward"]),
        ("- Led a team\n\nLet me know if you need more!", ["Led a team"]),
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
        ("```markdown\na\n```", "a"),
        ("Assistant: a", " a"),
    ],
)
def test_cleaning_drops_what_carries_no_meaning(text: str, expected: str) -> None:
    assert cleaned(text) == expected


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
        ("20 keywords, Python", ["Python"]),
    ],
)
def test_keywords(text: str, expected: list[str]) -> None:
    assert keywords(lines(text)) == expected


def test_distinct_keeps_the_first_and_the_order() -> None:
    assert distinct(["b", "A", "B!", "a", "c", "..."]) == ["b", "A", "c"]


@pytest.mark.parametrize(
    "text", ["**Matches:** x", "### Matches\nx", "Matches: x", "1. **Matches (5+):** x", "__Matches__\nx"]
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


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, inner in value.items() if key not in ("channels", "verb") for text in strings(inner)]
    return [text for inner in value for text in strings(inner)] if isinstance(value, list) else []


@EACH
@given(text=SNIPPETS, truncated=st.booleans())
def test_reading_never_raises_and_never_adds(domain: Domain[Answer], text: str, truncated: bool) -> None:
    reading = domain.read(text, truncated=truncated)
    source = sorted("".join(char for char in (domain.seed + text).casefold() if char.isalnum()))
    for item in strings(reading.answer.model_dump(mode="json") if reading.answer else []):
        letters = [char for char in item.casefold() if char.isalnum()]
        assert all(source.count(char) >= letters.count(char) for char in letters)


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
}


def seconds(domain: Domain[Answer], text: str) -> float:
    began = time.perf_counter()
    domain.read(text)
    return time.perf_counter() - began


@EACH
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_reading_grows_with_the_text_not_with_its_square(domain: Domain[Answer], make: Callable[[int], str]) -> None:
    # Sixteen times the text costs a square reader 256 times the time; half of that is far from linear and from noise.
    small, large = make(8_000), make(128_000)
    least = min(seconds(domain, small) for _ in range(3))
    assert min(seconds(domain, large) for _ in range(2)) < 128 * max(least, 1e-4)
