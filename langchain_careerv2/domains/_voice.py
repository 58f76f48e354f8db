"""How an answer is written: what its parts are, its language, and what a capital means in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from langchain_careerv2.domains._atoms import COUNTED, folded
from langchain_careerv2.domains._reading import READ_CHARS

Style = Literal["bullets", "lines", "terms", "advice"]
"""What a part of an answer is: sentences led by verbs, sentences, keywords, or advice, which claims nothing."""
Part = tuple[Style, Sequence[str]]
_STOPS = {
    "en": frozenset("the of and to with for by is on from that at into".split()),
    "de": frozenset("der die das und mit fur von bei im ist zu den als nach".split()),
    "fr": frozenset("de la en des et du avec pour dans au les le une sur ans".split()),
    "es": frozenset("de la en el los las y con para del una por se como anos experiencia".split()),
}


class Voice(NamedTuple):
    """How an answer is written.

    Attributes:
        counts: The words that count in its language.
        capitals: Whether a capital inside a sentence makes a name.
        keywords: Whether a capital at the head of a keyword does.
        english: Whether it is English, whose words the table of those that name nothing has.
    """

    counts: Mapping[str, int]
    capitals: bool
    keywords: bool
    english: bool


def _language(text: str) -> str:
    words = [folded(word) for word in text.split()]
    return max(_STOPS, key=lambda name: sum(word in _STOPS[name] for word in words))


def voice_of(parts: Sequence[Part], request: str) -> Voice:
    sentences = " ".join(text for style, texts in parts if style != "terms" for text in texts)
    terms = [text for style, texts in parts if style == "terms" for text in texts]
    asked = _language(request[:READ_CHARS])
    language = _language(sentences) if sentences else asked
    inner = [word for style, texts in parts if style != "terms" for text in texts for word in text.split()[1:]]
    long = [word for word in inner if len(word) > 3]
    titled = len(long) > 12 and sum(word[0].isupper() for word in long) > 0.6 * len(long)
    german = "de" in {asked, language}
    heads = sum(term[:1].isupper() for term in terms)
    return Voice(
        COUNTED[language], not german and not titled, not german and heads < 0.7 * len(terms), language == "en"
    )
