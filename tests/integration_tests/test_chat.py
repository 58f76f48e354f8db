"""`ChatCareerV2` against real servers: streams, ends, batches, agents and masks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler, get_usage_metadata_callback
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.tools import tool

from langchain_careerv2 import ChatCareerV2
from langchain_careerv2 import errors as err
from langchain_careerv2.gates.privacy import CARRIED, Mask
from langchain_careerv2.serving import ENGINE_NAME, LocalEndpoint
from langchain_careerv2.structured import KNOWN

ROUTES = pytest.mark.parametrize("route", ["native", "openai"])
WAYS = pytest.mark.parametrize("way", ["sync", "async"])


@tool
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@tool
def find(query: str) -> str:
    """Finds jobs."""
    return query


def streamed(chat: Any, messages: Any, way: str, **options: Any) -> list[Any]:
    async def main() -> list[Any]:
        return [chunk async for chunk in chat.astream(messages, **options)]

    return list(chat.stream(messages, **options)) if way == "sync" else asyncio.run(main())


def asked(chat: Any, messages: Any, way: str) -> Any:
    return chat.invoke(messages) if way == "sync" else asyncio.run(chat.ainvoke(messages))


@WAYS
@ROUTES
@pytest.mark.parametrize("shape", ["vllm", "legacy"])
def test_a_stream_says_what_the_whole_answer_says(way: str, route: str, shape: str) -> None:
    with LocalEndpoint(shape=shape) as endpoint, get_usage_metadata_callback() as counted:
        chat = endpoint.chat(route=route).bind_tools([add])
        for question in ("Hello", "Add 3 and 4"):
            counted.usage_metadata.clear()
            chunks = streamed(chat, question, way)
            (usage,) = counted.usage_metadata.values()
            merged, whole = sum(chunks[1:], chunks[0]), asked(chat, question, way)
            assert merged.content == whole.content
            assert [call["args"] for call in merged.tool_calls] == [call["args"] for call in whole.tool_calls]
            assert merged.usage_metadata == whole.usage_metadata != None  # noqa: E711
            assert merged.response_metadata["finish_reason"] == whole.response_metadata["finish_reason"]
            assert merged.response_metadata["model_name"] == ENGINE_NAME
            assert usage["total_tokens"] == merged.usage_metadata["total_tokens"]
        assert [call["args"] for call in whole.tool_calls] == [{"a": 3, "b": 4}]
        assert endpoint.live_jobs() == []


@WAYS
def test_an_agents_loop_ends_with_the_tools_result(endpoint: LocalEndpoint, way: str) -> None:
    chat = endpoint.chat().bind_tools([add])
    messages: list[Any] = [SystemMessage("Be brief."), HumanMessage("Add 3 and 4")]
    messages.append(asked(chat, messages, way))
    messages += [add.invoke(call) for call in messages[-1].tool_calls]
    answer = asked(chat, messages, way)
    assert "7" in answer.content
    assert (answer.content.endswith(ENGINE_NAME), answer.tool_calls) == (True, [])


def test_a_call_that_is_cut_off_is_no_call(endpoint: LocalEndpoint) -> None:
    message = endpoint.chat(max_tokens=20).bind_tools([add]).invoke("Add 3 and 4")
    assert (message.content, message.tool_calls, len(message.invalid_tool_calls)) == ("", [], 1)
    assert message.response_metadata["finish_reason"] == "length"


@ROUTES
def test_a_cancelled_task_that_streams_leaves_no_job(route: str) -> None:
    with LocalEndpoint(token_latency=0.05) as endpoint:

        async def consume(started: asyncio.Event) -> None:
            async for _ in endpoint.chat(route=route).astream("Hello"):
                started.set()

        async def main() -> None:
            started = asyncio.Event()
            task = asyncio.create_task(consume(started))
            await started.wait()
            assert endpoint.live_jobs()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await gone(endpoint)

        asyncio.run(main())
        assert list(endpoint.jobs().values()) == ["CANCELLED"]


@WAYS
def test_a_stream_that_is_closed_half_way_leaves_no_job(way: str) -> None:
    with LocalEndpoint(token_latency=0.05) as endpoint:

        async def main() -> None:
            async for chunk in endpoint.chat().astream("Hello"):
                assert chunk.content
                break
            await gone(endpoint)

        if way == "sync":
            for chunk in endpoint.chat().stream("Hello"):
                assert chunk.content
                break
        else:
            asyncio.run(main())
        assert endpoint.live_jobs() == []
        assert list(endpoint.jobs().values()) == ["CANCELLED"]


async def gone(endpoint: LocalEndpoint) -> None:
    """No job lives; on the OpenAI route the server notices the hang-up a moment later."""
    for _ in range(200):
        if not endpoint.live_jobs():
            return
        await asyncio.sleep(0.01)


async def echo(job_input: Any) -> AsyncIterator[Any]:
    """Says its prompt, fails where the prompt says so."""
    await asyncio.sleep(0.02)
    if "fail" in job_input["prompt"]:
        raise RuntimeError("asked to fail")
    for piece in job_input["prompt"].split("user\n")[1].partition("<|im_end|>")[0].split(" "):
        yield f"{piece} "


@WAYS
def test_a_batch_mixes_nothing_and_one_failure_harms_no_other(way: str) -> None:
    questions: list[Any] = [f"{number} {'fail' if number % 7 == 0 else 'go'}" for number in range(30)]
    with LocalEndpoint(worker=echo, workers=30) as endpoint:
        chat = endpoint.chat()
        results: list[Any] = (
            chat.batch(questions, return_exceptions=True)
            if way == "sync"
            else asyncio.run(chat.abatch(questions, return_exceptions=True))
        )
        for number, result in enumerate(results):
            failed = isinstance(result, err.JobError)
            assert (failed, failed or result.content) == ((True, True) if number % 7 == 0 else (False, f"{number} go "))
        with pytest.raises(err.JobError, match="asked to fail"):
            chat.batch(questions[:3])
        assert endpoint.live_jobs() == []


@pytest.mark.parametrize(("field", "config"), [(3, None), (30, 3)])
def test_a_batchs_concurrency_is_bounded(field: int, config: int | None) -> None:
    running, peak = 0, 0

    async def count(job_input: Any) -> str:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.05)
        running -= 1
        return "x"

    with LocalEndpoint(worker=count, workers=20) as endpoint:
        chat = endpoint.chat(max_concurrency=field)
        asyncio.run(chat.abatch(["x"] * 9, {"max_concurrency": config} if config else None))
    assert peak == 3


async def obeying(job_input: Any) -> Any:
    """A worker that is held to whatever schema it is given, by way of the one that vLLM has today."""
    schema = job_input["sampling_params"].get("structured_outputs", {}).get("json")
    text = json.dumps({name: part.get("const", 7) for name, part in schema["properties"].items()}) if schema else "blue"
    return [{"choices": [{"text": text, "finish_reason": "stop"}], "usage": {"input": 1, "output": 1}}]


def test_a_forced_tools_arguments_come_from_an_endpoint_that_is_held_to_them() -> None:
    with LocalEndpoint(worker=obeying) as endpoint:
        chat = endpoint.chat()
        assert chat.probe().dialect == "structured_outputs"
        for way in ("sync", "async"):
            bound = chat.bind_tools([add], tool_choice="add")
            (call,) = asked(bound, "Hello", way).tool_calls
            assert (call["name"], call["args"]) == ("add", {"a": 7, "b": 7})
            chunks = streamed(bound, "Hello", way)
            assert sum(chunks[1:], chunks[0]).tool_calls[0]["args"] == {"a": 7, "b": 7}
        del KNOWN[chat.base_url, chat.endpoint_id, chat.route]


async def refusing(job_input: Any) -> AsyncIterator[Any]:
    """An old worker: it fails on a field that it does not know."""
    if "structured_outputs" in job_input["sampling_params"]:
        raise ValueError("Unexpected keyword argument 'structured_outputs'")
    yield '{"a": 1, "b": 2}'


@WAYS
def test_an_endpoint_that_refuses_to_be_held_is_asked_once_more_and_then_known(way: str) -> None:
    with LocalEndpoint(worker=refusing, endpoint_id=f"old-{way}") as endpoint:
        chat = endpoint.chat()
        bound = chat.bind_tools([add], tool_choice="add")
        (call,) = sum(streamed(bound, "Hello", way), start=AIMessageChunk(content="")).tool_calls
        assert call["args"] == {"a": 1, "b": 2}
        assert sorted(endpoint.jobs().values()) == ["COMPLETED", "FAILED"]
        assert asked(bound, "Hello", way).tool_calls[0]["args"] == {"a": 1, "b": 2}
        assert len(endpoint.jobs()) == 3
        assert chat.json_dialect() == "structured_outputs", "another schema may be taken"
        asked(chat.bind_tools([find], tool_choice="find"), "Hello", way)
        assert len(endpoint.jobs()) == 5
        with pytest.raises(err.InvalidRequestError, match="structured_outputs"):
            asked(endpoint.chat(dialect="structured_outputs").bind_tools([add], tool_choice="add"), "Hello", way)


@WAYS
def test_a_job_that_fails_before_it_says_anything_is_asked_for_once_more_without_its_schema(way: str) -> None:
    async def breaking(job_input: Any) -> AsyncIterator[Any]:
        if "talk" in job_input["prompt"]:
            yield '{"a":'
        if "structured_outputs" in job_input["sampling_params"]:
            raise RuntimeError("grammar backend failed")
        yield '{"a": 1, "b": 2}'

    with LocalEndpoint(worker=breaking) as endpoint:
        bound = endpoint.chat().bind_tools([add], tool_choice="add")
        for jobs in (2, 4):  # nothing was learnt
            assert sum(streamed(bound, "Hello", way), AIMessageChunk(content="")).tool_calls[0]["args"] == {
                "a": 1,
                "b": 2,
            }
            assert len(endpoint.jobs()) == jobs
        with pytest.raises(err.JobError, match="grammar"):
            streamed(bound, "talk", way)
        assert len(endpoint.jobs()) == 5


def test_the_handler_answers_a_chats_one_question() -> None:
    with LocalEndpoint(shape="handler") as endpoint:
        chat = endpoint.chat(handler=True)
        assert "ATS Keywords" in chat.invoke("Improve my resume as a nurse").content
        with pytest.raises(err.BlockedError):
            chat.invoke("What is the salary of a nurse?")


class Recorder(BaseCallbackHandler):
    """Keeps what a tracer would see."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        self.seen.append(repr((messages, kwargs)))

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        self.seen.append(repr((token, kwargs)))

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.seen.append(repr(response))

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        self.seen.append(repr(error))


@WAYS
@pytest.mark.parametrize("question", ["Name: Jane Doe. Call me.", "Name: Jane Doe. Please fail."])
def test_what_a_mask_hides_reaches_the_endpoint_and_no_callback(way: str, question: str) -> None:
    prompts: list[str] = []

    async def noting(job_input: Any) -> AsyncIterator[Any]:
        prompts.append(job_input["prompt"])
        if "fail" in job_input["prompt"]:
            raise RuntimeError(job_input["prompt"])
        for piece in ("Dear Jane ", "Doe, hello."):
            yield piece

    mask, recorder = Mask(), Recorder()
    hidden = mask.hide(question)
    with LocalEndpoint(worker=noting) as endpoint:
        chat: ChatCareerV2 = endpoint.chat().with_config(callbacks=[recorder])  # type: ignore[assignment]  # as one
        token = CARRIED.set(mask)
        try:
            for call in (lambda: asked(chat, hidden, way).text, lambda: "".join(
                chunk.text for chunk in streamed(chat, hidden, way))):  # fmt: skip
                try:
                    assert mask.restore(call()) == "Dear Jane Doe, hello."
                except err.JobError as error:
                    recorder.seen.append(str(error))
        finally:
            CARRIED.reset(token)
    assert len(prompts) == 2
    assert all(question in prompt for prompt in prompts)
    assert recorder.seen
    assert not any("Jane" in seen or "Doe" in seen for seen in recorder.seen)
