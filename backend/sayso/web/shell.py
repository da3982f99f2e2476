"""Serve the apps' own files: pages, service worker, icons and hashed assets.

All files of the build are read once at the start, compressed where that pays, and answered from
memory. Pages and the service worker are asked for again each time (they decide what is new), assets
carry their content's hash in the name and stay in the browser for good.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter

from sayso.web.auth import without_store
from sayso.web.context import state
from sayso.web.guard import CONTENT_SECURITY_POLICY
from sayso.web.problems import AppNotBuilt

blueprint = Blueprint("shell", __name__)

_NOT_SERVED = frozenset({"sizes.json"})
# The kill switch takes the worker's place: browsers look there for a newer version of it.
_WORKER, _WORKER_OFF = "sw.js", "sw-off.js"
_TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}
_IMMUTABLE = "public, max-age=31536000, immutable"
_DAY = "public, max-age=86400"
_ASK_AGAIN = "no-cache"
_NEVER = "no-store"
_PACKED_FROM = 500
TABLET_SECURITY_POLICY = CONTENT_SECURITY_POLICY.replace("worker-src 'self'", "worker-src 'none'")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent; `packed` is None where compression would not pay."""

    content: bytes
    packed: bytes | None
    content_type: str
    cache: str
    etag: str
    ahead: tuple[str, ...]
    """Values of Link headers: what a page loads, so that the browser fetches it before reading."""


class Page(PathConverter):
    """Any address but those of the API, so that an unknown one there is not found by any method."""

    regex = r"(?!(?:api|health|problems)/)[^/].*?"


def register(app: Flask, folder: Path) -> None:
    """Serve the build that lies in a folder."""
    app.extensions["sayso-assets"] = read(folder)
    app.url_map.converters["page"] = Page
    app.register_blueprint(blueprint)


def read(folder: Path) -> dict[str, Asset]:
    """Every file of the built app by its path below the folder; empty without a built app."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): _asset(path, path.relative_to(folder).as_posix())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in _NOT_SERVED
    }


@blueprint.get("/")
@blueprint.get("/enrol")
@without_store
def participant_app() -> Response:
    """The participant's app; the enrolment code stays in the fragment and never gets here."""
    return _send("index.html")


@blueprint.get("/console")
@blueprint.get("/console/")
@blueprint.get("/console/<path:page>")
@without_store
def console(page: str = "") -> Response:
    """The coordinator's console; its pages are addresses inside the app."""
    if f"console/{page}" in _assets() and page:
        return _send(f"console/{page}")
    return _send("console/index.html")


@blueprint.get("/tablet")
@without_store
def tablet_page() -> Response:
    """The clinic's tablet: a page that no browser keeps, and that can start no worker."""
    answer = _send("tablet/index.html")
    answer.headers["Content-Security-Policy"] = TABLET_SECURITY_POLICY
    return answer


@blueprint.get("/form/<int:number>")
@without_store
def reminded(number: int) -> Response:
    """The app as a reminder opens it; the browser asks for its answers while it fetches the app.

    On a slow line this saves the person a whole round trip. The requests carry her session as any
    other would; this page itself knows nothing of her.
    """
    answer = _send("index.html")
    for path in ("/api/me", f"/api/me/forms/{number}"):
        answer.headers.add("Link", f"<{path}>; rel=preload; as=fetch; crossorigin")
    return answer


@blueprint.get("/<page:name>")
@without_store
def file(name: str) -> Response:
    """Any other file of the build. An address inside the participant app answers with the app."""
    if name == _WORKER and not state().settings.offline_app:
        name = _WORKER_OFF
    if name in _assets():
        return _send(name)
    if "." in name.rsplit("/", 1)[-1] or name.startswith("assets/"):
        raise NotFound
    return _send("index.html")


def _send(name: str) -> Response:
    asset = _assets().get(name)
    if asset is None:
        raise AppNotBuilt("The app has not been built; run: make app")
    headers = Headers({"Cache-Control": asset.cache, "ETag": f'"{asset.etag}"'})
    for link in asset.ahead:
        headers.add("Link", link)
    if asset.packed is not None:
        headers["Vary"] = "Accept-Encoding"
    if asset.etag in request.if_none_match:
        return Response(status=304, headers=headers)
    body = asset.content
    if asset.packed is not None and request.accept_encodings["gzip"]:
        body = asset.packed
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, content_type=asset.content_type)


def _assets() -> Mapping[str, Asset]:
    found: Mapping[str, Asset] = current_app.extensions["sayso-assets"]
    return found


def _asset(path: Path, name: str) -> Asset:
    content = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    kind = kind or "application/octet-stream"
    packed = None
    if kind.startswith(_TEXT) and len(content) >= _PACKED_FROM:
        packed = gzip.compress(content, 9, mtime=0)
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    etag = hashlib.sha256(content).hexdigest()[:32]
    ahead = loads(content.decode()) if path.suffix == ".html" else ()
    return Asset(content, packed, kind, _cache(name), etag, ahead)


def loads(page: str) -> tuple[str, ...]:
    """What a built page loads, as values of Link headers: its scripts, then its style sheets.

    They name the same mode as the page's own elements do, or the browser would fetch twice.
    """
    scripts = re.findall(r'<script type="module"[^>]* src="([^"]+)"', page)
    styles = re.findall(r'<link rel="stylesheet"[^>]* href="([^"]+)"', page)
    return (
        *(f"<{one}>; rel=modulepreload; crossorigin" for one in scripts),
        *(f"<{one}>; rel=preload; as=style; crossorigin" for one in styles),
    )


def _cache(name: str) -> str:
    if name.startswith("assets/") or "/assets/" in name:
        return _IMMUTABLE
    if name.startswith("tablet/"):
        return _NEVER
    return _DAY if name.startswith("icons/") else _ASK_AGAIN
