"""The ways to reach a person, one after another: phone, e-mail, the site's call list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sayso.mail.smtp import SmtpSender, server_of
from support.mailbox import Mailbox, mail_server
from support.push_service import Phone
from support.reminder_fixtures import ENROLLED, OPEN_STEP, Office


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def smtp(mailbox: Mailbox) -> SmtpSender:
    return SmtpSender(server_of(f"smtp://127.0.0.1:{mailbox.port}"), "reminders@pro.example.org")


def proven_phone(office: Office, person: int) -> Phone:
    """A phone that has confirmed its first message."""
    phone = office.phone()
    office.trial.register(person, phone, office.clock.now())
    office.beat()
    acknowledge(office, phone)
    return phone


def acknowledge(office: Office, phone: Phone) -> None:
    token = phone.received[-1].document["notification"]["data"]["ack"]
    assert office.trial.acknowledge(token, office.clock.now())


def ways(office: Office, person: int) -> list[tuple[str, str | None]]:
    """Channel and outcome of everything sent for reminders, in order."""
    return [
        (row.channel, row.outcome)
        for row in office.trial.deliveries(person)
        if row.reminder_id is not None
    ]


def test_a_reminder_that_is_shown_needs_no_mail(office: Office, mailbox: Mailbox) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    phone = proven_phone(office, alice)
    office.at(OPEN_STEP)
    acknowledge(office, phone)
    office.later(hours=5)
    assert ways(office, alice) == [("push", "sent"), ("email", "shown")]
    assert mailbox.messages == []


def test_silence_for_four_hours_brings_a_mail(office: Office, mailbox: Mailbox) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    proven_phone(office, alice)
    office.at(OPEN_STEP + timedelta(hours=4) - timedelta(seconds=1))
    assert mailbox.messages == []
    office.later(seconds=1)
    assert mailbox.recipients == ["alice@example.org"]
    assert ways(office, alice) == [("push", "sent"), ("email", "sent")]


def test_an_unproven_phone_is_waited_for_half_an_hour(office: Office, mailbox: Mailbox) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    office.trial.register(alice, office.phone(), ENROLLED)
    office.at(OPEN_STEP + timedelta(minutes=30))
    assert len(mailbox.messages) == 1


def test_a_phone_that_unsubscribed_is_forgotten_and_mailed_at_once(
    office: Office, mailbox: Mailbox
) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    phone = proven_phone(office, alice)
    del office.service.phones[phone.token]
    office.at(OPEN_STEP)
    assert ways(office, alice) == [("push", "gone"), ("email", "sent")]
    office.at(OPEN_STEP + timedelta(days=3))
    assert ways(office, alice)[2:] == [("email", "sent")]
    assert len(mailbox.messages) == 2


def test_one_of_two_phones_gone_is_no_dead_end(office: Office, mailbox: Mailbox) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    old, new = proven_phone(office, alice), proven_phone(office, alice)
    del office.service.phones[old.token]
    office.at(OPEN_STEP)
    acknowledge(office, new)
    office.later(hours=5)
    assert mailbox.messages == []


def test_nobody_to_reach_ends_on_the_call_list(office: Office) -> None:
    alice = office.trial.enrol("A-1", ENROLLED)
    office.at(OPEN_STEP)
    assert ways(office, alice) == [("staff", "on-call-list")]


def test_a_silent_phone_without_mail_ends_on_the_call_list(office: Office) -> None:
    alice = office.trial.enrol("A-1", ENROLLED)
    proven_phone(office, alice)
    office.at(OPEN_STEP + timedelta(hours=4))
    assert ways(office, alice) == [("push", "sent"), ("staff", "on-call-list")]


def test_an_address_that_does_not_exist_ends_on_the_call_list(
    office: Office, mailbox: Mailbox
) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    mailbox.replies = ["550 5.1.1 No such user"]
    office.at(OPEN_STEP)
    assert ways(office, alice) == [("email", "gone"), ("staff", "on-call-list")]


def test_mail_that_is_put_off_is_tried_again(office: Office, mailbox: Mailbox) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    mailbox.replies = ["451 4.7.1 Later"]
    office.at(OPEN_STEP)
    assert ways(office, alice) == [("email", "retry")]
    office.later(minutes=1)
    assert ways(office, alice) == [("email", "sent")]


def test_the_mail_says_nothing_about_health(office: Office, mailbox: Mailbox) -> None:
    office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    office.at(OPEN_STEP)
    text = mailbox.messages[0].as_string().lower()
    for word in ("her2", "cancer", "therapy", "anxiety", "hrqol", "a-1", "week 12", "stop-"):
        assert word not in text


def test_an_answer_stops_the_mail_that_was_waiting(office: Office, mailbox: Mailbox) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    proven_phone(office, alice)
    office.at(OPEN_STEP)
    office.trial.answered(alice, "W12", office.clock.now())
    office.at(OPEN_STEP + timedelta(days=30))
    assert ways(office, alice) == [("push", "sent"), ("email", "completed")]
    assert mailbox.messages == []


def test_the_fallback_waits_for_the_morning(office: Office, mailbox: Mailbox) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    office.trial.prefers(alice, ENROLLED, reminder_hour=20)
    proven_phone(office, alice)
    evening = OPEN_STEP + timedelta(hours=10)
    office.at(evening + timedelta(hours=11, minutes=59))
    assert mailbox.messages == []
    office.later(minutes=1)
    assert len(mailbox.messages) == 1


def test_a_newer_reminder_makes_the_waiting_mail_of_the_older_needless(
    office: Office, mailbox: Mailbox
) -> None:
    alice = office.trial.enrol("A-1", ENROLLED, email="alice@example.org")
    phone = proven_phone(office, alice)
    office.at(OPEN_STEP)
    office.clock.moment = OPEN_STEP + timedelta(days=3)
    office.beat()
    acknowledge(office, phone)
    office.later(hours=5)
    assert mailbox.messages == []
    assert ("email", "superseded") in ways(office, alice)
