"""Registering a phone for reminders, testing it, and its word that a message was shown."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from sayso.domain import ack
from sayso.store.engine import transaction
from sayso.store.tables_messages import delivery, push_subscription
from support.at_once import at_once
from support.push_service import PushService
from support.stage import STUDY
from support.visitors import Visitor, Visitors

PATH = "/api/me/subscriptions"


def subscription(number: int = 1) -> dict[str, Any]:
    service = PushService()
    service.url = "https://fcm.googleapis.com"
    phone = service.phone("BPublicKey")
    return {
        "endpoint": f"https://fcm.googleapis.com/fcm/send/{number}-{phone.token}",
        "keys": {"p256dh": phone.p256dh, "auth": phone.auth},
    }


def rows(visitors: Visitors) -> list[Any]:
    with transaction(visitors.stage.engine, read_only=True) as connection:
        return list(connection.execute(select(push_subscription).order_by(push_subscription.c.id)))


def messages(visitors: Visitors) -> list[Any]:
    with transaction(visitors.stage.engine, read_only=True) as connection:
        return list(connection.execute(select(delivery).order_by(delivery.c.id)))


def acknowledge(visitors: Visitors, visitor: Visitor, number: int) -> int:
    token = ack.token(visitors.stage.keyring.derived(ack.PURPOSE), number)
    return visitor.post("/api/acks", {"token": token}).status_code


def test_a_phone_is_registered_and_asked_to_confirm(visitors: Visitors) -> None:
    answer = visitors.alice.put(PATH, subscription())
    assert answer.status_code == 200
    assert answer.json["confirmed"] is False
    assert [(m.purpose, m.channel, m.state) for m in messages(visitors)] == [
        ("confirm", "push", "pending")
    ]
    assert visitors.alice.get("/api/me").json["reminders"]["push"] == "unproven"


def test_the_word_that_it_was_shown_proves_the_phone(visitors: Visitors) -> None:
    visitors.alice.put(PATH, subscription())
    (message,) = messages(visitors)
    assert acknowledge(visitors, visitors.stranger(), message.id) == 204
    assert visitors.alice.get("/api/me").json["reminders"]["push"] == "proven"


def test_the_app_may_repeat_it_at_every_start(visitors: Visitors) -> None:
    body = subscription()
    first = visitors.alice.put(PATH, body).json
    acknowledge(visitors, visitors.alice, messages(visitors)[0].id)
    assert visitors.alice.put(PATH, body).json == {"id": first["id"], "confirmed": True}
    assert len(messages(visitors)) == 1


def test_members_that_browsers_add_are_left_aside(visitors: Visitors) -> None:
    answer = visitors.alice.put(PATH, subscription() | {"expirationTime": None})
    assert answer.status_code == 200


def test_the_page_and_its_service_worker_may_register_at_once(visitors: Visitors) -> None:
    phones, hers = [visitors.stranger() for _ in range(3)], subscription()
    for phone in phones:
        phone.client.set_cookie("sayso-participant", visitors.stage.phones["P-001"])

    answers = at_once(lambda number: phones[number].put(PATH, hers), 3)

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json["id"] for answer in answers} == {row.id for row in rows(visitors)}
    assert len(rows(visitors)) == 1


def test_only_her_own_site_reads_of_it_in_the_trail(visitors: Visitors) -> None:
    visitors.alice.put(PATH, subscription())
    visitors.amy.put(PATH, subscription(2))
    path = f"/api/studies/{STUDY}/audit"

    for name, seen in (("ivy", ["P-001"]), ("bob", ["P-001"]), ("dana", ["P-200"])):
        events = getattr(visitors, name).get(path).json["events"]
        about = [e["participant"] for e in events if e["action"] == "subscription.registered"]
        assert about == seen, name


def test_a_new_address_replaces_the_old_one(visitors: Visitors) -> None:
    old, new = subscription(1), subscription(2)
    visitors.alice.put(PATH, old)
    visitors.alice.put(PATH, new | {"replaces": old["endpoint"]})
    assert [row.dead_at is None for row in rows(visitors)] == [False, True]


def test_nobody_can_end_somebody_elses_phone(visitors: Visitors) -> None:
    hers = subscription(1)
    visitors.alice.put(PATH, hers)
    visitors.amy.put(PATH, subscription(2) | {"replaces": hers["endpoint"]})
    assert visitors.amy.delete(PATH, json={"endpoint": hers["endpoint"]}).status_code == 204
    assert [row.dead_at for row in rows(visitors)] == [None, None]


def test_removing_a_phone(visitors: Visitors) -> None:
    hers = subscription()
    visitors.alice.put(PATH, hers)
    assert visitors.alice.delete(PATH, json={"endpoint": hers["endpoint"]}).status_code == 204
    assert rows(visitors)[0].dead_at is not None
    assert visitors.alice.get("/api/me").json["reminders"]["push"] == "none"
    again = visitors.alice.put(PATH, hers).json
    assert again == {"id": rows(visitors)[0].id, "confirmed": False}


def test_a_phone_that_changes_hands_must_prove_itself_anew(visitors: Visitors) -> None:
    shared = subscription()
    visitors.alice.put(PATH, shared)
    acknowledge(visitors, visitors.alice, messages(visitors)[0].id)
    assert visitors.amy.put(PATH, shared).json["confirmed"] is False
    (row,) = rows(visitors)
    assert row.participant_id == visitors.row_id("amy")
    assert visitors.alice.get("/api/me").json["reminders"]["push"] == "none"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:9/x",
        "https://evil.example/x",
        "https://169.254.169.254/latest",
    ],
)
def test_hostile_endpoints_are_refused(visitors: Visitors, endpoint: str) -> None:
    answer = visitors.alice.put(PATH, subscription() | {"endpoint": endpoint})
    assert (answer.status_code, answer.json["slug"]) == (422, "endpoint-refused")
    assert endpoint not in answer.text
    assert rows(visitors) == []


def test_keys_that_cannot_encrypt_are_refused(visitors: Visitors) -> None:
    body = subscription()
    body["keys"]["p256dh"] = "AAAA"
    answer = visitors.alice.put(PATH, body)
    assert (answer.status_code, answer.json["slug"]) == (422, "subscription-keys-refused")


def test_the_address_is_never_stored_in_the_open(visitors: Visitors) -> None:
    hers = subscription()
    visitors.alice.put(PATH, hers)
    (row,) = rows(visitors)
    for value in row:
        assert hers["endpoint"].encode() not in bytes(str(value), "utf-8")
    assert visitors.stage.keyring.open(row.endpoint_sealed) == hers["endpoint"]


def test_the_oldest_of_too_many_phones_is_let_go(visitors: Visitors) -> None:
    for number in range(7):
        visitors.alice.put(PATH, subscription(number))
    assert [row.dead_at is None for row in rows(visitors)] == [False] * 2 + [True] * 5


def test_a_test_reminder_goes_to_every_phone_once_a_minute(visitors: Visitors) -> None:
    for number in range(2):
        visitors.alice.put(PATH, subscription(number))
    answer = visitors.alice.post("/api/me/test-reminder")
    assert (answer.status_code, answer.json) == (202, {"phones": 2})
    visitors.alice.post("/api/me/test-reminder")
    assert [m.purpose for m in messages(visitors)].count("test") == 2


@pytest.mark.parametrize("token", ["x", "1.aaaaaaaaaaaaaaaaaaaaaaaa", "ü" * 20])
def test_tokens_that_are_not_ours_change_nothing_and_tell_nothing(
    visitors: Visitors, token: str
) -> None:
    visitors.alice.put(PATH, subscription())
    assert visitors.stranger().post("/api/acks", {"token": token}).status_code == 204
    assert messages(visitors)[0].acked_at is None


def test_only_the_first_word_counts(visitors: Visitors) -> None:
    visitors.alice.put(PATH, subscription())
    (message,) = messages(visitors)
    acknowledge(visitors, visitors.alice, message.id)
    first = messages(visitors)[0].acked_at
    visitors.clock.moment = visitors.clock.moment.replace(hour=23)
    acknowledge(visitors, visitors.alice, message.id)
    assert messages(visitors)[0].acked_at == first
