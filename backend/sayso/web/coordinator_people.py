"""The staff API about one participant: enrolment, facts, decisions. Every change answers with the
participant as she is afterwards.

A change may carry If-Match with the ETag that the screen has seen; when somebody else was quicker
the answer is 412 and nothing has been changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from sayso.domain.errors import UnknownSite
from sayso.services import (
    access,
    anchors,
    contacts,
    decisions,
    enrolment,
    enrolment_codes,
    entries,
    events,
    exemptions,
    participant_view,
    reasons,
    visits,
)
from sayso.services.access import Participant, Reach
from sayso.services.enrolment import NewParticipant
from sayso.services.enrolment_codes import EnrolmentCode
from sayso.store.tables import contact, visit
from sayso.web import coordinator_bodies as bodies
from sayso.web.auth import CHANGING_ROLES, for_staff
from sayso.web.context import Here, here
from sayso.web.coordinator_person_views import (
    EnrolledView,
    EnrolmentView,
    ParticipantView,
    PhonesView,
)
from sayso.web.problems import ProblemSchema
from sayso.web.smorest import LARGEST_ID, Resource

people = Resource(
    "participants", "/api/studies", "Enrol participants and keep the record of what happens."
)
_ID = f"<int(max={LARGEST_ID}):entry_id>"
_ONE = "/<key>/participants/<code>"
Answer = tuple[dict[str, Any], int, dict[str, str]]


def reach(key: str) -> Reach:
    """What the signed-in member of staff may reach in this study. Raises NotFound."""
    at = here()
    return access.reach(at.connection, at.actor, key, at.staff.site_ids)


def changed(
    key: str, code: str, change: Callable[[Here, Participant], object], status: int = 201
) -> Answer:
    """Carry out one change to one participant, and show her as she is afterwards."""
    at, within = here(), reach(key)
    change(at, held(at, within, code))
    return shown(at, within, code, status)


def held(at: Here, within: Reach, code: str) -> Participant:
    """The participant for a change. Raises NotFound, or ChangedMeanwhile for an old If-Match."""
    seen = request.headers.get("If-Match")
    revision = None if seen is None else participant_view.revision_of(seen)
    return access.hold(at.connection, within, code, -1 if seen and revision is None else revision)


def shown(at: Here, within: Reach, code: str, status: int = 200) -> Answer:
    """The participant whole, with the ETag that a change may carry."""
    page = participant_view.view(at.connection, within, code, at.state.keyring, at.now)
    return page, status, {"ETag": page["etag"]}


@people.route(_ONE)
@for_staff(writes=True)
@people.response(200, ParticipantView)
def read(key: str, code: str) -> Answer:
    """One participant whole. Looking at contact details is itself on record."""
    return shown(here(), reach(key), code)


@people.route(f"{_ONE}/phones")
@for_staff()
@people.response(200, PhonesView)
def read_phones(key: str, code: str) -> dict[str, Any]:
    """The phones and whether reminders arrive. The console asks again and again while a phone is
    being enrolled, so nothing that identifies a person is opened and nothing is written."""
    at = here()
    return participant_view.phones(at.connection, reach(key), code, at.now)


@people.route("/<key>/participants", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.EnrolBody)
@people.response(201, EnrolledView)
@people.also(409, ProblemSchema, "The study code is taken.")
def enrol(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Enrol a participant. Who does not read English is enrolled all the same, without a phone."""
    at, within = here(), reach(key)
    how = body.pop("reads_english_how")
    new = NewParticipant(**body, how=how)
    if new.site not in {site.code for site in within.sites.values()}:
        raise UnknownSite(f"The study has no site {new.site} that you can reach")
    enrolled = enrolment.enrol(
        at.connection, at.actor, key, new, at.state.keyring, at.now,
        code_minutes=at.state.settings.enrolment_code_minutes, within=frozenset(within.sites),
    )  # fmt: skip
    page = participant_view.view(at.connection, within, new.code, at.state.keyring, at.now)
    code = enrolled.code
    return {"participant": page, "enrolment": None if code is None else _to_show(at, code)}


@people.route(f"{_ONE}/enrolment-codes", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.EnrolmentCodeBody)
@people.response(201, EnrolmentView)
@people.also(409, ProblemSchema, "The participant is exempt.")
def new_code(body: dict[str, Any], key: str, code: str) -> dict[str, Any]:
    """Make a code for a phone; `replace` signs every older phone out at once."""
    at = here()
    person = held(at, reach(key), code)
    made = enrolment_codes.new_code(
        at.connection, at.actor, person.id, at.state.keyring, at.now,
        minutes=at.state.settings.enrolment_code_minutes, kind=body["kind"],
        replace_devices=body["replace"], reason=body["reason"],
    )  # fmt: skip
    return _to_show(at, made)


def _to_show(at: Here, made: EnrolmentCode) -> dict[str, Any]:
    # Drawing QR codes is needed by the console only, not by the phones' requests.
    import segno

    url = f"{at.state.settings.public_url}/enrol#{made.code}"
    picture = segno.make(url, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff")
    return {
        "code": made.code, "kind": made.kind, "pin": made.pin, "url": url,
        "expires_at": made.expires_at, "qr_svg": picture,
    }  # fmt: skip


@people.route(f"{_ONE}/visits", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.VisitBody)
@people.response(201, ParticipantView)
def record_visit(body: dict[str, Any], key: str, code: str) -> Answer:
    """Record an attendance, whether or not questionnaires are asked."""
    return changed(
        key, code,
        lambda at, person: visits.record(
            at.connection, person, body["timepoint"], body["date"], body["kind"], at.now
        ),
    )  # fmt: skip


@people.route(f"{_ONE}/contacts", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.ContactBody)
@people.response(201, ParticipantView)
def record_contact(body: dict[str, Any], key: str, code: str) -> Answer:
    """Record a conversation; having spoken settles a wish to be called."""
    return changed(
        key, code,
        lambda at, person: contacts.record(
            at.connection, at.state.keyring, person, body["date"], body["channel"],
            body["outcome"], body["interpreter_used"], body["note"], at.now,
        ),
    )  # fmt: skip


@people.route(f"{_ONE}/events", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.EventBody)
@people.response(201, ParticipantView)
def record_event(body: dict[str, Any], key: str, code: str) -> Answer:
    """Record an event; death and withdrawal stop every message at once."""
    return changed(
        key, code,
        lambda at, person: events.record(
            at.connection, person, body["kind"], body["date"], at.now
        ),
    )  # fmt: skip


@people.route(f"{_ONE}/anchors", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.AnchorBody)
@people.response(201, ParticipantView)
def record_anchor(body: dict[str, Any], key: str, code: str) -> Answer:
    """Set or correct a date that the calendar counts from; answered forms never move."""
    return changed(
        key, code,
        lambda at, person: anchors.record(
            at.connection, person, body["name"], body["date"], body["reason"], at.now
        ),
    )  # fmt: skip


@people.route(f"{_ONE}/exemptions", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.ExemptionBody)
@people.response(201, ParticipantView)
def record_exemption(body: dict[str, Any], key: str, code: str) -> Answer:
    """Exempt from questionnaires from a date on; what would change the record waits for a second
    person."""
    return changed(
        key, code,
        lambda at, person: exemptions.record(
            at.connection, person, body["reason"], body["valid_from"], body["valid_to"],
            body["explanation"], at.now,
        ),
    )  # fmt: skip


@people.route(f"{_ONE}/exemptions/{_ID}/approval", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.NothingBody)
@people.response(200, ParticipantView)
def approve_exemption(_body: dict[str, Any], key: str, code: str, entry_id: int) -> Answer:
    """Let an exemption that waits take effect; only somebody else than its author can."""
    return changed(
        key, code,
        lambda at, person: exemptions.approve(at.connection, person, entry_id, at.now), 200,
    )  # fmt: skip


@people.route(f"{_ONE}/exemptions/{_ID}/end", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.ExemptionEndBody)
@people.response(200, ParticipantView)
def end_exemption(body: dict[str, Any], key: str, code: str, entry_id: int) -> Answer:
    """Give an exemption its last day; forms that closed under it stay exempt."""
    return changed(
        key, code,
        lambda at, person: exemptions.end(
            at.connection, person, entry_id, body["on"], body["reason"], at.now
        ),
        200,
    )  # fmt: skip


@people.route(f"{_ONE}/exemptions/{_ID}/void", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.VoidBody)
@people.response(200, ParticipantView)
def decline_exemption(body: dict[str, Any], key: str, code: str, entry_id: int) -> Answer:
    """Take back an exemption that still waits for approval."""
    return changed(
        key, code,
        lambda at, person: exemptions.decline(
            at.connection, person, entry_id, body["reason"], at.now
        ),
        200,
    )  # fmt: skip


@people.route(f"{_ONE}/events/{_ID}/void", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.VoidBody)
@people.response(200, ParticipantView)
def void_event(body: dict[str, Any], key: str, code: str, entry_id: int) -> Answer:
    """Take back an event that did not happen; it stays in the record as taken back."""
    return changed(
        key, code,
        lambda at, person: events.void(at.connection, person, entry_id, body["reason"], at.now),
        200,
    )  # fmt: skip


@people.route(f"{_ONE}/visits/{_ID}/void", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.VoidBody)
@people.response(200, ParticipantView)
def void_visit(body: dict[str, Any], key: str, code: str, entry_id: int) -> Answer:
    """Take back a visit that was entered by mistake."""
    return changed(
        key, code,
        lambda at, person: entries.void(
            at.connection, visit, person, entry_id, body["reason"], at.now
        ),
        200,
    )  # fmt: skip


@people.route(f"{_ONE}/contacts/{_ID}/void", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.VoidBody)
@people.response(200, ParticipantView)
def void_contact(body: dict[str, Any], key: str, code: str, entry_id: int) -> Answer:
    """Take back a contact that was entered by mistake."""
    return changed(
        key, code,
        lambda at, person: entries.void(
            at.connection, contact, person, entry_id, body["reason"], at.now
        ),
        200,
    )  # fmt: skip


@people.route(f"{_ONE}/missing-reasons", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.MissingReasonBody)
@people.response(201, ParticipantView)
def record_reason(body: dict[str, Any], key: str, code: str) -> Answer:
    """Code why a form was missed; a later reason replaces the earlier one in the rates."""
    return changed(
        key, code,
        lambda at, person: reasons.record(
            at.connection, person, body["expected_form_id"], body["reason"], at.now
        ),
    )  # fmt: skip


@people.route(f"{_ONE}/conflicts/<response_id>/resolution", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.DecisionBody)
@people.response(200, ParticipantView)
def resolve_conflict(body: dict[str, Any], key: str, code: str, response_id: str) -> Answer:
    """Decide whether a second or unexpected set of answers is the participant's own word.

    The first one received goes on counting either way.
    """
    return changed(
        key, code,
        lambda at, person: decisions.resolve_conflict(
            at.connection, person, response_id, body["accept"], body["reason"], at.now
        ),
        200,
    )  # fmt: skip


@people.route(f"{_ONE}/responses/<response_id>/time-resolution", "POST")
@for_staff(*CHANGING_ROLES)
@people.arguments(bodies.DecisionBody)
@people.response(200, ParticipantView)
def resolve_time(body: dict[str, Any], key: str, code: str, response_id: str) -> Answer:
    """Decide whether a disputed time is believed; accepted counts as in the window, else late."""
    return changed(
        key, code,
        lambda at, person: decisions.resolve_time(
            at.connection, person, response_id, body["accept"], body["reason"], at.now
        ),
        200,
    )  # fmt: skip
