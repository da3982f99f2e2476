"""What an amended study file would change, from the database as it is, before anything is written.

The plan is made from the facts and the published versions with the rule that the forms themselves
follow, so that applying the amendment at the same moment does what the plan said.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from sayso.domain.amendment import AmendmentPlan, plan_amendment
from sayso.domain.errors import StudyVersionTaken
from sayso.domain.study import Study, StudyVersion
from sayso.services import publishing
from sayso.store.facts import facts_of
from sayso.store.tables import participant


def plan(
    connection: Connection, study: Study, effective_on: date | None, now: datetime
) -> AmendmentPlan:
    """What publishing `study` now would do to the forms of everybody enrolled.

    `effective_on` None is today. Raises UnknownStudy where no version was published before, and
    StudyVersionTaken where this version was.
    """
    publishing.current(connection, study.key)
    published = publishing.versions(connection, study.key)
    if any(version.study.version == study.version for version in published):
        raise StudyVersionTaken(
            f"Version {study.version} of {study.key} is published already; "
            "give the amended file a new version"
        )
    amendment = StudyVersion(study, effective_on or now.date(), now)
    people = facts_of(connection, participant.c.study_key == study.key, history=True)
    return plan_amendment(publishing.history(published), amendment, people.values(), now)
