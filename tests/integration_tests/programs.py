"""Programs of their own, and ports that they cannot lose to another test's server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

DEV_SERVER = ("--rp_serve_api", "--rp_api_host", "127.0.0.1", "--rp_api_port", "0")
"""Flags for the SDK's development server; which port it took, only its log says."""


class Program:
    """A running process and what it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self._log = process, log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def until(self, pattern: str) -> re.Match[str]:
        """What the program writes, once it has."""
        for _ in range(500):
            if found := re.search(pattern, self.log):
                return found
            assert self.process.poll() is None, self.log
            time.sleep(0.1)
        raise AssertionError(f"no {pattern!r} in {self.log}")

    def dev_url(self) -> str:
        """Where the SDK's development server listens, once it does."""
        return self.until(r"Uvicorn running on (http://[\d.:]+) ")[1]

    def ends(self) -> int:
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            raise AssertionError(self.log) from None


@contextmanager
def running(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Runs a command in a folder, where its log is written too."""
    log = folder / "program.log"
    with log.open("w") as out:
        process = subprocess.Popen(  # noqa: S603  # our own
            command, stdout=out, stderr=out, cwd=folder, env={**os.environ, **(environment or {})}
        )
    try:
        yield Program(process, log)
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def held_port() -> Iterator[int]:
    """A port where nobody listens, and nobody can but a program that knows it and asks for `SO_REUSEPORT`."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
