"""`careerv2 demo`: the main job, end to end, on this machine alone."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table

from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.evals.cases import cases
from langchain_careerv2.evals.suite import Row, rates, run_suite, write_csv
from langchain_careerv2.serving.local import LocalEndpoint
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine


def run(out: Console, engine: OfflineEngine, count: int, csv_path: Path) -> None:
    """Runs the quality suite on the local endpoint, shows an answer per domain and the pass rates, writes the CSV."""
    with LocalEndpoint(engine) as endpoint:
        _say(out, f"Local endpoint: {endpoint.base_url}/{endpoint.endpoint_id}")
        _say(out, f"Answers by: {ENGINE_NAME}; {engine.defect_rate:.0%} of them get a planted defect")
        rows = run_suite(endpoint.llm(), cases(count))
        left = len(endpoint.live_jobs())
    for name in DOMAINS:
        _show(out, _telling([row for row in rows if row.domain == name]))
    write_csv(rows, csv_path)
    out.print(_table(rows))
    _say(out, f"{len(rows)} rows in {csv_path}; {left} jobs left running")
    _say(out, "These rates show the ladder at work on planted defects; they say nothing about the real model.")


def _say(out: Console, text: str) -> None:
    out.print(text, markup=False, soft_wrap=True)


def _telling(rows: list[Row]) -> Row:
    """The first row whose draft was repaired, else the first that passed, else the first."""
    repaired = [row for row in rows if row.ok and not row.first_ok]
    return [*repaired, *(row for row in rows if row.ok), *rows][0]


def _show(out: Console, row: Row) -> None:
    out.rule(row.domain)
    _say(out, f"> {row.prompt}")
    if row.result is None:
        _say(out, f"no answer: {row.status}")
        return
    if not row.first_ok:
        for attempt in row.result.attempts[:-1]:
            _say(out, f"{attempt.rung} rejected: {'; '.join(attempt.reading.gates)}")
        _say(out, f"then {row.result.attempts[-1].rung}:")
    title = f"{type(row.result.answer).__name__}, checked" if row.ok else "rejected: no attempt passed"
    out.print(Panel(Markdown(str(row.result.answer or row.result.text)), title=title))


def _table(rows: list[Row]) -> Table:
    table = Table("domain", "draft passed", "kept answer passed", "target", "")
    for rate in rates(rows):
        first, final = (f"{passed}/{rate.n}" for passed in (rate.first, rate.final))
        table.add_row(rate.domain, first, final, f"{rate.target:.0%}", "met" if rate.met else "missed")
    return table
