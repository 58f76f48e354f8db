"""Job and resume match: a score with its reasons, what matches, what is missing, what to do next."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from langchain_careerv2.domains._base import Answer, Domain, Issue, check
from langchain_careerv2.domains._reading import Headings, Section, distinct, items, plain


class JobResumeMatch(Answer):
    """A match verdict.

    Attributes:
        score: 0 to 100.
        score_text: The score as the model wrote it.
        no_gaps: Whether the model said in words that there is no gap.
        verdict: The closing recommendation, where there is one.
    """

    score: Annotated[float, Field(ge=0, le=100)]
    score_text: str
    matches: list[str]
    gaps: list[str]
    next_steps: list[str]
    no_gaps: bool = False
    verdict: str = ""

    def render(self) -> str:
        """The sections in the order of the prompt."""
        parts = [f"**Score:** {self.score_text}"]
        lists = {"Matches": self.matches, "Gaps": self.gaps or ["None"], "Next steps": self.next_steps}
        for title, texts in lists.items():
            parts.append("\n".join([f"**{title}:**", *(f"- {text}" for text in texts)]))
        return "\n\n".join([*parts, f"**Verdict:** {self.verdict}"] if self.verdict else parts)


_HEADINGS = Headings(
    {
        "score": [
            "score",
            "match score",
            "overall score",
            "fit score",
            "overall match",
            "overall fit",
            "match percentage",
        ],
        "matches": [
            "matches",
            "match",
            "strengths",
            "key matches",
            "matching skills",
            "matched skills",
            "what matches",
        ],
        "gaps": [
            "gaps",
            "gap",
            "key gaps",
            "missing skills",
            "skill gaps",
            "weaknesses",
            "missing",
            "areas for improvement",
        ],
        "next": ["next steps", "next step", "recommendations", "recommended next steps", "action items", "suggestions"],
        "verdict": ["verdict", "recommendation", "overall verdict", "conclusion", "overall assessment"],
    }
)
_SCALED = re.compile(r"(?<![\d.,-])(-?\d{1,4}(?:\.\d{1,3})?)(?: ?(%)| ?/ ?(100|10|5)(?!\d)| out of (100|10|5)(?!\d))")
_BARE = re.compile(r"(?<![\w.,-])(-?\d{1,4}(?:\.\d{1,3})?)(?![\w%/])")
_NONE = re.compile(r"(?:there are |has )?(?:none|no)\b(?: (?:significant|major|notable|obvious|clear|real))?(?: gaps?)?"
                   r"(?: (?:found|identified|noted|apparent))?\.?", re.IGNORECASE)  # fmt: skip
_MISFILED = re.compile(r"(?:no|missing|lacks?|lacking|limited)\b", re.IGNORECASE)
SCORE_TOLERANCE = 1.0
"""Points by which two readings of one score may differ: "7/10 or 70%" agree, "73/100 (37% match)" do not."""


def _judge(text: str, truncated: bool) -> tuple[JobResumeMatch | None, list[Issue]]:
    sections = _HEADINGS.sections(text, truncated)
    lists = {
        key: distinct(i for s in sections if s.key == key for i in items(s.lines))
        for key in ("matches", "gaps", "next")
    }
    misfiled = [item for item in lists["matches"] if _MISFILED.match(item)]
    matches = [item for item in lists["matches"] if item not in misfiled]
    gaps = distinct([*(item for item in lists["gaps"] if not _NONE.fullmatch(item)), *misfiled])
    said = [plain(line.text) for section in sections if section.key == "gaps" for line in section.lines]
    no_gaps = not gaps and any(_NONE.fullmatch(line) for line in said)
    score_text = _score_text(sections)
    readings = _readings(score_text)
    score = readings[0] if readings and max(readings) - min(readings) <= SCORE_TOLERANCE else None
    issues = _issues(score, readings, len(matches), len(gaps), len(lists["next"]), len(text.split()), no_gaps)
    if score is None or not 0 <= score <= 100:
        return None, issues
    verdict = " ".join(plain(line.text) for s in sections if s.key == "verdict" for line in s.lines)
    answer = JobResumeMatch(
        score=score,
        score_text=score_text,
        matches=matches,
        gaps=gaps,
        next_steps=lists["next"],
        no_gaps=no_gaps,
        verdict=verdict,
    )
    return answer, issues


def _score_text(sections: list[Section]) -> str:
    """The words behind the score's label, or an opening line that is nothing but a score."""
    for section in sections:
        if section.key == "score" and section.lines:
            return plain(section.lines[0].text)
    opening = plain(sections[0].lines[0].text) if sections[0].lines else ""
    return opening if _SCALED.sub("", opening).strip("() .") == "" else ""


def _readings(text: str) -> list[float]:
    """Every reading of a score in points of 100; a number of 10 or less without a scale reads as nothing."""
    scaled = [float(m[1]) * 100 / float(m[3] or m[4] or 100) for m in _SCALED.finditer(text[:400])]
    return scaled or [float(m[1]) for m in _BARE.finditer(text[:400]) if float(m[1]) > 10]


def _issues(
    score: float | None, readings: list[float], matches: int, gaps: int, steps: int, words: int, no_gaps: bool
) -> list[Issue]:
    found = "none" if not readings else "readings that differ" if score is None else f"{score:g}"
    real = matches >= 3 and (gaps > 0 or no_gaps)
    full = matches >= 5 and (gaps >= 3 or no_gaps) and steps >= 3
    content = f"{matches}, {gaps} and {steps}"
    expected = "5 matches, 3 gaps or an explicit none, 3 next steps (at least 3 matches and 1 gap)"
    return [
        *check("score", found, gate=score is not None and 0 <= score <= 100, expected="one score from 0 to 100"),
        *check("content", content, gate=real, contract=full, expected=expected),
        *check("len", words, gate=words > 0, contract=words >= 80, expected="80 words (any at all)"),
    ]


DOMAIN = Domain(
    name="job_resume_match",
    system=(
        "You are a technical recruiter. Compare the resume with the job using only the facts given. Provide: Score"
        " (0-100), Matches (5+), Gaps (3+), Next steps (3+). The score follows from this resume and this job, never"
        " from an example."
    ),
    # Two examples far apart: with one alone, its score would be the number nearest at hand.
    exemplars=(
        "**Score:** 31/100\n"
        "**Matches:**\n- Licensed registered nurse\n- Triage experience in a busy ward\n- Fluent Spanish\n"
        "- Night shift availability\n- Electronic charting with Epic\n"
        "**Gaps:**\n- No intensive care rotation, which the job asks for\n- Ventilator management is not mentioned\n"
        "- ACLS certificate expired\n- Two years of practice where five are required\n"
        "**Next steps:**\n- Renew the ACLS certificate before applying\n- Ask for a rotation in intensive care\n"
        "- Describe any ventilator training with its date\n- Look at step-down unit openings meanwhile",
        "**Score:** 88/100\n"
        "**Matches:**\n- Six years of payroll accounting against four required\n- Month-end close in SAP\n"
        "- VAT returns for three countries\n- Team lead of two clerks\n- Advanced Excel with pivot models\n"
        "**Gaps:**\n- No experience with IFRS 16 leases\n- Power BI is not mentioned\n- German B1, the job prefers B2\n"
        "**Next steps:**\n- Add one lease accounting example if there is any\n- Name the reports built in Excel and"
        " who used them\n- State the German level and the course under way\n- Prepare a month-end story for interviews",
    ),
    guide_exemplar="",
    seed="",
    max_tokens=200,
    target=0.80,
    answer_type=JobResumeMatch,
    judge=_judge,
    clarifiers={
        "score": "Begin with one line that says Score: and one number out of 100.",
        "content": "List at least 5 matches, 3 gaps and 3 next steps as items from the facts given, not as counts.",
        "len": "Write the score, the matches, the gaps and the next steps.",
    },
)
"""The domain `job_resume_match`."""
