"""Ctrl-C between any two steps of the main thread, where Python raises it: within the classes of threading too."""

from __future__ import annotations

import json
import subprocess
import sys

_EVERYWHERE = """
import contextlib, faulthandler, itertools, json, signal, sys

def interrupt_everywhere(call, after=lambda: None, limit=10_000, step=1):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(Exception):
        call()  # so that nothing is imported later
    ends, moment, was_there = set(), 1, True
    while was_there and moment < limit:
        faulthandler.dump_traceback_later(20, exit=True)
        moments, was_there = itertools.count(1), False
        def interrupt(frame, event, _):
            nonlocal was_there
            if event.startswith("c_") or "weakref" in frame.f_code.co_filename:  # Python ignores errors in the latter
                return
            if next(moments) == moment:
                sys.setprofile(None)
                was_there = True
                signal.raise_signal(signal.SIGINT)
        end = None
        try:
            sys.setprofile(interrupt)
            call()
            sys.setprofile(None)
        except BaseException as error:
            end = type(error).__name__
        after()
        if was_there:
            ends.add(end)
            moment += step
    print(json.dumps([moment, sorted(ends, key=str)]))
"""


def interrupted(code: str) -> tuple[int, list[str | None]]:
    """Runs a program that calls `interrupt_everywhere(call)`: once for each call and return in the main thread.

    Returns:
        The number of moments, and each way in which the interrupted calls have ended: an error's name, or None.
    """
    command = [sys.executable, "-W", "error", "-c", _EVERYWHERE + code]
    run = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)  # noqa: S603  # our own code
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    moments, ends = json.loads(run.stdout)
    return moments, ends
