"""Tools as Qwen2.5 knows them: how they are told to the model, and how its calls are read. No I/O, no LangChain.

The forms are those of the chat template of Qwen2.5-Instruct (`tokenizer_config.json` of the model's repository).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_careerv2 import chatml

OPEN, CLOSE = "<tool_call>", "</tool_call>"
TOOLS_HEAD = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>"
)
TOOLS_TAIL = (
    "</tools>\n\nFor each function call, return a json object with function name and arguments within"
    " <tool_call></tool_call> XML tags:\n"
    '<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
)

_TAG = re.compile("</?tool_call>")
_DECODER = json.JSONDecoder(strict=False)  # a small model writes line ends into its strings
_NAMED = re.compile(r'"name"\s*:\s*"([^"\\]+)"')
_ARGUMENTS = ("arguments", "parameters", "args")
"""Where models write arguments; Qwen's own name for them is the first."""
_ARGUED = re.compile(rf'"(?:{"|".join(_ARGUMENTS)})"\s*:')
_BARE = re.compile(rf'\{{\s*"name"\s*:\s*"([^"\\]+)"\s*,\s*{_ARGUED.pattern}')
_FENCES = re.compile(r"\A\s*(?:```(?:json)?\s*)*")
_SLIPS = re.compile(r'("(?:[^"\\]|\\.)*"?)|,(?=\s*[}\]])|```(?:json)?', re.DOTALL)
"""Strings, which stay, and what small models write into JSON besides: commas behind the last of a list, fences."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_DEPTH = 100
"""Lists and objects in each other, in arguments; checkpointers write little more."""


@dataclass(frozen=True)
class Call:
    """A tool call of the model.

    Attributes:
        name: The tool's name; empty where none could be read.
        arguments: The arguments; None where the call could not be read.
        raw: What stands in the answer, where the call could not be read. It begins with the tag, so that nobody
            completes it to JSON.
        error: Why it could not be read.
    """

    name: str
    arguments: Mapping[str, Any] | None
    raw: str = ""
    error: str = ""


def inert_json(value: object) -> str:
    """A value as one line of JSON in which no control string stands."""
    return chatml.neutralise(json.dumps(value, ensure_ascii=False))


def tools_text(tools: Sequence[Mapping[str, Any]]) -> str:
    """The part of the system turn that tells the tools, in OpenAI's form, one a line."""
    return "\n".join([TOOLS_HEAD, *map(inert_json, tools), TOOLS_TAIL])


def call_text(name: str, arguments: object) -> str:
    """A call as the model writes it; what is no object, as a call that could not be read, stands as a string."""
    return f'{OPEN}\n{{"name": {inert_json(name)}, "arguments": {inert_json(arguments)}}}\n{CLOSE}'


def seed(name: str | None) -> str:
    """What an assistant's turn is opened with so that a call must follow: of this tool, or of any."""
    return f'{OPEN}\n{{"name": ' + ('"' if name is None else f'{inert_json(name)}, "arguments": ')


class Reader:
    """Takes an answer apart into text and calls, piece by piece; the result does not depend on where it is cut.

    What may be the beginning of a call is held back. An answer that begins like JSON is held to its end: small models
    write calls without tags.

    Args:
        names: The tools there are; without any, all is text.
        begun: What the prompt began the answer with.
    """

    def __init__(self, names: Collection[str] = (), begun: str = "") -> None:
        self._names = names
        self._unread = begun
        self._begun = begun.removeprefix(OPEN)
        self._in_call = self._said = self._called = False
        self._is_bare: bool | None = None

    def feed(self, text: str) -> Iterator[str | Call]:
        """Takes a piece of the answer, and yields what is certain."""
        if not self._names:
            if text:
                yield text
            return
        self._unread += text
        if self._is_bare is None and (begun := self._unread.lstrip()) not in ("", "`", "``"):
            self._is_bare = begun.startswith(("{", "```"))
        if self._is_bare is False:
            yield from self._tagged()

    def end(self) -> Iterator[str | Call]:
        """Yields the rest, when nothing follows."""
        if self._is_bare:
            self._is_bare = False
            yield from self._bare()
        yield from self._tagged()
        rest, self._unread = self._unread, ""
        if self._in_call:
            yield from self._calls(rest, "")
        else:
            yield from self._text(rest.rstrip() if self._called else rest)

    def _tagged(self) -> Iterator[str | Call]:
        while True:
            if not self._in_call:
                before, tag, after = self._parted()
                if not tag:
                    held = _held(self._unread)
                    before, self._unread = self._unread[:held], self._unread[held:]
                    yield from self._text(before)
                    return
                yield from self._text(before.rstrip())
                self._in_call, self._unread = tag == OPEN, after
                self._called |= tag == CLOSE  # a stray one
                continue
            body, tag, after = self._parted()
            if not tag:
                return
            self._in_call, self._unread = tag == OPEN, after
            if tag == CLOSE or body.strip() not in ("", self._begun.strip()):  # a tag or a beginning that is doubled
                yield from self._calls(body, CLOSE if tag == CLOSE else "")

    def _parted(self) -> tuple[str, str, str]:
        """What is unread before its first tag, the tag, and what is behind it."""
        found = _TAG.search(self._unread)
        return (
            (self._unread[: found.start()], found[0], self._unread[found.end() :]) if found else (self._unread, "", "")
        )

    def _text(self, text: str) -> Iterator[str]:
        if self._called:
            text = text.lstrip()
            if text and self._said:
                text = f"\n{text}"
            self._called = not text
        if text:
            self._said = True
            yield text

    def _calls(self, body: str, close: str) -> Iterator[str | Call]:
        """The calls between two tags: one, or several in a row; what is no call makes the whole of it unreadable."""
        if self._called and not close and not body.strip():
            return  # the last call was closed with an opening tag
        again = body.removeprefix(self._begun).lstrip()
        if self._begun and (found := _BARE.match(again)) and found[1] in self._names:
            body = again  # the model repeated what the prompt had begun
        calls, rest = _decoded(body)
        mended = _mended(body)
        # The arguments may be whole, and only the last brace missing.
        for text in (f"{body.rstrip()}}}", mended, f"{mended.rstrip()}}}"):
            if rest and not calls and (text == mended or _ARGUED.search(body)):
                calls, rest = _decoded(text)
        if not calls or (rest and close):
            calls, rest = [_unreadable(f"{OPEN}{body}{close}")], ""
        self._called = True
        yield from calls
        if rest:  # the closing tag was forgotten, and the answer went on
            yield from self._text(rest.rstrip())
            self._called = True

    def _bare(self) -> Iterator[Call]:
        """Calls without tags at the beginning of an answer; the rest is left to be read."""
        while (found := _BARE.match(text := _FENCES.sub("", self._unread))) and found[1] in self._names:
            calls, rest = _decoded(text)
            if not calls:
                calls, rest = _decoded(_mended(text))
            self._called, self._unread = True, _FENCES.sub("", rest)
            if not calls:
                self._unread = ""
            yield from calls or [_unreadable(f"{OPEN}{text}")]


def _held(text: str) -> int:
    """Where the end of a text begins that may be the beginning of a call: a cut tag, and the blanks before it."""
    sizes = range(min(len(CLOSE), len(text)), 0, -1)
    cut = next((size for size in sizes if text.endswith((OPEN[:size], CLOSE[:size]))), 0)
    return len(text[: len(text) - cut].rstrip())


def _decoded(body: str) -> tuple[list[Call], str]:
    """The calls that a text begins with, and what follows them."""
    calls: list[Call] = []
    rest = body.lstrip()
    while rest:
        try:
            value, end = _DECODER.raw_decode(rest)
        except (ValueError, RecursionError):
            break
        if (call := _call(value)) is None:
            break
        calls.append(call)
        rest = rest[end:].lstrip()
    return calls, rest


def _call(value: object) -> Call | None:
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str) or not name:
        return None
    found = [value[key] for key in _ARGUMENTS if key in value]
    if not found and len(value) > 1:  # the arguments stand under a name that nobody knows
        return None
    arguments = (found and found[0]) or {}
    try:
        arguments = _storable(_DECODER.decode(arguments) if isinstance(arguments, str) else arguments)
    except (ValueError, RecursionError):
        return None
    return Call(_SURROGATE.sub("\ufffd", name), arguments) if isinstance(arguments, dict) else None


def _storable(value: Any, depth: int = 0) -> Any:
    """A value as checkpointers can keep it: lone surrogates replaced, and no number or nesting that is too large."""
    if depth > MAX_DEPTH or (isinstance(value, int) and not -(2**63) <= value < 2**64):
        raise ValueError("too large")
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_storable(name): _storable(item, depth + 1) for name, item in value.items()}
    return [_storable(item, depth + 1) for item in value] if isinstance(value, list) else value


def _mended(text: str) -> str:
    """JSON without the slips of small models."""
    return _SLIPS.sub(lambda found: found[1] or "", text)


def _unreadable(raw: str) -> Call:
    named = _NAMED.search(raw)
    return Call(named[1] if named else "", None, raw, "the call is no JSON object with a name and arguments")
