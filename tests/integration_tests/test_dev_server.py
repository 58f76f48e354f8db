"""Our client against the official SDK's development server, which runs a handler as RunPod's workers do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from langchain_careerv2 import CareerV2LLM, career_chain
from langchain_careerv2 import errors as err
from tests.answers import GOOD
from tests.integration_tests.programs import DEV_SERVER, running

ANSWER = GOOD["ats_keywords"]
HANDLERS = f"""
import runpod

TEXT = {ANSWER!r}
USAGE = {{"input": 5, "output": len(TEXT.split())}}

def check(job):
    if "boom" in job["input"]["prompt"]:
        raise RuntimeError("boom")

def plain(job):
    check(job)
    return {{"choices": [{{"text": TEXT, "deltas": None, "tokens": [TEXT]}}], "usage": USAGE}}

async def generator(job):
    check(job)
    for word in TEXT.split(" "):
        yield {{"choices": [{{"tokens": [word + " "]}}], "usage": USAGE}}

async def failing(job):
    yield {{"error": "CUDA out of memory"}}
"""
START = "runpod.serverless.start({'handler': %s, 'return_aggregate_stream': True})"


def serve(handler: str, folder: Path) -> Iterator[CareerV2LLM]:
    program = folder / f"{handler}.py"
    program.write_text(HANDLERS + START % handler, encoding="utf-8")
    with running([sys.executable, str(program), *DEV_SERVER], folder) as server:
        yield CareerV2LLM(endpoint_id="dev", api_key="none", base_url=server.dev_url(), handler=handler == "plain")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CareerV2LLM]:
    yield from serve("plain", tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CareerV2LLM]:
    yield from serve("generator", tmp_path_factory.mktemp("generator"))


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CareerV2LLM]:
    yield from serve("failing", tmp_path_factory.mktemp("failing"))


@pytest.mark.parametrize("timeout", [30.0, 2.5], ids=["runsync", "run and status"])
@pytest.mark.parametrize("name", ["plain", "generator"])
def test_a_handler_answers_in_every_way_of_calling(request: pytest.FixtureRequest, name: str, timeout: float) -> None:
    llm: CareerV2LLM = request.getfixturevalue(name).model_copy(update={"timeout": timeout})

    async def astream() -> str:
        return "".join([text async for text in llm.astream("p")])

    texts = [llm.invoke("p"), asyncio.run(llm.ainvoke("p")), "".join(llm.stream("p")), asyncio.run(astream())]
    assert [text.rstrip() for text in texts] == [ANSWER] * 4


def test_a_generator_streams_word_by_word(generator: CareerV2LLM) -> None:
    result = generator.generate(["p"]).generations[0][0].generation_info or {}
    assert result["token_usage"]["completion_tokens"] == len(ANSWER.split())
    assert result["job_id"].startswith("test-")


def test_a_chain_works_on_it(plain: CareerV2LLM) -> None:
    assert career_chain("ats_keywords", plain).invoke("ATS terms for a nurse").keywords


@pytest.mark.parametrize("timeout", [30.0, 2.5], ids=["runsync", "run and status"])
def test_a_handler_that_raises_is_a_typed_error(plain: CareerV2LLM, timeout: float) -> None:
    llm = plain.model_copy(update={"timeout": timeout})
    with pytest.raises(err.JobError, match="boom") as caught:
        llm.invoke("boom")
    assert "Traceback" not in str(caught.value)
    with pytest.raises(err.JobError, match="boom"):
        list(llm.stream("boom"))


def test_a_generator_that_yields_an_error_is_a_typed_error(failing: CareerV2LLM) -> None:
    with pytest.raises(err.JobError, match="CUDA out of memory"):
        failing.invoke("p")
    with pytest.raises(err.JobError, match="CUDA out of memory"):
        list(failing.stream("p"))
