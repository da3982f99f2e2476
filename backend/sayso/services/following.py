"""What follows from a changed fact, in the same transaction: other windows, and silence.

Whether a message may go out is decided again when it is due; cancelling it here as well means that
the record of a participant who has died shows at once that nothing is on its way.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from sayso.domain.eligibility import SEND, may_set_up
from sayso.services import access, planning, publishing, reminder_planning, reminders
from sayso.services.access import Participant


def facts_changed(connection: Connection, person: Participant, now: datetime) -> None:
    """Plan the participant's forms anew and stop messages that have lost their ground."""
    planning.replan(connection, person.actor, person.study_key, person.id, now)
    rules = publishing.current(connection, person.study_key).study.rules
    verdict = may_set_up(access.facts(connection, person), now, rules.exemption_language)
    if verdict.action != SEND:
        reminders.cancel_all(connection, person.id, verdict.reason, verdict.why, now)
    reminder_planning.replan(connection, [person.id], now)
