"""A canned endpoint to measure beside: fixed answers after a fixed time, in a process and on a core of its own."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

ENDPOINT = "bench"
KEY = "bench-key"
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
TEXT = ", ".join(f"term {number}" for number in range(25))  # passes the contract of `ats_keywords`
USAGE = {"prompt_tokens": 60, "total_tokens": 160, "completion_tokens": 100, "prompt_tokens_details": None}


def completion(prompts: int = 1) -> dict[str, object]:
    """What vLLM's `/v1/completions` answers, and worker-vllm v2.24 and later in a list."""
    choice = {"text": TEXT, "logprobs": None, "finish_reason": "stop", "stop_reason": None, "prompt_logprobs": None}
    choices = [{"index": index, **choice} for index in range(prompts)]
    head = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "bench"}
    return {**head, "choices": choices, "usage": USAGE, "service_tier": None, "system_fingerprint": None}


DONE = json.dumps({"status": "COMPLETED", "delayTime": 1, "executionTime": 1, "output": [completion()]})


def job(job_id: str, status: str = "") -> web.Response:
    """A job as `/status` shows it; done where no other status is given."""
    state = f'"status": "{status}"}}' if status else DONE[1:]
    return web.Response(text=f'{{"id": "{job_id}", {state}', content_type="application/json")


def application(latency: float) -> web.Application:
    began: dict[str, float] = {}

    async def runsync(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(latency)
        return job("sync-1-u1")

    async def run(request: web.Request) -> web.Response:
        await request.read()
        began[job_id := f"{uuid.uuid4()}-u1"] = time.monotonic()
        return job(job_id, "IN_QUEUE")

    async def status(request: web.Request) -> web.Response:
        job_id = request.match_info["job_id"]
        done = time.monotonic() - began[job_id] >= latency
        return job(job_id, "" if done else "IN_PROGRESS")

    async def openai(request: web.Request) -> web.Response:
        prompt = json.loads(await request.read())["prompt"]
        await asyncio.sleep(latency)
        return web.json_response(completion(len(prompt) if isinstance(prompt, list) else 1))

    app, root = web.Application(), f"/v2/{ENDPOINT}"
    app.router.add_post(f"{root}/runsync", runsync)
    app.router.add_post(f"{root}/run", run)
    app.router.add_route("*", f"{root}/status/{{job_id}}", status)
    app.router.add_post(f"{root}/openai/v1/completions", openai)
    return app


def pin(core: int) -> None:
    """Keeps this process and its children on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@contextmanager
def canned(latency: float) -> Iterator[str]:
    """Gives the base URL of a server on the last core, and keeps this process on the first."""
    command = [sys.executable, __file__, "--latency", str(latency), "--core", str(CORES[-1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        try:
            port = int(server.stdout.readline())
            pin(CORES[0])
            yield f"http://127.0.0.1:{port}/v2"
        finally:
            server.kill()


async def serve(latency: float) -> None:
    runner = web.AppRunner(application(latency), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0, help="seconds for each answer")
    parser.add_argument("--core", type=int, default=CORES[-1])
    options = parser.parse_args()
    pin(options.core)
    asyncio.run(serve(options.latency))
