"""Histories written straight into the database, as years of use would have left them there.

Everything goes in by plain inserts: what is proved with it must hold for any rows, not only for
those that today's services write.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from sayso.domain.participation import Facts, ResponseFact
from sayso.domain.schedule import WantedForm, wanted_under
from sayso.domain.study import StudyVersion
from sayso.store.tables import (
    anchor,
    contact,
    event,
    exemption,
    participant,
    site,
    study_questionnaire,
    study_version,
    visit,
    zone_move,
)
from sayso.store.tables_entries import arm_change
from sayso.store.tables_forms import expected_form, missing_reason, response
from sayso.store.tables_messages import delivery, reminder
from support.people import at, stop_study
from support.stage import STUDY

HISTORY = (StudyVersion(stop_study()),)
_NUMBERS = count(1)


def record(
    connection: Connection,
    people: Sequence[Facts],
    now: datetime,
    history: Sequence[StudyVersion] = HISTORY,
) -> list[int]:
    """Write everything that is known about these people at `now`; returns their row ids.

    `history` is the study as it was published in this database.
    """
    return [_Recorder(connection, facts, now, history).write() for facts in people]


class _Recorder:
    def __init__(
        self,
        connection: Connection,
        facts: Facts,
        now: datetime,
        history: Sequence[StudyVersion],
    ) -> None:
        self._history = history
        self._connection = connection
        self._facts = facts
        self._now = now
        self._id = 0

    def write(self) -> int:
        facts = self._facts
        self._id = self._insert(
            participant,
            study_key=STUDY, code=facts.code, site_id=self._one(site.c.id, site.c.code, facts.site),
            arm=facts.arm, zone=facts.zone, enrolled_on=facts.enrolled,
            preferred_language=facts.preferred_language, reads_english=facts.reads_english,
            reads_english_on=facts.enrolled, reads_english_how="asked",
            interpreter=facts.interpreter, created_at=facts.enrolled_at or at(-14, 12),
        )  # fmt: skip
        self._dated()
        forms = self._forms()
        for said in facts.responses:
            self._response(said, forms)
        for reason in facts.missing_reasons:
            for (timepoint, questionnaire), row_id in forms.items():
                if timepoint == reason.timepoint and reason.questionnaire in (None, questionnaire):
                    self._insert(
                        missing_reason, expected_form_id=row_id, reason=reason.reason,
                        given_by="staff", recorded_at=reason.recorded_at,
                        voided_at=reason.voided_at,
                    )  # fmt: skip
        return self._id

    def _dated(self) -> None:
        facts = self._facts
        for one in facts.anchors:
            self._own(anchor, one, name=one.name, date=one.date)
        for entry in facts.exemptions:
            self._own(
                exemption, entry, reason=entry.reason, language=entry.language,
                valid_from=entry.valid_from, valid_to=entry.valid_to,
                needs_approval=entry.valid_from > facts.enrolled, approved_at=entry.approved_at,
                ended_at=entry.ended_at,
            )  # fmt: skip
        for happened in facts.events:
            self._own(event, happened, kind=happened.kind, date=happened.date)
        for came in facts.visits:
            self._own(visit, came, timepoint=came.timepoint, kind=came.kind, date=came.date)
        for met in facts.contacts:
            self._own(
                contact, met, date=met.date, channel="phone", outcome="reached",
                interpreter_used=False,
            )  # fmt: skip
        for move in facts.zone_moves:
            self._own(zone_move, move, previous=move.previous, zone=move.zone)
        for put in facts.arm_changes:
            self._own(arm_change, put, previous=put.previous, arm=put.arm, reason="A slip")

    def _forms(self) -> dict[tuple[str, str], int]:
        version = self._one(study_version.c.id, study_version.c.key, STUDY)
        pins = {
            row.instrument: row.questionnaire_sha256
            for row in self._connection.execute(select(study_questionnaire))
        }
        wanted = wanted_under(self._history, self._facts, self._now)
        rows = [
            {
                "participant_id": self._id, "created_at": self._now, "study_version_id": version,
                "questionnaire_sha256": pins[form.questionnaire], **_window(form),
            }
            for form in wanted
        ]  # fmt: skip
        if rows:
            self._connection.execute(insert(expected_form), rows)
        self._pins = pins
        mine = select(expected_form).where(expected_form.c.participant_id == self._id)
        return {(row.timepoint, row.instrument): row.id for row in self._connection.execute(mine)}

    def _response(self, said: ResponseFact, forms: dict[tuple[str, str], int]) -> None:
        own = [name for timepoint, name in forms if timepoint == said.timepoint]
        name = said.questionnaire or (own[0] if own else next(iter(self._pins)))
        number = int(said.id)
        applicable = number % 31
        answered = number % (applicable + 1)
        self._connection.execute(
            insert(response).values(
                id=f"{said.id}-{next(_NUMBERS)}", participant_id=self._id,
                expected_form_id=forms.get((said.timepoint, name)),
                questionnaire_sha256=self._pins.get(name, next(iter(self._pins.values()))),
                study_version_id=self._one(study_version.c.id, study_version.c.key, STUDY),
                answers={}, skipped=[], problems=[], body_sha256="", authored_offset_minutes=0,
                authored_zone="UTC", authored_at=said.authored_at, received_at=said.received_at,
                offered_at=said.offered_at, skew_seconds=said.skew_seconds, mode=said.mode,
                originator="participant", assistance="none", language="en",
                disposition="duplicate", scorable=said.scorable is not False, answered=answered,
                applicable=applicable, declined=applicable - answered,
                time_accepted=said.time_accepted, decided_at=said.time_decided_at,
            )
        )  # fmt: skip

    def _own(self, table: Table, entry: Any, **values: Any) -> None:
        recorded = entry.recorded_at or at(-14, 12)
        self._insert(
            table, participant_id=self._id, recorded_at=recorded, voided_at=entry.voided_at,
            **values,
        )  # fmt: skip

    def _insert(self, table: Table, **values: Any) -> int:
        made = self._connection.execute(insert(table).values(**values).returning(table.c.id))
        return int(made.scalar_one())

    def _one(self, wanted: Any, column: Any, value: Any) -> int:
        return int(self._connection.execute(select(wanted).where(column == value)).scalar_one())


def _window(form: WantedForm) -> dict[str, Any]:
    return {
        "timepoint": form.timepoint, "instrument": form.questionnaire, "position": form.position,
        "arm": form.arm, "opens_on": form.opens, "target_on": form.target,
        "closes_on": form.closes, "opens_at": form.opens_at, "closes_at": form.closes_at,
        "tags": list(form.tags), "reported_at": form.reported_at,
    }  # fmt: skip


def remind(
    connection: Connection, participant_id: int, timepoint: str, step: str, channel: str,
    sent_at: datetime,
) -> None:  # fmt: skip
    """A message that was sent, or a task for staff, about one occasion."""
    number = next(_NUMBERS)
    planned = connection.execute(
        insert(reminder)
        .values(
            participant_id=participant_id, occasion=f"{timepoint}-{number}", timepoint=timepoint,
            step=step, urgent=False, local_wall="", zone="UTC", tzdata_version="",
            due_at=sent_at, closes_at=sent_at + timedelta(days=9), planned_at=sent_at,
            next_at=sent_at,
        )
        .returning(reminder.c.id)
    ).scalar_one()  # fmt: skip
    connection.execute(
        insert(delivery).values(
            reminder_id=planned, participant_id=participant_id, purpose="reminder",
            channel=channel, idempotency_key=str(number), state="sent", next_at=sent_at,
            expires_at=sent_at, created_at=sent_at, sent_at=sent_at,
        )
    )  # fmt: skip
