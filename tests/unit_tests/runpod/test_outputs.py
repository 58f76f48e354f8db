from __future__ import annotations

from typing import Any

import pytest

from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.outputs import Usage, decode, shape


def job(output: Any, **fields: Any) -> dict[str, Any]:
    return {"id": "job-u1", "status": "COMPLETED", "delayTime": 824, "executionTime": 3391, "output": output, **fields}


CURRENT = [
    {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "text": " hi", "logprobs": None, "finish_reason": "stop", "stop_reason": None}],
        "usage": {"prompt_tokens": 3, "total_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": None},
    }
]
CHAT = [
    {
        "object": "chat.completion",
        "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "length"}],
    }
]
LEGACY = [{"choices": [{"tokens": ["full text"]}], "usage": {"input": 5, "output": 9}}]
BATCHES = [
    {"choices": [{"tokens": ["A"]}], "usage": {"input": 5, "output": 1}},
    {"choices": [{"tokens": ["B", "C"]}], "usage": {"input": 5, "output": 3}},
]
HANDLER = {
    "choices": [{"text": "t", "deltas": None, "tokens": ["t"]}],
    "usage": {"input": 42, "output": 128, "total": 170},
    "validation": {"valid": True, "issues": [], "sanitized": False, "intent": "career_guidance"},
    "streaming": False,
}


@pytest.mark.parametrize(
    ("output", "text", "usage", "finish"),
    [
        pytest.param(CURRENT, " hi", Usage(3, 2), "stop", id="worker-vllm"),
        pytest.param(CHAT, "hi", None, "length", id="worker-vllm chat"),
        pytest.param(LEGACY, "full text", Usage(5, 9), None, id="legacy"),
        pytest.param(BATCHES, "ABC", Usage(5, 3), None, id="legacy in batches: the last usage is the sum"),
        pytest.param(HANDLER, "t", Usage(42, 128), None, id="handler"),
        pytest.param("text", "text", None, None, id="plain string"),
        pytest.param(None, "", None, None, id="nothing"),
        pytest.param([], "", None, None, id="an empty list"),
        pytest.param({}, "", None, None, id="an empty object"),
    ],
)
def test_every_shape_reads_as_text_usage_and_finish_reason(
    output: Any, text: str, usage: Usage | None, finish: str | None
) -> None:
    completion = decode(job(output))
    assert (completion.text, completion.usage, completion.finish_reason) == (text, usage, finish)
    assert (completion.job_id, completion.delay_ms, completion.execution_ms) == ("job-u1", 824, 3391)


def test_a_worker_that_spent_all_tokens_and_says_nothing_was_cut() -> None:
    assert decode(job(LEGACY), max_tokens=9).finish_reason == "length"
    assert decode(job(LEGACY), max_tokens=10).finish_reason is None
    assert decode(job(CURRENT), max_tokens=2).finish_reason == "stop"


def test_half_a_character_is_replaced_so_that_the_text_can_be_written() -> None:
    assert decode(job("a\ud800b \U0001f600")).text == "a\ufffdb \U0001f600"


def test_the_handlers_validation_is_kept() -> None:
    validation = decode(job(HANDLER)).validation
    assert validation is not None
    assert validation["intent"] == "career_guidance"


PROXY_ERROR = (
    '{\'message\': \'vLLM returned HTTP 400: {"error":{"message":"You passed 5000 input tokens","type":'
    '"BadRequestError","param":"input_tokens","code":400}}\', \'type\': \'worker_error\', \'code\': None}'
)
RAISED = (
    '{"error_type": "<class \'RuntimeError\'>", "error_message": "boom", "error_traceback": "Traceback in /secret"}'
)


@pytest.mark.parametrize(
    ("answer", "leaf", "words"),
    [
        pytest.param({"status": "TIMED_OUT"}, errors.EndpointTimeoutError, "TIMED_OUT", id="timed out"),
        pytest.param({"status": "CANCELLED"}, errors.JobError, "CANCELLED", id="cancelled"),
        pytest.param({"status": "FAILED"}, errors.JobError, "FAILED", id="failed without a word"),
        pytest.param(
            {"status": "FAILED", "error": "job timed out after 1 retries"}, errors.JobError, "1 retries", id="text"
        ),
        pytest.param({"status": "FAILED", "error": PROXY_ERROR}, errors.PromptTooLongError, "5000", id="worker-vllm"),
        pytest.param({"status": "FAILED", "error": RAISED}, errors.JobError, "boom", id="JSON in text"),
        pytest.param({"status": "FAILED", "error": {"code": "X"}}, errors.JobError, "FAILED", id="an object"),
        pytest.param(
            {"status": "FAILED", "error": "{'message': 'bad n', 'type': 'BadRequestError', 'code': 400}"},
            errors.InvalidRequestError,
            "bad n",
            id="a Python repr",
        ),
        pytest.param(
            {"status": "FAILED", "error": "{'error': {'message': 'bad n', 'code': 400}}"},
            errors.InvalidRequestError,
            "bad n",
            id="a nested Python repr",
        ),
        pytest.param(
            {"status": "FAILED", "error": "handler: wrong key \ntraceback: Traceback /secret"},
            errors.JobError,
            "wrong key",
            id="a traceback",
        ),
        pytest.param({"status": "FAILED", "error": "No prompt provided"}, errors.JobError, "No prompt", id="handler"),
        pytest.param(
            {"status": "FAILED", "error": "Prompt too long (max 1024 chars)"},
            errors.PromptTooLongError,
            "1024",
            id="handler, too long",
        ),
        pytest.param({"output": [{"error": "x broke"}]}, errors.JobError, "x broke", id="error inside COMPLETED"),
        pytest.param(
            {"output": [{"object": "error", "message": "no model", "type": "NotFoundError", "code": 404}]},
            errors.JobError,
            "no model",
            id="flat error inside COMPLETED",
        ),
        pytest.param(
            {"output": {"blocked": True, "intent": "salary_intelligence", "message": "Ask elsewhere"}},
            errors.BlockedError,
            "Ask elsewhere",
            id="blocked",
        ),
    ],
)
def test_every_failure_is_one_typed_error(answer: dict[str, Any], leaf: type[errors.EndpointError], words: str) -> None:
    with pytest.raises(errors.EndpointError, match=words) as caught:
        decode({"id": "job-u1", "status": "COMPLETED", **answer})
    assert type(caught.value) is leaf
    assert caught.value.job_id == "job-u1"
    assert "/secret" not in str(caught.value)


def test_a_blocked_question_carries_the_handlers_intent() -> None:
    with pytest.raises(errors.BlockedError) as caught:
        decode(job({"blocked": True, "intent": "salary_intelligence", "message": "no"}))
    assert caught.value.intent == "salary_intelligence"


@pytest.mark.parametrize(
    "output",
    [
        {"weird": {"deep": "a candidate's name"}},
        [{"choices": []}],
        [{"choices": [{"text": 7}]}],
        ["data: {}", "data: [DONE]"],
        [["a candidate's name"]],
        7,
    ],
)
def test_an_unknown_shape_is_named_by_its_keys_never_by_its_contents(output: Any) -> None:
    with pytest.raises(errors.ProtocolError, match="unknown shape") as caught:
        decode(job(output))
    assert "candidate" not in str(caught.value)
    assert shape(output) in str(caught.value)


def test_a_huge_error_text_is_not_parsed_and_not_quoted_whole() -> None:
    with pytest.raises(errors.JobError) as caught:
        decode({"id": "j", "status": "FAILED", "error": "[" * 1_000_000})
    assert len(str(caught.value)) < 400
