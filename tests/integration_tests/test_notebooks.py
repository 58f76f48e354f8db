"""The notebooks run as they are saved, in a kernel that keeps to itself; a kernel's interrupt cancels the jobs."""

from __future__ import annotations

import ast
import re
import runpy
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from langchain_careerv2.documents import load_document
from langchain_careerv2.serving import LocalEndpoint
from tests.integration_tests.recorder import recording
from tests.integration_tests.test_lifetimes import until

FOLDER = Path(__file__).parents[2] / "notebooks"
RUN = runpy.run_path(str(FOLDER / "run.py"))
NOTEBOOKS: list[Path] = RUN["NOTEBOOKS"]
EVALS = FOLDER / "03_evals.ipynb"
# No warning passes but those of ipykernel about itself, as it shuts down, and of LangSmith about an argument.
WARNINGS = "error,ignore:For consistency across implementations,ignore:'upload_"
LISTENING = """
import os, sys

def heard(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        address = args[-1] if event in ("socket.connect", "socket.sendto") else args[:2]
        with open(os.environ["HEARD"], "a") as file:
            print(*(address[:2] if isinstance(address, tuple) else [address]), file=file)

sys.addaudithook(heard)
"""
"""A `sitecustomize` that writes down whom a program calls, or looks up."""
NOT_FOR_A_FILE = re.compile(
    r"/(?:home|root|tmp|usr|opt|Users|var)/|\b[A-Z]:\\\\|site-packages"  # a machine's paths
    r"|\b(?:rpa_|lsv2_|sk-|hf_|ghp_)\w{8}|local-key|Bearer "  # keys
    r"|[0-9a-f]{8}-[0-9a-f]{4}-|call_[0-9a-f]{8}|127\.0\.0\.1:\d{2}|it/s"  # what differs from run to run
)
IS_A_BAR = re.compile(r"^[\w ]+: +\d+/\d+\s*$|it/s\]")
CHAIN = """
from langchain_careerv2 import CareerV2LLM, career_chain, career_stream
llm = CareerV2LLM(endpoint_id={0.endpoint_id!r}, api_key={0.api_key!r}, base_url={0.base_url!r})
chain = career_chain("ats_keywords", llm)
"""


def saved(path: Path) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(path, 4)  # type: ignore[no-untyped-call]  # it has no types
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> dict[str, list[Any]]:
    """What each cell of code shows, by the cell's id: texts, and the kinds of what is no text; no progress bars."""
    found: dict[str, list[Any]] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = [
                (output.name, output.text) if output.output_type == "stream" else _shown(output.data)
                for output in cell.outputs
            ]
            found[cell.id] = [each for each in shown if not IS_A_BAR.search(str(each[-1]))]
    return found


def _shown(data: dict[str, str]) -> tuple[list[str], str]:
    return sorted(data), data.get("text/markdown") or data["text/plain"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_did_when_it_was_saved_and_calls_nobody(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(LISTENING)
    heard = tmp_path / "heard.txt"
    folders = {name: str(tmp_path) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "PYTHONPATH")}
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    with recording() as recorder:
        # Whoever runs it may have tracing on.
        tracing = {"LANGSMITH_API_KEY": "key", "LANGSMITH_ENDPOINT": recorder.url}
        tracing |= dict.fromkeys(["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"], "true")
        more = {**folders, "HEARD": str(heard), "PYTHONWARNINGS": WARNINGS, **(tracing if path == EVALS else {})}
        now = RUN["executed"](path, more)
        assert recorder.bodies == []
        assert f"127.0.0.1 {recorder.server_address[1]}" not in heard.read_text().splitlines()
    assert outputs(now) == outputs(saved(path)), "run: python notebooks/run.py"
    called = {tuple(line.split(" ")) for line in heard.read_text().splitlines()}
    assert {host for host, _ in called} == {"127.0.0.1"}
    # Each of them starts one local endpoint, or a second one that spoils its answers.
    assert len(called) == (1 if path == EVALS else 2)


def test_there_are_three_notebooks_each_with_outputs_in_order() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_"]
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert not (found := NOT_FOR_A_FILE.search(text)), found
        notebook = saved(path)
        nbformat.validate(notebook)
        assert notebook.metadata == RUN["METADATA"]
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
        for cell in cells:
            assert cell.metadata == {}
            assert cell.outputs or not _shows(cell.source), cell.source
            for output in cell.outputs:
                assert len(b64decode(output.get("data", {}).get("image/png", ""))) < 60_000
                assert output.get("name") != "stderr" or IS_A_BAR.search(output.text), output.text


def _shows(source: str) -> bool:
    """Whether a cell ends in a value, or prints."""
    if source.startswith("%%capture"):
        return False
    last = ast.parse(source).body[-1]
    return "print(" in source or (isinstance(last, ast.Expr) and not ast.unparse(last).endswith(".close()"))


def test_the_documents_are_what_stands_beside_them() -> None:
    for name, extension in (("resume", "pdf"), ("job_ad", "docx")):
        text = load_document(FOLDER / "data" / f"{name}.{extension}").page_content
        source = (FOLDER / "data" / f"{name}.md").read_text(encoding="utf-8")
        assert text.replace("\u2022", "").split() == re.sub(r"^(?:#+|-) ", "", source, flags=re.MULTILINE).split()


class Kernel:
    """A running kernel. Every wait has a deadline."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager, self._client = manager, client

    def start(self, code: str, **expressions: str) -> str:
        """Starts a cell; its id."""
        # A cell that fails would also abort those that reach the kernel a moment later.
        cell: str = self._client.execute(code, user_expressions=expressions, allow_stdin=False, stop_on_error=False)
        return cell

    def reply(self, cell: str) -> dict[str, Any]:
        """How a cell ended."""
        while True:
            message = self._client.get_shell_msg(timeout=20)
            if message["parent_header"].get("msg_id") == cell:
                content: dict[str, Any] = message["content"]
                return content

    def value(self, code: str, expression: str) -> str:
        """What an expression is after a cell, as text."""
        ended = self.reply(self.start(code, it=expression))
        assert ended["status"] == "ok", ended
        return str(ended["user_expressions"]["it"]["data"]["text/plain"])

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = str(tmp_path_factory.mktemp("kernel"))
    manager = KernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),  # the kernel of this Python, whatever is installed
        connection_file=f"{folder}/kernel.json",
    )
    strict = RUN["environment"]({"IPYTHONDIR": folder, "PYTHONWARNINGS": WARNINGS})
    manager.start_kernel(cwd=folder, env=strict, extra_arguments=["--log-level=ERROR"])
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=30)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_chain_works_in_a_cell_where_an_event_loop_runs(kernel: Kernel, endpoint: LocalEndpoint) -> None:
    code = """
import asyncio
loop = asyncio.get_running_loop()
one = chain.invoke('ATS terms for a nurse')
many = chain.batch(['ATS terms for a nurse'] * 3)
last = list(career_stream(chain, 'ATS terms for a nurse'))[-1].answer
awaited = await chain.ainvoke('ATS terms for a nurse')
"""
    same = "loop.is_running(), [one == each for each in [*many, last, awaited]]"
    assert kernel.value(CHAIN.format(endpoint) + code, same) == "(True, [True, True, True, True, True])"


def test_a_progress_bar_says_nothing_of_widgets_that_are_not_there(kernel: Kernel, endpoint: LocalEndpoint) -> None:
    code = """
import sys, warnings
for name in [name for name in sys.modules if name.startswith("tqdm")]:
    del sys.modules[name]
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    chain.batch(["ATS terms for a nurse"], progress=True)
"""
    assert kernel.value(CHAIN.format(endpoint) + code, "[str(each.message) for each in seen]") == "[]"
    assert kernel.value("", "'tqdm' in sys.modules") == "True"


@pytest.mark.parametrize(
    ("code", "jobs", "error"),
    [
        pytest.param("chain.invoke('Nurse')", 1, "KeyboardInterrupt", id="invoke"),
        pytest.param("chain.batch(['Nurse', 'Chef'], progress=True)", 2, "KeyboardInterrupt", id="batch"),
        pytest.param("for _ in career_stream(chain, 'Nurse'): pass", 1, "KeyboardInterrupt", id="stream"),
        # ipykernel ends what a cell awaits by cancelling it.
        pytest.param("await chain.ainvoke('Nurse')", 1, "CancelledError", id="ainvoke"),
        pytest.param("await chain.abatch(['Nurse', 'Chef'], progress=True)", 2, "CancelledError", id="abatch"),
        pytest.param("async for _ in career_stream(chain, 'Nurse'): pass", 1, "CancelledError", id="astream"),
    ],
)
def test_an_interrupt_cancels_the_jobs_and_leaves_the_kernel(kernel: Kernel, code: str, jobs: int, error: str) -> None:
    with LocalEndpoint(workers=1, latency=60) as endpoint:
        assert kernel.value(CHAIN.format(endpoint), "'ready'") == "'ready'"
        cell = kernel.start(code)
        until(lambda: len(endpoint.jobs()) == jobs and "IN_PROGRESS" in endpoint.jobs().values())
        kernel.interrupt()
        ended = kernel.reply(cell)
        assert (ended["status"], ended["ename"]) == ("error", error)
        until(lambda: not endpoint.live_jobs())  # a stream's job is cancelled behind its back
        assert list(endpoint.jobs().values()) == ["CANCELLED"] * jobs
    assert kernel.value("answer = 6 * 7", "answer") == "42"
