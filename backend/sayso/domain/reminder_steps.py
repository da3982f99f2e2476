"""What to call a step of the reminder ladder on a screen.

A step has an id of the study's own ("day-3"). Two kinds of nudge have none in the policy, because
a person asked for them: their ids begin with a fixed word and end in the minute they were meant
for, and in a table all of one kind stand together.
"""

from __future__ import annotations

from sayso.domain.study import ReminderPolicy, Step

SNOOZE = "snooze"
BY_STAFF = "by staff"
_ASKED_FOR = {
    SNOOZE: "When the participant asked to be reminded",
    BY_STAFF: "Sent by the study team",
}
# Messages that are about no occasion are known by what they are for.
_PURPOSES = {"test": "Test reminder", "confirm": "Reminders switched on"}


def kind_of(step: str) -> str:
    """The step without the minute that it was asked for; steps of the policy stay as they are."""
    return next((kind for kind in _ASKED_FOR if step.startswith(f"{kind} ")), step)


def label_of(policy: ReminderPolicy, step: str) -> str:
    """A step in words, reckoned from the policy; one that an older policy had, by its id."""
    kind = kind_of(step)
    known = _ASKED_FOR.get(kind) or _PURPOSES.get(kind)
    if known is not None:
        return known
    rung = next((one for one in policy.steps if one.id == kind), None)
    if rung is not None:
        return _counted(rung)
    words = kind.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _counted(step: Step) -> str:
    opens = step.counts_from == "opens"
    if step.days == 0:
        return "On the day it opens" if opens else "On the last day"
    days = f"{abs(step.days)} day{'' if abs(step.days) == 1 else 's'}"
    side = "after" if step.days > 0 else "before"
    return f"{days} {side} {'it opens' if opens else 'the last day'}"
