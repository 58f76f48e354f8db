"""ATS keywords: one line of distinct terms that an applicant tracking system looks for."""

from __future__ import annotations

from langchain_careerv2.domains._base import Answer, Domain, Issue, check
from langchain_careerv2.domains._reading import distinct, keywords, lines


class AtsKeywords(Answer):
    """Distinct keywords, in the order given."""

    keywords: list[str]

    def render(self) -> str:
        """One line, separated by commas."""
        return ", ".join(self.keywords)


def _judge(text: str, truncated: bool) -> tuple[AtsKeywords, list[Issue]]:
    every = keywords(lines(text))
    every = every[:-1] if truncated else every
    answer = AtsKeywords(keywords=distinct(every))
    count = len(answer.keywords)
    fresh = count >= 0.6 * len(every)
    found = f"{count} different of {len(every)}"
    expected = "20 to 40 different keywords (at least 15, at most 50)"
    return answer, check(
        "count", found, gate=15 <= count <= 50, contract=20 <= count <= 40 and fresh, expected=expected
    )


DOMAIN = Domain(
    name="ats_keywords",
    # The guide also asks for 80-120 words; its own budget of 150 tokens holds about 65 words of keywords.
    system=(
        "You are a resume optimization specialist. Provide 20-40 different ATS keywords on one line, separated by"
        " commas, without numbering, headings or repeats."
    ),
    exemplars=(
        "Financial modeling, Budgeting, Forecasting, Variance analysis, SAP, Excel, Power BI, SQL, IFRS, GAAP,"
        " Month-end close, Cash flow analysis, Cost control, KPI reporting, Stakeholder management, Internal audit,"
        " Risk assessment, Business partnering, Process improvement, Scenario planning, ERP, Data visualization,"
        " Compliance, Due diligence",
    ),
    guide_exemplar="",
    seed="1. ",
    max_tokens=150,
    target=0.95,
    answer_type=AtsKeywords,
    judge=_judge,
    clarifiers={
        "count": (
            "Answer with one line of 25 different keywords separated by commas, with no numbering, headings or repeats."
        ),
    },
)
"""The domain `ats_keywords`."""
