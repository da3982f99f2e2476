"""The middle of many numbers that lie in many sorted runs, found without sorting them all.

Every site brings its own run. Every eighth number of each run is enough to say between which two
numbers the middle lies; only what lies between these is put in order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain

STEP = 8


def middle(runs: Sequence[Sequence[int]]) -> tuple[int, int] | None:
    """The two numbers in the middle, the same one twice where their count is odd; None of none.

    Each run is in order.
    """
    known = [run for run in runs if run]
    total = sum(len(run) for run in known)
    if not total:
        return None
    low, high = (total - 1) // 2, total // 2
    marks = sorted(chain.from_iterable(run[::STEP] for run in known))
    # Less than a mark are at most STEP numbers for each mark before it.
    first = marks[low // STEP]
    # Up to a mark there are STEP numbers for each mark, but for the last one of each run.
    place = (high + (STEP - 1) * len(known)) // STEP
    below, between = 0, list[int]()
    for run in known:
        start = bisect_left(run, first)
        end = bisect_right(run, marks[place], start) if place < len(marks) else len(run)
        below += start
        between.extend(run[start:end])
    between.sort()
    return between[low - below], between[high - below]
