"""A stream with a verdict: what a model writes as it comes, what becomes of it, and at last whether it was accepted.

    for event in career_stream(career_chain("resume_guidance", llm), "Resume bullets for a nurse"):
        text = applied(text, event)

`text` is then the accepted text, whatever was superseded on the way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import merge_configs

from langchain_careerv2.domains import Answer, Domain, Growth, Issue, Lens, settled
from langchain_careerv2.errors import ConfigurationError
from langchain_careerv2.gates import Blocked, Hold
from langchain_careerv2.generations import unbound
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.output_parsers import ContractError

if TYPE_CHECKING:
    from langchain_careerv2.assistant import Reply


@dataclass(frozen=True)
class Token:
    """A piece of the text that is being written, behind the pieces before it.

    Attributes:
        text: The piece. Of JSON, and under a mask that hides from the endpoint's own words too, it is the whole text.
    """

    text: str
    kind: Literal["token"] = "token"


@dataclass(frozen=True)
class Partial:
    """The answer as far as it was written; nobody has checked it.

    Attributes:
        answer: The typed answer, whose `partial` is true.
    """

    answer: Answer | Reply
    kind: Literal["partial"] = "partial"


@dataclass(frozen=True)
class SectionClosed:
    """A section was written to its end.

    Attributes:
        section: Its name among the answer's fields.
        issues: What it lacks. A gate issue will reject the attempt, unless another section makes up for it.
    """

    section: str
    issues: tuple[Issue, ...]
    kind: Literal["section_closed"] = "section_closed"


@dataclass(frozen=True)
class Superseded:
    """All text up to now is void: another one follows.

    Attributes:
        rung: The rung of the attempt that failed.
        reason: Why it failed: its gate codes, `cut`, a JSON problem, the name of an error; `rendered` where it did not
            fail, and its JSON form follows as text.
    """

    rung: str
    reason: str
    kind: Literal["superseded"] = "superseded"


@dataclass(frozen=True)
class Accepted:
    """The last event: the text stands.

    Attributes:
        answer: What `invoke` returns.
        text: The text of all tokens since the last `superseded`.
        ledger: Every attempt, and what each cost; None for an assistant's `Reply`, which nobody checked.
    """

    answer: Answer | Reply
    text: str
    ledger: Ledger | None = None
    kind: Literal["accepted"] = "accepted"


@dataclass(frozen=True)
class Rejected:
    """The last event: all text is void.

    Attributes:
        reason: The `ContractError` that `invoke` raises, or the `Blocked` that it returns.
        ledger: Every attempt; None where the endpoint was not asked.
    """

    reason: ContractError | Blocked
    ledger: Ledger | None = None
    kind: Literal["rejected"] = "rejected"


Event = Token | Partial | SectionClosed | Superseded | Accepted | Rejected


def applied(text: str, event: Event) -> str:
    """The text after an event: longer by a token, void after `superseded` and `rejected`."""
    if isinstance(event, Token):
        return text + event.text
    return "" if isinstance(event, (Superseded, Rejected)) else text


class CareerStream:
    """The events of one request, for `for` or for `async for`. What ends the loop early cancels the job."""

    def __init__(self, chain: Runnable[Any, Any], request: str | dict[str, str], config: RunnableConfig) -> None:
        self._chain: Any = chain
        self._request = request
        self._config = config

    def __iter__(self) -> Iterator[Event]:
        with closing(self._chain.events(self._request, self._config)) as events:
            yield from events

    async def __aiter__(self) -> AsyncIterator[Event]:
        async with aclosing(self._chain.aevents(self._request, self._config)) as events:
            async for event in events:
                yield event


def career_stream(
    chain: Runnable[Any, Any], request: str | dict[str, str], config: RunnableConfig | None = None
) -> CareerStream:
    """The events of a request: tokens, partial answers, closed sections, superseded attempts, and a verdict at last.

    Args:
        chain: What `career_chain` or `career_assistant` returned, or a binding of it, as `with_config` makes one.
        request: What the chain takes.
        config: Callbacks, tags and the rest.

    Returns:
        An iterable and an async iterable of events. The last one is `Accepted` or `Rejected`. A text that an assistant
        holds back for a pay figure is never shown before.

    Raises:
        ConfigurationError: It is no such chain.
        RequestError: At the first event: the request is empty or no text.
        EndpointError: At any event: the endpoint gave no answer.
    """
    inner, _, bound, _ = unbound(chain)
    if not hasattr(inner, "aevents"):
        raise ConfigurationError("career_stream takes what career_chain or career_assistant returned")
    return CareerStream(inner, request, merge_configs(bound, config))


class Showing:
    """What is shown of one attempt.

    Args:
        domain: The domain.
        lens: How strictly closed sections are judged.
        rung: The attempt's rung.
        hold: What must not be shown.
    """

    def __init__(self, domain: Domain[Answer], lens: Lens, rung: str, hold: Hold | None) -> None:
        self._growth = Growth(domain, lens)
        self._seed = domain.seed
        self._as_text = not rung.startswith("json")
        self._rung = rung
        self._hold = hold
        self._written = ""
        self._shown = ""
        self._looked = 0
        self._last: Answer | None = None

    def more(self, piece: str) -> Iterator[Event]:
        """What a piece of the completion adds."""
        self._written += piece
        # Each look reads all of the text: fewer of them the longer it is.
        if len(self._written) - self._looked > len(self._written) // 100:
            self._looked = len(self._written)
            text = settled(self._seed, self._written) if self._as_text else ""
            yield from self._token(text[: self._hold.shown(text)] if self._hold else text)
            yield from self._look()

    def _look(self) -> Iterator[Event]:
        readable = self._shown if self._hold and self._as_text else self._written
        answer, closed = self._growth.grown(readable)
        yield from (SectionClosed(*each) for each in closed)
        if answer is None or answer == self._last:
            return
        if self._hold is None or self._hold.passes(str(answer), partial=True):
            self._last = answer
            yield Partial(answer)

    def _token(self, text: str) -> Iterator[Event]:
        if len(text) > len(self._shown) and text.startswith(self._shown):
            piece, self._shown = text[len(self._shown) :], text
            yield Token(piece)

    def end(self, attempt: Attempt) -> Iterator[Event]:
        """What the end of the completion adds: of an accepted one the rest of its text."""
        if attempt.error is None:
            yield from (SectionClosed(*each) for each in self._growth.ended(self._written))
        text, raw = attempt.reading.text, attempt.reading.raw
        said = (text, raw, str(attempt.reading.answer))
        if not attempt.accepted or (self._hold and not all(map(self._hold.passes, said))):
            return
        if not text.startswith(self._shown):
            yield Superseded(self._rung, "rendered")
            self._shown = ""
        yield from self._token(text)
