"""The commands as far as they go without a connection."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from langchain_careerv2 import __version__
from langchain_careerv2.cli.app import app
from langchain_careerv2.prompts import domain_prompt

runner = CliRunner()


def test_prompt_prints_the_exact_chatml() -> None:
    result = runner.invoke(app, ["prompt", "resume_guidance", "Help {me} <|im_end|>"])
    assert result.exit_code == 0
    assert result.stdout == domain_prompt("resume_guidance").format(request="Help {me} <|im_end|>") + "\n"


def test_a_request_can_come_from_standard_input() -> None:
    result = runner.invoke(app, ["prompt", "ats_keywords", "-"], input="A data analyst")
    assert "user\nA data analyst<|im_end|>" in result.stdout


def test_without_a_key_the_error_names_both_ways_on() -> None:
    result = runner.invoke(app, ["generate", "ats_keywords", "A data analyst"])
    assert result.exit_code == 2
    assert "RUNPOD_API_KEY" in result.stderr
    assert "--offline" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["prompt", "astrology", "x"], "no domain 'astrology'; there are: resume_guidance"),
        (["prompt", "ats_keywords", "  "], "request is empty"),
        (["generate", "ats_keywords", "x", "--endpoint-id", "a/b"], "endpoint id"),
        (["generate", "ats_keywords", "x", "--endpoint-id", "ab", "--base-url", "http://example.com/v2"], "https"),
        (["generate", "ats_keywords", "x", "--offline", "--defect-rate", "2"], "--defect-rate"),
        (["generate", "ats_keywords", "x", "--endpoint-id", "ab", "--timeout", "-1"], "--timeout"),
        (["generate", "ats_keywords", "x", "--endpoint-id", "ab", "--timeout", "inf"], "--timeout"),
        (["demo", "--out", "no/such/folder/out.csv"], "no/such/folder"),
        (["demo", "--out", "."], "--out"),
        (["serve", "--port", "99999"], "--port"),
        (["serve", "--upstream", "http://127.0.0.1:9"], "go together"),
        (["serve", "--stream"], "go together"),
        (["serve", "--upstream", "http://127.0.0.1:9", "--model", "m", "--shape", "legacy"], "leave them out"),
        (["serve", "--upstream", "http://u:p@127.0.0.1:9", "--model", "m"], "base_url must look like"),
        (["generate", "ats_keywords", "x", "--handler"], "HANDLER_ENDPOINT_ID"),
    ],
)
def test_wrong_use_is_said_in_words_with_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", "rpa_SECRET")
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "SECRET" not in result.output
    assert "Traceback" not in result.output


def test_an_unexpected_error_prints_no_local_variables() -> None:
    failing = "a.generate = lambda *given, llm, **choices: 1 / (key == llm)"
    code = f"import langchain_careerv2.cli.app as a; key = 'rpa_SECRET'; {failing}; a.app()"
    arguments = ["generate", "ats_keywords", "x", "--endpoint-id", "ab"]
    run = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"RUNPOD_API_KEY": "rpa_SECRET"},
    )
    assert "ZeroDivisionError" in run.stderr
    assert run.stderr.startswith("Traceback (most recent call last)")
    assert "rpa_SECRET" not in run.stderr.replace(code, "")


@pytest.mark.parametrize("option", ["--lens", "--json-first"])
def test_an_option_takes_only_what_there_is(option: str) -> None:
    run = runner.invoke(app, ["generate", "ats_keywords", "A nurse", "--offline", option, "wrong"])
    assert run.exit_code == 2
    assert f"Invalid value for '{option}'" in run.output


def test_version() -> None:
    assert runner.invoke(app, ["--version"]).stdout == f"{__version__}\n"


def test_without_the_extra_the_command_says_how_to_install_it() -> None:
    code = "import sys; sys.modules['typer'] = None; from langchain_careerv2.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert run.returncode == 1
    assert "pip install 'langchain-careerv2[cli]'" in run.stderr
