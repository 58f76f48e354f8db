"""The worker in a process of its own, under the official SDK: its development server, and its production loop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from langchain_careerv2 import CareerV2LLM, career_chain
from langchain_careerv2 import errors as err
from langchain_careerv2.serving import ENGINE_NAME, Handler, LocalEndpoint, OfflineEngine, OfflineUpstream
from tests.integration_tests import programs
from tests.integration_tests.platform import Platform
from tests.integration_tests.programs import DEV_SERVER, Program

ROOT = Path(__file__).parents[2]
QUESTION = "List ATS keywords for a nurse"
EXPECTED: Any = asyncio.run(Handler(OfflineUpstream(OfflineEngine())).answer({"prompt": QUESTION}))
TEXT = EXPECTED["choices"][0]["text"]
FAKE = f"""#!{sys.executable}
import json, os, signal, socket, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

print("fake vllm:", *sys.argv[1:], flush=True)
end = os.environ["FAKE_VLLM"]
if end == "dies at once":
    sys.exit(7)

class Api(BaseHTTPRequestHandler):
    looks = 0
    def answer(self, body, status=200):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_GET(self):
        Api.looks += 1
        self.answer({{"data": [{{"id": "fake/model"}}]}}, 503 if Api.looks < 3 else 200)
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "die" in asked["prompt"]:
            os._exit(9)
        assert asked["model"] == "fake/model", asked
        self.answer({{"choices": [{{"text": "Patient care", "finish_reason": "stop"}}]}})
    def log_message(self, *_):
        pass

if end == "never up":
    time.sleep(600)
class Server(HTTPServer):
    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # the test holds the port
        super().server_bind()

Server(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Api).serve_forever()
"""


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[Program]:
    command = [sys.executable, "-u", "-m", "langchain_careerv2.serving.worker", *arguments]
    with programs.running(command, folder, {"PYTHONPATH": str(ROOT), **environment}) as worker:
        yield worker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vllm = tmp_path / "vllm"
    vllm.write_text(FAKE)
    vllm.chmod(vllm.stat().st_mode | stat.S_IXUSR)
    return tmp_path


def with_model(model: LocalEndpoint) -> dict[str, str]:
    return {"UPSTREAM_URL": f"{model.base_url}/local/openai", "UPSTREAM_API_KEY": model.api_key}


@pytest.fixture
def vllm(folder: Path) -> Iterator[dict[str, str]]:
    """What lets a worker start the fake, which is up when it is told to be."""
    with programs.held_port() as port:
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        yield {"PATH": path, "FAKE_VLLM": "on demand", "VLLM_PORT": str(port)}


def dev_llm(worker: Program) -> CareerV2LLM:
    """Our client for the SDK's development server, once that is up."""
    return CareerV2LLM(endpoint_id="dev", api_key="none", base_url=worker.dev_url(), handler=True, timeout=20)


@pytest.mark.parametrize("flags", [[], ["--stream"]], ids=["plain", "generator"])
def test_our_client_is_answered_under_the_sdks_development_server(folder: Path, flags: list[str]) -> None:
    with LocalEndpoint() as model, running(folder, *flags, *DEV_SERVER, **with_model(model)) as worker:
        llm = dev_llm(worker)
        short = llm.model_copy(update={"timeout": 2.5})  # by /run and /status
        texts = [llm.invoke(QUESTION), "".join(llm.stream(QUESTION)), asyncio.run(short.ainvoke(QUESTION))]
        info = llm.generate([QUESTION]).generations[0][0].generation_info or {}
        assert career_chain("ats_keywords", llm).invoke(QUESTION).keywords
        with pytest.raises(err.BlockedError, match="Pay figures are not answered") as blocked:
            llm.invoke("How much does a nurse earn?")
        assert blocked.value.intent == "salary_intelligence"
        body = {"input": {"prompt": QUESTION, "sampling_params": {"max_tokens": -1}}}
        reply = requests.post(f"{llm.base_url}/runsync", json=body, timeout=20).text
        assert "max_tokens: Input should be greater than or equal to 1" in reply
        assert (
            f"serving {ENGINE_NAME} at {model.base_url}/local/openai, {'in pieces' if flags else 'whole'}" in worker.log
        )
        assert model.api_key not in worker.log
        worker.process.send_signal(signal.SIGTERM)
        worker.ends()
    assert texts == [TEXT] * 3
    assert info["validation"] == EXPECTED["validation"]


def test_vllm_is_started_waited_for_and_stopped(folder: Path, vllm: dict[str, str]) -> None:
    environment = {**vllm, "MODEL_NAME": "some/model", "VLLM_ARGS": "--seed '1 2'", "MAX_MODEL_LEN": "2048"}
    with running(folder, *DEV_SERVER, "--", "--dtype", "float16", **environment) as worker:
        assert dev_llm(worker).invoke(QUESTION) == "Patient care"
        worker.process.send_signal(signal.SIGTERM)
        worker.ends()
        command = next(line for line in worker.log.splitlines() if line.startswith("fake vllm:"))
    assert command == (
        "fake vllm: serve some/model --max-model-len 2048 --seed 1 2 --dtype float16 --host 127.0.0.1"
        f" --port {environment['VLLM_PORT']}"
    )
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(environment["VLLM_PORT"])), 5).close()


@pytest.mark.parametrize("end", ["dies at once", "dies later"])
def test_the_worker_ends_with_vllm_and_says_so(folder: Path, vllm: dict[str, str], end: str) -> None:
    with running(folder, *DEV_SERVER, **{**vllm, "FAKE_VLLM": end}) as worker:
        if end == "dies later":
            llm = dev_llm(worker)
            assert llm.invoke(QUESTION)
            with pytest.raises(err.EndpointError):
                llm.invoke("please die")
        assert worker.ends() == 1
        assert f"error: vllm ended with code {9 if end == 'dies later' else 7}" in worker.log


def test_the_worker_ends_with_vllm_in_production_too(folder: Path, vllm: dict[str, str]) -> None:
    with (
        Platform() as platform,
        LocalEndpoint(worker=platform.plain, workers=9) as endpoint,
        running(folder, **vllm, **platform.environment) as worker,
    ):
        llm = endpoint.llm(handler=True, timeout=40)
        assert llm.invoke(QUESTION) == "Patient care"
        with pytest.raises(err.EndpointError):
            llm.model_copy(update={"timeout": 8}).invoke("please die")
        assert worker.ends() == 1
        assert "error: vllm ended with code 9" in worker.log


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"UPSTREAM_URL": "http://127.0.0.1:9", "VLLM_STARTUP_TIMEOUT": "1"}, "did not list its models within 1 s"),
        ({"UPSTREAM_URL": "http://u:secret@127.0.0.1:9"}, "UPSTREAM_URL or UPSTREAM_API_KEY: base_url must look like"),
        ({"UPSTREAM_URL": "http://10.0.0.1", "UPSTREAM_API_KEY": "sk-secret"}, "anyone can read the key"),
        ({"MAX_CONCURRENCY": "many"}, "MAX_CONCURRENCY must be a whole number above 0, not 'many'"),
        ({"VLLM_STARTUP_TIMEOUT": "1", "FAKE_VLLM": "never up"}, "did not list its models within 1 s"),
        ({"PATH": "/nowhere"}, "vllm cannot be started (No such file or directory): install it, or set UPSTREAM_URL"),
    ],
)
def test_a_worker_that_cannot_serve_says_why(
    folder: Path, vllm: dict[str, str], environment: dict[str, str], words: str
) -> None:
    with running(folder, *DEV_SERVER, **{**vllm, **environment}) as worker:
        assert worker.ends() == 1
        assert words in worker.log
        assert "secret" not in worker.log
        assert "Traceback" not in worker.log


def test_a_wrong_key_ends_the_wait_at_once(folder: Path) -> None:
    with LocalEndpoint() as model:
        environment = {**with_model(model), "UPSTREAM_API_KEY": "sk-WRONG"}
        with running(folder, *DEV_SERVER, **environment) as worker:
            assert worker.ends() == 1
            assert "did not accept UPSTREAM_API_KEY" in worker.log
            assert "WRONG" not in worker.log


@pytest.mark.parametrize("form", ["plain", "generator"])
def test_in_production_a_call_goes_all_the_way_and_back(folder: Path, form: str) -> None:
    stream = {"HANDLER_STREAM": "1"} if form == "generator" else {}
    with LocalEndpoint(workers=50, token_latency=0.1, speed=50) as model, Platform() as platform:
        with (
            LocalEndpoint(worker=getattr(platform, form), workers=50) as endpoint,
            running(folder, **with_model(model), **platform.environment, **stream) as worker,
        ):
            llm = endpoint.llm(handler=True, timeout=50)
            assert llm.invoke(QUESTION) == TEXT
            streamed = [text for text in llm.stream(QUESTION) if text]
            assert "".join(streamed) == TEXT
            assert (len(streamed) > 1) is (form == "generator")
            prompts: list[Any] = [f"ATS keywords for a nurse with {years} years" for years in range(40)]
            assert all(asyncio.run(llm.abatch(prompts, {"max_concurrency": 40})))
            body = {"input": {"prompt": "x" * 1025}}
            key = {"Authorization": f"Bearer {endpoint.api_key}"}
            reply = requests.post(f"{endpoint.base_url}/local/runsync", json=body, headers=key, timeout=30)
            assert reply.json()["error"] == "Prompt too long (max 1024 chars)"
            worker.process.send_signal(signal.SIGTERM)
            assert worker.ends() == 0
        assert 1 < platform.most_at_once <= 31
        assert model.live_jobs() == []
    assert len(platform.taken) == 43


@pytest.mark.parametrize("form", ["plain", "generator"])
def test_in_production_a_cancelled_job_hangs_up_on_the_model(folder: Path, form: str) -> None:
    stream = {"HANDLER_STREAM": "1"} if form == "generator" else {}
    with (
        LocalEndpoint(workers=0) as model,
        Platform() as platform,
        LocalEndpoint(worker=getattr(platform, form)) as endpoint,
        running(folder, **with_model(model), **platform.environment, **stream) as worker,
    ):
        worker.until("serving")
        with pytest.raises(err.EndpointTimeoutError):
            endpoint.llm(handler=True, timeout=8).invoke(QUESTION)
        for _ in range(200):
            if model.jobs() and not model.live_jobs():
                break
            time.sleep(0.05)
        assert list(model.jobs().values()) == ["CANCELLED"]
