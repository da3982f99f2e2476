"""The instruments of a study as the console shows them: asked, adopted, licensed, on offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from sayso.domain.errors import NotFound
from sayso.domain.licences import Licence, licence_faults
from sayso.domain.questionnaire import Questionnaire
from sayso.formats import instrument_json
from sayso.services import adoption, licences, publishing
from sayso.services.access import Reach
from sayso.store.tables import questionnaire, study_questionnaire, study_version


def page(connection: Connection, within: Reach, folder: Path, now: datetime) -> dict[str, Any]:
    """Everything that the Instruments page shows; `folder` holds the wordless packs.

    Raises UnknownStudy.
    """
    key, today = within.study_key, now.date()
    published = publishing.current(connection, key)
    pinned = publishing.pinned_questionnaires(connection, published.id)
    known = licences.recorded(connection, key)
    terms = [one.licence for one in known]
    asked = [publishing.questionnaire_by_hash(connection, sha) for sha in pinned.values()]
    return {
        "study_version": published.study.version,
        "pinned": [_line(one, sha, terms, key, today)
                   for one, sha in zip(asked, pinned.values(), strict=True)],
        "adopted": [
            _line(instrument_json.load(row.document), row.sha256, terms, key, today)
            | {"id": row.id, "pack": row.pack, "recorded_at": row.recorded_at,
               "pinned": row.sha256 in pinned.values()}
            for row in adoption.adopted(connection, key)
        ],
        "licences": [_licence(one.licence) | {"id": one.id} for one in known],
        "packs": [_pack(one) for one in adoption.packs(folder).values()],
        "warnings": licences.warnings(connection, today, key),
    }  # fmt: skip


def document(connection: Connection, within: Reach, sha256: str) -> dict[str, Any]:
    """A questionnaire as the app receives it: asked by any version of the study, or adopted for it.

    Raises NotFound for a questionnaire of another study, as if it did not exist.
    """
    for row in adoption.adopted(connection, within.study_key):
        if row.sha256 == sha256:
            return instrument_json.for_participants(row.document)
    found = connection.execute(
        select(questionnaire.c.document)
        .join(
            study_questionnaire,
            study_questionnaire.c.questionnaire_sha256 == questionnaire.c.sha256,
        )
        .join(study_version, study_version.c.id == study_questionnaire.c.study_version_id)
        .where(study_version.c.key == within.study_key, questionnaire.c.sha256 == sha256)
        .limit(1)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such questionnaire in this study")
    return instrument_json.for_participants(found)


def _line(
    asked: Questionnaire, sha256: str, terms: Iterable[Licence], study: str, today: date
) -> dict[str, Any]:
    own = [one for one in terms if one.instrument == asked.id]
    longest = max(own, key=lambda one: one.expires or date.max, default=None)
    modes = (licences.OWN_DEVICE,)
    return {
        "instrument": asked.id,
        "version": asked.version,
        "title": asked.title,
        "sha256": sha256,
        "status": asked.status,
        "language": asked.language,
        "recall": asked.recall,
        "minutes": asked.minutes,
        "items": len(asked.items_in_order()),
        "scores": [{"id": rule.id, "title": rule.title or rule.id} for rule in asked.scores],
        "licence": None if longest is None else _licence(longest),
        "faults": licence_faults(asked, own, study=study, modes=modes, on=today),
    }


def _licence(licence: Licence) -> dict[str, Any]:
    return {
        "instrument": licence.instrument,
        "owner": licence.owner,
        "reference": licence.reference,
        "expires": licence.expires,
        "languages": sorted(licence.languages),
        "modes": sorted(licence.modes),
        "screens_need_approval": licence.screens_need_approval,
        "screens_approved_on": licence.screens_approved_on,
    }


def _pack(pack: adoption.Pack) -> dict[str, Any]:
    wordless: Mapping[str, Any] = pack.document
    return {
        "name": pack.name,
        "instrument": pack.questionnaire.id,
        "version": pack.questionnaire.version,
        "owner": str(wordless.get("owner", "")),
        "items": len(pack.questionnaire.items_in_order()),
        "scores": len(pack.questionnaire.scores),
    }
