"""What identifies a person or opens a door never reaches a log line or an address."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest

from sayso import logs
from support.visitors import Visitors, body

CANARIES = {
    "answer": "canary-answer-4711",
    "email": "canary@example.org",
    "password": "canary password of somebody",
    "code": "CANARY77",
    "pin": "canary-pin-47",
    "token": "canarytoken" * 4,
    "endpoint": "https://fcm.googleapis.com/canary-endpoint",
    "name": "Canary Bird",
}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged while the test runs, at the most talkative level."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("DEBUG", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def everything(visitors: Visitors) -> None:
    """Push every canary through the routes that take it, and through their errors."""
    alice, stranger, bob = visitors.alice, visitors.stranger(), visitors.bob
    card = visitors.open_form()
    answers = {"h1": CANARIES["answer"]}
    alice.put(
        f"/api/me/forms/{card['id']}/draft",
        {"answers": answers, "saved_at": "2026-06-15T14:00:00Z"},
    )
    for _ in range(2):
        alice.put(f"/api/me/responses/{uuid4()}", body(card, answers=answers))
    alice.put(f"/api/me/responses/{uuid4()}", body(card, answers=CANARIES["answer"]))
    alice.put(
        "/api/me/subscriptions",
        {"endpoint": CANARIES["endpoint"], "keys": {"p256dh": "x", "auth": CANARIES["token"]}},
    )
    alice.delete("/api/me/subscriptions", json={"endpoint": CANARIES["endpoint"]})
    stranger.post("/api/acks", {"token": CANARIES["token"]})
    stranger.post("/api/device-sessions", {"code": CANARIES["code"]})
    stranger.post("/api/device-sessions", {"code": CANARIES["code"], "pin": CANARIES["pin"]})
    stranger.get(f"/calendar/{CANARIES['token']}.ics")
    signed = {
        "id": CANARIES["token"], "rawId": CANARIES["token"], "type": "public-key",
        "response": {"clientDataJSON": CANARIES["token"], "signature": CANARIES["token"]},
    }  # fmt: skip
    stranger.post("/api/passkey-sessions", {"credential": signed})
    alice.post("/api/me/passkeys", signed)
    stranger.post(
        "/api/staff/session", {"email": CANARIES["email"], "password": CANARIES["password"]}
    )
    stranger.post(
        "/api/staff/invitations/accept",
        {
            "token": CANARIES["token"],
            "name": CANARIES["name"],
            "password": CANARIES["password"],
        },
    )
    stranger.client.set_cookie("sayso-participant", CANARIES["token"])
    stranger.get("/api/me")
    bob.get(f"/api/studies/stop-her2/participants?q={CANARIES['answer']}")
    stranger.get(f"/api/{CANARIES['token']}")


def test_no_canary_in_the_log(visitors: Visitors, written: io.StringIO) -> None:
    everything(visitors)

    lines = written.getvalue()
    assert lines.count('"event": "request"') > 10
    for what, canary in CANARIES.items():
        assert canary not in lines, what


def test_no_canary_when_the_program_fails(
    visitors: Visitors, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError(f"cannot cope with {arguments}")

    card = visitors.open_form()
    monkeypatch.setattr("sayso.domain.answers.check", fail)
    said = body(card, answers={"h1": CANARIES["answer"]})

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", said)

    assert answer.status_code == 500
    assert '"kind": "ValueError"' in written.getvalue()
    assert CANARIES["answer"] not in written.getvalue()


def test_no_canary_in_an_address_that_the_api_gives_out(visitors: Visitors) -> None:
    everything(visitors)

    for answer in visitors.alice.answers:
        assert answer.headers.get("Location") is None


def test_a_log_line_names_the_route_and_not_the_address(
    visitors: Visitors, written: io.StringIO
) -> None:
    card = visitors.open_form()

    visitors.alice.get(f"/api/me/forms/{card['id']}")

    last = written.getvalue().strip().splitlines()[-1]
    assert "form_id" in last
    assert f"/forms/{card['id']}" not in last
