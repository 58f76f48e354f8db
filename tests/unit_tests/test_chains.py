from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.documents import Document
from langchain_core.globals import set_llm_cache
from langchain_core.language_models import LLM, FakeListLLM, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tracers.base import BaseTracer
from langchain_core.tracers.schemas import Run
from pydantic import PrivateAttr

from langchain_careerv2 import career_assistant, career_chain, generate
from langchain_careerv2.chatml import last_user_turn
from langchain_careerv2.domains import DOMAINS, JSON_INSTRUCTION, AtsKeywords, JobDescription
from langchain_careerv2.errors import (
    AuthenticationError,
    ConfigurationError,
    EndpointTimeoutError,
    RequestError,
    ServerError,
)
from langchain_careerv2.ledger import Ledger
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.rungs import JSON_CLARIFIER
from langchain_careerv2.runpod.outputs import Usage
from tests.answers import GOOD

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
    """Gives the answers in order, then the last one for ever."""
    rest = chain(answers, repeat(answers[-1]))
    return ScriptedLLM(answer=lambda prompt: next(rest))


def form_of(name: str) -> str:
    answer = DOMAINS[name].read(GOOD[name]).answer
    assert answer is not None
    return json.dumps(answer.form())


def rungs(ledger: Ledger) -> list[str]:
    return [attempt.rung for attempt in ledger.attempts]


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
    assert reask == f"Help me, please\n{DOMAINS[name].clarify(issues, room=len(llm.prompts[0]) // 10 - 1)}"
    assert len(llm.prompts[1]) <= 1.10 * len(llm.prompts[0])
    assert "too little" not in llm.prompts[1]
    assert career_chain(name, scripted("bad", GOOD[name])).invoke("x" * 2000)


def test_when_both_fail_the_better_one_is_raised_with_all_attempts() -> None:
    for answers in (("bad", SHORT), (SHORT, "bad")):
        with pytest.raises(ContractError, match="after 2 attempts") as caught:
            career_chain("ats_keywords", scripted(*answers), json_first="never").invoke("Help")
        assert caught.value.text in (f"1. {SHORT}", "1. bad")
        assert [attempt.rung for attempt in caught.value.attempts] == ["draft", "re-ask"]
    resume = ["Led a team " * 20, "x"]
    with pytest.raises(ContractError) as caught:
        career_chain("resume_guidance", scripted(*resume), json_first="never").invoke("Help")
    assert caught.value.text == f"1. {resume[0]}"


def test_include_raw_returns_everything_and_raises_nothing() -> None:
    good = career_chain("ats_keywords", scripted("bad", GOOD["ats_keywords"]), include_raw=True).invoke("Help")
    assert isinstance(good["parsed"], AtsKeywords)
    assert good["parsing_error"] is None
    assert [attempt.reading.text for attempt in good["raw"]] == ["1. bad", f"1. {GOOD['ats_keywords']}"]
    assert (rungs(good["ledger"]), good["ledger"].attempts) == (["draft", "re-ask"], tuple(good["raw"]))
    bad = career_chain("ats_keywords", scripted("bad", "worse"), include_raw=True).invoke("Help")
    assert bad["parsed"] is None
    assert isinstance(bad["parsing_error"], ContractError)
    assert bad["parsing_error"].ledger is bad["ledger"]
    assert len(bad["raw"]) == 4


@pytest.mark.parametrize("name", DOMAINS)
def test_the_json_form_is_asked_for_where_the_text_fails_twice(name: str) -> None:
    llm = scripted("bad", "worse", form_of(name))
    result = career_chain(name, llm, include_raw=True).invoke("Help me, please")
    assert result["parsed"] == DOMAINS[name].read(form_of(name)).answer
    assert str(result["parsed"]) == str(DOMAINS[name].read(GOOD[name]).answer)
    assert rungs(result["ledger"]) == ["draft", "re-ask", "json_first"]
    assert [attempt.dialect for attempt in result["raw"]] == [None, None, "none"]
    assert [attempt.constrained for attempt in result["raw"]] == [False] * 3
    assert JSON_INSTRUCTION in llm.prompts[2]
    assert last_user_turn(llm.prompts[2]) == "Help me, please"
    assert llm.prompts[2].endswith("<|im_start|>assistant\n")


def test_json_that_fails_is_asked_for_once_more_and_told_why() -> None:
    form = form_of("ats_keywords")
    llm = scripted("bad", "bad", form[:-20], form)
    result = career_chain("ats_keywords", llm, include_raw=True).invoke("Help")
    assert isinstance(result["parsed"], AtsKeywords)
    assert rungs(result["ledger"]) == ["draft", "re-ask", "json_first", "json_re-ask"]
    assert last_user_turn(llm.prompts[3]) == f"Help\n{JSON_CLARIFIER}"
    reasons = [attempt.reason for attempt in result["raw"]]
    assert reasons[:3] == ["", "count", "count"]
    assert reasons[3].startswith("json: no complete JSON at character")
    short = scripted("bad", "bad", '{"keywords": ["a", "b"]}', form)
    assert career_chain("ats_keywords", short).invoke("Help")
    assert last_user_turn(short.prompts[3]) == f"Help\n{DOMAINS['ats_keywords'].clarifiers['count']}"


def test_text_where_json_was_asked_for_and_json_where_text_was_are_taken_if_they_are_good() -> None:
    result = career_chain("ats_keywords", scripted("bad", "bad", GOOD["ats_keywords"]), include_raw=True).invoke("Help")
    assert rungs(result["ledger"]) == ["draft", "re-ask", "json_first"]
    result = career_chain("job_description", scripted(form_of("job_description")), include_raw=True).invoke("Help")
    assert (rungs(result["ledger"]), result["parsing_error"]) == (["draft"], None)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"json_first": "never"}, ["draft", "re-ask"]),
        ({"json_first": "always"}, ["json_first", "json_re-ask"]),
        ({"json_first": "never", "max_reasks": 0}, ["draft"]),
        ({"max_reasks": 0}, ["draft", "json_first", "json_re-ask"]),
        ({"max_reasks": 3}, ["draft", "re-ask", "re-ask", "re-ask", "json_first", "json_re-ask"]),
    ],
)
def test_the_ladder_has_the_rungs_that_were_asked_for(settings: Any, expected: list[str]) -> None:
    llm = scripted("bad")
    result = career_chain("resume_guidance", llm, include_raw=True, **settings).invoke("Help")
    assert rungs(result["ledger"]) == expected
    assert len(set(llm.prompts)) == len(expected), "the same prompt twice: a cache would give the same bad answer"
    assert str(result["parsing_error"]).count("after") == (len(expected) > 1)


@pytest.mark.parametrize(
    "settings",
    [
        {"json_first": "sometimes"},
        {"max_reasks": -1},
        {"max_reasks": 1.5},
        {"max_reasks": "1"},
        {"lens": "loose"},
        {"max_total_tokens": 0},
    ],
)
def test_impossible_settings_are_refused(settings: Any) -> None:
    with pytest.raises(RequestError):
        career_chain("resume_guidance", scripted("x"), **settings)


def test_the_lens_decides_what_is_accepted() -> None:
    fifteen = ", ".join(f"w{number}" for number in range(15))
    llm = scripted(fifteen, GOOD["ats_keywords"])
    assert len(career_chain("ats_keywords", llm, lens="strict").invoke("Help").keywords) == 25
    assert len(career_chain("ats_keywords", scripted(fifteen)).invoke("Help").keywords) == 15
    assert career_chain("ats_keywords", scripted("one"), lens="reference").invoke("Help").keywords == ["one"]


def test_what_the_guide_accepts_but_holds_no_score_is_no_typed_answer() -> None:
    with pytest.raises(ContractError, match="it holds no JobResumeMatch"):
        career_chain("job_resume_match", scripted("fine"), lens="reference").invoke("Help")


@pytest.mark.parametrize("name", [name for name, domain in DOMAINS.items() if domain.claims])
def test_a_copy_of_the_example_is_asked_for_again(name: str) -> None:
    domain = DOMAINS[name]
    llm = scripted(domain.exemplars[0], GOOD[name])
    result = career_chain(name, llm, include_raw=True).invoke("Help me, please")
    assert [attempt.reason for attempt in result["raw"]] == ["", "exemplar"]
    assert last_user_turn(llm.prompts[1]) == f"Help me, please\n{domain.clarifiers['exemplar']}"
    assert result["parsed"] == domain.read(GOOD[name]).answer
    form = scripted("bad", json.dumps(domain.read(domain.exemplars[0]).answer.form()))  # type: ignore[union-attr]  # they pass
    copied = career_chain(name, form, json_first="always", include_raw=True).invoke("Help")
    assert copied["raw"][1].reading.issues[0].code == "exemplar"


def test_what_the_request_does_not_have_is_told_and_rejects_under_the_strict_lens_only() -> None:
    request = "Resume: Python, Bash, Docker. " + GOOD["ats_keywords"].replace("Redis, ", "")
    answer = career_chain("ats_keywords", scripted(GOOD["ats_keywords"])).invoke(request)
    assert answer.ungrounded == ("Redis",)
    assert [(issue.code, issue.severity) for issue in answer.reading.issues] == [("ungrounded", "contract")]
    llm = scripted(GOOD["ats_keywords"], GOOD["ats_keywords"].replace("Redis", "Python 3"))
    with pytest.raises(ContractError, match=r"ungrounded: .* found 1"):
        career_chain("ats_keywords", llm, lens="strict", json_first="never").invoke(request)
    assert last_user_turn(llm.prompts[1]).endswith(DOMAINS["ats_keywords"].clarifiers["ungrounded"])
    assert career_chain("ats_keywords", scripted(GOOD["ats_keywords"]), lens="strict").invoke(f"{request}, Redis")


def test_an_answer_tells_what_it_is_short_of() -> None:
    answer = career_chain("ats_keywords", scripted(", ".join(f"w{n}" for n in range(15)))).invoke("Help")
    assert [(issue.code, issue.severity) for issue in answer.reading.issues] == [("count", "contract")]
    start, end = answer.reading.spans["keywords.14"]
    assert answer.reading.raw[start:end] == "w14"


@pytest.mark.parametrize("way", ["batch", "abatch"])
@pytest.mark.parametrize("retrying", [True, False])
def test_no_result_of_a_batch_moves_to_another_input(way: str, retrying: bool) -> None:
    """A answers, B answers at the second try, C never: core's with_retry().batch gives B's answer to C."""
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def answer(prompt: str) -> str:
        who = last_user_turn(prompt).split()[0]
        with lock:
            seen[who] += 1
            tries = seen[who]
        if who == "C" or (who == "B" and tries == 1):
            return "bad"
        return ", ".join(f"{who}{index}" for index in range(20))

    llm: Any = ScriptedLLM(answer=answer)
    career = career_chain("ats_keywords", llm.with_retry() if retrying else llm)
    results = getattr(career, way)(["A", "B", "C"], return_exceptions=True)
    first, second, third = asyncio.run(results) if way == "abatch" else results
    assert (first.keywords[0], second.keywords[0]) == ("A0", "B0")
    assert isinstance(third, ContractError)
    assert {attempt.reading.raw.removeprefix("1. ") for attempt in third.attempts} == {"bad"}


def test_a_cached_bad_draft_is_not_served_to_its_own_reask() -> None:
    set_llm_cache(InMemoryCache())
    try:
        llm = scripted("bad")
        for calls in (6, 6):
            career_chain("ats_keywords", llm, include_raw=True, max_reasks=3).invoke("Help")
            assert len(llm.prompts) == calls
        good = scripted("bad", GOOD["ats_keywords"])
        first, again = (career_chain("job_description", good, include_raw=True, max_reasks=0, json_first="never")
                        .invoke("Other") for _ in range(2))  # fmt: skip
        assert first["raw"][0].reading == again["raw"][0].reading
        assert again["ledger"].usage == Usage()
    finally:
        set_llm_cache(None)


def test_a_reask_that_gets_no_answer_does_not_lose_the_draft() -> None:
    def answer(prompt: str) -> str:
        if "different keywords" in last_user_turn(prompt) or JSON_INSTRUCTION in prompt:
            raise EndpointTimeoutError("the deadline passed")
        return SHORT

    llm = ScriptedLLM(answer=answer)
    with pytest.raises(ContractError) as caught:
        career_chain("ats_keywords", llm).invoke("Help")
    assert caught.value.text == f"1. {SHORT}"
    assert isinstance(caught.value.__cause__, EndpointTimeoutError)
    assert isinstance(caught.value.attempts[1].error, EndpointTimeoutError)
    assert rungs(caught.value.ledger) == ["draft", "re-ask", "json_first", "json_re-ask"]
    assert generate("ats_keywords", "Help", llm=llm).text == f"1. {SHORT}"


def test_an_error_that_will_not_pass_ends_the_ladder() -> None:
    def answer(prompt: str) -> str:
        if "different keywords" in last_user_turn(prompt):
            raise AuthenticationError("the key was revoked")
        return SHORT

    with pytest.raises(ContractError, match="no further attempt: AuthenticationError") as caught:
        career_chain("ats_keywords", ScriptedLLM(answer=answer)).invoke("Help")
    assert rungs(caught.value.ledger) == ["draft", "re-ask"]
    assert isinstance(caught.value.__cause__, AuthenticationError)


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_whatever_another_model_raises_in_a_reask_does_not_lose_the_draft(way: str) -> None:
    def answer(prompt: str) -> str:
        if "different keywords" in last_user_turn(prompt):
            raise RuntimeError("the prompt was: secret")
        return SHORT

    career = career_chain("ats_keywords", ScriptedLLM(answer=answer))
    with pytest.raises(ContractError) as caught:
        asyncio.run(career.ainvoke("Help")) if way == "ainvoke" else career.invoke("Help")
    assert caught.value.ledger.stopped == "RuntimeError"
    assert "secret" not in f"{caught.value}{caught.value.ledger.summary()}"
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize("name", DOMAINS)
def test_each_of_many_reasks_adds_a_tenth_at_most_and_is_new(name: str) -> None:
    llm = scripted("bad")
    career_chain(name, llm, include_raw=True, max_reasks=6, lens="strict", json_first="never").invoke("x")
    assert len(set(llm.prompts)) == 7
    assert max(map(len, llm.prompts)) <= 1.10 * len(llm.prompts[0])


def test_a_cached_chat_answer_costs_nothing() -> None:
    usage = {"input_tokens": 20, "output_tokens": 8, "total_tokens": 28}
    chat = GenericFakeChatModel(messages=iter([AIMessage(GOOD["ats_keywords"], usage_metadata=usage)]))
    set_llm_cache(InMemoryCache())
    try:
        results = [career_chain("ats_keywords", chat, include_raw=True).invoke("Help") for _ in range(2)]
    finally:
        set_llm_cache(None)
    assert [result["ledger"].usage for result in results] == [Usage(20, 8), Usage()]


def test_a_limit_of_tokens_needs_a_model_whose_budget_is_known() -> None:
    with pytest.raises(ConfigurationError):
        career_chain("ats_keywords", scripted("x"), max_total_tokens=1000)


def test_a_passing_reask_is_kept_also_by_the_guides_checks() -> None:
    llm = scripted("fine", GOOD["job_resume_match"])
    assert career_chain("job_resume_match", llm, lens="reference").invoke("Help").score == 64


def test_a_broken_json_draft_is_asked_for_text_again() -> None:
    llm = scripted('{"keywords": ["a', GOOD["ats_keywords"])
    assert career_chain("ats_keywords", llm).invoke("Help")
    assert last_user_turn(llm.prompts[1]) == f"Help\n{DOMAINS['ats_keywords'].clarifiers['count']}"


def test_where_no_attempt_gets_an_answer_the_error_is_the_endpoints() -> None:
    def answer(prompt: str) -> str:
        raise ServerError("down")

    for include_raw in (False, True):
        with pytest.raises(ServerError):
            career_chain("ats_keywords", ScriptedLLM(answer=answer), include_raw=include_raw).invoke("Help")


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


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"resume": "SQL"}, "2 documents, such as resume and job_description: one is missing"),
        ({"job_description": "Analyst with SQL"}, "one is missing"),
        ({"resume": "data/Jo Example.pdf", "job_description": "Analyst"}, "resume is the name of a file"),
        ({"resume": "SQL", "job_description": " ad.TXT\n"}, "job_description is the name of a file"),
        ({"resume": Document("SQL"), "job_description": "Analyst"}, "Document .*; give its page_content"),
        (Document("SQL"), "give its page_content"),
    ],
)
def test_a_comparison_of_less_than_two_texts_is_refused(request_: Any, words: str) -> None:
    llm = scripted("never")
    with pytest.raises(RequestError, match=words):
        career_chain("job_resume_match", llm).invoke(request_)
    assert llm.prompts == []


@pytest.mark.parametrize(
    "request_",
    [
        {"request": "Compare my SQL with the job ad.", "job_description": "Analyst. Write to jobs.txt"},
        {"document": "Analyst with SQL", "resume": "SQL\nSee cv.pdf"},
    ],
)
def test_a_comparison_takes_its_two_texts_from_anywhere(request_: Any) -> None:
    assert career_chain("job_resume_match", scripted(GOOD["job_resume_match"])).invoke(request_).score


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
    assert (last := [*chain().stream("Help")][-1]) == answer
    assert asyncio.run(collect())[-1] == answer
    assert not last.partial


def test_generate_reads_like_the_guides_and_tells_more() -> None:
    ok, issues, text, *_ = result = generate("ats_keywords", "Help", llm=scripted("bad", SHORT))
    assert (ok, text) == (False, "1. bad")
    assert [issue.code for issue in issues] == ["count"]
    assert result.answer is None
    assert len(result.attempts) == 4
    assert result.usage == Usage()
    assert len(generate("ats_keywords", "Help", llm=scripted("bad"), json_first="never", max_reasks=0).attempts) == 1
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
    assert "Observability" not in cut.keywords


@pytest.mark.parametrize("behind", ["plain", "with_retry", "with_fallbacks"])
@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_the_listeners_of_a_model_hear_it_in_a_chain_too(way: str, behind: str) -> None:
    heard: list[str] = []
    fake = FakeListLLM(responses=[GOOD["ats_keywords"]])
    model: Any = {"plain": fake, "with_retry": fake.with_retry(), "with_fallbacks": fake.with_fallbacks([fake])}[behind]
    llm = model.with_listeners(on_start=lambda run: heard.append("start"), on_end=lambda run: heard.append("end"))
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
    assert [attempt[0] for attempt in ladder[1]] == ["draft", "re-ask"]
    assert [str(attempt).count("ScriptedLLM") for attempt in ladder[1]] == [1, 1]
    (note,) = root.child_runs[-1].child_runs
    assert note.name == "ledger"
    assert [entry["rung"] for entry in note.metadata["attempts"]] == ["draft", "re-ask"]
    assert note.metadata["completion_tokens"] == 0


def ended(run: Run) -> bool:
    return run.end_time is not None and all(map(ended, run.child_runs))


@pytest.mark.parametrize("error", [EndpointTimeoutError("late"), RuntimeError("other")])
@pytest.mark.parametrize("way", ["invoke", "batch", "stream"])
def test_every_run_of_a_failing_draft_ends(way: str, error: Exception) -> None:
    def answer(prompt: str) -> str:
        raise error

    tree = Tree()
    config: Any = {"callbacks": [tree]}
    career = career_chain("ats_keywords", ScriptedLLM(answer=answer))
    runs: dict[str, Callable[[], Any]] = {
        "invoke": lambda: career.invoke("Help", config),
        "batch": lambda: career.batch(["Help"], config),
        "stream": lambda: list(career.stream("Help", config)),
    }
    with pytest.raises(type(error)):
        runs[way]()
    assert [ended(root) for root in tree.roots] == [True]


def test_a_notebook_shows_an_answer_or_what_it_lacks() -> None:
    good = generate("ats_keywords", "Help", llm=scripted(GOOD["ats_keywords"]))
    assert good._repr_markdown_() == f"{good.answer}\n"
    bad = generate("ats_keywords", "Help", llm=scripted("a, b"))
    assert "Rejected:\n\n1. a, b" in bad._repr_markdown_()
    assert "\n- gate: count: expected 20 to 40" in bad._repr_markdown_()
    blocked = career_assistant(scripted("a")).invoke("How much does a nurse earn?")
    assert blocked._repr_markdown_() == blocked.message
