"""The ladder against the local endpoint: budgets, deadlines, the ledger, JSON under constraints, and their proof."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from langchain_careerv2 import ContractError, career_chain, generate
from langchain_careerv2.domains import DOMAINS, JSON_INSTRUCTION, Answer, Domain
from langchain_careerv2.errors import (
    AuthenticationError,
    ConfigurationError,
    EndpointTimeoutError,
    InvalidRequestError,
    RequestError,
)
from langchain_careerv2.evals.cases import PROMPTS
from langchain_careerv2.ledger import Ledger
from langchain_careerv2.runpod.outputs import Usage
from langchain_careerv2.serving import LocalEndpoint, OfflineEngine
from langchain_careerv2.structured import DIALECTS, KNOWN, RUNAWAYS
from tests.integration_tests.blind import Blind

EACH = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
SEEDS = 200
BROKEN = OfflineEngine(defect_rate=1, defects=("repeats",))
ROOM = 16_384
"""A context in which a prompt and a form fit where every byte is a token."""


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    KNOWN.clear()
    yield
    KNOWN.clear()


def rungs(ledger: Ledger) -> list[str]:
    return [attempt.rung for attempt in ledger.attempts]


class Scripted:
    """A worker that answers with texts in order, the last one for ever, and keeps what it was asked."""

    def __init__(self, *texts: str, finish: str = "stop") -> None:
        self.asked: list[dict[str, Any]] = []
        self._texts = texts
        self._finish = finish

    async def worker(self, job_input: Any) -> Any:
        self.asked.append(job_input)
        text = self._texts[min(len(self.asked), len(self._texts)) - 1]
        return [
            {
                "choices": [{"text": text, "finish_reason": self._finish}],
                "usage": {"prompt_tokens": len(job_input["prompt"]) // 4, "completion_tokens": len(text) // 4},
            }
        ]

    def tokens(self) -> list[int]:
        return [asked["sampling_params"]["max_tokens"] for asked in self.asked]


@EACH
def test_under_the_schema_a_model_that_knows_nothing_passes_the_gate(domain: Domain[Answer]) -> None:
    blind = Blind(0)
    with LocalEndpoint(worker=blind.worker) as endpoint:
        chain = career_chain(domain, endpoint.llm(max_model_len=ROOM), include_raw=True)
        results = asyncio.run(chain.abatch([f"request {seed}" for seed in range(SEEDS)]))
        assert endpoint.live_jobs() == []
        assert endpoint.usage == blind.usage
    assert len({str(result["parsed"]) for result in results}) == SEEDS
    for result in results:
        draft, reask, form = result["raw"]
        assert result["parsed"] is form.reading.answer
        assert (form.rung, form.constrained, form.reading.ok) == ("json", True, True)
        assert not draft.reading.ok
        assert not reask.reading.ok
    assert sum((result["ledger"].usage for result in results), Usage()) == blind.usage


@EACH
def test_without_the_schema_it_never_passes(domain: Domain[Answer]) -> None:
    with LocalEndpoint(worker=Blind(0).worker) as endpoint:
        llm = endpoint.llm(max_model_len=ROOM, dialect="none")
        chain = career_chain(domain, llm, include_raw=True, json_first="always")
        results = asyncio.run(chain.abatch([f"request {seed}" for seed in range(20)]))
    assert all(result["parsed"] is None for result in results)
    assert not any(attempt.constrained for result in results for attempt in result["raw"])


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "none"])
def test_a_probe_finds_the_dialect_that_is_honoured(dialect: Any) -> None:
    with LocalEndpoint(worker=Blind(1, dialects=frozenset({dialect})).worker) as endpoint:
        llm = endpoint.llm(max_model_len=ROOM)
        found = llm.probe()
        assert found.dialect == llm.json_dialect() == endpoint.llm().json_dialect() == dialect
        names = list(DIALECTS)[: list(DIALECTS).index(dialect) + 1]
        assert found.verdicts == {name: "honoured" if name == dialect else "ignored" for name in names}
        result = career_chain("ats_keywords", llm, include_raw=True, json_first="always").invoke("Help")
    assert result["raw"][0].dialect == dialect


def test_a_server_that_ignores_or_refuses_every_dialect_is_found_out() -> None:
    ignores = Blind(1, dialects=frozenset(), refuses=frozenset({"guided_json"}))
    with LocalEndpoint(worker=ignores.worker) as endpoint:
        found = endpoint.llm().probe()
    assert found.dialect == "none"
    assert found.verdicts == {"structured_outputs": "ignored", "response_format": "ignored", "guided_json": "refused"}


def test_a_probe_of_an_endpoint_that_does_not_answer_is_an_error_and_keeps_nothing() -> None:
    with LocalEndpoint() as endpoint, pytest.raises(AuthenticationError):
        endpoint.llm(api_key="wrong").probe()
    assert not KNOWN


@pytest.mark.parametrize("route", ["native", "openai"])
def test_a_good_form_of_a_server_that_ignores_the_schema_is_not_called_constrained(route: Any) -> None:
    with LocalEndpoint() as endpoint:
        llm = endpoint.llm(route=route)
        result = career_chain("ats_keywords", llm, include_raw=True, json_first="always").invoke("a nurse")
    (attempt,) = result["raw"]
    assert (attempt.reading.ok, attempt.dialect, attempt.constrained) == (True, "structured_outputs", False)


def test_a_refused_dialect_costs_one_attempt_and_is_not_used_again() -> None:
    answer = DOMAINS["ats_keywords"].read(DOMAINS["ats_keywords"].exemplars[0]).answer
    assert answer is not None
    form = json.dumps(answer.form())

    async def old(job_input: Any) -> Any:
        if "structured_outputs" in job_input["sampling_params"]:
            raise ValueError("Unexpected keyword argument 'structured_outputs'")
        return form

    with LocalEndpoint(worker=old) as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm(), include_raw=True, json_first="always")
        first, second = chain.invoke("Help"), chain.invoke("Help")
    assert first["parsed"] == second["parsed"] == answer
    refused, answered = first["raw"]
    assert isinstance(refused.error, InvalidRequestError)
    assert (refused.dialect, answered.dialect) == ("structured_outputs", "none")
    assert answered.reason == "InvalidRequestError"
    assert [attempt.dialect for attempt in second["raw"]] == ["none"]


def test_a_runaway_of_blanks_is_cut_after_a_few_tokens() -> None:
    blind = Blind(3, dialects=frozenset({"response_format"}), blanks=True)
    with LocalEndpoint(worker=blind.worker) as endpoint:
        llm = endpoint.llm(max_model_len=ROOM, dialect="response_format")
        results = [
            career_chain("job_description", llm, include_raw=True, json_first="always").invoke(f"request {seed}")
            for seed in range(10)
        ]
    for result in results:
        for attempt in result["raw"]:
            assert attempt.usage.completion_tokens <= 64
            assert attempt.reading.problem


@EACH
def test_no_form_holds_what_ends_a_runaway(domain: Domain[Answer]) -> None:
    for exemplar in domain.exemplars:
        answer = domain.read(exemplar).answer
        assert answer is not None
        for indent in (None, 1, 2, 4, 8, "\t"):
            assert not any(blanks in json.dumps(answer.form(), indent=indent) for blanks in RUNAWAYS)


@pytest.mark.parametrize("name", DOMAINS)
def test_the_ledger_is_what_the_endpoint_counted_on_success_and_on_failure(name: str) -> None:
    requests: list[str | dict[str, str]] = list(PROMPTS[name])
    with LocalEndpoint(OfflineEngine(seed=2, defect_rate=0.7)) as endpoint:
        results = [generate(name, request, llm=endpoint.llm()) for request in PROMPTS[name]]
        assert sum((result.usage for result in results), Usage()) == endpoint.usage
        assert len({len(result.attempts) for result in results}) > 1
        jobs = [entry["job_id"] for result in results for entry in result.ledger.summary()["attempts"]]
        assert set(jobs) == set(endpoint.jobs())
    with LocalEndpoint(OfflineEngine(seed=2, defect_rate=0.7)) as endpoint:
        raw = career_chain(name, endpoint.llm(), include_raw=True).batch(requests)
        assert sum((result["ledger"].usage for result in raw), Usage()) == endpoint.usage
    with LocalEndpoint(BROKEN) as endpoint:
        errors = career_chain(name, endpoint.llm(), lens="strict").batch(requests, return_exceptions=True)
        assert all(isinstance(error, ContractError) for error in errors)
        assert sum((error.usage for error in errors), Usage()) == endpoint.usage
        for entry in errors[0].ledger.summary()["attempts"]:
            assert entry["execution_ms"] >= 0
            assert entry["delay_ms"] >= 0


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_no_attempt_starts_that_the_deadline_cannot_hold(way: str) -> None:
    with LocalEndpoint(BROKEN, latency=1.3) as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm(timeout=2.5))
        with pytest.raises(ContractError, match=r"no further attempt: .* s are left") as caught:
            chain.invoke("Help") if way == "invoke" else asyncio.run(chain.ainvoke("Help"))
        assert endpoint.submits == 1
    assert rungs(caught.value.ledger) == ["draft"]


def test_no_attempt_starts_that_the_tokens_cannot_hold() -> None:
    with LocalEndpoint(BROKEN) as endpoint:
        llm = endpoint.llm()
        whole = generate("ats_keywords", "a nurse", llm=llm)
        for cap in (500, 700, 1000, 2000, 4000):
            capped = generate("ats_keywords", "a nurse", llm=llm, max_total_tokens=cap)
            assert capped.usage.total_tokens <= cap
            assert rungs(capped.ledger) == rungs(whole.ledger)[: len(capped.attempts)]
            assert bool(capped.ledger.stopped) is (len(capped.attempts) < len(whole.attempts))
        jobs = endpoint.submits
        with pytest.raises(RequestError, match="tokens are left"):
            generate("ats_keywords", "a nurse", llm=llm, max_total_tokens=100)
        assert endpoint.submits == jobs


def test_a_cut_answer_gets_twice_the_tokens_and_json_as_many_as_it_can_take() -> None:
    scripted = Scripted("Python, SQL, Kuber", finish="length")
    with LocalEndpoint(worker=scripted.worker) as endpoint:
        generate("ats_keywords", "Help", llm=endpoint.llm(), max_reasks=2)
        domain = DOMAINS["ats_keywords"]
        assert scripted.tokens() == [150, 300, 600, domain.form_tokens, domain.form_tokens]
        scripted.asked.clear()
        generate("ats_keywords", "Help", llm=endpoint.llm(max_tokens=99), max_reasks=2)
        generate("ats_keywords", "Help", llm=endpoint.llm().bind(max_tokens=98), max_reasks=0)
        assert scripted.tokens() == [99] * 5 + [98] * 3
        scripted.asked.clear()
        generate("ats_keywords", "Help", llm=endpoint.llm(max_model_len=700))
    *_, last = zip(scripted.asked, scripted.tokens(), strict=True)
    assert len(last[0]["prompt"]) // 4 + last[1] <= 700


def test_the_handler_is_asked_for_text_only_and_within_its_clamp() -> None:
    scripted = Scripted("Python, SQL, Kuber", finish="length")
    with LocalEndpoint(worker=scripted.worker) as endpoint:
        llm = endpoint.llm(handler=True)
        result = generate("job_description", "Help", llm=llm, max_reasks=2)
        with pytest.raises(ConfigurationError):
            career_chain("job_description", llm, json_first="always")
    assert rungs(result.ledger) == ["draft", "clarifier", "clarifier"]
    assert scripted.tokens() == [230, 256, 256]


def test_the_json_request_carries_the_schema_and_the_prompt_its_examples() -> None:
    scripted = Scripted("no")
    with LocalEndpoint(worker=scripted.worker) as endpoint:
        generate("job_resume_match", "Help", llm=endpoint.llm(stop=["END"]))
    draft, _, form, _ = scripted.asked
    assert "structured_outputs" not in draft["sampling_params"]
    assert form["sampling_params"]["structured_outputs"]["json"] == DOMAINS["job_resume_match"].schema
    assert form["sampling_params"]["stop"] == ["END", *RUNAWAYS]
    assert JSON_INSTRUCTION in form["prompt"]
    assert "careerv2/" not in form["prompt"]


def test_a_draft_that_the_deadline_kills_is_the_endpoints_error() -> None:
    with LocalEndpoint(workers=0) as endpoint, pytest.raises(EndpointTimeoutError):
        career_chain("ats_keywords", endpoint.llm(timeout=0.3), include_raw=True).invoke("Help")
