"""`LocalEndpoint`: RunPod's serverless REST API on loopback, with a real queue, real workers and the offline engine."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections import Counter, deque
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from aiohttp import web

from langchain_careerv2.runpod.errors import ConfigurationError, EndpointError
from langchain_careerv2.runpod.outputs import JobStatus, Usage, decode
from langchain_careerv2.serving.faults import FAULT, SUBMITS, Faults, spoil
from langchain_careerv2.serving.jobs import RETENTION, Clock, Job, Queue, Result, Worker, perform
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine
from langchain_careerv2.serving.routes import MAX_BODY, Handler, Routes, operation
from langchain_careerv2.serving.workers import EngineWorker

if TYPE_CHECKING:
    from typing_extensions import Self

    from langchain_careerv2.chat_models import ChatCareerV2
    from langchain_careerv2.llms import CareerV2LLM

__all__ = ["RETENTION", "RUNPOD_LIMITS", "LocalEndpoint", "Worker"]

logger = logging.getLogger(__name__)

START_TIMEOUT = 10.0
"""Real seconds for the server to come up or to go down."""
RATE_WINDOW = 10.0
"""Seconds over which calls are counted (RunPod)."""
RUNPOD_LIMITS: Mapping[str, int] = {
    "run": 1000,
    "runsync": 2000,
    "status": 2000,
    "stream": 2000,
    "cancel": 100,
    "purge-queue": 2,
    "openai": 2000,
}
"""RunPod's calls per `RATE_WINDOW` by operation; `status-sync` counts as `status`."""
REFUSED = 0.1
"""Real seconds for which nobody listens after the fault `refused`."""


class LocalEndpoint:
    """A RunPod endpoint on this machine: everything RunPod serves below `/v2/{endpoint_id}`, batches and OpenAI's API.

    The default worker answers in the shape of today's worker-vllm with what the offline engine writes, which is no
    language model. The server runs in a thread of its own:

        with LocalEndpoint() as endpoint:
            answer = career_chain("ats_keywords", endpoint.llm()).invoke("ATS terms for a data analyst")

    Args:
        engine: What writes the answers. Default: an `OfflineEngine` without defects.
        worker: Replaces the engine: `async def`, takes a job's `input` and returns its `output`, for example
            `[{"choices": [{"text": "...", "finish_reason": "stop"}], "usage": {"prompt_tokens": 9,
            "completion_tokens": 5}}]`; an async generator function yields it, to be read from `/stream` meanwhile.
        model: What is served, as the log, the list of models and `llm()` name it. Default: the engine's name, which
            says that it is no language model; `custom worker` where that is replaced.
        workers: Jobs that run at once; 0 leaves every job in the queue.
        latency: Seconds that each job takes before its first token.
        token_latency: Seconds that the engine spends on each token.
        shape: How the engine answers: as `vllm` (worker-vllm v2.24 and later), `legacy` (before) or `handler` (the
            guide's: a `Handler` with the engine for its model), or always in one row of `runpod/shapes.json`.
        cold_start: Seconds that each worker needs to come up when it is first needed.
        speed: How many of the endpoint's seconds pass in one real second; every time here but `START_TIMEOUT` and
            `REFUSED` is in the endpoint's seconds.
        rate_limits: Calls per `RATE_WINDOW` by operation, as in `RUNPOD_LIMITS`. Default: no limits.
        faults: What goes wrong, and how often.
        endpoint_id: The only endpoint that is served.
        api_key: The key that callers must show.
        port: The port on 127.0.0.1; 0 takes a free one.

    Attributes:
        faults_served: The faults that happened since the start, by kind.
        usage: Tokens in and out of all answers since the start.
        posts: The POSTs since the start that asked for a job, whatever became of them.

    Raises:
        ValueError: The shape or an operation is unknown, or the speed is not above 0.
        TypeError: The worker is not async.
    """

    def __init__(
        self,
        engine: OfflineEngine | None = None,
        *,
        worker: Worker | None = None,
        model: str = "",
        workers: int = 4,
        latency: float = 0.0,
        token_latency: float = 0.0,
        shape: str = "vllm",
        cold_start: float = 0.0,
        speed: float = 1.0,
        rate_limits: Mapping[str, int] | None = None,
        faults: Faults | None = None,
        endpoint_id: str = "local",
        api_key: str = "local-key",
        port: int = 0,
    ) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        if unknown := set(rate_limits or ()) - set(RUNPOD_LIMITS):
            raise ValueError(f"unknown operations: {', '.join(sorted(unknown))}; there are: {', '.join(RUNPOD_LIMITS)}")
        if worker is not None and not (inspect.iscoroutinefunction(worker) or inspect.isasyncgenfunction(worker)):
            raise TypeError("worker must be an async function, or an async generator function")
        self.engine = engine or OfflineEngine()
        self.endpoint_id = endpoint_id
        self.api_key = api_key
        self.port = port
        self._clock = Clock(speed)
        self._worker = worker or EngineWorker(self.engine, shape, token_latency, self._clock).worker
        self.model = model or ("custom worker" if worker else ENGINE_NAME)
        self._workers = workers
        self._latency = latency
        self._cold_start = cold_start
        self._limits = dict(rate_limits or {})
        self._faults = faults or Faults({})
        self._begin()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._runner: web.AppRunner
        self._site: web.TCPSite
        self._reopening: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None

    @property
    def submits(self) -> int:
        """The jobs that were made since the start."""
        return self._queue.counts["submitted"]

    @property
    def base_url(self) -> str:
        """What `CareerV2LLM(base_url=...)` takes."""
        return f"http://127.0.0.1:{self.port}/v2"

    def llm(self, **fields: Any) -> CareerV2LLM:
        """A `CareerV2LLM` for this endpoint; `fields` are its own.

        Raises:
            ConfigurationError: The endpoint is not running.
        """
        from langchain_careerv2.llms import CareerV2LLM

        return CareerV2LLM(**{**self._here, **fields})

    def chat(self, **fields: Any) -> ChatCareerV2:
        """As `llm`, a `ChatCareerV2`."""
        from langchain_careerv2.chat_models import ChatCareerV2

        return ChatCareerV2(**{**self._here, **fields})

    @property
    def _here(self) -> dict[str, Any]:
        if self._thread is None:
            raise ConfigurationError("this LocalEndpoint is not running: use it in a with statement, or call start()")
        return {
            "endpoint_id": self.endpoint_id,
            "api_key": self.api_key,
            "base_url": self.base_url,
            "model": self.model,
        }

    def jobs(self) -> dict[str, str]:
        """The state of every job that is still known, by id."""
        return {job.id: job.status.value for job in list(self._queue.jobs.values())}

    def live_jobs(self) -> list[str]:
        """The jobs that are queued or running."""
        return [job.id for job in list(self._queue.jobs.values()) if not job.ended]

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

    def _begin(self) -> None:
        self.faults_served: Counter[str] = Counter()
        self.posts = 0
        self.usage = Usage()
        self._requests = 0
        self._calls: dict[str, deque[float]] = {}
        self._queue = Queue(self._work, self._clock, self._workers, self._cold_start, self.model)

    async def _serve(self, ready: Future[None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._begin()
        # a client that hangs up ends its handler: the stream of a job must hear of it
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
        try:
            await self._runner.setup()
            await self._listen()
            self.port = self._runner.addresses[0][1]
            logger.info("%s serves %s/%s", self.model, self.base_url, self.endpoint_id)
            ready.set_result(None)
            await self._stop.wait()
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)
        finally:
            if self._reopening is not None:
                self._reopening.cancel()
            await self._queue.close()
            await self._runner.cleanup()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await self._site.start()

    async def _work(self, job: Job) -> tuple[JobStatus, Result] | None:
        """Runs a job, with the fault that is due to it."""
        await self._clock.sleep(self._latency)
        fault = self._faults.of_job(job.number)
        if fault:
            self.faults_served[fault] += 1
        if fault == "never_ends":
            await asyncio.Event().wait()
        if fault in ("failed", "error_in_completed"):
            return self._faults.ending(fault, job.number)
        if fault == "duplicate_delivery":
            await perform(self._worker, job.input, lambda _: None)
            job.retries, job.started = 1, self._clock.now()
        ending = await perform(self._worker, job.input, job.push)
        with suppress(EndpointError):  # what has no answer has no usage
            self.usage += decode({"status": ending[0], **ending[1]}).usage or Usage()
        if fault == "lost_job":
            self._queue.forget(job)
        return ending

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._gate], client_max_size=MAX_BODY)
        app.add_routes(Routes(self._queue).table("/v2/{endpoint_id}"))
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets in who may come in, in time, and spoils what a fault is due to."""
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return web.json_response({"error": "unauthorized"}, status=401)
        if request.path.split("/")[1:3] != ["v2", self.endpoint_id]:
            return web.json_response({"error": "endpoint not found"}, status=404)
        called = operation(request)
        self.posts += request.method == "POST" and called in SUBMITS
        if retry_after := self._over_limit("status" if called == "status-sync" else called):
            headers = {"Retry-After": f"{retry_after:.0f}"}
            return web.json_response({"error": "too many requests"}, status=429, headers=headers)
        self._requests += 1
        fault = self._faults.of_request(called, request.method, self._requests)
        FAULT.set(fault)
        if not fault:
            return await self._answer(request, handler)
        self.faults_served[fault] += 1
        if fault != "refused":
            return await spoil(fault, request, lambda: self._answer(request, handler), self._clock)
        if self._reopening is None or self._reopening.done():
            await self._site.stop()
            self._reopening = asyncio.create_task(self._reopen())
        response = await self._answer(request, handler)
        response.force_close()  # whoever keeps connections would not notice
        return response

    async def _reopen(self) -> None:
        await asyncio.sleep(REFUSED)
        await self._listen()

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            return web.json_response({"error": refusal.text}, status=refusal.status)

    def _over_limit(self, operation: str) -> float:
        """Real seconds until the next call is welcome; 0 where this one is, which is counted."""
        if operation not in self._limits:
            return 0
        now, calls = self._clock.now(), self._calls.setdefault(operation, deque())
        while calls and calls[0] <= now - RATE_WINDOW:
            calls.popleft()
        if len(calls) >= self._limits[operation]:
            wait = calls[0] + RATE_WINDOW - now if calls else RATE_WINDOW
            return max(wait / self._clock.speed, 1)
        calls.append(now)
        return 0
