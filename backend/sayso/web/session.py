"""Signing in and out: a phone with an enrolment code, staff with e-mail and password."""

from __future__ import annotations

from typing import Any

from sayso.domain.errors import (
    CredentialsNotAccepted,
    InvitationNotAccepted,
    SlowDown,
)
from sayso.services import (
    accounts,
    devices,
    enrolment_codes,
    handovers,
    limits,
    publishing,
    sessions,
    sites,
)
from sayso.services.devices import NewDevice, Phone
from sayso.web import schemas
from sayso.web.auth import (
    PARTICIPANT,
    STAFF,
    TABLET,
    clear_cookie,
    end_tablet_here,
    for_anyone,
    for_participant,
    for_staff,
    refuse,
    set_cookie,
)
from sayso.web.context import Here, here, source
from sayso.web.participant_access import signed_in
from sayso.web.smorest import Resource

phone = Resource("phone", "/api", "Enrol a participant's phone and sign it out.")
staff = Resource("staff session", "/api/staff", "Sign staff in and out.")


@phone.route("/device-sessions", "POST")
@for_anyone
@phone.arguments(schemas.DeviceSessionBody)
@phone.response(201, schemas.MeSchema)
def enrol_phone(body: dict[str, Any]) -> Any:
    """Exchange an enrolment code for this phone's session, which travels in a cookie.

    The code of a link needs its PIN too; without one the answer says whether the link still works.
    """
    at = here()
    made = enrolment_codes.exchange(
        at.connection, at.actor, body["code"], at.state.keyring, at.now,
        Phone(source(), body["device_label"], body["app_build"]), body["pin"],
    )  # fmt: skip
    # What is refused is committed all the same: a failed try has to count.
    return signed_in(made.token) if isinstance(made, NewDevice) else refuse(made)


@phone.route("/me/session", "DELETE")
@for_participant
@phone.response(204)
def leave_phone() -> None:
    """Sign this phone out; it needs a new code to come back."""
    at = here()
    sessions.end(at.connection, at.actor, at.participant, at.now)
    clear_cookie(PARTICIPANT)


@phone.route("/me/unsent", "PUT")
@for_participant
@phone.arguments(schemas.UnsentBody)
@phone.response(204)
def tell_unsent(body: dict[str, int]) -> None:
    """The phone says how many finished forms it holds that it could not send."""
    at = here()
    devices.tell_unsent(at.connection, at.participant.device_id, body["forms"], at.now)


@staff.route("/session", "POST")
@for_anyone
@staff.arguments(schemas.StaffSessionBody)
@staff.response(200, schemas.StaffSchema)
def sign_in(body: dict[str, Any]) -> Any:
    """Sign in with e-mail and password; the session travels in a cookie."""
    at = here()
    token = accounts.sign_in(
        at.connection, at.actor, body["email"], body["password"], at.state.keyring, at.now,
        source=source(),
    )  # fmt: skip
    person = None if token is None else sessions.staff_of(at.connection, token, at.now)
    if token is None or person is None:
        return refuse(CredentialsNotAccepted())
    # Staff who sign in here have the tablet back; nobody's answers and theirs in one browser.
    end_tablet_here(at, handovers.TAKEN_BACK)
    clear_cookie(TABLET)
    set_cookie(STAFF, token)
    return _member(at, person)


@staff.route("/session")
@for_staff()
@staff.response(200, schemas.StaffSchema)
def who_am_i() -> Any:
    """The signed-in member of staff."""
    at = here()
    return _member(at, at.staff)


@staff.route("/session", "DELETE")
@for_staff()
@staff.response(204)
def sign_out() -> None:
    """End this session."""
    at = here()
    sessions.end(at.connection, at.actor, at.staff, at.now)
    clear_cookie(STAFF)


@staff.route("/invitations/accept", "POST")
@for_anyone
@staff.arguments(schemas.InvitationBody)
@staff.response(201, schemas.AcceptedSchema)
def accept_invitation(body: dict[str, Any]) -> Any:
    """Open an account with a name and a password of one's own; then sign in with it."""
    at = here()
    address = at.state.keyring.keyed_hash("address", source())
    wait = limits.take(at.connection, limits.INVITATIONS_FROM_ADDRESS, address, at.now)
    if wait:
        return refuse(SlowDown(wait))
    try:
        accounts.accept(
            at.connection, at.actor, body["token"], body["name"], body["password"],
            at.state.keyring, at.now,
        )  # fmt: skip
    except InvitationNotAccepted as error:
        # Nothing was written but the try itself, and that has to count.
        return refuse(error)
    return {"accepted": True}


def _member(at: Here, person: sessions.StaffSession) -> dict[str, Any]:
    keyring = at.state.keyring
    places = [
        place
        for key in sorted(person.study_keys)
        for place in sites.of_study(at.connection, key, person.site_ids)
    ]
    return {
        "email": keyring.open(person.email_sealed),
        "name": keyring.open(person.name_sealed) if person.name_sealed else None,
        "role": person.role,
        "sites": [{"code": place.code, "name": place.name} for place in places],
        "studies": [
            {"key": key, "title": publishing.current(at.connection, key).study.title}
            for key in publishing.keys(at.connection)
            if key in person.study_keys
        ],
    }
