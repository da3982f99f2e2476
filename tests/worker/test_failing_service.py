"""A push service that fails three times in ten, for years: nearly everything still arrives in time.

The rules, the rows and the dispatcher are the real ones; chance is seeded. `test_failures` does the
same over HTTP with fewer people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest
from sqlalchemy import Engine, select

from sayso.store.engine import make_engine, transaction
from sayso.store.tables_messages import delivery, reminder
from support.simulation import Simulation

START = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
GOAL = 0.999


@pytest.fixture
def quick_engine(sqlite_url: str) -> Iterator[Engine]:
    """SQLite only: the engines tell the same story, which `test_simulation` holds."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def live_through_failure(engine: Engine, people: int, span: timedelta) -> int:
    """People with a phone each and nobody who answers; returns how many tries failed."""
    simulation = Simulation(engine, START, follow_up=True, seed=8)
    chance, failures = Random(30), count()
    for number in range(people):
        simulation.phone_for(simulation.trial.enrol(f"P-{number}", START))
    simulation.network.failing = lambda _message: chance.random() < 0.3 and next(failures) >= 0
    simulation.run_until(START + span)
    return next(failures)


def hold_to_the_goal(engine: Engine, at_least: int) -> None:
    with transaction(engine, read_only=True) as connection:
        rows = connection.execute(
            select(
                delivery.c.reminder_id, delivery.c.channel, delivery.c.state,
                delivery.c.sent_at, reminder.c.due_at, reminder.c.closes_at,
            ).join(reminder)
        ).all()  # fmt: skip
    pushes = [row for row in rows if row.channel == "push"]
    in_time = [
        row
        for row in pushes
        if row.state == "sent" and row.due_at <= row.sent_at < row.closes_at
    ]  # fmt: skip
    assert len(pushes) >= at_least
    assert len(in_time) >= GOAL * len(pushes), Counter(row.state for row in pushes)
    # What was given up went to the call list of the site: nothing ends in silence.
    given_up = {row.reminder_id for row in pushes} - {row.reminder_id for row in in_time}
    assert given_up <= {row.reminder_id for row in rows if row.channel == "staff"}


def test_in_one_window_everybody_hears_in_time(quick_engine: Engine) -> None:
    failures = live_through_failure(quick_engine, 25, timedelta(days=100))
    hold_to_the_goal(quick_engine, 120)
    assert failures > 30


@pytest.mark.nightly
def test_of_more_than_a_thousand_reminders_nearly_all_arrive_in_time(quick_engine: Engine) -> None:
    failures = live_through_failure(quick_engine, 60, timedelta(days=500))
    hold_to_the_goal(quick_engine, 1_000)
    assert failures > 300
