"""The domain chains: a draft, a re-ask with clarifiers, the JSON form, and of all attempts the best.

request -> draft -+-> accepted
                  +-> clarifier -+-> accepted
                                 +-> json -+-> accepted
                                           +-> json_clarifier -+-> accepted
                                                               +-> the best, rejected
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, cast, get_args

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import merge_configs

from langchain_careerv2 import chatml
from langchain_careerv2.batches import Step
from langchain_careerv2.domains import Answer, Domain, Issue, Lens
from langchain_careerv2.errors import ConfigurationError, RequestError
from langchain_careerv2.gates.hostile import Flag, flags
from langchain_careerv2.gates.privacy import as_typed
from langchain_careerv2.generations import Model, career_model
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.privacy import Mode, Privacy, private
from langchain_careerv2.prompts import get_domain
from langchain_careerv2.rungs import Ask, Rungs
from langchain_careerv2.runpod.outputs import Usage

JsonFirst = Literal["fallback", "always", "never"]


def career_chain(
    domain: str | Domain[Answer],
    llm: Model,
    *,
    include_raw: bool = False,
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    lens: Lens = "default",
    max_total_tokens: int | None = None,
    privacy: Mode | Privacy = "mask",
) -> Runnable[str | dict[str, str], Any]:
    """The chain of a domain: a request in, a checked and typed answer out.

    A draft that fails its contract is asked for again, with a short sentence per failed check added to the request;
    then its JSON form is asked for, under a schema where the endpoint knows how, and rendered to the domain's text.
    Each further attempt is made only where all before it failed.

    Args:
        domain: A domain's name, or a `Domain`.
        llm: The model; a `CareerV2LLM` without `max_tokens` of its own gets the domain's, and its `timeout` holds over
            all attempts.
        include_raw: Return `{"parsed", "raw", "parsing_error", "ledger"}` instead, where `raw` holds every `Attempt`
            and `parsing_error` a `ContractError` or None: nothing is raised on a failed contract.
        json_first: Ask for JSON where the text attempts failed, from the start, or not at all. The handler endpoint
            writes its own prompt, and is never asked for JSON.
        max_reasks: Re-asks of a draft, 0 or more. JSON has one of its own.
        lens: How strictly to judge: `default` rejects at the gate, `strict` at the whole contract, `reference` as the
            guide's printed validators do.
        max_total_tokens: Tokens in and out of all attempts together; an attempt that could pass it is not made. A
            prompt's tokens are estimated, from what the prompts before it had where that is known.
        privacy: Who is not to see names, e-mail addresses, telephone numbers, links, postal addresses and numbers of a
            person: `mask` hides them from the endpoint, callbacks, exceptions and logs behind placeholders, which are
            restored in what is returned; `traces` from all but the endpoint; `off` from nobody. A `Privacy` has
            detectors of your own too.

    Returns:
        A runnable that takes the request as a string, or as `{"request", "resume", "job_description"}` of which any
        may be missing, and gives the domain's answer type, whose `flags` tell what the request hides. Documents are
        shown to the model in fences, as data. A batch runs item by item, as many at once as the model allows.

    Raises:
        RequestError: There is no such domain; at a call: the request is empty or no text, or the tokens do not suffice
            for one attempt, or a privacy detector failed.
        ConfigurationError: `json_first="always"` with the handler endpoint; `max_total_tokens`, or `privacy="traces"`,
            with another model.
        ContractError: At a call: no attempt passed. It carries the best one, and the ledger of all.
        EndpointError: At a call: the endpoint gave no answer.
    """
    domain = get_domain(domain)
    model, bound = career_model(llm)
    if lens not in get_args(Lens):
        raise RequestError(f"lens must be one of {', '.join(get_args(Lens))}, not {lens!r}")
    if max_total_tokens is not None and max_total_tokens < 1:
        raise RequestError(f"max_total_tokens must be 1 or more, not {max_total_tokens}")
    ladder = _Ladder(
        Rungs(domain, llm, lens),
        _names(model, json_first, max_reasks),
        timeout=model.time_limit(bound) if model else None,
        max_total_tokens=max_total_tokens,
        limit=model.max_concurrency if model else None,
    )
    if max_total_tokens is not None and model is None:
        raise ConfigurationError("max_total_tokens needs a CareerV2LLM: of another model's budget nothing is known")
    verdict = RunnableLambda(_Verdict(domain, include_raw), name="verdict")
    chain = RunnableLambda(as_request, name="request") | ladder | verdict
    traced = chain.with_config(run_name=f"careerv2:{domain.name}", metadata={"domain": domain.name})
    return private(traced, privacy, model)


def _names(model: CareerV2LLM | None, json_first: JsonFirst, max_reasks: int) -> list[str]:
    """The rungs of the ladder, in order."""
    if max_reasks < 0:
        raise RequestError(f"max_reasks must be 0 or more, not {max_reasks}")
    handler = model is not None and model.handler
    if handler and json_first == "always":
        raise ConfigurationError("the handler endpoint writes its own prompt and cannot be asked for JSON")
    text, as_json = ["draft", *["clarifier"] * max_reasks], ["json", "json_clarifier"]
    ladders = {"never": text, "fallback": text if handler else [*text, *as_json], "always": as_json}
    if json_first not in ladders:
        raise RequestError(f"json_first must be one of {', '.join(ladders)}, not {json_first!r}")
    return ladders[json_first]


class Generated(NamedTuple):
    """The guide's `ok, issues, text`, and what a caller wants to know besides.

    Attributes:
        ok: Whether the answer passed the domain's contract.
        issues: What the kept attempt lacks, gate issues first; an accepted answer may have contract issues.
        text: The kept attempt's text, with the seed; of JSON, what it renders to.
        answer: The typed answer; None where not `ok`.
        ledger: Every attempt, what each cost, and why there was no further one.
    """

    ok: bool
    issues: tuple[Issue, ...]
    text: str
    answer: Answer | None
    ledger: Ledger

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt, in order."""
        return self.ledger.attempts

    @property
    def usage(self) -> Usage:
        """Tokens of all attempts together."""
        return self.ledger.usage


def generate(
    domain: str | Domain[Answer],
    request: str,
    *,
    llm: Model | None = None,
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    lens: Lens = "default",
    max_total_tokens: int | None = None,
    privacy: Mode | Privacy = "mask",
) -> Generated:
    """The guide's `generate`: one request; a failed contract is a result, not an exception.

    Args:
        domain: A domain's name, or a `Domain`.
        request: The user's question.
        llm: The model; None makes a `CareerV2LLM` from the environment.
        json_first: As in `career_chain`.
        max_reasks: As in `career_chain`.
        lens: As in `career_chain`.
        max_total_tokens: As in `career_chain`.
        privacy: As in `career_chain`.

    Raises:
        RequestError: There is no such domain, or the request is empty.
        EndpointError: The endpoint gave no answer, or no key or endpoint is configured.
    """
    chain = career_chain(
        domain,
        llm or CareerV2LLM(),
        include_raw=True,
        json_first=json_first,
        max_reasks=max_reasks,
        lens=lens,
        max_total_tokens=max_total_tokens,
        privacy=privacy,
    )
    result = chain.invoke(request)
    ledger: Ledger = result["ledger"]
    reading = ledger.best.reading
    answer = result["parsed"]
    return Generated(answer is not None, reading.issues, reading.text, answer, ledger)


class Asked(NamedTuple):
    """A request as the chain works with it: its user's turn, and what is suspicious in it."""

    text: chatml.Fenced
    flags: tuple[Flag, ...]


class _Ladder(Step[Asked, Ledger]):
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
    ) -> None:
        self._rungs = rungs
        self._steps = [(name, rungs.rung(name)) for name in names]
        self._timeout = timeout
        self._max_total_tokens = max_total_tokens
        super().__init__(self._climb, self._aclimb, "ladder", limit)

    def _plan(self, asked: Asked) -> Generator[tuple[Runnable[Ask, Ledger], Ask], Ledger, Ledger]:
        """Yields each rung with what it asks, receives the ledger with its attempt, and returns the last ledger."""
        deadline = time.monotonic() + self._timeout if self._timeout else None
        ledger = Ledger(flags=asked.flags)
        for name, rung in self._steps:
            ask = self._rungs.ask(name, asked.text, ledger, deadline)
            if obstacle := ask.obstacle(self._max_total_tokens):
                if not ledger.attempts:
                    raise RequestError(f"no attempt can be made: {obstacle}")
                return replace(ledger, stopped=obstacle)
            ledger = yield rung, ask
            if ledger.stopped or ledger.attempts[-1].accepted:
                break
        return ledger

    def _climb(self, asked: Asked, config: RunnableConfig) -> Ledger:
        plan = self._plan(asked)
        rung, ask = next(plan)
        while True:
            ledger = rung.invoke(ask, config)
            try:
                rung, ask = plan.send(ledger)
            except StopIteration as done:
                return cast("Ledger", done.value)

    async def _aclimb(self, asked: Asked, config: RunnableConfig) -> Ledger:
        plan = self._plan(asked)
        rung, ask = next(plan)
        while True:
            ledger = await rung.ainvoke(ask, config)
            try:
                rung, ask = plan.send(ledger)
            except StopIteration as done:
                return cast("Ledger", done.value)


_UNSAID = "Use the texts below."
"""The request where there are only documents."""


def as_request(request: str | dict[str, str]) -> Asked:
    """The request of a chain's input, its documents in fences.

    Raises:
        RequestError: It is no text, or a part of it is none or empty.
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
    found = tuple(replace(flag, source=name) for name, text in typed.items() for flag in flags(text))
    documents = {name: request[name] for name in names if name in request}
    said = request.get("request", _UNSAID)
    return Asked(chatml.with_documents(said, documents) if documents else chatml.fenced(said), found)


class _Verdict:
    """What a chain returns or raises for a ledger, which goes into the trace as metadata."""

    def __init__(self, domain: Domain[Answer], include_raw: bool) -> None:
        self._domain = domain
        self._include_raw = include_raw
        self._note = RunnableLambda(lambda summary: summary, name="ledger")

    def __call__(self, ledger: Ledger, config: RunnableConfig) -> Any:
        if getattr(config.get("callbacks"), "handlers", None):  # else nobody would see the step
            summary = ledger.summary()
            self._note.invoke(summary, merge_configs(config, {"metadata": summary}))
        kept, last = ledger.best, ledger.attempts[-1]
        if all(attempt.error for attempt in ledger.attempts) and last.error is not None:
            raise last.error
        error = None if kept.accepted else ContractError(self._domain, kept.reading, ledger)
        if kept.reading.answer is not None:
            kept.reading.answer._flags = ledger.flags
        if self._include_raw:
            parsed = kept.reading.answer if kept.accepted else None
            return {"parsed": parsed, "raw": list(ledger.attempts), "parsing_error": error, "ledger": ledger}
        if error is not None:
            raise error from last.error
        return kept.reading.answer
