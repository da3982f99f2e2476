"""Lines of the tally one behind the other, counted column by column.

Lines of one layout are one long string in which every column returns at a fixed distance, so the
counting is left to slices and counters that run at the speed of C: a hundredth of what judging the
forms takes.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sayso.domain.completion import RECEIVED_CLOSED, Mark
from sayso.domain.digits import FIRST, RADIX
from sayso.domain.tally_line import Head, Layout

_NO_SPAN = int.from_bytes(b"!!!!", "big")
CAME, MISSED = b"c"[0], b"m"[0]
"""What `classes` makes of a mark: a form that was expected came, or did not."""


class OwnLine(NamedTuple):
    """The line of one participant by itself; a page may look at every one of a study's."""

    participant_id: int
    code: str
    site: str
    arm: str
    layout: Layout
    head: Head
    line: str

    @property
    def pile(self) -> Pile:
        """The same as a pile of one."""
        return Pile(self.site, self.arm, self.layout, self.head, self.line.encode())


@dataclass(frozen=True)
class Pile:
    """Lines of one site, arm, layout and head, one behind the other; `data` is ASCII."""

    site: str
    arm: str
    layout: Layout
    head: Head
    data: bytes

    @cached_property
    def people(self) -> int:
        """How many lines there are."""
        return len(self.data) // self.layout.length

    def marks(self, column: int, rule: int) -> bytes:
        """The mark of each person in one column, under the alive rule of that number."""
        start = self.layout.marks_at + rule * len(self.layout.forms) + column
        return self.data[start :: self.layout.length]

    def items(self, column: int, part: int) -> int:
        """The sum of items answered (part 0), applicable (1) or declined (2) of a column."""
        start = self.layout.items_at + 6 * column + 2 * part
        return self._sum(start, 2)

    def spans(self, column: int) -> list[int]:
        """The keys of the spans of a column in order, those without one left out."""
        words = sorted(self._words[column :: self.layout.length // 4])
        # No key is as small as what stands for none, so these come first.
        return words[bisect_right(words, _NO_SPAN) :]

    def said(self, name: str) -> int:
        """The sum of one of the numbers about the people."""
        return self._sum(self.layout.person_at + 4 * self.layout.people.index(name), 4)

    def months(self, timepoint: str) -> list[bytes]:
        """The digits of the month in which each person's timepoint closes, one after the other."""
        start = self.layout.months_at[timepoint]
        return [self.data[start + place :: self.layout.length] for place in range(3)]

    def _sum(self, start: int, width: int) -> int:
        total = 0
        for place in range(start, start + width):
            digits = sum(self.data[place :: self.layout.length])
            total = total * RADIX + digits - FIRST * self.people
        return total

    @cached_property
    def _words(self) -> array[int]:
        words = array("I", self.data)
        if sys.byteorder == "little":
            words.byteswap()
        return words


def heaped(lines: Iterable[OwnLine]) -> list[Pile]:
    """The lines put together where they have site, arm, layout and head in common."""
    parts: dict[tuple[str, str, Layout, Head], list[str]] = {}
    for own in lines:
        parts.setdefault((own.site, own.arm, own.layout, own.head), []).append(own.line)
    return [
        Pile(site, arm, layout, head, "".join(texts).encode())
        for (site, arm, layout, head), texts in parts.items()
    ]


def classes(marks: Sequence[Mark]) -> bytes:
    """A table that leaves of each mark whether something was expected, and whether it came."""
    table = bytearray(b"." * 256)
    for number, mark in enumerate(marks):
        if mark.detail in RECEIVED_CLOSED:
            table[FIRST + number] = CAME
        elif mark.detail == "missing":
            table[FIRST + number] = MISSED
    return bytes(table)
