"""Tables of answers, one row for each response, scored as a whole.

Each column has its own small dictionary from what is written in a cell to the answer it means.
Cells repeat endlessly in such files, so nearly every cell of a large file costs one look-up.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import getitem, itemgetter
from typing import TypeAlias

from sayso.domain.answers import check, same
from sayso.domain.errors import AnswerTableWrong
from sayso.domain.questionnaire import NUMBER_TYPES, Item, Questionnaire
from sayso.domain.score_inputs import text_of
from sayso.domain.scoring import Value, scorer
from sayso.formats.faults import Faults

Row: TypeAlias = list[str]

_MOST_FAULTS = 20
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LONG_FIELD = 1_000_000


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One row of the table: what is passed through, and one value for each score."""

    passed: Row
    values: list[Value]


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """`absent` names the items that have no column; they count as not answered."""

    passed_columns: Row
    score_columns: Row
    absent: Row
    rows: list[ScoredRow]


class _Cells(dict[str, object]):
    """What a cell of one column means; unknown cells are worked out once and remembered."""

    def __init__(self, item: Item) -> None:
        super().__init__({"": None})
        self._item = item
        for option in item.options if item.type == "choice" else ():
            self[text_of(option.code)] = option.code

    def __missing__(self, cell: str) -> object:
        value = read_cell(self._item, cell)
        if len(self) < _LONG_FIELD:
            self[cell] = value
        return value


def score_table(
    questionnaire: Questionnaire,
    lines: Iterable[str],
    file: str,
    progress: Callable[[], None] = lambda: None,
) -> ScoredTable:
    """Score every row of a CSV text that has a header of item ids.

    Columns that are not items are passed through. Raises `AnswerTableWrong` with the row of each
    cell that is no answer to its item; then nothing is scored, so that no half file is taken for
    a whole one.
    """
    csv.field_size_limit(_LONG_FIELD)
    faults = Faults(file)
    reader = csv.reader(lines)
    try:
        header = next(reader, [])
        _check_header(questionnaire, header, faults)
        rows = list(_scored_rows(questionnaire, header, reader, faults, progress))
    except csv.Error as error:
        faults.add(f"line {reader.line_num}", f"is not CSV: {error}", "save the table as CSV")
        raise AnswerTableWrong(faults.found) from error
    except UnicodeDecodeError as error:
        faults.add("(file)", "is not UTF-8 text", "save the table as CSV in UTF-8")
        raise AnswerTableWrong(faults.found) from error
    if faults:
        raise AnswerTableWrong(faults.found)
    questions = [item.id for item in questionnaire.items_in_order()]
    return ScoredTable(
        passed_columns=[name for name in header if name not in set(questions)],
        score_columns=[rule.id for rule in questionnaire.scores],
        absent=[item_id for item_id in questions if item_id not in header],
        rows=rows,
    )


def _check_header(questionnaire: Questionnaire, header: Row, faults: Faults) -> None:
    known = {item.id for item in questionnaire.items_in_order()}
    if not known & set(header):
        some = ", ".join(sorted(known)[:5])
        faults.add("header", "names no item of this instrument", f"use item ids such as {some}")
    for name in sorted({one for one in header if header.count(one) > 1}):
        faults.add("header", f"has the column {name!r} twice", "remove one of them")
    if faults:
        raise AnswerTableWrong(faults.found)


def _scored_rows(
    questionnaire: Questionnaire,
    header: Row,
    reader: Iterable[Row],
    faults: Faults,
    progress: Callable[[], None],
) -> Iterator[ScoredRow]:
    items = {item.id: item for item in questionnaire.items_in_order()}
    cells = [
        (place, name, _Cells(items[name])) for place, name in enumerate(header) if name in items
    ]
    names = [name for _, name, _ in cells]
    meanings = [meaning for _, _, meaning in cells]
    answer_cells = _picker([place for place, _, _ in cells])
    passed_cells = _picker([place for place, name in enumerate(header) if name not in items])
    empty: dict[str, object] = dict.fromkeys(items)
    values = scorer(questionnaire).values
    width = len(header)
    for number, row in enumerate(reader, 1):
        if not row:
            continue
        if len(row) != width:
            what = f"has {len(row)} cells, the header has {width}"
            faults.add(_place(number), what, "mend the row")
            continue
        stored = empty.copy()
        try:
            stored.update(zip(names, map(getitem, meanings, answer_cells(row)), strict=True))
        except ValueError:
            _explain(number, row, cells, faults)
        if len(faults.found) >= _MOST_FAULTS:
            return
        if not faults:
            yield ScoredRow(list(passed_cells(row)), values(stored))
        progress()


def _picker(places: list[int]) -> Callable[[Row], Sequence[str]]:
    """Takes the cells at these places out of a row, always as a sequence, also for one or none."""
    if not places:
        return lambda row: ()
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)


def _place(number: int) -> str:
    return f"row {number} (line {number + 1})"


def _explain(number: int, row: Row, cells: list[tuple[int, str, _Cells]], faults: Faults) -> None:
    for place, name, meaning in cells:
        try:
            meaning[row[place]]
        except ValueError as error:
            faults.add(f"{_place(number)}, {name}", str(error), "mend the cell or leave it empty")


def read_cell(item: Item, cell: str) -> object:
    """The answer that a cell means; None when it is blank.

    Several codes of one question are separated by semicolons. Raises ValueError with a reason when
    the cell is no answer to this item.
    """
    text = cell.strip()
    if not text:
        return None
    if item.type == "choice":
        return _code(item, text)
    if item.type == "multiple":
        return [_code(item, one.strip()) for one in text.split(";") if one.strip()]
    if item.type == "boolean":
        if text.lower() not in _TRUTHS:
            raise ValueError(f"{text[:40]!r} is neither true nor false")
        return _TRUTHS[text.lower()]
    if item.type in NUMBER_TYPES:
        return _number(item, text)
    return cell


def _code(item: Item, text: str) -> object:
    for option in item.options:
        if text_of(option.code) == text or same(option.code, _as_number(text)):
            return option.code
    codes = ", ".join(text_of(option.code) for option in item.options)
    raise ValueError(f"{text[:40]!r} is not one of the codes {codes[:80]}")


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _number(item: Item, text: str) -> int | float:
    number = _as_number(text)
    if number is None:
        raise ValueError(f"{text[:40]!r} is not a number")
    value = int(number) if number.is_integer() else number
    alone = Questionnaire("", "", "", "", "", (replace(item, enable_when=None),))
    # Numbers do not depend on the day, so any date serves for a check of this one item.
    problems = check(alone, {item.id: value}, (), date.min)
    if problems and problems[0].item == item.id:
        raise ValueError(f"{text[:40]!r}: {problems[0].detail.rstrip('.')}")
    return value
