from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import requests
from pydantic import SecretStr
from urllib3 import HTTPConnectionPool, exceptions
from urllib3.connection import HTTPConnection

from langchain_careerv2.runpod.client import _was_sent, stream
from langchain_careerv2.runpod.endpoint import Endpoint
from langchain_careerv2.runpod.errors import EndpointTimeoutError
from langchain_careerv2.runpod.protocol import Flow, Sleep, Text

POOL = HTTPConnectionPool("127.0.0.1")


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (
            requests.ConnectionError(
                exceptions.MaxRetryError(POOL, "/", exceptions.NewConnectionError(HTTPConnection("x"), ""))
            ),
            False,
        ),
        (
            requests.exceptions.ProxyError(exceptions.MaxRetryError(POOL, "/", exceptions.ProxyError("", OSError()))),
            False,
        ),
        (requests.exceptions.SSLError(exceptions.MaxRetryError(POOL, "/", exceptions.SSLError("an alert"))), True),
        (requests.ConnectionError(exceptions.ProtocolError("aborted", ConnectionResetError())), True),
        (exceptions.IncompleteRead(1, 2), True),
        (OSError("broken"), True),
        (requests.ConnectionError(), True),
    ],
)
def test_only_what_never_left_this_machine_counts_as_not_sent(error: Exception, sent: bool) -> None:
    assert _was_sent(error) is sent


@pytest.fixture
def own_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press(times: int) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("own_ctrl_c")
@pytest.mark.parametrize("then", ["text", "failure", "end", "text, once more"])
def test_ctrl_c_while_a_flow_thinks_is_raised_at_its_next_step_and_a_second_one_at_once(then: str) -> None:
    went_on: list[str] = []

    def flow() -> Flow[None]:
        yield Sleep(0)
        press(2 if then == "text, once more" else 1)
        went_on.append("it thought to the end")
        if then == "failure":
            raise EndpointTimeoutError("late")
        if then == "text":
            try:
                yield Text("a")
            except KeyboardInterrupt:
                went_on.append("it may cancel its job")
                yield Sleep(0)
                raise

    with pytest.raises(KeyboardInterrupt):
        list(stream(flow(), Endpoint("e", SecretStr("k"))))
    expected = {"text": ["it thought to the end", "it may cancel its job"], "text, once more": []}
    assert went_on == expected.get(then, ["it thought to the end"])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
