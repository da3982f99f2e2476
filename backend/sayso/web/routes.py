"""Every group of routes of the application, in the order of the API's description.

A new group is written in a module of its own and named here; nothing registers itself.
"""

from __future__ import annotations

from sayso.web import (
    coordinator,
    coordinator_amendments,
    coordinator_audit,
    coordinator_entries,
    coordinator_exports,
    coordinator_handovers,
    coordinator_instruments,
    coordinator_people,
    coordinator_reminders,
    coordinator_staff,
    operations,
    participant,
    participant_access,
    session,
    subscriptions,
    tablet,
)
from sayso.web.smorest import Resource

RESOURCES: tuple[Resource, ...] = (
    session.phone,
    participant.own,
    participant_access.own,
    participant_access.anyone,
    subscriptions.phone,
    subscriptions.acks,
    participant.texts,
    tablet.tablet,
    session.staff,
    coordinator_staff.staff,
    coordinator.study,
    coordinator_audit.trail,
    coordinator_people.people,
    coordinator_entries.entered,
    coordinator_handovers.tablets,
    coordinator_amendments.amendments,
    coordinator_reminders.reminders,
    operations.service,
    coordinator_exports.files,
    coordinator_instruments.measures,
)
