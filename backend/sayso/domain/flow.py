"""The flow of participants as CONSORT-PRO asks for it: who was asked, who answered, and why not.

One flow is about one questionnaire. Every row of it adds up to everybody enrolled in the arm, so
that nobody gets lost between two boxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sayso.domain.completion import Rates, Ratio
from sayso.domain.study import Study


@dataclass(frozen=True, slots=True)
class Step:
    """One timepoint: forms expected and completed, and everybody else by the reason for it.

    `waiting` counts windows that have not closed: upcoming, open, and answered ahead of closing.
    """

    timepoint: str
    label: str
    enrolled: int
    completed: Ratio
    in_window: int
    late: int
    disputed: int
    missing: int
    exempt: int
    deaths: int
    withdrawn: int
    by_protocol: int
    waiting: int

    @property
    def balanced(self) -> bool:
        """Whether everybody enrolled is in the row once."""
        others = self.exempt + self.deaths + self.withdrawn + self.by_protocol + self.waiting
        return self.enrolled == self.completed.of + others


@dataclass(frozen=True, slots=True)
class Branch:
    """One arm: everybody enrolled, those of them whom questionnaires are asked, and the steps."""

    arm: str
    label: str
    enrolled: int
    pro_population: int
    steps: tuple[Step, ...]


def flow_of(study: Study, rates: Iterable[Rates], questionnaire: str) -> tuple[Branch, ...]:
    """The flow of one questionnaire, arms and timepoints in the order of the study.

    Forms that events ask for are left out: not everybody of the arm is asked them.
    """
    planned = {timepoint.id for timepoint in study.timepoints}
    mine = [
        row
        for row in rates
        if row.questionnaire == questionnaire and row.timepoint in planned and row.site is None
    ]
    branches = []
    for arm in study.arms:
        rows = [row for row in mine if row.arm == arm.id]
        if rows:
            steps = tuple(_step(study, row) for row in rows)
            enrolled = max(row.enrolled for row in rows)
            pro = max(row.available_pro.of for row in rows)
            branches.append(Branch(arm.id, arm.label, enrolled, pro, steps))
    return tuple(branches)


def _step(study: Study, row: Rates) -> Step:
    return Step(
        timepoint=row.timepoint,
        label=study.label_of(row.timepoint),
        enrolled=row.enrolled,
        completed=row.completion,
        in_window=row.in_window.n,
        late=row.completion.n - row.in_window.n - row.disputed,
        disputed=row.disputed,
        missing=row.missing,
        exempt=row.exempt,
        deaths=row.not_expected_by.get("death", 0),
        withdrawn=row.not_expected_by.get("withdrawn", 0),
        by_protocol=row.not_expected_by.get("protocol", 0),
        waiting=row.upcoming + row.pending + row.received_open,
    )
