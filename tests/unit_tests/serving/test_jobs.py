from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from langchain_careerv2.runpod.outputs import JobStatus, Json
from langchain_careerv2.serving import jobs
from langchain_careerv2.serving.jobs import Batch, Clock, Job, Queue, Worker, perform

ONE = {"x": 1}


def plain(output: object) -> Worker:
    async def handler(_: Json) -> object:
        if isinstance(output, Exception):
            raise output
        return output

    return handler


def generator(*outputs: object) -> Worker:
    async def handler(_: Json) -> AsyncIterator[object]:
        for output in outputs:
            if isinstance(output, Exception):
                raise output
            yield output

    return handler


@pytest.mark.parametrize(
    ("worker", "status", "result", "pushed"),
    [
        (plain("text"), "COMPLETED", {"output": "text"}, []),
        (plain(None), "COMPLETED", {"output": None}, []),
        (plain({}), "COMPLETED", {}, []),
        (plain({"a": 1}), "COMPLETED", {"output": {"a": 1}}, []),
        (plain([{"error": "x"}]), "COMPLETED", {"output": [{"error": "x"}]}, []),
        (plain({"error": "x"}), "FAILED", {"error": "x"}, []),
        (plain({"error": {"code": 1}, "a": 1}), "FAILED", {"error": "{'code': 1}", "output": {"a": 1}}, []),
        (plain({"error": None, "a": 1}), "COMPLETED", {"output": {"a": 1}}, []),
        (plain(RuntimeError("boom")), "FAILED", {"error": "boom"}, []),
        (generator(), "COMPLETED", {"output": []}, []),
        (generator("a", {"b": 1}), "COMPLETED", {"output": ["a", {"b": 1}]}, ["a", {"b": 1}]),
        (generator("a", {"error": {"code": 1}}, "b"), "FAILED", {"error": "{'code': 1}"}, ["a"]),
        (generator("a", RuntimeError("boom")), "FAILED", {"error": "boom"}, ["a"]),
    ],
)
def test_handlers_end_their_jobs_as_with_runpods_sdk(
    worker: Worker, status: str, result: Json, pushed: list[object]
) -> None:
    heard: list[object] = []
    ending = asyncio.run(perform(worker, ONE, heard.append))
    assert ending == (JobStatus(status), result)
    assert heard == pushed


Play = Callable[[Queue], Awaitable[None]]


def play(scene: Play, worker: Worker, speed: float = 1000, workers: int = 1, cold_start: float = 0) -> Queue:
    """Runs a scene on a queue of which `speed` seconds pass in one."""

    async def main() -> Queue:
        queue = Queue(lambda job: perform(worker, job.input, job.push), Clock(speed), workers, cold_start)
        try:
            await asyncio.wait_for(scene(queue), 10)
        finally:
            await queue.close()
        return queue

    return asyncio.run(main())


def never() -> Worker:
    async def handler(_: Json) -> None:
        await asyncio.Event().wait()

    return handler


async def until(queue: Queue, job: Job, state: str) -> None:
    while job.status.value != state:  # noqa: ASYNC110  # nothing tells that a job begins
        await asyncio.sleep(0.001)


def test_an_execution_timeout_ends_a_running_job_only() -> None:
    async def scene(queue: Queue) -> None:
        first, second = Job("first", ONE, limit=5), Job("second", ONE, limit=5)
        queue.add(first)
        queue.add(second)
        await queue.wait(first, 1000)
        assert first.status is JobStatus.TIMED_OUT
        assert first.view()["executionTime"] >= 5000  # type: ignore[operator]
        await queue.wait(second, 1000)
        assert second.view()["delayTime"] >= 5000  # type: ignore[operator]  # it waited for longer than it may run
        assert second.view()["executionTime"] >= 5000  # type: ignore[operator]

    play(scene, never())


@pytest.mark.parametrize("workers", [0, 1], ids=["queued", "running"])
def test_a_time_to_live_stops_and_forgets(workers: int) -> None:
    async def scene(queue: Queue) -> None:
        job = Job("j", ONE, ttl=10)
        queue.add(job)
        await queue.wait(job, 1000)
        assert job.lost
        assert queue.jobs == {}
        health = queue.health()
        assert (health["jobs"]["inQueue"], health["jobs"]["inProgress"]) == (0, 0)
        await asyncio.sleep(0.01)
        assert queue.health()["workers"]["idle"] == workers

    play(scene, never(), workers=workers)


def test_results_are_kept_for_a_while_and_no_longer_than_the_job_may_live() -> None:
    async def scene(queue: Queue) -> None:
        kept, short = Job("kept", ONE, keep=1e6), Job("short", ONE, keep=1e6, ttl=10)
        brief = Job("brief", ONE, keep=10)
        for job in (kept, short, brief):
            queue.add(job)
            await queue.wait(job, 1000)
        assert set(queue.jobs) == {"kept", "short", "brief"}
        while len(queue.jobs) > 1:  # noqa: ASYNC110  # nothing tells that a job is forgotten
            await asyncio.sleep(0.001)
        assert set(queue.jobs) == {"kept"}
        assert not short.lost

    play(scene, plain("x"), speed=50)


@pytest.mark.parametrize("state", ["FAILED", "TIMED_OUT"])
def test_a_retry_starts_anew_under_the_same_id(state: str) -> None:
    async def scene(queue: Queue) -> None:
        job = Job("j", ONE, limit=5)
        queue.add(job)
        await until(queue, job, state)
        queue.retry(job)
        assert "error" not in job.view()
        assert job.status is not JobStatus.TIMED_OUT
        await until(queue, job, state)
        assert queue.counts[state] == 2
        assert queue.health()["jobs"]["retried"] == 1

    play(scene, plain(RuntimeError("x")) if state == "FAILED" else never())


def test_workers_come_up_when_they_are_needed_and_stay() -> None:
    async def scene(queue: Queue) -> None:
        def workers() -> list[int]:
            health = queue.health()["workers"]
            return [health[name] for name in ("initializing", "ready", "idle", "running")]

        assert workers() == [0, 0, 0, 0]
        first, second = Job("first", ONE), Job("second", ONE)
        queue.add(first)
        assert workers() == [1, 0, 0, 0]
        await queue.wait(first, 1000)
        assert first.view()["delayTime"] >= 120_000  # type: ignore[operator]
        assert workers()[:2] == [0, 1]
        await asyncio.sleep(0)
        queue.add(second)
        await queue.wait(second, 1000)
        assert second.view()["delayTime"] < 120_000  # type: ignore[operator]
        assert workers()[:2] == [0, 1]

    play(scene, plain("x"), workers=3, cold_start=120)


def test_a_worker_that_ignores_its_end_is_busy_until_it_stops_and_changes_nothing_any_more() -> None:
    gate = asyncio.Event()

    async def stubborn(_: Json) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await gate.wait()
        return "late"

    async def scene(queue: Queue) -> None:
        job = Job("j", ONE, limit=5)
        queue.add(job)
        await until(queue, job, "TIMED_OUT")
        job.limit = 1e6
        queue.retry(job)
        assert queue.health()["workers"]["running"] == 1
        assert job.status is JobStatus.IN_QUEUE
        gate.set()
        await until(queue, job, "IN_PROGRESS")
        assert "output" not in job.view()

    play(scene, stubborn)


def test_a_purge_takes_what_waits_and_closing_the_rest() -> None:
    running, *waiting = [Job(str(number), ONE) for number in range(4)]

    async def scene(queue: Queue) -> None:
        for job in (running, *waiting):
            queue.add(job)
        assert queue.purge() == 3
        assert queue.purge() == 0
        assert running.status is JobStatus.IN_PROGRESS

    queue = play(scene, never())
    assert {job.status for job in (running, *waiting)} == {JobStatus.CANCELLED}
    assert queue.counts["CANCELLED"] == 4


def test_a_job_stopped_before_its_first_step_frees_its_worker() -> None:
    async def scene(queue: Queue) -> None:
        for number in range(3):
            job = Job(str(number), ONE)
            queue.add(job)
            queue.stop(job, JobStatus.CANCELLED)
        last = Job("last", ONE)
        queue.add(last)
        await queue.wait(last, 1000)
        assert last.status is JobStatus.COMPLETED

    play(scene, plain("x"))


def test_many_jobs_keep_their_order() -> None:
    order: list[Any] = []

    async def note(job_input: Json) -> None:
        order.append(job_input["n"])

    async def scene(queue: Queue) -> None:
        added = [Job(str(number), {"n": number}) for number in range(2000)]
        for job in added:
            queue.add(job)
        await queue.wait(added[-1], 10_000)

    play(scene, note, workers=3)
    assert order == list(range(2000))


def test_batches_and_their_requests_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCHES", 2)
    monkeypatch.setattr(jobs, "BATCH_REQUESTS", 3)

    async def scene(queue: Queue) -> None:
        first, _ = Batch(queue), Batch(queue)
        with pytest.raises(ValueError, match="2 active batches"):
            Batch(queue)
        first.append([Job(str(number), ONE) for number in range(3)])
        with pytest.raises(ValueError, match="3 requests"):
            first.append([Job("4", ONE)])
        first.cancel()
        assert first.view()["status"] == "CANCELLED"
        Batch(queue)

    play(scene, plain("x"))


def test_a_cancelled_batch_lets_running_requests_end() -> None:
    async def scene(queue: Queue) -> None:
        batch = Batch(queue)
        batch.append([Job(str(number), ONE) for number in range(3)])
        batch.finalize()
        batch.cancel()
        view = batch.view()
        assert (view["status"], view["requestInProgress"], view["requestFailed"]) == ("FINALIZED", 1, 2)
        await queue.wait(batch.requests["0"], 1000)
        view = batch.view()
        assert (view["status"], view["requestCompleted"], view["requestFailed"]) == ("CANCELLED", 1, 2)

    play(scene, plain("x"))
