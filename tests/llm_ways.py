"""Every way to call a text model, what a tracer hears of it, and a cache that knows all: for `llm_suite`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import pytest
from langchain_core.caches import BaseCache
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.outputs import Generation, LLMResult
from langchain_core.runnables import Runnable, RunnableConfig


class Keys(BaseCache):
    """Knows every answer, so that nothing is sent, and keeps what it was asked by."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def lookup(self, prompt: str, llm_string: str) -> Sequence[Generation]:
        self.seen.append(llm_string)
        return [Generation(text="kept")]

    def update(self, prompt: str, llm_string: str, return_val: Sequence[Generation]) -> None:
        raise AssertionError("nothing new can come")

    def clear(self, **kwargs: Any) -> None:
        self.seen.clear()


class Server(Protocol):
    """What the suite must know of the model's server."""

    @property
    def submits(self) -> int:
        """The calls that it took."""

    def live_jobs(self) -> Sequence[str]:
        """The calls that it works on."""


class Events(BaseCallbackHandler):
    """What a tracer would see."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.starts: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.ends: list[LLMResult] = []
        self.errors: list[BaseException] = []

    def on_llm_start(self, serialized: dict[str, Any], prompts: list[str], **told: Any) -> None:
        self.order.append("start")
        self.starts.append({"prompts": prompts, **told})

    def on_llm_new_token(self, token: Any, **_: Any) -> None:
        self.order.append("token")
        self.tokens.append(token)

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        self.order.append("end")
        self.ends.append(response)

    def on_llm_error(self, error: BaseException, **_: Any) -> None:
        self.order.append("error")
        self.errors.append(error)

    @property
    def info(self) -> dict[str, Any]:
        """What the only call said of its answer."""
        ((generation,),) = self.ends[0].generations
        assert isinstance(generation, Generation)
        return generation.generation_info or {}


class AsyncEvents(AsyncCallbackHandler):
    """The same, told in the event loop."""

    def __init__(self) -> None:
        self.seen = Events()

    async def on_llm_start(self, *args: Any, **told: Any) -> None:
        self.seen.on_llm_start(*args, **told)

    async def on_llm_new_token(self, *args: Any, **told: Any) -> None:
        self.seen.on_llm_new_token(*args, **told)

    async def on_llm_end(self, *args: Any, **told: Any) -> None:
        self.seen.on_llm_end(*args, **told)

    async def on_llm_error(self, *args: Any, **told: Any) -> None:
        self.seen.on_llm_error(*args, **told)


Ask = Callable[..., Awaitable[str]]
Model = Runnable[Any, str]


async def _stream(model: Model, prompt: Any, config: RunnableConfig | None = None, **options: Any) -> str:
    return await asyncio.to_thread(lambda: "".join(model.stream(prompt, config, **options)))


async def _astream(model: Model, prompt: Any, config: RunnableConfig | None = None, **options: Any) -> str:
    return "".join([text async for text in model.astream(prompt, config, **options)])


async def _invoke(model: Model, prompt: Any, config: RunnableConfig | None = None, **options: Any) -> str:
    return await asyncio.to_thread(model.invoke, prompt, config, **options)


async def _ainvoke(model: Model, prompt: Any, config: RunnableConfig | None = None, **options: Any) -> str:
    return await model.ainvoke(prompt, config, **options)


async def _batch(model: Model, prompt: Any, config: RunnableConfig | None = None, **options: Any) -> str:
    (text,) = await asyncio.to_thread(model.batch, [prompt], config, **options)
    return text


async def _abatch(model: Model, prompt: Any, config: RunnableConfig | None = None, **options: Any) -> str:
    (text,) = await model.abatch([prompt], config, **options)
    return text


SYNC: tuple[Ask, ...] = (_invoke, _stream, _batch)
ASYNC: tuple[Ask, ...] = (_ainvoke, _astream, _abatch)
STREAMS: tuple[Ask, ...] = (_stream, _astream)
WHOLE: tuple[Ask, ...] = (_invoke, _batch, _ainvoke, _abatch)
"""The ways that core's retries know: a stream is not begun again."""


def name_of(ask: Any) -> str:
    return str(ask.__name__).strip("_")


WAYS = pytest.mark.parametrize("ask", [*SYNC, *ASYNC], ids=name_of)
BATCHES = pytest.mark.parametrize("way", ["batch", "abatch"])


async def many(model: Model, way: str, prompts: Sequence[Any], **options: Any) -> list[Any]:
    """The answers to several prompts."""
    if way == "abatch":
        return await model.abatch(list(prompts), **options)
    return await asyncio.to_thread(model.batch, list(prompts), **options)


async def until(holds: Callable[[], bool]) -> None:
    """Waits 20 seconds at most."""
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to that")
