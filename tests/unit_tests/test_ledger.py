from __future__ import annotations

import json

from langchain_core.messages import ToolMessage

from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.errors import EndpointTimeoutError
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.runpod.outputs import Usage

DOMAIN = DOMAINS["ats_keywords"]
GOOD = DOMAIN.exemplars[0]


def best(*attempts: Attempt) -> Attempt:
    return Ledger(attempts).best


def test_the_best_attempt_has_the_fewest_gate_issues_then_the_fewest_others_then_comes_first() -> None:
    rejected = Attempt("a", DOMAIN.read("no"))
    short = Attempt("b", DOMAIN.read(", ".join(f"w{n}" for n in range(15))))
    good, good_too = Attempt("c", DOMAIN.read(GOOD)), Attempt("d", DOMAIN.read(GOOD))
    assert best(rejected, short) is short
    assert best(short, rejected) is short
    assert best(short, good, good_too) is good
    assert best(rejected, Attempt("e", DOMAIN.read("no"))) is rejected


def test_an_attempt_without_an_answer_is_never_the_best_even_where_every_text_passes() -> None:
    reading = DOMAINS["job_resume_match"].read("", lens="reference")
    assert reading.ok
    lost, rejected = Attempt("a", reading, error=EndpointTimeoutError("late")), Attempt("b", DOMAIN.read("no"))
    assert best(lost, rejected) is rejected


def test_an_accepted_attempt_is_better_than_one_that_only_passed() -> None:
    domain = DOMAINS["job_resume_match"]
    passed, accepted = (Attempt("a", domain.read(text, lens="reference")) for text in ("fine", domain.exemplars[0]))
    assert passed.reading.rank == accepted.reading.rank
    assert (passed.accepted, accepted.accepted) == (False, True)
    assert best(passed, accepted) is accepted


def test_what_is_not_counted_is_taken_for_as_much_as_it_could_be() -> None:
    reading = DOMAIN.read("no")
    assert Ledger((Attempt("a", reading, usage=Usage(3, 4), limit=99), Attempt("b", reading, limit=50))).spent == 57


def test_the_usage_is_summed_and_a_summary_is_json_without_any_text() -> None:
    ledger = Ledger(
        (
            Attempt("draft", DOMAIN.read("A candidate's secret"), usage=Usage(10, 5), truncated=True),
            Attempt("re-ask", DOMAIN.read(""), "cut", error=EndpointTimeoutError("late")),
            Attempt("json_first", DOMAIN.read('{"keywords": ["secret'), "EndpointTimeoutError", usage=Usage(20, 7)),
        ),
        stopped="no time",
    )
    assert ledger.usage == Usage(30, 12)
    summary = json.loads(json.dumps(ledger.summary()))
    assert (summary["prompt_tokens"], summary["completion_tokens"], summary["stopped"]) == (30, 12, "no time")
    assert [entry["rung"] for entry in summary["attempts"]] == ["draft", "re-ask", "json_first"]
    assert [entry["error"] for entry in summary["attempts"]] == [None, "EndpointTimeoutError", None]
    assert "secret" not in json.dumps(summary)
    assert [entry["ok"] for entry in summary["attempts"]] == [False] * 3
    assert [attempt.failure for attempt in ledger.attempts] == [
        "cut",
        "EndpointTimeoutError",
        "json: no complete JSON at character 14",
    ]


def test_a_message_that_carries_a_ledger_is_written_as_json() -> None:
    failed = Attempt("draft", DOMAIN.read("Rust"), error=EndpointTimeoutError("late"))
    message = ToolMessage("no", tool_call_id="1", artifact={"ledger": Ledger((failed,))})
    (attempt,) = json.loads(message.model_dump_json())["artifact"]["ledger"]["attempts"]
    assert (attempt["rung"], attempt["error"]) == ("draft", "EndpointTimeoutError")
    assert message.model_dump()["artifact"]["ledger"]["attempts"] == (failed,)
