"""What is published stays as it is, under its hash; amendments are versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from sayso.domain.errors import (
    NotFound,
    QuestionnaireChanged,
    QuestionnaireNotFound,
    SiteTaken,
    StudyVersionTaken,
    UnknownSite,
    UnknownStudy,
    UnknownZone,
)
from sayso.domain.rule_errors import StudyFileWrong
from sayso.formats import instrument_json, study_toml
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import planning, publishing, sites
from sayso.services.publishing import Published
from sayso.store.facts import forms_of
from sayso.store.tables import participant, study_version
from support.stage import COMMAND, STUDY, Stage

TEXT = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")
find = finder(instruments_dir())


def publish(connection: Connection, now: datetime, text: str = TEXT, **more: Any) -> Published:
    return publishing.publish(connection, COMMAND, text, "study.toml", find, now, **more)


def amended(*changes: tuple[str, str]) -> str:
    """The study's file as its next version, with these changes."""
    text = TEXT
    version = study_toml.parse(TEXT, "study.toml").version
    for old, new in ((f'version = "{version}"', 'version = "next"'), *changes):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_publishing_pins_the_study_and_its_questionnaires(
    connection: Connection, now: datetime
) -> None:
    made = publish(connection, now)

    assert made.created
    assert publishing.current(connection, STUDY).sha256 == made.sha256
    pinned = publishing.pinned_questionnaires(connection, made.id)
    assert set(pinned) == set(made.study.questionnaires())
    for instrument, sha256 in pinned.items():
        assert publishing.questionnaire_by_hash(connection, sha256).id == instrument


def test_the_file_is_kept_byte_for_byte(connection: Connection, now: datetime) -> None:
    publish(connection, now)

    assert connection.execute(select(study_version.c.document)).scalar_one() == TEXT


def test_publishing_again_changes_nothing(connection: Connection, now: datetime) -> None:
    first = publish(connection, now)

    again = publish(connection, now + timedelta(days=1))

    assert (again.id, again.created, again.published_at) == (first.id, False, now)


def test_a_version_cannot_get_other_content(connection: Connection, now: datetime) -> None:
    publish(connection, now)

    with pytest.raises(StudyVersionTaken, match="give the amended file a new version"):
        publish(connection, now, TEXT + "\n# changed\n")


def test_a_questionnaire_version_cannot_get_other_content(
    connection: Connection, now: datetime
) -> None:
    document = dict(find("demo-hrqol", None))
    publishing.pin(connection, document, now)

    with pytest.raises(QuestionnaireChanged, match="demo-hrqol"):
        publishing.pin(connection, document | {"title": "Something else"}, now)


def test_a_study_that_asks_what_is_not_there_is_not_published(
    connection: Connection, now: datetime
) -> None:
    def nothing(instrument: str, _version: str | None) -> Mapping[str, Any]:
        raise QuestionnaireNotFound(instrument)

    with pytest.raises(QuestionnaireNotFound):
        publishing.publish(connection, COMMAND, TEXT, "study.toml", nothing, now)


def test_a_wrong_file_is_refused_with_all_its_faults(connection: Connection, now: datetime) -> None:
    with pytest.raises(StudyFileWrong):
        publish(connection, now, "[study]\nkey = 1\n")


def test_a_study_that_nobody_published_is_unknown(connection: Connection) -> None:
    with pytest.raises(UnknownStudy):
        publishing.current(connection, "none")
    with pytest.raises(NotFound):
        publishing.document_by_hash(connection, "0" * 64)
    assert publishing.versions(connection, "none") == []
    assert publishing.keys(connection) == []


def test_the_hash_of_a_questionnaire_is_that_of_its_document(
    connection: Connection, now: datetime
) -> None:
    document = find("demo-hrqol", None)

    sha256 = publishing.pin(connection, document, now)

    kept = publishing.document_by_hash(connection, sha256)
    assert instrument_json.sha256(kept) == sha256
    assert kept == document


def test_an_amendment_moves_windows_that_have_not_opened(stage: Stage, now: datetime) -> None:
    before = {form.id: form for form in stage.forms("P-001", "W24")}
    answered = stage.forms("P-001", "W12")
    stage.answer("P-001", 85)
    wider = ("n = [24, 36, 48]\ndays_each = 7\nhalf_width = 14",
             "n = [24, 36, 48]\ndays_each = 7\nhalf_width = 22")  # fmt: skip

    with stage.open() as connection:
        publish(connection, now, amended(wider), effective_on=now.date())
        plans = planning.replan_many(connection, COMMAND, STUDY, None, now)

    [plan] = plans.values()
    assert {move.new.timepoint for move in plan.move} >= {"W24"}
    after = {form.id: form for form in stage.forms("P-001", "W24")}
    assert before.keys() == after.keys()
    assert all(after[key].closes == before[key].closes + timedelta(days=8) for key in before)
    assert stage.forms("P-001", "W12") == answered


def test_replanning_twice_changes_nothing(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        planning.replan_many(connection, COMMAND, STUDY, None, now)

        again = planning.replan_many(connection, COMMAND, STUDY, None, now)

    assert not any(again.values())


def test_forms_are_planned_ten_years_ahead_with_their_version(stage: Stage) -> None:
    with stage.open() as connection:
        [forms] = forms_of(connection, participant.c.code == "P-001").values()
        version = publishing.current(connection, STUDY)

    assert {form.study_version_id for form in forms} == {version.id}
    assert len({(form.timepoint, form.questionnaire) for form in forms}) == len(forms)
    assert all(form.opens_at < form.closes_at for form in forms)


def test_sites_have_codes_of_their_own(connection: Connection, now: datetime) -> None:
    sites.add(connection, COMMAND, STUDY, "S1", "One", "America/New_York", now)

    with pytest.raises(SiteTaken):
        sites.add(connection, COMMAND, STUDY, "S1", "Again", "America/New_York", now)
    with pytest.raises(UnknownZone):
        sites.add(connection, COMMAND, STUDY, "S2", "Two", "America/Nowhere", now)
    with pytest.raises(UnknownSite):
        sites.add(connection, COMMAND, STUDY, "S2", "Two", "America/New_York", now, parent="S9")
    with pytest.raises(UnknownSite):
        sites.find(connection, STUDY, "S1", within=[99])


@pytest.fixture
def stage(engine: Any) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol("P-001", date(2026, 3, 20))
    return stage
