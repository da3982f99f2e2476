"""The file behind a participant's calendar address, for calendars that cannot sign in.

Reading changes nothing and needs no cookie: the address is the secret. It is not part of the API,
whose answers are for our own apps.
"""

from __future__ import annotations

from flask import Blueprint, Response

from sayso.domain.errors import NotFound
from sayso.services import calendar_feed
from sayso.web.auth import for_anyone
from sayso.web.context import here

blueprint = Blueprint("calendar", __name__)
_LONGEST = 100


@blueprint.get("/calendar/<token>.ics")
@for_anyone
def read(token: str) -> Response:
    """The calendar as it stands now."""
    if len(token) > _LONGEST:
        raise NotFound("There is no calendar under this address")
    at = here()
    content = calendar_feed.read(
        at.connection, token, at.state.keyring, at.state.settings.public_url, at.now
    )
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'attachment; filename="sayso.ics"',
        "X-Robots-Tag": "noindex",
    }
    return Response(content, headers=headers, content_type="text/calendar; charset=utf-8")
