"""Lines of the tally by hand: one layout of three forms, and people with marks as a test says."""

from __future__ import annotations

from collections.abc import Sequence

from sayso.domain.completion import Mark
from sayso.domain.digits import FIRST, digits, span_key
from sayso.domain.study import ALIVE_RULES
from sayso.domain.tally_line import Head, Layout
from sayso.domain.tally_pile import OwnLine, Pile
from support.people import STRAIN, stop_study

BURDEN = next(name for name in stop_study().questionnaires() if name != STRAIN)
LAYOUT = Layout((("W12", STRAIN, True), ("W12", BURDEN, True), ("PROG", STRAIN, False)), ())
HEAD = Head(True, "not_expected:protocol", ("W48",))

CAME, LATE, MISSED = Mark("in_window", "own_device"), Mark("late", "paper"), Mark("missing")
OPEN, UPCOMING, CAME_EARLY = Mark("open"), Mark("upcoming"), Mark("received_open", "own_device")


def line(
    marks: Sequence[Mark],
    spans: Sequence[int | None] = (None, None, None),
    items: Sequence[tuple[int, int, int]] = ((0, 0, 0),) * 3,
    layout: Layout = LAYOUT,
    **numbers: int,
) -> str:
    """A line by hand, with the same marks under each of the rules."""
    known = layout.marks
    parts = [
        *("!!!!" if n is None else span_key(n).to_bytes(4, "big").decode() for n in spans),
        *(digits(numbers.get(name, 0), 4) for name in layout.people),
        *([chr(FIRST + known.index(mark)) for mark in marks] * len(ALIVE_RULES)),
        *(digits(number, 2) for counted in items for number in counted),
    ]
    return "".join(parts).ljust(layout.length, "!")


def pile(*texts: str, site: str = "S1", arm: str = "stop", head: Head = HEAD) -> Pile:
    """Lines of that layout behind each other."""
    return Pile(site, arm, LAYOUT, head, "".join(texts).encode("ascii"))


def owned(
    number: int, text: str, site: str = "S1", arm: str = "stop", head: Head = HEAD
) -> OwnLine:
    """The line of the participant of that number."""
    return OwnLine(number, f"P-{number}", site, arm, LAYOUT, head, text)
