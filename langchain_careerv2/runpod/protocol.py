"""The RunPod job protocol without I/O: generators that yield what to do and receive what came back.

A flow yields a `Call` (a driver answers with a `Reply`) or a `Sleep` (answered with None) and returns its result. What
goes wrong in the driver, from a refused connection to Ctrl-C, is thrown into the flow at that point, so that the flow
can still ask for the job to be cancelled before it ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.outputs import TERMINAL, Completion, Json, decode, shape

RUNSYNC_WAIT = 90.0
"""Seconds that `/runsync` holds a request at most: RunPod's default for `wait`."""
RUNSYNC_WAIT_MIN = 1.0
"""Seconds; RunPod takes no shorter `wait`."""
GRACE = 2.0
"""Seconds between RunPod's end of waiting and ours: a socket that gave up first would lose the job's id."""
CALL_TIMEOUT = 10.0
"""Seconds for a status or health call (the official SDK's number)."""
CANCEL_TIMEOUT = 3.0
"""Seconds for a cancel call (the official SDK's number): what a deadline can be late by."""
POLL_FIRST, POLL_FACTOR, POLL_MAX = 0.2, 1.5, 3.0
"""Seconds between polls: a warm answer takes seconds, a cold start minutes, and /status allows 200 calls a second."""


@dataclass(frozen=True)
class Call:
    """One HTTP call: `path` below the endpoint's URL, a JSON body or none, seconds until it has failed."""

    method: str
    path: str
    body: Json | None = None
    timeout: float = CALL_TIMEOUT


@dataclass(frozen=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Reply:
    """What came back: the HTTP status, the headers (names in lower case) and the undecoded body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


T = TypeVar("T")
Flow = Generator[Call | Sleep, Reply | None, T]
Clock = Callable[[], float]
"""Seconds that never run backwards, such as `time.monotonic`."""


def run_job(job_input: Json, *, timeout: float, clock: Clock, max_tokens: int | None = None) -> Flow[Completion]:
    """Submits a job, waits for it and decodes its answer; whatever ends the wait early cancels the job.

    Args:
        job_input: The worker's `input`.
        timeout: Seconds for everything; cancelling may take `CANCEL_TIMEOUT` more.
        clock: Tells the seconds that have passed.
        max_tokens: Passed to `decode`.

    Raises:
        EndpointTimeoutError: The deadline passed; the job, where its id was known, is cancelled.
        EndpointError: Any other leaf.
    """
    deadline = clock() + timeout
    wait = min(RUNSYNC_WAIT, timeout - GRACE)
    path, limit = "/run", timeout
    if wait >= RUNSYNC_WAIT_MIN:
        path, limit = f"/runsync?wait={int(wait * 1000)}", wait + GRACE
    job = _json((yield Call("POST", path, {"input": job_input}, limit)))
    if job.get("status") not in TERMINAL:
        job = yield from _wait(job, deadline, clock)
    return decode(job, max_tokens=max_tokens)


def health() -> Flow[Json]:
    """The endpoint's job and worker counts, as RunPod words them."""
    return _json((yield Call("GET", "/health")))


def _wait(job: Json, deadline: float, clock: Clock) -> Flow[Json]:
    job_id = job.get("id")
    if not isinstance(job_id, str):
        raise errors.ProtocolError(f"RunPod took the job without giving an id: {shape(job)}")
    interval = POLL_FIRST
    try:
        while job.get("status") not in TERMINAL:
            left = deadline - clock()
            if left <= 0:
                state = str(job.get("status"))[:20]
                raise errors.EndpointTimeoutError(
                    f"the job was still {state} at the deadline and was cancelled; a cold start can take minutes:"
                    " raise timeout, or keep a worker warm (Min Workers=1)",
                    job_id=job_id,
                )
            yield Sleep(min(interval, left))
            interval = min(interval * POLL_FACTOR, POLL_MAX)
            job = yield from _poll(job, job_id)
    except GeneratorExit:
        raise
    except BaseException:
        with suppress(errors.EndpointError):
            yield Call("POST", f"/cancel/{job_id}", timeout=CANCEL_TIMEOUT)
        raise
    return job


def _poll(job: Json, job_id: str) -> Flow[Json]:
    """The job's newest state; a poll that failed in a way that passes leaves the old one standing."""
    try:
        return _json((yield Call("GET", f"/status/{job_id}")))
    except errors.EndpointNotFoundError:
        raise errors.JobError("RunPod no longer knows the job: purged, or its result expired", job_id=job_id) from None
    except errors.EndpointError as error:
        if not error.is_retryable:
            raise
        return job


_HTTP_ERRORS: dict[int, tuple[type[errors.EndpointError], str]] = {
    400: (errors.InvalidRequestError, "RunPod refused the request as malformed"),
    401: (errors.AuthenticationError, "RunPod did not accept the API key: check RUNPOD_API_KEY"),
    403: (errors.AuthenticationError, "this API key has no permission for the endpoint"),
    404: (errors.EndpointNotFoundError, "RunPod knows no such endpoint: check the endpoint id and base_url"),
    413: (errors.InvalidRequestError, "the request is too large for RunPod"),
    422: (errors.InvalidRequestError, "RunPod refused the request as malformed"),
    429: (errors.RateLimitError, "too many requests, or RunPod's queue is full"),
}


def _json(reply: Reply | None) -> Json:
    """The JSON object of a reply, or the typed error of its HTTP status."""
    if reply is None:
        raise TypeError("a driver answers a Call with a Reply")
    if not 200 <= reply.status < 300:
        unknown = (errors.ServerError if reply.status >= 500 else errors.ProtocolError, "RunPod failed to answer")
        leaf, what = _HTTP_ERRORS.get(reply.status, unknown)
        raise leaf(f"{what} (HTTP {reply.status})", retry_after=_seconds(reply.headers.get("retry-after")))
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        kind = reply.headers.get("content-type", "no content type").partition(";")[0][:40]
        raise errors.ProtocolError(
            f"RunPod answered HTTP {reply.status} with {len(reply.body)} bytes of {kind}, which are not JSON"
        ) from None
    if not isinstance(body, dict) or not body:
        raise errors.ProtocolError(f"RunPod answered HTTP {reply.status} with {shape(body)} where a job was due")
    return body


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
