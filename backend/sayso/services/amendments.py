"""Amendments: what a changed study file would do to everybody, and carrying it out as planned.

The plan is made from the facts and the published versions with the rule that the forms themselves
follow, so that applying the amendment at the same moment does what the plan said. Whoever applies
it names the plan that was looked at; where that is not the plan any more, nothing happens. Console
and command line take the same steps: forms and reminders follow in the same transaction.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from sayso.domain.amendment import AmendmentPlan, plan_amendment
from sayso.domain.audit import Actor, canonical
from sayso.domain.entry_errors import PlanChanged
from sayso.domain.errors import StudyVersionTaken, UnknownStudy
from sayso.domain.schedule import Plan
from sayso.domain.study import Study, StudyVersion
from sayso.formats import study_toml
from sayso.services import planning, publishing, reminder_planning
from sayso.services.publishing import Find, Published
from sayso.store.facts import facts_of
from sayso.store.tables import participant


@dataclass(frozen=True, slots=True)
class Planned:
    """An amendment as it would be now; `digest` names the file, the date and every count."""

    study: Study
    sha256: str
    effective_on: date
    plan: AmendmentPlan
    digest: str


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


def planned(
    connection: Connection,
    study_key: str,
    text: str,
    effective_on: date | None,
    find: Find,
    now: datetime,
    name: str = "the study file",
) -> Planned:
    """The plan of a study file for the study that is open on the screen; nothing is written.

    `name` is what errors call the file. Raises StudyFileWrong, UnknownStudy for the file of another
    study, StudyVersionTaken, QuestionnaireNotFound or InstrumentFileWrong.
    """
    study = study_toml.parse(text, name)
    if study.key != study_key:
        raise UnknownStudy(f"This is the file of the study {study.key}, not of {study_key}")
    publishing.asked_documents(connection, study, find)
    day = effective_on or now.date()
    found = plan(connection, study, day, now)
    sha256 = study_toml.sha256(text)
    counted = canonical([sha256, day.isoformat(), asdict(found)])
    return Planned(study, sha256, day, found, hashlib.sha256(counted).hexdigest())


def apply(
    connection: Connection,
    actor: Actor,
    study_key: str,
    text: str,
    effective_on: date,
    digest: str,
    find: Find,
    now: datetime,
) -> Planned:
    """Publish the amended file and plan everybody's forms anew, if the plan still is `digest`.

    Raises PlanChanged, and what `planned` and `publishing.publish` raise.
    """
    found = planned(connection, study_key, text, effective_on, find, now)
    if found.digest != digest:
        raise PlanChanged
    publish(connection, actor, text, find, now, effective_on)
    return found


def publish(
    connection: Connection,
    actor: Actor,
    text: str,
    find: Find,
    now: datetime,
    effective_on: date | None = None,
    name: str = "the study file",
) -> tuple[Published, dict[int, Plan]]:
    """Publish a study file and let everybody's forms and reminders follow in the same transaction.

    Returns the version and what it did to the forms, by participant's row id; nothing where this
    file was published before. Raises what `publishing.publish` raises.
    """
    made = publishing.publish(connection, actor, text, name, find, now, effective_on)
    if not made.created:
        return made, {}
    changed = planning.replan_many(connection, actor, made.study.key, None, now)
    moved = [participant_id for participant_id, forms in changed.items() if forms]
    reminder_planning.replan(connection, moved, now)
    return made, changed


def versions(connection: Connection, study_key: str) -> list[Published]:
    """Every published version, newest first."""
    return publishing.versions(connection, study_key)[::-1]
