"""A mail server that is down, hangs, refuses us or is slow: pushes and other mail do not suffer.

The server is a real one on this machine, or a port at which nobody answers.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from sayso.domain.delivery import Outcome
from sayso.mail.message import Mail
from sayso.mail.smtp import SmtpSender, server_of
from sayso.push.sender import PushSender
from sayso.store.engine import make_engine
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import MAIL_SERVER, Network
from support import certificates
from support.mailbox import Mailbox, mail_server
from support.reminder_fixtures import ENROLLED, OPEN_STEP, SUBJECT, Office
from support.reminding import LOOPBACK

SENDER = "reminders@pro.example.org"
PEOPLE = 5
LAST_STEP = OPEN_STEP + timedelta(days=28)


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """One database engine: what is tried here is the way out of the house."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def smtp(mailbox: Mailbox) -> SmtpSender:
    return SmtpSender(server_of(f"smtp://127.0.0.1:{mailbox.port}"), SENDER)


def use(office: Office, smtp: SmtpSender, network: type[Network] = Network) -> Network:
    """Let the worker hand in its mail there from now on."""
    made = network(PushSender(office.ring, SUBJECT, LOOPBACK), smtp)
    office.dispatcher._transport = made
    return made


def five_with_mail_and_one_with_a_phone(office: Office) -> list[int]:
    """People whose reminder is due; the mails stand before the push in the queue."""
    people = [
        office.trial.enrol(f"P-{number}", ENROLLED, email=f"p{number}@example.org")
        for number in range(PEOPLE)
    ]
    ben = office.trial.enrol("B-1", ENROLLED)
    phone = office.phone()
    office.trial.register(ben, phone, ENROLLED)
    office.at(OPEN_STEP - timedelta(hours=1))
    phone.received.clear()
    return [*people, ben]


def mails(office: Office) -> list[tuple[str, str | None, int]]:
    """State, outcome and number of tries of each reminder by e-mail, in order."""
    return [
        (row.state, row.outcome, row.attempts)
        for row in office.trial.deliveries()
        if row.reminder_id is not None and row.channel == "email"
    ]


def pushed(office: Office) -> list[float]:
    """When Ben's phone got something."""
    return [message.at for phone in office.service.phones.values() for message in phone.received]


def test_a_server_that_is_down_costs_one_try_and_nobody_their_mail(
    office: Office, mailbox: Mailbox
) -> None:
    five_with_mail_and_one_with_a_phone(office)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        absent = server_of(f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        network = use(office, SmtpSender(absent, SENDER))
        office.at(OPEN_STEP)
    assert pushed(office) == [OPEN_STEP.timestamp()]
    assert mails(office) == [("pending", "retry", 1)] + [("pending", "held", 0)] * (PEOPLE - 1)
    troubles = network.troubles(OPEN_STEP)
    assert troubles == {MAIL_SERVER: "The mail server could not be used (ConnectionRefusedError)."}
    # It comes back, and everybody gets what waited, once.
    network._smtp = SmtpSender(server_of(f"smtp://127.0.0.1:{mailbox.port}"), SENDER)
    office.later(minutes=2)
    assert sorted(mailbox.recipients) == [f"p{number}@example.org" for number in range(PEOPLE)]
    assert {state for state, _outcome, _tries in mails(office)} == {"sent"}
    assert network.troubles(office.clock.now()) == {}


def test_a_server_that_is_down_on_the_last_day_leaves_everybody_to_be_called_in_time(
    office: Office,
) -> None:
    people = five_with_mail_and_one_with_a_phone(office)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        absent = server_of(f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        use(office, SmtpSender(absent, SENDER))
        office.clock.moment = LAST_STEP + timedelta(hours=2)
        office.beat()
        office.later(hours=12)
    evening = LAST_STEP + timedelta(hours=11)  # the quiet hours in which the window closes
    seen = set()
    for person in people[:PEOPLE]:
        mail, called = [row for row in office.trial.deliveries(person) if row.reminder_id]
        assert mail.why
        assert (called.channel, called.outcome) == ("staff", "on-call-list")
        assert called.sent_at < evening
        seen.add(mail.outcome)
    # One was tried to the end; the others waited for the server as long as there was time.
    assert seen == {"attempts-used-up", "too-late"}


def test_a_server_that_hangs_holds_up_one_mail_and_no_push(office: Office) -> None:
    five_with_mail_and_one_with_a_phone(office)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        at = server_of(f"smtp://127.0.0.1:{hanging.getsockname()[1]}")
        network = use(office, SmtpSender(at, SENDER, timeout_seconds=0.2))
        office.at(OPEN_STEP)
    assert pushed(office) == [OPEN_STEP.timestamp()]
    assert [outcome for _state, outcome, _tries in mails(office)] == ["retry"] + ["held"] * 4
    assert "could not be used" in network.troubles(OPEN_STEP)[MAIL_SERVER]


def test_a_server_that_refuses_our_sign_in_is_an_alarm_after_each_of_three_tries(
    office: Office, tmp_path: Path
) -> None:
    five_with_mail_and_one_with_a_phone(office)
    made = certificates.make(tmp_path)
    with mail_server(tls=made.server(), password="right") as strict, capture_logs() as lines:
        at = server_of(f"smtps://sayso:wrong@127.0.0.1:{strict.port}")
        network = use(office, SmtpSender(at, SENDER, tls=made.client))
        office.at(OPEN_STEP)
    assert pushed(office) == [OPEN_STEP.timestamp()]
    assert [outcome for _state, outcome, _tries in mails(office)] == (
        ["our-fault"] * 3 + ["held"] * 2
    )
    alarms = [line for line in lines if line["event"] == "delivery refused"]
    assert [(line["channel"], line["log_level"]) for line in alarms] == [("email", "error")] * 3
    assert "somebody must look at it" in alarms[0]["why"]
    assert "wrong" not in str(lines)
    assert MAIL_SERVER in network.troubles(OPEN_STEP)


def test_an_address_that_is_refused_says_nothing_of_the_server(
    office: Office, mailbox: Mailbox
) -> None:
    five_with_mail_and_one_with_a_phone(office)
    mailbox.replies = ["550 5.1.1 No such user", "451 4.7.1 Greylisted", "550 5.1.1 No such user"]
    office.at(OPEN_STEP)
    assert [outcome for _state, outcome, _tries in mails(office)] == [
        "gone", "retry", "gone", "sent", "sent",
    ]  # fmt: skip
    assert office.network.troubles(OPEN_STEP) == {}


class Slow(Network):
    """Half a minute passes with every mail."""

    office: Office

    async def mail(self, mail: Mail, now: datetime) -> Outcome:
        self.office.clock.advance(timedelta(seconds=30))
        return await super().mail(mail, now)


def test_what_a_slow_server_left_undone_is_taken_up_again_and_was_not_tried(
    office: Office, mailbox: Mailbox, smtp: SmtpSender
) -> None:
    """Three mails fit under one lease; the others go back as they were, and go in the next."""
    five_with_mail_and_one_with_a_phone(office)
    slow = use(office, smtp, Slow)
    assert isinstance(slow, Slow)
    slow.office = office
    dispatcher: Dispatcher = office.dispatcher
    office.clock.moment = OPEN_STEP
    counts = dispatcher.tick()
    assert (counts["waiting"], counts["sent"], counts["retried"]) == (2, PEOPLE + 1, 0)
    assert mails(office) == [("sent", "sent", 1)] * PEOPLE
    assert len(mailbox.recipients) == len(set(mailbox.recipients)) == PEOPLE
