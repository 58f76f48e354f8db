from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from langchain_careerv2.batches import aside_by_side, bounded, side_by_side

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
