"""The domain chains: a draft, a re-ask with clarifiers, the JSON form, and of all attempts the best.

request -> draft -+-> accepted
                  +-> clarifier -+-> accepted
                                 +-> json -+-> accepted
                                           +-> json_clarifier -+-> accepted
                                                               +-> the best, rejected
"""

from __future__ import annotations

import time
from typing import Any, Literal, NamedTuple

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnableWithFallbacks
from langchain_core.runnables.config import merge_configs

from langchain_careerv2.batches import aside_by_side, bounded, side_by_side, unwrapped
from langchain_careerv2.domains import Answer, Domain, Issue, Lens
from langchain_careerv2.errors import ConfigurationError, RequestError
from langchain_careerv2.generations import Model, career_model
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.prompts import get_domain
from langchain_careerv2.rungs import Rungs, State
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
) -> Runnable[str | dict[str, str], Any]:
    """The chain of a domain: a request in, a checked and typed answer out.

    A draft that fails its contract is asked for again, with a short sentence per failed check added to the request;
    then its JSON form is asked for, under a schema where the endpoint knows how, and rendered to the domain's text.
    Each further attempt is made only where all before it failed.

    Args:
        domain: A domain's name, or a `Domain`.
        llm: The model; a `CareerV2LLM` without `max_tokens` of its own gets the domain's, and its `timeout` holds over
            all attempts. One behind `with_retry` or `with_fallbacks` keeps its own for each.
        include_raw: Return `{"parsed", "raw", "parsing_error", "ledger"}` instead, where `raw` holds every `Attempt`
            and `parsing_error` a `ContractError` or None: nothing is raised on a failed contract.
        json_first: Ask for JSON where the text attempts failed, from the start, or not at all. The handler endpoint
            writes its own prompt, and is never asked for JSON.
        max_reasks: Re-asks of a draft, 0 or more. JSON has one of its own.
        lens: How strictly to judge: `default` rejects at the gate, `strict` at the whole contract, `reference` as the
            guide's printed validators do.
        max_total_tokens: Tokens in and out of all attempts together; an attempt that could pass it is not made.

    Returns:
        A runnable that takes the request as a string or as `{"request": ...}` and gives the domain's answer type. A
        batch runs item by item, as many at once as the model allows.

    Raises:
        RequestError: There is no such domain; at a call: the request is empty or no text, or the tokens do not suffice
            for one attempt.
        ConfigurationError: `json_first="always"` with the handler endpoint.
        ContractError: At a call: no attempt passed. It carries the best one, and the ledger of all.
        EndpointError: At a call: the endpoint gave no answer.
    """
    domain = get_domain(domain)
    if max_reasks < 0:
        raise RequestError(f"max_reasks must be 0 or more, not {max_reasks}")
    rungs = Rungs(domain, llm, lens, max_total_tokens)
    first, *others = [rungs.rung(name) for name in _names(llm, json_first, max_reasks)]
    ladder = _Ladder(
        runnable=first,
        fallbacks=[*others, RunnableLambda(_give_up, name="give_up")],
        exceptions_to_handle=(ContractError,),
        exception_key="error",
        limit=llm.max_concurrency if isinstance(llm, CareerV2LLM) else None,
        timeout=_timeout(llm),
        name="ladder",
    )
    verdict = RunnableLambda(_Verdict(domain, include_raw), name="verdict")
    chain = RunnableLambda(_as_state, name="request") | ladder | verdict
    return chain.with_config(run_name=f"careerv2:{domain.name}", metadata={"domain": domain.name})


def _names(llm: Model, json_first: JsonFirst, max_reasks: int) -> list[str]:
    """The rungs of the ladder, in order."""
    model, _ = career_model(llm)
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
    )
    result = chain.invoke(request)
    ledger: Ledger = result["ledger"]
    reading = ledger.best.reading
    answer = result["parsed"]
    return Generated(answer is not None, reading.issues, reading.text, answer, ledger)


class _Ladder(RunnableWithFallbacks[State, Ledger]):
    """`RunnableWithFallbacks` whose attempts nest under it in a trace, and whose batch runs item by item.

    Core's own invoke hands its attempts the parent's callbacks, so that they become its siblings; its batch nests them.
    Core's batch lets every re-ask wait for all drafts, and that of `with_retry` can file one input's result under
    another (langchain issue 35475): neither is used.
    """

    limit: int | None = None
    timeout: float | None = None

    def invoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> Ledger:
        return super().batch([self._timed(input)], [config or {}], **kwargs)[0]

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> Ledger:
        return (await super().abatch([self._timed(input)], [config or {}], **kwargs))[0]

    def _timed(self, state: State) -> State:
        """The model's `timeout` is for all attempts together, from here on."""
        return {**state, "deadline": time.monotonic() + self.timeout} if self.timeout else state

    def batch(
        self,
        inputs: list[State],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Ledger]:
        configs = bounded(config, len(inputs), self.limit)
        results = side_by_side(lambda state, item: self.invoke(state, item, **kwargs), inputs, configs)
        return results if return_exceptions else unwrapped(results)

    async def abatch(
        self,
        inputs: list[State],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Ledger]:
        configs = bounded(config, len(inputs), self.limit)
        results = await aside_by_side(lambda state, item: self.ainvoke(state, item, **kwargs), inputs, configs)
        return results if return_exceptions else unwrapped(results)


def _as_state(request: str | dict[str, str]) -> State:
    if isinstance(request, str):
        return {"request": request}
    if isinstance(request, dict) and set(request) == {"request"}:
        return {"request": request["request"]}
    raise RequestError('the chain takes a string or {"request": string}')


def _give_up(state: State) -> Ledger:
    error: ContractError = state["error"]
    return error.ledger


class _Verdict:
    """What a chain returns or raises for a ledger, which goes into the trace as metadata."""

    def __init__(self, domain: Domain[Answer], include_raw: bool) -> None:
        self._domain = domain
        self._include_raw = include_raw
        self._note = RunnableLambda(lambda summary: summary, name="ledger")

    def __call__(self, ledger: Ledger, config: RunnableConfig) -> Any:
        self._note.invoke(ledger.summary(), merge_configs(config, {"metadata": ledger.summary()}))
        kept = ledger.best.reading
        error = None if kept.ok and kept.answer is not None else ContractError(self._domain, kept, ledger)
        if error is not None and (cause := ledger.attempts[-1].error) is not None:
            if all(attempt.error for attempt in ledger.attempts):
                raise cause
            error.__cause__ = cause
        if self._include_raw:
            parsed = kept.answer if error is None else None
            return {"parsed": parsed, "raw": list(ledger.attempts), "parsing_error": error, "ledger": ledger}
        if error is not None:
            raise error
        return kept.answer


def _timeout(llm: Model) -> float | None:
    """The seconds that a career model gives an answer; None for any other model, which has its own ways."""
    model, kwargs = career_model(llm)
    return model.time_limit(kwargs) if model is not None else None
