from __future__ import annotations

from typing import Any

import pytest

from langchain_careerv2.gates import Blocked, Policy, Route, classify
from langchain_careerv2.gates.policy import MESSAGES

SALARY = Route("salary", "how much someone earns", "how much does a nurse earn")


def test_salary_and_market_are_blocked_and_the_reason_is_told() -> None:
    blocked = Policy().gate(SALARY)
    assert blocked == Blocked("salary", MESSAGES["salary"], SALARY.rule, SALARY.matched)
    assert str(blocked) == blocked.message
    assert Policy().gate(Route("market", "a market", "job market")) is not None


def test_everything_else_may_be_asked() -> None:
    assert Policy().gate(Route("other", "coaching about pay", "negotiate")) is None
    assert Policy().gate(classify("Write a JD for a nurse, pay 30-35 EUR an hour")) is None


def test_a_message_promises_nothing_and_says_what_can_be_asked() -> None:
    for message in MESSAGES.values():
        assert "resume" in message
        assert not any(word in message for word in ("soon", "later", "will be", "contact"))


def test_a_policy_blocks_what_it_is_told_to() -> None:
    policy = Policy(blocks=frozenset({"other"}))
    assert policy.gate(SALARY) is None
    assert policy.gate(Route("other", "none", "")) == Blocked("other", "This is not answered here.", "none", "")


def test_an_answer_with_a_pay_figure_of_its_own_is_held_back() -> None:
    answer = "**Summary:** A nurse. Salary: 85-105k a year"
    assert getattr(Policy().check(answer, "JD for a nurse"), "rule", "") == "answer: pay figure"
    assert Policy().check(answer, "JD for a nurse, 85-105k") is None
    assert Policy(figures="flag").check(answer, "JD for a nurse") is None
    assert Policy(figures="allow").check(answer, "JD for a nurse") is None
    assert Policy(blocks=frozenset()).check(answer, "what does a nurse earn", "salary") is None


def test_outside_of_the_domains_every_amount_of_money_is_held_back() -> None:
    assert Policy().check("A nurse is at 85k there.", "How do I negotiate?", "other") is not None
    assert Policy().check("A nurse is at 85k there.", "JD for a nurse", "job_description") is None


@pytest.mark.parametrize("blocks", ["salary", {"salery"}, {"salary_intelligence"}])
def test_a_policy_of_labels_that_are_none_is_refused(blocks: Any) -> None:
    with pytest.raises(ValueError, match="there are: resume_guidance"):
        Policy(blocks=blocks)
    with pytest.raises(ValueError, match="hold, flag, allow"):
        Policy(figures="Hold")  # type: ignore[arg-type]  # the mistake under test


def test_messages_of_ones_own_stand_beside_the_others() -> None:
    policy = Policy(messages={"salary": "Ask HR."})
    assert str(policy.gate(SALARY)) == "Ask HR."
    assert str(policy.gate(Route("market", "a market", "job market"))) == MESSAGES["market"]
