"""What one version of an instrument asks: items, answer options, conditions and score rules.

Everything here is plain data. A `Questionnaire` is built by the instrument loader from a checked
document, so that the functions in `answers` and `scoring` may rely on its ids being unique and its
conditions being free of loops.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

Code: TypeAlias = int | str
"""The stored value of one answer option; the JSON type (number or text) is part of it."""

Number: TypeAlias = int | float

STRUCTURE_TYPES = frozenset({"page", "display", "matrix"})
CHOICE_TYPES = frozenset({"choice", "multiple"})
NUMBER_TYPES = frozenset({"scale", "integer", "decimal"})
TEXT_TYPES = frozenset({"text", "long_text"})
MOMENT_TYPES = frozenset({"date", "time"})
QUESTION_TYPES = CHOICE_TYPES | NUMBER_TYPES | TEXT_TYPES | MOMENT_TYPES | {"boolean"}
ITEM_TYPES = STRUCTURE_TYPES | QUESTION_TYPES

ORDER_OPERATORS = frozenset({"<", "<=", ">", ">="})
OPERATORS = ORDER_OPERATORS | {"=", "!=", "in", "answered"}

DEFAULT_MAX_LENGTH = {"text": 500, "long_text": 4000}


@dataclass(frozen=True, slots=True)
class Option:
    """One allowed answer. `missing` codes count as no answer when a score is calculated."""

    code: Code
    text: str = ""
    missing: bool = False
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`[item, operator, value]`. False while the item is hidden, skipped or unanswered."""

    item: str
    operator: str
    value: object = None


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NotThis:
    condition: Condition


Condition: TypeAlias = "Comparison | AllOf | AnyOf | NotThis"


@dataclass(frozen=True, slots=True)
class Item:
    """One question, or one piece of structure (page, display, matrix) around questions.

    `low` and `high` are numbers for number items and ISO text (or "today") for dates and times.
    """

    id: str
    type: str
    text: str = ""
    help: str = ""
    style: str = ""
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...] = ()
    required: bool = True
    skippable: bool = True
    enable_when: Condition | None = None
    when_hidden: object = None
    low: Number | str | None = None
    high: Number | str | None = None
    step: Number | None = None
    ends: tuple[str, ...] = ()
    unit: str = ""
    decimals: int | None = None
    max_length: int | None = None
    identifying: bool = False

    @property
    def is_question(self) -> bool:
        return self.type in QUESTION_TYPES

    @property
    def longest(self) -> int | None:
        """The most characters a text answer may have; None for items that are not text."""
        if self.max_length is not None:
            return self.max_length
        return DEFAULT_MAX_LENGTH.get(self.type)

    def walk(self) -> Iterator[Item]:
        """This item and everything below it, in the order of the form."""
        yield self
        for child in self.items:
            yield from child.walk()


Affine: TypeAlias = tuple[float, float]
Table: TypeAlias = dict[str, Number | str] | tuple[tuple[Number, Number | str], ...]


@dataclass(frozen=True, slots=True)
class AlsoNeeded:
    """At least `need` of these inputs must be present, besides what the score itself needs."""

    of: tuple[str, ...]
    need: int


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """One score: inputs, how each is turned into a number, how they combine, what follows.

    `each` maps an input to an affine pair `(a, b)` for `a * value + b`, or to a map from code to
    number. `table` is an exact map (`dict`) or a rising list of lower bounds (`tuple`).
    `as_stored` scores read what was stored even for hidden items; every other score reads only
    what was shown. `need` counts present inputs; the loader fills in "all of them" when unsaid.
    """

    id: str
    of: tuple[str, ...]
    title: str = ""
    primary: bool = False
    by: str = "sum"
    each: dict[str, Affine | dict[str, Number]] = field(default_factory=dict)
    need: int = 1
    also: tuple[AlsoNeeded, ...] = ()
    then: Affine | None = None
    round: int | str | None = None
    table: Table | None = None
    as_stored: bool = False


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """One immutable version of an instrument, named by the hash of its canonical document."""

    id: str
    version: str
    title: str
    language: str
    status: str
    items: tuple[Item, ...]
    scores: tuple[ScoreRule, ...] = ()
    licence: str = ""
    recall: str = ""
    minutes: int | None = None
    pack: bool = False
    sha256: str = ""

    def all_items(self) -> Iterator[Item]:
        """Every item, structure included, in the order of the form."""
        for item in self.items:
            yield from item.walk()

    def items_in_order(self) -> tuple[Item, ...]:
        """The items that take an answer, in the order of the form."""
        return self._questions

    def item(self, item_id: str) -> Item:
        """The item of that id. Raises KeyError when there is none."""
        return self._by_id[item_id]

    def has_item(self, item_id: str) -> bool:
        return item_id in self._by_id

    def parent_of(self, item_id: str) -> Item | None:
        """The page or matrix that holds the item, or None at the top."""
        return self._parents.get(item_id)

    @cached_property
    def _questions(self) -> tuple[Item, ...]:
        return tuple(item for item in self.all_items() if item.is_question)

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.all_items()}

    @cached_property
    def _parents(self) -> dict[str, Item]:
        return {child.id: item for item in self.all_items() for child in item.items}

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all items, structure included."""
        return frozenset(self._by_id)

    @cached_property
    def question_ids(self) -> frozenset[str]:
        """The ids of the items that take an answer."""
        return frozenset(item.id for item in self._questions)

    @cached_property
    def conditional(self) -> tuple[Item, ...]:
        """The items that can be hidden, by a condition of their own or of what holds them."""
        found: dict[str, Item] = {}
        for item in self.all_items():
            if item.enable_when is not None or item.id in found:
                found[item.id] = item
                found |= {child.id: child for child in item.items}
        return tuple(found.values())

    @cached_property
    def has_conditions(self) -> bool:
        """Whether anything can be hidden at all; most licensed measures hide nothing."""
        return bool(self.conditional)


def references(condition: Condition) -> Iterator[str]:
    """The ids of the items that a condition looks at."""
    match condition:
        case Comparison(item=item):
            yield item
        case NotThis(condition=inner):
            yield from references(inner)
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            for part in parts:
                yield from references(part)
