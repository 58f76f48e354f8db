"""The only code that touches a network: two short drivers, `requests` and `aiohttp`, for the flows of `protocol`."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import threading
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr

from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.protocol import Call, Flow, Reply, Sleep

if TYPE_CHECKING:
    import aiohttp

RUNPOD_URL = "https://api.runpod.ai/v2"
"""RunPod's serverless API."""

T = TypeVar("T")


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

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", self.endpoint_id):
            raise errors.ConfigurationError(
                f"{self.endpoint_id[:40]!r} is no endpoint id: it has letters, digits, '-' and '_' only,"
                " as in https://api.runpod.ai/v2/<ENDPOINT_ID>/runsync"
            )
        key = self.api_key.get_secret_value()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise errors.ConfigurationError("the API key is empty or has characters that no key has, such as a space")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise errors.ConfigurationError(
                "base_url must look like https://api.runpod.ai/v2, without a user or a query"
            )
        if parts.scheme == "http" and not self.is_loopback:
            raise errors.ConfigurationError(
                f"base_url must be https: over http to {parts.hostname} anyone can read the key"
            )

    @property
    def url(self) -> str:
        """The endpoint's URL, without a slash at the end."""
        return f"{self.base_url.rstrip('/')}/{self.endpoint_id}"

    @property
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


def drive(flow: Flow[T], endpoint: Endpoint) -> T:
    """Runs a flow with `requests`, in this thread."""
    try:
        step = next(flow)
        while True:
            try:
                reply = _perform(step, endpoint)
            except BaseException as error:  # noqa: BLE001  # the flow may cancel its job, and raises it again
                step = flow.throw(error)
            else:
                step = flow.send(reply)
    except StopIteration as done:
        result: T = done.value
        return result


async def adrive(flow: Flow[T], endpoint: Endpoint) -> T:
    """Runs a flow with `aiohttp`, in this event loop."""
    try:
        step = next(flow)
        while True:
            try:
                reply = await _aperform(step, endpoint)
            except BaseException as error:  # noqa: BLE001  # as above, for a cancelled task too
                step = flow.throw(error)
            else:
                step = flow.send(reply)
    except StopIteration as done:
        result: T = done.value
        return result


def _perform(step: Call | Sleep, endpoint: Endpoint) -> Reply | None:
    if isinstance(step, Sleep):
        time.sleep(step.seconds)
        return None
    try:
        response = _session().request(
            step.method,
            endpoint.url + step.path,
            json=step.body,
            timeout=step.timeout,
            allow_redirects=False,  # a redirect would carry the key elsewhere
            headers=endpoint.headers,
            proxies={urlsplit(endpoint.url).scheme: _proxy(endpoint) or ""},
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
        )
    except requests.Timeout:
        raise _timed_out(step) from None
    except requests.RequestException as error:
        raise _broken(step, endpoint, error) from None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, response.content, headers)


async def _aperform(step: Call | Sleep, endpoint: Endpoint) -> Reply | None:
    if isinstance(step, Sleep):
        await asyncio.sleep(step.seconds)
        return None
    import aiohttp

    try:
        session = await _asession()
        async with session.request(
            step.method,
            endpoint.url + step.path,
            json=step.body,
            timeout=aiohttp.ClientTimeout(total=step.timeout),
            allow_redirects=False,
            headers=endpoint.headers,
            proxy=_proxy(endpoint),
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status, await response.read(), headers)
    except asyncio.TimeoutError:
        raise _timed_out(step) from None
    except (aiohttp.ClientError, OSError) as error:
        raise _broken(step, endpoint, error) from None


def _timed_out(step: Call) -> errors.EndpointTimeoutError:
    return errors.EndpointTimeoutError(f"no answer to {step.method} {step.path} within {step.timeout:.1f} s")


def _broken(step: Call, endpoint: Endpoint, error: Exception) -> errors.EndpointConnectionError:
    host = urlsplit(endpoint.base_url).netloc
    return errors.EndpointConnectionError(
        f"the connection to {host} failed during {step.method} {step.path}: {type(error).__name__}"
    )


def _proxy(endpoint: Endpoint) -> str | None:
    """The proxy that the environment names; none for loopback, where no proxy can reach this machine's own port."""
    if endpoint.is_loopback:
        return None
    return requests.utils.select_proxy(endpoint.url, requests.utils.get_environ_proxies(endpoint.url))


_local = threading.local()


def _session() -> requests.Session:
    """This thread's connection pool: a `requests.Session` is not promised to be safe across threads."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False  # proxies come from _proxy; ~/.netrc would overwrite the key
    session: requests.Session = _local.session
    return session


_Keeper = AsyncGenerator["aiohttp.ClientSession", None]
_asessions: dict[asyncio.AbstractEventLoop, tuple[_Keeper, aiohttp.ClientSession]] = {}


async def _asession() -> aiohttp.ClientSession:
    """This event loop's connection pool, closed when the loop ends.

    The pool lives inside an asynchronous generator: `asyncio.run` closes those before it closes its loop, which is the
    one hook a loop has for saying goodbye.
    """
    loop = asyncio.get_running_loop()
    for stale in [other for other in _asessions if other.is_closed()]:
        _asessions.pop(stale, None)
    if loop not in _asessions:
        keeper = _keep_session()
        _asessions[loop] = keeper, await keeper.__anext__()
    return _asessions[loop][1]


async def _keep_session() -> _Keeper:
    import aiohttp

    # The caller bounds the concurrency; aiohttp's own limit of 100 would queue calls inside their timeouts.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session
