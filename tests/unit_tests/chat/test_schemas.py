from __future__ import annotations

from typing import Any

import pytest

from langchain_careerv2.chat.schemas import mismatches, unsatisfiable


def having(schema: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, "required": ["a"], **more}


NODE = having({"$ref": "#/$defs/node"})
TREE = {"$ref": "#/$defs/node", "$defs": {"node": having({"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]})}}


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (False, "#"),
        ({"enum": []}, "#"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "#"),
        ({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2}, "#"),
        ({"type": "integer", "minimum": 1.2, "maximum": 1.8}, "#"),
        ({"type": "number", "minimum": 1, "exclusiveMaximum": 1}, "#"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "#"),
        ({"type": "array", "minItems": 3, "maxItems": 2}, "#"),
        ({"type": "array", "minItems": 1, "items": False}, "#/items"),
        ({"type": "string", "enum": [1, None]}, "#"),
        ({"enum": ["a"], "const": "b"}, "#"),
        ({"enum": [1, 2], "minimum": 3}, "#"),
        ({"const": "a", "minLength": 2}, "#"),
        ({"type": "number", "minimum": 1, "maximum": 1, "exclusiveMinimum": True}, "#"),
        ({"type": "array", "minItems": 3, "prefixItems": [{}, {}], "items": False}, "#/items"),
        ({"type": "array", "minItems": 1, "prefixItems": [False]}, "#/prefixItems/0"),
        ({"anyOf": [{"enum": []}, False]}, "#/anyOf/0"),
        ({"allOf": [{"type": "string"}, False]}, "#/allOf/1"),
        (having({"enum": []}), "#/properties/a"),
        (having(having({"type": "string", "minLength": 2, "maxLength": 1})), "#/properties/a/properties/a"),
        ({"type": "object", "required": ["b"], "additionalProperties": False}, "#/properties/b"),
        (having({"$ref": "#/$defs/none"}, **{"$defs": {"none": {"enum": []}}}), "#/properties/a"),
        (NODE | {"$defs": {"node": having({}, required=["b"], additionalProperties=False)}},
         "#/properties/a/properties/b"),
    ],
)  # fmt: skip
def test_what_nothing_can_satisfy_is_found_with_its_place(schema: Any, place: str) -> None:
    assert unsatisfiable(schema) == place


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        TREE,
        {"minimum": 3, "maximum": 2},  # a string satisfies it
        {"type": ["integer", "null"], "minimum": 3, "maximum": 2},
        {"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 2},
        {"type": "array", "items": False},
        {"type": "object", "properties": {"a": False}},
        {"anyOf": [False, {"type": "null"}]},
        {"$ref": "https://example.com/schema"},
        {"$ref": "#"},
        {"enum": ["a"]},
        {"enum": [1, 3], "minimum": 3},
        {"type": "array", "minItems": 2, "prefixItems": [{}, {}], "items": False},
        {"type": "array", "minItems": 1, "items": [{}]},
        {"type": "number", "minimum": 0, "exclusiveMinimum": True, "exclusiveMaximum": False},
    ],
)
def test_what_something_can_satisfy_is_let_through(schema: Any) -> None:
    assert unsatisfiable(schema) is None


@pytest.mark.parametrize(
    ("value", "schema", "words"),
    [
        ({"a": "x"}, having({"type": "string", "minLength": 2}), "answer.a is too short"),
        ({"a": 3}, having({"type": "integer", "exclusiveMaximum": 3}), "answer.a is out of its bounds"),
        ({"a": True}, having({"type": "integer"}), "answer.a is not of the type integer"),
        ({"a": 1.5}, having({"type": ["integer", "null"]}), "answer.a is not of the type integer or null"),
        ({"a": True}, having({"enum": [1]}), "answer.a is none of the values"),
        ({"a": "x"}, having({"const": "y"}), "answer.a is none of the values"),
        ({"a": "x"}, having({"pattern": "^y"}), "answer.a does not have its pattern"),
        ({}, having({}), "answer.a is missing"),
        ({"a": 1, "b": 2}, having({}, additionalProperties=False), "a key of answer that the schema does not name"),
        ({"a": [1, "x"]}, having({"type": "array", "items": {"type": "integer"}}), "answer.a.1 is not of the type"),
        ({"a": []}, having({"type": "array", "minItems": 1}), "answer.a is too short"),
        ({"a": 1}, having({"anyOf": [{"type": "string"}, {"type": "null"}]}), "answer.a fits none"),
        ({"a": 1}, having({"allOf": [{"type": "string"}]}), "answer.a is not of the type string"),
        ({"a": {"a": 1}}, TREE, "answer.a fits none"),
        ({"a": 1}, having(False), "answer.a must not be there"),
        ({"a": "a"}, having({"enum": ["a", "b"], "const": "b"}), "answer.a is none of the values"),
        ({"a": 0}, having({"minimum": 0, "exclusiveMinimum": True}), "answer.a is out of its bounds"),
        ({"a": [1, 2]}, having({"prefixItems": [{"type": "integer"}], "items": False}), "answer.a.1 must not be"),
        ({"a": ["x"]}, having({"items": [{"type": "integer"}]}), "answer.a.0 is not of the type integer"),
    ],
)
def test_what_does_not_fit_is_said_without_the_value(value: Any, schema: Any, words: str) -> None:
    (said,) = mismatches(value, schema)
    assert words in said


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"a": {"a": None}}, TREE),
        ({"a": 2.0}, having({"type": "integer", "minimum": 2})),
        ({"a": None}, having({"type": ["integer", "null"]})),
        ({"a": 1, "b": 2}, having({})),
        ({"a": "x"}, having({"type": "string", "pattern": r"^\p{L}+$"})),
        ({"a": [1, 2]}, having({"prefixItems": [{"type": "integer"}, {}], "items": False})),
        ({"a": 0.5}, having({"minimum": 0, "exclusiveMinimum": True})),
    ],
)
def test_what_fits_has_no_mismatch(value: Any, schema: Any) -> None:
    assert [*mismatches(value, schema)] == []
