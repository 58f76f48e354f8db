from __future__ import annotations

from collections import Counter

import pytest

from langchain_careerv2.runpod.outputs import JobStatus
from langchain_careerv2.runpod.shapes import shapes
from langchain_careerv2.serving.faults import ALL, HTTP_FAULTS, JOB_FAULTS, PAGES, Faults


@pytest.mark.parametrize(
    ("rates", "on", "words"),
    [
        ({"fire": 0.5}, "all", "unknown faults: fire"),
        ({"failed": -0.1}, "all", "from 0 to 1"),
        ({"failed": 1.1}, "all", "from 0 to 1"),
        ({"failed": float("nan")}, "all", "from 0 to 1"),
        ({"html_502": 0.6, "reset_mid": 0.6}, "all", "no more than 1"),
        ({"failed": 0.5}, "cancel", "not on 'cancel'"),
    ],
)
def test_what_cannot_be_is_refused(rates: dict[str, float], on: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Faults(rates, on=on)


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_a_mix_takes_a_share(rate: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        Faults.mix(rate)


def test_a_mix_is_even_and_over_the_chosen_kinds() -> None:
    assert Faults.mix(0.5, kinds=("failed", "refused")).rates == {"failed": 0.25, "refused": 0.25}
    assert set(Faults.mix(1).rates) == set(ALL)


@pytest.mark.parametrize("kinds", [HTTP_FAULTS, JOB_FAULTS], ids=["requests", "jobs"])
def test_draws_are_as_frequent_as_asked_and_repeat_with_the_seed(kinds: tuple[str, ...]) -> None:
    def draw(seed: int) -> list[str]:
        faults = Faults.mix(0.5, seed, kinds)
        of = faults.of_job if kinds is JOB_FAULTS else lambda number: faults.of_request("run", "POST", number)
        return [of(number) for number in range(4000)]

    first = draw(1)
    assert first == draw(1)
    assert first != draw(2)
    counts = Counter(first)
    assert set(counts) == {"", *kinds}
    assert all(0.7 < counts[kind] / (4000 * 0.5 / len(kinds)) < 1.3 for kind in kinds)


@pytest.mark.parametrize(
    ("on", "hit"),
    [
        ("all", {"run", "runsync", "openai", "status", "stream", "cancel", "health"}),
        ("submit", {"run", "runsync", "openai"}),
        ("poll", {"status", "stream"}),
    ],
)
def test_faults_hit_only_the_operations_they_are_on(on: str, hit: set[str]) -> None:
    faults = Faults({"reset_mid": 1.0}, on=on)
    methods = {"run": "POST", "runsync": "POST", "openai": "POST", "status": "GET", "stream": "GET", "cancel": "POST"}
    assert {name for name in [*methods, "health"] if faults.of_request(name, methods.get(name, "GET"), 1)} == hit


@pytest.mark.parametrize(
    ("fault", "status"), [("failed", JobStatus.FAILED), ("error_in_completed", JobStatus.COMPLETED)]
)
def test_a_failure_is_each_of_the_ways_in_which_workers_fail(fault: str, status: JobStatus) -> None:
    endings = [Faults({}).ending(fault, number) for number in range(300)]
    assert {ending[0] for ending in endings} == {status}
    ways = [shape for shape in shapes().values() if shape.raises and shape.job["status"] == status.value]
    assert len({repr(ending[1]) for ending in endings}) == len(ways)


def test_no_page_is_left_out_of_the_kinds() -> None:
    assert set(PAGES) < set(HTTP_FAULTS)
    assert not set(HTTP_FAULTS) & set(JOB_FAULTS)
