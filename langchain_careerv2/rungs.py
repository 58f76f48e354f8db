"""The rungs of the ladder: what each asks the model, with how many tokens and how much time, and how it is judged."""

from __future__ import annotations

import math
import re
import time
from dataclasses import replace
from typing import Any, NamedTuple

from langchain_core.outputs import Generation
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from langchain_careerv2.domains import Answer, Domain, Lens
from langchain_careerv2.errors import (
    EndpointError,
    EndpointTimeoutError,
    InvalidRequestError,
    PromptTooLongError,
    RequestError,
)
from langchain_careerv2.generations import Model, career_model, generation_of, info_of, usage_of, was_cut
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.output_parsers import CareerOutputParser, ContractError
from langchain_careerv2.prompts import domain_prompt, json_prompt
from langchain_careerv2.structured import DIALECTS, RUNAWAYS, Dialect

State = dict[str, Any]
"""What travels through the ladder: `request`, the `deadline`, and, after a failed attempt, its `error`."""

REASK_GROWTH = 0.10
"""The share of the first prompt that the clarifiers of a re-ask may add to it."""
LETTERS_PER_TOKEN = 3
"""For a prompt that no usage is known of: English has about four. A digit, a sign, and a byte of any other script can
be a token of its own."""
ESTIMATE_MARGIN = 1.2
"""What an estimate from an earlier prompt is multiplied with, since JSON has more signs than text."""
_LETTERS = re.compile(r"[A-Za-z ]")
JSON_CLARIFIER = "Write one complete JSON object with every key of the example, and nothing before or after it."


class Ask(NamedTuple):
    """What an attempt asks the model.

    Attributes:
        rung: The rung's name.
        request: The user's request, with the clarifiers.
        options: Arguments of the model's call.
        dialect: How JSON is asked for; None for text.
        ledger: The attempts before.
        chars: Characters of the prompt.
    """

    rung: str
    request: str
    options: dict[str, Any]
    dialect: Dialect | None
    ledger: Ledger
    chars: int


class Rungs:
    """Makes the rungs of one chain.

    Args:
        domain: The domain.
        llm: The model.
        lens: How strictly to judge.
        max_total_tokens: Tokens of all attempts together.
    """

    def __init__(self, domain: Domain[Answer], llm: Model, lens: Lens, max_total_tokens: int | None) -> None:
        self._domain = domain
        self._model, self._bound = career_model(llm)
        self._generation = generation_of(llm)
        self._parser = CareerOutputParser(domain, lens=lens)
        self._cap = max_total_tokens
        self._prompts = {False: domain_prompt(domain), True: json_prompt(domain)}

    def rung(self, name: str) -> Runnable[State, Ledger]:
        """One attempt: `prompt | llm`, then a reading that is added to the ledger; raised with it where it failed."""
        prompt = self._prompts[_is_json(name)]

        # Not RunnablePassthrough.assign: it works in a thread, where Ctrl-C does not reach the call.
        def attempt(state: State, config: RunnableConfig) -> Ledger:
            ask, began = self._ask(name, state), time.monotonic()
            try:
                made = self._generation.invoke(prompt.invoke({"request": ask.request}, config), config, **ask.options)
            except EndpointError as error:
                return self._failed(ask, error, began)
            return self._judged(ask, made, began)

        async def aattempt(state: State, config: RunnableConfig) -> Ledger:
            ask, began = self._ask(name, state), time.monotonic()
            try:
                text = await prompt.ainvoke({"request": ask.request}, config)
                made = await self._generation.ainvoke(text, config, **ask.options)
            except EndpointError as error:
                return self._failed(ask, error, began)
            return self._judged(ask, made, began)

        return RunnableLambda(attempt, afunc=aattempt, name=name)

    def _ask(self, name: str, state: State) -> Ask:
        """Plans an attempt.

        Raises:
            ContractError: The attempts before have failed, and no time or no tokens are left for this one.
        """
        error: ContractError | None = state.get("error")
        if error is not None and error.ledger.stopped:
            raise error
        ledger = error.ledger if error is not None else Ledger()
        request = state["request"]
        prompt = self._prompts[_is_json(name)].format(request=request)
        if "clarifier" in name and (clarifier := self._clarifier(name, ledger, int(len(prompt) * REASK_GROWTH) - 1)):
            request, prompt = f"{request}\n{clarifier}", f"{prompt}\n{clarifier}"
        dialect = self._dialect(ledger) if _is_json(name) else None
        options = self._options(name, ledger, _estimate(prompt, ledger), dialect)
        if "deadline" in state:
            options["timeout"] = self._time_left(state["deadline"], ledger)
        return Ask(name, request, options, dialect, ledger, len(prompt))

    def _clarifier(self, name: str, ledger: Ledger, room: int) -> str:
        """The sentences for what the last attempt lacks; another one than before, so that no cache has the answer."""
        last = ledger.attempts[-1]
        if last.error is not None and not last.error.is_retryable:
            return ""
        again = "Again: " * sum(attempt.rung == name for attempt in ledger.attempts)
        if last.reading.problem and not last.truncated:
            return again + JSON_CLARIFIER
        issues, whole = last.reading.issues, None if _is_json(name) else room - len(again)
        said = self._domain.clarify(issues, truncated=last.truncated, room=whole)
        return again + (said or next(iter(self._domain.clarifiers.values())))

    def _dialect(self, ledger: Ledger) -> Dialect:
        """How to ask for JSON: as the endpoint understands it, unless it has just refused that."""
        if self._model is None or any(_refused(attempt) for attempt in ledger.attempts):
            return "none"
        return self._model.json_dialect()

    def _options(self, name: str, ledger: Ledger, prompt_tokens: int, dialect: Dialect | None) -> dict[str, Any]:
        """The arguments of the call.

        Raises:
            ContractError: The attempt could pass the limit of tokens.
            RequestError: Even the first attempt could.
        """
        options: dict[str, Any] = {}
        budget = 0
        if self._model is not None:
            own = self._bound.get("max_tokens") or self._model.max_tokens
            budget = own or self._budget(name, ledger, prompt_tokens, self._model.room(prompt_tokens))
            options["max_tokens"] = budget
            if dialect:
                stop = self._bound.get("stop") or self._model.stop
                options |= {**DIALECTS[dialect](self._domain.schema), "stop": [*stop, *RUNAWAYS]}
        needed = prompt_tokens + budget
        if self._cap is not None and ledger.usage.total_tokens + needed > self._cap:
            left = self._cap - ledger.usage.total_tokens
            self._stop(ledger, RequestError(f"{left} tokens are left, and it could take {needed}"))
        return options

    def _budget(self, name: str, ledger: Ledger, prompt_tokens: int, room: int) -> int:
        """Tokens of a completion: the domain's, twice as many after each cut one, for JSON as many as it can take."""
        usual = self._domain.max_tokens
        cuts = sum(attempt.truncated for attempt in ledger.attempts)
        return max(usual, min(self._domain.form_tokens if _is_json(name) else usual * 2**cuts, room))

    def _time_left(self, deadline: float, ledger: Ledger) -> float:
        """Seconds that are left for an attempt.

        Raises:
            ContractError: Fewer than the quickest attempt took.
            EndpointTimeoutError: None, before the first attempt.
        """
        left = deadline - time.monotonic()
        quickest = min((attempt.seconds for attempt in ledger.attempts if attempt.error is None), default=0.0)
        if left <= quickest:
            error = EndpointTimeoutError(
                f"{max(left, 0):.1f} s are left, and the quickest attempt took {quickest:.1f} s"
            )
            self._stop(ledger, error)
        return left

    def _stop(self, ledger: Ledger, error: RequestError | EndpointError) -> None:
        if not ledger.attempts:
            raise error
        ledger = replace(ledger, stopped=str(error))
        raise ContractError(self._domain, ledger.best.reading, ledger)

    def _failed(self, ask: Ask, error: EndpointError, began: float) -> Ledger:
        """An attempt that brought no completion; the ones before it must not be lost with it."""
        attempt = Attempt(
            ask.rung,
            self._domain.read(""),
            reason=_reason(ask.ledger),
            dialect=ask.dialect,
            seconds=time.monotonic() - began,
            chars=ask.chars,
            error=error,
        )
        refused = _refused(attempt)
        if refused and self._model is not None:
            self._model.learn("none")
        if not ask.ledger.attempts and not refused:
            raise error
        stopped = "" if refused or error.is_retryable else str(error)
        ledger = Ledger((*ask.ledger.attempts, attempt), stopped)
        raise ContractError(self._domain, ledger.best.reading, ledger) from error

    def _judged(self, ask: Ask, made: Generation, began: float) -> Ledger:
        info = info_of(made)
        attempt = Attempt(
            ask.rung,
            self._parser.read(made),
            reason=_reason(ask.ledger),
            truncated=was_cut(made),
            usage=usage_of(made),
            info={key: info.get(key) for key in ("finish_reason", "job_id", "delay_ms", "execution_ms")},
            dialect=ask.dialect,
            seconds=(info.get("execution_ms") or 0) / 1000 or time.monotonic() - began,
            chars=ask.chars,
        )
        ledger = Ledger((*ask.ledger.attempts, attempt))
        if not attempt.reading.ok or attempt.reading.answer is None:
            raise ContractError(self._domain, ledger.best.reading, ledger)
        return ledger


def _is_json(name: str) -> bool:
    return name.startswith("json")


def _refused(attempt: Attempt) -> bool:
    """Whether the endpoint does not know the field that JSON was asked for with."""
    refused = isinstance(attempt.error, InvalidRequestError) and not isinstance(attempt.error, PromptTooLongError)
    return refused and attempt.dialect not in {None, "none"}


def _reason(ledger: Ledger) -> str:
    return ledger.attempts[-1].why_failed if ledger.attempts else ""


def _estimate(prompt: str, ledger: Ledger) -> int:
    """Tokens of a prompt, from what those before it had, and never more than its bytes."""
    known = [attempt.usage.prompt_tokens / attempt.chars for attempt in ledger.attempts if attempt.usage]
    if any(known):
        return min(math.ceil(len(prompt) * max(known) * ESTIMATE_MARGIN), len(prompt.encode()))
    letters = len(_LETTERS.findall(prompt))
    return math.ceil(letters / LETTERS_PER_TOKEN) + len(prompt.encode()) - letters
