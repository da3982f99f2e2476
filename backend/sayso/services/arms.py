"""The participant's arm, and its correction while nothing has been answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, update

from sayso.domain.plausible import check_arm_change
from sayso.domain.schedule import answered_keys, wanted_under
from sayso.domain.walltime import local_date
from sayso.services import access, anchors, entries, following, publishing
from sayso.services.access import Participant
from sayso.store.tables import participant
from sayso.store.tables_entries import arm_change


def change(
    connection: Connection,
    person: Participant,
    arm: str,
    dates: Mapping[str, date],
    reason: str,
    now: datetime,
) -> int:
    """Put the participant into the arm she should have been in; returns the row id.

    `dates` are the anchors that the new arm counts from. All of it is judged before anything is
    written. Raises UnknownArm, AlreadyRecorded, ArmSwitchRefused, UnknownAnchor, DatesOutOfOrder or
    AnchorAfterAnsweredForm.
    """
    published = publishing.versions(connection, person.study_key)
    study = published[-1].study
    facts = access.facts(connection, person)
    asked = wanted_under(publishing.history(published), facts, now)
    answered = answered_keys(asked, facts)
    check_arm_change(study, facts, arm, dates, answered, local_date(now, facts.zone))
    values = {"previous": person.arm, "arm": arm, "reason": reason}
    entry_id = entries.add(connection, arm_change, person, values, now, reason=reason)
    connection.execute(update(participant).where(participant.c.id == person.id).values(arm=arm))
    moved = replace(person, arm=arm)
    for name, day in sorted(dates.items()):
        anchors.record(connection, moved, name, day, reason, now)
    following.facts_changed(connection, moved, now)
    return entry_id
