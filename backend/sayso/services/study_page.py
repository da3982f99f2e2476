"""A published study as the console shows it: arms, timepoints, words to choose from, provenance."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, time
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Connection, select

from sayso.domain.plausible import kinds_for
from sayso.domain.study import EventForm, Study, Timepoint
from sayso.services import contacts, publishing, reasons, visits
from sayso.services.access import Reach
from sayso.services.events import LABELS
from sayso.services.languages import NAMES
from sayso.services.publishing import Published
from sayso.store.tables import questionnaire, study_version

_EXEMPTION_LABELS = {"LANGUAGE": "Does not read or understand English"}


def line(connection: Connection, study_key: str) -> dict[str, Any]:
    """The study in a list: key, title, version, whether it is official, and its banner."""
    study = publishing.current(connection, study_key).study
    return {
        "key": study.key,
        "title": study.title,
        "version": study.version,
        "official": study.official,
        "banner": study.banner,
    }


def page(connection: Connection, within: Reach, now: datetime) -> dict[str, Any]:
    """Everything about the study that the console needs to know to show and to ask."""
    published = publishing.current(connection, within.study_key)
    study = published.study
    pinned = publishing.pinned_questionnaires(connection, published.id)
    titles = _titles_of(connection, pinned)
    return {
        **line(connection, within.study_key),
        "sha256": published.sha256,
        "registry": study.registry,
        "arms": [_arm(study, arm.id, arm.label) for arm in study.arms],
        "sites": sorted(within.sites.values(), key=lambda site: site.code),
        "timepoints": [
            *(_timepoint(study, one, pinned, titles) for one in study.timepoints),
            *(_event_form(study, one, pinned, titles) for one in study.event_forms),
        ],
        "event_kinds": _event_kinds(study),
        "missing_reasons": [_choice(code, reasons.LABELS[code]) for code in reasons.CHOICES],
        "exemption_reasons": [
            _choice(code, _EXEMPTION_LABELS.get(code, code.capitalize()))
            for code in study.rules.exemption_reasons
        ],
        "visit_kinds": [_choice(kind, _words(kind)) for kind in visits.KINDS],
        "contact_channels": [_choice(one, _words(one)) for one in contacts.CHANNELS],
        "contact_outcomes": [_choice(one, _words(one)) for one in contacts.OUTCOMES],
        "languages": [_choice(code, name) for code, name in NAMES.items()],
        "zones": zones(),
        "provenance": _provenance(connection, published),
        "rules": _plain(asdict(study.rules)),
        "reminder_policy": _plain(asdict(study.reminder_policy)),
        "today": now.date(),
    }


def titles(connection: Connection, study_key: str) -> dict[str, str]:
    """What the questionnaires of the current version are called, by instrument id."""
    published = publishing.current(connection, study_key)
    return _titles_of(connection, publishing.pinned_questionnaires(connection, published.id))


def zones() -> list[str]:
    """Time zones by the names that people know: Area/City, without historical aliases."""
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
             "Pacific/")  # fmt: skip
    return sorted(name for name in available_timezones() if name.startswith(areas))


def _provenance(connection: Connection, published: Published) -> list[dict[str, Any]]:
    """Every field of the study file with its value and where it comes from, in file order."""
    text = connection.execute(
        select(study_version.c.document).where(study_version.c.id == published.id)
    ).scalar_one()
    document = tomllib.loads(text)
    written = [
        {"field": name, "value": _plain(_value(document, name)), "source": source}
        for name, source in published.study.provenance.items()
    ]
    return [*written, *_repeated(published.study, document)]


# What each field of a timepoint that the file writes as a repeat is made of.
_MADE_OF = {
    "label": ("label", "n"),
    "arms": ("arms",),
    "opens": ("n", "days_each", "half_width"),
    "target": ("n", "days_each"),
    "closes": ("n", "days_each", "half_width"),
    "packs": ("packs",),
    "visit": ("visit",),
    "anchor": ("anchor",),
    "enabled": ("enabled",),
}


def _repeated(study: Study, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same for the timepoints of a repeat; one is public where all that it is made of is."""
    points = {one.id: one for one in study.timepoints}
    for place, repeat in enumerate(document.get("repeats", []), start=1):
        for number in repeat["n"]:
            point = points[repeat["id"].replace("{n}", str(number))]
            for field, parts in _MADE_OF.items():
                sources = {study.provenance.get(f"repeats.{place}.{part}") for part in parts}
                said = sources - {None}
                if said:
                    yield {
                        "field": f"timepoints.{point.id}.{field}",
                        "value": _plain(getattr(point, field)),
                        "source": "public" if said == {"public"} else "assumed",
                    }


def _value(document: Any, name: str) -> Any:
    """The value under a dotted name; tables in a list are told apart by id or by number."""
    found = document
    for part in name.split("."):
        if isinstance(found, list):
            number = int(part) if part.isdigit() else 0
            numbered = found[number - 1] if 0 < number <= len(found) else None
            found = next((one for one in found if one.get("id") == part), numbered)
        elif isinstance(found, dict):
            found = found.get(part)
        else:
            return None
    return found


def _titles_of(connection: Connection, pinned: dict[str, str]) -> dict[str, str]:
    rows = connection.execute(
        select(questionnaire.c.sha256, questionnaire.c.title).where(
            questionnaire.c.sha256.in_(pinned.values())
        )
    )
    by_sha = {row.sha256: row.title for row in rows}
    return {instrument: by_sha[sha] for instrument, sha in pinned.items()}


def _arm(study: Study, arm_id: str, label: str) -> dict[str, Any]:
    names = {study.anchor_of(one, arm_id) for one in study.timepoints if arm_id in one.arms}
    return {
        "id": arm_id,
        "label": label,
        "anchors": [
            {"name": anchor.id, "label": anchor.label, "source": anchor.source}
            for anchor in study.anchors
            if anchor.id in names
        ],
    }


def _timepoint(
    study: Study, one: Timepoint, pinned: dict[str, str], titles: dict[str, str]
) -> dict[str, Any]:
    return {
        **_offsets(one),
        "anchor": one.anchor,
        "enabled": one.enabled,
        "on": [],
        "visit": one.visit,
        "pack": _pack(study, one.packs, pinned, titles),
    }


def _event_form(
    study: Study, one: EventForm, pinned: dict[str, str], titles: dict[str, str]
) -> dict[str, Any]:
    return {
        **_offsets(one),
        "anchor": None,
        "enabled": True,
        "on": list(one.on),
        "visit": None,
        "pack": _pack(study, one.packs, pinned, titles),
    }


def _offsets(one: Timepoint | EventForm) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.label,
        "arms": list(one.arms),
        "opens": one.opens,
        "target": one.target,
        "closes": one.closes,
    }


def _pack(
    study: Study, packs: tuple[str, ...], pinned: dict[str, str], titles: dict[str, str]
) -> list[dict[str, Any]]:
    asked = [
        slot.questionnaire
        for pack_id in packs
        for pack in (study.pack(pack_id),)
        if pack is not None
        for slot in pack.slots
    ]
    return [
        {"questionnaire": name, "title": titles.get(name, name), "sha256": pinned.get(name)}
        for name in dict.fromkeys(asked)
    ]


def _event_kinds(study: Study) -> list[dict[str, Any]]:
    possible = {arm.id: kinds_for(study, arm.id) for arm in study.arms}
    return [
        {
            "kind": kind,
            "label": label,
            "arms": [arm for arm, kinds in possible.items() if kind in kinds],
        }
        for kind, label in LABELS.items()
    ]


def _choice(code: str, label: str) -> dict[str, str]:
    return {"code": code, "label": label}


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _plain(value: Any) -> Any:
    """Times as HH:MM and tuples as lists, so that JSON can hold the rules as they are."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
