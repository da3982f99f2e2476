"""The month in which a window closes, as a number and in a line of the tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.completion import RECEIVED_CLOSED
from sayso.domain.digits import digits
from sayso.domain.evaluation import Assessment, assess_all
from sayso.domain.months import first_day, month_number, months_of
from sayso.domain.study import StudyVersion
from sayso.domain.tally_line import Person, write
from sayso.domain.tally_pile import OwnLine, heaped
from sayso.domain.tally_sum import parts_of
from support.people import STRAIN, answers, at, event, person, stop_study

NOW = at(200, 21)


@given(day=st.dates())
@settings(deadline=None)
def test_every_month_has_a_number_of_its_own(day: date) -> None:
    assert first_day(month_number(day)) == day.replace(day=1)
    assert digits(month_number(day), 3), "three digits are enough for any year"


def test_months_follow_each_other() -> None:
    assert month_number(date(2026, 1, 31)) == month_number(date(2025, 12, 1)) + 1
    assert month_number(date(2026, 12, 31)) == month_number(date(2026, 1, 1)) + 11


def test_a_timepoint_closes_with_the_last_of_its_forms() -> None:
    (entry,) = people(person())
    first, *others = [form for form in entry.forms if form.timepoint == "W12"]
    later = replace(first, closes=date(2027, 3, 31))
    assert months_of([later, *others])["W12"] == date(2027, 3, 1)
    assert months_of([*others, later])["W12"] == date(2027, 3, 1)
    assert months_of([]) == {}


def people(*known: object) -> list[Assessment]:
    study = stop_study()
    return assess_all((StudyVersion(study),), known, NOW, study.rules)  # type: ignore[arg-type]


def lines(entries: Sequence[Assessment]) -> list[OwnLine]:
    study, found = stop_study(), []
    for number, entry in enumerate(entries):
        facts = entry.facts
        line = write(study, Person(facts, entry.forms, entry.statuses), NOW, study.rules, ())
        found.append(
            OwnLine(number, facts.code, facts.site, facts.arm, line.layout, line.head, line.text)
        )
    return found


def crowd() -> list[Assessment]:
    return people(
        person(responses=(answers(85, questionnaire=STRAIN, id="85"),)),
        person("P-002", events=(event("death", 100),)),
        person("P-003", events=(event("progression", 60),)),
    )


def test_a_line_says_in_which_month_each_timepoint_closes() -> None:
    for entry, own in zip(crowd(), lines(crowd()), strict=True):
        for timepoint, first in months_of(entry.forms).items():
            start = own.layout.months_at[timepoint]
            assert own.line[start : start + 3] == digits(month_number(first), 3)


@pytest.mark.parametrize("questionnaire", [None, STRAIN])
def test_forms_count_in_the_month_of_their_timepoint(questionnaire: str | None) -> None:
    expected: Counter[tuple[int, bool]] = Counter()
    for entry in crowd():
        months = months_of(entry.forms)
        for form, status in zip(entry.forms, entry.statuses, strict=True):
            due = status.detail in RECEIVED_CLOSED or status.detail == "missing"
            if due and questionnaire in (None, form.questionnaire):
                month = month_number(months[form.timepoint])
                expected[month, status.detail in RECEIVED_CLOSED] += 1
    assert sum(n for (_month, came), n in expected.items() if came) == 1
    assert len(expected) > 2

    parts = parts_of(heaped(lines(crowd())), "window_close", questionnaire)

    assert +sum((part.months for part in parts.values()), Counter()) == expected
