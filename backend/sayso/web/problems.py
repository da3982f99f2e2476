"""Every error as an RFC 9457 problem document: one table from error class to status and title.

`type` is the address of a page that explains the problem in a sentence, `slug` its last part, which
the apps look up in their own list of sentences. Nothing that a person typed is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, json, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from sayso.domain import access_errors, entry_errors, errors, staff_errors
from sayso.domain.errors import Fault, SaysoError

_log = structlog.get_logger("sayso.web")

Row = tuple[int, str]

# The most general classes come last in no particular order: lookup follows the class hierarchy.
PROBLEMS: dict[type[SaysoError], Row] = {
    errors.StoreUnavailable: (503, "The server cannot reach its data just now"),
    errors.NotFound: (404, "Not found"),
    errors.NotAllowed: (403, "Not allowed"),
    errors.SignInNeeded: (401, "Please sign in"),
    errors.CodeNotAccepted: (422, "The code was not accepted"),
    access_errors.PinNotAccepted: (422, "The PIN was not accepted"),
    access_errors.PasskeyNotAccepted: (422, "The passkey was not accepted"),
    errors.CredentialsNotAccepted: (401, "The sign-in was not accepted"),
    errors.InvitationNotAccepted: (422, "The invitation was not accepted"),
    errors.PasswordTooWeak: (422, "The password is too weak"),
    errors.SlowDown: (429, "Too many tries"),
    errors.ResponseIdReused: (409, "Other answers have this number"),
    errors.AnswersMalformed: (422, "These are no answers"),
    errors.ParticipantCodeTaken: (409, "The study code is taken"),
    errors.ParticipantExempt: (409, "The participant is exempt"),
    errors.UnknownSite: (404, "No such site"),
    errors.UnknownStudy: (404, "No such study"),
    errors.NotAsked: (409, "No reminders are set up"),
    errors.EndpointRefused: (422, "This push address is not accepted"),
    errors.SubscriptionKeysRefused: (422, "These push keys are not accepted"),
    errors.PushNotSetUp: (503, "Reminders on phones are not set up"),
    errors.StaffExists: (409, "The account exists"),
    staff_errors.LastAdministrator: (409, "The last administrator"),
    staff_errors.NotOneself: (403, "One's own account"),
    staff_errors.SiteNeeded: (422, "A site is missing"),
    staff_errors.AccessEndRefused: (422, "Not a day on which this access can end"),
    entry_errors.TabletInHand: (403, "The tablet is in a participant's hands"),
    entry_errors.PlanChanged: (409, "The plan has changed"),
    errors.ChangedMeanwhile: (412, "Somebody else was quicker"),
}
_DEFAULT: Row = (422, "The request cannot be carried out")

# What the framework itself refuses: slug, title, sentence.
HTTP: dict[int, tuple[str, str, str]] = {
    400: ("bad-request", "Bad request", "The request cannot be read."),
    403: ("not-allowed", "Not allowed", "This is not allowed."),
    404: ("not-found", "Not found", "There is nothing here under this address."),
    405: ("method-not-allowed", "Method not allowed", "This address does not take that method."),
    406: ("not-acceptable", "Not acceptable", "This address has no such form of the answer."),
    408: ("request-timeout", "Too slow", "The request took too long to arrive."),
    411: ("length-required", "Length required", "Say how long the body is."),
    413: ("too-large", "Too large", "The body is larger than this server takes."),
    414: ("too-large", "Too large", "The address is too long."),
    415: ("not-json", "Not JSON", "Send JSON with the content type application/json."),
    422: ("invalid", "Invalid", "Something in the request is missing or wrong."),
    431: ("too-large", "Too large", "The headers are too long."),
    500: ("internal-error", "Internal error", "Something went wrong here; it has been noted."),
    503: ("store-unavailable", "Unavailable", "The server cannot answer just now."),
}
RETRY_AFTER_STORE = 5
_HEARD_OUT = 4 * 1024 * 1024  # What the proxies of deploy/ let through at most.


class ClientHeaderMissing(SaysoError):
    """A request that changes something does not say which of our apps sent it."""

    slug = "client-header-missing"


class ForeignOrigin(SaysoError):
    """The browser says that another site made this request."""

    slug = "foreign-origin"


class NotJson(SaysoError):
    """The body has another content type than JSON."""

    slug = "not-json"


class AppNotBuilt(SaysoError):
    """This installation carries no built app."""

    slug = "app-not-built"


PROBLEMS |= {
    ClientHeaderMissing: (403, "Not from one of the apps"),
    ForeignOrigin: (403, "From another site"),
    NotJson: (415, "Not JSON"),
    AppNotBuilt: (503, "The app is not installed"),
}


class ProblemSchema(Schema):
    """RFC 9457 problem details; `errors` lists what is wrong field by field."""

    type = fields.String(required=True, metadata={"example": "/problems/not-found"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    slug = fields.String(required=True)
    errors = fields.Dict(keys=fields.String())


def register(app: Flask) -> None:
    """Answer every error of the application with a problem document."""
    app.register_error_handler(SaysoError, from_error)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(Exception, _from_bug)


def from_error(error: SaysoError) -> Response:
    """The problem document of a named error."""
    status, title = row_of(type(error))
    headers = {}
    if isinstance(error, errors.SlowDown):
        headers["Retry-After"] = str(error.retry_after)
    detail = str(error) or title
    if isinstance(error, errors.StoreUnavailable):
        # What the database said is for the log: it may name files and hosts.
        _log.error("store-unavailable", said=detail)
        detail = "The server cannot save or read just now. Nothing is lost; try again in a moment"
        headers["Retry-After"] = str(RETRY_AFTER_STORE)
    return document(status, error.slug, title, detail, by_key(error), headers)


def by_key(error: SaysoError) -> dict[str, Any] | None:
    """All that is wrong with a file, by the key it stands at: what it is and how to mend it."""
    found: dict[str, list[str]] = {}
    for fault in getattr(error, "faults", ()):
        if isinstance(fault, Fault):
            found.setdefault(fault.key, []).append(f"{fault.what}; {fault.mend}")
    return found or None


def from_http(error: HTTPException) -> Response:
    """The problem document of what the framework refuses."""
    status = error.code or 500
    slug, title, detail = HTTP.get(status, (f"http-{status}", error.name, error.name))
    data = getattr(error, "data", None) or {}
    messages = data.get("messages") if isinstance(data, Mapping) else None
    headers = {
        name: value
        for name, value in error.get_headers(request.environ)
        if name in {"Allow", "Retry-After", "WWW-Authenticate", "Location"}
    }
    if status == 413:
        _hear_out()
    if 300 <= status < 400:
        response = error.get_response(request.environ)
        return Response(status=response.status_code, headers=dict(response.headers))
    return document(status, slug, title, detail, by_field(messages), headers)


def _hear_out() -> None:
    """Let go of what is still being sent.

    A server that answers and hangs up in the middle of a body makes the proxy before it report a
    broken connection instead of the refusal.
    """
    left = min(request.content_length or 0, _HEARD_OUT)
    stream = request.environ["wsgi.input"]
    while left > 0 and (piece := stream.read(min(left, 64 * 1024))):
        left -= len(piece)


def row_of(kind: type[BaseException]) -> Row:
    """Status and title of an error class: its own row, or that of the class it derives from."""
    for one in kind.__mro__:
        if one in PROBLEMS:
            return PROBLEMS[one]
    return _DEFAULT


def document(
    status: int,
    slug: str,
    title: str,
    detail: str,
    errors: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An application/problem+json response."""
    body: dict[str, Any] = {
        "type": f"/problems/{slug}", "title": title, "status": status, "detail": detail,
        "slug": slug,
    }  # fmt: skip
    if errors:
        body["errors"] = errors
    return Response(
        json.dumps(body), status, dict(headers or {}), content_type="application/problem+json"
    )


def by_field(messages: Any) -> dict[str, Any] | None:
    """What marshmallow found, by field; the place ("json", "query") is left out."""
    if not isinstance(messages, Mapping):
        return None
    found: dict[str, Any] = {}
    for place, said in messages.items():
        if isinstance(said, Mapping):
            found.update({str(name): what for name, what in said.items()})
        else:
            found[str(place)] = said
    return found


def _from_bug(error: Exception) -> Response:
    """An error that nobody foresaw: noted with its place but without its values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    _log.error(
        "internal-error", kind=type(error).__name__, place=place, route=str(request.url_rule)
    )
    return document(500, *HTTP[500])


def explained() -> dict[str, tuple[str, str]]:
    """Every slug with its title and a sentence, for the pages under /problems."""
    pages = {slug: (title, detail) for slug, title, detail in HTTP.values()}
    for kind, (_status, title) in PROBLEMS.items():
        pages[kind.slug] = (title, " ".join((kind.__doc__ or "").split()))
    for kind in _all(SaysoError):
        if hasattr(kind, "slug") and kind.slug not in pages:
            pages[kind.slug] = (_DEFAULT[1], " ".join((kind.__doc__ or "").split()))
    return pages


def _all(kind: type[SaysoError]) -> list[type[SaysoError]]:
    found = []
    for one in kind.__subclasses__():
        found += [one, *_all(one)]
    return found
