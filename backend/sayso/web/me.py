"""The participant's first screen in the words of the API; shared by enrolling and by looking."""

from __future__ import annotations

from typing import Any

from sayso.services import home
from sayso.services.sessions import ParticipantSession
from sayso.web.context import Here, State

OFFERS = "offer tokens"


def offer_key(state: State) -> bytes:
    """The key that signs offer tokens."""
    return state.keyring.derived(OFFERS)


def view(at: Here, person: ParticipantSession) -> dict[str, Any]:
    """Everything on the first screen."""
    seen = home.read(at.connection, person, offer_key(at.state), at.now)
    return {
        "study_name": seen.study_name,
        "exempt": None if seen.exempt_since is None else {"since": seen.exempt_since},
        "participant_code": seen.participant_code,
        "zone": seen.zone,
        "today": seen.today,
        "occasions": seen.occasions,
        "reminders": reminders(at, seen.reminders),
        "call_requested_at": seen.call_requested_at,
        "support": {
            "phone": at.state.settings.support_phone or None,
            "team_name": seen.team_name,
        },
        "server_time": seen.server_time,
        "unsent": person.unsent,
        "min_app_build": at.state.settings.min_app_build or None,
    }


def reminders(at: Here, seen: home.Reminders) -> dict[str, Any]:
    """Her reminder settings, with the key that a browser needs to subscribe."""
    return {
        "hour": seen.hour,
        "paused_until": seen.paused_until,
        "opted_out": seen.opted_out,
        "push": seen.push,
        "email": seen.email,
        "vapid_public_key": at.state.vapid_public_key,
    }
