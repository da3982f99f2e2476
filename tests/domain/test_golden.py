"""The golden fixture: twenty people, every figure by hand, exact."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sayso.domain.completion import Rates, Ratio, Row, complete_persons, members, tally
from sayso.domain.evaluation import assess_all, rows
from sayso.domain.study import StudyVersion
from sayso.formats import facts_json
from support.golden import golden_document
from support.people import STRAIN, stop_study

NOW = datetime(2026, 6, 15, 15, tzinfo=UTC)


def golden_rows(alive_rule: str = "window_close") -> Sequence[Row]:
    study = stop_study()
    rules = replace(study.rules, alive_rule=alive_rule)
    people = facts_json.parse(golden_document(), "golden")
    found = rows(study, assess_all((StudyVersion(study),), people, NOW, rules), NOW, rules)
    return [row for row in found if row.timepoint == "W12" and row.questionnaire == STRAIN]


def golden_rates(alive_rule: str = "window_close") -> Rates:
    (rates,) = tally(golden_rows(alive_rule))
    return rates


def test_the_figures_at_window_close() -> None:
    rates = golden_rates()
    assert rates.expected == 11
    assert rates.completion == Ratio(9, 11)
    assert rates.in_window == Ratio(8, 11)
    assert rates.available_all == Ratio(10, 20)
    assert rates.available_pro == Ratio(9, 17)
    assert rates.pending == 1
    assert rates.to_date == Ratio(10, 13)
    assert rates.scorable == Ratio(8, 9)
    assert rates.reason_capture == Ratio(2, 2)


def test_the_percentages_as_they_are_printed() -> None:
    rates = golden_rates()
    printed = [
        ratio.percent
        for ratio in (
            rates.completion,
            rates.in_window,
            rates.available_all,
            rates.available_pro,
            rates.to_date,
            rates.scorable,
        )
    ]
    assert printed == [81.8, 72.7, 50.0, 52.9, 76.9, 88.9]


def test_the_figures_when_alive_at_opening_is_what_counts() -> None:
    rates = golden_rates("window_open")
    assert rates.expected == 12
    assert rates.completion == Ratio(9, 12)
    assert rates.completion.percent == 75.0
    assert rates.in_window.percent == 66.7


@pytest.mark.parametrize("alive_rule", ["window_open", "target", "window_close"])
def test_everybody_stands_in_exactly_one_column(alive_rule: str) -> None:
    rates = golden_rates(alive_rule)
    assert rates.enrolled == 20
    assert rates.balanced


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("exempt", {"G-04", "G-05"}),
        ("in_window", {"G-01", "G-02", "G-03", "G-06", "G-12", "G-17", "G-19", "G-20"}),
        ("late", {"G-16"}),
        ("missing", {"G-11", "G-18"}),
        ("not_expected", {"G-07", "G-08", "G-09", "G-10"}),
        ("upcoming", {"G-13"}),
        ("received_open", {"G-14"}),
        ("pending", {"G-15"}),
    ],
)
def test_each_figure_opens_exactly_its_participants(cell: str, people: set[str]) -> None:
    assert set(members(golden_rows(), cell)) == people


def test_the_restarted_participant_answers_one_form_with_every_tag() -> None:
    study = stop_study()
    people = facts_json.parse(golden_document(), "golden")
    found = assess_all((StudyVersion(study),), people, NOW, study.rules)
    restarted = next(entry for entry in found if entry.facts.code == "G-12")
    tags = {form.tags for form in restarted.forms if form.timepoint == "W12"}
    assert tags == {("W12", "PROG", "RST")}


def test_persons_with_everything_answered() -> None:
    study = stop_study()
    people = facts_json.parse(golden_document(), "golden")
    found = rows(
        study, assess_all((StudyVersion(study),), people, NOW, study.rules), NOW, study.rules
    )
    at_week_12 = [row for row in found if row.timepoint == "W12"]
    assert complete_persons(at_week_12) == Ratio(9, 11)


def test_how_the_answers_came_and_why_they_did_not() -> None:
    rates = golden_rates()
    assert rates.modes == {"interview": 1, "own_device": 9}
    assert rates.reasons == {"could_not_reach": 1, "refused_this_time": 1}
    assert rates.not_expected_by == {"death": 2, "withdrawn": 2}
