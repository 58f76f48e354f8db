from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from langchain_careerv2.chatml import render
from langchain_careerv2.runpod.outputs import JobStatus
from langchain_careerv2.runpod.shapes import Shape, Writing, shapes
from langchain_careerv2.serving.jobs import Clock, perform
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine, Written
from langchain_careerv2.serving.workers import EngineWorker

QUESTION = "List ATS keywords for a nurse"
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
CHAT_PROMPT = render("Be brief.", QUESTION)
ENGINE = OfflineEngine()


def ask(shape: str, **job_input: Any) -> tuple[JobStatus, Any, list[Any]]:
    """How a job ended, its output or error, and what it yielded."""
    yields: list[object] = []
    worker = EngineWorker(ENGINE, shape, 0, Clock()).worker
    status, result = asyncio.run(perform(worker, job_input, yields.append))
    return status, result.get("error", result.get("output")), yields


def writing(prompt: str, max_tokens: int) -> Writing:
    written = ENGINE.complete(prompt, max_tokens)
    return Writing(
        written.pieces, written.prompt_tokens, written.completion_tokens, written.finish_reason, model=ENGINE_NAME
    )


USAGE = {"stream_options": {"include_usage": True}}
SAMPLED = {"max_tokens": 20}
OPENAI: dict[str, Any] = {"prompt": QUESTION, **SAMPLED}
CHAT: dict[str, Any] = {"messages": MESSAGES, **SAMPLED}


@pytest.mark.parametrize(
    ("shape", "job_input", "row", "prompt"),
    [
        ("vllm", {"prompt": QUESTION, "sampling_params": SAMPLED}, "1", QUESTION),
        ("vllm", {"prompt": "x", "messages": MESSAGES, "sampling_params": SAMPLED}, "2", CHAT_PROMPT),
        ("vllm", {"prompt": QUESTION, "stream": True, "sampling_params": {**SAMPLED, **USAGE}}, "3", QUESTION),
        ("vllm", {"messages": MESSAGES, "stream": True, "sampling_params": {**SAMPLED, **USAGE}}, "4", CHAT_PROMPT),
        ("vllm", {"openai_route": "/v1/completions", "openai_input": OPENAI}, "1", QUESTION),
        ("vllm", {"openai_input": CHAT}, "2", CHAT_PROMPT),
        ("vllm", {"openai_input": {**CHAT, **USAGE, "stream": True}}, "4", CHAT_PROMPT),
        (
            "vllm",
            {"prompt": QUESTION, "sampling_params": {**SAMPLED, "stream": True, "guided_json": {}}},
            "1",
            QUESTION,
        ),
        ("legacy", {"prompt": QUESTION, "sampling_params": SAMPLED}, "8", QUESTION),
        ("legacy", {"messages": MESSAGES, "sampling_params": SAMPLED}, "8", CHAT_PROMPT),
        ("legacy", {"prompt": QUESTION, "stream": True, "sampling_params": SAMPLED}, "9", QUESTION),
        ("legacy", {"openai_route": "/v1/completions", "openai_input": OPENAI}, "11", QUESTION),
        (
            "legacy",
            {"openai_route": "/v1/completions", "openai_input": {**OPENAI, **USAGE, "stream": True}},
            "12",
            QUESTION,
        ),
        ("legacy", {"openai_route": "/v1/chat/completions", "openai_input": CHAT}, "2", CHAT_PROMPT),
    ],
)
def test_a_generation_answers_what_a_job_asks_in_its_row(
    shape: str, job_input: dict[str, Any], row: str, prompt: str
) -> None:
    status, output, yields = ask(shape, **job_input)
    assert status is JobStatus.COMPLETED
    assert output == yields == shapes()[row].fill(writing(prompt, 20))["output"]


@pytest.mark.parametrize(("stream", "row"), [(False, "20b"), (True, "21b")])
def test_the_handler_yields_nothing_and_has_a_switch_of_its_own(stream: bool, row: str) -> None:
    sampling = {"max_tokens": 70, "stream": stream, "guided_json": {}}
    switches = {"enable_validation": False, "block_low_trust_intents": False}
    status, output, yields = ask("handler", prompt=QUESTION, stream=not stream, sampling_params=sampling, **switches)
    assert status is JobStatus.COMPLETED
    expected = shapes()[row].fill(writing(QUESTION, 70))["output"]
    del expected["validation"]
    assert output == expected
    assert yields == []


@pytest.mark.parametrize(
    "shape", [shape for shape in shapes().values() if not shape.raises], ids=lambda shape: shape.row
)
def test_any_row_can_be_chosen(shape: Shape) -> None:
    status, output, yields = ask(shape.row, prompt=QUESTION, sampling_params={"max_tokens": 70})
    filled = shape.fill(writing(QUESTION, 70))
    assert (status.value, output) == (filled["status"], filled.get("output"))
    assert yields == (output if isinstance(output, list) else [])


@pytest.mark.parametrize("shape", ["x", "", "6", "27"])
def test_a_shape_that_is_none_or_an_error_is_refused(shape: str) -> None:
    with pytest.raises(ValueError, match="unknown shape"):
        EngineWorker(ENGINE, shape, 0, Clock())


@pytest.mark.parametrize(
    ("shape", "job_input", "words"),
    [
        ("vllm", {}, "vLLM returned HTTP 400"),
        ("vllm", {"prompt": ""}, "non-empty"),
        ("vllm", {"prompt": "x", "sampling_params": {"max_tokens": 0}}, "max_tokens must be at least 1"),
        ("vllm", {"prompt": "x", "sampling_params": USAGE}, "Stream options can only"),
        ("legacy", {"prompt": ["x"]}, "'object': 'error'"),
        (
            "legacy",
            {"prompt": "x", "sampling_params": {"guided_json": {}}},
            "Unexpected keyword argument 'guided_json'",
        ),
        ("legacy", {"prompt": "x", "stream": True, "sampling_params": USAGE}, "argument 'stream_options'"),
        ("handler", {"messages": MESSAGES}, "No prompt provided"),
        ("handler", {"prompt": "x" * 1025}, r"Prompt too long \(max 1024 chars\)"),
        ("handler", {"prompt": "x", "sampling_params": {"max_tokens": 0}}, "max_tokens: Input should be greater"),
    ],
)
def test_what_a_generation_does_not_take_fails(shape: str, job_input: dict[str, Any], words: str) -> None:
    status, error, _ = ask(shape, **job_input)
    assert status is JobStatus.FAILED
    with pytest.raises(ValueError, match=words):
        raise ValueError(error)


@pytest.mark.parametrize(
    ("shape", "sampling", "tokens"),
    [
        ("vllm", {}, 16),
        ("legacy", {}, 100),
        ("handler", {}, 150),
        ("handler", {"max_tokens": 1}, 64),
        ("handler", {"max_tokens": 999}, 256),
        ("vllm", {"max_tokens": None}, 16),
    ],
)
def test_tokens_where_the_job_names_none_and_where_it_names_too_many(
    shape: str, sampling: dict[str, Any], tokens: int
) -> None:
    asked: list[int] = []

    class Engine(OfflineEngine):
        def complete(self, prompt: str, max_tokens: int) -> Written:
            asked.append(max_tokens)
            return super().complete(prompt, max_tokens)

    worker = EngineWorker(Engine(), shape, 0, Clock()).worker
    asyncio.run(perform(worker, {"prompt": QUESTION, "sampling_params": sampling}, lambda _: None))
    assert asked == [tokens]


def test_a_chat_has_no_such_bound_but_its_own() -> None:
    whole = ENGINE.complete(CHAT_PROMPT, 999)
    (free,), (bounded,) = (
        ask("vllm", openai_input={"messages": MESSAGES, **more})[1] for more in ({}, {"max_completion_tokens": 3})
    )
    assert free["choices"][0]["message"]["content"] == whole.text
    assert bounded["usage"]["completion_tokens"] == 3


@pytest.mark.parametrize("job_input", [{"prompt": QUESTION}, {"messages": MESSAGES}])
def test_a_stream_counts_tokens_only_where_it_was_asked_to(job_input: dict[str, Any]) -> None:
    _, told, _ = ask("vllm", **job_input, stream=True, sampling_params={**SAMPLED, **USAGE})
    _, quiet, _ = ask("vllm", **job_input, stream=True, sampling_params=SAMPLED)
    events = ["".join(output).split("\n\n") for output in (told, quiet)]
    extra = [event for event in events[0] if event not in events[1]]
    assert [json.loads(event.removeprefix("data: "))["choices"] for event in extra] == [[]]
    assert all(output for output in quiet)
    assert events[1][-2:] == ["data: [DONE]", ""]


@pytest.mark.parametrize("stop", [" Triage", [" Vital signs", " Triage", "nowhere"]])
def test_a_stop_string_ends_the_text(stop: Any) -> None:
    _, (output,), _ = ask("vllm", prompt=QUESTION, sampling_params={"max_tokens": 50, "stop": stop})
    (choice,) = output["choices"]
    assert ENGINE.complete(QUESTION, 50).text.startswith(f"{choice['text']} Triage")
    assert choice["finish_reason"] == "stop"
    assert output["usage"]["completion_tokens"] == 3


def test_several_prompts_are_one_completion_with_a_choice_each() -> None:
    prompts = [QUESTION, "ATS keywords for a chef"]
    _, (output,), _ = ask("vllm", prompt=prompts, sampling_params=SAMPLED)
    assert [choice["text"] for choice in output["choices"]] == [ENGINE.complete(text, 20).text for text in prompts]
    assert [choice["index"] for choice in output["choices"]] == [0, 1]
    assert output["usage"]["completion_tokens"] == 40


@pytest.mark.parametrize(
    "text", ["", " ", "a", " a b\n\n- c. ", "\n1. x\n", "averyveryverylongword ü—ß\t", "a\u3000b  "]
)
def test_pieces_are_the_text_and_as_many_as_its_tokens(text: str) -> None:
    assert "".join(Written(text, "stop", 0, 0).pieces) == text


@pytest.mark.parametrize("max_tokens", [1, 7, 500])
def test_the_engine_counts_its_pieces(max_tokens: int) -> None:
    for question in (QUESTION, "Write a job description for a nurse", "hello"):
        written = ENGINE.complete(question, max_tokens)
        assert len(written.pieces) == written.completion_tokens
