"""What an invented person answers: a level that drifts, and each question's own place on it.

Answers of one person hang together over time and between questionnaires, so that scores, pictures
and exports of the demonstration look like those of people and not like noise. Nothing here knows a
particular questionnaire; it reads the items as the app does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random

from sayso.domain.answers import shown
from sayso.domain.questionnaire import Item, Questionnaire, ScoreRule

_REMARKS = (
    "Better in the mornings than in the evenings.",
    "A quiet month, family came to stay.",
    "The stairs are harder than they were.",
    "Nothing to add, thank you.",
    "I walk to the lake again most days.",
    "Some bad nights before the scan.",
    "It helps to know that somebody reads this.",
)
_SKIPS = 0.012
_NOISE = 0.11


@dataclass
class Mood:
    """How much somebody is burdened, from 0 (not at all) to 1, and how it moves."""

    level: float
    drift: float = 0.0
    leaning: dict[str, float] = field(default_factory=dict)

    def move(self, rng: Random, *, jolt: float = 0.0) -> None:
        """One step in time: a slow drift, a little chance, and what has happened meanwhile."""
        self.level = _within(self.level + self.drift + rng.gauss(0.0, 0.03) + jolt, 0.02, 0.98)

    def of(self, item_id: str, rng: Random) -> float:
        """This person's place on one item now; their leaning on each item stays the same."""
        if item_id not in self.leaning:
            self.leaning[item_id] = rng.gauss(0.0, 0.14)
        return _within(self.level + self.leaning[item_id] + rng.gauss(0.0, _NOISE), 0.0, 1.0)


def fill_in(
    questionnaire: Questionnaire,
    mood: Mood,
    on: date,
    rng: Random,
    *,
    stop_after: int | None = None,
) -> tuple[dict[str, object], list[str]]:
    """Answers and explicit skips as the app would send them for a form filled in on a date.

    `stop_after` leaves everything after that many questions unanswered, as when somebody gives up.
    """
    turned, may_hide = _turned(questionnaire), _may_hide(questionnaire)
    answers: dict[str, object] = {}
    skipped: list[str] = []
    for number, item in enumerate(questionnaire.items_in_order()):
        if stop_after is not None and number >= stop_after:
            break
        if item.id in may_hide and item.id not in shown(questionnaire, answers, skipped):
            continue
        if item.skippable and rng.random() < _SKIPS:
            skipped.append(item.id)
            continue
        level = mood.of(item.id, rng)
        value = _value(item, 1.0 - level if item.id in turned else level, on, rng)
        if value is not None:
            answers[item.id] = value
    return answers, skipped


@cache
def _may_hide(questionnaire: Questionnaire) -> frozenset[str]:
    """Items that a condition of their own, or of what holds them, can hide."""
    return frozenset(
        below.id
        for item in questionnaire.all_items()
        if item.enable_when is not None
        for below in item.walk()
    )


@cache
def _turned(questionnaire: Questionnaire) -> frozenset[str]:
    """Items whose high codes mean a low burden, read off the published scoring rules."""
    return frozenset(
        item for rule in questionnaire.scores for item in rule.of if _is_turned(rule, item)
    )


def _is_turned(rule: ScoreRule, item: str) -> bool:
    how = rule.each.get(item)
    falls = isinstance(how, tuple) and how[0] < 0
    better_is_higher = "higher is better" in rule.title.lower()
    return falls != better_is_higher


def _value(item: Item, level: float, on: date, rng: Random) -> object:
    match item.type:
        case "choice":
            real = [option.code for option in item.options if not option.missing]
            return real[round(level * (len(real) - 1))] if real else None
        case "multiple":
            return _several(item, level, rng)
        case "scale" | "integer" | "decimal":
            return _number(item, level)
        case "boolean":
            return rng.random() < 0.15 + 0.6 * level
        case "date":
            return _some_date(item, on, rng)
        case "time":
            return f"{rng.choice((21, 22, 23)):02d}:{rng.choice((0, 15, 30, 45)):02d}"
        case _:
            return rng.choice(_REMARKS) if rng.random() < 0.3 or item.required else None


def _several(item: Item, level: float, rng: Random) -> list[object]:
    plain = [option.code for option in item.options if not option.exclusive and not option.missing]
    chosen: list[object] = [code for code in plain if rng.random() < 0.1 + 0.45 * level]
    if chosen:
        return chosen
    alone = [option.code for option in item.options if option.exclusive and not option.missing]
    return [alone[0]] if alone else [plain[0]]


def _number(item: Item, level: float) -> float | int:
    low = float(item.low) if isinstance(item.low, int | float) else 0.0
    high = float(item.high) if isinstance(item.high, int | float) else low + 10.0
    step = float(item.step or 1)
    if item.type == "decimal":
        return round(low + (high - low) * (0.2 + 0.5 * level), item.decimals or 0)
    # Counts have a long tail: a person who may write 300 writes 3, so large ranges are used low.
    reach = (high - low) if high - low <= 100 else (high - low) * 0.1
    return int(low + round(level * reach / step) * step)


def _some_date(item: Item, on: date, rng: Random) -> str:
    earliest = (
        date.fromisoformat(item.low) if isinstance(item.low, str) and item.low != "today" else None
    )
    day = on - timedelta(days=rng.randint(0, 20))
    return max(day, earliest or day).isoformat()


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))
