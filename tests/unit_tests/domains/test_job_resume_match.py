from __future__ import annotations

import pytest

from langchain_careerv2.domains import JobResumeMatch
from langchain_careerv2.domains.job_resume_match import DOMAIN

MATCHES = [
    f"{skill} shown in the last position with a clear result" for skill in ("SQL", "Python", "Excel", "dbt", "Git")
]
GAPS = [f"{skill} is asked for by the job but not mentioned anywhere" for skill in ("Spark", "AWS", "Airflow")]
STEPS = ["Add dates to each project", "Take a short course in Spark", "Name the largest data set handled so far"]


def answer(score: str = "**Score:** 72/100", matches: list[str] = MATCHES, gaps: list[str] = GAPS) -> str:
    lists = (("Matches", matches), ("Gaps", gaps), ("Next steps", STEPS))
    return "\n".join([score, *(f"**{title}:**\n" + "\n".join(f"- {text}" for text in texts) for title, texts in lists)])


def test_a_good_answer_is_typed() -> None:
    reading = DOMAIN.read(answer() + "\n**Verdict:** Worth an interview")
    assert reading.issues == ()
    assert reading.answer == JobResumeMatch(
        score=72, score_text="72/100", matches=MATCHES, gaps=GAPS, next_steps=STEPS, verdict="Worth an interview"
    )


@pytest.mark.parametrize(
    ("line", "score"),
    [
        ("Score: 72/100", 72),
        ("### Match Score: 72%", 72),
        ("**Score (0-100):** 72", 72),
        ("72/100", 72),
        ("Score: 7/10", 70),
        ("Score: 3.5/5", 70),
        ("Score: 7 out of 10", 70),
        ("Score: 7/10 or 70%", 70),
        ("Score: 72.5 / 100", 72.5),
        ("Overall Fit: 72 %", 72),
        ("Score: 0/100", 0),
        ("Score: 73/100 (37% match)", None),
        ("Score: 900%", None),
        ("Score: 101/100", None),
        ("Score: -5/100", None),
        ("Score: 7", None),
        ("Score: high", None),
        ("Score: X/100", None),
        ("Score: __/100", None),
        ("Score: 17/20", None),
        ("Score: 75-80%", None),
        ("Score: 75\u201380/100", None),
        ("Score: NaN", None),
        ("Docker: 100% match", None),
        ("The score is good", None),
    ],
)
def test_scores(line: str, score: float | None) -> None:
    reading = DOMAIN.read(answer(line))
    gates = {issue.code for issue in reading.issues if issue.severity == "gate"}
    assert gates == ({"score"} if score is None else set())
    assert (reading.answer.score if isinstance(reading.answer, JobResumeMatch) else None) == score


@pytest.mark.parametrize(
    ("text", "gates"),
    [
        pytest.param(answer(matches=MATCHES[:3]), set(), id="three matches"),
        pytest.param(answer(matches=MATCHES[:2]), {"content"}, id="two matches"),
        pytest.param(answer(matches=["Match 1", "Match 2", "Match 3"]), {"content"}, id="placeholders"),
        pytest.param(answer(matches=["6/10", "5+ core competencies", "..."]), {"content"}, id="counts"),
        pytest.param(answer(gaps=["None"]), set(), id="an explicit none"),
        pytest.param(answer(gaps=["No significant gaps identified."]), set(), id="no significant gaps"),
        pytest.param(answer(gaps=["None identified based on the resume."]), set(), id="none by the resume"),
        pytest.param(answer(gaps=[]), {"content"}, id="no gaps and no word about it"),
        pytest.param(answer(matches=[*MATCHES[:3], "No AWS", "Lacks Spark"], gaps=[]), set(), id="misfiled gaps"),
    ],
)
def test_content(text: str, gates: set[str]) -> None:
    assert {issue.code for issue in DOMAIN.read(text).issues if issue.severity == "gate"} == gates


def test_a_misfiled_gap_is_read_as_a_gap() -> None:
    read = DOMAIN.read(answer(matches=[*MATCHES, "Missing AWS certificate"])).answer
    assert isinstance(read, JobResumeMatch)
    assert read.matches == MATCHES
    assert read.gaps == [*GAPS, "Missing AWS certificate"]


def test_an_explicit_none_is_remembered() -> None:
    read = DOMAIN.read(answer(gaps=["None"])).answer
    assert isinstance(read, JobResumeMatch)
    assert (read.gaps, read.no_gaps) == ([], True)
    assert DOMAIN.read(str(read)).answer == read


def test_the_exemplars_scores_lie_far_apart() -> None:
    read = [DOMAIN.read(text).answer for text in DOMAIN.exemplars]
    scores = [answer.score for answer in read if isinstance(answer, JobResumeMatch)]
    assert max(scores) - min(scores) > 50
