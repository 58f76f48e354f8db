"""What can be told of an answer while it is being written: the text that is settled, its parts, and what they lack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from langchain_careerv2.domains._base import Answer, Domain, Issue, Lens
from langchain_careerv2.domains._forms import KINDS, PROOF, Form, looks_like_json
from langchain_careerv2.domains._reading import SAYS, Excerpt, cleaned, encodable, join_seed


class Closed(NamedTuple):
    """A section that was written to its end: its name among the answer's fields, and what it lacks."""

    section: str
    issues: tuple[Issue, ...]


def settled(seed: str, text: str) -> str:
    """What of a growing completion will be the beginning of the text that is judged: the seed, joined once, and it.

    Nothing yet where the next letters decide: whether the seed is repeated, whether it is JSON.
    """
    said = encodable(text).lstrip(" ")
    if seed.startswith(said) or not SAYS.search(said) or looks_like_json(said):
        return ""
    return join_seed(seed, said)


class Growth:
    """A growing completion of one domain.

    Args:
        domain: The domain.
        lens: How strictly a closed section is judged; `reference` knows no sections.
    """

    def __init__(self, domain: Domain[Answer], lens: Lens = "default") -> None:
        self._domain = domain
        self._lens = lens
        self._names = [name for name in domain.schema["properties"] if name != PROOF]
        self._parts: Form = {}
        self._open = ""

    def grown(self, text: str) -> tuple[Answer | None, list[Closed]]:
        """Looks at the text up to now, of which the last item may be unfinished.

        Returns:
            The answer so far, None where its required parts are not there yet, and the sections that were closed since
            the last look: another one has begun behind them.
        """
        parts = self._taken(text)
        if parts is None:
            return None, []
        closed = []
        for name in self._names:
            if parts.get(name) and parts.get(name) != self._parts.get(name):
                if self._open not in {"", name}:
                    closed.append(self._closed(self._open, parts))
                self._open = name
        self._parts = parts
        return self._answer(parts), closed

    def ended(self, text: str) -> list[Closed]:
        """The section that the end of the text closes."""
        parts = self._taken(text, truncated=False)
        return [self._closed(self._open, parts)] if self._open and parts is not None else []

    def _taken(self, text: str, *, truncated: bool = True) -> Form | None:
        if looks_like_json(text):
            return self._form(text)
        return self._domain.take(Excerpt(cleaned(join_seed(self._domain.seed, encodable(text)))[0]), truncated)

    def _form(self, text: str) -> Form | None:
        """The whole strings and numbers of an unfinished JSON form."""
        ends = [text.rfind(end) + len(end) - 1 for end in ('",', '"]', "],") if end in text]
        with suppress(ValueError, RecursionError):
            read = json.loads(_completed(text[: max(ends, default=0)]))
            kinds = {name: self._domain.schema["properties"][name].get("type", "array") for name in self._names}
            empty: dict[str, Any] = {"array": [], "string": Excerpt(""), "integer": None}
            if isinstance(read, dict) and all(KINDS[kind](read[name]) for name, kind in kinds.items() if name in read):
                return {name: _excerpt(read.get(name, empty[kind])) for name, kind in kinds.items()}
        return None

    def _answer(self, parts: Form) -> Answer | None:
        if not any(parts.get(name) for name in self._names):
            return None
        with suppress(TypeError, ValueError):  # a form whose values are of other kinds
            found, _ = self._domain.judge(0, **parts)
            answer = self._domain.answer_type(**found) if found is not None else None
            if answer is not None:
                answer._partial = True
            return answer
        return None

    def _closed(self, name: str, parts: Form) -> Closed:
        return Closed(name, tuple(self._issues(name, parts)))

    def _issues(self, name: str, parts: Form) -> Iterator[Issue]:
        """What a section lacks: the issues of an example that passes, with this section in its place."""
        if not self._domain.exemplars or self._lens == "reference":
            return
        example = self._domain.exemplars[0]
        good = self._domain.take(Excerpt(example), False)
        with suppress(TypeError, ValueError):
            _, issues = self._domain.judge(len(example.split()), **{**good, name: parts[name]})
            yield from self._domain.through(self._lens, issues, "")


def _completed(text: str) -> str:
    """An unfinished JSON object, cut behind a whole value, with what it has open closed."""
    opened: list[str] = []
    inside = escaped = False
    for sign in text:
        if inside:
            inside, escaped = sign != '"' or escaped, sign == "\\" and not escaped
        elif sign == '"':
            inside = True
        elif sign in "{[":
            opened.append("}" if sign == "{" else "]")
        elif sign in "}]" and opened:
            opened.pop()
    start = text.find("{")
    return text[max(start, 0) :].rstrip().rstrip(",") + "".join(reversed(opened))


def _excerpt(value: Any) -> Any:
    """A value of a form as a reader would give it."""
    if isinstance(value, list):
        return [_excerpt(each) for each in value]
    return Excerpt(" ".join(cleaned(encodable(value))[0].split())) if isinstance(value, str) else value
