"""The operator's page, the metrics, and the receiving end of the server's test of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from py_vapid import Vapid02
from pywebpush import WebPusher
from sqlalchemy import Engine, insert, select

from sayso.push import keys
from sayso.services import audit_watch, canary, heartbeats
from sayso.store.tables_messages import delivery
from support.stage import STUDY
from support.visitors import CODES, Visitors

PAGE = "/api/operations"


def failed(visitors: Visitors, name: str | None, key: str, **ago: float) -> None:
    """A message that was given up, about this participant or about nobody."""
    person = visitors.row_id(name) if name else None
    now = visitors.clock.now()
    with visitors.stage.open() as connection:
        connection.execute(
            insert(delivery).values(
                participant_id=person, purpose="test" if name else "canary", channel="push",
                idempotency_key=key, state="failed", next_at=now, expires_at=now, attempts=6,
                why="Given up.", created_at=now, settled_at=now - timedelta(**ago),
            )
        )  # fmt: skip


def beat(visitors: Visitors, name: str = "worker/a/1", **ago: float) -> None:
    facts = {
        "counts": {"sent": 7, "retried": 2},
        "troubles": {"https://push.example": "The push service is busy or failing (503)."},
    }
    with visitors.stage.open() as connection:
        heartbeats.beat(connection, name, facts, visitors.clock.now() - timedelta(**ago))


def test_without_a_worker_the_page_says_what_to_do(visitors: Visitors) -> None:
    said = visitors.bob.get(PAGE).json
    assert said["complaint"].startswith("No worker has ever run here")
    assert (said["workers"], said["round_trip"], said["dead_letters"]) == ([], None, [])


def test_a_worker_shows_what_it_did_and_whom_it_leaves_alone(visitors: Visitors) -> None:
    beat(visitors)
    beat(visitors, "worker/b/2", minutes=30)
    said = visitors.bob.get(PAGE).json
    assert said["complaint"] is None
    first, second = said["workers"]
    assert (first["name"], first["lives"], first["counts"]["sent"]) == ("worker/a/1", True, 7)
    assert first["troubles"] == {
        "https://push.example": "The push service is busy or failing (503)."
    }
    assert second["lives"] is False


def test_the_last_look_at_the_audit_trail_is_shown_with_what_it_found(
    visitors: Visitors,
) -> None:
    assert visitors.bob.get(PAGE).json["trail"] is None
    now = visitors.clock.now()
    whole = audit_watch.Reading(1, 4, "a" * 64)
    broken = replace(whole, faults=("event 3 was changed after it was written",))
    for reading, at in ((whole, now - timedelta(days=1)), (broken, now)):
        with visitors.stage.open() as connection:
            assert audit_watch.conclude(connection, reading, at)
        said = visitors.bob.get(PAGE).json["trail"]
        assert (said["events"], said["faults"]) == (4, list(reading.faults))


def test_late_and_retried_messages_are_counted(visitors: Visitors) -> None:
    now = visitors.clock.now()
    common = {
        "participant_id": visitors.row_id("alice"), "purpose": "test", "channel": "push",
        "state": "pending", "expires_at": now + timedelta(hours=9), "created_at": now,
    }  # fmt: skip
    with visitors.stage.open() as connection:
        connection.execute(
            insert(delivery),
            [
                common | {"idempotency_key": "late", "attempts": 0,
                          "next_at": now - timedelta(minutes=9)},
                common | {"idempotency_key": "retry", "attempts": 2,
                          "next_at": now + timedelta(minutes=9)},
                common | {"idempotency_key": "later", "attempts": 0,
                          "next_at": now + timedelta(hours=8)},
            ],
        )  # fmt: skip
    beat(visitors)
    said = visitors.bob.get(PAGE).json
    assert (said["late_seconds"], said["due"], said["retrying"]) == (540, 1, 1)
    assert said["complaint"].startswith("Reminders are 9 minutes late")


def test_letters_of_other_sites_stay_there(visitors: Visitors) -> None:
    failed(visitors, "alice", "one", hours=1)
    failed(visitors, "amy", "two", hours=2)
    failed(visitors, None, "three", hours=3)
    failed(visitors, "alice", "old", days=8)

    def letters(visitor: Any) -> list[tuple[str | None, str | None]]:
        said = visitor.get(PAGE).json
        assert said["failed"] == 3
        return [(one["participant"], one["site"]) for one in said["dead_letters"]]

    assert letters(visitors.bob) == [(CODES["alice"], "S1"), (None, None)]
    assert letters(visitors.dana) == [(CODES["amy"], "S2"), (None, None)]
    assert len(letters(visitors.ada)) == 3


def test_readers_and_participants_have_no_business_there(visitors: Visitors) -> None:
    assert visitors.max.get(PAGE).status_code == 403
    assert visitors.ivy.get(PAGE).status_code == 403
    assert visitors.alice.get(PAGE).status_code == 401


def test_a_summary_is_chosen_for_each_of_ones_own_sites(visitors: Visitors) -> None:
    path = f"/api/studies/{STUDY}/summaries"
    assert visitors.bob.put(f"{path}/S1", {"wanted": True}).json["wanted"] is True
    said = visitors.bob.get(path).json
    assert [(one["site"], one["wanted"]) for one in said["sites"]] == [("S1", True), ("S1W", False)]
    assert said["possible"] is False  # no mail server is set
    assert visitors.bob.put(f"{path}/S2", {"wanted": True}).status_code == 404
    assert visitors.bob.put(f"{path}/S1", {"wanted": "perhaps"}).status_code == 422
    assert visitors.max.put(f"{path}/S1", {"wanted": True}).status_code == 403
    # What one person wants is nobody else's choice.
    assert visitors.erin.get(path).json["sites"][0]["wanted"] is False


class TestMetrics:
    def test_are_off_by_default(self, visitors: Visitors) -> None:
        answer = visitors.nobody.get("/metrics")
        assert answer.status_code == 404

    def test_open_with_the_token_only(self, engine: Engine, now: Any, static: Path) -> None:
        token = "a-token-that-is-long-enough"
        visitors = Visitors.arrive(engine, now, static, metrics=token)
        beat(visitors)
        failed(visitors, "alice", "one", hours=1)
        with visitors.stage.open() as connection:
            reading = audit_watch.Reading(1, 4, "a" * 64)
            assert audit_watch.conclude(connection, reading, visitors.clock.now())
        for wrong in ({}, {"Authorization": "Bearer no"}, {"Authorization": f"Bearer {token}é"}):
            assert visitors.nobody.get("/metrics", headers=wrong).status_code == 404
        said = visitors.nobody.get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert said.content_type.startswith("text/plain")
        lines = said.text.splitlines()
        assert "sayso_reminders_failed 1.0" in lines
        assert "sayso_reminders_workers 1.0" in lines
        assert "sayso_round_trip 0.0" in lines
        assert "sayso_audit_faults 0.0" in lines
        assert 'sayso_deliveries_total{outcome="sent",worker="worker/a/1"} 7.0' in lines
        assert 'sayso_breaker_open{worker="worker/a/1"} 1.0' in lines
        assert CODES["alice"] not in said.text

    def test_on_this_machine_are_not_for_those_behind_a_proxy(
        self, engine: Engine, now: Any, static: Path
    ) -> None:
        visitors = Visitors.arrive(engine, now, static, metrics="loopback")
        ask = visitors.nobody.get
        assert ask("/metrics").status_code == 200
        assert ask("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
        assert ask("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 404
        assert ask("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 404


class TestRoundTrip:
    @pytest.fixture
    def sent(self, visitors: Visitors, tmp_path: Path) -> Any:
        """Today's message as the worker sends it: path, body, headers."""
        key = keys.create(tmp_path / "vapid.pem")
        state = visitors.app.extensions["sayso"]
        visitors.app.extensions["sayso"] = replace(state, vapid_public_key=key.public)
        origin = state.settings.public_url
        with visitors.stage.open() as connection:
            canary.plan(connection, visitors.clock.now())
            canary.plan(connection, visitors.clock.now())
            row = connection.execute(select(delivery)).one()
        message = canary.compose(row, origin, state.keyring, key.id, visitors.clock.now())
        pusher = WebPusher(
            {"endpoint": message.endpoint, "keys": {"p256dh": message.p256dh, "auth": message.auth}}
        )
        expires = int((visitors.clock.now() + timedelta(hours=1)).timestamp())
        signer = Vapid02(key.private)
        signer.conf = {"no-strict": True}
        headers = signer.sign({"aud": origin, "exp": expires, "sub": "mailto:a@example.org"})
        headers["Content-Type"] = "application/octet-stream"
        path = message.endpoint.removeprefix(origin)
        return path, bytes(pusher.encode(message.body)["body"]), headers

    def came_back(self, visitors: Visitors) -> Any:
        return visitors.bob.get(PAGE).json["round_trip"]["came_back_at"]

    def test_ends_with_a_word_for_the_operator(self, visitors: Visitors, sent: Any) -> None:
        path, body, headers = sent
        assert self.came_back(visitors) is None
        answer = visitors.stranger().ask("POST", path, data=body, headers=headers)
        assert answer.status_code == 201
        assert self.came_back(visitors) == "2026-06-15T15:00:00Z"
        assert visitors.bob.get(PAGE).json["round_trip"]["why"] == "The test message came back."

    def test_takes_nothing_that_is_not_exactly_ours(self, visitors: Visitors, sent: Any) -> None:
        path, body, headers = sent
        ask = visitors.stranger().ask
        for other, what, said, status in (
            (path, body[:-1], headers, 400),
            (path, b"", headers, 400),
            (path, b"x" * 9000, headers, 400),
            ("/canary/999.x", body, headers, 400),
            (path, body, {"Authorization": "vapid t=a.b.c, k=d"}, 401),
            (path, body, {}, 401),
        ):
            answer = ask("POST", other, data=what, headers=said)
            assert answer.status_code == status, (other, status)
        assert self.came_back(visitors) is None
