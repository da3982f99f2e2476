"""The participant's own API: her forms, her drafts, her responses, her wishes about reminders."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Response, json, request

from sayso.domain.errors import NotFound, ResponseIdReused, SignInNeeded
from sayso.formats import instrument_json
from sayso.services import drafts, handovers, home, preferences, publishing, responses
from sayso.services.sessions import ParticipantSession
from sayso.web import me, schemas
from sayso.web.auth import (
    TABLET,
    clear_cookie,
    for_participant,
    for_participant_or_staff,
    for_participant_or_tablet,
    refuse,
)
from sayso.web.context import held_tablet, here
from sayso.web.packing import pack
from sayso.web.smorest import LARGEST_ID, Resource

own = Resource("participant", "/api/me", "What a participant does on her own phone.")
texts = Resource("questionnaires", "/api/questionnaires", "What is asked, word for word.")
for _resource in (own, texts):
    _resource.blueprint.after_request(pack)

CLINIC_TABLET = "clinic_tablet"
_TEXTS_KEPT = 64
_ID = f"<int(max={LARGEST_ID}):form_id>"


@own.route("")
@for_participant
@own.response(200, schemas.MeSchema)
def look() -> Any:
    """Everything on the first screen."""
    at = here()
    return me.view(at, at.participant)


@own.route(f"/forms/{_ID}")
@for_participant_or_tablet()
@own.response(200, schemas.OneFormSchema)
def open_form(form_id: int) -> Any:
    """One of her forms: what is asked, a token that proves the offer, and the draft so far.

    All in one answer, since a phone that opens a reminder on a slow line waits for each request.
    """
    at = here()
    one = home.form(at.connection, at.participant, form_id, me.offer_key(at.state), at.now)
    card = one.card
    if held_tablet() is not None and card.state != "open":
        raise NotFound("This form is not open")
    return {
        "form": {
            "id": card.id, "title": card.title, "minutes": card.minutes, "items": card.items,
            "questionnaire_sha": card.questionnaire_sha, "state": card.state, "why": card.why,
            "received_at": card.received_at, "offer_token": card.offer_token,
            "draft_saved_at": card.draft_saved_at, "timepoint": one.timepoint,
            "label": one.label, "closes_on": one.closes_on, "closes_at": one.closes_at,
        },
        "questionnaire_sha": card.questionnaire_sha,
        "questionnaire": instrument_json.for_participants(
            publishing.document_by_hash(at.connection, card.questionnaire_sha)
        ),
        "draft": one.draft,
    }  # fmt: skip


@own.route(f"/forms/{_ID}/draft", "PUT")
@for_participant_or_tablet()
@own.arguments(schemas.DraftBody)
@own.response(200, schemas.SavedSchema)
def save_draft(body: dict[str, Any], form_id: int) -> Any:
    """Keep what is answered so far, so that a lost phone loses nothing."""
    at = here()
    person = at.participant
    seen = drafts.Seen(body.pop("base")) if "base" in body else None
    other = drafts.save(
        at.connection, person.id, person.device_id, form_id, drafts.Draft(**body), at.now, seen
    )
    return {"saved_at": body["saved_at"] if other is None else other.saved_at, "draft": other}


@own.route("/responses/<uuid:response_id>", "PUT")
@for_participant_or_tablet(repeats=True)
@own.arguments(schemas.ResponseBody)
@own.response(201, schemas.ReceiptSchema, "Stored just now.")
@own.also(200, schemas.ReceiptSchema, "Stored before; the same receipt again.")
def send_response(body: dict[str, Any], response_id: UUID) -> Any:
    """Store a response. The id is made on the phone; sending the same again is safe."""
    at, tablet = here(), held_tablet()
    if tablet is not None:
        body["mode"] = CLINIC_TABLET
        if tablet.finished and not handovers.is_repeat(at.connection, tablet, str(response_id)):
            raise SignInNeeded
    outcome = responses.submit(
        at.connection, at.actor, at.participant, _submission(body, response_id),
        me.offer_key(at.state), at.now,
    )  # fmt: skip
    if outcome.conflict:
        return refuse(ResponseIdReused())
    if tablet is not None and not handovers.anything_open(at.connection, tablet.person, at.now):
        handovers.finish(at.connection, at.actor, tablet, at.now)
        # Only with the last receipt: a tablet that did not get it asks for it again.
        clear_cookie(TABLET)
    return outcome.receipt, 201 if outcome.created else 200


@own.route("/preferences", "PUT")
@for_participant
@own.arguments(schemas.PreferencesBody)
@own.response(200, schemas.RemindersSchema)
def change_preferences(body: dict[str, Any]) -> Any:
    """Change the reminder hour, pause, snooze, or do without reminders."""
    at = here()
    person = preferences.change(at.connection, at.actor, at.participant, body, at.now)
    return me.reminders(at, home.reminders(at.connection, person))


@own.route("/call-request", "POST")
@for_participant
@own.arguments(schemas.EmptyBody)
@own.response(201, schemas.CallSchema)
def ask_for_call(_body: dict[str, Any]) -> Any:
    """Ask the study team to call; asking again changes nothing."""
    at = here()
    asked_at = preferences.request_call(at.connection, at.actor, at.participant, at.now)
    return {"call_requested_at": asked_at}


@own.route("/call-request", "DELETE")
@for_participant
@own.response(204)
def take_back_call() -> None:
    """No call is needed any more."""
    at = here()
    preferences.take_back_call(at.connection, at.actor, at.participant, at.now)


@own.route("/missing-reasons", "POST")
@for_participant
@own.arguments(schemas.OwnReasonBody)
@own.response(201, schemas.OwnReasonSchema)
def say_why_missed(body: dict[str, Any]) -> Any:
    """Say in one tap why a form was missed."""
    at = here()
    preferences.say_why_missed(
        at.connection, at.actor, at.participant, body["expected_form_id"], body["reason"], at.now
    )
    return body


@texts.route("/<string(length=64):sha256>")
@for_participant_or_staff
@texts.response(200, schemas.QuestionnaireSchema)
@texts.also(304, description="The browser has it already.")
def questionnaire(sha256: str) -> Response:
    """One questionnaire, word for word; it never changes under its hash."""
    at = here()
    if isinstance(at.person, ParticipantSession) and not home.may_read(
        at.connection, at.person.id, sha256
    ):
        raise NotFound("There is no such questionnaire")
    document = publishing.document_by_hash(at.connection, sha256)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if sha256 in request.if_none_match:
        return Response(status=304, headers=headers)
    text = _Text(sha256, document)
    if request.accept_encodings["gzip"]:
        headers["Content-Encoding"] = "gzip"
        return Response(_packed(text), headers=headers, content_type="application/json")
    return Response(_rendered(text), headers=headers, content_type="application/json")


@dataclass(frozen=True, slots=True)
class _Text:
    """A questionnaire to be sent; its hash alone says which it is."""

    sha256: str
    document: Mapping[str, Any] = field(compare=False)


# What stands under a hash never changes, so it is written out and compressed once in a process, and
# not for each phone that asks.
@lru_cache(maxsize=_TEXTS_KEPT)
def _rendered(text: _Text) -> bytes:
    shown = instrument_json.for_participants(text.document)
    return json.dumps({"sha256": text.sha256, "questionnaire": shown}).encode()


@lru_cache(maxsize=_TEXTS_KEPT)
def _packed(text: _Text) -> bytes:
    return gzip.compress(_rendered(text), 9, mtime=0)


def _submission(body: dict[str, Any], response_id: UUID) -> responses.Submission:
    return responses.Submission(
        id=str(response_id),
        expected_form_id=body["expected_form_id"],
        questionnaire_sha256=body["questionnaire_sha"],
        answers=body["answers"],
        skipped=body["skipped"],
        authored_at=body["authored_at"],
        authored_zone=body["authored_zone"],
        sent_at=body["sent_at"],
        offer_token=body["offer_token"],
        mode=body["mode"],
        assistance=body["assistance"],
        app_build=body["app_build"],
    )
