"""10,000 requests while a fifth of what can go wrong does: each must end in its own answer, or in one error in time."""

from __future__ import annotations

import argparse
import asyncio
import gc
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackHandler

from langchain_careerv2 import CareerV2LLM, EndpointError
from langchain_careerv2.serving import LocalEndpoint
from langchain_careerv2.serving.faults import Faults

SECONDS_OVER = 0.5  # what a busy event loop may be late by
POLICY = 10.0  # seconds after its own limit in which the endpoint ends a job whose id no client ever learned
FIRST = 20  # requests before the ones that count
GROWTH_MB = 5  # what the second half may add to the client's memory


@dataclass
class Ended:
    """What the client saw. `rss` in MB: at the start and after each half, its results counted and dropped."""

    right: int = 0
    mixed: int = 0
    lost: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    held: float = 0.0
    seconds: float = 0.0
    rss: list[float] = field(default_factory=list)


class Stopwatch(AsyncCallbackHandler):
    """Times every request by its run."""

    def __init__(self) -> None:
        self.began: dict[Any, float] = {}
        self.slowest = 0.0

    async def on_llm_start(self, *args: Any, run_id: Any, **kwargs: Any) -> None:
        self.began[run_id] = time.monotonic()

    async def on_llm_end(self, *args: Any, run_id: Any, **kwargs: Any) -> None:
        self.slowest = max(self.slowest, time.monotonic() - self.began.pop(run_id))

    on_llm_error = on_llm_end


def rss() -> float:
    """This process's memory in MB, where the system tells."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


runs: Counter[str] = Counter()


async def echo(job_input: Mapping[str, Any]) -> object:
    """A worker in the shape of today's, which answers with the id in the prompt."""
    runs[job_input["prompt"]] += 1
    text = f" answer {job_input['prompt'].rpartition(' ')[2]}"
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    choices = [{"index": 0, "text": text, "finish_reason": "stop"}]
    return [{"id": "cmpl-1", "object": "text_completion", "model": "echo", "choices": choices, "usage": usage}]


async def load(llm: CareerV2LLM, requests: int, ended: Ended) -> None:
    async def half(numbers: range) -> None:
        prompts: list[Any] = [f"request {number}" for number in numbers]
        results: list[Any] = await llm.abatch(prompts, {"callbacks": [stopwatch]}, return_exceptions=True)
        ended.held = max(ended.held, rss())
        ended.lost += len(prompts) - len(results)
        for number, result in zip(numbers, results, strict=False):
            if isinstance(result, str):
                ended.right += result.strip() == f"answer {number}"
                ended.mixed += result.strip() != f"answer {number}"
            else:
                ended.errors[type(result).__name__] += 1
                ended.lost += not isinstance(result, EndpointError)

    stopwatch = Stopwatch()
    await llm.abatch(
        [f"first {number}" for number in range(FIRST)], return_exceptions=True
    )  # what is imported and kept at the first use
    began, halves = time.monotonic(), (range(requests // 2), range(requests // 2, requests))
    ended.rss.append(rss())
    for numbers in halves:
        await half(numbers)
        gc.collect()
        ended.rss.append(rss())
    ended.seconds, ended.slowest = time.monotonic() - began, stopwatch.slowest
    ended.lost += len(stopwatch.began)


def client(base_url: str, requests: int, concurrency: int, timeout: float) -> Ended:
    """The load, in a process of its own, so that its memory is its own."""
    ended = Ended()
    llm = CareerV2LLM(
        endpoint_id="local", api_key="local-key", base_url=base_url, timeout=timeout, max_concurrency=concurrency
    )
    asyncio.run(load(llm, requests, ended))
    return ended


def main(requests: int, concurrency: int, rate: float, timeout: float) -> int:
    """Prints the table; 1 where a promise was broken."""
    options: dict[str, Any] = {"worker": echo, "workers": 2 * concurrency, "latency": 0.05}
    with (
        LocalEndpoint(faults=Faults.mix(rate, seed=1), **options) as endpoint,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        ended = pool.submit(client, endpoint.base_url, requests, concurrency, timeout).result()
        live, until = len(endpoint.live_jobs()), time.monotonic() + timeout + POLICY
        while endpoint.live_jobs() and time.monotonic() < until:
            time.sleep(0.2)
        orphans = len(endpoint.live_jobs())
    sent, served = requests + FIRST, endpoint.faults_served
    again = sum(runs.values()) - len(runs) - served["duplicate_delivery"]  # which is the endpoint's own doing
    before, middle, after = ended.rss
    memory = f"{before:.0f}, {middle:.0f}, {after:.0f} MB; {ended.held:.0f} with a half's results and errors in hand"
    rows: list[tuple[str, object, bool]] = [
        ("requests", f"{requests}, {concurrency} at once, {rate:.0%} faults, in {ended.seconds:.1f} s", True),
        ("right answers", ended.right, True),
        ("one EndpointError", f"{sum(ended.errors.values())}: {dict(ended.errors.most_common())}", True),
        ("lost (no end, or another error)", ended.lost, not ended.lost),
        ("mixed (another request's answer)", ended.mixed, not ended.mixed),
        (
            "slowest request",
            f"{ended.slowest:.1f} s, deadline {timeout:.0f} s",
            ended.slowest <= timeout + SECONDS_OVER,
        ),
        ("jobs made", f"{endpoint.submits} for {sent} requests, by {endpoint.posts} POSTs", endpoint.submits <= sent),
        ("prompts run again by the client", again, again <= 0),
        ("jobs alive at the end", f"{live}; {orphans} after the limit that each was given", not orphans),
        ("memory before, middle, after", memory, after - middle < GROWTH_MB),
        ("faults served", f"{sum(served.values())}: {dict(served.most_common())}", True),
    ]
    for name, value, kept in rows:
        print(f"{'' if kept else 'BROKEN '}{name:34} {value}")
    return int(not all(kept for *_, kept in rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0.2)
    parser.add_argument("--timeout", type=float, default=20.0)
    given = parser.parse_args()
    sys.exit(main(given.requests, given.concurrency, given.rate, given.timeout))
