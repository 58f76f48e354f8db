"""The local endpoint with faults, seen from outside."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from http.client import HTTPConnection
from typing import Any

import pytest
import requests

from langchain_careerv2.serving import LocalEndpoint
from langchain_careerv2.serving.faults import ALL, Faults

PROMPT = {"input": {"prompt": "List ATS keywords for a nurse", "sampling_params": {"max_tokens": 150}}}


def send(endpoint: LocalEndpoint, path: str, method: str = "POST") -> requests.Response:
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    return requests.request(method, f"{endpoint.base_url}/local{path}", json=PROMPT, headers=headers, timeout=10)


@pytest.mark.parametrize(
    ("kind", "submits"),
    [("reset_before", 0), ("reset_after", 1), ("reset_mid", 1)],
)
def test_a_reset_before_or_after_the_job_was_made(kind: str, submits: int) -> None:
    with LocalEndpoint(faults=Faults({kind: 1.0})) as endpoint:
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            send(endpoint, "/runsync")
        assert (endpoint.submits, endpoint.posts) == (submits, 1)
        assert endpoint.faults_served == {kind: 1}


@pytest.mark.parametrize("kind", ["reset_after", "reset_mid", "truncated_json"])
def test_a_stream_is_cut_off_and_its_job_cancelled(kind: str) -> None:
    with LocalEndpoint(token_latency=1, speed=100, faults=Faults({kind: 1.0})) as endpoint:
        headers = {"Authorization": f"Bearer {endpoint.api_key}"}
        body = {"prompt": "List ATS keywords for a nurse", "max_tokens": 150, "stream": True}
        url = f"{endpoint.base_url}/local/openai/v1/completions"
        with pytest.raises(requests.RequestException):
            requests.post(url, json=body, headers=headers, timeout=10)
        assert list(endpoint.jobs().values()) == ["CANCELLED"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("html_502", 502), ("server_error", 500), ("unavailable", 503), ("not_json", 200), ("rate_limited", 429)],
)
def test_a_page_in_place_of_the_endpoint_makes_no_job(kind: str, status: int) -> None:
    with LocalEndpoint(faults=Faults({kind: 1.0}), speed=4) as endpoint:
        reply = send(endpoint, "/run")
        assert (reply.status_code, endpoint.submits, endpoint.posts) == (status, 0, 1)
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.headers.get("Retry-After") == ("0" if kind == "rate_limited" else None)


def test_a_truncated_reply_looks_whole_to_http() -> None:
    with LocalEndpoint(faults=Faults({"truncated_json": 1.0})) as endpoint:
        reply = send(endpoint, "/runsync")
        assert (reply.status_code, endpoint.submits) == (200, 1)
    with pytest.raises(requests.JSONDecodeError):
        reply.json()


def test_a_slow_reply_is_whole() -> None:
    with LocalEndpoint(faults=Faults({"slow_body": 1.0}), speed=10) as endpoint:
        connection = HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
        connection.request("GET", "/v2/local/health", headers={"Authorization": f"Bearer {endpoint.api_key}"})
        with connection.getresponse() as reply:
            pieces = list(iter(reply.read1, b""))
        connection.close()
    assert len(pieces) > 3
    assert json.loads(b"".join(pieces))["workers"]["ready"] == 4


def test_refused_serves_the_request_and_then_nobody_listens_for_a_moment() -> None:
    with LocalEndpoint(faults=Faults({"refused": 1.0}, on="submit")) as endpoint:
        reply = send(endpoint, "/runsync")
        assert reply.json()["status"] == "COMPLETED"
        assert reply.headers["Connection"] == "close"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", endpoint.port))
        for _ in range(200):
            try:
                assert send(endpoint, "/health", "GET").ok
                break
            except requests.ConnectionError:
                time.sleep(0.01)
        assert send(endpoint, "/health", "GET").ok
        assert endpoint.faults_served == {"refused": 1}


def test_closing_while_nobody_listens() -> None:
    with LocalEndpoint(faults=Faults({"refused": 1.0})) as endpoint:
        send(endpoint, "/health", "GET")
    with endpoint:
        assert send(endpoint, "/health", "GET").ok


@pytest.mark.parametrize(
    ("kind", "keys"),
    [("failed", {"status"}), ("error_in_completed", {"status", "output"})],
)
def test_a_job_that_ends_in_an_error_of_the_table(kind: str, keys: set[str]) -> None:
    with LocalEndpoint(faults=Faults({kind: 1.0})) as endpoint:
        jobs = [send(endpoint, "/runsync").json() for _ in range(20)]
    assert {job["status"] for job in jobs} == {"FAILED" if kind == "failed" else "COMPLETED"}
    assert all(keys <= set(job) for job in jobs)
    assert len({str(job.get("error", job.get("output"))) for job in jobs}) > 3


def test_a_lost_job_is_not_found_while_it_runs_and_after() -> None:
    with LocalEndpoint(faults=Faults({"lost_job": 1.0})) as endpoint:
        assert send(endpoint, "/runsync").json()["status"] == "CANCELLED"
        job_id = send(endpoint, "/run").json()["id"]
        while send(endpoint, f"/status/{job_id}", "GET").status_code != 404:
            pass
        assert endpoint.jobs() == {}


def test_a_job_delivered_twice_runs_twice_and_has_one_result() -> None:
    runs: list[Any] = []

    async def count(job_input: Any) -> Any:
        runs.append(job_input)
        await asyncio.sleep(0.05)
        yield len(runs)

    with LocalEndpoint(worker=count, faults=Faults({"duplicate_delivery": 1.0})) as endpoint:
        job = send(endpoint, "/runsync").json()
        items = send(endpoint, f"/stream/{job['id']}").json()["stream"]
    assert (job["retries"], job["output"], len(runs)) == (1, [2], 2)
    assert items == [{"output": 2}]
    assert job["delayTime"] >= 50


def test_a_job_that_never_ends_is_timed_out() -> None:
    with LocalEndpoint(faults=Faults({"never_ends": 1.0}), speed=10_000) as endpoint:
        assert send(endpoint, "/runsync?wait=300000").json()["status"] in ("IN_PROGRESS", "TIMED_OUT")
        while endpoint.live_jobs():
            pass
        assert list(endpoint.jobs().values()) == ["TIMED_OUT"]


def test_the_same_seed_spoils_the_same_requests() -> None:
    def outcomes(seed: int) -> list[str]:
        with LocalEndpoint(faults=Faults.mix(0.6, seed), speed=100) as endpoint:
            seen = []
            for _ in range(60):
                try:
                    reply = send(endpoint, "/health", "GET")
                    seen.append(f"{reply.status_code} {reply.headers.get('Content-Type')}")
                except requests.RequestException:
                    seen.append("lost")
                if endpoint.faults_served["refused"] > seen.count("refused"):
                    seen.append("refused")
                    time.sleep(0.2)
            assert set(endpoint.faults_served) <= set(ALL)
            return seen

    first = outcomes(3)
    assert first == outcomes(3)
    assert len(set(first)) > 4
