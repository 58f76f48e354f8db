"""`ChatCareerV2`: the career model on a RunPod endpoint as a LangChain chat model, with tools and structured output."""

from __future__ import annotations

import builtins  # at run time: core asks for the annotations of with_structured_output
import json
import math
import time
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import invalid_tool_call, tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult, LLMResult
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from pydantic import BaseModel
from pydantic import v1 as pydantic_v1

from langchain_careerv2 import chatml, errors
from langchain_careerv2.batches import SideBySide
from langchain_careerv2.chat import schemas
from langchain_careerv2.chat.answers import AnswerParser, asked_format, json_schema
from langchain_careerv2.chat.messages import chat_prompt, question, refuse_untyped
from langchain_careerv2.chat.toolcalls import Call, Reader
from langchain_careerv2.chat.toolsets import Choice, Tool, Toolset, toolset
from langchain_careerv2.gates.privacy import CARRIED
from langchain_careerv2.runpod import errors as wire
from langchain_careerv2.runpod.outputs import Completion
from langchain_careerv2.runpod.protocol import Flow, Text
from langchain_careerv2.structured import DIALECTS
from langchain_careerv2.wired import Wired

if TYPE_CHECKING:
    from typing_extensions import Self

_HELD = "_held"
"""Where a call's arguments have the fields that hold its answer to a schema."""
_REFUSED: set[tuple[str, ...]] = set()
"""What was refused in this process: base URL, endpoint id and route, and the fields with their schema."""
_TOKENS_MARGIN = 1.15
"""By so much the estimate of a prompt's tokens may be too low (`tokens.likely`)."""
Method = Literal["json_schema", "function_calling", "json_mode"]


@dataclass(frozen=True)
class _Ask:
    """A call, ready to be sent."""

    prompt: str
    kwargs: dict[str, Any]
    tools: Toolset

    def reader(self) -> Reader:
        return Reader(self.tools.names, self.tools.seed)


class ChatCareerV2(Wired, SideBySide[LanguageModelInput, AIMessage], BaseChatModel):
    """The career model behind a RunPod serverless endpoint, in conversations, with tools and structured output.

    Setup:
        As `CareerV2LLM`: set `RUNPOD_API_KEY` and `RUNPOD_ENDPOINT_ID`, or pass them. Nothing is sent before the first
        call.

    Invoke:
        `ChatCareerV2().invoke([("system", "You are a recruiter."), ("human", "Which questions do I ask a nurse?")])`

    Tools:
        `ChatCareerV2().bind_tools([search_jobs]).invoke("Find jobs for nurses in Berlin").tool_calls`

    Structured output:
        `ChatCareerV2().with_structured_output(Candidate).invoke(resume)`

    A conversation is rendered as the chat template of Qwen2.5-Instruct does, and everything in it is neutralised, so
    that no resume and no tool's result can open a turn or write a call. The end of a turn always ends an answer,
    besides what `stop` names. An argument of a call beats the field of the same name.

    With `handler=True` the endpoint takes one human message, and neither tools nor schemas.

    Raises:
        ConfigurationError: At construction, for a missing or impossible key, endpoint id or base URL.
        InvalidRequestError: At construction or a call, for a sampling parameter that is unknown or out of range; at a
            call, for a conversation that the model cannot be told. Nothing was sent.
        EndpointError: At a call, the leaf that fits (see `langchain_careerv2.errors`).
    """

    model_config = Wired.model_config  # core's own, the last of the bases, would drop a misspelt field

    usual_tokens: ClassVar[int] = 512
    max_tokens: int | None = None
    """Tokens of a completion. Default: 512; with tools, since an argument may be a whole resume, what the context has
    left by estimate, where that is more."""
    streaming: bool = False
    """Whether `invoke` streams too, for the sake of callbacks that want tokens."""

    @property
    def _llm_type(self) -> str:
        return "runpod-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return self._identity() | {"dialect": self.dialect, "output_version": self.output_version}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "runpod"
        return params

    def _sampling(self, stop: list[str] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
        sampling = super()._sampling(stop, kwargs)
        return sampling | {"stop": list(dict.fromkeys([*sampling["stop"], chatml.IM_END]))}

    def _ask(self, messages: Sequence[BaseMessage], kwargs: dict[str, Any]) -> _Ask:
        kwargs = {name: value for name, value in kwargs.items() if name != "response_format"} | asked_format(
            kwargs.get("response_format")
        )
        ours = {name: kwargs.get(name) for name in ("tools", "tool_choice", "response_schema", "json_mode")}
        rest = {name: value for name, value in kwargs.items() if name not in ours and name != "stream"}
        tools = toolset(ours["tools"] or (), ours["tool_choice"])
        schema = ours["response_schema"]
        fields = [name for name in ("structured_outputs", "guided_json") if rest.get(name) is not None]
        self._refuse_handler(tools=tools.tools, schema=schema, json_mode=ours["json_mode"], fields=fields)
        if self.handler:
            return _Ask(question(messages), rest, tools)
        asked = schemas.instruction(schema) if schema else ""
        prompt = chat_prompt(messages, tools=tools.tools, instruction=asked, seed=tools.seed)
        held = tools.parameters if tools.forced else schema or ({"type": "object"} if ours["json_mode"] else None)
        if held and (tools.forced or not tools.tools):
            rest[_HELD] = DIALECTS[self.json_dialect()](held)
        if tools.tools and self.max_tokens is None and rest.get("max_tokens") is None:
            likely = math.ceil(_TOKENS_MARGIN * self.get_num_tokens(prompt))
            rest["max_tokens"] = max(self.usual_tokens, self.room(likely))
        return _Ask(prompt, rest, tools)

    def _flow(
        self, prompt: str, stop: list[str] | None, kwargs: dict[str, Any], *, streaming: bool = False
    ) -> Flow[Completion]:
        free = {name: value for name, value in kwargs.items() if name != _HELD}
        fields = kwargs.get(_HELD)
        key = (self.base_url, self.endpoint_id, self.route, json.dumps(fields))
        if not fields or (self.dialect is None and key in _REFUSED):
            return super()._flow(prompt, stop, free, streaming=streaming)
        held = super()._flow(prompt, stop, {**fields, **free}, streaming=streaming)
        return held if self.dialect else self._or_free(_Watched(held), key, prompt, stop, free, streaming)

    def _or_free(
        self,
        held: _Watched,
        key: tuple[str, ...],
        prompt: str,
        stop: list[str] | None,
        kwargs: dict[str, Any],
        streaming: bool,
    ) -> Flow[Completion]:
        """Asks again, in the time that is left, without the fields that an endpoint refused, with this schema.

        The prompt asks for the same. A refusal is known from then on; a job that failed before it said anything may
        have failed for another reason.
        """
        deadline = time.monotonic() + self.time_limit(kwargs)
        try:
            return (yield from held)
        except (wire.InvalidRequestError, wire.JobError) as error:
            left = deadline - time.monotonic()
            if isinstance(error, wire.PromptTooLongError) or held.spoke or left <= 0:
                raise
            learns = isinstance(error, wire.InvalidRequestError)
        completion = yield from super()._flow(prompt, stop, {**kwargs, "timeout": left}, streaming=streaming)
        if learns:
            _REFUSED.add(key)
        return completion

    def _convert_input(self, model_input: LanguageModelInput) -> PromptValue:
        try:
            value = super()._convert_input(model_input)
        except (ValueError, TypeError, LookupError, AttributeError, NotImplementedError, RecursionError) as error:
            raise errors.InvalidRequestError(
                f"the input is no text, prompt or list of messages that langchain-core can read: {type(error).__name__}"
            ) from None
        refuse_untyped(value.to_messages())
        return value

    def _refuse_handler(self, **asked: object) -> None:
        """Refuses what the handler, which writes its own prompt, would drop."""
        if self.handler and any(asked.values()):
            raise errors.InvalidRequestError(
                "the handler writes its own prompt and takes neither tools nor schemas: ask a raw endpoint"
                " (handler=False)"
            )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        ask = self._ask(messages, kwargs)
        return self._result(ask, self._complete(ask.prompt, stop, ask.kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        ask = self._ask(messages, kwargs)
        return self._result(ask, await self._acomplete(ask.prompt, stop, ask.kwargs))

    def _result(self, ask: _Ask, completion: Completion) -> ChatResult:
        reader = ask.reader()
        parts = [*reader.feed(completion.text), *reader.end()]
        calls = [part for part in parts if isinstance(part, Call)]
        message = AIMessage(
            "".join(part for part in parts if isinstance(part, str)),
            tool_calls=[tool_call(name=call.name, args=dict(call.arguments), id=_id()) for call in calls
                        if call.arguments is not None],
            invalid_tool_calls=[invalid_tool_call(name=call.name, args=call.raw, id=_id(), error=call.error)
                                for call in calls if call.arguments is None],
            **self._told(completion),
        )  # fmt: skip
        return ChatResult(generations=[ChatGeneration(message=message, generation_info=self._info(completion))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        ask = self._ask(messages, kwargs)
        pieces = _Pieces(self, ask.reader())
        with closing(self._steps(self._flow(ask.prompt, stop, ask.kwargs, streaming=True))) as steps:
            for step in steps:
                yield from pieces.of(step)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        ask = self._ask(messages, kwargs)
        pieces = _Pieces(self, ask.reader())
        async with aclosing(self._asteps(self._flow(ask.prompt, stop, ask.kwargs, streaming=True))) as steps:
            async for step in steps:
                for chunk in pieces.of(step):
                    yield chunk

    def generate(self, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
        """As in the base class; what is hidden from traces is kept in no cache."""
        return super(ChatCareerV2, self._uncached()).generate(messages, *args, **kwargs)

    async def agenerate(self, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
        """As `generate`, in this event loop."""
        return await super(ChatCareerV2, self._uncached()).agenerate(messages, *args, **kwargs)

    def _uncached(self) -> Self:
        # What a cache would keep is of this request's mask.
        return self if CARRIED.get() is None else self.model_copy(update={"cache": False})

    def bind_tools(
        self,
        tools: Sequence[Tool],
        *,
        tool_choice: Choice = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """This model with tools.

        Args:
            tools: Functions, pydantic models, TypedDicts, JSON schemas, LangChain's tools, or OpenAI's form.
            tool_choice: None or `auto`: the model decides; `none`: it is told of no tool; `any`, `required` or True: it
                calls one; a tool's name, or OpenAI's `{"type": "function", "function": {"name": ...}}`: it calls that
                one. A forced call is begun in the prompt, and the arguments of a single tool are held to its schema
                where `json_dialect()` says that the endpoint can be.
            strict: Whether schemas are closed and all their properties required, as in OpenAI's strict mode.
            kwargs: Further arguments of each call.

        Raises:
            InvalidRequestError: A tool is none, or nothing can satisfy its schema (the message says where); two
                different tools have one name; the choice names no tool; or the endpoint is a handler.
        """
        chosen = toolset(tools, tool_choice, strict=strict)
        self._refuse_handler(tools=tools)
        choice: Choice = {"type": "function", "function": {"name": chosen.forced}} if chosen.forced else chosen.choice
        return self.bind(tools=list(chosen.tools), tool_choice=choice, **kwargs)

    def with_structured_output(
        self,
        schema: builtins.dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: Method = "json_schema",
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """This model, answering with an object of a schema.

        Args:
            schema: A pydantic model (the answer is one, of version 1 too), a TypedDict or a JSON schema (it is a dict).
            include_raw: Whether the answer is `{"raw": message, "parsed": ..., "parsing_error": ...}`.
            method: `json_schema` asks for the schema in the system turn; `function_calling` forces a call;
                `json_mode` leaves it to the caller's words to ask for JSON. Each holds the endpoint to the schema, or
                to an object, where `json_dialect()` says that it can be.
            strict: As in `bind_tools`.
            kwargs: Further arguments of each call.

        Raises:
            InvalidRequestError: The schema or the method is none, nothing can satisfy the schema, or the endpoint is a
                handler. What is returned raises `OutputParserException` for an answer that is cut off, is not JSON from
                beginning to end, but for one code fence, or does not fit.
        """
        form = json_schema(schema, strict=strict)
        self._refuse_handler(schema=form)
        told = {"ls_structured_output_format": {"kwargs": {"method": method}, "schema": schema}, **kwargs}
        if method == "function_calling":
            llm = self.bind_tools([schema], tool_choice="any", strict=strict, **told)
        elif method == "json_schema":
            llm = self.bind(response_schema=form, **told)
        elif method == "json_mode":
            llm = self.bind(json_mode=True, **told)
        else:
            raise errors.InvalidRequestError("method must be json_schema, function_calling or json_mode")
        is_model = isinstance(schema, type) and issubclass(schema, (BaseModel, pydantic_v1.BaseModel))
        parser = AnswerParser(form=form, model=schema if is_model else None, called=method == "function_calling")
        if not include_raw:
            return llm | parser
        parsed = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
        failed = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=llm) | parsed.with_fallbacks([failed], exception_key="parsing_error")


class _Watched(Generator[Any, Any, Completion]):
    """A flow, and whether it has shown any text."""

    def __init__(self, flow: Flow[Completion]) -> None:
        self._flow = flow
        self.spoke = False

    def send(self, answer: Any) -> Any:
        return self._seen(self._flow.send(answer))

    def throw(self, *error: Any) -> Any:
        return self._seen(self._flow.throw(*error))

    def _seen(self, step: Any) -> Any:
        self.spoke |= isinstance(step, Text)
        return step


class _Pieces:
    """Makes the chunks of one stream."""

    def __init__(self, model: ChatCareerV2, reader: Reader) -> None:
        self._model = model
        self._reader = reader
        self._calls = 0

    def of(self, step: Text | Completion) -> Iterator[ChatGenerationChunk]:
        """The chunks that a step brings; the last one brings the usage, the finish reason and the job, and no text."""
        if isinstance(step, Text):
            yield from self._chunks(self._reader.feed(step.text))
            return
        yield from self._chunks(self._reader.end())
        told, info = self._model._told(step), self._model._info(step)
        last = AIMessageChunk(content="", chunk_position="last", **told)
        yield ChatGenerationChunk(message=last, generation_info=info)

    def _chunks(self, parts: Iterable[str | Call]) -> Iterator[ChatGenerationChunk]:
        for part in parts:
            message = AIMessageChunk(content=part) if isinstance(part, str) else self._call(part)
            yield ChatGenerationChunk(message=message)

    def _call(self, call: Call) -> AIMessageChunk:
        number, self._calls = self._calls, self._calls + 1
        arguments = call.raw if call.arguments is None else json.dumps(call.arguments)
        # In the format v1 calls and core's own numbered texts stand in one list, where equal numbers would be merged.
        index = -1 - number if self._model.output_version == "v1" else number
        chunk = tool_call_chunk(name=call.name, args=arguments, id=_id(), index=index)
        return AIMessageChunk(content="", tool_call_chunks=[chunk])


def _id() -> str:
    return f"call_{uuid4().hex}"
