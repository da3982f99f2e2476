"""What changes when a response is scored again, by a newer rule or engine.

Scores are never overwritten: a new scoring adds rows beside the old ones, and this difference is
what a person reads before the new ones are used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sayso.domain.scoring import Score, Value

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One score that is not what it was. `why` is `value`, `rule`, `added` or `removed`."""

    id: str
    before: Value
    after: Value
    why: str


def score_changes(before: Iterable[Score], after: Iterable[Score]) -> list[ScoreChange]:
    """The differences between two scorings of one response, in the order of the newer one.

    A changed rule is named even where it gives the same value, because the next response may not
    be so lucky.
    """
    old = {one.id: one for one in before}
    changes = []
    for new in after:
        was = old.pop(new.id, None)
        if was is None:
            changes.append(ScoreChange(new.id, None, new.value, "added"))
        elif not _equal(was.value, new.value):
            changes.append(ScoreChange(new.id, was.value, new.value, "value"))
        elif was.rule_sha != new.rule_sha:
            changes.append(ScoreChange(new.id, was.value, new.value, "rule"))
    changes += [ScoreChange(one.id, one.value, None, "removed") for one in old.values()]
    return changes


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=0.0, abs_tol=_SAME)
    return one == other
