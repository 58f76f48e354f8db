"""What the career models share: an endpoint, the guide's decoding, and the way over RunPod's wire."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from langchain_core.messages.ai import UsageMetadata
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, model_validator

from langchain_careerv2 import chatml, errors, structured, tokens
from langchain_careerv2.gates.privacy import CARRIED
from langchain_careerv2.restoring import hidden_completion, hidden_error, hidden_step
from langchain_careerv2.runpod import jobs, protocol
from langchain_careerv2.runpod.aclient import adrive, astream
from langchain_careerv2.runpod.client import drive, stream
from langchain_careerv2.runpod.endpoint import RUNPOD_URL, Endpoint
from langchain_careerv2.runpod.outputs import Completion, Json, Usage
from langchain_careerv2.runpod.protocol import POLICY_MAX, Flow, Text
from langchain_careerv2.sampling import (
    DECODING_FIELDS,
    DEFAULT_MAX_TOKENS,
    HANDLER_CHARS,
    HANDLER_TOKENS,
    checked_sampling,
)
from langchain_careerv2.structured import Dialect, Probe

if TYPE_CHECKING:
    from typing_extensions import Self

MODEL = "Puneetrinity/qwen2.5-7b-careerv2"
MAX_TIMEOUT = POLICY_MAX
"""Seconds that RunPod lets a job live."""
CHARS_PER_TOKEN = 8
"""Qwen2.5 spends a token on about 4 characters of English; a prompt over twice that times its context cannot fit."""


def _from_env(*names: str) -> str:
    return next((value for name in names if (value := os.environ.get(name, "").strip())), "")


class Wired(BaseModel):
    """A model on a RunPod serverless endpoint: its settings, and how a prompt gets there and an answer back."""

    # A misspelt field must not be lost in silence, and no validation error may show the key it was given.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    usual_tokens: ClassVar[int] = DEFAULT_MAX_TOKENS
    """Tokens of a completion for which nobody names a number."""

    endpoint_id: str = ""
    """The endpoint's id. Default: `RUNPOD_ENDPOINT_ID`, `ENDPOINT_ID`; with `handler` only `HANDLER_ENDPOINT_ID`."""
    api_key: SecretStr = SecretStr("")
    """RunPod's API key. Default: `RUNPOD_API_KEY`, `API_KEY`."""
    base_url: str = ""
    """Where RunPod's API is. Default: `RUNPOD_ENDPOINT_BASE_URL` (the official SDK's name), `https://api.runpod.ai/v2`.
    `http://localhost:8000`, without a path, is the SDK's development server, whatever the endpoint's id."""
    handler: bool = False
    """Whether the endpoint is the handler, with validation and gates, instead of raw vLLM."""
    enable_validation: bool = True
    """Handler only: whether it validates its answers (the guide)."""
    block_low_trust_intents: bool = True
    """Handler only: whether it blocks salary and market questions (the guide)."""
    handler_prompt: Literal["question", "chatml"] = "question"
    """Handler only: send the user's question (the handler wraps it in its own ChatML), or the whole ChatML prompt."""
    model: str = MODEL
    """The model's name in traces. The endpoint decides what is served."""
    max_tokens: int | None = None
    """Tokens of a completion."""
    temperature: float = 0.3
    """The guide's value."""
    top_p: float = 0.9
    """The guide's value."""
    repetition_penalty: float = 1.0
    """The guide's value."""
    stop: list[str] = Field(default=[chatml.IM_END])
    """The guide's value."""
    timeout: float = Field(default=120.0, gt=0, le=MAX_TIMEOUT)
    """Seconds for a whole call: queue, cold start, work and retries (the guide's 120), in a chain for the re-ask too.
    Then the job is cancelled."""
    max_retries: int = Field(default=3, ge=0)
    """Further tries of a request that RunPod did not take: nobody listened, HTTP 429, 502, 503, 504."""
    resubmit: bool = False
    """Whether a request is also sent again where RunPod may have taken it: an answer may then be paid for twice."""
    route: Literal["native", "openai"] = "native"
    """RunPod's job API, or its OpenAI route. Only a job has an id, is cancelled by name, and tells its queue time."""
    max_concurrency: int = Field(default=30, ge=1)
    """Prompts under way at once in a batch that names no number of its own (worker-vllm takes 30 jobs at a time)."""
    max_model_len: int = Field(default=4096, ge=1)
    """Tokens of the model's context, for refusing a prompt that cannot fit before it is sent."""
    dialect: Dialect | None = None
    """How JSON of a schema is asked for. Default: what `probe` found for this endpoint, else `structured_outputs`."""

    _endpoint: Endpoint = PrivateAttr()

    @model_validator(mode="after")
    def _resolve(self) -> Self:
        # A raw endpoint in the handler's place would answer what the handler blocks.
        ids = ["HANDLER_ENDPOINT_ID"] if self.handler else ["RUNPOD_ENDPOINT_ID", "ENDPOINT_ID"]
        self.endpoint_id = self.endpoint_id or _from_env(*ids)
        self.base_url = self.base_url or _from_env("RUNPOD_ENDPOINT_BASE_URL") or RUNPOD_URL
        if not self.api_key.get_secret_value():
            self.api_key = SecretStr(_from_env("RUNPOD_API_KEY", "API_KEY"))
        for value, what, names in (
            (self.api_key.get_secret_value(), "API key", "RUNPOD_API_KEY (or API_KEY)"),
            (self.endpoint_id, "endpoint id", " or ".join(ids)),
        ):
            if not value:
                raise errors.ConfigurationError(
                    f"no RunPod {what}: set {names} or pass it; without an account, use LocalEndpoint().start().llm()"
                )
        if self.handler and self.route == "openai":
            raise errors.ConfigurationError("the handler has no OpenAI route: leave route at 'native'")
        self._endpoint = Endpoint(self.endpoint_id, self.api_key, self.base_url)
        self._sampling(None, {})
        return self

    def health(self) -> Json:
        """Asks the endpoint for its job and worker counts: `{"jobs": {...}, "workers": {...}}`.

        Raises:
            EndpointError: The endpoint did not answer.
        """
        with errors.lifted():
            return drive(protocol.request(protocol.health()), self._endpoint)

    def probe(self) -> Probe:
        """Finds out how this endpoint is held to a JSON schema, with one to three short calls.

        The result is kept for this process and endpoint, and its chains use it.

        Raises:
            EndpointError: The endpoint did not answer, or failed at everything.
        """
        found = structured.probed(lambda fields: self._complete(structured.PROBE_PROMPT, None, fields).text)
        structured.KNOWN[self.base_url, self.endpoint_id, self.route] = found.dialect
        return found

    def learn_refusal(self) -> None:
        """Keeps that this endpoint refused to be held to a schema, unless a probe or the field `dialect` says more."""
        if self.dialect is None:
            structured.KNOWN.setdefault((self.base_url, self.endpoint_id, self.route), "none")

    def json_dialect(self) -> Dialect:
        """The dialect that a chain asks for JSON with."""
        # An endpoint that was never probed is most likely today's worker-vllm; each answer says whether it obeyed.
        known = structured.KNOWN.get((self.base_url, self.endpoint_id, self.route), "structured_outputs")
        return self.dialect or known

    def get_num_tokens(self, text: str) -> int:
        """Tokens of a text: by `custom_get_token_ids`, where the model has it, else an estimate (`tokens.likely`)."""
        count = getattr(self, "custom_get_token_ids", None)
        return len(count(text)) if count else tokens.likely(text)

    def room(self, prompt_tokens: int) -> int:
        """Tokens that a completion may have after a prompt of this length."""
        return HANDLER_TOKENS[1] if self.handler else self.max_model_len - prompt_tokens

    def _sampling(self, stop: list[str] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in DECODING_FIELDS}
        return checked_sampling({"max_tokens": self.usual_tokens}, fields, kwargs, {"stop": stop})

    def time_limit(self, kwargs: dict[str, Any]) -> float:
        """Seconds that a call with these arguments may take.

        Raises:
            InvalidRequestError: `timeout` is no number of seconds between 0 and `MAX_TIMEOUT`.
        """
        timeout = kwargs.get("timeout")
        if timeout is None:
            return self.timeout
        if not isinstance(timeout, (int, float)) or not 0 < timeout <= MAX_TIMEOUT:
            raise errors.InvalidRequestError("timeout must be a number of seconds above 0, a week at most")
        return timeout

    def _flow(
        self, prompt: str, stop: list[str] | None, kwargs: dict[str, Any], *, streaming: bool = False
    ) -> Flow[Completion]:
        timeout = self.time_limit(kwargs)
        sampling = self._sampling(stop, {name: value for name, value in kwargs.items() if name != "timeout"})
        limit, whose = self.max_model_len * CHARS_PER_TOKEN, f"a context of {self.max_model_len} tokens"
        settings: dict[str, Any] = {}
        if (mask := CARRIED.get()) is not None:
            prompt = mask.restore(prompt, chatml.neutralise)
        if self.handler:
            prompt = chatml.last_user_turn(prompt) if self.handler_prompt == "question" else prompt
            settings = {name: getattr(self, name) for name in ("enable_validation", "block_low_trust_intents")}
            limit, whose = HANDLER_CHARS, "the handler"
        if len(prompt) > limit:
            raise errors.PromptTooLongError(f"the prompt has {len(prompt)} characters; {whose} takes {limit} at most")
        if not prompt.strip():
            raise errors.InvalidRequestError("the prompt is empty")
        terms = jobs.Terms(timeout, time.monotonic, sampling["max_tokens"], self.max_retries, self.resubmit)
        if self.route == "openai":
            body = {"model": self.model, "prompt": prompt, **sampling}
            return (jobs.stream_completion if streaming else jobs.complete)(body, terms)
        job_input = {"prompt": prompt, "sampling_params": sampling, **settings}
        return (jobs.stream_job if streaming else jobs.run_job)(job_input, terms)

    def _complete(self, prompt: str, stop: list[str] | None, kwargs: dict[str, Any]) -> Completion:
        with errors.lifted(hidden_error):
            return hidden_completion(drive(self._flow(prompt, stop, kwargs), self._endpoint))

    async def _acomplete(self, prompt: str, stop: list[str] | None, kwargs: dict[str, Any]) -> Completion:
        with errors.lifted(hidden_error):
            return hidden_completion(await adrive(self._flow(prompt, stop, kwargs), self._endpoint))

    def _steps(self, flow: Flow[Completion]) -> Generator[Text | Completion, None, None]:
        """What a stream shows, step by step; the completion is the last."""
        with errors.lifted(hidden_error), closing(stream(flow, self._endpoint)) as items:
            yield from (shown for each in items for shown in hidden_step(each))

    async def _asteps(self, flow: Flow[Completion]) -> AsyncGenerator[Text | Completion, None]:
        with errors.lifted(hidden_error):
            async with aclosing(astream(flow, self._endpoint)) as items:
                async for each in items:
                    for shown in hidden_step(each):
                        yield shown

    def _info(self, completion: Completion) -> dict[str, Any]:
        """What is known of an answer besides its text."""
        return {
            "finish_reason": completion.finish_reason,
            "job_id": completion.job_id,
            "delay_ms": completion.delay_ms,
            "execution_ms": completion.execution_ms,
            "token_usage": token_usage(completion.usage) if completion.usage else None,
            "served_model": completion.model,
            "validation": completion.validation,
        }

    def _told(self, completion: Completion) -> dict[str, Any]:
        """The same, as the fields of a message."""
        usage = completion.usage
        return {
            "response_metadata": {**self._info(completion), "model_name": self.model},
            "usage_metadata": usage_metadata(usage) if usage else None,
        }

    def _at_once(self) -> int | None:
        return self.max_concurrency

    def _identity(self) -> dict[str, Any]:
        """All that shapes an answer, for the cache's key and for traces; never the API key."""
        names = ("model", "endpoint_id", "base_url", *DECODING_FIELDS, "handler")
        handler = ("enable_validation", "block_low_trust_intents", "handler_prompt") if self.handler else ()
        return {name: getattr(self, name) for name in (*names, *handler)}


def usage_metadata(usage: Usage) -> UsageMetadata:
    """The usage in LangChain's words for messages."""
    return UsageMetadata(
        input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens, total_tokens=usage.total_tokens
    )


def token_usage(usage: Usage) -> dict[str, int]:
    """The usage in OpenAI's words, which LangChain's text models share."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
    }
