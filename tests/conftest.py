"""What every test starts from: an environment without keys, endpoints or tracing."""

from __future__ import annotations

import os

import pytest

PREFIXES = ("RUNPOD_", "LANGSMITH_", "LANGCHAIN_")
NAMES = ("ENDPOINT_ID", "HANDLER_ENDPOINT_ID", "API_KEY", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in NAMES or name.startswith(PREFIXES):
            monkeypatch.delenv(name)
