"""From the reminder policy to wall-clock times: when would one occasion's reminders be due.

Pure arithmetic on dates. Whether a reminder may go out at that moment is decided elsewhere, by the
one eligibility predicate, from facts that are only known when the moment comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sayso.domain.study import ReminderPolicy, Step
from sayso.domain.walltime import to_instant


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One nudge: the policy step, the wall-clock time (naive) and the instant (UTC)."""

    step: str
    local: datetime
    due_at: datetime
    urgent: bool = False


def ladder(
    policy: ReminderPolicy, opens: date, closes: date, zone: str, hour: int | None = None
) -> tuple[PlannedReminder, ...]:
    """The reminders of one window, in order of time, at most one on any local date.

    ``opens`` and ``closes`` are the window's local dates, both included; ``hour`` is the
    participant's own choice (0 to 23) or None for the policy's. An hour inside the quiet hours
    is moved to their end. Steps that fall outside the window are left out; of two steps on one
    date the later step of the policy stands, because it says the more urgent thing.
    """
    at = awake(policy, time(policy.default_hour if hour is None else hour))
    by_day: dict[date, Step] = {}
    for step in policy.steps:
        day = (opens if step.counts_from == "opens" else closes) + timedelta(days=step.days)
        if opens <= day <= closes:
            by_day[day] = step
    return tuple(
        PlannedReminder(step.id, local, to_instant(local, zone), step.urgent)
        for day, step in sorted(by_day.items())
        for local in (datetime.combine(day, at),)
    )


def is_quiet(policy: ReminderPolicy, at: time) -> bool:
    """Whether a wall-clock time lies in the quiet hours (start included, end not)."""
    return within(policy.quiet_from, policy.quiet_to, at)


def within(start: time, end: time, at: time) -> bool:
    """Whether a wall-clock time lies between two others; the span may reach over midnight."""
    if start <= end:
        return start <= at < end
    return at >= start or at < end


def awake(policy: ReminderPolicy, at: time) -> time:
    """The same time, or the end of the quiet hours where it falls inside them."""
    return policy.quiet_to if is_quiet(policy, at) else at
