"""Which items are shown, and what is wrong with a set of answers.

The same two functions exist once more in the participant app, in TypeScript; one file of worked
examples (tests/vectors/answers.json) holds both to the same behaviour. Nothing here refuses a
response: problems are facts for the person answering and for the site, and the server stores what
it is given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sayso.domain.questionnaire import (
    NUMBER_TYPES,
    TEXT_TYPES,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Item,
    NotThis,
    Number,
    Option,
    Questionnaire,
)

_BLANKS = " \t\r\n"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one answer; `slug` is for programs, `detail` a sentence for people."""

    item: str
    slug: str
    detail: str


def shown(
    questionnaire: Questionnaire,
    answers: Mapping[str, object],
    skipped: Collection[str] = (),
) -> frozenset[str]:
    """The ids of all items that are shown, pages, displays and matrices included."""
    if not questionnaire.has_conditions:
        return questionnaire.ids
    look = _Look(questionnaire, answers, frozenset(skipped))
    hidden = [item.id for item in questionnaire.conditional if not look.is_shown(item)]
    return questionnaire.ids.difference(hidden)


def answered(value: object) -> bool:
    """Whether a stored value is an answer at all; blank text and an empty list are not."""
    if value is None:
        return False
    if isinstance(value, str):
        return value.strip(_BLANKS) != ""
    if isinstance(value, list | tuple):
        return len(value) > 0
    return True


def hidden_for_certain(
    questionnaire: Questionnaire,
    answers: Mapping[str, object],
    skipped: Collection[str] = (),
) -> frozenset[str]:
    """The ids of items whose hiding was decided by answers, not by the lack of one.

    A follow-up that is hidden because its first question says "never" belongs here; one that is
    hidden only because its first question was left open does not. Scoring fills in `when_hidden`
    for the former and leaves the latter absent, so that silence never turns into a zero.
    """
    look = _Look(questionnaire, answers, frozenset(skipped))
    return frozenset(item.id for item in questionnaire.conditional if look.certainty(item) is False)


class _Look:
    """One evaluation of the conditions over one set of answers; remembers what it has found."""

    def __init__(
        self, questionnaire: Questionnaire, answers: Mapping[str, object], skipped: frozenset[str]
    ) -> None:
        self._questionnaire = questionnaire
        self._answers = answers
        self._skipped = skipped
        self._shown: dict[str, bool] = {}
        self._certain: dict[str, bool | None] = {}

    def is_shown(self, item: Item) -> bool:
        known = self._shown.get(item.id)
        if known is None:
            known = self._parent_shown(item) and (
                item.enable_when is None or self._holds(item.enable_when)
            )
            self._shown[item.id] = known
        return known

    def _parent_shown(self, item: Item) -> bool:
        parent = self._questionnaire.parent_of(item.id)
        return parent is None or self.is_shown(parent)

    def _value(self, item_id: str) -> object:
        """The answer that a condition may look at: None when hidden, skipped or open."""
        item = self._questionnaire.item(item_id)
        if item_id in self._skipped or not self.is_shown(item):
            return None
        value = self._answers.get(item_id)
        return value if answered(value) else None

    def _holds(self, condition: Condition) -> bool:
        match condition:
            case Comparison():
                value = self._value(condition.item)
                return value is not None and compare(value, condition.operator, condition.value)
            case AllOf(conditions=parts):
                return all(self._holds(part) for part in parts)
            case AnyOf(conditions=parts):
                return any(self._holds(part) for part in parts)
            case NotThis(condition=inner):
                return not self._holds(inner)

    def certainty(self, item: Item) -> bool | None:
        """True: shown. False: hidden whatever the open answers will be. None: still open."""
        if item.id not in self._certain:
            parent = self._questionnaire.parent_of(item.id)
            parts = [] if parent is None else [self.certainty(parent)]
            if item.enable_when is not None:
                parts.append(self._certain_truth(item.enable_when))
            self._certain[item.id] = _all_certain(parts)
        return self._certain[item.id]

    def _certain_truth(self, condition: Condition) -> bool | None:
        match condition:
            case Comparison():
                return self._certain_comparison(condition)
            case AllOf(conditions=parts):
                return _all_certain([self._certain_truth(part) for part in parts])
            case AnyOf(conditions=parts):
                turned = _all_certain([_turn(self._certain_truth(part)) for part in parts])
                return _turn(turned)
            case NotThis(condition=inner):
                return _turn(self._certain_truth(inner))

    def _certain_comparison(self, condition: Comparison) -> bool | None:
        value = self._value(condition.item)
        if value is not None:
            return compare(value, condition.operator, condition.value)
        certainty = self.certainty(self._questionnaire.item(condition.item))
        return False if certainty is False else None


def _turn(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _all_certain(parts: list[bool | None]) -> bool | None:
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def compare(value: object, operator: str, wanted: object) -> bool:
    """Whether an answer that is there meets one comparison of a condition."""
    chosen = value if isinstance(value, list | tuple) else (value,)
    match operator:
        case "answered":
            return True
        case "=":
            return any(same(one, wanted) for one in chosen)
        case "!=":
            return not any(same(one, wanted) for one in chosen)
        case "in":
            many = wanted if isinstance(wanted, list | tuple) else (wanted,)
            return any(same(one, other) for one in chosen for other in many)
        case _:
            return _ordered(value, operator, wanted)


def same(one: object, other: object) -> bool:
    """Equality that keeps JSON types apart: 1, "1" and true are three different answers."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return isinstance(one, str) and isinstance(other, str) and one == other


def _ordered(value: object, operator: str, wanted: object) -> bool:
    if _is_number(value) and _is_number(wanted):
        return _before(value, operator, wanted)
    if isinstance(value, str) and isinstance(wanted, str):
        return _before(value, operator, wanted)
    return False


def _before(one: object, operator: str, other: object) -> bool:
    # Both sides are numbers or both are text; the caller has made sure of it.
    left, right = one, other
    result: bool
    match operator:
        case "<":
            result = left < right  # type: ignore[operator]
        case "<=":
            result = left <= right  # type: ignore[operator]
        case ">":
            result = left > right  # type: ignore[operator]
        case _:
            result = left >= right  # type: ignore[operator]
    return result


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check(
    questionnaire: Questionnaire,
    answers: Mapping[str, object],
    skipped: Collection[str],
    today: date,
) -> list[Problem]:
    """Everything wrong with the answers, in the order of the form, unknown ids last.

    `today` is the participant's local date; dates may be limited by it. Hidden items are not
    checked. An item in `skipped` counts as unanswered.
    """
    visible = shown(questionnaire, answers, skipped)
    problems: list[Problem] = []
    for item in questionnaire.items_in_order():
        if item.id in visible:
            problems += _check_item(item, answers.get(item.id), item.id in skipped, today)
    for item_id in sorted({*answers, *skipped} - questionnaire.question_ids):
        problems.append(Problem(item_id, "unknown-item", "This form has no such question."))
    return problems


def _check_item(item: Item, value: object, is_skipped: bool, today: date) -> list[Problem]:
    if is_skipped or not answered(value):
        excused = is_skipped and item.skippable
        if item.required and not excused:
            return [Problem(item.id, "required", "Please answer this question.")]
        return []
    found = _faults(item, value, today)
    return [Problem(item.id, slug, detail) for slug, detail in found]


def _faults(item: Item, value: object, today: date) -> list[tuple[str, str]]:
    if item.type == "choice":
        return _choice_faults(item.options, value)
    if item.type == "multiple":
        return _multiple_faults(item.options, value)
    if item.type in NUMBER_TYPES:
        return _number_faults(item, value)
    if item.type in TEXT_TYPES:
        return _text_faults(item, value)
    if item.type == "boolean":
        return [] if isinstance(value, bool) else [_WRONG_TYPE]
    return _moment_faults(item, value, today)


_WRONG_TYPE = ("wrong-type", "The answer is of the wrong kind.")
_NOT_A_CHOICE = ("not-a-choice", "That is not one of the answers.")


def _choice_faults(options: tuple[Option, ...], value: object) -> list[tuple[str, str]]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return [_WRONG_TYPE]
    return [] if _option(options, value) else [_NOT_A_CHOICE]


def _option(options: tuple[Option, ...], value: object) -> Option | None:
    # What `same` says, without asking it for every option: a code is never true or false.
    if isinstance(value, bool):
        return None
    for option in options:
        if option.code == value:
            return option
    return None


def _multiple_faults(options: tuple[Option, ...], value: object) -> list[tuple[str, str]]:
    if not isinstance(value, list | tuple):
        return [_WRONG_TYPE]
    faults = []
    chosen = [_option(options, one) for one in value]
    if any(option is None for option in chosen):
        faults.append(_NOT_A_CHOICE)
    if any(same(one, other) for i, one in enumerate(value) for other in value[:i]):
        faults.append(("duplicate-choice", "The same answer was given twice."))
    if len(value) > 1 and any(option is not None and option.exclusive for option in chosen):
        faults.append(("exclusive-mixed", "One of these answers can only stand alone."))
    return faults


def _number_faults(item: Item, value: object) -> list[tuple[str, str]]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [("not-a-number", "Please give a number.")]
    if isinstance(value, float) and not math.isfinite(value):
        return [("not-a-number", "Please give a number.")]
    if item.type == "integer" and value != math.floor(value):
        return [("not-whole", "Please give a whole number.")]
    if isinstance(item.low, int | float) and value < item.low:
        return [("too-small", f"The smallest answer possible is {item.low}.")]
    if isinstance(item.high, int | float) and value > item.high:
        return [("too-large", f"The largest answer possible is {item.high}.")]
    if item.type == "decimal" and not _fits_decimals(value, item.decimals):
        return [("too-many-decimals", f"At most {item.decimals} digits after the point.")]
    if item.type == "scale" and not _on_step(item, value):
        return [("off-step", "That lies between two steps of the scale.")]
    return []


def _fits_decimals(value: Number, decimals: int | None) -> bool:
    return decimals is None or isinstance(value, int) or float(f"{value:.{decimals}f}") == value


def _on_step(item: Item, value: Number) -> bool:
    low = item.low if isinstance(item.low, int | float) else 0
    steps = (value - low) / (item.step or 1)
    return abs(steps - round(steps)) <= _NEAR * max(1.0, abs(steps))


def _text_faults(item: Item, value: object) -> list[tuple[str, str]]:
    if not isinstance(value, str):
        return [_WRONG_TYPE]
    if item.longest is not None and len(value) > item.longest:
        return [("too-long", f"Please use at most {item.longest} characters.")]
    return []


def _moment_faults(item: Item, value: object, today: date) -> list[tuple[str, str]]:
    if not isinstance(value, str):
        return [_WRONG_TYPE]
    if item.type == "time" and _TIME.fullmatch(value) is None:
        return [("not-a-time", "Please give a time such as 14:30.")]
    if item.type == "date" and not _is_date(value):
        return [("not-a-date", "Please give a date that is in the calendar.")]
    low, high = _moment_limit(item.low, today), _moment_limit(item.high, today)
    if low is not None and value < low:
        return [("too-early", f"The earliest answer possible is {low}.")]
    if high is not None and value > high:
        return [("too-late", f"The latest answer possible is {high}.")]
    return []


def _is_date(value: str) -> bool:
    if _DATE.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _moment_limit(limit: object, today: date) -> str | None:
    if limit == "today":
        return today.isoformat()
    return limit if isinstance(limit, str) else None
