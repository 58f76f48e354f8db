"""The local endpoint as other clients use it: plain OpenAI requests, the OpenAI clients, RunPod's own SDK."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
import requests
from langchain_openai import ChatOpenAI
from langchain_openai import OpenAI as LangChainOpenAI

from langchain_careerv2.serving import ENGINE_NAME, LocalEndpoint, OfflineEngine

QUESTION = "List ATS keywords for a nurse"
MESSAGES: Any = [{"role": "user", "content": QUESTION}]
BODY = {"prompt": QUESTION, "max_tokens": 30, "stream": True}


def post(endpoint: LocalEndpoint, route: str, body: Any, **options: Any) -> requests.Response:
    url = f"{endpoint.base_url}/local/openai/v1/{route}"
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    return requests.post(url, json=body, headers=headers, **{"timeout": 10, **options})  # noqa: S113


def until_over(endpoint: LocalEndpoint) -> list[str]:
    for _ in range(500):
        if endpoint.jobs() and not endpoint.live_jobs():
            break
        time.sleep(0.01)
    return list(endpoint.jobs().values())


def test_a_stream_runs_with_its_job_and_a_hang_up_cancels_it() -> None:
    with LocalEndpoint(token_latency=1, speed=10) as endpoint:
        with post(endpoint, "completions", BODY, stream=True) as reply:
            assert reply.headers["Content-Type"] == "text/event-stream"
            lines = reply.iter_lines()
            assert next(lines).startswith(b"data: {")
            assert list(endpoint.jobs().values()) == ["IN_PROGRESS"]
        assert until_over(endpoint) == ["CANCELLED"]


def test_a_hang_up_before_the_first_piece_cancels_too() -> None:
    with LocalEndpoint(workers=0) as endpoint:
        with pytest.raises(requests.ReadTimeout):
            post(endpoint, "chat/completions", BODY, timeout=0.3)
        assert until_over(endpoint) == ["CANCELLED"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_failed_job_is_a_500(endpoint: LocalEndpoint, stream: bool) -> None:
    reply = post(endpoint, "completions", {"prompt": "", "stream": stream})
    assert reply.status_code == 500
    assert "non-empty" in reply.json()["error"]["message"]


def test_a_plain_handler_answers_a_stream_as_a_whole() -> None:
    async def worker(_: Any) -> Any:
        return {"text": "a"}

    with LocalEndpoint(worker=worker) as endpoint:
        assert post(endpoint, "completions", BODY).json() == {"text": "a"}


def test_requests_reach_the_worker_as_on_runpod() -> None:
    seen: list[Any] = []

    async def worker(job_input: Any) -> AsyncIterator[Any]:
        seen.append(job_input)
        yield {"text": "a"}
        await asyncio.sleep(0.05)
        raise RuntimeError("broke in the middle")

    body = {"messages": [], "stream": True}
    with LocalEndpoint(worker=worker) as endpoint:
        lines = post(endpoint, "chat/completions", body).text.split("\n\n")
    assert seen == [{"openai_route": "/v1/chat/completions", "openai_input": body}]
    assert lines[0] == 'data: {"text": "a"}'
    assert "broke in the middle" in lines[1]


@pytest.fixture
def client(served: LocalEndpoint) -> Any:
    with openai.OpenAI(base_url=url(served), api_key=served.api_key, max_retries=0) as client:
        yield client


@pytest.fixture(params=["vllm", "legacy"])
def served(request: pytest.FixtureRequest) -> Any:
    with LocalEndpoint(shape=request.param) as endpoint:
        yield endpoint


def url(endpoint: LocalEndpoint) -> str:
    return f"{endpoint.base_url}/{endpoint.endpoint_id}/openai/v1"


TEXT = OfflineEngine().complete(QUESTION, 30).text


def test_the_openai_client_completes(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list().data] == [ENGINE_NAME]
    done = client.completions.create(model="m", prompt=QUESTION, max_tokens=30)
    assert (done.choices[0].text, done.choices[0].finish_reason) == (TEXT, "length")
    assert done.usage is not None
    assert (done.usage.completion_tokens, done.model) == (30, ENGINE_NAME)


@pytest.mark.parametrize("usage", [True, False])
def test_the_openai_client_streams(client: openai.OpenAI, usage: bool) -> None:
    options: Any = {"stream_options": {"include_usage": True}} if usage else {}
    chunks = list(client.completions.create(model="m", prompt=QUESTION, max_tokens=30, stream=True, **options))
    assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices) == TEXT
    assert len(chunks) > 30
    counts = [chunk.usage.completion_tokens for chunk in chunks if chunk.usage]
    assert counts == ([30] if usage else [])


@pytest.mark.parametrize("usage", [True, False])
def test_the_openai_client_chats(client: openai.OpenAI, usage: bool) -> None:
    whole = client.chat.completions.create(model="m", messages=MESSAGES, max_tokens=30)
    options: Any = {"stream_options": {"include_usage": True}} if usage else {}
    chunks = list(client.chat.completions.create(model="m", messages=MESSAGES, max_tokens=30, stream=True, **options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    counts = [chunk.usage.completion_tokens for chunk in chunks if chunk.usage]
    assert counts == ([30] if usage else [])


def test_the_asynchronous_openai_client_streams(served: LocalEndpoint) -> None:
    async def main() -> str:
        async with openai.AsyncOpenAI(base_url=url(served), api_key=served.api_key, max_retries=0) as client:
            stream = await client.completions.create(model="m", prompt=QUESTION, max_tokens=30, stream=True)
            return "".join([chunk.choices[0].text async for chunk in stream])

    assert asyncio.run(main()) == TEXT


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"api_key": "wrong"}, openai.AuthenticationError),
        ({"base_url": "other"}, openai.NotFoundError),
        ({}, openai.InternalServerError),
    ],
)
def test_the_openai_client_raises_its_own_errors(
    client: openai.OpenAI, change: dict[str, Any], error: type[Exception]
) -> None:
    if "base_url" in change:
        change = {"base_url": str(client.base_url).replace("/local/", "/other/")}
    with pytest.raises(error):
        client.with_options(**change).completions.create(model="m", prompt="")


@pytest.mark.parametrize("model", [LangChainOpenAI, ChatOpenAI])
def test_langchains_openai_classes_answer_stream_and_batch(served: LocalEndpoint, model: type[Any]) -> None:
    llm = model(**settings(served))

    def text(answer: Any) -> str:
        return str(getattr(answer, "content", answer))

    whole = text(llm.invoke(QUESTION))
    assert whole
    pieces = [text(piece) for piece in llm.stream(QUESTION)]
    assert "".join(pieces) == whole
    assert len(pieces) > 20
    answers = [text(answer) for answer in llm.batch([QUESTION, "ATS keywords for a chef"])]
    assert answers[0] == whole
    assert answers[1] != whole


def settings(endpoint: LocalEndpoint) -> dict[str, Any]:
    return {"base_url": url(endpoint), "api_key": endpoint.api_key, "model": "m", "max_tokens": 30, "max_retries": 0}


def test_langchains_chat_class_counts_the_tokens_of_a_stream(served: LocalEndpoint) -> None:
    counts = [piece.usage_metadata for piece in ChatOpenAI(**settings(served), stream_usage=True).stream(QUESTION)]
    assert [count["output_tokens"] for count in counts if count] == [30]


SDK = """
import asyncio, json, os, sys
import runpod
runpod.api_key = os.environ["RUNPOD_API_KEY"]
endpoint = runpod.Endpoint("local")
question = {"prompt": "List ATS keywords for a nurse", "stream": True}

def seen():
    job = endpoint.run(question)
    streamed = list(job.stream())
    held = endpoint.run({"hold": True})
    yield "sync", endpoint.run_sync(question, timeout=20)
    yield "streamed", streamed
    yield "status", job.status()
    yield "output", endpoint.run({"input": question}).output(timeout=20)
    yield "health", endpoint.health()
    yield "cancelled", held.cancel()
    yield "cancelled status", held.status()
    yield "failed", endpoint.run_sync({"fail": True})
    yield "purged", endpoint.purge_queue()
    try:
        runpod.Endpoint("local", api_key="wrong").health()
    except RuntimeError as error:
        yield "unauthorized", str(error)

async def aseen():
    from runpod import AsyncioEndpoint, http_client
    async with http_client.AsyncClientSession() as session:
        aendpoint = AsyncioEndpoint("local", session)
        job = await aendpoint.run(question)
        yield "async streamed", [item async for item in job.stream()]
        yield "async output", await job.output(timeout=20)
        yield "async health", await aendpoint.health()
        held = await aendpoint.run({"hold": True})
        yield "async cancelled", await held.cancel()
        yield "async status", await held.status()
        yield "async purged", await aendpoint.purge_queue()

async def main():
    return {name: value async for name, value in aseen()}

json.dump({**dict(seen()), **asyncio.run(main())}, sys.stdout)
"""


def test_runpods_own_sdk_finds_everything() -> None:
    """In a process of its own: the SDK reads its base URL and sets up logging when it is imported."""

    async def worker(job_input: Any) -> AsyncIterator[Any]:
        if "hold" in job_input:
            await asyncio.Event().wait()
        if "fail" in job_input:
            yield {"error": "asked to fail"}
        for word in job_input["prompt"].split():
            yield word

    with LocalEndpoint(worker=worker) as endpoint:
        variables = {"RUNPOD_ENDPOINT_BASE_URL": endpoint.base_url, "RUNPOD_API_KEY": endpoint.api_key}
        run = subprocess.run(  # noqa: S603  # our own script
            [sys.executable, "-c", SDK],
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
            env={**os.environ, **variables},
        )
        assert run.returncode == 0, run.stderr
        seen = json.loads(run.stdout)
    words = QUESTION.split()
    for name in ("sync", "streamed", "output", "async streamed", "async output"):
        assert seen.pop(name) == words, name
    for name in ("health", "async health"):
        assert seen.pop(name)["workers"]["ready"] == 4
    for name in ("cancelled", "async cancelled"):
        assert seen.pop(name)["status"] == "CANCELLED"
    for name in ("purged", "async purged"):
        assert seen.pop(name) == {"removed": 0, "status": "completed"}
    assert "401 Unauthorized" in seen.pop("unauthorized")
    assert seen == {
        "status": "COMPLETED",
        "cancelled status": "CANCELLED",
        "async status": "CANCELLED",
        "failed": None,  # the SDK keeps the error to itself
    }
