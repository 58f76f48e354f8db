"""Where a text says who somebody is: the package's own detector, the form of any other, and what they find made one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from langchain_careerv2.gates._identifiers import Span, identifiers
from langchain_careerv2.gates._people import people, tokens

Detector = Callable[[str], Iterable[Span]]
"""Finds what to hide in a text, as `(start, end, kind)`: kinds are words such as `NAME`, and spans may overlap."""

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u0300-\u036f]"
)
_SAME: dict[int, str] = {
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys(map(ord, "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n"),
    **dict.fromkeys([*range(0x2010, 0x2015), 0x2212, 0xFE63, 0xFF0D], "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4`"), "'"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0D},  # full width
}
_LETTERS = re.compile(r"[A-Z]+")


class DetectorError(ValueError):
    """A detector failed, so that the text cannot be hidden. The message has none of it."""


class Place(NamedTuple):
    """Where something stands in a text, what it is, and as what it is known; empty where that is still to be seen."""

    start: int
    end: int
    kind: str
    key: str = ""


def plain(text: str) -> tuple[str, Sequence[int]]:
    """The text as a detector sees it, and where each of its characters stands.

    Invisible characters and combining accents are left out; every blank, dash and apostrophe is the plain one.
    """
    if text.isascii():
        return text.translate(_SAME), range(len(text))
    unseen = {match.start() for match in _UNSEEN.finditer(text)}
    places = [place for place in range(len(text)) if place not in unseen]
    return "".join([text[place] for place in places]).translate(_SAME), places


def detect(text: str) -> Iterator[Span]:
    """What the package's own detector finds in a text; spans may overlap."""
    seen, places = plain(text)
    contacts = list(identifiers(seen))
    for start, end, kind in [*contacts, *people(seen, tokens(seen), contacts)]:
        yield places[start], places[end - 1] + 1, kind


def asked(detector: Detector, text: str) -> list[Place]:
    """What a detector finds, with kinds of 2 to 16 capital letters.

    Raises:
        DetectorError: It failed, or found something that is not in the text.
    """
    failure = ""
    try:
        found = [Place(int(start), int(end), str(kind).upper()) for start, end, kind in detector(text)]
        if any(not 0 <= place.start < place.end <= len(text) for place in found):
            failure = "a span outside of the text"
    except Exception as error:  # noqa: BLE001  # whatever a detector raises may quote the text
        failure = type(error).__name__
    if failure:  # raised out here, so that it carries no context
        raise DetectorError(f"a privacy detector failed: {failure}")
    kinds = ("".join(_LETTERS.findall(place.kind))[:16] for place in found)
    return [place._replace(kind=kind if len(kind) > 1 else "ID") for place, kind in zip(found, kinds, strict=True)]


def merged(places: Iterable[Place]) -> list[Place]:
    """The places in order; those that overlap are one, and of the kind of the longest."""
    result: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end, not place.key)):
        last = result[-1] if result else None
        if last is None or place.start >= last.end:
            result.append(place)
        elif place.end > last.end:
            longest = max(last, place, key=lambda each: each.end - each.start)
            result[-1] = Place(last.start, place.end, longest.kind)
    return result
