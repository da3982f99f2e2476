"""What tests begin with is the same whether it was made or copied, and nothing in it is shared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, select

from sayso.services import audit
from sayso.store.engine import make_engine, transaction
from support import apps, prepared
from support.stage import COMMAND, Stage
from support.visitors import CESSATION, Visitors

Databases = list[str]


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Two empty databases."""
    if request.param == "postgresql":
        stock = request.getfixturevalue("postgres_stock")
        urls = [stock.lend(), stock.lend()]
        yield urls
        for url in urls:
            stock.take_back(url)
        return
    template = request.getfixturevalue("sqlite_template").read_bytes()
    for name in ("first", "second"):
        (tmp_path / name).write_bytes(template)
    yield [f"sqlite:///{tmp_path / name}" for name in ("first", "second")]


@pytest.fixture
def engines(databases: Databases) -> Iterator[list[Engine]]:
    made = [make_engine(url) for url in databases]
    yield made
    for engine in made:
        engine.dispose()


@pytest.fixture(autouse=True)
def _nothing_is_kept_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "_KEPT", {})
    monkeypatch.setattr(apps, "_PATTERN", [])


def rows(engine: Engine) -> dict[str, list[str]]:
    """Everything in a database, table by table."""
    found = MetaData()
    with engine.connect() as connection:
        found.reflect(connection)
        return {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in found.tables.items()
        }


def test_a_copy_has_every_row_and_goes_on_where_the_first_stopped(
    engines: list[Engine], now: datetime
) -> None:
    made, copied = (Stage(engine).set_up() for engine in engines)
    assert rows(made.engine) == rows(copied.engine)
    assert copied.staff_ids == made.staff_ids
    assert copied.site_ids == made.site_ids

    for stage in (made, copied):
        stage.enrol("P-001", CESSATION)
        with transaction(stage.engine) as connection:
            assert not audit.verify(connection, COMMAND, now).faults
    assert made.row_id("P-001") == copied.row_id("P-001")


def test_what_is_done_with_a_copy_is_not_in_the_next_one(engines: list[Engine]) -> None:
    first = Stage(engines[0]).set_up()
    first.hire("eve", "monitor", "S1")

    assert "eve" not in Stage(engines[1]).set_up().staff_ids


def test_where_something_has_happened_everything_is_done_the_long_way(
    engines: list[Engine],
) -> None:
    Stage(engines[0]).set_up()
    calls: list[Any] = []
    prepared.prepared(engines[0], ("a name",), lambda: calls.append("built"))
    prepared.prepared(engines[0], ("a name",), lambda: calls.append("built"))

    assert calls == ["built", "built"]


def test_applications_share_their_routes_and_nothing_else(
    engines: list[Engine], now: datetime, tmp_path: Path
) -> None:
    first, second = (
        Visitors.arrive(engine, now, tmp_path, public_url=f"http://{name}.example.org")
        for engine, name in zip(engines, ("one", "two"), strict=True)
    )
    assert first.app.url_map is second.app.url_map
    first.app.view_functions["stray"] = lambda: "hello"
    first.app.config["MAX_CONTENT_LENGTH"] = 1
    assert "stray" not in second.app.view_functions
    assert second.app.config["MAX_CONTENT_LENGTH"] != 1
    states = [each.app.extensions["sayso"] for each in (first, second)]
    assert [state.settings.public_url[7:10] for state in states] == ["one", "two"]
    assert states[0].kept is not states[1].kept

    first.alice.delete("/api/me/session")
    assert first.alice.get("/api/me").status_code == 401
    assert second.alice.get("/api/me").status_code == 200
