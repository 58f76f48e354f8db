"""A batch of prompts by this package, beside a bare client and beside what else there is, in turns on one server."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import requests

from langchain_careerv2 import CareerV2LLM
from tests.benchmarks.measure import medians, seconds
from tests.benchmarks.server import ENDPOINT, KEY, TEXT, canned

LATENCY = 0.2
RUNPOD = "langchain-runpod==0.2.0"
RUNPOD_VENV = Path(".venv/bench-runpod")
GUIDE = {"max_tokens": 200, "temperature": 0.3, "top_p": 0.9, "repetition_penalty": 1.0, "stop": ["<|im_end|>"]}
HEADERS = {"Authorization": f"Bearer {KEY}"}


def right(answers: list[str], count: int) -> None:
    """Speed without answers is none."""
    if answers != [TEXT] * count:
        raise SystemExit("a way gave other answers than the server's")


async def gathered(call: Callable[[str], Awaitable[str]], prompts: list[str], limit: int) -> list[str]:
    """What a user writes by hand: all at once, bounded by a semaphore."""
    gate = asyncio.Semaphore(limit)

    async def one(prompt: str) -> str:
        async with gate:
            return await call(prompt)

    return list(await asyncio.gather(*map(one, prompts)))


class Ways:
    """Each method runs the batch once and gives its seconds."""

    def __init__(self, base_url: str, prompts: int, limit: int) -> None:
        self.base, self.limit = f"{base_url}/{ENDPOINT}", limit
        self.prompts = [f"ATS terms for opening {number}" for number in range(prompts)]
        self.llm = CareerV2LLM(endpoint_id=ENDPOINT, api_key=KEY, base_url=base_url, max_concurrency=limit)
        self.runpod = [base_url, ENDPOINT]

    def bare(self) -> float:
        async def run() -> list[str]:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

                async def call(prompt: str) -> str:
                    body = {"input": {"prompt": prompt, "sampling_params": GUIDE}}
                    async with session.post(f"{self.base}/runsync", json=body, headers=HEADERS) as reply:
                        return str((await reply.json())["output"][0]["choices"][0]["text"])

                return await gathered(call, self.prompts, self.limit)

        return seconds(lambda: right(asyncio.run(run()), len(self.prompts)))

    def abatch(self) -> float:
        return seconds(lambda: right(asyncio.run(self.llm.abatch(list(self.prompts))), len(self.prompts)))

    def openai(self, transport: str, *, plain: bool = False) -> float:
        """langchain-openai; each run has a client of its own, as each has an event loop of its own."""
        client = getattr(importlib.import_module("openai"), transport)()
        llm: Any = importlib.import_module("langchain_openai").OpenAI(
            model="bench", base_url=f"{self.base}/openai/v1", api_key=KEY, http_async_client=client
        )

        async def run() -> list[str]:
            async with client:
                if plain:
                    return list(await llm.abatch(self.prompts, {"max_concurrency": self.limit}))
                return await gathered(llm.ainvoke, self.prompts, self.limit)

        return seconds(lambda: right(asyncio.run(run()), len(self.prompts)))

    def guide(self) -> float:
        """The guide's `call_endpoint` in threads. Its `generate` cannot read today's worker: `output` is a list."""

        def call_endpoint(prompt: str) -> str:
            body = {"input": {"prompt": prompt, "sampling_params": GUIDE}}
            reply = requests.post(f"{self.base}/runsync", headers=HEADERS, json=body, timeout=120)
            reply.raise_for_status()
            return str(reply.json()["output"][0]["choices"][0]["text"])

        def run() -> None:
            with ThreadPoolExecutor(self.limit) as pool:
                right(list(pool.map(call_endpoint, self.prompts)), len(self.prompts))

        return seconds(run)

    def langchain_runpod(self) -> float:
        """langchain-runpod, gathered: its own `abatch` answers one prompt after another."""
        script = Path(__file__).with_name("runpod_peer.py")
        counts = [str(len(self.prompts)), str(self.limit)]
        command = [str(RUNPOD_VENV / "bin/python"), str(script), *self.runpod, *counts]
        done = subprocess.run(command, capture_output=True, check=True, timeout=300, text=True)  # noqa: S603
        return float(done.stdout)


def missing(*command: str | Path) -> str:
    """Runs a command; returns why it failed."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)  # noqa: S603
    said = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
    return said[-1] if done.returncode else ""


def without_langchain_runpod() -> str:
    """Installs it where it is missing; it needs langchain-core 0.3, hence a virtual environment of its own."""
    python = RUNPOD_VENV / "bin/python"
    if python.exists() and not missing(python, "-c", "import langchain_runpod"):
        return ""
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    return missing(sys.executable, "-m", "venv", RUNPOD_VENV) or missing(*pip, RUNPOD)


def main(prompts: int, limit: int, rounds: int, peers: bool) -> None:
    with canned(LATENCY) as base_url:
        ways = Ways(base_url, prompts, limit)
        sides = {
            "bare aiohttp": ways.bare,
            "CareerV2LLM.abatch": ways.abatch,
            "guide's function in threads": ways.guide,
        }
        once: dict[str, Callable[[], float]] = {}
        if not peers:
            print("the peers are left out")
        elif why := missing(sys.executable, "-c", "import langchain_openai"):
            print(f"langchain-openai is left out: {why}")
        else:
            sides["langchain-openai, gathered"] = lambda: ways.openai("DefaultAsyncHttpxClient")
            sides["langchain-openai, gathered, aiohttp"] = lambda: ways.openai("DefaultAioHttpClient")
            once["langchain-openai.abatch, once"] = lambda: ways.openai("DefaultAsyncHttpxClient", plain=True)
        if not peers:
            pass
        elif why := without_langchain_runpod():
            print(f"langchain-runpod is left out: {why}")
        else:
            once["langchain-runpod, gathered, once"] = ways.langchain_runpod
        print(f"{prompts} prompts, {limit} in flight, {LATENCY * 1000:.0f} ms each: medians of {rounds} turns")
        spent = medians(sides, rounds) | medians(once, 1)
        bare, ours = spent["bare aiohttp"], spent["CareerV2LLM.abatch"]
        for name, took in spent.items():
            print(f"{name:45} {took:7.3f} s  {took / bare:6.2f} x bare  {took / ours:6.2f} x ours")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--prompts", type=int, default=1024)
    parser.add_argument("--concurrency", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="needs pip's network")
    options = parser.parse_args()
    main(options.prompts, options.concurrency, options.rounds, options.peers)
