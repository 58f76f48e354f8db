"""The offline engine: rules that write an answer for a domain from the request. It is no language model, and says so.

It exists so that the chains, the parsers and the re-ask can be tried and tested without a key or a network. It copies
what the request names (role, seniority, years, skills) into sentence patterns; what it writes is no career advice.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from langchain_careerv2 import chatml
from langchain_careerv2.domains import DOMAINS, JSON_INSTRUCTION, named_domain
from langchain_careerv2.serving import offline_tools

ENGINE_NAME = "careerv2-offline-rules (no language model)"
"""The model name in every answer and log line."""

_TERMS = {
    "data": (
        "Python, SQL, Pandas, Spark, Airflow, Tableau, Power BI, Statistics, A/B testing, ETL, Data modeling, "
        "dbt, Snowflake, BigQuery, Machine learning, Data quality, Dashboards, Forecasting, Experiment "
        "design, Git, Excel, Data governance, Reporting, Stakeholder communication, NumPy, Looker"
    ),
    "health": (
        "Patient care, Triage, Medication administration, Vital signs, Care planning, Epic, Infection "
        "control, BLS, ACLS, Electronic charting, Wound care, Patient education, HIPAA, Telemetry, Discharge "
        "planning, Phlebotomy, Shift handover, Emergency response, Family communication, Pain management, "
        "Care coordination, Quality improvement, Documentation, Teamwork, IV therapy, Intensive care"
    ),
    "sales": (
        "Salesforce, Prospecting, Lead generation, Account management, Negotiation, Pipeline management, CRM, "
        "Cold calling, Forecasting, Closing, Customer success, Territory planning, Upselling, Product demos, "
        "HubSpot, Quota attainment, B2B sales, Market research, Presentation, Contract renewal, Relationship "
        "building, Partner sales, Outbound, Excel, SEO, Content marketing"
    ),
    "finance": (
        "Financial modeling, Budgeting, Forecasting, Variance analysis, SAP, Excel, GAAP, IFRS, Month-end "
        "close, Cost control, Audit, Reconciliation, Tax, Payroll, Accounts payable, Accounts receivable, "
        "Cash flow, Reporting, Compliance, Power BI, Internal controls, Risk assessment, Due diligence, ERP, "
        "SQL, Business partnering"
    ),
    "software": (
        "Python, FastAPI, AWS, Docker, Kubernetes, PostgreSQL, REST APIs, CI/CD, Git, Linux, Redis, "
        "Terraform, Microservices, System design, Unit testing, Monitoring, Code review, Java, Go, React, "
        "TypeScript, Node.js, GraphQL, Kafka, Azure, Jenkins, Django, Flask, C++, Rust, Security, Agile"
    ),
    "general": (
        "Project management, Communication, Planning, Scheduling, Budgeting, Reporting, Stakeholder "
        "management, Excel, Process improvement, Documentation, Training, Team leadership, Customer service, "
        "Problem solving, Quality control, Vendor management, Risk management, Coordination, Presentation, "
        "Time management, Research, Compliance, Data entry, Negotiation, Onboarding, Logistics"
    ),
}
"""Terms by field, without any claim to be complete; the request's own terms come first."""

_FIELDS = (
    ("data", r"data|analyst|analytics|scientist|machine learning"),
    ("health", r"nurs|clinic|medical|patient|physician|therap|health|pharmac"),
    ("sales", r"sales|account executive|marketing|business development|seo|customer success"),
    ("finance", r"account|financ|audit|payroll|controller|tax|treasur"),
    (
        "software",
        r"engineer|developer|devops|software|backend|frontend|full[- ]stack|sre|programmer|architect|python|java",
    ),
)
_ROLE = re.compile(
    r"\b(?:for|as|hire|hiring|recruit|recruiting|seeking|of)(?: an?| the| our| \d{1,3}| two| three)? "
    r"((?:[A-Za-z][\w/+#&.-]{0,30} ){0,4}"
    r"(?:engineer|developer|scientist|analyst|nurse|manager|accountant|designer|teacher|executive|representative|specialist"
    r"|consultant|administrator|technician|architect|assistant|director|recruiter|driver|lead|officer|electrician|chef"
    r"|planner|coordinator|pharmacist|therapist|buyer|clerk)s?)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(\d{1,2})\+? ?(?:years|yrs)", re.IGNORECASE)
_JOB_PART = re.compile(r"\b(?:jd|job description|job|vacancy|role requires|vs\.?|versus|against)\b", re.IGNORECASE)
_JOB_FENCED = re.compile(rf"^{re.escape(chatml.DOCUMENTS['job_description'])}:$", re.MULTILINE)
_TOKEN = re.compile(r"\w{1,12}|[^\w\s]")
_PIECE = re.compile(rf"\s*(?:{_TOKEN.pattern})(?:\s+\Z)?|\s+")


@dataclass(frozen=True)
class Brief:
    """What the rules could read in a request."""

    request: str
    role: str
    years: int
    named: tuple[str, ...]
    terms: tuple[str, ...]


def read_brief(request: str) -> Brief:
    """Reads role, years and skills out of a request; a field's usual terms fill up what it does not name."""
    request = request[:20_000]
    role = match[1] if (match := _ROLE.search(request)) else "specialist"
    years = match[1] if (match := _YEARS.search(request)) else "3"
    known = {term.casefold(): term for terms in _TERMS.values() for term in terms.split(", ")}
    found = {key: term for key, term in known.items() if _mentions(request, term)}
    named = sorted(found, key=request.casefold().index)
    hay = f"{role} {request}".casefold()
    usual = next((field for field, pattern in _FIELDS if re.search(pattern, hay)), "general")
    terms = dict.fromkeys([*(found[key] for key in named), *_TERMS[usual].split(", ")])
    return Brief(request, " ".join(role.split()), int(years), tuple(found[key] for key in named), tuple(terms))


def _mentions(text: str, term: str) -> bool:
    return re.search(rf"(?<![\w+#]){re.escape(term)}(?![\w+#])", text, re.IGNORECASE) is not None


_BULLETS = (
    "Led delivery of {0} projects as {role}, from planning to release",
    "Built and maintained {1} workflows that several teams rely on",
    "Improved {2} practice by reviewing results and removing repeated work",
    "Designed {3} standards and documented them for new colleagues",
    "Implemented {4} checks that caught errors before they reached customers",
    "Collaborated with partners to plan {5} work and report its progress",
    "Mentored colleagues in {6} through reviews and shared sessions",
    "Streamlined {7} tasks with clear ownership and simple tools",
)


def _resume(brief: Brief, rng: random.Random) -> str:
    chosen = sorted(rng.sample(range(len(_BULLETS)), 7))
    bullets = [_BULLETS[index].format(*brief.terms, role=brief.role) for index in chosen]
    return "\n".join([*_numbered(bullets), f"ATS Keywords: {', '.join(brief.terms[:10])}"])


def _job_description(brief: Brief, rng: random.Random) -> str:
    duties = (
        "Plan and deliver {0} work with the team",
        "Own {1} from first idea to daily operation",
        "Improve {2} processes and document the results",
        "Work with colleagues on {3} priorities",
        "Review {4} results and act on the findings",
        "Support new team members in {5} practice",
        "Report progress and risks to the team lead",
    )
    needs = [
        f"{brief.years}+ years of relevant experience",
        *(f"Practical knowledge of {term}" for term in brief.terms[:4]),
    ]
    needs += ["Clear written and spoken communication", "Careful and reliable working habits"]
    summary = (
        f"We are looking for a {brief.role} who brings experience in {brief.terms[0]} and {brief.terms[1]} to our team."
    )
    chosen = [duties[index].format(*brief.terms) for index in sorted(rng.sample(range(len(duties)), 6))]
    return "\n".join(
        [f"**Summary:** {summary}", "**Responsibilities:**", *_numbered(chosen), "**Requirements:**", *_numbered(needs)]
    )


_UNSAID = (
    "The size of past teams is not told",
    "No result of past work has a number",
    "Recent training is not mentioned",
    "The dates of past positions are missing",
)


def _match(brief: Brief, rng: random.Random) -> str:
    split = _JOB_FENCED.search(brief.request) or _JOB_PART.search(brief.request)
    resume, job = (brief.request[: split.start()], brief.request[split.start() :]) if split else (brief.request, "")
    if re.search(r"\bresume|\bcv\b", job, re.IGNORECASE) and not re.search(r"\bresume|\bcv\b", resume, re.IGNORECASE):
        resume, job = job, resume
    held = [term for term in brief.named if _mentions(resume, term)]
    asked = [term for term in brief.named if _mentions(job, term) and term not in held]
    matches = [*(f"{term} is named in the resume" for term in held), *(f"{need} can be shown with examples" for need in
               ("Experience in the field", "Work in a team", "Written communication", "Planning of own work",
                "Learning of new tools"))][:5]  # fmt: skip
    spare = [term for term in brief.terms if term not in held and term not in asked]
    gaps = [*(f"{term} is asked for but not named in the resume" for term in asked),
            *rng.sample(_UNSAID, 3)][:3]  # fmt: skip
    score = round(100 * (len(held) + 1) / (len(held) + len(asked) + 2))
    first = (asked or spare)[0]
    steps = [f"Describe any practice in {first} with a date", "Move the strongest matches to the top of the resume"]
    steps += ["Add one result for each past position"]
    lists = (("Matches", matches), ("Gaps", gaps), ("Next steps", steps))
    return "\n".join(
        [
            f"**Score:** {score}/100",
            *(line for title, texts in lists for line in (f"**{title}:**", *(f"- {t}" for t in texts))),
        ]
    )


def _recruiting(brief: Brief, rng: random.Random) -> str:
    steps = (
        "Post the {role} opening on LinkedIn and message matching profiles weekly",
        "Ask employees for referrals and review the referral list monthly",
        "Search GitHub and Stack Overflow weekly for people who work with {0}",
        "Attend one meetup about {1} every month and follow up within a week",
        "Visit a university career fair and one conference quarterly",
    )
    cadence = rng.choice(["weekly", "monthly"])
    closing = f"Track metrics {cadence}: response rate, time to hire and hires per channel"
    return "\n".join(_numbered([*(step.format(*brief.terms, role=brief.role) for step in steps), closing]))


def _ats(brief: Brief, rng: random.Random) -> str:
    return ", ".join(brief.terms[: rng.randint(22, 25)])


def _numbered(texts: Sequence[str]) -> list[str]:
    return [f"{number}. {text}" for number, text in enumerate(texts, 1)]


_WRITERS: Mapping[str, Callable[[Brief, random.Random], str]] = {
    "resume_guidance": _resume,
    "job_description": _job_description,
    "job_resume_match": _match,
    "recruiting_strategy": _recruiting,
    "ats_keywords": _ats,
}
_HINTS = (
    ("ats_keywords", r"\bats\b|keyword"),
    ("job_resume_match", r"\bmatch|\bscore\b|\bfit\b|\bvs\b"),
    ("resume_guidance", r"\bresume\b|\bcv\b|bullet"),
    ("recruiting_strategy", r"recruit|sourc|hiring plan|hire"),
    ("job_description", r"\bjd\b|job description|job ad"),
)


def _domain_of(prompt: str) -> str | None:
    """The domain whose role the system turn gives the model; without one, a guess from the question's words."""
    if domain := named_domain(prompt):
        return domain.name
    question = chatml.last_user_turn(prompt).casefold()[:20_000]
    return next((name for name, pattern in _HINTS if re.search(pattern, question)), None)


def _inline(text: str) -> str:
    """Lists run on in one line, as the real model often writes them."""
    bulleted = re.sub(r"\n- ", " \u2022 ", text)
    return re.sub(r"\n(?=\d{1,2}\. )", " ", bulleted) if bulleted == text else bulleted


def _half(text: str) -> str:
    """The last sections are missing."""
    if "\n" in text:
        rows = text.split("\n")
        return "\n".join(rows[: len(rows) // 2])
    return ", ".join(text.split(", ")[:10])


def _repeat(text: str) -> str:
    """The first item over and over."""
    if "\n" not in text:
        return ", ".join(text.split(", ")[:6] * 4)
    first = re.search(r"^(?:\d{1,2}\.|-) (.*)$", text, re.MULTILINE)
    return re.sub(r"^(\d{1,2}\.|-) .*$", rf"\1 {first[1]}" if first else r"\1", text, flags=re.MULTILINE)


def _digits(text: str) -> str:
    """The completion begins with a digit, as half of the real model's seeded ones do."""
    return re.sub(r"\A(?:1\. )?", lambda match: f"{match[0]}100% ", text)


DEFECTS: Mapping[str, Callable[[str], str]] = {
    "inline_lists": _inline,
    "missing_sections": _half,
    "repeats": _repeat,
    "digit_start": _digits,
    "cut": str,
}
"""The real model's defects by name; `cut` ends the completion at a part of its tokens."""


def token_count(text: str) -> int:
    """The engine's own tokens of a text: words and signs."""
    return len(_TOKEN.findall(text))


@dataclass(frozen=True)
class Written:
    """What the engine wrote; token counts are its own, of words and signs, not of a model's tokenizer."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int

    @property
    def pieces(self) -> tuple[str, ...]:
        """The text token by token, each with the white space before it."""
        return tuple(_PIECE.findall(self.text))

    def stopped(self, stops: Sequence[str]) -> Written:
        """The writing up to the first of the strings that end it."""
        found = [place for stop in stops if stop and (place := self.text.find(stop)) >= 0]
        if not found:
            return self
        cut = replace(self, text=self.text[: min(found)], finish_reason="stop")
        return replace(cut, completion_tokens=len(cut.pieces))


@dataclass(frozen=True)
class OfflineEngine:
    """Writes an answer by rules; the same for the same prompt, seed and settings.

    Attributes:
        seed: Varies the choice of sentences and defects.
        defect_rate: Share of answers, 0 to 1, that get one of the `defects`; each prompt is drawn for anew.
        defects: Names out of `DEFECTS`.

    Raises:
        ValueError: The rate is no share, or a defect is unknown.
    """

    seed: int = 0
    defect_rate: float = 0.0
    defects: tuple[str, ...] = tuple(DEFECTS)

    def __post_init__(self) -> None:
        if not 0 <= self.defect_rate <= 1:
            raise ValueError(f"defect_rate must be from 0 to 1, not {self.defect_rate}")
        if unknown := set(self.defects) - set(DEFECTS):
            raise ValueError(f"unknown defects: {', '.join(sorted(unknown))}; there are: {', '.join(DEFECTS)}")

    def complete(self, prompt: str, max_tokens: int) -> Written:
        """Writes the completion of a ChatML prompt or a plain question, at most `max_tokens` of its own tokens."""
        rng = random.Random(f"{self.seed}|{prompt}")
        domain = _domain_of(prompt)
        text = f"{ENGINE_NAME}: it writes the five career domains only."
        defect = ""
        if rules := offline_tools.answer(prompt, ENGINE_NAME):
            text = rules
        elif domain:
            text = _WRITERS[domain](read_brief(chatml.last_user_turn(prompt)), rng)
            if self.defects and rng.random() < self.defect_rate:
                defect = rng.choice(self.defects)
                text = DEFECTS[defect](text)
            if JSON_INSTRUCTION in prompt and (answer := DOMAINS[domain].read(text).answer):
                text = json.dumps(answer.form())
        if prompt.endswith("\n1. "):
            text = text.removeprefix("1. ")
        tokens = list(_TOKEN.finditer(text))
        allowed = min(max_tokens, int(len(tokens) * rng.uniform(0.3, 0.6))) if defect == "cut" else max_tokens
        cut = len(tokens) > allowed
        return Written(
            text=text[: tokens[allowed - 1].end()] if cut else text,
            finish_reason="length" if cut else "stop",
            prompt_tokens=token_count(prompt),
            completion_tokens=min(len(tokens), allowed),
        )
