"""The domain chains: a request in, a checked and typed answer out; and the guide's plain function."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, closing
from typing import Any, Literal, NamedTuple, cast, get_args

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from langchain_careerv2.asked import Asked, as_request, fitted, typed_text
from langchain_careerv2.batches import Step
from langchain_careerv2.domains import Answer, Domain, Issue, Lens
from langchain_careerv2.errors import ConfigurationError, RequestError
from langchain_careerv2.gates import Hold
from langchain_careerv2.generations import Model, career_model, text_model
from langchain_careerv2.ladder import Ladder, Verdict
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.privacy import CareerChain, Mode, Privacy, private
from langchain_careerv2.prompts import domain_prompt, get_domain, version
from langchain_careerv2.rungs import Rungs
from langchain_careerv2.runpod.outputs import Usage
from langchain_careerv2.streaming import Event, Partial, Showing

JsonFirst = Literal["fallback", "always", "never"]
Fit = Literal["error", "trim"]


def career_chain(
    domain: str | Domain[Answer],
    llm: Model,
    *,
    include_raw: bool = False,
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    lens: Lens = "default",
    max_total_tokens: int | None = None,
    fit: Fit = "error",
    privacy: Mode | Privacy = "mask",
) -> CareerChain:
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
        fit: What becomes of a request that does not fit the model's context (`max_model_len`), by estimate, or the
            handler: `error`, or `trim`, which cuts whole sections of its documents, those that matter least first
            (`trimming.headings.PRIORITIES`). The answer's `cuts` say what was cut. A request without documents is
            never cut.
        privacy: Who is not to see names, e-mail addresses, telephone numbers, links, postal addresses and numbers of a
            person: `mask` hides them from the endpoint, callbacks, exceptions and logs behind placeholders, which are
            restored in what is returned; `traces` from all but the endpoint; `off` from nobody. A `Privacy` has
            detectors of your own too.

    Returns:
        A runnable that takes the request as a string, or as `{"request", "resume", "job_description"}` of which any
        may be missing, and gives the domain's answer type, whose `flags` tell what the request hides. Documents are
        shown to the model in fences, as data. A batch runs item by item, as many at once as the model allows. A stream
        yields the answer as it grows, marked as `partial`, and at last the checked one, or raises; where an attempt
        fails, the answer grows anew. `career_stream` tells more.

    Raises:
        RequestError: There is no such domain; at a call: the request is empty or no text, or the tokens do not suffice
            for one attempt, or a privacy detector failed.
        ConfigurationError: `json_first="always"` with the handler endpoint; `max_total_tokens`, or `privacy="traces"`,
            with another model.
        PromptTooLongError: At a call: the request does not fit, or nothing more can be cut; nothing was sent.
        ContractError: At a call: no attempt passed. It carries the best one, and the ledger of all.
        EndpointError: At a call: the endpoint gave no answer.
    """
    return laddered(
        domain,
        llm,
        include_raw=include_raw,
        json_first=json_first,
        max_reasks=max_reasks,
        lens=lens,
        max_total_tokens=max_total_tokens,
        fit=fit,
        privacy=privacy,
    )


def laddered(
    domain: str | Domain[Answer],
    llm: Model,
    *,
    include_raw: bool,
    json_first: JsonFirst,
    max_reasks: int,
    lens: Lens,
    max_total_tokens: int | None,
    fit: Fit,
    privacy: Mode | Privacy,
    hold: Callable[[str], Hold] | None = None,
) -> CareerChain:
    """As `career_chain`; `hold` makes of a request what a stream must not show of its answer."""
    domain, llm = get_domain(domain), text_model(llm)
    model, bound = career_model(llm)
    if lens not in get_args(Lens):
        raise RequestError(f"lens must be one of {', '.join(get_args(Lens))}, not {lens!r}")
    if fit not in get_args(Fit):
        raise RequestError(f"fit must be one of {', '.join(get_args(Fit))}, not {fit!r}")
    if max_total_tokens is not None and max_total_tokens < 1:
        raise RequestError(f"max_total_tokens must be 1 or more, not {max_total_tokens}")
    if max_total_tokens is not None and model is None:
        raise ConfigurationError("max_total_tokens needs a CareerV2LLM: of another model's budget nothing is known")
    rungs, names = Rungs(domain, llm, lens), _names(model, json_first, max_reasks)
    ladder = Ladder(
        rungs,
        names,
        timeout=model.time_limit(bound) if model else None,
        max_total_tokens=max_total_tokens,
        limit=model.max_concurrency if model else None,
        showing=lambda rung, asked: Showing(domain, lens, rung, hold(typed_text(asked)) if hold else None),
    )
    told = {"domain": domain.name, "prompt_version": version(domain_prompt(domain))}
    verdict = Verdict(domain, include_raw)
    name = f"careerv2:{domain.name}"

    def asked(request: str | dict[str, str]) -> Asked:
        whole = as_request(request, domain.documents)
        return fitted(whole, request, lambda text: rungs.fits(names[0], text)) if fit == "trim" else whole

    def named(chain: Runnable[Any, Any]) -> Runnable[Any, Any]:
        return chain.with_config(run_name=name, metadata=told)

    def values(event: Event) -> Iterator[Answer]:
        if isinstance(event, Partial) and not include_raw:
            yield cast("Answer", event.answer)

    answers = _Chain(asked, ladder, name, verdict.returned, values)
    events = _Chain(asked, ladder, name, verdict.event, lambda event: iter([event]))
    return private(named(answers), named(events), privacy, model)


class _Chain(Step[Any, Any]):
    """A request's way: its ladder, and what is made of the ledger and shown of the events.

    It is no `RunnableSequence`: see `batches.streamed`.
    """

    def __init__(
        self,
        asked: Callable[[Any], Asked],
        ladder: Ladder,
        name: str,
        verdict: Callable[[Ledger, RunnableConfig], Any],
        shown: Callable[[Event], Iterator[Any]],
    ) -> None:
        self._request = RunnableLambda(asked, name="request")
        self._ladder = ladder
        self._verdict = RunnableLambda(verdict, name="verdict")
        self._shown = shown
        super().__init__(self._answer, self._aanswer, name, ladder._limit, self._yielded, self._ayielded)

    def _answer(self, request: Any, config: RunnableConfig) -> Any:
        asked = self._request.invoke(request, config)
        return self._verdict.invoke(self._ladder.invoke(asked, config), config)

    async def _aanswer(self, request: Any, config: RunnableConfig) -> Any:
        asked = await self._request.ainvoke(request, config)
        return await self._verdict.ainvoke(await self._ladder.ainvoke(asked, config), config)

    def _yielded(self, request: Any, config: RunnableConfig) -> Iterator[Any]:
        asked = self._request.invoke(request, config)
        with closing(cast("Any", self._ladder.stream(asked, config))) as items:
            for item in items:
                if isinstance(item, Ledger):
                    yield self._verdict.invoke(item, config)
                else:
                    yield from self._shown(item)

    async def _ayielded(self, request: Any, config: RunnableConfig) -> AsyncGenerator[Any, None]:
        asked = await self._request.ainvoke(request, config)
        async with aclosing(cast("Any", self._ladder.astream(asked, config))) as items:
            async for item in items:
                if isinstance(item, Ledger):
                    yield await self._verdict.ainvoke(item, config)
                else:
                    for each in self._shown(item):
                        yield each


def _names(model: CareerV2LLM | None, json_first: JsonFirst, max_reasks: int) -> list[str]:
    """The rungs of the ladder, in order."""
    if not isinstance(max_reasks, int) or max_reasks < 0:
        raise RequestError(f"max_reasks must be a whole number, 0 or more, not {max_reasks!r}")
    handler = model is not None and model.handler
    if handler and json_first == "always":
        raise ConfigurationError("the handler endpoint writes its own prompt and cannot be asked for JSON")
    text, as_json = ["draft", *["re-ask"] * max_reasks], ["json_first", "json_re-ask"]
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

    def _repr_markdown_(self) -> str:
        lacks = [f"- {issue.severity}: {issue.message}" for issue in self.issues]
        return "\n".join([str(self.answer) if self.ok else f"Rejected:\n\n{self.text}", "", *lacks])


def generate(
    domain: str | Domain[Answer],
    request: str | dict[str, str],
    *,
    llm: Model | None = None,
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    lens: Lens = "default",
    max_total_tokens: int | None = None,
    fit: Fit = "error",
    privacy: Mode | Privacy = "mask",
) -> Generated:
    """The guide's `generate`: one request; a failed contract is a result, not an exception.

    Args:
        domain: A domain's name, or a `Domain`.
        request: The user's question, or what a chain takes besides.
        llm: The model; None makes a `CareerV2LLM` from the environment.
        json_first: As in `career_chain`.
        max_reasks: As in `career_chain`.
        lens: As in `career_chain`.
        max_total_tokens: As in `career_chain`.
        fit: As in `career_chain`.
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
        fit=fit,
        privacy=privacy,
    )
    result = chain.invoke(request)
    ledger: Ledger = result["ledger"]
    reading = ledger.best.reading
    answer = result["parsed"]
    return Generated(answer is not None, reading.issues, reading.text, answer, ledger)
