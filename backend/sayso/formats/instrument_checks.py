"""What the form of a questionnaire cannot show: ids that clash, conditions that point nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from sayso.domain.answers import same
from sayso.domain.questionnaire import (
    NUMBER_TYPES,
    ORDER_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Item,
    NotThis,
    Questionnaire,
    references,
)
from sayso.formats.faults import Faults

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_ORDERED_TYPES = NUMBER_TYPES | {"date", "time"}
_LONGEST_CHAIN = 60


def check_questionnaire(questionnaire: Questionnaire, faults: Faults) -> None:
    """Notes every fault that needs more than one item to be seen."""
    before = len(faults.found)
    _check_ids(questionnaire, faults)
    for item in questionnaire.all_items():
        _check_limits(item, faults)
        _check_hidden_code(item, faults)
        if item.enable_when is not None:
            for comparison in _comparisons(item.enable_when):
                _check_comparison(questionnaire, item, comparison, faults)
    if len(faults.found) == before:
        _check_loops(questionnaire, faults)


def _check_ids(questionnaire: Questionnaire, faults: Faults) -> None:
    seen: set[str] = set()
    for item in questionnaire.all_items():
        if item.id in seen:
            faults.add(item.id, "is the id of two items", "give each item its own id")
        seen.add(item.id)
    for rule in questionnaire.scores:
        if rule.id in seen:
            faults.add(rule.id, "is the id of a score and of something else", "rename the score")
        seen.add(rule.id)


def _check_limits(item: Item, faults: Faults) -> None:
    for key, limit in (("min", item.low), ("max", item.high)):
        if isinstance(limit, str) and not _is_moment(item.type, limit):
            faults.add(f"{item.id}.{key}", f"is {limit!r}", f"give a {item.type} as ISO text")
    if "today" in (item.low, item.high):
        return
    low, high = item.low, item.high
    if isinstance(low, int | float) and isinstance(high, int | float):
        _check_order(item, low > high or (item.type == "scale" and low == high), faults)
    elif isinstance(low, str) and isinstance(high, str):
        _check_order(item, low > high, faults)


def _check_order(item: Item, wrong: bool, faults: Faults) -> None:
    if wrong:
        faults.add(f"{item.id}.max", f"{item.high} is not above min {item.low}", "swap the two")


def _is_moment(kind: str, limit: str) -> bool:
    if kind == "time":
        return _TIME.fullmatch(limit) is not None
    if limit == "today":
        return True
    try:
        return date.fromisoformat(limit).isoformat() == limit
    except ValueError:
        return False


def _check_hidden_code(item: Item, faults: Faults) -> None:
    code = item.when_hidden
    if code is None:
        return
    place = f"{item.id}.when_hidden"
    if item.type == "choice":
        if not any(same(option.code, code) for option in item.options):
            faults.add(place, f"{code!r} is no code of this item", "use one of its codes")
    elif item.type not in NUMBER_TYPES or isinstance(code, bool | str | list | dict):
        faults.add(place, f"{code!r} cannot stand for an answer here", "remove it")
    elif not _within(item, code):
        faults.add(place, f"{code!r} is outside the item's limits", "widen the limits")


def _within(item: Item, number: object) -> bool:
    if not isinstance(number, int | float):
        return False
    above = not isinstance(item.low, int | float) or number >= item.low
    return above and (not isinstance(item.high, int | float) or number <= item.high)


def _comparisons(condition: Condition) -> Iterator[Comparison]:
    match condition:
        case Comparison():
            yield condition
        case NotThis(condition=inner):
            yield from _comparisons(inner)
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            for part in parts:
                yield from _comparisons(part)


def _check_comparison(
    questionnaire: Questionnaire, item: Item, comparison: Comparison, faults: Faults
) -> None:
    place = f"{item.id}.enable_when"
    if not questionnaire.has_item(comparison.item):
        faults.add(place, f"looks at {comparison.item!r}, which is not there", "mend the id")
        return
    target = questionnaire.item(comparison.item)
    if not target.is_question:
        faults.add(place, f"looks at {target.id!r}, a {target.type}", "look at a question")
        return
    if comparison.operator == "answered":
        return
    if comparison.operator in ORDER_OPERATORS:
        _check_ordering(target, comparison, place, faults)
        return
    wanted = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    for value in wanted:
        _check_value(target, value, place, faults)


def _check_ordering(target: Item, comparison: Comparison, place: str, faults: Faults) -> None:
    number = isinstance(comparison.value, int | float) and not isinstance(comparison.value, bool)
    if target.type == "choice":
        sound = number and all(isinstance(option.code, int) for option in target.options)
    elif target.type in NUMBER_TYPES:
        sound = number
    else:
        sound = target.type in _ORDERED_TYPES and isinstance(comparison.value, str)
    if not sound:
        what = f"asks whether {target.id!r} {comparison.operator} {comparison.value!r}"
        faults.add(place, what, f"a {target.type} cannot be ordered so; use = or in")


def _check_value(target: Item, value: object, place: str, faults: Faults) -> None:
    if target.options:
        sound = any(same(option.code, value) for option in target.options)
    elif target.type == "boolean":
        sound = isinstance(value, bool)
    elif target.type in NUMBER_TYPES:
        sound = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        sound = isinstance(value, str)
    if not sound:
        what = f"compares {target.id!r} with {value!r}, which is never its answer"
        faults.add(place, what, "use one of the item's answers")


def _check_loops(questionnaire: Questionnaire, faults: Faults) -> None:
    """A loop would leave the form with items whose showing depends on themselves."""
    depth: dict[str, int] = {}
    path: list[str] = []

    def visit(item_id: str) -> int:
        if item_id in path:
            ring = " -> ".join([*path[path.index(item_id) :], item_id])
            faults.add(item_id, f"decides its own showing: {ring}", "break the ring")
            return 0
        if item_id not in depth and len(path) <= 2 * _LONGEST_CHAIN:
            path.append(item_id)
            depth[item_id] = 1 + max(
                (visit(one) for one in sorted(_depends(questionnaire, item_id))), default=0
            )
            path.pop()
        return depth.get(item_id, _LONGEST_CHAIN)

    before = len(faults.found)
    for item in questionnaire.all_items():
        if visit(item.id) > _LONGEST_CHAIN and len(faults.found) == before:
            faults.add(
                item.id, f"hangs on a chain of more than {_LONGEST_CHAIN} items", "shorten it"
            )
        if len(faults.found) > before:
            return


def _depends(questionnaire: Questionnaire, item_id: str) -> set[str]:
    item = questionnaire.item(item_id)
    parent = questionnaire.parent_of(item_id)
    wanted = set() if parent is None else {parent.id}
    return wanted if item.enable_when is None else wanted | set(references(item.enable_when))
