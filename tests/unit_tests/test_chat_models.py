from __future__ import annotations

import json
import math
import pickle
import traceback
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.exceptions import OutputParserException
from langchain_core.load import dumpd, dumps, load
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.v1 import BaseModel as OldModel
from typing_extensions import TypedDict

from langchain_careerv2 import ChatCareerV2
from langchain_careerv2.chatml import render
from langchain_careerv2.errors import ConfigurationError, InvalidRequestError, PromptTooLongError
from langchain_careerv2.gates.privacy import CARRIED, Mask
from langchain_careerv2.runpod.outputs import Completion, Usage
from langchain_careerv2.runpod.protocol import Call, Text

KEY = "rpa_SECRET_KEY"


class Person(BaseModel):
    """A person."""

    name: str = Field(min_length=2)
    age: int | None = None


class Closed(BaseModel):
    """A person, with a validator that fails by itself."""

    model_config = ConfigDict(extra="forbid")
    name: str

    @field_validator("name")
    @classmethod
    def _fails(cls, name: str) -> str:
        if name == "Jo":
            raise KeyError(SAID)
        return name


class OldPerson(OldModel):
    """A person."""

    name: str


class PersonDict(TypedDict):
    """A person."""

    name: str


def find(query: str) -> str:
    """Finds jobs."""
    return query


def add(a: int, b: int) -> int:
    """Adds."""
    return a + b


def model(**fields: Any) -> ChatCareerV2:
    return ChatCareerV2(**{"endpoint_id": "abc123", "api_key": KEY, **fields})


def sent(chat: Runnable[Any, Any], messages: Any = "Hi", **kwargs: Any) -> dict[str, Any]:
    """The job input that a call would send."""
    bound: dict[str, Any] = {}
    if isinstance(chat, RunnableBinding):
        bound, chat = dict(chat.kwargs), chat.bound
    assert isinstance(chat, ChatCareerV2)
    kwargs = {**bound, **kwargs}
    stop = kwargs.pop("stop", None)
    kwargs.pop("ls_structured_output_format", None)
    ask = chat._ask(chat._convert_input(messages).to_messages(), kwargs)
    call = next(chat._flow(ask.prompt, stop, ask.kwargs))
    assert isinstance(call, Call)
    assert isinstance(call.body, dict)
    job_input: dict[str, Any] = call.body["input"]
    return job_input


class Scripted(ChatCareerV2):
    """A model whose endpoint gives one answer, in pieces where it is streamed."""

    answer: str = ""
    finish: str = "stop"

    def _completion(self) -> Completion:
        return Completion(self.answer, self.finish, Usage(3, 4), "job1", 5, 6, "served")

    def _complete(self, *_: Any) -> Completion:
        return self._completion()

    def _steps(self, flow: Any) -> Any:
        for piece in self.answer:
            yield Text(piece)
        yield self._completion()


def scripted(answer: str, **fields: Any) -> Scripted:
    return Scripted(**{"endpoint_id": "abc", "api_key": KEY, "answer": answer, **fields})


def test_the_request_is_the_guides_with_a_chats_tokens() -> None:
    assert sent(model(), [SystemMessage("Be brief."), HumanMessage("Hi")]) == {
        "prompt": render("Be brief.", "Hi"),
        "sampling_params": {
            "max_tokens": 512,
            "temperature": 0.3,
            "top_p": 0.9,
            "repetition_penalty": 1.0,
            "stop": ["<|im_end|>"],
        },
    }


def test_a_calls_argument_beats_the_field_and_the_turns_end_always_ends() -> None:
    chat = model(temperature=0.7, max_tokens=300, stop=["END"])
    assert sent(chat)["sampling_params"]["stop"] == ["END", "<|im_end|>"]
    sampling = sent(chat, temperature=0, max_tokens=50, stop=["\n\n"], seed=7)["sampling_params"]
    assert (sampling["temperature"], sampling["max_tokens"], sampling["seed"]) == (0, 50, 7)
    assert sampling["stop"] == ["\n\n", "<|im_end|>"]
    assert sent(model(stop=[]))["sampling_params"]["stop"] == ["<|im_end|>"]


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"temprature": 0}, "temprature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"parallel_tool_calls": False}, "parallel_tool_calls"),
        ({"timeout": -1}, "timeout must be"),
    ],
)
def test_a_bad_argument_is_named_not_dropped(kwargs: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        model().invoke("Hi", **kwargs)


def test_a_bad_conversation_is_refused_before_it_is_sent() -> None:
    for call in (model().invoke, lambda messages: list(model().stream(messages))):
        with pytest.raises(InvalidRequestError, match=r"message 0 \(human\): it is empty"):
            call([HumanMessage("")])
    with pytest.raises(PromptTooLongError):
        model().invoke("x" * 100_000)


@pytest.mark.parametrize(
    "given",
    [5, None, {"messages": [("user", KEY)]}, [5], [(KEY, "x")], [("user", "x", KEY)], [("user", None)],
     [{"role": KEY, "content": "x"}],
     [{"content": KEY}], [{"role": "tool", "content": KEY}], [HumanMessage("x"), b"x"]],
)  # fmt: skip
def test_what_core_cannot_read_is_refused_and_not_quoted(given: Any) -> None:
    for call in (model().invoke, lambda messages: list(model().stream(messages))):
        with pytest.raises(InvalidRequestError, match="the input is no text") as caught:
            call(given)
        assert KEY not in "".join(traceback.format_exception(caught.value))
        with pytest.raises(InvalidRequestError, match=r"message 0 \(human\): it has a block whose type is no word"):
            call([HumanMessage([{"type": [KEY]}])])


def test_a_missing_setting_and_a_misspelt_field_are_said_at_construction() -> None:
    with pytest.raises(ConfigurationError, match="no RunPod API key"):
        ChatCareerV2()
    with pytest.raises(ValidationError, match="endpoint") as caught:
        model(endpoint="x")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "asked",
    [
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_schema": {"type": "object"}},
        {"json_mode": True},
        {"response_format": {"type": "json_object"}},
        {"structured_outputs": {"json": {"type": "object"}}},
        {"guided_json": {}},
    ],
)
def test_the_handler_takes_one_question_and_no_tools(asked: dict[str, Any]) -> None:
    handler = model(handler=True)
    assert sent(handler) == {**sent(model(), "Hi"), "prompt": "Hi", "enable_validation": True,
                             "block_low_trust_intents": True}  # fmt: skip
    assert sent(model(handler=True, handler_prompt="chatml"))["prompt"] == sent(model())["prompt"]
    with pytest.raises(InvalidRequestError, match="there are 2 messages"):
        handler.invoke([("system", "s"), ("human", "Hi")])
    for refused in (
        lambda: handler.bind_tools([find]),
        lambda: handler.with_structured_output(Person),
        lambda: handler.invoke("Hi", **asked),
    ):
        with pytest.raises(InvalidRequestError, match="the handler writes its own prompt"):
            refused()


@pytest.mark.parametrize("choice", [None, "auto"])
def test_tools_are_told_and_nothing_is_forced(choice: Any) -> None:
    prompt = sent(model().bind_tools([find, add], tool_choice=choice))["prompt"]
    assert prompt.endswith("assistant\n")
    assert '<tools>\n{"type": "function", "function": {"name": "find", "description": "Finds jobs."' in prompt
    assert '\n{"type": "function", "function": {"name": "add"' in prompt


def test_with_the_choice_none_the_model_is_told_of_no_tool() -> None:
    assert sent(model().bind_tools([find], tool_choice="none"))["prompt"] == sent(model())["prompt"]


ANY, ONE = '<tool_call>\n{"name": "', '<tool_call>\n{"name": "add", "arguments": '


@pytest.mark.parametrize(
    ("tools", "choice", "end"),
    [
        ([find, add], "any", ANY),
        ([find, add], "required", ANY),
        ([find, add], True, ANY),
        ([add], "any", ONE),
        ([find, add], "add", ONE),
        ([find, add], {"type": "function", "function": {"name": "add"}}, ONE),
    ],
)
def test_a_forced_call_is_begun_in_the_prompt_and_held_to_the_schema_of_one_tool(
    tools: list[Any], choice: Any, end: str
) -> None:
    job_input = sent(model().bind_tools(tools, tool_choice=choice))
    assert job_input["prompt"].endswith(f"assistant\n{end}")
    held = job_input["sampling_params"].get("structured_outputs")
    assert (held["json"]["required"] if held else None) == (["a", "b"] if end == ONE else None)
    free = sent(model(dialect="none").bind_tools(tools, tool_choice=choice))
    assert free["prompt"] == job_input["prompt"]
    assert set(free["sampling_params"]) == set(sent(model())["sampling_params"])


def named(name: str, parameters: Any = None) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": parameters or {"type": "object"}}}


def needing(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, "required": ["a"]}


DEEP: dict[str, Any] = {}
for _ in range(1500):
    DEEP = needing(DEEP)
DATED = {"type": "object", "properties": {"a": {"default": date(2020, 1, 1)}}}


@pytest.mark.parametrize(
    ("tools", "choice", "words"),
    [
        ([5], None, "tool 0 is no function"),
        ([find, {"type": "web_search"}], None, "tool 1 is no function"),
        ([named("f", {"type": "object", "properties": 3, "required": ["a"]})], None, "tool 0 is no function"),
        ([named('f"')], None, "tool 0 has no name"),
        ([named("<tool_call>")], None, "tool 0 has no name"),
        ([named("f", needing({"enum": []}))], None, "the tool 'f', at #/properties/a"),
        ([named("f", {"type": "string"} | needing(False))], None, "the tool 'f', at #/properties/a"),
        ([named("find"), find], None, "two different tools are called 'find'"),
        ([named("f", DEEP)], None, "tool 0 is no function"),
        ([named("f", DATED)], None, "tool 0 is no function"),
        ([find], "ad", "tool_choice names no tool: there are find"),
        ([], "any", "there is no tool"),
        ([], "find", "there are none"),
        ([find], {"type": "tool", "name": "find"}, "tool_choice must be {"),
        ([find], 3, "tool_choice must be a word"),
    ],
)
def test_tools_that_cannot_be_called_are_refused_when_they_are_bound(tools: list[Any], choice: Any, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        model().bind_tools(tools, tool_choice=choice)


def test_one_tool_given_twice_is_one_tool() -> None:
    bound = model().bind_tools([Person, Person.model_json_schema()], tool_choice="Person")
    assert sent(bound)["prompt"].count('"name": "Person"') == 2  # among the tools, and in the call that is begun


CALL = '<tool_call>\n{"name": "find", "arguments": {"query": "x"}}\n</tool_call>'
ANSWERS: Sequence[str] = (
    "Words only.",
    f"Words.\n{CALL}",
    f"{CALL}\n{CALL}\nMore.",
    f"{CALL}<tool_call>find(x)",
    '<tool_call>{"name": "find", "arguments": {"query": "cut',
    '{"name": "find", "arguments": {"query": "x"}}',
)


def plain(message: AIMessage) -> dict[str, Any]:
    """What a message says, without the ids that differ each time, and the error that core's chunks cannot carry."""
    dumped = message.model_dump(
        include={"content", "tool_calls", "invalid_tool_calls", "usage_metadata", "response_metadata"}
    )
    return {
        **dumped,
        **{kind: [{**call, "id": None, "error": None} for call in dumped[kind]] for kind in dumped if "calls" in kind},
    }


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_stream_merges_to_what_invoke_gives(answer: str) -> None:
    chat = scripted(answer).bind_tools([find])
    chunks = list(chat.stream("Hi"))
    whole = chat.invoke("Hi")
    merged = chunks[0]
    for chunk in chunks[1:]:
        merged += chunk  # type: ignore[assignment]  # chunks add up to chunks
    assert isinstance(merged, AIMessageChunk)
    assert plain(merged) == plain(whole)
    assert chunks[-1].chunk_position == "last"  # type: ignore[attr-defined]  # as above
    ids = [call["id"] for call in (*merged.tool_calls, *merged.invalid_tool_calls)]
    assert len(set(ids)) == len(ids)
    assert all(str(call_id).startswith("call_") for call_id in ids)


def test_words_and_calls_stay_apart_in_the_format_v1() -> None:
    chat = scripted(f"One.\n{CALL}\nTwo.\n{CALL}", output_version="v1").bind_tools([find])
    chunks = list(chat.stream("Hi"))
    merged = chunks[0]
    for chunk in chunks[1:]:
        merged += chunk  # type: ignore[assignment]  # chunks add up to chunks
    kinds = [block["type"] for block in merged.content_blocks]
    assert kinds == ["text", "tool_call", "text", "tool_call"]
    assert [(call["name"], call["args"]) for call in merged.tool_calls] == [("find", {"query": "x"})] * 2


def test_a_message_tells_what_the_endpoint_told() -> None:
    message = scripted("Words.").invoke("Hi")
    assert message.usage_metadata == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    told = {name: message.response_metadata[name] for name in ("finish_reason", "job_id", "delay_ms", "execution_ms")}
    assert told == {"finish_reason": "stop", "job_id": "job1", "delay_ms": 5, "execution_ms": 6}
    assert message.response_metadata["model_name"] == model().model


def test_a_call_that_cannot_be_read_says_why() -> None:
    (bad,) = scripted("<tool_call>find(x)</tool_call>").bind_tools([find]).invoke("Hi").invalid_tool_calls
    assert bad["error"] == "the call is no JSON object with a name and arguments"


def test_with_tools_an_answer_may_fill_the_context_unless_somebody_names_a_number() -> None:
    def tokens(chat: Runnable[Any, Any], messages: str = "Hi", **kwargs: Any) -> int:
        asked: int = sent(chat, messages, **kwargs)["sampling_params"]["max_tokens"]
        return asked

    bound = model().bind_tools([find])
    assert tokens(bound) == 4096 - math.ceil(1.15 * model().get_num_tokens(sent(bound)["prompt"]))
    assert tokens(bound, "word " * 4000) == 512
    assert tokens(bound, max_tokens=50) == tokens(model(max_tokens=50).bind_tools([find])) == 50
    assert tokens(model()) == tokens(model().bind_tools([find], tool_choice="none")) == 512


def test_without_tools_an_answer_is_text() -> None:
    message = scripted(CALL).invoke("Hi")
    assert (message.content, message.tool_calls) == (CALL, [])


def asking(chat: ChatCareerV2, **options: Any) -> Any:
    """The model of a sequence that gives structured output."""
    chain: Any = chat.with_structured_output(Person, **options)
    return chain.first


def test_a_schema_is_asked_for_and_held_to() -> None:
    job_input = sent(asking(model()), [("system", "Be brief."), ("human", "Jo")])
    assert job_input["prompt"].startswith("<|im_start|>system\nBe brief.\n\nAnswer with one JSON object")
    assert job_input["sampling_params"]["structured_outputs"]["json"]["required"] == ["name"]
    assert "structured_outputs" not in sent(asking(model(dialect="none")))["sampling_params"]
    mode = sent(asking(model(dialect="response_format"), method="json_mode"))
    assert mode["prompt"] == sent(model())["prompt"]
    assert mode["sampling_params"]["response_format"]["json_schema"]["schema"] == {"type": "object"}


@pytest.mark.parametrize("tools", [[], [find]])
def test_openais_response_format_is_taken_as_our_own(tools: list[Any]) -> None:
    chat, schema = model(), Person.model_json_schema()
    form = {"type": "json_schema", "json_schema": {"name": "Person", "schema": schema}}
    for given, ours in (
        (form, {"response_schema": schema}),
        ({"type": "json_object"}, {"json_mode": True}),
        ({"type": "text"}, {}),
    ):
        assert sent(chat, tools=tools, response_format=given) == sent(chat, tools=tools, **ours)
    for bad in (
        {"type": "grammar"},
        {"type": "json_schema"},
        {"type": "json_schema", "json_schema": {"schema": {"a": 1j}}},
    ):
        with pytest.raises(InvalidRequestError, match="response_format must be"):
            chat.invoke("Hi", response_format=bad)


def test_structured_output_is_there_behind_fallbacks() -> None:
    chat: Any = scripted(JO).with_fallbacks([scripted(JO)])
    assert chat.with_structured_output(Person).invoke("Hi") == Person(name="Jo")


JO = '{"name": "Jo"}'


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        (Person, Person(name="Jo")),
        (OldPerson, OldPerson(name="Jo")),
        (PersonDict, {"name": "Jo"}),
        (Person.model_json_schema(), {"name": "Jo"}),
    ],
)
@pytest.mark.parametrize("method", ["json_schema", "json_mode", "function_calling"])
def test_an_answer_becomes_an_object_of_the_schema(schema: Any, wanted: Any, method: Any) -> None:
    answers = [JO, f"\n```json\n{JO}\n```\n", f" {JO}\n"] if method != "function_calling" else [JO, f"{JO}}}\n"]
    for answer in answers:
        assert scripted(answer).with_structured_output(schema, method=method).invoke("Hi") == wanted
        assert list(scripted(answer).with_structured_output(schema, method=method).stream("Hi")) == [wanted]


SAID = "Jane of 12 Main Street"


@pytest.mark.parametrize(
    ("answer", "finish", "schema", "words"),
    [
        (f"Here: {JO} {SAID}", "stop", Person, "not JSON from its character 0 on"),
        (f"{JO} {SAID}", "stop", Person, "not JSON from its character"),
        (f'["{SAID}"]', "stop", Person, "no JSON object"),
        (JO, "length", Person, "cut off: raise max_tokens"),
        (f'{{"name": ["{SAID}"]}}', "stop", Person, "name: string_type"),
        ('{"name": "J"}', "stop", Person, "name: string_too_short"),
        (f'{{"name": ["{SAID}"]}}', "stop", OldPerson, "name: type_error.str"),
        (f'{{"name": ["{SAID}"]}}', "stop", PersonDict, "answer.name is not of the type string"),
        (f'{{"{SAID}": 1}}', "stop", PersonDict, "answer.name is missing"),
        (f'{{"name": "Jim", "{SAID}": 1}}', "stop", Closed, ": a key: extra_forbidden"),
        ('{"name": "Jo"}', "stop", Closed, "KeyError"),
        ("[" * 100_000, "stop", Person, "RecursionError|not JSON"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_an_error_that_does_not_quote_it(
    answer: str, finish: str, schema: Any, words: str
) -> None:
    chat = scripted(answer, finish=finish)
    with pytest.raises(OutputParserException, match=words) as caught:
        chat.with_structured_output(schema).invoke("Hi")
    assert SAID not in str(caught.value)
    assert caught.value.llm_output == answer
    raw: Any = chat.with_structured_output(schema, include_raw=True).invoke("Hi")
    assert (raw["raw"].content, raw["parsed"]) == (answer, None)
    assert isinstance(raw["parsing_error"], OutputParserException)


@pytest.mark.parametrize(
    ("answer", "finish", "words"),
    [
        ('{"name": ["x"]}}', "stop", "name: string_type"),
        ('{"name": "x', "length", "its call was cut off"),
        ('{"name": x}}', "stop", "it has no readable call"),
    ],
)
def test_a_call_that_is_not_what_was_asked_for_is_an_error(answer: str, finish: str, words: str) -> None:
    chat = scripted(answer, finish=finish).with_structured_output(Person, method="function_calling")
    with pytest.raises(OutputParserException, match=words) as caught:
        chat.invoke("Hi")
    assert caught.value.llm_output


@pytest.mark.parametrize(
    ("schema", "options", "words"),
    [
        ({"type": "object"}, {}, "the schema is no pydantic model"),
        ({"title": "T", **needing({"enum": []})}, {}, "nothing can satisfy the schema, at #/properties/a"),
        ({"title": "T", **DEEP}, {}, "the schema is no pydantic model"),
        ({"title": "T", **DATED}, {}, "the schema cannot be written as JSON"),
        (Person, {"method": "xml"}, "method must be"),
    ],
)
def test_a_schema_that_cannot_be_asked_for_is_refused_at_once(schema: Any, options: Any, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        model().with_structured_output(schema, **options)


def test_the_key_is_in_no_printed_serialised_or_traced_form() -> None:
    chat = model()
    shown = [repr(chat), str(chat), dumps(chat), json.dumps(chat._identifying_params), chat.model_dump_json()]
    assert not any(KEY in text for text in [*shown, str(chat.asdict()), repr(chat._serialized)])
    assert chat._get_ls_params(temperature=0.1)["ls_provider"] == "runpod"


def test_a_model_survives_copying_and_pickling() -> None:
    chat = model(temperature=0.1)
    for copy in (chat.model_copy(), pickle.loads(pickle.dumps(chat))):  # noqa: S301  # our own bytes
        assert sent(copy) == sent(chat)


def test_a_cache_keeps_answers_apart_that_were_asked_for_differently() -> None:
    cache = InMemoryCache()
    chat = scripted(JO, cache=cache)
    chat.invoke("p")
    chat.invoke("p", temperature=0)
    chat.bind_tools([find]).invoke("p")
    scripted(JO, cache=cache, endpoint_id="other").invoke("p")
    scripted(JO, cache=cache, output_version="v1").invoke("p")
    assert len(cache._cache) == 5
    assert chat.invoke("p").content == JO
    assert len(cache._cache) == 5
    assert KEY not in str(cache._cache.keys())


def test_what_is_hidden_from_traces_is_kept_in_no_cache() -> None:
    cache = InMemoryCache()
    token = CARRIED.set(Mask())
    try:
        assert scripted(JO, cache=cache).invoke("p").content == JO
    finally:
        CARRIED.reset(token)
    assert cache._cache == {}


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_core_revives_no_class_outside_of_its_own_table() -> None:
    """Which is why the models do not offer to be serialised: they could be written and not read."""

    class Offering(ChatCareerV2):
        @classmethod
        def is_lc_serializable(cls) -> bool:
            return True

        @property
        def lc_secrets(self) -> dict[str, str]:
            return {"api_key": "RUNPOD_API_KEY"}

    written = dumpd(Offering(endpoint_id="abc", api_key=KEY))
    with pytest.raises(ValueError, match="is not allowed"):
        load(written, valid_namespaces=Offering.get_lc_namespace()[:1], allowed_objects="all", secrets_from_env=True)
