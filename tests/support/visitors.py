"""Everybody who may knock at the API, by name, each with a browser of their own.

Alice is a participant at site S1 with a form to fill in today, Amy is one at site S2, and Carmen,
at S1, does not read English. Bob coordinates S1 and its satellite, Dana S2; Max may only read, Ivy
inspects, Erin investigates, Ada administers. Nobody has no session at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self, cast

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from sayso.clock import FixedClock
from sayso.services import sessions
from sayso.settings import Settings
from support.apps import app_over
from support.stage import Stage

CESSATION = date(2026, 3, 20)
"""Twelve weeks and three days before the tests' moment: Week 12 is open."""
CODES = {"alice": "P-001", "carmen": "P-002", "amy": "P-200"}
STAFF = ("bob", "dana", "max", "ivy", "erin", "ada")


class Reply(TestResponse):
    """An answer whose JSON needs no proof that it is there; a test that expects some says so."""

    @property
    def json(self) -> Any:
        return self.get_json()


@dataclass
class Visitor:
    """One person's browser; requests carry the header that our apps send."""

    name: str
    client: FlaskClient
    headers: dict[str, str]
    answers: list[Reply] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> Reply:
        return self.ask("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Reply:
        return self.ask("POST", path, json={} if json is None else json, **options)

    def put(self, path: str, json: Any, **options: Any) -> Reply:
        return self.ask("PUT", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> Reply:
        return self.ask("DELETE", path, **options)

    def ask(self, method: str, path: str, **options: Any) -> Reply:
        headers = self.headers | options.pop("headers", {})
        # Buffered, so that files behind a response are closed with it.
        answer = cast(
            Reply,
            self.client.open(path, method=method, headers=headers, buffered=True, **options),
        )
        self.answers.append(answer)
        return answer


@dataclass
class Visitors:
    """The application over a stage, and the people in front of it."""

    stage: Stage
    clock: FixedClock
    app: Flask
    _known: dict[str, Visitor] = field(default_factory=dict)

    @classmethod
    def arrive(cls, engine: Engine, now: datetime, static: Path, **settings: Any) -> Self:
        """Open the application over an empty database, with everybody there."""
        stage = Stage(engine)
        stage.prepare("visitors", lambda: _gather(stage))
        clock = FixedClock(now)
        app = app_over(
            Settings(data_dir=static, **settings), engine, clock, keyring=stage.keyring,
            vapid_public_key="BPublicKey", static=static,
        )  # fmt: skip
        return cls(stage, clock, app)

    def __getattr__(self, name: str) -> Visitor:
        if name.startswith("_") or name not in {*CODES, *STAFF, "nobody"}:
            raise AttributeError(name)
        if name not in self._known:
            self._known[name] = self._let_in(name)
        return self._known[name]

    def stranger(self) -> Visitor:
        """A fresh browser without any session."""
        return Visitor("stranger", self.app.test_client(), {"X-Sayso-Client": "participant/1"})

    def _let_in(self, name: str) -> Visitor:
        visitor = self.stranger()
        visitor.name = name
        if name in STAFF:
            visitor.headers["X-Sayso-Client"] = "console/1"
            with self.stage.open() as connection:
                token = sessions.open_for_staff(
                    connection, self.stage.staff_ids[name], self.clock.now()
                )
            visitor.client.set_cookie("sayso-staff", token)
        elif phone := self.stage.phones.get(CODES.get(name, "")):
            visitor.client.set_cookie("sayso-participant", phone)
        return visitor

    def row_id(self, name: str) -> int:
        """The row id of a participant."""
        return self.stage.row_id(CODES[name])

    def open_form(self, name: str = "alice", number: int = 0) -> dict[str, Any]:
        """The card of a form that this participant could fill in now."""
        me = getattr(self, name).get("/api/me").json
        forms = [form for one in me["occasions"] if one["state"] == "open" for form in one["forms"]]
        card: dict[str, Any] = [form for form in forms if form["state"] == "open"][number]
        return card


def _gather(stage: Stage) -> None:
    stage.set_up()
    stage.hire("ivy", "inspector", "S1")
    stage.enrol(CODES["alice"], CESSATION, email="alice@example.org")
    stage.enrol(CODES["carmen"], CESSATION, reads=False)
    stage.enrol(CODES["amy"], CESSATION, site="S2")


def body(card: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the app sends for a form, filled in a minute before the tests' moment."""
    return {
        "expected_form_id": card["id"],
        "questionnaire_sha": card["questionnaire_sha"],
        "answers": {},
        "skipped": [],
        "authored_at": "2026-06-15T10:59:00-04:00",
        "authored_zone": "America/New_York",
        "sent_at": "2026-06-15T15:00:00Z",
        "offer_token": card.get("offer_token"),
        "attested": True,
        "mode": "own_device",
        "app_build": "1.0.0",
    } | changes
