"""The operator's page: is everything going out, what was given up, who wants a morning summary."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from sayso.push.subscription_keys import fingerprint
from sayso.services import access, digests, heartbeats, operations
from sayso.web.auth import CHANGING_ROLES, for_staff
from sayso.web.context import here
from sayso.web.moments import Moment
from sayso.web.smorest import Resource

service = Resource("operations", "/api", "How the sending of reminders stands.")


class WorkerView(Schema):
    """`counts` since the worker started, `troubles` the push services it leaves alone, and why."""

    name = fields.String(required=True)
    at = Moment(required=True)
    lives = fields.Boolean(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    troubles = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class RoundView(Schema):
    """The daily test message of the server to itself."""

    asked_at = Moment(required=True)
    came_back_at = Moment(required=True, allow_none=True)
    why = fields.String(required=True)


class DeadLetterView(Schema):
    at = Moment(required=True)
    participant = fields.String(required=True, allow_none=True)
    site = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True)
    channel = fields.String(required=True)
    attempts = fields.Integer(required=True)
    why = fields.String(required=True)


class KeyView(Schema):
    """A key that phones subscribed with; a rotation is over when no phone uses an older one."""

    id = fields.String(required=True)
    current = fields.Boolean(required=True)
    phones = fields.Integer(required=True)


class TrailView(Schema):
    """The newest verdict on the audit trail: how many events it had, and the first few faults."""

    at = Moment(required=True)
    events = fields.Integer(required=True)
    faults = fields.List(fields.String(), required=True)


class OperationsView(Schema):
    """`complaint` is the one sentence that is due when reminders do not go out as they should.

    `trail` is the newest verdict on the audit trail, null while there is none.
    """

    now = Moment(required=True)
    complaint = fields.String(required=True, allow_none=True)
    late_seconds = fields.Integer(required=True)
    due = fields.Integer(required=True)
    retrying = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    workers = fields.List(fields.Nested(WorkerView), required=True)
    round_trip = fields.Nested(RoundView, required=True, allow_none=True)
    trail = fields.Nested(TrailView, required=True, allow_none=True)
    keys = fields.List(fields.Nested(KeyView), required=True)
    dead_letters = fields.List(fields.Nested(DeadLetterView), required=True)


class SummaryView(Schema):
    """One site of the person who asks, and whether its morning summary is wanted by e-mail."""

    site = fields.String(required=True)
    name = fields.String(required=True)
    wanted = fields.Boolean(required=True)


class SummariesView(Schema):
    possible = fields.Boolean(required=True)
    sites = fields.List(fields.Nested(SummaryView), required=True)


class WantedBody(Schema):
    wanted = fields.Boolean(required=True)


@service.route("/operations")
@for_staff(*CHANGING_ROLES)
@service.response(200, OperationsView)
def read_operations() -> dict[str, Any]:
    """How the sending of reminders stands; messages given up are told for one's own sites only."""
    at = here()
    found = operations.figures(at.connection, at.now)
    public = at.state.vapid_public_key
    current = fingerprint(public) if public else None
    phones = dict(found.phones_by_key)
    if current is not None:
        phones.setdefault(current, 0)
    return {
        "now": at.now,
        "complaint": heartbeats.complaint(at.connection, at.now),
        "late_seconds": found.late_seconds,
        "due": found.due,
        "retrying": found.retrying,
        "failed": found.failed,
        "workers": found.workers,
        "round_trip": found.round_trip,
        "trail": found.trail,
        "keys": [
            {"id": key, "current": key == current, "phones": number}
            for key, number in sorted(phones.items(), key=lambda pair: pair[0] != current)
        ],
        "dead_letters": operations.dead_letters(at.connection, at.staff.site_ids, at.now),
    }


@service.route("/studies/<key>/summaries")
@for_staff(*CHANGING_ROLES)
@service.response(200, SummariesView)
def read_summaries(key: str) -> dict[str, Any]:
    """Of which of one's sites the morning summary comes by e-mail."""
    at = here()
    within = access.reach(at.connection, at.actor, key, at.staff.site_ids)
    wanted = digests.wished_by(at.connection, at.staff.id)
    return {
        "possible": bool(at.state.settings.smtp_url),
        "sites": [
            {"site": one.code, "name": one.name, "wanted": one.id in wanted}
            for one in within.sites.values()
        ],
    }


@service.route("/studies/<key>/summaries/<site>", "PUT")
@for_staff(*CHANGING_ROLES)
@service.arguments(WantedBody)
@service.response(200, SummaryView)
def choose_summary(body: dict[str, Any], key: str, site: str) -> dict[str, Any]:
    """Ask for the morning summary of a site, or ask for it no more."""
    at = here()
    one = access.reach(at.connection, at.actor, key, at.staff.site_ids).site(site)
    digests.wish(at.connection, at.actor, one, body["wanted"], at.now)
    return {"site": one.code, "name": one.name, "wanted": body["wanted"]}
