"""`career_assistant`: free text in; the right domain's checked answer, a few words, or a typed refusal out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.outputs import Generation
from langchain_core.prompt_values import StringPromptValue
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from langchain_careerv2 import chatml
from langchain_careerv2.asked import as_request
from langchain_careerv2.batches import Step, seen, streamed
from langchain_careerv2.chains import Fit, JsonFirst, laddered
from langchain_careerv2.domains import DOMAINS, Answer, Lens
from langchain_careerv2.errors import BlockedError, ProtocolError
from langchain_careerv2.gates import BLOCKED_INTENTS, Blocked, Hold, Label, Policy, Route, classify
from langchain_careerv2.gates.hostile import Flag
from langchain_careerv2.gates.policy import HELD_BACK
from langchain_careerv2.gates.privacy import as_typed, placeholder_begins
from langchain_careerv2.generations import Model, career_model, generation_of, text_model
from langchain_careerv2.privacy import CareerChain, Mode, Privacy, private
from langchain_careerv2.prompts import OTHER_SYSTEM, SMALL_TALK_SYSTEM, plain_prompt
from langchain_careerv2.streaming import Accepted, Event, Partial, Rejected, Token

TALK_TOKENS = {"small_talk": 64, "other": 200}
"""Tokens of a reply outside of the domains: 64 is the handler's least, 200 the guide's usual."""
QUESTION_WORDS = 40
"""Words of a document that may be a question in a document's place."""


@dataclass(frozen=True)
class Reply:
    """What the model says outside of the five domains: small talk, or another question. Nobody checked it.

    Attributes:
        intent: `small_talk` or `other`; `salary` or `market` where the policy lets them through.
        message: The model's words.
        route: Why it is taken for that.
        flags: As of an answer.
    """

    intent: Label
    message: str
    route: Route
    flags: tuple[Flag, ...] = ()

    def __str__(self) -> str:
        return self.message

    _repr_markdown_ = __str__


def career_assistant(
    llm: Model,
    *,
    domain: str | None = None,
    policy: Policy | None = None,
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    lens: Lens = "default",
    max_total_tokens: int | None = None,
    fit: Fit = "error",
    privacy: Mode | Privacy = "mask",
) -> CareerChain:
    """One runnable for an agent app: gate, router, and the chain of the domain that a question is about.

    Args:
        llm: As in `career_chain`.
        domain: The domain that every question goes to, by its name: the gates still judge question and answer, the
            router does not choose, and there is no `Reply`. Default: the one that a question is about.
        policy: What is not answered. Default: pay figures and facts of the labour market.
        json_first: As in `career_chain`.
        max_reasks: As in `career_chain`.
        lens: As in `career_chain`.
        max_total_tokens: As in `career_chain`, for the domains.
        fit: As in `career_chain`, for the domains.
        privacy: As in `career_chain`.

    Returns:
        A runnable that takes what a chain takes, and gives one of three: a domain's answer, with its `route`;
        `Blocked`, for which the endpoint was not asked, or whose answer was held back because it named a pay figure
        that the request does not have; a `Reply`, which nobody checked.

    Raises:
        RequestError: There is no such domain; at a call: the request is empty or no text.
        ContractError: At a call: no attempt at a domain's answer passed.
        EndpointError: At a call: the endpoint gave no answer.
    """
    policy, llm = policy or Policy(), text_model(llm)
    options: dict[str, Any] = {
        "include_raw": False,
        "json_first": json_first,
        "max_reasks": max_reasks,
        "lens": lens,
        "max_total_tokens": max_total_tokens,
        "fit": fit,
        "privacy": "off",  # the assistant's own mask is put on before its gate
    }
    names = DOMAINS if domain is None else [domain]
    chains: dict[str, Runnable[Any, Any]] = {
        name: laddered(name, llm, **options, hold=_hold(policy, cast("Label", name))) for name in names
    }
    chains |= {intent: _talk(intent, llm) for intent in TALK_TOKENS if domain is None}
    model, _ = career_model(llm)
    limit = model.max_concurrency if model else None
    assistant = _Assistant(chains, policy, limit, domain)
    return private(assistant, assistant.events, privacy, model)


def _hold(policy: Policy, label: Label) -> Callable[[str], Hold] | None:
    """What a stream holds back of the answer to a request, as the policy wants it."""
    if policy.figures != "hold":
        return None
    return lambda request: policy.hold(request, label)


def _talk(intent: str, llm: Model) -> Runnable[Any, str]:
    """A chain of a prompt and the model, with few tokens where the caller named no number."""
    model, bound = career_model(llm)
    own = model is None or model.max_tokens or bound.get("max_tokens")
    template = plain_prompt({"small_talk": SMALL_TALK_SYSTEM, "other": OTHER_SYSTEM}[intent])
    generation = generation_of(llm if own else llm.bind(max_tokens=TALK_TOKENS[intent]))

    def prompt(request: Any, config: RunnableConfig) -> StringPromptValue:
        return seen("prompt", lambda asked: StringPromptValue(text=template.format(**_turn(asked))), request, config)

    def answer(request: Any, config: RunnableConfig) -> str:
        return generation.invoke(prompt(request, config), config).text

    async def aanswer(request: Any, config: RunnableConfig) -> str:
        return (await generation.ainvoke(prompt(request, config), config)).text

    def flow(request: Any, config: RunnableConfig) -> Iterator[str]:
        heard = ""
        with closing(cast("Any", generation.stream(prompt(request, config), config))) as pieces:
            for piece in pieces:
                heard += (new := _new(piece, heard))
                yield new

    async def aflow(request: Any, config: RunnableConfig) -> AsyncGenerator[str, None]:
        heard = ""
        async with aclosing(cast("Any", generation.astream(prompt(request, config), config))) as pieces:
            async for piece in pieces:
                heard += (new := _new(piece, heard))
                yield new

    return Step(answer, aanswer, f"careerv2:{intent}", None, flow, aflow)


def _new(piece: str | Generation, heard: str) -> str:
    """What a piece of a stream adds: of the whole generation, which is the last, what did not come in pieces."""
    return piece if isinstance(piece, str) else "" if heard else piece.text


def _turn(request: str | dict[str, str]) -> dict[str, str]:
    return {"request": as_request(request).text}


class _Assistant(Step[Any, Any]):
    """Routes a request, or takes it for the domain's, asks the chain of its label, and looks at what came back."""

    def __init__(
        self, chains: Mapping[str, Runnable[Any, Any]], policy: Policy, limit: int | None, domain: str | None
    ) -> None:
        self._chains = chains
        self._policy = policy
        self._domain = domain
        self._gate = RunnableLambda(self._routed, name="gate")
        name = "careerv2:assistant"
        self.events = streamed(self._events, self._aevents, name)
        super().__init__(self._answer, self._aanswer, name, limit, self._yielded, self._ayielded)

    def _routed(self, request: str | dict[str, str]) -> Route:
        """The route that the gate judges: a domain of the caller's own stands behind the intents that are blocked."""
        route = _route(request)
        if self._domain is None or (route.label in BLOCKED_INTENTS and self._policy.gate(route)):
            return route
        return Route(cast("Label", self._domain), "the domain given", "")

    def _answer(self, request: str | dict[str, str], config: RunnableConfig) -> Answer | Blocked | Reply:
        route = self._gate.invoke(request, config)
        if blocked := self._policy.gate(route):
            return blocked
        try:
            said = self._chain_of(route).invoke(request, config)
        except BlockedError as error:
            return _by_endpoint(error)
        return self._checked(said, request, route)

    async def _aanswer(self, request: str | dict[str, str], config: RunnableConfig) -> Answer | Blocked | Reply:
        route = await self._gate.ainvoke(request, config)
        if blocked := self._policy.gate(route):
            return blocked
        try:
            said = await self._chain_of(route).ainvoke(request, config)
        except BlockedError as error:
            return _by_endpoint(error)
        return self._checked(said, request, route)

    def _yielded(self, request: Any, config: RunnableConfig) -> Iterator[Any]:
        with closing(cast("Any", self._events(request, config))) as events:
            for event in events:
                yield from _values(event)

    async def _ayielded(self, request: Any, config: RunnableConfig) -> AsyncGenerator[Any, None]:
        async with aclosing(self._aevents(request, config)) as events:
            async for event in events:
                for value in _values(event):
                    yield value

    def _events(self, request: Any, config: RunnableConfig) -> Iterator[Event]:
        route = self._gate.invoke(request, config)
        if blocked := self._policy.gate(route):
            yield Rejected(blocked)
            return
        chain, talk = self._chain_of(route), self._talk(route, request)
        steps = chain.stream(request, config) if talk else cast("CareerChain", chain).events(request, config)
        with _blocked() as by_endpoint, closing(cast("Any", steps)):
            for step in steps:
                yield from talk.more(step) if talk else self._event(step, request, route)
            if talk:
                yield from talk.end()
        yield from by_endpoint

    async def _aevents(self, request: Any, config: RunnableConfig) -> AsyncGenerator[Event, None]:
        route = await self._gate.ainvoke(request, config)
        if blocked := self._policy.gate(route):
            yield Rejected(blocked)
            return
        chain, talk = self._chain_of(route), self._talk(route, request)
        steps = chain.astream(request, config) if talk else cast("CareerChain", chain).aevents(request, config)
        with _blocked() as by_endpoint:
            async with aclosing(cast("Any", steps)):
                async for step in steps:
                    for event in talk.more(step) if talk else self._event(step, request, route):
                        yield event
            for event in talk.end() if talk else ():
                yield event
        for event in by_endpoint:
            yield event

    def _event(self, event: Event, request: str | dict[str, str], route: Route) -> Iterator[Event]:
        """An event of a domain's chain; an answer whose figures are held back is none."""
        if isinstance(event, Accepted):
            checked = self._checked(cast("Answer", event.answer), request, route)
            yield Rejected(checked, event.ledger) if isinstance(checked, Blocked) else event
        else:
            yield event

    def _talk(self, route: Route, request: str | dict[str, str]) -> _Talk | None:
        """What becomes of a reply under way; None where a domain's chain has the request."""
        if route.label in DOMAINS:
            return None
        return _Talk(
            lambda text: Reply(route.label, text, route),
            lambda text: self._checked(text, request, route),
            self._policy.hold(_said(request), route.label),
        )

    def _chain_of(self, route: Route) -> Runnable[Any, Any]:
        return self._chains.get(route.label) or self._chains["other"]

    def _checked(self, said: Answer | str, request: str | dict[str, str], route: Route) -> Answer | Blocked | Reply:
        """What was said, with its route and flags, unless it names a pay figure of its own."""
        asked = _said(request)
        others = (said.reading.text, said.reading.raw) if isinstance(said, Answer) else ()
        figures = self._policy.figures_of(str(said), asked, route.label)
        if any(self._policy.check(text, asked, route.label) for text in (str(said), *others)):
            return HELD_BACK
        found = tuple(Flag("pay_figure", *span, source="answer") for span in figures)
        if isinstance(said, Answer):
            said._flags = (*said.flags, *found)
            said._route = route if self._domain is None else None
            return said
        if not said.strip():
            raise ProtocolError("the model answered nothing")
        return Reply(route.label, said, route, (*as_request(request).flags, *found))


class _Talk:
    """A reply outside of the domains, as it is written.

    Args:
        make: Makes a `Reply` of a text.
        check: Makes one of the whole text, or `Blocked`.
        hold: What must not be shown.
    """

    def __init__(
        self, make: Callable[[str], Reply], check: Callable[[str], Answer | Blocked | Reply], hold: Hold
    ) -> None:
        self._make = make
        self._check = check
        self._hold = hold
        self._text = ""
        self._shown = self._looked = 0

    def more(self, piece: str) -> Iterator[Event]:
        """What a piece of the text adds."""
        self._text += piece
        if len(self._text) - self._looked > len(self._text) // 100:  # as in `streaming.Showing`
            self._looked = len(self._text)
            end = self._hold.shown(self._text)
            yield from self._to(placeholder_begins(self._text[:end]))

    def end(self) -> Iterator[Event]:
        """The rest of the text, and the verdict."""
        checked = self._check(self._text)
        if isinstance(checked, Blocked):
            yield Rejected(checked)
        else:
            yield from self._to(len(self._text))
            yield Accepted(checked, self._text)

    def _to(self, end: int) -> Iterator[Event]:
        if end > self._shown and self._text[:end].strip():
            piece, self._shown = self._text[self._shown : end], end
            yield Token(piece)
            yield Partial(self._make(self._text[:end]))


@contextmanager
def _blocked() -> Iterator[list[Event]]:
    """Gathers the event of a request that the handler endpoint blocks."""
    found: list[Event] = []
    try:
        yield found
    except BlockedError as error:
        found.append(Rejected(_by_endpoint(error)))


def _values(event: Event) -> Iterator[Answer | Blocked | Reply]:
    """What a stream of values has of an event."""
    if isinstance(event, (Partial, Accepted)):
        yield event.answer
    elif isinstance(event, Rejected):
        if not isinstance(event.reason, Blocked):
            raise event.reason
        yield event.reason


def _said(request: str | dict[str, str]) -> str:
    """What was typed for a request, in one text."""
    typed = as_typed(request)
    return typed if isinstance(typed, str) else "\n".join(typed.values())


def _route(request: str | dict[str, str]) -> Route:
    """Why a request goes where it goes. It is judged as it was typed; what is told is what the mask leaves."""
    as_request(request)  # refuses what is none
    route, hidden = _judged(as_typed(request)), _judged(request)
    return hidden if hidden.label == route.label else Route(route.label, route.rule, "")


def _judged(request: str | dict[str, str]) -> Route:
    """The route of a request; of documents without a question, or with one that no rule knows, their own."""
    if isinstance(request, str):
        return _classified(request)
    route = _classified(request.get("request", ""))
    if route.label != "other" or route.rule != "none":
        return route
    for text in request.values():  # a question can be sent as a document
        if len(text.split()) <= QUESTION_WORDS and (asked := _classified(text)).label in BLOCKED_INTENTS:
            return asked
    has = [name for name in ("resume", "job_description") if name in request]
    label = "job_resume_match" if len(has) == 2 else {"resume": "resume_guidance"}.get("".join(has), "".join(has))
    return Route(cast("Label", label), "the documents given", " and ".join(has)) if has else route


def _classified(text: str) -> Route:
    """The route of a text; ChatML in it is text here, as it is for the model: all of it is sent, so all is judged."""
    return classify(chatml.neutralise(text))


def _by_endpoint(error: BlockedError) -> Blocked:
    labels = {intent: label for label, intent in BLOCKED_INTENTS.items()}
    return Blocked(labels.get(error.intent, error.intent), str(error), "endpoint")
