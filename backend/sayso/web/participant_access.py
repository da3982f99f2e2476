"""Other ways in for a participant's phones: a code for another one, passkeys; and her calendar."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from sayso.domain.access_errors import PasskeyNotAccepted
from sayso.domain.errors import SlowDown
from sayso.services import calendar_feed, enrolment_codes, passkeys, sessions
from sayso.services.devices import Phone
from sayso.services.passkeys import Place
from sayso.web import me
from sayso.web.auth import PARTICIPANT, for_anyone, for_participant, refuse, set_cookie
from sayso.web.context import Here, State, here, source
from sayso.web.moments import Moment
from sayso.web.schemas import EmptyBody, MeSchema, text
from sayso.web.smorest import Resource

own = Resource("access", "/api/me", "Other ways in for her own phones, and her calendar.")
anyone = Resource("passkeys", "/api/passkey-sessions", "Sign a phone in with a passkey.")


class AccessSchema(Schema):
    """What she has set up besides this phone; passkeys work only under a name, not an address."""

    passkeys = fields.Integer(required=True)
    calendar_since = Moment(required=True, allow_none=True)


class TransferCodeSchema(Schema):
    """To be shown on this phone and typed on the other one."""

    code = fields.String(required=True)
    expires_at = Moment(required=True)


class CalendarSchema(Schema):
    """The secret address; it is shown this once."""

    url = fields.Url(required=True)


class Signed(Schema):
    """What an authenticator signed, base64url; which members there are depends on the question."""

    class Meta:
        unknown = EXCLUDE

    clientDataJSON = text(1, 4000, required=True)
    attestationObject = text(1, 20_000)
    authenticatorData = text(1, 4000)
    signature = text(1, 4000)
    userHandle = text(1, 200, allow_none=True)


class CredentialBody(Schema):
    """A credential as browsers write it (`PublicKeyCredential.toJSON`)."""

    class Meta:
        # Browsers add members of their own, such as authenticatorAttachment.
        unknown = EXCLUDE

    id = text(1, 1400, required=True)
    rawId = text(1, 1400, required=True)
    type = fields.String(required=True, validate=validate.OneOf(["public-key"]))
    response = fields.Nested(Signed, required=True)


class PasskeySessionBody(Schema):
    credential = fields.Nested(CredentialBody, required=True)
    device_label = text(1, 80, load_default="A phone")
    app_build = text(1, 64, load_default=None, allow_none=True)


@own.route("/access")
@for_participant
@own.response(200, AccessSchema)
def look() -> dict[str, Any]:
    """Which ways in she has set up."""
    return _access(here())


@own.route("/transfer-codes", "POST")
@for_participant
@own.arguments(EmptyBody)
@own.response(201, TransferCodeSchema)
def make_transfer_code(_body: dict[str, Any]) -> Any:
    """Make a code for her other phone, or for the app beside the browser on this one."""
    at = here()
    return enrolment_codes.new_transfer_code(
        at.connection, at.actor, at.participant, at.state.keyring, at.now
    )


@own.route("/passkeys/options", "POST")
@for_participant
@own.arguments(EmptyBody)
@own.response(200, description="The options for `navigator.credentials.create`.")
def ask_for_passkey(_body: dict[str, Any]) -> Any:
    """The question that a new passkey answers."""
    at = here()
    return passkeys.ask_to_make(
        at.connection, at.participant, _place(at.state), at.state.keyring, at.now
    )


@own.route("/passkeys", "POST")
@for_participant
@own.arguments(CredentialBody)
@own.response(201, AccessSchema)
def make_passkey(body: dict[str, Any]) -> Any:
    """Keep a passkey that this phone has just made."""
    at = here()
    try:
        passkeys.make(at.connection, at.actor, at.participant, body, _place(at.state), at.now)
    except PasskeyNotAccepted as error:
        # The question is used up all the same.
        return refuse(error)
    return _access(at)


@own.route("/passkeys", "DELETE")
@for_participant
@own.response(204)
def remove_passkeys() -> None:
    """None of her passkeys works any more."""
    at = here()
    passkeys.remove(at.connection, at.actor, at.participant, at.now)


@anyone.route("/options", "POST")
@for_anyone
@anyone.arguments(EmptyBody)
@anyone.response(200, description="The options for `navigator.credentials.get`.")
def ask_who(_body: dict[str, Any]) -> Any:
    """The question that a known passkey answers."""
    at = here()
    return passkeys.ask_who(
        at.connection, _place(at.state), at.state.keyring, at.now, source=source()
    )


@anyone.route("", "POST")
@for_anyone
@anyone.arguments(PasskeySessionBody)
@anyone.response(201, MeSchema)
def sign_in(body: dict[str, Any]) -> Any:
    """Sign this phone in with a passkey of its owner."""
    at = here()
    phone = Phone(source(), body["device_label"], body["app_build"])
    try:
        made = passkeys.sign_in(
            at.connection, at.actor, body["credential"], _place(at.state), at.state.keyring,
            at.now, phone,
        )  # fmt: skip
    except (PasskeyNotAccepted, SlowDown) as error:
        # The try has to count, and the question is used up.
        return refuse(error)
    return signed_in(made.token)


def signed_in(token: str) -> dict[str, Any]:
    """Hand a phone's new session over, with everything on the first screen."""
    at = here()
    person = sessions.participant_of(at.connection, token, at.now)
    if person is None:
        raise RuntimeError("a session that was just opened is not there")
    set_cookie(PARTICIPANT, token)
    return me.view(at, person)


@own.route("/calendar", "POST")
@for_participant
@own.arguments(EmptyBody)
@own.response(201, CalendarSchema)
def make_calendar(_body: dict[str, Any]) -> dict[str, str]:
    """Make the secret address of her calendar; an older one ends."""
    at = here()
    token = calendar_feed.make(at.connection, at.actor, at.participant, at.now)
    return {"url": f"{at.state.settings.public_url}/calendar/{token}.ics"}


@own.route("/calendar", "DELETE")
@for_participant
@own.response(204)
def end_calendar() -> None:
    """Her calendar's address shows nothing any more."""
    at = here()
    calendar_feed.end(at.connection, at.actor, at.participant, at.now)


def _access(at: Here) -> dict[str, Any]:
    return {
        "passkeys": passkeys.count(at.connection, at.participant.id),
        "calendar_since": calendar_feed.since(at.connection, at.participant.id),
    }


def _place(application: State) -> Place:
    return Place.of(application.settings.public_url)
