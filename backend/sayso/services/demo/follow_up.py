"""The routine of a site with one invented person, exempt or not: visits kept, calls made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sayso.domain.errors import SaysoError
from sayso.domain.visits import PlannedVisit, planned_visits
from sayso.domain.walltime import to_instant
from sayso.services import access, contacts, entries
from sayso.services.access import Participant
from sayso.services.demo.cast import Person
from sayso.services.demo.timeline import Timeline
from sayso.services.demo.world import World
from sayso.store.tables import visit

_KEPT = 0.93


def local(day: date, first: int, last: int, zone: str, rng: Random) -> datetime:
    """A moment of that day between two hours of the wall clock in a zone."""
    wall = time(rng.randint(first, last - 1), rng.randint(0, 59))
    return to_instant(datetime.combine(day, wall), zone)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What staff do about a person who may stop being there on `last`."""

    world: World
    timeline: Timeline
    person: Person
    rng: Random
    held: Participant
    last: date | None

    def plan(self) -> None:
        """Put visits and calls on the timeline."""
        self.plan_visits()
        day = self.person.enrolled + timedelta(days=self.rng.randint(70, 190))
        while day < self.timeline.end.date():
            self.timeline.at(self._office_hours(day), self.call)
            day += timedelta(days=self.rng.randint(70, 190))

    def plan_visits(self) -> None:
        """Most visits are kept, near their date."""
        facts = access.facts(self.world.connection, self.held)
        for planned in planned_visits(self.world.study, facts):
            if planned.opens > self.timeline.end.date() or self.rng.random() > _KEPT:
                continue
            reach = max(1, (planned.closes - planned.opens).days // 4)
            day = planned.target + timedelta(days=self.rng.randint(-reach, reach))
            day = min(max(day, planned.opens, self.person.enrolled), planned.closes)
            if self.last is None or day < self.last:
                self._visit_at(planned, day)

    def _visit_at(self, planned: PlannedVisit, day: date) -> None:
        self.timeline.at(
            self._office_hours(day),
            lambda now: self.visit(planned.timepoint, day, planned.kind, now),
        )

    def visit(self, timepoint: str, on: date, kind: str, now: datetime) -> None:
        """Record an attendance on the day itself.

        The dates were drawn from the person's own plan, so only the entry itself is left to do.
        """
        values = {"timepoint": timepoint, "kind": kind, "date": on}
        entries.add(self.world.connection, visit, self.held, values, now)

    def call(self, now: datetime) -> None:
        """Call, and reach the person or not."""
        if self.last is not None and self.last <= now.date():
            return
        outcome = self.rng.choices(("spoke", "left_message", "no_answer"), (6, 2, 2))[0]
        try:
            contacts.record(
                self.world.connection, self.world.keyring, self.held, now.date(), "call", outcome,
                self.person.interpreter, None, now,
            )  # fmt: skip
        except SaysoError:
            return  # Not possible on that day, so nobody wrote it down.

    def _office_hours(self, day: date) -> datetime:
        return local(day, 9, 17, self.person.zone, self.rng)
