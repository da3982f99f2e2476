"""What stands before and after every view: request ids, forged requests, headers, the log line.

The API takes JSON from our own apps only. Cookies are SameSite=Lax, a request that changes
something must carry a header that no foreign page can set without asking, and what the browser says
about the origin is checked. Responses carry the headers that keep the two apps to themselves.
"""

from __future__ import annotations

import re
import secrets
from time import perf_counter
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request

from sayso.web.auth import SAFE
from sayso.web.context import state
from sayso.web.problems import ClientHeaderMissing, ForeignOrigin, NotJson

_log = structlog.get_logger("sayso.web")
_CLIENT = re.compile(r"(participant|console|tablet)/[A-Za-z0-9._+-]{1,64}")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=31536000; includeSubDomains"


def register(app: Flask) -> None:
    """Put the guards around every view of the application."""
    app.before_request(_begin)
    app.before_request(_refuse_forged)
    app.after_request(_finish)


def _begin() -> None:
    g.started = perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _refuse_forged() -> None:
    if request.method in SAFE or not request.path.startswith("/api/"):
        return
    if not _CLIENT.fullmatch(request.headers.get("X-Sayso-Client", "")):
        raise ClientHeaderMissing("Requests that change something come from the apps only")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise ForeignOrigin("The browser says that another site made this request")
    origin = request.headers.get("Origin")
    if origin is not None and not _own(origin):
        raise ForeignOrigin("The browser says that another site made this request")
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if has_body and not request.is_json:
        raise NotJson("Send JSON with the content type application/json")


def _own(origin: str) -> bool:
    """Whether a request's origin is the address we are known by, or the one it was sent to."""
    return origin == state().settings.public_url or urlsplit(origin).netloc == request.host


def _finish(response: Response) -> Response:
    wanted = dict(HEADERS)
    if state().secure:
        wanted["Strict-Transport-Security"] = HSTS
    if request.path.startswith("/api/"):
        wanted["Cache-Control"] = "no-store"
    # Asking a response for each of these by name walks through all its headers each time.
    given = {name.lower() for name, _value in response.headers}
    for name, value in wanted.items():
        if name.lower() not in given:
            response.headers.add(name, value)
    response.headers["X-Request-Id"] = g.request_id
    # The route with its placeholders, never the address itself: addresses may carry codes.
    _log.info(
        "request",
        method=request.method,
        route=str(request.url_rule) if request.url_rule else "none",
        status=response.status_code,
        milliseconds=round((perf_counter() - g.started) * 1000, 1),
    )
    return response
