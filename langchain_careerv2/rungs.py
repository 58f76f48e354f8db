"""The rungs of the ladder: what each asks the model, with how many tokens and how much time, and how it is judged."""

from __future__ import annotations

import math
import re
import time
from dataclasses import replace
from typing import Any, NamedTuple

from langchain_core.outputs import Generation
from langchain_core.prompt_values import StringPromptValue
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from langchain_careerv2.chatml import Fenced, unfenced
from langchain_careerv2.domains import PROOF, Answer, Domain, Lens
from langchain_careerv2.errors import InvalidRequestError, JobError, PromptTooLongError
from langchain_careerv2.gates.privacy import CARRIED
from langchain_careerv2.generations import CACHED, Model, career_model, generation_of, info_of, usage_of, was_cut
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.output_parsers import CareerOutputParser
from langchain_careerv2.prompts import domain_prompt, json_prompt
from langchain_careerv2.structured import DIALECTS, RUNAWAYS, Dialect

REASK_GROWTH = 0.10
"""The share of the first prompt that the clarifiers of a re-ask may add to it."""
LETTERS_PER_TOKEN = 3
"""For a prompt that no usage is known of: English has about four letters a token; a digit or a sign is one."""
TOKENS_PER_FOREIGN = 1.5
"""Tokens of a character outside ASCII, as an upper estimate."""
ESTIMATE_MARGIN = 1.2
"""What an estimate from an earlier prompt is multiplied with, since JSON has more signs than text."""
JSON_CLARIFIER = "Write one complete JSON object with every key of the example, and nothing before or after it."
_LETTERS = re.compile(r"[A-Za-z ]+")


class Ask(NamedTuple):
    """What an attempt asks the model.

    Attributes:
        rung: The rung's name.
        prompt: The whole prompt.
        tokens: What prompt and completion may take together, the prompt by estimate.
        options: Arguments of the model's call.
        dialect: How JSON is asked for; None for text.
        ledger: The attempts before.
        request: What the user asked: the answer's claims are looked up in it.
    """

    rung: str
    prompt: str
    tokens: int
    options: dict[str, Any]
    dialect: Dialect | None
    ledger: Ledger
    request: str = ""

    def obstacle(self, max_total_tokens: int | None) -> str:
        """Why the attempt cannot finish, in words that hold nothing of the request; empty where it can."""
        left = self.options.get("timeout", math.inf)
        made = [attempt.seconds for attempt in self.ledger.attempts if attempt.error is None]
        if left <= (quickest := min(made, default=0.0)):
            return f"{max(left, 0):.1f} s are left, and the quickest attempt took {quickest:.1f} s"
        left_tokens = (math.inf if max_total_tokens is None else max_total_tokens) - self.ledger.spent
        return f"{left_tokens} tokens are left, and it could take {self.tokens}" if self.tokens > left_tokens else ""


class Rungs:
    """Makes the rungs of one chain.

    Args:
        domain: The domain.
        llm: The model.
        lens: How strictly to judge.
    """

    def __init__(self, domain: Domain[Answer], llm: Model, lens: Lens) -> None:
        self._domain = domain
        self._model, self._bound = career_model(llm)
        self._generation = generation_of(llm)
        self._parser = CareerOutputParser(domain, lens=lens)
        self._text, self._json = domain_prompt(domain), json_prompt(domain)
        self._proof = str(domain.schema["properties"][PROOF]["const"])

    def rung(self, name: str) -> Runnable[Ask, Ledger]:
        """One attempt: the model's answer, read and added to the ledger."""

        def attempt(ask: Ask, config: RunnableConfig) -> Ledger:
            began = time.monotonic()
            try:
                made = self._generation.invoke(StringPromptValue(text=ask.prompt), config, **ask.options)
            except Exception as error:  # noqa: BLE001  # whatever the model raises, the attempts before must not be lost
                return self._failed(ask, error, began)
            return self._judged(ask, made, began)

        async def aattempt(ask: Ask, config: RunnableConfig) -> Ledger:
            began = time.monotonic()
            try:
                made = await self._generation.ainvoke(StringPromptValue(text=ask.prompt), config, **ask.options)
            except Exception as error:  # noqa: BLE001  # as above
                return self._failed(ask, error, began)
            return self._judged(ask, made, began)

        return RunnableLambda(attempt, afunc=aattempt, name=name)

    def ask(self, name: str, request: Fenced, ledger: Ledger, deadline: float | None) -> Ask:
        """Plans an attempt after those of the ledger; the deadline is one of `time.monotonic()`.

        Raises:
            RequestError: The request is empty, or no text.
        """
        as_json = name.startswith("json")
        template = self._json if as_json else self._text
        prompt = template.format(request=request)
        if "clarifier" in name and not _refused(ledger.attempts[-1]):
            clarifier = self._clarifier(name, ledger, int(len(prompt) * REASK_GROWTH) - 1)
            prompt = template.format(request=Fenced(f"{request}\n{clarifier}"))
        tokens = _estimate(prompt, ledger)
        dialect = self._dialect(ledger) if as_json else None
        options = self._options(ledger, tokens, dialect)
        if deadline is not None:
            options["timeout"] = deadline - time.monotonic()
        return Ask(name, prompt, tokens + options.get("max_tokens", 0), options, dialect, ledger, unfenced(request))

    def _clarifier(self, name: str, ledger: Ledger, room: int) -> str:
        """The sentences for what the last attempt lacks; another one than before, so that no cache has the answer."""
        last, as_json = ledger.attempts[-1], name.startswith("json")
        tries = sum(attempt.rung == name for attempt in ledger.attempts)
        again = f"({tries + 1}) " if tries else ""
        if as_json and last.reading.problem and not last.truncated:
            return again + JSON_CLARIFIER
        left = None if as_json else room - len(again)
        said = self._domain.clarify(last.reading.issues, truncated=last.truncated, room=left)
        return again + (said or next(iter(self._domain.clarifiers.values())))

    def _dialect(self, ledger: Ledger) -> Dialect:
        """How to ask for JSON: as the endpoint understands it, unless it has just refused that."""
        if self._model is None or any(_refused(attempt) for attempt in ledger.attempts):
            return "none"
        return self._model.json_dialect()

    def _options(self, ledger: Ledger, prompt_tokens: int, dialect: Dialect | None) -> dict[str, Any]:
        """Tokens of the completion, and what asks for JSON.

        They are the model's own, where it has any; else the domain's, twice as many after each cut answer, and for JSON
        as many as it can take, within what the endpoint has room for.
        """
        if self._model is None:
            return {}
        usual, cuts = self._domain.max_tokens, sum(attempt.truncated for attempt in ledger.attempts)
        wanted = self._domain.form_tokens if dialect else usual * 2**cuts
        own = self._bound.get("max_tokens") or self._model.max_tokens
        options = {"max_tokens": own or max(usual, min(wanted, self._model.room(prompt_tokens)))}
        if dialect is None:
            return options
        stop = self._bound.get("stop", self._model.stop)
        return options | {**DIALECTS[dialect](self._domain.schema), "stop": [*stop, *RUNAWAYS]}

    def _failed(self, ask: Ask, error: Exception, began: float) -> Ledger:
        attempt = Attempt(
            ask.rung,
            self._domain.read(""),
            reason=ask.ledger.reason,
            dialect=ask.dialect,
            seconds=time.monotonic() - began,
            chars=len(ask.prompt),
            limit=ask.tokens,
            error=error,
        )
        refused = _refused(attempt)
        if not ask.ledger.attempts and not refused:
            raise error
        if refused and isinstance(error, InvalidRequestError) and error.job_id and self._model is not None:
            self._model.learn_refusal()
        passes = refused or getattr(error, "is_retryable", False)
        return replace(
            ask.ledger, attempts=(*ask.ledger.attempts, attempt), stopped="" if passes else type(error).__name__
        )

    def _judged(self, ask: Ask, made: Generation, began: float) -> Ledger:
        info = info_of(made)
        cached = bool(info.get(CACHED))
        kept = ("finish_reason",) if cached else ("finish_reason", "job_id", "delay_ms", "execution_ms")
        worked = 0 if cached else info.get("execution_ms") or 0
        reading = self._parser.read(made, ask.request)
        attempt = Attempt(
            ask.rung,
            reading,
            reason=ask.ledger.reason,
            truncated=was_cut(made),
            usage=usage_of(made),
            info={key: info.get(key) for key in kept},
            dialect=ask.dialect,
            constrained=reading.proved and ask.dialect not in {None, "none"} and self._proof not in ask.prompt,
            seconds=worked / 1000 or time.monotonic() - began,
            chars=len(ask.prompt),
            limit=ask.tokens,
        )
        return replace(ask.ledger, attempts=(*ask.ledger.attempts, attempt))


def _refused(attempt: Attempt) -> bool:
    """Whether the endpoint could not do with the field that JSON was asked for with."""
    refused = isinstance(attempt.error, (InvalidRequestError, JobError))
    return refused and not isinstance(attempt.error, PromptTooLongError) and attempt.dialect not in {None, "none"}


def _estimate(prompt: str, ledger: Ledger) -> int:
    """Tokens of a prompt, from what those before it had, and never more than its bytes."""
    mask = CARRIED.get()
    prompt = prompt if mask is None else mask.restore(prompt)  # as it is sent
    known = [attempt.usage.prompt_tokens / attempt.chars for attempt in ledger.attempts if attempt.usage]
    if any(known):
        return min(math.ceil(len(prompt) * max(known) * ESTIMATE_MARGIN), len(prompt.encode()))
    others = _LETTERS.sub("", prompt)
    foreign = len(others) - len(others.encode("ascii", "ignore"))
    return math.ceil((len(prompt) - len(others)) / LETTERS_PER_TOKEN + len(others) + (TOKENS_PER_FOREIGN - 1) * foreign)
