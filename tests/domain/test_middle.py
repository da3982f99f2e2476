"""The middle of many sorted runs is the middle of everything in them, whatever the runs."""

from __future__ import annotations

from array import array
from random import Random
from statistics import median_high, median_low
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.middle import STEP, middle

_NUMBERS = st.integers(-50, 50) | st.integers(0, 2**32 - 1)
_RUNS = st.lists(st.lists(_NUMBERS, max_size=60).map(sorted), max_size=12)


@given(runs=_RUNS)
@settings(deadline=None)
def test_the_middle_of_any_runs(runs: list[list[int]]) -> None:
    everything = [number for run in runs for number in run]
    if not everything:
        assert middle(runs) is None
        return
    assert middle(runs) == (median_low(everything), median_high(everything))


@pytest.mark.parametrize("length", [1, 2, STEP - 1, STEP, STEP + 1, 10 * STEP])
@pytest.mark.parametrize("many", [1, 2, 41])
def test_runs_that_follow_upon_each_other_or_are_all_alike(length: int, many: int) -> None:
    following = [list(range(n * length, (n + 1) * length)) for n in range(many)]
    total = length * many
    assert middle(following) == ((total - 1) // 2, total // 2)
    assert middle(following[::-1]) == ((total - 1) // 2, total // 2)
    assert middle([[7] * length] * many) == (7, 7)


def test_one_long_run_among_short_ones() -> None:
    chance = Random(7)
    long = array("I", sorted(chance.randrange(10**6) for _ in range(5_000)))
    short = [array("I", [chance.randrange(10**6)]) for _ in range(99)]
    everything = sorted([*long, *(run[0] for run in short)])
    assert middle([long, *short]) == (everything[2549], everything[2549])


class Looked(list[int]):
    """A run that counts the numbers which are taken out of it."""

    taken = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        if isinstance(place, slice):
            Looked.taken += len(found)
        return found


def test_only_numbers_around_the_middle_are_put_in_order() -> None:
    Looked.taken = 0
    runs = [Looked(range(first, 8_000, 4)) for first in range(4)]
    assert middle(runs) == (3_999, 4_000)
    # Of 8,000 numbers every eighth says where the middle lies, and a few for each run lie there.
    assert 1_000 < Looked.taken <= 1_000 + 4 * 2 * STEP


def test_nothing_has_no_middle() -> None:
    assert middle([]) is None
    assert middle([[], []]) is None
    assert middle([[], [3], []]) == (3, 3)
