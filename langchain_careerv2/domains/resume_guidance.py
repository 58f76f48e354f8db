"""Resume guidance: bullets that begin with what was done, and a line of keywords."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

from langchain_careerv2.domains._base import Answer, Domain, Issue, check, folded, numbered
from langchain_careerv2.domains._forms import Form, form, keyword, listing, sentence
from langchain_careerv2.domains._reading import (
    Excerpt,
    Headings,
    Line,
    distinct,
    items,
    keywords,
    real,
    separated,
    terms,
)
from langchain_careerv2.domains._verbs import leading_verb


class Bullet(BaseModel):
    """One bullet, and the action verb it begins with (None where it does not)."""

    model_config = ConfigDict(frozen=True)

    text: str
    verb: str | None


class ResumeGuidance(Answer):
    """Bullets for a resume and the keywords an applicant tracking system looks for."""

    bullets: list[Bullet]
    ats_keywords: list[str]

    def render(self) -> str:
        """Numbered bullets, then the keyword line."""
        return _compose(**self.form())

    def form(self) -> Form:
        """The bullets as texts, and the keywords."""
        return {"bullets": [bullet.text for bullet in self.bullets], "ats_keywords": self.ats_keywords}


def _compose(bullets: list[str], ats_keywords: list[str]) -> str:
    return "\n".join([*numbered(bullets), "", f"ATS Keywords: {', '.join(folded(ats_keywords))}"])


_HEADINGS = Headings(
    {"ats": ("ats keywords", "ats keyword", "ats", "ats-friendly keywords", "ats terms", "keywords", "key skills")}
)


def _take(text: str, truncated: bool) -> Form:
    sections = _HEADINGS.sections(text, truncated)
    labelled = [line for section in sections if section.key == "ats" for line in section.lines]
    body = [line for section in sections if section.key != "ats" for line in section.lines]
    unlabelled = [] if labelled else _keyword_line(body)
    bullets = items(body[: len(body) - len(unlabelled)])
    return {"bullets": bullets, "ats_keywords": keywords(labelled or unlabelled), "labelled": bool(labelled)}


def _keyword_line(body: list[Line]) -> list[Line]:
    """The last line, where it is nothing but six keywords or more of four words at most."""
    words = keywords(body[-1:])
    whole = bool(body) and len(words) == len(separated(body[-1].text))
    return body[-1:] if whole and len(words) >= 6 and all(len(word.split()) <= 4 for word in words) else []


def _judge(
    words: int, bullets: list[Excerpt], ats_keywords: list[Excerpt], labelled: bool = True
) -> tuple[Form, list[Issue]]:
    led = [{"text": item, "verb": leading_verb(item)} for item in real(bullets)]
    found = distinct(terms(ats_keywords))
    return {"bullets": led, "ats_keywords": found}, _issues(
        words, len(led), sum(bullet["verb"] is not None for bullet in led), len(found), labelled
    )


def _issues(words: int, count: int, led: int, found: int, labelled: bool) -> list[Issue]:
    verbs, line = f"{led} of {count}", labelled and 8 <= found <= 12
    active = count <= 2 * led if count else words > 0  # no bullet, no verdict on verbs, but for an empty answer
    return [
        *check("len", words, gate=words >= 50, contract=words <= 250, expected="50 to 250 words (at least 50)"),
        *check(
            "bullets",
            count,
            gate=count >= 5,
            contract=6 <= count <= 8,
            expected="6 to 8 different bullets (at least 5)",
        ),
        *check(
            "verbs",
            verbs,
            gate=active,
            contract=led == count,
            expected="every bullet led by an action verb (at least half)",
        ),
        *check(
            "ats_line",
            found,
            gate=found >= 5,
            contract=line,
            expected="8 to 12 keywords behind ATS Keywords: (at least 5)",
        ),
    ]


_GUIDE_VERBS = "led built developed managed created improved optimized designed implemented achieved".split()


def _reference(text: str) -> list[str]:
    """The guide's `v_resume`."""
    return [
        *["len"] * (len(text.split()) < 50),
        *["bullets"] * (re.search(r"^\s*[\d\-\*\u2022]", text, re.MULTILINE) is None),
        *["verbs"] * (not any(verb in text.lower() for verb in _GUIDE_VERBS)),
        *["ats_line"] * ("ats keywords" not in text.lower() and text.count(",") < 5),
    ]


_STARTS = (
    "Led|Directed|Managed|Supervised|Coordinated|Oversaw|Ran",
    "Built|Created|Developed|Established|Launched|Introduced|Assessed|Sold|Handled",
    "Optimized|Improved|Increased|Reduced|Accelerated|Streamlined|Achieved|Resolved",
    "Designed|Planned|Organized|Prepared|Analyzed|Documented|Negotiated|Administered",
    "Implemented|Delivered|Automated|Deployed|Operated|Maintained|Performed|Monitored",
    "Mentored|Trained|Supported|Taught|Advised|Collaborated|Presented|Served",
)
_INITIALS = ("A", "B", "CD", "EFG", "HIJK", "LMNO", "PQR", "STUVWXYZ")

DOMAIN = Domain(
    name="resume_guidance",
    system=(
        "You are a career coach specializing in resumes. Provide 6-8 numbered bullets using action verbs."
        " End with one line that starts with ATS Keywords: and lists 8 to 12 skills separated by commas."
    ),
    exemplars=(
        "1. Led migration of 50+ services to Kubernetes, reducing deployment time by 60%\n"
        "2. Built CI/CD with Jenkins and ArgoCD, enabling 20 daily deploys\n"
        "3. Optimized AWS costs by 35% via auto-scaling and rightsizing\n"
        "4. Designed REST APIs handling 10k+ requests per second with FastAPI\n"
        "5. Implemented monitoring with Prometheus and Grafana and an on-call rota\n"
        "6. Mentored 3 junior engineers in code reviews and design\n"
        "ATS Keywords: AWS, Backend, Docker, FastAPI, Jenkins, Microservices, Python, Terraform, Kubernetes, CI/CD",
    ),
    guide_exemplar=(
        "1. Led migration of 50+ services to Kubernetes, reducing deployments by 60%\n"
        "2. Built CI/CD with Jenkins + ArgoCD, enabling 20 daily deploys\n"
        "3. Optimized AWS costs by 35% via auto-scaling and rightsizing\n"
        "4. Designed REST APIs handling 10k+ req/sec with FastAPI\n"
        "5. Implemented monitoring with Prometheus/Grafana and on-call rota\n"
        "6. Mentored 3 junior engineers in code reviews and design\n"
        "ATS Keywords: Kubernetes, Docker, Jenkins, ArgoCD, Terraform, AWS, FastAPI, Python, CI/CD, Prometheus"
    ),
    seed="1. ",
    max_tokens=200,
    target=0.85,
    answer_type=ResumeGuidance,
    take=_take,
    judge=_judge,
    clarifiers={
        "bullets": "Write 6 to 8 different numbered bullets, one on each line.",
        "verbs": "Start every bullet with a verb such as Led, Built or Reduced, not a number.",
        "ats_line": "End with one line: ATS Keywords: and 8 to 12 skills, separated by commas.",
        "len": "Write 60 to 250 words.",
        "exemplar": "Use only facts from the request; do not repeat the example.",
        "ungrounded": "Name only skills, numbers and quotes that the request has.",
    },
    schema=form(
        "resume_guidance",
        bullets=listing(*(sentence(starts, 6, 11) for starts in _STARTS)),
        ats_keywords=listing(*map(keyword, _INITIALS), *[keyword()] * 2),
    ),
    form_tokens=1950,
    compose=_compose,
    reference=_reference,
    claims={"bullets": "bullets", "ats_keywords": "terms"},
)
"""The domain `resume_guidance`."""
