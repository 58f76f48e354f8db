"""A resume or a job ad as sections, and what is cut of them, whole sections first, where not all of it fits. Pure."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from langchain_careerv2.trimming.headings import ENTRIES, HEAD, PRIORITIES, TOP, canonical, guessed

HEAD_CHARS = 600
"""Characters that a head may have, up to the end of a paragraph: a name, an address, a line about oneself. What stands
below it without a heading is text like any other, and would else never be cut."""

HEADING_CHARS = 70
"""Characters of the longest line that is taken for a heading."""


MAX_PARAGRAPHS = 1000
"""Paragraphs of a section that are cut one by one; where there are more, several at once. A resume has some dozens."""


class Section(NamedTuple):
    """A part of a text, from its heading to the next one. A text's sections are all of it.

    Attributes:
        title: The heading's words; empty before the first one.
        start: Where it begins, in characters.
        end: Where it ends.
        priority: What is cut first has the lowest; see `headings.PRIORITIES`.
    """

    title: str
    start: int
    end: int
    priority: int


class Cut(NamedTuple):
    """What was cut of one section.

    Attributes:
        document: The document's name.
        section: The section's title.
        characters: How much was cut.
    """

    document: str
    section: str
    characters: int


class _Heading(NamedTuple):
    start: int
    title: str
    style: str
    level: int
    name: str | None
    sure: bool = True


class _Piece(NamedTuple):
    document: str
    section: Section
    start: int
    end: int


_LINE = re.compile(r"[^\r\n]+")
_BULLET = re.compile(r"[-*\u2022\u2023\u25aa\u25e6\u25cf\u00b7\u2013\u2014>]\s")
_MARKDOWN = re.compile(r"(#{1,6})\s+(.*?)[\s#]*\Z")
_BOLD = re.compile(r"(\*\*|__)([^*_]+)\1\s*:?\Z")
_NUMBER = re.compile(r"(?:\d{1,2}|[IVX]{1,4})[.)]\s+")
_BLANK = re.compile(r"\n\s*\n")
_LINE_END = re.compile(r"[\r\n](?:\s*[\r\n])?")
_PROSE = re.compile(r"[.!;@\d]|https?:")


def sections(text: str, kind: str) -> tuple[Section, ...]:
    """The text's sections, in order, from its first to its last character.

    A heading is a short line of its own that is a known name of a section in English, German, French or Spanish. Where
    known headings are marked (by `#`, in bold, in capitals, by a colon), others that are marked alike open a section
    too, but for the titles of jobs and projects: it is guessed by their words, or ranks in the middle. A line such as
    "Languages: English" is a section where there are no headings, or where the section it stands in is cut earlier.
    Without all that the text is one section.

    Args:
        text: A resume, a job ad or another document.
        kind: `resume`, `job_description` or `document`, for which both sets of names are known.
    """
    headings = _headings(text, kind)
    if not headings:
        return (Section("", 0, len(text), TOP),) if text else ()
    first = headings[0].start if text[: headings[0].start].strip() else 0
    found = [*_head(text, first)] if first else []
    for heading, end in zip(headings, [*(each.start for each in headings[1:]), len(text)], strict=True):
        start = heading.start if found else 0
        found.append(Section(heading.title, start, end, PRIORITIES[heading.name or "other"]))
    return tuple(found)


def _head(text: str, end: int) -> Iterator[Section]:
    head = Section("", 0, end, HEAD)
    cut = next((start for start in _starts(text, head) if start >= HEAD_CHARS), end)
    yield head._replace(end=cut)
    if cut < end:
        yield Section("", cut, end, PRIORITIES["text"])


def _headings(text: str, kind: str) -> list[_Heading]:
    lines = [line for match in _LINE.finditer(text) if (line := _line(match, kind))]
    known = [line for line in lines if line.name and line.sure]
    styles = {line.style for line in known} - {"label"}
    level = min((line.level for line in known if line.style == "#"), default=0)
    headings: list[_Heading] = []
    for line in lines:
        last = headings[-1] if headings else None
        if line.style == "label":  # a section of its own where it would be cut too early with the one that it is in
            opens = not styles or (last is not None and _rank(line) > _rank(last))
        elif line.style == "#" and line.level > level:
            opens = False
        else:
            opens = (line.name and line.sure) or (last is not None and _opens(line, last, styles))
        if opens:
            headings.append(line)
    return list(_with_rests(text, headings))


def _with_rests(text: str, headings: list[_Heading]) -> Iterator[_Heading]:
    # A label names its line; of what stands below it nothing is known.
    ends = [*(heading.start for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=False):  # without headings there is one end
        yield heading
        below = _LINE_END.search(text, heading.start, end) if heading.style == "label" else None
        if below and _rank(heading) < TOP and text[below.end() : end].strip():
            yield _Heading(below.end(), "", "plain", 0, "text")


def _rank(heading: _Heading) -> int:
    return PRIORITIES[heading.name or "other"]


def _opens(line: _Heading, last: _Heading, styles: set[str]) -> bool:
    if line.style == "plain":  # below a guess that is wrong, text is cut too late, never too early
        return _rank(last) < TOP <= _rank(line)
    if line.style == "#" or line.style not in styles:
        return line.style in styles
    if last.name in ENTRIES:
        return line.name is not None and _rank(line) >= _rank(last)
    return not _PROSE.search(line.title)


def _line(match: re.Match[str], kind: str) -> _Heading | None:
    line = match[0][: HEADING_CHARS + 1].strip()
    if not line or _BULLET.match(line):
        return None
    label, colon, rest = line.partition(":")
    if colon and rest.strip("*_ "):  # "Skills: Python, SQL"
        title, _, _, name = _read(label.strip(), kind)
        if name:
            return _Heading(match.start(), title, "label", 0, name)
    if len(line) > HEADING_CHARS:
        return None
    title, style, level, name = _read(line, kind)
    guess = None if name else _guess(title, kind, style)
    if not name and not guess and style == "plain":
        return None
    return _Heading(match.start(), title, style, level, name or guess, sure=name is not None)


@lru_cache(maxsize=4096)
def _read(line: str, kind: str) -> tuple[str, str, int, str | None]:
    level, style, title = 0, "plain", line
    if marked := _MARKDOWN.match(line):
        level, style, title = len(marked[1]), "#", marked[2]
    elif bold := _BOLD.match(line):
        style, title = "bold", bold[2]
    elif line.isupper() and sum(map(str.isalpha, line)) > 3:
        style = "caps"
    elif line.endswith(":"):
        style = "colon"
    title = title.strip("*_: \t")
    name = canonical(_NUMBER.sub("", title, count=1), kind, sure=style != "plain")
    return title, style, level, name


@lru_cache(maxsize=4096)
def _guess(title: str, kind: str, style: str) -> str | None:
    if style != "plain":
        return guessed(title, kind)
    short = title[:1].isupper() and title.count(" ") < 4 and not _PROSE.search(title) and "," not in title
    return guessed(title, kind) if short else None


def trimmed(
    texts: Mapping[str, str], fits: Callable[[Mapping[str, str]], bool]
) -> tuple[dict[str, str], tuple[Cut, ...]] | None:
    """The documents with as little cut as makes them fit: whole sections, those of the lowest priority first.

    Where only top sections are left, their paragraphs are cut (lines, in a section without paragraphs), from the end of
    the longest one. A head, and the first paragraph of each top section, stay. What is kept is as it was.

    Args:
        texts: The documents by name: `resume`, `job_description`, or any other.
        fits: Whether documents fit. What has more cut must fit where what has less cut does. It is asked a few times
            more than the logarithm of the number of cuts.

    Returns:
        The documents, and what was cut, in that order; None where they do not fit even then.
    """
    pieces = _order(texts)
    low, high = -1, 0  # `low` cuts are too few; the steps double, and then halve
    while not fits(_without(texts, pieces[:high])):
        if high == len(pieces):
            return None
        low, high = high, min(len(pieces), 2 * high + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(_without(texts, pieces[:middle])) else (middle, high)
    characters: dict[tuple[str, Section], int] = {}
    for piece in pieces[:high]:
        key = (piece.document, piece.section)
        characters[key] = characters.get(key, 0) + piece.end - piece.start
    cuts = (Cut(document, section.title, count) for (document, section), count in characters.items())
    return _without(texts, pieces[:high]), tuple(cuts)


def _order(texts: Mapping[str, str]) -> list[_Piece]:
    whole: list[_Piece] = []
    last: list[tuple[int, int, list[_Piece]]] = []
    for document, text in texts.items():
        found = sections(text, document)
        least = min(TOP, max((section.priority for section in found), default=TOP))  # something of each document stays
        for section in found:
            if section.priority < least:
                whole.append(_Piece(document, section, section.start, section.end))
            elif section.priority < HEAD:
                starts = [section.start, *_starts(text, section)]
                ends = [*starts[1:], section.end]
                parts = [_Piece(document, section, *each) for each in zip(starts, ends, strict=True)]
                last.append((section.start - section.end, len(last), parts))
    whole.reverse()  # of equal sections, the last one first
    whole.sort(key=lambda piece: piece.section.priority)
    return [*whole, *_from_the_longest(last)]


def _from_the_longest(waiting: list[tuple[int, int, list[_Piece]]]) -> Iterator[_Piece]:
    heapq.heapify(waiting)
    while waiting:
        negative, number, parts = heapq.heappop(waiting)
        if len(parts) > 1:
            piece = parts.pop()
            yield piece
            heapq.heappush(waiting, (negative + piece.end - piece.start, number, parts))


def _starts(text: str, section: Section) -> list[int]:
    # The heading belongs to the first paragraph.
    heading = text.index(section.title, section.start, section.end) + len(section.title)
    content = re.compile(r"[\W_]*").match(text, heading, section.end)
    after = content.end() if content else section.end
    for boundary in (_BLANK, _LINE_END):
        ends = [match.end() for match in boundary.finditer(text, after, section.end)]
        starts = [end for end in ends if end < section.end]
        if starts:
            return starts[:: len(starts) // MAX_PARAGRAPHS + 1]
    return []


def _without(texts: Mapping[str, str], cut: list[_Piece]) -> dict[str, str]:
    gone: dict[str, list[tuple[int, int]]] = {}
    for piece in cut:
        gone.setdefault(piece.document, []).append((piece.start, piece.end))
    kept = {}
    for document, text in texts.items():
        spans, at = [], 0
        for start, end in sorted(gone.get(document, [])):
            spans.append(text[at:start])
            at = end
        kept[document] = "".join([*spans, text[at:]])
    return kept
