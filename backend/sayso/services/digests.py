"""The morning summary by e-mail: how many rows stand on a site's list of today, and nothing else.

Whoever wants it says so, for each site; no row means no. It is a delivery like every other, so a
crash or a mail server that is down neither loses nor multiplies it: one per person, site and day.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, or_, select

from sayso.domain.audit import Actor
from sayso.domain.delivery import Settlement
from sayso.domain.walltime import local_time, to_instant
from sayso.mail.message import Mail
from sayso.services import access, audit, worklist
from sayso.store.sealed import Keyring
from sayso.store.tables import site, staff, staff_site
from sayso.store.tables_messages import delivery, digest_wish
from sayso.store.upsert import insert_new

# By the wall clock at the site: not before people are at work, and not when the morning is over.
FROM, UNTIL = time(7), time(12)
_FRIDAY = 4
_NOTHING = Settlement("skipped", "nothing-to-do", "Nothing stood on the list of the site.")
_NOT_WANTED = Settlement("skipped", "not-wanted", "This summary is no longer wanted or allowed.")
_WORKER = Actor("worker")

SUBJECT = "Your morning summary"
FOOTER = "To stop these messages, open the console and choose Reminders."
_WORDS = {
    "call_requested": ("person asks for a call", "people ask for a call"),
    "closing": ("person has little time left to answer", "people have little time left to answer"),
    "silent": ("person has not answered yet", "people have not answered yet"),
    "unreachable": ("person cannot be reached", "people cannot be reached"),
    "time_disputed": ("doubtful time waits for a decision", "doubtful times wait for a decision"),
    "conflict": ("second copy waits for a decision", "second copies wait for a decision"),
    "exemption_approval": ("approval is missing", "approvals are missing"),
    "correction": ("correction waits for a decision", "corrections wait for a decision"),
    "second_typing": ("paper form is to be typed again", "paper forms are to be typed again"),
    "visit_due": ("visit is due", "visits are due"),
    "unsent_answers": ("phone holds answers back", "phones hold answers back"),
    "reason_needed": ("reason is missing", "reasons are missing"),
}
_OTHER = ("other entry", "other entries")


def wish(
    connection: Connection, actor: Actor, at: access.Site, wanted: bool, now: datetime
) -> None:
    """Ask for the summary of one site, or ask for it no more. Raises ValueError unless staff."""
    if actor.kind != "staff" or actor.id is None:
        raise ValueError("only a member of staff has a morning")
    own = and_(digest_wish.c.staff_id == actor.id, digest_wish.c.site_id == at.id)
    known = connection.execute(select(digest_wish.c.wanted_at).where(own)).first() is not None
    if known == wanted:
        return
    if wanted:
        insert_new(
            connection, digest_wish, [{"staff_id": actor.id, "site_id": at.id, "wanted_at": now}]
        )
    else:
        connection.execute(delete(digest_wish).where(own))
    action = "digest.wanted" if wanted else "digest.not-wanted"
    audit.record(connection, actor, action, f"staff/{actor.id}", site_id=at.id, now=now)


def wished_by(connection: Connection, staff_id: int) -> frozenset[int]:
    """Row ids of the sites whose summary this person wants."""
    own = select(digest_wish.c.site_id).where(digest_wish.c.staff_id == staff_id)
    return frozenset(connection.scalars(own))


def plan(connection: Connection, now: datetime) -> int:
    """Queue the summaries of this morning; repeating it queues nothing twice. Returns how many."""
    rows = []
    wanted = select(digest_wish.c.staff_id, digest_wish.c.site_id, site.c.zone).join(
        site, site.c.id == digest_wish.c.site_id
    )
    for row in connection.execute(wanted):
        wall = local_time(now, row.zone)
        if wall.weekday() > _FRIDAY or not FROM <= wall.time() < UNTIL:
            continue
        rows.append(
            {
                "staff_id": row.staff_id,
                "site_id": row.site_id,
                "purpose": "digest",
                "channel": "email",
                "idempotency_key": f"digest:{row.staff_id}:{row.site_id}:{wall:%Y-%m-%d}",
                "state": "pending",
                "next_at": now,
                "expires_at": to_instant(datetime.combine(wall.date(), UNTIL), row.zone),
                "attempts": 0,
                "created_at": now,
            }
        )
    insert_new(connection, delivery, rows)
    return len(rows)


def compose(
    connection: Connection, row: Any, public_url: str, keyring: Keyring, now: datetime
) -> Mail | Settlement:
    """The mail of one queued summary as the list stands now, or why none is sent.

    Raises SealBroken when the address cannot be read with this server's key.
    """
    found = connection.execute(_recipient(row.staff_id, row.site_id, now)).one_or_none()
    if found is None:
        return _NOT_WANTED
    within = access.everything(connection, _WORKER, found.study_key)
    counts = Counter(one.kind for one in worklist.today(connection, within, now, found.code).rows)
    if not counts:
        return _NOTHING
    return Mail(
        keyring.open(found.email_sealed),
        SUBJECT,
        ("Good morning,", f"Today's list of site {found.code}:"),
        f"{public_url}/console/",
        "Open the list",
        row.idempotency_key,
        items=_lines(counts),
        footer=(FOOTER,),
    )


def _lines(counts: Counter[str]) -> tuple[str, ...]:
    """One line for each kind of row, in the order of the list itself."""
    known = [kind for kind in _WORDS if counts[kind]]
    others = sum(number for kind, number in counts.items() if kind not in _WORDS)
    lines = tuple(_counted(counts[kind], _WORDS[kind]) for kind in known)
    return (*lines, _counted(others, _OTHER)) if others else lines


def _counted(number: int, words: tuple[str, str]) -> str:
    return f"{number} {words[0] if number == 1 else words[1]}"


def _recipient(staff_id: int, site_id: int, now: datetime) -> Any:
    """The person's sealed address and the site, if she still wants it and may still see it."""
    granted = exists().where(
        staff_site.c.staff_id == staff.c.id,
        or_(staff_site.c.site_id == site.c.id, staff_site.c.site_id == site.c.parent_id),
    )
    return (
        select(staff.c.email_sealed, site.c.study_key, site.c.code)
        .select_from(digest_wish)
        .join(staff, staff.c.id == digest_wish.c.staff_id)
        .join(site, site.c.id == digest_wish.c.site_id)
        .where(
            digest_wish.c.staff_id == staff_id,
            digest_wish.c.site_id == site_id,
            staff.c.disabled_at.is_(None),
            or_(staff.c.access_ends_at.is_(None), staff.c.access_ends_at > now),
            or_(staff.c.role == "administrator", granted),
        )
    )
