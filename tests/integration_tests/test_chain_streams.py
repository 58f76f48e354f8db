"""A chain's stream over real endpoints: its events, and what becomes of the job of one that is not listened to."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda

from langchain_careerv2 import career_assistant, career_chain, career_stream
from langchain_careerv2.serving import LocalEndpoint, OfflineEngine
from langchain_careerv2.streaming import Accepted, Event, Superseded, Token, applied

REQUEST = "Optimize my resume for Senior Backend Engineer (Python, FastAPI, AWS)."


def jobs_after(endpoint: LocalEndpoint) -> list[str]:
    for _ in range(1000):
        if endpoint.jobs() and not endpoint.live_jobs():
            break
        time.sleep(0.01)
    time.sleep(0.1)  # whatever would go on has the time to ask again
    return list(endpoint.jobs().values())


def first_of_events(chain: Any) -> Any:
    for event in career_stream(chain, REQUEST):
        return event
    return None


def first_of_answers(chain: Any) -> Any:
    answers = chain.stream(REQUEST)
    first = next(answers)
    answers.close()
    return first


async def first_async(chain: Any) -> Any:
    async for event in career_stream(chain, REQUEST):
        return event
    return None


async def closed_async(chain: Any) -> Any:
    events = career_stream(chain, REQUEST).__aiter__()
    first = await anext(events)
    await events.aclose()  # type: ignore[attr-defined]  # a generator
    return first


async def cancelled(chain: Any) -> Any:
    heard: list[Event] = []
    begun = asyncio.Event()

    async def listen() -> None:
        async for event in career_stream(chain, REQUEST):
            heard.append(event)
            begun.set()

    task = asyncio.create_task(listen())
    await asyncio.wait_for(begun.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return heard[0]


WAYS: dict[str, Callable[[Any], Any]] = {
    "events": first_of_events,
    "answers": first_of_answers,
    "dropped": lambda chain: asyncio.run(first_async(chain)),
    "closed": lambda chain: asyncio.run(closed_async(chain)),
    "cancelled": lambda chain: asyncio.run(cancelled(chain)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [career_chain, career_assistant], ids=["chain", "assistant"])
def test_a_stream_that_nobody_listens_to_any_more_cancels_its_job(make: Any, way: str) -> None:
    with LocalEndpoint(token_latency=1, speed=20) as endpoint:
        chain = make("resume_guidance", endpoint.llm()) if make is career_chain else make(endpoint.llm())
        assert WAYS[way](chain) is not None
        gc.collect()
        assert jobs_after(endpoint) == ["CANCELLED"]
        assert endpoint.posts == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_that_nobody_listens_to_any_more_cancels_its_job_too(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly(job_input: Any) -> AsyncIterator[Any]:
        for word in ["Ask", "for", "a", "meeting"] * 50:
            await asyncio.sleep(0.05)
            yield {"choices": [{"tokens": [f"{word} "]}], "usage": {"input": 5, "output": 1}}

    monkeypatch.setitem(globals(), "REQUEST", "How do I negotiate a raise?")
    with LocalEndpoint(worker=slowly) as endpoint:
        assert WAYS[way](career_assistant(endpoint.llm())) is not None
        gc.collect()
        assert jobs_after(endpoint) == ["CANCELLED"]


@pytest.mark.parametrize("defect", ["missing_sections", "cut"])
def test_tokens_come_while_the_job_runs_and_a_failed_draft_is_superseded(defect: str) -> None:
    engine = OfflineEngine(defect_rate=1.0, defects=(defect,))
    with LocalEndpoint(engine, token_latency=0.2, speed=20) as endpoint:
        running: list[bool] = []
        text = ""
        last: Event | None = None
        for last in career_stream(career_chain("resume_guidance", endpoint.llm(), json_first="never"), REQUEST):
            text = applied(text, last)
            if isinstance(last, Token):
                running.append(bool(endpoint.live_jobs()))
            if isinstance(last, Superseded):
                assert (last.rung, text) == ("draft", "")
        assert any(running)
        assert last is not None
        assert last.kind == "rejected"
        assert endpoint.posts == 2


async def test_many_streams_run_side_by_side_and_are_not_mixed() -> None:
    roles = ["nurse", "data analyst", "chef", "accountant", "backend engineer", "teacher"]
    with LocalEndpoint(token_latency=0.05, speed=20) as endpoint:
        chain = career_chain("job_description", endpoint.llm())

        async def listen(role: str) -> tuple[str, Event | None]:
            text, last = "", None
            async for last in career_stream(chain, f"Write a JD for a {role}"):
                text = applied(text, last)
            return text, last

        for role, (text, last) in zip(roles, await asyncio.gather(*map(listen, roles)), strict=True):
            assert isinstance(last, Accepted)
            assert text == last.text
            assert role in text


def test_a_sequence_around_a_chain_streams_its_answers() -> None:
    with LocalEndpoint() as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm())
        assert [*(RunnableLambda(str) | chain).stream("a nurse")][-1] == chain.invoke("a nurse")
