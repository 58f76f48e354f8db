from __future__ import annotations

import pytest

from langchain_careerv2.domains import JobDescription
from langchain_careerv2.domains.job_description import DOMAIN

SUMMARY = "We are looking for a head chef who runs a kitchen of eight people in a restaurant with sixty seats."
DUTIES = [f"Plan and run {task} with the whole kitchen team every week" for task in
          ("menus", "orders", "training", "hygiene checks", "rotas", "tastings")]  # fmt: skip
NEEDS = [f"Sound knowledge of {topic}" for topic in ("sauces", "costing", "HACCP", "pastry", "suppliers", "leadership")]


def section(title: str, texts: list[str], marker: str = "- ") -> str:
    return "\n".join([title, *(f"{marker}{text}" for text in texts)])


def answer(duties: str = "**Responsibilities:**", needs: str = "**Requirements:**", marker: str = "- ") -> str:
    return "\n".join([f"**Summary:** {SUMMARY}", section(duties, DUTIES, marker), section(needs, NEEDS, marker)])


def test_a_good_answer_is_typed() -> None:
    reading = DOMAIN.read(answer() + "\n" + section("**Benefits:**", ["Staff meals", "Five weeks off"]))
    assert reading.issues == ()
    assert reading.answer == JobDescription(
        summary=SUMMARY,
        responsibilities=DUTIES,
        requirements=NEEDS,
        extras={"Benefits": ["Staff meals", "Five weeks off"]},
    )


@pytest.mark.parametrize(
    ("duties", "needs", "marker"),
    [
        ("### Responsibilities", "### Requirements", "1. "),
        ("Key Responsibilities:", "Qualifications:", "* "),
        ("**What You'll Do**", "**What You'll Bring**", "\u2022 "),
        ("Responsibilities (6\u20138):", "Requirements (6-8):", "- "),
        ("__Duties:__", "__Required Skills:__", "+ "),
    ],
)
def test_headings_in_the_models_many_forms(duties: str, needs: str, marker: str) -> None:
    read = DOMAIN.read(answer(duties, needs, marker)).answer
    assert isinstance(read, JobDescription)
    assert (read.summary, read.responsibilities, read.requirements) == (SUMMARY, DUTIES, NEEDS)


def test_inline_lists_are_split() -> None:
    inline = f"Summary: {SUMMARY} Responsibilities: {' '.join(f'{n}. {d}' for n, d in enumerate(DUTIES, 1))}"
    read = DOMAIN.read(f"{inline} Requirements: {' '.join(f'{n}. {d}' for n, d in enumerate(NEEDS, 1))}").answer
    assert isinstance(read, JobDescription)
    assert (read.summary, read.responsibilities, read.requirements) == (SUMMARY, DUTIES, NEEDS)


@pytest.mark.parametrize(
    ("text", "gates", "contracts"),
    [
        pytest.param("\n".join(answer().splitlines()[:8]), {"len", "sections", "bullets"}, set(), id="no requirements"),
        pytest.param(answer().replace("**Summary:** ", ""), set(), set(), id="a summary without a label"),
        pytest.param("\n".join(answer().splitlines()[1:]) + " and" * 30, set(), {"sections"}, id="no summary"),
        pytest.param(answer(needs="**Benefits:**"), {"sections", "bullets"}, set(), id="benefits are no requirements"),
        pytest.param(answer() + " and" * 200, set(), {"len"}, id="too long"),
        pytest.param(
            "The responsibilities and requirements are clear. " * 20, {"sections", "bullets"}, set(), id="prose"
        ),
    ],
)
def test_verdicts(text: str, gates: set[str], contracts: set[str]) -> None:
    issues = DOMAIN.read(text).issues
    assert {issue.code for issue in issues if issue.severity == "gate"} == gates
    assert {issue.code for issue in issues if issue.severity == "contract"} == contracts


def test_the_guides_exemplar_fails_even_the_gate() -> None:
    reading = DOMAIN.read(DOMAIN.guide_exemplar)
    assert [issue.code for issue in reading.issues if issue.severity == "gate"] == ["len"]
