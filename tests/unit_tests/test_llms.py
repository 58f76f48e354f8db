from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from langchain_careerv2 import CareerV2LLM, career_chain
from langchain_careerv2.chatml import render
from langchain_careerv2.errors import ConfigurationError, InvalidRequestError, PromptTooLongError
from langchain_careerv2.runpod.protocol import Call

KEY = "rpa_SECRET_KEY"
PROMPT = render("Be brief.", "How do I <improve> my resume?", "1. ")


def model(**fields: Any) -> CareerV2LLM:
    return CareerV2LLM(**{"endpoint_id": "abc123", "api_key": KEY, **fields})


def sent(llm: CareerV2LLM, prompt: str = PROMPT, **kwargs: Any) -> dict[str, Any]:
    """The job input that a call would send."""
    call = next(llm._flow(prompt, kwargs.pop("stop", None), kwargs))
    assert isinstance(call, Call)
    assert isinstance(call.body, dict)
    job_input: dict[str, Any] = call.body["input"]
    return job_input


def test_the_guides_decoding_is_the_default() -> None:
    assert sent(model()) == {
        "prompt": PROMPT,
        "sampling_params": {
            "max_tokens": 200,
            "temperature": 0.3,
            "top_p": 0.9,
            "repetition_penalty": 1.0,
            "stop": ["<|im_end|>"],
        },
    }


def test_a_calls_argument_beats_the_field() -> None:
    llm = model(temperature=0.7, max_tokens=300, stop=["END"])
    assert sent(llm)["sampling_params"]["temperature"] == 0.7
    sampling = sent(llm, temperature=0, max_tokens=50, stop=["\n\n"], seed=7, top_k=20)["sampling_params"]
    assert sampling == {
        "max_tokens": 50,
        "temperature": 0.0,
        "top_p": 0.9,
        "repetition_penalty": 1.0,
        "stop": ["\n\n"],
        "top_k": 20,
        "seed": 7,
    }


def test_the_handler_gets_the_question_and_the_guides_switches() -> None:
    assert sent(model(handler=True)) == {
        **sent(model(), "How do I <improve> my resume?"),
        "enable_validation": True,
        "block_low_trust_intents": True,
    }
    chatml = sent(model(handler=True, handler_prompt="chatml", block_low_trust_intents=False))
    assert (chatml["prompt"], chatml["block_low_trust_intents"]) == (PROMPT, False)


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"temprature": 0}, "temprature"),
        ({"max_tokens": 0}, "max_tokens: .*greater than or equal to 1"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"stop": "x"}, "stop"),
        ({"api_key": KEY}, "api_key"),
    ],
)
def test_a_bad_sampling_parameter_is_named_not_dropped(kwargs: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words) as caught:
        sent(model(), **kwargs)
    assert KEY not in str(caught.value)
    if "stop" not in kwargs and "api_key" not in kwargs and "temprature" not in kwargs:
        with pytest.raises((InvalidRequestError, ValidationError), match=words.partition(":")[0]):
            model(**kwargs)


def test_a_prompt_that_cannot_fit_is_refused_before_it_is_sent() -> None:
    with pytest.raises(PromptTooLongError, match="1000000 characters; a context of 4096 tokens takes 32768"):
        sent(model(), "x" * 1_000_000)
    with pytest.raises(PromptTooLongError, match="1025 characters; the handler takes 1024"):
        sent(model(handler=True), render("s", "x" * 1025))
    assert sent(model(handler=True), render("s" * 2000, "x" * 1024))["prompt"] == "x" * 1024
    assert sent(model(max_model_len=200_000), "x" * 1_000_000)


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan"), "soon", 10**9])
def test_a_timeout_that_is_none_is_refused(timeout: Any) -> None:
    with pytest.raises(ValidationError, match="timeout"):
        model(timeout=timeout)
    with pytest.raises(InvalidRequestError, match="timeout must be a number of seconds"):
        sent(model(), timeout=timeout)
    with pytest.raises(InvalidRequestError, match="timeout must be a number of seconds"):
        career_chain("ats_keywords", model().bind(timeout=timeout))
    assert sent(model(), timeout=None)


def test_the_handler_has_no_openai_route() -> None:
    with pytest.raises(ConfigurationError, match="route"):
        model(handler=True, route="openai")


def test_the_openai_route_sends_openais_body() -> None:
    call = next(model(route="openai", model="served")._flow(PROMPT, None, {"max_tokens": 9}))
    assert isinstance(call, Call)
    assert (call.path, call.body) == (
        "/openai/v1/completions",
        {
            "model": "served",
            "prompt": PROMPT,
            "max_tokens": 9,
            "temperature": 0.3,
            "top_p": 0.9,
            "repetition_penalty": 1.0,
            "stop": ["<|im_end|>"],
        },
    )


def test_a_call_without_arguments_of_its_own_costs_no_copy_of_the_model() -> None:
    llm = model()
    assert llm._for_call({"stop": None}) is llm  # core passes it always
    assert llm._for_call({"seed": 1}) is not llm


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="empty"):
        sent(model(), " \n")


@pytest.mark.parametrize(
    ("variables", "fields", "endpoint_id", "key"),
    [
        ({"RUNPOD_API_KEY": "k1", "API_KEY": "k2", "RUNPOD_ENDPOINT_ID": "e1", "ENDPOINT_ID": "e2"}, {}, "e1", "k1"),
        ({"API_KEY": "k2", "ENDPOINT_ID": "e2", "HANDLER_ENDPOINT_ID": "h"}, {}, "e2", "k2"),
        ({"API_KEY": "k2", "ENDPOINT_ID": "e2", "HANDLER_ENDPOINT_ID": "h"}, {"handler": True}, "h", "k2"),
        ({"API_KEY": " k2\n", "ENDPOINT_ID": "e2"}, {"endpoint_id": "own", "api_key": "mine"}, "own", "mine"),
        ({"API_KEY": " k2\n", "ENDPOINT_ID": " e2 "}, {}, "e2", "k2"),
    ],
)
def test_key_and_ids_come_from_the_environment_in_the_documented_order(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], fields: dict[str, Any], endpoint_id: str, key: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    llm = CareerV2LLM(**fields)
    assert (llm.endpoint_id, llm.api_key.get_secret_value()) == (endpoint_id, key)
    assert llm.base_url == "https://api.runpod.ai/v2"


def test_the_base_url_has_the_official_sdks_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNPOD_ENDPOINT_BASE_URL", "http://127.0.0.1:9/v2")
    assert model().base_url == "http://127.0.0.1:9/v2"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no RunPod API key: set RUNPOD_API_KEY .*LocalEndpoint"),
        ({"api_key": KEY}, "no RunPod endpoint id: set RUNPOD_ENDPOINT_ID or ENDPOINT_ID"),
        ({"api_key": KEY, "handler": True}, "no RunPod endpoint id: set HANDLER_ENDPOINT_ID or pass it"),
        ({"api_key": KEY, "endpoint_id": "../x"}, "no endpoint id"),
        ({"api_key": KEY, "endpoint_id": "a b"}, "no endpoint id"),
        ({"api_key": KEY, "endpoint_id": "abc", "base_url": "http://api.runpod.ai/v2"}, "must be https"),
    ],
)
def test_a_missing_or_impossible_setting_is_said_at_construction(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        CareerV2LLM(**fields)
    assert KEY not in str(caught.value)


def test_a_misspelt_field_is_not_lost_and_no_error_shows_the_key() -> None:
    with pytest.raises(ValidationError, match="endpoint") as caught:
        model(endpoint="x", timeout="long")
    assert KEY not in str(caught.value)
    with pytest.raises(ValidationError, match="api_key") as caught:
        model(api_key=[KEY])
    assert KEY not in str(caught.value)
