from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.language_models import LLM, FakeListLLM, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tracers.base import BaseTracer
from langchain_core.tracers.schemas import Run
from pydantic import PrivateAttr

from langchain_careerv2 import career_chain, generate
from langchain_careerv2.chatml import last_user_turn
from langchain_careerv2.domains import DOMAINS, AtsKeywords, JobDescription
from langchain_careerv2.errors import EndpointTimeoutError, RequestError
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.runpod.outputs import Usage

GOOD = {name: domain.exemplars[0].removeprefix(domain.seed) for name, domain in DOMAINS.items()}
SHORT = ", ".join(f"w{number}" for number in range(12))


class ScriptedLLM(LLM):
    """Answers by a function of the prompt and keeps the prompts."""

    answer: Callable[[str], str]
    _prompts: list[str] = PrivateAttr(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def _call(self, prompt: str, stop: list[str] | None = None, run_manager: object = None, **kwargs: Any) -> str:
        with self._lock:
            self._prompts.append(prompt)
        return self.answer(prompt)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def prompts(self) -> list[str]:
        return self._prompts


def scripted(*answers: str) -> ScriptedLLM:
    rest = iter(answers)
    return ScriptedLLM(answer=lambda prompt: next(rest))


@pytest.mark.parametrize("name", DOMAINS)
def test_a_good_draft_costs_one_call(name: str) -> None:
    llm = scripted(GOOD[name])
    answer = career_chain(name, llm).invoke("Help me, please")
    assert type(answer) is DOMAINS[name].answer_type
    assert len(llm.prompts) == 1


@pytest.mark.parametrize("name", DOMAINS)
def test_a_bad_draft_is_asked_for_again_with_the_clarifiers_of_its_issues(name: str) -> None:
    llm = scripted("too little", GOOD[name])
    assert career_chain(name, llm).invoke({"request": "Help me, please"}) == DOMAINS[name].read(GOOD[name]).answer
    draft, reask = (last_user_turn(prompt) for prompt in llm.prompts)
    issues = DOMAINS[name].read("too little").issues
    assert draft == "Help me, please"
    assert reask == f"Help me, please\n{DOMAINS[name].clarify(issues)}"
    assert "too little" not in llm.prompts[1]


def test_when_both_fail_the_better_one_is_raised_with_all_attempts() -> None:
    for answers in (("bad", SHORT), (SHORT, "bad")):
        with pytest.raises(ContractError, match="after 2 attempts") as caught:
            career_chain("ats_keywords", scripted(*answers)).invoke("Help")
        assert caught.value.text in (f"1. {SHORT}", "1. bad")
        assert [attempt.rung for attempt in caught.value.attempts] == ["draft", "clarifier"]
    resume = ["Led a team " * 20, "x"]
    with pytest.raises(ContractError) as caught:
        career_chain("resume_guidance", scripted(*resume)).invoke("Help")
    assert caught.value.text == f"1. {resume[0]}"


def test_include_raw_returns_everything_and_raises_nothing() -> None:
    good = career_chain("ats_keywords", scripted("bad", GOOD["ats_keywords"]), include_raw=True).invoke("Help")
    assert isinstance(good["parsed"], AtsKeywords)
    assert good["parsing_error"] is None
    assert [attempt.reading.text for attempt in good["raw"]] == ["1. bad", f"1. {GOOD['ats_keywords']}"]
    bad = career_chain("ats_keywords", scripted("bad", "worse"), include_raw=True).invoke("Help")
    assert bad["parsed"] is None
    assert isinstance(bad["parsing_error"], ContractError)
    assert len(bad["raw"]) == 2


def test_a_reask_that_gets_no_answer_does_not_lose_the_draft() -> None:
    def answer(prompt: str) -> str:
        if "different keywords" in last_user_turn(prompt):
            raise EndpointTimeoutError("the deadline passed")
        return SHORT

    llm = ScriptedLLM(answer=answer)
    with pytest.raises(ContractError) as caught:
        career_chain("ats_keywords", llm).invoke("Help")
    assert caught.value.text == f"1. {SHORT}"
    assert isinstance(caught.value.__cause__, EndpointTimeoutError)
    assert isinstance(caught.value.attempts[1].error, EndpointTimeoutError)
    assert generate("ats_keywords", "Help", llm=llm).text == f"1. {SHORT}"


def test_a_draft_that_gets_no_answer_is_not_asked_for_again() -> None:
    calls = []

    def answer(prompt: str) -> str:
        calls.append(prompt)
        raise EndpointTimeoutError("the deadline passed")

    with pytest.raises(EndpointTimeoutError):
        career_chain("ats_keywords", ScriptedLLM(answer=answer)).invoke("Help")
    assert len(calls) == 1


@pytest.mark.parametrize("request_", ["", "  ", {"request": ""}, {"question": "x"}, {}, 7, None, ["x"]])
def test_what_is_no_request_is_refused_before_any_call(request_: Any) -> None:
    llm = scripted("never")
    with pytest.raises(RequestError):
        career_chain("ats_keywords", llm).invoke(request_)
    assert llm.prompts == []


def test_the_callers_dictionary_is_left_as_it_was() -> None:
    request = {"request": "Help"}
    career_chain("ats_keywords", scripted("bad", GOOD["ats_keywords"])).invoke(request)
    assert request == {"request": "Help"}


def echo(prompt: str) -> str:
    """Every third request fails its first draft, every fifth fails for good; a good answer names its request."""
    request = last_user_turn(prompt)
    number = int(request.split()[1])
    if number % 5 == 0 or (number % 3 == 0 and "different keywords" not in request):
        return "bad"
    return ", ".join(f"r{number} term{index}" for index in range(20))


def test_a_batch_keeps_every_result_at_its_place_and_every_failure_at_its_own() -> None:
    chain = career_chain("ats_keywords", ScriptedLLM(answer=echo))
    requests: list[str | dict[str, str]] = [f"request {number} please" for number in range(30)]

    def check(results: list[Any]) -> None:
        for number, result in enumerate(results):
            if number % 5 == 0:
                assert isinstance(result, ContractError)
            else:
                assert result.keywords[0] == f"r{number} term0"

    check(chain.batch(requests, return_exceptions=True))
    check(chain.batch(requests, {"max_concurrency": 3}, return_exceptions=True))
    check(asyncio.run(chain.abatch(requests, return_exceptions=True)))


def test_a_reask_does_not_wait_for_the_other_drafts() -> None:
    reasked = threading.Event()

    def answer(prompt: str) -> str:
        request = last_user_turn(prompt)
        if "slow" in request:
            assert reasked.wait(10), "the re-ask waited for this draft"
        elif "different keywords" in request:
            reasked.set()
        else:
            return "bad"
        return GOOD["ats_keywords"]

    chain = career_chain("ats_keywords", ScriptedLLM(answer=answer))
    assert len(chain.batch(["slow one", "quick one"], {"max_concurrency": 2})) == 2


def test_invoke_ainvoke_stream_and_astream_agree() -> None:
    def chain() -> Any:
        return career_chain("job_description", scripted("bad", GOOD["job_description"]))

    async def collect() -> list[Any]:
        return [chunk async for chunk in chain().astream("Help")]

    answer = chain().invoke("Help")
    assert isinstance(answer, JobDescription)
    assert asyncio.run(chain().ainvoke("Help")) == answer
    assert list(chain().stream("Help")) == [answer]
    assert asyncio.run(collect()) == [answer]


def test_generate_reads_like_the_guides_and_tells_more() -> None:
    ok, issues, text, *_ = result = generate("ats_keywords", "Help", llm=scripted("bad", SHORT))
    assert (ok, text) == (False, "1. bad")
    assert [issue.code for issue in issues] == ["count"]
    assert result.answer is None
    assert len(result.attempts) == 2
    assert result.usage == Usage()
    good = generate("ats_keywords", "Help", llm=scripted(GOOD["ats_keywords"]))
    assert good.ok
    assert isinstance(good.answer, AtsKeywords)


def test_other_models_work_too_plain_bound_configured_or_chat() -> None:
    answer = GOOD["ats_keywords"]
    fake = FakeListLLM(responses=[answer])
    chat = GenericFakeChatModel(messages=iter([AIMessage(answer, response_metadata={"finish_reason": "length"})]))
    models = [
        fake,
        fake.bind(stop=["\n\n"]),
        fake.with_config(tags=["x"]),
        fake.with_retry(),
        fake.with_fallbacks([fake]),
    ]
    for model in models:
        assert isinstance(career_chain("ats_keywords", model).invoke("Help"), AtsKeywords)
    cut = career_chain("ats_keywords", chat).invoke("Help")
    assert "Due diligence" not in cut.keywords


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_the_listeners_of_a_model_hear_it_in_a_chain_too(way: str) -> None:
    heard: list[str] = []
    fake = FakeListLLM(responses=[DOMAINS["ats_keywords"].exemplars[0]])
    llm = fake.with_listeners(on_start=lambda run: heard.append("start"), on_end=lambda run: heard.append("end"))
    answer = getattr(career_chain("ats_keywords", llm), way)("a nurse")
    assert asyncio.run(answer) if way == "ainvoke" else answer
    assert heard == ["start", "end"]


class Tree(BaseTracer):
    """Keeps the names of finished root runs with those of their children."""

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.roots.append(run)


def names(run: Run) -> list[Any]:
    return [run.name, [names(child) for child in run.child_runs]] if run.child_runs else [run.name]


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "batch", "abatch"])
def test_the_attempts_nest_under_the_chain_in_a_trace(way: str) -> None:
    chain = career_chain(
        "ats_keywords", ScriptedLLM(answer=lambda p: "bad" if "diff" not in last_user_turn(p) else GOOD["ats_keywords"])
    )
    tree = Tree()
    config: Any = {"callbacks": [tree]}
    if way == "invoke":
        chain.invoke("Help", config)
    elif way == "ainvoke":
        asyncio.run(chain.ainvoke("Help", config))
    elif way == "batch":
        chain.batch(["Help"], config)
    else:
        asyncio.run(chain.abatch(["Help"], config))
    (root,) = tree.roots
    assert root.name == "careerv2:ats_keywords"
    assert root.metadata["domain"] == "ats_keywords"
    request, ladder, verdict = names(root)[1]
    assert (request[0], ladder[0], verdict[0]) == ("request", "ladder", "verdict")
    draft, reask = ladder[1]
    assert reask[0] == "reask"
    assert [str(run).count("ScriptedLLM") for run in (draft, reask)] == [1, 1]
