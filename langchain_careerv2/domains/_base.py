"""What every domain is made of: a typed answer, issues of two severities, a reading, and the domain itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from langchain_careerv2.domains._reading import cleaned, join_seed

Severity = Literal["gate", "contract"]

CUT_CLARIFIER = "Your last answer was cut off: be brief, keep each line short, and finish every section."


@dataclass(frozen=True)
class Issue:
    """One thing an answer lacks.

    Attributes:
        code: Stable: `len bullets verbs ats_line sections score content channels cadence count` (the guide's).
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


class Answer(BaseModel):
    """A typed answer; `str(answer)` is Markdown that reads back as the same answer."""

    model_config = ConfigDict(frozen=True)

    @abstractmethod
    def render(self) -> str:
        """The answer as Markdown."""

    def __str__(self) -> str:
        return self.render()


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Reading(Generic[A]):
    """What was read out of a text.

    Attributes:
        answer: The typed answer; None where its required parts could not be read. Good only where `ok`.
        issues: What the answer lacks, gate issues first.
        text: The text that was read: seed and completion, as the model wrote them.
    """

    answer: A | None
    issues: tuple[Issue, ...]
    text: str

    @property
    def ok(self) -> bool:
        """Whether no gate issue stands against the answer."""
        return all(issue.severity != "gate" for issue in self.issues)

    @property
    def rank(self) -> tuple[int, int]:
        """Gate issues, then contract issues: the smaller, the better the answer."""
        gates = sum(issue.severity == "gate" for issue in self.issues)
        return gates, len(self.issues) - gates


Judge = Callable[[str, bool], tuple[A | None, list[Issue]]]
"""Reads `(text, truncated)`: cleaned text in; the answer and its issues out."""


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
        judge: Reads and judges an answer.
        clarifiers: Per gate code, the sentence a re-ask adds to the request.
    """

    name: str
    system: str
    exemplars: tuple[str, ...]
    guide_exemplar: str
    seed: str
    max_tokens: int
    target: float
    answer_type: type[A]
    judge: Judge[A]
    clarifiers: Mapping[str, str]

    def read(self, text: str, *, truncated: bool = False) -> Reading[A]:
        """Reads a completion and judges it. Pure, linear in the text, and it never raises on a text.

        Args:
            text: What the model wrote, with the seed or without it: it is joined back once.
            truncated: Whether the model was cut off by its token limit: the unfinished end then counts as nothing.
        """
        joined = join_seed(self.seed, text)
        answer, issues = self.judge(cleaned(joined), truncated)
        return Reading(answer, tuple(sorted(issues, key=lambda issue: issue.severity != "gate")), joined)

    def clarify(self, issues: Sequence[Issue], *, truncated: bool = False) -> str:
        """The sentences a re-ask adds to the request: one per gate issue, none of them quoting the bad answer."""
        codes = dict.fromkeys(issue.code for issue in issues if issue.severity == "gate")
        sentences = dict.fromkeys(self.clarifiers[code] for code in codes)
        return " ".join([CUT_CLARIFIER] if truncated else sentences)
