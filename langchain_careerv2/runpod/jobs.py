"""Whole answers, without I/O: submit a job, wait or listen, cancel it if that ends early, decode what it left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from langchain_careerv2.runpod import errors, protocol
from langchain_careerv2.runpod.outputs import (
    TERMINAL,
    Completion,
    Decoder,
    JobStatus,
    Json,
    decode,
    has_ended,
    id_of,
    shape,
)
from langchain_careerv2.runpod.protocol import Call, Clock, Deadline, Flow, Read, Reply, Sleep, T, Text, exchange

FIRST_WAIT = 1.0
"""Seconds that `/runsync` may hold a submit: RunPod's least. Until it answers the job's id is not known, and an
interrupted caller has to wait for it in order to cancel the job."""
ROUND_TRIP = 1.0
"""Seconds that a repeated submit must have left: one that is cut off leaves a job that nobody knows."""
LONG_POLL = 30.0
"""Seconds that `/status-sync` may hold a poll: well below the 60 to 100 after which proxies cut idle connections."""
POLL_FIRST, POLL_FACTOR, POLL_MAX = 0.2, 1.5, 3.0
"""Seconds between polls: a warm answer takes seconds, a cold start minutes, and /status allows 200 calls a second."""
STREAM_PAUSE = 0.05
"""Seconds between two looks at a stream that flows: smooth to read, and ten streams keep within RunPod's limit."""
OPENAI_ROUTE = "/openai/v1/completions"
"""Where RunPod passes OpenAI's completions on to the worker."""


@dataclass(frozen=True)
class Terms:
    """What one answer may cost.

    Attributes:
        timeout: Seconds for everything.
        clock: Tells the seconds that have passed.
        max_tokens: What the request asks for, for noticing a cut answer.
        retries: Further tries of a submit that made no job. Polls are repeated until the deadline.
        resubmit: Submit again also where RunPod may have made a job that nobody can find. An answer may then be paid
            for twice.
    """

    timeout: float
    clock: Clock
    max_tokens: int | None = None
    retries: int = 3
    resubmit: bool = False

    @property
    def patience(self) -> float:
        """Seconds for waiting for the answer; the rest is kept for cancelling the job."""
        return self.timeout - min(protocol.CANCEL_TIMEOUT, self.timeout / 10)

    def submit(self, call: Call, deadline: Deadline, read: Callable[[Reply], T]) -> Flow[T]:
        """A submit, with all the time there is, and again only where no job was made."""
        call = replace(call, timeout=self.timeout)
        return exchange(call, deadline, read, retries=self.retries, again=self._may_submit_again, room=ROUND_TRIP)

    def _may_submit_again(self, error: errors.EndpointError) -> bool:
        return protocol.was_not_taken(error) or (self.resubmit and protocol.is_passing(error))


def run_job(job_input: Json, terms: Terms) -> Flow[Completion]:
    """Submits a job, waits for it and decodes its answer; whatever ends the wait early cancels the job.

    Raises:
        EndpointTimeoutError: The deadline passed; the job, where its id was known, is cancelled.
        EndpointError: Any other leaf.
    """
    deadline = Deadline(terms.patience, terms.clock)
    call = protocol.run(job_input, policy=protocol.policy(terms.timeout))
    if terms.timeout >= FIRST_WAIT + protocol.GRACE:
        call = protocol.runsync(job_input, FIRST_WAIT, policy=protocol.policy(terms.timeout))
    job = yield from terms.submit(call, deadline, protocol.read_json)
    if not has_ended(job):
        job = yield from _cancelling(_id(job), _wait(_id(job), deadline), terms)
    return decode(job, max_tokens=terms.max_tokens)


def stream_job(job_input: Json, terms: Terms) -> Flow[Completion]:
    """As `run_job`, with the worker's text as `Text` steps while the job runs.

    The steps' texts, joined, are the completion's. Where a poll was lost, and text perhaps with it, what follows is
    taken from the finished job. A worker that does not stream gives its text in one step at the end.

    Raises:
        ProtocolError: After the text: the finished job says something else than its stream did.
        EndpointError: As `run_job`, after the text that came before.
    """
    deadline = Deadline(terms.patience, terms.clock)
    sampling = {**job_input.get("sampling_params", {}), "stream_options": {"include_usage": True}}
    try:
        return (yield from _stream({**job_input, "sampling_params": sampling}, deadline, terms))
    except errors.InvalidRequestError as error:
        if "stream_options" not in str(error):  # worker-vllm before v2.24 counts unasked, and refuses to be asked
            raise
    return (yield from _stream(job_input, deadline, terms))


def complete(body: Json, terms: Terms, path: str = OPENAI_ROUTE) -> Flow[Completion]:
    """One answer by the OpenAI route. It tells no job id: an interrupted call is hung up, not cancelled by name.

    Args:
        body: The request.
        terms: What it may cost.
        path: Where a server has its completions; RunPod has them below `/openai`.

    Raises:
        EndpointError: The leaf that fits.
    """
    decoder = Decoder()
    call = Call("POST", path, body)
    decoder.feed((yield from terms.submit(call, Deadline(terms.timeout, terms.clock), _completion)))
    return decoder.completion(max_tokens=terms.max_tokens)


def stream_completion(body: Json, terms: Terms, path: str = OPENAI_ROUTE) -> Flow[Completion]:
    """As `complete`, with the text as `Text` steps while it is written.

    Raises:
        EndpointConnectionError: The stream broke off before the answer ended.
        EndpointError: Any other leaf, after the text that came before.
    """
    deadline, decoder = Deadline(terms.timeout, terms.clock), Decoder(is_events=True)
    body = {**body, "stream": True, "stream_options": {"include_usage": True}}
    call = Call("POST", path, body, streamed=True)
    head = yield from terms.submit(call, deadline, lambda reply: reply)
    is_stream = "text/event-stream" in head.headers.get("content-type", "")
    unread = bytearray()  # an error, or a server that does not stream
    while not decoder.done and (data := (yield Read(deadline.left()))):
        if is_stream:
            if text := decoder.feed(data):
                yield Text(text)
        elif isinstance(data, bytes):
            unread += data
            if len(unread) > protocol.MAX_REPLY:
                raise protocol.too_large()
    if not is_stream and (text := decoder.feed(_completion(replace(head, body=bytes(unread))))):
        yield Text(text)
    if not decoder.ended:
        raise errors.EndpointConnectionError("the stream broke off before the worker said why it stopped")
    return decoder.completion(max_tokens=terms.max_tokens)


def _completion(reply: Reply) -> Json:
    """OpenAI's object in a reply; an empty one would read as an empty answer."""
    return protocol.read_json(reply) or {"empty": "reply"}


def _stream(job_input: Json, deadline: Deadline, terms: Terms) -> Flow[Completion]:
    call = protocol.run({**job_input, "stream": True}, policy=protocol.policy(terms.timeout))
    job_id = _id((yield from terms.submit(call, deadline, protocol.read_json)))
    decoder = Decoder(job_id)
    streamed, state = yield from _cancelling(job_id, _listen(job_id, decoder, deadline), terms)
    is_whole = state == JobStatus.COMPLETED and (decoder.ended or bool(streamed))
    try:
        job = yield from _cancelling(job_id, _wait(job_id, deadline, state), terms)
    except (errors.JobError, errors.EndpointTimeoutError):
        if not is_whole:
            raise
        job = {}
    if is_whole and not job.get("output"):  # the result is gone, or the worker keeps none of what it streams
        completion = decoder.completion(job, max_tokens=terms.max_tokens)
    else:
        completion = decode(job, max_tokens=terms.max_tokens)
    if not completion.text.startswith(streamed):
        raise errors.ProtocolError(
            "the stream lost some of the answer, or got some of it twice: the finished job says something else",
            job_id=job_id,
        )
    if rest := completion.text[len(streamed) :]:
        yield Text(rest)
    return completion


def _listen(job_id: str, decoder: Decoder, deadline: Deadline) -> Flow[tuple[str, str]]:
    """Yields what a job streams, until it ends or a poll, and text perhaps with it, is lost; returns text and state."""
    streamed, state, ways, pause = "", "", [_stream_call, _by(_stream_call, "GET")], STREAM_PAUSE
    while state not in TERMINAL:
        if (left := deadline.left()) <= 0:
            raise _late(job_id, state)
        try:
            job = yield from _poll(job_id, ways, left)
        except errors.EndpointError as error:
            if not protocol.is_passing(error):
                raise
            if not protocol.was_not_taken(error) or isinstance(error, errors.UnavailableError):
                break
            pause = max(POLL_MAX, error.retry_after or 0.0)
        else:
            state = str(job.get("status") or state)
            items = job["stream"] if isinstance(job.get("stream"), list) else []
            text = decoder.feed([item.get("output") for item in items if isinstance(item, Mapping)])
            streamed += text
            pause = STREAM_PAUSE if text else min(pause * POLL_FACTOR, POLL_MAX)
            if text:
                yield Text(text)
        if state not in TERMINAL:
            yield _rest(pause, left, deadline)
    return streamed, state


def _wait(job_id: str, deadline: Deadline, state: str = "") -> Flow[Json]:
    """Polls until the job has ended. A poll that failed in a way that passes costs nothing but the poll."""
    ways, pause = [_long_poll, _status_call, _by(_status_call, "POST")], POLL_FIRST
    while (left := deadline.left()) > 0:
        try:
            job = yield from _poll(job_id, ways, left)
        except errors.EndpointError as error:
            if not protocol.is_passing(error):
                raise
            pause = max(pause, error.retry_after or 0.0)
        else:
            state = str(job.get("status") or state)
            if has_ended(job):
                return job
        yield _rest(pause, left, deadline)
        pause = min(pause * POLL_FACTOR, POLL_MAX)
    raise _late(job_id, state)


def _rest(pause: float, left: float, deadline: Deadline) -> Sleep:
    """What is to be slept so that polls begin `pause` seconds apart; nothing where RunPod held the last one as long."""
    now = deadline.left()
    return Sleep(max(0.0, min(pause - (left - now), now)))


Way = Callable[[str, float], Call]
"""Makes a poll of a job's id and the seconds that are left."""


def _stream_call(job_id: str, left: float) -> Call:
    return protocol.stream(job_id)


def _status_call(job_id: str, left: float) -> Call:
    return protocol.status(job_id)


def _long_poll(job_id: str, left: float) -> Call:
    wait = min(LONG_POLL, left - protocol.GRACE)
    return protocol.status_sync(job_id, wait) if wait >= protocol.WAIT_MIN else protocol.status(job_id)


def _by(way: Way, method: str) -> Way:
    return lambda job_id, left: replace(way(job_id, left), method=method)


def _poll(job_id: str, ways: list[Way], left: float) -> Flow[Json]:
    """One look at a job, by the first of some ways to ask that is not answered 404 or 405.

    RunPod's documentation no longer names `/status-sync`, and the official SDK's development server takes POST only.
    """
    while ways:
        call = ways[0](job_id, left)
        try:
            return protocol.read_json(protocol.checked((yield replace(call, timeout=min(call.timeout, left)))))
        except errors.EndpointNotFoundError:
            del ways[0]
    raise errors.JobError(
        "RunPod no longer knows the job: purged, or its time to live or its result's has passed", job_id=job_id
    )


def _late(job_id: str, state: str) -> errors.EndpointTimeoutError:
    was = f"was still {state}" if state else "had not ended"  # where RunPod's first word of it was yet to come
    cold = "; a cold start can take minutes: raise timeout, or keep a worker warm (Min Workers=1)"
    advice = cold if state in {"", JobStatus.IN_QUEUE.value} else "; raise timeout, or ask for fewer tokens"
    return errors.EndpointTimeoutError(f"the job {was} at the deadline and was cancelled{advice}", job_id=job_id)


def _cancelling(job_id: str, flow: Flow[T], terms: Terms) -> Flow[T]:
    """Runs a flow; what ends it early cancels the job."""
    try:
        return (yield from flow)
    except GeneratorExit:
        raise
    except BaseException as cause:
        late = isinstance(cause, errors.EndpointError)
        timeout = terms.timeout - terms.patience if late else protocol.CANCEL_TIMEOUT
        with suppress(errors.EndpointError):
            try:
                yield from _cancel(job_id, timeout, terms)
            except (Exception, GeneratorExit):
                raise
            except BaseException:  # noqa: BLE001  # an ending event loop cancels what runs, aiohttp's own tasks too
                yield from _cancel(job_id, timeout, terms)
        raise


def _cancel(job_id: str, timeout: float, terms: Terms) -> Flow[Reply]:
    deadline, call = Deadline(timeout, terms.clock), protocol.cancel(job_id)
    return exchange(call, deadline, protocol.checked, retries=terms.retries, again=protocol.is_passing)


def _id(job: Json) -> str:
    job_id = id_of(job)
    if job_id is None:
        raise errors.ProtocolError(f"RunPod took the job without giving an id: {shape(job)}")
    return job_id
