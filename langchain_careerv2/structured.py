"""How an endpoint is asked for JSON of a schema, and how it is found out whether it obeys.

vLLM has had three request fields for it, and drops those that it does not know without a word (vLLM issue 53975), so
that an answer may look constrained and not be. A probe asks for a word that only the schema holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from langchain_careerv2 import chatml
from langchain_careerv2.domains import Schema
from langchain_careerv2.errors import InvalidRequestError, JobError

Dialect = Literal["structured_outputs", "response_format", "guided_json", "none"]

DIALECTS: Mapping[Dialect, Callable[[Schema], dict[str, Any]]] = {
    # vLLM 0.11 and later. Blanks between the JSON tokens are what a small model runs away with (vLLM issue 38696).
    "structured_outputs": lambda schema: {"structured_outputs": {"json": schema, "disable_any_whitespace": True}},
    # OpenAI's field; vLLM's completions ignored its schema before 0.10.2.
    "response_format": lambda schema: {
        "response_format": {"type": "json_schema", "json_schema": {"name": "careerv2", "schema": schema}}
    },
    # vLLM up to 0.11.
    "guided_json": lambda schema: {"guided_json": schema, "guided_whitespace_pattern": " ?"},
    "none": lambda schema: {},
}
"""The request fields of each dialect, the newest first; `none` is the prompt alone."""

RUNAWAYS = ("\n\n\n", " \n", "\t\n", "\r", " " * 24, "\t" * 24, " \t" * 12)
"""What ends a JSON answer early: blanks that no form has between its tokens, however it is indented. The grammars of
llama.cpp let two line ends and twenty spaces and tabs through."""

PROBE_TOKENS = 64
"""Tokens of a probe's answer, which has about twenty."""
PROBE_PROMPT = chatml.render("You answer with one word.", "Say the word blue.")

Verdict = Literal["honoured", "ignored", "refused"]


@dataclass(frozen=True)
class Probe:
    """What an endpoint does with each dialect.

    Attributes:
        dialect: The first that it honours, else `none`.
        verdicts: `honoured`: the answer could not have come otherwise; `ignored`: it answered as if nothing had been
            asked; `refused`: the request failed. Dialects after the first honoured one were not asked.
    """

    dialect: Dialect
    verdicts: Mapping[Dialect, Verdict]


def probed(ask: Callable[[dict[str, Any]], str]) -> Probe:
    """Asks for a word that only the schema holds, in each dialect until one is obeyed.

    Args:
        ask: Gives the answer to `PROBE_PROMPT` with these request fields.

    Raises:
        EndpointError: The endpoint did not answer, or failed at everything, which says nothing about dialects.
    """
    verdicts: dict[Dialect, Verdict] = {}
    failure: Exception | None = None
    for dialect, fields in DIALECTS.items():
        if dialect == "none":
            break
        word = uuid4().hex
        schema = {"type": "object", "properties": {"word": {"const": word}}, "required": ["word"]}
        try:
            text = ask({**fields({**schema, "additionalProperties": False}), "max_tokens": PROBE_TOKENS})
        except (InvalidRequestError, JobError) as error:
            verdicts[dialect], failure = "refused", error
            continue
        verdicts[dialect] = "honoured" if _is_json(text, {"word": word}) else "ignored"
        if verdicts[dialect] == "honoured":
            return Probe(dialect, verdicts)
    if failure is not None and set(verdicts.values()) == {"refused"}:
        raise failure
    return Probe("none", verdicts)


def _is_json(text: str, wanted: object) -> bool:
    try:
        return bool(json.loads(text) == wanted)
    except ValueError:
        return False


KNOWN: dict[tuple[str, str, str], Dialect] = {}
"""What was found out in this process of each endpoint, by base URL, id and route."""
