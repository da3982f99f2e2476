"""The clinic's tablet in a participant's hands: one code, one session, one thing to do."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema, fields, validate

from sayso.domain.errors import CodeNotAccepted
from sayso.services import handovers, home, sessions
from sayso.services.handovers import Tablet
from sayso.web import me, schemas
from sayso.web.auth import (
    STAFF,
    TABLET,
    clear_cookie,
    end_tablet_here,
    for_anyone,
    for_tablet,
    refuse,
    set_cookie,
    token_of,
)
from sayso.web.context import Here, held_tablet, here, source
from sayso.web.moments import Moment
from sayso.web.smorest import Resource

tablet = Resource("tablet", "/api/tablet", "A clinic's tablet handed over to one participant.")


class TabletBody(Schema):
    """The code from the coordinator's screen."""

    code = schemas.text(1, 40, required=True)


class LeaveQuery(Schema):
    """Why the session ends: she gave the tablet back, or nobody touched it."""

    how = fields.String(
        load_default=handovers.GIVEN_BACK,
        validate=validate.OneOf([handovers.GIVEN_BACK, handovers.IDLE_TOO_LONG]),
    )


class StillHereBody(Schema):
    """Nothing to say: the cookie says whose tablet it is."""


class StillHereView(Schema):
    """Until when the session lasts if nobody touches the tablet any more."""

    ends_at = Moment(required=True)
    server_time = Moment(required=True)


class TabletFormView(schemas.FormDetail):
    """An open form with the dates of its occasion."""


class TabletView(Schema):
    """What there is to answer; `label` is who looks after the participant."""

    participant_code = fields.String(required=True)
    label = fields.String(required=True)
    zone = fields.String(required=True)
    idle_seconds = fields.Integer(required=True)
    ends_at = Moment(required=True)
    server_time = Moment(required=True)
    forms = fields.List(fields.Nested(TabletFormView), required=True)


@tablet.route("/session", "POST")
@for_anyone
@tablet.arguments(TabletBody)
@tablet.response(201, TabletView)
def begin(body: dict[str, Any]) -> Any:
    """Exchange a hand-over's code for a session that can only answer her open forms.

    Whoever of the staff was signed in on this tablet is signed out: the pages of the staff must not
    be reachable from the hands of a participant. A hand-over that still ran on it ends.
    """
    at = here()
    token = handovers.take(
        at.connection, at.actor, body["code"], at.state.keyring, at.now, source=source()
    )
    held = None if token is None else handovers.tablet_of(at.connection, token, at.now)
    if token is None or held is None:
        return refuse(CodeNotAccepted())
    _end_what_was(at)
    set_cookie(TABLET, token)
    return _view(at, held)


@tablet.route("")
@for_tablet
@tablet.response(200, TabletView)
def look() -> Any:
    """Who holds the tablet and what is open to her. Looking counts as use."""
    return _view(here(), _held())


@tablet.route("/session", "PUT")
@for_tablet
@tablet.arguments(StillHereBody)
@tablet.response(200, StillHereView)
def still_here(_body: dict[str, Any]) -> dict[str, Any]:
    """Somebody touched the screen: the five minutes begin again."""
    return {"ends_at": _held().ends_at, "server_time": here().now}


@tablet.route("/session", "DELETE")
@for_tablet
@tablet.arguments(LeaveQuery, "query")
@tablet.response(204)
def leave(query: dict[str, Any]) -> None:
    """Give the tablet back."""
    at = here()
    handovers.leave(at.connection, at.actor, _held(), query["how"], at.now)
    clear_cookie(TABLET)


def _held() -> Tablet:
    held = held_tablet()
    if held is None:
        raise RuntimeError("a view for tablets was reached without one")
    return held


def _end_what_was(at: Here) -> None:
    token = token_of(request, STAFF)
    member = None if token is None else sessions.staff_of(at.connection, token, at.now)
    if member is not None:
        sessions.end(at.connection, member.actor, member, at.now)
        clear_cookie(STAFF)
    end_tablet_here(at, handovers.NEWER)


def _view(at: Here, held: Tablet) -> dict[str, Any]:
    seen = home.read(at.connection, held.person, me.offer_key(at.state), at.now)
    return {
        "participant_code": seen.participant_code,
        "label": seen.team_name,
        "zone": seen.zone,
        "idle_seconds": int(handovers.IDLE.total_seconds()),
        "ends_at": held.ends_at,
        "server_time": at.now,
        "forms": [
            {
                **{name: getattr(card, name) for name in type(card).__slots__},
                "timepoint": one.timepoint, "label": one.label,
                "closes_on": one.closes_on, "closes_at": one.closes_at,
            }
            for one in seen.occasions
            for card in one.forms
            if card.state == "open"
        ],
    }  # fmt: skip
