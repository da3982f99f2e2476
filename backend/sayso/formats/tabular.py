"""Tables as comma-separated text, safe to open in a spreadsheet.

Exports are written row by row, so that a file of a million rows needs no more memory than one of
ten. Text that a spreadsheet would run as a formula gets an apostrophe in front, because answers
and notes come from people and a data manager opens the file by double click.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

_ROWS_PER_CHUNK = 500
_END = "\r\n"
_REMEMBERED = 2048
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


class Written(NamedTuple):
    """Cells side by side as they stand in the file: written once, set into many rows."""

    text: str
    width: int


def written(cells: Sequence[object]) -> Written:
    """Write out one cell or several ahead of the rows that they will stand in."""
    buffer = io.StringIO()
    # An empty cell all alone in its row would be quoted, so none is written alone. Lines end as in
    # the file, because a cell that holds a character of their end is quoted.
    csv.writer(buffer, lineterminator=_END).writerow([*map(cell, cells), ""])
    return Written(buffer.getvalue()[: -len(f",{_END}")], len(cells))


def side_by_side(*parts: Written) -> Written:
    """One row, or a part of one, made of what is written already."""
    return Written(",".join([part.text for part in parts]), sum([part.width for part in parts]))


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[object] | Written]) -> Iterator[str]:
    """Yield the table as text of a few hundred rows at a time, header first, lines ending CRLF.

    The form is RFC 4180. Raises ValueError when a row has another width than the header, since a
    shifted column is worse than no file.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=_END)
    writer.writerow([cell(name) for name in header])
    width, held = len(header), 1
    for row in rows:
        if isinstance(row, Written):
            cells = row.width
            buffer.write(row.text + _END)
        else:
            cells = len(row)
            writer.writerow([cell(value) for value in row])
        if cells != width:
            raise ValueError(f"a row has {cells} cells, the header has {width}")
        held += 1
        if held >= _ROWS_PER_CHUNK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
            held = 0
    if held:
        yield buffer.getvalue()


def cell(value: object) -> str:
    """One value as it stands in a cell: nothing for None, ISO dates, UTC instants ending in Z.

    Lists (the codes of a question with several answers) are joined by semicolons.
    """
    # Most cells are texts, and most of them stand in many rows: exact types first.
    if type(value) is str:
        return harmless(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return harmless(";".join(cell(part) for part in value))
    return harmless(str(value))


@lru_cache(maxsize=_REMEMBERED)
def instant(value: datetime) -> str:
    """An aware datetime as RFC 3339 in UTC, to the second; ValueError for a naive one."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


@lru_cache(maxsize=_REMEMBERED)
def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Leading blanks do not protect, because spreadsheets skip them; a plain negative number is data.
    """
    bare = text.lstrip(" ")
    if bare.startswith(_STARTS_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text
