"""The names of the table as they are found in a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from langchain_careerv2.domains._atoms import Atom, atoms
from langchain_careerv2.domains._skills import TERMS
from langchain_careerv2.domains._voice import Style

SPAN = 5
"""Words of a name at most."""
SMALL = frozenset("a an and at by for from in of on or the to with de des du et la le der die und y del".split())
"""Words that an abbreviation leaves out."""


class Name(NamedTuple):
    """One name of a term.

    Attributes:
        text: The name.
        mark: What makes it a name: "~" a capital in an answer, "!" in a request too.
        is_method: Whether its words may be inflected.
        keys: Each name of the term as one word, and whether only a capital makes it a name in a request.
    """

    text: str
    mark: str
    is_method: bool
    keys: tuple[tuple[str, bool], ...]

    def fits(self, first: str, leads: bool) -> bool:
        """Whether the name is written as one, by its first word and whether that leads a sentence."""
        if self.text.isupper() and len(self.text) <= 4:
            return first[:2].isupper()
        return not self.mark or (first[0].isupper() and not leads)


def _names() -> Iterator[tuple[str, Name]]:
    for term in TERMS:
        texts = [name.lstrip("~!") for name in term]
        words = [[atom.word for atom in atoms(text)] for text in texts]
        keys = tuple(("".join(parts), name[0] == "!") for parts, name in zip(words, term, strict=True))
        for name, text, (joined, _) in zip(term, texts, keys, strict=True):
            yield joined, Name(text, name.removesuffix(text), texts[0].islower(), keys)


NAMES = dict(reversed(list(_names())))
"""Each name by its words as one."""


def known(words: Sequence[Atom], index: int, style: Style) -> tuple[int, Name] | None:
    """The longest known name that begins here, and how many words it has."""
    joined, best = "", None
    leads = index == 0 and len(words) > 1 and not words[1].apart
    for count, atom in enumerate(words[index : index + SPAN], 1):
        if count > 1 and atom.apart:
            break
        joined += atom.word
        name = NAMES.get(joined)
        is_whole = style == "terms" and count == len(words)
        if name and (is_whole or name.fits(words[index].raw, leads and (style == "bullets" or name.mark == "!"))):
            best = count, name
    return best
