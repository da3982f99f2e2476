"""What a view may ask for: the request's connection, moment and person, and the application's own.

The state of the application hangs on the Flask app, the state of a request on `flask.g`; both are
reached through typed functions here, so that views and tests share no globals.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import current_app, g, request
from sqlalchemy import Connection, Engine

from sayso.clock import Clock
from sayso.domain.audit import Actor
from sayso.domain.errors import SignInNeeded
from sayso.services.handovers import Tablet
from sayso.services.kept import Kept
from sayso.services.sessions import ParticipantSession, StaffSession
from sayso.settings import Settings
from sayso.store.sealed import Keyring


@dataclass(frozen=True, slots=True)
class State:
    """What one application is made of; `vapid_public_key` is None while push is not set up."""

    settings: Settings
    engine: Engine
    clock: Clock
    keyring: Keyring
    vapid_public_key: str | None = None
    kept: Kept = field(default_factory=Kept)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https, so that cookies may insist on it."""
        return self.settings.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Here:
    """One request inside its transaction; `person` is None on routes that are for anyone."""

    state: State
    connection: Connection
    now: datetime
    request_id: str
    person: ParticipantSession | StaffSession | None

    @property
    def actor(self) -> Actor:
        """Who acts, as the audit trail names them."""
        actor = self.person.actor if self.person is not None else Actor("anyone")
        return replace(actor, request_id=self.request_id)

    @property
    def participant(self) -> ParticipantSession:
        """The signed-in participant. Raises SignInNeeded."""
        if not isinstance(self.person, ParticipantSession):
            raise SignInNeeded
        return self.person

    @property
    def staff(self) -> StaffSession:
        """The signed-in member of staff. Raises SignInNeeded."""
        if not isinstance(self.person, StaffSession):
            raise SignInNeeded
        return self.person


def state() -> State:
    """The application's own."""
    found: State = current_app.extensions["sayso"]
    return found


def here() -> Here:
    """The request's own; only inside a view that declares its audience."""
    found: Here = g.here
    return found


def moment() -> datetime:
    """The one moment of this request: read once, so that everything in it agrees."""
    if "moment" not in g:
        g.moment = state().clock.now()
    found: datetime = g.moment
    return found


def held_tablet() -> Tablet | None:
    """The clinic's tablet that this request comes from, None when it comes from elsewhere."""
    found: Tablet | None = g.get("tablet")
    return found


def source() -> str:
    """The address that the request comes from, used only through a keyed hash."""
    return request.remote_addr or ""


def request_id() -> str:
    """What ties the request's log lines and audit events together."""
    return str(g.request_id)
