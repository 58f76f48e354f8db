"""The public surface: complete, lazy and cheap."""

from __future__ import annotations

import subprocess
import sys

import pytest

import langchain_careerv2

HEAVY = ("langchain_community", "numpy", "typer", "rich", "aiohttp", "matplotlib", "ray", "runpod", "langchain_core")


def test_every_public_name_resolves_and_is_listed() -> None:
    for name in langchain_careerv2.__all__:
        assert getattr(langchain_careerv2, name).__name__ == name
        assert name in dir(langchain_careerv2)
    assert set(langchain_careerv2._HOMES) == set(langchain_careerv2.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = langchain_careerv2.no_such_name


def loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    return set(run.stdout.split())


def test_a_plain_import_loads_nothing_heavy() -> None:
    assert not set(HEAVY) & loaded_by("import langchain_careerv2")


def test_the_domains_load_no_langchain_and_no_http_library() -> None:
    modules = loaded_by("import langchain_careerv2.domains, langchain_careerv2.chatml")
    assert not {"langchain_core", "aiohttp", "requests", "langchain_community"} & modules


def test_the_wire_loads_no_langchain() -> None:
    assert "langchain_core" not in loaded_by("import langchain_careerv2.runpod.client")


def test_the_model_and_the_chains_load_no_web_server_and_no_command_line() -> None:
    modules = loaded_by("from langchain_careerv2 import CareerV2LLM, career_chain, generate")
    assert not {"aiohttp.web", "typer", "langchain_community", "numpy"} & modules


def test_the_tools_load_no_agent_framework_and_no_web_server() -> None:
    modules = loaded_by("from langchain_careerv2 import career_tools")
    assert not {"langchain", "langgraph", "aiohttp.web", "langchain_community", "numpy"} & modules
