"""The handler as a RunPod worker, under the official SDK: `python -m langchain_careerv2.serving.worker`.

It waits for the model server at `UPSTREAM_URL`, or starts `vllm serve` and ends when that ends. What follows `--` goes
to vLLM, every other flag but `--stream` to the SDK. `docs/deploy.md` has every setting.
"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from types import FrameType
from typing import NoReturn

from pydantic import SecretStr

from langchain_careerv2.llms import MODEL
from langchain_careerv2.runpod import errors
from langchain_careerv2.runpod.client import drive
from langchain_careerv2.runpod.endpoint import OpenAIServer
from langchain_careerv2.runpod.protocol import Call, request
from langchain_careerv2.sampling import HANDLER_CHARS
from langchain_careerv2.serving.handler import Handler
from langchain_careerv2.serving.upstream import TIMEOUT, Upstream

NUMBERS = {
    "VLLM_STARTUP_TIMEOUT": 1200,  # seconds; worker-vllm's number: a model is downloaded and loaded meanwhile
    "VLLM_PORT": 8001,
    "MAX_MODEL_LEN": 4096,  # tokens; as CareerV2LLM.max_model_len
    "MAX_CONCURRENCY": 30,  # jobs at once; worker-vllm's number
    "UPSTREAM_TIMEOUT": round(TIMEOUT),  # seconds for a completion
    "HANDLER_MAX_CHARS": HANDLER_CHARS,
}
"""Settings that are numbers, and their defaults."""
POLL, LOOK = 0.5, 5.0
"""Seconds between two looks at a model server that is not up, and for a look."""
ENDING = 10
"""Seconds that vLLM has to end when it is told to, and the worker after vLLM; then it is killed."""


def main() -> None:
    """Serves jobs until the SDK is told to end.

    Raises:
        SystemExit: With a message: a setting is wrong, the model server does not come up in time, or vLLM ended.
    """
    arguments = [*sys.argv[1:], "--"]
    flags, vllm_flags = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 : -1]
    parser = argparse.ArgumentParser(prog="langchain_careerv2.serving.worker", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stream", action="store_true", help="serve the generator; as HANDLER_STREAM=1")
    options, sys.argv[1:] = parser.parse_known_args(flags)  # the SDK looks for its own there
    streams = options.stream or os.environ.get("HANDLER_STREAM", "").lower() not in ("", "0", "false")
    try:
        sdk = import_module("runpod.serverless")
    except ImportError:
        sys.exit("error: the worker needs RunPod's SDK: pip install 'langchain-careerv2[worker]'")
    _on_signals(_exit)
    for name in NUMBERS:  # before a model is loaded
        _number(name)
    url = os.environ.get("UPSTREAM_URL", "")
    with nullcontext() if url else _vllm(vllm_flags):
        model, upstream = _upstream(url or f"http://127.0.0.1:{_number('VLLM_PORT')}", bool(url))
        handler, concurrency = Handler(upstream, max_chars=_number("HANDLER_MAX_CHARS")), _number("MAX_CONCURRENCY")
        print(f"serving {model}, {'in pieces' if streams else 'whole'}, {concurrency} jobs at once", flush=True)  # noqa: T201
        served = handler.stream if streams else handler
        sdk.start({"handler": served, "return_aggregate_stream": True, "concurrency_modifier": lambda _: concurrency})


def _exit(received: int, _: object) -> NoReturn:
    """Until the SDK has its own ways: end, and take vLLM along."""
    sys.exit(128 + received)


def _on_signals(obey: Callable[[int, FrameType | None], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, obey)


def _number(name: str) -> int:
    given = os.environ.get(name) or NUMBERS[name]
    if not str(given).isdecimal() or not int(given):
        sys.exit(f"error: {name} must be a whole number above 0, not {given!r}")
    return int(given)


@contextmanager
def _vllm(flags: Sequence[str]) -> Iterator[None]:
    """Runs `vllm serve` for as long as the block; where it ends first, so does this program."""
    command = ["vllm", "serve", os.environ.get("MODEL_NAME") or MODEL, "--max-model-len", str(_number("MAX_MODEL_LEN"))]
    try:
        command += [*shlex.split(os.environ.get("VLLM_ARGS", "")), *flags]  # the last one of a flag counts
    except ValueError as error:
        sys.exit(f"error: VLLM_ARGS cannot be read ({error})")
    command += ["--host", "127.0.0.1", "--port", str(_number("VLLM_PORT"))]
    noted: list[int] = []
    _on_signals(lambda received, _: noted.append(received))  # none may come between the child and what ends it
    try:  # in a session of its own: Ctrl-C is for the worker, which then ends it
        child = subprocess.Popen(command, start_new_session=True)  # noqa: S603
    except OSError as error:
        sys.exit(f"error: vllm cannot be started ({error.strerror}): install it, or set UPSTREAM_URL")
    signal.signal(signal.SIGUSR1, lambda *_: sys.exit(f"error: vllm ended with code {child.returncode}: see above"))

    def watch() -> None:
        child.wait()
        for _ in range(ENDING):  # a web server's task may swallow an exit
            os.kill(os.getpid(), signal.SIGUSR1)  # which wakes the main thread wherever it waits
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    try:
        _on_signals(_exit)
        if noted:
            _exit(noted[0], None)
        yield
    finally:
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(ENDING)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _upstream(url: str, is_named: bool) -> tuple[str, Upstream]:
    """Waits until the model server lists its models; returns what is served in words, and the server."""
    key, seconds = os.environ.get("UPSTREAM_API_KEY", ""), _number("VLLM_STARTUP_TIMEOUT")
    end, why, look = time.monotonic() + seconds, "", Call("GET", "/v1/models", timeout=LOOK)
    try:
        server = OpenAIServer(base_url=url.rstrip("/").removesuffix("/v1"), api_key=SecretStr(key))
    except errors.ConfigurationError as error:
        sys.exit(f"error: UPSTREAM_URL or UPSTREAM_API_KEY: {error}")
    while time.monotonic() < end:
        try:
            listed = drive(request(look), server).get("data")
        except errors.AuthenticationError:
            sys.exit("error: the model server did not accept UPSTREAM_API_KEY")
        except errors.EndpointError as error:  # whatever else answers there may still be starting
            why = type(error).__name__
            time.sleep(POLL)
            continue
        named = listed[0] if isinstance(listed, list) and listed else None
        first = str(named.get("id") or MODEL) if isinstance(named, dict) else MODEL
        model = (os.environ.get("MODEL_NAME") or first) if is_named else first
        return f"{model} at {server.url}", Upstream(url, model, key, _number("UPSTREAM_TIMEOUT"))
    sys.exit(f"error: {url} did not list its models within {seconds} s ({why}): raise VLLM_STARTUP_TIMEOUT")


if __name__ == "__main__":
    main()
