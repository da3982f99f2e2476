"""The staff API about the proof in the audit trail: verify the whole of it on demand."""

from __future__ import annotations

from typing import Any

from sayso.services import audit
from sayso.web import coordinator_bodies as bodies
from sayso.web import coordinator_views as views
from sayso.web.auth import for_staff
from sayso.web.context import here
from sayso.web.coordinator_people import reach
from sayso.web.smorest import Resource

trail = Resource("audit", "/api/studies", "Verify the audit trail.")


@trail.route("/<key>/audit/verification", "POST")
@for_staff("administrator", "inspector")
@trail.arguments(bodies.NothingBody)
@trail.response(200, views.AuditVerdictView)
def verify(_body: dict[str, Any], key: str) -> dict[str, Any]:
    """Verify the whole trail, event by event, and put the verdict on record in it."""
    at = here()
    reach(key)
    found = audit.verify(at.connection, at.actor, at.now)
    name = at.staff.name_sealed
    return {
        "at": at.now,
        "by": at.state.keyring.open(name) if name else at.staff.role,
        "events": found.events,
        "faults": list(found.faults),
    }
