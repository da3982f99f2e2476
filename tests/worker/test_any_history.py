"""Random histories: whatever happens to people and phones, the promises hold."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from sayso.store.engine import make_engine
from support.simulation import Simulation
from support.stock import Stock

START = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
END = START + timedelta(days=110)
ENDINGS = ("death", "withdrawal_pro", "withdrawal_study", "answered")


@dataclass(frozen=True)
class History:
    """One life: does she read English, has she e-mail, what does the phone do, what happens."""

    reads: bool
    email: bool
    phone: str
    ending: str | None
    day: int
    failing: int
    outage: tuple[int, int] | None


histories = st.builds(
    History,
    reads=st.sampled_from([True, True, True, False]),
    email=st.booleans(),
    phone=st.sampled_from(["none", "shows", "silent", "gone", "offline"]),
    ending=st.sampled_from([None, *ENDINGS]),
    day=st.integers(60, 105),
    failing=st.integers(0, 9),
    outage=st.none() | st.tuples(st.integers(60, 95), st.integers(1, 12)),
)


EVERY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(EVERY, max_examples=10)
@given(histories)
def test_the_promises_hold(sqlite_template: Path, life: History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sayso.sqlite"
        copyfile(sqlite_template, path)
        _hold(make_engine(f"sqlite:///{path}"), life)


@settings(EVERY, max_examples=3)
@given(histories)
def test_the_promises_hold_on_the_large_engine(postgres_stock: Stock, life: History) -> None:
    url = postgres_stock.lend()
    try:
        _hold(make_engine(url), life)
    finally:
        postgres_stock.take_back(url)


def _hold(engine: Engine, life: History) -> None:
    """Live one life on that database, and look at everything that was promised."""
    try:
        sim = Simulation(engine, START)
        person, ended = _live(sim, life)
        sim.run_until(END)
        _nothing_after_the_end(sim, person, ended)
        _nothing_outside_the_window(sim, person)
        _exempt_means_silence(sim, person, life)
        _every_reminder_has_an_end(sim, person)
    finally:
        engine.dispose()


def _live(sim: Simulation, life: History) -> tuple[int, datetime | None]:
    email = "alice@example.org" if life.email else None
    person = sim.trial.enrol("A-1", START, reads_english=life.reads, email=email)
    if life.reads and life.phone != "none":
        model = sim.phone_for(person, shows=life.phone in {"shows", "offline"})
        if life.phone == "gone":
            sim.at(START + timedelta(days=65), lambda: setattr(model, "gone", True))
        if life.phone == "offline":
            model.offline_until = START + timedelta(days=80)
            sim.at(model.offline_until, lambda: sim.back_online(model))
    turns = iter(range(10**6))
    sim.network.failing = lambda _message: next(turns) % 10 < life.failing
    ended = START + timedelta(days=life.day) if life.ending else None
    if ended is not None:
        sim.at(ended, lambda: _end(sim, person, str(life.ending)))
    if life.outage is not None:
        _outage(sim, *life.outage)
    return person, ended


def _end(sim: Simulation, person: int, kind: str) -> None:
    now = sim.clock.now()
    if kind == "answered":
        sim.trial.answered(person, "W12", now)
    else:
        sim.trial.happened(person, kind, now.date(), now)


def _outage(sim: Simulation, first: int, days: int) -> None:
    """The worker is down for some days: the clock leaps over them."""
    back = START + timedelta(days=first + days)
    sim.at(START + timedelta(days=first), lambda: setattr(sim.clock, "moment", back))


def _nothing_after_the_end(sim: Simulation, person: int, ended: datetime | None) -> None:
    if ended is None:
        return
    for row in sim.trial.deliveries(person):
        if row.reminder_id is not None and row.channel != "staff" and row.sent_at:
            assert row.sent_at <= ended


def _nothing_outside_the_window(sim: Simulation, person: int) -> None:
    closes = {row.id: row.closes_at for row in sim.trial.reminders(person)}
    for row in sim.trial.deliveries(person):
        if row.reminder_id is not None and row.sent_at:
            assert row.sent_at < closes[row.reminder_id]


def _exempt_means_silence(sim: Simulation, person: int, life: History) -> None:
    if not life.reads:
        assert sim.trial.reminders(person) == []
        assert sim.trial.deliveries(person) == []
        assert sim.network.sent == []
        assert sim.network.mails == []


def _every_reminder_has_an_end(sim: Simulation, person: int) -> None:
    """Each one was shown, mailed, put on the call list, or has a reason; none just vanished."""
    deliveries = sim.trial.deliveries(person)
    for reminder in sim.trial.reminders(person):
        assert reminder.decision is not None, reminder.step
        assert reminder.why
        if reminder.decision != "queued":
            continue
        ways = [row for row in deliveries if row.reminder_id == reminder.id]
        assert ways
        assert all(row.state != "pending" and row.why for row in ways)
        reached = any(
            row.acked_at or (row.state == "sent" and row.channel != "push") for row in ways
        )
        stopped = any(row.state == "skipped" for row in ways)
        assert reached or stopped, [(row.channel, row.state, row.outcome) for row in ways]
