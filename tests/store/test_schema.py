"""The migrations make exactly the tables that the program reads and writes, on both engines."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    delete,
    exc,
    insert,
    inspect,
    select,
    text,
    update,
)

from sayso.store import revision, schema
from sayso.store.engine import transaction
from sayso.store.tables import metadata
from sayso.store.tables_messages import audit_event, audit_head, heartbeat


def test_the_migrations_agree_with_the_tables(connection: Connection) -> None:
    assert schema.differences(connection) == []


def test_a_table_that_was_changed_by_hand_is_noticed(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE heartbeat ADD COLUMN stray TEXT"))

    assert any("stray" in line for line in schema.differences(connection))


def test_an_older_database_is_noticed(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    assert "the database is at revision 0001" in schema.differences(connection)[0]


def test_the_program_names_the_newest_migration() -> None:
    assert schema.newest_revision() == revision.HEAD


def test_downgrade_leaves_nothing_and_upgrade_brings_it_back(engine: Engine) -> None:
    schema.downgrade(engine)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}

    schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_upgrade_twice_changes_nothing(engine: Engine, now: datetime) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(heartbeat).values(name="worker", at=now, facts={"a": 1}))

    schema.upgrade(engine)

    with transaction(engine, read_only=True) as connection:
        assert connection.execute(select(heartbeat.c.at)).scalar_one() == now


def _event(now: datetime, seq: int, previous: str) -> dict[str, object]:
    return {
        "seq": seq, "at": now, "actor_kind": "command", "action": "test", "subject": "test",
        "software": "0", "details": {}, "details_sha256": "d", "previous_sha256": previous,
        "sha256": f"digest {seq}",
    }  # fmt: skip


def test_an_event_moves_the_head_of_the_chain(connection: Connection, now: datetime) -> None:
    connection.execute(insert(audit_event), [_event(now, 1, "0" * 64), _event(now, 2, "digest 1")])

    assert connection.execute(select(audit_head.c.seq, audit_head.c.sha256)).one() == (
        2,
        "digest 2",
    )


@pytest.mark.parametrize(("seq", "previous"), [(2, "0" * 64), (1, "f" * 64)])
def test_an_event_that_does_not_continue_the_chain_is_refused(
    engine: Engine, now: datetime, seq: int, previous: str
) -> None:
    with pytest.raises(exc.IntegrityError), transaction(engine) as connection:
        connection.execute(insert(audit_event).values(_event(now, seq, previous)))


@pytest.mark.parametrize("change", ["rewrite", "delete", "truncate"])
def test_an_event_stays_as_it_was_written(engine: Engine, now: datetime, change: str) -> None:
    if change == "truncate" and engine.dialect.name == "sqlite":
        change = "delete"  # SQLite has no TRUNCATE; its DELETE without WHERE is the same attempt.
    with transaction(engine) as connection:
        connection.execute(insert(audit_event).values(_event(now, 1, "0" * 64)))
    statements: dict[str, Executable] = {
        "rewrite": update(audit_event).values(action="other"),
        "delete": delete(audit_event),
        "truncate": text("TRUNCATE audit_event"),
    }

    with pytest.raises(exc.IntegrityError), transaction(engine) as connection:
        connection.execute(statements[change])


def test_the_details_of_an_event_can_be_redacted(connection: Connection, now: datetime) -> None:
    connection.execute(insert(audit_event).values(_event(now, 1, "0" * 64)))

    connection.execute(update(audit_event).values(details={"redacted": "by request"}))

    assert connection.execute(select(audit_event.c.details)).scalar_one() == {
        "redacted": "by request"
    }
