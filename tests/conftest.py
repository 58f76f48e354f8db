"""What every test starts from: an environment without keys, endpoints or tracing."""

from __future__ import annotations

import os

import pytest

PREFIXES = ("RUNPOD_", "LANGSMITH_", "LANGCHAIN_")
NAMES = ("ENDPOINT_ID", "HANDLER_ENDPOINT_ID", "API_KEY", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


def pytest_configure(config: pytest.Config) -> None:
    """LangChain's suite has marks of plugins that are switched off here: they measure and record."""
    for name in ("benchmark", "vcr"):
        config.addinivalue_line("markers", f"{name}: a mark of langchain-tests")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in NAMES or name.startswith(PREFIXES):
            monkeypatch.delenv(name)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Files have no readable names; an encrypted one is another in each process, and so would be its test."""
    return f"{len(val)} bytes" if isinstance(val, bytes) and len(val) > 80 else None
