"""The tools of a conversation: converted to OpenAI's form, checked, and with the choice among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from langchain_careerv2 import errors
from langchain_careerv2.chat import toolcalls
from langchain_careerv2.chat.schemas import unsatisfiable

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool
Choice = str | bool | dict[str, Any] | None

_WORDS: Mapping[str | bool | None, str] = {None: "auto", "auto": "auto", "none": "none", False: "none", "any": "any",
                                           "required": "any", True: "any"}  # fmt: skip


@dataclass(frozen=True)
class Toolset:
    """Tools, and what is asked of the model with them.

    Attributes:
        tools: The tools that the model is told of, in OpenAI's form.
        choice: `auto`, or `any` where a call must come.
        forced: The one tool that must be called.
    """

    tools: tuple[dict[str, Any], ...] = ()
    choice: str = "auto"
    forced: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """The tools' names."""
        return frozenset(tool["function"]["name"] for tool in self.tools)

    @property
    def seed(self) -> str:
        """What the assistant's turn is opened with."""
        return toolcalls.seed(self.forced) if self.forced or self.choice == "any" else ""

    @property
    def parameters(self) -> dict[str, Any]:
        """The schema of the forced tool's arguments."""
        (found,) = (tool["function"] for tool in self.tools if tool["function"]["name"] == self.forced)
        return found.get("parameters") or {"type": "object", "properties": {}}


def toolset(tools: Sequence[Tool], choice: Choice = None, *, strict: bool | None = None) -> Toolset:
    """Converts and checks tools and a choice.

    With the choice `none` the model is told of no tool, since nothing else could keep it from calling one.

    Raises:
        InvalidRequestError: A tool cannot be converted, or nothing can satisfy its schema; two different tools have one
            name; or the choice is none of theirs.
    """
    known: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(tools):
        tool = _converted(number, each, strict)
        name = tool["function"]["name"]
        if _untitled(known.setdefault(name, tool)) != _untitled(tool):
            raise errors.InvalidRequestError(f"two different tools are called {name!r}")
    word, forced = _choice(choice), None
    if isinstance(choice, (str, dict)) and not word:
        forced = _named(choice)
        if forced not in known:
            raise errors.InvalidRequestError(f"tool_choice names no tool: there are {', '.join(known) or 'none'}")
    if word == "any" and not known:
        raise errors.InvalidRequestError("tool_choice asks for a call, and there is no tool")
    if word == "any" and len(known) == 1:
        forced = next(iter(known))
    return Toolset() if word == "none" else Toolset(tuple(known.values()), word or "any", forced)


def _choice(choice: Choice) -> str:
    if isinstance(choice, dict):
        return ""
    if choice is None or isinstance(choice, (str, bool)):
        return _WORDS.get(choice, "")
    raise errors.InvalidRequestError(
        f"tool_choice must be a word, a name or OpenAI's dict, not {type(choice).__name__}"
    )


def _named(choice: str | dict[str, Any]) -> str:
    if isinstance(choice, str):
        return choice
    function = choice.get("function")
    name = function.get("name") if choice.get("type") == "function" and isinstance(function, dict) else None
    if not isinstance(name, str):
        raise errors.InvalidRequestError('tool_choice must be {"type": "function", "function": {"name": ...}}')
    return name


def _converted(number: int, tool: Tool, strict: bool | None) -> dict[str, Any]:
    try:
        converted = convert_to_openai_tool(tool, strict=strict)
        function = {key: value for key, value in converted["function"].items() if key != "strict"}
        name = function["name"]
        place = unsatisfiable({**(function.get("parameters") or {}), "type": "object"})
        toolcalls.inert_json(function)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise errors.InvalidRequestError(
            f"tool {number} is no function, pydantic model, TypedDict, JSON schema or tool of LangChain's or OpenAI's:"
            f" {type(error).__name__}"
        ) from None
    if not isinstance(name, str) or not name or toolcalls.inert_json(name) != f'"{name}"':
        raise errors.InvalidRequestError(f"tool {number} has no name that the model could write")
    if place:
        raise errors.InvalidRequestError(f"nothing can satisfy the schema of the tool {name!r}, at {place}")
    return {"type": "function", "function": function}


def _untitled(schema: object) -> object:
    """A schema without titles, which say nothing: the same tool may be given as a class and as its schema."""
    if isinstance(schema, Mapping):
        return {k: _untitled(v) for k, v in schema.items() if not (k == "title" and isinstance(v, str))}
    return [_untitled(item) for item in schema] if isinstance(schema, list) else schema
