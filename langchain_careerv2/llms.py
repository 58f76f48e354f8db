"""`CareerV2LLM`: the career model on a RunPod endpoint as a LangChain `LLM`."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, closing
from dataclasses import replace
from typing import Any, Literal, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LangSmithParams, LanguageModelInput
from langchain_core.language_models.llms import LLM
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, GenerationChunk, LLMResult
from langchain_core.runnables import RunnableConfig
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr, model_validator

from langchain_careerv2 import chatml, errors, structured
from langchain_careerv2.batches import aside_by_side, bounded, side_by_side, unwrapped
from langchain_careerv2.gates.privacy import CARRIED
from langchain_careerv2.restoring import hidden_completion, hidden_error, hidden_step
from langchain_careerv2.runpod import jobs, protocol
from langchain_careerv2.runpod.aclient import adrive, astream
from langchain_careerv2.runpod.client import drive, stream
from langchain_careerv2.runpod.endpoint import RUNPOD_URL, Endpoint
from langchain_careerv2.runpod.outputs import Completion, Json, Usage
from langchain_careerv2.runpod.protocol import POLICY_MAX, Flow, Text
from langchain_careerv2.sampling import DECODING_FIELDS, HANDLER_CHARS, HANDLER_TOKENS, Sampling, checked_sampling
from langchain_careerv2.structured import Dialect, Probe

MODEL = "Puneetrinity/qwen2.5-7b-careerv2"
MAX_TIMEOUT = POLICY_MAX
"""Seconds that RunPod lets a job live."""
CHARS_PER_TOKEN = 8
"""Qwen2.5 spends a token on about 4 characters of English; a prompt over twice that times its context cannot fit."""


def _from_env(*names: str) -> str:
    return next((value for name in names if (value := os.environ.get(name, "").strip())), "")


class CareerV2LLM(LLM):
    """The career model behind a RunPod serverless endpoint: raw vLLM, or the handler with validation and gates.

    Setup:
        Set `RUNPOD_API_KEY` (or `API_KEY`) and `RUNPOD_ENDPOINT_ID` (or `ENDPOINT_ID`; for the handler
        `HANDLER_ENDPOINT_ID`), or pass them. Nothing is sent before the first call.

    Instantiate:
        `llm = CareerV2LLM(endpoint_id="abc123", timeout=300)`

    Invoke:
        `llm.invoke(domain_prompt("ats_keywords").format(request="ATS terms for a data analyst"))`

    Async:
        `await llm.ainvoke(prompt)`; `await llm.abatch(prompts, {"max_concurrency": 64})`

    An argument of a call (`llm.invoke(prompt, temperature=0)`) beats the field of the same name. `batch` and `abatch`
    run their prompts side by side; one that fails harms no other.

    Raises:
        ConfigurationError: At construction, for a missing or impossible key, endpoint id or base URL.
        InvalidRequestError: At construction or a call, for a sampling parameter that is unknown or out of range.
        EndpointError: At a call, the leaf that fits (see `langchain_careerv2.errors`).
    """

    # A misspelt field must not be lost in silence, and no validation error may show the key it was given.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

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
    """Tokens of a completion. Default: the domain's in a chain, 200 outside of one (the guide)."""
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
    _called: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _resolve(self) -> CareerV2LLM:
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
                    f"no RunPod {what}: set {names} or pass it; without an account, use LocalEndpoint().llm()"
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

    def room(self, prompt_tokens: int) -> int:
        """Tokens that a completion may have after a prompt of this length."""
        return HANDLER_TOKENS[1] if self.handler else self.max_model_len - prompt_tokens

    def _sampling(self, stop: list[str] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in DECODING_FIELDS}
        return checked_sampling(fields, kwargs, {"stop": stop})

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

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        flow = self._flow(prompt, stop, kwargs, streaming=True)
        with errors.lifted(hidden_error), closing(stream(flow, self._endpoint)) as items:
            for item in (shown for each in items for shown in hidden_step(each)):
                chunk = self._chunk(item)
                if run_manager and chunk.text:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[GenerationChunk]:
        flow = self._flow(prompt, stop, kwargs, streaming=True)
        with errors.lifted(hidden_error):
            async with aclosing(astream(flow, self._endpoint)) as items:
                async for item in (shown async for each in items for shown in hidden_step(each)):
                    chunk = self._chunk(item)
                    if run_manager and chunk.text:
                        await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    def _chunk(self, item: Text | Completion) -> GenerationChunk:
        """A piece of the text; the last one brings the usage, the finish reason and the job, and no text."""
        chunk = ChatGenerationChunk(message=AIMessageChunk(content=item.text))
        if isinstance(item, Completion):
            last = self._generation(replace(item, text=""))
            fields = last.message.model_dump(include={"content", "response_metadata", "usage_metadata"})
            message = AIMessageChunk(**fields, chunk_position="last")
            chunk = ChatGenerationChunk(message=message, generation_info=last.generation_info)
        return cast("GenerationChunk", chunk)  # as in _generation: core counts tokens in messages only

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        if len(prompts) == 1:
            return self._result([self._complete(prompts[0], stop, kwargs)])
        configs = bounded(None, len(prompts), self.max_concurrency)
        completions = side_by_side(lambda prompt, _: self._complete(prompt, stop, kwargs), prompts, configs)
        return self._result(unwrapped(completions))

    async def _agenerate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        if len(prompts) == 1:
            return self._result([await self._acomplete(prompts[0], stop, kwargs)])
        configs = bounded(None, len(prompts), self.max_concurrency)
        completions = await aside_by_side(lambda prompt, _: self._acomplete(prompt, stop, kwargs), prompts, configs)
        return self._result(unwrapped(completions))

    def _result(self, completions: Sequence[Completion]) -> LLMResult:
        total = sum((completion.usage for completion in completions if completion.usage), Usage())
        return LLMResult(
            generations=[[self._generation(completion)] for completion in completions],
            llm_output={"token_usage": _token_usage(total), "model_name": self.model},
        )

    def _generation(self, completion: Completion) -> ChatGeneration:
        """A generation with a message in it: core counts tokens, and LangSmith shows them, only for those."""
        usage = completion.usage
        info = {
            "finish_reason": completion.finish_reason,
            "job_id": completion.job_id,
            "delay_ms": completion.delay_ms,
            "execution_ms": completion.execution_ms,
            "token_usage": _token_usage(usage) if usage else None,
            "served_model": completion.model,
            "validation": completion.validation,
        }
        message = AIMessage(
            completion.text,
            response_metadata={**info, "model_name": self.model},
            usage_metadata=usage_metadata(usage) if usage else None,
        )
        return ChatGeneration(message=message, generation_info=info)

    def generate(self, prompts: list[str], *args: Any, **kwargs: Any) -> LLMResult:
        """As in the base class; a cache keeps answers apart that were asked for with different arguments."""
        return super(CareerV2LLM, self._for_call(kwargs)).generate(prompts, *args, **kwargs)

    async def agenerate(self, prompts: list[str], *args: Any, **kwargs: Any) -> LLMResult:
        """As `generate`, in this event loop."""
        return await super(CareerV2LLM, self._for_call(kwargs)).agenerate(prompts, *args, **kwargs)

    def _for_call(self, kwargs: dict[str, Any]) -> CareerV2LLM:
        """This model with a call's sampling in its identifying parameters, which core makes the cache's key of."""
        called = {
            name: kwargs[name] for name in Sampling.model_fields.keys() & kwargs.keys() if kwargs[name] is not None
        }
        is_hidden = CARRIED.get() is not None  # what a cache would keep is of this request's mask
        if not called and not is_hidden:
            return self
        model = self.model_copy(update={"cache": False} if is_hidden else None)
        model._called = called
        return model

    def _call(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> str:
        return self._complete(prompt, stop, kwargs).text

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[str]:
        """Runs the prompts side by side, `max_concurrency` at once; each result stands at its prompt's place.

        Every prompt is carried through. Without `return_exceptions`, the first error in the order of the prompts is
        then raised.
        """
        configs = bounded(config, len(inputs), self.max_concurrency)
        # The base class runs a batch one prompt after another, and turns one failure into a failure of all.
        results = side_by_side(lambda text, item: self.invoke(text, item, **kwargs), inputs, configs)
        return results if return_exceptions else unwrapped(results)

    async def abatch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[str]:
        """As `batch`, in this event loop."""
        configs = bounded(config, len(inputs), self.max_concurrency)
        results = await aside_by_side(lambda text, item: self.ainvoke(text, item, **kwargs), inputs, configs)
        return results if return_exceptions else unwrapped(results)

    @property
    def _llm_type(self) -> str:
        return "runpod-llm"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        """All that shapes an answer, for the cache's key and for traces; never the API key."""
        names = ("model", "endpoint_id", "base_url", *DECODING_FIELDS, "handler")
        handler = ("enable_validation", "block_low_trust_intents", "handler_prompt") if self.handler else ()
        return {name: getattr(self, name) for name in (*names, *handler)} | self._called

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "runpod"
        return params


def usage_metadata(usage: Usage) -> UsageMetadata:
    """The usage in LangChain's words for messages."""
    return UsageMetadata(
        input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens, total_tokens=usage.total_tokens
    )


def _token_usage(usage: Usage) -> dict[str, int]:
    """The usage in OpenAI's words, which LangChain's text models share."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
    }
