"""The queue behind the local endpoint: jobs and their states, workers that start cold, retention, batches. No HTTP."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial

from langchain_careerv2.runpod.aclient import within
from langchain_careerv2.runpod.outputs import TERMINAL, JobStatus, Json
from langchain_careerv2.serving.offline import ENGINE_NAME

logger = logging.getLogger(__name__)

Worker = Callable[[Json], Awaitable[object]] | Callable[[Json], AsyncIterator[object]]
"""A RunPod handler: takes a job's `input` and returns its `output`, or, as an async generator function, yields it."""
Result = dict[str, object]
"""The fields that a job ends with: `output`, `error`, `retries`."""
Bounds = tuple[float, float, float]
"""Seconds: least, default, most."""

RETENTION = {"run": 30 * 60.0, "runsync": 60.0}
"""Seconds for which a finished job's result is kept, by the operation that submitted it (RunPod)."""
POLICY: Mapping[str, Bounds] = {
    "executionTimeout": (5.0, 600.0, 7 * 86400.0),
    "ttl": (10.0, 86400.0, 7 * 86400.0),
}
"""Seconds of a job's `policy`: how long it may run, and how long after it was submitted it is forgotten (RunPod)."""
BATCHES = 10
"""Batches that are not done yet (RunPod)."""
BATCH_REQUESTS = 5000
"""Requests of one batch (RunPod)."""
CLOSING = 1.0
"""Real seconds for which closing waits for workers that do not end when they are cancelled."""


@dataclass(frozen=True)
class Clock:
    """The endpoint's seconds, of which `speed` pass in one real second."""

    speed: float = 1.0
    began: float = field(default_factory=time.monotonic)
    epoch: float = field(default_factory=time.time)

    def now(self) -> float:
        """Seconds since the endpoint was made."""
        return (time.monotonic() - self.began) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        if seconds > 0:
            await asyncio.sleep(seconds / self.speed)

    def later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        """Calls in a while."""
        return asyncio.get_running_loop().call_later(max(seconds, 0) / self.speed, call)


@dataclass(eq=False)
class Job:
    """One job. Times are the endpoint's seconds; `keep`, `limit` and `ttl` are durations."""

    id: str
    input: Json
    keep: float = RETENTION["run"]
    limit: float = POLICY["executionTimeout"][1]
    ttl: float = POLICY["ttl"][1]
    number: int = 0
    status: JobStatus = JobStatus.IN_QUEUE
    result: Result = field(default_factory=dict)
    unread: list[object] = field(default_factory=list)
    retries: int = 0
    lost: bool = False
    submitted: float = 0.0
    queued: float = 0.0
    started: float | None = None
    finished: float | None = None
    task: asyncio.Task[None] | None = None
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ended(self) -> bool:
        """Whether it is in a state that it does not leave."""
        return self.status in TERMINAL

    def push(self, output: object) -> None:
        """Takes what a generator handler yields."""
        self.unread.append(output)
        self.pulse()

    def drain(self) -> list[object]:
        """What was yielded since the last call."""
        items, self.unread = self.unread, []
        return items

    def pulse(self) -> None:
        """Wakes those who wait for the job."""
        self.changed.set()
        self.changed = asyncio.Event()

    def view(self) -> Result:
        """The job as `/status` shows it, with durations in milliseconds."""
        body: Result = {"id": self.id, "status": self.status.value}
        if self.started is not None:
            body["delayTime"] = round((self.started - self.queued) * 1000)
            if self.finished is not None:
                body["executionTime"] = round((self.finished - self.started) * 1000)
        if self.retries:
            body["retries"] = self.retries
        return {**body, **self.result}


async def perform(worker: Worker, job_input: Json, push: Callable[[object], None]) -> tuple[JobStatus, Result]:
    """Runs a handler as RunPod's SDK does: `error` in a dict or an exception fails the job, yields become a list."""
    try:
        if not inspect.isasyncgenfunction(worker):
            output = await worker(job_input)  # type: ignore[misc]  # the other half of `Worker`
            if not isinstance(output, dict):
                return JobStatus.COMPLETED, {"output": output}
            rest = {key: value for key, value in output.items() if key not in ("error", "refresh_worker")}
            result: Result = {"output": rest} if rest else {}
            if error := output.get("error"):
                return JobStatus.FAILED, {**result, "error": str(error)}
            return JobStatus.COMPLETED, result
        outputs: list[object] = []
        async with aclosing(worker(job_input)) as yields:
            async for output in yields:
                if isinstance(output, dict) and output.get("error"):
                    return JobStatus.FAILED, {"error": str(output["error"])}
                outputs.append(output)
                push(output)
        return JobStatus.COMPLETED, {"output": outputs}
    except Exception as error:  # noqa: BLE001  # any worker's any error is a FAILED job, as on RunPod
        return JobStatus.FAILED, {"error": str(error)}


class Queue:
    """Jobs in the order in which they came, and the workers that take them.

    Args:
        work: Does a job, and says how it ended; None where it has ended already.
        clock: Tells the endpoint's time.
        workers: Jobs that run at once.
        cold_start: Seconds that a worker needs to come up when it is first needed.
        model: What does the work, for the log and the list of models.
    """

    def __init__(
        self,
        work: Callable[[Job], Awaitable[tuple[JobStatus, Result] | None]],
        clock: Clock,
        workers: int,
        cold_start: float,
        model: str = ENGINE_NAME,
    ) -> None:
        self.model = model
        self.jobs: dict[str, Job] = {}
        self.batches: dict[str, Batch] = {}
        self.counts: Counter[str] = Counter()
        self.clock = clock
        self._work = work
        self._cold_start = cold_start
        self._cold = workers if cold_start else 0
        self._ready = workers - self._cold
        self._starting = 0
        self._waiting: OrderedDict[str, Job] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()

    def add(self, job: Job) -> None:
        """Takes a new job."""
        self.counts["submitted"] += 1
        job.number, job.submitted = self.counts["submitted"], self.clock.now()
        self.jobs[job.id] = job
        self._enqueue(job)

    def retry(self, job: Job) -> None:
        """Puts a job that has ended back into the queue, without its output."""
        job.result, job.started, job.finished, job.retries, job.task = {}, None, None, 0, None
        job.drain()
        self.counts["retried"] += 1
        self._enqueue(job)

    def stop(self, job: Job, status: JobStatus) -> None:
        """Ends a job that has not ended yet."""
        if not job.ended:
            self._finish(job, status, {})
            if job.task is not None:
                job.task.cancel()

    def forget(self, job: Job) -> None:
        """Drops a job, which is stopped where it has not ended."""
        job.lost = not job.ended
        self.stop(job, JobStatus.CANCELLED)
        self._timer(job, "forget", None)
        self.jobs.pop(job.id, None)

    def purge(self) -> int:
        """Cancels the jobs that no worker has taken, and counts them."""
        waiting = list(self._waiting.values())
        for job in waiting:
            self.stop(job, JobStatus.CANCELLED)
        return len(waiting)

    async def wait(self, job: Job, seconds: float, ready: Callable[[Job], object] = lambda job: job.ended) -> None:
        """Waits until the job has ended or is otherwise ready."""

        async def until() -> None:
            while not (job.ended or ready(job)):
                await job.changed.wait()

        with suppress(asyncio.TimeoutError):
            await within(until(), seconds / self.clock.speed)

    async def close(self) -> None:
        """Cancels everything."""
        for job in list(self.jobs.values()):
            self.stop(job, JobStatus.CANCELLED)
            self._timer(job, "forget", None)
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSING)

    def health(self) -> dict[str, dict[str, int]]:
        """Jobs and workers as `/health` shows them."""
        counts, running = self.counts, len(self._running)
        return {
            "jobs": {
                "completed": counts[JobStatus.COMPLETED],
                "failed": counts[JobStatus.FAILED],
                "inProgress": sum(job.status is JobStatus.IN_PROGRESS for job in self.jobs.values()),
                "inQueue": len(self._waiting),
                "retried": counts["retried"],
            },
            "workers": {
                "idle": max(self._ready - running, 0),
                "initializing": self._starting,
                "ready": self._ready,
                "running": running,
                "throttled": 0,
                "unhealthy": 0,
            },
        }

    def _enqueue(self, job: Job) -> None:
        job.status, job.queued = JobStatus.IN_QUEUE, self.clock.now()
        self._waiting[job.id] = job
        self._timer(job, "forget", job.submitted + job.ttl)
        self._dispatch()

    def _dispatch(self) -> None:
        while self._waiting and len(self._running) < self._ready:
            _, job = self._waiting.popitem(last=False)
            job.status, job.started = JobStatus.IN_PROGRESS, self.clock.now()
            job.task = asyncio.create_task(self._run(job))
            self._running.add(job.task)
            job.task.add_done_callback(self._freed)
            self._timer(job, "limit", job.started + job.limit)
        while self._cold and self._starting < len(self._waiting):
            self._cold -= 1
            self._starting += 1
            self.clock.later(self._cold_start, self._came_up)

    def _came_up(self) -> None:
        self._starting -= 1
        self._ready += 1
        self._dispatch()

    def _freed(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._dispatch()

    async def _run(self, job: Job) -> None:
        ending = await self._work(job)
        if ending is not None and job.task is asyncio.current_task():  # else it was stopped and retried
            self._finish(job, *ending)

    def _finish(self, job: Job, status: JobStatus, result: Result) -> None:
        if job.ended:
            return
        job.status, job.result, job.finished = status, result, self.clock.now()
        self.counts[status] += 1
        self._waiting.pop(job.id, None)
        self._timer(job, "limit", None)
        self._timer(job, "forget", min(job.finished + job.keep, job.submitted + job.ttl))
        logger.info("%s job %s %s", self.model, job.id, status.value)
        job.pulse()

    def _timer(self, job: Job, name: str, due: float | None) -> None:
        """Sets, moves or drops one of the job's two timers."""
        if timer := job.timers.pop(name, None):
            timer.cancel()
        if due is not None:
            call = partial(self.forget, job) if name == "forget" else partial(self.stop, job, JobStatus.TIMED_OUT)
            job.timers[name] = self.clock.later(due - self.clock.now(), call)


class Batch:
    """RunPod's batch of jobs: a draft that grows, then a finalised set that is worked through."""

    def __init__(self, queue: Queue) -> None:
        if sum(not batch.done for batch in queue.batches.values()) >= BATCHES:
            raise ValueError(f"there are {BATCHES} active batches already")
        self.id = f"batch_{uuid.uuid4().hex}"
        self.created = queue.clock.now()
        self.state = "DRAFT"
        self.requests: dict[str, Job] = {}
        self._queue = queue
        queue.batches[self.id] = self

    @property
    def done(self) -> bool:
        """Whether nothing of it is still to be done."""
        return self.state != "DRAFT" and all(job.ended for job in self.requests.values())

    def append(self, jobs: Sequence[Job]) -> None:
        """Adds requests.

        Raises:
            ValueError: It is no draft any more, or would hold too many.
        """
        self._need_draft()
        if len(self.requests) + len(jobs) > BATCH_REQUESTS:
            raise ValueError(f"a batch takes {BATCH_REQUESTS} requests")
        self.requests.update((job.id, job) for job in jobs)

    def finalize(self) -> None:
        """Hands the requests to the queue.

        Raises:
            ValueError: It is no draft any more.
        """
        self._need_draft()
        self.state = "FINALIZED"
        for job in self.requests.values():
            self._queue.add(job)

    def cancel(self) -> None:
        """Cancels the requests that no worker has taken; the others run to their end."""
        self.state = "CANCELLED"
        for job in self.requests.values():
            if job.status is JobStatus.IN_QUEUE:
                self._queue.stop(job, JobStatus.CANCELLED)

    def view(self) -> Result:
        """The batch as RunPod shows it; it is CANCELLED once its last request has ended."""
        states = Counter(job.status for job in self.requests.values())
        draining = self.state == "CANCELLED" and not self.done
        return {
            "id": self.id,
            "status": "FINALIZED" if draining else self.state,
            "requestTotal": len(self.requests),
            "requestInProgress": states[JobStatus.IN_PROGRESS],
            "requestCompleted": states[JobStatus.COMPLETED],
            "requestFailed": sum(states[status] for status in TERMINAL) - states[JobStatus.COMPLETED],
            "createdAt": round((self._queue.clock.epoch + self.created) * 1000),
        }

    def page(self, offset: int, limit: int) -> Result:
        """Some of its requests."""
        jobs = list(self.requests.values())[offset : offset + limit]
        more = offset + limit < len(self.requests)
        requests = [self._request(job) for job in jobs]
        return {"requests": requests, "total": len(self.requests), "offset": offset, "limit": limit, "hasMore": more}

    def _request(self, job: Job) -> Result:
        epoch = self._queue.clock.epoch
        times = {"startedAt": job.started, "completedAt": job.finished}
        told = {
            name: datetime.fromtimestamp(epoch + moment, timezone.utc).isoformat(timespec="seconds")
            for name, moment in times.items()
            if moment is not None
        }
        return {"id": job.id, "status": job.status.value, **job.result, **told}

    def _need_draft(self) -> None:
        if self.state != "DRAFT":
            raise ValueError(f"the batch is {self.state}, not DRAFT")
