"""The staff API about the clinic's tablet: hand it over to a participant, and take it back."""

from __future__ import annotations

from typing import Any

from sayso.services import access, handover_history, handovers
from sayso.services.access import Reach
from sayso.services.handover_history import Handover
from sayso.services.staff_names import names_of
from sayso.web import coordinator_handover_views as views
from sayso.web.auth import CHANGING_ROLES, for_staff
from sayso.web.context import Here, here
from sayso.web.coordinator_people import held, reach
from sayso.web.problems import ProblemSchema
from sayso.web.smorest import LARGEST_ID, Resource

tablets = Resource("hand-overs", "/api/studies", "The clinic's tablet in a participant's hands.")
_ONE = "/<key>/participants/<code>"
_ID = f"<int(max={LARGEST_ID}):row_id>"


@tablets.route("/<key>/handovers")
@for_staff()
@tablets.response(200, views.HandoversView)
def read_recent(key: str) -> dict[str, Any]:
    """The tablets that were handed over in the last 24 hours, the latest first."""
    at, within = here(), reach(key)
    return _shown(at, within, handover_history.recent(at.connection, within, at.now))


@tablets.route(f"{_ONE}/handovers")
@for_staff()
@tablets.response(200, views.HandoversView)
def read_handovers(key: str, code: str) -> dict[str, Any]:
    """Every hand-over of a tablet to this participant, the latest first."""
    at, within = here(), reach(key)
    person = access.find(at.connection, within, code)
    return _shown(at, within, handover_history.of(at.connection, person, at.now))


@tablets.route(f"{_ONE}/handovers", "POST")
@for_staff(*CHANGING_ROLES)
@tablets.arguments(views.HandoverBody)
@tablets.response(201, views.HandoverStartedView)
@tablets.also(409, ProblemSchema, "Exempt, or no longer asked.")
def hand_over(_body: dict[str, Any], key: str, code: str) -> dict[str, Any]:
    """Make a code with which the clinic's tablet answers the open forms of this participant."""
    # Drawing QR codes is needed by the console only, not by the phones' requests.
    import segno

    at = here()
    person = held(at, reach(key), code)
    made = handovers.start(at.connection, person, at.state.keyring, at.now)
    url = f"{at.state.settings.public_url}/tablet#{made.code}"
    picture = segno.make(url, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff")
    return {
        "id": made.id, "code": made.code, "url": url, "expires_at": made.expires_at,
        "qr_svg": picture,
    }  # fmt: skip


@tablets.route(f"{_ONE}/handovers/{_ID}/end", "POST")
@for_staff(*CHANGING_ROLES)
@tablets.arguments(views.HandoverBody)
@tablets.response(200, views.HandoverEndedView)
def take_back(_body: dict[str, Any], key: str, code: str, row_id: int) -> dict[str, Any]:
    """Take the tablet back: code and session end at once."""
    at = here()
    person = held(at, reach(key), code)
    handovers.end(at.connection, person, row_id, at.now)
    return {"id": row_id, "state": "ended"}


def _shown(at: Here, within: Reach, rows: list[Handover]) -> dict[str, Any]:
    names = names_of(at.connection, at.state.keyring, within)
    return {
        "server_time": at.now,
        "rows": [
            {
                **{name: getattr(one, name) for name in type(one).__slots__},
                "by": names.get(one.started_by),
            }
            for one in rows
        ],
    }
