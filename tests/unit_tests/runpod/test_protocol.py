"""The protocol driven by data: a clock that is a number, replies that are literals, no network at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.outputs import Completion
from langchain_careerv2.runpod.protocol import CANCEL_TIMEOUT, Call, Reply, Sleep, health, run_job

DONE = {"id": "j1", "status": "COMPLETED", "output": "hello"}
QUEUED = {"id": "j1", "status": "IN_QUEUE"}
RUNNING = {"id": "j1", "status": "IN_PROGRESS", "output": {"progress": "not an answer"}}


class World:
    """Answers a flow's calls from a list; the last answer is repeated. A sleep moves the clock."""

    def __init__(self, *answers: Any, step: float = 0.0) -> None:
        self.now = 100.0
        self.calls: list[Call] = []
        self._answers: Iterable[Any] = answers
        self._step = step

    def clock(self) -> float:
        return self.now

    def run(self, **options: Any) -> Completion:
        flow = run_job({"prompt": "p"}, clock=self.clock, **{"timeout": 60.0, **options})
        answers = list(self._answers)
        step = next(flow)
        while True:
            try:
                if isinstance(step, Sleep):
                    self.now += step.seconds
                    step = flow.send(None)
                    continue
                self.calls.append(step)
                self.now += self._step
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                step = flow.throw(answer) if isinstance(answer, BaseException) else flow.send(self.reply(answer))
            except StopIteration as done:
                completion: Completion = done.value
                return completion

    @staticmethod
    def reply(answer: Any) -> Reply:
        return answer if isinstance(answer, Reply) else Reply(200, json.dumps(answer).encode())

    @property
    def paths(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.calls]


def test_a_warm_answer_costs_one_call() -> None:
    world = World(DONE)
    assert world.run().text == "hello"
    assert world.paths == ["POST /runsync?wait=58000"]
    assert world.calls[0].body == {"input": {"prompt": "p"}}
    assert world.calls[0].timeout == 60.0


def test_runsync_waits_no_longer_than_runpods_default() -> None:
    world = World(DONE)
    world.run(timeout=600)
    assert world.paths == ["POST /runsync?wait=90000"]
    assert world.calls[0].timeout == 92.0


def test_a_deadline_too_short_for_runsync_uses_run_and_polls() -> None:
    world = World(QUEUED, DONE)
    assert world.run(timeout=1.5).text == "hello"
    assert world.paths == ["POST /run", "GET /status/j1"]


def test_polls_until_the_job_is_done_whatever_the_states_between() -> None:
    world = World(QUEUED, RUNNING, {"id": "j1", "status": "NEWLY_INVENTED"}, DONE)
    assert world.run().text == "hello"
    assert world.paths[1:] == ["GET /status/j1"] * 3


def test_a_job_that_never_leaves_the_queue_is_cancelled_at_the_deadline() -> None:
    world = World(QUEUED)
    with pytest.raises(errors.EndpointTimeoutError, match="IN_QUEUE at the deadline and was cancelled") as caught:
        world.run(timeout=30)
    assert caught.value.job_id == "j1"
    assert world.now == pytest.approx(130.0)
    assert world.paths[-1] == "POST /cancel/j1"
    assert world.calls[-1].timeout == CANCEL_TIMEOUT
    assert len(world.calls) < 20


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), SystemExit(), errors.AuthenticationError("key revoked")])
def test_whatever_ends_the_wait_cancels_the_job_and_comes_through(interruption: BaseException) -> None:
    world = World(QUEUED, interruption, {"id": "j1", "status": "CANCELLED"})
    with pytest.raises(type(interruption)) as caught:
        world.run()
    assert caught.value is interruption
    assert world.paths[-1] == "POST /cancel/j1"


def test_a_cancel_that_fails_hides_nothing() -> None:
    world = World(QUEUED, KeyboardInterrupt(), errors.EndpointConnectionError("gone"))
    with pytest.raises(KeyboardInterrupt):
        world.run()


def test_a_poll_that_fails_in_passing_does_not_lose_the_job() -> None:
    world = World(QUEUED, Reply(502, b"<html>"), errors.EndpointConnectionError("reset"), Reply(429, b""), DONE)
    assert world.run().text == "hello"


def test_a_job_that_runpod_forgot_is_an_error_that_names_it() -> None:
    world = World(QUEUED, Reply(404, b""))
    with pytest.raises(errors.JobError, match="no longer knows the job") as caught:
        world.run()
    assert caught.value.job_id == "j1"


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (400, errors.InvalidRequestError),
        (401, errors.AuthenticationError),
        (403, errors.AuthenticationError),
        (404, errors.EndpointNotFoundError),
        (413, errors.InvalidRequestError),
        (422, errors.InvalidRequestError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
        (502, errors.ServerError),
        (503, errors.ServerError),
        (302, errors.ProtocolError),
        (418, errors.ProtocolError),
    ],
)
def test_every_http_status_is_one_typed_error(status: int, leaf: type[errors.EndpointError]) -> None:
    world = World(Reply(status, b"<html>secret page</html>", {"retry-after": "7"}))
    with pytest.raises(errors.EndpointError, match=f"HTTP {status}") as caught:
        world.run()
    assert type(caught.value) is leaf
    assert caught.value.retry_after == 7.0
    assert "secret" not in str(caught.value)
    assert world.paths == ["POST /runsync?wait=58000"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"<html>hello</html>", "18 bytes of text/html, which are not JSON", id="HTML"),
        pytest.param(b"", "0 bytes", id="nothing"),
        pytest.param(b'{"id": "j1", "sta', "17 bytes", id="half a JSON"),
        pytest.param(b"\xff\xfe\x00", "not JSON", id="no UTF-8"),
        pytest.param(b"[" * 100_000, "not JSON", id="deep nesting"),
        pytest.param(b"{}", "where a job was due", id="empty JSON"),
        pytest.param(b"[1]", r"list\[1\] of int", id="a list"),
        pytest.param(b'{"status": "IN_QUEUE"}', "without giving an id", id="no id"),
    ],
)
def test_a_body_that_is_no_job_is_a_protocol_error(body: bytes, words: str) -> None:
    world = World(Reply(200, body, {"content-type": "text/html; charset=utf-8"}))
    with pytest.raises(errors.ProtocolError, match=words):
        world.run()


def test_health_is_one_call() -> None:
    flow = health()
    assert next(flow) == Call("GET", "/health")
    with pytest.raises(StopIteration) as done:
        flow.send(Reply(200, b'{"jobs": {}}'))
    assert done.value.value == {"jobs": {}}
