"""`CareerV2LLM`: the career model on a RunPod endpoint as a LangChain `LLM`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, closing
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LangSmithParams, LanguageModelInput
from langchain_core.language_models.llms import LLM
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, GenerationChunk, LLMResult
from pydantic import PrivateAttr

from langchain_careerv2.batches import SideBySide, aside_by_side, bounded, side_by_side, unwrapped
from langchain_careerv2.gates.privacy import CARRIED
from langchain_careerv2.runpod.outputs import Completion, Usage
from langchain_careerv2.runpod.protocol import Text
from langchain_careerv2.sampling import Sampling
from langchain_careerv2.wired import MODEL, Wired, token_usage

__all__ = ["MODEL", "CareerV2LLM"]


class CareerV2LLM(Wired, SideBySide[LanguageModelInput, str], LLM):
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

    model_config = Wired.model_config  # core's own, the last of the bases, would drop a misspelt field

    max_tokens: int | None = None
    """Tokens of a completion. Default: the domain's in a chain, 200 outside of one (the guide)."""

    _called: dict[str, Any] = PrivateAttr(default_factory=dict)

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        with closing(self._steps(self._flow(prompt, stop, kwargs, streaming=True))) as steps:
            for step in steps:
                chunk = self._chunk(step)
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
        async with aclosing(self._asteps(self._flow(prompt, stop, kwargs, streaming=True))) as steps:
            async for step in steps:
                chunk = self._chunk(step)
                if run_manager and chunk.text:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk

    def _chunk(self, step: Text | Completion) -> GenerationChunk:
        """A piece of the text; the last one brings the usage, the finish reason and the job, and no text."""
        chunk = ChatGenerationChunk(message=AIMessageChunk(content=step.text))
        if isinstance(step, Completion):
            message = AIMessageChunk(content="", **self._told(step), chunk_position="last")
            chunk = ChatGenerationChunk(message=message, generation_info=self._info(step))
        chunk.text = step.text if isinstance(step, Text) else ""  # as in _generation
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
            llm_output={"token_usage": token_usage(total), "model_name": self.model},
        )

    def _generation(self, completion: Completion) -> ChatGeneration:
        """A generation with a message in it: core counts tokens, and LangSmith shows them, only for those."""
        message = AIMessage(completion.text, **self._told(completion))
        generation = ChatGeneration(message=message, generation_info=self._info(completion))
        generation.text = completion.text  # core's is a subclass of str, which YAML, for one, does not take
        return generation

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

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """That langchain-core's `dumps` and `load` write and read this model: all but its key and its callbacks."""
        return True

    @property
    def lc_secrets(self) -> dict[str, str]:
        """The name that a dump has in the key's place, and by which `load` finds it."""
        return {"api_key": "RUNPOD_API_KEY"}

    @property
    def _llm_type(self) -> str:
        return "runpod-llm"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        # core puts a call's `stop`, None too, in the place of the field's, which then would be in no cache's key
        return {**self._identity(), "stop_sequences": self.stop, **self._called}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "runpod"
        return params
