"""The driver in an event loop: `aiohttp` runs the flows of `protocol` and `jobs`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_careerv2.runpod.endpoint import Endpoint
from langchain_careerv2.runpod.protocol import (
    CANCEL_TIMEOUT,
    INTERRUPT_GRACE,
    MAX_REPLY,
    Answer,
    Call,
    Flow,
    Progress,
    Read,
    Reply,
    Sleep,
    T,
    Text,
    too_large,
)

if TYPE_CHECKING:
    import aiohttp

H = TypeVar("H")

ENDING = INTERRUPT_GRACE + CANCEL_TIMEOUT + 1.0
"""Seconds that an interrupted flow may take to learn its job's id and to cancel the job."""

WAKE = 1.0
"""Seconds after which a waiting loop is woken: ipykernel tells it of an interrupt without waking it (its issue 881)."""


async def adrive(flow: Flow[T], endpoint: Endpoint, hear: Callable[[Text], None] = lambda text: None) -> T:
    """Runs a flow in this event loop and returns its result; `hear` takes each `Text` as it comes.

    The flow runs in a task that is cancelled once, however often this one is: anyio's scopes cancel again and again.

    Raises:
        EndpointError: What the flow raises.
        asyncio.CancelledError: After the flow has cancelled its job.
    """
    task = _hidden(_run(flow, endpoint, hear))
    interruption = await _outlast(task, ENDING, task.cancel)
    if interruption is not None:
        _forgive(task)
        raise interruption
    return task.result()


async def _run(flow: Flow[T], endpoint: Endpoint, hear: Callable[[Text], None]) -> T:
    progress, wire = Progress(flow), _Wire(endpoint)
    try:
        while (step := progress.step) is not None:
            if isinstance(step, Text):
                hear(step)
                progress.resume()
            else:
                progress.resume(*await wire.perform(step))
    finally:
        wire.close()
    return progress.result


def astream(flow: Flow[T], endpoint: Endpoint) -> AsyncGenerator[Text | T, None]:
    """Runs a flow in this event loop: yields each `Text` as it comes and at last the flow's result.

    The flow runs in a task of its own, which is cancelled, and cancels its job, when the iterator is closed or dropped.
    """
    return overheard(lambda say: adrive(flow, endpoint, say))


async def overheard(work: Callable[[Callable[[H], None]], Coroutine[Any, Any, T]]) -> AsyncGenerator[H | T, None]:
    """Runs work in a task of its own: yields what it says meanwhile, and at last its result.

    The task is cancelled when the iterator is closed or dropped. An iterator that did the work itself would have to
    wait in its closing, which an ending event loop does not let it finish.
    """
    heard: asyncio.Queue[tuple[H] | None] = asyncio.Queue()
    task = asyncio.create_task(work(lambda said: heard.put_nowait((said,))))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    task.add_done_callback(_forgive)
    task.add_done_callback(lambda _: heard.put_nowait(None))
    try:
        while (said := await heard.get()) is not None:
            yield said[0]
        yield await task
    finally:
        task.cancel()


_tasks: set[asyncio.Task[Any]] = set()
"""What may run although its iterator is gone: an event loop alone keeps no task alive."""


def _forgive(task: asyncio.Task[Any]) -> None:
    """Asks a task for its exception, where nobody else will: asyncio would complain."""
    if task.done() and not task.cancelled():
        task.exception()


async def within(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """Awaits work for so many seconds at most. asyncio's own loses a cancellation that comes as the work ends.

    It does so on Python 3.10 and 3.11.

    Raises:
        asyncio.TimeoutError: It takes longer.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise asyncio.TimeoutError
        return task.result()
    finally:
        task.cancel()
        _forgive(task)


def _hidden(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task that an ending event loop, which cancels all it can see, does not see. Somebody must wait for it."""
    task = asyncio.create_task(work)
    asyncio.tasks._unregister_task(task)
    return task


class _Wire:
    """One flow's way to the network."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._open: aiohttp.ClientResponse | None = None

    def close(self) -> None:
        """Hangs up what is still open."""
        if self._open is not None:
            self._open.close()

    async def perform(self, step: Call | Read | Sleep) -> tuple[Answer, BaseException | None]:
        """Does a step; returns what came of it, and what went wrong. Both, where a shielded call was interrupted."""
        interruption: BaseException | None = None
        try:
            if isinstance(step, Sleep):
                await asyncio.sleep(step.seconds)
                return None, None
            if isinstance(step, Read) or not step.shielded:
                return await self._do(step), None
            task = _hidden(self._do(step))
            interruption = await _outlast(task, INTERRUPT_GRACE)
            return (task.result() if task.done() else None), interruption
        except BaseException as error:  # noqa: BLE001  # the flow may cancel its job, and raises it again
            return None, interruption or error

    async def _do(self, step: Call | Read) -> Answer:
        import aiohttp

        failure: Exception
        try:
            if isinstance(step, Call):
                return await self._fetch(step)
            content = self._open.content if self._open else None
            return await within(content.readany(), step.timeout) if content else b""
        except asyncio.TimeoutError:
            failure = self._endpoint.timed_out(step)
        except (aiohttp.ClientError, OSError) as error:
            failure = self._endpoint.broken(step, error, sent=not isinstance(error, aiohttp.ClientConnectorError))
        raise failure  # out here aiohttp's error, which can hold the headers, is not its context

    async def _fetch(self, call: Call) -> Reply:
        import aiohttp

        endpoint, session = self._endpoint, await _session()
        response = await session.request(
            call.method,
            endpoint.url + call.path,
            json=call.body,
            timeout=aiohttp.ClientTimeout(total=max(call.timeout, 0.001)),
            allow_redirects=False,
            headers=endpoint.headers,
            proxy=endpoint.proxy,
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        if call.streamed and response.ok:
            self._open = response
            return Reply(response.status, b"", headers)
        async with response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > MAX_REPLY:
                    response.close()
                    raise too_large()
        return Reply(response.status, bytes(body), headers)


async def _outlast(
    task: asyncio.Task[T], grace: float, stop: Callable[[], object] = lambda: None
) -> BaseException | None:
    """Waits for a task; once this one is cancelled, calls `stop`, and waits on for `grace` seconds, come what may.

    Returns:
        The first cancellation. A task that outlasts the grace is cancelled.
    """
    interruption, left, clock = None, None, asyncio.get_running_loop().time
    while not task.done() and (left is None or left > 0):
        began = clock()
        try:
            await asyncio.wait({task}, timeout=WAKE if left is None else left)
        except asyncio.CancelledError as error:
            if interruption is None:
                interruption, left = error, grace
                stop()
        left = None if left is None else left - (clock() - began)
    if not task.done():
        task.cancel()
    return interruption


_Keeper = AsyncGenerator["aiohttp.ClientSession", None]
_sessions: dict[asyncio.AbstractEventLoop, tuple[_Keeper, aiohttp.ClientSession]] = {}


async def _session() -> aiohttp.ClientSession:
    """This event loop's connection pool, closed when the loop ends.

    The pool lives inside an asynchronous generator: `asyncio.run` closes those before it closes its loop, which is the
    one hook a loop has for saying goodbye.
    """
    loop = asyncio.get_running_loop()
    for stale in [other for other in list(_sessions) if other.is_closed()]:
        _sessions.pop(stale, None)
    if loop not in _sessions or _sessions[loop][1].closed:
        keeper = _keep_session()
        _sessions[loop] = keeper, await keeper.__anext__()
    return _sessions[loop][1]


async def _keep_session() -> _Keeper:
    import aiohttp

    # The caller bounds the concurrency; aiohttp's own limit of 100 would queue calls inside their timeouts.
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
