"""One read for every screen: who is within reach, what is asked of them, and what it is now.

Completion, the lists behind its figures, the day's worklist, the participants and the exports all
start here, so they cannot tell different stories. For today the forms are the stored rows; for a
past date the schedule is replayed over the facts that were known then, by the same rules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, true

from sayso.domain.evaluation import Assessment, assess_all
from sayso.domain.participation import Facts
from sayso.domain.status import FormStatus, statuses
from sayso.domain.study import Rules
from sayso.services import planning, publishing
from sayso.services.access import Reach
from sayso.services.publishing import Published
from sayso.store import facts_at_place, facts_by_id
from sayso.store.facts import StoredForm, facts_of, forms_of
from sayso.store.tables import participant
from sayso.store.tables_forms import expected_form


@dataclass(frozen=True, slots=True)
class Case:
    """One participant now: facts, stored forms and their statuses in the same order."""

    id: int
    facts: Facts
    forms: tuple[StoredForm, ...]
    statuses: tuple[FormStatus, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One row or column of the schedule, or where both are named one cell of it."""

    timepoint: str | None = None
    questionnaire: str | None = None


ANYWHERE = Place()


def cases(
    connection: Connection,
    within: Reach,
    rules: Rules,
    now: datetime,
    *where: ColumnElement[bool],
) -> list[Case]:
    """Everybody within reach whom the conditions choose, in order of code; four statements."""
    chosen = (*scope(within), *where)
    stored = forms_of(connection, *chosen)
    return _in_order(facts_of(connection, *chosen), stored, rules, now)


def cases_of(
    connection: Connection,
    within: Reach,
    ids: Collection[int],
    rules: Rules,
    now: datetime,
    place: Place = ANYWHERE,
) -> list[Case]:
    """The same of some hundred participants by row id, as far as they are within reach.

    At a place that names its timepoint the facts are no more than its forms rest on.
    """
    people = {row.id: row for row in facts_by_id.people(connection, ids, *scope(within))}
    if not people:
        return []
    if place.timepoint is None:
        asked = place.questionnaire
        which = true() if asked is None else expected_form.c.instrument == asked
        stored = facts_by_id.forms_where(connection, people, which)
        known = facts_by_id.facts(connection, people)
    else:
        stored = facts_at_place.forms_at(connection, people, place.timepoint, place.questionnaire)
        # A form that stands for several timepoints rests on what was sent to any of them.
        tags = {tag for forms in stored.values() for form in forms for tag in form.tags}
        known = facts_at_place.facts_at(connection, people, tags, place.questionnaire)
    return _in_order(known, stored, rules, now)


def _in_order(
    known: Mapping[int, Facts],
    stored: Mapping[int, Sequence[StoredForm]],
    rules: Rules,
    now: datetime,
) -> list[Case]:
    found = []
    for row_id, facts in sorted(known.items(), key=lambda entry: entry[1].code):
        forms = tuple(stored.get(row_id, ()))
        found.append(Case(row_id, facts, forms, tuple(statuses(forms, facts, now, rules))))
    return found


def scope(within: Reach) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep a statement over participants inside somebody's sites."""
    return (
        participant.c.study_key == within.study_key,
        participant.c.site_id.in_(within.sites),
    )


def as_assessments(
    connection: Connection, within: Reach, entries: Sequence[Case]
) -> list[Assessment]:
    """The same in the shape that the rates are counted from."""
    names = {p.id: p.study.version for p in publishing.versions(connection, within.study_key)}
    return [
        Assessment(
            entry.facts,
            tuple(planning.wanted_form(form, names) for form in entry.forms),
            entry.statuses,
            (),
        )
        for entry in entries
    ]


def replayed(
    connection: Connection,
    within: Reach,
    published: list[Published],
    rules: Rules,
    moment: datetime,
    *where: ColumnElement[bool],
) -> list[Assessment]:
    """Everybody as the records stood at a past moment, in order of code."""
    known = facts_of(connection, *scope(within), *where, history=True)
    people = sorted(known.values(), key=lambda facts: facts.code)
    return assess_all(publishing.history(published), people, moment, rules)
