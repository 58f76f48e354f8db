"""What every domain is made of: a typed answer, issues of two severities, a reading, and the domain itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr

from langchain_careerv2.domains._copies import copied
from langchain_careerv2.domains._forms import Form, Schema, looks_like_json, parse
from langchain_careerv2.domains._grounding import has_facts, ungrounded
from langchain_careerv2.domains._reading import CONTROL, READ_CHARS, Excerpt, cleaned, encodable, join_seed, plain
from langchain_careerv2.domains._voice import Part, Style
from langchain_careerv2.gates.hostile import Flag
from langchain_careerv2.gates.router import Route
from langchain_careerv2.trimming.sections import Cut

Severity = Literal["gate", "contract"]

GROUNDED = "every named skill, number and quote of the answer to occur in the request"
NOT_COPIED = "no item in the words of an example"
CUT_CLARIFIER = "Be brief: keep each line short and finish every part."


@dataclass(frozen=True)
class Issue:
    """One thing an answer lacks.

    Attributes:
        code: Stable: `len bullets verbs ats_line sections score content channels cadence count` (the guide's), and
            `exemplar ungrounded`, which only an answer to a known request can have.
        severity: `gate` rejects the answer; `contract` accepts it, ranks it lower and reports it.
        observed: The number, or the short fact, that was found. Never a piece of the answer.
        expected: What would have passed.
    """

    code: str
    severity: Severity
    observed: str
    expected: str

    @property
    def message(self) -> str:
        """The issue in words."""
        return f"{self.code}: expected {self.expected}, found {self.observed}"


def check(code: str, observed: object, *, gate: bool, contract: bool = True, expected: str) -> list[Issue]:
    """No issue where both conditions hold, else the issue of the graver one that does not."""
    if gate and contract:
        return []
    return [Issue(code, "contract" if gate else "gate", str(observed), expected)]


def folded(texts: Sequence[str]) -> list[str]:
    """Each text on one line."""
    return [" ".join(text.split()) for text in texts]


def numbered(texts: Sequence[str]) -> list[str]:
    """The texts as a numbered list, one on each line."""
    return [f"{number}. {text}" for number, text in enumerate(folded(texts), 1)]


class Answer(BaseModel):
    """A typed answer; `str(answer)` is Markdown that reads back as the same answer."""

    model_config = ConfigDict(frozen=True)

    _reading: Reading[Any] | None = PrivateAttr(None)
    _flags: tuple[Flag, ...] = PrivateAttr(())
    _route: Route | None = PrivateAttr(None)
    _cuts: tuple[Cut, ...] = PrivateAttr(())
    _partial: bool = PrivateAttr(False)

    @abstractmethod
    def render(self) -> str:
        """The answer as Markdown."""

    def form(self) -> Form:
        """The answer in the shape of its domain's JSON form."""
        return self.model_dump()

    @property
    def reading(self) -> Reading[Answer]:
        """The reading that the answer came from, with its issues and spans.

        Raises:
            AttributeError: The answer was not read but made by hand, or loaded from JSON.
        """
        if self._reading is None:
            raise AttributeError("this answer was made by hand, or loaded: Domain.read gives one with a reading")
        return self._reading

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What a chain found suspicious in the request: hidden text, disguised letters, orders to the model.

        Raises:
            AttributeError: As for `reading`: nothing is known of the request.
        """
        return self._flags if self.reading else ()

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """What a chain cut of the documents to make them fit the model's context (`fit="trim"`).

        Raises:
            AttributeError: As for `reading`: nothing is known of the request.
        """
        return self._cuts if self.reading else ()

    @property
    def route(self) -> Route | None:
        """Why an assistant gave the question to this domain; None where the caller chose it."""
        return self._route

    @property
    def partial(self) -> bool:
        """Whether it comes from a stream before its verdict: more of it may follow, or all of it be taken back."""
        return self._partial

    @property
    def ungrounded(self) -> tuple[str, ...]:
        """The names, numbers and quotes of the answer that its request does not have; none where it was read alone.

        Raises:
            AttributeError: As for `reading`.
        """
        return self.reading.ungrounded

    def __eq__(self, other: object) -> bool:
        # Not pydantic's: two answers that say the same are equal, wherever they were read.
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it holds lists

    def __str__(self) -> str:
        return self.render()

    def _repr_markdown_(self) -> str:
        return self.render()


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Reading(Generic[A]):
    """What was read out of a text.

    Attributes:
        answer: The typed answer; None where its required parts could not be read. Good only where `ok`.
        issues: What the answer lacks, gate issues first.
        text: The text that was judged: seed and completion as the model wrote them, or what its JSON form renders to.
        raw: What the model wrote, with the seed: `text`, or the JSON form.
        spans: Where each item stands in `raw`: `raw[slice(*spans["bullets.0.text"])]`, by its path in `model_dump()`.
        problem: Why a JSON form could not be read; else empty.
        proved: Whether the text carries what only constrained decoding writes.
        ungrounded: The names, numbers and quotes that the request does not have, as they stand in the answer, in order.
    """

    answer: A | None
    issues: tuple[Issue, ...]
    text: str
    raw: str
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    problem: str = ""
    proved: bool = False
    ungrounded: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no gate issue stands against the answer."""
        return not self.gates

    @property
    def gates(self) -> list[str]:
        """The gate issues in words."""
        return [issue.message for issue in self.issues if issue.severity == "gate"]

    @property
    def rank(self) -> tuple[int, int]:
        """Gate issues, then contract issues: the smaller, the better the answer."""
        return len(self.gates), len(self.issues) - len(self.gates)


Lens = Literal["default", "strict", "reference"]
"""How strictly an answer is judged: by the gate; by the whole contract; by the guide's printed checks alone."""

Take = Callable[[str, bool], Form]
"""Takes the parts out of `(text, truncated)`: a cleaned text; whether its end was cut off."""
Judge = Callable[..., tuple[Form | None, list[Issue]]]
"""Judges the parts of a text or a form, and its `words`: the answer's fields (None where it has none), the issues."""


def _passes(completion: str) -> list[str]:
    return []


@dataclass(frozen=True)
class Domain(Generic[A]):
    """One domain, whole. `dataclasses.replace` makes a variant, for example with another seed.

    Attributes:
        name: As in the guide, for example `resume_guidance`.
        system: The system prompt, without an example.
        exemplars: Answers shown in the prompt; each passes the contract of its own domain.
        guide_exemplar: The guide's own example, verbatim; empty where it has none.
        seed: What the assistant turn begins with; the completion does not repeat it.
        max_tokens: Tokens of the completion, from the guide's table.
        target: The share of answers that must pass, from the guide.
        answer_type: The pydantic model of the answer.
        take: Takes the parts out of a text.
        judge: Judges the parts of a text or of a form.
        clarifiers: Per gate code, the sentence a re-ask adds to the request; the most telling first.
        schema: The JSON schema of the answer's form, so tight that random bytes pass the gate under it.
        form_tokens: Tokens of the form: as many as the longest has characters, so that none is cut by any tokenizer.
        compose: Writes the fields of a form as the domain's text.
        reference: The guide's printed validator: the codes it finds in a completion. Default: it has none, all passes.
        claims: The parts of the answer that only the request can back, by name, and what each is. Default: none.
        documents: How many documents a request needs that has no words of its own: a comparison is one of two.
    """

    name: str
    system: str
    exemplars: tuple[str, ...]
    guide_exemplar: str
    seed: str
    max_tokens: int
    target: float
    answer_type: type[A]
    take: Take
    judge: Judge
    clarifiers: Mapping[str, str]
    schema: Schema = field(repr=False)
    form_tokens: int
    compose: Callable[..., str]
    reference: Callable[[str], list[str]] = _passes
    claims: Mapping[str, Style] = field(default_factory=dict)
    documents: int = 1

    def read(self, text: str, *, truncated: bool = False, lens: Lens = "default", request: str = "") -> Reading[A]:
        """Reads a completion, or its JSON form, and judges it. Pure, linear in both texts, and it never raises on them.

        Args:
            text: What the model wrote, with the seed or without it: it is joined back once.
            truncated: Whether the model was cut off by its token limit: the unfinished end then counts as nothing.
            lens: How strictly to judge.
            request: What the model was asked. The answer's `claims` are looked up there: see `Reading.ungrounded`,
                and the issues `ungrounded` and `exemplar`. Not under the lens `reference`.
        """
        text = encodable(text)
        said = CONTROL.split(text, maxsplit=1)[0][:READ_CHARS]
        if looks_like_json(said):
            return self._read_form(text, said, lens, request)
        joined = join_seed(self.seed, text)
        clean, places = cleaned(joined)
        parts = self.take(Excerpt(clean), truncated)
        found, issues = self.judge(len(clean.split()), **parts)
        spans = {path: (places[item.start], places[item.end - 1] + 1) for path, item in _excerpts(found or {})}
        strange, more = self._looked_up(found, request, lens)
        return self._reading(found, self.through(lens, issues + more, text), joined, joined, spans, ungrounded=strange)

    def _read_form(self, raw: str, said: str, lens: Lens, request: str) -> Reading[A]:
        try:
            form, proved = parse(self.schema, said)
        except ValueError as error:
            _, issues = self.judge(0, **self.take("", False))
            return self._reading(None, self.through(lens, issues, ""), "", raw, {}, str(error))
        text = self.compose(**form)
        parts = {name: _plain(value) for name, value in form.items()}
        found, issues = self.judge(len(text.split()), **parts)
        spans = {path: (item.start, item.end) for path, item in _excerpts(found or {})}
        strange, more = self._looked_up(found, request, lens)
        judged = self.through(lens, issues + more, text)
        return self._reading(found, judged, text, raw, spans, proved=proved, ungrounded=strange)

    def _looked_up(self, found: Form | None, request: str, lens: Lens) -> tuple[tuple[str, ...], list[Issue]]:
        """What the request does not have of an answer's claims, and the issues of that."""
        if not found or not self.claims or not request.strip() or lens == "reference":
            return (), []
        parts: list[Part] = [(style, [_text(each) for each in found[name]]) for name, style in self.claims.items()]
        copies = copied(parts, (*self.exemplars, self.guide_exemplar), request)
        strange = ungrounded(parts, request)
        # Keywords for a bare role are suggestions; only where the request brings facts must they be among those.
        is_bare = set(self.claims.values()) == {"terms"} and not has_facts(request)
        return strange, [
            *check("exemplar", copies, gate=copies == 0, expected=NOT_COPIED),
            *check("ungrounded", len(strange), gate=True, contract=is_bare or not strange, expected=GROUNDED),
        ]

    def through(self, lens: Lens, issues: list[Issue], text: str) -> tuple[Issue, ...]:
        """Issues as a lens shows them, gate issues first; under `reference` those of the text."""
        if lens == "reference":
            issues = [Issue(code, "gate", "less", "what the guide's check wants") for code in self.reference(text)]
        elif lens == "strict":
            issues = [replace(issue, severity="gate") for issue in issues]
        return tuple(sorted(issues, key=lambda issue: issue.severity != "gate"))

    def _reading(self, found: Form | None, issues: tuple[Issue, ...], *more: Any, **others: Any) -> Reading[A]:
        answer = self.answer_type(**found) if found is not None else None
        reading = Reading(answer, issues, *more, **others)
        if answer is not None:
            answer._reading = reading  # the two are made together
        return reading

    def clarify(self, issues: Sequence[Issue], *, truncated: bool = False, room: int | None = None) -> str:
        """The sentences a re-ask adds to the request: one per gate issue, none of them quoting the bad answer.

        Args:
            issues: What the answer lacks.
            truncated: Whether it was cut off; then it is asked to be brief, and nothing else.
            room: Characters that the sentences may take; those that do not fit any more are left out.
        """
        codes = {issue.code for issue in issues if issue.severity == "gate"}
        wanted = [CUT_CLARIFIER] if truncated else [text for code, text in self.clarifiers.items() if code in codes]
        said = ""
        for sentence in wanted:
            if room is None or not said or len(said) + 1 + len(sentence) <= room:
                said = f"{said} {sentence}".lstrip()
        return said


def _excerpts(value: object, path: str = "") -> Iterator[tuple[str, Excerpt]]:
    """Every piece of the text among an answer's fields, by its path."""
    if isinstance(value, Excerpt) and value:
        yield path[1:], value
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from _excerpts(inner, f"{path}.{name}")


def _text(item: str | Mapping[str, str]) -> str:
    return item if isinstance(item, str) else item["text"]


def _plain(value: object) -> object:
    """A part of a form as a text would give it."""
    return [plain(each) for each in value] if isinstance(value, list) else value
