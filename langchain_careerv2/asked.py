"""A chain's request: read, its documents in fences, and trimmed where it does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from langchain_careerv2 import chatml
from langchain_careerv2.errors import RequestError
from langchain_careerv2.gates.hostile import READ_CHARS, Flag, flags
from langchain_careerv2.gates.privacy import TYPED, as_typed
from langchain_careerv2.trimming.sections import Cut, trimmed


class Asked(NamedTuple):
    """A request as the chain works with it: its user's turn, what is suspicious in it, and what was cut of it."""

    text: chatml.Fenced
    flags: tuple[Flag, ...]
    cuts: tuple[Cut, ...] = ()


def typed_text(asked: Asked) -> str:
    """What was typed for a request, in one text."""
    typed = TYPED.get()
    said = chatml.unfenced(asked.text) if typed is None else typed.request
    return "\n".join(map(str, said.values())) if isinstance(said, dict) else str(said)


_OVERLAP = 512
"""Characters of a window on a long text that the next one has too: longer than any order that is looked for."""
_FILE_NAME = re.compile(r"\s*(?:[^\s.,;]+ ){0,4}\S+\.(?:pdf|docx?|txt|md|html?|rtf|odt)\s*", re.IGNORECASE)
_UNSAID = "Use the texts below."
"""The request where there are only documents."""


def as_request(request: str | dict[str, str], documents: int = 1) -> Asked:
    """The request of a chain's input, its documents in fences; without words of its own it needs so many.

    Raises:
        RequestError: It is no text, or a part of it is none, empty or missing, or the name of a file.
    """
    typed = as_typed(request)
    if isinstance(request, str):
        return Asked(chatml.fenced(request), flags(typed))
    names = [*chatml.DOCUMENTS]
    if not isinstance(request, dict) or not request or not set(request) <= {"request", *names}:
        raise RequestError(f"the chain takes a string, or a dict of strings with the keys request, {', '.join(names)}")
    for name, text in request.items():
        if not isinstance(text, str) or not text.strip():
            raise RequestError(f"{name} must be a string with something in it; leave it out where there is none")
        if name in names and _FILE_NAME.fullmatch(text):
            raise RequestError(f"{name} is the name of a file: give its text, load_document(...).page_content")
    if "request" not in request and len(request) < documents:
        raise RequestError(f"it takes {documents} documents, such as resume and job_description: one is missing")
    found = tuple(replace(flag, source=name) for name, text in typed.items() for flag in flags(text))
    return Asked(_turn(request, {name: request[name] for name in names if name in request}), found)


def _turn(request: Mapping[str, str], documents: Mapping[str, str]) -> chatml.Fenced:
    """The user's turn of a request with these documents."""
    said = request.get("request", _UNSAID)
    return chatml.with_documents(said, documents) if documents else chatml.fenced(said)


def fitted(asked: Asked, request: str | dict[str, str], fits: Callable[[chatml.Fenced], bool]) -> Asked:
    """The request with as little of its documents cut as makes it fit; as it is where that is not enough."""
    if isinstance(request, str):
        return asked
    documents = {name: request[name] for name in chatml.DOCUMENTS if name in request}
    kept = trimmed(documents, lambda texts: fits(_turn(request, {name: text for name, text in texts.items() if text})))
    if kept is None:
        return asked
    texts, cuts = kept
    typed = as_typed(request)
    names = dict.fromkeys(cut.document for cut in cuts)
    behind = [replace(flag, source=name) for name in names for flag in _behind(typed[name])]
    found = tuple(dict.fromkeys([*asked.flags, *behind]))
    return asked._replace(text=_turn(request, texts), flags=found, cuts=cuts)


def _behind(text: str) -> Iterator[Flag]:
    """What is suspicious in a text behind the characters that `flags` looks at: cutting can bring it to the front."""
    for start in range(READ_CHARS - _OVERLAP, len(text) - _OVERLAP, READ_CHARS - _OVERLAP):
        for flag in flags(text[start : start + READ_CHARS]):
            yield replace(flag, start=flag.start + start, end=flag.end + start)
