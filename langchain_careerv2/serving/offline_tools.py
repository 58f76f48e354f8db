"""The offline engine's part in a conversation with tools and schemas: rules, which understand nothing.

Which tool is called is decided by the words that it shares with the question; what it is called with is copied out of
the question, by the types and names of its properties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

from langchain_careerv2 import chatml
from langchain_careerv2.chat.schemas import INSTRUCTION, bounds, resolved
from langchain_careerv2.chat.toolcalls import CLOSE, OPEN, TOOLS_HEAD, TOOLS_TAIL
from langchain_careerv2.domains import named_domain

Json = Mapping[str, Any]

_COMMON = frozenset(
    "a an and any are as at be by can do does for from get give has have how i in is it me my of on or please tell that"
    " the this to tool use using value what when where which who why will with you your".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_QUOTED = re.compile(
    r"(?<!\w)(?:'([^'\n]+)'|\"([^\"\n]+)\"|\u201c([^\u201d\n]+)\u201d|\u300c([^\u300d\n]+)\u300d)(?!\w)"
)
_PLACE = re.compile(r"\b(?:in|for|of|at|near) ((?:[A-Z][\w'-]*,? ?)+)")
_PLACES = re.compile(r"location|city|place|country|region|town")
_NO = re.compile(r"\b(?:no|not|without|never|false|don't)\b", re.IGNORECASE)
_ASKS_JSON = re.compile(r"\bJSON\b.*\b(?:keys?|fields?|properties)\b", re.DOTALL | re.IGNORECASE)
_RESULT = re.compile(r"<tool_response>\n(.*?)\n</tool_response>", re.DOTALL)
_CALLED = re.compile(re.escape(OPEN) + r'\n\{"name": "([^"\\]+)"')
_FORCED = re.compile(re.escape(OPEN) + r'\n\{"name": "(?:(?P<name>[^"\\]+)", "arguments": )?\Z')


def answer(prompt: str, signature: str) -> str | None:
    """What the rules write for a prompt in which there is a tool, a tool's result or a schema; None for any other.

    Args:
        prompt: A ChatML prompt, with the assistant's turn opened.
        signature: The engine's name, which ends what it says of a tool's result.
    """
    turns = chatml.turns(prompt)
    asked = [text for role, text in turns if role == "user"]
    if not asked:
        return None
    system = "\n".join(text for role, text in turns if role == "system")
    results = _RESULT.findall(asked[-1])
    questions = [place for place, (role, text) in enumerate(turns) if role == "user" and not _RESULT.search(text)]
    question = turns[questions[-1]][1] if questions else ""
    tools = {tool["function"]["name"]: tool["function"] for tool in _tools(system)}
    forced = _FORCED.search(prompt)
    if forced and tools:
        since = turns[questions[-1] :] if questions else turns
        called = {name for role, text in since if role == "assistant" for name in _CALLED.findall(text)}
        return _forced(forced["name"], tools, question, called)
    if results and _schema(system) is None:
        return f"The result is: {'; '.join(results)} -- {signature}"
    if not results and (name := _best(tools, question)):
        return f"{OPEN}\n{_call(tools[name], question)}\n{CLOSE}"
    return _json(prompt, system, question)


def _json(prompt: str, system: str, question: str) -> str | None:
    """JSON of the schema that the system turn asks for, or with the quoted keys that the question asks for."""
    if (schema := _schema(system)) is not None:
        return _written(_Filler(question, schema).value(schema, ""))
    if named_domain(prompt) or not _ASKS_JSON.search(question):
        return None
    keys = [text for text in _quoted(question) if text.isidentifier()]
    return _written(dict.fromkeys(keys, question)) if keys else None


def _schema(system: str) -> Any:
    with suppress(ValueError):  # whoever writes a system turn may write the same words
        return json.JSONDecoder().raw_decode(system.rpartition(INSTRUCTION)[2].lstrip())[0]
    return None


def _tools(system: str) -> list[Json]:
    """The tools that a system turn tells, one a line."""
    block = system.rpartition(TOOLS_HEAD)[2].partition(TOOLS_TAIL)
    with suppress(ValueError):
        return [json.loads(line) for line in block[0].splitlines() if line] if block[1] else []
    return []


def _forced(name: str | None, tools: Mapping[str, Json], question: str, called: Collection[str]) -> str:
    """The rest of a call that the prompt has begun: of a tool that was not called yet, where there is one."""
    left = {other: tool for other, tool in tools.items() if other not in called} or tools
    chosen = tools[name or _best(left, question) or next(iter(left))]
    call = f"{_call(chosen, question)}\n{CLOSE}"
    return call.partition('"arguments": ' if name else '{"name": "')[2]


def _best(tools: Mapping[str, Json], question: str) -> str | None:
    """The tool whose name, and then whose description, shares most words with a question; None where none does."""
    said = _words(question)
    told = {name: (name, str(tool.get("description", ""))) for name, tool in tools.items()}
    shared = {name: [len(said & _words(text)) for text in texts] for name, texts in told.items()}
    best = max(shared, key=shared.__getitem__, default=None)
    return best if best and any(shared[best]) else None


def _words(text: str) -> set[str]:
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    return {word.casefold() for word in _WORD.findall(apart)} - _COMMON


def _call(tool: Json, question: str) -> str:
    schema = tool.get("parameters") or {}
    return f'{{"name": {_written(tool["name"])}, "arguments": {_written(_Filler(question, schema).members(schema))}}}'


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> list[str]:
    return ["".join(found) for found in _QUOTED.findall(text)]


class _Filler:
    """Fills a schema out of a question; numbers and quoted texts are used one after another, the last one again."""

    def __init__(self, question: str, root: object) -> None:
        self._question = question.strip()
        self._root = root
        self._numbers = [float(found) for found in _NUMBER.findall(question)]
        self._texts = _quoted(question)

    def members(self, schema: Json) -> dict[str, Any]:
        """The properties that an object must have."""
        properties = schema.get("properties", {})
        return {name: self.value(properties.get(name, {}), name) for name in schema.get("required", ())}

    def value(self, schema: object, name: str) -> Any:
        """A value of a schema, for a property of this name."""
        schema = resolved(schema, self._root)
        if not isinstance(schema, Mapping):
            return self._text(name)
        for part in schema.get("allOf", ()):
            schema = {**resolved(part, self._root), **schema}
        for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if (option := resolved(choice, self._root)) and option.get("type") != "null":
                return self.value(option, name)
        if values := [schema["const"]] if "const" in schema else schema.get("enum"):
            return next((value for value in values if str(value).casefold() in self._question.casefold()), values[0])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
        makers: Mapping[str, Callable[[Json, str], Any]] = {
            "integer": self._number,
            "number": self._number,
            "array": self._items,
            "object": lambda schema, _: self.members(schema),
            "boolean": lambda *_: not _NO.search(self._question),
            "null": lambda *_: None,
        }
        return makers.get(kind, self._string)(schema, name)

    def _string(self, schema: Json, name: str) -> str:
        return self._text(name)[: schema.get("maxLength")].ljust(schema.get("minLength", 0), ".")

    def _number(self, schema: Json, name: str) -> float:
        whole = schema.get("type") != "number"
        found = self._numbers.pop(0) if len(self._numbers) > 1 else (self._numbers or [0.0])[0]
        low, high = bounds(schema, whole=whole)
        inside = min(max(int(found) if whole else found, low), high)
        return int(inside) if inside % 1 == 0 else inside

    def _items(self, schema: Json, name: str) -> list[Any]:
        item = resolved(schema.get("items", {}), self._root)
        kind = item.get("type") if isinstance(item, Mapping) else None
        named = len(self._texts) if kind == "string" else len(self._numbers) if kind in ("integer", "number") else 0
        count = max(min(max(named, 1), schema.get("maxItems", max(named, 1))), schema.get("minItems", 0))
        return [self.value(item, name) for _ in range(count)]

    def _text(self, name: str) -> str:
        """What of the question fits a property's name."""
        return next(self._fits(name.casefold()), self._question)

    def _fits(self, name: str) -> Iterator[str]:
        document = re.search(rf"<{name}>\n(.*?)\n</{name}>", chatml.fenced(self._question), re.DOTALL)
        if name in chatml.DOCUMENTS and document:
            yield document[1]
        if self._texts:
            yield self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        place = _PLACE.search(self._question) if _PLACES.search(name) else None
        if place:
            yield place[1].rstrip(", ")
