"""From a study and facts to statuses and rates as of any moment: the one way to a report.

The facts are first cut back to what was known at that moment, and so is the study's own history.
Whatever is entered or amended later therefore cannot change a report that was made before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sayso.domain.completion import Row
from sayso.domain.exemption import settled
from sayso.domain.participation import Facts
from sayso.domain.schedule import (
    Key,
    WantedForm,
    anchor_day,
    published_by,
    scheduled_keys,
    wanted_under,
)
from sayso.domain.status import FormStatus, statuses
from sayso.domain.study import Rules, Study, StudyVersion
from sayso.domain.visits import PlannedVisit, planned_visits
from sayso.domain.walltime import local_date


@dataclass(frozen=True, slots=True)
class Assessment:
    """One participant as of a moment: facts, forms and their statuses in the same order."""

    facts: Facts
    forms: tuple[WantedForm, ...]
    statuses: tuple[FormStatus, ...]
    visits: tuple[PlannedVisit, ...]


def version_at(history: Sequence[StudyVersion], now: datetime) -> Study:
    """The newest study version that had been published at `now`."""
    return published_by(history, now)[-1].study


def assess(
    history: Sequence[StudyVersion], facts: Facts, now: datetime, rules: Rules
) -> Assessment:
    """What is expected of one participant and what it is, as the records stood at `now`."""
    forms = wanted_under(history, facts, now)
    cut = facts.known_at(now)
    known = settled(cut, lambda then: wanted_under(history, facts, then), rules)
    return Assessment(
        known,
        forms,
        tuple(statuses(forms, known, now, rules)),
        planned_visits(version_at(history, now), known),
    )


def assess_all(
    history: Sequence[StudyVersion], people: Iterable[Facts], now: datetime, rules: Rules
) -> list[Assessment]:
    """The same for everybody who was enrolled at `now`, in the order given."""
    return [assess(history, facts, now, rules) for facts in people if facts.is_enrolled_at(now)]


def rows(
    study: Study,
    assessments: Sequence[Assessment],
    now: datetime,
    rules: Rules,
    also: Mapping[str, Iterable[Key]] = MappingProxyType({}),
    asked: Callable[[str, str], bool] = lambda _timepoint, _questionnaire: True,
) -> list[Row]:
    """One row per participant and form for `completion.tally`, in the order of the schedule.

    Everybody of an arm stands in every scheduled row of it: who has no form there is shown as not
    yet scheduled, exempt or not expected, so that the columns add up to everybody enrolled. `also`
    names scheduled forms, by arm, that only people have who are not among these. `asked` says of a
    timepoint and a questionnaire whether its rows are wanted; the others are not made.
    """
    keys = _keys(study, assessments)
    for arm, more in also.items():
        keys.setdefault(arm, {}).update(dict.fromkeys(more))
    keys = {arm: {key: None for key in own if asked(*key)} for arm, own in keys.items()}
    found = [
        row for entry in assessments for row in _rows_of(study, entry, keys, asked, now, rules)
    ]
    present = ((row.arm, row.timepoint, row.questionnaire) for row in found)
    places = {key: place for place, key in enumerate(ordered(study, present))}
    return sorted(found, key=lambda row: places[row.arm, row.timepoint, row.questionnaire])


def _keys(study: Study, assessments: Iterable[Assessment]) -> dict[str, dict[Key, None]]:
    """The scheduled forms of each arm: those of the study, and those somebody still has."""
    keys: dict[str, dict[Key, None]] = {
        arm.id: dict.fromkeys(scheduled_keys(study, arm.id)) for arm in study.arms
    }
    for entry in assessments:
        arm = keys.setdefault(entry.facts.arm, {})
        arm.update((form.key, None) for form in entry.forms if form.reported_at is None)
    return keys


def _rows_of(
    study: Study,
    entry: Assessment,
    keys: dict[str, dict[Key, None]],
    asked: Callable[[str, str], bool],
    now: datetime,
    rules: Rules,
) -> Iterator[Row]:
    facts = entry.facts
    in_pro = in_pro_population(facts, rules)
    have = dict(zip((form.key for form in entry.forms), entry.statuses, strict=True))
    own = (key for key in have if asked(*key))
    for timepoint, questionnaire in {**keys[facts.arm], **dict.fromkeys(own)}:
        status = have.get((timepoint, questionnaire))
        if status is None:
            status = without_form(study, facts, timepoint, now, rules)
        yield Row(timepoint, facts.arm, facts.site, questionnaire, facts.code, status, in_pro)


def in_pro_population(facts: Facts, rules: Rules) -> bool:
    """Whether questionnaires were to be asked of this person on the day of enrolment."""
    return facts.exempt_on(facts.enrolled, rules.exemption_language) is None


def without_form(
    study: Study, facts: Facts, timepoint_id: str, now: datetime, rules: Rules
) -> FormStatus:
    """What to call the place of a form that was never planned for this participant."""
    exemption = facts.exempt_on(local_date(now, facts.zone), rules.exemption_language)
    if exemption is not None:
        return FormStatus("exempt", on=exemption.valid_from)
    ends = (
        ("death", facts.first("death")),
        ("withdrawn", facts.first("withdrawal_study", "withdrawal_pro")),
        ("protocol", facts.first("off_study")),
    )
    for disposition, day in ends:
        if day is not None:
            return FormStatus("not_expected", disposition, day)
    timepoint = next((t for t in study.timepoints if t.id == timepoint_id), None)
    name = study.anchor_of(timepoint, facts.arm) if timepoint else ""
    if timepoint is not None and anchor_day(study, facts, name) is None:
        return FormStatus("upcoming")
    return FormStatus("not_expected", "protocol", facts.enrolled)


def ordered(study: Study, keys: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """(Arm, timepoint, questionnaire) in the order of the study file, then events as they appear.

    Each one once, however often it is given.
    """
    present = dict.fromkeys(keys)
    arms = {arm.id: place for place, arm in enumerate(study.arms)}
    scheduled = {t.id: place for place, t in enumerate(study.timepoints)}
    asked = {name: place for place, name in enumerate(study.questionnaires())}
    last = len(scheduled)
    yield from sorted(
        present,
        key=lambda key: (
            scheduled.get(key[1], last),
            key[1],
            arms.get(key[0], len(arms)),
            asked.get(key[2], len(asked)),
            key[2],
        ),
    )
