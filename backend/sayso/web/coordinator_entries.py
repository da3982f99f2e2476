"""The staff API about answers typed in and corrected, and about zones and arms put right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sayso.domain.errors import ResponseIdReused
from sayso.services import (
    answer_history,
    arms,
    corrections,
    second_typings,
    staff_entries,
    zones,
)
from sayso.services.corrections import Answers
from sayso.services.staff_entries import Entry
from sayso.web import coordinator_entry_views as views
from sayso.web import me
from sayso.web.auth import CHANGING_ROLES, for_staff, refuse
from sayso.web.context import here
from sayso.web.coordinator_bodies import DecisionBody
from sayso.web.coordinator_people import Answer, changed, held, reach, shown
from sayso.web.coordinator_person_views import ParticipantView
from sayso.web.problems import ProblemSchema
from sayso.web.smorest import LARGEST_ID, Resource

entered = Resource("answers", "/api/studies", "Answers that staff type in or correct.")
_ONE = "/<key>/participants/<code>"
_ID = f"<int(max={LARGEST_ID}):row_id>"
_RESPONSE = "<uuid:response_id>"


@entered.route(f"{_ONE}/entries")
@for_staff(*CHANGING_ROLES)
@entered.response(200, views.EntrySheetView)
def read_sheet(key: str, code: str) -> dict[str, Any]:
    """What can be typed in for this participant, and who may have asked her."""
    at = here()
    return answer_history.sheet(at.connection, reach(key), code, at.state.keyring, at.now)


@entered.route(f"{_ONE}/entries", "POST")
@for_staff(*CHANGING_ROLES)
@entered.arguments(views.EntryBody)
@entered.response(201, ParticipantView, "Stored just now.")
@entered.also(200, ParticipantView, "Stored before under this id.")
@entered.also(409, ProblemSchema, "Exempt, or other answers have this id.")
def enter(body: dict[str, Any], key: str, code: str) -> Any:
    """Type in an interview or a paper form. The id is made by the console; sending the same again
    is safe."""
    at, within = here(), reach(key)
    person = held(at, within, code)
    entry = Entry(**{**body, "id": str(body["id"])})
    offers = me.offer_key(at.state)
    outcome = staff_entries.record(at.connection, person, entry, at.state.keyring, offers, at.now)
    if outcome.conflict:
        return refuse(ResponseIdReused())
    return shown(at, within, code, 201 if outcome.created else 200)


@entered.route(f"{_ONE}/entries/{_RESPONSE}/verification", "POST")
@for_staff(*CHANGING_ROLES)
@entered.arguments(views.SecondTypingBody)
@entered.response(201, ParticipantView)
def verify(body: dict[str, Any], key: str, code: str, response_id: UUID) -> Answer:
    """Type a paper form a second time: shows where the two differ and changes nothing."""
    said = Answers(**body)
    return changed(
        key, code,
        lambda at, person: second_typings.verify(
            at.connection, person, str(response_id), said, at.now
        ),
    )  # fmt: skip


@entered.route(f"{_ONE}/entries/{_RESPONSE}/settlement", "POST")
@for_staff(*CHANGING_ROLES)
@entered.arguments(views.SettlementBody)
@entered.response(201, ParticipantView)
def settle(body: dict[str, Any], key: str, code: str, response_id: UUID) -> Answer:
    """Say what the sheet says where two typings differ; what has to change becomes a correction
    that a colleague decides on."""
    said = Answers(body["answers"], body["skipped"])
    return changed(
        key, code,
        lambda at, person: second_typings.settle(
            at.connection, person, str(response_id), said, body["reason"], at.now
        ),
    )  # fmt: skip


@entered.route(f"{_ONE}/responses/{_RESPONSE}")
@for_staff(writes=True)
@entered.response(200, views.WholeResponseView)
def read_response(key: str, code: str, response_id: UUID) -> dict[str, Any]:
    """One response with its answers, as sent and as they count. The look is on record."""
    at = here()
    return answer_history.whole(
        at.connection, reach(key), code, str(response_id), at.state.keyring, at.now
    )


@entered.route(f"{_ONE}/responses/{_RESPONSE}/corrections", "POST")
@for_staff(*CHANGING_ROLES)
@entered.arguments(views.CorrectionBody)
@entered.response(201, ParticipantView)
def propose(body: dict[str, Any], key: str, code: str, response_id: UUID) -> Answer:
    """Ask for other answers to count; somebody else has to agree. The original stays."""
    said = Answers(body["answers"], body["skipped"])
    return changed(
        key, code,
        lambda at, person: corrections.propose(
            at.connection, person, str(response_id), said, body["reason"], at.now
        ),
    )  # fmt: skip


@entered.route(f"{_ONE}/corrections/{_ID}/decision", "POST")
@for_staff(*CHANGING_ROLES)
@entered.arguments(DecisionBody)
@entered.response(200, ParticipantView)
def decide(body: dict[str, Any], key: str, code: str, row_id: int) -> Answer:
    """Accept or refuse a correction. Its author can take it back but not accept it."""
    return changed(
        key, code,
        lambda at, person: corrections.decide(
            at.connection, person, row_id, body["accept"], body["reason"], at.now
        ),
        200,
    )  # fmt: skip


@entered.route(f"{_ONE}/zone", "POST")
@for_staff(*CHANGING_ROLES)
@entered.arguments(views.ZoneBody)
@entered.response(201, ParticipantView)
def move_zone(body: dict[str, Any], key: str, code: str) -> Answer:
    """Record that the participant's wall clock is that of another zone from now on."""
    return changed(
        key, code,
        lambda at, person: zones.move(at.connection, person, body["zone"], body["reason"], at.now),
    )  # fmt: skip


@entered.route(f"{_ONE}/arm", "POST")
@for_staff(*CHANGING_ROLES)
@entered.arguments(views.ArmBody)
@entered.response(201, ParticipantView)
def change_arm(body: dict[str, Any], key: str, code: str) -> Answer:
    """Put the participant into the arm she should have been in; refused once anything is
    answered."""
    return changed(
        key, code,
        lambda at, person: arms.change(
            at.connection, person, body["arm"], body["anchors"], body["reason"], at.now
        ),
    )  # fmt: skip
