"""Speed as ratios measured side by side in one run: a batch beside its ideal, the import beside bare Python.

The local endpoint runs in this process, so its own work is part of what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from langchain_careerv2.serving import LocalEndpoint

IMPORT_RUNS = 15


def start_python(code: str) -> None:
    """Runs a statement in a Python of its own."""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)  # noqa: S603


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one run."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def batches(prompts: int, concurrency: int, latency: float) -> None:
    """Prints how long `abatch` and `batch` take beside the ideal of full waves of calls."""
    ideal = -(-prompts // concurrency) * latency
    texts: list[Any] = [f"List ATS keywords for opening {number}" for number in range(prompts)]
    with LocalEndpoint(workers=concurrency, latency=latency) as endpoint:
        llm = endpoint.llm(max_concurrency=concurrency)
        ways = {"abatch": lambda: asyncio.run(llm.abatch(texts)), "batch": lambda: llm.batch(texts)}
        for way, run in ways.items():
            best = min(seconds(run) for _ in range(3))
            load = f"{prompts} prompts, {concurrency} at once, {latency * 1000:.0f} ms each"
            print(f"{way}: {load}: {best:.3f} s, ideal {ideal:.3f} s, ratio {best / ideal:.2f}")


def imports() -> None:
    """Prints what a plain import costs beside bare Python, in turns."""
    costs: dict[str, list[float]] = {"pass": [], "import langchain_careerv2": []}
    for _ in range(IMPORT_RUNS):
        for code, spent in costs.items():
            spent.append(seconds(partial(start_python, code)))
    bare, ours = (statistics.median(spent) for spent in costs.values())
    print(f"import: {ours * 1000:.1f} ms, bare Python {bare * 1000:.1f} ms, ratio {ours / bare:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds")
    options = parser.parse_args()
    batches(options.prompts, options.concurrency, options.latency)
    imports()
