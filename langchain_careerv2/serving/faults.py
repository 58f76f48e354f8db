"""What goes wrong on the way to an endpoint and behind it, at random and yet the same for the same seed."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from aiohttp import web

from langchain_careerv2.runpod.outputs import JobStatus
from langchain_careerv2.runpod.shapes import Writing, shapes
from langchain_careerv2.serving.jobs import Clock, Result

PAGES = {"html_502": 502, "server_error": 500, "unavailable": 503, "not_json": 200, "rate_limited": 429}
"""Faults that answer in the endpoint's place, with a page of HTML: no job is made."""
HTTP_FAULTS = (
    *PAGES,
    "refused",  # served, while new connections are refused for a moment
    "reset_before",  # reset before the endpoint has seen the request
    "reset_after",  # done, and reset before the reply
    "reset_mid",  # done, and reset after half of the reply
    "truncated_json",  # done, and half of the reply with a length that agrees
    "slow_body",  # done, and the reply's body comes in small pieces
)
"""Faults of one HTTP request."""
JOB_FAULTS = (
    "lost_job",  # done by the worker, and forgotten
    "duplicate_delivery",  # run twice; the first run is not heard of
    "failed",  # FAILED in one of the ways in which workers were seen to fail
    "error_in_completed",  # COMPLETED, with an error for its output
    "never_ends",  # runs until it is stopped
)
"""Faults of one job, by which a submitted job differs from what its worker would make of it."""
ALL = (*HTTP_FAULTS, *JOB_FAULTS)
"""Every kind of fault."""

SUBMITS = frozenset({"run", "runsync", "openai"})
"""Operations that make a job."""
POLLS = frozenset({"status", "status-sync", "stream"})
"""Operations that ask for one."""
SCOPES = ("all", "submit", "poll")
"""Which operations HTTP faults hit."""
DRIBBLE = 1.0
"""Seconds of the endpoint that a slow body takes, in `DRIBBLE_PIECES`."""
DRIBBLE_PIECES = 10
FAULT: ContextVar[str] = ContextVar("fault", default="")
"""The fault of the request that is being answered: a stream has to spoil itself."""


@dataclass(frozen=True)
class Faults:
    """How often which fault happens.

    Attributes:
        rates: The share, 0 to 1, of requests (`HTTP_FAULTS`) or of jobs (`JOB_FAULTS`) that a kind hits. A request
            and a job are hit by one fault at most, so that the rates of either sort add up to 1 at most.
        seed: The n-th request and the n-th job have the same fault for the same seed.
        on: Which operations HTTP faults hit: `all`, `submit` or `poll`.

    Raises:
        ValueError: A kind or a scope is unknown, or a rate is no share.
    """

    rates: Mapping[str, float]
    seed: int = 0
    on: str = "all"

    def __post_init__(self) -> None:
        if unknown := set(self.rates) - set(ALL):
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}; there are: {', '.join(ALL)}")
        if self.on not in SCOPES:
            raise ValueError(f"faults are on one of {', '.join(SCOPES)}, not on {self.on!r}")
        sums = [sum(self.rates.get(kind, 0) for kind in kinds) for kinds in (HTTP_FAULTS, JOB_FAULTS)]
        if not all(0 <= rate <= 1 for rate in self.rates.values()) or max(sums) > 1 + 1e-9:
            raise ValueError("rates must be from 0 to 1, and no more than 1 for all requests or for all jobs")

    @classmethod
    def mix(cls, rate: float, seed: int = 0, kinds: Collection[str] = ALL) -> Faults:
        """Spreads a rate evenly over kinds of faults.

        Raises:
            ValueError: As for the class.
        """
        if not 0 <= rate <= 1:
            raise ValueError(f"rate must be from 0 to 1, not {rate}")
        return cls({kind: rate / len(kinds) for kind in kinds}, seed)

    def of_request(self, operation: str, method: str, number: int) -> str:
        """The fault of an HTTP request, or nothing."""
        submit = operation in SUBMITS and method == "POST"
        hit = {"all": True, "submit": submit, "poll": operation in POLLS}[self.on]
        return self._draw(HTTP_FAULTS, number) if hit else ""

    def of_job(self, number: int) -> str:
        """The fault of a job, or nothing."""
        return self._draw(JOB_FAULTS, number)

    def ending(self, fault: str, number: int) -> tuple[JobStatus, Result]:
        """How a job ends that fails in one of the ways of `shapes.json`."""
        status = JobStatus.FAILED if fault == "failed" else JobStatus.COMPLETED
        ways = [shape for shape in shapes().values() if shape.raises and shape.job["status"] == status.value]
        way = random.Random(f"{self.seed}|{fault}|{number}").choice(ways)
        job = way.fill(Writing(("1. Lead",), prompt_tokens=9, completion_tokens=3))
        return status, {name: value for name, value in job.items() if name != "status"}

    def _draw(self, kinds: tuple[str, ...], number: int) -> str:
        point = random.Random(f"{self.seed}|{kinds[0]}|{number}").random()
        for kind in kinds:
            point -= self.rates.get(kind, 0)
            if point < 0:
                return kind
        return ""


async def spoil(
    fault: str, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]], clock: Clock
) -> web.StreamResponse:
    """Answers a request with one of `HTTP_FAULTS`; `refused` is the server's own to do."""
    if fault in PAGES:
        headers = {"Retry-After": str(round(1 / clock.speed))} if fault == "rate_limited" else None
        text = f"<html><body><h1>{PAGES[fault]}</h1><hr>cloudflare</body></html>"
        return web.Response(status=PAGES[fault], text=text, content_type="text/html", headers=headers)
    response = None if fault == "reset_before" else await answer()
    if response is None or fault == "reset_after":
        return reset(request)
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response  # a stream, which was sent already
    return await _spoilt(fault, request, response, response.body, clock)


async def _spoilt(
    fault: str, request: web.Request, response: web.Response, body: bytes, clock: Clock
) -> web.StreamResponse:
    half = len(body) // 2
    if fault == "truncated_json":
        return web.Response(status=response.status, body=body[:half], content_type=response.content_type)
    begun = web.StreamResponse(status=response.status, headers={"Content-Type": response.headers["Content-Type"]})
    begun.content_length = len(body)
    await begun.prepare(request)
    if fault == "reset_mid":
        await begun.write(body[:half])
        return reset(request, begun)
    size = -(-len(body) // DRIBBLE_PIECES)
    for start in range(0, len(body), size):
        await clock.sleep(DRIBBLE / DRIBBLE_PIECES)
        await begun.write(body[start : start + size])
    await begun.write_eof()
    return begun


def reset(request: web.Request, begun: web.StreamResponse | None = None) -> web.StreamResponse:
    """Drops the connection without a goodbye."""
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return begun or web.Response()
