"""The local endpoint seen from outside, with plain HTTP."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from langchain_careerv2.serving import ENGINE_NAME, LocalEndpoint
from langchain_careerv2.serving.local import RETENTION

PROMPT = {"input": {"prompt": "List ATS keywords for a nurse", "sampling_params": {"max_tokens": 150}}}


class Caller:
    """Calls an endpoint as curl would."""

    def __init__(self, endpoint: LocalEndpoint) -> None:
        self.url = f"{endpoint.base_url}/{endpoint.endpoint_id}"
        self.headers = {"Authorization": f"Bearer {endpoint.api_key}"}

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = requests.request(method, self.url + path, json=body, headers=self.headers, timeout=10)
        assert reply.status_code == status, reply.text
        return reply.json()

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
