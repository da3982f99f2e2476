"""Publish a study: pin its file and the questionnaires it asks, by hash, for good.

Files are the workbench, the database is what was administered. What is published never changes, so
parsed studies and questionnaires are kept in memory under their hashes for the life of a process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from sayso.domain.audit import Actor
from sayso.domain.errors import (
    NotFound,
    QuestionnaireChanged,
    StudyVersionTaken,
    UnknownStudy,
)
from sayso.domain.instrument_errors import QuestionnaireNotLicensed
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.study import Study, StudyVersion
from sayso.formats import instrument_json, study_toml
from sayso.services import adoption, audit, licences
from sayso.store.tables import questionnaire, study_questionnaire, study_version

Find = Callable[[str, str | None], Mapping[str, Any]]

_KEPT = 512
_studies: dict[str, Study] = {}
_questionnaires: dict[str, Questionnaire] = {}
_documents: dict[str, Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Published:
    """One published version of a study; `created` is False when it was there already."""

    id: int
    sha256: str
    study: Study
    effective_on: date
    published_at: datetime
    created: bool = False


def publish(
    connection: Connection,
    actor: Actor,
    text: str,
    name: str,
    find: Find,
    now: datetime,
    effective_on: date | None = None,
) -> Published:
    """Publish a study file; publishing the same file again changes nothing.

    `find(instrument, version or None)` gives the instrument documents that the study asks. The
    first version is effective from the beginning, a later one for windows that open after
    `effective_on`. What a site has adopted for the study comes before what `find` gives. Raises
    StudyFileWrong, InstrumentFileWrong, QuestionnaireNotFound, QuestionnaireNotLicensed,
    QuestionnaireChanged, StudyVersionTaken.
    """
    study = study_toml.parse(text, name)
    sha256 = study_toml.sha256(text)
    for version in versions(connection, study.key):
        if version.sha256 == sha256:
            return version
        if version.study.version == study.version:
            raise StudyVersionTaken(
                f"Version {study.version} of {study.key} was published with other content; "
                "give the amended file a new version"
            )
    documents = asked_documents(connection, study, find)
    if faults := _unlicensed(connection, study.key, documents, now.date()):
        raise QuestionnaireNotLicensed(faults)
    first = not versions(connection, study.key)
    effective = effective_on or (date.min if first else now.date())
    study_id = connection.execute(
        insert(study_version)
        .values(
            key=study.key, version=study.version, sha256=sha256, document=text,
            effective_on=effective, published_at=now,
        )
        .returning(study_version.c.id)
    ).scalar_one()  # fmt: skip
    pinned = {}
    for instrument, document in documents.items():
        pinned[instrument] = pin(connection, document, now)
        connection.execute(
            insert(study_questionnaire).values(
                study_version_id=study_id,
                instrument=instrument,
                questionnaire_sha256=pinned[instrument],
            )
        )
    audit.record(
        connection, actor, "study.published", f"study/{study.key}@{study.version}",
        after={"sha256": sha256, "effective_on": effective, "questionnaires": pinned}, now=now,
    )  # fmt: skip
    return Published(study_id, sha256, study, effective, now, created=True)


def unlicensed(connection: Connection, study: Study, find: Find, on: date) -> list[str]:
    """Why the study could not be published on that day for want of licences; empty when it could.

    Raises QuestionnaireNotFound, InstrumentFileWrong.
    """
    return _unlicensed(connection, study.key, asked_documents(connection, study, find), on)


def _unlicensed(
    connection: Connection, key: str, documents: Mapping[str, Mapping[str, Any]], on: date
) -> list[str]:
    asked = [instrument_json.load(document) for document in documents.values()]
    return licences.faults(connection, key, asked, on)


def asked_documents(
    connection: Connection, study: Study, find: Find
) -> dict[str, Mapping[str, Any]]:
    """The instrument documents that publishing this study now would pin, by instrument."""
    find = adoption.finder(connection, study.key, find)
    return {instrument: find(instrument, wanted) for instrument, wanted in _wanted(study).items()}


def pin(connection: Connection, document: Mapping[str, Any], now: datetime) -> str:
    """Keep one questionnaire for good and return its hash.

    Raises InstrumentFileWrong, or QuestionnaireChanged when this version was pinned with other
    content.
    """
    loaded = instrument_json.load(document)
    sha256 = instrument_json.sha256(document)
    same = connection.execute(
        select(questionnaire.c.sha256).where(
            questionnaire.c.instrument == loaded.id,
            questionnaire.c.version == loaded.version,
            questionnaire.c.language == loaded.language,
        )
    ).scalar_one_or_none()
    if same is not None and same != sha256:
        raise QuestionnaireChanged(
            f"{loaded.id} {loaded.version} was published with other content; "
            "give the changed questionnaire a new version"
        )
    if same is None:
        connection.execute(
            insert(questionnaire).values(
                sha256=sha256, instrument=loaded.id, version=loaded.version,
                language=loaded.language, title=loaded.title, minutes=loaded.minutes or 1,
                item_count=len(loaded.items_in_order()), document=dict(document),
                published_at=now,
            )
        )  # fmt: skip
    return sha256


def versions(connection: Connection, key: str) -> list[Published]:
    """Every published version of a study, oldest first; empty for an unknown study."""
    rows = connection.execute(
        select(study_version).where(study_version.c.key == key).order_by(study_version.c.id)
    )
    return [_published(row) for row in rows]


def current(connection: Connection, key: str) -> Published:
    """The version published last. Raises UnknownStudy."""
    row = connection.execute(
        select(study_version)
        .where(study_version.c.key == key)
        .order_by(study_version.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise UnknownStudy(f"No study {key} has been published")
    return _published(row)


def keys(connection: Connection) -> list[str]:
    """The keys of all published studies."""
    return list(
        connection.execute(select(study_version.c.key).distinct().order_by(study_version.c.key))
        .scalars()
        .all()
    )


def history(published: list[Published]) -> tuple[StudyVersion, ...]:
    """The versions as the schedule rules read them: the first one was there from the start."""
    return tuple(
        StudyVersion(p.study, p.effective_on, p.published_at if number else None)
        for number, p in enumerate(published)
    )


def study_by_hash(connection: Connection, sha256: str) -> Study:
    """The study of that hash, from memory when this process has read it before."""
    if sha256 not in _studies:
        text = connection.execute(
            select(study_version.c.document).where(study_version.c.sha256 == sha256)
        ).scalar_one()
        _keep(_studies, sha256, study_toml.parse(text, sha256))
    return _studies[sha256]


def document_by_hash(connection: Connection, sha256: str) -> Mapping[str, Any]:
    """The instrument document of that hash, scores included. Raises NotFound."""
    if sha256 not in _documents:
        document = connection.execute(
            select(questionnaire.c.document).where(questionnaire.c.sha256 == sha256)
        ).scalar_one_or_none()
        if document is None:
            raise NotFound("There is no such questionnaire")
        _keep(_documents, sha256, document)
    return _documents[sha256]


def questionnaire_by_hash(connection: Connection, sha256: str) -> Questionnaire:
    """The questionnaire of that hash, ready to check and score answers. Raises NotFound."""
    if sha256 not in _questionnaires:
        document = document_by_hash(connection, sha256)
        _keep(_questionnaires, sha256, instrument_json.load(document))
    return _questionnaires[sha256]


def pinned_questionnaires(connection: Connection, study_version_id: int) -> dict[str, str]:
    """Which hash a study version asks for each instrument id."""
    rows = connection.execute(
        select(study_questionnaire.c.instrument, study_questionnaire.c.questionnaire_sha256).where(
            study_questionnaire.c.study_version_id == study_version_id
        )
    )
    return {row.instrument: row.questionnaire_sha256 for row in rows}


def _published(row: Any) -> Published:
    if row.sha256 not in _studies:
        _keep(_studies, row.sha256, study_toml.parse(row.document, f"{row.key}@{row.version}"))
    return Published(row.id, row.sha256, _studies[row.sha256], row.effective_on, row.published_at)


def _keep(kept: dict[str, Any], sha256: str, value: Any) -> None:
    """Remember a value under its hash; the oldest goes when there are too many."""
    while len(kept) >= _KEPT:
        del kept[next(iter(kept))]
    kept[sha256] = value


def _wanted(study: Study) -> dict[str, str | None]:
    """The instruments that the study asks, each with the version it insists on."""
    return {slot.questionnaire: slot.version for pack in study.packs for slot in pack.slots}
