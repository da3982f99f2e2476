"""Participants for tests of the study rules, told in days from the day therapy was stopped.

`person()` is a woman of arm stop in New York who enrolled two weeks before; every test adds what
its story needs. The study is the one that ships, so that its file is under test as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from sayso.domain.evaluation import Assessment, assess
from sayso.domain.participation import (
    AnchorDate,
    Event,
    Exemption,
    Facts,
    MissingReason,
    ResponseFact,
)
from sayso.domain.status import FormStatus
from sayso.domain.study import Rules, Study, StudyVersion
from sayso.formats import study_toml
from sayso.resources import instruments_dir

CESSATION = date(2026, 1, 20)
ENROLLED = CESSATION - timedelta(days=14)
NEW_YORK = "America/New_York"
STRAIN = "demo-hrqol"


@cache
def stop_study() -> Study:
    """The unofficial study that ships with the program."""
    return study_toml.load(instruments_dir() / "studies" / "stop-her2.toml")


@cache
def small_study() -> Study:
    """The shipped study as far as Week 72, with the first two of each pack's questionnaires.

    What is left out repeats what stays; random lives plan every form anew at every step.
    """
    study = stop_study()
    return shortened(study, questionnaires=2)


def shortened(study: Study, questionnaires: int) -> Study:
    """The study as far as Week 72, with so many questionnaires of each pack."""
    return replace(
        study,
        packs=tuple(replace(pack, slots=pack.slots[:questionnaires]) for pack in study.packs),
        timepoints=tuple(t for t in study.timepoints if t.enabled and t.target <= 504),
    )


def day(number: int) -> date:
    """The local date that many days after cessation."""
    return CESSATION + timedelta(days=number)


def at(number: int, hour: int = 17) -> datetime:
    """An instant on that day; 17:00 UTC is around noon in New York."""
    return datetime.combine(day(number), time(hour), UTC)


def person(code: str = "P-001", **changes: object) -> Facts:
    """A participant about whom nothing has happened yet, with these changes."""
    plain = Facts(
        code=code,
        arm="stop",
        site="S1",
        zone=NEW_YORK,
        enrolled=ENROLLED,
        anchors=(AnchorDate("cessation", CESSATION),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def event(kind: str, number: int, recorded: int | None = None) -> Event:
    """An event on a day, entered that day or on the day given."""
    return Event(kind, day(number), at(number if recorded is None else recorded))


def answers(number: int, received: int | None = None, **more: object) -> ResponseFact:
    """The whole pack of Week 12, answered on a day and received that day or on the day given."""
    came = number if received is None else received
    plain = ResponseFact(f"answered-{number}-{came}", "W12", None, at(number), at(came))
    return replace(plain, **more)  # type: ignore[arg-type]


def exempt(
    start: int = -14,
    end: int | None = None,
    recorded: int | None = None,
    approved: int | None = None,
    reason: str = "LANGUAGE",
) -> Exemption:
    """An exemption from a day (to a day), entered on its first day or on the day given."""
    return Exemption(
        reason=reason,
        valid_from=day(start),
        valid_to=None if end is None else day(end),
        recorded_at=at(start if recorded is None else recorded),
        approved_at=None if approved is None else at(approved),
    )


def reason(word: str, timepoint: str = "W12", recorded: int | None = None) -> MissingReason:
    """A coded reason for a missed timepoint."""
    return MissingReason(timepoint, None, word, None if recorded is None else at(recorded))


def seen(facts: Facts, number: int, study: Study | None = None, **rules: object) -> Assessment:
    """The participant as of a day, under rules changed as given."""
    chosen = study or stop_study()
    changed: Rules = replace(chosen.rules, **rules)  # type: ignore[arg-type]
    return assess((StudyVersion(chosen),), facts, at(number), changed)


def status(
    facts: Facts, number: int, timepoint: str = "W12", study: Study | None = None, **rules: object
) -> FormStatus:
    """The status of the first questionnaire of a timepoint as of a day."""
    found = seen(facts, number, study, **rules)
    return next(
        status
        for form, status in zip(found.forms, found.statuses, strict=True)
        if form.timepoint == timepoint
    )
