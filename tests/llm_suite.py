"""A standard suite for LangChain text models, as `langchain_tests` has for chat models, embeddings and tools.

A subclass names its model in the class attributes and fixtures; its tests are all of the suite's, always.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, closing
from typing import Any, ClassVar, cast

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import get_usage_metadata_callback
from langchain_core.language_models.llms import BaseLLM
from langchain_core.load import dumpd, dumps, load
from langchain_core.messages import HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import ConfigurableField, RunnableSequence
from pydantic import SecretStr

from tests.llm_ways import (
    ASYNC,
    BATCHES,
    STREAMS,
    WAYS,
    WHOLE,
    Ask,
    AsyncEvents,
    Events,
    Keys,
    Model,
    Server,
    many,
    name_of,
    until,
)

LOADS = pytest.mark.filterwarnings("ignore:The function `load` is in beta")


class Suite:
    """Refuses a subclass in which a test of the suite is missing or another: what holds for no model is no standard."""

    def __init_subclass__(cls) -> None:
        for suite in (base for base in cls.__mro__ if base.__module__ == __name__):
            tests = {name: test for name, test in vars(suite).items() if name.startswith("test_")}
            if changed := [name for name, test in tests.items() if getattr(cls, name, None) is not test]:
                raise TypeError(f"{cls.__name__} overrides tests of {suite.__name__}: {', '.join(changed)}")


SHOWS: tuple[Callable[[Any], str], ...] = (repr, str, dumps)


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


class LLMUnitTests(Suite):
    """What a text model is before its first call.

    Attributes:
        model_class: The model's class, which `langchain_core.load` must be able to write and read.
        params: Arguments to make one with, the secrets among them.
        secrets: The secrets in `params`: the name by which `load` looks each up, and its value.
        environment: Variables that stand for arguments.
        from_environment: The attributes that they give.
        standard: Arguments that text models share, beyond `params`.
        refused: Arguments that are refused, one at a time.
        elsewhere: Arguments by which another model answers.
        provider: The provider's name in traces.
    """

    model_class: ClassVar[type[BaseLLM]]
    params: ClassVar[Mapping[str, Any]]
    secrets: ClassVar[Mapping[str, str]]
    environment: ClassVar[Mapping[str, str]]
    from_environment: ClassVar[Mapping[str, Any]]
    standard: ClassVar[Mapping[str, Any]] = {
        "model": "served",
        "temperature": 0.1,
        "max_tokens": 9,
        "stop": ["END"],
        "timeout": 7.0,
        "max_retries": 0,
    }
    refused: ClassVar[Mapping[str, Any]] = {"temperature": "hot", "max_tokens": -1, "timeout": "long"}
    elsewhere: ClassVar[Mapping[str, Any]] = {"model": "other"}
    provider: ClassVar[str]

    def make(self, **fields: Any) -> BaseLLM:
        return self.model_class(**{**self.params, **fields})

    def loaded(self, dump: object, *others: type[Any]) -> Any:
        """What a dump becomes when it has been text, and other secrets than ours are at hand."""
        text = dumps(dump) if not isinstance(dump, dict) else json.dumps(dump)
        assert not any(secret in text for secret in self.secrets.values())
        allowed, namespaces = [self.model_class, *others], [self.model_class.__module__.split(".")[0]]
        new = {name: f"new-{name}" for name in self.secrets}
        return load(json.loads(text), allowed_objects=allowed, valid_namespaces=namespaces, secrets_map=new)

    def test_init(self) -> None:
        model = self.make(**self.standard)
        assert {name: getattr(model, name) for name in self.standard} == self.standard
        assert isinstance(model._llm_type, str)

    def test_init_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        assert {name: _plain(getattr(self.model_class(), name)) for name in self.from_environment} == dict(
            self.from_environment
        )

    def test_what_traces_are_told(self) -> None:
        model = self.make(**self.standard)
        told = {"ls_provider": self.provider, "ls_model_type": "llm", "ls_model_name": "served"}
        assert model._get_ls_params(stop=["x"]) == {**told, "ls_temperature": 0.1, "ls_max_tokens": 9, "ls_stop": ["x"]}
        called = model._get_ls_params(model="other", temperature=0.7, max_tokens=5)
        wanted = {**told, "ls_model_name": "other", "ls_temperature": 0.7, "ls_max_tokens": 5}
        assert called == wanted

    def test_copies_are_equal(self) -> None:
        model = self.make(**self.standard)
        for copy in (model.model_copy(), pickle.loads(pickle.dumps(model))):  # noqa: S301  # our own bytes
            assert copy == model
            assert copy._identifying_params == model._identifying_params

    @LOADS
    def test_a_dump_is_loaded_as_the_same_model_with_the_secrets_at_hand(self) -> None:
        model = self.make(**self.standard)
        copy = self.loaded(dumpd(model))
        assert type(copy) is type(model)
        assert dumps(copy) == dumps(model)
        values = {name: _plain(value) for name, value in copy}
        new = [f"new-{name}" for name in self.secrets]
        hidden = {name for name, value in model if isinstance(value, SecretStr)}
        assert {name: values[name] for name, _ in model if name not in hidden} == {
            name: value for name, value in model if name not in hidden
        }
        assert sorted(values[name] for name in hidden) == new
        assert copy._identifying_params == model._identifying_params

    @LOADS
    def test_a_chain_with_the_model_in_it_is_loaded_too(self) -> None:
        chain = PromptTemplate.from_template("About {topic}") | self.make(**self.standard) | StrOutputParser()
        copy = self.loaded(chain, PromptTemplate, RunnableSequence, StrOutputParser)
        assert dumps(copy) == dumps(chain)

    @LOADS
    def test_a_dump_is_loaded_only_where_the_class_is_allowed(self) -> None:
        with pytest.raises(ValueError, match="not allowed"):
            load(dumpd(self.make()), allowed_objects="core")

    def test_no_secret_is_shown(self) -> None:
        model = self.make()
        wrapped = (
            model.bind(stop=["x"]),
            model.with_config(tags=["t"]),
            model.with_retry(),
            model.with_fallbacks([model]),
        )
        shown = {
            **{f"{show.__name__}({type(each).__name__})": show(each) for each in (model, *wrapped) for show in SHOWS},
            "model_dump": str(model.model_dump()),
            "model_dump_json": model.model_dump_json(),
            "asdict": str(model.asdict()),
            "identifying": str(model._identifying_params),
            "serialized": str(model._serialized),
            "traces": str(model._get_ls_params()),
        }
        assert not [where for where, text in shown.items() for secret in self.secrets.values() if secret in text]

    def test_no_secret_is_in_an_error(self) -> None:
        misplaced = {name: [value] for name, value in self.params.items() if value in self.secrets.values()}
        for name, value in {**self.refused, **misplaced}.items():
            with pytest.raises(Exception, match=name) as caught:
                self.make(**{name: value})
            assert not any(secret in f"{caught.value!r}{caught.value}" for secret in self.secrets.values())

    async def test_a_caches_key_is_all_that_shapes_an_answer_and_no_secret(self) -> None:
        keys = Keys()
        model = self.make(cache=keys)
        calls: list[dict[str, Any]] = [{}, {"temperature": 0.0}, {"max_tokens": 5}, {"stop": ["x"]}]
        assert [model.invoke("p", **call) for call in calls] == ["kept"] * 4
        assert [await model.ainvoke("p", **call) for call in calls] == ["kept"] * 4
        fields: list[Mapping[str, Any]] = [{"temperature": 0.9}, {"max_tokens": 6}, {"stop": ["y"]}, self.elsewhere]
        assert [self.make(cache=keys, **field).invoke("p") for field in fields] == ["kept"] * 4
        assert keys.seen[:4] == keys.seen[4:8]
        assert len(set(keys.seen)) == 8
        assert not any(secret in key for key in keys.seen for secret in self.secrets.values())


class LLMIntegrationTests(Suite):
    """What a text model does with a server behind it, which must answer one prompt always alike, in 20 tokens or more.

    A subclass has the fixtures `make`, a function that makes a model of the server from further arguments, and
    `server`, a `Server`.

    Attributes:
        prompts: Several that are answered, each in its own way.
        bad: One that the server fails at.
        flaky: One that the server fails at when it first gets it; `{0}` takes what makes it new.
        long: One whose answer takes a quarter of a second or longer, so that it can come in pieces.
        slow: One whose answer begins soon and lasts for 5 seconds or longer.
        error: What failing raises.
        broken: Arguments that let every call of a model fail.
    """

    prompts: ClassVar[Sequence[str]]
    bad: ClassVar[str]
    flaky: ClassVar[str]
    long: ClassVar[str]
    slow: ClassVar[str]
    error: ClassVar[type[Exception]]
    broken: ClassVar[Mapping[str, Any]]

    @pytest.fixture
    def llm(self, make: Callable[..., BaseLLM]) -> BaseLLM:
        return make()

    @WAYS
    async def test_every_way_of_calling_gives_the_same_answer(self, llm: BaseLLM, ask: Ask) -> None:
        text = await ask(llm, self.prompts[0])
        assert type(text) is str
        assert text == llm.invoke(self.prompts[0]) != ""

    @pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a chain"])
    async def test_a_stream_comes_in_pieces(self, llm: BaseLLM, inside: bool) -> None:
        model: Model = PromptTemplate.from_template("{all}") | llm | StrOutputParser() if inside else llm
        prompt: Any = {"all": self.long} if inside else self.long
        for pieces in (list(model.stream(prompt)), [piece async for piece in model.astream(prompt)]):
            assert len([piece for piece in pieces if piece]) > 2
            assert {type(piece) for piece in pieces} == {str}

    @BATCHES
    async def test_a_batch_keeps_its_order(self, llm: BaseLLM, way: str) -> None:
        texts = [llm.invoke(prompt) for prompt in self.prompts]
        assert len(set(texts)) == len(self.prompts) > 2
        assert await many(llm, way, self.prompts) == texts
        assert await many(llm, way, self.prompts, config={"max_concurrency": 2}) == texts
        assert await many(llm, way, []) == []

    @BATCHES
    async def test_a_bad_prompt_harms_no_other(self, llm: BaseLLM, way: str) -> None:
        first, second, *_ = self.prompts
        prompts = [first, self.bad, second]
        one, failed, two = await many(llm, way, prompts, return_exceptions=True)
        assert (one, two) == (llm.invoke(first), llm.invoke(second))
        assert isinstance(failed, self.error)
        with pytest.raises(self.error):
            await many(llm, way, prompts)

    @pytest.mark.parametrize("way", ["generate", "agenerate"])
    async def test_several_prompts_are_one_generation_each(self, llm: BaseLLM, way: str) -> None:
        prompts = list(self.prompts)
        result = llm.generate(prompts) if way == "generate" else await llm.agenerate(prompts)
        assert [generation.text for (generation,) in result.generations] == [llm.invoke(prompt) for prompt in prompts]
        total = (result.llm_output or {})["token_usage"]
        singles = [(llm.generate([prompt]).llm_output or {})["token_usage"] for prompt in prompts]
        assert total == {name: sum(single[name] for single in singles) for name in total}
        assert len(result.run or []) == len(prompts)

    @WAYS
    async def test_tokens_are_counted(self, llm: BaseLLM, ask: Ask) -> None:
        with get_usage_metadata_callback() as counted:
            await ask(llm, self.prompts[0])
            await ask(llm, self.prompts[0], max_tokens=5)
        ((name, usage),) = counted.usage_metadata.items()
        whole = (llm.generate([self.prompts[0]]).llm_output or {})["token_usage"]
        assert name == llm._get_ls_params()["ls_model_name"]
        assert usage["input_tokens"] == 2 * whole["prompt_tokens"] > 0
        assert usage["output_tokens"] == whole["completion_tokens"] + 5 > 10
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]

    @WAYS
    async def test_max_tokens_of_a_call_cut_the_answer_which_says_so(self, llm: BaseLLM, ask: Ask) -> None:
        whole, cut = Events(), Events()
        text = await ask(llm, self.prompts[0], {"callbacks": [whole]})
        start = await ask(llm, self.prompts[0], {"callbacks": [cut]}, max_tokens=5)
        assert text.startswith(start)
        assert 0 < len(start) < len(text)
        assert (whole.info["finish_reason"], cut.info["finish_reason"]) == ("stop", "length")

    @WAYS
    async def test_stop_sequences_end_the_answer(self, make: Callable[..., BaseLLM], ask: Ask) -> None:
        text = make().invoke(self.prompts[0])
        early, late = text.split()[3], text.split()[6]
        assert await ask(make(), self.prompts[0], stop=[late]) == text[: text.index(late)]
        seen = Events()
        assert await ask(make(stop=[late]), self.prompts[0], {"callbacks": [seen]}) == text[: text.index(late)]
        assert seen.info["finish_reason"] == "stop"
        assert await ask(make(stop=[late]), self.prompts[0], stop=[early]) == text[: text.index(early)]

    @WAYS
    async def test_callbacks_are_told_of_start_tokens_and_end(self, llm: BaseLLM, ask: Ask) -> None:
        seen, aseen = Events(), AsyncEvents()
        handlers = [seen, *([aseen] if ask in ASYNC else [])]
        config = {"callbacks": handlers, "tags": ["t"], "metadata": {"m": 1}, "run_name": "named"}
        text = await ask(llm, self.prompts[0], config, max_tokens=7)
        for events in [seen, *([aseen.seen] if ask in ASYNC else [])]:
            (start,) = events.starts
            assert (start["prompts"], start["tags"], start["name"]) == ([self.prompts[0]], ["t"], "named")
            told = {"m": 1, **llm._get_ls_params(max_tokens=7)}
            assert {name: start["metadata"][name] for name in told} == told
            assert events.order == ["start", *["token"] * len(events.tokens), "end"]
            assert "".join(events.tokens) == (text if ask in STREAMS else "")
            assert events.ends[0].generations[0][0].text == text

    @WAYS
    async def test_callbacks_are_told_of_an_error(self, llm: BaseLLM, ask: Ask) -> None:
        seen, aseen = Events(), AsyncEvents()
        with pytest.raises(self.error) as caught:
            await ask(llm, self.bad, {"callbacks": [seen, *([aseen] if ask in ASYNC else [])]})
        for events in [seen, *([aseen.seen] if ask in ASYNC else [])]:
            assert events.order == ["start", "error"]
            assert events.errors == [caught.value]

    @pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a chain"])
    async def test_events_of_a_stream(self, llm: BaseLLM, inside: bool) -> None:
        model: Model = llm | StrOutputParser() if inside else llm
        events: list[Any] = [event async for event in model.astream_events(self.prompts[0], version="v2")]
        start, *pieces, end = (event for event in events if event["event"].startswith("on_llm"))
        assert (start["event"], end["event"]) == ("on_llm_start", "on_llm_end")
        assert {event["event"] for event in pieces} == {"on_llm_stream"}
        assert {event["run_id"] for event in pieces} == {start["run_id"]} == {end["run_id"]}
        chunks = [event["data"]["chunk"] for event in pieces]  # text where the model is the root, else generations
        text = llm.invoke(self.prompts[0])
        assert "".join(chunk if isinstance(chunk, str) else chunk.text for chunk in chunks) == text
        assert end["data"]["output"]["generations"][0][0]["text"] == text

    async def test_a_cached_answer_costs_no_call(self, make: Callable[..., BaseLLM], server: Server) -> None:
        llm, prompt = make(cache=InMemoryCache()), self.prompts[0]
        before, text = server.submits, llm.invoke(prompt)
        assert [llm.invoke(prompt), await llm.ainvoke(prompt), *llm.batch([prompt] * 2)] == [text] * 4
        assert server.submits == before + 1
        assert [llm.invoke(prompt, max_tokens=5), await llm.ainvoke(prompt, max_tokens=5)] != [text] * 2
        assert server.submits == before + 2
        assert make(cache=llm.cache, max_tokens=4).invoke(prompt) != text
        assert server.submits == before + 3

    @pytest.mark.parametrize("ask", WHOLE, ids=name_of)
    async def test_with_retry_asks_again(self, llm: BaseLLM, server: Server, ask: Ask) -> None:
        patient = llm.with_retry(
            retry_if_exception_type=(self.error,), wait_exponential_jitter=False, stop_after_attempt=2
        )
        before = server.submits
        assert await ask(patient, self.flaky.format(time.time_ns()))
        assert server.submits == before + 2

    @WAYS
    async def test_with_fallbacks_asks_another(self, make: Callable[..., BaseLLM], llm: BaseLLM, ask: Ask) -> None:
        broken = make(**self.broken)
        with pytest.raises(self.error):
            await ask(broken, self.prompts[0])
        assert await ask(broken.with_fallbacks([llm]), self.prompts[0]) == llm.invoke(self.prompts[0])

    @WAYS
    async def test_with_config_reaches_the_call(self, llm: BaseLLM, ask: Ask) -> None:
        seen = Events()
        named = llm.with_config(callbacks=[seen], tags=["t"], metadata={"m": 1}, run_name="named")
        await ask(named, self.prompts[0], {"tags": ["u"]})
        (start,) = seen.starts
        assert (sorted(start["tags"]), start["metadata"]["m"], start["name"]) == (["t", "u"], 1, "named")

    @WAYS
    async def test_fields_and_models_can_be_chosen_at_a_call(
        self, make: Callable[..., BaseLLM], llm: BaseLLM, ask: Ask
    ) -> None:
        text, short = llm.invoke(self.prompts[0]), llm.invoke(self.prompts[0], max_tokens=5)
        field: Model = llm.configurable_fields(max_tokens=ConfigurableField(id="most"))
        other: Model = llm.configurable_alternatives(ConfigurableField(id="which"), short=make(max_tokens=5))
        for model, chosen in ((field, {"most": 5}), (other, {"which": "short"})):
            assert await ask(model, self.prompts[0]) == text
            assert await ask(model, self.prompts[0], {"configurable": chosen}) == short

    @WAYS
    async def test_what_is_bound_is_an_argument_of_each_call(self, llm: BaseLLM, ask: Ask) -> None:
        bound = llm.bind(max_tokens=5)
        assert await ask(bound, self.prompts[0]) == llm.invoke(self.prompts[0], max_tokens=5)
        assert await ask(bound, self.prompts[0], max_tokens=7) == llm.invoke(self.prompts[0], max_tokens=7)

    @WAYS
    async def test_a_chain_of_prompt_model_and_parser(self, llm: BaseLLM, ask: Ask) -> None:
        chain = PromptTemplate.from_template("{all}") | llm | StrOutputParser()
        assert await ask(chain, {"all": self.prompts[0]}) == llm.invoke(self.prompts[0])

    @WAYS
    async def test_messages_are_an_input_too(self, llm: BaseLLM, ask: Ask) -> None:
        text = llm.invoke(f"Human: {self.prompts[0]}")
        seen = Events()
        assert await ask(llm, [HumanMessage(self.prompts[0])], {"callbacks": [seen]}) == text
        assert await ask(llm, [("human", self.prompts[0])]) == text
        assert seen.starts[0]["prompts"] == [f"Human: {self.prompts[0]}"]

    @pytest.mark.parametrize("ask", ASYNC, ids=name_of)
    async def test_a_cancelled_call_ends_its_run_and_its_work(self, llm: BaseLLM, server: Server, ask: Ask) -> None:
        seen = Events()
        task = asyncio.ensure_future(ask(llm, self.slow, {"callbacks": [seen]}))
        await until(lambda: bool(server.live_jobs()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not server.live_jobs())
        assert (seen.order[0], seen.order[-1], len(seen.errors)) == ("start", "error", 1)

    async def test_a_closed_stream_ends_its_run_and_its_work(self, llm: BaseLLM, server: Server) -> None:
        seen = Events()
        with closing(cast("Any", llm.stream(self.slow, {"callbacks": [seen]}))) as texts:
            assert isinstance(next(texts), str)
            assert server.live_jobs()
        await until(lambda: not server.live_jobs())
        async with aclosing(cast("Any", llm.astream(self.slow, {"callbacks": [seen]}))) as atexts:
            assert isinstance(await anext(atexts), str)
            assert server.live_jobs()
        await until(lambda: not server.live_jobs())
        assert len(seen.starts) == len(seen.errors) == 2
