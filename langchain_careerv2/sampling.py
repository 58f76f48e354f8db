"""How the model chooses its words: vLLM's sampling parameters, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from langchain_careerv2 import chatml, errors

HANDLER_CHARS = 1024
"""Characters of a prompt that the deployed handler takes; it refuses more."""
HANDLER_TOKENS = (64, 256)
"""Tokens of a completion that the deployed handler gives, at least and at most; it moves other numbers between them."""
HANDLER_DEFAULT_TOKENS = 150
"""Tokens of a completion that the deployed handler gives where neither the request nor a domain names a number."""
DECODING: Mapping[str, Any] = {
    "temperature": 0.3,
    "top_p": 0.9,
    "repetition_penalty": 1.0,
    "stop": [chatml.IM_END],
}
"""The guide's decoding, without the number of tokens."""
DEFAULT_MAX_TOKENS = 200
"""Tokens of a completion outside a chain (the guide's `generate`)."""


class Sampling(BaseModel):
    """The sampling parameters of vLLM's completions that make sense for one plain-text answer, with their ranges."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    max_tokens: int = Field(ge=1)
    temperature: float = Field(ge=0, le=2)
    top_p: float = Field(gt=0, le=1)
    repetition_penalty: float = Field(gt=0, le=2)
    stop: list[str]
    top_k: int | None = None
    min_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    seed: int | None = None
    min_tokens: int | None = Field(default=None, ge=0)
    stop_token_ids: list[int] | None = None
    ignore_eos: bool | None = None
    skip_special_tokens: bool | None = None
    include_stop_str_in_output: bool | None = None
    bad_words: list[str] | None = None
    logit_bias: dict[str, float] | None = None
    response_format: dict[str, Any] | None = None
    structured_outputs: dict[str, Any] | None = None
    guided_json: dict[str, Any] | None = None
    guided_whitespace_pattern: str | None = None


DECODING_FIELDS = tuple(name for name, field in Sampling.model_fields.items() if field.is_required())
"""The parameters that every request carries: the guide's decoding table."""


def checked_sampling(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The sampling parameters of a request: a later layer beats an earlier one where it does not say None.

    Raises:
        InvalidRequestError: A parameter is unknown or out of its range.
    """
    merged: dict[str, Any] = {"max_tokens": DEFAULT_MAX_TOKENS}
    for layer in layers:
        merged |= {name: value for name, value in layer.items() if value is not None}
    try:
        return Sampling(**merged).model_dump(exclude_none=True)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False))
        raise errors.InvalidRequestError(f"sampling parameters: {'; '.join(wrong)}") from None
