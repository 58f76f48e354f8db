"""A worker whose language model knows nothing: every byte that the job allows is as likely as every other."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any

from llguidance import LLMatcher, LLTokenizer

from langchain_careerv2.runpod.outputs import Json, Usage
from langchain_careerv2.runpod.shapes import Writing, shapes
from langchain_careerv2.serving.workers import DEFAULT_TOKENS, _refusal

MODEL = "blind"
DIALECTS = ("structured_outputs", "response_format", "guided_json")
"""The sampling parameters that ask for JSON of a schema; of several that are honoured, the first counts."""
BLANKS = frozenset(b" \t\r\n")

TOKENIZER = LLTokenizer("byte")
"""A token for each byte, an end, and some special tokens that no JSON schema allows."""
END = TOKENIZER.eos_token
_MASK_BYTES = (TOKENIZER.vocab_size + 31) // 32 * 4
_ANYTHING = ((1 << 256) - 1 | 1 << END).to_bytes(_MASK_BYTES, "little")
"""The mask that allows every byte and the end."""

_COMPILED: dict[str, LLMatcher] = {}
_TURN = threading.Lock()


class Blind:
    """A language model that knows nothing, behind worker-vllm's job input and output.

    Its tokens are the 256 bytes and an end. Each is drawn with equal chances from those that may come next: all of
    them, or, where the job asks for JSON of a schema, those that llguidance, a library behind vLLM, lets pass. A prompt
    is always answered alike.

    Args:
        seed: Of the random numbers.
        dialects: The fields of `sampling_params` that constrain it: some of `DIALECTS`.
        refuses: Those that fail the job. It ignores any other.
        blanks: Whether it always takes a blank where one may come outside of a string, and so never gets any further.

    Attributes:
        usage: What its answers cost, all together, in bytes of the prompts and in tokens.
    """

    def __init__(
        self,
        seed: int,
        *,
        dialects: frozenset[str] = frozenset({"structured_outputs"}),
        refuses: frozenset[str] = frozenset(),
        blanks: bool = False,
    ) -> None:
        if unknown := (dialects | refuses) - set(DIALECTS):
            raise ValueError(f"unknown dialects: {', '.join(sorted(unknown))}; there are: {', '.join(DIALECTS)}")
        self.usage = Usage()
        self._seed = seed
        self._dialects = dialects
        self._refuses = refuses
        self._choices = _Choices(blanks)

    async def worker(self, job_input: Json) -> list[Any]:
        """Answers a job, in a thread, as worker-vllm does without streaming.

        Raises:
            ValueError: The job holds a field that is refused, or a schema that cannot be enforced.
        """
        return await asyncio.to_thread(self._answer, job_input["prompt"], job_input.get("sampling_params") or {})

    def _answer(self, prompt: str, sampling: Json) -> list[Any]:
        asked = [name for name in DIALECTS if sampling.get(name) is not None]
        if refused := [name for name in asked if name in self._refuses]:
            raise _refusal("vllm", f"{refused[0]} is not supported")
        dialect = next((name for name in asked if name in self._dialects), None)
        stop = sampling.get("stop") or ()
        stops = tuple(text.encode() for text in ((stop,) if isinstance(stop, str) else stop) if text)
        draw = random.Random(f"{self._seed}|{prompt}").random
        with _TURN:  # samplers side by side would mostly wait for each other: each mask releases the interpreter
            matcher = self._matcher(*_constraint(dialect, sampling[dialect])) if dialect else None
            text, spent, finish = self._sample(matcher, draw, sampling.get("max_tokens", DEFAULT_TOKENS["vllm"]), stops)
            usage = Usage(len(prompt.encode()), spent)
            self.usage += usage
        written = Writing((text.decode(errors="replace"),), usage.prompt_tokens, spent, finish, MODEL)
        return list(shapes()["1"].yields(written))

    def _matcher(self, schema: Mapping[str, Any] | str, flexible: bool) -> LLMatcher:
        """A matcher at its start; what was compiled for a schema serves all of its answers."""
        grammar = LLMatcher.grammar_from_json_schema(
            schema if isinstance(schema, str) else json.dumps(schema), defaults={"whitespace_flexible": flexible}
        )
        if grammar not in _COMPILED:
            _COMPILED[grammar] = LLMatcher(TOKENIZER, grammar, log_level=0)
        matcher = _COMPILED[grammar].deep_copy()
        if matcher.is_error():
            raise _refusal("vllm", f"Grammar error: {matcher.get_error()}")
        return matcher

    def _sample(
        self, matcher: LLMatcher | None, draw: Callable[[], float], max_tokens: int, stops: tuple[bytes, ...]
    ) -> tuple[bytes, int, str]:
        """The text, the tokens it took, and why it ended."""
        text, choices = bytearray(), self._choices
        for spent in range(1, max_tokens + 1):
            allowed = choices[matcher.compute_bitmask() if matcher else _ANYTHING]
            token = allowed[int(draw() * len(allowed))]
            if token == END:
                if matcher and matcher.is_error():  # a mask that could not be computed looks like the end
                    raise RuntimeError(matcher.get_error())
                return bytes(text), spent, "stop"
            text.append(token)
            if text.endswith(stops):
                return bytes(text[: min(at for stop in stops if (at := text.find(stop)) >= 0)]), spent, "stop"
            if matcher:
                matcher.consume_token(token)
        return bytes(text), max_tokens, "length"


class _Choices(dict[bytes, tuple[int, ...]]):
    """The tokens to draw from, by the mask; masks are few."""

    def __init__(self, blanks: bool) -> None:
        super().__init__()
        self._blanks = blanks

    def __missing__(self, mask: bytes) -> tuple[int, ...]:
        bits = int.from_bytes(mask, "little")
        tokens = tuple(token for token in range(TOKENIZER.vocab_size) if bits >> token & 1)
        if self._blanks and b"\n"[0] in tokens:  # JSON has no bare line break in a string
            tokens = tuple(token for token in tokens if token in BLANKS)
        self[mask] = tokens
        return tokens


def _constraint(dialect: str, asked: Any) -> tuple[Mapping[str, Any] | str, bool]:
    """The schema that a field asks for, and whether blanks may stand between the JSON tokens."""
    if dialect == "structured_outputs":
        return asked["json"], not asked.get("disable_any_whitespace")
    return (asked["json_schema"]["schema"] if dialect == "response_format" else asked), True
