"""Everything that has a date in rows of one shape, so that one UNION brings it all.

Each table gives a branch: what kind of entry it is, whose, when it was entered and voided, and its
own columns under common names.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Select,
    Text,
    literal,
    null,
    select,
    type_coerce,
)

from sayso.store.columns import Instant
from sayso.store.tables import (
    anchor,
    contact,
    event,
    exemption,
    participant,
    visit,
    zone_move,
)
from sayso.store.tables_entries import arm_change
from sayso.store.tables_forms import expected_form, missing_reason

_EMPTY: dict[str, ColumnElement[Any]] = {
    "text1": type_coerce(null(), Text),
    "text2": type_coerce(null(), Text),
    "text3": type_coerce(null(), Text),
    "date1": type_coerce(null(), Date),
    "date2": type_coerce(null(), Date),
    "instant1": type_coerce(null(), Instant),
    "instant2": type_coerce(null(), Instant),
    "flag": type_coerce(null(), Boolean),
}


def _branch(kind: str, table: Any, **columns: Column[Any]) -> Select[Any]:
    chosen = {name: columns.get(name, empty) for name, empty in _EMPTY.items()}
    return select(
        literal(kind, literal_execute=True).label("kind"),
        table.c.id,
        participant.c.id.label("participant_id"),
        table.c.recorded_at,
        table.c.voided_at,
        *(column.label(name) for name, column in chosen.items()),
    ).select_from(table)


def _branches() -> list[tuple[Any, Select[Any]]]:
    # PostgreSQL takes the types of a UNION from all branches, SQLAlchemy from the first one; the
    # first is therefore the one that fills every column with its true type.
    return [
        (
            exemption,
            _branch("exemption", exemption, text1=exemption.c.reason, text2=exemption.c.language,
                    date1=exemption.c.valid_from, date2=exemption.c.valid_to,
                    instant1=exemption.c.approved_at, instant2=exemption.c.ended_at,
                    flag=exemption.c.needs_approval),
        ),
        (anchor, _branch("anchor", anchor, text1=anchor.c.name, date1=anchor.c.date)),
        (event, _branch("event", event, text1=event.c.kind, date1=event.c.date)),
        (
            visit,
            _branch("visit", visit, text1=visit.c.timepoint, text2=visit.c.kind,
                    date1=visit.c.date),
        ),
        (contact, _branch("contact", contact, date1=contact.c.date)),
        (
            zone_move,
            _branch("zone_move", zone_move, text1=zone_move.c.previous, text2=zone_move.c.zone),
        ),
        (
            arm_change,
            _branch("arm_change", arm_change, text1=arm_change.c.previous,
                    text2=arm_change.c.arm),
        ),
        (
            missing_reason,
            _branch("missing_reason", missing_reason, text1=expected_form.c.timepoint,
                    text2=expected_form.c.instrument, text3=missing_reason.c.reason).join(
                expected_form, expected_form.c.id == missing_reason.c.expected_form_id
            ),
        ),
    ]  # fmt: skip


BRANCHES = _branches()
"""Each table with its branch, which still has to be joined with the participants."""
