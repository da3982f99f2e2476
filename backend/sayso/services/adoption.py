"""Join a site's licensed file to a wordless pack, and keep the result until a study asks it.

The preview and the confirmation do the same work on the same bytes, so nothing is kept between
them. What is kept is a whole instrument with its licence; the file itself is not, only its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sayso.domain.audit import Actor
from sayso.domain.errors import AlreadyRecorded, NotFound
from sayso.domain.instrument_errors import FileNotAdopted, PackNotFound
from sayso.domain.questionnaire import Questionnaire
from sayso.formats import instrument_json
from sayso.formats.import_draft import Imported
from sayso.formats.instrument_folder import Find
from sayso.formats.instrument_vectors import FILE_NAME as VECTORS
from sayso.formats.pack_adoption import Adoption
from sayso.formats.pack_adoption import adopt as join
from sayso.services import audit, licences
from sayso.services.licences import Terms
from sayso.store.tables_instruments import adopted_instrument

_SHOWN_PROBLEMS = 3


@dataclass(frozen=True, slots=True)
class Pack:
    """One wordless pack of the installation, ready to be joined."""

    questionnaire: Questionnaire
    document: Mapping[str, Any]
    vectors: str

    @property
    def name(self) -> str:
        """How the pack is asked for: `id@version`."""
        return f"{self.questionnaire.id}@{self.questionnaire.version}"


@dataclass(frozen=True, slots=True)
class Upload:
    """A site's own file as it came, with the partners that somebody has chosen by hand."""

    file_name: str
    content: bytes
    chosen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What joining would give: the file as imported, and the match with the pack."""

    pack: Pack
    imported: Imported
    adoption: Adoption


@lru_cache(maxsize=4)
def packs(folder: Path) -> Mapping[str, Pack]:
    """Every pack below a folder by `id@version`; a published pack never changes, so once read.

    Raises InstrumentFileWrong.
    """
    found = {}
    for file in sorted(folder.glob("*/*/instrument.json")):
        document = instrument_json.read_document(file)
        vectors = (file.parent / VECTORS).read_text("utf-8-sig")
        pack = Pack(instrument_json.load(document), document, vectors)
        found[pack.name] = pack
    return found


def preview(folder: Path, pack_name: str, upload: Upload) -> Preview:
    """Match a file with a pack, and run the pack's worked examples; nothing is kept.

    Raises PackNotFound. A file that cannot be read or does not fit is no error here: the
    adoption's `problems` say what is wrong with it.
    """
    pack = packs(folder).get(pack_name)
    if pack is None:
        raise PackNotFound(f"There is no pack {pack_name[:60]}")
    # Three readers of foreign files, loaded when somebody brings one: web workers start without.
    from sayso.formats.instrument_import import import_bytes

    imported = import_bytes(upload.content, upload.file_name)
    adoption = join(pack.questionnaire, dict(pack.document), imported, pack.vectors, upload.chosen)
    return Preview(pack, imported, adoption)


def adopt(
    connection: Connection,
    actor: Actor,
    study_key: str,
    shown: Preview,
    terms: Terms,
    now: datetime,
) -> int:
    """Keep the joined instrument with its licence; a study asks it from its next publishing on.

    Returns the row id. Raises FileNotAdopted, LicenceIncomplete, AlreadyRecorded.
    """
    adoption = shown.adoption
    if adoption.document is None:
        raise FileNotAdopted("; ".join(adoption.problems[:_SHOWN_PROBLEMS]))
    made = instrument_json.load(adoption.document)
    sha256 = instrument_json.sha256(adoption.document)
    if any(row.sha256 == sha256 for row in adopted(connection, study_key)):
        raise AlreadyRecorded(f"{made.id} {made.version} was adopted already")
    pairs = {match.item: match.source for match in adoption.matches}
    adopted_id = connection.execute(
        insert(adopted_instrument)
        .values(
            study_key=study_key, instrument=made.id, version=made.version, pack=shown.pack.name,
            sha256=sha256, file_sha256=shown.imported.sha256, document=adoption.document,
            matches=pairs, recorded_at=now, recorded_by=actor.id,
        )
        .returning(adopted_instrument.c.id)
    ).scalar_one()  # fmt: skip
    languages = tuple(dict.fromkeys((*terms.languages, made.language)))
    licences.record(connection, actor, study_key, made.id, replace(terms, languages=languages), now)
    audit.record(
        connection, actor, "instrument.adopted", f"instrument/{made.id}@{made.version}",
        after={
            "study": study_key, "pack": shown.pack.name, "sha256": sha256,
            "file_sha256": shown.imported.sha256, "matches": pairs,
            "worked_examples": adoption.vectors,
        },
        now=now,
    )  # fmt: skip
    return int(adopted_id)


def void(
    connection: Connection,
    actor: Actor,
    study_key: str,
    adopted_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Take an adopted instrument back, so that no later version asks it. Raises NotFound."""
    changed = connection.execute(
        update(adopted_instrument)
        .where(
            adopted_instrument.c.id == adopted_id,
            adopted_instrument.c.study_key == study_key,
            adopted_instrument.c.voided_at.is_(None),
        )
        .values(voided_at=now, voided_by=actor.id, void_reason=reason)
    )
    if changed.rowcount != 1:
        raise NotFound("There is no such adopted instrument here")
    audit.record(
        connection, actor, "instrument.adoption-voided", f"adopted-instrument/{adopted_id}",
        reason=reason, now=now,
    )  # fmt: skip


def adopted(connection: Connection, study_key: str) -> list[Row[Any]]:
    """The adopted instruments of a study that stand, the last one first."""
    rows = connection.execute(
        select(adopted_instrument)
        .where(
            adopted_instrument.c.study_key == study_key, adopted_instrument.c.voided_at.is_(None)
        )
        .order_by(adopted_instrument.c.id.desc())
    )
    return list(rows)


def finder(connection: Connection, study_key: str, otherwise: Find) -> Find:
    """Look among the study's adopted instruments first, then where `otherwise` looks.

    A study file that insists on a pack's version, such as 1.0, means the words adopted for it.
    """
    known = adopted(connection, study_key)

    def find(instrument: str, version: str | None) -> Mapping[str, Any]:
        for row in known:
            fits = version in (None, row.version, row.version.partition("+")[0])
            if row.instrument == instrument and fits:
                document: Mapping[str, Any] = row.document
                return document
        return otherwise(instrument, version)

    return find
