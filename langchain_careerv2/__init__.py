"""Checked, typed career and HR answers from a ChatML model on RunPod, as LangChain runnables."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_careerv2.assistant import career_assistant
    from langchain_careerv2.chains import career_chain, generate
    from langchain_careerv2.chat_models import ChatCareerV2
    from langchain_careerv2.documents import load_document
    from langchain_careerv2.errors import BlockedError, EndpointError
    from langchain_careerv2.llms import CareerV2LLM
    from langchain_careerv2.output_parsers import CareerOutputParser, ContractError
    from langchain_careerv2.prompts import domain_prompt
    from langchain_careerv2.streaming import career_stream
    from langchain_careerv2.tools import career_tools

__version__ = "0.1.0"

# Each name is imported at its first use: langchain-core's model classes alone cost most of a second.
_HOMES = {
    "BlockedError": "errors",
    "CareerOutputParser": "output_parsers",
    "CareerV2LLM": "llms",
    "ChatCareerV2": "chat_models",
    "ContractError": "output_parsers",
    "EndpointError": "errors",
    "career_assistant": "assistant",
    "career_chain": "chains",
    "career_stream": "streaming",
    "career_tools": "tools",
    "domain_prompt": "prompts",
    "generate": "chains",
    "load_document": "documents",
}

__all__ = [
    "BlockedError",
    "CareerOutputParser",
    "CareerV2LLM",
    "ChatCareerV2",
    "ContractError",
    "EndpointError",
    "career_assistant",
    "career_chain",
    "career_stream",
    "career_tools",
    "domain_prompt",
    "generate",
    "load_document",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
