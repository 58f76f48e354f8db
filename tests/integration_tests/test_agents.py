"""The package's own chat model in an agent, with the package's own tools: the offline rules play the model."""

from __future__ import annotations

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.rate_limiters import InMemoryRateLimiter
from pydantic import BaseModel

from langchain_careerv2 import ChatCareerV2, career_assistant, career_chain, career_tools
from langchain_careerv2.chatml import turns
from langchain_careerv2.errors import ConfigurationError, PromptTooLongError
from langchain_careerv2.serving import LocalEndpoint
from langchain_careerv2.tools import stop_at_refusal
from tests.answers import GOOD

ASK = {"messages": [("user", "List ats_keywords for a nurse with triage and telemetry")]}


def agent_of(endpoint: LocalEndpoint) -> Any:
    chat = endpoint.chat()
    return create_agent(chat, career_tools(chat), middleware=[stop_at_refusal()])


def shown(messages: list[Any]) -> ToolMessage:
    """The tool's answer, where the agent called one, and said something about it."""
    _, called, answered, said = messages
    assert isinstance(called, AIMessage)
    assert isinstance(said, AIMessage)
    assert [call["name"] for call in called.tool_calls] == ["ats_keywords"]
    assert called.usage_metadata is not None
    assert isinstance(answered, ToolMessage)
    assert "no language model" in str(said.content)
    return answered


def test_an_agent_calls_a_domain_and_gets_a_checked_answer(endpoint: LocalEndpoint) -> None:
    answered = shown(agent_of(endpoint).invoke(ASK)["messages"])
    assert answered.artifact.verdict == "accepted"
    assert "Triage" in str(answered.content)
    assert answered.artifact.answer.keywords[0] in str(answered.content)


async def test_an_agent_runs_and_streams_in_an_event_loop(endpoint: LocalEndpoint) -> None:
    agent = agent_of(endpoint)
    assert shown((await agent.ainvoke(ASK))["messages"]).artifact.verdict == "accepted"
    states = [state async for state in agent.astream(ASK, stream_mode="values")]
    assert shown(states[-1]["messages"]).artifact.verdict == "accepted"


class Title(BaseModel):
    title: str


@pytest.mark.parametrize("strategy", [ToolStrategy, ProviderStrategy])
def test_an_agent_with_tools_ends_with_a_structured_response(endpoint: LocalEndpoint, strategy: Any) -> None:
    chat = endpoint.chat()
    tools = career_tools(chat, domains=["ats_keywords"])
    agent: Any = create_agent(chat, tools, response_format=strategy(Title))
    state = agent.invoke({"messages": [("user", "List the ats_keywords for a triage nurse")]}, {"recursion_limit": 9})
    called = [call["name"] for message in state["messages"] for call in getattr(message, "tool_calls", [])]
    assert called == ["ats_keywords", "Title"][: len(called)]
    assert isinstance(state["structured_response"], Title)


def test_a_question_for_pay_is_explained_to_the_agent(endpoint: LocalEndpoint) -> None:
    agent = agent_of(endpoint)
    *_, answered, said = agent.invoke({"messages": [("user", "recruiting_strategy: how much does a nurse earn?")]})[
        "messages"
    ]
    assert (answered.artifact.verdict, answered.artifact.blocked.intent) == ("blocked", "salary")
    assert isinstance(said, AIMessage)
    assert endpoint.posts == 2  # the agent's own model, twice


@pytest.mark.parametrize("make", [career_chain, career_assistant], ids=["chain", "assistant"])
def test_a_chain_with_the_chat_model_sends_what_it_sends_with_the_text_model(make: Any) -> None:
    sent: list[Any] = []

    async def work(job_input: Any) -> Any:
        sent.append(job_input)
        return [
            {"choices": [{"text": GOOD["ats_keywords"], "finish_reason": "stop"}], "usage": {"input": 9, "output": 9}}
        ]

    with LocalEndpoint(worker=work) as endpoint:
        fields: dict[str, Any] = {"temperature": 0.1, "timeout": 60}
        for llm in (endpoint.llm(**fields), endpoint.chat(**fields), endpoint.chat(**fields).bind(top_p=0.9)):
            chain = make("ats_keywords", llm) if make is career_chain else make(llm)
            assert str(chain.invoke("ATS keywords for a nurse")) == GOOD["ats_keywords"]
        assert str(career_assistant(endpoint.chat()).invoke("Thank you!")) == GOOD["ats_keywords"]
    text, chat, bound, talk = sent
    assert text == chat == bound
    assert [role for role, _ in turns(talk["prompt"])] == ["system", "user", "assistant"]
    assert [role for role, _ in turns(text["prompt"])] == ["system", "user", "assistant"]
    assert text["sampling_params"]["max_tokens"] == 150


def test_a_chat_model_keeps_its_own_settings_in_a_chain(endpoint: LocalEndpoint) -> None:
    llm: ChatCareerV2 = endpoint.chat(max_model_len=500)
    with pytest.raises(PromptTooLongError, match="a context of 500"):
        career_chain("job_description", llm, fit="trim").invoke({"request": "JD", "document": "nurse " * 900})


def test_a_rate_limiter_is_not_dropped_in_silence(endpoint: LocalEndpoint) -> None:
    with pytest.raises(ConfigurationError, match="rate_limiter"):
        career_chain("ats_keywords", endpoint.chat(rate_limiter=InMemoryRateLimiter()))
