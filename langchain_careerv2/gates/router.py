"""The router: what a question is about, and why. The rules are data in `rules.py`, over the words in `words.py`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, cast, get_args

from langchain_careerv2 import chatml
from langchain_careerv2.gates.phrases import Question
from langchain_careerv2.gates.rules import RULES

Label = Literal[
    "resume_guidance",
    "job_description",
    "job_resume_match",
    "recruiting_strategy",
    "ats_keywords",
    "salary",
    "market",
    "small_talk",
    "other",
]
LABELS: tuple[Label, ...] = get_args(Label)

READ_CHARS = 24_600
"""Characters that are read from the beginning of a question, and a third of it from the end: a context of 4,096 tokens
takes no more."""
ASK_WORDS = 60
"""Words of a line that counts as the question itself, above or below a document."""
SMALL_TALK_WORDS = 14
"""Words of small talk; who says more wants something."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e007f]"
)
LATIN_LOOKS = str.maketrans(
    "\u0430\u0441\u0435\u043e\u0440\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u0261\u03bf\u03bd\u03b1",
    "aceopyxijshdgova",
)
"""Cyrillic and Greek small letters that look like Latin ones, as `str.translate` takes them."""
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]){3,}\w(?!\w)")
_QUOTED = re.compile(r"[\"\u201c\u201e\u00ab][^\"\u201c\u201d\u201e\u00ab\u00bb\n]{25,600}[\"\u201d\u201c\u00bb]")


@dataclass(frozen=True)
class Route:
    """What a question is about.

    Attributes:
        label: One of `LABELS`: a domain, what a policy may block, small talk, or something else.
        rule: The name of the rule that fired, as in the table; `none` where no rule did.
        matched: The words of the question that it fired on, in small letters without accents.
    """

    label: Label
    rule: str
    matched: str


def classify(text: str) -> Route:
    """Says what a question is about: in a ChatML prompt the last user turn, with a document the line that asks.

    Linear in the text, of which the beginning and the end are read (`READ_CHARS`). A language without rules is `other`.

    Args:
        text: A question in English, German, French or Spanish, or a ChatML prompt.
    """
    whole = folded(chatml.last_user_turn(text))
    for part in dict.fromkeys([_question(whole), whole]):
        question = Question(part)
        for rule in RULES:
            if rule.label == "small_talk" and len(question.words) > SMALL_TALK_WORDS:
                continue
            if (matched := question.fits(rule.patterns)) and not question.fits(rule.unless):
                return Route(cast("Label", rule.label), rule.name, matched)
    if question.is_all("<greeting>"):
        return Route("small_talk", "a greeting", question.said(0, len(question.words)))
    return Route("other", "none", "")


def folded(text: str) -> str:
    """The text as rules read it: small letters without accents, nothing invisible, look-alike letters as Latin ones."""
    if len(text) > READ_CHARS * 4 // 3:
        text = f"{text[:READ_CHARS]}\n{text[-READ_CHARS // 3 :]}"
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    if re.search("[a-z]", text):
        text = text.translate(LATIN_LOOKS)
    text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return _SPACED.sub(lambda spaced: re.sub(r"\W|_", "", spaced[0]), text)


def _question(text: str) -> str:
    """The first and the last line where those are short, without what they quote; else the text."""
    lines = [line for line in text.splitlines() if line.strip()]
    ends = lines if len(lines) < 2 else [lines[0], lines[-1]]
    asked = [_QUOTED.sub(" quoted text ", line) for line in ends if len(line.split()) <= ASK_WORDS]
    return "\n".join(asked) or text
