"""ATS keywords: one line of distinct terms that an applicant tracking system looks for."""

from __future__ import annotations

from langchain_careerv2.domains._base import Answer, Domain, Issue, check, folded
from langchain_careerv2.domains._forms import Form, form, keyword, listing
from langchain_careerv2.domains._reading import Excerpt, distinct, lines, terms
from langchain_careerv2.domains._reading import keywords as keywords_of


class AtsKeywords(Answer):
    """Distinct keywords, in the order given."""

    keywords: list[str]

    def render(self) -> str:
        """One line, separated by commas."""
        return _compose(**self.form())


def _compose(keywords: list[str]) -> str:
    return ", ".join(folded(keywords))


def _take(text: str, truncated: bool) -> Form:
    every = keywords_of(line for line in lines(text) if not _is_heading(line.text))
    return {"keywords": every[:-1] if truncated else every}


def _is_heading(text: str) -> bool:
    return text.startswith("#") or (text.startswith("**") and text.endswith("**") and "," not in text)


def _judge(words: int, keywords: list[Excerpt]) -> tuple[Form, list[Issue]]:
    found = distinct(terms(keywords))
    count = len(found)
    return {"keywords": found}, check(
        "count",
        f"{count} different of {len(keywords)}",
        gate=15 <= count <= 50,
        contract=20 <= count <= 40 and count >= 0.6 * len(keywords),
        expected="20 to 40 different keywords (at least 15, at most 50)",
    )


_INITIALS = ("A", "B", "C", "D", "E", "F", "G", "HI", "JKL", "M", "NO", "P", "QR", "S", "T", "UVWXYZ")

DOMAIN = Domain(
    name="ats_keywords",
    # The guide also asks for 80-120 words; its own budget of 150 tokens holds about 65 words of keywords.
    system=(
        "You are a resume optimization specialist. Provide 20-40 different ATS keywords on one line, separated by"
        " commas, without numbering, headings or repeats."
    ),
    exemplars=(
        "Audit, Budgeting, Cash flow analysis, Due diligence, ERP, Forecasting, GAAP, IFRS, KPI reporting, Month-end"
        " close, Operations reporting, Power BI, Risk assessment, SQL, Tax planning, Variance analysis, SAP, Excel,"
        " Financial modeling, Cost control, Business partnering, Stakeholder management, Scenario planning, Process"
        " improvement, Data visualization",
    ),
    guide_exemplar="",
    seed="1. ",
    max_tokens=150,
    target=0.95,
    answer_type=AtsKeywords,
    take=_take,
    judge=_judge,
    clarifiers={
        "count": "Write 25 different keywords, separated by commas.",
        "exemplar": "Take keywords from the request, not the example.",
        "ungrounded": "Name only skills that the request has.",
    },
    schema=form("ats_keywords", keywords=listing(*map(keyword, _INITIALS), *[keyword()] * 9)),
    form_tokens=1450,
    compose=_compose,
    claims={"keywords": "terms"},
)
"""The domain `ats_keywords`."""
