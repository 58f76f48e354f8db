"""Words and numbers of a text, in a form in which two of them can be compared.

Linear in the text: no two neighbouring unbounded repetitions of a regular expression share a character.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple
from unicodedata import normalize

from langchain_careerv2.domains._skills import OPAQUE

Number = Decimal | str
"""A value; of digits that make no number, such as 1.2.3, the digits."""

_MARKS = re.compile("[\u0300-\u036f]")
_PLURAL = re.compile(r"(?<=..)(?:ies|(?<=ss)es|(?<=[xz])es|(?<=[cs]h)es|(?<![suj])(?<![nrstx]i)s)\Z")
_ENDING = re.compile(r"(?:(?<=.{5})(?:ation|ion|ment|ance|ence)|(?<=...)(?:ing|er|or|ed|al|ist|e|y))\Z")


def folded(text: str) -> str:
    """The text without case and accents."""
    return text.lower() if text.isascii() else _MARKS.sub("", normalize("NFKD", text).casefold())


def singular(word: str) -> str:
    """A folded word without its plural."""
    if word[-1:] != "s" or len(word) < 4 or word == "excels":  # who excels does not know Excel
        return word
    return _PLURAL.sub(lambda ending: "y" if ending[0] == "ies" else "", word)


def root(word: str) -> str:
    """What a word shares with those made of the same root: "plan" of "planning" and "planner"."""
    found = _ENDING.sub("", word)
    return found[:-1] if found[-2:-1] == found[-1:] else found


_POWERS = {
    name: power
    for power, names in {
        3: "k thousand tsd tausend mille mil",
        6: "m mm mn mio million millions millionen millones mill\u00f3n",
        9: "b bn mrd billion billions milliarde milliarden milliard milliards",
    }.items()
    for name in names.split()
}
"""What the digits before a name are multiplied by, as a power of ten."""
_COUNTS = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty",
    "de": "ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn"
    " achtzehn neunzehn zwanzig",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dixsept dixhuit"
    " dixneuf vingt",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete"
    " dieciocho diecinueve veinte",
}
_TENS = {name: 10 * ten for ten, name in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)}
_TENS["twenty"] = 20
_ONES = _COUNTS["en"].split()[:9]
COUNTED = {
    language: {singular(name): value for value, name in enumerate(names.split(), 1)}
    for language, names in _COUNTS.items()
}
"""The words that count, folded, by language."""
COUNTED["en"] |= _TENS | {f"{ten}{one}": _TENS[ten] + value for ten in _TENS for value, one in enumerate(_ONES, 1)}
_MORE = {"zero": 0, "null": 0, "cero": 0, "twice": 2, "thrice": 3, "dozen": 12, "hundred": 100}
_VALUES = {name: frozenset([Decimal(value)]) for names in (*COUNTED.values(), _MORE) for name, value in names.items()}
_ONE = OPAQUE | {(ten, one) for ten in _TENS for one in _ONES} | {("dix", unit) for unit in ("sept", "huit", "neuf")}
_LAST = frozenset(words[-1] for words in _ONE)
MOST_DIGITS = 20
"""Digits of a number at most; more are compared as text."""


def readings(digits: str, name: str = "") -> frozenset[Number]:
    """Every number that digits can mean: "10.000" is ten and ten thousand, "2m" two and two million."""
    digits = re.sub("[ '\u2019]", "", digits)
    first, *groups = re.split("[.,]", digits)
    found = [first] * (not groups)
    if groups and len(first) <= 3 and all(len(group) == 3 for group in groups):
        found.append(first + "".join(groups))
    if groups and digits.count(digits[-len(groups[-1]) - 1]) == 1:
        found.append(f"{first}{''.join(groups[:-1])}.{groups[-1]}")
    if not found or len(digits) > MOST_DIGITS:
        return frozenset([digits])
    power = _POWERS.get(name.casefold(), 0)
    powers = {power, 0 if name in {"m", "mm", "b"} else power}  # "2m" may be two metres, "2M" may not
    return frozenset(Decimal(number).scaleb(power) for number in found for power in powers)


_NAMES = "|".join(sorted((name for name in _POWERS if len(name) > 2), key=len, reverse=True))
_ATOM = re.compile(
    rf"((?:\d{{1,3}}(?:[ '\u2019]\d{{3}})+|\d+)(?:[.,]\d+)*)(?: ?({_NAMES}|[mb]n)|(k|mm?|b))?(?![^\W_])"
    r"|[^\W_]+(?:\+\+|#|\+(?!\w))?",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"\d+(?=[a-z]+\Z|[AVW]\Z)")  # "3x", "5th", "480V"
_SOFT = re.compile(r"[^\S\n]{0,3}\n?[^\S\n]{0,3}|[-./&+'\u2019\u2010\u2011_]| ?[&/+] ?")


class Atom(NamedTuple):
    """A word or a number.

    Attributes:
        start: Where it begins in its text.
        end: Where it ends there.
        raw: As it stands there.
        word: Folded, in the singular.
        apart: Whether more than a blank, a hyphen or the like parts it from the one before it.
        values: The numbers that it can mean.
    """

    start: int
    end: int
    raw: str
    word: str
    apart: bool
    values: frozenset[Number]


def atoms(text: str) -> list[Atom]:
    """The atoms of a text; words that together mean one thing are one."""
    found: list[Atom] = []
    for match in _ATOM.finditer(text):
        apart = not found or not _SOFT.fullmatch(text, found[-1].end, match.start())
        raw = match[0]
        is_plural = len(raw) > 2 and raw[-1] == "s" and raw[:-1].isupper()  # "IDs"
        word = folded(raw[:-1]) if is_plural else singular(folded(raw))
        digits = match[1] or (_MEASURE.match(raw) or [""])[0]
        values = readings(digits, match[2] or match[3] or "") if digits else None
        found.append(_atom(*match.span(), raw, word, apart, values))
        for count in (3, 2) if word in _LAST and not apart else ():
            tail = found[-count:]
            if tuple(atom.word for atom in tail) in _ONE and not any(atom.apart for atom in tail[1:]):
                start, end = tail[0].start, tail[-1].end
                found[-count:] = [
                    _atom(start, end, text[start:end], "".join(atom.word for atom in tail), tail[0].apart)
                ]
    return found


def _atom(start: int, end: int, raw: str, word: str, apart: bool, values: frozenset[Number] | None = None) -> Atom:
    return Atom(start, end, raw, word, apart, _VALUES.get(word, frozenset()) if values is None else values)
