from __future__ import annotations

import pytest

from langchain_careerv2.domains import AtsKeywords
from langchain_careerv2.domains.ats_keywords import DOMAIN

WORDS = [f"Skill {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]


def test_a_good_answer_is_typed() -> None:
    reading = DOMAIN.read(", ".join(WORDS))
    assert reading.issues == ()
    assert reading.answer == AtsKeywords(keywords=WORDS)
    assert str(reading.answer) == ", ".join(WORDS)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        pytest.param("\n".join(f"{n}. {word}" for n, word in enumerate(WORDS, 1)), None, id="a numbered list"),
        pytest.param(" \u2022 ".join(WORDS), None, id="inline bullets"),
        pytest.param("Keywords: " + "; ".join(WORDS), None, id="a label and semicolons"),
        pytest.param(", ".join(WORDS[:15]), "contract", id="fifteen"),
        pytest.param(", ".join(WORDS[:14]), "gate", id="fourteen"),
        pytest.param(", ".join(WORDS * 2), "contract", id="every word twice"),
        pytest.param(", ".join(f"w{number}" for number in range(41)), "contract", id="forty-one"),
        pytest.param(", ".join(f"w{number}" for number in range(51)), "gate", id="fifty-one"),
        pytest.param(
            "You should think about the skills that matter most, and then write them down.", "gate", id="prose"
        ),
        pytest.param(", ".join(["Python"] * 30), "gate", id="one word thirty times"),
    ],
)
def test_verdicts(text: str, severity: str | None) -> None:
    issues = DOMAIN.read(text).issues
    assert [(issue.code, issue.severity) for issue in issues] == ([] if severity is None else [("count", severity)])


def test_a_cut_keyword_does_not_count() -> None:
    read = DOMAIN.read("Python, SQL, Kuber", truncated=True).answer
    assert isinstance(read, AtsKeywords)
    assert read.keywords == ["Python", "SQL"]


def test_the_comma_in_a_number_parts_no_keywords() -> None:
    read = DOMAIN.read("Budget of 50,000 euros, $1,200,000 pipeline, ISO 9001,Lean, 24,7").answer
    assert read is not None
    assert read.keywords == ["Budget of 50,000 euros", "$1,200,000 pipeline", "ISO 9001", "Lean"]
    assert DOMAIN.read(str(read)).answer == read
