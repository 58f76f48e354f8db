"""Streams with a verdict: whoever applies the events has exactly the accepted text, wherever the stream was cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import LLM, FakeStreamingListLLM, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import GenerationChunk
from pydantic import PrivateAttr

from langchain_careerv2 import career_assistant, career_chain, career_stream
from langchain_careerv2.assistant import Reply
from langchain_careerv2.domains import DOMAINS, Answer, AtsKeywords, Growth, JobResumeMatch, settled
from langchain_careerv2.errors import ConfigurationError, EndpointTimeoutError, RequestError
from langchain_careerv2.gates import Blocked, Policy
from langchain_careerv2.gates.figures import pay_figures
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.streaming import (
    Accepted,
    Event,
    Partial,
    Rejected,
    SectionClosed,
    Superseded,
    Token,
    applied,
)
from tests.answers import GOOD

Cut = Callable[[str], Sequence[str]]


def one_by_one(text: str) -> Sequence[str]:
    return list(text)


def whole(text: str) -> Sequence[str]:
    return [text]


class Streaming(LLM):
    """Streams the answers in order, then the last one for ever, in pieces."""

    answers: list[str]
    cut: Cut = one_by_one
    error: Exception | None = None
    _asked: int = PrivateAttr(0)

    def _call(self, prompt: str, stop: list[str] | None = None, run_manager: object = None, **kwargs: Any) -> str:
        return "".join(self._pieces())

    def _stream(
        self, prompt: str, stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[GenerationChunk]:
        for piece in self._pieces():
            yield GenerationChunk(text=piece)
        if self.error is not None:
            raise self.error

    def _pieces(self) -> Sequence[str]:
        self._asked += 1
        return self.cut(self.answers[min(self._asked, len(self.answers)) - 1])

    @property
    def _llm_type(self) -> str:
        return "streaming"


def sync(chain: Any, request: Any) -> list[Event]:
    return list(career_stream(chain, request))


def nonsync(chain: Any, request: Any) -> list[Event]:
    async def collect() -> list[Event]:
        return [event async for event in career_stream(chain, request)]

    return asyncio.run(collect())


WAYS = pytest.mark.parametrize("listen", [sync, nonsync])


def text_of(events: Sequence[Event]) -> str:
    text = ""
    for event in events:
        text = applied(text, event)
    return text


def accepted(events: Sequence[Event]) -> Accepted:
    assert isinstance(events[-1], Accepted), events[-1]
    assert [event.kind for event in events if isinstance(event, (Accepted, Rejected))] == ["accepted"]
    assert text_of(events) == events[-1].text
    return events[-1]


def of(kind: type[Any], events: Sequence[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def form_of(name: str) -> str:
    answer = DOMAINS[name].read(GOOD[name]).answer
    assert answer is not None
    return json.dumps(answer.form())


@WAYS
@pytest.mark.parametrize("name", DOMAINS)
def test_a_failed_draft_is_superseded_and_the_text_is_the_accepted_one(listen: Any, name: str) -> None:
    half = GOOD[name][: len(GOOD[name]) // 3]
    events = listen(career_chain(name, Streaming(answers=[half, GOOD[name]])), "Help me, please")
    last = accepted(events)
    assert last.answer == career_chain(name, Streaming(answers=[half, GOOD[name]])).invoke("Help me, please")
    assert last.ledger is not None
    assert last.text == last.ledger.best.reading.text
    superseded = of(Superseded, events)
    assert [event.rung for event in superseded] == ["draft"]
    assert superseded[0].reason == last.ledger.attempts[0].failure
    assert len(of(Token, events)) > 20
    partials = [event.answer for event in of(Partial, events)]
    assert partials
    assert all(partial.partial for partial in partials)
    assert isinstance(last.answer, Answer)
    assert not last.answer.partial


TWO = ("1. Led one team\nATS Keywords: SQL", GOOD["resume_guidance"])


@pytest.mark.parametrize("offset", range(4))
def test_where_a_stream_is_cut_makes_no_difference(offset: int) -> None:
    for place in range(offset, max(map(len, TWO)), 4):
        llm = Streaming(answers=list(TWO), cut=lambda text, at=place: (text[:at], text[at:]))
        events = sync(career_chain("resume_guidance", llm), "Help me")
        assert accepted(events).text == f"1. {GOOD['resume_guidance']}"


@pytest.mark.parametrize("start", ["1. ", "1.", " 1. ", "  ", "", "\n", "* "])
def test_the_seed_stands_once_however_the_model_begins(start: str) -> None:
    said = start + GOOD["resume_guidance"]
    events = sync(career_chain("resume_guidance", Streaming(answers=[said])), "Help me")
    assert accepted(events).text == DOMAINS["resume_guidance"].read(said).text
    assert not of(Superseded, events)


@WAYS
@pytest.mark.parametrize("name", DOMAINS)
def test_json_comes_as_partial_answers_and_at_last_as_its_text(listen: Any, name: str) -> None:
    chain = career_chain(name, Streaming(answers=[form_of(name)]), json_first="always")
    events = listen(chain, "Help me")
    last = accepted(events)
    assert [token.text for token in of(Token, events)] == [last.text]
    sizes = [len(str(event.answer)) for event in of(Partial, events)]
    assert len(sizes) > 3
    assert sizes == sorted(sizes)
    assert len(str(last.answer)) / 2 < sizes[-1] <= len(str(last.answer))
    assert not of(Superseded, events)


def test_a_draft_that_turns_out_to_be_json_is_superseded_by_its_text() -> None:
    said = f"Here it is: {form_of('ats_keywords')}"
    strict = DOMAINS["ats_keywords"].read(said)
    events = sync(career_chain("ats_keywords", Streaming(answers=[said, form_of("ats_keywords")])), "Help me")
    last = accepted(events)
    assert strict.problem  # words before the form: the draft fails, and the re-ask is a form alone
    assert [(event.rung, event.reason) for event in of(Superseded, events)] == [("draft", f"json: {strict.problem}")]
    assert last.text.startswith("Ansible, Bash")


def test_a_form_behind_a_spoken_role_supersedes_the_role() -> None:
    events = sync(career_chain("ats_keywords", Streaming(answers=[f"Assistant: {form_of('ats_keywords')}"])), "Help me")
    assert [(event.rung, event.reason) for event in of(Superseded, events)] == [("draft", "rendered")]
    assert accepted(events).text.startswith("Ansible, Bash")


def test_sections_close_in_order_with_what_they_lack() -> None:
    good = GOOD["job_resume_match"]
    few = good.replace("- Knows SQL well from three years of daily reports\n", "").replace(
        "- Has built sales dashboards in Tableau\n- Shows clean work with large spreadsheets in Excel\n", ""
    )
    events = sync(career_chain("job_resume_match", Streaming(answers=[few, good])), "Help me")
    closed = [(event.section, [issue.severity for issue in event.issues]) for event in of(SectionClosed, events)]
    assert closed == [
        *[("score", []), ("matches", ["gate"]), ("gaps", []), ("next_steps", [])],
        *[("score", []), ("matches", []), ("gaps", []), ("next_steps", [])],
    ]
    place = [isinstance(event, SectionClosed) and event.section == "matches" for event in events].index(True)
    assert "**Gaps:**" in text_of(events[:place])
    assert "**Next" not in text_of(events[:place])
    strict = career_chain("job_resume_match", Streaming(answers=[good]), lens="strict")
    assert [issue.severity for event in of(SectionClosed, sync(strict, "Help")) for issue in event.issues] == []


@WAYS
def test_a_stream_without_an_accepted_attempt_ends_with_the_error_that_invoke_raises(listen: Any) -> None:
    chain = career_chain("ats_keywords", Streaming(answers=["a, b"]))
    events = listen(chain, "Help")
    assert [event.rung for event in of(Superseded, events)] == ["draft", "re-ask", "json_first"]
    last = events[-1]
    assert isinstance(last, Rejected)
    assert isinstance(last.reason, ContractError)
    assert (last.reason.ledger, len(last.reason.attempts)) == (last.ledger, 4)
    assert text_of(events) == ""
    with pytest.raises(ContractError) as caught:
        chain.invoke("Help")
    assert str(caught.value) == str(last.reason)


@WAYS
def test_an_endpoint_that_fails_half_way_raises(listen: Any) -> None:
    llm = Streaming(answers=["SQL, Exc"], error=EndpointTimeoutError("late"))
    with pytest.raises(EndpointTimeoutError, match="late"):
        listen(career_chain("ats_keywords", llm), "Help")


def test_a_chain_streams_growing_answers_and_the_checked_one_last() -> None:
    answers = list(career_chain("ats_keywords", Streaming(answers=[GOOD["ats_keywords"]])).stream("Help"))
    counts = [len(answer.keywords) for answer in answers]
    assert counts == sorted(counts)
    assert len(counts) > 15
    assert [answer.partial for answer in answers] == [True] * (len(answers) - 1) + [False]
    assert all(isinstance(answer, AtsKeywords) for answer in answers)


def test_a_chain_with_raw_results_streams_the_result_alone() -> None:
    chain = career_chain("ats_keywords", Streaming(answers=["a", GOOD["ats_keywords"]]), include_raw=True)
    (result,) = chain.stream("Help")
    assert (result["parsing_error"], len(result["raw"])) == (None, 2)
    assert accepted(sync(chain, "Help")).answer == result["parsed"]


def test_a_failed_contract_ends_a_stream_of_answers_with_its_error() -> None:
    with pytest.raises(ContractError):
        list(career_chain("ats_keywords", Streaming(answers=["a"])).stream("Help"))


NAME = "Zoë Quinn-Ibarra"


@WAYS
@pytest.mark.parametrize("mode", ["mask", "off"])
def test_a_name_comes_back_whole_however_its_placeholder_was_cut(listen: Any, mode: Any) -> None:
    shown = "[NAME_1]" if mode == "mask" else NAME
    said = GOOD["job_resume_match"].replace("Has built sales", f"{shown} built NAME tag sales", 1)
    chain = career_chain("job_resume_match", Streaming(answers=[said]), privacy=mode)
    events = listen(chain, {"resume": f"Name: {NAME}\nSQL", "job_description": "SQL"})
    last = accepted(events)
    assert f"{NAME} built NAME tag sales" in last.text
    text = ""
    for event in events:
        text = applied(text, event)
        assert last.text.startswith(text)
        assert "[NAME" not in text
    assert isinstance(last.answer, JobResumeMatch)
    assert any(NAME in match for match in last.answer.matches)


PAY = "**Summary:** We pay 90,000 EUR a year for this role of a nurse at our ward.\n"


@WAYS
@pytest.mark.parametrize("as_json", [False, True])
def test_a_pay_figure_is_never_shown_and_taken_back(listen: Any, as_json: bool) -> None:
    said = GOOD["job_description"].replace("for growth", "for a salary of 85,000 EUR", 1)
    if as_json:
        answer = DOMAINS["job_description"].read(said).answer
        assert answer is not None
        said = json.dumps(answer.form())
    llm = Streaming(answers=[said])
    assistant = career_assistant(llm, json_first="always" if as_json else "fallback")
    events = listen(assistant, "Write a JD for a backend engineer")
    assert isinstance(events[-1], Rejected)
    assert isinstance(events[-1].reason, Blocked)
    assert events[-1].reason.rule == "answer: pay figure"
    text = ""
    for event in events[:-1]:
        text = applied(text, event)
        said = str(event.answer) if isinstance(event, Partial) else text
        assert "85" not in said
        assert not pay_figures(said)
    assert as_json or len(text) > 100
    assert text_of(events) == ""
    assert assistant.invoke("Write a JD for a backend engineer") == events[-1].reason


@WAYS
def test_a_policy_that_lets_figures_through_shows_them(listen: Any) -> None:
    said = GOOD["job_description"].replace("for growth", "for a salary of 85,000 EUR", 1)
    assistant = career_assistant(Streaming(answers=[said]), policy=Policy(figures="flag"))
    last = accepted(listen(assistant, "Write a JD for a backend engineer"))
    assert "85,000 EUR" in last.text
    assert [flag.kind for flag in last.answer.flags] == ["pay_figure"]


@WAYS
def test_an_assistant_streams_a_reply_and_a_refusal(listen: Any) -> None:
    assistant = career_assistant(Streaming(answers=["Ask for a meeting, and bring two results."]))
    events = listen(assistant, "How do I negotiate a raise?")
    last = accepted(events)
    assert isinstance(last.answer, Reply)
    assert (last.text, last.answer.message) == ("Ask for a meeting, and bring two results.",) * 2
    assert len(of(Token, events)) > 5
    (refused,) = listen(assistant, "How much does a nurse earn?")
    assert (refused.reason.intent, refused.ledger) == ("salary", None)
    shown = list(assistant.stream("How do I negotiate a raise?"))
    assert shown[-1] == last.answer
    assert shown[0].message in last.text
    assert list(assistant.stream("How much does a nurse earn?")) == [refused.reason]


def test_a_reply_with_an_amount_of_money_is_held_back() -> None:
    events = sync(career_assistant(Streaming(answers=["Most people get 85,000 EUR there."])), "How do I get a raise?")
    assert isinstance(events[-1], Rejected)
    assert "85" not in "".join(event.text for event in of(Token, events))


@pytest.mark.parametrize(
    "llm",
    [
        FakeStreamingListLLM(responses=[GOOD["ats_keywords"]]),
        GenericFakeChatModel(messages=iter([AIMessage(GOOD["ats_keywords"])])),
        Streaming(answers=[GOOD["ats_keywords"]]).with_retry(),
        Streaming(answers=[GOOD["ats_keywords"]]).with_fallbacks([Streaming(answers=["a"])]),
        Streaming(answers=[GOOD["ats_keywords"]], cut=whole).bind(stop=["x"]),
    ],
    ids=["text model", "chat model", "retry", "fallbacks", "binding"],
)
def test_other_models_stream_too(llm: Any) -> None:
    events = sync(career_chain("ats_keywords", llm), "Help")
    assert accepted(events).text == f"1. {GOOD['ats_keywords']}"
    assert of(Token, events)


def test_a_binding_of_a_chain_streams_with_its_config() -> None:
    chain = career_chain("ats_keywords", Streaming(answers=[GOOD["ats_keywords"]])).with_config(tags=["mine"])
    accepted(sync(chain, "Help"))
    with pytest.raises(ConfigurationError, match="career_stream takes"):
        career_stream(Streaming(answers=["a"]), "Help")
    with pytest.raises(RequestError, match="empty"):
        sync(chain, " ")


def test_what_is_settled_is_the_beginning_of_what_is_judged() -> None:
    for name, domain in DOMAINS.items():
        for said in (
            GOOD[name],
            f"1. {GOOD[name]}",
            f"  {GOOD[name]}",
            f"Assistant: {GOOD[name]}",
            f"```\n{GOOD[name]}",
        ):
            judged = domain.read(said).text
            for end in range(len(said) + 1):
                assert judged.startswith(settled(domain.seed, said[:end]))


async def test_half_a_stream_can_be_dropped() -> None:
    async def first(events: AsyncIterator[Event]) -> Event:
        async for event in events:
            return event
        raise AssertionError("no event")

    chain = career_chain("ats_keywords", Streaming(answers=[GOOD["ats_keywords"]]))
    assert (await first(career_stream(chain, "Help").__aiter__())).kind == "token"
    assert isinstance(await anext(chain.astream("Help")), Answer)


ODD = [
    '["Python", "SQL", "Go"]',
    '{"keywords": [1, 2]}',
    '{"keywords": null}',
    '{"keywords": "Python, SQL",',
    '{"keywords": [["Python"], "SQL"], "form": 3',
    '{"bullets": [{"text": "Led", "verb": "Led"}], "ats_keywords": ["SQL"]}',
    '{"score": "high", "matches": ["SQL"], "gaps": null, "next_steps": [',
    '{"summary": null, "responsibilities": ["Lead"], "requirements": {}}',
    "[",
    "{",
]


@pytest.mark.parametrize("said", ODD)
@pytest.mark.parametrize("name", DOMAINS)
def test_json_of_another_shape_is_a_failed_attempt_as_in_a_call(name: str, said: str) -> None:
    events = sync(career_chain(name, Streaming(answers=[said, GOOD[name]])), "Help me, please")
    assert [event.rung for event in of(Superseded, events)] == ["draft"]
    accepted(events)


class Runs(BaseCallbackHandler):
    """Keeps what it hears of a model."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_llm_start(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("start")

    def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        self.heard.append("end")


@WAYS
def test_a_stream_is_heard_from_its_start(listen: Any) -> None:
    runs = Runs()
    chain = career_chain("ats_keywords", Streaming(answers=[GOOD["ats_keywords"]]))
    accepted(listen(chain.with_config(callbacks=[runs]), "Help"))
    assert runs.heard == ["start", "end"]


def joined(*items: str) -> str:
    return ", ".join(f'"{item}"' for item in items)


TERMS = [f"term {number}" for number in range(20)]
LINES = GOOD["resume_guidance"].split("\n")
WRAPPED = ["2. Negotiated an amount of 90,000 EUR", "as the salary of a team"]
ESCAPED = "Salary 90,000 " + chr(92) + "u20ac a year"
BARE = [line.replace("90,000 EUR", "90000") for line in WRAPPED]
MORE = [f"3. Built a long list of all the things that team {letter} had to look after in a week" for letter in "ABCDEF"]
TAKEN_BACK = {
    "a wrapped line": ("resume_guidance", "\n".join([LINES[0], *WRAPPED, *LINES[2:]])),
    "a bare number": ("resume_guidance", "\n".join([LINES[0], *BARE, *MORE, *LINES[2:]])),
    "terms by the line": ("ats_keywords", "\n".join([*TERMS, "90,000 EUR", "Salary negotiation"])),
    "an item and the next": ("ats_keywords", f'{{"keywords": [{joined(*TERMS, "90,000 EUR", "Salary negotiation")}]}}'),
    "an escaped sign": (
        "ats_keywords",
        f'{{"keywords": [{joined(*TERMS, "Salary 90,000 " + chr(92) + "u20ac a year")}]}}',
    ),
}


@WAYS
@pytest.mark.parametrize("case", TAKEN_BACK)
def test_what_becomes_pay_only_later_is_not_shown_before(listen: Any, case: str) -> None:
    name, said = TAKEN_BACK[case]
    mode: Any = "always" if said.startswith("{") else "never"
    assistant = career_assistant(Streaming(answers=[said]), domain=name, json_first=mode, max_reasks=0)
    events = listen(assistant, "Write a JD, a resume and ATS keywords for a nurse in triage")
    assert isinstance(events[-1], Rejected)
    assert isinstance(events[-1].reason, Blocked)
    text = ""
    for event in events[:-1]:
        text = applied(text, event)
        assert "90" not in (str(event.answer) if isinstance(event, Partial) else text)


@pytest.mark.parametrize("text", ["Dear [NAME_1], ask for a meeting with SQL", "ASK [NAME_1]", "[NAME_1]"])
def test_a_reply_shows_no_half_of_a_placeholder(text: str) -> None:
    assistant = career_assistant(Streaming(answers=[text]))
    whole = text.replace("[NAME_1]", NAME)
    events = sync(assistant, f"Name: {NAME}\nHow do I negotiate a raise?")
    assert accepted(events).text == whole
    for event in of(Partial, events):
        assert whole.startswith(event.answer.message)
    shown = [str(each) for each in assistant.stream(f"Name: {NAME}\nHow do I negotiate a raise?")]
    assert shown[-1] == whole
    assert all(whole.startswith(each) for each in shown)


def test_a_long_stream_is_not_looked_at_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    before = Growth.grown

    def grown(self: Growth, text: str) -> Any:
        looks.append(len(text))
        return before(self, text)

    monkeypatch.setattr(Growth, "grown", grown)
    said = ", ".join(f"term {number}" for number in range(3000))
    sync(career_chain("ats_keywords", Streaming(answers=[said]), json_first="never", max_reasks=0), "Help")
    assert len(looks) < len(said) / 40
