"""A reminder from plan to lock screen: the plain case, told step by step."""

from datetime import timedelta

from sayso.services import subscriptions
from sayso.store.engine import transaction
from support.reminder_fixtures import ENROLLED, OPEN_STEP, Office


def test_a_phone_confirms_and_is_reminded_on_the_opening_day(office: Office) -> None:
    alice = office.trial.enrol("A-1", ENROLLED)
    phone = office.phone()
    office.trial.register(alice, phone, ENROLLED)

    office.at(ENROLLED + timedelta(seconds=5))
    assert [m.document["notification"]["title"] for m in phone.received] == ["Reminders are on"]

    _acknowledge(office, phone)
    office.at(OPEN_STEP - timedelta(seconds=1))
    assert len(phone.received) == 1

    office.at(OPEN_STEP)
    reminder = phone.received[-1]
    assert reminder.document["web_push"] == 8030
    assert reminder.document["notification"]["navigate"].startswith("https://pro.example.org/form/")
    assert reminder.headers["Urgency"] == "normal"
    assert reminder.headers["TTL"] == "86400"
    assert office.service.refused == []


def test_nothing_goes_out_twice(office: Office) -> None:
    alice = office.trial.enrol("A-1", ENROLLED)
    phone = office.phone()
    office.trial.register(alice, phone, ENROLLED)
    office.at(ENROLLED)
    office.at(ENROLLED)
    office.at(OPEN_STEP)
    office.at(OPEN_STEP)
    assert len(phone.received) == 2


def _acknowledge(office: Office, phone: object) -> None:
    received = office.service.phones.values()
    token = next(iter(received)).received[-1].document["notification"]["data"]["ack"]
    with transaction(office.trial.engine) as connection:
        assert subscriptions.acknowledge(
            connection, office.trial.keyring, token, office.clock.now()
        )
