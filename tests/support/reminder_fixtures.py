"""Fixtures for everything that sends: a trial, a clock to move, a push service and a worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sayso.clock import FixedClock
from sayso.mail.smtp import SmtpSender
from sayso.push import keys
from sayso.push.keys import KeyRing
from sayso.push.sender import PushSender
from sayso.services import dispatch, reminder_queue
from sayso.services.dispatch_check import Desk
from sayso.store.engine import transaction
from sayso.worker import planner
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Network
from support.push_service import Phone, PushService, served
from support.reminding import LOOPBACK, Trial, published

_PLANNING = timedelta(days=20)
SUBJECT = "mailto:team@example.org"
PUBLIC_URL = "https://pro.example.org"
ENROLLED = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
OPENS = date(2026, 8, 24)  # week 12 of somebody who enrolled on 15 June: day 84 less 14
OPEN_STEP = datetime(2026, 8, 24, 14, 0, tzinfo=UTC)  # 10 o'clock in New York


@dataclass
class Office:
    """A trial, its clock, the push service it talks to and the dispatcher under test."""

    trial: Trial
    clock: FixedClock
    service: PushService
    ring: KeyRing
    dispatcher: Dispatcher
    network: Network

    def phone(self) -> Phone:
        return self.service.phone(self.ring.current.public)

    def at(self, moment: datetime) -> None:
        """Let the time pass until then, doing everything when it is due, as a worker would."""
        while True:
            with transaction(self.trial.engine, read_only=True) as connection:
                due = [dispatch.next_due(connection), reminder_queue.next_due(connection)]
            stops = [at for at in due if at is not None]
            following = min([*stops, self.clock.moment + _PLANNING])
            if following >= moment:
                break
            self.clock.moment = max(following, self.clock.moment)
            self.beat()
        self.clock.moment = moment
        self.beat()

    def beat(self) -> None:
        """Plan and dispatch once, at this moment."""
        planner.plan(self.trial.engine, self.clock, lambda: False)
        self.dispatcher.tick()

    def later(self, **span: float) -> None:
        self.at(self.clock.moment + timedelta(**span))


@pytest.fixture
def trial(engine: Engine) -> Trial:
    return published(engine, ENROLLED)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(ENROLLED)


@pytest.fixture
def service(clock: FixedClock) -> Iterator[PushService]:
    service = PushService()
    service.now = lambda: clock.now().timestamp()
    with served(service):
        yield service


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    path: Path = tmp_path_factory.mktemp("keys") / "vapid.pem"
    keys.create(path)
    return keys.load(path)


@pytest.fixture
def smtp() -> SmtpSender | None:
    """Overridden where mail is meant to leave."""
    return None


@pytest.fixture
def office(
    trial: Trial,
    clock: FixedClock,
    service: PushService,
    ring: KeyRing,
    smtp: SmtpSender | None,
) -> Office:
    trial.vapid_key_id = ring.current.id
    network = Network(PushSender(ring, SUBJECT, LOOPBACK, timeout_seconds=2), smtp)
    desk = Desk(PUBLIC_URL, trial.keyring, sends_mail=smtp is not None)
    dispatcher = Dispatcher(
        trial.engine, clock, desk, network,
        stopping=threading.Event().is_set, jitter=lambda: 0.5,
    )  # fmt: skip
    return Office(trial, clock, service, ring, dispatcher, network)
