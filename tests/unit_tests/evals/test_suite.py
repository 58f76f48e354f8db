from __future__ import annotations

import csv
from pathlib import Path

import pytest

from langchain_careerv2.chains import Generated
from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.evals.cases import PROMPTS, cases
from langchain_careerv2.evals.suite import COLUMNS, Row, rates, write_csv
from langchain_careerv2.ledger import Attempt, Ledger

ATS = DOMAINS["ats_keywords"]


def row(*texts: str, status: str = "ok", prompt: str = "p") -> Row:
    if status != "ok":
        return Row("ats_keywords", prompt, status, 1.0, None)
    attempts = tuple(Attempt("draft", ATS.read(text)) for text in texts)
    ledger = Ledger(attempts)
    kept = ledger.best.reading
    return Row(
        "ats_keywords",
        prompt,
        status,
        1.23456,
        Generated(kept.ok, kept.issues, kept.text, kept.answer, ledger),
    )


GOOD = ATS.exemplars[0]
ROWS = [row(GOOD), row("bad", GOOD), row("bad", "bad", prompt="=1+1"), row(status="EndpointTimeoutError")]


def test_every_domain_has_prompts_and_no_prompt_twice() -> None:
    assert set(PROMPTS) == set(DOMAINS)
    every = [prompt for prompts in PROMPTS.values() for prompt in prompts]
    assert len(every) == len(set(every)) == 40
    assert list(cases(1)) == [(name, PROMPTS[name][0]) for name in DOMAINS]
    assert len(list(cases(99))) == 40


def test_the_csv_has_the_guides_columns_and_a_row_a_case(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(ROWS, path)
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0]) == COLUMNS == ("domain", "prompt", "ok", "issues", "len", "preview", "status", "latency")
    assert [(line["ok"], line["issues"], line["status"]) for line in read] == [
        ("True", "", "ok"),
        ("True", "", "ok"),
        ("False", "count", "ok"),
        ("False", "", "EndpointTimeoutError"),
    ]
    assert (read[0]["len"], read[0]["latency"]) == ("43", "1.235")
    assert read[0]["preview"].startswith("1. Audit, Budgeting")
    assert len(read[0]["preview"]) == 160


def test_a_csv_that_cannot_be_written_leaves_no_part_behind(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("yesterday")

    def failing() -> list[Row]:
        raise KeyboardInterrupt

    class Rows(list[Row]):
        def __iter__(self) -> object:  # type: ignore[override]  # fails in the middle
            yield ROWS[0]
            failing()

    with pytest.raises(KeyboardInterrupt):
        write_csv(Rows(), path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]
    assert path.read_text() == "yesterday"


def test_rates_count_drafts_and_kept_answers_and_leave_out_the_unanswered() -> None:
    (rate,) = rates(ROWS)
    assert (rate.domain, rate.n, rate.first, rate.final, rate.unanswered, rate.target) == (
        "ats_keywords",
        3,
        1,
        2,
        1,
        0.95,
    )
    assert not rate.met
    (good,) = rates([row(GOOD)])
    assert good.met
    (none,) = rates([row(status="ServerError")])
    assert (none.n, none.met) == (0, False)
