"""LangChain's own integration suite for chat models, against the local endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests

from langchain_careerv2 import ChatCareerV2
from langchain_careerv2.serving import LocalEndpoint


@pytest.fixture(scope="module")
def local() -> Iterator[LocalEndpoint]:
    with LocalEndpoint() as running:
        yield running
        assert running.live_jobs() == []


@pytest.fixture
def vcr() -> SimpleNamespace:
    """No recorded answers: the endpoint is here."""
    return SimpleNamespace(responses=[])


@pytest.fixture
def benchmark() -> None:
    """Asked for by a test that measures recorded answers."""


class TestChatCareerV2(ChatModelIntegrationTests):
    @pytest.fixture(autouse=True)
    def _here(self, local: LocalEndpoint) -> None:
        self._local = local

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatCareerV2

    @property
    def chat_model_params(self) -> dict[str, Any]:
        local = self._local
        return {
            "endpoint_id": local.endpoint_id,
            "api_key": local.api_key,
            "base_url": local.base_url,
            "model": local.model,
        }

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_anthropic_inputs(self) -> bool:
        """Their tools and blocks of text and calls are read; thinking is not sent back."""
        return True

    @property
    def enable_vcr_tests(self) -> bool:
        """Streams from the local endpoint, with nothing recorded."""
        return True

    @property
    def supports_model_override(self) -> bool:
        """An endpoint serves one model: which one is decided where it is deployed, and not in a request."""
        return False

    @property
    def supports_image_inputs(self) -> bool:
        """Qwen2.5-7B reads text only; this goes for PDFs, audio and tools' images too, which the suite has off."""
        return False
