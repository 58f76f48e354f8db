"""Every shape in which a worker was seen to answer, as data: `shapes.json`.

The decoder is tested on each row, and the local endpoint answers in them. A row is a job as RunPod returns it, with
placeholders for what a worker writes: `$text`, `$pieces`, `$finish_reason`, `$model`, `$prompt_tokens`,
`$completion_tokens`, `$total_tokens`. An item of a list output that holds `$piece` is yielded once for each piece of
the text, and `$so_far` is the number of tokens up to it. Sources: RunPod's documentation, worker-vllm v0.1 to v2.25,
runpod 1.12, and the guide's handler.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Writing:
    """What a worker wrote: the text in pieces, and what it says about them."""

    pieces: tuple[str, ...]
    prompt_tokens: int
    completion_tokens: int
    finish_reason: str = "stop"
    model: str = "m"


@dataclass(frozen=True)
class Shape:
    """One row of the table.

    Attributes:
        row: Its number; a letter marks a variant.
        name: What it is, in words.
        job: The job's fields, with placeholders.
        worker: The generation that answers so today or did: `vllm` (v2.24 and later), `legacy` (before), `handler`.
        asked: What it answers: `prompt`, `messages`, `openai`, each also as ` stream`.
        usage: Whether it counts tokens.
        finish: Whether it says why it ended; a string where it always says the same.
        text: The text it carries; None for what the worker wrote.
        raises: The name of the typed error it is read as.
        says: What that error's message holds.
    """

    row: str
    name: str
    job: Mapping[str, Any]
    worker: str = ""
    asked: str = ""
    usage: bool = False
    finish: bool | str = False
    text: str | None = None
    raises: str = ""
    says: str = ""

    def yields(self, writing: Writing) -> Iterator[Any]:
        """What the worker yields, one output after another; an output that is no list is yielded whole."""
        output = self.job.get("output")
        for item in output if isinstance(output, list) else [output]:
            if "$piece" not in json.dumps(item).replace("$pieces", ""):
                yield _filled(item, _values(writing))
                continue
            for number, piece in enumerate(writing.pieces, 1):
                so_far = writing.completion_tokens if number == len(writing.pieces) else number
                yield _filled(item, {**_values(writing), "$piece": piece, "$so_far": so_far})

    def fill(self, writing: Writing) -> dict[str, Any]:
        """The job's fields with the worker's writing in them."""
        if "output" not in self.job:
            return dict(self.job)
        outputs = list(self.yields(writing))
        return {**self.job, "output": outputs if isinstance(self.job["output"], list) else outputs[0]}


@cache
def shapes() -> dict[str, Shape]:
    """The table, by row."""
    text = resources.files(__package__).joinpath("shapes.json").read_text(encoding="utf-8")
    return {row["row"]: Shape(**row) for row in json.loads(text)}


def _values(writing: Writing) -> dict[str, Any]:
    return {
        "$text": "".join(writing.pieces),
        "$pieces": list(writing.pieces),
        "$finish_reason": writing.finish_reason,
        "$model": writing.model,
        "$prompt_tokens": writing.prompt_tokens,
        "$completion_tokens": writing.completion_tokens,
        "$total_tokens": writing.prompt_tokens + writing.completion_tokens,
    }


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values) for inner in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    if value in values:
        return values[value]
    for name, filling in values.items():  # JSON inside of a string: an event of a stream
        value = value.replace(f'"{name}"', json.dumps(filling))
    return value
