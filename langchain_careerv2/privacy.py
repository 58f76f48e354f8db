"""A chain that hides who a request is about before any callback or endpoint sees it, and restores it in its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.graph import Graph
from langchain_core.runnables.utils import ConfigurableFieldSpec

from langchain_careerv2.batches import SideBySide
from langchain_careerv2.errors import ConfigurationError, RequestError
from langchain_careerv2.gates.privacy import (
    CARRIED,
    TYPED,
    Detector,
    DetectorError,
    Mask,
    Typed,
    each,
    placeholder_begins,
)
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.restoring import restored
from langchain_careerv2.runpod.aclient import overheard
from langchain_careerv2.streaming import Accepted, Rejected, Superseded, Token

Mode = Literal["mask", "traces", "off"]
Request = str | dict[str, str]
_END = object()


@dataclass(frozen=True)
class Privacy:
    """What a chain hides, and from whom.

    Attributes:
        mode: `mask` hides names, e-mail addresses, telephone numbers, links, postal addresses and numbers of a person
            from the endpoint, callbacks, exceptions and logs; `traces` from all but the endpoint; `off` hides nothing.
        detectors: Further detectors, besides the package's own: each takes a text and gives `(start, end, kind)`.
    """

    mode: Mode = "mask"
    detectors: tuple[Detector, ...] = ()

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise RequestError(f"privacy must be one of {', '.join(get_args(Mode))}, not {self.mode!r}")

    @classmethod
    def of(cls, value: Mode | Privacy) -> Privacy:
        """The value itself, or that of a mode's name.

        Raises:
            RequestError: There is no such mode.
        """
        return value if isinstance(value, Privacy) else cls(value)


def private(
    chain: Runnable[Any, Any], events: Runnable[Any, Any], privacy: Mode | Privacy, model: CareerV2LLM | None
) -> CareerChain:
    """The chain behind a mask, if there is anything to be hidden, and the events of its stream.

    Raises:
        RequestError: There is no such mode.
        ConfigurationError: `traces` with another model than a `CareerV2LLM`.
    """
    privacy = Privacy.of(privacy)
    if privacy.mode == "traces" and model is None:
        raise ConfigurationError("privacy='traces' needs a CareerV2LLM: another model sends what its trace shows")
    return CareerChain(chain, events, privacy, model.max_concurrency if model else None)


class CareerChain(SideBySide[Request, Any]):
    """What `career_chain` and `career_assistant` return: a chain behind a mask, of which each call has one of its own.

    The mask is put on before the chain's own run begins, so that a trace of it never has the request. What is put
    around this chain, a sequence or a fallback, traces what it is given; a retry is put inside.

    Args:
        chain: The chain.
        events: The same chain, whose stream yields events.
        privacy: What to hide, and from whom.
        limit: The inputs of a batch at once, where the caller names no number.
    """

    def __init__(
        self, chain: Runnable[Any, Any], events: Runnable[Any, Any], privacy: Privacy, limit: int | None
    ) -> None:
        self._chain = chain
        self._events = events
        self._privacy = privacy
        self._limit = limit

    def __repr__(self) -> str:
        return repr(self._chain)

    def invoke(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Asks with the request hidden, and returns the answer with everything restored.

        Raises:
            RequestError: What cannot be looked into, or a detector failed; nothing was sent.
        """
        typed = self._hidden(input)
        with self._carried(typed):
            return restored(self._chain.invoke(typed.hidden, config, **kwargs), typed.mask)

    async def ainvoke(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """As `invoke`, in this event loop."""
        typed = self._hidden(input)
        with self._carried(typed):
            return restored(await self._chain.ainvoke(typed.hidden, config, **kwargs), typed.mask)

    def stream(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yields what the chain does, restored."""
        return self._streamed(self._chain, input, config, **kwargs)

    def astream(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """As `stream`, in this event loop."""
        return self._astreamed(self._chain, input, config, **kwargs)

    def events(self, request: Request, config: RunnableConfig | None = None) -> Generator[Any, None, None]:
        """The events of a request: see `career_stream`."""
        return self._streamed(self._events, request, config)

    def aevents(self, request: Request, config: RunnableConfig | None = None) -> AsyncGenerator[Any, None]:
        """As `events`, in this event loop."""
        return self._astreamed(self._events, request, config)

    def _streamed(self, chain: Runnable[Any, Any], request: Request, *args: Any, **kwargs: Any) -> Generator[Any]:
        typed = self._hidden(request)
        restoring = _Restoring(typed.mask)
        with closing(cast("Any", chain.stream(typed.hidden, *args, **kwargs))) as chunks:
            while (chunk := self._next(chunks, typed)) is not _END:
                yield from restoring.of(chunk)

    async def _astreamed(
        self, chain: Runnable[Any, Any], request: Request, *args: Any, **kwargs: Any
    ) -> AsyncGenerator[Any]:
        typed = self._hidden(request)
        restoring = _Restoring(typed.mask)

        async def ask(say: Callable[[Any], None]) -> object:
            with self._carried(typed):
                async with aclosing(cast("Any", chain.astream(typed.hidden, *args, **kwargs))) as chunks:
                    async for chunk in chunks:
                        say(chunk)
            return _END

        async with aclosing(overheard(ask)) as items:
            async for item in items:
                for shown in restoring.of(item) if item is not _END else ():
                    yield shown

    def _next(self, chunks: Iterator[Any], typed: Typed) -> Any:
        # The mask is carried for as long as the chain works, and not while the caller does.
        with self._carried(typed):
            return next(chunks, _END)

    def _hidden(self, request: Request) -> Typed:
        mask = Mask(self._privacy.detectors, exact=self._privacy.mode == "traces")
        if self._privacy.mode == "off":
            return Typed(request, request, mask)
        try:
            if isinstance(request, dict):  # several texts: what one says of a person is hidden in all
                each([*request.values()], mask.learn)
                hidden: Any = {name: each(text, mask.hide) for name, text in request.items()}
            else:
                hidden = each(request, mask.hide)
        except (DetectorError, TypeError) as error:
            failure = str(error)
        else:
            return Typed(request, hidden, mask)
        raise RequestError(f"the request cannot be looked into: {failure}")

    @contextmanager
    def _carried(self, typed: Typed) -> Iterator[None]:
        if TYPED.get() is not None and self._privacy.mode == "off":
            yield  # it is inside of a chain that has said what was typed
            return
        carried = CARRIED.set(typed.mask if self._privacy.mode == "traces" else None)
        told = TYPED.set(typed)
        try:
            yield
        finally:
            TYPED.reset(told)
            CARRIED.reset(carried)

    def with_retry(self, **options: Any) -> CareerChain:
        """As of any runnable; the retry is inside, since its own run would trace the request."""
        chains = self._chain.with_retry(**options), self._events.with_retry(**options)
        return CareerChain(*chains, self._privacy, self._limit)

    @property
    def InputType(self) -> Any:  # noqa: D102, N802  # as in core
        return self._chain.InputType

    @property
    def OutputType(self) -> Any:  # noqa: D102, N802
        return self._chain.OutputType

    @property
    def config_specs(self) -> list[ConfigurableFieldSpec]:  # noqa: D102
        return self._chain.config_specs

    def get_name(self, suffix: str | None = None, *, name: str | None = None) -> str:  # noqa: D102
        return self._chain.get_name(suffix, name=name)

    def get_input_schema(self, config: RunnableConfig | None = None) -> type[Any]:  # noqa: D102
        return self._chain.get_input_schema(config)

    def get_output_schema(self, config: RunnableConfig | None = None) -> type[Any]:  # noqa: D102
        return self._chain.get_output_schema(config)

    def get_graph(self, config: RunnableConfig | None = None) -> Graph:  # noqa: D102
        return self._chain.get_graph(config)


class _Restoring:
    """Restores what a stream yields; a placeholder that is cut between two tokens comes with the later one."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._text = ""
        self._shown = 0

    def of(self, item: Any) -> Iterator[Any]:
        """The item restored, after the text that must come before it."""
        if not self._mask:
            yield item
            return
        if isinstance(item, Token):
            self._text += item.text
            yield from self._due(self._text[: placeholder_begins(self._text)])
            return
        if isinstance(item, Accepted):
            yield from self._due(self._text)
        if isinstance(item, (Superseded, Rejected)):
            self._text, self._shown = "", 0
        yield restored(item, self._mask)

    def _due(self, text: str) -> Iterator[Token]:
        whole = self._mask.restore(text)
        if piece := whole[self._shown :]:
            self._shown = len(whole)
            yield Token(piece)
