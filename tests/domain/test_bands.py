"""Counting people and forms: bands of adherence, medians, and what an exempt person never adds."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from sayso.domain.completion import (
    BANDS,
    Counts,
    Mark,
    Ratio,
    Row,
    adherence_of,
    band_of,
    counts_of,
    mark_of,
    median_hours,
)
from sayso.domain.status import FormStatus
from support.people import answers, at


@pytest.mark.parametrize(
    ("n", "of", "band"),
    [
        (1, 1, "all"),
        (7, 7, "all"),
        (0, 1, "none"),
        (0, 7, "none"),
        (4, 5, "most"),
        (80, 100, "most"),
        (79, 100, "some"),
        (3, 4, "some"),
        (1, 2, "some"),
        (1, 100, "some"),
        (99, 100, "most"),
    ],
)
def test_four_fifths_are_most(n: int, of: int, band: str) -> None:
    assert band_of(Ratio(n, of)) == band


def test_bands_count_the_people_of_whom_something_was_expected() -> None:
    people = [Ratio(1, 2), Ratio(2, 2), Ratio(0, 2), Ratio(0, 0), Ratio(3, 3)]
    found = adherence_of(Counter(people))
    assert found.bands == {
        "all": Ratio(2, 4), "most": Ratio(0, 4), "some": Ratio(1, 4), "none": Ratio(1, 4),
    }  # fmt: skip
    assert list(found.bands) == list(BANDS)


@pytest.mark.parametrize(
    ("people", "percent"),
    [
        ([Ratio(1, 3)], 33.3),
        ([Ratio(2, 3)], 66.7),
        ([Ratio(0, 4), Ratio(1, 4), Ratio(4, 4)], 25.0),
        ([Ratio(0, 4), Ratio(1, 4)], 12.5),
        ([Ratio(0, 0)], None),
        ([], None),
    ],
)
def test_the_median_of_what_people_sent(people: list[Ratio], percent: float | None) -> None:
    assert adherence_of(Counter(people)).median_percent == percent


def came(minutes: int | None) -> Row:
    """A form answered so many minutes after its offer."""
    offered = None if minutes is None else at(80) - timedelta(minutes=minutes)
    response = answers(80, offered_at=offered, answered=5, applicable=6, declined=1)
    status = FormStatus("received", "in_window", response=response)
    return Row("W12", "stop", "S1", "q", "P-1", status)


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [
        ([60], 1.0),
        ([100], 1.7),
        ([60, 180], 2.0),
        ([60, 120, 600], 2.0),
        ([60, 120, 240, 6_000], 3.0),
        ([0, 60, 120, 240, 6_000], 2.0),
        ([6_000, 60, 600], 10.0),
        ([None, 60, None], 1.0),
        ([None], None),
        ([], None),
    ],
)
def test_the_median_time_from_offer_to_answer(
    minutes: list[int | None], hours: float | None
) -> None:
    assert median_hours(came(number) for number in minutes) == hours


def test_a_form_that_arrives_from_an_exempt_person_is_exempt_and_nothing_else() -> None:
    arrived = answers(80, answered=5, applicable=6, declined=1, offered_at=at(79))
    status = FormStatus("exempt", response=arrived)
    assert mark_of(status) == Mark("exempt")
    counts = counts_of([Row("W12", "stop", "S1", "q", "P-1", status)])
    assert counts == Counts({Mark("exempt"): 1}, pro=1)  # type: ignore[arg-type]


def test_items_of_what_came_are_counted() -> None:
    counts = counts_of([came(None), came(60)])
    assert (counts.answered, counts.applicable, counts.declined) == (10, 12, 2)
    assert (counts.pro, counts.came_pro, sum(map(len, counts.spans))) == (2, 2, 1)


def test_where_nobody_counted_the_applicable_items_there_are_none() -> None:
    status = FormStatus("received", "late", response=answers(80, answered=5))
    counts = counts_of([Row("W12", "stop", "S1", "q", "P-1", status)])
    assert (counts.answered, counts.applicable, counts.declined) == (5, 0, 0)


def test_two_groups_add_up_in_every_part_and_come_apart_again() -> None:
    total, other = counts_of([came(60)]), counts_of([came(90), came(None)])
    total.add(other)
    whole = counts_of([came(60), came(90), came(None)])
    assert replace(total, spans=[]) == replace(whole, spans=[])
    assert sorted(chain(*total.spans)) == list(chain(*whole.spans))

    total.take(other)
    assert total == counts_of([came(60)])
    total.take(counts_of([came(60)]))
    assert total == Counts()
