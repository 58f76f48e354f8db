"""Job and resume match: a score with its reasons, what matches, what is missing, what to do next."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field

from langchain_careerv2.domains._base import Answer, Domain, Issue, check, folded
from langchain_careerv2.domains._forms import Form, form, listing, sentence
from langchain_careerv2.domains._reading import (
    KEYWORD_WORDS,
    Excerpt,
    Headings,
    Section,
    items,
    joined,
    plain,
    real,
    separated,
)


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
        return _compose(self.score_text, self.matches, self._said(), self.next_steps, self.verdict)

    def form(self) -> Form:
        """The score in whole points, and the lists; no gap is said in a word."""
        lists = {"matches": self.matches, "gaps": self._said(), "next_steps": self.next_steps}
        return {"score": round(self.score), **lists}

    def _said(self) -> list[str]:
        return ["None"] if self.no_gaps else self.gaps


def _compose(score: float | str, matches: list[str], gaps: list[str], next_steps: list[str], verdict: str = "") -> str:
    parts = [f"**Score:** {score if isinstance(score, str) else f'{score}/100'}"]
    for title, texts in {"Matches": matches, "Gaps": gaps, "Next steps": next_steps}.items():
        parts.append("\n".join([f"**{title}:**", *(f"- {text}" for text in folded(texts))]))
    return "\n\n".join([*parts, f"**Verdict:** {verdict}"] if verdict else parts)


_HEADINGS = Headings(
    {
        "score": (
            "score", "match score", "overall score", "fit score", "overall match", "overall fit", "match percentage",
        ),
        "matches": (
            "matches", "match", "strengths", "key matches", "matching skills", "matched skills", "what matches",
            "matching qualifications", "areas of alignment", "skills matched", "matching points",
            "matched qualifications",
        ),
        "gaps": (
            "gaps", "gap", "key gaps", "missing skills", "skill gaps", "weaknesses", "missing", "areas for improvement",
            "weakness", "missing qualifications", "areas to improve", "areas of concern", "gaps identified",
        ),
        "next_steps": (
            "next steps", "next step", "recommendations", "recommended next steps", "action items", "suggestions",
            "action plan", "recommended actions",
        ),
        "verdict": ("verdict", "recommendation", "overall verdict", "conclusion", "overall assessment"),
    }
)  # fmt: skip
_SCALED = re.compile(r"(?<![\d.,-])(-?\d{1,4}(?:\.\d{1,3})?)(?: ?(%)| ?/ ?(100|10|5)(?!\d)| out of (100|10|5)(?!\d))")
_BARE = re.compile(r"(?<![\w.,/-])(?<!/ )(-?\d{1,4}(?:\.\d{1,3})?)(?! ?[\w%/]*/)(?![\w%])")
_RANGE = re.compile(r"\d ?[-\u2013] ?\d")
_NONE = re.compile(
    r"(?:there are |has )?(?:none|no)\b(?: (?:significant|major|notable|obvious|clear|real))?(?: gaps?)?"
    r"(?: (?:were|was|are))?(?: (?:found|identified|noted|apparent))?(?: at this time)?"
    r"(?: (?:based on|from|in) [\w ]{1,60})?\.?",
    re.IGNORECASE,
)
_MISFILED = re.compile(r"(?:no|missing|lacks?|lacking|limited)\b", re.IGNORECASE)
SCORE_TOLERANCE = 1.0
"""Points by which two readings of one score may differ: "7/10 or 70%" agree, "73/100 (37% match)" do not."""


def _take(text: str, truncated: bool) -> Form:
    sections = _HEADINGS.sections(text, truncated)
    lists = {key: [item for s in sections if s.key == key for item in _items(s)] for key in _LISTS}
    said = [plain(line.text) for section in sections if section.key == "gaps" for line in section.lines]
    lists["gaps"] += [text for text in said if _NONE.fullmatch(text)]
    verdict = joined([line.text for section in sections if section.key == "verdict" for line in section.lines])
    return {"score": _score_texts(sections), **lists, "verdict": verdict}


def _judge(
    words: int,
    score: float | list[Excerpt],
    matches: list[Excerpt],
    gaps: list[Excerpt],
    next_steps: list[Excerpt],
    verdict: str = "",
) -> tuple[Form | None, list[Issue]]:
    texts: list[Any] = score if isinstance(score, list) else [f"{score}/100"]
    readings = [reading for text in texts for reading in _readings(text)]
    agreed = readings[0] if readings and max(readings) - min(readings) <= SCORE_TOLERANCE else None
    misfiled = [item for item in matches if _MISFILED.match(item)]
    lists = {
        "matches": real(item for item in matches if not _MISFILED.match(item)),
        "gaps": real([*(item for item in gaps if not _NONE.fullmatch(item)), *misfiled]),
        "next_steps": real(next_steps),
    }
    no_gaps = not lists["gaps"] and any(_NONE.fullmatch(item) for item in gaps)
    issues = _issues(words, agreed, readings, no_gaps, *map(len, lists.values()))
    if agreed is None or not 0 <= agreed <= 100:
        return None, issues
    return {"score": agreed, "score_text": texts[0], **lists, "no_gaps": no_gaps, "verdict": verdict}, issues


_LISTS = ("matches", "gaps", "next_steps")


def _items(section: Section) -> list[Excerpt]:
    """The section's items; a lone line of short pieces, as in "Matches: Python, SQL, AWS", is a list too."""
    texts = items(section.lines)
    if len(section.lines) == 1 and not section.lines[0].marked:
        pieces = [plain(piece) for piece in separated(section.lines[0].text)]
        if len(pieces) >= 2 and all(len(piece.split()) <= KEYWORD_WORDS for piece in pieces):
            return real(pieces)
    return texts


def _score_texts(sections: list[Section]) -> list[Excerpt]:
    """The words behind each label of a score, or an opening line that is nothing but a score."""
    labelled = [plain(section.lines[0].text) for section in sections if section.key == "score" and section.lines]
    opening = [plain(line.text) for line in sections[0].lines[:1]]
    return labelled or [text for text in opening if _SCALED.sub("", text).strip("() .") == ""]


def _readings(text: str) -> list[float]:
    """Every reading of a score in points of 100; a range reads as nothing, and a number up to 10 without a scale."""
    if _RANGE.search(text[:400]):
        return []
    scaled = [float(m[1]) * 100 / float(m[3] or m[4] or 100) for m in _SCALED.finditer(text[:400])]
    return scaled or [float(m[1]) for m in _BARE.finditer(text[:400]) if float(m[1]) > 10]


def _issues(
    words: int, score: float | None, readings: list[float], no_gaps: bool, matches: int, gaps: int, steps: int
) -> list[Issue]:
    found = "none" if not readings else "readings that differ" if score is None else f"{score:g}"
    real = matches >= 3 and (gaps > 0 or no_gaps)
    full = matches >= 5 and (gaps >= 3 or no_gaps) and steps >= 3
    content = f"{matches}, {gaps} and {steps}"
    expected = "5 matches, 3 gaps or an explicit none, 3 next steps (at least 3 matches and 1 gap)"
    return [
        *check("score", found, gate=score is not None and 0 <= score <= 100, expected="one score from 0 to 100"),
        *check("content", content, gate=real, contract=full, expected=expected),
        *check("len", words, gate=True, contract=words >= 80, expected="at least 80 words (reported only)"),
    ]


_MATCHES = (
    "Brings|Offers|Provides", "Has|Holds|Meets", "Shows|Demonstrates|Proves", "Knows|Uses|Speaks", "Worked|Trained|Led",
)  # fmt: skip
_GAPS = ("No|Lacks", "Missing|Needs", "Limited|Only|Unclear")
_NEXT = ("Add|Describe|Name|State", "Take|Complete|Learn|Practice|Renew", "Prepare|Ask|Apply|Update|Rewrite")

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
        "**Matches:**\n- Brings a license as a registered nurse\n- Has triage experience in a busy ward\n"
        "- Shows availability for all night shifts\n- Speaks Spanish fluently with many patients\n"
        "- Trained in electronic charting with Epic\n"
        "**Gaps:**\n- No intensive care rotation, which the job asks for\n- Missing any practice with ventilator"
        " management\n- Only two years of practice where five are required\n"
        "**Next steps:**\n- Add any ventilator training with its date\n- Renew the ACLS certificate before applying\n"
        "- Ask for a rotation in intensive care",
        "**Score:** 88/100\n"
        "**Matches:**\n- Brings six years of payroll accounting, four required\n- Has led the month-end close in SAP\n"
        "- Shows VAT returns for three countries\n- Uses advanced Excel with pivot models\n- Led a team of two clerks\n"
        "**Gaps:**\n- No experience with IFRS 16 leases\n- Missing Power BI, which the job names\n"
        "- Only German B1 where B2 is preferred\n"
        "**Next steps:**\n- Name the Excel reports and who used them\n"
        "- Complete the German course under way this year\n"
        "- Prepare a month-end story for the interviews",
    ),
    guide_exemplar="",
    documents=2,
    seed="",
    max_tokens=200,
    target=0.80,
    answer_type=JobResumeMatch,
    take=_take,
    judge=_judge,
    clarifiers={
        "content": "List at least 5 matches, 3 gaps and 3 next steps as items from the facts given, not as counts.",
        "score": "Begin with Score: and one number out of 100.",
        "len": "Write at least 80 words.",
        "exemplar": "Use only facts from this resume and this job; do not repeat the examples.",
        "ungrounded": "Name only skills, numbers and quotes that the resume or the job has.",
    },
    schema=form(
        "job_resume_match",
        score={"type": "integer", "enum": list(range(101))},
        matches=listing(*(sentence(starts, 5, 10) for starts in _MATCHES)),
        gaps={"anyOf": [listing(*(sentence(starts, 5, 10) for starts in _GAPS)), listing({"const": "None"})]},
        next_steps=listing(*(sentence(starts, 5, 10) for starts in _NEXT)),
    ),
    form_tokens=2260,
    compose=_compose,
    claims={"matches": "lines", "gaps": "lines", "next_steps": "advice"},
)
"""The domain `job_resume_match`."""
