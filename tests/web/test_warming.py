"""A process reads the lines of every study when it starts, beside the requests and at no risk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from structlog.testing import capture_logs

from sayso.services import tallies
from sayso.store.engine import make_engine
from sayso.store.tables import study_version
from sayso.web import warming
from sayso.web.context import State
from support.apps import app_over
from support.stage import SETUP, STUDY
from support.statements import counted
from support.visitors import Visitors

PAGE = f"/api/studies/{STUDY}/completion"


@pytest.fixture
def ready(visitors: Visitors) -> Visitors:
    """Everybody's line is written, as the worker does it."""
    now = visitors.clock.now()
    with visitors.stage.open() as connection:
        ids = tallies.waiting(connection, STUDY, now)
        tallies.keep(connection, tallies.write_lines(connection, STUDY, ids, now))
    return visitors


def state(visitors: Visitors) -> State:
    found: State = visitors.app.extensions["sayso"]
    return found


def lines(statements: list[str]) -> list[str]:
    return [text for text in statements if "tally_line.line" in text.partition("FROM")[0]]


def test_after_it_the_first_look_reads_no_line(ready: Visitors) -> None:
    with counted(ready.stage.engine) as before:
        warming.start(state(ready)).join(60)
    with counted(ready.stage.engine) as after:
        first = ready.ada.get(PAGE)

    assert len(lines(before)) == 1
    assert lines(after) == []
    assert sum(row["enrolled"] for row in first.json["by_site"]) > 0


def test_the_page_is_the_one_that_is_made_without_it(ready: Visitors) -> None:
    cold = ready.ada.get(PAGE).json
    other = Visitors(ready.stage, ready.clock, fresh_app(ready))
    warming.start(state(other)).join(60)

    assert other.ada.get(PAGE).json == cold


def fresh_app(visitors: Visitors, engine: Engine | None = None) -> Any:
    known = state(visitors)
    return app_over(
        known.settings, engine or known.engine, known.clock, keyring=known.keyring,
        static=known.settings.data_dir,
    )  # fmt: skip


def test_a_study_without_a_site_is_passed_over(ready: Visitors) -> None:
    with ready.stage.open() as connection:
        one = connection.execute(study_version.select()).first()
        assert one is not None
        connection.execute(
            insert(study_version).values(
                key="aaa", version="1", sha256="0" * 64, document=one.document,
                effective_on=one.effective_on, published_at=SETUP,
            )
        )  # fmt: skip
    warming.start(state(ready)).join(60)

    with counted(ready.stage.engine) as after:
        assert ready.ada.get(PAGE).status_code == 200
    assert lines(after) == []


def test_without_a_database_it_ends_quietly(visitors: Visitors, tmp_path: Path) -> None:
    gone = make_engine(f"sqlite:///{tmp_path}/no/such/folder.sqlite")
    other = fresh_app(visitors, gone).extensions["sayso"]

    with capture_logs() as logs:
        thread = warming.start(other)
        thread.join(60)

    assert not thread.is_alive()
    assert [line["event"] for line in logs] == ["figures not read ahead"]
    gone.dispose()
