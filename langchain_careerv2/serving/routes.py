"""The operations that RunPod serves below `/v2/{endpoint_id}`, on a queue."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from aiohttp import web

from langchain_careerv2.runpod.outputs import JobStatus, Json
from langchain_careerv2.serving.faults import FAULT, reset
from langchain_careerv2.serving.jobs import POLICY, RETENTION, Batch, Bounds, Job, Queue, Result

MAX_BODY = 20 * 2**20
"""Bytes of a request (RunPod)."""
LIMITED_BODY = {"run": 10 * 2**20, "batch": 10 * 2**20}
"""Bytes of a request to an operation that takes less (RunPod)."""
WAITS: Mapping[str, Bounds] = {
    "runsync": (1.0, 90.0, 300.0),
    "status-sync": (1.0, 90.0, 90.0),
    "stream": (1.0, 10.0, 300.0),
}
"""Seconds of `wait` by operation (RunPod)."""
PAGE = {"offset": 0, "limit": 50}
"""Which requests of a batch are shown where a caller does not say."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def operation(request: web.Request) -> str:
    """What follows the endpoint's id in the path: `run`, `status`, `openai`, ..."""
    return (request.path.split("/") + [""] * 3)[3]


class Routes:
    """The handlers of one queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def table(self, root: str) -> list[web.RouteDef]:
        """The routes below `root`."""
        job, batch, both = "/{job_id}", "batch/{batch_id}", "GET POST"
        routes: list[tuple[str, str, Handler]] = [
            ("POST", "run", self._run),
            ("POST", "runsync", self._runsync),
            (both, f"status{job}", self._status),
            (both, f"status-sync{job}", self._status_sync),
            (both, f"stream{job}", self._stream),
            ("POST", f"cancel{job}", self._cancel),
            ("POST", f"retry{job}", self._retry),
            ("POST", "purge-queue", self._purge),
            ("GET", "health", self._health),
            ("GET", "openai/v1/models", self._models),
            ("POST", "openai/v1/completions", self._openai),
            ("POST", "openai/v1/chat/completions", self._openai),
            ("POST", "batch", self._batch_new),
            ("GET", batch, self._batch),
            ("POST", f"{batch}/finalize", self._batch_finalize),
            ("POST", f"{batch}/cancel", self._batch_cancel),
            ("GET", f"{batch}/requests", self._batch_page),
            ("POST", f"{batch}/requests", self._batch_append),
        ]
        return [
            web.route(method, f"{root}/{path}", handler)
            for methods, path, handler in routes
            for method in methods.split()
        ]

    async def _run(self, request: web.Request) -> web.StreamResponse:
        job = self._submit(_job(await _body(request), "{}-u1"))
        return web.json_response({"id": job.id, "status": JobStatus.IN_QUEUE.value})

    async def _runsync(self, request: web.Request) -> web.StreamResponse:
        job = self._submit(_job(await _body(request), "sync-{}-u1", "runsync"))
        await self._queue.wait(job, _wait(request))
        return web.json_response(job.view())

    async def _status(self, request: web.Request) -> web.StreamResponse:
        return _view(self._find(request))

    async def _status_sync(self, request: web.Request) -> web.StreamResponse:
        job = self._find(request)
        await self._queue.wait(job, _wait(request))
        return _view(job)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        job = self._find(request)
        await self._queue.wait(job, _wait(request), lambda job: job.unread)
        if job.lost:
            raise web.HTTPNotFound(text="job not found")
        items = [{"output": output} for output in job.drain()]
        return web.json_response({"status": job.status.value, "stream": items})

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        job = self._find(request)
        self._queue.stop(job, JobStatus.CANCELLED)
        return _view(job)

    async def _retry(self, request: web.Request) -> web.StreamResponse:
        job = self._find(request)
        if job.status not in (JobStatus.FAILED, JobStatus.TIMED_OUT):
            raise web.HTTPBadRequest(text=f"only FAILED and TIMED_OUT jobs can be retried, not {job.status.value} ones")
        self._queue.retry(job)
        return web.json_response({"id": job.id, "status": JobStatus.IN_QUEUE.value})

    async def _purge(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"removed": self._queue.purge(), "status": "completed"})

    async def _health(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(self._queue.health())

    async def _models(self, _: web.Request) -> web.StreamResponse:
        model = {"id": self._queue.model, "object": "model", "created": 1, "owned_by": "vllm"}
        return web.json_response({"object": "list", "data": [model]})

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        asked = _object(await _body(request))
        route = request.path.split("/openai", 1)[1]
        body = {"input": {"openai_route": route, "openai_input": asked}}
        job = self._submit(_job(body, "sync-{}-u1", "runsync"))
        try:
            await self._queue.wait(job, job.ttl, lambda job: job.unread and asked.get("stream"))
            if job.unread and asked.get("stream"):
                return await self._events(request, job)
        finally:  # a caller may have hung up
            self._queue.stop(job, JobStatus.CANCELLED)
        if job.status is not JobStatus.COMPLETED:
            return web.json_response(_openai_error(job), status=500)
        output = job.result.get("output")
        return web.json_response(output[0] if isinstance(output, list) and output else output)

    async def _events(self, request: web.Request, job: Job) -> web.StreamResponse:
        """Forwards what a job yields as it comes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        with suppress(ConnectionError):  # the caller has hung up
            await response.prepare(request)
            while job.unread or not job.ended:
                for item in job.drain():
                    event = item if isinstance(item, str) else f"data: {json.dumps(item)}\n\n"
                    await response.write(event.encode())
                if FAULT.get().startswith(("reset", "truncated")):
                    return reset(request, response)
                await self._queue.wait(job, job.ttl, lambda job: job.unread)
            if job.status is not JobStatus.COMPLETED:
                await response.write(f"data: {json.dumps(_openai_error(job))}\n\n".encode())
            await response.write_eof()
        return response

    async def _batch_new(self, request: web.Request) -> web.StreamResponse:
        jobs = _requests(await _body(request))
        with _refusing():
            batch = Batch(self._queue)
            batch.append(jobs)
        return web.json_response({"id": batch.id, "status": batch.state})

    async def _batch(self, request: web.Request) -> web.StreamResponse:
        return _batch_view(request, self._find_batch(request))

    async def _batch_append(self, request: web.Request) -> web.StreamResponse:
        batch, jobs = self._find_batch(request), _requests(_object(await _body(request)).get("requests"))
        with _refusing():
            batch.append(jobs)
        return _batch_view(request, batch)

    async def _batch_finalize(self, request: web.Request) -> web.StreamResponse:
        batch = self._find_batch(request)
        with _refusing():
            batch.finalize()
        return _batch_view(request, batch)

    async def _batch_cancel(self, request: web.Request) -> web.StreamResponse:
        batch = self._find_batch(request)
        batch.cancel()
        return _batch_view(request, batch)

    async def _batch_page(self, request: web.Request) -> web.StreamResponse:
        offset, limit = (_number(request.query.get(name), default) for name, default in PAGE.items())
        return web.json_response(self._find_batch(request).page(offset, limit))

    def _submit(self, job: Job) -> Job:
        self._queue.add(job)
        return job

    def _find(self, request: web.Request) -> Job:
        job = self._queue.jobs.get(request.match_info["job_id"])
        if job is None:
            raise web.HTTPNotFound(text="job not found")
        return job

    def _find_batch(self, request: web.Request) -> Batch:
        batch = self._queue.batches.get(request.match_info["batch_id"])
        if batch is None:
            raise web.HTTPNotFound(text="batch not found")
        return batch


def _view(job: Job) -> web.StreamResponse:
    """The job, which may have been forgotten while a caller waited for it."""
    if job.lost:
        raise web.HTTPNotFound(text="job not found")
    return web.json_response(job.view())


def _batch_view(request: web.Request, batch: Batch) -> web.StreamResponse:
    return web.json_response({**batch.view(), "endpointId": request.match_info["endpoint_id"]})


async def _body(request: web.Request) -> object:
    most = LIMITED_BODY.get(operation(request), MAX_BODY)
    body = await request.read()
    if len(body) > most:
        raise web.HTTPRequestEntityTooLarge(most, len(body))
    try:
        parsed: object = json.loads(body)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    return parsed


def _object(body: object) -> Json:
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="the body is no object")
    return body


def _job(body: object, name: str, operation: str = "run") -> Job:
    """A job as a body describes it."""
    if not isinstance(body, dict) or not isinstance(body.get("input"), dict) or not body["input"]:
        raise web.HTTPBadRequest(text="the body needs an object as input")
    policy = body.get("policy")
    seconds = {
        key: _bounded((policy.get(key) if isinstance(policy, dict) else None), bounds) for key, bounds in POLICY.items()
    }
    return Job(
        name.format(uuid.uuid4()), body["input"], RETENTION[operation], seconds["executionTimeout"], seconds["ttl"]
    )


def _requests(bodies: object) -> list[Job]:
    if not isinstance(bodies, list):
        raise web.HTTPBadRequest(text="the body needs a list of requests")
    return [_job(body, "req_{}") for body in bodies]


def _number(given: object, default: int) -> int:
    """A count that a caller gave as a number or as digits."""
    return int(str(given)) if re.fullmatch(r"[0-9]{1,12}", str(given)) else default


def _bounded(milliseconds: object, bounds: Bounds) -> float:
    least, usual, most = bounds
    return min(max(_number(milliseconds, round(usual * 1000)) / 1000, least), most)


def _wait(request: web.Request) -> float:
    return _bounded(request.query.get("wait"), WAITS[operation(request)])


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns what a batch does not do into an answer."""
    try:
        yield
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from None


def _openai_error(job: Job) -> Result:
    message = str(job.result.get("error", f"the job is {job.status.value}"))
    return {"error": {"message": message, "type": "server_error", "param": None, "code": 500}}
