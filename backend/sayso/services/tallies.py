"""The lines of the tally: added up for a report, and worked out ahead of the question.

A line counts what one participant contributes to every rate. Where a line holds at the moment asked
for it is added up as it is; everybody else is judged from the facts in the same request. A report
is therefore exact whether or not the worker has been along, only slower where it has not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from sayso.domain.audit import Actor
from sayso.domain.completion import RULE_VERSION
from sayso.domain.evaluation import assess, version_at
from sayso.domain.participation import Facts
from sayso.domain.study import Rules, Study
from sayso.domain.tally_line import FORMAT, Line, Person, moments_of, write
from sayso.domain.tally_pile import OwnLine
from sayso.services import access, assessments, publishing
from sayso.services.access import Reach
from sayso.services.assessments import ANYWHERE, Place
from sayso.services.publishing import Published
from sayso.store import facts_by_id, tally
from sayso.store.tables import participant
from sayso.store.tally import Nudges

PORTION = 100
_WORKER = Actor("worker")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a report is made under: the study as it stood at the moment, and its history."""

    within: Reach
    published: list[Published]
    study: Study
    sha256: str
    moment: datetime
    is_past: bool

    @property
    def basis(self) -> str:
        """What a line must have been written under to count here."""
        text = f"{FORMAT}|{RULE_VERSION}|{self.sha256}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def site_codes(self) -> frozenset[str]:
        """The sites within reach."""
        return frozenset(site.code for site in self.within.sites.values())


def scene(connection: Connection, within: Reach, moment: datetime, *, is_past: bool) -> Scene:
    """The study as it stood at a moment; `is_past` where the records must be cut back to it."""
    published = publishing.versions(connection, within.study_key)
    study = version_at(publishing.history(published), moment)
    sha256 = next(p.sha256 for p in published if p.study.version == study.version)
    return Scene(within, published, study, sha256, moment, is_past)


def people(
    connection: Connection,
    at: Scene,
    ids: Sequence[int],
    rules: Rules | None = None,
    place: Place = ANYWHERE,
    *,
    nudged: bool = True,
) -> Iterator[tuple[int, Person]]:
    """These participants judged from the facts, a portion at a time; who was not in yet is not.

    `rules` stand in for the study's own, for a report under another alive rule. Forms that are not
    at `place` may be left out, and without `nudged` all that reached out to them.
    """
    rules = rules or at.study.rules
    # Of one place so little is read that a page of a list comes in one portion.
    size = PORTION if place.timepoint is None else 5 * PORTION
    for start in range(0, len(ids), size):
        portion = ids[start : start + size]
        where = participant.c.id.in_(portion)
        reached: Mapping[int, Nudges] = {}
        if nudged:
            reached = tally.nudges(connection, at.moment, *assessments.scope(at.within), where)
        found = (
            _past(connection, at, rules, portion)
            if at.is_past
            else _now(connection, at, rules, place, portion)
        )
        for row_id, person in found:
            nudges = reached.get(row_id, Nudges())
            yield row_id, replace(person, nudges=nudges.messages, escalations=nudges.escalations)


def _now(
    connection: Connection, at: Scene, rules: Rules, place: Place, ids: Sequence[int]
) -> Iterator[tuple[int, Person]]:
    cases = assessments.cases_of(connection, at.within, ids, rules, at.moment, place)
    entries = assessments.as_assessments(connection, at.within, cases)
    for case, entry in zip(cases, entries, strict=True):
        yield case.id, Person(entry.facts, entry.forms, entry.statuses)


def _past(
    connection: Connection, at: Scene, rules: Rules, ids: Sequence[int]
) -> Iterator[tuple[int, Person]]:
    history = publishing.history(at.published)
    for row_id, facts in sorted(_history(connection, at, ids).items()):
        if facts.is_enrolled_at(at.moment):
            entry = assess(history, facts, at.moment, rules)
            yield row_id, Person(entry.facts, entry.forms, entry.statuses, visits=entry.visits)


def judged(
    connection: Connection, at: Scene, ids: Sequence[int]
) -> Iterator[tuple[OwnLine, Line | None]]:
    """These participants' lines written from the facts, a portion at a time.

    The second is the line where it may be used at other moments: not that of a past moment, nor of
    somebody whose enrolment day has not come.
    """
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        history = {} if at.is_past else _history(connection, at, portion)
        for row_id, found in people(connection, at, portion):
            person = replace(found, visits=found.planned(at.study))
            facts, ever = person.facts, history.get(row_id)
            lasts = ever is not None and facts.is_enrolled_at(at.moment)
            moments = _moments(at, person, ever) if ever is not None and lasts else ()
            line = write(at.study, person, at.moment, at.study.rules, moments)
            own = OwnLine(
                row_id, facts.code, facts.site, facts.arm, line.layout, line.head, line.text
            )
            yield own, line if lasts else None


def _history(connection: Connection, at: Scene, ids: Sequence[int]) -> dict[int, Facts]:
    scope = assessments.scope(at.within)
    rows = {row.id: row for row in facts_by_id.people(connection, ids, *scope)}
    return facts_by_id.facts(connection, rows, history=True)


@dataclass(frozen=True, slots=True)
class Written:
    """Lines on their way into the database, with the state of the facts they were made from."""

    basis: str
    lines: dict[int, Line]
    revisions: dict[int, int]


def waiting(connection: Connection, study_key: str, now: datetime) -> list[int]:
    """The participants of a study whose line does not hold now, in order of id."""
    within = access.everything(connection, _WORKER, study_key)
    at = scene(connection, within, now, is_past=False)
    scope = assessments.scope(within)
    return tally.without_line(connection, at.basis, now, *scope)


def write_lines(
    connection: Connection, study_key: str, ids: Sequence[int], now: datetime
) -> Written:
    """Work out the lines of these participants; nothing is kept yet.

    The revisions are read before the facts: a change in between makes the line too old, never too
    new. Somebody whose enrolment day has not come has no line.
    """
    within = access.everything(connection, _WORKER, study_key)
    at = scene(connection, within, now, is_past=False)
    revisions = tally.revisions(connection, ids)
    lines = {
        own.participant_id: line for own, line in judged(connection, at, ids) if line is not None
    }
    return Written(at.basis, lines, revisions)


def keep(connection: Connection, written: Written) -> int:
    """Keep the lines whose facts have not changed meanwhile; returns how many."""
    return tally.keep(connection, written.basis, written.lines, written.revisions)


def differing(
    connection: Connection, study_key: str, skip: int, most: int, now: datetime
) -> list[int]:
    """Participants whose line is not what the facts say, of `most` who come after `skip` others.

    Who is to be looked at goes round: `skip` may be larger than the study.
    """
    within = access.everything(connection, _WORKER, study_key)
    at = scene(connection, within, now, is_past=False)
    kept = tally.with_line(connection, at.basis, now, *assessments.scope(within))
    first = skip % max(1, len(kept))
    chosen = kept[first : first + most]
    lines = {
        held.own.participant_id: held.own for held in tally.held(connection, at.basis, now, chosen)
    }
    found = judged(connection, at, sorted(lines))
    return [own.participant_id for own, _line in found if own != lines[own.participant_id]]


def take_away(connection: Connection, ids: Sequence[int]) -> None:
    """Have the lines of these participants worked out anew."""
    tally.take_away(connection, ids)


def _moments(at: Scene, person: Person, history: Facts) -> Iterator[datetime]:
    visits = person.planned(at.study)
    yield from moments_of(history, person.forms, visits, at.study.rules)
    yield from (nudge.at for nudge in (*person.nudges, *person.escalations))
    yield from (version.published_at for version in at.published)


def keys_of(connection: Connection) -> Iterable[str]:
    """The studies that have lines."""
    return connection.execute(select(participant.c.study_key).distinct()).scalars().all()
