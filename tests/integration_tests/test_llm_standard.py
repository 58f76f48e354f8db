"""The standard suite of text models for `CareerV2LLM`, on both of RunPod's routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from itertools import chain, repeat
from typing import Any, ClassVar

import pytest

from langchain_careerv2 import CareerV2LLM
from langchain_careerv2.errors import EndpointError
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.serving import LocalEndpoint, OfflineEngine
from langchain_careerv2.serving.jobs import Clock
from langchain_careerv2.serving.workers import EngineWorker
from tests.llm_suite import LLMIntegrationTests


@pytest.fixture(scope="module")
def server() -> Iterator[LocalEndpoint]:
    """Answers as the offline engine does, but fails or lingers where the prompt says so."""
    write: Any = EngineWorker(OfflineEngine(), "vllm", 0.0, Clock(1.0)).worker
    failed: set[str] = set()

    async def worker(job_input: Any) -> AsyncIterator[Any]:
        prompt = (job_input.get("openai_input") or job_input)["prompt"]
        if "fail always" in prompt or ("fail once" in prompt and prompt not in failed):
            failed.add(prompt)
            raise RuntimeError("asked to fail")
        pauses = chain([5.0] if "slow" in prompt else [0.03] * 8 if "long" in prompt else [], repeat(0))
        async for piece in write(job_input):
            yield piece
            await asyncio.sleep(next(pauses))

    with LocalEndpoint(worker=worker) as endpoint:
        yield endpoint
        assert endpoint.live_jobs() == []


def prompt_of(request: str) -> str:
    return domain_prompt("ats_keywords").format(request=request)


class Routed(LLMIntegrationTests):
    route = ""
    prompts = tuple(prompt_of(f"ATS terms for {role}") for role in ("a nurse", "a data analyst", "an accountant"))
    bad = prompt_of("fail always")
    flaky = prompt_of("fail once: number 0").replace("number 0", "number {0}")
    long = prompt_of("A nurse with long shifts")
    slow = prompt_of("A slow nurse")
    error = EndpointError
    broken: ClassVar = {"api_key": "wrong"}

    @pytest.fixture
    def make(self, server: LocalEndpoint) -> Callable[..., CareerV2LLM]:
        return partial(server.llm, route=self.route)


class TestNative(Routed):
    route = "native"


class TestOpenAI(Routed):
    route = "openai"
