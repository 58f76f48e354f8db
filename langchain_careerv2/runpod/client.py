"""The driver in this thread: `requests` runs the flows of `protocol` and `jobs`.

Each call is made in a thread of its own while the caller waits. So a deadline holds whatever the server does, Ctrl-C
ends any wait at once, and the reply to a submit, which may hold the id of a live job, is learnt all the same.
"""

from __future__ import annotations

import atexit
import os
import queue
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from langchain_careerv2.runpod.endpoint import CHUNK, INTERRUPT_GRACE, Endpoint
from langchain_careerv2.runpod.protocol import (
    MAX_REPLY,
    Answer,
    Call,
    Closed,
    Flow,
    Progress,
    Read,
    Reply,
    Sleep,
    T,
    Text,
    too_large,
)


def drive(flow: Flow[T], endpoint: Endpoint) -> T:
    """Runs a flow in this thread and returns its result.

    Raises:
        EndpointError: What the flow raises.
    """
    *_, result = stream(flow, endpoint)
    if isinstance(result, Text):
        raise TypeError("a flow ends with its result")
    return result


def stream(flow: Flow[T], endpoint: Endpoint) -> Generator[Text | T, None, None]:
    """Runs a flow in this thread: yields each `Text` as it comes and at last the flow's result.

    Closing or dropping the iterator early lets the flow cancel its job, and so does the end of the program.
    """
    items = _stream(flow, endpoint)
    _streams.add(items)
    return items


_streams: weakref.WeakSet[Generator[Any, None, None]] = weakref.WeakSet()


@atexit.register
def _close_streams() -> None:
    """Closes what the program leaves open: later, when Python itself does so, no thread can be started any more."""
    for items in list(_streams):
        with suppress(ValueError):  # another thread is in it
            items.close()


def _stream(flow: Flow[T], endpoint: Endpoint) -> Generator[Text | T, None, None]:
    progress = Progress(flow)
    with _Wire(endpoint) as wire, suppress(Closed):
        while (step := progress.step) is not None:
            answer: Answer = None
            error: BaseException | None = None
            if not isinstance(step, Text):
                answer, error = wire.perform(step)
            else:
                try:
                    yield step
                except GeneratorExit:
                    error = Closed()
                except BaseException as thrown:  # noqa: BLE001  # the flow may cancel its job, and raises it again
                    error = thrown
            progress.resume(answer, error)
        yield progress.result


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Gives a function that ends every flow begun under this context, in whatever thread, as Ctrl-C would.

    Ctrl-C reaches the main thread alone; a batch that waits there for its threads passes it on with this.
    """
    group = _Group()
    token = _groups.set((*_groups.get(), group))
    try:
        yield group.interrupt
    finally:
        _groups.reset(token)


class _Group:
    """Flows that end together, those that are yet to begin too."""

    def __init__(self) -> None:
        self.wires: set[_Wire] = set()
        self.is_over = False

    def interrupt(self) -> None:
        self.is_over = True
        for wire in list(self.wires):
            wire.interrupt()


_groups: ContextVar[tuple[_Group, ...]] = ContextVar("groups", default=())
"""The groups around this context, the outermost first."""


class _Wire:
    """One flow's way to the network."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._interrupted = False
        self._open: requests.Response | None = None
        self._groups = _groups.get()

    def __enter__(self) -> _Wire:
        for group in self._groups:
            group.wires.add(self)
            self._interrupted = self._interrupted or group.is_over
        return self

    def __exit__(self, *_: object) -> None:
        for group in self._groups:
            group.wires.discard(self)
        if self._open is not None:
            with suppress(ValueError, RuntimeError):  # the connection is closed already
                self._open.raw.shutdown()  # wakes a thread that still reads
            self._open.close()

    def interrupt(self) -> None:
        """Ends this wait, or the next."""
        self._interrupted = True
        self._wake.put(None)

    def perform(self, step: Call | Read | Sleep) -> tuple[Answer, BaseException | None]:
        """Does a step; returns what came of it, and what went wrong. Both, where a shielded call was interrupted."""
        outcomes: list[Answer | BaseException] = []  # a list, so that no interruption of a wait can lose what is in it
        begun = False
        try:
            self._obey()
            if isinstance(step, Sleep):
                self._wait(outcomes, step.seconds)
                return None, None
            begun = True
            threading.Thread(target=self._work, args=(step, outcomes), daemon=True, name="careerv2-call").start()
            if not self._wait(outcomes, step.timeout):
                return None, self._endpoint.timed_out(step)
        except BaseException as error:  # noqa: BLE001  # Ctrl-C: the flow may cancel its job, and raises it again
            if begun and isinstance(step, Call) and step.shielded:
                with suppress(KeyboardInterrupt):
                    self._wait(outcomes, INTERRUPT_GRACE)
                return (outcomes[0] if outcomes and isinstance(outcomes[0], Reply) else None), error
            return None, error
        outcome = outcomes[0]
        return (None, outcome) if isinstance(outcome, BaseException) else (outcome, None)

    def _wait(self, outcomes: Sequence[Answer | BaseException], seconds: float) -> bool:
        """Waits for an outcome, so many seconds at most; returns whether there is one."""
        end = time.monotonic() + seconds
        while not outcomes:
            self._obey()
            try:
                self._wake.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
        return bool(outcomes)

    def _obey(self) -> None:
        if self._interrupted:
            self._interrupted = False
            raise KeyboardInterrupt

    def _work(self, step: Call | Read, outcomes: list[Answer | BaseException]) -> None:
        try:
            outcomes.append(self._read() if isinstance(step, Read) else self._fetch(step))
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            outcomes.append(self._endpoint.timed_out(step))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            outcomes.append(self._endpoint.broken(step, error, sent=_was_sent(error)))
        except BaseException as error:  # noqa: BLE001  # it is raised where the caller waits
            outcomes.append(error)
        self._wake.put(None)

    def _fetch(self, call: Call) -> Reply:
        endpoint, session, end = self._endpoint, _session(), time.monotonic() + call.timeout
        response = session.request(
            call.method,
            endpoint.url + call.path,
            json=call.body,
            timeout=max(call.timeout, 0.001),
            stream=True,
            allow_redirects=False,  # a redirect would carry the key elsewhere
            headers=endpoint.headers,
            proxies={urlsplit(endpoint.url).scheme: endpoint.proxy or ""},
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        if call.streamed and response.ok:
            self._open = response
            return Reply(response.status_code, b"", headers)
        try:
            reply = Reply(response.status_code, _body(response, end), headers)
        except BaseException:
            response.close()
            raise
        _idle.append((time.monotonic(), session))
        return reply

    def _read(self) -> bytes:
        data: bytes = self._open.raw.read1(CHUNK, decode_content=True) if self._open else b""
        return data


def _body(response: requests.Response, end: float) -> bytes:
    body = bytearray()
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > MAX_REPLY:
            raise too_large()
        if time.monotonic() > end:
            raise requests.Timeout
    return bytes(body)


def _was_sent(error: Exception) -> bool:
    """Whether a request may have left this machine before the connection failed."""
    cause = error.args[0] if error.args else None
    unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ProxyError, urllib3.exceptions.SSLError)
    return not isinstance(getattr(cause, "reason", None), unsent)


IDLE = 15.0
"""Seconds for which an unused connection is kept (aiohttp's number): servers close them, some without a word."""
_idle: deque[tuple[float, requests.Session]] = deque(maxlen=64)
"""Sessions, each with its connection, that no thread uses, and since when: a `requests.Session` is not promised to be
safe across threads, so each serves one at a time."""

if hasattr(os, "register_at_fork"):  # two processes on one connection would read each other's answers
    os.register_at_fork(after_in_child=_idle.clear)


def _session() -> requests.Session:
    with suppress(IndexError):
        since, session = _idle.pop()
        if time.monotonic() - since < IDLE:
            return session
        session.close()
    session = requests.Session()
    session.trust_env = False  # the endpoint knows the proxy; ~/.netrc would overwrite the key
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session
