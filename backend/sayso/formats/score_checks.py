"""Finds score rules that would go wrong on some answers, before any answer is given.

For every rule the set of values that it can reach is worked out from the code lists of its items.
That shows what worked examples cannot: a table without an entry for one reachable sum, a band that
begins above the lowest value, a code that its map forgot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product

from sayso.domain.questionnaire import Item, Questionnaire, ScoreRule
from sayso.domain.score_inputs import rounded, text_of
from sayso.formats.faults import Faults

_MOST_VALUES = 20_000
_MOST_KEYS = 100_000
_MOST_STEPS = 2_001


@dataclass(frozen=True, slots=True)
class Reach:
    """The values that something can take: a finite set, or only its lowest and highest."""

    values: frozenset[float | str] | None
    low: float = -math.inf
    high: float = math.inf

    @property
    def has_text(self) -> bool:
        return self.values is not None and any(isinstance(one, str) for one in self.values)

    def numbers(self) -> list[float]:
        return [one for one in self.values or () if isinstance(one, int | float)]


def _finite(values: Iterable[float | str]) -> Reach:
    found = frozenset(values)
    numbers = [one for one in found if isinstance(one, int | float)]
    return Reach(found, min(numbers, default=math.inf), max(numbers, default=-math.inf))


def check_scores(questionnaire: Questionnaire, faults: Faults, *, deep: bool = True) -> None:
    """Notes every fault of the score rules, in file order.

    With `deep` off only the inputs are checked, not the values that they can reach.
    """
    reached: dict[str, Reach] = {}
    exact = _exactly_needed(questionnaire)
    later = {rule.id for rule in questionnaire.scores}
    for rule in questionnaire.scores:
        if _inputs_known(questionnaire, rule, set(reached), later, faults) and deep and rule.of:
            reach = _check_rule(questionnaire, rule, reached, rule.id in exact, faults)
            reached[rule.id] = reach
        else:
            reached[rule.id] = Reach(None)


def _exactly_needed(questionnaire: Questionnaire) -> set[str]:
    """The scores of which every single value counts, because a table or a map meets them.

    For all others the lowest and the highest value are enough, which spares the work of listing
    the hundred thousands of sums that a long summary score can have.
    """
    exact: set[str] = set()
    for rule in reversed(questionnaire.scores):
        if rule.id in exact or isinstance(rule.table, dict):
            exact.update((rule.id, *rule.of))
        exact.update(one for one, how in rule.each.items() if isinstance(how, dict))
    return exact


def _inputs_known(
    questionnaire: Questionnaire,
    rule: ScoreRule,
    earlier: set[str],
    scores: set[str],
    faults: Faults,
) -> bool:
    before = len(faults.found)
    for one in (*rule.of, *(one for extra in rule.also for one in extra.of)):
        if one == rule.id:
            faults.add(rule.id, "takes itself as an input", "remove it from the inputs")
        elif one in scores and one not in earlier:
            faults.add(rule.id, f"takes {one!r}, which comes later in the file", "put it earlier")
        elif not questionnaire.has_item(one) and one not in scores:
            faults.add(rule.id, f"takes {one!r}, which is not there", "mend the id")
        elif one in rule.of and questionnaire.has_item(one):
            kind = questionnaire.item(one).type
            if kind in {"page", "display", "matrix", "text", "long_text", "date", "time"}:
                faults.add(rule.id, f"takes {one!r}, a {kind}", "score only choices and numbers")
    return len(faults.found) == before


def _check_rule(
    questionnaire: Questionnaire,
    rule: ScoreRule,
    reached: dict[str, Reach],
    exact: bool,
    faults: Faults,
) -> Reach:
    inputs = []
    for one in rule.of:
        raw = reached[one] if one in reached else _item_reach(questionnaire.item(one))
        inputs.append(_through_each(questionnaire, rule, one, raw, faults))
    if rule.by == "key":
        return _check_key(rule, inputs, faults)
    if any(reach.has_text for reach in inputs) and not _is_translation(rule):
        faults.add(rule.id, f"cannot take the {rule.by} of words", "map the codes to numbers")
        return Reach(None)
    if not exact and not any(reach.has_text for reach in inputs):
        inputs = [Reach(None, one.low, one.high) for one in inputs]
    combined = inputs[0] if len(inputs) == 1 else _COMBINE[rule.by](inputs, rule.need)
    return _check_table(rule, _finished(rule, combined), faults)


def _is_translation(rule: ScoreRule) -> bool:
    return len(rule.of) == 1 and isinstance(rule.table, dict) and rule.by == "sum"


def _item_reach(item: Item) -> Reach:
    if item.type == "choice":
        return _finite(option.code for option in item.options if not option.missing)
    if item.type == "boolean":
        return _finite([0, 1])
    if item.type == "multiple":
        return _finite(
            range(sum(not one.exclusive and not one.missing for one in item.options) + 1)
        )
    low = item.low if isinstance(item.low, int | float) else -math.inf
    high = item.high if isinstance(item.high, int | float) else math.inf
    step = item.step if item.type == "scale" else (1 if item.type == "integer" else None)
    if step is None or math.isinf(low) or math.isinf(high) or (high - low) / step > _MOST_STEPS:
        return Reach(None, low, high)
    return _finite(round(low + n * step, 10) for n in range(int((high - low) / step + 1e-9) + 1))


def _through_each(
    questionnaire: Questionnaire, rule: ScoreRule, one: str, raw: Reach, faults: Faults
) -> Reach:
    how = rule.each.get(one)
    if isinstance(how, dict):
        return _through_map(questionnaire, rule, one, how, raw, faults)
    if how is None:
        return raw
    if raw.has_text:
        faults.add(rule.id, f"does arithmetic on the words of {one!r}", "map its codes to numbers")
        return Reach(None)
    factor, constant = how
    return _affine(raw, factor, constant)


def _affine(raw: Reach, factor: float, constant: float) -> Reach:
    if raw.values is not None:
        return _finite(rounded(factor * value + constant, None) for value in raw.numbers())
    if factor == 0:
        return _finite([constant])
    ends = sorted((factor * raw.low + constant, factor * raw.high + constant))
    return Reach(None, ends[0], ends[1])


def _through_map(
    questionnaire: Questionnaire,
    rule: ScoreRule,
    one: str,
    how: dict[str, int | float],
    raw: Reach,
    faults: Faults,
) -> Reach:
    wanted = _mapped_codes(questionnaire, one, raw)
    if wanted is None:
        faults.add(rule.id, f"maps {one!r}, which has endless values", "use bands in its own score")
        return Reach(None)
    for code in sorted(wanted - set(how)):
        faults.add(rule.id, f"the map of {one!r} has no entry for {code!r}", "add it")
    for code in sorted(set(how) - wanted):
        faults.add(rule.id, f"the map of {one!r} knows {code!r}, which is no code", "remove it")
    if questionnaire.has_item(one) and questionnaire.item(one).type == "multiple":
        return Reach(
            None,
            sum(value for value in how.values() if value < 0),
            sum(value for value in how.values() if value > 0),
        )
    return _finite(how[code] for code in wanted if code in how)


def _mapped_codes(questionnaire: Questionnaire, one: str, raw: Reach) -> set[str] | None:
    if questionnaire.has_item(one):
        item = questionnaire.item(one)
        if item.type == "boolean":
            return {"true", "false"}
        if item.options:
            return {text_of(option.code) for option in item.options if not option.missing}
    return None if raw.values is None else {text_of(value) for value in raw.values}


def _sum_reach(inputs: list[Reach], need: int) -> Reach:
    sums = _sums_by_count(inputs)
    if sums is None:
        return Reach(
            None,
            _lowest([one.low for one in inputs], need),
            -_lowest([-one.high for one in inputs], need),
        )
    return _finite(value for count, values in sums.items() if count >= need for value in values)


def _lowest(ends: list[float], need: int) -> float:
    """The smallest sum of at least `need` of these: the smallest ones, and all that lower it."""
    return sum(end for place, end in enumerate(sorted(ends)) if place < need or end < 0)


def _mean_reach(inputs: list[Reach], need: int) -> Reach:
    sums = _sums_by_count(inputs)
    if sums is None:
        lows = sorted(one.low for one in inputs)[:need]
        highs = sorted((one.high for one in inputs), reverse=True)[:need]
        return Reach(None, sum(lows) / need, sum(highs) / need)
    # Not rounded here: a third of a sum times three must come out whole again further on.
    return _finite(
        value / count for count, values in sums.items() if count >= need for value in values
    )


def _max_reach(inputs: list[Reach], need: int) -> Reach:
    if any(one.values is None for one in inputs):
        return Reach(None, min(one.low for one in inputs), max(one.high for one in inputs))
    return _finite(value for one in inputs for value in one.numbers())


_COMBINE: dict[str, Callable[[list[Reach], int], Reach]] = {
    "sum": _sum_reach,
    "mean": _mean_reach,
    "max": _max_reach,
}


def _sums_by_count(inputs: list[Reach]) -> dict[int, set[float]] | None:
    """For every number of answered inputs the sums that they can have; None when too many."""
    sums: dict[int, set[float]] = {0: {0.0}}
    for reach in inputs:
        if reach.values is None:
            return None
        grown = {count: set(values) for count, values in sums.items()}
        for count, values in sums.items():
            more = {rounded(old + new, None) for old in values for new in reach.numbers()}
            grown.setdefault(count + 1, set()).update(more)
            if len(grown[count + 1]) > _MOST_VALUES:
                return None
        sums = grown
    return sums


def _finished(rule: ScoreRule, reach: Reach) -> Reach:
    if rule.then is not None and not reach.has_text:
        reach = _affine(reach, *rule.then)
    if reach.values is None:
        return reach
    return _finite(
        rounded(value, rule.round) if isinstance(value, int | float) else value
        for value in reach.values
    )


def _check_table(rule: ScoreRule, reach: Reach, faults: Faults) -> Reach:
    table = rule.table
    if table is None:
        return reach
    if isinstance(table, tuple):
        if table and reach.low < table[0][0]:
            what = f"can be {text_of(reach.low)}, below the first band at {text_of(table[0][0])}"
            faults.add(rule.id, what, "begin the first band lower")
        return _finite(result for _, result in table)
    if reach.values is None:
        what = "has an exact table but too many possible values"
        faults.add(rule.id, what, "use bands, or round first")
        return _finite(table.values())
    _check_keys(rule, {text_of(value) for value in reach.values}, table, faults)
    return _finite(table.values())


def _check_key(rule: ScoreRule, inputs: list[Reach], faults: Faults) -> Reach:
    if not isinstance(rule.table, dict):
        faults.add(rule.id, "goes by key but has no table", "give a map from key to result")
        return Reach(None)
    if any(one.values is None for one in inputs):
        faults.add(rule.id, "goes by key over endless values", "put those into bands first")
        return _finite(rule.table.values())
    lists = [
        [
            *(text_of(value) for value in one.values or ()),
            *([""] if rule.need < len(inputs) else []),
        ]
        for one in inputs
    ]
    if math.prod(len(one) for one in lists) > _MOST_KEYS:
        faults.add(rule.id, f"has more than {_MOST_KEYS} keys", "split it into smaller scores")
        return _finite(rule.table.values())
    keys = {
        ",".join(parts)
        for parts in product(*lists)
        if sum(part != "" for part in parts) >= rule.need
    }
    _check_keys(rule, keys, rule.table, faults)
    return _finite(rule.table.values())


def _check_keys(
    rule: ScoreRule, wanted: set[str], table: dict[str, int | float | str], faults: Faults
) -> None:
    gaps, extra = sorted(wanted - set(table)), sorted(set(table) - wanted)
    if gaps:
        more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
        faults.add(rule.id, f"the table has no entry for {gaps[0]!r}{more}", "add what is missing")
    if extra:
        more = f" and {len(extra) - 1} more" if len(extra) > 1 else ""
        what = f"the table has an entry for {extra[0]!r}{more}, which cannot occur"
        faults.add(rule.id, what, "check that this is the right table")
