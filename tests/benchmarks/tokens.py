"""How right the estimate of a text's tokens is, beside Qwen's own vocabulary.

It needs tiktoken, and the file `qwen.tiktoken` of the package dashscope (in its folder `resources`).
"""

from __future__ import annotations

import argparse
import base64
import json
from importlib import import_module
from pathlib import Path
from statistics import quantiles

from langchain_careerv2.tokens import at_most, likely

TESTS = Path(__file__).parents[1] / "unit_tests"
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2.5 splits a text before it looks words up."""
LEAST = 200
"""Characters of a text that is looked at."""


def texts() -> dict[str, list[str]]:
    """The tests' own documents, questions (fifteen a text) and answers."""
    found: dict[str, list[str]] = {}
    for path in sorted([*TESTS.glob("gates/*.jsonl"), *TESTS.glob("domains/*.jsonl"), *TESTS.glob("trimming/*.jsonl")]):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        said = [max((each for each in row.values() if isinstance(each, str)), key=len) for row in rows]
        if path.stem == "questions":
            said = ["\n".join(said[start : start + 15]) for start in range(0, len(said), 15)]
        found[path.stem] = [text for text in said if len(text) >= LEAST]
    return found


def spread(ratios: list[float]) -> str:
    """The 5th, 50th and 95th of a hundred."""
    cut = quantiles(ratios, n=20)
    return f"{cut[0]:.2f}, {cut[9]:.2f}, {cut[18]:.2f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("vocabulary", type=Path)
    lines = parser.parse_args().vocabulary.read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}
    tiktoken = import_module("tiktoken")
    encoding = tiktoken.Encoding("qwen", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})
    every: list[tuple[str, int]] = []
    for name, each in texts().items():
        counted = [(text, len(encoding.encode(text, disallowed_special=()))) for text in each]
        every += counted
        print(
            f"{name}: {len(each)} texts, likely {spread([likely(text) / true for text, true in counted])} of the count"
        )
    print(f"all: {len(every)} texts, likely {spread([likely(text) / true for text, true in every])} of the count")
    print(f"all: {len(every)} texts, at most {spread([at_most(text) / true for text, true in every])} of the count")
