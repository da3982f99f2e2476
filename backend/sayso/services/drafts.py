"""Drafts on the server: so that a wiped phone loses nothing, and another phone can go on.

Two phones may answer one form, each for a while without a network, and their clocks may be wrong.
So no draft replaces one that its phone has not seen: the phone names what it last saw here, and
where that is not what lies here, it gets this one back, puts the two together answer by answer and
sends the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, select

from sayso.domain.errors import NotFound
from sayso.store.tables_forms import draft, expected_form, response
from sayso.store.upsert import insert_or_replace

_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers so far; `saved_at` is the phone's word for when."""

    answers: Mapping[str, Any]
    skipped: Sequence[str]
    at_item: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """The draft that a phone last saw here, by its `saved_at`; None when it saw none."""

    saved_at: datetime | None


def save(
    connection: Connection,
    participant_id: int,
    device_id: int,
    form_id: int,
    said: Draft,
    now: datetime,
    seen: Seen | None = None,
) -> Draft | None:
    """Keep a draft; one for a form already sent is let go.

    Where another lies here than the phone has seen, that one stays and is the answer: the phone
    has to put the two together first. An app that does not say what it has seen gets the older
    rule: a later draft stays. There a draft that was dated into the future is no later one: its
    phone's clock was wrong, and it would keep every true one out until that day came.
    Raises NotFound for a form that is not this participant's.
    """
    row = connection.execute(
        select(
            expected_form.c.id,
            exists().where(response.c.expected_form_id == expected_form.c.id).label("sent"),
            draft.c.saved_at,
            draft.c.received_at,
            draft.c.answers,
            draft.c.skipped,
            draft.c.at_item,
        )
        .outerjoin(draft, draft.c.expected_form_id == expected_form.c.id)
        .where(expected_form.c.id == form_id, expected_form.c.participant_id == participant_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.sent:
        return None
    if seen is not None and row.saved_at not in {None, seen.saved_at, said.saved_at}:
        return Draft(row.answers, row.skipped, row.at_item, row.saved_at)
    if seen is None and _is_believable(row) and row.saved_at > said.saved_at:
        return None
    insert_or_replace(
        connection,
        draft,
        {
            "expected_form_id": form_id, "device_id": device_id, "answers": dict(said.answers),
            "skipped": list(said.skipped), "at_item": said.at_item, "saved_at": said.saved_at,
            "received_at": now,
        },
    )  # fmt: skip
    return None


def _is_believable(row: Any) -> bool:
    """Whether there is a draft, and its phone's clock was about right when it arrived."""
    return row.saved_at is not None and row.saved_at <= row.received_at + _CLOCKS_DIFFER
