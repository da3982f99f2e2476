"""Signs of life of the worker, and the sentence that is due when they stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from sayso.services import dispatch, reminder_queue
from sayso.store.tables_messages import heartbeat
from sayso.store.upsert import insert_or_replace

SILENT_AFTER = timedelta(minutes=2)
LATE_AFTER = timedelta(minutes=5)
_FORGOTTEN_AFTER = timedelta(days=1)


def beat(connection: Connection, name: str, facts: Mapping[str, Any], now: datetime) -> None:
    """Note that this worker lives; `facts` are counts and times, never anything that identifies."""
    insert_or_replace(connection, heartbeat, {"name": name, "at": now, "facts": dict(facts)})


def forget_old(connection: Connection, now: datetime) -> None:
    """Drop the signs of workers that ended long ago."""
    connection.execute(delete(heartbeat).where(heartbeat.c.at < now - _FORGOTTEN_AFTER))


def latest(connection: Connection) -> list[tuple[str, datetime, Mapping[str, Any]]]:
    """Every worker known, the one heard last first."""
    rows = connection.execute(select(heartbeat).order_by(heartbeat.c.at.desc()))
    return [(row.name, row.at, row.facts) for row in rows]


def lag(connection: Connection, now: datetime) -> timedelta:
    """For how long the oldest due reminder or message has been waiting; zero when none is."""
    due = [dispatch.next_due(connection), reminder_queue.next_due(connection)]
    return max((now - at for at in due if at is not None and at < now), default=timedelta())


def complaint(connection: Connection, now: datetime) -> str | None:
    """One sentence when reminders do not go out as they should, otherwise None."""
    known = latest(connection)
    if not known:
        return "No worker has ever run here, so no reminder is sent; start one with `sayso worker`."
    silence = now - known[0][1]
    if silence > SILENT_AFTER:
        return (
            f"The worker has been silent for {_minutes(silence)}, so no reminder is sent; "
            "start it with `sayso worker`."
        )
    waiting = lag(connection, now)
    if waiting > LATE_AFTER:
        return (
            f"Reminders are {_minutes(waiting)} late; look at the worker's log, or start another."
        )
    return None


def _minutes(span: timedelta) -> str:
    minutes = max(int(span.total_seconds() // 60), 1)
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    return f"{minutes // 60} hours"
