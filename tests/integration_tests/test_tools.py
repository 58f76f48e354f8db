"""The tools in LangChain's agent loop and in a LangGraph graph, over the local endpoint."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle
from typing import Any, ClassVar

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import BaseTool, StructuredTool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from pydantic import PrivateAttr

from langchain_careerv2 import career_tools
from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.gates.policy import MESSAGES
from langchain_careerv2.outcomes import Outcome, refusal
from langchain_careerv2.serving import LocalEndpoint
from langchain_careerv2.tools import stop_at_refusal
from tests.answers import GOOD
from tests.integration_tests.test_lifetimes import until

JD = ("job_description", {"request": "Write a job description for a nurse"})
ATS = ("ats_keywords", {"request": "List ATS keywords for a nurse"})
MATCH = ("job_resume_match", {"resume": "Name: Jane Doe\nSQL, Excel", "job_description": "Analyst with SQL"})
PAY = ("job_description", {"request": "How much does a nurse earn in Ohio?"})
DONE = "That is all."
NUMBERS = count()

Call = tuple[str, dict[str, Any]]


def calls(*wanted: Call) -> AIMessage:
    """A message of the model that calls tools, side by side."""
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": str(next(NUMBERS))} for name, args in wanted])


class Scripted(BaseChatModel):
    """Plays messages in order, and keeps what it was shown each time."""

    plays: Any
    _shown: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._shown.append(list(messages))
        return ChatResult(generations=[ChatGeneration(message=next(self.plays))])

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def shown(self) -> list[list[BaseMessage]]:
        return self._shown


def playing(*wanted: Sequence[Call]) -> Scripted:
    """Calls tools as told, and then says that it is done."""
    return Scripted(plays=iter([*(calls(*each) for each in wanted), AIMessage(DONE)]))


def stubborn(*wanted: Call) -> Scripted:
    """Calls the same tools again for ever."""
    return Scripted(plays=(calls(*each) for each in cycle([wanted])))


def agent(model: BaseChatModel, tools: Sequence[BaseTool], **options: Any) -> Any:
    return create_agent(model, tools, middleware=[stop_at_refusal()], **options)


def graph(model: BaseChatModel, tools: Sequence[BaseTool], **options: Any) -> Any:
    """The same loop by hand; the edge behind the tools ends it as the middleware does."""

    def say(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    async def asay(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    def wants_tools(state: MessagesState) -> str:
        return "tools" if getattr(state["messages"][-1], "tool_calls", None) else END

    def goes_on(state: MessagesState) -> str:
        return "stop" if refusal(state["messages"]) else "model"

    def stop(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(refusal(state["messages"]))]}

    made = StateGraph(MessagesState)
    made.add_node("model", RunnableLambda(say, afunc=asay))
    made.add_node("tools", ToolNode(list(tools)))
    made.add_node("stop", stop)
    made.add_edge(START, "model")
    made.add_conditional_edges("model", wants_tools, ["tools", END])
    made.add_conditional_edges("tools", goes_on, ["stop", "model"])
    made.add_edge("stop", END)
    return made.compile(**options)


Loop = Callable[..., Any]
LOOPS: dict[str, Loop] = {"create_agent": agent, "graph": graph}
WAYS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "sync": lambda loop, asked, config: loop.invoke(asked, config),
    "async": lambda loop, asked, config: asyncio.run(loop.ainvoke(asked, config)),
}


@pytest.fixture(params=[(loop, way) for loop in LOOPS for way in WAYS], ids=" ".join)
def run(request: pytest.FixtureRequest) -> Callable[..., list[BaseMessage]]:
    """Runs a loop over a question, and returns the messages."""
    loop, way = request.param

    def answered(model: BaseChatModel, tools: Sequence[BaseTool]) -> list[BaseMessage]:
        said = WAYS[way](LOOPS[loop](model, tools), {"messages": [HumanMessage("Help me")]}, {"recursion_limit": 60})
        messages: list[BaseMessage] = said["messages"]
        return messages

    return answered


def outcomes(messages: Sequence[BaseMessage]) -> list[Outcome]:
    found = [message.artifact for message in messages if isinstance(message, ToolMessage)]
    assert all(isinstance(artifact, Outcome) for artifact in found)
    return found


async def garbage(job_input: Any) -> str:
    return "Quokka quokka"


Run = Callable[..., list[BaseMessage]]


def test_an_accepted_answer_arrives_with_its_artifact(endpoint: LocalEndpoint, run: Run) -> None:
    model = playing([JD])
    messages = run(model, career_tools(endpoint.llm()))
    (outcome,) = outcomes(messages)
    assert outcome.verdict == "accepted"
    assert type(outcome.answer) is DOMAINS["job_description"].answer_type
    assert model.shown[1][-1].text == outcome.content == str(outcome.answer)
    assert messages[-1].text == DONE
    assert endpoint.posts == 1


def test_an_answer_that_never_passes_ends_after_four_calls_of_the_endpoint(run: Run) -> None:
    model = playing([JD])
    with LocalEndpoint(worker=garbage) as endpoint:
        messages = run(model, career_tools(endpoint.llm()))
        assert endpoint.posts == 4
    (outcome,) = outcomes(messages)
    assert (outcome.verdict, outcome.error) == ("rejected", "ContractError")
    assert outcome.ledger is not None
    assert len(outcome.ledger.attempts) == 4
    assert "Quokka" not in model.shown[1][-1].text
    assert messages[-1].text == DONE, "who answers by itself after a refusal is not disturbed"
    assert len(model.shown) == 2


def test_a_stubborn_model_is_stopped_after_a_fixed_number_of_calls(run: Run) -> None:
    model = stubborn(JD)
    with LocalEndpoint(worker=garbage) as endpoint:
        messages = run(model, career_tools(endpoint.llm()))
        assert endpoint.posts == 8
    assert len(model.shown) == 2
    assert [outcome.verdict for outcome in outcomes(messages)] == ["rejected"] * 2
    assert isinstance(messages[-1], AIMessage)
    assert messages[-1].text == outcomes(messages)[-1].message


def test_a_stubborn_model_that_tries_one_tool_after_the_other_is_stopped_too(run: Run) -> None:
    every: list[Call] = [(name, MATCH[1] if name == MATCH[0] else {"request": "Nurse, nights"}) for name in DOMAINS]
    model = Scripted(plays=(calls(each) for each in cycle(every)))
    with LocalEndpoint(worker=garbage) as endpoint:
        messages = run(model, career_tools(endpoint.llm()))
        assert endpoint.posts == 24
    assert len(model.shown) == 6
    assert isinstance(messages[-1], AIMessage)
    assert messages[-1].text == outcomes(messages)[-1].message


def test_a_question_of_pay_makes_no_call_and_the_agent_goes_on(endpoint: LocalEndpoint, run: Run) -> None:
    model = playing([PAY], [JD])
    messages = run(model, career_tools(endpoint.llm()))
    blocked, accepted = outcomes(messages)
    assert (blocked.verdict, blocked.message) == ("blocked", MESSAGES["salary"])
    assert accepted.verdict == "accepted"
    assert endpoint.posts == 1
    assert messages[-1].text == DONE


def test_parallel_calls_bring_each_its_own(run: Run) -> None:
    together = asyncio.Event()
    seen: list[str] = []

    async def worker(job_input: Any) -> str:
        seen.append(job_input["prompt"])
        if len(seen) == 3:
            together.set()
        await together.wait()  # none is answered before all are asked
        return next(GOOD[name] for name, domain in DOMAINS.items() if domain.system in job_input["prompt"])

    with LocalEndpoint(worker=worker) as endpoint:
        messages = run(playing([JD, PAY, ATS, MATCH]), career_tools(endpoint.llm(timeout=30)))
        assert endpoint.posts == 3
    found = outcomes(messages)
    assert [outcome.domain for outcome in found] == [name for name, _ in (JD, PAY, ATS, MATCH)]
    assert Counter(outcome.verdict for outcome in found) == {"accepted": 3, "blocked": 1}
    assert messages[-1].text == DONE
    assert "Jane" not in str(seen)


def test_two_parallel_refusals_count_once(run: Run) -> None:
    model = playing([PAY, PAY])
    with LocalEndpoint(worker=garbage) as endpoint:
        messages = run(model, career_tools(endpoint.llm()))
    assert [outcome.verdict for outcome in outcomes(messages)] == ["blocked"] * 2
    assert messages[-1].text == DONE


def test_a_deadline_is_told_as_a_failure_that_may_pass(run: Run) -> None:
    with LocalEndpoint(workers=0) as endpoint:
        messages = run(playing([JD]), career_tools(endpoint.llm(timeout=1)))
        assert endpoint.live_jobs() == []
        assert list(endpoint.jobs().values()) == ["CANCELLED"]
    (outcome,) = outcomes(messages)
    assert (outcome.verdict, outcome.error, outcome.is_retryable) == ("failed", "EndpointTimeoutError", True)
    assert "at the deadline" in outcome.message
    assert "call again once" in outcome.advice


@pytest.mark.parametrize("loop", LOOPS)
def test_who_cancels_the_agent_cancels_the_jobs(loop: str) -> None:
    with LocalEndpoint(workers=0) as endpoint:
        running = LOOPS[loop](playing([JD, ATS]), career_tools(endpoint.llm()))

        async def main() -> None:
            task = asyncio.create_task(running.ainvoke({"messages": [HumanMessage("Help me")]}))
            await asyncio.to_thread(until, lambda: len(endpoint.live_jobs()) == 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        assert list(endpoint.jobs().values()) == ["CANCELLED"] * 2


@pytest.mark.parametrize("loop", LOOPS)
def test_arguments_that_do_not_fit_are_mended_by_the_agent(endpoint: LocalEndpoint, loop: str) -> None:
    model = playing([("job_resume_match", {"resume": "SQL"})], [MATCH])
    messages = LOOPS[loop](model, career_tools(endpoint.llm())).invoke({"messages": [HumanMessage("Help me")]})[
        "messages"
    ]
    mistaken, mended = (message for message in messages if isinstance(message, ToolMessage))
    assert "job_description: Field required" in mistaken.text
    assert outcomes([mended])[0].verdict == "accepted"


@pytest.mark.parametrize("loop", LOOPS)
def test_a_checkpointer_keeps_every_outcome_and_the_count_begins_with_each_question(loop: str) -> None:
    config = {"configurable": {"thread_id": "1"}}
    saver = InMemorySaver()
    with LocalEndpoint(worker=garbage) as endpoint:
        for _ in range(2):
            running = LOOPS[loop](playing([JD]), career_tools(endpoint.llm()), checkpointer=saver)
            messages = running.invoke({"messages": [HumanMessage("Help me")]}, config)["messages"]
            assert messages[-1].text == DONE
    kept = running.get_state(config).values["messages"]
    told = [message.artifact for message in kept if isinstance(message, ToolMessage)]
    assert [each["verdict"] for each in told] == ["rejected", "rejected"]
    assert [len(each["ledger"]["attempts"]) for each in told] == [4, 4]


@pytest.fixture(scope="module")
def served() -> Iterator[LocalEndpoint]:
    with LocalEndpoint() as running:
        yield running


class Standard(ToolsIntegrationTests):
    domain: ClassVar[str]

    @pytest.fixture
    def tool(self, served: LocalEndpoint) -> BaseTool:
        (made,) = career_tools(served.llm(), domains=[self.domain])
        return made

    @property
    def tool_constructor(self) -> type[BaseTool]:
        return StructuredTool

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return MATCH[1] if self.domain == MATCH[0] else {"request": "Help a nurse"}


class TestResumeGuidance(Standard):
    domain = "resume_guidance"


class TestJobDescription(Standard):
    domain = "job_description"


class TestJobResumeMatch(Standard):
    domain = "job_resume_match"


class TestRecruitingStrategy(Standard):
    domain = "recruiting_strategy"


class TestAtsKeywords(Standard):
    domain = "ats_keywords"
