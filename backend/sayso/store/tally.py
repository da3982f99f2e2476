"""Reading and keeping the lines of the tally, and the reminders that they count."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, select, update

from sayso.domain.reminder_steps import kind_of
from sayso.domain.tally_line import Head, Layout, Line
from sayso.domain.tally_sum import Pile
from sayso.domain.yields import Nudge
from sayso.store.tables import participant, site
from sayso.store.tables_messages import delivery, reminder
from sayso.store.tables_tally import tally_layout, tally_line
from sayso.store.upsert import insert_once

Condition = ColumnElement[bool]
_CODE = attrgetter("code")


@dataclass(frozen=True, slots=True)
class Nudges:
    """What reached out to one participant: messages that were sent, and tasks given to staff."""

    messages: tuple[Nudge, ...] = ()
    escalations: tuple[Nudge, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the facts of a study have come: two that are equal saw the same facts.

    `changes` counts every change of a fact behind a line; it never goes back. All lines hold from
    `since` until `until`, None where somebody has none, or an outdated one.
    """

    people: int
    changes: int
    since: datetime | None
    until: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Whether everybody's line holds at that moment."""
        if self.since is None or self.until is None:
            return False
        return self.since <= moment < self.until


def standing(connection: Connection, study_key: str, basis: str) -> Standing:
    """How far the facts of a study have come; one statement that reads no line."""
    written = and_(tally_line.c.line.is_not(None), tally_line.c.basis == basis)
    row = connection.execute(
        select(
            func.count().label("people"),
            func.coalesce(func.sum(tally_line.c.revision), 0).label("changes"),
            func.count().filter(written).label("lines"),
            func.max(tally_line.c.true_from).label("since"),
            func.min(tally_line.c.true_until).label("until"),
        )
        .select_from(participant)
        .join(tally_line, tally_line.c.participant_id == participant.c.id)
        .where(participant.c.study_key == study_key)
    ).one()
    everybody = row.lines == row.people
    return Standing(
        row.people, int(row.changes), row.since if everybody else None,
        row.until if everybody else None,
    )  # fmt: skip


def holds(basis: str, moment: datetime) -> Condition:
    """The condition on `tally_line` that its line says what is true at a moment."""
    return and_(
        tally_line.c.line.is_not(None),
        tally_line.c.basis == basis,
        tally_line.c.true_from <= moment,
        tally_line.c.true_until > moment,
    )


def piles(connection: Connection, basis: str, moment: datetime, *where: Condition) -> list[Pile]:
    """The lines that hold, put together where they have one layout; two statements."""
    group = (site.c.code, participant.c.arm, tally_line.c.layout_sha256, tally_line.c.head)
    rows = connection.execute(
        _people(*group, func.aggregate_strings(tally_line.c.line, "").label("data"))
        .where(holds(basis, moment), *where)
        .group_by(*group)
        .order_by(*group)
    ).all()
    layouts = _layouts(connection, {row.layout_sha256 for row in rows})
    return [
        Pile(row.code, row.arm, layouts[row.layout_sha256], Head.read(row.head), row.data.encode())
        for row in rows
    ]


def own_lines(
    connection: Connection, basis: str, moment: datetime, *where: Condition
) -> list[OwnLine]:
    """The lines that hold one by one, in order of code; two statements.

    They are put in order here: the database would carry the whole text of the lines through a sort.
    """
    rows = connection.execute(
        _people(
            participant.c.id, participant.c.code.label("person"), site.c.code, participant.c.arm,
            tally_line.c.layout_sha256, tally_line.c.head, tally_line.c.line,
        ).where(holds(basis, moment), *where)
    ).all()  # fmt: skip
    layouts = _layouts(connection, {row[4] for row in rows})
    heads = {text: Head.read(text) for text in {row[5] for row in rows}}
    return sorted(
        (
            OwnLine(row_id, code, place, arm, layouts[layout], heads[head], line)
            for row_id, code, place, arm, layout, head, line in rows
        ),
        key=_CODE,
    )


def without_line(
    connection: Connection, basis: str, moment: datetime, *where: Condition
) -> list[int]:
    """The participants whose facts must be judged anew for that moment, in order of id."""
    known = func.coalesce(holds(basis, moment), False)
    statement = _people(participant.c.id).where(not_(known), *where)
    return list(connection.execute(statement.order_by(participant.c.id)).scalars())


def revisions(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """How often the facts of these participants have changed."""
    rows = connection.execute(
        select(tally_line.c.participant_id, tally_line.c.revision).where(
            tally_line.c.participant_id.in_(ids)
        )
    )
    return {row.participant_id: row.revision for row in rows}


def keep(
    connection: Connection, basis: str, lines: Mapping[int, Line], revisions: Mapping[int, int]
) -> int:
    """Keep lines of participants whose revision is still the same; returns how many.

    Rows that somebody else holds are left for another time: waiting for them here, while holding
    others, could end in a deadlock with whoever changes several people at once.
    """
    for text in {line.layout.text for line in lines.values()}:
        insert_once(connection, tally_layout, {"sha256": _sha(text), "layout": text})
    free = connection.execute(
        select(tally_line.c.participant_id, tally_line.c.revision)
        .where(tally_line.c.participant_id.in_(lines))
        .with_for_update(skip_locked=True)
    ).all()
    kept = 0
    for row in free:
        if revisions.get(row.participant_id) != row.revision:
            continue
        line = lines[row.participant_id]
        connection.execute(
            update(tally_line)
            .where(tally_line.c.participant_id == row.participant_id)
            .values(
                basis=basis, layout_sha256=_sha(line.layout.text), head=line.head.text,
                true_from=line.true_from, true_until=line.true_until, line=line.text,
            )
        )  # fmt: skip
        kept += 1
    return kept


def take_away(connection: Connection, ids: Sequence[int]) -> None:
    """Take the lines of these participants away, as a change of their facts would."""
    connection.execute(
        update(tally_line)
        .where(tally_line.c.participant_id.in_(ids))
        .values(revision=tally_line.c.revision + 1, line=None)
    )


def nudges(connection: Connection, moment: datetime, *where: Condition) -> dict[int, Nudges]:
    """What had reached out to each participant by a moment; one statement.

    Of several messages of one reminder the first counts, and so it does of several nudges that were
    asked for at one occasion.
    """
    group = (
        participant.c.id, participant.c.code, reminder.c.timepoint, reminder.c.step,
        delivery.c.channel,
    )  # fmt: skip
    statement = (
        select(*group, func.min(delivery.c.sent_at).label("at"))
        .select_from(delivery)
        .join(reminder, reminder.c.id == delivery.c.reminder_id)
        .join(participant, participant.c.id == delivery.c.participant_id)
        .join(site, site.c.id == participant.c.site_id)
        .where(delivery.c.sent_at <= moment, *where)
        .group_by(*group)
    )
    found: dict[int, dict[tuple[bool, str, str], Nudge]] = defaultdict(dict)
    for row in connection.execute(statement):
        step = kind_of(row.step)
        one = Nudge(row.code, row.timepoint, step, row.at)
        key = (row.channel == "staff", row.timepoint, step)
        known = found[row.id].get(key)
        if known is None or one.at < known.at:
            found[row.id][key] = one
    return {
        person: Nudges(
            tuple(one for (staff, *_), one in kinds.items() if not staff),
            tuple(one for (staff, *_), one in kinds.items() if staff),
        )
        for person, kinds in found.items()
    }


def _people(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(participant)
        .join(site, site.c.id == participant.c.site_id)
        .outerjoin(tally_line, tally_line.c.participant_id == participant.c.id)
    )


def _layouts(connection: Connection, shas: Iterable[str]) -> dict[str, Layout]:
    rows = connection.execute(select(tally_layout).where(tally_layout.c.sha256.in_(list(shas))))
    return {row.sha256: Layout.read(row.layout) for row in rows}


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
