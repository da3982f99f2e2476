"""How one input of a score becomes a number, and how numbers are rounded and spelt.

Each input of a rule is turned into one small function when the rule is compiled. It returns None
for everything that is no answer: open, hidden, marked as missing, or no code of the item.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from sayso.domain.answers import answered
from sayso.domain.questionnaire import NUMBER_TYPES, Item, Questionnaire, ScoreRule

Convert: TypeAlias = Callable[[object], object]


def converter(questionnaire: Questionnaire, rule: ScoreRule, one: str) -> Convert:
    how = rule.each.get(one)
    if not questionnaire.has_item(one):
        return _from_score(how)
    item = questionnaire.item(one)
    if item.type == "choice":
        return _from_choice(item, how)
    if item.type == "boolean":
        truths = {True: _apply(True, how), False: _apply(False, how)}
        return lambda value: truths[value] if isinstance(value, bool) else None
    if item.type == "multiple":
        return _from_multiple(item, how)
    return _from_number(item, how)


def _apply(value: object, how: object) -> object:
    """One input through its `each`: an affine pair, a map from code, or nothing at all."""
    if isinstance(how, tuple) and isinstance(value, int | float):
        return how[0] * value + how[1]
    if isinstance(how, dict):
        return how.get(text_of(value))
    return int(value) if isinstance(value, bool) else value


def _from_choice(item: Item, how: object) -> Convert:
    table: dict[object, object] = {
        option.code: None if option.missing else _apply(option.code, how) for option in item.options
    }

    def convert(value: object) -> object:
        # True hashes like the code 1 but is no code; a list cannot be looked up at all.
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        return table.get(value)

    return convert


def _from_multiple(item: Item, how: object) -> Convert:
    """The number of chosen options, or the sum of their mapped values; "none of these" is 0."""
    worth: dict[object, object] = {}
    for option in item.options:
        plain: object = 0 if option.exclusive else 1
        worth[option.code] = how.get(text_of(option.code)) if isinstance(how, dict) else plain
        if option.missing:
            worth[option.code] = None

    def convert(value: object) -> object:
        if not isinstance(value, list | tuple) or not value:
            return None
        total = 0.0
        for code in value:
            is_code = isinstance(code, int | str) and not isinstance(code, bool)
            one = worth.get(code) if is_code else None
            if not isinstance(one, int | float):
                return None
            total += one
        return how[0] * total + how[1] if isinstance(how, tuple) else total

    return convert


def _from_number(item: Item, how: object) -> Convert:
    low = item.low if isinstance(item.low, int | float) else -math.inf
    high = item.high if isinstance(item.high, int | float) else math.inf

    def convert(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return _apply(value, how) if low <= value <= high else None

    return convert


def _from_score(how: object) -> Convert:
    if how is None:
        return lambda value: value
    return lambda value: None if value is None else _apply(value, how)


def presence(questionnaire: Questionnaire, one: str) -> Callable[[object], bool]:
    if not questionnaire.has_item(one):
        return lambda value: value is not None
    item = questionnaire.item(one)
    if item.type not in NUMBER_TYPES | {"choice", "multiple", "boolean"}:
        return answered
    # An option that has a code but no number of its own still counts as answered.
    convert = converter(questionnaire, ScoreRule("", (one,)), one)
    return lambda value: convert(value) is not None


def rounded(value: float, digits: int | str | None) -> float:
    """Round half away from zero, as scoring manuals do; "up" is the next whole number.

    Noise of floating point below the tenth decimal is removed first, so that 99.99999999999999 is
    100 and a band that begins at 34 is not missed by a hair.
    """
    clean = round(value, 10)
    if digits is None:
        return clean + 0.0
    if digits == "up":
        return float(math.ceil(clean))
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(clean) * scale + 0.5 + 1e-9) / scale, clean) + 0.0


def text_of(value: object) -> str:
    """The text of a value as keys of maps and tables spell it: 3, -0.5, true, some-code."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(round(value, 6))
    return str(value)
