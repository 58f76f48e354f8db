"""Runs the cases through the chains, writes the guide's CSV, and counts pass rates of drafts and of kept answers."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig

from langchain_careerv2.batches import bounded, progressing, side_by_side, unwrapped
from langchain_careerv2.chains import Generated, JsonFirst, generate
from langchain_careerv2.domains import DOMAINS, Lens
from langchain_careerv2.errors import EndpointError
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.privacy import Mode, Privacy

COLUMNS = ("domain", "prompt", "ok", "issues", "len", "preview", "status", "latency")
"""The guide's columns; `status` is `ok`, or the name of the error that left the case without an answer."""
PREVIEW = 160
"""Characters of an answer in the CSV."""


@dataclass(frozen=True)
class Row:
    """One case and what came of it; `result` is None where the endpoint gave no answer."""

    domain: str
    prompt: str
    status: str
    latency: float
    result: Generated | None

    @property
    def first_ok(self) -> bool:
        """Whether the draft alone passed."""
        return self.result is not None and self.result.attempts[0].reading.ok

    @property
    def ok(self) -> bool:
        """Whether the kept answer passed."""
        return self.result is not None and self.result.ok


def run_suite(
    llm: CareerV2LLM,
    cases: Iterable[tuple[str, str]],
    *,
    lens: Lens = "default",
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    privacy: Mode | Privacy = "mask",
    progress: bool | str = False,
) -> list[Row]:
    """Runs the cases side by side, as many at once as the model allows, and returns their rows in order.

    An endpoint that gives no answer to a case costs that case its answer, not the run: see `Row.status`. The lens
    `reference` judges as the guide's printed validators do, for a comparison with an old run. `progress=True`, or a
    bar's title, shows a progress bar.
    """
    cases = list(cases)

    def one(case: tuple[str, str], _: RunnableConfig) -> Row:
        domain, prompt = case
        began = time.monotonic()
        settings: Any = {"lens": lens, "json_first": json_first, "max_reasks": max_reasks, "privacy": privacy}
        try:
            result = generate(domain, prompt, llm=llm, **settings)
            status = "ok"
        except EndpointError as error:
            result, status = None, type(error).__name__
        return Row(domain, prompt, status, time.monotonic() - began, result)

    with progressing(progress, len(cases)) as tick:
        return unwrapped(side_by_side(one, cases, bounded(None, len(cases), llm.max_concurrency), tick))


def write_csv(rows: Sequence[Row], path: str | Path) -> None:
    """Writes the rows under the guide's columns; the file appears whole or not at all."""
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_cells(row) for row in rows)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _cells(row: Row) -> tuple[object, ...]:
    issues = row.result.issues if row.result else ()
    text = row.result.text if row.result else ""
    preview = " ".join(text.split())[:PREVIEW]
    codes = ";".join(issue.code for issue in issues if issue.severity == "gate")
    return (row.domain, row.prompt, row.ok, codes, len(text.split()), preview, row.status, f"{row.latency:.3f}")


@dataclass(frozen=True)
class Rate:
    """A domain's pass rates: `first` counts drafts, `final` kept answers, both of `n` answered cases."""

    domain: str
    n: int
    first: int
    final: int
    unanswered: int
    target: float

    @property
    def met(self) -> bool:
        """Whether the final share reaches the guide's target."""
        return self.n > 0 and self.final >= self.target * self.n


def rates(rows: Sequence[Row]) -> Iterator[Rate]:
    """Pass rates per domain, over the answered cases; an unanswered case is neither passed nor failed."""
    for name, domain in DOMAINS.items():
        mine = [row for row in rows if row.domain == name]
        answered = [row for row in mine if row.result is not None]
        first, final = sum(row.first_ok for row in answered), sum(row.ok for row in answered)
        if mine:
            yield Rate(name, len(answered), first, final, len(mine) - len(answered), domain.target)
