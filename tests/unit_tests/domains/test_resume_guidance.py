from __future__ import annotations

import pytest

from langchain_careerv2.domains import Bullet, ResumeGuidance
from langchain_careerv2.domains._verbs import leading_verb
from langchain_careerv2.domains.resume_guidance import DOMAIN

BULLETS = (
    "Led a team of four nurses through a ward move without a missed shift",
    "Built a handover checklist that two other wards adopted within a year",
    "Trained new colleagues in triage and electronic charting every month",
    "Reduced waiting times by changing the order of morning rounds",
    "Coordinated discharge planning with families and social services",
    "Maintained full documentation for every patient on the night shift",
)
KEYWORDS = "Triage, Epic, BLS, ACLS, Charting, Patient care, Discharge planning, Infection control"


def answer(bullets: tuple[str, ...] = BULLETS, line: str = f"ATS Keywords: {KEYWORDS}") -> str:
    return "\n".join([*(f"{number}. {text}" for number, text in enumerate(bullets, 1)), line]).removeprefix("1. ")


def test_a_good_answer_is_typed() -> None:
    reading = DOMAIN.read(answer())
    assert reading.issues == ()
    assert isinstance(reading.answer, ResumeGuidance)
    assert reading.answer.bullets[0] == Bullet(text=BULLETS[0], verb="Led")
    assert reading.answer.ats_keywords == KEYWORDS.split(", ")
    assert str(reading.answer).endswith(f"\n\nATS Keywords: {KEYWORDS}")


@pytest.mark.parametrize(
    ("text", "gates", "contracts"),
    [
        pytest.param(answer().replace("\n", " "), set(), set(), id="all in one line"),
        pytest.param(answer(line=f"**ATS Keywords:** {KEYWORDS}"), set(), set(), id="bold label"),
        pytest.param(answer(line=f"ATS Keywords:\n{KEYWORDS}"), set(), set(), id="label on its own line"),
        pytest.param(answer(line=f"7. ATS Keywords: {KEYWORDS}"), set(), set(), id="numbered label"),
        pytest.param(answer(line=KEYWORDS), set(), {"ats_line"}, id="no label"),
        pytest.param(answer(line="ATS Keywords: A1, B2, C3, D4, E5"), set(), {"ats_line"}, id="five keywords"),
        pytest.param(answer(line="ATS Keywords: A1, B2, a1, B2"), {"ats_line"}, set(), id="repeated keywords"),
        pytest.param(answer(line="Good luck!"), {"ats_line"}, set(), id="no keywords"),
        pytest.param(answer(BULLETS[:5]), set(), {"bullets"}, id="five bullets"),
        pytest.param(answer(BULLETS[:4]), {"bullets"}, set(), id="four bullets"),
        pytest.param(answer((BULLETS[0],) * 6), {"bullets"}, set(), id="one bullet six times"),
        pytest.param(answer(("The ward was led well by four nurses", *BULLETS[1:])), set(), {"verbs"}, id="led within"),
        pytest.param(answer(tuple(f"A ward that {text}" for text in BULLETS)), {"verbs"}, set(), id="no verb in front"),
        pytest.param("Led\n2. Built", {"len", "bullets", "ats_line"}, set(), id="almost nothing"),
        pytest.param(answer((*BULLETS, "Led " + "very long " * 120)), set(), {"len"}, id="too long"),
    ],
)
def test_verdicts(text: str, gates: set[str], contracts: set[str]) -> None:
    issues = DOMAIN.read(text).issues
    assert {issue.code for issue in issues if issue.severity == "gate"} == gates
    assert {issue.code for issue in issues if issue.severity == "contract"} == contracts


def test_a_keyword_cut_by_the_token_limit_does_not_count() -> None:
    cut = DOMAIN.read(answer(line="ATS Keywords: Triage, Epic, BLS, ACLS, Cha"), truncated=True)
    assert isinstance(cut.answer, ResumeGuidance)
    assert cut.answer.ats_keywords == ["Triage", "Epic", "BLS", "ACLS"]


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Led a team", "Led"),
        ("Successfully led a team", "led"),
        ("Re-engineered billing", "Re-engineered"),
        ("co-led a team", "co-led"),
        ("Spearheaded: growth", "Spearheaded"),
        ("Planned, built", "Planned"),
        ("Called customers", None),
        ("Team leadership: Reduced waiting times", "Reduced"),
        ("Leadership: a team of four", None),
        ("In a ward with four nurses: Led a team", None),
        ("100% uptime", None),
        ("Oversaw audits", "Oversaw"),
        ("Simplified forms", "Simplified"),
        ("", None),
    ],
)
def test_leading_verb(text: str, verb: str | None) -> None:
    assert leading_verb(text) == verb
