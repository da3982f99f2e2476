"""When the database is away, full or locked: 503 with a time to come back, never half a change."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from sayso.domain.errors import StoreUnavailable, ValueNotStorable
from sayso.store.engine import make_engine, transaction
from support.postgres import Cluster
from support.visitors import Visitors, body


def away(visitors: Visitors) -> None:
    """503 with Retry-After from the API, red from the health check, and no word about why."""
    answer = visitors.alice.get("/api/me")
    assert (answer.status_code, answer.json["slug"]) == (503, "store-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    ready = visitors.stranger().get("/health/ready")
    assert (ready.status_code, ready.json["ready"]) == (503, False)
    assert visitors.stranger().get("/health/live").status_code == 200


def test_postgresql_that_stops_and_comes_back(
    postgres_url: str, postgres_cluster: Cluster, now: datetime, static: Path
) -> None:
    engine = make_engine(postgres_url)
    visitors = Visitors.arrive(engine, now, static)
    assert visitors.alice.get("/api/me").status_code == 200

    postgres_cluster.stop("immediate")
    try:
        away(visitors)
    finally:
        postgres_cluster.start()

    assert visitors.alice.get("/api/me").status_code == 200
    engine.dispose()


def test_a_database_file_that_was_damaged_and_restored(
    sqlite_url: str, now: datetime, static: Path
) -> None:
    engine = make_engine(sqlite_url)
    visitors = Visitors.arrive(engine, now, static)
    card = visitors.open_form()
    engine.dispose()
    file = Path(str(engine.url.database))
    kept = file.read_bytes()
    file.write_bytes(b"this is no database at all" * 1000)

    away(visitors)

    engine.dispose()
    file.write_bytes(kept)
    assert visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card)).status_code == 201
    engine.dispose()


def test_a_reading_transaction_of_postgresql_cannot_write(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with pytest.raises(StoreUnavailable), transaction(engine, read_only=True) as connection:
        connection.execute(text("DELETE FROM rate_bucket"))
    engine.dispose()


def test_what_no_column_can_hold_is_a_named_error(engine: Engine) -> None:
    with pytest.raises(ValueNotStorable), transaction(engine) as connection:
        connection.execute(
            text("INSERT INTO audit_head (id, seq, sha256) VALUES (2, :seq, 'x')"),
            {"seq": 2**70},
        )


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as connection:  # noqa: PT012
        connection.execute(text("DELETE FROM audit_head"))
        raise RuntimeError("on purpose")

    with transaction(engine, read_only=True) as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_head")).scalar_one() == 1


def test_writers_of_one_sqlite_file_wait_for_each_other(sqlite_url: str) -> None:
    first, second = make_engine(sqlite_url), make_engine(sqlite_url)
    with second.connect() as plain:
        plain.exec_driver_sql("PRAGMA busy_timeout=50")
    with transaction(first) as writing:
        writing.execute(text("DELETE FROM rate_bucket"))
        with transaction(second, read_only=True) as reading:
            assert reading.execute(text("SELECT count(*) FROM audit_head")).scalar_one() == 1
        with pytest.raises(StoreUnavailable, match="locked"), transaction(second):
            pass
    first.dispose()
    second.dispose()


@pytest.mark.parametrize("url", ["mysql://host/name", "sayso.db", ""])
def test_only_two_kinds_of_database(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite: or postgresql:"):
        make_engine(url)
