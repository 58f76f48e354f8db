"""The ladder against the local endpoint: budgets, deadlines, the ledger, JSON under constraints, and their proof."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.globals import set_llm_cache

from langchain_careerv2 import ContractError, career_chain, generate
from langchain_careerv2.domains import DOMAINS, JSON_INSTRUCTION, Answer, Domain
from langchain_careerv2.errors import (
    AuthenticationError,
    ConfigurationError,
    EndpointTimeoutError,
    InvalidRequestError,
    JobError,
    RequestError,
)
from langchain_careerv2.evals.cases import PROMPTS
from langchain_careerv2.ledger import Ledger
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.runpod.outputs import Usage
from langchain_careerv2.serving import LocalEndpoint, OfflineEngine
from langchain_careerv2.structured import DIALECTS, KNOWN, RUNAWAYS
from tests.answers import GOOD
from tests.integration_tests.blind import Blind

EACH = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
SEEDS = 200
BROKEN = OfflineEngine(defect_rate=1, defects=("repeats",))
EXAMPLE: Any = DOMAINS["ats_keywords"].read(GOOD["ats_keywords"]).answer
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
        assert (form.rung, form.constrained, form.reading.ok) == ("json_first", True, True)
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
    form = json.dumps(EXAMPLE.form())

    async def old(job_input: Any) -> Any:
        if "structured_outputs" in job_input["sampling_params"]:
            raise ValueError("Unexpected keyword argument 'structured_outputs'")
        return form

    with LocalEndpoint(worker=old) as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm(), include_raw=True, json_first="always")
        first, second = chain.invoke("Help"), chain.invoke("Help")
    assert first["parsed"] == second["parsed"] == EXAMPLE
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


@pytest.mark.parametrize("seed", range(20))
def test_blanks_as_llama_cpp_lets_them_through_end_nothing(seed: int) -> None:
    draw = random.Random(seed)
    blanks = draw.choice(["", " ", "\n" * draw.randint(1, 2) + "".join(draw.choices(" \t", k=draw.randint(0, 20)))])
    assert not any(runaway in f"[{blanks}1{blanks},{blanks}2{blanks}]" for runaway in RUNAWAYS)


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


async def _collected(chain: Any) -> list[Any]:
    return [item async for item in chain.astream("Help")]


WAYS: dict[str, Callable[[Any], Any]] = {
    "invoke": lambda chain: chain.invoke("Help"),
    "ainvoke": lambda chain: asyncio.run(chain.ainvoke("Help")),
    "stream": lambda chain: list(chain.stream("Help")),
    "astream": lambda chain: asyncio.run(_collected(chain)),
}


def test_a_cached_draft_costs_nothing_and_has_no_job_of_its_own() -> None:
    set_llm_cache(InMemoryCache())
    try:
        with LocalEndpoint(latency=0.2) as endpoint:
            first, again = (generate("ats_keywords", "a nurse", llm=endpoint.llm()) for _ in range(2))
            assert endpoint.submits == 1
            assert first.usage == endpoint.usage
    finally:
        set_llm_cache(None)
    assert again.answer == first.answer
    assert again.usage == Usage()
    assert again.attempts[0].info == {"finish_reason": "stop"}
    assert again.attempts[0].seconds < first.attempts[0].seconds


@pytest.mark.parametrize("way", WAYS)
def test_no_attempt_starts_that_the_deadline_cannot_hold(way: str) -> None:
    with LocalEndpoint(BROKEN, latency=1.3) as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm(timeout=2.5))
        with pytest.raises(ContractError, match=r"no further attempt: .* s are left") as caught:
            WAYS[way](chain)
        assert endpoint.submits == 1
    assert rungs(caught.value.ledger) == ["draft"]


def test_a_reask_gets_what_is_left_of_the_deadline() -> None:
    limits: list[float] = []

    async def worker(job_input: Any) -> str:
        await asyncio.sleep(0.5)
        return "bad"

    class Watching(CareerV2LLM):
        def time_limit(self, kwargs: dict[str, Any]) -> float:
            limits.append(super().time_limit(kwargs))
            return limits[-1]

    with LocalEndpoint(worker=worker) as endpoint:
        same = endpoint.llm(timeout=30)
        llm = Watching(endpoint_id=same.endpoint_id, api_key=same.api_key, base_url=same.base_url, timeout=30)
        generate("ats_keywords", "Help", llm=llm, json_first="never")
    whole, draft, reask = limits
    assert whole == 30 > draft > draft - 0.5 >= reask


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


def test_a_limit_of_tokens_holds_where_nobody_counts_and_in_other_scripts() -> None:
    async def uncounted(job_input: Any) -> Any:
        return [{"choices": [{"text": "Python, SQL, Kuber", "finish_reason": "length"}]}]

    with LocalEndpoint(worker=uncounted) as endpoint:
        result = generate("ats_keywords", "a nurse", llm=endpoint.llm(), max_total_tokens=900)
    assert 0 < len(result.attempts) < 4
    assert "tokens are left" in result.ledger.stopped
    with LocalEndpoint(worker=Counting().worker) as endpoint:
        for cap in (700, 1000, 2000):
            try:
                ledger = generate("ats_keywords", CHINESE * 50, llm=endpoint.llm(), max_total_tokens=cap).ledger
            except RequestError:
                continue
            assert ledger.usage.total_tokens <= cap


CHINESE = "\u62db\u8058\u62a4\u58eb"


class Counting:
    """A worker whose tokens are a Chinese character, or four of any other; it refuses what passes the context."""

    async def worker(self, job_input: Any) -> Any:
        prompt, asked = job_input["prompt"], job_input["sampling_params"]["max_tokens"]
        foreign = sum(ord(char) > 127 for char in prompt)
        tokens = foreign + (len(prompt) - foreign) // 4
        if tokens + asked > 4096:
            raise ValueError("context length")
        usage = {"prompt_tokens": tokens, "completion_tokens": min(asked, 50)}
        return [{"choices": [{"text": "bad", "finish_reason": "stop"}], "usage": usage}]


def test_a_form_is_given_the_room_that_the_context_has() -> None:
    with LocalEndpoint(worker=Counting().worker) as endpoint:
        for request in (CHINESE * 300, "hire a nurse " * 400):
            result = generate("job_description", request, llm=endpoint.llm(), json_first="always")
            assert [attempt.error for attempt in result.attempts] == [None, None]


@pytest.mark.parametrize("behind", ["with_retry", "with_fallbacks", "bind", "with_config"])
def test_a_model_behind_a_retry_a_fallback_or_a_binding_is_still_a_career_model(behind: str) -> None:
    with LocalEndpoint(BROKEN) as endpoint:
        llm: Any = endpoint.llm()
        given = {"with_fallbacks": ([llm],), "with_config": ({"tags": ["x"]},)}.get(behind, ())
        model = getattr(llm, behind)(*given, **({"temperature": 0.1} if behind == "bind" else {}))
        result = generate("ats_keywords", "a nurse", llm=model, max_total_tokens=1500)
        assert result.usage == endpoint.usage
        assert len(result.attempts) > 1
        assert result.usage.total_tokens <= 1500
        handler = endpoint.llm(handler=True).with_retry()
        assert rungs(generate("ats_keywords", "a nurse", llm=handler).ledger) == ["draft", "re-ask"]


def test_a_batch_of_a_chain_is_as_wide_as_its_bound_model_allows() -> None:
    running: list[int] = [0]
    most: list[int] = []

    async def worker(job_input: Any) -> str:
        running[0] += 1
        most.append(running[0])
        await asyncio.sleep(0.02)
        running[0] -= 1
        return GOOD["ats_keywords"]

    with LocalEndpoint(worker=worker, workers=40) as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm(max_concurrency=3).bind(temperature=0))
        asyncio.run(chain.abatch(["Help"] * 20))
        chain.batch(["Help"] * 20)
    assert max(most) == 3


def test_what_is_no_refusal_of_the_field_is_not_learnt_as_one() -> None:
    with LocalEndpoint(worker=Blind(1).worker) as endpoint:
        llm = endpoint.llm(max_model_len=ROOM)
        assert llm.probe().dialect == "structured_outputs"
        for other in (llm.bind(temperature=9), endpoint.llm(dialect="guided_json", max_model_len=ROOM)):
            with suppress(InvalidRequestError, ContractError):
                career_chain("ats_keywords", other, json_first="always").invoke("Help")
        assert llm.json_dialect() == "structured_outputs"
        assert endpoint.llm(route="openai").json_dialect() == "structured_outputs"
        KNOWN.clear()
        with suppress(InvalidRequestError, ContractError):
            career_chain("ats_keywords", llm.bind(temperature=9), json_first="always").invoke("Help")
        assert not KNOWN


def test_a_refusal_does_not_undo_what_a_probe_found() -> None:
    blind = Blind(1)

    async def worker(job_input: Any) -> Any:
        if job_input["sampling_params"]["temperature"] == 1.5:
            raise ValueError("Unexpected keyword argument 'temperature'")
        return await blind.worker(job_input)

    with LocalEndpoint(worker=worker) as endpoint:
        llm = endpoint.llm(max_model_len=ROOM)
        llm.probe()
        with pytest.raises(InvalidRequestError):
            career_chain("ats_keywords", llm.bind(temperature=1.5), json_first="always").invoke("Help")
        assert llm.json_dialect() == "structured_outputs"
        KNOWN.clear()
        with pytest.raises(InvalidRequestError):
            career_chain("ats_keywords", llm.bind(temperature=1.5), json_first="always").invoke("Help")
        assert llm.json_dialect() == "none"


def test_a_worker_that_fails_on_the_schema_is_asked_without_it() -> None:
    form = json.dumps(EXAMPLE.form())

    async def worker(job_input: Any) -> str:
        if "structured_outputs" in job_input["sampling_params"]:
            raise ValueError("xgrammar: Grammar compile failed")
        return form

    with LocalEndpoint(worker=worker) as endpoint:
        result = generate("ats_keywords", "Help", llm=endpoint.llm(), json_first="always")
    assert result.ok
    assert isinstance(result.attempts[0].error, JobError)
    assert not KNOWN


def test_where_every_form_is_refused_the_error_is_the_endpoints_and_a_probe_keeps_nothing() -> None:
    async def worker(job_input: Any) -> str:
        raise ValueError("CUDA out of memory")

    with LocalEndpoint(worker=worker) as endpoint:
        for include_raw in (False, True):
            with pytest.raises(JobError):
                career_chain("ats_keywords", endpoint.llm(), json_first="always", include_raw=include_raw).invoke("x")
        with pytest.raises(JobError):
            endpoint.llm().probe()
    assert not KNOWN


def test_other_json_than_the_probe_asks_for_is_no_obedience() -> None:
    async def worker(job_input: Any) -> str:
        return '{"word": "blue"}'

    with LocalEndpoint(worker=worker) as endpoint:
        assert set(endpoint.llm().probe().verdicts.values()) == {"ignored"}


@pytest.mark.parametrize("request_", ["Help", "careerv2/ats_keywords"])
def test_the_proof_counts_only_where_the_schema_was_sent_and_nothing_else_told_it(request_: str) -> None:
    form = json.dumps({"form": "careerv2/ats_keywords", **EXAMPLE.form()})

    async def worker(job_input: Any) -> str:
        return form

    with LocalEndpoint(worker=worker) as endpoint:
        for llm, json_first in ((endpoint.llm(), "fallback"), (endpoint.llm(dialect="none"), "always")):
            result = generate("ats_keywords", request_, llm=llm, json_first=json_first)  # type: ignore[arg-type]  # one of the three
            assert [attempt.constrained for attempt in result.attempts] == [False]
        asked = generate("ats_keywords", request_, llm=endpoint.llm(), json_first="always")
    assert [attempt.constrained for attempt in asked.attempts] == [request_ == "Help"]


def test_the_ledgers_summary_holds_none_of_a_workers_words() -> None:
    async def worker(job_input: Any) -> str:
        if "25 different" in job_input["prompt"]:
            raise ValueError(f"cannot process: {job_input['prompt'][-90:]}")
        return "bad"

    with LocalEndpoint(worker=worker) as endpoint:
        result = generate("ats_keywords", "a secret request", llm=endpoint.llm())
    assert result.ledger.stopped == "JobError"
    assert "secret" not in json.dumps(result.ledger.summary())


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
    assert rungs(result.ledger) == ["draft", "re-ask", "re-ask"]
    assert scripted.tokens() == [230, 256, 256]


def test_the_json_request_carries_the_schema_and_the_prompt_its_examples() -> None:
    scripted = Scripted("no")
    with LocalEndpoint(worker=scripted.worker) as endpoint:
        generate("job_resume_match", "Help", llm=endpoint.llm(stop=["END"]))
    draft, _, form, _ = scripted.asked
    assert "structured_outputs" not in draft["sampling_params"]
    assert form["sampling_params"]["structured_outputs"]["json"] == DOMAINS["job_resume_match"].schema
    assert form["sampling_params"]["stop"] == ["END", *RUNAWAYS]
    assert DIALECTS["guided_json"]({}) == {"guided_json": {}, "guided_whitespace_pattern": " ?"}
    assert JSON_INSTRUCTION in form["prompt"]
    assert "careerv2/" not in form["prompt"]


def test_a_draft_that_the_deadline_kills_is_the_endpoints_error() -> None:
    with LocalEndpoint(workers=0) as endpoint, pytest.raises(EndpointTimeoutError):
        career_chain("ats_keywords", endpoint.llm(timeout=0.3), include_raw=True).invoke("Help")
