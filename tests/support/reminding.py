"""People with reminders: a published study, a site, participants and their phones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Row, insert, select, update

from sayso.domain.audit import Actor
from sayso.push.endpoints import EndpointRules
from sayso.services import (
    enrolment,
    planning,
    publishing,
    reminder_planning,
    reminders,
    sites,
    subscriptions,
)
from sayso.services.enrolment import NewParticipant
from sayso.services.subscriptions import Handed
from sayso.store.engine import transaction
from sayso.store.sealed import Keyring
from sayso.store.tables import device, event, exemption, participant, participant_identity
from sayso.store.tables_forms import expected_form, response
from sayso.store.tables_messages import delivery, reminder
from support.prepared import prepared
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

    def exempted(self, participant_id: int, day: date, now: datetime) -> None:
        """It turns out that she does not read the language of the questionnaires."""
        with transaction(self.engine) as connection:
            connection.execute(
                insert(exemption).values(
                    participant_id=participant_id, reason="LANGUAGE", language="en",
                    valid_from=day, needs_approval=False, recorded_at=now,
                )
            )  # fmt: skip
            planning.replan(connection, SYSTEM, STUDY, participant_id, now)
            reminder_planning.replan(connection, [participant_id], now)

    def answered(self, participant_id: int, timepoint: str, now: datetime) -> None:
        """Every open form of a timepoint is answered, and what that stops is stopped."""
        with transaction(self.engine) as connection:
            forms = connection.execute(
                select(expected_form).where(
                    expected_form.c.participant_id == participant_id,
                    expected_form.c.timepoint == timepoint,
                    expected_form.c.cancelled_at.is_(None),
                )
            ).all()
            connection.execute(insert(response), [_response(form, now) for form in forms])
            reminders.cancel_for_occasion(connection, participant_id, timepoint, "completed", now)

    def prefers(self, participant_id: int, now: datetime, **wishes: Any) -> None:
        """Set columns of the participant's preferences and plan anew."""
        with transaction(self.engine) as connection:
            connection.execute(
                update(participant).where(participant.c.id == participant_id).values(**wishes)
            )
            reminder_planning.replan(connection, [participant_id], now)

    def prefers_zone(self, participant_id: int, zone: str) -> None:
        """Write a zone without telling anybody, as a broken import might."""
        with transaction(self.engine) as connection:
            connection.execute(
                update(participant).where(participant.c.id == participant_id).values(zone=zone)
            )

    def acknowledge(self, token: str, now: datetime) -> bool:
        """A phone says that it has shown a message."""
        with transaction(self.engine) as connection:
            return subscriptions.acknowledge(connection, self.keyring, token, now)

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

    def has_email(self, participant_id: int, address: str, now: datetime) -> None:
        """She tells the site her address."""
        with transaction(self.engine) as connection:
            connection.execute(
                insert(participant_identity).values(
                    participant_id=participant_id, email_sealed=self.keyring.seal(address),
                    updated_at=now,
                )
            )  # fmt: skip

    def forget_email(self, participant_id: int) -> None:
        with transaction(self.engine) as connection:
            connection.execute(
                participant_identity.delete().where(
                    participant_identity.c.participant_id == participant_id
                )
            )


def study_text() -> str:
    """The study file that comes with the program."""
    return (ROOT / "studies" / f"{STUDY}.toml").read_text("utf-8")


def published(engine: Engine, now: datetime, text: str | None = None) -> Trial:
    """A trial that has just been published; in one process the same one is only copied later on."""
    text = text or study_text()

    def publish() -> None:
        with transaction(engine) as connection:
            publishing.publish(connection, SYSTEM, text, STUDY, find_instrument, now)
            sites.add(connection, SYSTEM, STUDY, "S1", "First site", "America/New_York", now)

    prepared(engine, ("published", now, text), publish)
    return Trial(engine, Keyring(bytes(range(32))))


def find_instrument(instrument: str, version: str | None) -> Mapping[str, Any]:
    folder = ROOT / instrument
    chosen = folder / version if version else sorted(folder.iterdir())[-1]
    found: Mapping[str, Any] = json.loads((chosen / "instrument.json").read_text("utf-8"))
    return found


def _response(form: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "participant_id": form.participant_id, "expected_form_id": form.id,
        "questionnaire_sha256": form.questionnaire_sha256,
        "study_version_id": form.study_version_id, "answers": {}, "skipped": [], "problems": [],
        "body_sha256": "0" * 64, "authored_at": now, "authored_offset_minutes": 0,
        "authored_zone": "UTC", "received_at": now, "skew_seconds": 0.0, "mode": "own_device",
        "originator": "participant", "assistance": "none", "language": "en",
        "disposition": "in_window", "scorable": True, "answered": 1, "applicable": 1, "declined": 0,
    }  # fmt: skip
