"""Nothing is left behind: no job, no connection, whatever ends a call and whoever starts a process."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

import pytest
from pydantic import SecretStr

from langchain_careerv2 import CareerV2LLM, ContractError, career_chain
from langchain_careerv2 import errors as err
from langchain_careerv2.runpod.client import stream
from langchain_careerv2.runpod.endpoint import Endpoint
from langchain_careerv2.runpod.jobs import Terms, stream_job
from langchain_careerv2.serving import LocalEndpoint
from tests.answers import GOOD
from tests.interrupts import interrupted

STRICT = [sys.executable, "-W", "error"]
"""A Python that takes each warning, an unclosed socket's too, for an error."""
CONNECT = """
import asyncio, os, sys
from langchain_careerv2 import CareerV2LLM
llm = CareerV2LLM(endpoint_id="local", api_key="local-key", base_url=sys.argv[1])
"""


OPENAI = "llm.model_copy(update={'route': 'openai'})"


def until(condition: Callable[[], object]) -> None:
    for _ in range(1500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


def python(code: str, endpoint: LocalEndpoint) -> str:
    """What a program prints that must end without an error and without a warning."""
    run = subprocess.run(  # noqa: S603  # our own code
        [*STRICT, "-c", CONNECT + code, endpoint.base_url], capture_output=True, text=True, timeout=50, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


def take_ctrl_c() -> None:
    """A process started in the background of a shell inherits an ignored SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("queued", [True, False], ids=["queued", "running"])
@pytest.mark.parametrize(
    ("code", "jobs"),
    [
        pytest.param("llm.invoke('p')", 1, id="invoke"),
        pytest.param("llm.batch([f'p{n}' for n in range(12)], {'max_concurrency': 4})", 4, id="batch"),
        pytest.param(
            "list(llm.batch_as_completed([f'p{n}' for n in range(12)], {'max_concurrency': 4}))",
            4,
            id="batch_as_completed",
        ),
        pytest.param(
            "async def main():\n"
            "    batch = llm.abatch_as_completed([f'p{n}' for n in range(12)], {'max_concurrency': 4})\n"
            "    return [each async for each in batch]\n"
            "asyncio.run(main())",
            4,
            id="abatch_as_completed",
        ),
        pytest.param("llm.generate([f'p{n}' for n in range(4)])", 4, id="generate"),
        pytest.param("list(llm.stream('p'))", 1, id="stream"),
        pytest.param(f"{OPENAI}.invoke('p')", 1, id="invoke, openai"),
        pytest.param(f"{OPENAI}.batch(['p', 'q'])", 2, id="batch, openai"),
        pytest.param(f"list({OPENAI}.stream('p'))", 1, id="stream, openai"),
        pytest.param(f"asyncio.run({OPENAI}.ainvoke('p'))", 1, id="ainvoke, openai"),
        pytest.param("asyncio.run(llm.ainvoke('p'))", 1, id="ainvoke"),
        pytest.param("asyncio.run(llm.abatch([f'p{n}' for n in range(12)], {'max_concurrency': 4}))", 4, id="abatch"),
    ],
)
def test_ctrl_c_cancels_every_job_at_once(code: str, jobs: int, queued: bool) -> None:
    async def never(job_input: Any) -> None:
        await asyncio.Event().wait()

    with LocalEndpoint(worker=never, workers=0 if queued else 4) as endpoint:
        command = [*STRICT, "-c", CONNECT + code, endpoint.base_url]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=take_ctrl_c) as client:  # noqa: S603, PLW1509
            try:
                until(lambda: len(endpoint.live_jobs()) == jobs)
                client.send_signal(signal.SIGINT)
                _, told = client.communicate(timeout=20)  # far below the 120 s of the call's own deadline
            finally:
                client.kill()
        assert client.returncode == -signal.SIGINT
        assert told.rstrip().endswith("KeyboardInterrupt")
        assert "Warning" not in told
        if "openai" in code:  # hung up, which the server hears a moment later
            until(lambda: not endpoint.live_jobs())
        assert list(endpoint.jobs().values()) == ["CANCELLED"] * jobs


@pytest.mark.parametrize("way", ["invoke", "stream", "openai"])
def test_no_thread_outlives_its_call(way: str) -> None:
    with LocalEndpoint(workers=0) as endpoint:
        llm = endpoint.llm(timeout=0.4, route="openai" if way == "openai" else "native")
        for _ in range(5):
            with pytest.raises(err.EndpointTimeoutError):
                "".join(llm.stream("p")) if way == "stream" else llm.invoke("p")
        until(lambda: not [thread for thread in threading.enumerate() if thread.name == "careerv2-call"])
        until(lambda: not endpoint.live_jobs())


def test_a_server_that_dribbles_its_headers_keeps_no_thread() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def dribble() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                for _ in range(600):
                    connection.sendall(b"a")
                    time.sleep(0.05)

        server = threading.Thread(target=dribble)
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
        with pytest.raises(err.EndpointTimeoutError):
            CareerV2LLM(endpoint_id="abc", api_key="k", base_url=url, timeout=0.4).invoke("p")
        until(lambda: not [thread for thread in threading.enumerate() if thread.name == "careerv2-call"])
        server.join(10)
        assert not server.is_alive()


@pytest.mark.parametrize("after", [0.0, 1.3], ids=["at once", "later"])
@pytest.mark.parametrize("times", [1, 5])
def test_a_cancelled_task_cancels_its_job_however_often_it_is_cancelled(after: float, times: int) -> None:
    with LocalEndpoint(workers=0) as endpoint:

        async def main() -> None:
            task = asyncio.create_task(endpoint.llm().ainvoke("p"))
            await asyncio.to_thread(until, endpoint.live_jobs)
            await asyncio.sleep(after)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0.01)
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        assert list(endpoint.jobs().values()) == ["CANCELLED"]


def test_ctrl_c_ends_what_a_batch_has_begun_but_not_yet_asked() -> None:
    code = """
import threading, time
from langchain_core.callbacks import BaseCallbackHandler
class Slow(BaseCallbackHandler):
    def on_llm_start(self, *args, **kwargs):
        if kwargs["run_id"] and threading.current_thread() is not threading.main_thread():
            time.sleep(0 if not started else 1.0)
            started.append(1)
started = []
llm.batch([f"p{n}" for n in range(3)], {"callbacks": [Slow()], "max_concurrency": 3})
"""
    with LocalEndpoint(workers=0) as endpoint:
        command = [*STRICT, "-c", CONNECT + code, endpoint.base_url]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=take_ctrl_c) as client:  # noqa: S603, PLW1509
            try:
                until(endpoint.live_jobs)
                client.send_signal(signal.SIGINT)
                _, told = client.communicate(timeout=20)
            finally:
                client.kill()
        assert told.rstrip().endswith("KeyboardInterrupt")
        assert set(endpoint.jobs().values()) == {"CANCELLED"}


@pytest.mark.parametrize("call", ["llm.invoke('p')", "list(llm.stream('p'))"])
def test_ctrl_c_between_any_two_steps_leaves_no_job(call: str) -> None:
    code = f"""
from langchain_careerv2.serving import LocalEndpoint
with LocalEndpoint(workers=0, speed=100) as endpoint:
    llm = endpoint.llm(timeout=60)
    def no_job_is_left():
        assert not endpoint.live_jobs()
    interrupt_everywhere(lambda: {call}, no_job_is_left, limit=900, step=29)
    assert endpoint.posts > 15
"""
    moments, ends = interrupted(code)
    assert moments > 890
    assert ends == ["KeyboardInterrupt"]


@pytest.mark.parametrize("end", ["", "raise ValueError('over')", "sys.exit(3)"], ids=["end", "error", "exit"])
def test_a_program_that_ends_with_a_stream_open_ends_and_leaves_no_job(end: str) -> None:
    code = f"""
chunks = llm.stream("ATS keywords for a nurse")
next(chunks)
{end}
"""
    with LocalEndpoint(token_latency=0.2) as endpoint:
        run = subprocess.run(  # noqa: S603  # our own code
            [*STRICT, "-c", CONNECT + code, endpoint.base_url], capture_output=True, text=True, timeout=20, check=False
        )
        assert run.returncode == {"": 0, "sys.exit(3)": 3}.get(end, 1)
        assert "Exception ignored" not in run.stderr
        assert list(endpoint.jobs().values()) == ["CANCELLED"]


def test_a_stream_that_is_ended_by_an_error_of_its_consumer_leaves_no_job() -> None:
    with LocalEndpoint(token_latency=0.05) as local:
        terms = Terms(60, time.monotonic)
        items = stream(
            stream_job({"prompt": "ATS keywords for a nurse", "sampling_params": {"max_tokens": 100}}, terms),
            Endpoint("local", SecretStr(local.api_key), local.base_url),
        )
        next(items)
        with pytest.raises(ValueError, match="mine"):
            items.throw(ValueError("mine"))
        assert list(local.jobs().values()) == ["CANCELLED"]


def test_a_batch_that_is_cancelled_cancels_what_is_under_way_and_starts_no_more() -> None:
    with LocalEndpoint(workers=0) as endpoint:

        async def main() -> None:
            llm = endpoint.llm()
            task = asyncio.create_task(llm.abatch([f"p{number}" for number in range(20)], {"max_concurrency": 3}))
            await asyncio.to_thread(until, lambda: len(endpoint.live_jobs()) == 3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        assert list(endpoint.jobs().values()) == ["CANCELLED"] * 3


@pytest.mark.parametrize("way", ["batch_as_completed", "abatch_as_completed"])
@pytest.mark.parametrize("of", ["model", "chain"])
def test_whoever_leaves_a_batch_early_leaves_no_job_and_begins_none(way: str, of: str) -> None:
    async def worker(job_input: Any) -> str:
        await asyncio.sleep(0 if "a nurse 0" in job_input["prompt"] else 600)
        return GOOD["ats_keywords"]

    with LocalEndpoint(worker=worker, workers=4) as endpoint:
        llm = endpoint.llm()
        batch = getattr(llm if of == "model" else career_chain("ats_keywords", llm), way)
        inputs, config = [f"a nurse {number}" for number in range(12)], {"max_concurrency": 4}

        async def first() -> int:
            async with aclosing(batch(inputs, config)) as ended:
                async for place, _ in ended:
                    return int(place)
            raise AssertionError("nothing came")

        place = asyncio.run(first()) if way == "abatch_as_completed" else next(batch(inputs, config))[0]
        assert place == 0
        assert not endpoint.live_jobs()
        assert len(endpoint.jobs()) <= 5


@pytest.mark.parametrize("way", ["batch_as_completed", "abatch_as_completed"])
def test_a_batch_as_completed_is_of_all_results_and_failures(way: str) -> None:
    with LocalEndpoint() as endpoint:
        chain, inputs = career_chain("ats_keywords", endpoint.llm()), ["ATS keywords for a nurse", "", "for a cook"]

        async def all_of_them(*args: Any, **kwargs: Any) -> list[Any]:
            return [each async for each in chain.abatch_as_completed(*args, **kwargs)]

        def whole(*args: Any, **kwargs: Any) -> list[Any]:
            if way == "abatch_as_completed":
                return asyncio.run(all_of_them(*args, **kwargs))
            return list(chain.batch_as_completed(*args, **kwargs))

        results = dict(whole(inputs, return_exceptions=True))
        assert sorted(results) == [0, 1, 2]
        assert [isinstance(results[place], err.RequestError) for place in range(3)] == [False, True, False]
        with pytest.raises(err.RequestError):
            whole(inputs)
        assert whole([]) == []
        assert endpoint.live_jobs() == []


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_a_cold_start_of_two_minutes_costs_one_post(way: str) -> None:
    with LocalEndpoint(cold_start=120, speed=60) as endpoint:
        answer = getattr(endpoint.llm(timeout=300), way)("ATS keywords for a nurse")
        assert asyncio.run(answer) if way == "ainvoke" else answer
        assert (endpoint.posts, list(endpoint.jobs().values())) == (1, ["COMPLETED"])


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_one_deadline_holds_over_a_draft_and_its_reask(way: str) -> None:
    prompts: list[str] = []

    async def worker(job_input: Any) -> str:
        prompts.append(job_input["prompt"])
        await asyncio.sleep(0.7 if len(prompts) == 1 else 600)
        return "too short"

    with LocalEndpoint(worker=worker) as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm(timeout=2))
        with pytest.raises(ContractError) as caught:
            chain.invoke("a nurse") if way == "invoke" else asyncio.run(chain.ainvoke("a nurse"))
        assert isinstance(caught.value.__cause__, err.EndpointTimeoutError)
        assert caught.value.attempts[0].reading.text == "1. too short"
        assert sorted(endpoint.jobs().values()) == ["CANCELLED", "COMPLETED"]


def test_the_deadline_of_a_batchs_item_begins_with_the_item() -> None:
    async def worker(job_input: Any) -> str:
        await asyncio.sleep(0.6)
        return GOOD["ats_keywords"]

    with LocalEndpoint(worker=worker, workers=1) as endpoint:
        chain = career_chain("ats_keywords", endpoint.llm(timeout=1.5, max_concurrency=1))
        assert len(chain.batch(["a", "b", "c", "d"])) == 4


def test_a_job_takes_the_callers_deadline_along(endpoint: LocalEndpoint) -> None:
    """Where a caller is killed, RunPod itself ends the job."""
    code = "llm = llm.model_copy(update={'timeout': 6.0})\nllm.invoke('p')"
    with LocalEndpoint(workers=0, speed=20) as endless:
        with subprocess.Popen([*STRICT, "-c", CONNECT + code, endless.base_url]) as client:  # noqa: S603
            until(endless.live_jobs)
            client.kill()
        until(lambda: not endless.live_jobs())


def test_loop_after_loop_and_thread_after_thread_leave_no_connection(endpoint: LocalEndpoint) -> None:
    code = """
import gc, threading
async def several():
    return await asyncio.gather(*(llm.ainvoke(f"p{n}") for n in range(5)))
for _ in range(3):
    asyncio.run(several())
async def notebook():
    return llm.invoke("p"), await llm.ainvoke("p"), [text async for text in llm.astream("p")], list(llm.stream("p"))
asyncio.run(notebook())
threads = [threading.Thread(target=llm.invoke, args=("p",)) for _ in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
llm.batch(["a", "b"])
list(llm.model_copy(update={"route": "openai"}).stream("p"))
gc.collect()
print("done")
"""
    assert python(code, endpoint) == "done\n"
    assert endpoint.live_jobs() == []


def test_a_fork_after_use_shares_no_connection(endpoint: LocalEndpoint) -> None:
    code = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads: the point here
asyncio.run(llm.ainvoke("p"))
llm.batch(["a", "b", "c"])
children = []
for number in range(3):
    child = os.fork()
    if child == 0:
        for turn in range(10):
            name = f"{number}-{turn}"
            assert name in llm.invoke(name) and name in asyncio.run(llm.ainvoke(name))
        sys.exit(0)
    children.append(child)
for turn in range(10):
    assert f"mine-{turn}" in llm.invoke(f"mine-{turn}")
print([os.waitpid(child, 0)[1] for child in children])
"""

    async def echo(job_input: Any) -> str:
        return f"echo {job_input['prompt']}"

    with LocalEndpoint(worker=echo) as echoing:
        assert json.loads(python(code, echoing)) == [0, 0, 0]


@pytest.mark.parametrize("after", [0.0, 1.3], ids=["while it is submitted", "while it is polled"])
@pytest.mark.parametrize("cancel", ["", "task.cancel(); await asyncio.sleep(0)"], ids=["runs", "is being cancelled"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_task_that_an_ending_loop_cancels_leaves_no_job(after: float, cancel: str, host: str) -> None:
    code = f"""
llm = CareerV2LLM(endpoint_id="local", api_key="local-key", base_url=sys.argv[1].replace("127.0.0.1", "{host}"))
async def main():
    task = asyncio.create_task(llm.ainvoke("p"))
    while not llm.health()["jobs"]["inQueue"]:
        await asyncio.sleep(0.01)
    await asyncio.sleep({after})
    {cancel or "pass"}
asyncio.run(main())
"""
    with LocalEndpoint(workers=0) as endpoint:
        python(code, endpoint)
        assert list(endpoint.jobs().values()) == ["CANCELLED"]
