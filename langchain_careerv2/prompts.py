"""The guide's prompts as LangChain `PromptTemplate`s: ChatML, one per domain, safe for any user text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Literal

from langchain_core.prompts import PromptTemplate

from langchain_careerv2 import chatml
from langchain_careerv2.domains import DOMAINS, JSON_INSTRUCTION, Answer, Domain
from langchain_careerv2.errors import RequestError

ExemplarStyle = Literal["contract", "guide", "none"]


class ChatMLPromptTemplate(PromptTemplate):
    """A `PromptTemplate` whose values can neither close their turn nor open another one."""

    def format(self, **kwargs: object) -> str:
        """Formats the prompt; control strings in the values are neutralised, braces in them are plain text.

        Raises:
            RequestError: A value is not text, or has nothing but white space in it.
        """
        values = self._merge_partial_and_user_variables(**kwargs)
        used = [name for name in (*self.input_variables, *self.partial_variables) if name in values]
        return super().format(**{name: _neutral(name, values[name]) for name in used})


def _neutral(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise RequestError(f"{name} must be a string, not {type(value).__name__}")
    if not value.strip():
        raise RequestError(f"{name} is empty: say what the answer should be about")
    return value if isinstance(value, chatml.Fenced) else chatml.fenced(value)


def get_domain(domain: str | Domain[Answer]) -> Domain[Answer]:
    """The domain of that name; a `Domain` is returned as it is.

    Raises:
        RequestError: There is no domain of that name.
    """
    if isinstance(domain, Domain):
        return domain
    try:
        return DOMAINS[domain]
    except KeyError:
        raise RequestError(f"no domain {domain!r}; there are: {', '.join(DOMAINS)}") from None


def domain_prompt(domain: str | Domain[Answer], *, exemplar: ExemplarStyle = "contract") -> PromptTemplate:
    """The ChatML prompt of a domain: system text with its examples, the user's `request`, the seed.

    Args:
        domain: A domain's name, or a `Domain`.
        exemplar: `contract` shows examples that pass the domain's own contract, `guide` the guide's own example (its
            job description fails the guide's check), `none` no example.

    Returns:
        A template with the one input variable `request`.

    Raises:
        RequestError: There is no such domain.
    """
    domain = get_domain(domain)
    shown = {"contract": domain.exemplars, "guide": (domain.guide_exemplar,), "none": ()}[exemplar]
    return _template(domain.system, [text for text in shown if text], domain.seed)


def json_prompt(domain: str | Domain[Answer]) -> PromptTemplate:
    """The ChatML prompt that asks for a domain's JSON form, with the domain's examples in that form and no seed.

    Raises:
        RequestError: There is no such domain.
    """
    domain = get_domain(domain)
    answers = (domain.read(text).answer for text in domain.exemplars)
    shown = [json.dumps(answer.form(), ensure_ascii=False) for answer in answers if answer]
    return _template(f"{domain.system}\n\n{JSON_INSTRUCTION}", shown)


def version(template: PromptTemplate) -> str:
    """The version of a prompt: a fingerprint of its words, for telling runs with different prompts apart."""
    return hashlib.sha256(template.template.encode()).hexdigest()[:12]


SMALL_TALK_SYSTEM = (
    "You are a career assistant. Answer in one or two friendly sentences. You can help with resumes, job descriptions,"
    " comparing a resume with a job, recruiting plans and ATS keywords. Say no figures and make no promises."
)
OTHER_SYSTEM = (
    "You are a career assistant. Answer the question briefly and honestly. Where it is not about careers or hiring, say"
    " so and say what you can do. Name no pay figures and no facts about the labour market: you have no current data."
)


def plain_prompt(system: str) -> PromptTemplate:
    """The ChatML prompt of a question that belongs to no domain: a system text, the user's `request`, no seed."""
    return _template(system, ())


def _template(system: str, examples: Sequence[str], seed: str = "") -> PromptTemplate:
    system = "\n\n".join([system, *(f"Example:\n{text}" for text in examples)])
    braced = system.replace("{", "{{").replace("}", "}}")
    return ChatMLPromptTemplate.from_template(chatml.render(braced, "{request}", seed))
