"""What an accepted answer costs, in calls and tokens, by three ways of asking again; and how often verdicts are right.

The answers are the offline engine's, which is no language model: its drafts pass as often as the recorded ones of the
real model did. What is measured is the ladder, not the model. Tokens are the engine's own words and signs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from langchain_careerv2 import CareerV2LLM, generate
from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.evals.cases import PROMPTS
from langchain_careerv2.generations import usage_of
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.runpod.outputs import Usage
from langchain_careerv2.serving import LocalEndpoint, OfflineEngine
from langchain_careerv2.serving.offline import ENGINE_NAME, token_count
from tests.integration_tests.blind import Blind

LABELLED = Path(__file__).parents[1] / "unit_tests" / "domains" / "labelled.jsonl"
FIRST_PASS = {
    "resume_guidance": 0.9,
    "job_description": 0.9,
    "job_resume_match": 0.0,
    "recruiting_strategy": 0.3,
    "ats_keywords": 0.1,
}
"""Shares of recorded first drafts of the real model that passed."""
GUIDE_CLARIFIERS = {
    "resume_guidance": " Ensure 6\u20138 bullets with action verbs and end with: ATS Keywords: ...",
    "job_description": " Ensure sections: Summary + Responsibilities (6\u20138) + Requirements (6\u20138).",
}


class Cost(NamedTuple):
    """What came of some requests."""

    accepted: int
    calls: int
    usage: Usage


def draft_only(llm: CareerV2LLM, name: str, request: str) -> Cost:
    """No retry."""
    return _cost(llm, name, request, json_first="never", max_reasks=0)


def ladder(llm: CareerV2LLM, name: str, request: str) -> Cost:
    """The ladder as it is by default."""
    return _cost(llm, name, request)


def json_always(llm: CareerV2LLM, name: str, request: str) -> Cost:
    """The JSON form from the start."""
    return _cost(llm, name, request, json_first="always")


def _cost(llm: CareerV2LLM, name: str, request: str, **settings: Any) -> Cost:
    made = generate(name, request, llm=llm, **settings)
    return Cost(made.ok, len(made.attempts), made.usage)


def guides_retry(llm: CareerV2LLM, name: str, request: str) -> Cost:
    """The guide's `generate`: its prompts, validators and one retry, the second answer kept; judged by the gate."""
    domain, tokens = DOMAINS[name], 230 if name == "job_description" else 200
    calls, usage, text = 0, Usage(), ""
    for asked in (request, request + GUIDE_CLARIFIERS.get(name, "")):
        calls += 1
        prompt = domain_prompt(name, exemplar="guide").format(request=asked)
        generation = llm.generate([prompt], max_tokens=tokens).generations[0][0]
        text, usage = generation.text, usage + (usage_of(generation) or Usage())
        if domain.read(text, lens="reference").ok:
            break
    return Cost(domain.read(text).ok, calls, usage)


class Held:
    """The offline engine for text; for JSON under a schema, random bytes that the schema lets pass."""

    def __init__(self, engine: OfflineEngine) -> None:
        self._engine = engine
        self._blind = Blind(0)

    async def worker(self, job_input: Any) -> object:
        """Answers a job in worker-vllm's shape."""
        sampling, prompt = job_input["sampling_params"], job_input["prompt"]
        if "structured_outputs" in sampling:
            text = (await self._blind.worker(job_input))[0]["choices"][0]["text"]
            spent = token_count(text)
        else:
            written = self._engine.complete(prompt, sampling["max_tokens"])
            text, spent = written.text, written.completion_tokens
        usage = {"prompt_tokens": token_count(prompt), "completion_tokens": spent}
        return [{"choices": [{"text": text, "finish_reason": "stop"}], "usage": usage}]


def costs(variants: int) -> None:
    """Prints accepted answers, and calls and tokens per accepted answer, for each way and domain."""
    ways: dict[str, tuple[Callable[[CareerV2LLM, str, str], Cost], bool]] = {
        "no retry": (draft_only, False),
        "the guide's retry": (guides_retry, False),
        "ladder, schema ignored": (ladder, False),
        "ladder, schema in force": (ladder, True),
        "JSON always, schema in force": (json_always, True),
    }
    print(f"answers by {ENGINE_NAME}; JSON in force by random bytes under llguidance")
    print("| domain | way | accepted | calls each | tokens each |\n| --- | --- | --- | --- | --- |")
    for name, rate in FIRST_PASS.items():
        requests = [f"{prompt} Case {number}." for prompt in PROMPTS[name] for number in range(variants)]
        engine = OfflineEngine(defect_rate=1 - rate, defects=("repeats",))
        for way, (ask, held) in ways.items():
            with LocalEndpoint(engine, worker=Held(engine).worker if held else None) as endpoint:
                llm = endpoint.llm(max_model_len=16_384)
                made = [ask(llm, name, request) for request in requests]
            accepted, calls = sum(cost.accepted for cost in made), sum(cost.calls for cost in made)
            tokens = sum(cost.usage.total_tokens for cost in made)
            each = f"{calls / accepted:.2f} | {tokens / accepted:.0f}" if accepted else "none | none"
            print(f"| {name} | {way} | {accepted} of {len(made)} | {each} |")


def verdicts() -> None:
    """Prints how many labelled answers each lens judges as labelled."""
    rows = [json.loads(line) for line in LABELLED.read_text("utf-8").splitlines()]
    print(f"verdicts on {len(rows)} labelled answers: right, false accepts, false rejects")
    for lens in ("default", "reference"):
        found = [
            (DOMAINS[row["domain"]].read(row["text"], truncated=row["truncated"], lens=lens).ok, not row["gates"])
            for row in rows
        ]
        right, accepts = sum(ok == good for ok, good in found), sum(ok and not good for ok, good in found)
        print(f"{lens}: {right}, {accepts}, {len(rows) - right - accepts}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--variants", type=int, default=25, help="requests made of each prompt")
    verdicts()
    costs(parser.parse_args().variants)
