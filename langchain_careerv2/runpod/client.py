"""The driver in this thread: `requests` runs the flows of `protocol` and `jobs`.

Each call is made in a thread of its own while the caller waits. So a deadline holds whatever the server does, Ctrl-C
ends any wait at once, and the reply to a submit, which may hold the id of a live job, is learnt all the same.
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import socket
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from http.cookiejar import DefaultCookiePolicy
from inspect import GEN_CLOSED, getgeneratorstate
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from langchain_careerv2.runpod.endpoint import Endpoint
from langchain_careerv2.runpod.protocol import (
    INTERRUPT_GRACE,
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

CHUNK = 2**16
"""Bytes that are read at once."""


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
    """Closes what the program leaves open: when Python itself does so, it may wait for its own threads for ever."""
    for items in list(_streams):
        with suppress(ValueError):  # another thread is in it
            items.close()


def _stream(flow: Flow[T], endpoint: Endpoint) -> Generator[Text | T, None, None]:
    progress = Progress(flow)
    error: BaseException | None = None
    with _Wire(endpoint) as wire, suppress(Closed):
        while True:
            try:
                with ctrl_c(wire.interrupt):
                    text = wire.advance(progress, error)
                wire.obey()
                if text is None:
                    break
                yield text
                error = None
            except BaseException as thrown:
                if getgeneratorstate(flow) == GEN_CLOSED:
                    wire.obey()  # whoever interrupts is not told of a failure instead
                    raise
                error = Closed() if isinstance(thrown, GeneratorExit) else thrown  # the flow may cancel its job
        yield progress.result


@contextmanager
def ctrl_c(tell: Callable[[], object]) -> Iterator[None]:
    """Has the first Ctrl-C call `tell` for as long as the block runs, and the next be raised as ever.

    Python raises it between any two steps of the main thread: between a reply and the note of its job's id, or in the
    midst of a lock that Python's own classes share with other threads, which then wait for ever. A signal's handler
    that is not Python's own stays.
    """
    own = signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not own:
        yield
        return

    def told(*_: object) -> None:
        signal.signal(signal.SIGINT, own)
        tell()

    signal.signal(signal.SIGINT, told)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, own)


class Group:
    """Flows that end together, in whatever threads, as at Ctrl-C: all that are begun under a context of the block.

    Ctrl-C reaches the main thread alone; a batch that waits there for its threads passes it on with `interrupt`.
    """

    def __init__(self) -> None:
        self.wires: set[_Wire] = set()
        self.is_over = False
        self._tokens: list[Token[tuple[Group, ...]]] = []

    def __enter__(self) -> None:
        self._tokens.append(_groups.set((*_groups.get(), self)))

    def __exit__(self, *_: object) -> None:
        _groups.reset(self._tokens.pop())

    def interrupt(self) -> None:
        """Ends the flows, those that are yet to begin too."""
        self.is_over = True
        for wire in list(self.wires):
            wire.interrupt()


_groups: ContextVar[tuple[Group, ...]] = ContextVar("groups", default=())
"""The groups around this context, the outermost first."""


class _Wire:
    """One flow's way to the network."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._interrupted = False
        self._groups = _groups.get()
        self._open: requests.Response | None = None

    def __enter__(self) -> _Wire:
        for group in self._groups:
            group.wires.add(self)
            self._interrupted = self._interrupted or group.is_over
        return self

    def __exit__(self, *_: object) -> None:
        for group in self._groups:
            group.wires.discard(self)
        if self._open is not None:
            self._open.close()

    def interrupt(self) -> None:
        """Ends this wait, or the next."""
        self._interrupted = True
        self._wake.put(None)

    def advance(self, progress: Progress[Any], error: BaseException | None) -> Text | None:
        """Takes a flow on to its next text, or to its end; `error` is what the caller met meanwhile."""
        if error is not None or isinstance(progress.step, Text):
            progress.resume(None, error)
        while isinstance(step := progress.step, Call | Read | Sleep):
            progress.resume(*self.perform(step))
        return step

    def perform(self, step: Call | Read | Sleep) -> tuple[Answer, BaseException | None]:
        """Does a step; returns what came of it, and what went wrong. Both, where a shielded call was interrupted."""
        call: _CallThread | None = None
        error: BaseException | None = None
        try:
            self.obey()
            if isinstance(step, Sleep):
                self._wait([], step.seconds)
                return None, None
            call = _CallThread(step, self._endpoint, self._open, self._wake)
            try:
                call.start()
            except RuntimeError:  # the program is ending, and Python starts no more threads
                call.run()
            if not self._wait(call.outcomes, step.timeout):
                error = self._endpoint.timed_out(step)
        except BaseException as interruption:  # noqa: BLE001  # Ctrl-C: the flow may cancel its job, and raises it again
            error = interruption
        if call is None:
            return None, error
        if error is not None:
            if isinstance(step, Call) and step.shielded and not isinstance(error, Exception):
                with suppress(KeyboardInterrupt):
                    self._wait(call.outcomes, INTERRUPT_GRACE)
            call.hang_up()
        self._open = call.response
        outcome = call.outcomes[0] if call.outcomes else None
        if isinstance(outcome, BaseException):
            return None, error or outcome
        return outcome, None if outcome is not None and isinstance(error, Exception) else error

    def _wait(self, outcomes: Sequence[Answer | BaseException], seconds: float) -> bool:
        """Waits for an outcome, so many seconds at most; returns whether there is one."""
        end = time.monotonic() + seconds
        while not outcomes:
            self.obey()
            try:
                self._wake.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
        return bool(outcomes)

    def obey(self) -> None:
        """Raises the interruption that came, if one did."""
        if self._interrupted:
            self._interrupted = False
            raise KeyboardInterrupt


class _CallThread(threading.Thread):
    """A call, or a read of its streamed reply, beside a caller who waits for its outcome.

    Attributes:
        outcomes: What came of it, or went wrong, once it did. A list: no interruption of a wait can lose what is in it.
        response: The reply that is still to be read.
        connection: What it sends its request over.
    """

    def __init__(
        self,
        step: Call | Read,
        endpoint: Endpoint,
        response: requests.Response | None,
        wake: queue.SimpleQueue[None],
    ) -> None:
        super().__init__(name="careerv2-call", daemon=True)
        self.outcomes: list[Answer | BaseException] = []
        self.response = response
        self.connection: urllib3.connection.HTTPConnection | None = None
        self._raw: urllib3.HTTPResponse | None = response.raw if response else None
        self._step, self._endpoint, self._wake = step, endpoint, wake
        self._lock = threading.Lock()
        self._given_up = False

    def run(self) -> None:
        """Does the step."""
        step = self._step
        try:
            self.outcomes.append(self._fetch(step) if isinstance(step, Call) else self._read())
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            self.outcomes.append(self._endpoint.timed_out(step))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self.outcomes.append(self._endpoint.broken(step, error, sent=_was_sent(error)))
        except BaseException as error:  # noqa: BLE001  # it is raised where the caller waits
            self.outcomes.append(error)
        self._wake.put(None)

    def hang_up(self) -> None:
        """Ends the call where it still runs: nobody waits for it any more."""
        with self._lock:
            self._given_up = True
            with suppress(OSError, ValueError, RuntimeError):  # it is closed already
                if self._raw is not None:
                    self._raw.shutdown()
                elif self.connection is not None and self.connection.sock is not None:
                    self.connection.sock.shutdown(socket.SHUT_RDWR)

    def _fetch(self, call: Call) -> Reply:
        endpoint, session = self._endpoint, _session()
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
            self.response = response
            return Reply(response.status_code, b"", headers)
        body, self._raw = bytearray(), response.raw
        try:
            while chunk := response.raw.read1(CHUNK, decode_content=True):
                body += chunk
                if len(body) > MAX_REPLY:
                    raise too_large()
        except BaseException:
            response.close()
            raise
        with self._lock:
            self.connection = self._raw = None
            if not self._given_up:
                _idle.append((time.monotonic(), session))
        return Reply(response.status_code, bytes(body), headers)

    def _read(self) -> bytes:
        data: bytes = self.response.raw.read1(CHUNK, decode_content=True) if self.response else b""
        return data


class _Connection(urllib3.connection.HTTPConnection):
    """A connection that tells the call which uses it, so that the call can be ended from outside."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Sends a request."""
        _tell(self)
        super().request(*args, **kwargs)


class _SecureConnection(urllib3.connection.HTTPSConnection):
    """As `_Connection`, over TLS."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Sends a request."""
        _tell(self)
        super().request(*args, **kwargs)


def _tell(connection: urllib3.connection.HTTPConnection) -> None:
    if isinstance(thread := threading.current_thread(), _CallThread):
        thread.connection = connection


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class _Adapter(requests.adapters.HTTPAdapter):
    """Makes such connections, also through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Makes the pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Makes the pools of a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _was_sent(error: Exception) -> bool:
    """Whether a request may have left this machine before the connection failed."""
    cause = error.args[0] if error.args else None
    unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ProxyError)
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
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session
