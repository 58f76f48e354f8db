"""`LocalEndpoint`: RunPod's serverless REST API on loopback, with a real queue, real workers and the offline engine."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from aiohttp import web

from langchain_careerv2.llms import DEFAULT_MAX_TOKENS, CareerV2LLM
from langchain_careerv2.runpod.outputs import TERMINAL, JobStatus, Json
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger(__name__)

Worker = Callable[[Json], Awaitable[Any]]
"""Takes a job's `input` and returns its `output`; what it raises makes the job FAILED."""

START_TIMEOUT = 10.0
"""Seconds for the server to come up or to go down."""
MAX_BODY = 20 * 2**20
"""Bytes of a request (RunPod: 20 MB for /runsync)."""
RETENTION = {"run": 30 * 60.0, "runsync": 60.0}
"""Seconds for which a finished job's result is kept, by the operation that submitted it (RunPod)."""
WAIT = (1.0, 90.0, 300.0)
"""Seconds of /runsync's `wait`: least, default, most (RunPod)."""


@dataclass
class _Job:
    id: str
    input: Json
    keep: float
    status: JobStatus = JobStatus.IN_QUEUE
    result: dict[str, Any] = field(default_factory=dict)
    submitted: float = field(default_factory=time.monotonic)
    started: float | None = None
    finished: float | None = None
    task: asyncio.Task[None] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def finish(self, status: JobStatus, **result: Any) -> None:
        if self.status not in TERMINAL:
            self.status, self.result, self.finished = status, result, time.monotonic()
            self.done.set()

    def view(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": self.id, "status": self.status.value, **self.result}
        if self.started is not None:
            body["delayTime"] = round((self.started - self.submitted) * 1000)
            if self.finished is not None:
                body["executionTime"] = round((self.finished - self.started) * 1000)
        return body


class LocalEndpoint:
    """A RunPod endpoint on this machine: `/run`, `/runsync`, `/status`, `/cancel`, `/health` below `/v2/{endpoint_id}`.

    The default worker answers in the shape of today's worker-vllm with what the offline engine writes, which is no
    language model. The server runs in a thread of its own:

        with LocalEndpoint() as endpoint:
            answer = career_chain("ats_keywords", endpoint.llm()).invoke("ATS terms for a data analyst")

    Args:
        engine: What writes the answers. Default: an `OfflineEngine` without defects.
        worker: Replaces the engine: takes a job's `input`, returns its `output`.
        workers: Jobs that run at once; 0 leaves every job in the queue.
        latency: Seconds that each job takes at least.
        endpoint_id: The only endpoint that is served.
        api_key: The key that callers must show.
        port: The port on 127.0.0.1; 0 takes a free one.
    """

    def __init__(
        self,
        engine: OfflineEngine | None = None,
        *,
        worker: Worker | None = None,
        workers: int = 4,
        latency: float = 0.0,
        endpoint_id: str = "local",
        api_key: str = "local-key",
        port: int = 0,
    ) -> None:
        self.engine = engine or OfflineEngine()
        self.endpoint_id = endpoint_id
        self.api_key = api_key
        self.port = port
        self._worker = worker or self._write
        self._workers = workers
        self._latency = latency
        self._jobs: dict[str, _Job] = {}
        self._queue: asyncio.Queue[_Job]
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """What `CareerV2LLM(base_url=...)` takes."""
        return f"http://127.0.0.1:{self.port}/v2"

    def llm(self, **fields: Any) -> CareerV2LLM:
        """A `CareerV2LLM` for this endpoint; `fields` are its own."""
        here = {
            "endpoint_id": self.endpoint_id,
            "api_key": self.api_key,
            "base_url": self.base_url,
            "model": ENGINE_NAME,
        }
        return CareerV2LLM(**{**here, **fields})

    def jobs(self) -> dict[str, str]:
        """The state of every job that is still known, by id."""
        return {job.id: job.status.value for job in list(self._jobs.values())}

    def live_jobs(self) -> list[str]:
        """The jobs that are queued or running."""
        return [job.id for job in list(self._jobs.values()) if job.status not in TERMINAL]

    def start(self) -> Self:
        """Starts the server and returns when it listens.

        Raises:
            RuntimeError: It is running already.
            OSError: The port is taken.
            TimeoutError: It did not come up within `START_TIMEOUT`.
        """
        if self._thread is not None:
            raise RuntimeError("this LocalEndpoint is running already")
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(ready)), name="careerv2-local", daemon=True
        )
        self._thread.start()
        try:
            ready.result(START_TIMEOUT)
        except BaseException:
            self._thread = None
            raise
        return self

    def close(self) -> None:
        """Stops the server: running jobs are cancelled, connections closed. Does nothing where none is running."""
        if self._thread is not None:
            with suppress(RuntimeError):  # the loop has ended on its own
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(START_TIMEOUT)
            self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def _serve(self, ready: Future[None]) -> None:
        self._loop, self._stop, self._queue = asyncio.get_running_loop(), asyncio.Event(), asyncio.Queue()
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)
        workers = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        try:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024)
            await site.start()
            self.port = runner.addresses[0][1]
            logger.info("%s serves %s/%s", ENGINE_NAME, self.base_url, self.endpoint_id)
            ready.set_result(None)
            await self._stop.wait()
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)
        finally:
            for task in workers:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            for job in self._jobs.values():
                job.finish(JobStatus.CANCELLED)
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=MAX_BODY)
        root = "/v2/{endpoint_id}"
        app.add_routes(
            [
                web.post(f"{root}/run", self._run),
                web.post(f"{root}/runsync", self._runsync),
                web.get(f"{root}/status/{{job_id}}", self._status),
                web.post(f"{root}/status/{{job_id}}", self._status),
                web.post(f"{root}/cancel/{{job_id}}", self._cancel),
                web.get(f"{root}/health", self._health),
            ]
        )
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return web.json_response({"error": "unauthorized"}, status=401)
        if request.match_info.get("endpoint_id") != self.endpoint_id:
            return web.json_response({"error": "endpoint not found"}, status=404)
        return await handler(request)

    async def _run(self, request: web.Request) -> web.Response:
        job = await self._submit(request, "run")
        return web.json_response({"id": job.id, "status": JobStatus.IN_QUEUE.value})

    async def _runsync(self, request: web.Request) -> web.Response:
        least, usual, most = WAIT
        wait = request.query.get("wait", "")
        seconds = min(max(int(wait) / 1000, least), most) if wait.isdecimal() else usual
        job = await self._submit(request, "runsync")
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(job.done.wait(), seconds)
        return web.json_response(job.view())

    async def _status(self, request: web.Request) -> web.Response:
        return web.json_response(self._find(request).view())

    async def _cancel(self, request: web.Request) -> web.Response:
        job = self._find(request)
        job.finish(JobStatus.CANCELLED)
        if job.task is not None:
            job.task.cancel()
        return web.json_response(job.view())

    async def _health(self, _: web.Request) -> web.Response:
        states = [job.status for job in self._jobs.values()]
        running = states.count(JobStatus.IN_PROGRESS)
        jobs = {
            "completed": states.count(JobStatus.COMPLETED),
            "failed": states.count(JobStatus.FAILED),
            "inProgress": running,
            "inQueue": states.count(JobStatus.IN_QUEUE),
            "retried": 0,
        }
        workers = {"idle": self._workers - running, "initializing": 0, "ready": self._workers, "running": running}
        return web.json_response({"jobs": jobs, "workers": {**workers, "throttled": 0, "unhealthy": 0}})

    async def _submit(self, request: web.Request, operation: str) -> _Job:
        try:
            body = json.loads(await request.read())
        except (ValueError, RecursionError):
            raise _refused("the body is not JSON") from None
        if not isinstance(body, dict) or not isinstance(body.get("input"), dict) or not body["input"]:
            raise _refused("the body needs an object as input")
        prefix = "sync-" if operation == "runsync" else ""
        job = _Job(f"{prefix}{uuid.uuid4()}-u1", body["input"], RETENTION[operation])
        self._forget()
        self._jobs[job.id] = job
        self._queue.put_nowait(job)
        return job

    def _find(self, request: web.Request) -> _Job:
        self._forget()
        job = self._jobs.get(request.match_info["job_id"])
        if job is None:
            raise web.HTTPNotFound(text='{"error": "job not found"}', content_type="application/json")
        return job

    def _forget(self) -> None:
        now = time.monotonic()
        expired = [job.id for job in self._jobs.values() if job.finished is not None and now > job.finished + job.keep]
        for job_id in expired:
            del self._jobs[job_id]

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            if job.status is JobStatus.IN_QUEUE:
                job.status, job.started = JobStatus.IN_PROGRESS, time.monotonic()
                job.task = asyncio.create_task(self._execute(job))
                await asyncio.wait([job.task])
                logger.info("%s job %s %s", ENGINE_NAME, job.id, job.status.value)

    async def _execute(self, job: _Job) -> None:
        try:
            await asyncio.sleep(self._latency)
            job.finish(JobStatus.COMPLETED, output=await self._worker(job.input))
        except asyncio.CancelledError:
            job.finish(JobStatus.CANCELLED)
            raise
        except Exception as error:  # noqa: BLE001  # any worker's any error is a FAILED job, as on RunPod
            job.finish(JobStatus.FAILED, error=str(error))

    async def _write(self, job_input: Json) -> list[Mapping[str, Any]]:
        """One job of worker-vllm (v2.24 and later), written by the engine."""
        prompt = job_input.get("prompt")
        if not isinstance(prompt, str) or not prompt:
            raise ValueError("{'message': 'prompt must be a non-empty string', 'type': 'BadRequestError', 'code': 400}")
        sampling = job_input.get("sampling_params") or {}
        written = self.engine.complete(prompt, int(sampling.get("max_tokens", DEFAULT_MAX_TOKENS)))
        usage = {"prompt_tokens": written.prompt_tokens, "completion_tokens": written.completion_tokens}
        return [
            {
                "id": f"cmpl-{uuid.uuid4().hex}",
                "object": "text_completion",
                "model": ENGINE_NAME,
                "choices": [{"index": 0, "text": written.text, "finish_reason": written.finish_reason}],
                "usage": {**usage, "total_tokens": sum(usage.values())},
            }
        ]


def _refused(why: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": why}), content_type="application/json")
