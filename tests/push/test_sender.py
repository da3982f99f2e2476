"""The sender against a strict push service: encryption, signature, headers, every failure."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pywebpush import WebPusher

from sayso.domain.delivery import ACCEPTED, BROKEN, GONE, HELD, OUR_FAULT, RETRY, Outcome
from sayso.push import keys
from sayso.push.endpoints import EndpointRules
from sayso.push.keys import KeyRing
from sayso.push.message import PushMessage, document, topic
from sayso.push.sender import PushSender
from support.push_service import Answer, Phone, PushService, served

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
RULES = EndpointRules(allow_loopback=True)
BODY = document(title="T", text="B", navigate="https://x.example/", tag="t", ack="1.a")


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    path = tmp_path / "vapid.pem"
    keys.create(path)
    return keys.load(path)


@pytest.fixture
def service() -> Iterator[PushService]:
    service = PushService()
    service.now = NOW.timestamp
    with served(service):
        yield service


@pytest.fixture
def sender(ring: KeyRing) -> PushSender:
    return PushSender(ring, "mailto:team@example.org", RULES, timeout_seconds=0.5)


@pytest.fixture
def phone(service: PushService, ring: KeyRing) -> Phone:
    return service.phone(ring.current.public)


def message(phone: Phone, ring: KeyRing, **other: object) -> PushMessage:
    made = PushMessage(
        phone.endpoint, phone.p256dh, phone.auth, ring.current.id, BODY, topic("a"), "normal", 60
    )
    return replace(made, **other)  # type: ignore[arg-type]


def send(sender: PushSender, *messages: PushMessage, now: datetime = NOW) -> list[Outcome]:
    async def all_of_them() -> list[Outcome]:
        async with sender:
            return await asyncio.gather(*(sender.send(one, now) for one in messages))

    return asyncio.run(all_of_them())


def test_a_message_arrives_as_it_was_written(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing
) -> None:
    (outcome,) = send(sender, message(phone, ring))
    assert (outcome.kind, outcome.status) == (ACCEPTED, 201)
    assert [m.document["notification"]["body"] for m in phone.received] == ["B"]
    assert service.refused == []


def test_the_largest_message_still_fits(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing
) -> None:
    (outcome,) = send(sender, message(phone, ring, body=b'{"a":"' + b"x" * 3985 + b'"}'))
    assert outcome.kind == ACCEPTED


def test_each_service_gets_its_own_signature(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing
) -> None:
    other = PushService()
    other.now = NOW.timestamp
    with served(other):
        second = other.phone(ring.current.public)
        outcomes = send(sender, message(phone, ring), message(second, ring), message(phone, ring))
    assert [outcome.kind for outcome in outcomes] == [ACCEPTED] * 3
    assert service.refused == other.refused == []


def test_the_signature_is_kept_until_an_hour_before_it_ends(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing
) -> None:
    for hours in (0, 10, 11.5):
        later = NOW + timedelta(hours=hours)
        service.now = later.timestamp
        send(sender, message(phone, ring), now=later)
    headers = [m.headers["Authorization"] for m in phone.received]
    assert headers[0] == headers[1] != headers[2]


def test_a_key_that_was_retired_signs_for_its_phones(tmp_path: Path, service: PushService) -> None:
    path = tmp_path / "rotated.pem"
    old = keys.create(path)
    path.rename(tmp_path / "2025.old.pem")
    keys.create(path)
    sender = PushSender(keys.load(path), "mailto:team@example.org", RULES)
    phone = service.phone(old.public)
    made = PushMessage(
        phone.endpoint, phone.p256dh, phone.auth, old.id, BODY, topic("a"), "normal", 60
    )
    assert [o.kind for o in send(sender, made, replace(made, key_id="lost"))] == [
        ACCEPTED, OUR_FAULT,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, GONE), (410, GONE), (401, OUR_FAULT), (413, BROKEN), (406, RETRY), (500, RETRY),
     (302, BROKEN)],
)  # fmt: skip
def test_answers_become_outcomes(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing, status: int, kind: str
) -> None:
    service.script[phone.token] = [Answer(status, {"Location": f"{service.url}/elsewhere"})]
    (outcome,) = send(sender, message(phone, ring))
    assert (outcome.kind, outcome.status) == (kind, status)
    assert service.refused == []


def test_throttling_holds_back_the_rest_of_that_service(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing
) -> None:
    service.script[phone.token] = [Answer(429, {"Retry-After": "120"})]
    assert send(sender, message(phone, ring))[0].retry_after == timedelta(seconds=120)
    assert send(sender, message(phone, ring))[0].kind == HELD
    assert service.requests == 1


def test_a_hanging_service_does_not_stop_the_others(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing
) -> None:
    hanging = service.phone(ring.current.public)
    service.script[hanging.token] = [Answer(0)]
    slow, quick = send(sender, message(hanging, ring), message(phone, ring))
    assert (slow.kind, quick.kind) == (RETRY, ACCEPTED)
    assert "in time" in slow.why


NONSENSE = {
    "no http": (b"220 mail.example ESMTP\r\n", RETRY),
    "binary": (bytes(range(256)), RETRY),
    "nothing at all": (b"", RETRY),
    "a page instead of an answer": (b"HTTP/1.1 200 OK\r\n\r\n<html>Sign in</html>", ACCEPTED),
    "a status from nowhere": (b"HTTP/1.1 299 Whatever\r\nContent-Length: 0\r\n\r\n", BROKEN),
    "a body that never ends": (
        b"HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 70_000, ACCEPTED
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", NONSENSE, ids=str)
def test_a_service_that_talks_nonsense_is_one_outcome_among_others(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing, said: str
) -> None:
    raw, kind = NONSENSE[said]
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)

        strange = PushService()
        strange.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=answer)
        thread.start()
        odd, good = send(
            sender, message(strange.phone(ring.current.public), ring), message(phone, ring)
        )
        thread.join(10)
    assert (odd.kind, good.kind) == (kind, ACCEPTED)
    assert odd.why
    assert strange.url not in odd.why


def test_a_service_that_is_not_there_is_tried_again(sender: PushSender, ring: KeyRing) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        absent = PushService()
        absent.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        (outcome,) = send(sender, message(absent.phone(ring.current.public), ring))
    assert outcome.kind == RETRY
    assert "127.0.0.1" not in outcome.why


@pytest.mark.parametrize("p256dh", ["AAAA", "", "BA" * 43])
def test_keys_that_cannot_encrypt_break_one_message_only(
    sender: PushSender, phone: Phone, ring: KeyRing, p256dh: str
) -> None:
    bad, good = send(sender, message(phone, ring, p256dh=p256dh), message(phone, ring))
    assert (bad.kind, good.kind) == (BROKEN, ACCEPTED)


def test_an_endpoint_that_is_no_longer_allowed_is_not_called(
    ring: KeyRing, service: PushService, phone: Phone
) -> None:
    strict = PushSender(ring, "mailto:team@example.org", EndpointRules())
    (outcome,) = send(strict, message(phone, ring))
    assert outcome.kind == BROKEN
    assert service.requests == 0


def test_a_hundred_at_once_share_connections(
    service: PushService, phone: Phone, ring: KeyRing
) -> None:
    sender = PushSender(ring, "mailto:team@example.org", RULES)
    outcomes = send(sender, *(message(phone, ring) for _ in range(150)))
    assert {outcome.kind for outcome in outcomes} == {ACCEPTED}
    assert service.max_connections <= 64


def test_windows_gets_the_header_it_insists_on(sender: PushSender, ring: KeyRing) -> None:
    made = PushMessage("", "", "", ring.current.id, b"", topic("a"), "normal", 60)
    headers = sender._headers(made, "https://db5.notify.windows.com", ring.current, NOW)
    assert headers["X-WNS-Cache-Policy"] == "cache"
    others = sender._headers(made, "https://fcm.googleapis.com", ring.current, NOW)
    assert "X-WNS-Cache-Policy" not in others


@pytest.fixture
def encrypted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was encrypted, in order: the texts in the clear."""
    real, texts = WebPusher.encode, []

    def noted(pusher: WebPusher, data: bytes, *given: str) -> object:
        texts.append(data)
        return real(pusher, data, *given)

    monkeypatch.setattr(WebPusher, "encode", noted)
    return texts


def prepared(sender: PushSender, ready: list[PushMessage], *sent: PushMessage) -> list[Outcome]:
    """Prepare some messages and send some, as the worker does with a batch."""

    async def batch() -> list[Outcome]:
        async with sender:
            sender.prepare(ready, NOW)
            return [await sender.send(one, NOW) for one in sent]

    return asyncio.run(batch())


def test_a_batch_is_encrypted_before_the_first_message_leaves(
    sender: PushSender,
    service: PushService,
    phone: Phone,
    ring: KeyRing,
    encrypted: list[bytes],
) -> None:
    bodies = [BODY.replace(b"1.a", b"%d.a" % number) for number in range(3)]
    batch = [message(phone, ring, body=body, topic=topic(str(body))) for body in bodies]

    outcomes = prepared(sender, batch[:2], *batch)

    assert [outcome.kind for outcome in outcomes] == [ACCEPTED] * 3
    assert encrypted == bodies
    acks = [m.document["notification"]["data"]["ack"] for m in phone.received]
    assert acks == ["0.a", "1.a", "2.a"]
    assert service.refused == []


def test_what_was_encrypted_is_sent_once_and_not_kept(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing, encrypted: list[bytes]
) -> None:
    one = message(phone, ring)
    prepared(sender, [one], one, one)
    assert len(encrypted) == 2

    # A batch that came to nothing leaves nothing behind for the next.
    prepared(sender, [one])
    send(sender, one)
    assert len(encrypted) == 4
    assert len(phone.received) == 3


def test_a_message_that_cannot_be_prepared_stops_nobody(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing
) -> None:
    batch = [
        message(phone, ring, p256dh="AAAA"),
        message(phone, ring, endpoint="http://192.168.0.1/push"),
        message(phone, ring),
    ]
    outcomes = prepared(sender, batch, *batch)
    assert [outcome.kind for outcome in outcomes] == [BROKEN, BROKEN, ACCEPTED]
    assert len(phone.received) == 1


def test_nothing_is_prepared_for_a_service_that_is_left_alone(
    sender: PushSender, service: PushService, phone: Phone, ring: KeyRing, encrypted: list[bytes]
) -> None:
    one = message(phone, ring)
    origin = RULES.origin(one.endpoint)
    busy = Outcome(RETRY, "Busy.", 429, timedelta(minutes=5))
    sender.breaker.report(origin, busy, NOW)
    (outcome,) = prepared(sender, [one], one)
    assert outcome.kind == HELD
    assert encrypted == []
    assert phone.received == []
