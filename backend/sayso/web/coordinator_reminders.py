"""Staff send a reminder now, or read why it must not go out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from sayso.domain.eligibility import SEND
from sayso.services.send_now import send_now
from sayso.web.auth import CHANGING_ROLES, for_staff
from sayso.web.context import here
from sayso.web.coordinator_people import held, reach
from sayso.web.schemas import text
from sayso.web.smorest import Resource

reminders = Resource("send reminders", "/api/studies", "Remind a participant at the wish of staff.")


class SendBody(Schema):
    timepoint = text(1, 60, required=True)


class SentSchema(Schema):
    """`reason` is a slug, `why` the sentence to show."""

    sent = fields.Boolean(required=True)
    reason = fields.String(required=True)
    why = fields.String(required=True)


@reminders.route("/<key>/participants/<code>/reminders", "POST")
@for_staff(*CHANGING_ROLES)
@reminders.arguments(SendBody)
@reminders.response(200, SentSchema)
def send(body: dict[str, Any], key: str, code: str) -> Any:
    """Send a reminder of one occasion now, unless there is a reason not to."""
    at = here()
    person = held(at, reach(key), code)
    verdict = send_now(at.connection, at.actor, person.id, body["timepoint"], at.now)
    sent = verdict.action == SEND
    why = "A reminder is on its way." if sent else verdict.why
    return {"sent": sent, "reason": verdict.reason, "why": why}
