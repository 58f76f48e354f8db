"""The command line as a user runs it: in a process of its own."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.evals.suite import COLUMNS
from langchain_careerv2.serving import ENGINE_NAME, LocalEndpoint, OfflineEngine
from tests.files import docx, pdf
from tests.integration_tests.blind import Blind

COMMAND = [sys.executable, "-W", "error", "-c", "from langchain_careerv2.cli import main; main()"]


def careerv2(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own command
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, "COLUMNS": "100", **environment},
    )


@pytest.mark.parametrize("name", DOMAINS)
def test_generate_offline_prints_a_checked_answer(name: str) -> None:
    run = careerv2("generate", name, "A senior data analyst with SQL and Tableau", "--offline", "--json")
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert result["ok"]
    assert DOMAINS[name].answer_type.model_validate(result["answer"])
    assert DOMAINS[name].read(result["text"]).ok
    assert result["usage"]["completion_tokens"] > 0
    assert "no language model" in run.stderr


def test_generate_in_its_three_forms() -> None:
    pretty, raw, rejected = (
        careerv2("generate", "resume_guidance", "A nurse", "--offline", *options)
        for options in ([], ["--raw"], ["--defect-rate", "1", "--json"])
    )
    assert "ATS Keywords:" in pretty.stdout
    assert "draft: " in pretty.stderr
    assert raw.stdout.startswith("1. ")
    assert DOMAINS["resume_guidance"].read(raw.stdout).ok
    assert rejected.returncode == (0 if json.loads(rejected.stdout)["ok"] else 1)


def test_generate_takes_the_ladder_and_the_lens_by_option() -> None:
    run = careerv2("generate", "ats_keywords", "A nurse", "--offline", "--json", "--json-first", "always")
    assert [attempt["rung"] for attempt in json.loads(run.stdout)["attempts"]] == ["json_first"]
    run = careerv2("generate", "ats_keywords", "A nurse", "--offline", "--json", "--lens", "strict")
    assert json.loads(run.stdout)["issues"] == []


def test_the_doctor_says_what_the_endpoint_does_with_a_schema() -> None:
    with LocalEndpoint(worker=Blind(1).worker) as endpoint:
        options = ["--endpoint-id", endpoint.endpoint_id, "--base-url", endpoint.base_url]
        well = careerv2("doctor", *options, RUNPOD_API_KEY=endpoint.api_key)
        wrong = careerv2("doctor", *options, RUNPOD_API_KEY="rpa_WRONG")
    assert well.returncode == 0, well.stderr
    assert "structured_outputs: honoured" in well.stdout
    assert "held to the schema" in well.stdout
    assert "4 idle" in well.stdout
    assert endpoint.api_key not in well.stdout + well.stderr
    assert wrong.returncode == 3


def test_a_rejected_answer_is_shown_with_its_issues_and_exit_code_1() -> None:
    with LocalEndpoint(OfflineEngine(defect_rate=1, defects=("repeats",))) as endpoint:
        options = ["--endpoint-id", endpoint.endpoint_id, "--base-url", endpoint.base_url]
        run = careerv2("generate", "ats_keywords", "A nurse", *options, RUNPOD_API_KEY=endpoint.api_key)
        wrong = careerv2("generate", "ats_keywords", "A nurse", *options, RUNPOD_API_KEY="rpa_WRONG")
    assert run.returncode == 1
    assert "rejected" in run.stderr
    assert "gate: count: expected 20 to 40 different keywords" in run.stderr
    assert wrong.returncode == 3
    assert "AuthenticationError: RunPod did not accept the API key" in wrong.stderr
    assert "WRONG" not in wrong.stderr


def take_ctrl_c() -> None:
    """A process started in the background of a shell inherits an ignored SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_serve_tells_how_to_use_it_and_ends_with_ctrl_c() -> None:
    command = [sys.executable, "-u", *COMMAND[1:], "serve", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, preexec_fn=take_ctrl_c) as server:  # noqa: S603, PLW1509
        try:
            assert server.stdout is not None
            told, exports, _ = (server.stdout.readline() for _ in range(3))
            variables = dict(pair.split("=", 1) for pair in exports.removeprefix("export ").split())
            run = careerv2("generate", "ats_keywords", "A data analyst", "--json", **variables)
            server.send_signal(signal.SIGINT)
            _, log = server.communicate(timeout=20)
        finally:
            server.kill()
    assert ENGINE_NAME in told
    assert json.loads(run.stdout)["ok"]
    assert server.returncode == 0
    assert log.splitlines()[-1] == "stopped"
    assert all(ENGINE_NAME in line for line in log.splitlines()[:-1])


@pytest.mark.parametrize("flags", [[], ["--stream"]])
def test_serve_puts_the_gates_before_any_model_server(flags: list[str]) -> None:
    pipe = subprocess.PIPE
    with LocalEndpoint() as model:
        url = f"{model.base_url}/local/openai"
        command = [sys.executable, "-u", *COMMAND[1:], "serve", "--port", "0", "--upstream", url, "--model", "m/7b"]
        environment = {**os.environ, "UPSTREAM_API_KEY": model.api_key}
        command += flags
        options: Any = {"stdout": pipe, "stderr": pipe, "text": True, "env": environment}
        with subprocess.Popen(command, preexec_fn=take_ctrl_c, **options) as server:  # noqa: S603, PLW1509
            try:
                assert server.stdout is not None
                told, exports, shown = (server.stdout.readline() for _ in range(3))
                variables = dict(pair.split("=", 1) for pair in exports.removeprefix("export ").split())
                run = careerv2("generate", "ats_keywords", "A data analyst", "--handler", "--json", **variables)
                blocked = careerv2("generate", "ats_keywords", "How much does a nurse earn?", "--handler", **variables)
                server.send_signal(signal.SIGINT)
                _, log = server.communicate(timeout=20)
            finally:
                server.kill()
        assert model.submits > 0
    assert f"m/7b at {url}, behind the handler's gates: the answers are that model's" in told
    assert shown.endswith("--handler\n")
    assert json.loads(run.stdout)["ok"]
    assert blocked.returncode == 3
    assert "BlockedError" in blocked.stderr
    assert ENGINE_NAME not in told + log
    assert all(line.startswith("m/7b") for line in log.splitlines()[:-1])


def test_ctrl_c_ends_a_chain_that_waits_at_once() -> None:
    with LocalEndpoint(workers=0) as endpoint:
        command = [*COMMAND, "generate", "ats_keywords", "x", "--endpoint-id", "local", "--base-url", endpoint.base_url]
        variables = {**os.environ, "RUNPOD_API_KEY": endpoint.api_key}
        with subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=take_ctrl_c, env=variables) as client:  # noqa: S603, PLW1509
            try:
                while not endpoint.live_jobs():
                    time.sleep(0.01)
                client.send_signal(signal.SIGINT)
                client.communicate(timeout=20)  # far below the 120 s of the call's own deadline
            finally:
                client.kill()
        assert client.returncode == 130


def test_serve_on_a_taken_port_says_so() -> None:
    with LocalEndpoint() as endpoint:
        run = careerv2("serve", "--port", str(endpoint.port))
    assert run.returncode == 2
    assert "try --port 0" in run.stderr


def test_the_demo_shows_everything_and_writes_its_csv(tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    run = careerv2("demo", "--out", str(out))
    assert run.returncode == 0, run.stderr
    assert all(f"{domain.answer_type.__name__}, checked" in run.stdout for domain in DOMAINS.values())
    assert "draft rejected: " in run.stdout
    assert "then re-ask:" in run.stdout
    assert ENGINE_NAME in run.stdout
    assert "0 jobs left running" in run.stdout
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 40
    assert {row["status"] for row in rows} == {"ok"}


RESUME = ("Jo Example", "Experience", "- Wrote reports in SQL and Excel for three years", "Hobbies", *["I walk."] * 9)
JOB = ("Data analyst", "Requirements", "- SQL and dbt", "- Two years of reports")


def test_a_resume_and_a_job_description_are_files(tmp_path: Path) -> None:
    (tmp_path / "r.pdf").write_bytes(pdf(RESUME))
    (tmp_path / "j.docx").write_bytes(docx(*JOB))
    files = ("--resume", str(tmp_path / "r.pdf"), "--jd", str(tmp_path / "j.docx"))
    run = careerv2("generate", "job_resume_match", *files, "--offline", "--json")
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert any("SQL" in match for match in result["answer"]["matches"])
    assert any("dbt" in gap for gap in result["answer"]["gaps"])
    assert result["cuts"] == []
    run = careerv2("assist", *files, "--offline", "--json")
    assert (run.returncode, json.loads(run.stdout)["kind"]) == (0, "JobResumeMatch")


def test_a_resume_too_long_is_refused_or_trimmed(tmp_path: Path) -> None:
    (tmp_path / "r.md").write_text("\n".join([*RESUME, *["I walk by the sea with a dog."] * 900]), encoding="utf-8")
    asked = ("generate", "resume_guidance", "A data analyst", "--resume", str(tmp_path / "r.md"), "--offline")
    run = careerv2(*asked)
    assert (run.returncode, run.stdout) == (3, "")
    assert "error: PromptTooLongError: the prompt has about" in run.stderr
    run = careerv2(*asked, "--fit", "trim")
    assert run.returncode == 0, run.stderr
    assert "cut from resume: Hobbies, " in run.stderr


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("missing.pdf", None, "No such file"),
        ("renamed.docx", b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "the document is an image"),
        ("empty.txt", b"\n", "the document is empty"),
    ],
)
def test_a_file_that_is_no_resume_is_a_line_and_exit_code_2(
    tmp_path: Path, name: str, data: bytes | None, said: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    run = careerv2("generate", "resume_guidance", "Help", "--resume", str(tmp_path / name), "--offline")
    assert (run.returncode, run.stdout) == (2, "")
    assert said in run.stderr.splitlines()[-1]


def test_neither_a_question_nor_a_document_is_wrong_use() -> None:
    run = careerv2("generate", "resume_guidance", "--offline")
    assert (run.returncode, run.stdout) == (2, "")
    assert "empty" in run.stderr
