"""The standard suite of text models for `CareerV2LLM`, without a server."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from langchain_core.load import dumpd, dumps, load
from pydantic import ValidationError

from langchain_careerv2 import CareerV2LLM, career_assistant, career_chain
from tests.llm_suite import LOADS, LLMUnitTests

KEY = "rpa_SECRET_KEY"


class TestCareerV2LLM(LLMUnitTests):
    model_class = CareerV2LLM
    params: ClassVar = {"endpoint_id": "abc123", "api_key": KEY}
    secrets: ClassVar = {"RUNPOD_API_KEY": KEY}
    environment: ClassVar = {"RUNPOD_API_KEY": "k", "RUNPOD_ENDPOINT_ID": "e"}
    from_environment: ClassVar = {"api_key": "k", "endpoint_id": "e"}
    elsewhere: ClassVar = {"endpoint_id": "other"}
    provider = "runpod"


@pytest.mark.parametrize("change", [{"test_init": None}, {"test_init": lambda self: None}])
def test_a_subclass_cannot_drop_or_replace_a_test(change: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="overrides tests of LLMUnitTests: test_init"):
        type("TestLess", (TestCareerV2LLM,), change)
    with pytest.raises(TypeError, match="overrides tests of LLMUnitTests: test_init"):
        type("TestLess", (type("Mixed", (), change), LLMUnitTests), {})


@LOADS
def test_a_dump_without_its_key_is_no_model() -> None:
    dump = dumpd(CareerV2LLM(endpoint_id="abc123", api_key=KEY, handler=True, enable_validation=False))
    options: Any = {"allowed_objects": [CareerV2LLM], "valid_namespaces": ["langchain_careerv2"]}
    with pytest.raises(ValidationError, match="api_key"):
        load(dump, **options)
    copy = load(dump, secrets_map={"RUNPOD_API_KEY": "k"}, **options)
    assert (copy.handler, copy.enable_validation, copy._endpoint.api_key.get_secret_value()) == (True, False, "k")


@pytest.mark.parametrize("privacy", ["mask", "traces", "off"])
def test_a_chains_dump_holds_no_key(privacy: Any) -> None:
    llm = CareerV2LLM(endpoint_id="abc123", api_key=KEY)
    for model in (llm, llm.bind(seed=1)):
        chain = career_chain("ats_keywords", model, privacy=privacy)
        assert not any(KEY in f"{dumps(each)}{each!r}" for each in (chain, chain.with_retry(), chain | str))
    assert KEY not in dumps(career_assistant(llm, privacy=privacy))
