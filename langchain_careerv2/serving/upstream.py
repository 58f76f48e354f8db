"""What writes a handler's completions: any server with OpenAI's completions API, or the offline engine."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from pydantic import SecretStr

from langchain_careerv2.runpod import errors, jobs
from langchain_careerv2.runpod.aclient import astream
from langchain_careerv2.runpod.endpoint import OpenAIServer
from langchain_careerv2.runpod.outputs import Completion, Json, Usage
from langchain_careerv2.runpod.protocol import Text
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine

TIMEOUT = 120.0
"""Seconds for a completion (the guide's number)."""
RETRIES = 2
"""Further tries of a request that the server did not take, as while it starts again."""
COMPLETIONS = "/v1/completions"

_WORDS: tuple[tuple[type[errors.EndpointError], str], ...] = (
    (errors.PromptTooLongError, "the prompt does not fit the model's context"),
    (errors.InvalidRequestError, "the model server refused the request"),
    (errors.AuthenticationError, "the model server did not accept its key"),
    (errors.EndpointNotFoundError, "the model server has no such model, or no /v1/completions"),
    (errors.RateLimitError, "the model server is busy"),
    (errors.ServerError, "the model server failed"),
    (errors.EndpointConnectionError, "the model server is down, or broke off"),
    (errors.EndpointTimeoutError, "the model server did not answer in time"),
    (errors.ProtocolError, "the model server's answer is no completion"),
    (errors.EndpointError, "the model server reported an error"),
)
SAID_CHARS = 200
"""Characters of what a server says of a request that it refused."""
_PRIVATE = re.compile(r"\S*(?:/|sk-|[\w-]{20})\S*")  # an address, a path, a key
_SAID = re.compile(r"(?:\(HTTP \d+\)|with an error): (.*)", re.DOTALL)


class Model(Protocol):
    """What a handler asks for completions."""

    def write(self, prompt: str, sampling: Json, *, stream: bool) -> AsyncGenerator[Text | Completion, None]:
        """Writes the completion of a prompt: with `stream` in pieces as they come, at last whole.

        Closing the generator, or cancelling its task, ends the work.

        Raises:
            EndpointError: There is no completion; the message can be shown to anybody.
        """


class Upstream:
    """A server with OpenAI's completions API: `vllm serve`, llama.cpp's server, Ollama.

    Args:
        url: Where it is, with or without `/v1`.
        model: The model's name, as the server has it.
        api_key: The server's key, where it wants one. It travels over https, or on this machine, only.
        timeout: Seconds for a completion.

    Raises:
        ConfigurationError: The URL is none, or would show the key.
    """

    def __init__(self, url: str, model: str, api_key: str = "", timeout: float = TIMEOUT) -> None:
        self.model = model
        self._server = OpenAIServer(base_url=url.rstrip("/").removesuffix("/v1"), api_key=SecretStr(api_key))
        self._timeout = timeout

    async def write(self, prompt: str, sampling: Json, *, stream: bool) -> AsyncGenerator[Text | Completion, None]:
        """As `Model.write`."""
        body = {"model": self.model, "prompt": prompt, **sampling}
        terms = jobs.Terms(self._timeout, time.monotonic, sampling["max_tokens"], RETRIES)
        flow = (jobs.stream_completion if stream else jobs.complete)(body, terms, COMPLETIONS)
        try:
            async with aclosing(astream(flow, self._server)) as steps:
                async for step in steps:
                    yield step
        except errors.EndpointError as error:
            raise _reworded(error) from None


class OfflineUpstream:
    """The offline engine in a model's place.

    Args:
        engine: What writes.
        pause: Waits for as long as a token takes.
    """

    def __init__(self, engine: OfflineEngine, pause: Callable[[], Awaitable[None]] | None = None) -> None:
        self._engine = engine
        self._pause = pause

    async def write(self, prompt: str, sampling: Json, *, stream: bool) -> AsyncGenerator[Text | Completion, None]:
        """As `Model.write`; it knows `max_tokens` and `stop` alone."""
        written = self._engine.complete(prompt, sampling["max_tokens"]).stopped(sampling["stop"])
        for piece in written.pieces:
            if self._pause:
                await self._pause()
            if stream:
                yield Text(piece)
        usage = Usage(written.prompt_tokens, written.completion_tokens)
        yield Completion(written.text, written.finish_reason, usage, model=ENGINE_NAME)


def _reworded(error: errors.EndpointError) -> errors.EndpointError:
    """The same error in a handler's words: the client's are RunPod's, a server's own can hold a key or a path."""
    leaf, words = next((leaf, words) for leaf, words in _WORDS if isinstance(error, leaf))
    said = _SAID.search(str(error))
    told = f": {_PRIVATE.sub('...', said[1])[:SAID_CHARS]}" if said else ""
    return leaf(f"{leaf.__name__}: {words}{told}")
