"""RunPod's operations without I/O: generators that yield what to do and receive what came back.

A flow yields steps and returns its result. A driver answers a `Call` with a `Reply`, a `Read` with bytes, a `Sleep` and
a `Text` with None. What goes wrong in the driver, from a refused connection to Ctrl-C, is thrown into the flow at that
point. Each function here is one operation; `jobs` makes whole answers of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar
from urllib.parse import quote

from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.outputs import Json, shape, worker_error

CANCEL_TIMEOUT = 3.0
"""Seconds for cancelling a job (the official SDK's number), at most a tenth of the deadline, and within it."""
INTERRUPT_GRACE = 3.0
"""Seconds that an interrupted caller waits for the reply to a submit, in order to cancel the job that it names."""
CALL_TIMEOUT = 10.0
"""Seconds for a call that RunPod answers at once (the official SDK's number)."""
GRACE = 2.0
"""Seconds between RunPod's end of waiting and ours: a socket that gave up first would lose the answer."""
WAIT_MIN = 1.0
"""Seconds; RunPod takes no shorter `wait`."""
POLICY_MIN, POLICY_MAX = {"executionTimeout": 5.0, "ttl": 10.0}, 7 * 86400.0
"""Seconds; RunPod takes no shorter and no longer limits for a job."""
MAX_REPLY = 32 * 2**20
"""Bytes of a reply (RunPod takes and gives 20 MB at most)."""
BACKOFF_FIRST, BACKOFF_MAX = 0.25, 8.0
"""Seconds between tries of a call: doubled each time, less up to half, so that a crowd does not come back at once."""


@dataclass(frozen=True)
class Call:
    """One HTTP call.

    Attributes:
        method: GET, POST or DELETE.
        path: Below the endpoint's URL.
        body: JSON, or None for no body.
        timeout: Seconds until it has failed.
        shielded: Whether its reply matters even to a caller who was interrupted: it may hold the id of a live job.
        streamed: Whether the body is read piece by piece, with `Read`, where the status is 200.
    """

    method: str
    path: str
    body: Json | Sequence[Json] | None = None
    timeout: float = CALL_TIMEOUT
    shielded: bool = False
    streamed: bool = False


@dataclass(frozen=True)
class Read:
    """Some more bytes of a streamed reply, none at its end; `timeout` in seconds."""

    timeout: float


@dataclass(frozen=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Text:
    """Some text of the answer, for whoever listens."""

    text: str


@dataclass(frozen=True)
class Reply:
    """What came back: the HTTP status, the headers (names in lower case) and the undecoded body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


T = TypeVar("T")
Answer = Reply | bytes | None
Flow = Generator[Call | Read | Sleep | Text, Answer, T]
Clock = Callable[[], float]
"""Seconds, such as `time.monotonic`."""


class Closed(BaseException):
    """The consumer of a flow's texts went away. Not GeneratorExit, which no generator may answer with another step."""


class Progress(Generic[T]):
    """A flow on its way.

    Attributes:
        step: What a driver is to do next; None at the end.
        result: What the flow returned.
    """

    result: T

    def __init__(self, flow: Flow[T]) -> None:
        self._flow = flow
        self.step: Call | Read | Sleep | Text | None = next(flow)

    def resume(self, answer: Answer = None, error: BaseException | None = None) -> None:
        """Hands the flow what came of its step, or went wrong. With both, the answer first: it may name a live job.

        Raises:
            BaseException: What the flow raises, or `error` where the flow ended with the answer.
        """
        try:
            if answer is not None or error is None:
                self.step = self._flow.send(answer)
        except StopIteration as done:
            if error is not None:
                raise error from None
            self.step, self.result = None, done.value
            return
        except Exception as failure:
            if error is None or isinstance(error, Exception):
                raise
            raise error from failure  # whoever interrupts is not told of a failure instead
        if error is not None:
            try:
                self.step = self._flow.throw(error)
            except StopIteration as done:
                self.step, self.result = None, done.value


class Deadline:
    """Counts down from `timeout` seconds by a clock. A clock that jumps backwards costs nothing but the jump."""

    def __init__(self, timeout: float, clock: Clock) -> None:
        self._left, self._clock, self._last = timeout, clock, clock()

    def left(self) -> float:
        """Seconds that are left; none or less when it has passed."""
        now = self._clock()
        self._left -= max(0.0, now - self._last)
        self._last = now
        return self._left


def exchange(
    call: Call,
    deadline: Deadline,
    read: Callable[[Reply], T],
    *,
    retries: int,
    again: Callable[[errors.EndpointError], bool],
    room: float = 0.0,
) -> Flow[T]:
    """Makes a call, and makes it again where that is safe and can end in time.

    Args:
        call: The call; its timeout is cut to the deadline.
        deadline: When all of it must be over.
        read: Reads the reply; what it raises is a failure of the call.
        retries: Further tries at most.
        again: Whether a failure may be followed by another try.
        room: Seconds that another try must have left.

    Raises:
        EndpointError: The last failure. A `retry_after` beyond the deadline is not waited for.
    """
    tries = 0
    while True:
        try:
            return read(checked((yield replace(call, timeout=min(call.timeout, deadline.left())))))
        except errors.EndpointError as error:
            pause = backoff(tries, error)
            if tries >= retries or not again(error) or pause + room >= deadline.left():
                raise
        tries += 1
        yield Sleep(pause)


def backoff(retry: int, error: errors.EndpointError | None = None) -> float:
    """Seconds before the next try: what the endpoint asked for, and a jittered, doubling pause."""
    asked = error.retry_after if error and error.retry_after else 0.0
    return asked + min(BACKOFF_FIRST * 2.0**retry, BACKOFF_MAX) * random.uniform(0.5, 1.0)


def was_not_taken(error: errors.EndpointError) -> bool:
    """Whether a submit failed in a way that made no job: submitting again costs nothing."""
    if isinstance(error, errors.EndpointConnectionError):
        return not error.sent
    return isinstance(error, (errors.RateLimitError, errors.UnavailableError))


def is_passing(error: errors.EndpointError) -> bool:
    """Whether a call that changes nothing, or may be done twice, is worth repeating."""
    return error.is_retryable or isinstance(error, errors.ProtocolError)


def policy(timeout: float) -> dict[str, int]:
    """RunPod's own limits for a job whose caller waits `timeout` seconds, in milliseconds.

    They end a job that its caller could not cancel. The time to live is longer by a margin, so that a result is not
    deleted while it is asked for.
    """
    wanted = {"executionTimeout": timeout, "ttl": timeout + 2 * CALL_TIMEOUT}
    return {name: round(1000 * min(max(seconds, POLICY_MIN[name]), POLICY_MAX)) for name, seconds in wanted.items()}


def run(job_input: Json, **options: object) -> Call:
    """Queues a job. `options` are RunPod's, such as `policy` or `webhook`."""
    return Call("POST", "/run", {"input": job_input, **options}, shielded=True)


def runsync(job_input: Json, wait: float, **options: object) -> Call:
    """Queues a job and waits `wait` seconds, 1 to 300, for its end; after that it answers with the unfinished job."""
    path = f"/runsync?wait={round(wait * 1000)}"
    return Call("POST", path, {"input": job_input, **options}, wait + CALL_TIMEOUT, shielded=True)


def status(job_id: str) -> Call:
    """A job's state, with its output or error where it has ended."""
    return Call("GET", f"/status/{quote(job_id, safe='')}")


def status_sync(job_id: str, wait: float) -> Call:
    """As `status`, but RunPod answers when the job ends or `wait` seconds, 1 to 90, have passed."""
    return Call("GET", f"/status-sync/{quote(job_id, safe='')}?wait={round(wait * 1000)}", timeout=wait + GRACE)


def stream(job_id: str) -> Call:
    """What the worker has yielded since the last call; RunPod holds an empty answer for up to 10 seconds.

    RunPod takes GET too. But each call takes away what it brings, and HTTP libraries repeat a GET whose reply was lost
    without a word.
    """
    return Call("POST", f"/stream/{quote(job_id, safe='')}", timeout=CALL_TIMEOUT + GRACE)


def cancel(job_id: str) -> Call:
    """Ends a job, queued or running."""
    return Call("POST", f"/cancel/{quote(job_id, safe='')}", shielded=True)


def retry(job_id: str) -> Call:
    """Queues a FAILED or TIMED_OUT job again, under its id."""
    return Call("POST", f"/retry/{quote(job_id, safe='')}", shielded=True)


def purge_queue() -> Call:
    """Removes every queued job of the endpoint, whoever queued it: `{"removed": 2, "status": "completed"}`."""
    return Call("POST", "/purge-queue")


def health() -> Call:
    """The endpoint's job and worker counts: `{"jobs": {...}, "workers": {...}}`."""
    return Call("GET", "/health")


def create_batch(job_inputs: Sequence[Json] = ()) -> Call:
    """Makes a batch job, a draft of at most 5,000 requests: `{"id": "batch_...", "status": "DRAFT"}`."""
    return Call("POST", "/batch", [{"input": job_input} for job_input in job_inputs], shielded=True)


def append_batch(batch_id: str, job_inputs: Sequence[Json]) -> Call:
    """Adds requests to a draft, at most 10 MiB a call."""
    body = {"requests": [{"input": job_input} for job_input in job_inputs]}
    return Call("POST", f"/batch/{quote(batch_id, safe='')}/requests", body, shielded=True)


def finalize_batch(batch_id: str) -> Call:
    """Lets a batch start; it can no longer be added to."""
    return Call("POST", f"/batch/{quote(batch_id, safe='')}/finalize", shielded=True)


def cancel_batch(batch_id: str) -> Call:
    """Cancels what of a batch is queued; what runs is finished, and billed."""
    return Call("POST", f"/batch/{quote(batch_id, safe='')}/cancel", shielded=True)


def batch_status(batch_id: str) -> Call:
    """A batch's counts. It is done when `requestCompleted` and `requestFailed` add up to `requestTotal`."""
    return Call("GET", f"/batch/{quote(batch_id, safe='')}")


def batch_results(batch_id: str, offset: int = 0, limit: int = 50) -> Call:
    """A page of a batch's requests, in no promised order: `{"requests": [...], "total", "limit", "hasMore", ...}`."""
    return Call("GET", f"/batch/{quote(batch_id, safe='')}/requests?offset={offset}&limit={limit}")


def request(call: Call) -> Flow[Json]:
    """A flow of one operation: `drive(request(health()), endpoint)`.

    Returns:
        RunPod's JSON object; an empty one where RunPod answers without a body.

    Raises:
        EndpointError: The leaf that fits the HTTP status.
    """
    return read_json(checked((yield call)))


_HTTP_ERRORS: dict[int, tuple[type[errors.EndpointError], str]] = {
    400: (errors.InvalidRequestError, "RunPod refused the request as malformed"),
    401: (errors.AuthenticationError, "RunPod did not accept the API key: check RUNPOD_API_KEY"),
    403: (errors.AuthenticationError, "this API key has no permission for the endpoint"),
    404: (
        errors.EndpointNotFoundError,
        "RunPod knows no such endpoint, or no such job: check the endpoint id and base_url",
    ),
    405: (errors.EndpointNotFoundError, "the server at base_url has no such operation"),
    413: (errors.InvalidRequestError, "the request is too large for RunPod"),
    422: (errors.InvalidRequestError, "RunPod refused the request as malformed"),
    429: (errors.RateLimitError, "too many requests, or RunPod's queue is full"),
    **dict.fromkeys((502, 503, 504), (errors.UnavailableError, "RunPod's gateway could not pass the request on")),
}


def checked(reply: Reply | bytes | None) -> Reply:
    """The reply itself, where its HTTP status is a success; else the typed error is raised."""
    if not isinstance(reply, Reply):
        raise TypeError("a driver answers a Call with a Reply")
    if 200 <= reply.status < 300:
        return reply
    unknown = (errors.ServerError if reply.status >= 500 else errors.ProtocolError, "RunPod failed to answer")
    leaf, what = _HTTP_ERRORS.get(reply.status, unknown)
    what = f"{what} (HTTP {reply.status})"
    error = leaf(what)
    if reply.status in (400, 404, 422, 500) and reply.body.startswith(b"{"):
        error = worker_error(_parsed(reply.body), what, default=leaf)
    error.retry_after = _seconds(reply.headers)
    raise error


def read_json(reply: Reply) -> Json:
    """The JSON object in a reply; an empty one where there is no body."""
    if not reply.body.strip():
        return {}
    body = _parsed(reply.body)
    if body is None:
        kind = reply.headers.get("content-type", "no content type").partition(";")[0][:40]
        raise errors.ProtocolError(
            f"RunPod answered HTTP {reply.status} with {len(reply.body)} bytes of {kind}, which are not JSON"
        )
    if not isinstance(body, dict):
        raise errors.ProtocolError(f"RunPod answered HTTP {reply.status} with {shape(body)} where an object was due")
    return body


def too_large() -> errors.ProtocolError:
    """The error for a reply that no RunPod endpoint gives."""
    return errors.ProtocolError(f"the reply is larger than {MAX_REPLY // 2**20} MiB, more than RunPod sends")


def _parsed(body: bytes) -> object:
    """The JSON value of a body, None where it is none. Bytes that are no UTF-8 cost a character, not the answer."""
    try:
        value: object = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value


def _seconds(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds: a number, or a date, which is read beside the server's own."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdecimal():
        return float(asked)
    try:
        pause = parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, pause.total_seconds())
