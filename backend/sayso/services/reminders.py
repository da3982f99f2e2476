"""Reminders of one participant: planning, cancelling, and telling what became of them.

Whoever changes a fact that reminders depend on (an answer, an exemption, a death, a zone, an hour)
calls `replan` or `cancel_for_occasion` in the same transaction. The worker's own planning is the
net below, not the way.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from sayso.store.tables_messages import delivery, reminder

CANCEL_WORDS = {
    "completed": "Nothing left to do: everything was answered.",
    "withdrawn": "No messages: withdrawn.",
    "death": "No messages: this participant has died.",
    "exempt": "No reminder: exempt from questionnaires in this language.",
    "opted-out": "The participant wants no reminders.",
}


def cancel_for_occasion(
    connection: Connection, participant_id: int, occasion: str, reason: str, now: datetime
) -> None:
    """Stop everything that is planned or on its way for one occasion.

    Call it in the transaction that stores the last missing answer of that timepoint; `reason` is a
    key of `CANCEL_WORDS`, and another text is kept as it is. Two statements, whatever is planned.
    """
    of_occasion = (reminder.c.participant_id == participant_id) & (reminder.c.occasion == occasion)
    _cancel(connection, of_occasion, reason, CANCEL_WORDS.get(reason, reason), now)


def cancel_all(
    connection: Connection, participant_id: int, reason: str, why: str, now: datetime
) -> None:
    """Stop every reminder of a participant, queued ones included: death, withdrawal, exemption."""
    _cancel(connection, reminder.c.participant_id == participant_id, reason, why, now)
    stop_deliveries(connection, delivery.c.participant_id == participant_id, reason, why, now)


def _cancel(connection: Connection, which: Any, reason: str, why: str, now: datetime) -> None:
    connection.execute(
        update(reminder)
        .where(which, reminder.c.decided_at.is_(None))
        .values(decided_at=now, decision="cancelled", reason=reason, why=why)
    )
    ids: Select[Any] = select(reminder.c.id).where(which, reminder.c.decision == "queued")
    stop_deliveries(connection, delivery.c.reminder_id.in_(ids), reason, why, now)


def stop_deliveries(
    connection: Connection, which: Any, reason: str, why: str, now: datetime
) -> None:
    """Skip what is pending; what is under way at this instant can no longer be stopped."""
    connection.execute(
        update(delivery)
        .where(which, delivery.c.state == "pending")
        .values(state="skipped", outcome=reason, why=why, settled_at=now, lease_token=None)
    )
