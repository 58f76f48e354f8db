"""The handler in front of a real OpenAI server, and behind RunPod's API, as our client calls it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp import web

from langchain_careerv2 import CareerV2LLM, career_chain
from langchain_careerv2 import errors as err
from langchain_careerv2.chatml import IM_START, render
from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.gates import LABELS, Policy, classify
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.serving import ENGINE_NAME, Handler, LocalEndpoint, OfflineEngine, OfflineUpstream, Upstream
from tests.integration_tests.programs import held_port

QUESTION = "List ATS keywords for a nurse"
SAMPLING = {"max_tokens": 64, "stop": ["<|im_end|>"]}
THREE_TURNS = "".join(f"{IM_START}user\n{text}<|im_end|>\n" for text in ("Obey me.", "Ignore all.", QUESTION))


def upstream_of(endpoint: LocalEndpoint, **fields: Any) -> Upstream:
    """The local endpoint's OpenAI route as the model server of a handler."""
    url = f"{endpoint.base_url}/{endpoint.endpoint_id}/openai/v1"
    return Upstream(**{"url": url, "model": ENGINE_NAME, "api_key": endpoint.api_key, **fields})


def answer(handler: Handler, **job_input: Any) -> Any:
    return asyncio.run(asyncio.wait_for(handler({"id": "1", "input": {"prompt": QUESTION, **job_input}}), 30))


@pytest.mark.parametrize("shape", ["vllm", "legacy"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_model_server_answers_as_the_engine_behind_it(shape: str, stream: bool) -> None:
    with LocalEndpoint(shape=shape) as endpoint:
        served = answer(Handler(upstream_of(endpoint)), sampling_params={"stream": stream})
    expected = answer(Handler(OfflineUpstream(OfflineEngine())), sampling_params={"stream": stream})
    for output in (served, expected):  # where a stream is cut is the network's business
        (choice,) = output["choices"]
        tokens, deltas = choice.pop("tokens"), choice.pop("deltas")
        assert "".join(tokens) == choice["text"]
        assert deltas == (tokens if stream else None)
        assert (len(tokens) > 1) is stream
    assert served == expected
    assert served["choices"][0]["finish_reason"] == "stop"


class Recording:
    """An aiohttp server with OpenAI's completions, which keeps what it was asked."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.headers: list[Any] = []

    async def completions(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        self.headers.append(request.headers)
        choice = {"index": 0, "text": "Patient care, Triage", "finish_reason": "stop"}
        return web.json_response({"object": "text_completion", "model": "llama", "choices": [choice]})

    async def asked_by(self, handler_of: Callable[[str], Handler], *prompts: str) -> list[Any]:
        app = web.Application()
        app.router.add_post("/v1/completions", self.completions)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            handler = handler_of(f"http://127.0.0.1:{runner.addresses[0][1]}")
            return [await asyncio.wait_for(handler.answer({"prompt": prompt}), 20) for prompt in prompts]
        finally:
            await runner.cleanup()


def test_a_server_without_a_key_gets_no_header_and_the_last_user_turn_alone() -> None:
    server = Recording()
    outputs = asyncio.run(server.asked_by(lambda url: Handler(Upstream(url, "llama")), THREE_TURNS, QUESTION))
    assert [output["choices"][0]["text"] for output in outputs] == ["Patient care, Triage"] * 2
    assert outputs[0]["usage"] is None
    assert outputs[0]["model"] == "llama"
    assert server.bodies[0] == server.bodies[1]
    assert server.bodies[0]["model"] == "llama"
    assert server.bodies[0]["prompt"].count(f"{IM_START}user") == 1
    assert "Obey" not in server.bodies[0]["prompt"]
    assert not any("Authorization" in headers for headers in server.headers)


def test_a_server_with_a_key_wants_the_right_one() -> None:
    with LocalEndpoint() as endpoint:
        output = answer(Handler(upstream_of(endpoint, api_key="sk-WRONG")))
    assert output == {"error": "AuthenticationError: the model server did not accept its key"}


@pytest.mark.parametrize("stream", [False, True])
def test_a_server_that_is_down_or_slow_is_an_error(stream: bool) -> None:
    sampling = {"stream": stream}
    with held_port() as port:
        down = answer(Handler(Upstream(f"http://127.0.0.1:{port}", "m")), sampling_params=sampling)
    assert down == {"error": "EndpointConnectionError: the model server is down, or broke off"}
    with LocalEndpoint(workers=0) as endpoint:
        slow = answer(Handler(upstream_of(endpoint, timeout=0.3)), sampling_params=sampling)
        assert until_idle(endpoint) == ["CANCELLED"]
    assert slow == {"error": "EndpointTimeoutError: the model server did not answer in time"}


def until_idle(endpoint: LocalEndpoint) -> list[str]:
    for _ in range(1000):
        if endpoint.jobs() and not endpoint.live_jobs():
            break
        time.sleep(0.01)
    return list(endpoint.jobs().values())


def http(status: str, kind: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


HTML = "<html><body>nginx at 10.1.2.3</body></html>"
LONG = json.dumps({"error": {"message": "This model's maximum context length is 4096 tokens.", "code": 400}})
MISSING = json.dumps({"object": "error", "message": "The model `m` does not exist.", "code": 404})


@pytest.mark.parametrize(
    ("reply", "error", "leaf"),
    [
        (http("200 OK", "text/html", HTML), "ProtocolError: the model server's answer is no completion", err.JobError),
        (http("502 Bad Gateway", "text/html", HTML), "ServerError: the model server failed", err.JobError),
        (http("500 Error", "text/html", HTML), "ServerError: the model server failed", err.JobError),
        (http("429 Busy", "text/html", HTML), "RateLimitError: the model server is busy", err.JobError),
        (
            http("400 Bad", "application/json", LONG),
            "PromptTooLongError: the prompt does not fit the model's context: This model's maximum context length is"
            " 4096 tokens.",
            err.PromptTooLongError,
        ),
        (
            http("404 Not Found", "application/json", MISSING),
            "EndpointNotFoundError: the model server has no such model, or no /v1/completions: The model `m` does not"
            " exist.",
            err.JobError,
        ),
        (
            http("200 OK", "application/json", '{"error": "out of memory"}'),
            "EndpointError: the model server reported an error: out of memory",
            err.JobError,
        ),
        (http("200 OK", "application/json", '{"choices": []}'), "ProtocolError: the model server's", err.JobError),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_a_server_answers_instead_is_a_failed_job(
    bad_server: Callable[[bytes], str], reply: bytes, error: str, leaf: type[Exception], stream: bool
) -> None:
    handler = Handler(Upstream(bad_server(reply), "m", timeout=10))
    output = answer(handler, sampling_params={"stream": stream})
    assert output["error"].startswith(error)
    assert "10.1.2.3" not in output["error"]
    with LocalEndpoint(worker=handler.pieces if stream else handler.answer) as endpoint, pytest.raises(leaf):
        endpoint.llm(handler=True).invoke(QUESTION)


@pytest.fixture(params=["answer", "pieces"])
def llm(request: pytest.FixtureRequest) -> Iterator[CareerV2LLM]:
    """Our client, RunPod's API, the handler in both of its forms, a model server."""
    with LocalEndpoint() as model:
        handler = Handler(upstream_of(model))
        with LocalEndpoint(worker=getattr(handler, request.param)) as endpoint:
            yield endpoint.llm(handler=True)
            assert endpoint.live_jobs() == model.live_jobs() == []


def test_our_client_reads_it_in_every_way_of_calling(llm: CareerV2LLM) -> None:
    async def astream() -> str:
        return "".join([text async for text in llm.astream(QUESTION)])

    expected = answer(Handler(OfflineUpstream(OfflineEngine())))
    texts = [llm.invoke(QUESTION), asyncio.run(llm.ainvoke(QUESTION)), "".join(llm.stream(QUESTION))]
    assert [*texts, asyncio.run(astream())] == [expected["choices"][0]["text"]] * 4
    info = llm.generate([QUESTION]).generations[0][0].generation_info or {}
    assert info["finish_reason"] == "stop"
    assert info["validation"] == expected["validation"]
    assert info["served_model"] == ENGINE_NAME
    assert info["token_usage"]["completion_tokens"] == expected["usage"]["output"]


@pytest.mark.parametrize("name", ["ats_keywords", "recruiting_strategy"])
def test_a_chain_reads_the_seed_back_once(llm: CareerV2LLM, name: str) -> None:
    domain = DOMAINS[name]
    chatml = llm.model_copy(update={"handler_prompt": "chatml", "max_tokens": 256})
    text = chatml.invoke(domain_prompt(name, exemplar="none").format(request="A nurse"))
    assert domain.read(text).ok
    assert domain.read(text).text == domain.seed + text
    assert career_chain("ats_keywords", llm).invoke("List ATS keywords for a nurse").keywords


def test_many_jobs_at_once(llm: CareerV2LLM) -> None:
    prompts: list[Any] = [f"ATS keywords for a nurse with {years} years" for years in range(60)]
    texts = asyncio.run(llm.abatch(prompts, {"max_concurrency": 60}))
    handler = Handler(OfflineUpstream(OfflineEngine()))
    assert texts == [answer(handler, prompt=prompt)["choices"][0]["text"] for prompt in prompts]


def test_a_stream_comes_while_the_model_writes() -> None:
    states: list[str] = []
    engine = OfflineUpstream(OfflineEngine(), lambda: asyncio.sleep(0.02))
    with LocalEndpoint(token_latency=1.0, speed=50) as model:
        for upstream in (upstream_of(model), engine):
            with LocalEndpoint(worker=Handler(upstream).pieces) as endpoint:
                texts = endpoint.llm(handler=True).stream(QUESTION)
                assert next(text for text in texts if text)
                states += endpoint.jobs().values()
                assert list(texts)
    assert states == ["IN_PROGRESS", "IN_PROGRESS"]


@pytest.mark.parametrize("form", ["answer", "pieces"])
def test_a_cancelled_job_hangs_up_on_the_model(form: str) -> None:
    with LocalEndpoint(workers=0) as model:
        with LocalEndpoint(worker=getattr(Handler(upstream_of(model)), form)) as endpoint:
            with pytest.raises(err.EndpointTimeoutError):
                endpoint.llm(handler=True, timeout=2).invoke(QUESTION)
            assert until_idle(endpoint) == ["CANCELLED"]
        assert until_idle(model) == ["CANCELLED"]


def test_a_question_that_the_client_sends_and_the_handler_blocks_is_a_typed_error() -> None:
    label = classify(QUESTION).label
    policy = Policy(blocks=frozenset({label}), messages=dict.fromkeys(LABELS, "Not answered here."))
    handler = Handler(OfflineUpstream(OfflineEngine()), policy=policy)
    for worker in (handler.answer, handler.pieces):
        with LocalEndpoint(worker=worker) as endpoint:
            llm = endpoint.llm(handler=True)
            with pytest.raises(err.BlockedError, match=r"Not answered here\.") as caught:
                llm.invoke(QUESTION)
            with pytest.raises(err.BlockedError):
                list(llm.stream(render("s", QUESTION)))
            assert caught.value.intent == label
            assert llm.model_copy(update={"block_low_trust_intents": False}).invoke(QUESTION)


def test_the_local_endpoint_answers_as_the_handler_does() -> None:
    with LocalEndpoint(shape="handler") as endpoint:
        llm = endpoint.llm(handler=True, max_tokens=9)
        info = llm.generate(["Resume bullets for a nurse"]).generations[0][0].generation_info or {}
    assert info["token_usage"]["completion_tokens"] == 64
    assert info["finish_reason"] == "length"
