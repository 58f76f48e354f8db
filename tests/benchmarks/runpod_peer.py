"""langchain-runpod under the load of `throughput.py`, in an environment of its own: it needs langchain-core 0.3."""

from __future__ import annotations

import asyncio
import importlib
import sys
import time


async def main(base_url: str, endpoint_id: str, prompts: int, concurrency: int) -> None:
    llm = importlib.import_module("langchain_runpod").RunPod(
        endpoint_id=endpoint_id, api_key="bench-key", api_base=base_url, max_tokens=200
    )
    texts = [f"ATS terms for opening {number}" for number in range(prompts)]
    gate = asyncio.Semaphore(concurrency)

    async def one(text: str) -> str:
        async with gate:
            return str(await llm.ainvoke(text))

    began = time.perf_counter()
    answers = await asyncio.gather(*map(one, texts))
    spent = time.perf_counter() - began
    if not all("term 1" in answer for answer in answers):
        raise SystemExit(f"not the answer: {answers[0]}")
    print(spent)


if __name__ == "__main__":
    url, endpoint, count, limit = sys.argv[1:]
    asyncio.run(main(url, endpoint, int(count), int(limit)))
