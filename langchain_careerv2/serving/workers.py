"""The offline engine as a RunPod worker of any generation: what it takes, and the shapes in which it answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from langchain_careerv2.chatml import IM_END, IM_START
from langchain_careerv2.runpod.outputs import Json
from langchain_careerv2.runpod.shapes import Shape, Writing, shapes
from langchain_careerv2.serving.jobs import Clock, Worker
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine, Written

SHAPES = ("vllm", "legacy", "handler")
"""The generations of workers; the last is this package's own handler."""
DEFAULT_TOKENS = {"vllm": 16, "legacy": 100}
"""Tokens of a completion whose job names no number, by the worker's generation."""
CONTEXT = 4096
"""Tokens of a chat completion whose job names no number: as many as the model takes."""
SAMPLING_PARAMS = frozenset(
    "n best_of presence_penalty frequency_penalty repetition_penalty temperature top_p top_k min_p seed stop "
    "stop_token_ids bad_words ignore_eos max_tokens min_tokens logprobs prompt_logprobs detokenize skip_special_tokens "
    "spaces_between_special_tokens include_stop_str_in_output truncate_prompt_tokens logits_processors logit_bias "
    "allowed_token_ids guided_decoding structured_outputs extra_args output_kind".split()
)
"""The fields of vLLM's `SamplingParams`: workers before v2.24 fail on any other key."""

_ROWS = {(shape.worker, shape.asked): shape for shape in shapes().values() if shape.worker}


@dataclass(frozen=True)
class _Asked:
    """A job's input, read as a generation of workers reads it."""

    prompts: tuple[str, ...]
    max_tokens: int
    row: tuple[str, str]
    usage: bool
    stop: tuple[str, ...]


class EngineWorker:
    """Answers jobs with what the offline engine writes, which is no language model.

    Args:
        engine: The engine.
        shape: `vllm`, `legacy` or `handler` (this package's, over the engine), or a row of `shapes.json` that is no
            error, for every answer.
        token_latency: Seconds that it spends on each token.
        clock: The endpoint's time.

    Raises:
        ValueError: There is no such shape.
    """

    def __init__(self, engine: OfflineEngine, shape: str, token_latency: float, clock: Clock) -> None:
        self._row = shapes().get(shape)
        if self._row.raises if self._row else shape not in SHAPES:
            rows = ", ".join(row.row for row in shapes().values() if not row.raises)
            raise ValueError(f"unknown shape {shape!r}; there are: {', '.join(SHAPES)}, {rows}")
        self._generation = "legacy" if "legacy" in (shape, self._row and self._row.worker) else "vllm"
        self._is_handler = shape == "handler"
        self._engine = engine
        self._token_latency = token_latency
        self._clock = clock

    @property
    def worker(self) -> Worker:
        """A generator where outputs of this shape are lists, else a plain function, as the real workers are."""
        if self._is_handler:
            from langchain_careerv2.serving.handler import Handler  # loads langchain-core
            from langchain_careerv2.serving.upstream import OfflineUpstream

            return Handler(OfflineUpstream(self._engine, lambda: self._clock.sleep(self._token_latency))).answer
        plain = self._row and not isinstance(self._row.job.get("output"), list)
        return self._whole if plain else self._pieces

    async def _whole(self, job_input: Json) -> object:
        outputs = [output async for output in self._pieces(job_input)]
        return outputs[0] if outputs else {}

    async def _pieces(self, job_input: Json) -> AsyncIterator[object]:
        asked = _read(job_input, self._generation)
        row = self._row or _ROWS[asked.row]
        texts = [self._engine.complete(prompt, asked.max_tokens).stopped(asked.stop) for prompt in asked.prompts]
        outputs = _fill(row, texts[0]) if len(texts) == 1 else [_merged([_fill(row, text)[0] for text in texts])]
        pause = self._token_latency * sum(text.completion_tokens for text in texts) / max(len(outputs), 1)
        for output in outputs:
            await self._clock.sleep(pause)
            if self._row or asked.usage or not isinstance(output, str):
                yield output
            elif rest := _without_usage(output):
                yield rest


def _fill(row: Shape, written: Written) -> list[object]:
    if "output" not in row.job:
        return []
    counts = written.prompt_tokens, written.completion_tokens
    return list(row.yields(Writing(written.pieces, *counts, written.finish_reason, ENGINE_NAME)))


def _merged(outputs: list[Any]) -> Json:
    """One completion of several prompts, as OpenAI's API gives them."""
    choices = [{**choice, "index": index} for index, choice in enumerate(each["choices"][0] for each in outputs)]
    usage = {name: sum(each["usage"][name] for each in outputs) for name, of in outputs[0]["usage"].items() if of}
    return {**outputs[0], "choices": choices, "usage": usage}


def _read(job_input: Json, generation: str) -> _Asked:
    openai = job_input.get("openai_input")
    if isinstance(openai, Mapping) and openai:
        body, sampling, switch = openai, openai, openai
        messages = openai.get("messages") if "chat" in str(job_input.get("openai_route", "chat")) else None
    else:
        openai, body, sampling = None, job_input, job_input.get("sampling_params") or {}
        switch, messages = job_input, job_input.get("messages")
    _check(sampling, generation, native=openai is None, stream=bool(switch.get("stream")))
    prompt = _chatml(messages) if isinstance(messages, list) and messages else body.get("prompt")
    several = isinstance(prompt, list) and not switch.get("stream") and (openai is not None or generation == "vllm")
    prompts: list[Any] = list(prompt or ()) if several else [prompt]
    if not prompts or not all(isinstance(text, str) and text for text in prompts):
        raise _refusal(generation, "prompt must be a non-empty string")
    kind = "prompt" if openai is None or generation == "vllm" else "openai"
    if messages and (openai is not None or generation == "vllm"):
        kind = "messages"
    asked = f"{kind} stream".removeprefix("prompt ") if switch.get("stream") else kind
    stop = sampling.get("stop") or ()
    return _Asked(
        prompts=tuple(prompts),
        max_tokens=_max_tokens(sampling, generation, CONTEXT if kind == "messages" else DEFAULT_TOKENS[generation]),
        row=("vllm" if kind == "messages" else generation, asked),
        usage=bool((sampling.get("stream_options") or {}).get("include_usage")),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
    )


def _check(sampling: Json, generation: str, *, native: bool, stream: bool) -> None:
    unknown = [key for key in sampling if key not in SAMPLING_PARAMS]
    if unknown and native and generation == "legacy":
        raise ValueError(f"Unexpected keyword argument {unknown[0]!r}")
    if sampling.get("stream_options") and not stream:
        raise _refusal(generation, "Stream options can only be defined when `stream=True`.")


def _max_tokens(sampling: Json, generation: str, default: int) -> int:
    asked = sampling.get("max_completion_tokens") or sampling.get("max_tokens", default)
    asked = default if asked is None else asked
    if not isinstance(asked, int) or asked < 1:
        raise _refusal(generation, f"max_tokens must be at least 1, got {asked}.")
    return asked


def _refusal(generation: str, why: str) -> ValueError:
    """What vLLM says of a bad request, in the wrapping of the worker's generation."""
    error = {"message": why, "type": "BadRequestError", "param": None, "code": 400}
    if generation == "vllm":
        told = f"vLLM returned HTTP 400: {json.dumps({'error': error})}"
        return ValueError(str({"message": told, "type": "worker_error", "code": None}))
    return ValueError(str({"object": "error", **error}))


def _chatml(messages: list[Json]) -> str:
    turns = [f"{IM_START}{message.get('role')}\n{_content(message)}{IM_END}\n" for message in messages]
    return f"{''.join(turns)}{IM_START}assistant\n"


def _content(message: Json) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _without_usage(events: str) -> str:
    """Drops the event that only counts tokens: a stream has it where it was asked for."""
    return "".join(f"{event}\n\n" for event in events.split("\n\n") if event and '"choices":[]' not in event)
