"""From a RunPod job, whatever worker wrote it, to one `Completion` or one typed error."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from langchain_careerv2.runpod.errors import (
    BlockedError,
    EndpointError,
    EndpointTimeoutError,
    InvalidRequestError,
    JobError,
    PromptTooLongError,
    ProtocolError,
)

Json = Mapping[str, Any]
"""A JSON object as parsed: what is inside is only known once it is read."""


class JobStatus(str, Enum):
    """The job states of RunPod's documentation."""

    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"


TERMINAL = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.TIMED_OUT})
"""The states a job does not leave. Any other, known or not, is worth another poll."""


@dataclass(frozen=True)
class Usage:
    """Tokens in and out."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Both together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens)


@dataclass(frozen=True)
class Completion:
    """One answer of a worker.

    Attributes:
        text: The completion, without the seed that ended the prompt.
        finish_reason: `stop`, `length`, or what the worker said; None where it said nothing.
        usage: Tokens in and out; None where the worker did not count.
        job_id: The RunPod job.
        delay_ms: Milliseconds in the queue, cold start included (of the last run, where RunPod ran the job twice).
        execution_ms: Milliseconds of work.
        model: The model's name as the worker says it.
        validation: The handler's own validation block.
    """

    text: str
    finish_reason: str | None = None
    usage: Usage | None = None
    job_id: str | None = None
    delay_ms: int | None = None
    execution_ms: int | None = None
    model: str | None = None
    validation: Json | None = None


def decode(job: Json, *, max_tokens: int | None = None) -> Completion:
    """Reads the answer out of a finished job.

    Args:
        job: The job object of `/runsync` or `/status`.
        max_tokens: What the request asked for: a worker that gives no finish reason but spent them all was cut.

    Raises:
        EndpointError: The leaf that fits: `JobError`, `EndpointTimeoutError`, `InvalidRequestError`,
            `PromptTooLongError`, `BlockedError`, or `ProtocolError` for a shape that no known worker gives.
    """
    job_id = job.get("id") if isinstance(job.get("id"), str) else None
    status, output = job.get("status"), job.get("output")
    if status == JobStatus.TIMED_OUT:
        raise EndpointTimeoutError("RunPod gave the job up (TIMED_OUT)", job_id=job_id)
    if status != JobStatus.COMPLETED:
        raise _worker_error(job.get("error"), f"the job ended {status} without an answer", job_id)
    batches: list[Any] = output if isinstance(output, list) else [output]
    last: Json = {}
    if isinstance(output, str) or not any(batches):
        text = output if isinstance(output, str) else ""
    else:
        text = "".join(_text(batch, output, job_id) for batch in batches)
        last = batches[-1]
    usage = _usage(last.get("usage"))
    finish = last["choices"][0].get("finish_reason") if last else None
    if finish is None and usage and max_tokens and usage.completion_tokens >= max_tokens:
        finish = "length"
    return Completion(
        text=_LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text),
        finish_reason=finish,
        usage=usage,
        job_id=job_id,
        delay_ms=job.get("delayTime"),
        execution_ms=job.get("executionTime"),
        model=last.get("model"),
        validation=last.get("validation"),
    )


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no file and no terminal would take it


def shape(value: object, depth: int = 2) -> str:
    """Describes a JSON value by its types and keys, never by its contents."""
    if isinstance(value, Mapping):
        keys = ", ".join(str(key)[:40] for key in list(value)[:20])
        return f"object with keys ({keys})"
    if isinstance(value, list):
        inside = f" of {shape(value[0], depth - 1)}" if value and depth else ""
        return f"list[{len(value)}]{inside}"
    return type(value).__name__


def _text(batch: object, output: object, job_id: str | None) -> str:
    """The text of one output object of a vLLM worker, old or new, or of the handler."""
    if isinstance(batch, Mapping):
        if batch.get("error") or batch.get("object") == "error":
            raise _worker_error(batch.get("error") or batch, "the worker answered with an error", job_id)
        if batch.get("blocked"):
            message = batch.get("message") or "the handler blocked this question"
            raise BlockedError(str(message), intent=str(batch.get("intent") or ""), job_id=job_id)
        choices = batch.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
            text = _choice_text(choices[0])
            if text is not None:
                return text
    raise ProtocolError(f"the worker's output has an unknown shape: {shape(output)}", job_id=job_id)


def _choice_text(choice: Json) -> str | None:
    message, tokens = choice.get("message"), choice.get("tokens")
    if isinstance(choice.get("text"), str):
        return str(choice["text"])
    if isinstance(message, Mapping) and "content" in message:
        return message["content"] or ""
    if isinstance(tokens, list) and all(isinstance(token, str) for token in tokens):
        return "".join(tokens)
    return None


_USAGE_KEYS = (("prompt_tokens", "completion_tokens"), ("input", "output"), ("input_tokens", "output_tokens"))


def _usage(usage: object) -> Usage | None:
    if isinstance(usage, Mapping):
        for prompt, completion in _USAGE_KEYS:
            spent, made = usage.get(prompt), usage.get(completion)
            if isinstance(spent, int) and isinstance(made, int):
                return Usage(spent, made)
    return None


_TOO_LONG = re.compile(r"prompt too long|context length|input_tokens", re.IGNORECASE)
_EMBEDDED = re.compile(r"HTTP \d{3}: ")
_ERROR_LIMIT = 20_000  # characters; a traceback is far shorter, and a longer text is not worth parsing as Python


def _worker_error(error: object, what: str, job_id: str | None) -> EndpointError:
    """The typed error for what a worker said: plain text, JSON in text, a Python repr in text, or an object."""
    details = _details(error)
    message = str(details.get("message") or details.get("error_message") or "")
    kind = f"{details.get('type', '')} {details.get('code', '')}"
    leaf: type[EndpointError] = JobError
    if _TOO_LONG.search(f"{message} {details.get('param')}"):
        leaf = PromptTooLongError
    elif "BadRequestError" in kind or "400" in kind:
        leaf = InvalidRequestError
    said = message.partition("\n")[0].strip()[:200]  # what follows the first line is a traceback
    return leaf(f"{what}: {said}" if said else what, job_id=job_id)


def _details(error: object) -> Json:
    """Unwraps an error to the object that carries `message`: RunPod wraps it in text, vLLM's worker once more."""
    if isinstance(error, str):
        parsed = _parsed(error)
        return {"message": error} if parsed is None else _details(parsed)
    if not isinstance(error, Mapping):
        return {}
    inner = error.get("error") or error.get("message")
    unwrapped = _parsed(inner) if isinstance(inner, str) else inner
    return _details(unwrapped) if isinstance(unwrapped, Mapping) else error


def _parsed(text: str) -> Json | None:
    """The object written in an error text: as JSON, as a Python repr, or as JSON behind `HTTP 400: `."""
    embedded = _EMBEDDED.split(text, maxsplit=1)[-1]
    for candidate, parse in ((text, json.loads), (text, ast.literal_eval), (embedded, json.loads)):
        try:
            parsed = parse(candidate[:_ERROR_LIMIT])
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(parsed, Mapping):
            return parsed
    return None
