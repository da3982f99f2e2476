"""Who may use a route, declared on the view; and the one transaction of the request.

Every view carries `for_participant`, `for_staff` or `for_anyone`. The declaration opens the
transaction, finds the person behind the cookie with one read, and refuses before the body is even
looked at. An application with a view that declares nothing does not start.

Flask-Login finds the current user from our own cookie through its request loader. Its session
protection and its signed cookie are not used: the first throws phones out whenever their address
changes, the second cannot be revoked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Request, Response, after_this_request, g, request
from flask_login import LoginManager, UserMixin, current_user

from sayso.domain.entry_errors import TabletInHand
from sayso.domain.errors import NotAllowed, SaysoError, SignInNeeded
from sayso.services import handovers, sessions
from sayso.services.handovers import Tablet
from sayso.services.sessions import ParticipantSession, StaffSession
from sayso.store.engine import transaction
from sayso.web.context import Here, State, held_tablet, moment, request_id, state

F = TypeVar("F", bound=Callable[..., Any])

PARTICIPANT, STAFF, EITHER, ANYONE = "participant", "staff", "either", "anyone"
TABLET = "tablet"
# From which tablets a view takes requests: none, those in use, or also those that are done.
_NO, _BUSY, _DONE = range(3)
STAFF_ROLES = ("coordinator", "investigator", "monitor", "administrator", "inspector")
CHANGING_ROLES = ("coordinator", "investigator", "administrator")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class User(UserMixin):  # type: ignore[misc]
    """The person of the current request in the shape that Flask-Login expects."""

    def __init__(self, person: ParticipantSession | StaffSession) -> None:
        self.person = person

    def get_id(self) -> str:
        """The opaque name of the session; nothing can be looked up with it from outside."""
        return self.person.token_hash


def for_participant(view: F) -> F:
    """Only for a participant's enrolled phone; about herself only."""
    return _declared(view, PARTICIPANT, (), writes=False)


def for_participant_or_tablet(*, repeats: bool = False) -> Callable[[F], F]:
    """For a participant's phone, or for the clinic's tablet while it is in her hands.

    With `repeats` a tablet whose work is done may still ask: its last receipt may have been lost.
    """

    def decorate(view: F) -> F:
        return _declared(view, PARTICIPANT, (), writes=False, tablet=_DONE if repeats else _BUSY)

    return decorate


def for_tablet(view: F) -> F:
    """Only for the clinic's tablet while it is in a participant's hands."""
    return _declared(view, TABLET, (), writes=False, tablet=_BUSY)


def for_anyone(view: F) -> F:
    """For whoever asks, signed in or not."""
    return _declared(view, ANYONE, (), writes=False)


def without_store(view: F) -> F:
    """For whoever asks, and without a transaction: pages, descriptions, signs of life."""
    view.audience, view.roles = ANYONE, ()  # type: ignore[attr-defined]
    return view


def for_participant_or_staff(view: F) -> F:
    """For a participant's phone, the clinic's tablet in her hands, or a member of staff."""
    return _declared(view, EITHER, STAFF_ROLES, writes=False, tablet=_BUSY)


def for_staff(*roles: str, writes: bool = False) -> Callable[[F], F]:
    """Only for staff in one of `roles`, all of them by default.

    `writes` opens a writing transaction for a GET too: exports and views of identifying data leave
    a trace in the audit trail.
    """

    def decorate(view: F) -> F:
        return _declared(view, STAFF, roles or STAFF_ROLES, writes=writes)

    return decorate


def cookie_name(audience: str, application: State) -> str:
    """The cookie of that audience; browsers bind the prefixed name to this very host."""
    return f"__Host-sayso-{audience}" if application.secure else f"sayso-{audience}"


def set_cookie(audience: str, token: str) -> None:
    """Hand a session's token to the browser with the response of this request."""
    application = state()
    # A staff session ends with the browser at the latest; a phone keeps hers.
    life = int(sessions.DEVICE_LIFE.total_seconds()) if audience == PARTICIPANT else None

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            cookie_name(audience, application), token, max_age=life, path="/", httponly=True,
            secure=application.secure, samesite="Lax",
        )  # fmt: skip
        return response


def clear_cookie(audience: str) -> None:
    """Take the cookie back with the response of this request."""
    application = state()

    @after_this_request
    def _clear(response: Response) -> Response:
        response.delete_cookie(
            cookie_name(audience, application), path="/", httponly=True,
            secure=application.secure, samesite="Lax",
        )  # fmt: skip
        return response


def end_tablet_here(at: Here, how: str) -> None:
    """End the hand-over that runs in the browser of this request, if one does."""
    token = token_of(request, TABLET)
    held = None if token is None else handovers.tablet_of(at.connection, token, at.now)
    if held is not None and not held.finished:
        handovers.leave(at.connection, replace(held.person.actor, request_id=at.request_id),
                        held, how, at.now)  # fmt: skip


def refuse(error: SaysoError) -> Response:
    """Answer with an error but keep what was written: a failed try has to count."""
    g.refusal = error
    return Response()


def register(app: Flask) -> None:
    """Attach Flask-Login to the application."""
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_load)
    manager.init_app(app)


def undeclared(app: Flask) -> list[str]:
    """Endpoints whose view does not say who may use it; empty in an application that may start."""
    return sorted(
        endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, "audience")
    )


def _declared(
    view: F, audience: str, roles: tuple[str, ...], *, writes: bool, tablet: int = _NO
) -> F:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        application = state()
        g.audience, g.takes_tablet = audience, tablet
        read_only = not writes and request.method in SAFE
        with transaction(application.engine, read_only=read_only) as connection:
            g.connection = connection
            g.here = Here(application, connection, moment(), request_id(), None)
            person = None if audience == ANYONE else _person(roles)
            g.here = Here(application, connection, moment(), request_id(), person)
            answer = view(*args, **kwargs)
        if "refusal" in g:
            refusal: SaysoError = g.refusal
            raise refusal
        if person is not None and _wants_touch(person):
            # A read-only request cannot note its own time of use, so this is a transaction apart.
            with transaction(application.engine) as connection:
                sessions.touch(connection, person, moment())
        return answer

    wrapper.audience = audience  # type: ignore[attr-defined]
    wrapper.roles = roles  # type: ignore[attr-defined]
    return wrapper  # type: ignore[return-value]


def _person(roles: tuple[str, ...]) -> ParticipantSession | StaffSession:
    # Taken out of its proxy once: each look through it finds the request anew.
    user = current_user._get_current_object()
    if not user.is_authenticated:
        raise SignInNeeded
    person: ParticipantSession | StaffSession = user.person
    if isinstance(person, StaffSession) and person.role not in roles:
        raise NotAllowed
    return person


def _load(incoming: Request) -> User | None:
    """Flask-Login's request loader: from the cookie of the route's audience to the person."""
    tries = {PARTICIPANT: (PARTICIPANT,), STAFF: (STAFF,), EITHER: (PARTICIPANT, STAFF)}
    held = _tablet(incoming)
    # A tablet in somebody's hands is hers alone, whatever else its browser remembers.
    if held is not None and g.audience == STAFF:
        raise TabletInHand
    if held is not None and (g.takes_tablet == _DONE or (g.takes_tablet and not held.finished)):
        g.tablet = held
        return User(held.person)
    for audience in tries.get(g.audience, ()):
        token = token_of(incoming, audience)
        if token is None:
            continue
        find = sessions.participant_of if audience == PARTICIPANT else sessions.staff_of
        person = find(g.connection, token, moment())
        if person is not None:
            return User(person)
    return None


def token_of(incoming: Request, audience: str) -> str | None:
    """The token in the cookie of that audience, when it has the length of one."""
    token = incoming.cookies.get(cookie_name(audience, state()), "")
    return token if 20 <= len(token) <= 100 else None


def _tablet(incoming: Request) -> Tablet | None:
    token = token_of(incoming, TABLET)
    if token is None:
        return None
    held = handovers.tablet_of(g.connection, token, moment())
    if held is None:
        # A session that is over leaves nothing in the browser, not even its dead token.
        clear_cookie(TABLET)
    return held


def _wants_touch(person: ParticipantSession | StaffSession) -> bool:
    if held_tablet() is not None:
        return handovers.wants_touch(person.last_seen_at, moment())
    return sessions.wants_touch(person, moment())
