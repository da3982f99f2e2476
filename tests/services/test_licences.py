"""A study asks only what its owners allow, and the end of a licence is said in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from sayso.domain.errors import NotFound
from sayso.domain.instrument_errors import LicenceIncomplete, QuestionnaireNotLicensed
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import licences, publishing
from sayso.services.licences import Terms
from sayso.store.tables_messages import audit_event
from support.stage import COMMAND, STUDY

TEXT = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")
TERMS = Terms("The owner", "Agreement 17", date(2030, 12, 31))
shipped = finder(instruments_dir())


def licensed(instrument: str, version: str | None) -> Mapping[str, Any]:
    """What ships, but one of the questionnaires belongs to somebody."""
    document = dict(shipped(instrument, version))
    return document | {"status": "licensed"} if instrument == "demo-hrqol" else document


def publish(connection: Connection, now: datetime) -> publishing.Published:
    return publishing.publish(connection, COMMAND, TEXT, "study.toml", licensed, now)


def record(
    connection: Connection, now: datetime, instrument: str = "demo-hrqol", **changes: Any
) -> int:
    terms = replace(TERMS, **changes)
    return licences.record(connection, COMMAND, STUDY, instrument, terms, now)


def test_a_study_that_asks_without_a_licence_is_not_published(
    connection: Connection, now: datetime
) -> None:
    with pytest.raises(QuestionnaireNotLicensed, match="has no licence for the study") as found:
        publish(connection, now)

    assert len(found.value.faults) == 1
    assert publishing.versions(connection, STUDY) == []


def test_with_a_licence_it_is_published(connection: Connection, now: datetime) -> None:
    record(connection, now)

    assert publish(connection, now).created


def test_a_licence_of_another_study_does_not_help(connection: Connection, now: datetime) -> None:
    licences.record(connection, COMMAND, "another-study", "demo-hrqol", TERMS, now)

    with pytest.raises(QuestionnaireNotLicensed):
        publish(connection, now)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"expires": date(2026, 6, 16)}, "expired on 2026-06-16; renew it"),
        ({"languages": ("es",)}, "does not cover the language en"),
        ({"modes": ("paper",)}, "does not cover asking by own_device"),
        ({"screens_need_approval": True}, "has not approved the screens yet"),
    ],
)
def test_a_licence_that_does_not_reach_is_explained(
    connection: Connection, now: datetime, changes: dict[str, Any], sentence: str
) -> None:
    record(connection, now, **changes)

    with pytest.raises(QuestionnaireNotLicensed, match=sentence):
        publish(connection, now + timedelta(days=30))


def test_approved_screens_let_it_through(connection: Connection, now: datetime) -> None:
    record(connection, now, screens_need_approval=True, screens_approved_on=now.date())

    assert publish(connection, now).created


def test_a_voided_licence_counts_no_more(connection: Connection, now: datetime) -> None:
    licence_id = record(connection, now)
    licences.void(connection, COMMAND, STUDY, licence_id, "Entered for the wrong study", now)

    assert licences.recorded(connection, STUDY) == []
    with pytest.raises(QuestionnaireNotLicensed):
        publish(connection, now)
    with pytest.raises(NotFound):
        licences.void(connection, COMMAND, STUDY, licence_id, "Again", now)


def test_a_licence_of_another_study_cannot_be_voided(connection: Connection, now: datetime) -> None:
    licence_id = record(connection, now)

    with pytest.raises(NotFound):
        licences.void(connection, COMMAND, "another-study", licence_id, "Not mine", now)
    assert [one.id for one in licences.recorded(connection, STUDY)] == [licence_id]


def test_a_running_study_goes_on_when_a_licence_ends(connection: Connection, now: datetime) -> None:
    """Publishing the same file again is no new publishing, so nothing is asked of the licence."""
    record(connection, now)
    publish(connection, now)

    assert not publish(connection, now + timedelta(days=3650)).created


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"owner": "  "}, "Name the licence's owner"),
        ({"reference": ""}, "Name the licence's reference"),
        ({"languages": ()}, "at least one language"),
        ({"modes": ()}, "Name a way of asking"),
        ({"modes": ("telepathy",)}, "telepathy is no way of asking"),
        ({"expires": date(2026, 6, 14)}, "ended on 2026-06-14"),
        ({"screens_approved_on": date(2026, 6, 16)}, "cannot have been approved on 2026-06-16"),
    ],
)
def test_a_licence_that_says_too_little_is_not_recorded(
    connection: Connection, now: datetime, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(LicenceIncomplete, match=sentence):
        record(connection, now, **changes)

    assert licences.recorded(connection, STUDY) == []


def test_what_was_recorded_can_be_read(connection: Connection, now: datetime) -> None:
    record(connection, now, owner=" The owner ", modes=("paper", "own_device", "paper"))

    [one] = licences.recorded(connection, STUDY)
    assert one.licence.owner == "The owner"
    assert one.licence.modes == {"paper", "own_device"}
    assert one.licence.expires == date(2030, 12, 31)


def test_recording_and_voiding_are_on_the_trail(connection: Connection, now: datetime) -> None:
    licence_id = record(connection, now)
    licences.void(connection, COMMAND, STUDY, licence_id, "Wrong owner", now)

    trail = connection.execute(select(audit_event).order_by(audit_event.c.seq)).all()
    assert [(row.action, row.subject) for row in trail] == [
        ("licence.recorded", f"licence/{licence_id}"),
        ("licence.voided", f"licence/{licence_id}"),
    ]
    assert trail[0].details["after"]["reference"] == "Agreement 17"
    assert trail[1].details["reason"] == "Wrong owner"


def test_an_end_within_two_months_is_a_warning(connection: Connection, now: datetime) -> None:
    record(connection, now, expires=now.date() + timedelta(days=60))
    record(connection, now, "other", expires=now.date() + timedelta(days=61))

    [warning] = licences.warnings(connection, now.date())
    assert warning.startswith("The licence of demo-hrqol for the study stop-her2 ends in 60 days")


def test_a_renewal_ends_the_warning(connection: Connection, now: datetime) -> None:
    record(connection, now, expires=now.date() + timedelta(days=5))
    assert licences.warnings(connection, now.date(), STUDY)

    record(connection, now, expires=None)

    assert licences.warnings(connection, now.date(), STUDY) == []


def test_the_nearest_end_comes_first_and_each_study_can_be_asked_alone(
    connection: Connection, now: datetime
) -> None:
    for study, days in ((STUDY, 30), ("other-study", 3)):
        terms = replace(TERMS, expires=now.date() + timedelta(days=days))
        licences.record(connection, COMMAND, study, "i", terms, now)

    both = licences.warnings(connection, now.date())
    assert ["other-study" in one for one in both] == [True, False]
    assert len(licences.warnings(connection, now.date(), STUDY)) == 1
    assert "expired" in licences.warnings(connection, now.date() + timedelta(days=31), STUDY)[0]
