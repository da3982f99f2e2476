"""The audit reader: each page proves its own events, a verdict on the whole is itself on record."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select

from sayso.services import audit
from sayso.store.tables_messages import audit_event
from support.stage import STUDY
from support.visitors import Visitor, Visitors

AUDIT = f"/api/studies/{STUDY}/audit"
ALICE = f"/api/studies/{STUDY}/participants/P-001"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Where triggers can be dropped for a forgery; the rules are the same on both engines."""
    return sqlite_url


@pytest.fixture
def talked(visitors: Visitors) -> Visitors:
    """Bob has spoken with Alice, which is on record."""
    said = {"date": "2026-06-12", "channel": "call", "outcome": "spoke"}
    assert visitors.bob.post(f"{ALICE}/contacts", said).status_code == 201
    return visitors


def page(visitor: Visitor) -> dict[str, Any]:
    answer = visitor.get(AUDIT)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def verify(visitor: Visitor) -> dict[str, Any]:
    answer = visitor.post(f"{AUDIT}/verification")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def forge(visitors: Visitors, statement: str) -> None:
    """Change the trail as somebody with the database in hand could, without its triggers."""
    with visitors.stage.open() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"
        ).scalars()
        for name in triggers.all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        assert connection.exec_driver_sql(statement).rowcount


def number_of(visitors: Visitors, action: str) -> int:
    with visitors.stage.open() as connection:
        statement = select(audit_event.c.seq).where(audit_event.c.action == action)
        return int(
            connection.execute(statement.order_by(audit_event.c.seq.desc())).scalars().all()[0]
        )


def test_a_page_of_the_true_trail_verifies(talked: Visitors) -> None:
    assert page(talked.bob)["verified"]
    assert page(talked.bob)["checked"] is None


@pytest.mark.parametrize(
    "forgery",
    [
        'UPDATE audit_event SET details = \'{{"reason":"nothing"}}\' WHERE seq = {seq}',
        "UPDATE audit_event SET action = 'contact.dreamt' WHERE seq = {seq}",
        "UPDATE audit_event SET actor_id = 99 WHERE seq = {seq}",
        "UPDATE audit_event SET previous_sha256 = sha256 WHERE seq = {seq}",
        "DELETE FROM audit_event WHERE seq = {seq} - 1",
    ],
)
def test_a_page_with_a_forged_event_does_not(talked: Visitors, forgery: str) -> None:
    seq = number_of(talked, "contact.recorded")

    forge(talked, forgery.format(seq=seq))

    assert not page(talked.ada)["verified"]


def test_a_page_does_not_read_the_rest_of_the_trail(talked: Visitors) -> None:
    """Events older than the page are not fetched: its cost does not grow with the years."""
    rows = 0

    def count(_conn: Any, cursor: Any, *_rest: Any) -> None:
        nonlocal rows
        rows += 1

    with talked.stage.open() as connection:
        for _ in range(300):
            audit.record(
                connection, talked.stage.reach(connection, "ada").actor, "site.looked-at", "site/1",
                now=talked.clock.now(),
            )  # fmt: skip
    event.listen(talked.stage.engine, "after_cursor_execute", count)
    try:
        page(talked.ada)
        few = rows
        rows = 0
        page(talked.ada)
    finally:
        event.remove(talked.stage.engine, "after_cursor_execute", count)
    assert rows <= few <= 12, "no statement for each thousand events"


def test_the_verdict_on_the_whole_is_on_record(talked: Visitors) -> None:
    verdict = verify(talked.ada)

    assert verdict["faults"] == []
    assert verdict["events"] == number_of(talked, audit.VERIFIED) - 1
    checked = page(talked.bob)["checked"]
    assert checked == {
        "at": "2026-06-15T15:00:00Z", "by": "Ada", "events": verdict["events"], "faults": [],
    }  # fmt: skip


def test_an_inspector_may_ask_for_the_verdict_and_a_coordinator_not(talked: Visitors) -> None:
    assert verify(talked.ivy)["faults"] == []
    assert talked.bob.post(f"{AUDIT}/verification").status_code == 403


def test_what_was_forged_long_ago_is_named(talked: Visitors) -> None:
    forge(talked, "UPDATE audit_event SET subject = 'site/99' WHERE seq = 2")

    verdict = verify(talked.ada)

    assert verdict["faults"] == ["event 2 was changed after it was written"]
    assert page(talked.ada)["checked"]["faults"] == verdict["faults"]


def test_a_trail_full_of_faults_names_the_first_five(talked: Visitors) -> None:
    forge(talked, "UPDATE audit_event SET software = 'forged' WHERE seq <= 9")

    assert len(verify(talked.ada)["faults"]) == 5


def test_another_study_has_no_trail_here(talked: Visitors) -> None:
    assert talked.ada.post("/api/studies/other/audit/verification").status_code == 404
