"""Every row of the table of shapes, whole and cut at every place, and what is in no row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.outputs import MAX_EVENT, Decoder, Usage, decode, shape
from langchain_careerv2.runpod.shapes import Shape, Writing, shapes

WRITING = Writing(("1. Led", ' a "team"\n', "of \u00e9\U0001f600", "\u4e94 $text"), 3, 4, model="some/model")
TEXT = "".join(WRITING.pieces)
GOOD = [pytest.param(row, id=f"{row.row} {row.name}") for row in shapes().values() if not row.raises]
BAD = [pytest.param(row, id=f"{row.row} {row.name}") for row in shapes().values() if row.raises]


def job(row: Shape) -> dict[str, Any]:
    return {"id": "job-u1", "delayTime": 824, "executionTime": 3391, **row.fill(WRITING)}


def read(row: Shape) -> tuple[str, Usage | None, str | None]:
    """What the table says that a row reads as."""
    usage = Usage(3, 4) if row.usage else None
    return (TEXT if row.text is None else row.text), usage, "stop" if row.finish else None


def test_the_table_has_every_shape_once() -> None:
    numbers = [int("".join(filter(str.isdigit, row))) for row in shapes()]
    assert sorted(set(numbers)) == list(range(1, 34))
    assert len({row.name for row in shapes().values()}) == len(shapes())


@pytest.mark.parametrize("row", GOOD)
def test_a_shape_reads_as_its_text_usage_and_finish_reason(row: Shape) -> None:
    completion = decode(job(row))
    assert (completion.text, completion.usage, completion.finish_reason) == read(row)
    assert (completion.job_id, completion.delay_ms, completion.execution_ms) == ("job-u1", 824, 3391)
    if "$model" in json.dumps(row.job):
        assert completion.model == "some/model"


@pytest.mark.parametrize("row", GOOD)
def test_a_shape_reads_the_same_piece_by_piece(row: Shape) -> None:
    decoder = Decoder()
    texts = [decoder.feed([output]) for output in row.yields(WRITING)]
    completion = decoder.completion()
    assert (completion.text, completion.usage, completion.finish_reason) == read(row)
    assert completion.text.startswith("".join(texts))


@pytest.mark.parametrize("row", BAD)
def test_a_failure_is_one_typed_error(row: Shape) -> None:
    with pytest.raises(errors.EndpointError) as caught:
        decode(job(row))
    assert type(caught.value).__name__ == row.raises
    assert row.says in str(caught.value)
    assert caught.value.job_id == "job-u1"
    assert "/src" not in str(caught.value)
    assert len(str(caught.value)) < 300


def splits(stream: bytes) -> Iterator[list[bytes]]:
    """The bytes in two pieces, cut at each place, and one by one."""
    yield from ([stream[:at], stream[at:]] for at in range(len(stream)))
    yield [bytes([byte]) for byte in stream]


@pytest.mark.parametrize("row", ["3", "4", "12"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_an_event_stream_reads_the_same_cut_at_any_byte(row: str, newline: bytes) -> None:
    events = [json.dumps(event, ensure_ascii=False) for event in _events(shapes()[row])]
    stream = b"".join(b"data: " + event.encode() + newline * 2 for event in events) + b": ping\n\ndata: [DONE]\n\n"
    for pieces in splits(stream):
        decoder = Decoder()
        assert "".join(decoder.feed(piece) for piece in pieces) == TEXT
        completion = decoder.completion()
        assert (completion.text, completion.usage, completion.finish_reason) == read(shapes()[row])


def _events(row: Shape) -> Iterator[Any]:
    for line in "".join(row.yields(WRITING)).splitlines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def test_recorded_replies_read_as_they_did() -> None:
    """Literal replies from RunPod's documentation and a captured job, beside the table: a shared mistake would show."""
    replies = {
        '{"delayTime":824,"executionTime":3391,"id":"sync-79164ff4-d212-44bc-9fe3-389e199a5c15","output":[{"choices":'
        '[{"tokens":["full text"]}],"usage":{"input":5,"output":9}}],"status":"COMPLETED"}': ("full text", Usage(5, 9)),
        '{"delayTime":1,"executionTime":2,"id":"1-u2","output":{"input_tokens":22,"output_tokens":16,"text":["Hello"]},'
        '"status":"COMPLETED","workerId":"w"}': ("Hello", Usage(22, 16)),
        '{"id":"2","status":"COMPLETED","output":{"choices":[{"tokens":["a","b"]}],"cost":0.00185,"usage":{"input":35,'
        '"output":150}}}': ("ab", Usage(35, 150)),
    }
    for reply, (text, usage) in replies.items():
        completion = decode(json.loads(reply))
        assert (completion.text, completion.usage, completion.finish_reason) == (text, usage, None)


def test_a_worker_that_spent_all_tokens_and_says_nothing_was_cut() -> None:
    legacy, current = job(shapes()["8"]), job(shapes()["1"])
    assert decode(legacy, max_tokens=4).finish_reason == "length"
    assert decode(legacy, max_tokens=5).finish_reason is None
    assert decode(current, max_tokens=4).finish_reason == "stop"


def test_of_several_choices_the_first_is_the_answer() -> None:
    choices = [
        {"index": index, "text": f"answer {index}", "finish_reason": reason} for index, reason in enumerate("ab")
    ]
    completion = decode({"status": "COMPLETED", "output": [{"choices": choices}]})
    assert (completion.text, completion.finish_reason) == ("answer 0", "a")


@pytest.mark.parametrize(
    "said", ["{{}}", "{[]: 1}", "{1: 2}", "[" * 500, "{'message': {}}", '{"message": 7}', '{"error": []}']
)
def test_an_error_text_of_any_form_is_a_typed_error(said: str) -> None:
    with pytest.raises(errors.JobError):
        decode({"id": "j", "status": "FAILED", "error": said})


def test_half_a_character_is_replaced_so_that_the_text_can_be_written() -> None:
    assert decode({"status": "COMPLETED", "output": "a\ud800b \U0001f600"}).text == "a\ufffdb \U0001f600"


def test_text_that_only_begins_like_a_stream_is_text() -> None:
    for text in ("data: Python, SQL", "dat", " d", "database", "data:", "event: none"):
        decoder = Decoder()
        streamed = "".join(decoder.feed(character) for character in text)
        assert decoder.completion().text == text
        assert text.startswith(streamed)


def test_the_handlers_validation_is_kept() -> None:
    validation = decode(job(shapes()["20"])).validation
    assert validation is not None
    assert validation["intent"] == "career_guidance"


@pytest.mark.parametrize(
    ("status", "leaf"), [("TIMED_OUT", errors.EndpointTimeoutError), ("CANCELLED", errors.JobError)]
)
def test_a_job_that_did_not_complete_says_how_it_ended(status: str, leaf: type[errors.EndpointError]) -> None:
    with pytest.raises(leaf, match=status):
        decode({"id": "j", "status": status})


def test_a_blocked_question_carries_the_handlers_intent() -> None:
    with pytest.raises(errors.BlockedError) as caught:
        decode(job(shapes()["22"]))
    assert caught.value.intent == "salary_intelligence"


@pytest.mark.parametrize(
    "output",
    [
        {"weird": {"deep": "a candidate's name"}},
        [{"choices": []}],
        [{"choices": "a candidate's name"}],
        [{"choices": [{"text": 7}]}],
        [{"choices": [{"message": {"content": {"candidate": 1}}}]}],
        [["a candidate's name"]],
        ['data: ["a candidate\'s name"]\n'],
        7,
    ],
)
def test_an_unknown_shape_is_named_by_its_keys_never_by_its_contents(output: Any) -> None:
    with pytest.raises(errors.ProtocolError, match="unknown shape") as caught:
        decode({"id": "j", "status": "COMPLETED", "output": output})
    assert "candidate" not in str(caught.value)


def test_a_shape_is_described_two_levels_deep() -> None:
    assert shape([{"a": 1}]) == "list[1] of object with keys (a)"
    assert shape([[["x"]]]) == "list[1] of list[1] of list[1]"


def test_a_stream_that_is_no_json_and_one_without_end_are_refused() -> None:
    with pytest.raises(errors.ProtocolError, match="6 characters in the stream is not JSON"):
        Decoder("j").feed("data: {oops\n")
    with pytest.raises(errors.ProtocolError, match="longer than RunPod sends"):
        Decoder("j").feed("data: {" + "x" * MAX_EVENT)


def test_a_huge_error_text_is_not_parsed_and_not_quoted_whole() -> None:
    with pytest.raises(errors.JobError) as caught:
        decode({"id": "j", "status": "FAILED", "error": "[" * 1_000_000})
    assert len(str(caught.value)) < 400


def test_reading_a_megabyte_yields_the_megabyte() -> None:
    text = "word " * 200_000
    assert decode({"status": "COMPLETED", "output": [{"choices": [{"tokens": list(text)}]}]}).text == text
