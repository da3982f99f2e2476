"""The staff API about staff: who has which role at which sites. Administrators change it."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema, fields, validate

from sayso.services import accounts, staff_access
from sayso.services.accounts import Invited
from sayso.services.staff_access import Wanted
from sayso.web import coordinator_bodies as bodies
from sayso.web.auth import for_staff
from sayso.web.context import Here, here
from sayso.web.moments import Moment
from sayso.web.problems import ProblemSchema
from sayso.web.schemas import text
from sayso.web.smorest import LARGEST_ID, Resource

MANAGERS = ("administrator",)
READERS = ("administrator", "inspector")

staff = Resource("staff", "/api/staff/accounts", "Who works here, in which role and where.")
_ONE = f"/<int(max={LARGEST_ID}):staff_id>"
Answer = tuple[dict[str, Any], int, dict[str, str]]


class AccountView(Schema):
    """One account; `sites` are "study/code", `etag` is for If-Match."""

    id = fields.Integer(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(accounts.ROLES))
    sites = fields.List(fields.String(), required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["active", "invited", "suspended", "ended"])
    )
    created_at = Moment(required=True)
    invited_until = Moment(required=True, allow_none=True)
    last_sign_in_at = Moment(required=True, allow_none=True)
    open_sessions = fields.Integer(required=True)
    access_ends_at = Moment(required=True, allow_none=True)
    oneself = fields.Boolean(required=True)
    etag = fields.String(required=True)


class PlaceView(Schema):
    site = fields.String(required=True)
    name = fields.String(required=True)


class AccountsView(Schema):
    rows = fields.List(fields.Nested(AccountView), required=True)
    sites = fields.List(fields.Nested(PlaceView), required=True)


class InvitationView(Schema):
    """The link is shown once: only its hash is kept."""

    url = fields.String(required=True)
    expires_at = Moment(required=True)


class InvitedView(Schema):
    account = fields.Nested(AccountView, required=True)
    invitation = fields.Nested(InvitationView, required=True)


class AccessBody(Schema):
    """A role, the sites as "study/code", and for inspectors the last day."""

    role = fields.String(required=True, validate=validate.OneOf(accounts.ROLES))
    sites = fields.List(text(3, 160), required=True, validate=validate.Length(max=500))
    until = fields.Date(allow_none=True, load_default=None)


class InviteBody(AccessBody):
    email = text(3, 320, required=True)


class SuspendBody(Schema):
    reason = text(1, 500, required=True)


@staff.route("")
@for_staff(*READERS)
@staff.response(200, AccountsView)
def read_accounts() -> dict[str, Any]:
    """Every account with role, sites and last sign-in, and the sites to choose from."""
    at = here()
    rows = staff_access.accounts_of(at.connection, at.actor, at.state.keyring, at.now)
    return {"rows": rows, "sites": staff_access.site_choices(at.connection)}


@staff.route("", "POST")
@for_staff(*MANAGERS)
@staff.arguments(InviteBody)
@staff.response(201, InvitedView)
@staff.also(409, ProblemSchema, "There is an account for this address.")
def invite(body: dict[str, Any]) -> dict[str, Any]:
    """Make an account and a link for its owner, who chooses a password of their own."""
    at = here()
    made = staff_access.invite(
        at.connection, at.actor, body.pop("email"), Wanted(**body), at.state.keyring, at.now
    )
    return _invited(at, made)


@staff.route(f"{_ONE}/invitation", "POST")
@for_staff(*MANAGERS)
@staff.arguments(bodies.NothingBody)
@staff.response(201, InvitedView)
@staff.also(409, ProblemSchema, "The account has been opened or closed.")
def renew_invitation(_body: dict[str, Any], staff_id: int) -> dict[str, Any]:
    """A new link for somebody who has not used theirs; the older one stops working."""
    at = here()
    made = staff_access.renew_invitation(
        at.connection, at.actor, staff_id, at.state.keyring, at.now
    )
    return _invited(at, made)


@staff.route(_ONE, "PUT")
@for_staff(*MANAGERS)
@staff.arguments(AccessBody)
@staff.response(200, AccountView)
@staff.also(412, ProblemSchema, "Somebody else was quicker.")
def change(body: dict[str, Any], staff_id: int) -> Answer:
    """Give somebody another role or other sites; it works from their next request on."""
    at = here()
    staff_access.change(
        at.connection, at.actor, staff_id, Wanted(**body), request.headers.get("If-Match"), at.now
    )
    return _shown(at, staff_id)


@staff.route(f"{_ONE}/suspension", "POST")
@for_staff(*MANAGERS)
@staff.arguments(SuspendBody)
@staff.response(200, AccountView)
@staff.also(412, ProblemSchema, "Somebody else was quicker.")
def suspend(body: dict[str, Any], staff_id: int) -> Answer:
    """Shut somebody out at once, until the account is resumed."""
    at = here()
    seen = request.headers.get("If-Match")
    staff_access.suspend(at.connection, at.actor, staff_id, body["reason"], seen, at.now)
    return _shown(at, staff_id)


@staff.route(f"{_ONE}/resumption", "POST")
@for_staff(*MANAGERS)
@staff.arguments(bodies.NothingBody)
@staff.response(200, AccountView)
@staff.also(412, ProblemSchema, "Somebody else was quicker.")
def resume(_body: dict[str, Any], staff_id: int) -> Answer:
    """Let somebody in again, with the role and the sites that they had."""
    at = here()
    staff_access.resume(at.connection, at.actor, staff_id, request.headers.get("If-Match"), at.now)
    return _shown(at, staff_id)


@staff.route(f"{_ONE}/sign-out", "POST")
@for_staff(*MANAGERS)
@staff.arguments(bodies.NothingBody)
@staff.response(200, AccountView)
def sign_out_everywhere(_body: dict[str, Any], staff_id: int) -> Answer:
    """End every session of an account, one's own included."""
    at = here()
    staff_access.end_sessions(at.connection, at.actor, staff_id, at.now)
    return _shown(at, staff_id)


def _shown(at: Here, staff_id: int) -> Answer:
    found = staff_access.account(at.connection, at.actor, at.state.keyring, staff_id, at.now)
    return _plain(found), 200, {"ETag": found.etag}


def _invited(at: Here, made: Invited) -> dict[str, Any]:
    found = staff_access.account(at.connection, at.actor, at.state.keyring, made.staff_id, at.now)
    url = f"{at.state.settings.public_url}/console/#/invitation/{made.token}"
    return {"account": found, "invitation": {"url": url, "expires_at": made.expires_at}}


def _plain(found: staff_access.Account) -> dict[str, Any]:
    return {name: getattr(found, name) for name in staff_access.Account.__slots__}
