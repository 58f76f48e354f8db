"""The driver in an event loop, without a network."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import pytest
from pydantic import SecretStr

from langchain_careerv2.runpod.aclient import adrive, within
from langchain_careerv2.runpod.endpoint import Endpoint
from langchain_careerv2.runpod.protocol import Flow, Sleep


def sleeping() -> Flow[None]:
    yield Sleep(60)


def test_an_interrupt_that_does_not_wake_the_loop_is_heard_before_the_loop_wakes_by_itself() -> None:
    async def first() -> str:
        loop, ended = asyncio.get_running_loop(), list[str]()
        task = asyncio.create_task(adrive(sleeping(), Endpoint("e", SecretStr("k"))))
        task.add_done_callback(lambda _: ended.append("the flow"))
        timer = loop.call_later(20, ended.append, "the next timer")
        # As ipykernel does it: a signal's handler leaves word in a loop that sleeps, and does not wake it.
        before = signal.signal(signal.SIGUSR1, lambda *_: loop.call_soon(task.cancel) and None)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        try:
            await asyncio.wait({task})
        finally:
            signal.signal(signal.SIGUSR1, before)
            timer.cancel()
        return ended[0]

    assert asyncio.run(first()) == "the flow"


@pytest.mark.parametrize("turns", range(4))
def test_a_cancellation_that_comes_as_the_work_ends_is_not_lost(turns: int) -> None:
    async def cancelled() -> bool:
        news = asyncio.Event()
        task = asyncio.create_task(within(news.wait(), 20))
        for _ in range(3):
            await asyncio.sleep(0)
        news.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        has_ended = task.done()
        task.cancel()
        await asyncio.wait({task})
        return has_ended or task.cancelled()

    assert asyncio.run(cancelled())


def test_work_has_so_many_seconds() -> None:
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(within(asyncio.sleep(20), 0.01))
    assert asyncio.run(within(asyncio.sleep(0, "done"), 20)) == "done"
