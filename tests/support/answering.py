"""What tests of staff entry, corrections and tablets share: bodies to send and parts of pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from werkzeug.test import TestResponse

from support.stage import STUDY
from support.visitors import Visitor, Visitors

ALICE = f"/api/studies/{STUDY}/participants/P-001"
CARMEN = f"/api/studies/{STUDY}/participants/P-002"


def slug(answer: TestResponse) -> str:
    return str((answer.json or {}).get("slug"))


def page(visitor: Visitor, path: str = ALICE) -> dict[str, Any]:
    """The participant as that member of staff sees her."""
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def trail(visitor: Visitor, code: str = "P-001") -> list[dict[str, Any]]:
    """The audit trail about a participant, newest first, proven whole."""
    answer = visitor.get(f"/api/studies/{STUDY}/audit?participant={code}").json
    assert answer["verified"]
    events: list[dict[str, Any]] = answer["events"]
    return events


def of_response(shown: dict[str, Any], response_id: str) -> dict[str, Any]:
    """What a participant's page says about one response."""
    found: dict[str, Any] = next(one for one in shown["responses"] if one["id"] == response_id)
    return found


def entry(
    visitors: Visitors,
    *,
    mode: str = "paper",
    form: dict[str, Any] | None = None,
    number: int = 0,
    **changes: Any,
) -> dict[str, Any]:
    """What the console sends: an open form of Alice's (or `form`) answered five days ago."""
    card = form or visitors.open_form(number=number)
    return {
        "id": str(uuid4()),
        "expected_form_id": card["id"],
        "mode": mode,
        "collected_on": "2026-06-10",
        "collected_time": "14:30",
        "answers": dict(visitors.stage.answers(card["questionnaire_sha"])),
        "skipped": [],
    } | changes


def answers_of(visitors: Visitors, body: dict[str, Any], option: int) -> dict[str, Any]:
    """Other answers to the same form: the option of that number everywhere."""
    form = next(
        one
        for one in visitors.bob.get(f"{ALICE}/entries").json["forms"]
        if one["id"] == body["expected_form_id"]
    )
    found: dict[str, Any] = {}
    for item in visitors.stage.questionnaire(form["questionnaire_sha"]).items_in_order():
        if item.type == "choice":
            found[item.id] = item.options[option].code
        elif item.type == "scale" and isinstance(item.low, int):
            found[item.id] = item.low + option
    return found
