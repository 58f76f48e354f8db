"""What README and docs show is run: each Python block, each command."""

from __future__ import annotations

import inspect
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from langchain_careerv2.llms import MODEL
from langchain_careerv2.serving import LocalEndpoint, worker

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [(page.name, kind, text) for page in PAGES for kind, text in BLOCK.findall(page.read_text(encoding="utf-8"))]
PYTHON = [text for _, kind, text in BLOCKS if kind == "python"]
COMMANDS = [
    shlex.split(line, comments=True) for _, kind, text in BLOCKS if kind == "bash" for line in text.splitlines() if line
]
INLINE = sorted({found for page in PAGES for found in re.findall(r"`(make \w+)`", page.read_text(encoding="utf-8"))})


def environment(endpoint: LocalEndpoint) -> dict[str, str]:
    return {
        "RUNPOD_API_KEY": endpoint.api_key,
        "RUNPOD_ENDPOINT_ID": endpoint.endpoint_id,
        "HANDLER_ENDPOINT_ID": endpoint.endpoint_id,
        "RUNPOD_ENDPOINT_BASE_URL": endpoint.base_url,
    }


def test_every_block_is_of_a_kind_that_is_run() -> None:
    assert {kind for _, kind, _ in BLOCKS} == {"python", "bash"}
    assert {command[0] for command in COMMANDS} == {"make", "careerv2", "docker", "env"}


@pytest.mark.parametrize("code", PYTHON)
def test_python_blocks_run_and_print_what_their_comments_say(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    code: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with LocalEndpoint(shape="handler" if "handler=True" in code else "vllm") as endpoint:
        for name, value in environment(endpoint).items():
            monkeypatch.setenv(name, value)
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102  # our own README
        assert endpoint.live_jobs() == []
    printed = capsys.readouterr().out
    shown = re.findall(r"print\(.*\) +# ('?[\[\w].*)$", code, re.MULTILINE)
    for said in shown:
        if not said.startswith("the whole"):
            assert said in printed.splitlines()
    assert printed


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] == "careerv2" and c[1] != "serve"], ids=" ".join)
def test_careerv2_commands_run(endpoint: LocalEndpoint, tmp_path: Path, command: list[str]) -> None:
    script = [sys.executable, "-c", "from langchain_careerv2.cli import main; main()", *command[1:]]
    shutil.copytree(ROOT / "notebooks" / "data", tmp_path / "notebooks" / "data")
    run = subprocess.run(  # noqa: S603  # our own README
        script, capture_output=True, timeout=50, cwd=tmp_path, check=False, env={**os.environ, **environment(endpoint)}
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[:2] == ["careerv2", "serve"]], ids=" ".join)
def test_careerv2_serve_comes_up_as_written(command: list[str]) -> None:
    at = command.index("--port") + 1
    command = [*command[1:at], "0", *command[at + 1 :]]  # the port that is written may be taken here
    script = [sys.executable, "-u", "-c", "from langchain_careerv2.cli import main; main()", *command]
    told = "the answers are that model's" if "--upstream" in command else "no language model"
    with subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        try:
            assert told in server.stdout.readline()
        finally:
            server.kill()


def test_the_worker_comes_up_as_written(endpoint: LocalEndpoint) -> None:
    ((_, *settings, python, module, name, flag, _, _),) = (c for c in COMMANDS if c[0] == "env")
    given = dict(setting.split("=") for setting in settings)
    assert (python, module) == ("python", "-m")
    given |= {"UPSTREAM_URL": f"{endpoint.base_url}/local/openai", "UPSTREAM_API_KEY": endpoint.api_key}
    command = [sys.executable, "-u", "-m", name, flag, "--rp_api_port", "0"]
    pipe, variables = subprocess.PIPE, {**os.environ, **given}
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True, env=variables, cwd=ROOT) as server:  # noqa: S603
        assert server.stdout is not None
        try:
            lines = [server.stdout.readline() for _ in range(2)]
            assert any(f"serving {given['MODEL_NAME']} at" in line for line in lines), lines
        finally:
            server.kill()


def test_the_page_has_every_setting_of_the_worker() -> None:
    page, source = (ROOT / "docs" / "deploy.md").read_text(), inspect.getsource(worker)
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| (\S+) \|", page, re.MULTILINE))
    known = dict.fromkeys(re.findall(r'environ\.get\("([A-Z_]+)"', source), "none") | {"MODEL_NAME": f"`{MODEL}`"}
    assert table == known | {name: str(number) for name, number in worker.NUMBERS.items()}


def dockerfile() -> list[list[str]]:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]


def test_the_image_is_built_of_files_that_are_there_and_starts_the_worker(tmp_path: Path) -> None:
    steps = dockerfile()
    for source in (name for step, rest in steps if step == "COPY" for name in rest.split()[:-1]):
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, tmp_path / source)
    assert ["RUN", 'python3 -m pip install --no-cache-dir ".[worker]"'] in steps
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    options = ["--no-build-isolation", "--no-index", "--target", str(tmp_path / "image"), str(tmp_path)]
    subprocess.run([*pip, *options], capture_output=True, timeout=55, check=True)  # noqa: S603  # our own project
    python, *_, module = json.loads(steps[-1][1])
    assert (steps[-1][0], python, steps[-2]) == ("CMD", "python3", ["ENTRYPOINT", "[]"])
    assert (tmp_path / "image" / f"{module.replace('.', '/')}.py").exists()
    assert module == worker.__name__
    for command in COMMANDS:
        assert command[0] != "docker" or command[1] != "run" or module in command


def test_the_worker_extra_is_what_the_image_installs() -> None:
    extras = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^worker = \["runpod>=[\d.]+"\]$', extras, re.MULTILINE)


@pytest.mark.parametrize("command", sorted({" ".join(c) for c in COMMANDS if c[0] == "make"} | set(INLINE)))
def test_make_commands_are_there(command: str) -> None:
    # Only looked at here: the suite itself runs under `make test`. What they run is run by other tests.
    run = subprocess.run(  # noqa: S603  # our own README
        [*command.split(), "--dry-run"], capture_output=True, text=True, timeout=50, cwd=ROOT, check=False
    )
    assert run.returncode == 0, run.stderr
    expected = {
        "demo": "careerv2 demo",
        "test": "pytest",
        "check": "mypy",
        "bench": "benchmarks.faults",
        "docs": "generate.py",
    }
    assert expected[command.split()[1]] in run.stdout


def test_the_reference_is_what_the_code_says() -> None:
    rendered = runpy.run_path(str(ROOT / "docs" / "generate.py"))["render"]()
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == rendered, "run: make docs"


@pytest.mark.parametrize(
    ("script", "options", "told"),
    [
        ("throughput", "--prompts 8 --concurrency 4 --rounds 1 --no-peers", "CareerV2LLM.abatch"),
        ("overhead", "--rounds 3", "chain.invoke"),
        ("answers", "--variants 1", "ladder, schema in force"),
        ("faults", "--requests 60 --concurrency 20 --timeout 5", "jobs alive at the end"),
    ],
)
def test_a_benchmark_runs(script: str, options: str, told: str) -> None:
    command = [sys.executable, "-m", f"tests.benchmarks.{script}", *options.split()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False, cwd=ROOT)  # noqa: S603
    assert (run.returncode, run.stderr) == (0, "")
    assert told in run.stdout


def test_the_changelog_names_this_version() -> None:
    from langchain_careerv2 import __version__

    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_package_installs_from_a_clone_with_all_it_needs(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    options = ["--no-build-isolation", "--no-index", "--target", str(tmp_path), str(ROOT)]
    subprocess.run([*pip, *options], capture_output=True, timeout=55, check=True)  # noqa: S603  # our own project
    package = tmp_path / "langchain_careerv2"
    assert (package / "py.typed").exists()
    assert {path.relative_to(package) for path in package.rglob("*.py")} == {
        path.relative_to(ROOT / "langchain_careerv2") for path in (ROOT / "langchain_careerv2").rglob("*.py")
    }
    assert (tmp_path / "bin" / "careerv2").exists()
    assert not (tmp_path / "tests").exists()
