"""Everybody can be enrolled; language decides about questionnaires, never about taking part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sayso.domain.errors import (
    DatesOutOfOrder,
    InvalidParticipantCode,
    ParticipantCodeTaken,
    UnknownAnchor,
    UnknownArm,
    UnknownSite,
    UnknownStudy,
    UnknownZone,
)
from sayso.services import audit, enrolment
from sayso.services.enrolment import Enrolled, NewParticipant
from sayso.store.facts import facts_of, forms_of
from sayso.store.tables import enrolment_code, exemption, participant, participant_identity
from support.stage import COMMAND, STUDY, Stage

ALICE = NewParticipant(
    "P-001", "S1", "stop", date(2026, 6, 1), "America/New_York", "en", True, "asked", False,
    {"cessation": date(2026, 6, 10)}, "alice@example.org", "+1 555 0100",
)  # fmt: skip
CARMEN = replace(ALICE, code="P-002", reads_english=False, preferred_language="es",
                 interpreter=True, how="interpreter_present")  # fmt: skip


@pytest.fixture
def stage(engine: Engine) -> Stage:
    return Stage(engine).set_up()


def enrol(stage: Stage, now: datetime, new: NewParticipant, **more: Any) -> Enrolled:
    with stage.open() as connection:
        return enrolment.enrol(
            connection, COMMAND, more.pop("study", STUDY), new, stage.keyring, now,
            code_minutes=10, **more,
        )  # fmt: skip


def test_a_participant_gets_forms_and_a_code(stage: Stage, now: datetime) -> None:
    made = enrol(stage, now, ALICE)

    assert made.code is not None
    assert made.code.expires_at == now + timedelta(minutes=10)
    assert stage.forms("P-001", "W12")
    assert stage.forms("P-001", "BL")


def test_who_does_not_read_english_is_exempt_from_the_first_day(
    stage: Stage, now: datetime
) -> None:
    made = enrol(stage, now, CARMEN)

    assert made.code is None
    with stage.open() as connection:
        [row] = connection.execute(select(exemption)).all()
        known = facts_of(connection, participant.c.code == "P-002")[made.participant_id]
        assert connection.execute(select(enrolment_code)).all() == []
        forms = forms_of(connection, participant.c.code == "P-002")[made.participant_id]
    assert (row.reason, row.language, row.needs_approval) == ("LANGUAGE", "en", False)
    assert row.valid_from == CARMEN.enrolled_on
    assert known.exempt_on(date(2030, 1, 1)) is not None
    assert forms, "her timepoints stay on the calendar"


def test_preferring_another_language_exempts_nobody(stage: Stage, now: datetime) -> None:
    spanish = replace(ALICE, preferred_language="es", interpreter=True)

    assert enrol(stage, now, spanish).code is not None


def test_addresses_are_sealed_and_stay_out_of_the_trail(stage: Stage, now: datetime) -> None:
    enrol(stage, now, ALICE)

    with stage.open() as connection:
        kept = connection.execute(select(participant_identity)).one()
        trail = " ".join(str(event.details) for event in audit.events(connection))
    assert stage.keyring.open(kept.email_sealed) == "alice@example.org"
    assert b"alice" not in bytes(kept.email_sealed)
    assert "alice@example.org" not in trail
    assert "555" not in trail


def test_the_trail_tells_of_the_enrolment(stage: Stage, now: datetime) -> None:
    made = enrol(stage, now, ALICE)

    with stage.open() as connection:
        actions = [
            event.action for event in audit.events(connection, participant_id=made.participant_id)
        ]
    assert actions == ["participant.enrolled", "forms.planned", "enrolment-code.made"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"site": "S9"}, UnknownSite),
        ({"arm": "third"}, UnknownArm),
        ({"anchors": {"surgery": date(2026, 6, 1)}}, UnknownAnchor),
        ({"zone": "Mars/Olympus"}, UnknownZone),
        ({"enrolled_on": date(2026, 6, 16)}, DatesOutOfOrder),
        ({"code": "P 001"}, InvalidParticipantCode),
        ({"code": ""}, InvalidParticipantCode),
        ({"code": "x" * 33}, InvalidParticipantCode),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_left(
    stage: Stage, now: datetime, change: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        enrol(stage, now, replace(ALICE, **change))

    with stage.open() as connection:
        assert connection.execute(select(participant)).all() == []


def test_a_code_of_the_study_is_given_once(stage: Stage, now: datetime) -> None:
    enrol(stage, now, ALICE)

    with pytest.raises(ParticipantCodeTaken, match="P-001"):
        enrol(stage, now, replace(CARMEN, code="P-001"))


def test_a_study_that_is_not_there(stage: Stage, now: datetime) -> None:
    with pytest.raises(UnknownStudy):
        enrol(stage, now, ALICE, study="none")


def test_a_site_out_of_reach_is_as_good_as_none(stage: Stage, now: datetime) -> None:
    with pytest.raises(UnknownSite):
        enrol(stage, now, ALICE, within=frozenset({stage.site_ids["S2"]}))


def test_without_its_anchor_the_calendar_waits(stage: Stage, now: datetime) -> None:
    enrol(stage, now, replace(ALICE, anchors={}))

    assert stage.forms("P-001", "W12") == []


def test_today_is_the_date_at_the_participant(stage: Stage, now: datetime) -> None:
    late = replace(ALICE, zone="Pacific/Auckland", enrolled_on=date(2026, 6, 16))

    assert enrol(stage, now, late).participant_id
