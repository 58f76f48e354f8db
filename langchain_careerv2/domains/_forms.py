"""The JSON form of an answer: its schema, for constrained decoding, and the strict way back from a text.

The schema is tight on purpose: whatever is written under it passes its domain's gate, but for placeholders in place of
keywords. Its patterns bound every length, and the first items of a list cannot begin alike, so that they differ even
where a model repeats itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from langchain_careerv2.domains._reading import Excerpt, cleaned, encodable

Form = dict[str, Any]
"""A JSON form: strings, whole numbers and lists of strings by name."""
Schema = dict[str, Any]

JSON_INSTRUCTION = (
    "Write the answer as one JSON object and nothing else, with the keys of the example and as many items."
)
PROOF = "form"
"""The property that no prompt mentions: a text that has it, with its one value, was written under the schema."""

_LETTER = "A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff"
_REST = rf"([{_LETTER}'&+#/%.-]{{0,14}}[{_LETTER}+#%])?"
_WORD = rf"[{_LETTER}]{_REST}"
# A control character, a quote or a backslash fits no class: a form holds no escapes and no second line.


def sentence(starts: str, least: int, most: int, ends: str = "") -> Schema:
    """A line that begins with one of `starts`, goes on for `least` to `most` words, and ends with one of `ends`.

    Both are alternatives separated by bars.
    """
    # No maxLength besides: a decoder would count words and characters against each other, in 250,000 states and more.
    return {"type": "string", "pattern": f"^({starts})(,? {_WORD}){{{least},{most}}}{f' ({ends})' if ends else ''}$"}


def keyword(initials: str = "") -> Schema:
    """A term of one to three words, whose first letter is one of `initials`."""
    first = f"[{initials}{initials.lower()}]" if initials else f"[{_LETTER}]"
    return {"type": "string", "pattern": f"^{first}{_REST}( {_WORD}){{0,2}}$"}


def listing(*each: Schema) -> Schema:
    """A list with one item after each schema."""
    return {"type": "array", "prefixItems": list(each), "minItems": len(each), "maxItems": len(each)}


def form(name: str, **properties: Schema) -> Schema:
    """The object of these properties, in this order, and the proof before them."""
    return {
        "type": "object",
        "properties": {PROOF: {"const": f"careerv2/{name}"}, **properties},
        "required": [PROOF, *properties],
        "additionalProperties": False,
    }


_LEAD = re.compile(r"[\s\ufeff]*(?:1\. )?(?:assistant:)?\s*(?:```[ \t]*\w*\s*)?", re.IGNORECASE)
_BEGINS = re.compile(r"[{\[]\s*(?:[\"'{\[}\]]|\Z)")
_INSIDE = re.compile(r"[{\[]\s*([\"'])[^\"'\n]{0,60}\1\s*[:,\]]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def looks_like_json(text: str) -> bool:
    """Whether a text is JSON, or has JSON in it, whole or not."""
    return bool(_BEGINS.match(text, _lead(text)) or _INSIDE.search(text))


def _lead(text: str) -> int:
    """Where what may stand before a JSON text ends: white space, the seed, a spoken role, a code fence."""
    lead = _LEAD.match(text)
    return lead.end() if lead else 0


def parse(schema: Schema, text: str) -> tuple[Form, bool]:
    """Reads a form strictly: one whole JSON object with exactly the schema's keys and types.

    What the strings say is not judged here: that is the domain's.

    Returns:
        The form, whose strings know where they stand in the text, and whether it was written under the schema: it
        fits, and carries the proof.

    Raises:
        ValueError: It is no such object; the message says why, without any of its text.
    """
    start = _lead(text)
    body = text[start:].rstrip().removesuffix("```")
    try:
        read = json.loads(body, object_pairs_hook=_object, parse_constant=_refused)
    except (RecursionError, json.JSONDecodeError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"no complete JSON{where}") from None
    if not isinstance(read, Mapping):
        raise ValueError(f"{type(read).__name__} instead of an object")
    kinds = {name: each.get("type", "array") for name, each in schema["properties"].items() if name != PROOF}
    if missing := kinds.keys() - read.keys():
        raise ValueError(f"no {', '.join(sorted(missing))}")
    if extra := read.keys() - schema["properties"].keys():
        raise ValueError(f"{len(extra)} keys too many")
    if isinstance(read.get(PROOF), (list, dict)):  # its strings would be taken for those of the form
        raise ValueError(f"{PROOF} is no string")
    for name, kind in kinds.items():
        if not KINDS[kind](read[name]):
            raise ValueError(f"{name} is no {kind}{' of strings' * (kind == 'array')}")
    placed = _placed(read, (match.span() for match in _STRING.finditer(text, start)))
    return {name: placed[name] for name in kinds}, fits(schema, read)


def _placed(form: Mapping[str, Any], spans: Iterator[tuple[int, int]]) -> Form:
    """The form with the place of each of its strings, which stand in the text in the same order."""

    def place(value: object) -> object:
        if isinstance(value, list):
            return [place(each) for each in value]
        if not isinstance(value, str):
            return value
        start, end = next(spans)
        return Excerpt(" ".join(cleaned(encodable(value))[0].split()), start + 1, end - 1)

    placed: Form = {}
    for name, value in form.items():
        next(spans)  # the name's own
        placed[name] = place(value)
    return placed


def fits(schema: Schema, value: object) -> bool:
    """Whether a value is one that the schema allows, in the few words of JSON Schema that the forms use."""
    if "anyOf" in schema:
        return any(fits(each, value) for each in schema["anyOf"])
    if "properties" in schema:
        return (
            isinstance(value, Mapping)
            and value.keys() == schema["properties"].keys()
            and all(fits(each, value[name]) for name, each in schema["properties"].items())
        )
    if "prefixItems" in schema:
        return (
            isinstance(value, list)
            and len(value) == schema["minItems"]
            and all(map(fits, schema["prefixItems"], value))
        )
    if "pattern" in schema:
        return isinstance(value, str) and re.fullmatch(schema["pattern"], value) is not None
    return value in schema.get("enum", [schema.get("const")]) and not isinstance(value, bool)


KINDS = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) in {int, float},
    "array": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
}


def _object(pairs: list[tuple[str, Any]]) -> Form:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key that stands twice")
    return found


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
