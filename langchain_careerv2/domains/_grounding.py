"""Grounding: which skills, numbers and quotes of an answer its request does not have, and what it took from an example.

A name is known from the table, or by its form: capitals, digits or signs in a word, a capital inside a sentence (not in
German). The request has it where its words stand together, in any case and number, with blanks, hyphens or nothing
between them, under another of its names, or as an abbreviation; a number, where an equal one stands. All is linear in
both texts.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import chain, pairwise
from math import ceil
from unicodedata import normalize

from langchain_careerv2.domains._atoms import Atom, atoms, folded, root, singular
from langchain_careerv2.domains._names import SMALL, SPAN, Name, known
from langchain_careerv2.domains._reading import READ_CHARS, distinct
from langchain_careerv2.domains._skills import GENERIC
from langchain_careerv2.domains._verbs import ACTION_VERBS
from langchain_careerv2.domains._voice import Part, Style, Voice, voice_of

_INSIDE = r"[^\"\u201c-\u201e\u00ab\u00bb]{3,300}"
_QUOTE = re.compile(rf'(?<!\d)"{_INSIDE}"|[\u201c\u201e]{_INSIDE}[\u201c\u201d]|\u00ab{_INSIDE}\u00bb')
_FORMED = re.compile(r"[a-z][A-Z]|[A-Z]{2}s?\Z|[A-Z]{2,}[a-z]{2}|[A-Z].*[\d+#]|\d.*[A-Z]")
_UNIT = re.compile(r"\+| ?%")
_YEARS = re.compile(r"\b(19|20)\d\d ?[-\u2013/] ?(\d\d)\b")  # "2020-24" is until 2024
LONGEST = 40
"""Characters of a name's word at most."""
_FACTS = re.compile(
    r"(?:^|[.!?] )(?:(?:my|the|here is (?:my|the)) )?(?:r[e\u00e9]sum[e\u00e9]n?|cv|jd|job(?: description| ad)?|posting"
    r"|lebenslauf|stelle(?:nanzeige|nbeschreibung)?|offre|oferta|curr[i\u00ed]culum)(?: notes| facts)? ?(?::|$)",
    re.IGNORECASE | re.MULTILINE,
)


def has_facts(request: str) -> bool:
    """Whether a request brings facts: a document's label before a colon or a line's end, or 40 words."""
    return _FACTS.search(request[:READ_CHARS]) is not None or len(request[:READ_CHARS].split()) >= 40


class _Roots:
    """The roots of some words."""

    def __init__(self, words: Iterable[str]) -> None:
        self.exact = {root(word) for word in words}
        self._begun = {each[:end] for each in self.exact for end in range(4, min(len(each), 20) + 1)}

    def have(self, word: str, share: float) -> bool:
        """Whether the word has one of them, or this share of its own begins one."""
        base = root(word)
        return base in self.exact or base[: max(4, ceil(share * len(base)))] in self._begun


_GENERIC = _Roots(map(singular, GENERIC))


class _Source:
    """What a request has.

    Attributes:
        runs: Every one to five words in a row, as one word.
        initials: Those of every run.
        abbreviations: The words in capitals.
        capitals: The words that a capital, or a place in a list, makes names.
        numbers: The values of its numbers.
    """

    def __init__(self, request: str) -> None:
        text = normalize("NFKC", request[:READ_CHARS])[:READ_CHARS]
        found = atoms(text)
        self._words = {atom.word for atom in found}
        self.abbreviations = {atom.word for atom in found if len(atom.raw) > 1 and atom.raw[:2].isupper()}
        self.is_lower = text == text.lower()
        self.numbers = {value for atom in found for value in atom.values}
        self.numbers |= {Decimal(century + year) for century, year in _YEARS.findall(text)}
        self.capitals = {
            atom.word
            for atom in found
            if atom.raw[0].isupper()
            or not {text[atom.end : atom.end + 1], text[max(atom.start - 2, 0) : atom.start].strip()}.isdisjoint(
                ",;/|("
            )
        }
        self.runs: set[str] = set()
        self.initials: set[str] = set()
        for index in range(len(found)):
            self._run(found[index : index + SPAN])

    def _run(self, found: Sequence[Atom]) -> None:
        run = initials = short = ""
        for atom in found:
            if run and atom.apart:
                return
            run, initials = run + atom.word, initials + atom.word[0]
            short += "" if atom.word in SMALL else atom.word[0]
            self.runs.add(run)
            self.initials |= {initials, short}

    @cached_property
    def roots(self) -> _Roots:
        """Those of its words."""
        return _Roots(self._words)

    def has(self, name: Name, words: Sequence[Atom]) -> bool:
        """Whether the request has a term, under any of its names."""
        return any(each in (self.capitals if strict else self.runs) for each, strict in name.keys) or (
            name.is_method and all(self.roots.have(atom.word, 0.85) for atom in words)
        )

    def has_any(self, words: Sequence[Atom]) -> bool:
        """Whether one of the words names nothing, or the request has one like it."""
        return any(_GENERIC.have(atom.word, 0.6) or self.roots.have(atom.word, 0.6) for atom in words)

    def has_all(self, words: Sequence[Atom]) -> bool:
        """Whether the request has words in a row, of whatever length."""
        cuts = [0, *(index for index, atom in enumerate(words) if atom.apart and index), len(words)]
        return all(
            "".join(atom.word for atom in words[start : min(start + SPAN, end)]) in self.runs
            for begin, end in pairwise(cuts)
            for start in range(begin, max(end - SPAN, begin) + 1)
        )


def _missing(text: str, style: Style, source: _Source, voice: Voice) -> list[str]:
    """The pieces of one sentence or keyword that the request does not have, in order."""
    text = normalize("NFKC", text)[: 2 * len(text)]  # one character can be eighteen
    words = atoms(text)
    spans: list[tuple[int, int]] = []
    loose: list[Atom] = []
    quotes = _quotes(text, words)
    index, formed = 0, -1  # the place after the last missing name that was known by its form
    while index < len(words):
        atom, count = words[index], 1
        if index in quotes:
            stop, span = quotes[index]
            count = stop - index
            spans += [] if source.has_all(words[index:stop]) else [span]
        elif found := known(words, index, style):
            count, name = found
            term = words[index : index + count]
            had = source.has(name, term) or (count > 1 and _spelled(words, index, source, style) >= count)
            spans += [] if had else [(atom.start, term[-1].end)]
        elif spelled := _spelled(words, index, source, style):
            count = spelled
        elif atom.values and (atom.raw[0].isdigit() or voice.counts.get(atom.word, 0) > 1):
            had = atom.word in source.runs or not source.numbers.isdisjoint(atom.values)
            spans += [] if had else [_whole_number(text, atom)]
        elif _is_name(text, words, index, style, voice):
            if not _has_name(words, index, source):
                start = spans.pop()[0] if formed == index and not atom.apart else atom.start
                spans.append((start, atom.end))
                formed = index + 1
        else:
            loose.append(atom)
        index += count
    if style == "terms" and voice.english and not spans and len(loose) == len(words):
        has = source.has_any(loose) or "".join(atom.word for atom in loose) in source.runs
        return [] if has else [text]
    return [text[start:end] for start, end in spans]


def _quotes(text: str, words: Sequence[Atom]) -> dict[int, tuple[int, tuple[int, int]]]:
    """The quotes of two words or more: by their first word the place after their last, and where they stand."""
    starts = [atom.start for atom in words]
    placed = {
        bisect(starts, match.start()): (bisect(starts, match.end()), match.span()) for match in _QUOTE.finditer(text)
    }
    return {begin: (stop, span) for begin, (stop, span) in placed.items() if stop - begin >= 2}


def _spelled(words: Sequence[Atom], index: int, source: _Source, style: Style) -> int:
    """How many words here spell out an abbreviation of the request; 0 where none do."""
    whole = short = ""
    best = 0
    for count, atom in enumerate(words[index : index + SPAN], 1):
        if (count > 1 and (atom.apart or known(words, index + count - 1, style))) or len(atom.word) < 2:
            break
        whole += atom.word[0]
        short += "" if atom.word in SMALL else atom.word[0]
        if len(short) > 1 and not {whole, short}.isdisjoint(source.abbreviations):
            best = count
    return best


def _whole_number(text: str, atom: Atom) -> tuple[int, int]:
    """Where a number stands, with its currency or unit."""
    sign = text[atom.start - 1 : atom.start] in set("$\u20ac\u00a3")
    unit = _UNIT.match(text, atom.end)
    return atom.start - sign, unit.end() if unit else atom.end


def _is_name(text: str, words: Sequence[Atom], index: int, style: Style, voice: Voice) -> bool:
    """Whether a word is a name by its form."""
    raw = (atom := words[index]).raw
    if not 1 < len(raw) <= LONGEST or root(atom.word) in _GENERIC.exact:
        return False
    if _FORMED.search(raw):
        return len(words) <= 3 or not text.isupper()
    if not raw[0].isupper() or not raw[1:].islower() or folded(raw) in ACTION_VERBS or _GENERIC.have(atom.word, 0.85):
        return False
    if style == "terms":
        return voice.keywords
    return voice.capitals and index > 0 and text[max(atom.start - 2, 0)] not in ".!?"


def _has_name(words: Sequence[Atom], index: int, source: _Source) -> bool:
    atom = words[index]
    if len(atom.word) > 2 and atom.raw[:2].isupper() and atom.word in source.initials:
        return True
    near = [words[index - 1]] * (index > 0 and not atom.apart)
    near += [each for each in words[index + 1 : index + 2] if not each.apart]
    if source.is_lower or atom.word in source.capitals or not any(each.raw[0].isupper() for each in near):
        return atom.word in source.runs
    # Words that make a name together are had together: "Green Key" is not made of green fields and a key account.
    return any({each.word + atom.word, atom.word + each.word} & source.runs for each in near)


def ungrounded(parts: Sequence[Part], request: str) -> tuple[str, ...]:
    """The names, numbers and quotes of an answer that its request does not have, as they stand there, in order."""
    source, voice = _Source(request), voice_of(parts, request)
    pieces = (_missing(text, style, source, voice) for style, texts in parts if style != "advice" for text in texts)
    return tuple(distinct(chain.from_iterable(pieces)))
