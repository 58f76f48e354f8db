"""JSON schemas: whether anything can satisfy one, what of a value does not fit one, and how a prompt asks for one.

Of the vocabulary it knows types, enumerations, bounds, patterns, properties, items, local references and combinations;
a keyword that it does not know forbids nothing here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from langchain_careerv2.chat.toolcalls import inert_json

Schema = Mapping[str, Any]

INSTRUCTION = "Answer with one JSON object that is valid under this JSON schema, and with nothing else:"
"""What stands before the schema in a prompt that asks for JSON."""
MAX_STEPS = 32
"""References in a row that are followed; they may go round in a circle."""

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value % 1 == 0,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_SIZES = (("string", "minLength", "maxLength"), ("array", "minItems", "maxItems"),
          ("object", "minProperties", "maxProperties"))  # fmt: skip


def instruction(schema: Schema) -> str:
    """The words that ask for JSON of a schema."""
    return f"{INSTRUCTION}\n{inert_json(schema)}"


def is_json(schema: object) -> bool:
    """Whether a schema can be written as JSON."""
    try:
        inert_json(schema)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def resolved(schema: object, root: object) -> Any:
    """A schema with a local reference followed; a reference to elsewhere is a schema that takes anything."""
    for _ in range(MAX_STEPS):
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            return schema
        steps = str(schema["$ref"]).split("/")
        found = root if steps[0] == "#" else {}
        for step in steps[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found.get(name, {}) if isinstance(found, Mapping) else {}
        others = {name: value for name, value in schema.items() if name != "$ref"}
        schema = {**found, **others} if isinstance(found, Mapping) else found
    return {}


def unsatisfiable(schema: object) -> str | None:
    """Where a schema, or a part that it cannot do without, is such that nothing can satisfy it.

    Returns:
        The place as a JSON pointer, or None where none was found.

    Raises:
        TypeError, ValueError, AttributeError: It is no JSON schema.
    """
    return _dead_end(schema, schema, "#", {})


def _dead_end(schema: object, root: object, path: str, seen: dict[str, str | None]) -> str | None:
    """As `unsatisfiable`, for a part; each reference is looked into once, since a schema may refer to itself."""
    reference = str(schema["$ref"]) if isinstance(schema, Mapping) and "$ref" in schema else ""
    if reference in seen:
        return seen[reference]
    if reference:
        seen[reference] = None
    schema = resolved(schema, root)
    found = path if schema is False else _dead_ends(schema, root, path, seen) if isinstance(schema, Mapping) else None
    if reference:
        seen[reference] = found
    return found


def _dead_ends(schema: Schema, root: object, path: str, seen: dict[str, str | None]) -> str | None:
    def inner(part: object, name: str) -> str | None:
        return _dead_end(part, root, f"{path}/{name}", seen)

    for number, part in enumerate(schema.get("allOf") or ()):
        if found := inner(part, f"allOf/{number}"):
            return found
    for name in ("anyOf", "oneOf"):
        places = [inner(part, f"{name}/{number}") for number, part in enumerate(schema.get(name) or ())]
        if name in schema and all(places):
            return places[0] or path
    asked = schema.get("type", list(_TYPES))
    kinds = {asked} if isinstance(asked, str) else set(asked)
    places_by_kind = {kind: _impossible(kind, schema, inner, path) for kind in kinds}
    kinds = {kind for kind, place in places_by_kind.items() if place is None}
    if not kinds:
        return next(iter(places_by_kind.values()), path)
    values = _values(schema)
    if values is not None and not any(
        _is(kind, value) and not [*_outside(value, schema, path)] for kind in kinds for value in values
    ):
        return path
    return None


def _values(schema: Schema) -> list[Any] | None:
    """The only values that a schema takes, where it names them."""
    if "const" not in schema:
        return schema.get("enum")
    const = schema["const"]
    return [const] if any(_same(const, each) for each in schema.get("enum", [const])) else []


def _same(value: object, other: object) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _items(schema: Schema) -> tuple[list[Any], Any]:
    """The schemas of an array's first items, and that of the others; before 2020 `items` could be the former."""
    items = schema.get("items", {})
    return (
        (items, schema.get("additionalItems", {}))
        if isinstance(items, list)
        else (schema.get("prefixItems", []), items)
    )


def _is(kind: str, value: object) -> bool:
    return _TYPES[kind](value) if kind in _TYPES else True


def _impossible(kind: str, schema: Schema, inner: Callable[[object, str], str | None], path: str) -> str | None:
    """Where it is that no value of this type can satisfy the schema."""
    if kind in ("integer", "number"):
        low, high = bounds(schema, whole=kind == "integer")
        return path if low > high else None
    for sized, least, most in _SIZES:
        if sized == kind and schema.get(least, 0) > schema.get(most, math.inf):
            return path
    if kind == "array":
        (first, others), count = _items(schema), schema.get("minItems", 0)
        places = [inner(part, f"prefixItems/{number}") for number, part in enumerate(first[:count])]
        return next(filter(None, places), None) or (inner(others, "items") if count > len(first) else None)
    if kind != "object":
        return None
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        part = properties.get(name, schema.get("additionalProperties", {}))
        if found := inner(part, f"properties/{name}"):
            return found
    return None


def bounds(schema: Schema, *, whole: bool) -> tuple[float, float]:
    """The least and the greatest number that a schema takes."""
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    over, under = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    if isinstance(over, bool):  # draft 4
        over = low if over else -math.inf
    if isinstance(under, bool):
        under = high if under else math.inf
    if over > -math.inf:
        low = max(low, math.floor(over) + 1 if whole else math.nextafter(over, math.inf))
    if under < math.inf:
        high = min(high, math.ceil(under) - 1 if whole else math.nextafter(under, -math.inf))
    if not whole:
        return low, high
    return math.ceil(low) if low > -math.inf else low, math.floor(high) if high < math.inf else high


def mismatches(value: object, schema: object, root: object = None, path: str = "answer") -> Iterator[str]:
    """What of a value does not fit a schema, in words that do not quote the value."""
    root = schema if root is None else root
    schema = resolved(schema, root)
    if schema is False:
        yield f"{path} must not be there"
    if not isinstance(schema, Mapping):
        return
    asked = schema.get("type", ())
    kinds = [asked] if isinstance(asked, str) else list(asked)
    if kinds and not any(_is(kind, value) for kind in kinds):
        yield f"{path} is not of the type {' or '.join(kinds)}"
        return
    values = _values(schema)
    if values is not None and not any(_same(value, each) for each in values):
        yield f"{path} is none of the values there are"
    for part in schema.get("allOf", ()):
        yield from mismatches(value, part, root, path)
    for name in ("anyOf", "oneOf"):
        if name in schema and not any(not [*mismatches(value, part, root, path)] for part in schema[name]):
            yield f"{path} fits none of its schemas"
    yield from _outside(value, schema, path)
    yield from _inside(value, schema, root, path)


def _outside(value: object, schema: Schema, path: str) -> Iterator[str]:
    if _is("number", value):
        low, high = bounds(schema, whole=False)
        if not low <= value <= high:  # type: ignore[operator]  # a number, as was just seen
            yield f"{path} is out of its bounds"
    for kind, least, most in _SIZES:
        if _is(kind, value) and not schema.get(least, 0) <= len(value) <= schema.get(most, math.inf):  # type: ignore[arg-type]  # sized
            yield f"{path} is too short or too long"
    pattern = schema.get("pattern")
    with suppress(re.error):  # ECMA's patterns are not all Python's
        if isinstance(value, str) and isinstance(pattern, str) and not re.search(pattern, value):
            yield f"{path} does not have its pattern"


def _inside(value: object, schema: Schema, root: object, path: str) -> Iterator[str]:
    if isinstance(value, list):
        first, others = _items(schema)
        for number, item in enumerate(value):
            part = first[number] if number < len(first) else others
            yield from mismatches(item, part, root, f"{path}.{number}")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        yield from (f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, item in value.items():
            part = properties.get(name, schema.get("additionalProperties", {}))
            known = f"{path}.{name}" if name in properties else f"a key of {path} that the schema does not name"
            yield from mismatches(item, part, root, known)
