"""A conversation of LangChain messages as a ChatML prompt, as the chat template of Qwen2.5-Instruct renders it.

Where no system message is given there is no system turn, but for tools or a schema: the template's own sentence ("You
are Qwen") is not what this fine-tune was trained with. All content is neutralised. Names of messages are not rendered,
nor is earlier reasoning: the template has no place for them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NoReturn

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, HumanMessage, SystemMessage, ToolMessage

from langchain_careerv2 import chatml, errors
from langchain_careerv2.chat.toolcalls import call_text, tools_text

_ROLES: Mapping[str, str] = {"system": "system", "user": "user", "human": "user", "assistant": "assistant",
                             "ai": "assistant"}  # fmt: skip
_KINDS: Sequence[tuple[type[BaseMessage], str]] = (
    (SystemMessage, "system"),
    (HumanMessage, "user"),
    (AIMessage, "assistant"),
    (ToolMessage, "tool"),
)
_CALL_BLOCKS = frozenset({"tool_use", "tool_call", "tool_call_chunk", "invalid_tool_call"})
_REASONING = frozenset({"reasoning", "thinking", "redacted_thinking"})
_MEDIA = frozenset({"image", "image_url", "audio", "input_audio", "video", "file", "document", "text-plain", "media"})

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})

Turn = tuple[str, str]
"""A role and a text that is safe in its turn. The role `tool` is part of a user's turn."""


def chat_prompt(
    messages: Sequence[BaseMessage], *, tools: Sequence[Mapping[str, Any]] = (), instruction: str = "", seed: str = ""
) -> str:
    """The prompt of a conversation, with the assistant's turn opened.

    Args:
        messages: The conversation.
        tools: The tools there are, in OpenAI's form.
        instruction: What is added to the system turn; taken as it is.
        seed: What the assistant's turn begins with; taken as it is.

    Raises:
        InvalidRequestError: There is no message; one has a role, a block or no content that the model cannot be told;
            a tool's result has no call, or its call is not the only one of its id or has a result already; a call is no
            JSON; or the last one is the model's own. It names the message by its place and type.
    """
    turns = _turns(messages)
    system = [turns.pop(0)[1]] if turns[0][0] == "system" else []
    system += [part for part in (instruction, tools_text(tools) if tools else "") if part]
    turns = [("system", "\n\n".join(system))] * bool(system) + turns
    text = "".join(_joined(is_tool, list(group)) for is_tool, group in groupby(turns, lambda turn: turn[0] == "tool"))
    return f"{text}{chatml.IM_START}assistant\n{seed}"


def question(messages: Sequence[BaseMessage]) -> str:
    """The prompt for the handler, which takes one question and writes all else itself.

    Raises:
        InvalidRequestError: The conversation is not one human message: the handler would drop the rest in silence.
    """
    if len(messages) > 1:
        raise errors.InvalidRequestError(
            f"the handler takes one human message and drops all else, and there are {len(messages)} messages:"
            " ask a raw endpoint (handler=False)"
        )
    turns = _turns(messages)
    if turns[0][0] != "user":
        _refuse(0, messages[0], "the handler takes one human message")
    return chat_prompt(messages)


def refuse_untyped(messages: Sequence[BaseMessage]) -> None:
    """Refuses blocks whose type is no word, which core's own reading of messages fails at.

    Raises:
        InvalidRequestError: There is one.
    """
    for index, message in enumerate(messages):
        for block in message.content:
            if isinstance(block, dict) and not isinstance(block.get("type", ""), str):
                _refuse(index, message, "it has a block whose type is no word")


def _joined(is_tool: bool, turns: Sequence[Turn]) -> str:
    """Turns as ChatML; the results of tools that follow each other are one turn of the user."""
    if is_tool:
        results = "".join(f"\n<tool_response>\n{text}\n</tool_response>" for _, text in turns)
        return f"{chatml.IM_START}user{results}{chatml.IM_END}\n"
    return "".join(f"{chatml.IM_START}{role}\n{text}{chatml.IM_END}\n" for role, text in turns)


def _turns(messages: Sequence[BaseMessage]) -> list[Turn]:
    if not messages:
        raise errors.InvalidRequestError("there is no message: say something")
    places: dict[str | None, tuple[int, int]] = {}
    answered: set[str | None] = set()
    turns: list[tuple[tuple[int, tuple[int, int]], Turn]] = []
    start = 0
    for index, message in enumerate(messages):
        role = _role(index, message)
        text = "".join(_texts(index, message))
        if role in ("system", "user") and _is_blank(text):
            _refuse(index, message, "it is empty")
        place = (-1, -1)
        if isinstance(message, ToolMessage):
            place = _answers(index, message, places, answered)
            answered.add(message.tool_call_id)
        else:
            start = index
        if isinstance(message, AIMessage):
            ids = [call["id"] for call in (*message.tool_calls, *message.invalid_tool_calls)]
            if len(set(ids) - {None}) < len(ids) - ids.count(None):
                _refuse(index, message, "two of its tool calls have one id")
            places |= {call_id: (index, number) for number, call_id in enumerate(ids)}
            answered -= {*ids}
            text = "\n".join([*([text] if text else ()), *_calls(index, message)])
        turns.append(((start, place), (role, text)))
    if turns[-1][1][0] == "assistant":
        _refuse(len(messages) - 1, messages[-1], "it is the model's own, and there is nothing to answer behind it")
    # The template has no ids: the model takes the first result for the first call's.
    return [turn for _, turn in sorted(turns, key=itemgetter(0))]


def _answers(
    index: int, message: ToolMessage, places: Mapping[str | None, tuple[int, int]], answered: set[str | None]
) -> tuple[int, int]:
    """The place of the call that a result answers."""
    if message.tool_call_id not in places:
        _refuse(index, message, "no message before it has the tool call that it answers")
    if message.tool_call_id in answered:
        _refuse(index, message, "the tool call that it answers has a result already")
    return places[message.tool_call_id]


def _is_blank(text: str) -> bool:
    """Whether nothing in a neutralised text can be seen."""
    return all(each == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(each) in _UNSEEN for each in text)


def _role(index: int, message: BaseMessage) -> str:
    role = _ROLES.get(message.role) if isinstance(message, ChatMessage) else None
    role = role or next((role for kind, role in _KINDS if isinstance(message, kind)), None)
    return role or _refuse(index, message, "the model knows system, human, AI and tool messages only")


def _texts(index: int, message: BaseMessage) -> Iterator[str]:
    content = [message.content] if isinstance(message.content, str) else message.content
    ours = isinstance(message, AIMessage)
    for block in content:
        text = block if isinstance(block, str) else block.get("text") if block.get("type") == "text" else None
        if isinstance(text, str):
            yield chatml.neutralise(text)
            continue
        kind = str(block.get("type")) if isinstance(block, dict) else None
        if ours and (kind in _REASONING or (kind in _CALL_BLOCKS and _is_listed(message, block))):
            continue
        said = f"a block of the type {kind}" if kind in _MEDIA | _CALL_BLOCKS | _REASONING else "a block"
        _refuse(index, message, f"it has {said} that is no text, and the model reads text only")


def _is_listed(message: BaseMessage, block: str | dict[str, Any]) -> bool:
    """Whether a block repeats a call that the message lists."""
    calls = [*message.tool_calls, *message.invalid_tool_calls] if isinstance(message, AIMessage) else []
    return isinstance(block, dict) and any(call["id"] == block.get("id") for call in calls)


def _calls(index: int, message: AIMessage) -> Iterator[str]:
    for call in message.tool_calls:
        try:
            yield call_text(call["name"], call["args"])
        except (TypeError, ValueError, RecursionError):
            _refuse(index, message, "the arguments of a tool call are no JSON")
    for bad in message.invalid_tool_calls:  # as a string, so that the form that is shown is the right one
        yield call_text(bad["name"] or "", bad["args"] or "")


def _refuse(index: int, message: BaseMessage, why: str) -> NoReturn:
    raise errors.InvalidRequestError(f"message {index} ({message.type}): {why}") from None
