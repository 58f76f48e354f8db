"""Job descriptions: a summary, responsibilities and requirements."""

from __future__ import annotations

from langchain_careerv2.domains._base import Answer, Domain, Issue, check
from langchain_careerv2.domains._reading import Headings, Section, distinct, items, plain

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
        lists = {"Responsibilities": self.responsibilities, "Requirements": self.requirements, **self.extras}
        parts = [f"**Summary:** {self.summary}"] if self.summary else []
        for title, texts in lists.items():
            numbered = [f"{number}. {text}" for number, text in enumerate(texts, 1)]
            parts.append("\n".join([f"**{title}:**", *numbered]))
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
        ),
        "requirements": (
            "requirements", "key requirements", "job requirements", "qualifications", "required qualifications",
            "minimum qualifications", "basic qualifications", "requirements and qualifications", "required skills",
            "skills", "skills and qualifications", "skills and experience", "must have", "must haves",
            "what you'll bring", "what you will bring", "what we're looking for",
            "what we are looking for", "who you are",
        ),
        "title": ("job title", "title", "position", "role", "location", "employment type", "department", "reports to"),
        "extras": (
            "benefits", "perks", "perks and benefits", "what we offer", "nice to have", "nice to haves", "nice-to-have",
            "preferred qualifications", "preferred skills", "bonus points", "about us", "about the company",
            "how to apply", "compensation", "salary", "salary range", "equal opportunity",
        ),
    }
)  # fmt: skip


def _judge(text: str, truncated: bool) -> tuple[JobDescription, list[Issue]]:
    sections = _HEADINGS.sections(text, truncated)
    lists = {key: distinct(item for s in sections if s.key == key for item in items(s.lines)) for key in _LISTS}
    answer = JobDescription(summary=_summary(sections), extras=_extras(sections), **lists)
    return answer, _issues(answer, len(text.split()))


_LISTS = ("responsibilities", "requirements")


def _summary(sections: list[Section]) -> str:
    """The summary's own section, else what stands before the first heading or under a heading such as a job title."""
    for keys in (("summary",), (None, "", "title")):
        for section in sections:
            text = plain(" ".join(line.text for line in section.lines))
            if section.key in keys and len(text.split()) >= SUMMARY_WORDS and not any(s.marked for s in section.lines):
                return text
    return ""


def _extras(sections: list[Section]) -> dict[str, list[str]]:
    named = {s.title: items(s.lines) for s in sections if s.key in ("extras", "") and any(i.marked for i in s.lines)}
    return {title: texts for title, texts in named.items() if texts}


def _issues(answer: JobDescription, words: int) -> list[Issue]:
    counts = len(answer.responsibilities), len(answer.requirements)
    total = len(distinct([*answer.responsibilities, *answer.requirements]))
    full = len(answer.summary.split()) >= SUMMARY_WORDS and all(6 <= count <= 8 for count in counts)
    found = f"{counts[0]} and {counts[1]}{'' if answer.summary else ', no summary'}"
    sections = "a summary, 6 to 8 responsibilities and 6 to 8 requirements (at least 1 of each)"
    return [
        *check("len", words, gate=words >= 100, contract=words <= 300, expected="100 to 300 words (at least 100)"),
        *check("sections", found, gate=all(counts), contract=full, expected=sections),
        *check("bullets", total, gate=total >= 8, expected="at least 8 different items"),
    ]


_EXEMPLAR = """\
**Summary:** Experienced backend engineer who designs, builds and runs scalable APIs for a growing product team.
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
6. Clear written and spoken communication"""

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
    judge=_judge,
    clarifiers={
        "len": "Write at least 110 words.",
        "sections": "Write the sections Summary, Responsibilities and Requirements, with 6 to 8 items in each list.",
        "bullets": "List different items only, each on its own line.",
    },
)
"""The domain `job_description`."""
