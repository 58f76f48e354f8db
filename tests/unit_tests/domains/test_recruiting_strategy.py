from __future__ import annotations

import pytest

from langchain_careerv2.domains import RecruitingStrategy
from langchain_careerv2.domains.recruiting_strategy import DOMAIN

STEPS = (
    "Post the opening on LinkedIn and write to matching nurses weekly with a short personal note",
    "Ask colleagues for referrals and thank them with a bonus after each accepted offer",
    "Visit two universities quarterly and speak with students in their last year about night shifts",
    "Track the response rate and the time to hire, and change the plan where they fall behind the target",
)


def answer(*steps: str) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)).removeprefix("1. ")


def test_a_good_answer_is_typed() -> None:
    reading = DOMAIN.read(answer(*STEPS))
    assert [(issue.code, issue.severity) for issue in reading.issues] == [("channels", "contract")]
    assert reading.answer == RecruitingStrategy(
        steps=list(STEPS),
        channels={"linkedin", "referral", "university"},
        cadences=["weekly", "quarterly"],
        metrics=[STEPS[3]],
    )
    assert reading.answer.model_dump()["channels"] == ["linkedin", "referral", "university"]


WITHOUT_CADENCE = tuple(step.replace("weekly", "").replace("quarterly", "") for step in STEPS)
LINKEDIN = ("LinkedIn posts weekly", "LinkedIn ads", "LinkedIn groups", STEPS[3] + " and more" * 20)


@pytest.mark.parametrize(
    ("steps", "gates"),
    [
        pytest.param((*STEPS, "Search GitHub and Stack Overflow"), set(), id="five steps"),
        pytest.param(STEPS[:2], {"len", "bullets", "channels"}, id="two steps"),
        pytest.param(LINKEDIN, {"channels"}, id="four kinds of LinkedIn are one channel"),
        pytest.param(WITHOUT_CADENCE, {"cadence"}, id="no cadence"),
        pytest.param(
            (*WITHOUT_CADENCE, "Meet at headquarters on weekends"), {"cadence"}, id="no cadence in headquarters"
        ),
    ],
)
def test_verdicts(steps: tuple[str, ...], gates: set[str]) -> None:
    assert {issue.code for issue in DOMAIN.read(answer(*steps)).issues if issue.severity == "gate"} == gates


def test_a_deadline_in_the_preamble_is_no_cadence() -> None:
    plan = "Here is a monthly plan:\n" + "\n".join(f"{n}. {s.replace('weekly', '')}" for n, s in enumerate(STEPS, 1))
    read = DOMAIN.read(plan).answer
    assert isinstance(read, RecruitingStrategy)
    assert read.cadences == ["quarterly"]


@pytest.mark.parametrize(
    "words", ["every two weeks", "twice a month", "Week 1\u20132", "Q3", "bi-weekly", "per quarter"]
)
def test_cadences(words: str) -> None:
    read = DOMAIN.read(answer(f"Post {words} on LinkedIn", "b", "c")).answer
    assert isinstance(read, RecruitingStrategy)
    assert read.cadences == [words]


def test_metrics_under_their_own_heading() -> None:
    read = DOMAIN.read(answer(*STEPS[:3]) + "\n**Metrics:**\n- Offers accepted\n- Cost per hire").answer
    assert isinstance(read, RecruitingStrategy)
    assert read.metrics == ["Offers accepted", "Cost per hire"]
    assert DOMAIN.read(str(read)).answer == read


def test_what_is_listed_under_a_step_belongs_to_it_and_closing_words_do_not() -> None:
    read = DOMAIN.read("Post weekly\n- on LinkedIn\n2. Ask around\n\nFollow this plan and you will succeed.").answer
    assert isinstance(read, RecruitingStrategy)
    assert read.steps == ["Post weekly on LinkedIn", "Ask around"]
