"""Which reminders should exist for one participant, and how to get there from those that do.

An occasion bundles the forms of one timepoint: one nudge, not four. Reminders are planned some
weeks ahead as rows with a wall-clock time; when facts, zone, zone database or policy change, the
same function is asked again and the difference is carried out. What was already decided stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sayso.domain.eligibility import SEND, Person, Verdict, may_remind
from sayso.domain.ladder import ladder
from sayso.domain.reminder_steps import SNOOZE
from sayso.domain.status import Form
from sayso.domain.walltime import local_time

HORIZON = timedelta(days=45)
_TOO_LATE = Verdict(
    "skip", "known-too-late", "This step was already over when the occasion became known."
)

_OVER = Verdict("skip", "closed", "No reminder: the time to answer is over.", lasting=True)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The forms of one timepoint; the window reaches from the first opening to the last close."""

    id: str
    opens: date
    closes: date
    opens_at: datetime
    closes_at: datetime
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class WantedReminder:
    """A reminder as it should be: `local` is naive wall time in `zone`, `due_at` its instant."""

    occasion: str
    step: str
    local: datetime
    zone: str
    due_at: datetime
    closes_at: datetime
    urgent: bool

    @property
    def key(self) -> tuple[str, str]:
        return (self.occasion, self.step)


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A reminder as it stands in the store; `decision` is None while it is still ahead."""

    id: int
    occasion: str
    step: str
    local: datetime
    zone: str
    tzdata_version: str
    due_at: datetime
    closes_at: datetime
    decision: str | None = None
    reason: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.occasion, self.step)


@dataclass(frozen=True, slots=True)
class Cancel:
    """A planned reminder that must not go out, and why."""

    row: PlannedReminder
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Missed:
    """A step that could never have gone out; it is kept so that the story has no gap."""

    wanted: WantedReminder
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """What to write: new rows, rows with another time or wanted again, cancellations, gaps.

    `stop` names occasions whose messages already under way must be stopped, with the reason.
    """

    add: tuple[WantedReminder, ...] = ()
    move: tuple[tuple[PlannedReminder, WantedReminder], ...] = ()
    cancel: tuple[Cancel, ...] = ()
    missed: tuple[Missed, ...] = ()
    stop: tuple[tuple[str, Verdict], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.move or self.cancel or self.missed or self.stop)


def occasions(forms: Iterable[Form]) -> tuple[Occasion, ...]:
    """Bundle forms by timepoint, in order of opening."""
    ordered = sorted(forms, key=lambda form: form.timepoint)
    bundles = [
        _occasion(timepoint, tuple(group))
        for timepoint, group in groupby(ordered, key=lambda form: form.timepoint)
    ]
    return tuple(sorted(bundles, key=lambda occasion: (occasion.opens_at, occasion.id)))


def plan(
    person: Person,
    forms: Iterable[Form],
    existing: Sequence[PlannedReminder],
    *,
    tzdata_version: str,
    now: datetime,
) -> ReminderPlan:
    """The difference between the reminders that exist and those that should.

    Only windows that are not over and open within the horizon are planned. An exempt, withdrawn or
    dead participant gets no row at all; rows that exist are cancelled with the reason.
    """
    add: list[WantedReminder] = []
    move: list[tuple[PlannedReminder, WantedReminder]] = []
    missed: list[Missed] = []
    have = {row.key: row for row in existing}
    refusals: dict[str, Verdict] = {}
    wanted: dict[tuple[str, str], WantedReminder] = {}
    for occasion in occasions(forms):
        if now >= occasion.closes_at:
            refusals[occasion.id] = _OVER
            continue
        if occasion.opens_at > now + HORIZON:
            continue
        verdict = may_remind(person, occasion.forms, max(now, occasion.opens_at))
        if verdict.action != SEND:
            refusals[occasion.id] = verdict
            continue
        wanted |= {entry.key: entry for entry in wanted_reminders(person, occasion)}
    for key, entry in wanted.items():
        row = have.get(key)
        if row is None and entry.due_at <= now:
            missed.append(Missed(entry, _TOO_LATE))
        elif row is None:
            add.append(entry)
        elif _must_move(row, entry, tzdata_version, now):
            move.append((row, entry))
    return ReminderPlan(
        tuple(add),
        tuple(move),
        _cancelled(have, wanted, refusals),
        tuple(missed),
        _stopped(existing, refusals),
    )


def wanted_reminders(person: Person, occasion: Occasion) -> tuple[WantedReminder, ...]:
    """The steps of the ladder for one occasion, and the nudge that the participant asked for."""
    zone = person.facts.zone
    steps = [
        WantedReminder(
            occasion.id, step.step, step.local, zone, step.due_at, occasion.closes_at, step.urgent
        )
        for step in ladder(
            person.policy, occasion.opens, occasion.closes, zone, person.preferences.hour
        )
        # A zone move can put a step of the local calendar outside the window's instants.
        if occasion.opens_at <= step.due_at < occasion.closes_at
    ]
    asked = person.preferences.snoozed_until
    if asked and occasion.opens_at <= asked < occasion.closes_at:
        local = local_time(asked, zone).replace(microsecond=0)
        name = f"{SNOOZE} {local:%Y-%m-%dT%H:%M}"
        steps.append(
            WantedReminder(occasion.id, name, local, zone, asked, occasion.closes_at, False)
        )
    return tuple(steps)


def _must_move(
    row: PlannedReminder, entry: WantedReminder, tzdata_version: str, now: datetime
) -> bool:
    if row.decision == "cancelled":
        return entry.due_at > now
    if row.decision is not None:
        return False
    if entry.due_at <= now < row.due_at < entry.closes_at:
        # Choosing an earlier hour in the afternoon must not set off a reminder on the spot.
        return False
    return (row.local, row.zone, row.due_at, row.closes_at, row.tzdata_version) != (
        entry.local,
        entry.zone,
        entry.due_at,
        entry.closes_at,
        tzdata_version,
    )


def _cancelled(
    have: dict[tuple[str, str], PlannedReminder],
    wanted: dict[tuple[str, str], WantedReminder],
    refusals: dict[str, Verdict],
) -> tuple[Cancel, ...]:
    gone = Verdict("skip", "replanned", "The plan changed, and this reminder is no longer in it.")
    return tuple(
        Cancel(row, refusals.get(row.occasion, gone))
        for key, row in have.items()
        if key not in wanted and row.decision is None
    )


def _stopped(
    existing: Sequence[PlannedReminder], refusals: dict[str, Verdict]
) -> tuple[tuple[str, Verdict], ...]:
    under_way = {row.occasion for row in existing if row.decision == "queued"}
    return tuple(
        (occasion, verdict)
        for occasion, verdict in refusals.items()
        if occasion in under_way and verdict.lasting
    )


def _occasion(timepoint: str, forms: tuple[Form, ...]) -> Occasion:
    return Occasion(
        timepoint,
        min(form.opens for form in forms),
        max(form.closes for form in forms),
        min(form.opens_at for form in forms),
        max(form.closes_at for form in forms),
        forms,
    )
