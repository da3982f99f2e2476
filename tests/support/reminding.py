"""People with reminders: a published study, a site, participants and their phones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, insert, select

from sayso.domain.audit import Actor
from sayso.push.endpoints import EndpointRules
from sayso.services import enrolment, planning, publishing, reminder_planning, sites, subscriptions
from sayso.services.enrolment import NewParticipant
from sayso.services.subscriptions import Handed
from sayso.store.engine import transaction
from sayso.store.sealed import Keyring
from sayso.store.tables import device, event, participant_identity
from sayso.store.tables_messages import delivery, reminder
from support.push_service import Phone

STUDY = "stop-her2"
ROOT = Path(__file__).parents[2] / "instruments"
SYSTEM = Actor("command")
LOOPBACK = EndpointRules(allow_loopback=True)


@dataclass
class Trial:
    """One database with a published study and one site in New York."""

    engine: Engine
    keyring: Keyring
    vapid_key_id: str = "key"

    def enrol(
        self,
        code: str,
        now: datetime,
        *,
        arm: str = "continue",
        zone: str = "America/New_York",
        reads_english: bool = True,
        email: str | None = None,
        enrolled_on: date | None = None,
        anchors: Mapping[str, date] | None = None,
    ) -> int:
        """Enrol somebody and plan her reminders; returns the row id."""
        new = NewParticipant(
            code, "S1", arm, enrolled_on or now.date(), zone, "en" if reads_english else "es",
            reads_english, "asked", not reads_english, anchors or {}, email,
        )  # fmt: skip
        with transaction(self.engine) as connection:
            enrolled = enrolment.enrol(
                connection, SYSTEM, STUDY, new, self.keyring, now, code_minutes=10
            )
            reminder_planning.replan(connection, [enrolled.participant_id], now)
        return enrolled.participant_id

    def add_device(self, participant_id: int, now: datetime) -> Actor:
        """An enrolled phone of that participant, as the actor of its requests."""
        with transaction(self.engine) as connection:
            device_id = connection.execute(
                insert(device)
                .values(
                    participant_id=participant_id, label="phone", enrolled_at=now,
                    last_seen_at=now, unsent=0,
                )
                .returning(device.c.id)
            ).scalar_one()  # fmt: skip
        return Actor("participant", participant_id, None, device_id)

    def register(self, participant_id: int, phone: Phone, now: datetime) -> int:
        """Register a phone for reminders and take its confirmation for granted."""
        actor = self.add_device(participant_id, now)
        with transaction(self.engine) as connection:
            registered = subscriptions.register(
                connection, actor, Handed(phone.endpoint, phone.p256dh, phone.auth),
                self.keyring, LOOPBACK, self.vapid_key_id, now,
            )  # fmt: skip
        return registered.id

    def happened(self, participant_id: int, kind: str, day: date, now: datetime) -> None:
        """Record an event the plain way, and plan anew."""
        with transaction(self.engine) as connection:
            connection.execute(
                insert(event).values(
                    participant_id=participant_id, kind=kind, date=day, recorded_at=now
                )
            )
            planning.replan(connection, SYSTEM, STUDY, participant_id, now)
            reminder_planning.replan(connection, [participant_id], now)

    def reminders(self, participant_id: int) -> list[Row[Any]]:
        with transaction(self.engine, read_only=True) as connection:
            return list(
                connection.execute(
                    select(reminder)
                    .where(reminder.c.participant_id == participant_id)
                    .order_by(reminder.c.due_at, reminder.c.id)
                )
            )

    def deliveries(self, participant_id: int | None = None) -> list[Row[Any]]:
        statement = select(delivery).order_by(delivery.c.id)
        if participant_id is not None:
            statement = statement.where(delivery.c.participant_id == participant_id)
        with transaction(self.engine, read_only=True) as connection:
            return list(connection.execute(statement))

    def forget_email(self, participant_id: int) -> None:
        with transaction(self.engine) as connection:
            connection.execute(
                participant_identity.delete().where(
                    participant_identity.c.participant_id == participant_id
                )
            )


def published(engine: Engine, now: datetime) -> Trial:
    """A trial that has just been published."""
    keyring = Keyring(bytes(range(32)))
    text = (ROOT / "studies" / f"{STUDY}.toml").read_text("utf-8")
    with transaction(engine) as connection:
        publishing.publish(connection, SYSTEM, text, STUDY, find_instrument, now)
        sites.add(connection, SYSTEM, STUDY, "S1", "First site", "America/New_York", now)
    return Trial(engine, keyring)


def find_instrument(instrument: str, version: str | None) -> Mapping[str, Any]:
    folder = ROOT / instrument
    chosen = folder / version if version else sorted(folder.iterdir())[-1]
    found: Mapping[str, Any] = json.loads((chosen / "instrument.json").read_text("utf-8"))
    return found

