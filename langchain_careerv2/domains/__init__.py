"""The five domains: what a good answer is in each, as data and pure functions. No I/O, no LangChain."""

from __future__ import annotations

import re

from langchain_careerv2 import chatml
from langchain_careerv2.domains import (
    ats_keywords,
    job_description,
    job_resume_match,
    recruiting_strategy,
    resume_guidance,
)
from langchain_careerv2.domains._base import CUT_CLARIFIER, Answer, Domain, Issue, Lens, Reading
from langchain_careerv2.domains._forms import JSON_INSTRUCTION, PROOF, Schema
from langchain_careerv2.domains._growing import Closed, Growth, settled
from langchain_careerv2.domains.ats_keywords import AtsKeywords
from langchain_careerv2.domains.job_description import JobDescription
from langchain_careerv2.domains.job_resume_match import JobResumeMatch
from langchain_careerv2.domains.recruiting_strategy import RecruitingStrategy
from langchain_careerv2.domains.resume_guidance import Bullet, ResumeGuidance

_MODULES = (resume_guidance, job_description, job_resume_match, recruiting_strategy, ats_keywords)
DOMAINS: dict[str, Domain[Answer]] = {module.DOMAIN.name: module.DOMAIN for module in _MODULES}
"""The catalogue, by name, in the guide's order."""


def named_domain(prompt: str) -> Domain[Answer] | None:
    """The domain whose role the system turn of a ChatML prompt begins with; None for any other prompt."""
    system = next((text for role, text in chatml.turns(prompt) if role == "system"), "").lstrip()
    return next((each for each in DOMAINS.values() if system.startswith(each.system.partition(".")[0])), None)


_SENTENCES = {CUT_CLARIFIER, *(text for domain in DOMAINS.values() for text in domain.clarifiers.values())}
_EACH = "|".join(re.escape(text) for text in sorted(_SENTENCES, key=len, reverse=True))
_CLARIFIED = re.compile(rf"\n(?:\(\d+\) )?(?:{_EACH})(?: (?:{_EACH}))*\s*\Z")


def unclarified(question: str) -> str:
    """A question without the sentences that a re-ask added: they say how to answer, not what is asked."""
    return _CLARIFIED.sub("", question)


__all__ = [
    "DOMAINS",
    "JSON_INSTRUCTION",
    "PROOF",
    "Answer",
    "AtsKeywords",
    "Bullet",
    "Closed",
    "Domain",
    "Growth",
    "Issue",
    "JobDescription",
    "JobResumeMatch",
    "Lens",
    "Reading",
    "RecruitingStrategy",
    "ResumeGuidance",
    "Schema",
    "named_domain",
    "settled",
    "unclarified",
]
