"""One transaction, whole or not at all; and what is said when the database does not play along."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, exc, insert, select, text

from sayso.domain.errors import StoreUnavailable, ValueNotStorable
from sayso.store import engine as module
from sayso.store.engine import make_engine, transaction
from sayso.store.tables import device, staff
from sayso.store.tables_messages import heartbeat

CANARY = "canary-7391"


def beat(name: str, now: datetime) -> dict[str, object]:
    return {"name": name, "at": now, "facts": {}}


def names(engine: Engine) -> list[str]:
    with transaction(engine, read_only=True) as connection:
        return list(connection.execute(select(heartbeat.c.name)).scalars())


def test_what_is_written_is_there_afterwards(engine: Engine, now: datetime) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(heartbeat).values(beat("one", now)))

    assert names(engine) == ["one"]


def test_an_error_takes_everything_back(engine: Engine, now: datetime) -> None:
    def stumble() -> None:
        with transaction(engine) as connection:
            connection.execute(insert(heartbeat).values(beat("one", now)))
            raise KeyError("after the first half")

    with pytest.raises(KeyError):
        stumble()

    assert names(engine) == []


def test_a_reader_sees_nothing_that_is_not_committed(engine: Engine, now: datetime) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(heartbeat).values(beat("one", now)))
        assert names(engine) == []

    assert names(engine) == ["one"]


def test_postgresql_holds_a_reading_transaction_to_its_word(
    postgres_url: str, now: datetime
) -> None:
    engine = make_engine(postgres_url)
    with pytest.raises(StoreUnavailable), transaction(engine, read_only=True) as connection:
        connection.execute(insert(heartbeat).values(beat("one", now)))

    assert names(engine) == []
    engine.dispose()


def test_errors_never_repeat_the_values_of_a_statement(engine: Engine, now: datetime) -> None:
    row = {"participant_id": None, "label": CANARY, "enrolled_at": now, "last_seen_at": now}

    with pytest.raises(exc.IntegrityError) as caught, transaction(engine) as connection:
        connection.execute(insert(device).values(row))

    statement_and_values = str(caught.value).replace(str(caught.value.orig), "")
    assert "INSERT INTO device" in statement_and_values
    assert CANARY not in statement_and_values


def test_sqlite_errors_have_no_values_at_all(sqlite_url: str, now: datetime) -> None:
    engine = make_engine(sqlite_url)
    row = {"email_hash": CANARY, "email_sealed": b"x", "role": "king", "created_at": now}

    with pytest.raises(exc.IntegrityError) as caught, transaction(engine) as connection:
        connection.execute(insert(staff).values(row))

    assert CANARY not in str(caught.value)
    engine.dispose()


def test_a_number_that_no_column_holds_is_named_as_such(engine: Engine) -> None:
    with pytest.raises(ValueNotStorable), transaction(engine) as connection:
        connection.execute(select(device.c.id).where(device.c.id == 2**70))


def test_a_statement_that_cannot_run_says_what_the_database_said(engine: Engine) -> None:
    with pytest.raises((StoreUnavailable, exc.ProgrammingError), match="no_such_table"):
        with transaction(engine) as connection:
            connection.execute(text("SELECT 1 FROM no_such_table"))


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/no/such/folder/sayso.sqlite")

    with pytest.raises(StoreUnavailable, match="unable to open"), transaction(engine):
        pass


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "sayso.sqlite"
    file.write_bytes(b"this was once a letter to the editor " * 100)

    with pytest.raises(StoreUnavailable), transaction(make_engine(f"sqlite:///{file}")):
        pass


def test_nobody_listens_on_that_port() -> None:
    engine = make_engine("postgresql://sayso@127.0.0.1:1/sayso")

    with pytest.raises(StoreUnavailable), transaction(engine):
        pass


@pytest.mark.parametrize("url", ["mysql://localhost/sayso", "/var/lib/sayso.sqlite", ""])
def test_other_kinds_of_address_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with sqlite: or postgresql:"):
        make_engine(url)


def test_sqlite_keeps_what_it_acknowledged_even_through_a_power_cut(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with transaction(engine, read_only=True) as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


class TestConnectionThatDied:
    """PostgreSQL ends connections: by a restart, by a firewall in between, by an administrator."""

    @staticmethod
    def end_all(url: str) -> None:
        other = make_engine(url)
        with transaction(other) as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        other.dispose()

    def test_one_that_rested_is_replaced_unseen(
        self, postgres_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "REST_SECONDS", 0.0)
        engine = make_engine(postgres_url)
        assert names(engine) == []
        self.end_all(postgres_url)
        with transaction(engine) as connection:
            connection.execute(insert(heartbeat).values(beat("one", now)))
        assert names(engine) == ["one"]
        engine.dispose()

    def test_one_in_constant_use_fails_once_and_says_so(
        self, postgres_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "REST_SECONDS", 3600.0)
        engine = make_engine(postgres_url)
        assert names(engine) == []
        self.end_all(postgres_url)
        with pytest.raises(StoreUnavailable), transaction(engine) as connection:
            connection.execute(insert(heartbeat).values(beat("lost", now)))
        with transaction(engine) as connection:
            connection.execute(insert(heartbeat).values(beat("two", now)))
        assert names(engine) == ["two"]
        engine.dispose()

    def test_a_reading_transaction_leaves_the_next_one_free_to_write(
        self, postgres_url: str, now: datetime
    ) -> None:
        engine = make_engine(postgres_url)
        for name in ("one", "two"):
            names(engine)
            with transaction(engine) as connection:
                connection.execute(insert(heartbeat).values(beat(name, now)))
        assert sorted(names(engine)) == ["one", "two"]
        engine.dispose()
