"""A participant's ten years from dates alone: forms, visits and the reminders that would be due.

Nothing is answered in a simulation, so every reminder of the ladder stands, up to the day on which
an event ends the messages. It shows what a study file means before anybody is enrolled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sayso.domain.exemption import settled
from sayso.domain.ladder import PlannedReminder, ladder
from sayso.domain.participation import Facts
from sayso.domain.schedule import WantedForm, wanted_forms
from sayso.domain.status import FormStatus, statuses
from sayso.domain.study import Study
from sayso.domain.visits import PlannedVisit, planned_visits
from sayso.domain.walltime import end_of_day

_SILENCING = ("death", "withdrawal_study", "withdrawal_pro", "withdrawal_contact", "off_study")


@dataclass(frozen=True, slots=True)
class SimulatedForm:
    """A form and what it is at the end of the simulation when nobody answers."""

    form: WantedForm
    status: FormStatus

    @property
    def asked(self) -> bool:
        """Whether the participant would be asked."""
        return self.status.status not in {"exempt", "not_expected"}


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a study asks of one imagined participant, each list in order of time."""

    forms: tuple[SimulatedForm, ...]
    visits: tuple[PlannedVisit, ...]
    reminders: tuple[tuple[str, PlannedReminder], ...]


def simulate(
    study: Study, facts: Facts, until: date | None = None, hour: int | None = None
) -> Simulation:
    """Run the study for one participant who never answers.

    `until` leaves out what opens or falls due after that local date; `hour` is the participant's
    own hour for reminders. Raises `UnknownZone`.
    """
    forms = wanted_forms(study, facts)
    last = max([form.closes for form in forms], default=facts.enrolled)
    now = end_of_day(last, facts.zone)
    judged = settled(facts, lambda _then: forms, study.rules)
    seen = tuple(
        SimulatedForm(form, status)
        for form, status in zip(forms, statuses(forms, judged, now, study.rules), strict=True)
        if until is None or form.opens <= until
    )
    visits = (v for v in planned_visits(study, facts) if until is None or v.opens <= until)
    reminders = _reminders(study, facts, seen, hour)
    return Simulation(
        seen,
        tuple(visits),
        tuple(r for r in reminders if until is None or r[1].local.date() <= until),
    )


def _reminders(
    study: Study, facts: Facts, forms: tuple[SimulatedForm, ...], hour: int | None
) -> list[tuple[str, PlannedReminder]]:
    """The ladder of every occasion: one nudge for all forms of a timepoint, not one for each."""
    silent_from = facts.first(*_SILENCING)
    windows = {
        (entry.form.timepoint, entry.form.opens, entry.form.closes): None
        for entry in forms
        if entry.asked
    }
    found = [
        (timepoint, reminder)
        for timepoint, opens, closes in windows
        for reminder in ladder(study.reminder_policy, opens, closes, facts.zone, hour)
        if silent_from is None or reminder.local.date() < silent_from
    ]
    return sorted(found, key=lambda entry: (entry[1].due_at, entry[0]))
