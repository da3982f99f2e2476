"""Reading and keeping the lines of the tally, and the reminders that they count."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from sayso.domain.reminder_steps import kind_of
from sayso.domain.tally_line import Head, Layout, Line
from sayso.domain.tally_pile import OwnLine
from sayso.domain.yields import Nudge
from sayso.store.tables import participant, site
from sayso.store.tables_messages import delivery, reminder
from sayso.store.tables_tally import tally_layout, tally_line
from sayso.store.upsert import insert_once

Condition = ColumnElement[bool]
UNTOLD = -1
_BLOCK = 128
_MANY = 1_000
_FEW = 30


@dataclass(frozen=True, slots=True)
class Nudges:
    """What reached out to one participant: messages that were sent, and tasks given to staff."""

    messages: tuple[Nudge, ...] = ()
    escalations: tuple[Nudge, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """How far the facts of some people have come, whose ids lie between two multiples of a number.

    `changes` counts every change of a fact behind their lines. It never goes back, and nobody ever
    leaves a block; so where both numbers are as before, nothing has changed.
    """

    people: int
    changes: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the facts of each block have come; `complete` if everybody has a row that counts."""

    complete: bool
    blocks: Mapping[int, Block]


class Held(NamedTuple):
    """A line that holds, the revision it was made at, and the span of instants for which it is."""

    own: OwnLine
    revision: int
    since: datetime
    until: datetime


def block_of(participant_id: int) -> int:
    """The number of the block in which a participant is."""
    return participant_id // _BLOCK


def progress(connection: Connection) -> Progress:
    """How far the facts have come, block by block; one statement, answered from indexes alone.

    Blocks count the people of all studies, so that nobody has to be looked up to know whose she is.
    """
    # Written out, because PostgreSQL takes two parameters for two different numbers.
    number = tally_line.c.participant_id // literal_column(str(_BLOCK), Integer)
    everybody = select(func.count()).select_from(participant).scalar_subquery()
    rows = connection.execute(
        select(number, func.count(), func.sum(tally_line.c.revision), everybody).group_by(number)
    ).all()
    blocks = {block: Block(people, int(changes)) for block, people, changes, _all in rows}
    counted = sum(block.people for block in blocks.values())
    return Progress(bool(rows) and counted == rows[0][3], blocks)


def revisions_in(
    connection: Connection, study_key: str, numbers: Collection[int] | None
) -> dict[int, int]:
    """How often the facts of everybody in these blocks have changed; UNTOLD where nobody counts.

    None means all blocks.
    """
    statement = (
        select(participant.c.id, func.coalesce(tally_line.c.revision, UNTOLD))
        .outerjoin(tally_line, tally_line.c.participant_id == participant.c.id)
        .where(participant.c.study_key == study_key)
    )
    if numbers is not None:
        statement = statement.where(_in_blocks(numbers))
    return {row_id: revision for row_id, revision in connection.execute(statement)}


def holds(basis: str, moment: datetime) -> Condition:
    """The condition on `tally_line` that its line says what is true at a moment."""
    return and_(
        tally_line.c.line.is_not(None),
        tally_line.c.basis == basis,
        tally_line.c.true_from <= moment,
        tally_line.c.true_until > moment,
    )


def held(
    connection: Connection, basis: str, moment: datetime, ids: Collection[int], *where: Condition
) -> list[Held]:
    """The lines that hold of these participants; two statements."""
    rows = connection.execute(
        _people(
            participant.c.id, participant.c.code.label("person"), site.c.code, participant.c.arm,
            tally_line.c.layout_sha256, tally_line.c.head, tally_line.c.line,
            tally_line.c.revision, tally_line.c.true_from, tally_line.c.true_until,
        ).where(holds(basis, moment), _among(participant.c.id, ids), *where)
    ).all()  # fmt: skip
    layouts = _layouts(connection, {row[4] for row in rows})
    heads = {text: Head.read(text) for text in {row[5] for row in rows}}
    wanted = frozenset(ids)
    return [
        Held(OwnLine(row_id, code, place, arm, layouts[layout], heads[head], line), *rest)
        for row_id, code, place, arm, layout, head, line, *rest in rows
        if row_id in wanted
    ]


def without_line(
    connection: Connection, basis: str, moment: datetime, *where: Condition
) -> list[int]:
    """The participants whose facts must be judged anew for that moment, in order of id."""
    known = func.coalesce(holds(basis, moment), False)
    statement = _people(participant.c.id).where(not_(known), *where)
    return list(connection.execute(statement.order_by(participant.c.id)).scalars())


def with_line(connection: Connection, basis: str, moment: datetime, *where: Condition) -> list[int]:
    """The participants whose line holds at that moment, in order of id."""
    statement = _people(participant.c.id).where(holds(basis, moment), *where)
    return list(connection.execute(statement.order_by(participant.c.id)).scalars())


def among(connection: Connection, ids: Collection[int], *where: Condition) -> list[int]:
    """Those of these participants whom the conditions choose, in order of id."""
    if not ids:
        return []
    statement = _people(participant.c.id).where(_among(participant.c.id, ids), *where)
    wanted = frozenset(ids)
    found = connection.execute(statement.order_by(participant.c.id)).scalars()
    return [row_id for row_id in found if row_id in wanted]


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


def _among(column: ColumnElement[int], numbers: Collection[int]) -> Condition:
    """That the column is one of these, or of more than these where they are very many."""
    if len(numbers) > _MANY:
        return column.between(min(numbers), max(numbers))
    return column.in_(numbers)


def _in_blocks(numbers: Collection[int]) -> Condition:
    """That a participant is in one of these blocks, as spans of ids that an index can find."""
    if len(numbers) > _FEW:
        numbers = range(min(numbers), max(numbers) + 1)
    spans = ((number * _BLOCK, number * _BLOCK + _BLOCK - 1) for number in sorted(numbers))
    joined = [next(spans)]
    for first, last in spans:
        if first == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return or_(*(participant.c.id.between(first, last) for first, last in joined))


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
