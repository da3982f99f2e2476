"""The phone's side of reminders: registering for push, a test, and the word that one was shown."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from sayso.domain.errors import PushNotSetUp
from sayso.push.endpoints import EndpointRules
from sayso.push.subscription_keys import fingerprint
from sayso.services import subscriptions
from sayso.services.subscriptions import Handed
from sayso.web.auth import for_anyone, for_participant
from sayso.web.context import State, here
from sayso.web.schemas import EmptyBody, text
from sayso.web.smorest import Resource

phone = Resource("reminders", "/api/me", "Reminders on the participant's own phone.")
acks = Resource("acknowledgements", "/api/acks", "A phone says that it has shown a message.")


class KeysBody(Schema):
    """The keys of a browser's subscription, base64url."""

    p256dh = text(1, 200, required=True)
    auth = text(1, 100, required=True)


class SubscriptionBody(Schema):
    """A browser's subscription as it is; `replaces` is the endpoint it had before."""

    class Meta:
        # Browsers add members of their own, such as expirationTime.
        unknown = EXCLUDE

    endpoint = text(1, 1024, required=True)
    keys = fields.Nested(KeysBody, required=True)
    replaces = text(1, 1024, load_default=None, allow_none=True)


class EndpointBody(Schema):
    endpoint = text(1, 1024, required=True)


class SubscriptionSchema(Schema):
    """`confirmed` is true once this phone has shown a message of ours."""

    id = fields.Integer(required=True)
    confirmed = fields.Boolean(required=True)


class TestSentSchema(Schema):
    phones = fields.Integer(required=True)


class AckBody(Schema):
    token = text(1, 200, required=True)


@phone.route("/subscriptions", "PUT")
@for_participant
@phone.arguments(SubscriptionBody)
@phone.response(200, SubscriptionSchema)
def register(body: dict[str, Any]) -> Any:
    """Register this phone for reminders; the app repeats it at every start."""
    at = here()
    if at.state.vapid_public_key is None:
        raise PushNotSetUp("This server is not set up to send reminders to phones.")
    handed = Handed(
        body["endpoint"], body["keys"]["p256dh"], body["keys"]["auth"], body["replaces"]
    )
    return subscriptions.register(
        at.connection, at.actor, handed, at.state.keyring, _rules(at.state),
        fingerprint(at.state.vapid_public_key), at.now,
    )  # fmt: skip


@phone.route("/subscriptions", "DELETE")
@for_participant
@phone.arguments(EndpointBody)
@phone.response(204)
def remove(body: dict[str, Any]) -> None:
    """Stop reminders on the phone with this push address."""
    at = here()
    subscriptions.remove(at.connection, at.actor, body["endpoint"], at.state.keyring, at.now)


@phone.route("/test-reminder", "POST")
@for_participant
@phone.arguments(EmptyBody)
@phone.response(202, TestSentSchema)
def send_test(_body: dict[str, Any]) -> Any:
    """Send a reminder that is only a test, to every phone of hers; at most one a minute."""
    at = here()
    return {"phones": subscriptions.send_test(at.connection, at.participant.id, at.now)}


@acks.route("", "POST")
@for_anyone
@acks.arguments(AckBody)
@acks.response(204)
def acknowledge(body: dict[str, Any]) -> None:
    """A phone has shown a message; the answer never tells whether the token was known."""
    at = here()
    subscriptions.acknowledge(at.connection, at.state.keyring, body["token"], at.now)


def _rules(state: State) -> EndpointRules:
    return EndpointRules(state.settings.push_hosts, state.settings.allow_loopback_push)
