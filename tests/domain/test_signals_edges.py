"""Signals and lights at their limits: ten people, the instant of closing, the first answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sayso.domain.completion import Ratio
from sayso.domain.schedule import wanted_forms
from sayso.domain.signals import high_shares, signals
from support.people import answers, day, exempt, person, stop_study

NOW = datetime(2026, 6, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("here", "elsewhere", "named"),
    [
        (Ratio(9, 10), Ratio(0, 10), True),
        (Ratio(9, 9), Ratio(0, 10), False),
        (Ratio(9, 10), Ratio(0, 9), False),
        (Ratio(2, 10), Ratio(1, 10), False),
        (Ratio(0, 10), Ratio(0, 10), False),
        (Ratio(90, 100), Ratio(40, 100), True),
        (Ratio(85, 100), Ratio(45, 100), False),
    ],
)
def test_ten_people_on_either_side_are_enough_to_compare(
    here: Ratio, elsewhere: Ratio, named: bool
) -> None:
    assert ("S1" in high_shares({"S1": here, "S2": elsewhere})) is named


def test_the_other_sites_are_taken_together() -> None:
    found = high_shares({"S1": Ratio(9, 10), "S2": Ratio(1, 6), "S3": Ratio(0, 6)})
    assert found == {
        "S1": "9/10 (90.0 %) of this site's participants are exempt, 1/12 (8.3 %) elsewhere."
    }


def test_an_exemption_entered_the_instant_a_window_closed_came_after_it() -> None:
    facts = person()
    forms = [form for form in wanted_forms(stop_study(), facts) if form.timepoint == "W12"]
    late = replace(exempt(60), recorded_at=forms[0].closes_at)
    in_time = replace(late, recorded_at=forms[0].closes_at - timedelta(microseconds=1))
    assert any("had closed unanswered" in said for said in signals(late, facts, forms, {}))
    assert not any("had closed unanswered" in said for said in signals(in_time, facts, forms, {}))


def test_a_timepoint_without_a_label_goes_by_its_name() -> None:
    facts = person()
    forms = wanted_forms(stop_study(), facts)
    found = signals(exempt(60, recorded=120), facts, forms, {})
    assert found[0].startswith("Entered on 2026-05-20, after W12 had closed unanswered")


def test_the_first_answer_in_the_language_is_named() -> None:
    facts = person(responses=(answers(90), answers(80), answers(85)))
    found = signals(exempt(), facts, (), {})
    assert f"Questionnaires in the exempted language are on file, the first of {day(80)}." in found
