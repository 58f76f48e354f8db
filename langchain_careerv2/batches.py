"""Inputs side by side, in threads or in an event loop, for whatever runnable. One that fails harms no other.

langchain-core's text models run a batch one prompt after another, turn one failure into a failure of all, and wait for
the end of what is under way when they are interrupted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import get_config_list, get_executor_for_config
from langchain_core.runnables.utils import Input, Output

from langchain_careerv2.runpod.client import interruptible


def bounded(
    config: RunnableConfig | Sequence[RunnableConfig] | None, length: int, limit: int | None
) -> list[RunnableConfig]:
    """One config per input, with `limit` as the concurrency where the caller named none."""
    configs = get_config_list(config, length) if length else []
    return [{**item, "max_concurrency": item.get("max_concurrency") or limit} for item in configs]


def side_by_side(
    run: Callable[[Any, RunnableConfig], Any], inputs: Sequence[Any], configs: Sequence[RunnableConfig]
) -> list[Any]:
    """Runs inputs in threads, as many at once as the configs allow.

    Returns:
        Each input's result or exception, at its place.

    Raises:
        KeyboardInterrupt: At Ctrl-C, after those under way were ended and their jobs cancelled.
    """

    def one(value: Any, config: RunnableConfig) -> Any:
        try:
            return run(value, config)
        except Exception as error:  # noqa: BLE001  # it is this input's result
            return error

    if not inputs:
        return []
    with interruptible() as interrupt, get_executor_for_config(configs[0]) as executor:
        futures: list[Future[Any]] = []
        try:
            for value, config in zip(inputs, configs, strict=True):
                futures.append(executor.submit(one, value, config))  # one by one: Ctrl-C may come between two
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            interrupt()
            raise


async def aside_by_side(
    run: Callable[[Any, RunnableConfig], Awaitable[Any]], inputs: Sequence[Any], configs: Sequence[RunnableConfig]
) -> list[Any]:
    """Runs inputs in this event loop, as many at once as the configs allow; the next starts when one has ended.

    Returns:
        Each input's result or exception, at its place.

    Raises:
        asyncio.CancelledError: After those under way were cancelled too, and have ended.
    """
    limit = configs[0].get("max_concurrency") if configs else None
    gate = asyncio.Semaphore(limit or len(inputs) or 1)

    async def one(value: Any, config: RunnableConfig) -> Any:
        try:
            return await run(value, config)
        except Exception as error:  # noqa: BLE001  # it is this input's result
            return error
        finally:
            gate.release()

    tasks: list[asyncio.Task[Any]] = []
    try:
        for value, config in zip(inputs, configs, strict=True):
            await gate.acquire()
            tasks.append(asyncio.create_task(one(value, config)))
            # Each request is on its way before the next is prepared. A burst of hundreds would be sent, and come back,
            # as one wave, with nothing to do in between.
            await asyncio.sleep(0)
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class SideBySide(Runnable[Input, Output]):
    """A batch that runs item by item, `_limit` at once where the caller names no number.

    langchain-core's own batch of a sequence goes step by step: every second attempt would wait for all first ones.
    """

    _limit: int | None

    def batch(
        self,
        inputs: list[Input],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """As `Runnable.batch`; one that fails harms no other."""
        configs = bounded(config, len(inputs), self._limit)
        results = side_by_side(lambda value, item: self.invoke(value, item, **kwargs), inputs, configs)
        return results if return_exceptions else unwrapped(results)

    async def abatch(
        self,
        inputs: list[Input],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Output]:
        """As `Runnable.abatch`; one that fails harms no other."""
        configs = bounded(config, len(inputs), self._limit)
        results = await aside_by_side(lambda value, item: self.ainvoke(value, item, **kwargs), inputs, configs)
        return results if return_exceptions else unwrapped(results)


class Step(SideBySide[Input, Output], RunnableLambda[Input, Output]):
    """A step of a function, with such a batch."""

    def __init__(
        self,
        func: Callable[[Input, RunnableConfig], Output],
        afunc: Callable[[Input, RunnableConfig], Awaitable[Output]],
        name: str,
        limit: int | None,
    ) -> None:
        super().__init__(func, afunc=afunc, name=name)
        self._limit = limit


def unwrapped(results: Sequence[Any]) -> list[Any]:
    """The results, if none of them is an error; else the first error is raised."""
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return list(results)
