"""Dates that cannot be: what stands in the way of a new fact, said before anything is written.

Beside the checks of `consistency`, which hold for facts from anywhere, these hold for what staff
enter about a person whose history is known. Each function returns silently or raises a named error
whose sentence says what is in the way and on which date it stands. `today` is the participant's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sayso.domain import consistency
from sayso.domain.errors import AlreadyRecorded, DatesOutOfOrder, UnknownAnchor
from sayso.domain.participation import Event, Facts
from sayso.domain.rule_errors import ArmSwitchRefused, UnknownEventKind
from sayso.domain.schedule import Key, WantedForm
from sayso.domain.study import EVENT_KINDS, Study
from sayso.domain.walltime import local_date

SCREENING_DAYS = 56
PLANNED_AHEAD_DAYS = 60
ANCHOR_BACK_DAYS = 366


def kinds_for(study: Study, arm: str) -> tuple[str, ...]:
    """The kinds of event that can happen in this arm.

    A kind that only event forms of other arms name (restarting therapy, for those who never
    stopped) cannot happen here.
    """
    elsewhere = {kind for form in study.event_forms if arm not in form.arms for kind in form.on}
    here = {kind for form in study.event_forms if arm in form.arms for kind in form.on}
    return tuple(kind for kind in EVENT_KINDS if kind not in elsewhere - here)


def check_event(study: Study, facts: Facts, kind: str, day: date, today: date) -> None:
    """Raises UnknownEventKind or DatesOutOfOrder."""
    allowed = kinds_for(study, facts.arm)
    if kind not in allowed:
        raise UnknownEventKind(
            f"{kind} is no kind of event in this arm; use one of: {', '.join(allowed)}"
        )
    consistency.check_event(facts, Event(kind, day), today)
    if any(event.kind == kind and event.date == day for event in facts.events):
        raise DatesOutOfOrder(f"The same event is recorded for {day} already")
    if kind == "death":
        _nothing_after(facts, day)
    _check_restart(facts, kind, day)


def _nothing_after(facts: Facts, death: date) -> None:
    for what, last in (
        ("a form was answered", _last_answer(facts)),
        ("a visit took place", max((visit.date for visit in facts.visits), default=None)),
        ("another event happened", max((event.date for event in facts.events), default=None)),
    ):
        if last is not None and last > death:
            raise DatesOutOfOrder(
                f"On {last}, after {death}, {what} according to the record; correct one of the two"
            )


def _check_restart(facts: Facts, kind: str, day: date) -> None:
    progression = facts.first("progression")
    if kind == "restart_after_progression" and (progression is None or progression > day):
        raise DatesOutOfOrder(
            f"No progression is recorded on or before {day}; record it first, or choose a restart "
            "without progression"
        )
    if kind == "restart_without_progression" and progression is not None and progression <= day:
        raise DatesOutOfOrder(
            f"Progression is recorded for {progression}; choose a restart after progression"
        )


def check_visit(facts: Facts, day: date, today: date) -> None:
    """Raises DatesOutOfOrder. Screening visits may come some weeks before the enrolment."""
    _not_ahead(day, today)
    _not_before_enrolment(facts, day, grace=SCREENING_DAYS)
    death = facts.first("death")
    if death is not None and day > death:
        raise DatesOutOfOrder(f"{day} is after the death recorded for {death}")


def check_contact(facts: Facts, day: date, today: date) -> None:
    """Raises DatesOutOfOrder. Families are spoken to after a death, so that is no obstacle."""
    _not_ahead(day, today)
    _not_before_enrolment(facts, day)


def check_anchor(
    study: Study,
    facts: Facts,
    name: str,
    day: date,
    forms: Sequence[WantedForm],
    today: date,
) -> None:
    """Raises UnknownAnchor, DatesOutOfOrder or AnchorAfterAnsweredForm."""
    names = anchors_for(study, facts.arm)
    if name not in names:
        raise UnknownAnchor(f"{name} is no anchor of this arm; use one of: {', '.join(names)}")
    consistency.check_anchor(study, facts, name, day, forms)
    if day > today + timedelta(days=PLANNED_AHEAD_DAYS):
        raise DatesOutOfOrder(
            f"{day} is more than {PLANNED_AHEAD_DAYS} days ahead; record it when it is near"
        )
    if day < facts.enrolled - timedelta(days=ANCHOR_BACK_DAYS):
        raise DatesOutOfOrder(f"{day} is more than a year before the enrolment on {facts.enrolled}")


def check_arm_change(
    study: Study,
    facts: Facts,
    arm: str,
    anchors: Mapping[str, date],
    answered: frozenset[Key],
    today: date,
) -> None:
    """Whether the participant can be put into another arm, with these anchors.

    Nothing that was answered, and no event that cannot happen there, may be left behind. Raises
    UnknownArm, AlreadyRecorded, ArmSwitchRefused, UnknownAnchor or DatesOutOfOrder.
    """
    consistency.check_arm_switch(study, facts, arm, answered)
    if arm == facts.arm:
        raise AlreadyRecorded(f"{facts.code} is in arm {arm} already")
    possible = kinds_for(study, arm)
    left = sorted({f"{e.kind} on {e.date}" for e in facts.events if e.kind not in possible})
    if left:
        raise ArmSwitchRefused(
            f"{', '.join(left)} cannot have happened in arm {arm}; take it back first"
        )
    there = replace(facts, arm=arm)
    for name, day in anchors.items():
        check_anchor(study, there, name, day, (), today)


def anchors_for(study: Study, arm_id: str) -> tuple[str, ...]:
    """The names of the anchors that something in this arm counts from."""
    arm = study.arm(arm_id)
    own = [arm.anchor] if arm else []
    others = [t.anchor for t in study.timepoints if t.anchor and arm_id in t.arms]
    return tuple(dict.fromkeys([*own, *others]))


def _last_answer(facts: Facts) -> date | None:
    days = [local_date(response.authored_at, facts.zone) for response in facts.responses]
    return max(days, default=None)


def _not_ahead(day: date, today: date) -> None:
    if day > today:
        raise DatesOutOfOrder(f"{day} has not come yet; today is {today}")


def _not_before_enrolment(facts: Facts, day: date, grace: int = 0) -> None:
    if day < facts.enrolled - timedelta(days=grace):
        raise DatesOutOfOrder(f"{day} is before the enrolment on {facts.enrolled}")
