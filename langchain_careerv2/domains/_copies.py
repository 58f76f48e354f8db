"""What an answer copied from the examples of its prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from langchain_careerv2.domains._atoms import folded
from langchain_careerv2.domains._reading import READ_CHARS, Excerpt, key, separated
from langchain_careerv2.domains._voice import Part

ITEM_RUN, TERM_RUN = 6, 8
"""Words, and keywords, that no answer shares in a row with an example by chance."""
_WORD = re.compile(r"[^\W_]+")


def copied(parts: Sequence[Part], examples: Sequence[str], request: str) -> int:
    """How many items of an answer stand, in part, in an example, and not in the request."""
    lines = [line for example in examples for line in example.splitlines()]
    words = _runs(map(_words, lines), ITEM_RUN) - _runs([_words(request[:READ_CHARS])], ITEM_RUN)
    terms = _runs(map(_terms, lines), TERM_RUN) - _runs(map(_terms, request[:READ_CHARS].splitlines()), TERM_RUN)
    count = 0
    for style, texts in parts:
        if style == "terms":
            keys = [key(text) for text in texts]
            places = [place for place in range(len(keys)) if tuple(keys[place : place + TERM_RUN]) in terms]
            count += len({each for place in places for each in range(place, place + TERM_RUN)})
        else:
            count += sum(not words.isdisjoint(_runs([_words(text)], ITEM_RUN)) for text in texts)
    return count


def _words(text: str) -> list[str]:
    return _WORD.findall(folded(text))


def _terms(line: str) -> list[str]:
    return [key(term) for term in separated(Excerpt(line.rpartition(": ")[2]))]


def _runs(items: Iterable[Sequence[str]], length: int) -> set[tuple[str, ...]]:
    return {tuple(each[i : i + length]) for each in items for i in range(len(each) - length + 1)}
