"""The fixtures are written by hand, after the chat template of Qwen2.5-Instruct: rendering a copy of it proves less."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_careerv2.chat.messages import chat_prompt, question
from langchain_careerv2.chatml import SPECIAL_TOKENS, TAG_TOKENS, turns
from langchain_careerv2.errors import InvalidRequestError

SECRET = "Jane Doe of 12 Main Street"
TOOL = {"type": "function", "function": {"name": "find", "description": "Finds jobs", "parameters": {"type": "object"}}}
TOOLS = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{"type": "function", "function": {"name": "find", "description": "Finds jobs", "parameters": {"type": "object"}}}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>"""


def called(*calls: tuple[str, dict[str, Any]], content: Any = "") -> AIMessage:
    """A message with calls, whose ids are 1, 2 and so on."""
    made = [{"name": name, "args": args, "id": str(number)} for number, (name, args) in enumerate(calls, 1)]
    return AIMessage(content, tool_calls=made)


CONVERSATIONS: dict[str, tuple[list[BaseMessage], dict[str, Any], str]] = {
    "one question, no invented system turn": (
        [HumanMessage("Hi")],
        {},
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    ),
    "a conversation": (
        [SystemMessage("Be brief."), HumanMessage("Hi"), AIMessage("Hello"), HumanMessage("Bye")],
        {},
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n",
    ),
    "an empty answer and a later system turn": (
        [HumanMessage("Hi"), AIMessage(""), SystemMessage("Louder."), HumanMessage("Hi?")],
        {},
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<|im_end|>\n<|im_start|>system\nLouder.<|im_end|>\n"
        "<|im_start|>user\nHi?<|im_end|>\n<|im_start|>assistant\n",
    ),
    "tools without a system message": (
        [HumanMessage("Hi")],
        {"tools": [TOOL]},
        f"<|im_start|>system\n{TOOLS}<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    ),
    "tools, an instruction and a seed": (
        [SystemMessage("Be brief."), HumanMessage("Hi")],
        {"tools": [TOOL], "instruction": "JSON please.", "seed": "<tool_call>\n"},
        f"<|im_start|>system\nBe brief.\n\nJSON please.\n\n{TOOLS}<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n<tool_call>\n",
    ),
    "calls and their results in one turn": (
        [
            HumanMessage("Jobs?"),
            called(("find", {"q": "Köln", "n": 2}), ("find", {}), content="Let me see."),
            ToolMessage("none", tool_call_id="1"),
            ToolMessage("", tool_call_id="2"),
        ],
        {},
        "<|im_start|>user\nJobs?<|im_end|>\n<|im_start|>assistant\nLet me see.\n<tool_call>\n"
        '{"name": "find", "arguments": {"q": "Köln", "n": 2}}\n</tool_call>\n<tool_call>\n'
        '{"name": "find", "arguments": {}}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\nnone\n'
        "</tool_response>\n<tool_response>\n\n</tool_response><|im_end|>\n<|im_start|>assistant\n",
    ),
    "results in the order of their calls": (
        [
            HumanMessage("Jobs?"),
            called(("find", {"n": 1}), ("find", {"n": 2})),
            ToolMessage("two", tool_call_id="2"),
            ToolMessage("one", tool_call_id="1"),
        ],
        {},
        '<|im_start|>user\nJobs?<|im_end|>\n<|im_start|>assistant\n<tool_call>\n{"name": "find", "arguments": '
        '{"n": 1}}\n</tool_call>\n<tool_call>\n{"name": "find", "arguments": {"n": 2}}\n</tool_call><|im_end|>\n'
        "<|im_start|>user\n<tool_response>\none\n</tool_response>\n<tool_response>\ntwo\n</tool_response><|im_end|>\n"
        "<|im_start|>assistant\n",
    ),
    "a call without words, then a question": (
        [HumanMessage("Jobs?"), called(("find", {})), ToolMessage("3", tool_call_id="1"), HumanMessage("Which?")],
        {},
        '<|im_start|>user\nJobs?<|im_end|>\n<|im_start|>assistant\n<tool_call>\n{"name": "find", "arguments": {}}\n'
        "</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n3\n</tool_response><|im_end|>\n"
        "<|im_start|>user\nWhich?<|im_end|>\n<|im_start|>assistant\n",
    ),
    "a call that could not be read": (
        [
            HumanMessage("Jobs?"),
            AIMessage("", invalid_tool_calls=[{"name": "find", "args": '{"q": ', "id": "1", "error": None}]),
            ToolMessage("no JSON", tool_call_id="1", status="error"),
        ],
        {},
        '<|im_start|>user\nJobs?<|im_end|>\n<|im_start|>assistant\n<tool_call>\n{"name": "find", "arguments": '
        '"{\\"q\\": "}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\nno JSON\n</tool_response>'
        "<|im_end|>\n<|im_start|>assistant\n",
    ),
    "blocks of text, thinking and calls": (
        [
            HumanMessage(["Jobs", {"type": "text", "text": "?", "cache_control": {"type": "ephemeral"}}], name="jo"),
            called(
                ("find", {}),
                content=[
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "text", "text": "Yes."},
                    {"type": "tool_use", "id": "1", "name": "find", "input": {}},
                ],
            ),
            ToolMessage([{"type": "text", "text": "3"}], tool_call_id="1"),
        ],
        {},
        "<|im_start|>user\nJobs?<|im_end|>\n<|im_start|>assistant\nYes.\n<tool_call>\n"
        '{"name": "find", "arguments": {}}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n3\n'
        "</tool_response><|im_end|>\n<|im_start|>assistant\n",
    ),
    "roles by name": (
        [ChatMessage(content="Be brief.", role="system"), ChatMessage(content="Hi", role="user")],
        {},
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    ),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_is_rendered_as_qwens_template_does(name: str) -> None:
    messages, options, wanted = CONVERSATIONS[name]
    assert chat_prompt(messages, **options) == wanted


ONCE = ToolMessage(SECRET, tool_call_id="1")
TWICE = AIMessage("", tool_calls=[{"name": name, "args": {}, "id": "1"} for name in "fg"])


def media(kind: str) -> list[Any]:
    return [{"type": "text", "text": SECRET}, {"type": kind, "url": SECRET}]


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "there is no message"),
        ([HumanMessage("Hi"), ChatMessage(content=SECRET, role=SECRET)], r"message 1 \(chat\): the model knows"),
        ([FunctionMessage(content=SECRET, name="f")], r"message 0 \(function\): the model knows"),
        ([RemoveMessage(id=SECRET)], r"message 0 \(remove\): the model knows"),
        ([HumanMessage(media("image"))], r"message 0 \(human\): it has a block of the type image "),
        ([HumanMessage(media("input_audio"))], r"block of the type input_audio "),
        ([HumanMessage(media("file"))], r"block of the type file "),
        ([HumanMessage(media(SECRET))], r"message 0 \(human\): it has a block that is no text"),
        ([HumanMessage("Hi"), called(("f", {})), ToolMessage(media("image"), tool_call_id="1")], r"message 2 \(tool\)"),
        ([HumanMessage("Hi"), AIMessage(media("tool_use")), HumanMessage("Hi")], r"message 1 \(ai\): .*tool_use"),
        ([HumanMessage(" \n")], r"message 0 \(human\): it is empty"),
        ([HumanMessage([])], r"message 0 \(human\): it is empty"),
        ([HumanMessage("\u200b\x00\ufeff ")], r"message 0 \(human\): it is empty"),
        ([HumanMessage([{"type": [SECRET]}])], r"message 0 \(human\): it has a block that is no text"),
        ([HumanMessage("Hi"), AIMessage([{"type": {SECRET: 1}}])], r"message 1 \(ai\): it has a block that is no text"),
        (
            [HumanMessage("Hi"), called(("f", {"d": date(2020, 1, 1)}))],
            r"message 1 \(ai\): the arguments of a tool call",
        ),
        ([HumanMessage("Hi"), TWICE], r"message 1 \(ai\): two of its tool calls have one id"),
        ([HumanMessage("Hi"), called(("f", {})), ONCE, ONCE], r"message 3 \(tool\): .* has a result already"),
        ([SystemMessage(""), HumanMessage("Hi")], r"message 0 \(system\): it is empty"),
        ([HumanMessage("Hi"), AIMessage(SECRET)], r"message 1 \(ai\): it is the model's own"),
        ([HumanMessage("Hi"), called(("f", {"x": SECRET}))], r"message 1 \(ai\): it is the model's own"),
        ([HumanMessage("Hi"), ToolMessage(SECRET, tool_call_id="1")], r"message 1 \(tool\): no message before it"),
        ([HumanMessage("Hi"), called(("f", {})), ToolMessage(SECRET, tool_call_id=SECRET)], r"message 2 \(tool\): no"),
    ],
)
def test_what_the_model_cannot_be_told_is_named_by_place_and_type(messages: list[BaseMessage], words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words) as caught:
        chat_prompt(messages)
    assert SECRET not in str(caught.value)


def test_the_handler_is_asked_one_question_and_nothing_that_it_would_drop() -> None:
    assert question([HumanMessage("Hi")]) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    for messages in ([SystemMessage("s"), HumanMessage("Hi")], [HumanMessage("Hi"), AIMessage(""), HumanMessage("x")]):
        with pytest.raises(InvalidRequestError, match=f"there are {len(messages)} messages"):
            question(messages)
    with pytest.raises(InvalidRequestError, match=r"message 0 \(system\): the handler takes one human message"):
        question([SystemMessage("s")])


CONTROL = (*SPECIAL_TOKENS, *TAG_TOKENS)
HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(CONTROL),
        st.sampled_from(CONTROL).flatmap(lambda token: st.integers(0, len(token)).map(lambda cut: token[:cut])),
        st.sampled_from(
            ["im_end|>", "\nsystem\n", '{"name": "pay", "arguments": {}}', '"}', "<", "|", "\x00", "\ud800"]
        ),
        st.text(max_size=4),
    ),
    min_size=1,
    max_size=6,
).map(lambda parts: "x" + "".join(parts))


def conversation(said: str, result: str, name: str) -> str:
    messages = [
        SystemMessage(said),
        HumanMessage([said, {"type": "text", "text": result}]),
        called(("find", {"q": said, name: result}), content=said),
        ToolMessage(result, tool_call_id="1"),
        AIMessage(result, invalid_tool_calls=[{"name": said, "args": result, "id": "2", "error": None}]),
        HumanMessage(said),
    ]
    function = {"name": "find", "description": said, "parameters": {"properties": {name: {"description": result}}}}
    return chat_prompt(messages, tools=[{"type": "function", "function": function}])


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_that_is_said_opens_a_turn_or_writes_a_call(said: str, result: str, name: str) -> None:
    prompt, harmless = conversation(said, result, name), conversation("x", "x", "x")
    assert {token: prompt.count(token) for token in CONTROL} == {token: harmless.count(token) for token in CONTROL}
    assert [role for role, _ in turns(prompt)] == [role for role, _ in turns(harmless)]
    prompt.encode()
