"""From what a worker answers, whole or piece by piece, to one `Completion` or one typed error."""

from __future__ import annotations

import ast
import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from langchain_careerv2.runpod.errors import (
    BlockedError,
    EndpointError,
    EndpointNotFoundError,
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

MAX_EVENT = 2**20
"""Characters of one line of an event stream (RunPod splits what a worker yields at 1 MB)."""


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


class Decoder:
    """Reads what a worker yields, one output after another, in any shape that is known (`shapes.json`).

    A stream and a finished job's aggregate are read by the same code, so that their texts can be compared.

    Args:
        job_id: The job that errors name.
        is_events: Whether strings are an event stream; None tells by how the first begins.

    Attributes:
        done: Whether the stream has said that nothing follows.
    """

    def __init__(self, job_id: str | None = None, *, is_events: bool | None = None) -> None:
        self.done = False
        self._job_id = job_id
        self._pieces: list[str] = []
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_events = is_events
        self._unread = ""
        self._usage: Usage | None = None
        self._finish: str | None = None
        self._model: str | None = None
        self._validation: Json | None = None

    @property
    def ended(self) -> bool:
        """Whether the worker has said why it stopped."""
        return self._finish is not None

    def feed(self, output: object) -> str:
        """Takes one output, or some bytes of an event stream cut anywhere, and returns the text that it adds.

        Raises:
            EndpointError: The leaf that fits what the output says instead of text; `ProtocolError` for a shape that no
                known worker gives.
        """
        read = len(self._pieces)
        self._take(output, output)
        self._pieces[read:] = [_LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", "".join(self._pieces[read:]))]
        return self._pieces[-1]

    def completion(self, job: Json | None = None, *, max_tokens: int | None = None) -> Completion:
        """What was read, all of it.

        Args:
            job: The job object, for its times.
            max_tokens: What the request asked for: a worker that gives no finish reason but spent them all was cut.
        """
        rest, self._unread = self._unread, ""
        if self._is_events:
            self._event(rest)
        else:
            self._pieces.append(rest)
        job, finish = job or {}, self._finish
        if finish is None and self._usage and max_tokens and self._usage.completion_tokens >= max_tokens:
            finish = "length"
        delay, execution = (
            value if isinstance(value := job.get(name), int) else None for name in ("delayTime", "executionTime")
        )
        text = "".join(self._pieces)
        return Completion(text, finish, self._usage, self._job_id, delay, execution, self._model, self._validation)

    def _take(self, output: object, whole: object) -> None:
        if isinstance(output, bytes):
            self._string(self._utf8.decode(output))
        elif isinstance(output, str):
            self._string(output)
        elif isinstance(output, Mapping):
            self._object(output)
        elif isinstance(output, list) and (output is whole or all(isinstance(item, Mapping) for item in output)):
            for item in output:
                self._take(item, whole)
        elif output is not None:
            raise self._unknown(whole)

    def _string(self, text: str) -> None:
        text = self._unread + text
        if self._is_events is None:
            if _MAYBE_EVENTS.fullmatch(text):
                self._unread = text
                return
            self._is_events = _EVENTS.match(text) is not None
        if not self._is_events:
            self._unread = ""
            self._pieces.append(text)
            return
        *lines, self._unread = text.split("\n")
        if len(self._unread) > MAX_EVENT:
            raise ProtocolError("a line of the stream is longer than RunPod sends", job_id=self._job_id)
        for line in lines:
            self._event(line)

    def _event(self, line: str) -> None:
        name, _, data = line.removeprefix("\ufeff").partition(":")
        self.done = self.done or data.strip() == "[DONE]"
        if name != "data" or not data.strip() or self.done:
            return
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            raise ProtocolError(
                f"an event of {len(data)} characters in the stream is not JSON", job_id=self._job_id
            ) from None
        if not isinstance(event, Mapping):
            raise self._unknown(event)
        self._object(event)

    def _object(self, output: Json) -> None:
        """One output object, or chunk of a stream, of a vLLM worker, old or new, or of the handler."""
        if output.get("error") or output.get("object") == "error":
            raise worker_error(output.get("error") or output, "the worker answered with an error", self._job_id)
        if output.get("blocked"):
            message = output.get("message") or "the handler blocked this question"
            raise BlockedError(str(message), intent=str(output.get("intent") or ""), job_id=self._job_id)
        if not output:
            return
        usage = _usage(output.get("usage")) or _usage(output)
        choices = output.get("choices", [output])
        if not isinstance(choices, list) or not (choices or usage):
            raise self._unknown(output)
        for choice in choices:
            text = _written(choice) if isinstance(choice, Mapping) else None
            if text is None:
                raise self._unknown(output)
            if not choice.get("index"):
                self._pieces.append(text)
                self._finish = _text(choice.get("finish_reason")) or self._finish
        self._usage = usage or self._usage
        self._model = _text(output.get("model")) or self._model
        if isinstance(validation := output.get("validation"), Mapping):
            self._validation = validation

    def _unknown(self, output: object) -> ProtocolError:
        return ProtocolError(f"the worker's output has an unknown shape: {shape(output)}", job_id=self._job_id)


def decode(job: Json, *, max_tokens: int | None = None) -> Completion:
    """Reads the answer out of a finished job.

    Args:
        job: The job object of `/runsync` or `/status`.
        max_tokens: As in `Decoder.completion`.

    Raises:
        EndpointError: The leaf that fits: `JobError`, `EndpointTimeoutError`, `InvalidRequestError`,
            `PromptTooLongError`, `BlockedError`, or `ProtocolError` for a shape that no known worker gives.
    """
    job_id, status = id_of(job), job.get("status")
    if status == JobStatus.TIMED_OUT:
        raise EndpointTimeoutError("RunPod gave the job up (TIMED_OUT)", job_id=job_id)
    if status != JobStatus.COMPLETED:
        raise worker_error(job.get("error"), f"the job ended {status} without an answer", job_id)
    decoder = Decoder(job_id)
    decoder.feed(job.get("output"))
    return decoder.completion(job, max_tokens=max_tokens)


def id_of(job: Json) -> str | None:
    """The job's id, where it has one."""
    job_id = job.get("id")
    return str(job_id) if isinstance(job_id, (str, int)) else None


def has_ended(job: Json) -> bool:
    """Whether the job is in a state that it does not leave."""
    status = job.get("status")
    return isinstance(status, str) and status in TERMINAL


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no file and no terminal would take it
_EVENTS = re.compile(r"\s*data:\s*[{\[]")
_MAYBE_EVENTS = re.compile(r"\s*(?:d|da|dat|data|data:\s*)?")


def shape(value: object, depth: int = 2) -> str:
    """Describes a JSON value by its types and keys, never by its contents."""
    if isinstance(value, Mapping):
        keys = ", ".join(str(key)[:40] for key in list(value)[:20])
        return f"object with keys ({keys})"
    if isinstance(value, list):
        inside = f" of {shape(value[0], depth - 1)}" if value and depth else ""
        return f"list[{len(value)}]{inside}"
    return type(value).__name__


def _written(part: Json) -> str | None:
    """The text of a choice, or of an output that has no choices."""
    for name in ("message", "delta"):
        inner = part.get(name)
        if isinstance(inner, Mapping):
            content = inner.get("content")
            return "" if content is None else _joined(content)
    return next((text for name in ("text", "tokens") if (text := _joined(part.get(name))) is not None), None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _joined(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(piece, str) for piece in value):
        return "".join(value)
    return _text(value)


_USAGE_KEYS = (("prompt_tokens", "completion_tokens"), ("input", "output"), ("input_tokens", "output_tokens"))


def _usage(usage: object) -> Usage | None:
    if isinstance(usage, Mapping):
        for prompt, completion in _USAGE_KEYS:
            spent, made = usage.get(prompt), usage.get(completion)
            if isinstance(spent, int) and isinstance(made, int):
                return Usage(spent, made)
    return None


_LEAVES: tuple[tuple[str, str, type[EndpointError]], ...] = (
    ("message", r"prompt too long|context length", PromptTooLongError),
    ("param", r"^input_tokens$", PromptTooLongError),
    ("message", r"unexpected keyword argument|^invalid input:", InvalidRequestError),
    ("type", r"BadRequestError", InvalidRequestError),
    ("code", r"^400$", InvalidRequestError),
    ("type", r"NotFoundError", EndpointNotFoundError),
)
"""Where a worker's error says what, and the leaf it then belongs to; the first that fits."""
_EMBEDDED = re.compile(r"HTTP \d{3}: ")
_ERROR_LIMIT = 20_000  # characters; a traceback is far shorter, and a longer text is not worth parsing as Python


def worker_error(
    error: object, what: str, job_id: str | None = None, default: type[EndpointError] = JobError
) -> EndpointError:
    """The typed error for what a worker said: plain text, JSON in text, a Python repr in text, or an object."""
    details = _details(error)
    # What follows the first line is a traceback, with paths in it.
    said = str(details.get("message") or details.get("error_message") or "").partition("\n")[0].strip()[:200]
    where = {"message": said, **{name: str(details.get(name)) for name in ("param", "type", "code")}}
    fits = (leaf for name, pattern, leaf in _LEAVES if re.search(pattern, where[name], re.IGNORECASE))
    leaf = next(fits, default)
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
    return _details(unwrapped) if isinstance(unwrapped, Mapping) else {"message": inner or "", **error}


def _parsed(text: str) -> Json | None:
    """The object written in an error text: as JSON, as a Python repr, or as JSON behind `HTTP 400: `."""
    embedded = _EMBEDDED.split(text, maxsplit=1)[-1]
    for candidate, parse in ((text, json.loads), (text, ast.literal_eval), (embedded, json.loads)):
        try:
            parsed = parse(candidate[:_ERROR_LIMIT])
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(parsed, Mapping):
            return parsed
    return None
