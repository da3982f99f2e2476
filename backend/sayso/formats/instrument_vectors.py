"""Worked examples of an instrument: a table of answers with the scores that must come out.

`vectors.csv` has item ids and, prefixed with `score.`, score ids as its header. A score may be off
by 0.001, because the manuals' own programs round on the way; a score that must be missing may not
be anything, 0 least of all.
"""

from __future__ import annotations

import math
from pathlib import Path

from sayso.domain.errors import AnswerTableWrong
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.score_inputs import text_of
from sayso.domain.scoring import Value
from sayso.formats.answer_table import score_table

FILE_NAME = "vectors.csv"
PREFIX = "score."
TOLERANCE = 0.001


def vector_faults(questionnaire: Questionnaire, folder: Path) -> tuple[list[str], int]:
    """What the instrument's own worked examples find wrong, and how many examples there are."""
    file = (folder if folder.is_dir() else folder.parent) / FILE_NAME
    if not file.is_file():
        return ([f"{file}: is missing; write a few answers with the scores they must give"], 0)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return compare_vectors(questionnaire, list(lines), str(file))


def compare_vectors(
    questionnaire: Questionnaire, lines: list[str], file: str
) -> tuple[list[str], int]:
    """Every difference between expected and calculated scores, and the number of rows."""
    try:
        table = score_table(questionnaire, lines, file)
    except AnswerTableWrong as error:
        return ([str(fault) for fault in error.faults], 0)
    wanted = {
        place: name.removeprefix(PREFIX)
        for place, name in enumerate(table.passed_columns)
        if name.startswith(PREFIX)
    }
    faults = [
        f"{file}: expects a score {name!r} that the instrument does not have"
        for name in wanted.values()
        if name not in table.score_columns
    ]
    if not wanted:
        faults.append(f"{file}: expects no score; add columns named {PREFIX}ID")
    places = {name: place for place, name in enumerate(table.score_columns)}
    for number, row in enumerate(table.rows, 1):
        for place, name in wanted.items():
            if name in places:
                expected, found = row.passed[place], row.values[places[name]]
                if not agrees(expected, found):
                    what = f"{name} is {text_of(found) or 'missing'}"
                    faults.append(f"{file}: row {number}: {what}, not {expected or 'missing'}")
    return faults, len(table.rows)


def agrees(expected: str, found: Value) -> bool:
    """Whether a calculated score is the one that a cell of the vectors expects."""
    if found is None or not expected:
        return found is None and not expected
    if isinstance(found, str):
        return found == expected
    try:
        return math.isclose(float(expected), found, rel_tol=0.0, abs_tol=TOLERANCE)
    except ValueError:
        return False
