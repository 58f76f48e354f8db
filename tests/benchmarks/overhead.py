"""What a call costs over the bare one, in turns on a server that answers at once; and what importing costs."""

from __future__ import annotations

import argparse
import subprocess
import sys
from functools import partial

import requests
from langchain_core.language_models import FakeStreamingListLLM

from langchain_careerv2 import CareerV2LLM, career_chain, career_stream, domain_prompt
from tests.benchmarks.measure import medians, seconds
from tests.benchmarks.server import ENDPOINT, KEY, TEXT, canned

IMPORTS = 15
DOMAIN, REQUEST = "ats_keywords", "ATS terms for a data analyst"


def start_python(code: str) -> None:
    """Runs a statement in a Python of its own. No `timeout`: with one, `subprocess` looks up to 50 ms late."""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


def calls(base_url: str, rounds: int) -> None:
    """Prints what `invoke` adds to a bare POST, and what a chain adds to `invoke`."""
    llm = CareerV2LLM(endpoint_id=ENDPOINT, api_key=KEY, base_url=base_url)
    chain, session = career_chain(DOMAIN, llm), requests.Session()
    prompt = domain_prompt(DOMAIN).format(request=REQUEST)
    body = {"input": {"prompt": prompt, "sampling_params": {"max_tokens": 200, "stop": ["<|im_end|>"]}}}
    headers = {"Authorization": f"Bearer {KEY}"}

    def bare() -> object:
        return session.post(f"{base_url}/{ENDPOINT}/runsync", json=body, headers=headers).json()

    if llm.invoke(prompt) != TEXT or chain.invoke(REQUEST).keywords != TEXT.split(", "):
        raise SystemExit("the model or the chain gave another answer than the server's")
    runs = {"bare": bare, "llm": lambda: llm.invoke(prompt), "chain": lambda: chain.invoke(REQUEST)}
    spent = medians({name: partial(seconds, run) for name, run in runs.items()}, rounds)
    ms = {name: 1000 * took for name, took in spent.items()}
    print(f"llm.invoke: {ms['llm']:.2f} ms, requests {ms['bare']:.2f} ms, over {ms['llm'] - ms['bare']:.2f} ms")
    print(f"chain.invoke: {ms['chain']:.2f} ms, llm.invoke {ms['llm']:.2f} ms, over {ms['chain'] - ms['llm']:.2f} ms")


def streams(rounds: int) -> None:
    """Prints what `career_stream` adds to each piece of a model's own stream."""
    llm = FakeStreamingListLLM(responses=[TEXT] * 2)
    chain = career_chain(DOMAIN, llm)
    runs = {"llm": lambda: list(llm.stream(REQUEST)), "chain": lambda: list(career_stream(chain, REQUEST))}
    spent = medians({name: partial(seconds, run) for name, run in runs.items()}, rounds)
    each = 1000 * (spent["chain"] - spent["llm"]) / len(TEXT)
    print(f"career_stream: {each:.3f} ms over the model's own stream for each of {len(TEXT)} pieces")


def imports() -> None:
    """Prints what a plain import costs beside bare Python."""
    codes = ("pass", "import langchain_careerv2")
    spent = medians({code: partial(seconds, partial(start_python, code)) for code in codes}, IMPORTS)
    bare, ours = (1000 * spent[code] for code in codes)
    print(f"import: {ours:.1f} ms, bare Python {bare:.1f} ms, ratio {ours / bare:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1000)
    rounds = parser.parse_args().rounds
    with canned(0.0) as base_url:
        calls(base_url, rounds)
    streams(rounds // 10 or 1)
    imports()
