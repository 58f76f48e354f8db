"""Inputs side by side, in threads or in an event loop, for whatever runnable. One that fails harms no other.

langchain-core's text models run a batch one prompt after another, turn one failure into a failure of all, and wait for
the end of what is under way when they are interrupted.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, closing, contextmanager
from queue import SimpleQueue
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableGenerator, RunnableLambda
from langchain_core.runnables.config import get_config_list, get_executor_for_config
from langchain_core.runnables.utils import Input, Output

from langchain_careerv2.errors import ConfigurationError
from langchain_careerv2.runpod.client import Group, ctrl_c


def bounded(
    config: RunnableConfig | Sequence[RunnableConfig] | None, length: int, limit: int | None
) -> list[RunnableConfig]:
    """One config per input, with `limit` as the concurrency where the caller named none."""
    configs = get_config_list(config, length) if length else []
    return [{**item, "max_concurrency": item.get("max_concurrency") or limit} for item in configs]


def as_they_end(
    run: Callable[[Any, RunnableConfig], Any], inputs: Sequence[Any], configs: Sequence[RunnableConfig]
) -> Generator[tuple[int, Any], None, None]:
    """Runs inputs in threads, as many at once as the configs allow.

    Closing the iterator early ends those under way, and cancels their jobs.

    Yields:
        The place of each input that has ended, and its result or exception.

    Raises:
        KeyboardInterrupt: At Ctrl-C, after those under way were ended and their jobs cancelled.
    """
    if not inputs:
        return
    news: SimpleQueue[tuple[int, Any] | BaseException] = SimpleQueue()
    given_up: list[bool] = []

    def told() -> AbstractContextManager[None]:
        return ctrl_c(lambda: news.put(KeyboardInterrupt()))

    def one(place: int, value: Any, config: RunnableConfig) -> None:
        if given_up:
            return
        try:
            news.put((place, run(value, config)))
        except Exception as error:  # noqa: BLE001  # it is this input's result
            news.put((place, error))
        except BaseException as error:  # noqa: BLE001  # it is raised where the caller waits
            news.put(error)

    group = Group()
    with get_executor_for_config(configs[0]) as executor:
        try:
            with told(), group:
                for place, (value, config) in enumerate(zip(inputs, configs, strict=True)):
                    executor.submit(one, place, value, config)
            for _ in inputs:
                with told():
                    ended = news.get()
                if isinstance(ended, BaseException):
                    raise ended
                yield ended
            if not news.empty():  # Ctrl-C, when all had ended
                raise KeyboardInterrupt
        except BaseException:
            given_up.append(True)
            group.interrupt()
            raise


def side_by_side(
    run: Callable[[Any, RunnableConfig], Any],
    inputs: Sequence[Any],
    configs: Sequence[RunnableConfig],
    tick: Callable[[], object] = lambda: None,
) -> list[Any]:
    """As `as_they_end`, to the end of all; calls `tick` when one has ended.

    Returns:
        Each input's result or exception, at its place.
    """
    results: list[Any] = [None] * len(inputs)
    with closing(as_they_end(run, inputs, configs)) as ended:
        for place, result in ended:
            results[place] = result
            tick()
    return results


async def aas_they_end(
    run: Callable[[Any, RunnableConfig], Awaitable[Any]], inputs: Sequence[Any], configs: Sequence[RunnableConfig]
) -> AsyncGenerator[tuple[int, Any], None]:
    """Runs inputs in this event loop, as many at once as the configs allow; the next starts when one has ended.

    Closing the iterator early ends those under way, and cancels their jobs.

    Yields:
        The place of each input that has ended, and its result or exception.

    Raises:
        asyncio.CancelledError: After those under way were cancelled too, and have ended.
    """
    limit = configs[0].get("max_concurrency") if configs else None
    gate = asyncio.Semaphore(limit or len(inputs) or 1)
    news: asyncio.Queue[tuple[int, Any]] = asyncio.Queue()
    tasks: set[asyncio.Task[None]] = set()

    async def one(place: int, value: Any, config: RunnableConfig) -> None:
        try:
            news.put_nowait((place, await run(value, config)))
        except BaseException as error:
            news.put_nowait((place, error))
            if not isinstance(error, Exception):
                raise
        finally:
            gate.release()

    async def each() -> None:
        for place, (value, config) in enumerate(zip(inputs, configs, strict=True)):
            await gate.acquire()
            task = asyncio.create_task(one(place, value, config))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            # Each request is on its way before the next is prepared. A burst of hundreds would be sent, and come back,
            # as one wave, with nothing to do in between.
            await asyncio.sleep(0)

    tasks.add(asyncio.create_task(each()))
    try:
        for _ in inputs:
            place, result = await news.get()
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
            yield place, result
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def aside_by_side(
    run: Callable[[Any, RunnableConfig], Awaitable[Any]],
    inputs: Sequence[Any],
    configs: Sequence[RunnableConfig],
    tick: Callable[[], object] = lambda: None,
) -> list[Any]:
    """As `side_by_side`, in this event loop."""
    results: list[Any] = [None] * len(inputs)
    async with aclosing(aas_they_end(run, inputs, configs)) as ended:
        async for place, result in ended:
            results[place] = result
            tick()
    return results


@contextmanager
def progressing(progress: bool | str, length: int) -> Iterator[Callable[[], object]]:
    """A progress bar of `tqdm`, in a notebook or a terminal, for as long as the block runs; its `tick`.

    Raises:
        ConfigurationError: A bar is wanted, and tqdm is not installed.
    """
    if not progress:
        yield lambda: None
        return
    try:
        with warnings.catch_warnings():
            # Without ipywidgets it says so, and shows a bar of text.
            warnings.filterwarnings("ignore", "IProgress not found")
            from tqdm.auto import tqdm
    except ImportError:
        raise ConfigurationError("progress needs tqdm: pip install 'langchain-careerv2[report]'") from None
    with tqdm(total=length, desc=progress if isinstance(progress, str) else None) as bar:
        yield bar.update


class SideBySide(Runnable[Input, Output]):
    """A batch that runs item by item, `_limit` at once where the caller names no number.

    langchain-core's own batch of a sequence goes step by step, so that every second attempt would wait for all first
    ones; that of a text model goes prompt by prompt, and turns one failure into a failure of all.
    """

    _limit: int | None

    def _at_once(self) -> int | None:
        return self._limit

    def batch(
        self,
        inputs: list[Input],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """As `Runnable.batch`; one that fails harms no other. `progress=True`, or a bar's title, shows a bar."""
        configs = bounded(config, len(inputs), self._at_once())
        with progressing(kwargs.pop("progress", False), len(inputs)) as tick:
            results = side_by_side(lambda value, item: self.invoke(value, item, **kwargs), inputs, configs, tick)
        return results if return_exceptions else unwrapped(results)

    async def abatch(
        self,
        inputs: list[Input],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """As `batch`, in this event loop."""
        configs = bounded(config, len(inputs), self._at_once())
        with progressing(kwargs.pop("progress", False), len(inputs)) as tick:
            results = await aside_by_side(
                lambda value, item: self.ainvoke(value, item, **kwargs), inputs, configs, tick
            )
        return results if return_exceptions else unwrapped(results)

    def batch_as_completed(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> Iterator[tuple[int, Any]]:
        """As `Runnable.batch_as_completed`; whoever leaves early ends what is under way, and starts no more."""
        configs = bounded(config, len(inputs), self._at_once())
        with closing(as_they_end(lambda value, item: self.invoke(value, item, **kwargs), inputs, configs)) as ended:
            for place, result in ended:
                yield place, result if return_exceptions else unwrapped([result])[0]

    async def abatch_as_completed(
        self,
        inputs: Sequence[Input],
        config: RunnableConfig | Sequence[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> AsyncIterator[tuple[int, Any]]:
        """As `batch_as_completed`, in this event loop."""
        configs = bounded(config, len(inputs), self._at_once())
        work = aas_they_end(lambda value, item: self.ainvoke(value, item, **kwargs), inputs, configs)
        async with aclosing(work) as ended:
            async for place, result in ended:
                yield place, result if return_exceptions else unwrapped([result])[0]


class Step(SideBySide[Input, Output], RunnableLambda[Input, Output]):
    """A step of a function, with such a batch, and with a stream of its own that yields more than the function returns.

    Args:
        func: What `invoke` does.
        afunc: What `ainvoke` does.
        name: The name in a trace.
        limit: The inputs of a batch at once, where the caller names no number.
        flow: What `stream` yields, the output last.
        aflow: The same for `astream`.
    """

    def __init__(
        self,
        func: Callable[[Input, RunnableConfig], Output],
        afunc: Callable[[Input, RunnableConfig], Awaitable[Output]],
        name: str,
        limit: int | None,
        flow: Callable[[Input, RunnableConfig], Iterator[Any]],
        aflow: Callable[[Input, RunnableConfig], AsyncGenerator[Any, None]],
    ) -> None:
        super().__init__(func, afunc=afunc, name=name)
        self._limit = limit
        self._streamed = streamed(flow, aflow, name)

    def stream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yields what the flow does."""
        return self._streamed.stream(input, config, **kwargs)

    def astream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """As `stream`, in this event loop."""
        return self._streamed.astream(input, config, **kwargs)


def streamed(
    flow: Callable[[Any, RunnableConfig], Iterator[Any]],
    aflow: Callable[[Any, RunnableConfig], AsyncGenerator[Any, None]],
    name: str,
) -> Runnable[Any, Any]:
    """A step that yields what a flow does for its input.

    It is to be streamed alone: in a sequence, core reads a step's whole input to trace it, also where the stream was
    closed, and so would finish all work that was to be cancelled.
    """

    def flows(inputs: Iterator[Any], config: RunnableConfig) -> Iterator[Any]:
        for each in inputs:
            yield from flow(each, config)

    async def aflows(inputs: AsyncIterator[Any], config: RunnableConfig) -> AsyncIterator[Any]:
        async for each in inputs:
            async with aclosing(aflow(each, config)) as items:
                async for item in items:
                    yield item

    return RunnableGenerator(cast("Any", flows), cast("Any", aflows), name=name)


def is_heard(config: RunnableConfig) -> bool:
    """Whether anybody would see a step that is there to be seen."""
    return bool(getattr(config.get("callbacks"), "handlers", None))


def seen(name: str, func: Callable[[Any], Output], value: object, config: RunnableConfig) -> Output:
    """Does a small piece of work, which a trace shows as a step of its own."""
    return RunnableLambda(func, name=name).invoke(value, config) if is_heard(config) else func(value)


async def aseen(name: str, func: Callable[[Any], Output], value: object, config: RunnableConfig) -> Output:
    """As `seen`, in this event loop."""
    return await RunnableLambda(func, name=name).ainvoke(value, config) if is_heard(config) else func(value)


def unwrapped(results: Sequence[Any]) -> list[Any]:
    """The results, if none of them is an error; else the first error is raised."""
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return list(results)
