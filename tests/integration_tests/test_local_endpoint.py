"""The local endpoint seen from outside, with plain HTTP."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import requests
from aiohttp.test_utils import make_mocked_request

from langchain_careerv2.errors import ConfigurationError
from langchain_careerv2.serving import ENGINE_NAME, LocalEndpoint
from langchain_careerv2.serving.local import RATE_WINDOW, RETENTION
from langchain_careerv2.serving.routes import _wait

PROMPT = {"input": {"prompt": "List ATS keywords for a nurse", "sampling_params": {"max_tokens": 150}}}


class Caller:
    """Calls an endpoint as curl would."""

    def __init__(self, endpoint: LocalEndpoint) -> None:
        self.url = f"{endpoint.base_url}/{endpoint.endpoint_id}"
        self.headers = {"Authorization": f"Bearer {endpoint.api_key}"}

    def raw(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        options = {"timeout": 10, **options}
        return requests.request(method, self.url + path, json=body, headers=self.headers, **options)  # noqa: S113

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = self.raw(method, path, body)
        assert reply.status_code == status, reply.text
        return reply.json()

    def items(self, path: str, count: int) -> list[Any]:
        """Reads a stream until it has given so many items."""
        found: list[Any] = []
        while len(found) < count:
            found += [item["output"] for item in self("GET", path)["stream"]]
        return found

    def until(self, job_id: str, *states: str) -> Any:
        for _ in range(400):
            job = self("GET", f"/status/{job_id}")
            if job["status"] in states:
                return job
            time.sleep(0.01)
        raise AssertionError(f"{job_id} never reached {states}")


@pytest.fixture
def call(endpoint: LocalEndpoint) -> Caller:
    return Caller(endpoint)


@pytest.fixture
def held() -> Iterator[tuple[LocalEndpoint, Caller, asyncio.Event]]:
    """An endpoint with one worker that holds its job until the event is set from its own loop."""
    gate = asyncio.Event()

    async def hold(job_input: Any) -> Any:
        await gate.wait()
        return job_input

    with LocalEndpoint(worker=hold, workers=1) as running:
        yield running, Caller(running), gate


def test_runsync_answers_in_the_shape_of_worker_vllm(call: Caller) -> None:
    job = call("POST", "/runsync", PROMPT)
    assert job["status"] == "COMPLETED"
    assert job["id"].startswith("sync-")
    assert {"delayTime", "executionTime"} <= set(job)
    (output,) = job["output"]
    assert output["choices"][0]["finish_reason"] == "stop"
    assert output["usage"]["total_tokens"] == output["usage"]["prompt_tokens"] + output["usage"]["completion_tokens"]
    assert "no language model" in output["model"]


def test_run_queues_and_status_tells(call: Caller) -> None:
    job = call("POST", "/run", PROMPT)
    assert job["status"] == "IN_QUEUE"
    assert call.until(job["id"], "COMPLETED")["output"]
    assert call("POST", f"/status/{job['id']}")["status"] == "COMPLETED"


@pytest.mark.parametrize("make", [LocalEndpoint.llm, LocalEndpoint.chat])
def test_a_model_of_an_endpoint_that_is_not_running_says_so(make: Callable[[LocalEndpoint], object]) -> None:
    endpoint = LocalEndpoint()
    with pytest.raises(ConfigurationError, match=r"not running: .* start\(\)"):
        make(endpoint)
    with endpoint:
        make(endpoint)
    with pytest.raises(ConfigurationError):
        make(endpoint)


def test_a_job_goes_from_queue_through_progress_to_its_end(held: tuple[LocalEndpoint, Caller, asyncio.Event]) -> None:
    endpoint, call, gate = held
    first, second = (call("POST", "/run", PROMPT)["id"] for _ in range(2))
    call.until(first, "IN_PROGRESS")
    assert call("GET", f"/status/{second}")["status"] == "IN_QUEUE"
    assert call("GET", "/health") == {
        "jobs": {"completed": 0, "failed": 0, "inProgress": 1, "inQueue": 1, "retried": 0},
        "workers": {"idle": 0, "initializing": 0, "ready": 1, "running": 1, "throttled": 0, "unhealthy": 0},
    }
    assert call("POST", f"/cancel/{second}")["status"] == "CANCELLED"
    assert call("POST", f"/cancel/{first}")["status"] == "CANCELLED"
    assert endpoint.live_jobs() == []
    third = call("POST", "/run", PROMPT)["id"]
    call.until(third, "IN_PROGRESS")
    endpoint._loop.call_soon_threadsafe(gate.set)
    assert call.until(third, "COMPLETED")["output"] == PROMPT["input"]
    assert endpoint.jobs() == {first: "CANCELLED", second: "CANCELLED", third: "COMPLETED"}


def test_runsync_gives_the_job_back_unfinished_when_its_wait_ends(
    held: tuple[LocalEndpoint, Caller, asyncio.Event],
) -> None:
    _, call, _ = held
    job = call("POST", "/runsync?wait=1000", PROMPT)
    assert job["status"] in ("IN_QUEUE", "IN_PROGRESS")
    assert "output" not in job
    call("POST", f"/cancel/{job['id']}")


def test_a_worker_that_raises_makes_the_job_fail() -> None:
    async def broken(job_input: Any) -> Any:
        raise RuntimeError("out of memory")

    with LocalEndpoint(worker=broken) as endpoint:
        job = Caller(endpoint)("POST", "/runsync", PROMPT)
    assert (job["status"], job["error"]) == ("FAILED", "out of memory")


def test_results_expire(monkeypatch: pytest.MonkeyPatch, call: Caller) -> None:
    monkeypatch.setitem(RETENTION, "runsync", 0.0)
    job = call("POST", "/runsync", PROMPT)
    assert call("GET", f"/status/{job['id']}", status=404) == {"error": "job not found"}


@pytest.mark.parametrize("header", [None, "local-key", "Bearer", "Bearer wrong", "Basic local-key"])
def test_a_wrong_key_is_turned_away(endpoint: LocalEndpoint, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    for path in ("/runsync", "/cancel/x"):
        reply = requests.post(f"{endpoint.base_url}/local{path}", json=PROMPT, headers=headers, timeout=10)
        assert reply.status_code == 401
    assert endpoint.jobs() == {}


@pytest.mark.parametrize("body", [None, [], {}, {"input": {}}, {"input": "text"}, {"prompt": "x"}])
def test_a_body_without_an_input_object_is_refused(call: Caller, body: Any) -> None:
    assert "error" in call("POST", "/run", body, status=400)


def test_an_unknown_endpoint_is_not_found(endpoint: LocalEndpoint) -> None:
    reply = requests.get(f"{endpoint.base_url}/other/health", headers=Caller(endpoint).headers, timeout=10)
    assert reply.status_code == 404


def test_every_log_line_says_that_this_is_no_model(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "langchain_careerv2"), LocalEndpoint() as endpoint:
        Caller(endpoint)("POST", "/runsync", PROMPT)
    assert len(caplog.messages) == 2
    assert all(ENGINE_NAME in message for message in caplog.messages)


def test_starting_twice_and_on_a_taken_port_are_errors(endpoint: LocalEndpoint) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        endpoint.start()
    with pytest.raises(OSError, match="address already in use"):
        LocalEndpoint(port=endpoint.port).start()


def test_closing_ends_running_jobs_and_can_be_done_twice() -> None:
    async def forever(job_input: Any) -> None:
        await asyncio.Event().wait()

    endpoint = LocalEndpoint(worker=forever).start()
    job = Caller(endpoint)("POST", "/run", PROMPT)
    Caller(endpoint).until(job["id"], "IN_PROGRESS")
    endpoint.close()
    endpoint.close()
    assert endpoint.jobs() == {job["id"]: "CANCELLED"}
    with pytest.raises(requests.ConnectionError):
        Caller(endpoint)("GET", "/health")
    with endpoint:
        assert Caller(endpoint)("GET", "/health")["jobs"]["inProgress"] == 0


async def shout(job_input: Any) -> AsyncIterator[Any]:
    """A generator handler: yields a number, waits for the test's word, yields on."""
    for number in range(3):
        yield {"index": number}
        await asyncio.sleep(job_input.get("pause", 0))


def test_stream_gives_each_item_once_while_the_job_runs() -> None:
    gates: list[asyncio.Event] = [asyncio.Event() for _ in range(2)]

    async def stepwise(job_input: Any) -> AsyncIterator[str]:
        yield "a"
        yield "b"
        await gates[0].wait()
        yield "c"
        await gates[1].wait()

    with LocalEndpoint(worker=stepwise, speed=10) as endpoint:
        call = Caller(endpoint)
        path = f"/stream/{call('POST', '/run', PROMPT)['id']}"
        assert call.items(path, 2) == ["a", "b"]
        assert call("GET", f"{path}?wait=1000") == {"status": "IN_PROGRESS", "stream": []}
        endpoint._loop.call_soon_threadsafe(gates[0].set)
        assert call("POST", path) == {"status": "IN_PROGRESS", "stream": [{"output": "c"}]}
        endpoint._loop.call_soon_threadsafe(gates[1].set)
        assert call("GET", path) == {"status": "COMPLETED", "stream": []}
        assert call("GET", path.replace("stream", "status"))["output"] == ["a", "b", "c"]


def test_the_terminal_reply_of_a_stream_carries_the_last_items() -> None:
    with LocalEndpoint(worker=shout) as endpoint:
        call = Caller(endpoint)
        job = call("POST", "/runsync", PROMPT)
        reply = call("GET", f"/stream/{job['id']}")
        assert reply == {"status": "COMPLETED", "stream": [{"output": output} for output in job["output"]]}
        assert call("GET", f"/stream/{job['id']}")["stream"] == []


def test_the_engine_streams_while_its_job_runs() -> None:
    with LocalEndpoint(shape="25", token_latency=1.0, speed=100) as endpoint:
        call = Caller(endpoint)
        job_id = call("POST", "/run", PROMPT)["id"]
        early = call("GET", f"/stream/{job_id}")
        assert early["status"] == "IN_PROGRESS"
        rest = call.until(job_id, "COMPLETED")["output"]
        assert 0 < len(early["stream"]) < len(rest)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_status_sync_waits_for_the_end(held: tuple[LocalEndpoint, Caller, asyncio.Event], method: str) -> None:
    endpoint, call, gate = held
    job_id = call("POST", "/run", PROMPT)["id"]
    assert call(method, f"/status-sync/{job_id}?wait=0")["status"] == "IN_PROGRESS"
    endpoint._loop.call_soon_threadsafe(gate.set)
    assert call(method, f"/status-sync/{job_id}?wait=90000")["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("/runsync", 90),
        ("/runsync?wait=1", 1),
        ("/runsync?wait=900000", 300),
        ("/runsync?wait=-5", 90),
        (f"/runsync?wait={'9' * 5000}", 90),
        ("/status-sync/x?wait=900000", 90),
        ("/stream/x", 10),
        ("/stream/x?wait=2500", 2.5),
    ],
)
def test_waits_are_bounded(path: str, seconds: float) -> None:
    assert _wait(make_mocked_request("GET", f"/v2/local{path}")) == seconds


def test_a_failed_job_can_be_retried_and_others_cannot() -> None:
    async def second_time(job_input: Any) -> str:
        if len(seen) < 1:
            seen.append(job_input)
            raise RuntimeError("once")
        return "twice"

    seen: list[Any] = []
    with LocalEndpoint(worker=second_time) as endpoint:
        call = Caller(endpoint)
        job_id = call("POST", "/runsync", PROMPT)["id"]
        assert call("POST", f"/retry/{job_id}") == {"id": job_id, "status": "IN_QUEUE"}
        job = call.until(job_id, "COMPLETED")
        assert (job["output"], "error" in job) == ("twice", False)
        assert "COMPLETED" in call("POST", f"/retry/{job_id}", status=400)["error"]
        assert call("GET", "/health")["jobs"]["retried"] == 1


def test_a_policy_ends_and_forgets_jobs() -> None:
    async def never(job_input: Any) -> None:
        await asyncio.Event().wait()

    with LocalEndpoint(worker=never, speed=50) as endpoint:
        call = Caller(endpoint)
        timed = call("POST", "/runsync", {**PROMPT, "policy": {"executionTimeout": 1}})
        assert timed["status"] == "TIMED_OUT"
        assert timed["executionTime"] >= 5000
        gone = call("POST", "/runsync", {**PROMPT, "policy": {"ttl": 1, "executionTimeout": "x"}})
        call("GET", f"/status/{gone['id']}", status=404)
        assert call("GET", "/health")["workers"]["running"] == 0
        assert list(endpoint.jobs()) == [timed["id"]]


def test_a_purge_removes_what_waits(held: tuple[LocalEndpoint, Caller, asyncio.Event]) -> None:
    endpoint, call, _ = held
    ids = [call("POST", "/run", PROMPT)["id"] for _ in range(3)]
    assert call("POST", "/purge-queue", {}) == {"removed": 2, "status": "completed"}
    assert list(endpoint.jobs().values()) == ["IN_PROGRESS", "CANCELLED", "CANCELLED"]
    call("POST", f"/cancel/{ids[0]}")


def test_a_cold_endpoint_shows_its_workers_coming_up() -> None:
    with LocalEndpoint(cold_start=120, speed=400) as endpoint:
        call = Caller(endpoint)
        job_id = call("POST", "/run", PROMPT)["id"]
        workers = call("GET", "/health")["workers"]
        assert (workers["initializing"], workers["ready"]) == (1, 0)
        assert call("GET", f"/status/{job_id}") == {"id": job_id, "status": "IN_QUEUE"}
        assert call.until(job_id, "COMPLETED")["delayTime"] >= 120_000


def test_calls_beyond_the_limit_are_turned_away_until_the_window_has_passed() -> None:
    with LocalEndpoint(rate_limits={"status": 2}, speed=20) as endpoint:
        call = Caller(endpoint)
        job_id = call("POST", "/runsync", PROMPT)["id"]
        call("GET", f"/status/{job_id}")
        call("GET", f"/status-sync/{job_id}")
        reply = call.raw("GET", f"/status/{job_id}")
        assert (reply.status_code, reply.headers["Retry-After"]) == (429, "1")
        call("GET", "/health")
        time.sleep(RATE_WINDOW / 20)
        call("GET", f"/status/{job_id}")


@pytest.mark.parametrize(
    "options", [{"speed": 0}, {"shape": "27"}, {"rate_limits": {"fly": 1}}], ids=["speed", "shape", "operation"]
)
def test_settings_that_cannot_be_are_refused(options: Any) -> None:
    with pytest.raises(ValueError, match=r"speed|shape|operations"):
        LocalEndpoint(**options)


@pytest.mark.parametrize(("path", "mebibytes"), [("/run", 10), ("/runsync", 20), ("/openai/v1/completions", 20)])
def test_a_body_that_is_too_large_is_refused(call: Caller, path: str, mebibytes: int) -> None:
    body = {"input": {"prompt": "x" * (mebibytes * 2**20)}}
    assert "error" in call("POST", path, body, status=413)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/status/x", 404),
        ("POST", "/cancel/x", 404),
        ("POST", "/retry/x", 404),
        ("GET", "/stream/x", 404),
        ("GET", "/batch/x", 404),
        ("GET", "/run", 405),
    ],
)
def test_what_is_not_there_is_said_in_json(call: Caller, method: str, path: str, status: int) -> None:
    assert "error" in call(method, path, status=status)


def test_a_batch_from_draft_to_its_results() -> None:
    async def worker(job_input: Any) -> Any:
        return {"error": "no"} if job_input["n"] == 2 else job_input

    with LocalEndpoint(worker=worker) as endpoint:
        call = Caller(endpoint)
        path = f"/batch/{call('POST', '/batch', [{'input': {'n': 1}}])['id']}"
        call("POST", f"{path}/requests", {"requests": [{"input": {"n": 2}}, {"input": {"n": 3}}]})
        assert call("GET", path)["status"] == "DRAFT"
        assert endpoint.submits == 0
        assert call("POST", f"{path}/finalize")["status"] == "FINALIZED"
        for refused in (f"{path}/finalize", f"{path}/requests"):
            assert "DRAFT" in call("POST", refused, {"requests": []}, status=400)["error"]
        while (batch := call("GET", path))["requestCompleted"] + batch["requestFailed"] < 3:
            pass
        assert (batch["requestCompleted"], batch["endpointId"]) == (2, "local")
        page = call("GET", f"{path}/requests?offset=1&limit=1")
        assert {name: page[name] for name in ("total", "offset", "limit", "hasMore")} == {
            "total": 3,
            "offset": 1,
            "limit": 1,
            "hasMore": True,
        }
        (failed,) = page["requests"]
        assert (failed["status"], failed["error"]) == ("FAILED", "no")
        assert call("GET", f"{path}/requests?offset=2")["requests"][0]["output"] == {"n": 3}
        assert not call("GET", f"{path}/requests?offset=2")["hasMore"]
        assert endpoint.submits == 3


@pytest.mark.parametrize("body", [{}, [{"input": {}}], [1], None])
def test_a_batch_of_anything_else_is_refused(call: Caller, body: Any) -> None:
    assert "error" in call("POST", "/batch", body, status=400)


def test_a_cancelled_batch(held: tuple[LocalEndpoint, Caller, asyncio.Event]) -> None:
    endpoint, call, gate = held
    path = f"/batch/{call('POST', '/batch', [PROMPT, PROMPT])['id']}"
    call("POST", f"{path}/finalize")
    call("POST", f"{path}/cancel")
    endpoint._loop.call_soon_threadsafe(gate.set)
    while (batch := call("GET", path))["status"] != "CANCELLED":
        pass
    assert (batch["requestCompleted"], batch["requestFailed"]) == (1, 1)


def test_a_worker_that_is_not_async_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="async"):
        LocalEndpoint(worker=lambda job_input: "x")  # type: ignore[arg-type]  # that is the mistake
