"""What became of each reminder of one participant, and what is still planned, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from sayso.domain.reminder_steps import label_of
from sayso.domain.study import ReminderPolicy
from sayso.store.tables_messages import delivery, reminder


def history_of(
    connection: Connection, participant_id: int, policy: ReminderPolicy
) -> list[dict[str, Any]]:
    """One entry per message, or per reminder that led to none, latest first; two statements.

    A test, and the round trip by which a new phone proves itself, are messages too: `purpose` says
    so, and no timepoint is named.
    """
    sent: dict[int | None, list[Any]] = {}
    for row in connection.execute(
        select(delivery).where(delivery.c.participant_id == participant_id).order_by(delivery.c.id)
    ):
        sent.setdefault(row.reminder_id, []).append(row)
    found: list[dict[str, Any]] = []
    for row in connection.execute(
        select(reminder).where(reminder.c.participant_id == participant_id)
    ):
        messages = sent.get(row.id, [])
        if messages:
            found += [_message(message, row.timepoint, row.step) for message in messages]
        else:
            found.append(_reminder(row))
    found += [_message(message, None, message.purpose) for message in sent.get(None, [])]
    for entry in found:
        entry["label"] = label_of(policy, entry["step"])
    return sorted(found, key=_moment, reverse=True)


def _moment(entry: dict[str, Any]) -> datetime:
    at: datetime = entry["at"]
    return at


def _message(row: Any, timepoint: str | None, step: str) -> dict[str, Any]:
    if row.acked_at is not None:
        outcome, why = "shown", "The phone confirmed that it was shown."
    elif row.state == "pending":
        outcome, why = row.outcome or row.state, _ahead(row)
    else:
        outcome, why = row.outcome or row.state, row.why or ""
        if (row.channel, row.state) == ("push", "sent"):
            why = f"{why} The phone has not confirmed that it was shown.".lstrip()
    return {
        "purpose": "reminder" if row.reminder_id is not None else row.purpose,
        "at": row.sent_at or row.settled_at or row.next_at,
        "timepoint": timepoint,
        "step": step,
        "channel": row.channel,
        "outcome": outcome,
        "why": why,
    }


def _ahead(row: Any) -> str:
    """What will happen to a message at its `next_at`, and why not before."""
    if row.why is not None and row.attempts:
        return f"{row.why} It is tried again at this time."
    if row.why is not None:
        return str(row.why)
    if row.purpose != "fallback":
        return "On its way; nobody has taken it yet."
    if row.channel == "staff":
        return "Goes on the call list at this time, unless a phone shows the reminder before."
    return "Goes out at this time, unless a phone shows the reminder before."


def _reminder(row: Any) -> dict[str, Any]:
    planned = row.decided_at is None
    return {
        "purpose": "reminder",
        # A reminder that was put off stands where it is looked at next.
        "at": max(row.due_at, row.next_at) if planned else row.due_at,
        "timepoint": row.timepoint,
        "step": row.step,
        "channel": None,
        "outcome": "planned" if planned else row.decision,
        "why": row.why or ("Planned; nothing has been sent yet." if planned else ""),
    }
