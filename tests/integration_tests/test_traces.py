"""What LangSmith is sent of a chain: a tree of named steps that reads like the ladder, and tells what was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest
from langchain_core.tracers.langchain import LangChainTracer
from langsmith import Client

from langchain_careerv2 import career_assistant, career_chain, career_stream
from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.prompts import domain_prompt, json_prompt, version
from langchain_careerv2.serving import LocalEndpoint
from tests.answers import GOOD
from tests.integration_tests.recorder import Recorder, recording

KEY = "local-key-that-no-trace-may-show"
FORM = json.dumps(form.form()) if (form := DOMAINS["ats_keywords"].read(GOOD["ats_keywords"]).answer) else ""
Run = dict[str, Any]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recording() as running:
        yield running


@pytest.fixture
def endpoint() -> Iterator[LocalEndpoint]:
    """Answers in order: too little, twice; then a whole JSON form."""
    answers = iter(["a, b", "c, d", FORM, *["a, b"] * 9])

    async def work(job_input: Any) -> Any:
        usage = {"prompt_tokens": 100, "completion_tokens": 7}
        return [{"choices": [{"text": next(answers), "finish_reason": "stop"}], "usage": usage}]

    with LocalEndpoint(worker=work, api_key=KEY) as running:
        yield running


def runs(recorder: Recorder) -> list[Run]:
    """The runs of all bodies, in the order in which they began, with the later parts of each in the first."""
    found: dict[str, Run] = {}
    for body in recorder.bodies:
        boundary = body.split(b"\r\n", 1)[0].removeprefix(b"--").decode()
        head = f"Content-Type: multipart/form-data; boundary={boundary}\r\n\r\n".encode()
        for part in message_from_bytes(head + body).get_payload():
            name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]  # a message
            match = re.fullmatch(r"(?:post|patch)\.([0-9a-f-]{36})(?:\.(\w+))?", str(name))
            if match is None:
                continue
            value = json.loads(part.get_payload(decode=True))  # type: ignore[union-attr, arg-type]
            run = found.setdefault(match[1], {})
            run.update(
                {match[2]: value} if match[2] else {key: each for key, each in value.items() if each is not None}
            )
    return sorted(found.values(), key=lambda run: run["dotted_order"])


def tree(found: list[Run]) -> list[str]:
    """The names, each behind as many blanks as it is deep."""
    return ["  " * run["dotted_order"].count(".") + run["name"] for run in found]


def metadata(run: Run) -> Run:
    return dict(run["extra"]["metadata"])


def traced(recorder: Recorder, call: Any) -> list[Run]:
    client = Client(api_url=recorder.url, api_key="ls")
    call({"callbacks": [LangChainTracer(client=client)]})
    client.flush()
    return runs(recorder)


ATTEMPT = ["    {}", "      prompt", "      generation", "        CareerV2LLM", "      parse"]
STREAMED = [line for line in ATTEMPT if "generation" not in line]


def climbed(attempt: list[str]) -> list[str]:
    return [
        *["careerv2:ats_keywords", "  request", "  ladder"],
        *[line.format(rung).replace("        ", "      ") if attempt is STREAMED else line.format(rung) for rung in
          ("draft", "re-ask", "json_first") for line in attempt],
        *["  verdict", "    ledger"],
    ]  # fmt: skip


def test_a_call_reads_like_the_ladder(recorder: Recorder, endpoint: LocalEndpoint) -> None:
    chain = career_chain("ats_keywords", endpoint.llm())
    found = traced(recorder, lambda config: chain.invoke("ATS terms for a nurse", config))
    assert tree(found) == climbed(ATTEMPT)
    assert all(run.get("end_time") for run in found)


def test_a_stream_reads_like_it_too(recorder: Recorder, endpoint: LocalEndpoint) -> None:
    chain = career_chain("ats_keywords", endpoint.llm())
    found = traced(recorder, lambda config: list(career_stream(chain, "ATS terms for a nurse", config)))
    assert tree(found) == climbed(STREAMED)
    assert all(run.get("end_time") for run in found)


async def test_an_asynchronous_call_does_so_as_well(recorder: Recorder, endpoint: LocalEndpoint) -> None:
    client = Client(api_url=recorder.url, api_key="ls")
    chain = career_chain("ats_keywords", endpoint.llm())
    await chain.ainvoke("ATS terms for a nurse", {"callbacks": [LangChainTracer(client=client)]})
    client.flush()
    assert tree(runs(recorder)) == climbed(ATTEMPT)


def test_each_step_tells_its_domain_prompt_dialect_and_usage(recorder: Recorder, endpoint: LocalEndpoint) -> None:
    chain = career_chain("ats_keywords", endpoint.llm())
    found = traced(recorder, lambda config: chain.invoke("ATS terms for a nurse", config))
    assert {metadata(run)["domain"] for run in found} == {"ats_keywords"}
    text, as_json = version(domain_prompt("ats_keywords")), version(json_prompt("ats_keywords"))
    assert metadata(found[0])["prompt_version"] == text
    asked = [
        (run["name"], metadata(run)["prompt_version"], metadata(run)["dialect"])
        for run in found
        if "rung" in metadata(run)
    ]
    each = ("prompt", "generation", "CareerV2LLM", "parse")
    assert asked == [
        *[(name, text, "text") for name in ("draft", *each)],
        *[(name, text, "text") for name in ("re-ask", *each)],
        *[(name, as_json, "structured_outputs") for name in ("json_first", *each)],
    ]
    usage = {"input_tokens": 100, "output_tokens": 7, "total_tokens": 107}
    models = [metadata(run) for run in found if run["name"] == "CareerV2LLM"]
    assert [model["usage_metadata"] for model in models] == [usage] * 3
    ledger = next(metadata(run) for run in found if run["name"] == "ledger")
    assert (ledger["prompt_tokens"], ledger["completion_tokens"]) == (300, 21)
    assert [attempt["rung"] for attempt in ledger["attempts"]] == ["draft", "re-ask", "json_first"]
    assert [attempt["prompt_version"] for attempt in ledger["attempts"]] == [text, text, as_json]


@pytest.mark.parametrize("way", ["invoke", "stream", "events", "fails"])
@pytest.mark.parametrize("privacy", ["mask", "traces"])
def test_no_key_and_nothing_of_the_person_is_sent(
    recorder: Recorder, endpoint: LocalEndpoint, way: str, privacy: Any
) -> None:
    request = "Resume bullets for Zoë Quinn-Ibarra, zoe.quinn@example.com, +44 20 7946 0958 (SQL)"
    chain = career_chain(
        "ats_keywords", endpoint.llm(), privacy=privacy, json_first="never" if way == "fails" else "fallback"
    )

    def call(config: Any) -> None:
        if way == "events":
            list(career_stream(chain, request, config))
        elif way == "stream":
            list(chain.stream(request, config))
        elif way == "invoke":
            chain.invoke(request, config)
        else:
            with pytest.raises(ValueError, match="fails the contract"):
                chain.invoke(request, config)

    found = traced(recorder, call)
    assert found
    sent = b"\n".join(recorder.bodies).decode("utf-8", "replace")
    assert "[EMAIL_1]" in sent
    for secret in (KEY, "Quinn", "Zo\\u00eb", "zoe.quinn", "7946 0958"):
        assert secret not in sent


def test_an_assistant_shows_its_gate_before_the_chain(recorder: Recorder, endpoint: LocalEndpoint) -> None:
    assistant = career_assistant(endpoint.llm())
    found = traced(recorder, lambda config: assistant.invoke("ATS keywords for a nurse", config))
    assert tree(found)[:5] == [
        *["careerv2:assistant", "  gate", "  careerv2:ats_keywords"],
        *["    request", "    ladder"],
    ]
