"""What was tried for a request, and what it cost: kept on success and on failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic_core import SchemaSerializer, core_schema

from langchain_careerv2.domains import Answer, Reading
from langchain_careerv2.gates.hostile import Flag
from langchain_careerv2.runpod.outputs import Usage
from langchain_careerv2.structured import Dialect
from langchain_careerv2.trimming.sections import Cut


@dataclass(frozen=True)
class Attempt:
    """One try at an answer.

    Attributes:
        rung: `draft`, `re-ask`, `json_first`, or `json_re-ask`.
        reading: What was read out of the completion.
        reason: Why it was made: the gate codes of the attempt before, `cut`, a JSON problem, the name of an error;
            empty for the first.
        truncated: Whether the token limit cut the completion.
        usage: Tokens in and out; None where the model did not say. A cached answer cost none.
        info: The completion's metadata: job id, finish reason, queue and execution milliseconds.
        dialect: How JSON was asked for: a field of the request, or `none` for the prompt alone; None for text.
        seconds: How long it was worked at, or how long the call took where the endpoint does not say.
        constrained: Whether the endpoint held the model to the schema: the answer has what only the schema could tell.
        chars: Characters of the prompt.
        limit: Tokens in and out that it could take.
        error: Why it brought no completion; its reading is then that of an empty text.
        prompt_version: The version of its prompt, without the request.
    """

    rung: str
    reading: Reading[Answer] = field(repr=False)
    reason: str = ""
    truncated: bool = False
    usage: Usage | None = None
    info: Mapping[str, Any] = field(default_factory=dict)
    dialect: Dialect | None = None
    constrained: bool = False
    seconds: float = 0.0
    chars: int = 0
    limit: int = 0
    error: Exception | None = None
    prompt_version: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it brought a typed answer that passed."""
        return self.error is None and self.reading.ok and self.reading.answer is not None

    @property
    def failure(self) -> str:
        """The reason for the attempt after this one."""
        if self.error is not None:
            return type(self.error).__name__
        if self.reading.problem:
            return f"json: {self.reading.problem}"
        gates = ",".join(issue.code for issue in self.reading.issues if issue.severity == "gate")
        return "cut" if self.truncated else gates

    def entry(self) -> dict[str, Any]:
        """The attempt as JSON types, without any of its text."""
        usage = self.usage or Usage()
        return {
            "rung": self.rung,
            "reason": self.reason,
            "ok": self.accepted,
            "issues": [f"{issue.severity}:{issue.code}" for issue in self.reading.issues],
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "delay_ms": self.info.get("delay_ms"),
            "execution_ms": self.info.get("execution_ms"),
            "prompt_version": self.prompt_version,
            "dialect": self.dialect,
            "constrained": self.constrained,
            "truncated": self.truncated,
            "job_id": self.info.get("job_id"),
            "error": type(self.error).__name__ if self.error else None,
        }


@dataclass(frozen=True)
class Ledger:
    """All attempts at one request, in order.

    Attributes:
        attempts: The attempts.
        stopped: Why no further one was made, where one was due: no time, no tokens, or an error that will not pass.
        flags: What the request has of hidden text, disguised letters and orders to the model.
        cuts: What was cut of the documents to make them fit.
    """

    attempts: tuple[Attempt, ...] = ()
    stopped: str = ""
    flags: tuple[Flag, ...] = ()
    cuts: tuple[Cut, ...] = ()

    @property
    def best(self) -> Attempt:
        """An accepted one if there is one; of equals the fewest gate issues, contract issues, then the earliest."""
        return min(
            self.attempts, key=lambda attempt: (attempt.error is not None, not attempt.accepted, *attempt.reading.rank)
        )

    @property
    def reason(self) -> str:
        """Why a further attempt is due; empty where none was made yet."""
        return self.attempts[-1].failure if self.attempts else ""

    @property
    def usage(self) -> Usage:
        """Tokens of all attempts together; those without a count, as of other models, add nothing."""
        return sum((attempt.usage for attempt in self.attempts if attempt.usage), Usage())

    @property
    def spent(self) -> int:
        """Tokens that the attempts took, or could take where the model does not say."""
        return sum(attempt.usage.total_tokens if attempt.usage else attempt.limit for attempt in self.attempts)

    def summary(self) -> dict[str, Any]:
        """The ledger as JSON types, for a trace or a log; it holds no text of the request or of an answer."""
        return {
            "attempts": [attempt.entry() for attempt in self.attempts],
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
            "uncounted": sum(attempt.usage is None for attempt in self.attempts),
            "stopped": self.stopped,
            "flags": sorted({flag.kind for flag in self.flags}),
            "cut": sum(cut.characters for cut in self.cuts),
        }


def _plain(attempt: Attempt) -> dict[str, Any]:
    """An attempt with its error's name in the error's place."""
    parts = {part.name: getattr(attempt, part.name) for part in fields(attempt)}
    return {**parts, "error": type(attempt.error).__name__ if attempt.error else None}


# A message is written as JSON by pydantic, with the ledger in its artifact; it knows no exceptions.
_AS_JSON = core_schema.plain_serializer_function_ser_schema(_plain, when_used="json")
Attempt.__pydantic_serializer__ = SchemaSerializer(core_schema.any_schema(serialization=_AS_JSON))  # type: ignore[attr-defined]  # pydantic looks for it on any class
