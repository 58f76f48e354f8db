"""LangChain's own unit suite for chat models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests

from langchain_careerv2 import ChatCareerV2


@pytest.fixture
def benchmark() -> Callable[[Callable[[], object]], object]:
    """Runs what the suite would measure; what a model costs to make is measured in tests/benchmarks."""
    return lambda run: run()


class TestChatCareerV2(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatCareerV2

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"endpoint_id": "abc123", "api_key": "test"}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return (
            {"RUNPOD_API_KEY": "key", "RUNPOD_ENDPOINT_ID": "id", "RUNPOD_ENDPOINT_BASE_URL": "http://127.0.0.1:9/v2"},
            {},
            {"api_key": "key", "endpoint_id": "id", "base_url": "http://127.0.0.1:9/v2"},
        )
