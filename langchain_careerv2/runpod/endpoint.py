"""Where an endpoint is, and what both drivers share: what they may read, whom they ask, what they raise."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr

from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.protocol import Call, Read

RUNPOD_URL = "https://api.runpod.ai/v2"
"""RunPod's serverless API."""
_NO_KEY = SecretStr("")


@dataclass(frozen=True)
class Endpoint:
    """Where an endpoint is and how to be let in. Checked at construction, without a network.

    Raises:
        ConfigurationError: For an id that is no single path segment, a base URL that is none, a missing key, or a
            plain-text URL to another machine, over which the key would be readable.
    """

    endpoint_id: str
    api_key: SecretStr
    base_url: str = RUNPOD_URL
    example: ClassVar[str] = RUNPOD_URL

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", self.endpoint_id):
            raise errors.ConfigurationError(
                f"{self.endpoint_id[:40]!r} is no endpoint id: it has letters, digits, '-' and '_' only,"
                " as in https://api.runpod.ai/v2/<ENDPOINT_ID>/runsync"
            )
        self._check_key()
        self._check_url()

    def _check_key(self) -> None:
        key = self.api_key.get_secret_value()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise errors.ConfigurationError("the API key is empty or has characters that no key has, such as a space")

    def _check_url(self) -> None:
        try:
            parts = urlsplit(self.base_url)
            is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_url = False
        if not is_url or parts.query or "@" in parts.netloc:
            raise errors.ConfigurationError(f"base_url must look like {self.example}, without a user or a query")
        if parts.scheme == "http" and self.api_key.get_secret_value() and not self.is_loopback:
            raise errors.ConfigurationError(
                f"base_url must be https: over http to {parts.hostname} anyone can read the key"
            )

    @cached_property
    def url(self) -> str:
        """The endpoint's URL, without a slash at the end.

        A loopback `base_url` without a path, such as `http://localhost:8000`, is the official SDK's development server
        (`python handler.py --rp_serve_api`), which serves one handler at its root and knows no endpoint ids.
        """
        base = self.base_url.rstrip("/")
        return base if self.is_loopback and not urlsplit(base).path else f"{base}/{self.endpoint_id}"

    @cached_property
    def is_loopback(self) -> bool:
        """Whether the endpoint is on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every call, the key among them."""
        return {"Authorization": f"Bearer {self.api_key.get_secret_value()}", "Accept": "application/json"}

    @property
    def proxy(self) -> str | None:
        """The proxy that the environment names; none for loopback, where no proxy can reach this machine's own port."""
        if self.is_loopback:
            return None
        return requests.utils.select_proxy(self.url, requests.utils.get_environ_proxies(self.url))

    def timed_out(self, step: Call | Read) -> errors.EndpointTimeoutError:
        """The error for a step that took too long."""
        if isinstance(step, Read):
            return errors.EndpointTimeoutError("the stream had not ended at the deadline")
        return errors.EndpointTimeoutError(f"no answer to {step.method} {step.path} within {step.timeout:.1f} s")

    def broken(self, step: Call | Read, error: Exception, *, sent: bool = True) -> errors.EndpointConnectionError:
        """The error for a connection that failed; without the library's words, which can hold a proxy's password."""
        what = f"{step.method} {step.path}" if isinstance(step, Call) else "a stream"
        host, cause = urlsplit(self.base_url).netloc, error
        while isinstance(inner := cause.__cause__ or cause.__context__, Exception):
            cause = inner
        names = " by ".join(dict.fromkeys(type(each).__name__ for each in (error, cause)))
        return errors.EndpointConnectionError(f"the connection to {host} failed during {what}: {names}", sent=sent)


@dataclass(frozen=True)
class OpenAIServer(Endpoint):
    """Any server with OpenAI's API at its root, such as `vllm serve`: it has no endpoint id, and may want no key.

    Raises:
        ConfigurationError: For a base URL that is none, a key that no header can carry, or a key over plain text to
            another machine.
    """

    endpoint_id: str = ""
    api_key: SecretStr = _NO_KEY
    base_url: str = "http://127.0.0.1:8001"
    example: ClassVar[str] = "http://127.0.0.1:8001"

    def __post_init__(self) -> None:
        if self.api_key.get_secret_value():
            self._check_key()
        self._check_url()

    @cached_property
    def url(self) -> str:
        """The server's URL, without a slash at the end."""
        return self.base_url.rstrip("/")

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every call, with the key where there is one."""
        headers = super().headers
        return headers if self.api_key.get_secret_value() else {"Accept": headers["Accept"]}
