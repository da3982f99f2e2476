"""The last evening of a window: whom nothing reaches is on the call list while a call still helps.

Reminders come late, phones stay silent and the mail server sulks. Whatever of it happens, the site
learns of it before the quiet hours in which the window closes, and its list of today shows it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from sayso.domain.audit import Actor
from sayso.domain.delivery import ACCEPTED, GONE, HELD, OUR_FAULT, RETRY, Outcome
from sayso.services import access, worklist
from sayso.store.engine import make_engine, transaction
from support import promises
from support.reminder_fixtures import OPEN_STEP
from support.reminding import STUDY
from support.simulation import Simulation
from support.stock import Stock

START = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
LAST_DAY = datetime(2026, 9, 21, 4, 0, tzinfo=UTC)  # midnight in New York
QUIET = LAST_DAY + timedelta(hours=21)
CLOSE = LAST_DAY + timedelta(days=1)
REPLIES = {
    "taken": Outcome(ACCEPTED, "The mail server took the message.", 250),
    "busy": Outcome(RETRY, "The mail server is busy (451).", 451),
    "for hours": Outcome(RETRY, "Not before midnight.", 451, timedelta(hours=6)),
    "held": Outcome(HELD, "The mail server is being left alone.", None, timedelta(minutes=5)),
    "nobody": Outcome(GONE, "There is no such address (550).", 550),
    "refused": Outcome(OUR_FAULT, "The mail server refuses us.", 535),
}


@dataclass(frozen=True)
class Evening:
    """Her hour, her phone, her address, and how the mail server and the push service behave."""

    hour: int = 20
    phone: str = "silent"
    mail: str | None = "busy"
    pushes_failing: bool = False
    down: tuple[int, int] | None = None  # the hour from which no worker runs, and for how long


def live(engine: Engine, evening: Evening) -> tuple[Simulation, int]:
    """Let her window pass until it is over."""
    sim = Simulation(engine, START)
    address = None if evening.mail is None else "alice@example.org"
    person = sim.trial.enrol("A-1", START, email=address)
    if evening.phone != "none":
        model = sim.phone_for(person)
        sim.run_until(START + timedelta(minutes=1))
        model.shows = evening.phone == "shows"
        model.gone = evening.phone == "gone"
    sim.trial.prefers(person, START, reminder_hour=evening.hour)
    # Until the last day she wants to be left alone.
    sim.trial.prefers(person, START, reminders_paused_until=LAST_DAY.date())
    sim.network.mail_answers = lambda _mail: REPLIES[evening.mail or "taken"]
    sim.network.failing = lambda _message: evening.pushes_failing
    if evening.down is not None:
        hour, hours = evening.down
        stopped = LAST_DAY + timedelta(hours=hour)
        back = min(stopped + timedelta(hours=hours), CLOSE + timedelta(hours=1))
        sim.at(stopped, lambda: setattr(sim.clock, "moment", back))
    sim.run_until(CLOSE + timedelta(hours=1))
    return sim, person


def ways(sim: Simulation, person: int) -> list[tuple[str, str]]:
    """Channel and outcome of the messages of her last day, in order."""
    return [
        (row.channel, row.outcome)
        for row in sim.trial.deliveries(person)
        if row.reminder_id is not None
    ]


@pytest.fixture
def quick_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_a_silent_phone_in_the_last_hour_leaves_half_of_it_for_a_call(quick_engine: Engine) -> None:
    sim, person = live(quick_engine, Evening(mail=None))
    assert ways(sim, person) == [("push", "sent"), ("staff", "on-call-list")]
    listed = sim.trial.deliveries(person)[-1]
    assert listed.sent_at == QUIET - timedelta(minutes=30)


def test_mail_that_is_put_off_into_the_night_ends_on_the_call_list(engine: Engine) -> None:
    """What the server's rows used to end in was silence."""
    sim, person = live(engine, Evening(mail="for hours"))
    assert ways(sim, person) == [
        ("push", "sent"), ("email", "too-late"), ("staff", "on-call-list"),
    ]  # fmt: skip
    assert sim.trial.deliveries(person)[-1].sent_at == QUIET - timedelta(minutes=30)


def test_mail_that_wakes_up_in_the_last_night_is_handed_to_the_site(quick_engine: Engine) -> None:
    """Nobody is written to any more; the site has it on its list, and the row says why."""
    sim, person = live(quick_engine, Evening(hour=19, mail="taken", down=(20, 3)))
    assert ways(sim, person) == [
        ("push", "sent"), ("email", "closes-in-quiet-hours"), ("staff", "on-call-list"),
    ]  # fmt: skip
    mail = sim.trial.deliveries(person)[-2]
    assert mail.why == "The time to answer ends within the quiet hours."
    assert sim.network.mails == []


def test_pushes_that_fail_all_evening_leave_time_for_a_mail(quick_engine: Engine) -> None:
    sim, person = live(quick_engine, Evening(mail="taken", pushes_failing=True))
    assert ways(sim, person) == [("push", "attempts-used-up"), ("email", "sent")]
    ((left, _mail),) = sim.network.mails
    assert LAST_DAY + timedelta(hours=20) < left < QUIET


def test_a_worker_that_comes_back_after_the_close_says_so(quick_engine: Engine) -> None:
    sim, person = live(quick_engine, Evening(hour=19, mail="taken", down=(20, 12)))
    assert ways(sim, person) == [("push", "sent"), ("email", "closed")]


evenings = st.builds(
    Evening,
    hour=st.integers(7, 22),
    phone=st.sampled_from(["none", "silent", "gone", "shows"]),
    mail=st.none() | st.sampled_from(sorted(REPLIES)),
    pushes_failing=st.booleans(),
    down=st.none() | st.tuples(st.integers(7, 23), st.integers(1, 5)),
)


def hold(url: str, evening: Evening) -> None:
    """Live one evening on that database, and look at everything that was promised."""
    engine = make_engine(url)
    try:
        sim, person = live(engine, evening)
        promises.nothing_outside_the_window(sim, person)
        promises.every_reminder_has_an_end(sim, person)
        if evening.down is None:
            promises.the_site_learned_of_it_in_time(sim, person, QUIET)
    finally:
        engine.dispose()


def hold_on_a_copy(template: Path, evening: Evening) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sayso.sqlite"
        copyfile(template, path)
        hold(f"sqlite:///{path}", evening)


EVENINGS = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(EVENINGS, max_examples=8)
@given(evenings)
@example(Evening(hour=20, phone="silent", mail="held"))
def test_however_the_last_evening_goes_the_site_learns_of_it(
    sqlite_template: Path, evening: Evening
) -> None:
    hold_on_a_copy(sqlite_template, evening)


@pytest.mark.nightly
@settings(EVENINGS, max_examples=150)
@given(evenings)
def test_however_many_last_evenings_go_the_site_learns_of_them(
    sqlite_template: Path, evening: Evening
) -> None:
    hold_on_a_copy(sqlite_template, evening)


@pytest.mark.nightly
@settings(EVENINGS, max_examples=50)
@given(evenings)
def test_however_the_last_evening_goes_on_the_large_engine(
    postgres_stock: Stock, evening: Evening
) -> None:
    url = postgres_stock.lend()
    try:
        hold(url, evening)
    finally:
        postgres_stock.take_back(url)


def rows(sim: Simulation) -> list[tuple[str, str]]:
    """Whom the site's list says to call about open forms, and why, at this moment."""
    with transaction(sim.trial.engine, read_only=True) as connection:
        within = access.everything(connection, Actor("worker"), STUDY)
        return [
            (row.kind, row.why)
            for row in worklist.today(connection, within, sim.clock.now()).rows
            if row.due is not None and row.kind != "visit_due"
        ]


def test_what_the_rows_call_the_call_list_is_the_list_of_today(engine: Engine) -> None:
    """From the moment that says so, until a later reminder is shown."""
    sim = Simulation(engine, START)
    person = sim.trial.enrol("A-1", START)
    phone = sim.phone_for(person)
    sim.run_until(START + timedelta(days=1))
    phone.shows = False
    sim.run_until(OPEN_STEP + timedelta(hours=4) - timedelta(seconds=1))
    assert rows(sim) == []
    sim.run_until(OPEN_STEP + timedelta(hours=4))
    why = "Week 12: four forms open, and the reminder of 24 August 2026 did not get through."
    assert rows(sim) == [("unreachable", why)]
    phone.shows = True
    sim.run_until(OPEN_STEP + timedelta(days=3, seconds=1))
    # It was shown; that nothing has come for three days is another matter.
    assert [kind for kind, _why in rows(sim)] == ["silent"]


def test_a_mail_after_the_call_list_takes_her_off_it(quick_engine: Engine) -> None:
    """She had no address; now she has one."""
    sim = Simulation(quick_engine, START)
    person = sim.trial.enrol("A-1", START)
    phone = sim.phone_for(person, shows=False)
    sim.run_until(OPEN_STEP + timedelta(hours=4))
    assert len(rows(sim)) == 1
    sim.trial.has_email(person, "alice@example.org", sim.clock.now())
    phone.gone = True
    sim.run_until(OPEN_STEP + timedelta(days=3))
    assert len(sim.network.mails) == 1
    assert [kind for kind, _why in rows(sim)] == ["silent"]
