"""The domain chains: a draft, one re-ask with clarifiers where the draft fails its contract, the best attempt kept.

request -> prompt | llm -> read -+-> accepted
                                 +-> ContractError -> clarifiers -> prompt | llm -> read -+-> accepted
                                                                                          +-> the best, rejected
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from langchain_core.language_models import BaseLanguageModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, Generation, LLMResult
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import (
    Runnable,
    RunnableBinding,
    RunnableConfig,
    RunnableLambda,
    RunnableWithFallbacks,
)
from langchain_core.runnables.config import merge_configs

from langchain_careerv2.batches import aside_by_side, bounded, side_by_side, unwrapped
from langchain_careerv2.domains import Answer, Domain, Issue
from langchain_careerv2.errors import EndpointError, EndpointTimeoutError, RequestError
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.output_parsers import Attempt, CareerOutputParser, ContractError, best, was_cut
from langchain_careerv2.prompts import domain_prompt, get_domain
from langchain_careerv2.runpod.outputs import Usage

State = dict[str, Any]
"""What travels through the ladder: `request`, the attempts so far, and, for a re-ask, the error before it."""
Model = Runnable[Any, Any]
"""Any text or chat model, bound, configured or plain."""
ConfigFactory = Callable[[RunnableConfig], RunnableConfig]


def career_chain(
    domain: str | Domain[Answer], llm: Model, *, include_raw: bool = False
) -> Runnable[str | dict[str, str], Any]:
    """The chain of a domain: a request in, a checked and typed answer out.

    A draft that fails its contract is asked for once more, with one short sentence per failed check added to the
    request. That costs a second call, and only then.

    Args:
        domain: A domain's name, or a `Domain`.
        llm: The model; a `CareerV2LLM` without `max_tokens` of its own gets the domain's, and its `timeout` holds over
            all attempts. One behind `with_retry` or `with_fallbacks` keeps its own for each.
        include_raw: Return `{"parsed", "raw", "parsing_error"}` instead, where `raw` holds every `Attempt` and
            `parsing_error` a `ContractError` or None: nothing is raised on a failed contract.

    Returns:
        A runnable that takes the request as a string or as `{"request": ...}` and gives the domain's answer type. A
        batch runs item by item, as many at once as the model allows.

    Raises:
        RequestError: There is no such domain; at a call: the request is empty or no text.
        ContractError: At a call: no attempt passed. It carries the best one, and all.
        EndpointError: At a call: the endpoint gave no answer.
    """
    domain = get_domain(domain)
    reask = _Ladder(
        runnable=RunnableLambda(_clarified(domain), name="clarify") | _rung("clarifier", domain, llm),
        fallbacks=[RunnableLambda(_give_up(domain), name="give_up")],
        exceptions_to_handle=(ContractError, EndpointError),
        exception_key="failure",
        name="reask",
    )
    ladder = _Ladder(
        runnable=_rung("draft", domain, llm),
        fallbacks=[reask],
        exceptions_to_handle=(ContractError,),
        exception_key="error",
        limit=llm.max_concurrency if isinstance(llm, CareerV2LLM) else None,
        timeout=_timeout(llm),
        name="ladder",
    )
    verdict = RunnableLambda(_verdict(domain, include_raw), name="verdict")
    chain = RunnableLambda(_as_state, name="request") | ladder | verdict
    return chain.with_config(run_name=f"careerv2:{domain.name}", metadata={"domain": domain.name})


class Generated(NamedTuple):
    """The guide's `ok, issues, text`, and what a caller wants to know besides.

    Attributes:
        ok: Whether the answer passed the domain's contract.
        issues: What the kept attempt lacks, gate issues first; an accepted answer may have contract issues.
        text: The kept attempt's text, with the seed.
        answer: The typed answer; None where not `ok`.
        attempts: Every attempt, in order.
        usage: Tokens of all attempts together.
    """

    ok: bool
    issues: tuple[Issue, ...]
    text: str
    answer: Answer | None
    attempts: tuple[Attempt, ...]
    usage: Usage


def generate(domain: str | Domain[Answer], request: str, *, llm: Model | None = None) -> Generated:
    """The guide's `generate`: one request, one re-ask at most; a failed contract is a result, not an exception.

    Args:
        domain: A domain's name, or a `Domain`.
        request: The user's question.
        llm: The model; None makes a `CareerV2LLM` from the environment.

    Raises:
        RequestError: There is no such domain, or the request is empty.
        EndpointError: The endpoint gave no answer, or no key or endpoint is configured.
    """
    result = career_chain(domain, llm or CareerV2LLM(), include_raw=True).invoke(request)
    return _summary(tuple(result["raw"]))


def _summary(attempts: tuple[Attempt, ...]) -> Generated:
    """What some attempts at one request came to."""
    kept = best(attempts)
    reading = kept.reading
    total = sum((attempt.usage for attempt in attempts if attempt.usage), Usage())
    return Generated(reading.ok, reading.issues, reading.text, reading.answer if reading.ok else None, attempts, total)


class _Ladder(RunnableWithFallbacks[State, tuple[Attempt, ...]]):
    """`RunnableWithFallbacks` whose attempts nest under it in a trace, and whose batch runs item by item.

    Core's own invoke hands its attempts the parent's callbacks, so that they become its siblings; its batch nests them.
    Core's batch lets every re-ask wait for all drafts.
    """

    limit: int | None = None
    timeout: float | None = None

    def invoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> tuple[Attempt, ...]:
        return super().batch([self._timed(input)], [config or {}], **kwargs)[0]

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> tuple[Attempt, ...]:
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
    ) -> list[tuple[Attempt, ...]]:
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
    ) -> list[tuple[Attempt, ...]]:
        configs = bounded(config, len(inputs), self.limit)
        results = await aside_by_side(lambda state, item: self.ainvoke(state, item, **kwargs), inputs, configs)
        return results if return_exceptions else unwrapped(results)


def _rung(name: str, domain: Domain[Answer], llm: Model) -> Runnable[State, tuple[Attempt, ...]]:
    """One attempt: `prompt | llm`, then a reading that is added to the attempts or raised with them."""
    prompt, generation, parser = domain_prompt(domain), _generation(llm, domain), CareerOutputParser(domain)

    def judge(state: State, made: Generation) -> tuple[Attempt, ...]:
        attempt = Attempt(name, parser.read(made), was_cut(made), _usage(made), _info(made))
        attempts = (*state.get("attempts", ()), attempt)
        if not attempt.reading.ok:
            raise ContractError(domain, best(attempts).reading, attempts)
        return attempts

    # Not RunnablePassthrough.assign: it works in a thread, where Ctrl-C does not reach the call.
    def attempt(state: State, config: RunnableConfig) -> tuple[Attempt, ...]:
        return judge(state, generation.invoke(prompt.invoke(state, config), config, **_left(state)))

    async def aattempt(state: State, config: RunnableConfig) -> tuple[Attempt, ...]:
        return judge(state, await generation.ainvoke(await prompt.ainvoke(state, config), config, **_left(state)))

    return RunnableLambda(attempt, afunc=aattempt, name=name)


def _left(state: State) -> dict[str, float]:
    """The seconds that are left for an attempt, as an argument of the model's."""
    if "deadline" not in state:
        return {}
    left = state["deadline"] - time.monotonic()
    if left <= 0:
        raise EndpointTimeoutError("no time was left for another attempt: raise timeout")
    return {"timeout": left}


def _as_state(request: str | dict[str, str]) -> State:
    if isinstance(request, str):
        return {"request": request}
    if isinstance(request, dict) and set(request) == {"request"}:
        return {"request": request["request"]}
    raise RequestError('the chain takes a string or {"request": string}')


def _clarified(domain: Domain[Answer]) -> Callable[[State], State]:
    def clarify(state: State) -> State:
        error: ContractError = state["error"]
        last = error.attempts[-1]
        sentences = domain.clarify(last.reading.issues, truncated=last.truncated)
        return {**state, "request": f"{state['request']}\n{sentences}", "attempts": error.attempts}

    return clarify


def _give_up(domain: Domain[Answer]) -> Callable[[State], tuple[Attempt, ...]]:
    def give_up(state: State) -> tuple[Attempt, ...]:
        failure: ContractError | EndpointError = state["failure"]
        if isinstance(failure, ContractError):
            return failure.attempts
        # The re-ask got no answer; the draft is still the best there is, and must not be lost with it.
        draft: ContractError = state["error"]
        return (*draft.attempts, Attempt("clarifier", domain.read(""), error=failure))

    return give_up


def _verdict(domain: Domain[Answer], include_raw: bool) -> Callable[[tuple[Attempt, ...]], Any]:
    def verdict(attempts: tuple[Attempt, ...]) -> Any:
        kept = best(attempts).reading
        error = None if kept.ok else ContractError(domain, kept, attempts)
        if include_raw:
            return {"parsed": kept.answer if kept.ok else None, "raw": list(attempts), "parsing_error": error}
        if error is not None:
            raise error from attempts[-1].error
        return kept.answer

    return verdict


def _generation(llm: Model, domain: Domain[Answer]) -> Runnable[PromptValue, Generation]:
    """The model as a step that keeps its whole generation: `invoke` gives a bare string, without the finish reason."""
    inner, kwargs, bound, factories = _unbound(llm)
    if not isinstance(inner, BaseLanguageModel):
        return llm | RunnableLambda(_as_generation, name="generation")
    model = inner
    if isinstance(model, CareerV2LLM) and model.max_tokens is None:
        kwargs = {"max_tokens": domain.max_tokens, **kwargs}

    def options(config: RunnableConfig) -> dict[str, Any]:
        merged = merge_configs(bound, config)
        merged = merge_configs(merged, *(factory(merged) for factory in factories))
        return {key: merged.get(key) for key in ("callbacks", "tags", "metadata")} | kwargs

    def call(prompt: PromptValue, config: RunnableConfig, **left: float) -> Generation:
        return _first(model.generate_prompt([prompt], **options(config) | left))

    async def acall(prompt: PromptValue, config: RunnableConfig, **left: float) -> Generation:
        return _first(await model.agenerate_prompt([prompt], **options(config) | left))

    return RunnableLambda(call, afunc=acall, name="generation")


def _unbound(llm: Model) -> tuple[Model, dict[str, Any], RunnableConfig, list[ConfigFactory]]:
    """The model under its bindings, with their arguments, their config, and what makes more config, as listeners do."""
    kwargs: dict[str, Any] = {}
    config: RunnableConfig = {}
    factories: list[ConfigFactory] = []
    while isinstance(llm, RunnableBinding):
        factories += llm.config_factories
        kwargs, config, llm = {**llm.kwargs, **kwargs}, merge_configs(llm.config, config), llm.bound
    return llm, kwargs, config, factories


def _timeout(llm: Model) -> float | None:
    """The seconds that a career model gives an answer; None for any other model, which has its own ways."""
    model, kwargs, *_ = _unbound(llm)
    return model.time_limit(kwargs) if isinstance(model, CareerV2LLM) else None


def _first(result: LLMResult) -> Generation:
    generation = result.generations[0][0]
    if not isinstance(generation, Generation):  # the dictionary-like form of older text models
        raise TypeError(f"the model returned {type(generation).__name__} where a Generation was due")
    return generation


def _as_generation(output: str | AIMessage) -> Generation:
    return ChatGeneration(message=output) if isinstance(output, AIMessage) else Generation(text=output)


def _info(generation: Generation) -> dict[str, Any]:
    info = dict(generation.generation_info or {})
    return {key: info.get(key) for key in ("finish_reason", "job_id", "delay_ms", "execution_ms")}


def _usage(generation: Generation) -> Usage | None:
    message = generation.message if isinstance(generation, ChatGeneration) else None
    counted = message.usage_metadata if isinstance(message, AIMessage) else None
    return Usage(counted["input_tokens"], counted["output_tokens"]) if counted else None
