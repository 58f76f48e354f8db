"""A model as a step that keeps its whole generation: `invoke` gives a bare string, without finish reason or usage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.language_models.llms import BaseLLM
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, Generation, LLMResult
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig, RunnableLambda, RunnableWithFallbacks
from langchain_core.runnables.config import merge_configs
from langchain_core.runnables.retry import RunnableRetry

from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.runpod.outputs import Usage

Model = Runnable[Any, Any]
"""Any text or chat model, bound, configured or plain."""
CACHED = "cached"
"""In a generation's info: the answer was in the cache, and cost nothing."""


def generation_of(llm: Model) -> Runnable[PromptValue, Generation]:
    """The step; what it is invoked with besides goes to a career model, after what is bound to it."""
    inner, kwargs, bound, factories = unbound(llm)
    if not isinstance(inner, BaseLanguageModel):
        if isinstance(llm, (RunnableBinding, RunnableRetry)):
            return llm.model_copy(update={"bound": generation_of(llm.bound)})
        if isinstance(llm, RunnableWithFallbacks):
            first, *others = map(generation_of, llm.runnables)
            return llm.model_copy(update={"runnable": first, "fallbacks": others})
        return llm | RunnableLambda(_as_generation, name="generation")
    model = inner

    def options(config: RunnableConfig, more: dict[str, Any]) -> dict[str, Any]:
        merged = merge_configs(bound, config)
        merged = merge_configs(merged, *(factory(merged) for factory in factories))
        told = {key: merged.get(key) for key in ("callbacks", "tags", "metadata")}
        return {**told, **kwargs, **(more if isinstance(model, CareerV2LLM) else {})}

    def call(prompt: PromptValue, config: RunnableConfig, **more: Any) -> Generation:
        return _first(model, model.generate_prompt([prompt], **options(config, more)))

    async def acall(prompt: PromptValue, config: RunnableConfig, **more: Any) -> Generation:
        return _first(model, await model.agenerate_prompt([prompt], **options(config, more)))

    return RunnableLambda(call, afunc=acall, name="generation")


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
