"""One operation at a time, driven by data."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_careerv2.runpod import errors, protocol
from langchain_careerv2.runpod.protocol import Call, Deadline, Reply, exchange, read_json, request
from tests.unit_tests.runpod.world import World

INPUT = {"prompt": "p"}


@pytest.mark.parametrize(
    ("call", "line", "body"),
    [
        (protocol.run(INPUT), "POST /run", {"input": INPUT}),
        (protocol.run(INPUT, webhook="https://x"), "POST /run", {"input": INPUT, "webhook": "https://x"}),
        (protocol.runsync(INPUT, 1.5), "POST /runsync?wait=1500", {"input": INPUT}),
        (protocol.status("a/b-u1"), "GET /status/a%2Fb-u1", None),
        (protocol.status_sync("j", 30), "GET /status-sync/j?wait=30000", None),
        (protocol.stream("j"), "POST /stream/j", None),
        (protocol.cancel("../j"), "POST /cancel/..%2Fj", None),
        (protocol.retry("j"), "POST /retry/j", None),
        (protocol.purge_queue(), "POST /purge-queue", None),
        (protocol.health(), "GET /health", None),
        (protocol.create_batch(), "POST /batch", []),
        (protocol.create_batch([INPUT]), "POST /batch", [{"input": INPUT}]),
        (protocol.append_batch("b", [INPUT]), "POST /batch/b/requests", {"requests": [{"input": INPUT}]}),
        (protocol.finalize_batch("b"), "POST /batch/b/finalize", None),
        (protocol.cancel_batch("b"), "POST /batch/b/cancel", None),
        (protocol.batch_status("b"), "GET /batch/b", None),
        (protocol.batch_results("b", 50, 10), "GET /batch/b/requests?offset=50&limit=10", None),
    ],
)
def test_an_operation_is_one_call_and_its_reply(call: Call, line: str, body: Any) -> None:
    world = World({"any": "thing"})
    assert world.run(request(call)) == {"any": "thing"}
    assert world.paths == [line]
    assert world.calls[0].body == body


def test_a_call_outlives_the_time_that_runpod_may_hold_it() -> None:
    assert protocol.runsync(INPUT, 90).timeout > 90
    assert protocol.status_sync("j", 30).timeout > 30
    assert protocol.stream("j").timeout > 10


def test_what_changes_a_job_is_shielded_from_interruptions() -> None:
    assert all(call.shielded for call in (protocol.run(INPUT), protocol.runsync(INPUT, 1), protocol.cancel("j")))
    assert not protocol.status("j").shielded


def test_a_reply_without_a_body_is_an_empty_object() -> None:
    assert World(Reply(200, b"")).run(request(protocol.cancel("j"))) == {}
    assert World(Reply(204, b" \n")).run(request(protocol.purge_queue())) == {}


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (400, errors.InvalidRequestError),
        (401, errors.AuthenticationError),
        (403, errors.AuthenticationError),
        (404, errors.EndpointNotFoundError),
        (405, errors.EndpointNotFoundError),
        (413, errors.InvalidRequestError),
        (422, errors.InvalidRequestError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
        (502, errors.UnavailableError),
        (503, errors.UnavailableError),
        (504, errors.UnavailableError),
        (302, errors.ProtocolError),
        (418, errors.ProtocolError),
        (599, errors.ServerError),
    ],
)
def test_every_http_status_is_one_typed_error(status: int, leaf: type[errors.EndpointError]) -> None:
    world = World(Reply(status, b"<html>secret page</html>", {"retry-after": "7"}))
    with pytest.raises(errors.EndpointError, match=f"HTTP {status}") as caught:
        world.run(request(protocol.health()))
    assert type(caught.value) is leaf
    assert caught.value.retry_after == 7.0
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "leaf", "words"),
    [
        (
            400,
            b'{"id": "s", "status": "FAILED", "error": "Invalid prompt"}',
            errors.InvalidRequestError,
            "Invalid prompt",
        ),
        (400, b'{"error": {"message": "context length is 9", "code": 400}}', errors.PromptTooLongError, "context"),
        (
            404,
            b'{"error": {"message": "no model x", "type": "NotFoundError"}}',
            errors.EndpointNotFoundError,
            "model x",
        ),
        (500, b'{"error": {"message": "engine died", "code": 500}}', errors.ServerError, "engine died"),
        (400, b"{not json", errors.InvalidRequestError, "HTTP 400"),
    ],
)
def test_what_a_refusal_says_is_told(status: int, body: bytes, leaf: type[errors.EndpointError], words: str) -> None:
    with pytest.raises(leaf, match=words) as caught:
        World(Reply(status, body)).run(request(protocol.health()))
    assert type(caught.value) is leaf


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3600"}, 3600.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:30 GMT", "date": "Tue, 24 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:00 GMT", "date": "Tue, 24 Nov 2026 10:00:30 GMT"}, 0.0),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    with pytest.raises(errors.RateLimitError) as caught:
        World(Reply(429, b"", headers)).run(request(protocol.health()))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "6 bytes of text/html, which are not JSON"),
        (b"[1]", "list"),
        (b'"x"', "str"),
        (b"[" * 99999, "JSON"),
    ],
)
def test_a_reply_that_is_no_json_object_is_a_protocol_error(body: bytes, words: str) -> None:
    with pytest.raises(errors.ProtocolError, match=words):
        World(Reply(200, body, {"content-type": "text/html; charset=utf-8"})).run(request(protocol.health()))


def test_invalid_utf_8_costs_a_character_not_the_answer() -> None:
    assert read_json(Reply(200, b'{"text": "caf\xe9 ok"}')) == {"text": "caf\ufffd ok"}


def test_a_driver_that_answers_a_call_with_nothing_is_a_mistake() -> None:
    flow = request(protocol.health())
    next(flow)
    with pytest.raises(TypeError, match="driver"):
        flow.send(None)


def repeated(world: World, timeout: float = 60, *, retries: int = 3) -> Any:
    deadline = Deadline(timeout, world.clock)
    flow = exchange(protocol.health(), deadline, read_json, retries=retries, again=protocol.was_not_taken)
    return world.run(flow)


NOT_TAKEN = [
    Reply(429, b""),
    Reply(502, b""),
    Reply(503, b""),
    Reply(504, b""),
    errors.EndpointConnectionError("refused", sent=False),
]
MAYBE_TAKEN = [
    Reply(500, b""),
    Reply(200, b'{"id": '),
    errors.EndpointConnectionError("reset"),
    errors.EndpointTimeoutError("late"),
]


@pytest.mark.parametrize("failure", NOT_TAKEN)
def test_what_was_not_taken_is_tried_again_with_growing_jittered_pauses(failure: Any) -> None:
    world = World(failure, failure, failure, {"ok": 1})
    assert repeated(world) == {"ok": 1}
    assert len(world.calls) == 4
    for slept, longest in zip(world.slept, (0.25, 0.5, 1.0), strict=True):
        assert longest / 2 <= slept <= longest


@pytest.mark.parametrize("failure", MAYBE_TAKEN)
def test_what_may_have_been_taken_is_not(failure: Any) -> None:
    world = World(failure, {"ok": 1})
    with pytest.raises(errors.EndpointError):
        repeated(world)
    assert len(world.calls) == 1


def test_a_crowd_does_not_come_back_at_once() -> None:
    assert len({protocol.backoff(3) for _ in range(20)}) > 10


def test_tries_are_bounded_and_the_last_failure_is_raised() -> None:
    world = World(Reply(503, b""), Reply(502, b""), Reply(429, b""))
    with pytest.raises(errors.RateLimitError):
        repeated(world, retries=2)
    assert len(world.calls) == 3


def test_a_pause_that_the_endpoint_asks_for_is_kept_and_one_beyond_the_deadline_not_waited_for() -> None:
    world = World(Reply(429, b"", {"retry-after": "5"}), {"ok": 1})
    assert repeated(world) == {"ok": 1}
    assert world.slept[0] >= 5
    world = World(Reply(429, b"", {"retry-after": "3600"}), {"ok": 1})
    with pytest.raises(errors.RateLimitError) as caught:
        repeated(world, 10)
    assert caught.value.retry_after == 3600
    assert world.slept == []


def test_each_try_has_only_the_time_that_is_left() -> None:
    world = World(Reply(503, b""), step=4.0)
    with pytest.raises(errors.UnavailableError):
        repeated(world, 9, retries=99)
    assert [round(call.timeout) for call in world.calls] == [9, 5, 0] or len(world.calls) <= 3
    assert world.calls[0].timeout == 9


def test_a_clock_that_jumps_backwards_costs_only_the_jump() -> None:
    world = World({})
    deadline = Deadline(10, world.clock)
    world.now += 4
    assert deadline.left() == 6
    world.now -= 3600
    assert deadline.left() == 6
    world.now += 7
    assert deadline.left() == -1


def test_runpods_own_limits_follow_the_deadline() -> None:
    assert protocol.policy(120) == {"executionTimeout": 120_000, "ttl": 140_000}
    assert protocol.policy(0.5) == {"executionTimeout": 5_000, "ttl": 20_500}
