"""The ladder of a chain, and the verdict on what it brought.

request -> draft -+-> accepted
                  +-> re-ask -+-> accepted
                              +-> json_first -+-> accepted
                                              +-> json_re-ask -+-> accepted
                                                               +-> the best, rejected
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import aclosing, closing
from dataclasses import replace
from typing import Any, cast

from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.runnables.config import merge_configs

from langchain_careerv2.asked import Asked
from langchain_careerv2.batches import Step, is_heard
from langchain_careerv2.domains import Answer, Domain
from langchain_careerv2.errors import RequestError
from langchain_careerv2.ledger import Ledger
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.rungs import Ask, Rungs
from langchain_careerv2.streaming import Accepted, Event, Rejected, Showing, Superseded

_Due = tuple[Step[Ask, Ledger], Ask]
_Plan = Generator[_Due, Ledger, Ledger]
"""Yields each rung with what it asks, receives the ledger with its attempt, and returns the last ledger."""


class Ladder(Step[Asked, Ledger]):
    """Climbs the rungs until one is accepted, or the next could not finish.

    It is no `RunnableWithFallbacks`: core's own invoke hands the attempts the parent's callbacks, so that they become
    its siblings, and its batch lets every re-ask wait for all drafts. Nor does it use `with_retry`, whose batch can
    file one input's result under another (langchain issue 35475).
    """

    def __init__(
        self,
        rungs: Rungs,
        names: Sequence[str],
        *,
        timeout: float | None,
        max_total_tokens: int | None,
        limit: int | None,
        showing: Callable[[str, Asked], Showing],
    ) -> None:
        self._rungs = rungs
        self._showing = showing
        self._steps = [(name, rungs.rung(name)) for name in names]
        self._timeout = timeout
        self._max_total_tokens = max_total_tokens
        super().__init__(self._climb, self._aclimb, "ladder", limit, self._events, self._aevents)

    def _plan(self, asked: Asked) -> _Plan:
        deadline = time.monotonic() + self._timeout if self._timeout else None
        ledger = Ledger(flags=asked.flags, cuts=asked.cuts)
        for name, rung in self._steps:
            ask = self._rungs.ask(name, asked.text, ledger, deadline)
            if obstacle := ask.obstacle(self._max_total_tokens):
                if not ledger.attempts:
                    if ask.excess is not None:
                        raise ask.excess
                    raise RequestError(f"no attempt can be made: {obstacle}")
                return replace(ledger, stopped=obstacle)
            ledger = yield rung, ask
            if ledger.stopped or ledger.attempts[-1].accepted:
                break
        return ledger

    def _climb(self, asked: Asked, config: RunnableConfig) -> Ledger:
        plan, ledger = self._plan(asked), Ledger()
        step: _Due | None = next(plan)
        while step is not None:
            rung, ask = step
            step, ledger = _sent(plan, rung.invoke(ask, ask.traced(config)))
        return ledger

    async def _aclimb(self, asked: Asked, config: RunnableConfig) -> Ledger:
        plan, ledger = self._plan(asked), Ledger()
        step: _Due | None = next(plan)
        while step is not None:
            rung, ask = step
            step, ledger = _sent(plan, await rung.ainvoke(ask, ask.traced(config)))
        return ledger

    def _events(self, asked: Asked, config: RunnableConfig) -> Iterator[Event | Ledger]:
        plan = self._plan(asked)
        step: _Due | None = next(plan)
        while step is not None:
            rung, ask = step
            showing, ledger = self._showing(ask.rung, asked), ask.ledger
            with closing(cast("Any", rung.stream(ask, ask.traced(config)))) as pieces:
                for piece in pieces:
                    if isinstance(piece, Ledger):
                        ledger = piece
                    else:
                        yield from showing.more(piece)
            yield from showing.end(ledger.attempts[-1])
            step, ledger = _sent(plan, ledger)
            yield Superseded(ask.rung, ledger.reason) if step else ledger

    async def _aevents(self, asked: Asked, config: RunnableConfig) -> AsyncGenerator[Event | Ledger, None]:
        plan = self._plan(asked)
        step: _Due | None = next(plan)
        while step is not None:
            rung, ask = step
            showing, ledger = self._showing(ask.rung, asked), ask.ledger
            async with aclosing(cast("Any", rung.astream(ask, ask.traced(config)))) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Ledger):
                        ledger = piece
                    else:
                        for event in showing.more(piece):
                            yield event
            for event in showing.end(ledger.attempts[-1]):
                yield event
            step, ledger = _sent(plan, ledger)
            yield Superseded(ask.rung, ledger.reason) if step else ledger


def _sent(plan: _Plan, ledger: Ledger) -> tuple[_Due | None, Ledger]:
    """The next step of a plan, with the ledger; at its end the last ledger."""
    try:
        return plan.send(ledger), ledger
    except StopIteration as done:
        return None, cast("Ledger", done.value)


class Verdict:
    """What a chain returns or raises for a ledger, which goes into the trace as metadata."""

    def __init__(self, domain: Domain[Answer], include_raw: bool) -> None:
        self._domain = domain
        self._include_raw = include_raw
        self._note = RunnableLambda(lambda summary: summary, name="ledger")

    def event(self, ledger: Ledger, config: RunnableConfig) -> Event:
        """The last event of a stream."""
        error, reading = self._judged(ledger, config), ledger.best.reading
        if error is not None or reading.answer is None:
            return Rejected(error or ContractError(self._domain, reading, ledger), ledger)
        return Accepted(reading.answer, reading.text, ledger)

    def _judged(self, ledger: Ledger, config: RunnableConfig) -> ContractError | None:
        """The error of a ledger without an accepted attempt; that of the endpoint is raised where nothing else came."""
        if is_heard(config):
            summary = ledger.summary()
            self._note.invoke(summary, merge_configs(config, {"metadata": summary}))
        kept, last = ledger.best, ledger.attempts[-1]
        if all(attempt.error for attempt in ledger.attempts) and last.error is not None:
            raise last.error
        if kept.reading.answer is not None:
            kept.reading.answer._flags, kept.reading.answer._cuts = ledger.flags, ledger.cuts
        if kept.accepted:
            return None
        error = ContractError(self._domain, kept.reading, ledger)
        error.__cause__ = last.error
        return error

    def returned(self, ledger: Ledger, config: RunnableConfig) -> Any:
        """What a call returns; it raises the error of a failed contract."""
        error, answer = self._judged(ledger, config), ledger.best.reading.answer
        if self._include_raw:
            parsed = None if error else answer
            return {"parsed": parsed, "raw": list(ledger.attempts), "parsing_error": error, "ledger": ledger}
        if error is not None:
            raise error
        return answer
