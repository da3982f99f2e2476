"""A site's own words join a pack, with a licence, and the next publishing asks them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from sayso.domain.errors import AlreadyRecorded, NotFound, QuestionnaireNotFound
from sayso.domain.instrument_errors import (
    FileNotAdopted,
    LicenceIncomplete,
    PackNotFound,
    QuestionnaireNotLicensed,
)
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import adoption, licences, publishing
from sayso.services.adoption import Preview, Upload
from sayso.services.licences import Terms
from sayso.store.tables_messages import audit_event
from support.licensed_files import PACKS, own_file
from support.stage import COMMAND, STUDY

TERMS = Terms("The owner", "Agreement 17", date(2030, 12, 31), languages=())
TEXT = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")


def shown(name: str = "phq-9@1.0", file: bytes | None = None, **chosen: str) -> Preview:
    content = own_file(name) if file is None else file
    return adoption.preview(PACKS, name, Upload("own.csv", content, chosen))


def adopt(connection: Connection, now: datetime, preview: Preview, terms: Terms = TERMS) -> int:
    return adoption.adopt(connection, COMMAND, STUDY, preview, terms, now)


def asking(version: str | None) -> str:
    """The study's file with one of its questionnaires changed for the PHQ-9."""
    assert 'questionnaire = "demo-anxiety"' in TEXT
    wanted = 'questionnaire = "phq-9"' + (f', version = "{version}"' if version else "")
    return TEXT.replace('questionnaire = "demo-anxiety"', wanted)


def publish(connection: Connection, now: datetime, version: str | None = None) -> str:
    made = publishing.publish(
        connection, COMMAND, asking(version), "study.toml", finder(instruments_dir()), now
    )
    return publishing.pinned_questionnaires(connection, made.id)["phq-9"]


def test_every_shipped_pack_is_offered() -> None:
    offered = adoption.packs(PACKS)
    assert len(offered) == 25
    assert all(pack.questionnaire.pack for pack in offered.values())
    assert all(name == pack.name for name, pack in offered.items())


def test_the_preview_keeps_nothing(connection: Connection) -> None:
    preview = shown()

    assert preview.adoption.problems == []
    assert preview.imported.format == "redcap"
    assert adoption.adopted(connection, STUDY) == []


@pytest.mark.parametrize("name", ["phq-9@9", "../phq-9@1.0", "", "nothing"])
def test_a_pack_that_is_not_there(name: str) -> None:
    with pytest.raises(PackNotFound, match="There is no pack"):
        adoption.preview(PACKS, name, Upload("own.csv", b"x", {}))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\xff\xfe" + "Variable".encode("utf-16-le"), "is UTF-16 text; save it as UTF-8"),
        (b"PK\x03\x04 damaged", "cannot be opened"),
        (b'{"resourceType": "Patient"}', "Patient"),
        (b"<Questionnaire/>", "XML"),
        (b"\xef\xbb\xbf[1, 2]", "is JSON, but not a FHIR resource"),
        (b"a" * 10_000_001, "is larger than 10 MB"),
    ],
)
def test_a_file_that_is_no_instrument_is_told_so(content: bytes, why: str) -> None:
    preview = shown(file=content)
    assert preview.adoption.document is None
    [problem] = preview.adoption.problems
    assert problem.startswith("the file ")
    assert why in problem


def test_what_does_not_fit_is_not_kept(connection: Connection, now: datetime) -> None:
    wrong = shown(file=own_file("gad-7@1.0"))

    with pytest.raises(FileNotAdopted, match="the file has no item for"):
        adopt(connection, now, wrong)
    assert adoption.adopted(connection, STUDY) == []
    assert licences.recorded(connection, STUDY) == []


def test_adopting_needs_a_licence_in_full(connection: Connection, now: datetime) -> None:
    with pytest.raises(LicenceIncomplete):
        adopt(connection, now, shown(), replace(TERMS, reference=" "))


def test_what_was_adopted_is_asked_at_the_next_publishing(
    connection: Connection, now: datetime
) -> None:
    with pytest.raises(QuestionnaireNotFound):
        publish(connection, now)

    adopt(connection, now, shown())
    sha256 = publish(connection, now)

    asked = publishing.questionnaire_by_hash(connection, sha256)
    assert asked.status == "licensed"
    assert asked.item("q9").text == "Words of q9"
    assert [score.id for score in asked.scores] == ["total", "band"]


@pytest.mark.parametrize("named", ["1.0", None])
def test_a_study_may_name_the_version_of_the_pack(
    connection: Connection, now: datetime, named: str | None
) -> None:
    adopt(connection, now, shown())

    assert publish(connection, now, named) == adoption.adopted(connection, STUDY)[0].sha256


def test_another_version_than_the_adopted_one_is_not_found(
    connection: Connection, now: datetime
) -> None:
    adopt(connection, now, shown())

    with pytest.raises(QuestionnaireNotFound):
        publish(connection, now, "2.0")


def test_its_licence_covers_the_language_of_the_file(connection: Connection, now: datetime) -> None:
    adopt(connection, now, shown())

    [one] = licences.recorded(connection, STUDY)
    assert one.licence.languages == {"en"}
    assert one.licence.instrument == "phq-9"


def test_without_its_licence_it_is_not_published(connection: Connection, now: datetime) -> None:
    adopt(connection, now, shown())
    [one] = licences.recorded(connection, STUDY)
    licences.void(connection, COMMAND, STUDY, one.id, "The owner has ended it", now)

    with pytest.raises(QuestionnaireNotLicensed):
        publish(connection, now)


def test_the_same_file_is_adopted_once(connection: Connection, now: datetime) -> None:
    adopt(connection, now, shown())

    with pytest.raises(AlreadyRecorded, match="was adopted already"):
        adopt(connection, now, shown())


def test_the_newest_of_two_files_is_asked(connection: Connection, now: datetime) -> None:
    adopt(connection, now, shown())
    adopt(connection, now, shown(file=own_file("phq-9@1.0", words="Better words of")))

    asked = publishing.questionnaire_by_hash(connection, publish(connection, now))
    assert asked.item("q1").text == "Better words of q1"


def test_what_was_taken_back_is_asked_no_more(connection: Connection, now: datetime) -> None:
    adopted_id = adopt(connection, now, shown())
    adoption.void(connection, COMMAND, STUDY, adopted_id, "The wrong file", now)

    with pytest.raises(QuestionnaireNotFound):
        publish(connection, now)
    with pytest.raises(NotFound):
        adoption.void(connection, COMMAND, STUDY, adopted_id, "Again", now)
    adopt(connection, now + timedelta(minutes=1), shown())
    assert publish(connection, now)


def test_another_study_does_not_see_it(connection: Connection, now: datetime) -> None:
    adopt(connection, now, shown())

    assert adoption.adopted(connection, "another-study") == []

    def nothing(instrument: str, _version: str | None) -> Mapping[str, Any]:
        raise QuestionnaireNotFound(instrument)

    with pytest.raises(QuestionnaireNotFound):
        adoption.finder(connection, "another-study", nothing)("phq-9", None)


def test_who_matched_what_is_on_the_trail(connection: Connection, now: datetime) -> None:
    adopt(connection, now, shown())

    rows = connection.execute(select(audit_event).order_by(audit_event.c.seq)).all()
    assert [row.action for row in rows] == ["licence.recorded", "instrument.adopted"]
    said = rows[1].details["after"]
    assert said["matches"]["q1"] == "q1"
    assert said["worked_examples"] == 243
    assert "Words of" not in json.dumps(said)
