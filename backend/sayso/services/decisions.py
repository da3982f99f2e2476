"""What staff decide about answers that came in doubt: second copies, unexpected ones, odd clocks.

Nothing is overwritten and nothing is removed. Of two submissions of one form the first received
goes on counting; the decision says whether the site takes the other one for the participant's own
word (accepted) or for an error (set aside). A disputed time is another matter: accepted, the answer
counts as given inside the window, otherwise as late.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from sayso.domain.errors import AlreadySettled, NotFound
from sayso.services import audit, entries
from sayso.services.access import Participant
from sayso.store.tables_forms import response, response_conflict

ACCEPTED = "accepted"
SET_ASIDE = "set_aside"
IN_CONFLICT = ("duplicate", "unexpected")
DISPUTED = "time_disputed"


def resolve_conflict(
    connection: Connection,
    person: Participant,
    response_id: str,
    accept: bool,
    reason: str,
    now: datetime,
) -> None:
    """Decide on a duplicate or unexpected response, and on other bodies under its id.

    A body of this participant may have come under the id of somebody else's response: the body is
    hers to be decided on, the response is not. Raises NotFound or AlreadySettled.
    """
    row = _own(connection, person, response_id)
    if row is None and not _has_body(connection, person, response_id):
        raise _unknown(person, response_id)
    words = ACCEPTED if accept else SET_ASIDE
    settled = 0
    if row is not None and row.disposition in IN_CONFLICT and row.conflict_resolution is None:
        connection.execute(
            update(response)
            .where(response.c.id == response_id)
            .values(conflict_resolution=words, decided_at=now, decided_by=entries.by(person))
        )
        settled += 1
    settled += connection.execute(
        update(response_conflict)
        .where(*_bodies(person, response_id), response_conflict.c.resolved_at.is_(None))
        .values(resolved_at=now, resolved_by=entries.by(person), resolution=words)
    ).rowcount
    if not settled:
        raise AlreadySettled("There is no open conflict about this response")
    disposition = None if row is None else row.disposition
    after = {"resolution": words}
    _tell(connection, person, "conflict.resolved", response_id, disposition, after, reason, now)


def resolve_time(
    connection: Connection,
    person: Participant,
    response_id: str,
    accept: bool,
    reason: str,
    now: datetime,
) -> None:
    """Decide whether the time that a doubtful clock gave is believed.

    Raises NotFound or AlreadySettled.
    """
    row = _own(connection, person, response_id)
    if row is None:
        raise _unknown(person, response_id)
    if row.disposition != DISPUTED or row.time_accepted is not None:
        raise AlreadySettled("The time of this response is not in dispute")
    connection.execute(
        update(response)
        .where(response.c.id == response_id)
        .values(time_accepted=accept, decided_at=now, decided_by=entries.by(person))
    )
    after = {"time_accepted": accept}
    _tell(connection, person, "time.decided", response_id, DISPUTED, after, reason, now)


def _own(connection: Connection, person: Participant, response_id: str) -> Any:
    """What has been decided about a response of this participant, or None."""
    return connection.execute(
        select(
            response.c.disposition, response.c.conflict_resolution, response.c.time_accepted
        ).where(response.c.id == response_id, response.c.participant_id == person.id)
    ).one_or_none()


def _bodies(person: Participant, response_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        response_conflict.c.response_id == response_id,
        response_conflict.c.participant_id == person.id,
    )


def _has_body(connection: Connection, person: Participant, response_id: str) -> bool:
    found = select(response_conflict.c.id).where(*_bodies(person, response_id))
    return connection.execute(found.limit(1)).first() is not None


def _unknown(person: Participant, response_id: str) -> NotFound:
    return NotFound(f"There is no response {response_id} of {person.code}")


def _tell(
    connection: Connection,
    person: Participant,
    action: str,
    response_id: str,
    disposition: str | None,
    after: Mapping[str, Any],
    reason: str,
    now: datetime,
) -> None:
    audit.record(
        connection,
        person.actor,
        action,
        f"response/{response_id}",
        before=None if disposition is None else {"disposition": disposition},
        after=after,
        reason=reason,
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
