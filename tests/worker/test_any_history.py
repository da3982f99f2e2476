"""Random histories: whatever happens to people and phones, the promises hold."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from sayso.store.engine import make_engine
from support import promises
from support.simulation import Simulation
from support.stock import Stock

START = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
END = START + timedelta(days=110)
WITHDRAWALS = ("withdrawal_pro", "withdrawal_study", "withdrawal_contact")
ENDINGS = ("death", *WITHDRAWALS, "off_study", "exempted", "answered")
CAP = 3  # in the study file that comes with the program
OPENS = START + timedelta(days=69, hours=13)


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


@settings(EVERY, max_examples=6)
@given(histories)
# Exempt from the day after the target: the form stays expected, and is silent all the same.
@example(History(True, False, "shows", "exempted", 85, 9, None))
def test_the_promises_hold(sqlite_template: Path, life: History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sayso.sqlite"
        copyfile(sqlite_template, path)
        _hold(make_engine(f"sqlite:///{path}"), life)


@settings(EVERY, max_examples=2)
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
        if ended is not None:
            promises.nothing_after(sim, person, ended)
        promises.nothing_outside_the_window(sim, person)
        promises.never_too_many(sim, person, CAP)
        if not life.reads:
            promises.silence(sim, person)
        elif ended is None or ended > OPENS:
            promises.every_occasion_has_an_end(sim, person, "W12")
        promises.every_reminder_has_an_end(sim, person)
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
    elif kind == "exempted":
        sim.trial.exempted(person, now.date(), now)
    else:
        sim.trial.happened(person, kind, now.date(), now)


def _outage(sim: Simulation, first: int, days: int) -> None:
    """The worker is down for some days: the clock leaps over them."""
    back = START + timedelta(days=first + days)
    sim.at(START + timedelta(days=first), lambda: setattr(sim.clock, "moment", back))
