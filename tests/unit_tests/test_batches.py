from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import pytest
from langchain_core.language_models import FakeListLLM

from langchain_careerv2 import career_chain
from langchain_careerv2.batches import aside_by_side, bounded, side_by_side
from langchain_careerv2.errors import ConfigurationError
from tests.answers import GOOD
from tests.interrupts import interrupted

NUMBERS = list(range(30))


def test_each_result_and_each_failure_stands_at_its_place() -> None:
    def half(number: int, _: Any) -> float:
        return 1 / (number % 3)

    async def ahalf(number: int, config: Any) -> float:
        return half(number, config)

    configs = bounded(None, len(NUMBERS), 4)
    for results in (side_by_side(half, NUMBERS, configs), asyncio.run(aside_by_side(ahalf, NUMBERS, configs))):
        assert [isinstance(result, ZeroDivisionError) for result in results] == [not n % 3 for n in NUMBERS]
        assert results[1:3] == [1.0, 0.5]


def test_nothing_gives_nothing() -> None:
    async def never(value: Any, config: Any) -> None:
        raise AssertionError("there was nothing to run")

    assert side_by_side(never, [], []) == asyncio.run(aside_by_side(never, [], [])) == []


def test_an_interruption_starts_no_more_whatever_the_model() -> None:
    begun: list[int] = []

    def run(number: int, _: Any) -> None:
        begun.append(number)
        time.sleep(0.01)
        if number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(run, NUMBERS, bounded(None, len(NUMBERS), 1))
    assert begun[:2] == [0, 1]
    assert len(begun) < 10


def test_ctrl_c_between_any_two_steps_ends_a_batch() -> None:
    code = """
from langchain_careerv2.batches import bounded, side_by_side
interrupt_everywhere(lambda: side_by_side(lambda number, _: number, [1, 2, 3], bounded(None, 3, 3)))
"""
    moments, ends = interrupted(code)
    assert moments > 50
    assert ends == ["KeyboardInterrupt"]


@pytest.mark.parametrize("progress", ["resumes", True])
def test_a_batch_shows_a_bar_that_ends_full(progress: bool | str, capsys: pytest.CaptureFixture[str]) -> None:
    chain = career_chain("ats_keywords", FakeListLLM(responses=[GOOD["ats_keywords"]]))
    assert len(chain.batch(["a nurse"] * 3, progress=progress)) == 3
    assert len(asyncio.run(chain.abatch(["a nurse"] * 3, progress=progress))) == 3
    shown = capsys.readouterr().err
    assert shown.count("3/3") == 2
    assert ("resumes" in shown) == (progress == "resumes")
    chain.batch(["a nurse"] * 3)
    assert capsys.readouterr().err == ""


def test_a_bar_without_tqdm_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    chain = career_chain("ats_keywords", FakeListLLM(responses=[GOOD["ats_keywords"]]))
    with pytest.raises(ConfigurationError, match="pip install 'langchain-careerv2"):
        chain.batch(["a nurse"], progress=True)
