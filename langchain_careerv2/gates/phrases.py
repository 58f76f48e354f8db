"""How the table's phrases are found in a question, whatever it is that they then decide.

A question's words are looked up in one index of all phrases; a rule then asks only where lists were found. So the work
is linear in the text, and there is no regular expression to compile.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from langchain_careerv2.gates.rules import RULES
from langchain_careerv2.gates.words import MASKS, WORDS

GAP_WORDS = 12
"""Words that `..` may skip."""

_CURRENCY = (
    "usd|eur|euros?|gbp|chf|dollars?|bucks|pounds|quid|pesos|balles|pavos|franken|francs"
    "|brutto|netto|brutos?|netos?|brut|net"
)
_AMOUNT = (
    r"(?:[$\u20ac\u00a3\u20b9\u00a5]|\b(?:usd|eur|gbp|chf)\b) ?\d[\d.,' ]{0,12}(?: ?(?:k|mio|m|million|thousand)\b)?"
    r"|\b\d[\d.,']{0,12}(?: \d{3}\b)?(?: ?- ?\d[\d.,']{0,12})? ?(?:k\u20ac?\b|grand\b|thousand\b|tsd\b|mil\b|mille\b"
    rf"|lakh\b|lpa\b|[$\u20ac\u00a3]|(?:{_CURRENCY})\b)|\b\d{{2,3}}[.,' ]\d{{3}}\b"
)
_TOKEN = re.compile(
    rf"(?P<money>{_AMOUNT})|(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]\w*)|(?P<sign>[?%:])"
    r"|(?P<stop>[.!;\n\u00bf\u00a1\u2026])"
)
_READ = {"money": "#money", "number": "#n", "stop": "."}

Places = dict[int, list[int]]
"""Where something begins, and where it ends then."""
Steps = list[tuple[str, int]]
"""What follows each other: a list's name in angle brackets or words, and how many other words may stand before it."""


class _Word(NamedTuple):
    """A word of a question: as the rules read it, and as it was said."""

    read: str
    said: str


class _Table(NamedTuple):
    """The lists and the rules, as they are looked up.

    Attributes:
        by_first: The phrases by their first words, each as its other words and its list's name.
        gapped: The phrases with a gap in them.
        words: All words of phrases.
    """

    by_first: dict[str, list[tuple[tuple[str, ...], str]]]
    gapped: list[tuple[str, Steps]]
    words: frozenset[str]


class Question:
    """The words of a question, and where the table's lists and phrases are found in it."""

    def __init__(self, text: str) -> None:
        self.words = list(_masked(list(_tokens(text))))
        self._ends = [len(self.words)] * (len(self.words) + 1)
        for at in reversed(range(len(self.words))):
            self._ends[at] = at if self.words[at].read in {".", "?"} else self._ends[at + 1]
        self._found = _found(self.words)
        for name, steps in _table().gapped:
            if span := self._span(steps):
                self._found.setdefault(name, {}).setdefault(span[0], []).append(span[1])

    def fits(self, patterns: str) -> str:
        """The words that the first fitting alternative was found in; empty where none fits."""
        for parts in _alternatives(patterns):
            spans = [span for steps in parts if (span := self._span(steps))]
            if len(spans) == len(parts):
                return " & ".join(self.said(*span) for span in spans)
        return ""

    def is_all(self, name: str) -> bool:
        """Whether a list's phrases are all that is said."""
        covered = {at for start, ends in self._places(name).items() for at in range(start, max(ends))}
        return bool(covered) and all(at in covered or not word.read.isalnum() for at, word in enumerate(self.words))

    def said(self, start: int, end: int) -> str:
        """The words from `start` to `end`, as they were said."""
        return " ".join(word.said for word in self.words[start:end]).strip()

    def _places(self, name: str) -> Places:
        """Where a list's phrases are found; of `<pay|earn>`, those of both lists."""
        if name not in self._found:
            places: Places = {}
            for each in name.strip("<>").split("|") if name.startswith("<") else ():
                for start, ends in self._found.get(f"<{each}>", {}).items():
                    places[start] = places.get(start, []) + ends
            self._found[name] = places
        return self._found[name]

    def _span(self, steps: Steps) -> tuple[int, int] | None:
        """Where the steps follow each other first."""
        found = [self._places(name) for name, _ in steps]
        starts = {end: start for start, ends in found[0].items() for end in ends} if all(found) else {}
        for places, (_, gap) in zip(found[1:], steps[1:], strict=True):
            starts = {
                end: start
                for at, start in starts.items()
                for near in range(at, min(at + gap, self._ends[at]) + 1)
                for end in places.get(near, ())
            }
        return min(((start, end) for end, start in starts.items()), default=None)


def _tokens(text: str) -> Iterator[_Word]:
    ended = True
    for token in _TOKEN.finditer(text):
        stop = token.lastgroup == "stop"
        if not (stop and ended):
            yield _Word(_READ.get(str(token.lastgroup), token[0]), token[0].strip())
        ended = stop or token[0] == "?"


def _masked(words: list[_Word]) -> Iterator[_Word]:
    """The words, each phrase that only looks like a pay question as one."""
    found, at = _found(words), 0
    while at < len(words):
        masks = [(end, name) for name in MASKS for end in found.get(f"<{name}>", {}).get(at, ())]
        end, name = max(masks, default=(at + 1, ""))
        yield _Word(f"#{name}", " ".join(word.said for word in words[at:end])) if name else words[at]
        at = end


def _found(words: list[_Word]) -> dict[str, Places]:
    """Where each list's phrases begin and end, by the list's name."""
    index, shapes = _table().by_first, [_shapes(word.read) for word in words]
    found: dict[str, Places] = defaultdict(lambda: defaultdict(list))
    for at, first in enumerate(shapes):
        for shape in first & index.keys():
            for rest, name in index[shape]:
                after = shapes[at + 1 : at + 1 + len(rest)]
                if not rest or (len(after) == len(rest) and all(map(frozenset.__contains__, after, rest))):
                    found[name][at].append(at + 1 + len(rest))
    return dict(found)


@lru_cache(maxsize=4096)
def _shapes(word: str) -> frozenset[str]:
    """Every pattern of the table that would fit a word: itself, its beginnings, its ends and what it holds."""
    size = min(len(word), 40)
    edges = {f"*{word[at:]}" for at in range(size)} | {f"{word[: at + 1]}*" for at in range(size)}
    inner = {f"*{word[at : at + n]}*" for at in range(size) for n in range(3, 16)}
    return _table().words & {word, *edges, *inner, *("*" if word.isalnum() else "")}


@lru_cache(maxsize=1)
def _table() -> _Table:
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    patterns = [pattern for rule in RULES for pattern in (rule.patterns, rule.unless)]
    lists = [(f"<{name}>", each) for name, table in (WORDS | MASKS).items() for each in table.split(",")]
    gapped = [(name, _steps(each)) for name, each in lists if ".." in each]
    used = [steps for pattern in patterns for parts in _alternatives(pattern) for steps in parts]
    plain = {name for steps in [*used, *(steps for _, steps in gapped)] for name, _ in steps if name[0] != "<"}
    for name, each in [*lists, *((name, name) for name in sorted(plain))]:
        for phrase in product(*(word.split("|") for word in each.split())) if ".." not in each else ():
            by_first[phrase[0]].append((phrase[1:], name))
    words = {word for first, phrases in by_first.items() for rest, _ in phrases for word in (first, *rest)}
    return _Table(by_first, gapped, frozenset(words))


@lru_cache(maxsize=256)
def _alternatives(patterns: str) -> list[list[Steps]]:
    """The alternatives of a rule, each as the parts that it joins."""
    return [[_steps(part) for part in each.split("&")] for each in patterns.split(",") if each.strip()]


def _steps(part: str) -> Steps:
    pieces = [piece.strip() for piece in re.split(r"(<[^>]+>|\.\.)", part) if piece.strip()]
    gaps = [GAP_WORDS if before == ".." else 0 for before in ["", *pieces]]
    return [(piece, gap) for piece, gap in zip(pieces, gaps, strict=False) if piece != ".."]
