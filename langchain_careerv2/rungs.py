"""The rungs of the ladder: what each asks the model, with how many tokens and how much time, and how it is judged."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, closing
from dataclasses import replace
from typing import Any, Literal, NamedTuple, cast

from langchain_core.outputs import Generation
from langchain_core.prompt_values import StringPromptValue
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs

from langchain_careerv2.batches import Step, aseen, seen
from langchain_careerv2.chatml import Fenced, last_user_turn, unfenced
from langchain_careerv2.domains import PROOF, Answer, Domain, Lens, Reading
from langchain_careerv2.errors import InvalidRequestError, JobError, PromptTooLongError
from langchain_careerv2.gates.privacy import CARRIED
from langchain_careerv2.generations import CACHED, Model, career_model, generation_of, info_of, usage_of, was_cut
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.output_parsers import CareerOutputParser
from langchain_careerv2.prompts import domain_prompt, json_prompt, version
from langchain_careerv2.sampling import HANDLER_CHARS
from langchain_careerv2.structured import DIALECTS, RUNAWAYS, Dialect
from langchain_careerv2.tokens import at_most
from langchain_careerv2.wired import CHARS_PER_TOKEN

REASK_GROWTH = 0.10
"""The share of the first prompt that the clarifiers of a re-ask may add to it."""
TRIM_MARGIN = 1.1
"""What the likely tokens of a text that is trimmed are multiplied with: nine estimates in ten are less wrong."""
ESTIMATE_MARGIN = 1.2
"""What an estimate from an earlier prompt is multiplied with, since JSON has more signs than text."""
JSON_CLARIFIER = "Write one complete JSON object with every key of the example, and nothing before or after it."


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
        prompt_version: The version of the prompt's template.
        excess: Why the prompt does not fit; None where it does.
    """

    rung: str
    prompt: str
    tokens: int
    options: dict[str, Any]
    dialect: Dialect | None
    ledger: Ledger
    request: str
    prompt_version: str
    excess: PromptTooLongError | None

    def traced(self, config: RunnableConfig) -> RunnableConfig:
        """The config of the attempt, whose steps are traced with its rung, its prompt's version and its dialect."""
        told = {"rung": self.rung, "prompt_version": self.prompt_version, "dialect": self.dialect or "text"}
        return merge_configs(config, {"metadata": told})

    def obstacle(self, max_total_tokens: int | None) -> str:
        """Why the attempt cannot finish, in words that hold nothing of the request; empty where it can."""
        if self.excess is not None:
            return str(self.excess)
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
        self._versions = version(self._text), version(self._json)
        self._proof = str(domain.schema["properties"][PROOF]["const"])

    def rung(self, name: str) -> Step[Ask, Ledger]:
        """One attempt: the model's answer, read and added to the ledger; its stream yields the model's text before."""

        def attempt(ask: Ask, config: RunnableConfig) -> Ledger:
            began = time.monotonic()
            try:
                prompt = seen("prompt", _prompt_of(ask), ask.request, config)
                made = self._generation.invoke(prompt, config, **ask.options)
            except Exception as error:  # noqa: BLE001  # whatever the model raises, the attempts before must not be lost
                return self._failed(ask, error, began)
            return self._judged(ask, made, began, seen("parse", self._reader(ask), made, config))

        async def aattempt(ask: Ask, config: RunnableConfig) -> Ledger:
            began = time.monotonic()
            try:
                prompt = await aseen("prompt", _prompt_of(ask), ask.request, config)
                made = await self._generation.ainvoke(prompt, config, **ask.options)
            except Exception as error:  # noqa: BLE001  # as above
                return self._failed(ask, error, began)
            return self._judged(ask, made, began, await aseen("parse", self._reader(ask), made, config))

        def flow(ask: Ask, config: RunnableConfig) -> Iterator[str | Ledger]:
            began, made = time.monotonic(), Generation(text="")
            try:
                prompt = seen("prompt", _prompt_of(ask), ask.request, config)
                with closing(cast("Any", self._generation.stream(prompt, config, **ask.options))) as pieces:
                    for piece in pieces:
                        if isinstance(piece, str):
                            yield piece
                        else:
                            made = piece
            except Exception as error:  # noqa: BLE001  # as above
                yield self._failed(ask, error, began)
                return
            yield self._judged(ask, made, began, seen("parse", self._reader(ask), made, config))

        async def aflow(ask: Ask, config: RunnableConfig) -> AsyncGenerator[str | Ledger, None]:
            began, made = time.monotonic(), Generation(text="")
            try:
                prompt = await aseen("prompt", _prompt_of(ask), ask.request, config)
                async with aclosing(cast("Any", self._generation.astream(prompt, config, **ask.options))) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, str):
                            yield piece
                        else:
                            made = piece
            except Exception as error:  # noqa: BLE001  # as above
                yield self._failed(ask, error, began)
                return
            yield self._judged(ask, made, began, await aseen("parse", self._reader(ask), made, config))

        return Step(attempt, aattempt, name, None, flow, aflow)

    def _reader(self, ask: Ask) -> Callable[[Generation], Reading[Answer]]:
        return lambda made: self._parser.read(made, ask.request)

    def ask(self, name: str, request: Fenced, ledger: Ledger, deadline: float | None) -> Ask:
        """Plans an attempt after those of the ledger; the deadline is one of `time.monotonic()`.

        Raises:
            RequestError: The request is empty, or no text.
        """
        as_json = name.startswith("json")
        template = self._json if as_json else self._text
        prompt = template.format(request=request)
        if "re-ask" in name and not _refused(ledger.attempts[-1]):
            clarifier = self._clarifier(name, ledger, int(len(prompt) * REASK_GROWTH) - 1)
            prompt = template.format(request=Fenced(f"{request}\n{clarifier}"))
        tokens = _estimate(prompt, ledger)
        dialect = self._dialect(ledger) if as_json else None
        options = self._options(ledger, tokens, dialect)
        if deadline is not None:
            options["timeout"] = deadline - time.monotonic()
        tokens += options.get("max_tokens", 0)
        version, excess = self._versions[as_json], self._excess(prompt, 1.0)
        return Ask(name, prompt, tokens, options, dialect, ledger, unfenced(request), version, excess)

    def fits(self, name: str, request: Fenced) -> bool:
        """Whether the prompt of a rung, and an answer to it, fit the endpoint, with a margin for the estimate."""
        template = self._json if name.startswith("json") else self._text
        return self._excess(template.format(request=request), TRIM_MARGIN) is None

    def _excess(self, prompt: str, margin: float) -> PromptTooLongError | None:
        """Why a prompt does not fit; None where it does, or where the model is another one."""
        if self._model is None:
            return None
        if self._model.handler:
            sent = last_user_turn(prompt) if self._model.handler_prompt == "question" else prompt
            return too_long(len(sent), HANDLER_CHARS, "characters", "the handler takes")
        answer = self._bound.get("max_tokens") or self._model.max_tokens or self._domain.max_tokens
        limit, mask = self._model.max_model_len - answer, CARRIED.get()
        prompt = prompt if mask is None else mask.restore(prompt)
        if len(prompt.encode("utf-8", "replace")) <= limit:  # no token is less than a byte
            return None
        most, taker = self._model.max_model_len * CHARS_PER_TOKEN, f"a context of {self._model.max_model_len} takes"
        if excess := too_long(len(prompt), most, "characters", taker):  # as the model refuses them, whatever the tokens
            return excess
        whose = f"beside an answer of {answer}, a context of {self._model.max_model_len} takes"
        return too_long(math.ceil(self._model.get_num_tokens(prompt) * margin), limit, "tokens", whose)

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
            prompt_version=ask.prompt_version,
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

    def _judged(self, ask: Ask, made: Generation, began: float, reading: Reading[Answer]) -> Ledger:
        info = info_of(made)
        cached = bool(info.get(CACHED))
        kept = ("finish_reason",) if cached else ("finish_reason", "job_id", "delay_ms", "execution_ms")
        worked = 0 if cached else info.get("execution_ms") or 0
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
            prompt_version=ask.prompt_version,
        )
        return replace(ask.ledger, attempts=(*ask.ledger.attempts, attempt))


def too_long(counted: int, limit: int, unit: Literal["tokens", "characters"], whose: str) -> PromptTooLongError | None:
    """The error of a prompt that has more than an endpoint takes."""
    if counted <= limit:
        return None
    about = "about " if unit == "tokens" else ""
    error = PromptTooLongError(f"the prompt has {about}{counted} {unit}; {whose} {limit} at most")
    error.counted, error.limit, error.unit = counted, limit, unit
    return error


def _prompt_of(ask: Ask) -> Callable[[str], StringPromptValue]:
    return lambda _: StringPromptValue(text=ask.prompt)


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
    return at_most(prompt)
