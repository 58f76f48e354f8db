"""`CareerV2LLM` against real servers: the local endpoint, and ones that answer badly."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from langchain_careerv2 import CareerV2LLM
from langchain_careerv2 import errors as err
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.runpod.protocol import MAX_REPLY
from langchain_careerv2.serving import ENGINE_NAME, Faults, LocalEndpoint
from tests.integration_tests.programs import held_port

Ask = Callable[[CareerV2LLM, str], str]
WAYS = pytest.mark.parametrize(
    "ask", [lambda llm, text: llm.invoke(text), lambda llm, text: asyncio.run(llm.ainvoke(text))], ids=["sync", "async"]
)
PROMPT = domain_prompt("ats_keywords").format(request="A nurse in intensive care")


async def echo(job_input: Any) -> Any:
    """Answers with its own prompt, fails where the prompt says so."""
    await asyncio.sleep(0.02)
    if "fail" in job_input["prompt"]:
        raise RuntimeError("asked to fail")
    return f"echo {job_input['prompt']}"


async def never(job_input: Any) -> Any:
    await asyncio.Event().wait()


def answering(output: Any) -> Callable[[Any], Awaitable[Any]]:
    async def worker(job_input: Any) -> Any:
        return output

    return worker


@pytest.mark.parametrize("way", ["generate", "agenerate"])
def test_what_the_endpoint_says_of_the_answer_arrives_too(endpoint: LocalEndpoint, way: str) -> None:
    llm = endpoint.llm(max_tokens=20)
    result = llm.generate([PROMPT]) if way == "generate" else asyncio.run(llm.agenerate([PROMPT]))
    info = result.generations[0][0].generation_info
    assert info is not None
    assert info["finish_reason"] == "length"
    assert info["job_id"] in endpoint.jobs()
    assert info["delay_ms"] >= 0
    assert info["execution_ms"] >= 0
    assert info["served_model"] == ENGINE_NAME
    assert info["token_usage"]["completion_tokens"] == 20
    assert result.llm_output is not None
    assert result.llm_output["token_usage"] == info["token_usage"]


@pytest.mark.parametrize("way", ["batch", "abatch"])
def test_a_batch_mixes_nothing_and_one_failure_harms_no_other(way: str) -> None:
    prompts: list[Any] = [f"{number} {'fail' if number % 7 == 0 else 'go'}" for number in range(60)]
    with LocalEndpoint(worker=echo, workers=60) as endpoint:
        llm = endpoint.llm()

        def run(**options: Any) -> list[Any]:
            return llm.batch(prompts, **options) if way == "batch" else asyncio.run(llm.abatch(prompts, **options))

        for number, result in enumerate(run(return_exceptions=True)):
            if number % 7 == 0:
                assert isinstance(result, err.JobError)
            else:
                assert result == f"echo {number} go"
        with pytest.raises(err.JobError, match="asked to fail"):
            run()
        assert endpoint.live_jobs() == []
        assert list(endpoint.jobs().values()).count("COMPLETED") == 2 * 51


@pytest.mark.parametrize("way", ["batch", "abatch", "generate", "agenerate"])
@pytest.mark.parametrize(("field", "config"), [(5, None), (30, 5)])
def test_concurrency_is_real_and_bounded(way: str, field: int, config: int | None) -> None:
    running, peak, lock = 0, 0, threading.Lock()

    async def count(job_input: Any) -> str:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        await asyncio.sleep(0.05)
        with lock:
            running -= 1
        return "x"

    prompts = [str(number) for number in range(20)]
    options: Any = [{"max_concurrency": config}] if config else []
    with LocalEndpoint(worker=count, workers=20) as endpoint:
        llm = endpoint.llm(max_concurrency=field)
        if way.endswith("generate"):
            llm, options = endpoint.llm(max_concurrency=5), []
        result = getattr(llm, way)(prompts, *options)
        asyncio.run(result) if way.startswith("a") else None
    assert peak == 5


@WAYS
@pytest.mark.parametrize("timeout", [0.4, 3.2], ids=["run", "runsync"])
@pytest.mark.parametrize("workers", [0, 1], ids=["queued", "running"])
def test_a_job_that_never_ends_is_cancelled_at_the_deadline(ask: Ask, timeout: float, workers: int) -> None:
    with LocalEndpoint(worker=never, workers=workers) as endpoint:
        with pytest.raises(err.EndpointTimeoutError, match="was cancelled") as caught:
            ask(endpoint.llm(timeout=timeout), PROMPT)
        assert endpoint.jobs() == {caught.value.job_id: "CANCELLED"}


@WAYS
def test_a_wrong_key_an_unknown_endpoint_and_nobody_listening(endpoint: LocalEndpoint, ask: Ask) -> None:
    with pytest.raises(err.AuthenticationError, match="RUNPOD_API_KEY") as caught:
        ask(endpoint.llm(api_key="rpa_WRONG"), PROMPT)
    assert "WRONG" not in str(caught.value)
    with pytest.raises(err.EndpointNotFoundError, match="endpoint id"):
        ask(endpoint.llm(endpoint_id="other"), PROMPT)
    with held_port() as port, pytest.raises(err.EndpointConnectionError, match="POST /runsync") as refused:
        ask(endpoint.llm(base_url=f"http://127.0.0.1:{port}/v2"), PROMPT)
    assert refused.value.is_retryable


def http(body: bytes, status: str = "200 OK", kind: str = "application/json", length: int | None = None) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body) if length is None else length}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


ENDLESS = b"x" * (MAX_REPLY + 2**20)


@WAYS
@pytest.mark.parametrize(
    ("answer", "leaf", "words"),
    [
        pytest.param(http(b"<html>busy</html>", kind="text/html"), err.ProtocolError, "text/html", id="HTML"),
        pytest.param(
            http(b"<html>busy</html>", "502 Bad Gateway", "text/html"), err.UnavailableError, "502", id="HTML 502"
        ),
        pytest.param(http(b"{}"), err.ProtocolError, "without giving an id", id="empty JSON"),
        pytest.param(http(b"x" * (MAX_REPLY + 1)), err.ProtocolError, "larger than 32 MiB", id="too large"),
        pytest.param(http(ENDLESS, length=10**12), err.ProtocolError, "larger than 32 MiB", id="endless"),
        pytest.param(http(b'{"id": "j", "sta'), err.ProtocolError, "not JSON", id="half a JSON"),
        pytest.param(http(b'{"id": ', length=500), err.EndpointConnectionError, "failed during", id="broken body"),
        pytest.param(b"nonsense\r\n\r\n", err.EndpointConnectionError, "failed during", id="no HTTP"),
        pytest.param(b"", err.EndpointConnectionError, "failed during", id="hangs up"),
    ],
)
def test_a_server_that_answers_badly(
    bad_server: Callable[[bytes], str], ask: Ask, answer: bytes, leaf: type[err.EndpointError], words: str
) -> None:
    llm = CareerV2LLM(endpoint_id="abc", api_key="k", base_url=bad_server(answer), timeout=10, max_retries=0)
    with pytest.raises(leaf, match=words):
        ask(llm, PROMPT)


@WAYS
@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"", http(b"{", length=9), http(b"x", "401 Unauthorized")])
def test_no_error_and_nothing_behind_it_holds_the_key(
    bad_server: Callable[[bytes], str], ask: Ask, answer: bytes
) -> None:
    llm = CareerV2LLM(endpoint_id="abc", api_key="rpa_SECRET", base_url=bad_server(answer), timeout=10, max_retries=0)
    with pytest.raises(err.EndpointError) as caught:
        ask(llm, PROMPT)
    link: BaseException | None = caught.value
    while link is not None:
        assert "SECRET" not in f"{link!r}{link}{vars(link)}"
        link = link.__cause__ or link.__context__


@WAYS
def test_an_answer_of_20_megabytes_arrives(bad_server: Callable[[bytes], str], ask: Ask) -> None:
    body = b'{"id": "j", "status": "COMPLETED", "output": "' + b"word " * 4_000_000 + b'"}'
    llm = CareerV2LLM(endpoint_id="abc", api_key="k", base_url=bad_server(http(body)), timeout=20)
    assert len(ask(llm, PROMPT)) == 20_000_000


@WAYS
def test_bytes_that_are_no_text_cost_a_character_not_the_answer(bad_server: Callable[[bytes], str], ask: Ask) -> None:
    body = b'{"id": "j", "status": "COMPLETED", "output": "caf\xe9 ok"}'
    llm = CareerV2LLM(endpoint_id="abc", api_key="k", base_url=bad_server(http(body)), timeout=20)
    assert ask(llm, PROMPT) == "caf\ufffd ok"


@WAYS
def test_a_body_that_dribbles_arrives_or_ends_at_the_deadline(ask: Ask) -> None:
    with LocalEndpoint(faults=Faults({"slow_body": 1.0})) as endpoint:
        assert ask(endpoint.llm(), PROMPT)
        with pytest.raises(err.EndpointTimeoutError, match=r"within 0\.4 s"):
            ask(endpoint.llm(timeout=0.4), PROMPT)


@WAYS
def test_nobody_is_asked_twice_for_what_may_be_done_already(ask: Ask) -> None:
    with LocalEndpoint(faults=Faults({"reset_after": 1.0})) as endpoint:
        with pytest.raises(err.EndpointConnectionError):
            ask(endpoint.llm(), PROMPT)
        assert endpoint.submits == 1
        with pytest.raises(err.EndpointConnectionError):
            ask(endpoint.llm(resubmit=True, max_retries=2), PROMPT)
        assert endpoint.submits == 4


@WAYS
def test_who_is_turned_away_comes_back(ask: Ask) -> None:
    with LocalEndpoint(faults=Faults({"unavailable": 0.5}, seed=3)) as endpoint:
        assert [bool(ask(endpoint.llm(max_retries=9), PROMPT)) for _ in range(5)] == [True] * 5
        assert endpoint.submits == 5 < endpoint.posts


@WAYS
def test_an_hour_of_retry_after_is_not_waited_for(bad_server: Callable[[bytes], str], ask: Ask) -> None:
    answer = http(b"", "429 Too Many Requests\r\nRetry-After: 3600")
    llm = CareerV2LLM(endpoint_id="abc", api_key="k", base_url=bad_server(answer), timeout=10)
    with pytest.raises(err.RateLimitError) as caught:
        ask(llm, PROMPT)
    assert caught.value.retry_after == 3600


@WAYS
def test_a_poll_that_says_404_after_the_work_was_done_is_an_error_that_names_the_job(ask: Ask) -> None:
    async def slow(job_input: Any) -> str:
        await asyncio.sleep(0.3)
        return "done, and gone"

    # Run at 100 times the speed: the submit ends at once, and the result expires before the next look.
    with LocalEndpoint(worker=slow, speed=1000) as endpoint:
        with pytest.raises(err.JobError, match="no longer knows the job") as caught:
            ask(endpoint.llm(timeout=600), PROMPT)
        assert caught.value.job_id


@WAYS
def test_a_redirect_does_not_take_the_key_elsewhere(
    bad_server: Callable[[bytes], str], endpoint: LocalEndpoint, ask: Ask
) -> None:
    target = f"{endpoint.base_url}/{endpoint.endpoint_id}/runsync"
    answer = http(b"", f"307 Temporary Redirect\r\nLocation: {target}")
    with pytest.raises(err.ProtocolError, match="307"):
        ask(endpoint.llm(base_url=bad_server(answer)), PROMPT)
    assert endpoint.jobs() == {}


@WAYS
def test_a_proxy_in_the_environment_is_used_for_runpod(
    monkeypatch: pytest.MonkeyPatch, bad_server: Callable[[bytes], str], ask: Ask
) -> None:
    proxy = bad_server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    monkeypatch.setenv("https_proxy", proxy.removesuffix("/v2"))
    llm = CareerV2LLM(endpoint_id="abc", api_key="k", base_url="https://name.invalid/v2", timeout=10)
    with pytest.raises(err.EndpointConnectionError, match="Proxy"):
        ask(llm, PROMPT)


@WAYS
@pytest.mark.parametrize(
    ("output", "leaf"),
    [
        ({"blocked": True, "intent": "salary_intelligence", "message": "no"}, err.BlockedError),
        ({"weird": {"deep": 1}}, err.ProtocolError),
        ([{"error": "x"}], err.JobError),
    ],
)
def test_a_worker_that_gives_no_answer(ask: Ask, output: Any, leaf: type[err.EndpointError]) -> None:
    with LocalEndpoint(worker=answering(output)) as endpoint, pytest.raises(leaf):
        ask(endpoint.llm(), PROMPT)


@WAYS
def test_the_handler_answers_the_plain_question(ask: Ask) -> None:
    asked: list[Any] = []

    async def handler(job_input: Any) -> Any:
        asked.append(job_input)
        return {"choices": [{"text": "fine", "deltas": None, "tokens": ["fine"]}], "usage": {"input": 1, "output": 2}}

    with LocalEndpoint(worker=handler) as endpoint:
        assert ask(endpoint.llm(handler=True), PROMPT) == "fine"
    assert asked[0]["prompt"] == "A nurse in intensive care"
    assert asked[0]["enable_validation"] is asked[0]["block_low_trust_intents"] is True


@WAYS
def test_a_proxy_in_the_environment_is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch, endpoint: LocalEndpoint, ask: Ask
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(endpoint.llm(), PROMPT)


@WAYS
def test_a_netrc_does_not_replace_the_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, endpoint: LocalEndpoint, ask: Ask
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\ndefault login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert ask(endpoint.llm(), PROMPT)


def test_a_session_serves_one_event_loop_after_another_and_a_running_one(endpoint: LocalEndpoint) -> None:
    llm = endpoint.llm()

    async def notebook() -> tuple[str, str]:
        return llm.invoke(PROMPT), await llm.ainvoke(PROMPT)

    texts = {*asyncio.run(notebook()), *(asyncio.run(llm.ainvoke(PROMPT)) for _ in range(3))}
    assert len(texts) == 1


def test_health_counts_jobs_and_workers(endpoint: LocalEndpoint) -> None:
    endpoint.llm().invoke(PROMPT)
    health = endpoint.llm().health()
    assert health["jobs"]["completed"] == 1
    assert health["workers"]["ready"] == 4
    with pytest.raises(err.AuthenticationError):
        endpoint.llm(api_key="wrong").health()


def test_the_deadline_holds_against_a_server_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        llm = CareerV2LLM(
            endpoint_id="abc", api_key="k", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v2", timeout=0.5
        )
        for ask in (llm.invoke, lambda text: asyncio.run(llm.ainvoke(text))):
            with pytest.raises(err.EndpointTimeoutError, match=r"no answer to POST /run within 0\.[45] s"):
                ask(PROMPT)
