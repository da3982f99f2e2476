"""Is the process alive, and could it do its work? For load balancers and monitors.

`/health/live` says only that the process answers. `/health/ready` looks at the database, its
revision and the worker's last sign of life; 503 means that requests would fail just now.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json

from sayso.domain.errors import StoreUnavailable
from sayso.services import heartbeats
from sayso.store import revision
from sayso.store.engine import transaction
from sayso.web.auth import without_store
from sayso.web.context import moment, state

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
@without_store
def live() -> Response:
    """The process answers."""
    return _answer({"live": True}, 200)


@blueprint.get("/health/ready")
@without_store
def ready() -> Response:
    """Whether requests can be served, and what to mend if not."""
    said: dict[str, Any] = {"ready": False, "database": "unreachable", "worker": "unknown"}
    try:
        with transaction(state().engine, read_only=True) as connection:
            at = revision.current(connection)
            if at != revision.HEAD:
                said["database"] = f"at revision {at}; run: sayso db upgrade"
                return _answer(said, 503)
            complaint = heartbeats.complaint(connection, moment())
    except StoreUnavailable:
        return _answer(said, 503)
    said |= {"ready": True, "database": "ok", "worker": "silent" if complaint else "ok"}
    if complaint:
        said["mend"] = complaint
    return _answer(said, 200)


def _answer(said: dict[str, Any], status: int) -> Response:
    return Response(
        json.dumps(said), status, {"Cache-Control": "no-store"}, content_type="application/json"
    )
