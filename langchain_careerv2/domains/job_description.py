"""Job descriptions: a summary, responsibilities and requirements."""

from __future__ import annotations

import re

from langchain_careerv2.domains._base import Answer, Domain, Issue, check, folded, numbered
from langchain_careerv2.domains._forms import Form, form, listing, sentence
from langchain_careerv2.domains._reading import Excerpt, Headings, Section, distinct, items, joined, real

SUMMARY_WORDS = 4
"""Words that make a summary; fewer is a title."""


class JobDescription(Answer):
    """A job description; `extras` holds the further lists, such as benefits, under their own headings."""

    summary: str
    responsibilities: list[str]
    requirements: list[str]
    extras: dict[str, list[str]]

    def render(self) -> str:
        """The sections in the guide's order and form."""
        return _compose(**self.form(), extras=self.extras)

    def form(self) -> Form:
        """All but the extras."""
        return self.model_dump(exclude={"extras"})


def _compose(
    summary: str, responsibilities: list[str], requirements: list[str], extras: dict[str, list[str]] | None = None
) -> str:
    lists = {"Responsibilities": responsibilities, "Requirements": requirements, **(extras or {})}
    parts = [f"**Summary:** {text}" for text in folded([summary]) if text]
    parts += ["\n".join([f"**{title}:**", *numbered(texts)]) for title, texts in lists.items() if texts]
    return "\n\n".join(parts)


_HEADINGS = Headings(
    {
        "summary": (
            "summary", "job summary", "role summary", "position summary", "overview", "job overview", "role overview",
            "about the role", "about the job", "about the position", "job description", "description", "the role",
        ),
        "responsibilities": (
            "responsibilities", "key responsibilities", "job responsibilities", "main responsibilities",
            "core responsibilities", "primary responsibilities", "duties", "key duties", "duties and responsibilities",
            "responsibilities and duties", "what you'll do", "what you will do", "your responsibilities", "your role",
            "essential functions", "essential duties", "essential duties and responsibilities",
            "key duties and responsibilities", "tasks", "what you'll be doing",
        ),
        "requirements": (
            "requirements", "key requirements", "job requirements", "qualifications", "required qualifications",
            "minimum qualifications", "basic qualifications", "requirements and qualifications", "required skills",
            "skills", "skills and qualifications", "skills and experience", "must have", "must haves",
            "what you'll bring", "what you will bring", "what we're looking for",
            "what we are looking for", "who you are", "qualifications and experience", "qualifications and skills",
            "education and experience",
            "experience", "education", "must-have", "must-haves",
        ),
        "title": ("job title", "title", "position", "role", "location", "employment type", "department", "reports to"),
        "extras": (
            "benefits", "perks", "perks and benefits", "what we offer", "nice to have", "nice to haves", "nice-to-have",
            "preferred qualifications", "preferred skills", "bonus points", "about us", "about the company",
            "how to apply", "compensation", "salary", "salary range", "equal opportunity",
        ),
    },
    weak=("title", "extras"),
)  # fmt: skip


def _take(text: str, truncated: bool) -> Form:
    sections = _HEADINGS.sections(text, truncated)
    lists = {key: [item for s in sections if s.key == key for item in items(s.lines)] for key in _LISTS}
    return {"summary": _summary(sections), **lists, "extras": _extras(sections)}


_LISTS = ("responsibilities", "requirements")


def _summary(sections: list[Section]) -> Excerpt:
    """The summary's own section, else what stands before the first heading or under a heading such as a job title."""
    for keys in (("summary",), (None, "", "title")):
        for section in sections:
            text = joined([line.text for line in section.lines])
            if section.key in keys and len(text.split()) >= SUMMARY_WORDS and not any(s.marked for s in section.lines):
                return text
    return Excerpt("")


def _extras(sections: list[Section]) -> dict[str, list[Excerpt]]:
    named: dict[str, list[Excerpt]] = {}
    for section in sections:
        if section.key in ("extras", "") and any(line.marked for line in section.lines):
            named.setdefault(section.title, []).extend(items(section.lines))
    return {title: texts for title, texts in named.items() if texts}


def _judge(
    words: int,
    summary: Excerpt,
    responsibilities: list[Excerpt],
    requirements: list[Excerpt],
    extras: dict[str, list[Excerpt]] | None = None,
) -> tuple[Form, list[Issue]]:
    lists = {"responsibilities": real(responsibilities), "requirements": real(requirements)}
    return {"summary": summary, **lists, "extras": extras or {}}, _issues(words, summary, **lists)


def _issues(words: int, summary: str, responsibilities: list[Excerpt], requirements: list[Excerpt]) -> list[Issue]:
    counts = len(responsibilities), len(requirements)
    total = len(distinct([*responsibilities, *requirements]))
    full = len(summary.split()) >= SUMMARY_WORDS and all(6 <= count <= 8 for count in counts)
    found = f"{counts[0]} and {counts[1]}{'' if summary else ', no summary'}"
    sections = "a summary, 6 to 8 responsibilities and 6 to 8 requirements (at least 1 of each)"
    return [
        *check("len", words, gate=words >= 100, contract=words <= 300, expected="100 to 300 words (at least 100)"),
        *check("sections", found, gate=all(counts), contract=full, expected=sections),
        *check("bullets", total, gate=total >= 8, expected="at least 8 different items"),
    ]


_EXEMPLAR = """\
**Summary:** Experienced backend engineer who designs, builds and runs scalable APIs for a growing retail product team
**Responsibilities:**
1. Design and build REST APIs that other teams rely on
2. Optimize database queries and data models for growth
3. Implement security reviews, authentication and audit logging
4. Collaborate with DevOps on automated deployments and rollbacks
5. Review code and mentor engineers across the team
6. Monitor service levels and lead incident reviews
**Requirements:**
1. 5+ years of backend development in production
2. Strong Python, Go or Node experience
3. Working knowledge of SQL and NoSQL databases
4. Hands-on experience with AWS or Google Cloud
5. Sound system design and testing practice
6. Clear communication in writing and in meetings"""

_DUTIES = (
    "Design|Develop|Plan|Define|Own|Prepare",
    "Optimize|Improve|Analyze|Evaluate|Test|Maintain|Operate",
    "Implement|Build|Create|Write|Perform|Manage|Provide|Serve|Teach|Sell|Assess",
    "Collaborate|Coordinate|Communicate|Partner|Work",
    "Review|Mentor|Train|Support|Lead|Guide",
    "Monitor|Report|Document|Track|Ensure|Keep",
)
_NEEDS = (
    "[1-9][+] years|1[0-5][+] years|First experience",
    "Strong|Solid|Good|Proven",
    "Working knowledge|Practical knowledge|Understanding",
    "Hands-on experience|Experience|Practice",
    "Sound|Ability|Degree|Certificate|License",
    "Clear|Reliable|Careful|Fluent|Professional",
)


def _reference(text: str) -> list[str]:
    """The guide's `v_jd`."""
    return [
        *["len"] * (len(text.split()) < 100),
        *["sections"] * (not all(section in text.lower() for section in ("responsibilities", "requirements"))),
        *["bullets"] * (len(re.findall(r"^\s*[\d\-\*\u2022]", text, re.MULTILINE)) < 8),
    ]


DOMAIN = Domain(
    name="job_description",
    system="You are an HR specialist. Create a JD with sections: Summary, Responsibilities (6-8), Requirements (6-8).",
    exemplars=(_EXEMPLAR,),
    guide_exemplar=(
        "**Summary:** Experienced backend engineer to build scalable APIs.\n"
        "**Responsibilities:**\n1. Design REST APIs\n2. Optimize DB queries\n3. Implement security\n"
        "4. Collaborate with DevOps\n5. Code reviews\n6. Monitor SLIs/SLOs\n"
        "**Requirements:**\n1. 5+ yrs backend\n2. Python/Go/Node\n3. SQL/NoSQL\n4. AWS/GCP\n5. System design\n"
        "6. Communication"
    ),
    seed="",
    max_tokens=230,
    target=0.80,
    answer_type=JobDescription,
    take=_take,
    judge=_judge,
    clarifiers={
        "sections": "Write Summary, Responsibilities and Requirements, with 6 to 8 items in each list.",
        "bullets": "List different items only, each on its own line.",
        "len": "Write 110 to 300 words.",
    },
    schema=form(
        "job_description",
        summary=sentence("Experienced|Skilled|Careful|We|Join|The|This|As|Our|You", 15, 24),
        responsibilities=listing(*(sentence(starts, 5, 10) for starts in _DUTIES)),
        requirements=listing(*(sentence(starts, 5, 10) for starts in _NEEDS)),
    ),
    form_tokens=2950,
    compose=_compose,
    reference=_reference,
)
"""The domain `job_description`."""
