"""Runs the notebooks beside this file, each from its first cell in a kernel of its own, and saves what comes out.

    python notebooks/run.py

It needs nbclient, ipykernel and what the notebooks need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

HERE = Path(__file__).parent
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))
RICH = "text/markdown"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEYS = ("RUNPOD_", "LANGSMITH_", "LANGCHAIN_", "TQDM_")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This environment with this clone's package, without keys and tracing, and with progress bars that tell no time.

    Args:
        more: Variables besides; a `PYTHONPATH` is searched before the clone.
    """
    more = dict(more or {})
    kept = {name: value for name, value in os.environ.items() if not name.startswith(KEYS)}
    path = os.pathsep.join(filter(None, [more.pop("PYTHONPATH", ""), str(HERE.parent), os.environ.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "TQDM_BAR_FORMAT": "{desc}: {n_fmt}/{total_fmt}", **more}


def executed(path: Path, more: Mapping[str, str] | None = None) -> nbformat.NotebookNode:
    """The notebook with the outputs of a run; the file stays as it is.

    Raises:
        CellExecutionError: A cell failed.
    """
    notebook: nbformat.NotebookNode = nbformat.read(path, 4)  # type: ignore[no-untyped-call]  # it has no types
    # This Python is the kernel, whichever kernels are installed.
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=60,
        coalesce_streams=True,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
    )
    client.execute(cleanup_kc=True, cwd=str(path.parent), env=environment(more))
    notebook.metadata = METADATA
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        if RICH in output.get("data", {}):  # shown in its place, and the same in each run: a repr has ids and times
            output.data.pop("text/plain", None)
    return notebook


def main() -> int:
    """Runs and saves all notebooks."""
    for path in NOTEBOOKS:
        nbformat.write(executed(path), path)  # type: ignore[no-untyped-call]  # as above
    return 0


if __name__ == "__main__":
    sys.exit(main())
