"""The worker writes lines of the tally ahead of the question, and notices one that is wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update
from structlog.testing import capture_logs

from sayso.clock import FixedClock
from sayso.services import completion, events, tallies
from sayso.services.completion import Chosen
from sayso.store.tables import participant
from sayso.store.tables_tally import tally_line
from sayso.worker import tallier
from support.rates_by_rule import as_figures, by_rule
from support.stage import STUDY, Stage

CODES = ("P-001", "P-002", "P-003")


@pytest.fixture
def stage(engine: Engine, now: datetime) -> Stage:
    stage = Stage(engine).set_up()
    for place, code in enumerate(CODES):
        stage.enrol(code, date(2026, 3, 20), site="S1" if place else "S2")
    stage.answer("P-001", 84)
    return stage


def write(stage: Stage, now: datetime) -> int:
    return tallier.write(stage.engine, FixedClock(now), lambda: False)["lines"]


def lines(stage: Stage) -> dict[str, str | None]:
    with stage.open() as connection:
        rows = connection.execute(
            select(participant.c.code, tally_line.c.line).join(
                tally_line, tally_line.c.participant_id == participant.c.id
            )
        )
        return {row.code: row.line for row in rows}


def test_everybody_gets_a_line_once(stage: Stage, now: datetime) -> None:
    assert write(stage, now) == len(CODES)
    assert all(lines(stage).values())
    assert write(stage, now) == 0


def test_a_fact_takes_the_line_of_its_participant_only(stage: Stage, now: datetime) -> None:
    write(stage, now)
    with stage.open() as connection:
        person = stage.hold(connection, "P-002")
        events.record(connection, person, "death", stage.day("P-002", 60), now)

    assert [code for code, line in lines(stage).items() if line is None] == ["P-002"]
    assert write(stage, now) == 1


def test_a_window_that_opens_makes_the_lines_void_by_itself(stage: Stage, now: datetime) -> None:
    write(stage, now)
    with stage.open() as connection:
        assert tallies.waiting(connection, STUDY, now + timedelta(hours=1)) == []
        later = tallies.waiting(connection, STUDY, now + timedelta(days=300))

    assert len(later) == len(CODES)


def test_a_line_from_older_facts_is_not_kept(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        ids = tallies.waiting(connection, STUDY, now)
        old = tallies.write_lines(connection, STUDY, ids, now)
    with stage.open() as connection:
        person = stage.hold(connection, "P-001")
        events.record(connection, person, "withdrawal_pro", stage.day("P-001", 80), now)
    with stage.open() as connection:
        assert tallies.keep(connection, old) == len(CODES) - 1

    assert lines(stage)["P-001"] is None


def test_nobody_is_written_when_the_worker_is_to_stop(stage: Stage, now: datetime) -> None:
    assert tallier.write(stage.engine, FixedClock(now), lambda: True)["lines"] == 0
    assert not any(lines(stage).values())


def test_lines_are_of_the_study_version_in_force(stage: Stage, now: datetime) -> None:
    write(stage, now)
    with stage.open() as connection:
        connection.execute(update(tally_line).values(basis="another version"))
        within = stage.reach(connection)
        report = completion.report(connection, within, Chosen(), now, each_site=True)
        assert as_figures(report) == by_rule(connection, within, Chosen(), now).figures

    assert write(stage, now) == len(CODES)


def test_a_line_that_differs_from_the_facts_is_reported_and_taken_away(
    stage: Stage, now: datetime
) -> None:
    write(stage, now)
    clock = FixedClock(now)
    assert tallier.compare(stage.engine, clock, 0)["lines_differing"] == 0
    with stage.open() as connection:
        connection.execute(
            update(tally_line)
            .where(
                tally_line.c.participant_id
                == select(participant.c.id).where(participant.c.code == "P-003").scalar_subquery()
            )
            .values(line="!" * 500)
        )

    with capture_logs() as logged:
        assert tallier.compare(stage.engine, clock, 0)["lines_differing"] == 1

    assert [entry["log_level"] for entry in logged] == ["error"]
    assert lines(stage)["P-003"] is None
    assert write(stage, now) == 1
