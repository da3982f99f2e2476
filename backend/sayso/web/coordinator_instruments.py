"""The staff API about instruments: what the study asks, previews, licences, adopting a file.

Everything here belongs to the study as a whole and not to a site, and nothing of it reaches a
participant before a version of the study is published that asks it.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

from sayso import resources
from sayso.domain.instrument_errors import FileNotAdopted
from sayso.services import adoption, instruments, licences
from sayso.services.adoption import Preview, Upload
from sayso.services.licences import Terms
from sayso.web import coordinator_instrument_views as views
from sayso.web.auth import CHANGING_ROLES, for_staff
from sayso.web.context import here
from sayso.web.coordinator_people import reach
from sayso.web.smorest import LARGEST_ID, Resource

measures = Resource(
    "instruments", "/api/studies", "What the study asks, under which licence, in whose words."
)
_ID = f"<int(max={LARGEST_ID}):entry_id>"


@measures.route("/<key>/instruments")
@for_staff()
@measures.response(200, views.InstrumentsView)
def read_instruments(key: str) -> dict[str, Any]:
    """The questionnaires of the current version, what was adopted, licences and packs."""
    at = here()
    return instruments.page(at.connection, reach(key), _packs(), at.now)


@measures.route("/<key>/instruments/<sha256>")
@for_staff()
@measures.response(200, views.InstrumentDocumentView)
def read_instrument(key: str, sha256: str) -> dict[str, Any]:
    """A questionnaire as the participant's phone receives it, for a preview."""
    found = instruments.document(here().connection, reach(key), sha256)
    return {"sha256": sha256, "questionnaire": found}


@measures.route("/<key>/instruments/match", "POST")
@for_staff(*CHANGING_ROLES)
@measures.arguments(views.FileBody)
@measures.response(200, views.AdoptionView)
def match_file(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Match a licensed file with a wordless pack and run the pack's examples; nothing is kept."""
    reach(key).may_change()
    return _shown(_preview(body))


@measures.route("/<key>/instruments", "POST")
@for_staff(*CHANGING_ROLES)
@measures.arguments(views.AdoptBody)
@measures.response(201, views.InstrumentsView)
def adopt_file(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Keep a file joined to a pack, with its licence, for the next version of the study."""
    at, within = here(), reach(key)
    within.may_change()
    terms = _terms(body["licence"])
    preview = _preview(body)
    if preview.imported.sha256 != body["file_sha256"]:
        raise FileNotAdopted("The file is not the one that was looked at; match it again")
    adoption.adopt(at.connection, at.actor, key, preview, terms, at.now)
    return instruments.page(at.connection, within, _packs(), at.now)


@measures.route(f"/<key>/adopted-instruments/{_ID}/void", "POST")
@for_staff(*CHANGING_ROLES)
@measures.arguments(views.WhyBody)
@measures.response(201, views.InstrumentsView)
def void_adopted(body: dict[str, Any], key: str, entry_id: int) -> dict[str, Any]:
    """Take an adopted instrument back; versions that are published keep it."""
    at, within = here(), reach(key)
    within.may_change()
    adoption.void(at.connection, at.actor, key, entry_id, body["reason"], at.now)
    return instruments.page(at.connection, within, _packs(), at.now)


@measures.route("/<key>/licences", "POST")
@for_staff(*CHANGING_ROLES)
@measures.arguments(views.LicenceBody)
@measures.response(201, views.InstrumentsView)
def record_licence(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Record a licence, or its renewal, for an instrument of the study."""
    at, within = here(), reach(key)
    within.may_change()
    instrument = body.pop("instrument")
    licences.record(at.connection, at.actor, key, instrument, _terms(body), at.now)
    return instruments.page(at.connection, within, _packs(), at.now)


@measures.route(f"/<key>/licences/{_ID}/void", "POST")
@for_staff(*CHANGING_ROLES)
@measures.arguments(views.WhyBody)
@measures.response(201, views.InstrumentsView)
def void_licence(body: dict[str, Any], key: str, entry_id: int) -> dict[str, Any]:
    """Say that a licence was entered wrongly."""
    at, within = here(), reach(key)
    within.may_change()
    licences.void(at.connection, at.actor, key, entry_id, body["reason"], at.now)
    return instruments.page(at.connection, within, _packs(), at.now)


def _packs() -> Path:
    return resources.instruments_dir() / "packs"


def _preview(body: dict[str, Any]) -> Preview:
    try:
        content = base64.b64decode(body["content"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise FileNotAdopted("The file did not arrive whole; choose it again") from error
    if len(content) > views.LARGEST_FILE:
        raise FileNotAdopted(
            f"The file is larger than {views.LARGEST_FILE / 1_000_000} MB; no questionnaire is"
        )
    upload = Upload(body["file_name"], content, body["chosen"])
    return adoption.preview(_packs(), body["pack"], upload)


def _terms(said: dict[str, Any]) -> Terms:
    return Terms(**said | {"languages": tuple(said["languages"]), "modes": tuple(said["modes"])})


def _shown(preview: Preview) -> dict[str, Any]:
    found, imported = preview.adoption, preview.imported
    return {
        "pack": preview.pack.name,
        "format": imported.format,
        "title": imported.title,
        "file_sha256": imported.sha256,
        "matches": [
            {
                "item": match.item, "source": match.source, "text": match.text, "how": match.how,
                "codes_by": match.codes_by, "confidence": match.confidence,
                "codes": [
                    {"code": code, "text": match.words.get(code, ""), "becomes": str(ours)}
                    for code, ours in match.codes.items()
                ],
            }
            for match in found.matches
        ],
        "unmatched": found.unmatched,
        "extra": found.extra,
        "offered": [{"id": item, "text": text} for item, text in found.offered],
        "changed": [{"place": one["from"], "what": one["what"]} for one in imported.changed],
        "refused": [{"place": one["from"], "what": one["why"]} for one in imported.refused],
        "problems": found.problems,
        "worked_examples": found.vectors,
    }  # fmt: skip
