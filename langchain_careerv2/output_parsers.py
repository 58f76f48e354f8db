"""Output parsers that validate: a typed answer, or a `ContractError` that says what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import BaseOutputParser
from langchain_core.outputs import ChatGeneration, Generation
from pydantic import InstanceOf

from langchain_careerv2.domains import Answer, Domain, Issue, Reading
from langchain_careerv2.errors import EndpointError
from langchain_careerv2.prompts import get_domain
from langchain_careerv2.runpod.outputs import Usage


@dataclass(frozen=True)
class Attempt:
    """One try at an answer.

    Attributes:
        rung: `draft`, or `clarifier` for a re-ask.
        reading: What was read out of the completion.
        truncated: Whether the token limit cut the completion.
        usage: Tokens in and out; None where the model did not say.
        info: The completion's metadata: job id, finish reason, queue and execution milliseconds.
        error: Why a re-ask brought no completion; its reading is then that of an empty text.
    """

    rung: str
    reading: Reading[Answer]
    truncated: bool = False
    usage: Usage | None = None
    info: dict[str, Any] = field(default_factory=dict)
    error: EndpointError | None = None


def best(attempts: tuple[Attempt, ...]) -> Attempt:
    """The attempt with the fewest gate issues, then the fewest contract issues, then the earliest."""
    return min(attempts, key=lambda attempt: attempt.reading.rank)


class ContractError(OutputParserException):
    """An answer failed its domain's contract.

    Attributes:
        domain: The domain's name.
        issues: What the best attempt lacks, gate issues first.
        text: The raw text of the best attempt; also `llm_output`.
        observation: The failed checks in words that a model can act on.
        reading: The best attempt's reading.
        attempts: Every attempt, in order; empty where a parser alone read one text.
    """

    def __init__(self, domain: Domain[Answer], reading: Reading[Answer], attempts: tuple[Attempt, ...] = ()) -> None:
        gates = "; ".join(issue.message for issue in reading.issues if issue.severity == "gate")
        tried = f" after {len(attempts)} attempts" if len(attempts) > 1 else ""
        self._message = f"the answer fails the contract of {domain.name}{tried}: {gates}"
        # An exception object instead of a string keeps core from adding a link to its own help pages.
        super().__init__(ValueError(self._message), domain.clarify(reading.issues), reading.text)
        self.domain = domain.name
        self.issues: tuple[Issue, ...] = reading.issues
        self.text = reading.text
        self.reading = reading
        self.attempts = attempts
        self._arguments = (domain, reading, attempts)

    def __str__(self) -> str:
        return self._message

    def __reduce__(self) -> tuple[type[ContractError], tuple[object, ...]]:
        return type(self), self._arguments


class CareerOutputParser(BaseOutputParser[Answer]):
    """Reads a completion of one domain.

    Use it behind any model: `domain_prompt("ats_keywords") | llm | CareerOutputParser("ats_keywords")`. A string
    carries no finish reason; `career_chain` hands the parser the whole generation, so that a cut answer is read as one.
    """

    domain: InstanceOf[Domain[Answer]]

    def __init__(self, domain: str | Domain[Answer], **kwargs: Any) -> None:
        super().__init__(domain=get_domain(domain), **kwargs)

    def parse(self, text: str) -> Answer:
        """Returns the typed answer.

        Raises:
            ContractError: The text fails the contract.
        """
        return self.parse_result([Generation(text=text)])

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Answer:
        """Returns the typed answer of the first generation.

        Raises:
            ContractError: The text fails the contract.
        """
        reading = self.read(result[0])
        if not reading.ok or reading.answer is None:
            raise ContractError(self.domain, reading)
        return reading.answer

    def read(self, generation: Generation) -> Reading[Answer]:
        """Reads and judges a generation without raising."""
        return self.domain.read(generation.text, truncated=was_cut(generation))

    def get_format_instructions(self) -> str:
        """The domain's system prompt says what the answer must look like."""
        return self.domain.system

    @property
    def _type(self) -> str:
        return "careerv2"


def was_cut(generation: Generation) -> bool:
    """Whether the model stopped because its tokens ran out."""
    info = dict(generation.generation_info or {})
    if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
        info |= generation.message.response_metadata
    return info.get("finish_reason") == "length"
