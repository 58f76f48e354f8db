"""The guide's handler: it judges a question, asks the model in the domain's own words, and judges the answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from langchain_core.prompts import PromptTemplate

from langchain_careerv2 import chatml
from langchain_careerv2.domains import DOMAINS, Answer, Domain, named_domain, unclarified
from langchain_careerv2.gates import BLOCKED_INTENTS, Blocked, Policy, Route, classify
from langchain_careerv2.gates.hostile import flags
from langchain_careerv2.prompts import OTHER_SYSTEM, SMALL_TALK_SYSTEM, domain_prompt, plain_prompt
from langchain_careerv2.runpod.errors import EndpointError, InvalidRequestError, JobError, PromptTooLongError
from langchain_careerv2.runpod.outputs import Completion, Json
from langchain_careerv2.sampling import (
    DECODING,
    HANDLER_CHARS,
    HANDLER_DEFAULT_TOKENS,
    HANDLER_TOKENS,
    Sampling,
    checked_sampling,
)
from langchain_careerv2.serving.upstream import Model

Output = dict[str, object]
"""What a handler returns or yields: an answer or a piece of one, a refusal, or an error."""

SWITCHES = {"enable_validation": True, "block_low_trust_intents": True}
"""The guide's switches, and what they are where a job does not say."""
STREAMING = ("stream", "stream_options")
"""Sampling parameters that say how to answer, not what; usage is counted in any case."""


@dataclass(frozen=True)
class _Asked:
    """A job's input, judged and ready for the model."""

    prompt: str
    request: str
    route: Route
    domain: Domain[Answer] | None
    sampling: Mapping[str, Any]
    streaming: bool
    validates: bool
    blocks: bool


class Handler:
    """A RunPod handler with the guide's contract, in front of any model.

    `runpod.serverless.start({"handler": handler})` serves it; with `handler.stream` in its place, and
    `return_aggregate_stream`, RunPod's `/stream` has the text as it is written. It keeps nothing between jobs, so that
    one serves any number at once. A cancelled job hangs up on the model.

    A job's `input` has `prompt` (a question, or ChatML, of which the last user turn is judged), `sampling_params`,
    `enable_validation` and `block_low_trust_intents`. With validation, what is judged is what is sent: the last user
    turn, in the prompt of its domain. Without, the prompt goes to the model as it came.

    Args:
        upstream: The model.
        policy: What is blocked, and what becomes of pay figures in an answer.
        max_chars: Characters of a prompt at most.
    """

    def __init__(self, upstream: Model, *, policy: Policy | None = None, max_chars: int = HANDLER_CHARS) -> None:
        self._upstream = upstream
        self._policy = policy or Policy()
        self._max_chars = max_chars

    async def __call__(self, job: Json) -> Output:
        """Answers a job with one object (rows 20 to 23 of `shapes.json`); it raises nothing that a job can cause."""
        return await self.answer(job.get("input"))

    async def stream(self, job: Json) -> AsyncGenerator[Output, None]:
        """Answers a job in pieces (row 21g): the text as far as it can be shown, at last the rest, usage, validation.

        Where an answer names a pay figure that it must not, the last piece is the refusal, and no figure was shown.
        """
        async with aclosing(self.pieces(job.get("input"))) as outputs:
            async for output in outputs:
                yield output

    async def answer(self, job_input: object) -> Output:
        """As a call, of a job's `input` alone: what `LocalEndpoint(worker=handler.answer)` takes."""
        texts: list[str] = []
        last: Output = {}
        async with aclosing(self._outputs(job_input)) as outputs:
            async for last in outputs:
                texts += [choice["text"] for choice in _choices(last) if choice["text"]]
        if not (choices := _choices(last)):
            return last
        streaming = last["streaming"]
        whole = {"text": "".join(texts), "deltas": texts if streaming else None, "tokens": texts}
        return {**last, "choices": [{**choices[0], **whole}]}

    async def pieces(self, job_input: object) -> AsyncGenerator[Output, None]:
        """As `stream`, of a job's `input` alone: what `LocalEndpoint(worker=handler.pieces)` takes."""
        async with aclosing(self._outputs(job_input, streaming=True)) as outputs:
            async for output in outputs:
                yield output

    async def _outputs(self, job_input: object, *, streaming: bool = False) -> AsyncGenerator[Output, None]:
        try:
            asked = self._read(job_input)
            for route in _routes(asked) if asked.blocks else ():
                if refusal := self._policy.gate(route):
                    yield _refused(refusal)
                    return
            asked = _put(replace(asked, streaming=asked.streaming or streaming))
            async with aclosing(self._written(asked)) as outputs:
                async for output in outputs:
                    yield output
        except EndpointError as error:
            yield {"error": str(error)}

    async def _written(self, asked: _Asked) -> AsyncGenerator[Output, None]:
        """What the model writes, as far as it can be shown."""
        label = asked.route.label
        policy = self._policy if asked.blocks else Policy(figures="allow")
        hold = policy.hold(asked.request, label)
        written, shown = "", 0
        async with aclosing(self._upstream.write(asked.prompt, asked.sampling, stream=asked.streaming)) as steps:
            async for step in steps:
                done = isinstance(step, Completion)
                written = step.text if done else written + step.text
                if done and (refusal := policy.check(written, asked.request, label)):
                    yield _refused(refusal)
                    return
                end = len(written) if done else hold.shown(written)
                piece, shown = written[shown:end], max(shown, end)
                if isinstance(step, Completion):
                    yield {"choices": [{"text": piece, "finish_reason": step.finish_reason}], **self._told(asked, step)}
                elif piece:
                    yield {"choices": [{"text": piece}]}

    def _told(self, asked: _Asked, completion: Completion) -> Output:
        """What stands beside an answer's text."""
        usage = completion.usage
        counts = usage and {
            "input": usage.prompt_tokens,
            "output": usage.completion_tokens,
            "total": usage.total_tokens,
        }
        told: Output = {"usage": counts, "streaming": asked.streaming, "model": completion.model}
        if asked.validates:
            told["validation"] = self._validation(asked, completion)
        return told

    def _validation(self, asked: _Asked, completion: Completion) -> Output:
        cut, reading = completion.finish_reason == "length", None
        if asked.domain:
            reading = asked.domain.read(completion.text, truncated=cut, request=asked.request)
        issues = {issue.code: issue.severity for issue in reading.issues} if reading else {}
        validation: Output = {
            "valid": reading is None or reading.ok,
            "issues": list(issues),
            "sanitized": False,
            "intent": BLOCKED_INTENTS.get(asked.route.label, "career_guidance"),
            "domain": asked.route.label,
            "rule": asked.route.rule,
            "matched": asked.route.matched,
            "severities": issues,
            "ungrounded": list(reading.ungrounded) if reading else [],
            "flags": sorted({flag.kind for flag in flags(asked.request)}),
        }
        if self._policy.figures == "flag":
            found = self._policy.figures_of(completion.text, asked.request, asked.route.label)
            validation["pay_figures"] = len(found)
        return validation

    def _read(self, job_input: object) -> _Asked:
        """Checks a job's input and finds out what its question is about.

        Raises:
            EndpointError: The input cannot be answered.
        """
        if not isinstance(job_input, Mapping):
            raise _invalid("the input must be an object with a prompt", job_input)
        prompt = job_input.get("prompt", "")
        if not isinstance(prompt, str | None):
            raise _invalid("prompt must be a string, a question or ChatML", prompt)
        request = chatml.last_user_turn(prompt or "").strip()
        if not prompt or not request:
            raise JobError("No prompt provided")
        if len(prompt) > self._max_chars:
            raise PromptTooLongError(f"Prompt too long (max {self._max_chars} chars)")
        validates, blocks = (_switch(job_input, name, default) for name, default in SWITCHES.items())
        sampling = job_input.get("sampling_params") or {}
        if not isinstance(sampling, Mapping):
            raise _invalid('sampling_params must be an object, such as {"max_tokens": 200}', sampling)
        streaming = _switch(sampling, "stream", False)
        route = classify(unclarified(request))
        return _Asked(prompt, request, route, named_domain(prompt), sampling, streaming, validates, blocks)


def _routes(asked: _Asked) -> Iterator[Route]:
    """What is judged: the question; and where the prompt goes as it came, every other turn of it but the system's."""
    yield asked.route
    if not asked.validates:
        yield from (classify(text) for role, text in chatml.turns(asked.prompt) if role != "system" and text.strip())


def _put(asked: _Asked) -> _Asked:
    """Puts the question into the prompt of its domain, where the job wants it validated, and completes the sampling."""
    route, domain = asked.route, asked.domain or DOMAINS.get(asked.route.label)
    if asked.domain:  # whoever sends a domain's own prompt has said what it is about
        route = Route(asked.domain.name, "prompt:system", "")  # type: ignore[arg-type]  # each domain's name is a label
    prompt = _template(route.label).format(request=asked.request) if asked.validates else asked.prompt
    default = domain.max_tokens if domain and asked.validates else HANDLER_DEFAULT_TOKENS
    sampling = _sampling(asked.sampling, default)
    return replace(asked, route=route, domain=domain, prompt=prompt, sampling=sampling)


@cache
def _template(label: str) -> PromptTemplate:
    if label in DOMAINS:
        return domain_prompt(label)
    return plain_prompt(SMALL_TALK_SYSTEM if label == "small_talk" else OTHER_SYSTEM)


def _sampling(given: Json, default: int) -> dict[str, Any]:
    """The guide's decoding, and what the job says of it, with a number of tokens that the handler gives.

    Raises:
        InvalidRequestError: A parameter is unknown or out of its range.
    """
    given = {name: value for name, value in given.items() if name not in STREAMING}
    if unknown := given.keys() - Sampling.model_fields.keys():
        known = ", ".join(Sampling.model_fields)
        raise _invalid(f"unknown sampling parameter {min(unknown)[:40]!r}; there are: {known}")
    try:
        sampling = checked_sampling(DECODING, {"max_tokens": default}, given)
    except InvalidRequestError as error:
        raise _invalid(f"{error}; a parameter that is left out has its default") from None
    least, most = HANDLER_TOKENS
    return {**sampling, "max_tokens": min(max(sampling["max_tokens"], least), most)}


def _switch(given: Json, name: str, default: bool) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise _invalid(f"{name} must be true or false", value)
    return value


def _invalid(why: str, found: object = ...) -> InvalidRequestError:
    return InvalidRequestError(f"Invalid input: {why}{'' if found is ... else f', not {type(found).__name__}'}")


def _choices(output: Output) -> list[dict[str, Any]]:
    choices = output.get("choices", [])
    return choices if isinstance(choices, list) else []


def _refused(refusal: Blocked) -> Output:
    intent = BLOCKED_INTENTS.get(refusal.intent, refusal.intent)
    return {"blocked": True, "intent": intent, "message": refusal.message, "rule": refusal.rule}
