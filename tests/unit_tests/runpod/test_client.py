from __future__ import annotations

import pytest
import requests
from urllib3 import HTTPConnectionPool, exceptions
from urllib3.connection import HTTPConnection

from langchain_careerv2.runpod.client import _was_sent

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
