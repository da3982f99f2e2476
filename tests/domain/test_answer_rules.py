"""Comparing answers without mixing kinds, and the steps of a scale."""

from datetime import date

import pytest

from sayso.domain.answers import check, compare, same
from sayso.formats.instrument_json import load
from vectors import make_answers

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1), (1, 1.0), ("a", "a"), (True, True), (False, False), (0, 0.0)]
)
def test_the_same_answer_is_the_same(one: object, other: object) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), (1, "1"), (1, True), (0, False), ("a", "b"), ("True", True), (None, None), (1, None)],
)
def test_answers_of_two_kinds_are_never_the_same(one: object, other: object) -> None:
    assert not same(one, other)
    assert not same(other, one)


@pytest.mark.parametrize(
    ("value", "operator", "wanted", "met"),
    [
        (2, "<", 3, True),
        (3, "<", 3, False),
        (3, "<=", 3, True),
        (3, ">", 3, False),
        (3, ">=", 3, True),
        (4, ">", 3.5, True),
        ("a", "<", "b", True),
        ("b", ">=", "b", True),
        ("b", ">", "b", False),
    ],
)
def test_order_among_answers_of_a_kind(
    value: object, operator: str, wanted: object, met: bool
) -> None:
    assert compare(value, operator, wanted) is met


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("value", "wanted"),
    [(1, "a"), ("a", 1), (True, 2), (1, False), ([1, 2], 3), (None, 3), ("a", None)],
)
def test_there_is_no_order_among_answers_of_two_kinds(
    value: object, operator: str, wanted: object
) -> None:
    assert compare(value, operator, wanted) is False


@pytest.mark.parametrize(
    ("value", "operator", "wanted", "met"),
    [
        (["a", "b"], "=", "b", True),
        (["a", "b"], "=", "c", False),
        (["a", "b"], "!=", "b", False),
        (["a", "b"], "!=", "c", True),
        (["a", "b"], "in", ["c", "b"], True),
        (["a", "b"], "in", ["c", "d"], False),
        ("b", "in", "b", True),
        (["a"], "answered", None, True),
    ],
)
def test_one_of_several_choices_is_enough(
    value: object, operator: str, wanted: object, met: bool
) -> None:
    assert compare(value, operator, wanted) is met


@pytest.mark.parametrize(
    ("low", "step", "value", "fits"),
    [
        (0, 1, 7, True),
        (0, 2, 6, True),
        (0, 2, 7, False),
        (1, 3, 4, True),
        (1, 3, 5, False),
        (1, 3, 6, False),
        (-5, 10, 15, True),
        (-5, 10, 10, False),
        (0, 0.1, 0.3, True),
        (0, 0.1, 0.35, False),
        (0, 0.1, 12_345.6, True),
        (0, 0.001, 1_234_567.891, True),
        (0, 0.001, 1_000.0005, False),
    ],
)
def test_the_steps_of_a_scale_count_from_its_lowest_value(
    low: float, step: float, value: float, fits: bool
) -> None:
    item = {"id": "n", "type": "scale", "min": low, "max": 2_000_000, "step": step}
    questionnaire = load(make_answers.form(item))
    slugs = [problem.slug for problem in check(questionnaire, {"n": value}, [], TODAY)]
    assert slugs == ([] if fits else ["off-step"])
