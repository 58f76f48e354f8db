"""Each operation, by both drivers, on the local endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from langchain_careerv2.runpod import errors, protocol
from langchain_careerv2.runpod.aclient import adrive
from langchain_careerv2.runpod.client import drive
from langchain_careerv2.runpod.endpoint import Endpoint
from langchain_careerv2.runpod.protocol import Call
from langchain_careerv2.serving import LocalEndpoint

Do = Callable[[Call], Any]


async def worker(job_input: Any) -> Any:
    if job_input.get("fails"):
        return {"error": "asked to fail"}
    await asyncio.sleep(job_input.get("seconds", 0))
    return {"echo": job_input["n"]}


@pytest.fixture(params=["sync", "async"])
def do(request: pytest.FixtureRequest) -> Iterator[Do]:
    with LocalEndpoint(worker=worker, workers=1) as local:
        endpoint = Endpoint(local.endpoint_id, SecretStr(local.api_key), local.base_url)
        if request.param == "sync":
            yield lambda call: drive(protocol.request(call), endpoint)
        else:
            yield lambda call: asyncio.run(adrive(protocol.request(call), endpoint))


def test_a_job_from_its_submit_to_its_result(do: Do) -> None:
    job = do(protocol.run({"n": 1}, policy=protocol.policy(60)))
    assert job["status"] == "IN_QUEUE"
    assert do(protocol.status_sync(job["id"], 5))["output"] == {"echo": 1}
    assert do(protocol.status(job["id"]))["status"] == "COMPLETED"
    assert do(protocol.stream(job["id"])) == {"status": "COMPLETED", "stream": []}
    assert do(protocol.runsync({"n": 2}, 5))["output"] == {"echo": 2}
    assert do(protocol.health())["jobs"]["completed"] == 2


def test_a_wait_that_ends_first_gives_the_unfinished_job(do: Do) -> None:
    job = do(protocol.runsync({"n": 1, "seconds": 60}, 1))
    assert job["status"] == "IN_PROGRESS"
    assert do(protocol.cancel(job["id"]))["status"] == "CANCELLED"


def test_a_failed_job_is_queued_again(do: Do) -> None:
    failed = do(protocol.runsync({"fails": True}, 5))
    assert (failed["status"], failed["error"]) == ("FAILED", "asked to fail")
    assert do(protocol.retry(failed["id"])) == {"id": failed["id"], "status": "IN_QUEUE"}
    assert do(protocol.status_sync(failed["id"], 5))["status"] == "FAILED"
    completed = do(protocol.runsync({"n": 1}, 5))
    with pytest.raises(errors.InvalidRequestError, match="not COMPLETED"):
        do(protocol.retry(completed["id"]))


def test_a_purge_removes_what_waits(do: Do) -> None:
    running = do(protocol.runsync({"n": 0, "seconds": 60}, 1))
    waiting = [do(protocol.run({"n": number}))["id"] for number in (1, 2)]
    assert do(protocol.purge_queue()) == {"removed": 2, "status": "completed"}
    assert {do(protocol.status(job_id))["status"] for job_id in waiting} == {"CANCELLED"}
    do(protocol.cancel(running["id"]))


def test_a_batch_from_draft_to_its_results(do: Do) -> None:
    batch = do(protocol.create_batch([{"n": 0}]))["id"]
    do(protocol.append_batch(batch, [{"n": 1}, {"fails": True}]))
    assert do(protocol.batch_status(batch))["status"] == "DRAFT"
    do(protocol.finalize_batch(batch))
    for _ in range(500):
        counts = do(protocol.batch_status(batch))
        if counts["requestCompleted"] + counts["requestFailed"] == counts["requestTotal"]:
            break
    pages = [do(protocol.batch_results(batch, offset, 2)) for offset in (0, 2)]
    assert [page["hasMore"] for page in pages] == [True, False]
    results = [result for page in pages for result in page["requests"]]
    assert [result.get("output") for result in results] == [{"echo": 0}, {"echo": 1}, None]
    assert results[2]["error"] == "asked to fail"


def test_a_batch_is_cancelled(do: Do) -> None:
    batch = do(protocol.create_batch([{"n": 0}]))["id"]
    do(protocol.cancel_batch(batch))
    assert do(protocol.batch_status(batch))["status"] == "CANCELLED"
    with pytest.raises(errors.InvalidRequestError, match="CANCELLED"):
        do(protocol.finalize_batch(batch))


def test_what_is_not_there_is_said(do: Do) -> None:
    with pytest.raises(errors.EndpointNotFoundError, match="job not found"):
        do(protocol.status("no/such job"))
