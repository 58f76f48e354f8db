"""A model as a step that keeps its whole generation: `invoke` gives a bare string, without finish reason or usage."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, closing
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.language_models import BaseLanguageModel
from langchain_core.language_models.llms import BaseLLM
from langchain_core.messages import AIMessage, AIMessageChunk, message_chunk_to_message
from langchain_core.outputs import ChatGeneration, Generation, LLMResult
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig, RunnableLambda, RunnableWithFallbacks
from langchain_core.runnables.config import merge_configs
from langchain_core.runnables.retry import RunnableRetry

from langchain_careerv2.errors import ConfigurationError
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.runpod.outputs import Usage
from langchain_careerv2.wired import Wired

Model = Runnable[Any, Any]
"""Any text or chat model, bound, configured or plain."""
CACHED = "cached"
"""In a generation's info: the answer was in the cache, and cost nothing."""


def generation_of(llm: Model) -> Runnable[PromptValue, Generation]:
    """The step; what it is invoked with besides goes to a career model, after what is bound to it.

    Its stream yields the pieces of the text as `str`, and at last the whole `Generation`.
    """
    inner, kwargs, bound, factories = unbound(llm)
    if not isinstance(inner, BaseLanguageModel):
        if isinstance(llm, (RunnableBinding, RunnableRetry)):
            return llm.model_copy(update={"bound": generation_of(llm.bound)})
        if isinstance(llm, RunnableWithFallbacks):
            first, *others = map(generation_of, llm.runnables)
            return llm.model_copy(update={"runnable": first, "fallbacks": others})
        return llm | RunnableLambda(_as_generation, name="generation")
    model = inner

    def merged(config: RunnableConfig | None) -> RunnableConfig:
        both = merge_configs(bound, config)
        return merge_configs(both, *(factory(both) for factory in factories))

    def options(config: RunnableConfig, more: dict[str, Any]) -> dict[str, Any]:
        told = {key: merged(config).get(key) for key in ("callbacks", "tags", "metadata")}
        return {**told, **arguments(more)}

    def arguments(more: dict[str, Any]) -> dict[str, Any]:
        return {**kwargs, **(more if isinstance(model, CareerV2LLM) else {})}

    def call(prompt: PromptValue, config: RunnableConfig, **more: Any) -> Generation:
        return _first(model, model.generate_prompt([prompt], **options(config, more)))

    async def acall(prompt: PromptValue, config: RunnableConfig, **more: Any) -> Generation:
        return _first(model, await model.agenerate_prompt([prompt], **options(config, more)))

    def pieces(prompt: PromptValue, config: RunnableConfig | None, **more: Any) -> Iterator[str | Generation]:
        heard = _Heard()
        listening = merge_configs(merged(config), {"callbacks": [_Listener(heard)]})
        with closing(cast("Any", model.stream(prompt, listening, **arguments(more)))) as chunks:
            for chunk in chunks:
                yield heard.of(chunk)
        yield heard.whole()

    async def apieces(
        prompt: PromptValue, config: RunnableConfig | None, **more: Any
    ) -> AsyncGenerator[str | Generation, None]:
        heard = _Heard()
        listening = merge_configs(merged(config), {"callbacks": [_AsyncListener(heard)]})
        async with aclosing(cast("Any", model.astream(prompt, listening, **arguments(more)))) as chunks:
            async for chunk in chunks:
                yield heard.of(chunk)
        yield heard.whole()

    return _Generation(call, acall, pieces, apieces)


class _Generation(RunnableLambda[PromptValue, Generation]):
    """The step: one call of a model, or its stream."""

    def __init__(
        self,
        call: Callable[..., Any],
        acall: Callable[..., Any],
        pieces: Callable[..., Any],
        apieces: Callable[..., Any],
    ) -> None:
        super().__init__(call, afunc=acall, name="generation")
        self._pieces, self._apieces = pieces, apieces

    def stream(self, input: PromptValue, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yields what the model writes as it comes, at last the whole."""
        yield from self._pieces(input, config, **kwargs)

    async def astream(
        self, input: PromptValue, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """As `stream`, in this event loop."""
        async with aclosing(self._apieces(input, config, **kwargs)) as pieces:
            async for piece in pieces:
                yield piece


class _Heard:
    """Puts a stream together: a text model's has bare strings, and its finish reason and usage are in a callback."""

    def __init__(self) -> None:
        self._text = ""
        self._message: AIMessageChunk | None = None
        self._told: Generation | None = None

    def told(self, response: LLMResult) -> None:
        """Keeps what the model told of its answer."""
        first = response.generations[0][0] if response.generations and response.generations[0] else None
        self._told = first if isinstance(first, Generation) else None

    def of(self, chunk: str | AIMessageChunk) -> str:
        """The text of a piece."""
        if isinstance(chunk, AIMessageChunk):
            self._message = chunk if self._message is None else self._message + chunk
        piece = chunk if isinstance(chunk, str) else str(chunk.text)
        self._text += piece
        return piece

    def whole(self) -> Generation:
        """The whole generation."""
        if self._message is not None:
            return ChatGeneration(message=message_chunk_to_message(self._message))
        return self._told if self._told is not None and self._told.text == self._text else Generation(text=self._text)


class _Listener(BaseCallbackHandler):
    """Hears the end of a stream."""

    def __init__(self, heard: _Heard) -> None:
        self._heard = heard

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        self._heard.told(response)


class _AsyncListener(AsyncCallbackHandler):
    """The same in an event loop. It must not be inline: core then starts a text model's run for such handlers alone."""

    def __init__(self, heard: _Heard) -> None:
        self._heard = heard

    async def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        self._heard.told(response)


def unbound(
    llm: Model,
) -> tuple[Model, dict[str, Any], RunnableConfig, list[Callable[[RunnableConfig], RunnableConfig]]]:
    """The model under its bindings, with their arguments, their config, and what makes more config, as listeners do."""
    kwargs: dict[str, Any] = {}
    config: RunnableConfig = {}
    factories: list[Callable[[RunnableConfig], RunnableConfig]] = []
    while isinstance(llm, RunnableBinding):
        factories += llm.config_factories
        kwargs, config, llm = {**llm.kwargs, **kwargs}, merge_configs(llm.config, config), llm.bound
    return llm, kwargs, config, factories


def text_model(llm: Model) -> Model:
    """The same model, where it is the career model as a chat model the text model of its settings.

    A chain writes ChatML of its own, which a chat model would put into a user's turn.

    Raises:
        ConfigurationError: The chat model has a rate limiter, which a text model does not.
    """
    if isinstance(llm, (RunnableBinding, RunnableRetry)):
        return llm.model_copy(update={"bound": text_model(llm.bound)})
    if isinstance(llm, RunnableWithFallbacks):
        first, *others = map(text_model, llm.runnables)
        return llm.model_copy(update={"runnable": first, "fallbacks": others})
    if not isinstance(llm, Wired) or isinstance(llm, CareerV2LLM):
        return llm
    if getattr(llm, "rate_limiter", None) is not None:
        raise ConfigurationError("a chain takes no rate_limiter of a chat model: max_concurrency bounds its calls")
    shared = [*Wired.model_fields, "cache", "callbacks", "tags", "metadata", "verbose", "custom_get_token_ids"]
    return CareerV2LLM(**{name: getattr(llm, name) for name in shared})


def career_model(llm: Model) -> tuple[CareerV2LLM | None, dict[str, Any]]:
    """The career model under its bindings, retries and fallbacks, and what is bound to it; None for any other model."""
    inner, kwargs, *_ = unbound(llm)
    if isinstance(inner, (RunnableRetry, RunnableWithFallbacks)):
        model, more = career_model(inner.bound if isinstance(inner, RunnableRetry) else inner.runnable)
        return model, {**more, **kwargs}
    return (inner, kwargs) if isinstance(inner, CareerV2LLM) else (None, {})


def _first(model: BaseLanguageModel[Any], result: LLMResult) -> Generation:
    generation = result.generations[0][0]
    if not isinstance(generation, Generation):  # the dictionary-like form of older text models
        raise TypeError(f"the model returned {type(generation).__name__} where a Generation was due")
    if isinstance(model, BaseLLM) and not result.run:  # core's only sign that all came from the cache
        return generation.model_copy(update={"generation_info": {**(generation.generation_info or {}), CACHED: True}})
    return generation


def _as_generation(output: str | AIMessage) -> Generation:
    return ChatGeneration(message=output) if isinstance(output, AIMessage) else Generation(text=output)


def info_of(generation: Generation) -> Mapping[str, Any]:
    """What a model said of its answer, in the answer or in its message."""
    info = dict(generation.generation_info or {})
    if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
        info |= generation.message.response_metadata
    return info


def was_cut(generation: Generation) -> bool:
    """Whether the model stopped because its tokens ran out."""
    return info_of(generation).get("finish_reason") == "length"


def usage_of(generation: Generation) -> Usage | None:
    """What the answer cost; nothing where it was cached, None where the model did not say."""
    message = generation.message if isinstance(generation, ChatGeneration) else None
    counted = message.usage_metadata if isinstance(message, AIMessage) else None
    cost = dict(counted or {}).get("total_cost")
    if (generation.generation_info or {}).get(CACHED) or cost == 0:  # core's two signs of a cached answer
        return Usage()
    return Usage(counted["input_tokens"], counted["output_tokens"]) if counted else None
