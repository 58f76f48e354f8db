"""A chain that hides who a request is about before any callback or endpoint sees it, and restores it in its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.graph import Graph
from langchain_core.runnables.utils import ConfigurableFieldSpec

from langchain_careerv2.batches import SideBySide
from langchain_careerv2.errors import ConfigurationError, RequestError
from langchain_careerv2.gates.privacy import CARRIED, TYPED, Detector, DetectorError, Mask, Typed, each
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.restoring import restored

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


def private(chain: Runnable[Any, Any], privacy: Mode | Privacy, model: CareerV2LLM | None) -> Runnable[Any, Any]:
    """The chain behind a mask, or as it is where nothing is to be hidden.

    Raises:
        RequestError: There is no such mode.
        ConfigurationError: `traces` with another model than a `CareerV2LLM`.
    """
    privacy = Privacy.of(privacy)
    if privacy.mode == "off":
        return chain
    if privacy.mode == "traces" and model is None:
        raise ConfigurationError("privacy='traces' needs a CareerV2LLM: another model sends what its trace shows")
    return PrivateChain(chain, privacy, model.max_concurrency if model else None)


class PrivateChain(SideBySide[Request, Any]):
    """A chain behind a mask: each call has one of its own.

    The mask is put on before the chain's own run begins, so that a trace of it never has the request. What is put
    around this chain, a sequence or a fallback, traces what it is given; a retry is put inside.

    Args:
        chain: The chain.
        privacy: What to hide, and from whom.
        limit: The inputs of a batch at once, where the caller names no number.
    """

    def __init__(self, chain: Runnable[Any, Any], privacy: Privacy, limit: int | None) -> None:
        self._chain = chain
        self._privacy = privacy
        self._limit = limit

    def __repr__(self) -> str:
        return repr(self._chain)

    def invoke(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Asks with the request hidden, and returns the answer with everything restored.

        Raises:
            RequestError: What cannot be looked into, or a detector failed; nothing was sent.
        """
        with self._hidden(input) as (mask, hidden):
            return restored(self._chain.invoke(hidden, config, **kwargs), mask)

    async def ainvoke(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """As `invoke`, in this event loop."""
        with self._hidden(input) as (mask, hidden):
            return restored(await self._chain.ainvoke(hidden, config, **kwargs), mask)

    def stream(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yields what the chain does, restored."""
        with self._hidden(input) as (mask, hidden):
            chunks = cast("Generator[Any, None, None]", self._chain.stream(hidden, config, **kwargs))
        with closing(chunks):
            while (chunk := self._next(chunks, mask)) is not _END:
                yield restored(chunk, mask)

    def _next(self, chunks: Iterator[Any], mask: Mask) -> Any:
        # The mask is carried for as long as the chain works, and not while the caller does.
        with self._carried(mask):
            return next(chunks, _END)

    async def astream(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """As `stream`, in this event loop."""
        with self._hidden(input) as (mask, hidden):
            chunks = cast("AsyncGenerator[Any, None]", self._chain.astream(hidden, config, **kwargs))
        async with aclosing(chunks):
            while (chunk := await self._anext(chunks, mask)) is not _END:
                yield restored(chunk, mask)

    async def _anext(self, chunks: AsyncIterator[Any], mask: Mask) -> Any:
        with self._carried(mask):
            return await anext(chunks, _END)

    @contextmanager
    def _hidden(self, request: Request) -> Iterator[tuple[Mask, Any]]:
        mask, failure = Mask(self._privacy.detectors, exact=self._privacy.mode == "traces"), ""
        try:
            if isinstance(request, dict):  # several texts: what one says of a person is hidden in all
                each([*request.values()], mask.learn)
                hidden: Any = {name: each(text, mask.hide) for name, text in request.items()}
            else:
                hidden = each(request, mask.hide)
        except (DetectorError, TypeError) as error:
            failure = str(error)
        if failure:
            raise RequestError(f"the request cannot be hidden: {failure}")
        with self._carried(mask), _typed(Typed(request, hidden, mask)):
            yield mask, hidden

    @contextmanager
    def _carried(self, mask: Mask) -> Iterator[None]:
        token = CARRIED.set(mask if self._privacy.mode == "traces" else None)
        try:
            yield
        finally:
            CARRIED.reset(token)

    def with_retry(self, **options: Any) -> PrivateChain:
        """As of any runnable; the retry is inside, since its own run would trace the request."""
        return PrivateChain(self._chain.with_retry(**options), self._privacy, self._limit)

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


@contextmanager
def _typed(typed: Typed) -> Iterator[None]:
    token = TYPED.set(typed)
    try:
        yield
    finally:
        TYPED.reset(token)
