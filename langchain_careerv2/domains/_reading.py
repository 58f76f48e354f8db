"""Reading what the model wrote: lines, items, sections, keywords.

Tolerant and honest: text may be split, dropped or labelled; nothing is added, moved or invented. Every function is
linear in its input; the regular expressions have no two neighbouring repetitions that could share a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

_CONTROL = re.compile(r"<\|(?:im_end|im_start|endoftext)\|>")
_INVISIBLE = dict.fromkeys(
    [
        0x00AD,
        0x180E,
        0xFEFF,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0xFE00, 0xFE10),
    ]
) | {0x00A0: " "}
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_SPOKEN = re.compile(r"\s*assistant:", re.IGNORECASE)
_MARKER = re.compile(r"(?:(?:\*\*)?(\d{1,2})(?:\.\d{1,2}){0,3}[.)](?:\*\*)? |[-*+\u2013\u2022\u00b7\u25aa\u25cf] )")
_BARE_MARKER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]|[-*+\u2013\u2022\u00b7\u25aa\u25cf])\Z")
_NUMBER = re.compile(r"(?<![^ ])(\d{1,2})[.)] (?=\S)")
_PLACEHOLDER = re.compile(
    r"(?:match|gap|step|item|skill|keyword|bullet|requirement|responsibility)(?: ?#?\d{1,2})?"
    r"|\d{1,3}(?: ?/ ?\d{1,3}|\+)?"
    r"(?: (?:core competencies|matches|gaps|skills|items|steps|requirements|bullets|keywords))?"
    r"|n/?a|tbd|none|\W*",
    re.IGNORECASE,
)


def join_seed(seed: str, completion: str) -> str:
    """Puts the seed back in front of what followed it, once; a completion that says nothing stays as it is."""
    text = completion.lstrip(" ")
    return text if text.startswith(seed) or not cleaned(text).strip() else seed + text


def cleaned(text: str) -> str:
    """Cuts at the first control token; drops what carries no meaning: invisible characters, fences, a spoken role."""
    text = _BREAK.sub("\n", _CONTROL.split(text, maxsplit=1)[0].translate(_INVISIBLE))
    if spoken := _SPOKEN.match(text):
        text = text[spoken.end() :]
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("```"))


@dataclass(frozen=True)
class Line:
    """One logical line without its marker.

    Attributes:
        text: The line.
        marked: Whether it had a marker: a number or a bullet sign.
        number: Its number, where the marker was one.
        apart: Whether an empty line stands before it: then it continues no item.
    """

    text: str
    marked: bool = False
    number: int | None = None
    apart: bool = False


def lines(text: str, truncated: bool = False) -> list[Line]:
    """The logical lines: inline lists are split, white space is folded, the unfinished end of a cut text is dropped."""
    for sign in "\u2022\u25aa\u25cf\u00b7":
        text = text.replace(sign, f"\n{sign} ")
    folded = [" ".join(line.split()) for line in text.splitlines()]
    result = [
        replace(_line(piece), apart=not before)
        for before, line in pairwise(["", *folded])
        if line
        for piece in _split_numbered(line)
    ]
    if truncated and result:
        # A cut list item is no item; of a cut line of keywords only the last keyword is lost.
        last = result.pop()
        if not last.marked and "," in last.text:
            result.append(Line(last.text.rpartition(",")[0]))
    return _without_title(result)


def _line(text: str) -> Line:
    number, marked = None, False
    while match := _MARKER.match(text):  # "1. 1. Post on ..." is one marker
        number = int(match[1]) if match[1] and number is None else number
        text, marked = text[match.end() :], True
    if _BARE_MARKER.match(text):
        text, marked = "", True
    return Line(text, marked, number)


def _split_numbered(line: str) -> list[str]:
    """Splits "1. a 2. b 3. c" where the numbers run on from the line's first, or from 1; any other number is text."""
    cuts: list[int] = []
    expected: int | None = None
    for match in _NUMBER.finditer(line):
        number = int(match[1])
        if number == expected or (expected is None and (match.start() == 0 or number == 1)):
            cuts.append(match.start())
            expected = number + 1
    if len(cuts) < 2:
        return [line]
    edges = [0, *[cut for cut in cuts if cut], len(line)]
    return [line[start:end].strip() for start, end in pairwise(edges)]


def _without_title(found: list[Line]) -> list[Line]:
    """Unmarks a first line that only the seed made an item: the list that follows it begins with 1 again."""
    if found and found[0].number == 1:
        following = next((line.number for line in found[1:] if line.number is not None), None)
        if following == 1 or found[0].text.endswith(":"):
            return [Line(found[0].text), *found[1:]]
    return found


@dataclass
class Section:
    """A heading's key (None before the first heading, "" for an unknown one), its words, and the lines under it."""

    key: str | None
    title: str = ""
    lines: list[Line] = field(default_factory=list)


class Headings:
    """Finds headings by exact alias, also in mid-line where capitalised and followed by a colon."""

    def __init__(self, aliases: Mapping[str, Sequence[str]]) -> None:
        self._keys = {alias: key for key, names in aliases.items() for alias in names}
        names = "|".join(re.escape(alias) for alias in sorted(self._keys, key=len, reverse=True))
        self._inline = re.compile(
            rf" ([#*_]{{0,4}}(?=[A-Z])(?i:{names})(?: \([^()]{{0,20}}\))?[*_]{{0,2}}:)| (?=#{{2,6}} )"
        )

    def sections(self, text: str, truncated: bool = False) -> list[Section]:
        """Splits a cleaned text into its sections, in order."""
        # With a space in front, a heading at the start of a line is taken whole: "Key Responsibilities:" is one alias,
        # not a word before another.
        folded = (f" {' '.join(line.split())}" for line in text.splitlines())
        text = "\n".join(self._inline.sub(r"\n\1", line) for line in folded)
        found = [Section(None)]
        for line in lines(text, truncated):
            if (heading := self._heading(line)) is None:
                found[-1].lines.append(line)
                continue
            key, title, rest = heading
            found.append(Section(key, title))
            if rest:
                found[-1].lines.append(_line(rest))
        return found

    def _heading(self, line: Line) -> tuple[str, str, str] | None:
        """The heading's key, its words and what follows it in the line; None for a line that is no heading."""
        head, colon, rest = line.text.partition(":")
        title = head.strip("#*_ ")
        key = self._keys.get(title.partition(" (")[0].casefold())
        if key is not None and (colon or not line.marked):
            return key, title, rest.strip("*_ ")
        bare = plain(line.text)
        dressed = line.text.startswith("#") or (line.text.startswith("**") and line.text.rstrip(": ").endswith("**"))
        if not line.marked and not rest.strip("*_ ") and (dressed or colon) and 0 < len(bare.split()) <= 6:
            return "", bare.rstrip(": "), ""
        return None


def plain(text: str) -> str:
    """The text without Markdown emphasis and heading signs."""
    return text.replace("**", "").replace("__", "").strip("#*_` ").strip()


def key(text: str) -> str:
    """What makes two items the same: their letters and digits."""
    return "".join(char for char in text.casefold() if char.isalnum())


def distinct(texts: Iterable[str]) -> list[str]:
    """The texts without those that repeat an earlier one."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(key(text), text)
    return [text for letters, text in first.items() if letters]


def is_item(text: str) -> bool:
    """Whether a text says something: not empty, not only a label, a placeholder or a count."""
    return not text.endswith(":") and not _PLACEHOLDER.fullmatch(text) and bool(key(text))


def items(found: Iterable[Line]) -> list[str]:
    """The distinct real items of some lines: the marked ones with their continuations, else every line."""
    found = list(found)
    if not any(line.marked for line in found):
        return distinct(text for line in found if is_item(text := plain(line.text)))
    texts: list[str] = []
    for line in found:
        if line.marked:
            texts.append(line.text)
        elif texts and not line.apart:
            texts[-1] += f" {line.text}"
    return distinct(text for raw in texts if is_item(text := plain(raw)))


_SEPARATORS = re.compile(r"[,;|\n](?![^(\n]{0,80}\))")
_META = re.compile(r"\b(?:keywords?|characters? total|words? total)\b", re.IGNORECASE)
KEYWORD_WORDS = 5
"""Words of a keyword at most; more is a sentence."""


def keywords(found: Iterable[Line]) -> list[str]:
    """Every keyword of some lines, repeats too: split at commas outside parentheses, semicolons, bars and lines."""
    pieces = _SEPARATORS.split("\n".join(line.text for line in found))
    named = (plain(piece).rpartition(": ")[2].strip(".").strip() for piece in pieces)
    return [word for word in named if is_item(word) and len(word.split()) <= KEYWORD_WORDS and not _META.search(word)]
