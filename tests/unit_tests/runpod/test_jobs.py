"""Whole answers driven by data: what is sent, what is cancelled, what is raised, in a world without I/O."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_careerv2.runpod import errors, jobs
from langchain_careerv2.runpod.jobs import Terms
from langchain_careerv2.runpod.outputs import Completion, Usage
from langchain_careerv2.runpod.protocol import CANCEL_TIMEOUT, Closed, Reply
from langchain_careerv2.runpod.shapes import Shape, Writing, shapes
from tests.unit_tests.runpod.world import World

DONE = {"id": "j1", "status": "COMPLETED", "output": "hello"}
QUEUED = {"id": "j1", "status": "IN_QUEUE"}
RUNNING = {"id": "j1", "status": "IN_PROGRESS", "output": {"progress": "not an answer"}}
CANCELLED = {"id": "j1", "status": "CANCELLED"}
RESET = errors.EndpointConnectionError("reset")
REFUSED = errors.EndpointConnectionError("refused", sent=False)
NOT_THERE = Reply(404, b"")
WRITING = Writing(("Led", " a", " team"), 3, 4)


def run(world: World, timeout: float = 60.0, **terms: Any) -> Completion:
    return world.run(jobs.run_job({"prompt": "p"}, Terms(timeout, world.clock, **terms)))


def test_a_warm_answer_costs_one_call() -> None:
    world = World(DONE)
    assert run(world).text == "hello"
    assert world.paths == ["POST /runsync?wait=1000"]
    assert world.calls[0].body == {"input": {"prompt": "p"}, "policy": {"executionTimeout": 60_000, "ttl": 80_000}}
    assert world.calls[0].timeout == 57.0  # the rest is for cancelling


def test_a_deadline_too_short_for_runsync_uses_run_and_polls() -> None:
    world = World(QUEUED, DONE)
    assert run(world, 1.5).text == "hello"
    assert world.paths == ["POST /run", "GET /status/j1"]
    assert world.calls[0].body == {"input": {"prompt": "p"}, "policy": {"executionTimeout": 5000, "ttl": 21_500}}


def test_a_longer_wait_is_held_by_the_endpoint_whatever_the_states_between() -> None:
    world = World(QUEUED, RUNNING, {"id": "j1", "status": "NEWLY_INVENTED"}, {"surprise": 1}, DONE)
    assert run(world).text == "hello"
    assert world.paths[1:] == ["GET /status-sync/j1?wait=30000"] * 4


def test_a_cold_start_of_two_minutes_costs_one_submit() -> None:
    world = World(QUEUED, QUEUED, QUEUED, QUEUED, DONE, step=29.0)
    assert run(world, 300).text == "hello"
    assert [path for path in world.paths if path.startswith("POST")] == ["POST /runsync?wait=1000"]
    assert world.now - 100 > 120


def test_a_poll_that_was_held_is_followed_at_once_and_one_that_was_not_after_a_growing_pause() -> None:
    held = World(QUEUED, QUEUED, QUEUED, DONE, step=29.0)
    run(held, 300)
    assert held.slept == [0.0, 0.0]
    hasty = World(QUEUED)
    with pytest.raises(errors.EndpointTimeoutError):
        run(hasty, 60)
    assert hasty.slept[:3] == pytest.approx([0.2, 0.3, 0.45])
    assert max(hasty.slept) == pytest.approx(3.0)


def test_near_its_end_a_wait_asks_without_being_held() -> None:
    world = World(QUEUED, QUEUED, DONE, step=2.0)
    run(world, 6.5)
    assert world.paths == ["POST /runsync?wait=1000", "GET /status-sync/j1?wait=1850", "GET /status/j1"]


@pytest.mark.parametrize(
    ("missing", "last"), [([NOT_THERE], "GET /status/j1"), ([NOT_THERE, Reply(405, b"")], "POST /status/j1")]
)
def test_a_server_without_an_operation_is_asked_by_another(missing: list[Reply], last: str) -> None:
    world = World(QUEUED, *missing, RUNNING, DONE)
    assert run(world).text == "hello"
    assert world.paths[-2:] == [last, last]


def test_a_job_that_never_leaves_the_queue_is_cancelled_at_the_deadline() -> None:
    world = World(QUEUED)
    with pytest.raises(errors.EndpointTimeoutError, match="IN_QUEUE at the deadline and was cancelled") as caught:
        run(world, 30)
    assert caught.value.job_id == "j1"
    assert world.now == pytest.approx(127.0)
    assert world.paths[-1] == "POST /cancel/j1"
    assert world.calls[-1].timeout == pytest.approx(CANCEL_TIMEOUT)
    assert len(world.calls) < 25


def test_a_call_that_answers_only_at_the_deadline_ends_there_too() -> None:
    world = World(QUEUED, errors.EndpointTimeoutError("late"), step=31.0)
    with pytest.raises(errors.EndpointTimeoutError, match="at the deadline"):
        run(world, 60)
    assert world.paths[-1] == "POST /cancel/j1"


def test_a_clock_that_runs_backwards_neither_ends_nor_prolongs_the_wait() -> None:
    world = World(QUEUED)
    ticks = iter([0, 10, -3600, -3590, *range(-3580, 4000, 10)])
    with pytest.raises(errors.EndpointTimeoutError):
        world.run(jobs.run_job({"prompt": "p"}, Terms(60, lambda: next(ticks))))
    assert world.paths[-1] == "POST /cancel/j1"
    assert len(world.calls) < 15


INTERRUPTIONS = [KeyboardInterrupt(), SystemExit(), errors.AuthenticationError("key revoked")]


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
def test_whatever_ends_the_wait_cancels_the_job_and_comes_through(interruption: BaseException) -> None:
    world = World(QUEUED, interruption, CANCELLED)
    with pytest.raises(type(interruption)) as caught:
        run(world)
    assert caught.value is interruption
    assert world.paths[-1] == "POST /cancel/j1"


def test_an_interruption_of_the_submit_cancels_the_job_that_its_reply_names() -> None:
    world = World((QUEUED, KeyboardInterrupt()), CANCELLED)
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert world.paths == ["POST /runsync?wait=1000", "POST /cancel/j1"]


def test_an_interruption_of_the_submit_of_a_finished_job_comes_through() -> None:
    world = World((DONE, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert world.paths == ["POST /runsync?wait=1000"]


@pytest.mark.parametrize("reply", [Reply(500, b""), {"id": "j1", "status": "FAILED", "error": "x"}, Reply(200, b"{")])
def test_an_interruption_is_not_hidden_by_a_failure_that_comes_with_it(reply: Any) -> None:
    interruption = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as caught:
        run(World((reply, interruption)), resubmit=True)
    assert caught.value is interruption
    with pytest.raises(KeyboardInterrupt):
        run(World(QUEUED, errors.AuthenticationError("revoked"), (CANCELLED, interruption)))


def test_a_cancel_is_tried_again_and_one_that_fails_hides_nothing() -> None:
    world = World(QUEUED, KeyboardInterrupt(), RESET, Reply(502, b""), CANCELLED)
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert world.paths[-3:] == ["POST /cancel/j1"] * 3
    world = World(QUEUED, KeyboardInterrupt(), RESET)
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert world.now - 100 < CANCEL_TIMEOUT


def test_a_cancel_that_is_interrupted_too_has_been_made_or_is_made_once_more() -> None:
    world = World(QUEUED, KeyboardInterrupt(), (CANCELLED, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run(world)
    assert world.paths[-2:] == ["GET /status-sync/j1?wait=30000", "POST /cancel/j1"]
    first = KeyboardInterrupt()
    world = World(QUEUED, first, KeyboardInterrupt(), CANCELLED)
    with pytest.raises(KeyboardInterrupt) as caught:
        run(world)
    assert caught.value is first
    assert world.paths[-2:] == ["POST /cancel/j1"] * 2


@pytest.mark.parametrize("failure", [Reply(502, b"<html>"), RESET, Reply(429, b""), Reply(500, b""), Reply(200, b"{")])
def test_a_poll_that_fails_in_passing_costs_only_the_poll(failure: Any) -> None:
    world = World(QUEUED, failure, failure, DONE)
    assert run(world).text == "hello"


def test_a_poll_waits_as_long_as_it_is_asked_to() -> None:
    world = World(QUEUED, Reply(429, b"", {"retry-after": "20"}), DONE)
    run(world)
    assert world.slept == [20.0]


def test_a_job_that_runpod_forgot_is_an_error_that_names_it() -> None:
    world = World(QUEUED, NOT_THERE)
    with pytest.raises(errors.JobError, match="no longer knows the job") as caught:
        run(world)
    assert caught.value.job_id == "j1"


def test_a_job_without_an_id_is_a_protocol_error() -> None:
    with pytest.raises(errors.ProtocolError, match="without giving an id"):
        run(World({"status": "IN_QUEUE"}))


@pytest.mark.parametrize("failure", [Reply(503, b""), Reply(429, b""), REFUSED])
def test_a_submit_that_made_no_job_is_made_again(failure: Any) -> None:
    world = World(failure, failure, DONE)
    assert run(world).text == "hello"
    assert len(world.calls) == 3
    with pytest.raises(errors.EndpointError):
        run(World(failure, DONE), retries=0)


@pytest.mark.parametrize(
    "failure", [RESET, Reply(500, b""), Reply(200, b'{"id": "j'), errors.EndpointTimeoutError("x")]
)
def test_a_submit_that_may_have_made_a_job_is_made_again_only_on_request(failure: Any) -> None:
    world = World(failure, DONE)
    with pytest.raises(errors.EndpointError):
        run(world)
    assert len(world.calls) == 1
    world = World(failure, DONE)
    assert run(world, resubmit=True).text == "hello"
    assert len(world.calls) == 2


def test_no_retry_outlives_the_deadline() -> None:
    world = World(Reply(429, b"", {"retry-after": "3600"}))
    with pytest.raises(errors.RateLimitError) as caught:
        run(world, 10)
    assert (caught.value.retry_after, world.now) == (3600.0, 100.0)


def streamed(row: Shape, *, at_once: bool = False) -> list[dict[str, Any]]:
    """What /stream answers for a job of a shape: one output a poll, or all of them with the last state."""
    items = [{"output": output} for output in row.yields(WRITING)]
    if at_once:
        return [{"status": "COMPLETED", "stream": items}]
    polls = [{"status": "IN_PROGRESS", "stream": [item]} for item in items]
    return [{"status": "IN_QUEUE", "stream": []}, *polls, {"status": "COMPLETED", "stream": []}]


def finished(row: Shape) -> dict[str, Any]:
    return {"id": "j1", "delayTime": 5, "executionTime": 7, **row.fill(WRITING)}


def stream(world: World, timeout: float = 60.0, *, close_after: int | None = None, **terms: Any) -> Completion:
    flow = jobs.stream_job({"prompt": "p", "sampling_params": {"seed": 1}}, Terms(timeout, world.clock, **terms))
    return world.run(flow, close_after=close_after)


STREAMS = [pytest.param(shapes()[row], id=shapes()[row].name) for row in ("3", "9", "12", "13", "19", "25")]


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("row", STREAMS)
def test_tokens_come_while_the_job_runs_and_the_last_word_is_the_finished_jobs(row: Shape, at_once: bool) -> None:
    world = World(QUEUED, *streamed(row, at_once=at_once), finished(row))
    completion = stream(world)
    assert "".join(world.texts) == completion.text == "Led a team"
    assert at_once or world.texts == ["Led", " a", " team"]
    assert completion.usage == (Usage(3, 4) if row.usage else None)
    assert (completion.delay_ms, completion.execution_ms) == (5, 7)
    assert world.calls[0].body == {
        "input": {
            "prompt": "p",
            "stream": True,
            "sampling_params": {"seed": 1, "stream_options": {"include_usage": True}},
        },
        "policy": {"executionTimeout": 60_000, "ttl": 80_000},
    }


@pytest.mark.parametrize("lost", [RESET, Reply(502, b""), Reply(200, b'{"stre'), errors.EndpointTimeoutError("x")])
def test_a_lost_poll_is_repaired_from_the_finished_job(lost: Any) -> None:
    row = shapes()["3"]
    first, second, *_ = streamed(row)
    world = World(QUEUED, first, second, lost, RUNNING, finished(row))
    assert stream(world).text == "Led a team"
    assert world.texts == ["Led", " a team"]
    assert [path.partition("?")[0] for path in world.paths[4:]] == ["GET /status-sync/j1"] * 2


@pytest.mark.parametrize("harmless", [REFUSED, Reply(429, b"")])
def test_a_poll_that_took_nothing_is_made_again(harmless: Any) -> None:
    row = shapes()["3"]
    world = World(QUEUED, harmless, *streamed(row), finished(row))
    stream(world)
    assert world.texts == ["Led", " a", " team"]


def test_a_stream_waits_as_long_as_it_is_asked_to() -> None:
    row = shapes()["3"]
    world = World(QUEUED, Reply(429, b"", {"retry-after": "20"}), *streamed(row), finished(row))
    stream(world)
    assert world.slept[0] == 20.0


def test_a_stream_that_was_whole_when_the_deadline_passed_is_an_answer() -> None:
    row = shapes()["3"]
    world = World(QUEUED, *streamed(row, at_once=True), finished(row), step=29.0)
    assert stream(world, 60).text == "Led a team"
    assert world.paths[-1] == "POST /cancel/j1" or len(world.paths) == 2


def test_text_that_came_twice_is_told() -> None:
    row = shapes()["3"]
    first, second, *rest = streamed(row)
    world = World(QUEUED, first, second, second, *rest, finished(row))
    with pytest.raises(errors.ProtocolError, match="got some of it twice"):
        stream(world)


@pytest.mark.parametrize(
    "last", [NOT_THERE, {"id": "j1", "status": "FAILED", "error": "Job ID not found"}, {**DONE, "output": []}]
)
def test_a_whole_stream_needs_no_finished_job(last: Any) -> None:
    world = World(QUEUED, *streamed(shapes()["3"]), last)
    completion = stream(world)
    assert (completion.text, completion.usage, completion.finish_reason) == ("Led a team", Usage(3, 4), "stop")


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED"])
def test_a_worker_that_does_not_stream_gives_its_text_at_the_end(state: str) -> None:
    world = World(QUEUED, {"status": state, "stream": []}, finished(shapes()["20"]))
    assert stream(world).text == "Led a team"
    assert world.texts == ["Led a team"]


@pytest.mark.parametrize(
    "polls",
    [
        [{"status": "IN_PROGRESS", "stream": [{"output": 'data: {"error": {"message": "died"}}\n'}]}, CANCELLED],
        [{"status": "FAILED", "stream": []}, {"id": "j1", "status": "FAILED", "error": "died"}],
    ],
)
def test_an_error_is_raised_after_the_text_already_delivered(polls: list[Any]) -> None:
    first, second, *_ = streamed(shapes()["3"])
    world = World(QUEUED, first, second, *polls)
    with pytest.raises(errors.JobError, match="died"):
        stream(world)
    assert world.texts == ["Led"]


def test_a_worker_that_refuses_to_be_asked_for_usage_is_not_asked() -> None:
    row = shapes()["9"]
    refusal = {"id": "j1", "status": "FAILED", "error": "Unexpected keyword argument 'stream_options'"}
    world = World(QUEUED, {"status": "FAILED", "stream": []}, refusal, QUEUED, *streamed(row), finished(row))
    completion = stream(world)
    assert (completion.text, completion.usage) == ("Led a team", Usage(3, 4))
    submits = [call.body for call in world.calls if call.path == "/run"]
    assert [list(body["input"]["sampling_params"]) for body in submits if isinstance(body, dict)] == [
        ["seed", "stream_options"],
        ["seed"],
    ]


def test_a_consumer_that_goes_away_cancels_the_job() -> None:
    world = World(QUEUED, *streamed(shapes()["3"]), CANCELLED)
    with pytest.raises(Closed):
        stream(world, close_after=2)
    assert world.paths[-1] == "POST /cancel/j1"
    assert world.texts == ["Led", " a"]


def test_a_stream_that_never_begins_ends_at_the_deadline() -> None:
    world = World(QUEUED, {"status": "IN_QUEUE", "stream": []})
    with pytest.raises(errors.EndpointTimeoutError, match="IN_QUEUE"):
        stream(world, 30)
    assert world.paths[-1] == "POST /cancel/j1"
    assert world.now == pytest.approx(127.0)


def test_a_server_that_takes_one_method_only_streams_too() -> None:
    row = shapes()["3"]
    world = World(QUEUED, *streamed(row, at_once=True), NOT_THERE, Reply(405, b""), finished(row))
    assert stream(world).text == "Led a team"
    assert world.paths[1] == "POST /stream/j1"
    assert world.paths[-1] == "POST /status/j1"
    world = World(QUEUED, Reply(405, b""), *streamed(row, at_once=True), finished(row))
    assert stream(world).text == "Led a team"
    assert world.paths[2] == "GET /stream/j1"


EVENT_STREAM = Reply(200, b"", {"content-type": "text/event-stream; charset=utf-8"})
BODY = {"model": "m", "prompt": "p"}


def events(row: str = "3") -> list[bytes]:
    return [output.encode() for output in shapes()[row].yields(WRITING)]


def test_the_openai_route_answers_with_an_unwrapped_object() -> None:
    world = World(shapes()["1"].fill(WRITING)["output"][0])
    completion = world.run(jobs.complete(BODY, Terms(60, world.clock)))
    assert (completion.text, completion.usage, completion.finish_reason) == ("Led a team", Usage(3, 4), "stop")
    assert world.paths == ["POST /openai/v1/completions"]
    assert world.calls[0].body == BODY


@pytest.mark.parametrize("streaming", [False, True])
def test_an_error_with_http_200_on_the_openai_route_is_one(streaming: bool) -> None:
    error = b'{"code":404,"message":"The model `x` does not exist.","object":"error","type":"NotFoundError"}'
    world = World(Reply(200, b""), error, b"") if streaming else World(Reply(200, error))
    flow = jobs.stream_completion if streaming else jobs.complete
    with pytest.raises(errors.EndpointNotFoundError, match="does not exist"):
        world.run(flow(BODY, Terms(60, world.clock)))


def test_the_openai_route_streams() -> None:
    world = World(EVENT_STREAM, *events(), b"")
    completion = world.run(jobs.stream_completion(BODY, Terms(60, world.clock)))
    assert world.texts == ["Led", " a", " team"]
    assert (completion.text, completion.usage, completion.finish_reason) == ("Led a team", Usage(3, 4), "stop")
    assert world.calls[0].streamed
    assert world.calls[0].body == {**BODY, "stream": True, "stream_options": {"include_usage": True}}


def test_a_server_that_does_not_stream_gives_its_text_at_once() -> None:
    body = b'{"choices": [{"text": "Led a team", "finish_reason": "stop"}]}'
    world = World(Reply(200, b"", {"content-type": "application/json"}), body[:20], body[20:], b"")
    assert world.run(jobs.stream_completion(BODY, Terms(60, world.clock))).text == "Led a team"
    assert world.texts == ["Led a team"]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_stream_that_breaks_off_is_no_answer(cut: int) -> None:
    world = World(EVENT_STREAM, *events()[:cut], b"")
    with pytest.raises(errors.EndpointConnectionError, match="broke off"):
        world.run(jobs.stream_completion(BODY, Terms(60, world.clock)))
    assert world.texts == ["Led", " a", " team"][:cut]


@pytest.mark.parametrize("first", [b": ping\n\n", b"event: message\n", b"id: 7\n", b"retry: 5\n\n", b"\xef\xbb\xbf"])
def test_a_stream_may_begin_with_anything_but_text(first: bytes) -> None:
    world = World(EVENT_STREAM, first, *events(), b"")
    world.run(jobs.stream_completion(BODY, Terms(60, world.clock)))
    assert world.texts == ["Led", " a", " team"]


def test_nothing_is_read_behind_the_end_of_a_stream() -> None:
    world = World(EVENT_STREAM, *events(), AssertionError("read on"))
    assert world.run(jobs.stream_completion(BODY, Terms(60, world.clock))).text == "Led a team"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"id": "x"}'])
def test_a_reply_without_a_completion_is_no_empty_answer(body: bytes) -> None:
    for flow, answers in ((jobs.complete, [Reply(200, body)]), (jobs.stream_completion, [Reply(200, b""), body, b""])):
        world = World(*answers)
        with pytest.raises(errors.ProtocolError):
            world.run(flow(BODY, Terms(60, world.clock)))


def test_a_reply_without_end_is_given_up() -> None:
    world = World(Reply(200, b""), b"x" * 2**23)
    with pytest.raises(errors.ProtocolError, match="larger than 32 MiB"):
        world.run(jobs.stream_completion(BODY, Terms(60, world.clock)))


ODD: list[Any] = [{}, [], 5, None, True, "odd", 1.5]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["id", "status", "output", "error", "delayTime", "executionTime", "stream"])
@pytest.mark.parametrize("way", ["run", "stream"])
def test_a_field_of_any_type_is_an_answer_or_a_typed_error(way: str, field: str, odd: Any) -> None:
    jobs_seen = [{**QUEUED, field: odd}, {**RUNNING, "stream": [], field: odd}, {**DONE, "stream": [], field: odd}]
    for job in jobs_seen:
        world = World(job, {**DONE, "stream": []}) if job is not jobs_seen[2] else World(QUEUED, job)
        try:
            completion = run(world) if way == "run" else stream(world)
        except errors.EndpointError:
            continue
        assert isinstance(completion.text, str)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "field", ["choices", "usage", "model", "validation", "text", "index", "finish_reason", "tokens"]
)
def test_an_output_with_a_field_of_any_type_is_an_answer_or_a_typed_error(field: str, odd: Any) -> None:
    choice = {"index": 0, "text": "hi", "finish_reason": "stop"}
    whole = {"choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
    for output in (
        {**whole, field: odd},
        {**whole, "choices": [{**choice, field: odd}]},
        {**whole, "usage": {"input": odd}},
    ):
        try:
            completion = run(World({**DONE, "output": [output]}), max_tokens=2)
        except errors.EndpointError:
            continue
        assert isinstance(completion.text, str)
        assert completion.finish_reason is None or isinstance(completion.finish_reason, str)
        assert completion.model is None or isinstance(completion.model, str)


def test_the_openai_route_retries_only_what_was_not_taken() -> None:
    world = World(Reply(503, b""), EVENT_STREAM, *events(), b"")
    assert world.run(jobs.stream_completion(BODY, Terms(60, world.clock))).text == "Led a team"
    world = World(RESET)
    with pytest.raises(errors.EndpointConnectionError):
        world.run(jobs.complete(BODY, Terms(60, world.clock)))
    assert len(world.calls) == 1
