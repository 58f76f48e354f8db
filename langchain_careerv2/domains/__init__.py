"""The five domains: what a good answer is in each, as data and pure functions. No I/O, no LangChain."""

from __future__ import annotations

from langchain_careerv2.domains import (
    ats_keywords,
    job_description,
    job_resume_match,
    recruiting_strategy,
    resume_guidance,
)
from langchain_careerv2.domains._base import Answer, Domain, Issue, Lens, Reading
from langchain_careerv2.domains._forms import JSON_INSTRUCTION, PROOF, Schema
from langchain_careerv2.domains.ats_keywords import AtsKeywords
from langchain_careerv2.domains.job_description import JobDescription
from langchain_careerv2.domains.job_resume_match import JobResumeMatch
from langchain_careerv2.domains.recruiting_strategy import RecruitingStrategy
from langchain_careerv2.domains.resume_guidance import Bullet, ResumeGuidance

_MODULES = (resume_guidance, job_description, job_resume_match, recruiting_strategy, ats_keywords)
DOMAINS: dict[str, Domain[Answer]] = {module.DOMAIN.name: module.DOMAIN for module in _MODULES}
"""The catalogue, by name, in the guide's order."""

__all__ = [
    "DOMAINS",
    "JSON_INSTRUCTION",
    "PROOF",
    "Answer",
    "AtsKeywords",
    "Bullet",
    "Domain",
    "Issue",
    "JobDescription",
    "JobResumeMatch",
    "Lens",
    "Reading",
    "RecruitingStrategy",
    "ResumeGuidance",
    "Schema",
]
