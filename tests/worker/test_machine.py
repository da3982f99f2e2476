"""A machine of reminders: two workers, crashes between any two steps, and a person who lives on.

Hypothesis plays a window of one participant. She answers, changes her hour, her zone and her mind,
loses phones and registers new ones, and dies or withdraws; a worker is killed at a step of its
work, stands still until its lease is over, or is down for days, while another goes on. After each
step, and when the window is over, what is promised is asked of the rows and of what really left.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sayso.domain.walltime import local_time
from sayso.services import dispatch, dispatch_check, reminder_queue
from sayso.services.dispatch import LEASE
from sayso.services.dispatch_check import Desk
from sayso.store.engine import make_engine, transaction
from sayso.worker.tick import Dispatcher
from support import promises
from support.killing import KilledError, kill_at
from support.simulation import ModelPhone, Simulation
from support.stock import Stock

START = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
EVE = START + timedelta(days=69)  # the day before week 12 opens
OVER = START + timedelta(days=104)  # it has closed, wherever she lives
CAP = 3
ZONES = ("America/New_York", "America/Los_Angeles", "Europe/Dublin", "Australia/Lord_Howe")
ENDINGS = ("death", "withdrawal_pro", "withdrawal_contact", "off_study", "exempted", "answered")
STEPS = ("queue_due", "claim", "check", "push", "settle")
OWNERS = {"queue_due": reminder_queue, "claim": dispatch, "check": dispatch_check,
          "settle": dispatch}  # fmt: skip


class Window(RuleBasedStateMachine):
    """The life of one participant from the day before week 12 opens until it is over."""

    lend: Callable[[ExitStack], str]
    """Gives the address of an empty database, which is given back when the stack is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.rest = ExitStack()
        engine = make_engine(self.lend(self.rest))
        self.rest.callback(engine.dispose)
        self.sim = Simulation(engine, START)
        desk = Desk("https://pro.example.org", self.sim.trial.keyring, sends_mail=True)
        self.other = Dispatcher(
            engine, self.sim.clock, desk, self.sim.network, jitter=Random(1).random
        )
        self.ended: datetime | None = None
        self.lost_hold = 0
        self.zone = ZONES[0]
        self.looked_at = 0

    @initialize(email=st.booleans(), phone=st.booleans())
    def enrol(self, email: bool, phone: bool) -> None:
        address = "alice@example.org" if email else None
        self.person = self.sim.trial.enrol("A-1", START, email=address)
        self.phones: list[ModelPhone] = [self.sim.phone_for(self.person)] if phone else []
        self.sim.run_until(EVE)

    @property
    def now(self) -> datetime:
        return self.sim.clock.now()

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.sim.run_until(min(self.now + timedelta(hours=hours), OVER))

    @rule(days=st.integers(1, 6))
    def nobody_works_for_days(self, days: int) -> None:
        self.sim.clock.moment = min(self.now + timedelta(days=days), OVER)

    @rule()
    def the_other_worker_works(self) -> None:
        self.other.tick()

    @rule(step=st.sampled_from(STEPS), after=st.booleans())
    def a_worker_is_killed_at_its_next_work(self, step: str, after: bool) -> None:
        self._go_to_what_is_due()
        with pytest.MonkeyPatch.context() as patch:
            kill_at(patch, OWNERS.get(step, self.sim.network), step, 1, after=after)
            try:
                self.other.tick()
            except KilledError:
                self.lost_hold += 1

    @rule()
    def a_worker_stands_still_until_its_lease_is_over(self) -> None:
        """It sent what it held; another sends it again; then it writes down what it believes."""
        self._go_to_what_is_due()
        believed: list[dispatch.Settled] = []

        def stand_still(_connection: Any, settled: Any, _now: datetime) -> None:
            believed.extend(settled)
            raise KilledError

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dispatch, "settle", stand_still)
            try:
                self.other.tick()
            except KilledError:
                self.lost_hold += 1
        self.sim.run_until(self.now + LEASE + timedelta(seconds=5))
        before = self.sim.trial.deliveries(self.person)
        with transaction(self.sim.trial.engine) as connection:
            dispatch.settle(connection, believed, self.now)
        assert self.sim.trial.deliveries(self.person) == before

    @precondition(lambda self: self.ended is None)
    @rule(kind=st.sampled_from(ENDINGS))
    def it_ends(self, kind: str) -> None:
        trial, now = self.sim.trial, self.now
        today: date = local_time(now, self.zone).date()
        if kind == "answered":
            trial.answered(self.person, "W12", now)
        elif kind == "exempted":
            trial.exempted(self.person, today, now)
        else:
            trial.happened(self.person, kind, today, now)
        self.ended = now

    @precondition(lambda self: self.ended is None and len(self.phones) < 4)
    @rule(shows=st.booleans())
    def she_registers_a_phone(self, shows: bool) -> None:
        self.phones.append(self.sim.phone_for(self.person, shows=shows))

    @precondition(lambda self: bool(self.phones))
    @rule(data=st.data(), hours=st.none() | st.integers(1, 72))
    def a_phone_is_lost_or_off(self, data: st.DataObject, hours: int | None) -> None:
        phone = data.draw(st.sampled_from(self.phones))
        if hours is None:
            phone.gone = True
            return
        phone.offline_until = self.now + timedelta(hours=hours)
        self.sim.at(phone.offline_until, partial(self.sim.back_online, phone))

    @rule(zone=st.sampled_from(ZONES))
    def she_moves(self, zone: str) -> None:
        self.sim.trial.prefers(self.person, self.now, zone=zone)
        self.zone = zone

    @rule(hour=st.none() | st.integers(0, 23), pause=st.none() | st.integers(1, 9))
    def she_chooses(self, hour: int | None, pause: int | None) -> None:
        until = None if pause is None else (self.now + timedelta(days=pause)).date()
        self.sim.trial.prefers(
            self.person, self.now, reminder_hour=hour, reminders_paused_until=until
        )

    @rule(hours=st.integers(1, 30))
    def she_snoozes(self, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        self.sim.trial.prefers(self.person, self.now, reminders_snoozed_until=until)

    @rule(wants=st.booleans())
    def she_wants_them_or_not(self, wants: bool) -> None:
        said = None if wants else self.now
        self.sim.trial.prefers(self.person, self.now, reminders_opted_out_at=said)

    @invariant()
    def nothing_left_that_must_not(self) -> None:
        if not hasattr(self, "person"):
            return
        promises.nothing_outside_the_window(self.sim, self.person)
        promises.never_too_many(self.sim, self.person, CAP)
        if self.ended is not None:
            promises.nothing_after(self.sim, self.person, self.ended)
        self._nobody_was_woken()
        self._nothing_was_doubled_without_a_crash()

    def teardown(self) -> None:
        try:
            if hasattr(self, "person"):
                self._and_in_the_end()
        finally:
            self.rest.close()

    def _and_in_the_end(self) -> None:
        self.sim.run_until(OVER + timedelta(days=1))
        self.nothing_left_that_must_not()
        promises.every_reminder_has_an_end(self.sim, self.person)

    def _go_to_what_is_due(self) -> None:
        """The moment at which a worker has something to do next, and not beyond the window."""
        moment = min(self.sim._next(), OVER)
        self.sim.clock.moment = max(moment, self.now)

    def _nobody_was_woken(self) -> None:
        """Messages about an occasion leave between the quiet hours, where she is at that time."""
        rows = [row for row in self._sent() if row.id > self.looked_at]
        for row in rows:
            assert 8 <= local_time(row.sent_at, self.zone).hour < 21
        self.looked_at = max([self.looked_at, *(row.id for row in rows)])

    def _sent(self) -> list[Any]:
        return [
            row
            for row in self.sim.trial.deliveries(self.person)
            if row.reminder_id is not None and row.channel != "staff" and row.sent_at
        ]

    def _nothing_was_doubled_without_a_crash(self) -> None:
        copies = Counter(
            json.loads(message.body)["notification"]["data"]["ack"]
            for _at, message in self.sim.network.sent
        )
        assert sum(number - 1 for number in copies.values()) <= self.lost_hold * 4


def small(template: Path) -> Callable[[ExitStack], str]:
    """Lends copies of an empty SQLite file."""

    def lend(rest: ExitStack) -> str:
        folder = Path(rest.enter_context(tempfile.TemporaryDirectory()))
        copyfile(template, folder / "sayso.sqlite")
        return f"sqlite:///{folder / 'sayso.sqlite'}"

    return lend


def large(stock: Stock) -> Callable[[ExitStack], str]:
    """Lends empty PostgreSQL databases."""

    def lend(rest: ExitStack) -> str:
        url = stock.lend()
        rest.callback(stock.take_back, url)
        return url

    return lend


def play(lend: Callable[[ExitStack], str], examples: int, steps: int) -> None:
    machine = type("Window", (Window,), {"lend": staticmethod(lend)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_whatever_happens_in_a_window_the_promises_hold(sqlite_template: Path) -> None:
    play(small(sqlite_template), 4, 14)


def test_they_hold_on_the_large_engine(postgres_stock: Stock) -> None:
    play(large(postgres_stock), 2, 10)


@pytest.mark.nightly
def test_whatever_happens_in_many_windows_the_promises_hold(sqlite_template: Path) -> None:
    play(small(sqlite_template), 120, 30)


@pytest.mark.nightly
def test_they_hold_in_many_windows_on_the_large_engine(postgres_stock: Stock) -> None:
    play(large(postgres_stock), 60, 30)
