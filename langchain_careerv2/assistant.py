"""`career_assistant`: free text in; the right domain's checked answer, a few words, or a typed refusal out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from langchain_careerv2 import chatml
from langchain_careerv2.batches import Step
from langchain_careerv2.chains import JsonFirst, as_request, career_chain
from langchain_careerv2.domains import DOMAINS, Answer, Lens
from langchain_careerv2.errors import BlockedError, ProtocolError
from langchain_careerv2.gates import BLOCKED_INTENTS, Blocked, Label, Policy, Route, classify
from langchain_careerv2.gates.hostile import Flag
from langchain_careerv2.gates.policy import HELD_BACK
from langchain_careerv2.gates.privacy import as_typed
from langchain_careerv2.generations import Model, career_model
from langchain_careerv2.privacy import Mode, Privacy, private
from langchain_careerv2.prompts import OTHER_SYSTEM, SMALL_TALK_SYSTEM, plain_prompt

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


def career_assistant(
    llm: Model,
    *,
    policy: Policy | None = None,
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    lens: Lens = "default",
    max_total_tokens: int | None = None,
    privacy: Mode | Privacy = "mask",
) -> Runnable[str | dict[str, str], Answer | Blocked | Reply]:
    """One runnable for an agent app: gate, router, and the chain of the domain that a question is about.

    Args:
        llm: As in `career_chain`.
        policy: What is not answered. Default: pay figures and facts of the labour market.
        json_first: As in `career_chain`.
        max_reasks: As in `career_chain`.
        lens: As in `career_chain`.
        max_total_tokens: As in `career_chain`, for the domains.
        privacy: As in `career_chain`.

    Returns:
        A runnable that takes what a chain takes, and gives one of three: a domain's answer, with its `route`;
        `Blocked`, for which the endpoint was not asked, or whose answer was held back because it named a pay figure
        that the request does not have; a `Reply`, which nobody checked.

    Raises:
        RequestError: At a call: the request is empty or no text.
        ContractError: At a call: no attempt at a domain's answer passed.
        EndpointError: At a call: the endpoint gave no answer.
    """
    options: dict[str, Any] = {
        "json_first": json_first,
        "max_reasks": max_reasks,
        "lens": lens,
        "max_total_tokens": max_total_tokens,
        "privacy": "off",  # the assistant's own mask is put on before its gate
    }
    chains: dict[str, Runnable[Any, Any]] = {name: career_chain(name, llm, **options) for name in DOMAINS}
    chains |= {intent: _talk(intent, llm) for intent in TALK_TOKENS}
    model, _ = career_model(llm)
    limit = model.max_concurrency if model else None
    return private(_Assistant(chains, policy or Policy(), limit), privacy, model)


def _talk(intent: str, llm: Model) -> Runnable[Any, str]:
    """A chain of a prompt and the model, with few tokens where the caller named no number."""
    model, bound = career_model(llm)
    own = model is None or model.max_tokens or bound.get("max_tokens")
    prompt = plain_prompt({"small_talk": SMALL_TALK_SYSTEM, "other": OTHER_SYSTEM}[intent])
    chain = (
        RunnableLambda(_turn, name="request")
        | prompt
        | (llm if own else llm.bind(max_tokens=TALK_TOKENS[intent]))
        | StrOutputParser()
    )
    return chain.with_config(run_name=f"careerv2:{intent}")


def _turn(request: str | dict[str, str]) -> dict[str, str]:
    return {"request": as_request(request).text}


class _Assistant(Step[Any, Any]):
    """Routes a request, asks the chain of its label, and looks at what came back."""

    def __init__(self, chains: Mapping[str, Runnable[Any, Any]], policy: Policy, limit: int | None) -> None:
        self._chains = chains
        self._policy = policy
        self._gate = RunnableLambda(_route, name="gate")
        super().__init__(self._answer, self._aanswer, "careerv2:assistant", limit)

    def _answer(self, request: str | dict[str, str], config: RunnableConfig) -> Answer | Blocked | Reply:
        route = self._gate.invoke(request, config)
        if blocked := self._policy.gate(route):
            return blocked
        try:
            said = self._chains.get(route.label, self._chains["other"]).invoke(request, config)
        except BlockedError as error:
            return _by_endpoint(error)
        return self._checked(said, request, route)

    async def _aanswer(self, request: str | dict[str, str], config: RunnableConfig) -> Answer | Blocked | Reply:
        route = await self._gate.ainvoke(request, config)
        if blocked := self._policy.gate(route):
            return blocked
        try:
            said = await self._chains.get(route.label, self._chains["other"]).ainvoke(request, config)
        except BlockedError as error:
            return _by_endpoint(error)
        return self._checked(said, request, route)

    def _checked(self, said: Answer | str, request: str | dict[str, str], route: Route) -> Answer | Blocked | Reply:
        """What was said, with its route and flags, unless it names a pay figure of its own."""
        typed = as_typed(request)
        asked = typed if isinstance(typed, str) else "\n".join(typed.values())
        raw = said.reading.raw if isinstance(said, Answer) else ""
        figures = self._policy.figures_of(str(said), asked, route.label)
        if (figures or self._policy.figures_of(raw, asked, route.label)) and self._policy.figures == "hold":
            return HELD_BACK
        found = tuple(Flag("pay_figure", *span, source="answer") for span in figures)
        if isinstance(said, Answer):
            said._flags, said._route = (*said.flags, *found), route
            return said
        if not said.strip():
            raise ProtocolError("the model answered nothing")
        return Reply(route.label, said, route, (*as_request(request).flags, *found))


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
