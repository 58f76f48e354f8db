"""The JSON form of an answer: its schema, for constrained decoding, and the strict way back from a text.

The schema is tight on purpose: whatever model writes under it, the answer passes its domain's gate. Its patterns bound
every length, and the first items of a list cannot begin alike, so that they differ even where a model repeats itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

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


LOOKS_LIKE_JSON = re.compile(r'^[ \t]*(?:```\w*\s*)?[{\[]\s*(?:["{\[}\]]|\Z)', re.MULTILINE)
_FENCE = re.compile(r"\s*```\w*\n(.*)\n```\s*", re.DOTALL)


def parse(schema: Schema, text: str) -> tuple[Form, bool]:
    """Reads a form strictly: one whole JSON object with exactly the schema's keys and types.

    What the strings say is not judged here: the domain judges what the form renders to.

    Returns:
        The form, and whether it carries the proof that it was written under the schema.

    Raises:
        ValueError: It is no such object; the message says why, without any of its text.
    """
    fenced = _FENCE.fullmatch(text)
    try:
        read = json.loads(fenced[1] if fenced else text, object_pairs_hook=_object, parse_constant=_refused)
    except (RecursionError, json.JSONDecodeError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"no complete JSON{where}") from None
    if not isinstance(read, Mapping):
        raise ValueError(f"{type(read).__name__} instead of an object")
    found = dict(read)
    proved = found.pop(PROOF, None) == schema["properties"][PROOF]["const"]
    kinds = {name: each.get("type", "array") for name, each in schema["properties"].items() if name != PROOF}
    if missing := kinds.keys() - found.keys():
        raise ValueError(f"no {', '.join(sorted(missing))}")
    if len(found) > len(kinds):
        raise ValueError(f"{len(found) - len(kinds)} keys too many")
    for name, kind in kinds.items():
        if not _KINDS[kind](found[name]):
            raise ValueError(f"{name} is no {kind}{' of strings' * (kind == 'array')}")
    return {name: found[name] for name in kinds}, proved


_KINDS = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int,
    "array": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
}


def _object(pairs: list[tuple[str, Any]]) -> Form:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key that stands twice")
    return found


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
