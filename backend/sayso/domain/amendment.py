"""Amendments are planned before they are applied: what would change, and for whom.

A new version applies to windows that open after its effective date. The plan is made with the same
`reconcile` that carries it out, so that what is printed is what happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sayso.domain.participation import Facts
from sayso.domain.schedule import (
    Key,
    Plan,
    WantedForm,
    answered_keys,
    reconcile,
    wanted_under,
)
from sayso.domain.study import StudyVersion


@dataclass(frozen=True, slots=True)
class Change:
    """What the new version does to one participant's forms; `answered` holds their keys."""

    plan: Plan
    answered: frozenset[Key]
    code: str
    site: str
    forms: int


@dataclass(frozen=True, slots=True)
class ParticipantCounts:
    """The counts by name for one participant; `kept` are the forms that stay as they are."""

    code: str
    site: str
    counts: dict[str, int]
    kept: int


@dataclass(frozen=True, slots=True)
class AmendmentPlan:
    """What a new version does to the forms of everybody enrolled; counts are forms.

    `closes` counts forms that are no longer asked, `closes_open` those of them whose window is open
    now; `renews` counts forms that keep their dates and take the new version's questionnaire.
    `by_timepoint` maps a timepoint to the same counts by name; `by_participant` has those whom
    something concerns, in order of code.
    """

    adds: int
    moves: int
    closes: int
    closes_open: int
    renews: int
    touches_answered: int
    participants: int
    by_timepoint: dict[str, dict[str, int]]
    by_participant: tuple[ParticipantCounts, ...]

    @property
    def sentence(self) -> str:
        """The plan in one sentence."""
        return (
            f"adds {self.adds} forms, moves {self.moves} future forms, "
            f"closes {self.closes} forms ({self.closes_open} of them open), "
            f"renews {self.renews}, touches {self.touches_answered} answered; "
            f"concerns {self.participants} participants"
        )


def plan_amendment(
    history: Sequence[StudyVersion],
    amendment: StudyVersion,
    people: Iterable[Facts],
    now: datetime,
) -> AmendmentPlan:
    """What publishing `amendment` at `now` would change. `history` holds the versions so far."""
    later = (*history, amendment)
    changes = []
    for facts in people:
        existing = wanted_under(history, facts, now)
        answered = answered_keys(existing, facts.known_at(now))
        wanted = wanted_under(later, facts, now)
        plan = reconcile(existing, wanted, answered, now)
        changes.append(Change(plan, answered, facts.code, facts.site, len(existing)))
    return summarise(changes, now)


def summarise(changes: Iterable[Change], now: datetime) -> AmendmentPlan:
    """Count the plans of many participants."""
    counts: Counter[tuple[str, str]] = Counter()
    closes_open = touched = 0
    people = []
    for change in changes:
        closes_open += sum(form.opens_at <= now < form.closes_at for form in change.plan.cancel)
        own: Counter[str] = Counter()
        for kind, form in _changed(change.plan):
            counts[kind, form.timepoint] += 1
            own[kind] += 1
            touched += form.key in change.answered
        if change.plan:
            kept = change.forms - own["moves"] - own["closes"] - own["renews"]
            people.append(ParticipantCounts(change.code, change.site, dict(own), kept))
    by_timepoint: dict[str, dict[str, int]] = {}
    for (kind, timepoint), count in sorted(counts.items(), key=lambda entry: entry[0][::-1]):
        by_timepoint.setdefault(timepoint, {})[kind] = count
    total: Counter[str] = Counter()
    for (kind, _timepoint), count in counts.items():
        total[kind] += count
    return AmendmentPlan(
        adds=total["adds"],
        moves=total["moves"],
        closes=total["closes"],
        closes_open=closes_open,
        renews=total["renews"],
        touches_answered=touched,
        participants=len(people),
        by_timepoint=by_timepoint,
        by_participant=tuple(sorted(people, key=lambda one: one.code)),
    )


def _changed(plan: Plan) -> Iterable[tuple[str, WantedForm]]:
    yield from (("adds", form) for form in plan.add)
    yield from (("moves", change.new) for change in plan.move)
    yield from (("closes", form) for form in plan.cancel)
    yield from (
        ("renews", change.new) for change in plan.retag if change.new.version != change.old.version
    )
