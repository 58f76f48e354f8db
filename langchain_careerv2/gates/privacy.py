"""Names, e-mail addresses, telephone numbers, links, postal addresses and numbers of a person, behind placeholders.

A `Mask` is one request's table: it hides texts, and restores what a model makes of them. The table is in memory alone:
it shows nothing of itself, and cannot be pickled. Pure, and linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from itertools import accumulate
from typing import Any, NamedTuple, NoReturn

from langchain_careerv2.chatml import TAG_TOKENS
from langchain_careerv2.gates._detection import Detector, DetectorError, Place, asked, detect, merged, plain
from langchain_careerv2.gates._names import COMMON, PLACES
from langchain_careerv2.gates._people import PARTICLES, fold, tokens

__all__ = ["CARRIED", "TYPED", "Detector", "DetectorError", "Mask", "Typed", "as_typed", "detect", "each"]

LONGEST = 12
"""Words of a value that is looked for again in other texts of the request; a longer one is found as the first was."""
PIECE = 5
"""Characters of a value that are too much of it in an error message; a shorter one is not looked for again."""

# Beyond what was written, as models write it; "[Email 1]" and "name_1" stand in many a text of its own.
_PLACEHOLDER = re.compile(
    r"\[ ?((?i:[a-z]{2,16}(?=\\?_))|[A-Z]{2,16})(?:\\?_|[ -])?([0-9]{1,5}(?:\.[0-9]{1,4})?) ?\]"
    r"|(?<![A-Za-z0-9])([A-Z]{2,16})\\?_([0-9]{1,5})(?![A-Za-z0-9_]|\.[0-9])",
    re.ASCII,
)
_UNFINISHED = re.compile(r"(?:\[[^\]\n]{0,30}|[A-Z][A-Z0-9_.\\]{0,30})\Z")
_RESERVED = frozenset(token.strip("</>") for token in TAG_TOKENS)
"""What is never hidden: a prompt's own tags."""
_RUN = re.compile(r"[^\W_]+")
_SHY = COMMON | PLACES


class Mask:
    """What one request hides, by its placeholders: `[NAME_1]`, `[EMAIL_1]`, numbered in the order they appear in.

    A value that is written in other letters or with other blanks has the same placeholder, and so has a part of a name.
    A number that the text itself uses in a placeholder is left out, so that nothing is restored that was not hidden.

    Args:
        detectors: Further detectors, besides the package's own.
        exact: Whether each way in which a value is written has a placeholder of its own (`[NAME_1.2]`), so that
            restoring gives back the very text. Otherwise each is restored as it was first written, and a part of a name
            as the whole.
    """

    def __init__(self, detectors: Sequence[Detector] = (), *, exact: bool = False) -> None:
        self._detectors = (detect, *detectors)
        self._exact = exact
        self._keys: dict[tuple[str, str], str] = {}  # as what each value is known, by its kind and how it is written
        self._first: dict[str, str] = {}  # how each was first written, by its key
        self._forms: dict[str, dict[str, str]] = {}  # the placeholders of each, by how it is written
        self._shown: dict[str, str] = {}  # what to restore, by placeholder
        self._numbers: Counter[str] = Counter()
        self._taken: set[str] = set()
        self._known: dict[tuple[str, ...], str] = {}  # the keys, by the words of values and of parts of names
        self._lengths: dict[str, set[int]] = {}  # how many words those are, by the first of them

    def __len__(self) -> int:
        return len(self._shown)

    def __repr__(self) -> str:
        return f"Mask({len(self)} values)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Mask holds what it hides: it is not to be written anywhere")

    def learn(self, text: str) -> str:
        """Finds what `hide` will hide, so that it is hidden in the texts before this one too, and returns the text.

        Raises:
            DetectorError: A detector failed.
        """
        self._taken |= {_name(match) for match in _PLACEHOLDER.finditer(text)}
        self._places(text)
        return text

    def hide(self, text: str) -> str:
        """The text with placeholders.

        Raises:
            DetectorError: A detector failed.
        """
        places = self._places(text)
        edges = [0, *(edge for place in places for edge in place[:2]), len(text)]
        kept = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
        self._taken |= {_name(match) for piece in kept for match in _PLACEHOLDER.finditer(piece)}
        said = [self._placeholder(place, text[place.start : place.end]) for place in places]
        return "".join(piece for pair in zip(kept, [*said, ""], strict=True) for piece in pair)

    def restore(self, text: str, change: Callable[[str], str] = str) -> str:
        """The text with the values, each changed as asked, in place of their placeholders, as far as they are known.

        `[Name_1]`, `[NAME 1]` and `NAME_1` count as `[NAME_1]`; `[Name 1]` and `name_1` are words of the text's own.
        """
        pieces: list[str] = []
        last = 0
        for start, end, value in self._edits(text):
            pieces += text[last:start], change(value)
            last = end
        return "".join([*pieces, text[last:]])

    def moved(self, text: str, spans: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        """Where spans of a text stand in it after `restore`; the ends of one inside a placeholder go to the value's."""
        edits = list(self._edits(text))
        starts = [start for start, _, _ in edits]
        shifts = [0, *accumulate(len(value) - (end - start) for start, end, value in edits)]

        def to(place: int, *, ends: bool) -> int:
            index = bisect_left(starts, place)
            if index and edits[index - 1][1] > place:
                return edits[index - 1][1] + shifts[index] if ends else starts[index - 1] + shifts[index - 1]
            return place + shifts[index]

        return {path: (to(start, ends=False), to(end, ends=True)) for path, (start, end) in spans.items()}

    def _edits(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _PLACEHOLDER.finditer(text):
            value = self._shown.get(_name(match))
            if value is not None:
                yield *match.span(), value

    def _placeholder(self, place: Place, written: str) -> str:
        key = place.key or self._keys.get((place.kind, written)) or self._key(place.kind, written)
        forms = self._forms.setdefault(key, {})
        if not forms:
            self._add(forms, self._first.get(key, written), place.kind)
        first = next(iter(forms.values()))
        if self._exact and written not in forms:
            self._add(forms, written, place.kind, first)
        return f"[{forms.get(written, first)}]"

    def _add(self, forms: dict[str, str], written: str, kind: str, first: str = "") -> None:
        """Gives a value, or with `first` one more way to write it, the next placeholder that is free."""
        number, name = len(forms), ""
        while not name or name in self._taken or name in self._shown:
            self._numbers[kind] += not first
            number += 1
            name = f"{first}.{number}" if first else f"{kind}_{self._numbers[kind]}"
        forms[written] = name
        self._shown[name] = written

    def _places(self, text: str) -> list[Place]:
        found = merged([place for detector in self._detectors for place in asked(detector, text)])
        found = [place for place in found if text[place.start : place.end].strip().casefold() not in _RESERVED]
        said = dict.fromkeys((place.kind, text[place.start : place.end]) for place in found)
        # Whole names first: what is a part of one is then known as such.
        for kind, written in sorted(said, key=lambda each: -len(_RUN.findall(each[1]))):
            if (kind, written) not in self._keys:
                self._register(kind, written)
        return merged([*found, *self._again(text)])

    def _key(self, kind: str, written: str) -> str:
        seen = plain(written)[0]
        words = _words(seen)
        if kind == "NAME":
            whole = "".join(word for word in words if len(word) > 1) or "".join(words)
            return self._known.get(words) or f"NAME {whole}"
        return f"{kind} {''.join(words if kind == 'PHONE' else seen.casefold().split())}"

    def _register(self, kind: str, written: str) -> None:
        """Makes a value known by its words, and by those of its parts that say who is meant."""
        seen = plain(written)[0]
        words = _words(seen)
        key = self._keys[kind, written] = self._key(kind, written)
        self._first.setdefault(key, written)
        if kind == "NAME":
            self._note(words, key)
            parts = [part for part in tokens(seen) if len(part.text) > 1 and part.fold not in PARTICLES]
            for part in parts if len(words) > 1 else ():
                self._note(_words(part.text), key, f"NAME {part.fold}")
        elif len("".join(words)) >= PIECE:
            self._note(words, key)
            self._note(("".join(words),), key)

    def _note(self, words: tuple[str, ...], key: str, shared: str = "") -> None:
        """Makes words known as a value; a part of two names, with the key `shared`, stands for neither of them."""
        if 0 < len(words) <= LONGEST:
            if self._known.setdefault(words, key) != key and shared:
                self._known[words] = shared
            self._lengths.setdefault(words[0], set()).add(len(words))

    def _again(self, text: str) -> Iterator[Place]:
        """Where known values stand, however they were found."""
        seen, places = plain(text)
        runs = list(_RUN.finditer(seen))
        words = [fold(run[0]) for run in runs]
        at = 0
        while at < len(runs):
            for length in sorted(self._lengths.get(words[at], ()), reverse=True):
                last = at + length
                key = self._known.get(tuple(words[at:last])) if last <= len(runs) else None
                if key and _stands(seen, runs, at, last, key):
                    start, end = places[runs[at].start()], places[runs[last - 1].end() - 1] + 1
                    yield Place(start, end, key.partition(" ")[0], key)
                    at = last - 1
                    break
            at += 1


CARRIED: ContextVar[Mask | None] = ContextVar("careerv2_mask", default=None)
"""The mask of a request that only its traces hide: what sends its prompt restores it, and hides the answer."""


def placeholder_begins(text: str) -> int:
    """Where the end of a growing text may be the beginning of a placeholder; its length where it cannot."""
    begun = _UNFINISHED.search(text, max(0, len(text) - 32))
    return begun.start() if begun else len(text)


class Typed(NamedTuple):
    """A request as it was typed, what it is hidden as, and the mask between the two."""

    request: object
    hidden: object
    mask: Mask


TYPED: ContextVar[Typed | None] = ContextVar("careerv2_typed", default=None)
"""The request that is being answered behind a mask: gates look at it, and tell places and labels alone."""


def as_typed(request: Any) -> Any:
    """What was typed for a hidden request; a request that nothing hides is itself."""
    typed = TYPED.get()
    return typed.request if typed is not None and typed.hidden == request else request


def _name(match: re.Match[str]) -> str:
    """A placeholder's name, however it is written."""
    return f"{match[1] or match[3]}_{match[2] or match[4]}".upper()


def _words(seen: str) -> tuple[str, ...]:
    return tuple(map(fold, _RUN.findall(seen)))


def _stands(seen: str, runs: Sequence[re.Match[str]], first: int, last: int, key: str) -> bool:
    """Whether words stand as a value's would: close to each other; one word of a name with a capital.

    One that is a common word too, as in "Jane Baker", is the name only where it begins a sentence.
    """
    near = zip(runs[first : last - 1], runs[first + 1 : last], strict=True)
    gaps = [seen[left.end() : right.start()] for left, right in near]
    if last - first > 1 or not key.startswith("NAME "):
        return all(len(gap) <= 3 and "\n" not in gap for gap in gaps)
    word = runs[first]
    if not word[0][0].isupper() or fold(word[0]) not in _SHY:
        return word[0][0].isupper()
    follows = last < len(runs) and seen[word.end() : runs[last].start()] == " " and runs[last][0][0].islower()
    return follows and seen[max(word.start() - 2, 0) : word.start()].rstrip(" ")[-1:] in {"", "\n", "."}


def each(value: object, change: Callable[[str], str]) -> object:
    """The same value with each of its strings changed.

    Raises:
        TypeError: There is something in it that is no text, number, list or mapping.
    """
    if isinstance(value, str):
        return change(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {each(name, change): each(inner, change) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        changed = [each(inner, change) for inner in value]
        return tuple(changed) if isinstance(value, tuple) else changed
    hint = "; give its page_content" if hasattr(value, "page_content") else ""
    raise TypeError(f"{type(value).__name__} is no text, number, list or mapping{hint}")
