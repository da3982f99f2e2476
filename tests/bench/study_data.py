"""A study with participants whose forms are open now, made through the services that staff use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from bench.load import Request
from sayso.domain.audit import Actor
from sayso.domain.walltime import local_date
from sayso.resources import instruments_dir
from sayso.services import devices, enrolment, enrolment_codes, publishing, sites
from sayso.store.engine import make_engine, transaction
from sayso.store.schema import upgrade
from sayso.store.sealed import Keyring
from sayso.store.tables_forms import expected_form

ZONE = "America/New_York"
INSTRUMENT = "demo-hrqol"
COOKIE = "sayso-participant"
_ACTOR = Actor("command")


@dataclass(frozen=True)
class Phone:
    """One enrolled phone, the form of 30 items that is open on it, and what is asked there."""

    token: str
    form_id: int
    questionnaire_sha: str


def prepare(url: str, key_file: Path, people: int, now: datetime) -> list[Phone]:
    """Migrate, publish, enrol `people` participants with a phone each; returns their phones."""
    engine = make_engine(url)
    upgrade(engine)
    keyring = Keyring.create(key_file)
    text = (instruments_dir() / "studies" / "stop-her2.toml").read_text()
    with transaction(engine) as connection:
        study = publishing.publish(connection, _ACTOR, text, "study", _find, now).study
        sites.add(connection, _ACTOR, study.key, "S1", "Bench", ZONE, now)
    phones = []
    for number in range(people):
        # Codes may only be tried at a certain pace, so the phones have enrolled one by one.
        then = now - timedelta(seconds=60 * (people - number))
        with transaction(engine) as connection:
            phones.append(_enrol(connection, study.key, f"B-{number:05}", keyring, then))
    engine.dispose()
    return phones


def _enrol(connection: Any, key: str, code: str, keyring: Keyring, now: datetime) -> Phone:
    today = local_date(now, ZONE)
    new = enrolment.NewParticipant(
        code=code, site="S1", arm="stop", enrolled_on=today, zone=ZONE, preferred_language="en",
        reads_english=True, how="asked", interpreter=False,
        anchors={"cessation": today - timedelta(days=84)},
    )  # fmt: skip
    person = enrolment.enrol(connection, _ACTOR, key, new, keyring, now, code_minutes=10)
    assert person.code is not None
    device = enrolment_codes.exchange(
        connection, _ACTOR, person.code.code, keyring, now, devices.Phone("127.0.0.1", "Bench")
    )
    assert isinstance(device, devices.NewDevice)
    form = connection.execute(
        select(expected_form.c.id, expected_form.c.questionnaire_sha256).where(
            expected_form.c.participant_id == person.participant_id,
            expected_form.c.timepoint == "W12",
            expected_form.c.instrument == INSTRUMENT,
        )
    ).one()
    return Phone(device.token, form.id, form.questionnaire_sha256)


def _find(instrument: str, version: str | None) -> Mapping[str, Any]:
    folders = sorted((instruments_dir() / instrument).iterdir())
    folder = folders[-1] if version is None else instruments_dir() / instrument / version
    document: Mapping[str, Any] = json.loads((folder / "instrument.json").read_text())
    return document


def answers(instrument: str = INSTRUMENT) -> dict[str, Any]:
    """One answer for each item, 30 unless another is named, in the middle of what is allowed."""
    document = _find(instrument, None)
    found: dict[str, Any] = {}
    _collect(document["items"], document.get("answer_sets", {}), None, found)
    return found


def _collect(items: Any, sets: Any, inherited: Any, found: dict[str, Any]) -> None:
    for item in items:
        options = item.get("answer_options", inherited)
        if "items" in item:
            _collect(item["items"], sets, options if item["type"] == "matrix" else None, found)
            continue
        if item.get("type") == "display":
            continue
        listed = sets[options] if isinstance(options, str) else options
        if listed:
            code = listed[len(listed) // 2]["code"]
            # The rows of a matrix are choices and name no type.
            found[item["id"]] = [code] if item.get("type") == "multiple" else code
        elif item["type"] == "boolean":
            found[item["id"]] = True
        else:
            found[item["id"]] = _plain(item)


def _plain(item: Any) -> Any:
    fixed = {"date": "2026-01-15", "time": "14:30", "text": "as before", "long_text": "as before"}
    return fixed.get(item["type"], item.get("min", 0))


def save(phone: Phone, given: dict[str, Any], now: datetime) -> Request:
    """The request by which a phone sends its 30 answers."""
    moment = now.isoformat().replace("+00:00", "Z")
    body = {
        "expected_form_id": phone.form_id, "questionnaire_sha": phone.questionnaire_sha,
        "answers": given, "skipped": [], "authored_at": moment, "authored_zone": ZONE,
        "sent_at": moment, "offer_token": None, "attested": True, "mode": "own_device",
        "assistance": "none", "app_build": "bench",
    }  # fmt: skip
    return Request("PUT", f"/api/me/responses/{uuid4()}", json.dumps(body).encode(), headers(phone))


def headers(phone: Phone) -> dict[str, str]:
    """What the app sends with every request."""
    return {
        "Content-Type": "application/json",
        "Cookie": f"{COOKIE}={phone.token}",
        "X-Sayso-Client": "participant/bench",
    }
