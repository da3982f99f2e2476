"""The people behind a figure that counts people rather than forms, each with her share of it.

Adherence, complete timepoints, answers after reminders and after staff stepped in, visits kept,
contact and exemption: a line of the tally says of each of them so many out of so many. The list
reads the same digits that the figure added up, so that its shares come to the figure exactly, and
nobody's facts have to be judged for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from sayso.domain.completion import BANDS, Ratio, band_of
from sayso.domain.digits import number
from sayso.domain.errors import UnknownWord
from sayso.domain.study import ALIVE_RULES
from sayso.domain.tally_line import Layout
from sayso.domain.tally_pile import CAME, MISSED, OwnLine, classes
from sayso.services.access import Reach
from sayso.services.books import Books, opened
from sayso.services.completion import Chosen, scene_of
from sayso.services.figure_lists import FIRST_PAGE, Page, turn

Share = Callable[[str], Ratio]
"""The share of one person, read off the text of her line."""

SAID = ("visits_exempt", "visits_other", "contact", "backup")
_BANDS = {f"adherence_{band}": band for band in BANDS}
FIGURES = ("adherence", *_BANDS, "complete", "reminder", *SAID, "exempt")
_PARTS: Mapping[str, Callable[[Ratio], bool]] = {
    "n": lambda share: share.n > 0,
    "of": lambda share: share.of > 0,
    "rest": lambda share: share.of > share.n,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figure, and whom of it: `part` n, of, or rest (in the denominator, something lacking).

    `timepoint` narrows complete timepoints, `step` says which rung of the reminder ladder.
    """

    figure: str
    part: str = "of"
    timepoint: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One participant with her share: `n` out of `of`."""

    participant: str
    site: str
    arm: str
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A page of people in order of code; `total`, `n` and `of` are about all pages."""

    total: int
    n: int
    of: int
    rows: Sequence[Person]
    next: str | None


def counted(
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    asked: Asked,
    now: datetime,
    page: Page = FIRST_PAGE,
    books: Books | None = None,
) -> Counted:
    """The people behind a figure.

    Figures about visits, contact, exemption and nudges are not narrowed by the questionnaire nor
    by the rule for deaths, here as in the report. Raises UnknownWord for a figure, a part or a
    step that does not exist, NotFound for a foreign site.
    """
    _check(asked.figure, "figure", FIGURES)
    _check(asked.part, "part", _PARTS)
    at = scene_of(connection, within, chosen, now)
    rule = ALIVE_RULES.index(chosen.alive_rule or at.study.rules.alive_rule)
    with opened(connection, at, books) as book:
        lines = book.lines(at, chosen.arm)
    layouts = {id(own.layout): own.layout for own in lines}
    if asked.figure == "reminder":
        known = (step.id for step in at.study.reminder_policy.steps)
        steps = (step for layout in layouts.values() for step in layout.steps)
        _check(asked.step or "", "step", dict.fromkeys((*known, *steps)))
    shares = {
        kind: _share(layout, asked, chosen.questionnaire, rule) for kind, layout in layouts.items()
    }
    belongs = _belongs(asked)
    found = [(own, shares[id(own.layout)](own.line)) for own in lines]
    found = [(own, share) for own, share in found if belongs(share)]
    of_whom = {own.participant_id: share for own, share in found}
    shown, following = turn([(own, 1) for own, _share_ in found], page)
    return Counted(
        total=len(found),
        n=sum(share.n for _own, share in found),
        of=sum(share.of for _own, share in found),
        rows=[_person(own, of_whom[own.participant_id]) for own, _one in shown],
        next=following,
    )


def _check(word: str, kind: str, known: Iterable[str]) -> None:
    if word not in known:
        raise UnknownWord(kind, word, known)


def _belongs(asked: Asked) -> Callable[[Ratio], bool]:
    band = _BANDS.get(asked.figure)
    if band is not None:
        return lambda share: share.of > 0 and band_of(share) == band
    return _PARTS[asked.part]


def _person(own: OwnLine, share: Ratio) -> Person:
    return Person(own.code, own.site, own.arm, share.n, share.of)


def _share(layout: Layout, asked: Asked, questionnaire: str | None, rule: int) -> Share:
    """How to read the share off lines of one layout."""
    if asked.figure == "complete":
        return _complete(layout, asked.timepoint, questionnaire, rule)
    if asked.figure == "adherence" or asked.figure in _BANDS:
        return _adherence(layout, questionnaire, rule)
    if asked.figure == "exempt":
        is_exempt = _said(layout, "exempt_n")
        return lambda line: Ratio(is_exempt(line), 1)
    name = asked.figure if asked.figure in SAID else f"{asked.step} "
    joint = "_" if asked.figure in SAID else ""
    n, of = (_said(layout, f"{name}{joint}{part}") for part in ("n", "of"))
    return lambda line: Ratio(n(line), of(line))


def _said(layout: Layout, name: str) -> Callable[[str], int]:
    """How to read one of the numbers about the person; nothing where the layout has it not."""
    if name not in layout.people:
        return lambda _line: 0
    start = layout.person_at + 4 * layout.people.index(name)
    return lambda line: number(line[start : start + 4])


def _columns(layout: Layout, questionnaire: str | None, rule: int) -> Iterable[tuple[str, int]]:
    start = layout.marks_at + rule * len(layout.forms)
    for column, (timepoint, name, _planned) in enumerate(layout.forms):
        if questionnaire in (None, name):
            yield timepoint, start + column


def _adherence(layout: Layout, questionnaire: str | None, rule: int) -> Share:
    columns = [place for _timepoint, place in _columns(layout, questionnaire, rule)]
    table = classes(layout.marks)

    def share(line: str) -> Ratio:
        marks = bytes(ord(line[place]) for place in columns).translate(table)
        came = marks.count(CAME)
        return Ratio(came, came + marks.count(MISSED))

    return share


def _complete(layout: Layout, timepoint: str | None, questionnaire: str | None, rule: int) -> Share:
    groups: dict[str, list[int]] = {}
    for at, place in _columns(layout, questionnaire, rule):
        if timepoint in (None, at):
            groups.setdefault(at, []).append(place)
    table = classes(layout.marks)

    def share(line: str) -> Ratio:
        n = of = 0
        for places in groups.values():
            marks = bytes(ord(line[place]) for place in places).translate(table)
            asked = CAME in marks or MISSED in marks
            of += asked
            n += asked and MISSED not in marks
        return Ratio(n, of)

    return share
