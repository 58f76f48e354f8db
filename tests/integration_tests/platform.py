"""RunPod's side of the job-take API on loopback: what the official SDK's worker talks to in production.

A `LocalEndpoint` with one of its workers hands each job to whoever takes it, so that a call goes all the way: our
client, RunPod's REST API, the job-take API, the SDK, the handler, a model server.
"""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web

HELD = 0.2
"""Seconds for which an empty poll is held."""


@dataclass
class _Job:
    id: str
    input: Any
    events: asyncio.Queue[tuple[str, Any]] = field(default_factory=asyncio.Queue)


class Platform:
    """The server, in a thread of its own; `environment` is what RunPod gives its workers."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.most_at_once = 0
        self._jobs: dict[str, _Job] = {}
        self._stops: list[str] = []

    @property
    def environment(self) -> dict[str, str]:
        root = f"http://127.0.0.1:{self._port}/v2/e"
        return {
            "RUNPOD_WEBHOOK_GET_JOB": f"{root}/job-take/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_OUTPUT": f"{root}/job-done/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_WEBHOOK_POST_STREAM": f"{root}/job-stream/$RUNPOD_POD_ID/$ID?gpu=none",
            "RUNPOD_POD_ID": "pod1",
            "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
            "RUNPOD_SKIP_GPU_CHECK": "true",
        }

    async def plain(self, job_input: Any) -> Any:
        """The worker of a `LocalEndpoint` whose jobs a plain handler answers."""
        async for event, body in self._events(job_input):
            if event == "done":
                return {"error": body["error"]} if "error" in body else body.get("output")
        raise AssertionError("a job that never ends has no end")

    async def generator(self, job_input: Any) -> AsyncIterator[Any]:
        """The worker of a `LocalEndpoint` whose jobs a generator handler answers."""
        streamed: list[Any] = []
        async for event, body in self._events(job_input):
            if event == "stream":
                streamed.append(body["output"])
                yield body["output"]
            elif "error" in body:
                yield {"error": body["error"]}
            else:
                assert body["output"] == streamed
        assert streamed

    async def _events(self, job_input: Any) -> AsyncIterator[tuple[str, Any]]:
        job = _Job(f"{uuid.uuid4()}-u1", job_input)
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, job)
        event = ""
        try:
            while event != "done":
                event, body = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(job.events.get(), self._loop))
                yield event, body
        finally:
            if event != "done":
                self._loop.call_soon_threadsafe(self._stops.append, job.id)

    async def _take(self, request: web.Request) -> web.Response:
        jobs: list[_Job] = []
        try:
            jobs.append(await asyncio.wait_for(self._waiting.get(), HELD))
        except asyncio.TimeoutError:
            return web.Response(status=204)
        while len(jobs) < int(request.query.get("batch_size", "1")) and not self._waiting.empty():
            jobs.append(self._waiting.get_nowait())
        self._jobs |= {job.id: job for job in jobs}
        self.taken += [job.id for job in jobs]
        self.most_at_once = max(self.most_at_once, len(self._jobs))
        bodies = [{"id": job.id, "input": job.input} for job in jobs]
        return web.json_response(bodies if "job-take-batch" in request.path else bodies[0])

    async def _told(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        assert request.match_info["pod"] == "pod1"
        event, job = request.match_info["event"], self._jobs[request.match_info["job"]]
        body = json.loads(await request.text())
        assert request.query["isStream"] in ("true", "false")
        if event == "done":
            del self._jobs[job.id]
        job.events.put_nowait((event, body))
        return web.Response()

    async def _stop(self, _: web.Request) -> web.Response:
        for _wait in range(10):
            if self._stops:
                break
            await asyncio.sleep(HELD / 10)
        ids, self._stops = self._stops, []
        return web.json_response({"jobsToStop": ids}) if ids else web.Response(status=204)

    def __enter__(self) -> Platform:
        up: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(up)), daemon=True)
        self._thread.start()
        up.result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def _serve(self, up: Future[None]) -> None:
        self._loop, self._over, self._waiting = asyncio.get_running_loop(), asyncio.Event(), asyncio.Queue[_Job]()
        app = web.Application()
        app.router.add_get("/v2/e/job-take/pod1", self._take)
        app.router.add_get("/v2/e/job-take-batch/pod1", self._take)
        app.router.add_get("/v2/e/job-stop/pod1", self._stop)
        app.router.add_post("/v2/e/job-{event:done|stream}/{pod}/{job}", self._told)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._port: int = runner.addresses[0][1]
        up.set_result(None)
        await self._over.wait()
        await runner.cleanup()
