"""A study with 640,000 expected forms, made in seconds: a hundred lives, told many times over.

The first hundred people are written row by row from the schedule's own rules; everybody else is a
copy of one of them, made inside the database. Figures over the copies are therefore multiples of
the figures over the first hundred, which the rule itself can still count form by form.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text

from sayso.clock import FixedClock
from sayso.domain.participation import (
    AnchorDate,
    ContactFact,
    Event,
    Exemption,
    Facts,
    MissingReason,
    ResponseFact,
    VisitFact,
)
from sayso.domain.schedule import wanted_under
from sayso.domain.study import StudyVersion
from sayso.formats import study_toml
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import publishing, sites, tallies
from sayso.settings import Settings
from sayso.store.engine import make_engine, transaction
from sayso.store.schema import upgrade
from sayso.store.tables import metadata
from sayso.web.app import create_app
from support.recorded import record
from support.stage import COMMAND, NEW_YORK, SETUP, STUDY, Stage
from support.visitors import Visitors

LIVES = 100
SITES = 40
NOW = datetime(2031, 6, 16, 15, tzinfo=UTC)
FILE = instruments_dir() / "studies" / f"{STUDY}.toml"
# What a life is made of, in an order in which nothing waits for a row that is not there yet.
_COPIED = ("anchor", "exemption", "event", "visit", "contact", "expected_form", "missing_reason")


def study_text() -> str:
    """The study that ships, asked to the end of its ten years: 16 timepoints × 4 questionnaires."""
    shipped = FILE.read_text("utf-8")
    asked = shipped.replace("enabled = false", "enabled = true")
    return asked.replace('packs = ["core", "decision"]', 'packs = ["core"]')


@dataclass(frozen=True)
class Crowd:
    """A filled database, and the console in front of it."""

    engine: Engine
    visitors: Visitors


def make(url: str, people: int, static: Path) -> Crowd:
    """Fill the empty database at `url` with that many participants and everybody's line."""
    engine = make_engine(url)
    upgrade(engine)
    stage = Stage(engine)
    with transaction(engine) as connection:
        publishing.publish(
            connection, COMMAND, study_text(), FILE.name, finder(instruments_dir()), SETUP
        )
        for number in range(1, SITES + 1):
            code = f"S{number:02d}"
            stage.site_ids[code] = sites.add(
                connection, COMMAND, STUDY, code, f"Site {number}", NEW_YORK, SETUP
            )
        record(connection, [_life(number) for number in range(LIVES)], NOW, _history())
    stage.hire("ada", "administrator", *stage.site_ids)
    stage.hire("bob", "coordinator", "S01")
    with transaction(engine) as connection:
        ids = tallies.waiting(connection, STUDY, NOW)
        tallies.keep(connection, tallies.write_lines(connection, STUDY, ids, NOW))
    multiply(engine, people // LIVES)
    app = create_app(
        Settings(data_dir=static), engine, FixedClock(NOW), keyring=stage.keyring,
        vapid_public_key="BPublicKey", static=static,
    )  # fmt: skip
    return Crowd(engine, Visitors(stage, FixedClock(NOW), app))


def _history() -> tuple[StudyVersion, ...]:
    return (StudyVersion(study_toml.parse(study_text(), FILE.name)),)


def _life(number: int) -> Facts:
    chance = random.Random(number)
    cessation = date(2024, 7, 1) + timedelta(days=chance.randrange(2400))
    enrolled = cessation - timedelta(days=14)
    entered = datetime(enrolled.year, enrolled.month, enrolled.day, 15, tzinfo=UTC)
    facts = Facts(
        f"L-{number:05d}", "stop" if number % 2 else "continue", f"S{number % SITES + 1:02d}",
        NEW_YORK, enrolled, enrolled_at=entered,
        anchors=(AnchorDate("cessation", cessation, entered),) if number % 2 else (),
        visits=(VisitFact("BL", enrolled, "clinic", entered),),
        contacts=(ContactFact(NOW.date() - timedelta(days=number), NOW - timedelta(days=number)),),
    )  # fmt: skip
    if number % 10 == 0:
        exempt = Exemption("LANGUAGE", enrolled, None, entered)
        return _with(facts, exemptions=(exempt,), preferred_language="es", reads_english=False)
    ends: tuple[Event, ...] = ()
    if number % 12 == 3:
        day = min(cessation + timedelta(days=chance.randrange(2000)), NOW.date())
        kind = chance.choice(("death", "withdrawal_pro", "off_study", "progression"))
        ends = (Event(kind, day, datetime(day.year, day.month, day.day, tzinfo=UTC)),)
    return _answered(_with(facts, events=ends), chance)


def _answered(facts: Facts, chance: random.Random) -> Facts:
    """Most forms that have opened were answered, most of those in time."""
    responses, reasons = [], []
    for form in wanted_under(_history(), facts, NOW):
        opened = chance.random()
        if form.opens_at > NOW - timedelta(days=1):
            continue
        if opened < 0.8:
            span = timedelta(minutes=chance.randrange(1, 60 * 24 * (35 if opened < 0.05 else 14)))
            when = min(form.opens_at + span, NOW)
            responses.append(
                ResponseFact(
                    f"{chance.randrange(10**9):09d}", form.timepoint, form.questionnaire, when,
                    when, offered_at=form.opens_at, scorable=chance.random() > 0.03,
                    mode=chance.choice(("own_device",) * 8 + ("interview", "paper")),
                )
            )  # fmt: skip
        elif form.closes_at < NOW and chance.random() < 0.7:
            reasons.append(
                MissingReason(form.timepoint, form.questionnaire, "too_ill", form.closes_at)
            )
    return _with(facts, responses=tuple(responses), missing_reasons=tuple(reasons))


def _with(facts: Facts, **changes: object) -> Facts:
    return replace(facts, **changes)  # type: ignore[arg-type]


def multiply(engine: Engine, times: int) -> None:
    """Copy the first lives until there are `times` as many people; sites take turns."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Past SQLAlchemy, which would begin a transaction first: too late for these two.
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
            driver.execute("PRAGMA synchronous=OFF")
            triggers = _without_triggers(connection)
        else:
            # Copies of rows that were checked need no second look.
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql("SET statement_timeout = 0")
            triggers = []
        _copy(connection, times)
        for trigger in triggers:
            connection.exec_driver_sql(trigger)
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            "ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
        )
    engine.dispose()


def _without_triggers(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).all()
    for name, _sql in rows:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [row[1] for row in rows]


def _copy(connection: Connection, times: int) -> None:
    copies = (
        "WITH RECURSIVE n(r) AS (SELECT 1 UNION ALL SELECT r + 1 FROM n WHERE r < :last) "
        if connection.dialect.name == "sqlite"
        else "WITH n AS (SELECT generate_series(1, CAST(:last AS int)) AS r) "
    )
    steps = {
        name: connection.execute(select(func.max(metadata.tables[name].c.id))).scalar_one() or 0
        for name in ("participant", *_COPIED)
    }
    for name in ("participant", *_COPIED, "response", "tally_line"):
        table = metadata.tables[name]
        values = [_shifted(steps, name, column.name) for column in table.columns]
        columns = ", ".join(column.name for column in table.columns)
        connection.execute(
            text(
                f"INSERT INTO {name} ({columns}) {copies}"
                f"SELECT {', '.join(values)} FROM n, {name} AS t WHERE true"
            ),
            {"last": times - 1},
        )


def _shifted(steps: dict[str, int], table: str, column: str) -> str:
    """What a column of the copy number r holds."""
    owner = {"participant_id": "participant", "expected_form_id": "expected_form"}.get(column)
    if table == "response" and column == "id":
        return "t.id || '-' || r"
    if column == "code":
        return "t.code || '-' || r"
    if column == "site_id":
        return f"1 + (t.site_id - 1 + r) % {SITES}"
    if column == "id" or owner is not None:
        return f"t.{column} + r * {steps[owner or table]}"
    return f"t.{column}"
