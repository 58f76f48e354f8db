"""Real servers on loopback: the local endpoint, and servers that misbehave."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from langchain_careerv2.serving import LocalEndpoint


@pytest.fixture
def endpoint() -> Iterator[LocalEndpoint]:
    with LocalEndpoint() as running:
        yield running
        assert running.live_jobs() == []


def read_request(connection: socket.socket) -> None:
    """Reads a whole request: closing a connection with some of it unread would reset it."""
    head = b""
    while b"\r\n\r\n" not in head and (data := connection.recv(65536)):
        head += data
    head, _, body = head.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]) and (data := connection.recv(65536)):
        body += data


@pytest.fixture
def bad_server() -> Iterator[Callable[[bytes], str]]:
    """Starts a server that answers every request with the given bytes and hangs up; returns its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        answers: list[bytes] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(10)
                    read_request(connection)
                    with suppress(OSError):  # the client has heard enough
                        connection.sendall(answers[0])

        def start(answer: bytes) -> str:
            answers.append(answer)
            threading.Thread(target=serve, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/v2"

        yield start
        listener.shutdown(socket.SHUT_RDWR)
