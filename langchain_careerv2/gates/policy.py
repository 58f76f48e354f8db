"""What may not be asked, and what may not be said: pay figures and facts of the labour market."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Literal, get_args

from langchain_careerv2.gates.figures import money, pay_figures, settled
from langchain_careerv2.gates.router import LABELS, Label, Route

BLOCKED_INTENTS: Mapping[str, str] = {"salary": "salary_intelligence", "market": "market_intelligence"}
"""The intents in the words of the deployed handler, by label."""
MESSAGES: Mapping[str, str] = {
    "salary": (
        "Pay figures are not answered here: they need current data, which this model does not have. You can ask for a"
        " resume, a job description, a comparison of a resume with a job, a recruiting plan or ATS keywords."
    ),
    "market": (
        "Facts about the labour market are not answered here: they need current data, which this model does not have."
        " You can ask for a resume, a job description, a comparison of a resume with a job, a recruiting plan or ATS"
        " keywords."
    ),
}
REFUSED = "This is not answered here."
HELD = "The answer named a pay figure that the request does not have. It was held back: the model has no current data."


ANY_MONEY: frozenset[Label] = frozenset({"small_talk", "other", "market"})
"""The labels under which an answer has no business with amounts of money."""
Figures = Literal["hold", "flag", "allow"]


@dataclass(frozen=True)
class Blocked:
    """What is returned in an answer's place. Where `rule` is one of the router's, the endpoint was not asked.

    Attributes:
        intent: As what it was blocked: a label, `salary` or `market`.
        message: For the user: what is not answered, and what can be asked instead. It promises nothing.
        rule: The rule that fired, `answer: pay figure` where an answer was held back, `endpoint` where the handler
            blocked.
        matched: The words that it fired on.
    """

    intent: str
    message: str
    rule: str
    matched: str = ""

    def __str__(self) -> str:
        return self.message

    _repr_markdown_ = __str__


@dataclass(frozen=True)
class Policy:
    """What is blocked, and in which words.

    Attributes:
        blocks: The labels that are not answered.
        figures: What becomes of an answer with a pay figure that its request does not have: it is held back (`hold`),
            returned with a flag (`flag`), or returned (`allow`).
        messages: What the user is told, by label; what is missing is told in English, in `MESSAGES`.

    Raises:
        ValueError: There is no such label, or no such way with figures.
    """

    blocks: Set[Label] = frozenset({"salary", "market"})
    figures: Figures = "hold"
    messages: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.blocks, str) or not set(self.blocks) <= set(LABELS):
            raise ValueError(f"blocks must be a set of labels, not {self.blocks!r}; there are: {', '.join(LABELS)}")
        if self.figures not in get_args(Figures):
            raise ValueError(f"figures must be one of {', '.join(get_args(Figures))}, not {self.figures!r}")

    def gate(self, route: Route) -> Blocked | None:
        """The refusal of a request of this route; None where it may be asked."""
        if route.label not in self.blocks:
            return None
        return Blocked(route.label, {**MESSAGES, **self.messages}.get(route.label, REFUSED), route.rule, route.matched)

    def figures_of(self, answer: str, request: str, label: Label = "other") -> list[tuple[int, int]]:
        """Where an answer names a pay figure that its request does not have; nowhere where the policy allows them.

        Args:
            answer: The answer's text.
            request: What was asked: its own figures may be repeated.
            label: What was asked about: outside of the domains any amount of money is taken for pay.
        """
        if self.figures == "allow" or label == "salary":  # whoever lets pay questions through wants their answers
            return []
        return pay_figures(answer, request, any_money=label in ANY_MONEY)

    def hold(self, request: str, label: Label = "other") -> Hold:
        """What is to be held back of a growing answer; the arguments are those of `figures_of`."""
        return Hold(self, request, label)

    def check(self, answer: str, request: str, label: Label = "other") -> Blocked | None:
        """The refusal of an answer, where its figures are to be held back; the arguments are those of `figures_of`."""
        return HELD_BACK if self.figures == "hold" and self.figures_of(answer, request, label) else None


HELD_BACK = Blocked("salary", HELD, "answer: pay figure")

NEAR = 400
"""Characters at the end of a growing text whose lines may be joined to one, as an answer's items are."""


class Hold:
    """How much of a growing answer can be shown, so that nothing shown has to be taken back. It serves one answer.

    An amount of money waits for the whole answer, whatever it is for: an item that follows can make it pay.

    Args:
        policy: What is held back.
        request: What was asked.
        label: What was asked about.
    """

    def __init__(self, policy: Policy, request: str, label: Label) -> None:
        self._free = policy.figures != "hold" or label == "salary"
        self._policy = policy
        self._request = request
        self._label = label
        self._first: int | None = None

    def shown(self, text: str) -> int:
        """How many characters of the text up to now can be shown."""
        if self._free:
            return len(text)
        start = max(0, len(text) - NEAR)
        near = text[start:].replace("\n", " ")
        if self._first is None:
            found = [span[0] for span in self._policy.figures_of(text, self._request, self._label)]
            found += [start + span[0] for span in self._policy.figures_of(near, self._request, self._label)]
            self._first = min([*found, *money(text, self._request)], default=None)
        if self._first is not None:
            return self._first
        any_money = self._label in ANY_MONEY
        near_end = start + settled(near, self._request, any_money=any_money)
        return min(settled(text, self._request, any_money=any_money), near_end)

    def passes(self, text: str, *, partial: bool = False) -> bool:
        """Whether a whole text can be shown; of one that is `partial`, whatever may follow."""
        if self._free:
            return True
        held = self._policy.figures_of(text, self._request, self._label)
        return not held and not (partial and money(text, self._request))
