"""Tokens while the job runs: each route, each worker, each way of calling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler, get_usage_metadata_callback
from langchain_core.outputs import LLMResult

from langchain_careerv2 import CareerV2LLM
from langchain_careerv2 import errors as err
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.serving import Faults, LocalEndpoint

PROMPT = domain_prompt("ats_keywords").format(request="A nurse in intensive care")
Listen = Callable[..., list[str]]


def streamed(llm: CareerV2LLM, prompt: str, **kwargs: Any) -> list[str]:
    return list(llm.stream(prompt, **kwargs))


def astreamed(llm: CareerV2LLM, prompt: str, **kwargs: Any) -> list[str]:
    async def main() -> list[str]:
        return [text async for text in llm.astream(prompt, **kwargs)]

    return asyncio.run(main())


WAYS = pytest.mark.parametrize("listen", [streamed, astreamed], ids=["sync", "async"])
ROUTES = pytest.mark.parametrize("route", ["native", "openai"])


class Recorder(BaseCallbackHandler):
    """Keeps what a tracer would see."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.ends: list[LLMResult] = []
        self.errors: list[BaseException] = []

    def on_llm_new_token(self, token: Any, **_: Any) -> None:
        self.tokens.append(token)

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        self.ends.append(response)

    def on_llm_error(self, error: BaseException, **_: Any) -> None:
        self.errors.append(error)


@WAYS
@ROUTES
@pytest.mark.parametrize("shape", ["vllm", "legacy"])
def test_a_stream_says_what_the_whole_answer_says(listen: Listen, route: str, shape: str) -> None:
    with LocalEndpoint(shape=shape, token_latency=0.005) as endpoint:
        llm = endpoint.llm(route=route)
        recorder = Recorder()
        with get_usage_metadata_callback() as counted:
            texts = listen(llm, PROMPT, config={"callbacks": [recorder]})
        whole = llm.generate([PROMPT])
        assert endpoint.live_jobs() == []
    assert "".join(texts) == whole.generations[0][0].text
    assert len([text for text in texts if text]) > 2
    assert recorder.tokens == [text for text in texts if text]
    (end,) = recorder.ends
    info, wanted = end.generations[0][0].generation_info or {}, whole.generations[0][0].generation_info or {}
    assert info["token_usage"] == wanted["token_usage"] != None  # noqa: E711
    assert info["finish_reason"] == wanted["finish_reason"]
    assert [usage["total_tokens"] for usage in counted.usage_metadata.values()] == [info["token_usage"]["total_tokens"]]
    assert (info["job_id"] is None) == (route == "openai")
    assert (info["delay_ms"] is None) == (route == "openai")


@WAYS
def test_the_first_token_comes_while_the_job_still_runs(listen: Listen) -> None:
    release = asyncio.Event()

    async def worker(job_input: Any) -> AsyncIterator[str]:
        yield "first "
        await release.wait()
        yield "last"

    with LocalEndpoint(worker=worker) as endpoint:
        states: list[list[str]] = []

        class Release(Recorder):
            def on_llm_new_token(self, token: Any, **_: Any) -> None:
                states.append(list(endpoint.jobs().values()))
                endpoint._loop.call_soon_threadsafe(release.set)

        assert "".join(listen(endpoint.llm(), PROMPT, config={"callbacks": [Release()]})) == "first last"
    assert states[0] == ["IN_PROGRESS"]


@WAYS
def test_the_handler_gives_its_text_at_the_end(listen: Listen) -> None:
    with LocalEndpoint(shape="handler") as endpoint:
        llm = endpoint.llm(handler=True)
        texts = listen(llm, PROMPT)
        assert "".join(texts) == llm.invoke(PROMPT)
    assert len([text for text in texts if text]) == 1


@WAYS
def test_an_error_is_raised_after_the_text_already_delivered(listen: Listen) -> None:
    async def worker(job_input: Any) -> AsyncIterator[Any]:
        yield "some text"
        await asyncio.sleep(0.3)
        yield {"error": "CUDA out of memory"}

    recorder = Recorder()
    with LocalEndpoint(worker=worker) as endpoint, pytest.raises(err.JobError, match="CUDA out of memory"):
        listen(endpoint.llm(), PROMPT, config={"callbacks": [recorder]})
    assert recorder.tokens == ["some text"]
    assert recorder.ends == []
    assert [type(error) for error in recorder.errors] == [err.JobError]


@WAYS
@ROUTES
def test_a_stream_that_stalls_ends_at_the_deadline_and_leaves_no_job(listen: Listen, route: str) -> None:
    with LocalEndpoint(token_latency=30) as endpoint:
        with pytest.raises(err.EndpointTimeoutError):
            listen(endpoint.llm(route=route), PROMPT, timeout=1.0)
        _gone(endpoint)


@ROUTES
@pytest.mark.parametrize("ends", [False, True], ids=["loop goes on", "loop ends"])
def test_an_asynchronous_stream_that_is_closed_early_leaves_no_job(route: str, ends: bool) -> None:
    with LocalEndpoint(token_latency=0.02) as endpoint:

        async def main() -> None:
            async for text in endpoint.llm(route=route).astream(PROMPT):
                assert text
                break
            if not ends:
                for _ in range(200):
                    if not endpoint.live_jobs():
                        return
                    await asyncio.sleep(0.01)

        asyncio.run(main())
        _gone(endpoint)


@WAYS
@pytest.mark.parametrize("fault", ["reset_after", "reset_mid", "truncated_json", "html_502", "not_json"])
def test_lost_polls_cost_no_text(listen: Listen, fault: str) -> None:
    faults = Faults({fault: 0.3}, seed=2, on="poll")
    with LocalEndpoint(token_latency=0.01, faults=faults) as endpoint, LocalEndpoint() as clean:
        assert "".join(listen(endpoint.llm(), PROMPT)) == clean.llm().invoke(PROMPT)
        assert endpoint.faults_served[fault]
        assert endpoint.posts == 1


def _gone(endpoint: LocalEndpoint) -> None:
    """No job lives; on the OpenAI route the server notices the hang-up a moment later."""
    for _ in range(200):
        if not endpoint.live_jobs():
            break
        asyncio.run(asyncio.sleep(0.01))
    assert set(endpoint.jobs().values()) <= {"CANCELLED"}


@pytest.mark.parametrize("way", ["stream", "astream"])
def test_a_stream_that_runs_late_is_not_told_to_have_waited_for_a_worker(way: str) -> None:
    with LocalEndpoint(latency=30) as endpoint:
        llm = endpoint.llm(timeout=1.5)

        async def streamed() -> None:
            async for _ in llm.astream("p"):
                pass

        with pytest.raises(err.EndpointTimeoutError, match="had not ended at the deadline"):
            asyncio.run(streamed()) if way == "astream" else list(llm.stream("p"))
        assert endpoint.live_jobs() == []
