"""Rates: n over N, no data where there is none, and a list behind every figure."""

from collections import Counter
from dataclasses import replace
from math import sqrt
from typing import Any

import pytest

from sayso.domain.completion import (
    CELLS,
    Counts,
    Mark,
    Ratio,
    Row,
    adherence,
    complete_persons,
    item_completion,
    mark_of,
    median_hours,
    members,
    rates_of,
    tally,
)
from sayso.domain.status import FormStatus
from support.people import answers, at


def row(participant: str, status: FormStatus, **changes: object) -> Row:
    plain = Row("W12", "stop", "S1", "demo-hrqol", participant, status)
    return replace(plain, **changes)  # type: ignore[arg-type]


def received(disposition: str = "in_window", **more: Any) -> FormStatus:
    return FormStatus("received", disposition, response=answers(80, **more))


MISSING = FormStatus("missing")
EXEMPT = FormStatus("exempt")


def test_no_denominator_is_no_data_and_never_zero_or_a_hundred() -> None:
    nothing = Ratio(0, 0)
    assert nothing.percent is None
    assert nothing.interval is None
    assert nothing.text == "no data"


def test_a_ratio_is_shown_with_both_numbers_and_one_decimal() -> None:
    assert Ratio(9, 11).text == "9/11 (81.8 %)"
    assert Ratio(0, 3).text == "0/3 (0.0 %)"
    assert Ratio(3, 3).text == "3/3 (100.0 %)"


def test_the_wilson_interval_solves_its_own_equation() -> None:
    # The bounds p of the interval are where (p' - p)^2 = z^2 p (1 - p) / n.
    for n, of in ((0, 10), (1, 10), (9, 11), (50, 100), (10, 10)):
        interval = Ratio(n, of).interval
        assert interval is not None
        for bound in (interval[0] / 100, interval[1] / 100):
            distance = abs(n / of - bound)
            assert distance == pytest.approx(1.96 * sqrt(bound * (1 - bound) / of), abs=0.002)


def test_the_wilson_interval_stays_between_nothing_and_everything() -> None:
    assert Ratio(0, 10).interval == (0.0, 27.8)
    assert Ratio(10, 10).interval == (72.2, 100.0)


def test_exempt_people_are_in_no_denominator_but_the_enrolled() -> None:
    rows = [row("P-1", received()), row("P-2", MISSING)]
    with_exempt = [*rows, row("P-3", EXEMPT, in_pro_population=False)]
    (plain,), (more,) = tally(rows), tally(with_exempt)
    assert more.completion == plain.completion
    assert more.in_window == plain.in_window
    assert more.to_date == plain.to_date
    assert more.available_pro == plain.available_pro
    assert more.available_all == Ratio(1, 3)
    assert (plain.enrolled, more.enrolled, more.exempt) == (2, 3, 1)


def test_a_disputed_time_is_complete_and_not_in_the_window() -> None:
    (rates,) = tally([row("P-1", received("disputed")), row("P-2", received())])
    assert rates.completion == Ratio(2, 2)
    assert rates.in_window == Ratio(1, 2)
    assert rates.disputed == 1
    assert rates.balanced


def test_what_is_still_open_is_pending_and_in_no_completion() -> None:
    (rates,) = tally([row("P-1", FormStatus("open")), row("P-2", received("received_open"))])
    assert rates.completion == Ratio(0, 0)
    assert rates.to_date == Ratio(1, 2)
    assert (rates.pending, rates.received_open) == (1, 1)


def test_scorable_counts_closed_windows_only() -> None:
    (rates,) = tally(
        [
            row("P-1", received(scorable=True)),
            row("P-2", received(scorable=False)),
            row("P-3", received("received_open", scorable=True)),
        ]
    )
    assert rates.scorable == Ratio(1, 2)


def test_reasons_are_counted_with_those_not_coded() -> None:
    (rates,) = tally([row("P-1", MISSING), row("P-2", FormStatus("missing", reason="too_ill"))])
    assert rates.reason_capture == Ratio(1, 2)
    assert rates.reasons == {"not coded": 1, "too_ill": 1}


def test_sites_follow_the_whole_and_add_up_to_it() -> None:
    rows = [row("P-1", received()), row("P-2", MISSING, site="S2"), row("P-3", received())]
    whole, one, two = tally(rows, by_site=True)
    assert (whole.site, one.site, two.site) == (None, "S1", "S2")
    assert one.enrolled + two.enrolled == whole.enrolled
    assert one.completion.n + two.completion.n == whole.completion.n


def test_arms_timepoints_and_questionnaires_are_kept_apart() -> None:
    rows = [
        row("P-1", received()),
        row("P-2", received(), arm="continue"),
        row("P-3", received(), timepoint="W24"),
        row("P-4", received(), questionnaire="demo-anxiety"),
    ]
    assert [rates.enrolled for rates in tally(rows)] == [1, 1, 1, 1]


def test_every_status_belongs_to_one_column_of_the_balance() -> None:
    columns = ("expected", "exempt", "not_expected", "upcoming", "pending", "received_open")
    details = [detail for column in columns for detail in CELLS[column]]
    assert len(details) == len(set(details))
    assert set().union(*CELLS.values()) == set(details)


def test_the_list_behind_a_figure_names_each_participant_once() -> None:
    rows = [row("P-2", MISSING), row("P-1", MISSING), row("P-1", MISSING, questionnaire="other")]
    assert members(rows, "missing") == ("P-1", "P-2")
    assert members(rows, "exempt") == ()
    with pytest.raises(KeyError):
        members(rows, "everybody")


def test_items_that_were_declined_are_counted_apart() -> None:
    rows = [
        row("P-1", received(answered=5, applicable=7, declined=2)),
        row("P-2", received(answered=7, applicable=7, declined=0)),
        row("P-3", received()),
    ]
    (rates,) = tally(rows)
    assert rates.item_completion == Ratio(12, 14)
    assert rates.declined_items == 2
    assert item_completion([]) == Ratio(0, 0)


def test_the_median_of_the_hours_from_offer_to_answer() -> None:
    rows = [
        row("P-1", received(offered_at=at(79))),
        row("P-2", received(offered_at=at(78))),
        row("P-3", received()),
    ]
    assert median_hours(rows) == 36.0
    assert median_hours([row("P-3", received())]) is None


def test_how_faithful_one_person_is() -> None:
    rows = [
        row("P-1", received()),
        row("P-1", MISSING, timepoint="W24"),
        row("P-1", FormStatus("open"), timepoint="W36"),
        row("P-2", EXEMPT),
    ]
    assert adherence(rows) == {"P-1": Ratio(1, 2), "P-2": Ratio(0, 0)}


def test_a_person_is_complete_when_every_expected_questionnaire_came() -> None:
    rows = [
        row("P-1", received()),
        row("P-1", received("late"), questionnaire="b"),
        row("P-2", received()),
        row("P-2", MISSING, questionnaire="b"),
        row("P-3", EXEMPT),
    ]
    assert complete_persons(rows) == Ratio(1, 2)


def test_a_person_who_missed_one_stays_incomplete_whatever_comes_after() -> None:
    rows = [row("P-1", MISSING), row("P-1", received(), questionnaire="b")]
    assert complete_persons(rows) == Ratio(0, 1)
    assert complete_persons(rows[::-1]) == Ratio(0, 1)


def test_scorable_is_counted_over_forms_that_came_and_are_closed() -> None:
    rows = [
        row("P-1", received(scorable=True)),
        row("P-2", received("late", scorable=False)),
        # Nobody has worked out the scores of this one; nothing speaks against them.
        row("P-3", received("late", scorable=None)),
        row("P-4", received("received_open", scorable=True)),
        row("P-5", MISSING),
    ]
    (found,) = tally(rows)
    assert found.scorable == Ratio(2, 3)
    assert [mark_of(r.status).scorable for r in rows[:3]] == [True, False, True]


def test_a_form_that_did_not_come_speaks_against_no_score() -> None:
    assert mark_of(MISSING) == Mark("missing", None, True)
    assert mark_of(MISSING).scorable


def test_where_every_missing_form_has_its_reason_the_capture_is_whole() -> None:
    rows = [row("P-1", FormStatus("missing", reason="too_ill"))]
    (whole,), (half,) = tally(rows), tally([*rows, row("P-2", MISSING)])
    assert (whole.reason_capture, whole.reasons) == (Ratio(1, 1), {"too_ill": 1})
    assert (half.reason_capture, half.reasons) == (Ratio(1, 2), {"not coded": 1, "too_ill": 1})


def test_what_nobody_is_counted_under_is_not_named() -> None:
    # Whoever was counted out again may leave a nought behind.
    gone = {Mark("not_expected:death"): 0, Mark("missing", "too_ill"): 0, Mark("late", "paper"): 0}
    stays = {Mark("not_expected:withdrawn"): 2, Mark("in_window", "own_device"): 3}
    found = rates_of(Counts(Counter(gone | stays)), "W12", "stop", "demo-hrqol", None)
    assert found.not_expected_by == {"withdrawn": 2}
    assert found.reasons == {}
    assert found.modes == {"own_device": 3}
    assert (found.enrolled, found.missing, found.completion) == (5, 0, Ratio(3, 3))
