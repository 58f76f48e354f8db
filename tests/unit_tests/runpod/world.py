"""A world for flows: a clock that is a number, replies that are literals, no network at all."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from langchain_careerv2.runpod.protocol import Answer, Call, Closed, Flow, Progress, Read, Reply, Sleep, Text

T = TypeVar("T")


class World:
    """Answers a flow's calls from a list; the last answer is repeated. A sleep moves the clock.

    An answer that is an exception is thrown; `(answer, exception)` is an interrupted call whose reply came yet.
    """

    def __init__(self, *answers: Any, step: float = 0.0) -> None:
        self.now = 100.0
        self.calls: list[Call] = []
        self.slept: list[float] = []
        self.texts: list[str] = []
        self._answers = list(answers)
        self._step = step

    def clock(self) -> float:
        return self.now

    def run(self, flow: Flow[T], *, close_after: int | None = None) -> T:
        """Runs a flow; the consumer goes away after `close_after` texts."""
        progress = Progress(flow)
        while (step := progress.step) is not None:
            answer: Answer = None
            error: BaseException | None = None
            if isinstance(step, Text):
                self.texts.append(step.text)
                error = Closed() if len(self.texts) == close_after else None
            elif isinstance(step, Sleep):
                self.now += step.seconds
                self.slept.append(step.seconds)
            else:
                answer, error = self._perform(step)
            progress.resume(answer, error)
        return progress.result

    def _perform(self, step: Call | Read) -> tuple[Answer, BaseException | None]:
        if isinstance(step, Call):
            self.calls.append(step)
        self.now += self._step
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, tuple):
            return self.reply(answer[0]), answer[1]
        if isinstance(answer, BaseException):
            return None, answer
        return (answer if isinstance(step, Read) else self.reply(answer)), None

    @staticmethod
    def reply(answer: Any) -> Reply:
        return answer if isinstance(answer, Reply) else Reply(200, json.dumps(answer).encode())

    @property
    def paths(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.calls]
