"""What a chat model's answer is read as where a schema was asked for: strictly, whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import pydantic
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import BaseGenerationOutputParser
from langchain_core.outputs import ChatGeneration, Generation
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import v1 as pydantic_v1

from langchain_careerv2 import errors
from langchain_careerv2.chat.schemas import is_json, mismatches, unsatisfiable

Output = TypeVar("Output")
_FENCED = re.compile(r"\s*```(?:json)?[ \t]*\n(.*)\n[ \t]*```\s*", re.DOTALL | re.IGNORECASE)


def json_schema(schema: object, *, strict: bool | None = None) -> dict[str, Any]:
    """The JSON schema of a pydantic model, a TypedDict, a function's form or a schema with a title.

    Raises:
        InvalidRequestError: It is none of these, or nothing can satisfy it.
    """
    try:
        found = convert_to_json_schema(schema, strict=strict)  # type: ignore[arg-type]  # whatever is not one of them is refused below
        place = unsatisfiable(found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise errors.InvalidRequestError(
            f"the schema is no pydantic model, TypedDict or JSON schema with a title: {type(error).__name__}"
        ) from None
    if place:
        raise errors.InvalidRequestError(f"nothing can satisfy the schema, at {place}")
    if not is_json(found):
        raise errors.InvalidRequestError("the schema cannot be written as JSON: look at its defaults")
    return found


def asked_format(asked: object) -> dict[str, Any]:
    """OpenAI's `response_format`, as `create_agent` gives it to a call, as the arguments of our own for the same.

    Raises:
        InvalidRequestError: It is of no known form, or its schema is no JSON.
    """
    kind = asked.get("type") if isinstance(asked, Mapping) else None
    if asked is None or kind == "text":
        return {}
    if kind == "json_object":
        return {"json_mode": True}
    form = asked.get("json_schema") if isinstance(asked, Mapping) and kind == "json_schema" else None
    schema = form.get("schema") if isinstance(form, Mapping) else None
    if not isinstance(schema, Mapping) or not is_json(schema):
        raise errors.InvalidRequestError(
            'response_format must be {"type": "json_schema", "json_schema": {"schema": ...}} or {"type": "json_object"}'
        )
    return {"response_schema": dict(schema)}


class _UnfitError(ValueError):
    """What is wrong with an answer, in words that do not quote it."""


class AnswerParser(BaseGenerationOutputParser[Any]):
    """Reads an answer as JSON of a schema, and gives the pydantic object or the dict.

    What it raises names what is wrong and not what was said; `llm_output` has the answer.
    """

    form: dict[str, Any]
    """The JSON schema."""
    model: Any = None
    """The pydantic class, of version 1 or 2; None for a dict."""
    called: bool = False
    """Whether the answer is a tool call instead of text."""

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        """The answer as an object.

        Raises:
            OutputParserException: It was cut off, is no JSON, or does not fit the schema.
        """
        generation = result[0]
        message = generation.message if isinstance(generation, ChatGeneration) else AIMessage(generation.text)
        try:
            if self.called:
                return self._valid(_arguments(message))
            if message.response_metadata.get("finish_reason") == "length":
                raise _UnfitError("it was cut off: raise max_tokens")
            fenced = _FENCED.fullmatch(generation.text)
            return self._valid(_loaded(fenced[1] if fenced else generation.text))
        except Exception as error:  # noqa: BLE001  # a validator of the caller's class may raise anything
            problem = _problem(error, self.form)
        raise OutputParserException(f"the answer is not what was asked for: {problem}", llm_output=_said(message))

    def _valid(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise _UnfitError("it is no JSON object")
        if self.model is None:
            if problems := "; ".join(mismatches(value, self.form)):
                raise _UnfitError(problems)
            return value
        is_old = issubclass(self.model, pydantic_v1.BaseModel)
        return self.model.parse_obj(value) if is_old else self.model.model_validate(value)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _UnfitError(f"it is not JSON from its character {error.pos} on") from None


def _arguments(message: Any) -> Mapping[str, Any]:
    if calls := getattr(message, "tool_calls", None):
        arguments: Mapping[str, Any] = calls[0]["args"]
        return arguments
    bad = getattr(message, "invalid_tool_calls", None)
    cut = message.response_metadata.get("finish_reason") == "length"
    raise _UnfitError(
        "its call was cut off: raise max_tokens" if cut else f"it has no {'readable ' if bad else ''}call"
    )


def _said(message: Any) -> str:
    bad = getattr(message, "invalid_tool_calls", None) or ()
    calls = getattr(message, "tool_calls", None) or ()
    parts = [message.text, *(call["args"] or "" for call in bad)]
    return "\n".join([*filter(None, parts), *(json.dumps(call["args"], ensure_ascii=False) for call in calls)])


def _problem(error: Exception, form: object) -> str:
    """What an error says, without the value that it may quote; a key that the schema does not name is such a value."""
    if not isinstance(error, (pydantic.ValidationError, pydantic_v1.ValidationError)):
        return str(error) if isinstance(error, _UnfitError) else type(error).__name__
    known = {*_properties(form)}
    places = [
        (".".join(str(part) if isinstance(part, int) or part in known else "a key" for part in item["loc"]), item)
        for item in error.errors()
    ]
    return "; ".join(f"{place}: {item['type']}" for place, item in places)


def _properties(schema: object) -> Iterator[str]:
    """The names of all properties in a schema."""
    for name, part in schema.items() if isinstance(schema, Mapping) else ():
        if name == "properties" and isinstance(part, Mapping):
            yield from part
        yield from _properties(part)
    for part in schema if isinstance(schema, list) else ():
        yield from _properties(part)
