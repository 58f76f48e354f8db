"""Answers labelled by hand, with the reason for each label: what is read, what is rejected, and what the guide says."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from langchain_careerv2.domains import DOMAINS, Answer, Reading

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("labelled.jsonl").read_text("utf-8").splitlines()
]
EACH = pytest.mark.parametrize("row", ROWS, ids=[f"{row['domain']}: {row['reason']}" for row in ROWS])


def read(row: dict[str, Any], **more: Any) -> Reading[Answer]:
    return DOMAINS[row["domain"]].read(row["text"], truncated=row["truncated"], **more)


@EACH
def test_it_is_read_and_judged_as_labelled(row: dict[str, Any]) -> None:
    reading = read(row)
    assert sorted({issue.code for issue in reading.issues if issue.severity == "gate"}) == row["gates"]
    if reading.answer is not None:
        fields = reading.answer.model_dump()
        assert {name: len(fields[name]) for name in row["counts"]} == row["counts"]
        assert fields.get("score") == row.get("score", fields.get("score"))
    else:
        assert reading.problem or "score" in row["gates"]


@EACH
def test_what_it_renders_to_reads_as_the_same_answer(row: dict[str, Any]) -> None:
    answer = read(row).answer
    if answer is not None:
        assert DOMAINS[row["domain"]].read(str(answer)).answer == answer


@EACH
def test_its_form_reads_as_the_same_verdict(row: dict[str, Any]) -> None:
    answer = read(row).answer
    if answer is not None and not row["gates"]:
        reading = DOMAINS[row["domain"]].read(json.dumps(answer.form()))
        assert (reading.problem, reading.proved) == ("", False)
        assert reading.answer is not None
        assert reading.answer.form() == answer.form()


def test_the_labels_hold_both_verdicts_in_every_domain() -> None:
    counts = Counter((row["domain"], bool(row["gates"])) for row in ROWS)
    assert len(ROWS) >= 120
    assert all(counts[name, rejected] >= 20 for name in DOMAINS for rejected in (True, False))


def guides_v_resume(t: str) -> list[str]:
    """As the guide prints it."""
    verbs = ["led", "built", "developed", "managed", "created", "improved", "optimized", "designed", "implemented",
             "achieved"]  # fmt: skip
    issues = []
    if len(t.split()) < 50:
        issues.append("len")
    if not re.search(r"^\s*[\d\-\*\•]", t, re.M):
        issues.append("bullets")
    if not any(v in t.lower() for v in verbs):
        issues.append("verbs")
    if ("ats keywords" not in t.lower()) and t.count(",") < 5:
        issues.append("ats_line")
    return issues


def guides_v_jd(t: str) -> list[str]:
    """As the guide prints it."""
    issues = []
    if len(t.split()) < 100:
        issues.append("len")
    if sum(s in t.lower() for s in ["responsibilities", "requirements"]) < 2:
        issues.append("sections")
    if len(re.findall(r"^\s*[\d\-\*\•]", t, re.M)) < 8:
        issues.append("bullets")
    return issues


@EACH
def test_reference_says_what_the_guides_code_says(row: dict[str, Any]) -> None:
    printed = {"resume_guidance": guides_v_resume, "job_description": guides_v_jd}.get(row["domain"])
    if not row["text"].lstrip().startswith(("{", "```")):
        expected = printed(row["text"]) if printed else []
        assert [issue.code for issue in read(row, lens="reference").issues] == expected


def test_the_guides_checks_are_wrong_in_both_directions() -> None:
    verdicts = Counter((read(row, lens="reference").ok, not row["gates"]) for row in ROWS)
    assert verdicts[True, False] > 0
    assert verdicts[False, True] > 0


@EACH
def test_strict_rejects_what_is_short_of_the_contract(row: dict[str, Any]) -> None:
    default, strict = read(row), read(row, lens="strict")
    assert strict.ok is (not default.issues)
    assert {issue.code for issue in strict.issues} == {issue.code for issue in default.issues}
