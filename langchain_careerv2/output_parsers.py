"""Output parsers that validate: a typed answer, or a `ContractError` that says what is missing."""

from __future__ import annotations

from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.output_parsers import BaseOutputParser
from langchain_core.outputs import Generation
from pydantic import InstanceOf

from langchain_careerv2.domains import Answer, Domain, Issue, Lens, Reading
from langchain_careerv2.generations import was_cut
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.prompts import get_domain
from langchain_careerv2.runpod.outputs import Usage

_NO_ATTEMPT = Ledger()


class ContractError(OutputParserException):
    """An answer failed its domain's contract.

    Attributes:
        domain: The domain's name.
        issues: What the best attempt lacks, gate issues first.
        text: The text of the best attempt, with the seed; also `llm_output`.
        observation: The failed checks in words that a model can act on.
        reading: The best attempt's reading.
        ledger: Every attempt, in order, with what it cost; empty where a parser alone read one text. `attempts` and
            `usage` are the ledger's.
    """

    def __init__(self, domain: Domain[Answer], reading: Reading[Answer], ledger: Ledger = _NO_ATTEMPT) -> None:
        lacks = "; ".join(reading.gates) or f"it holds no {domain.answer_type.__name__}"
        tried = f" after {len(ledger.attempts)} attempts" if len(ledger.attempts) > 1 else ""
        stopped = f" (no further attempt: {ledger.stopped})" if ledger.stopped else ""
        self._message = f"the answer fails the contract of {domain.name}{tried}: {lacks}{stopped}"
        # An exception object instead of a string keeps core from adding a link to its own help pages.
        super().__init__(ValueError(self._message), domain.clarify(reading.issues), reading.text)
        self.domain = domain.name
        self.issues: tuple[Issue, ...] = reading.issues
        self.text = reading.text
        self.reading = reading
        self.ledger = ledger
        self._arguments = (domain, reading, ledger)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt, in order."""
        return self.ledger.attempts

    @property
    def usage(self) -> Usage:
        """Tokens of all attempts together."""
        return self.ledger.usage

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
    lens: Lens = "default"
    """How strictly to judge: `default`, `strict` (the whole contract) or `reference` (the guide's printed checks)."""

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

    def read(self, generation: Generation, request: str = "") -> Reading[Answer]:
        """Reads and judges a generation without raising; with the request, what it claims is looked up there."""
        return self.domain.read(generation.text, truncated=was_cut(generation), lens=self.lens, request=request)

    def get_format_instructions(self) -> str:
        """The domain's system prompt says what the answer must look like."""
        return self.domain.system

    @property
    def _type(self) -> str:
        return "careerv2"
