"""Scores to the last digit: what single inputs turn into, and what a score says it rests on."""

from __future__ import annotations

from typing import Any

import pytest

from sayso.domain.errors import InstrumentFileWrong
from sayso.domain.questionnaire import Questionnaire, ScoreRule
from sayso.domain.score_inputs import Convert, converter, presence, rounded
from sayso.domain.scoring import Score, Value, score, scorer
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

MANY = {**choice("m", 1, 2, 3), "type": "multiple"}
NUMBER = {"id": "n", "type": "integer", "text": "n"}


def convert(item: dict[str, Any], how: object = None) -> Convert:
    """What turns answers to this item into the inputs of a rule."""
    each = {} if how is None else {item["id"]: how}
    return converter(load(small_form(item)), ScoreRule("s", (item["id"],), each=each), item["id"])  # type: ignore[arg-type]


def scores_of(scores: list[dict[str, Any]], *items: dict[str, Any]) -> Questionnaire:
    return load(small_form(*items, scores=scores))


@pytest.mark.parametrize("nothing", [[], (), None, "one", 1, [True], [1, True], [9], [None]])
def test_what_is_no_list_of_codes_counts_for_nothing(nothing: object) -> None:
    assert convert(MANY)(nothing) is None


def test_several_codes_count_and_can_be_stretched() -> None:
    assert convert(MANY)([1, 3]) == 2
    assert convert(MANY, (10, 3))([1, 3]) == 23
    assert convert(MANY, (-1, 0.5))([2]) == -0.5


def test_a_number_counts_within_its_limits_and_without_limits_always() -> None:
    limited = convert({**NUMBER, "min": 2, "max": 5})
    assert [limited(value) for value in (1, 2, 5, 6)] == [None, 2, 5, None]
    free = convert(NUMBER)
    assert [free(value) for value in (-1_000_000, 0, 1_000_000)] == [-1_000_000, 0, 1_000_000]
    assert free(True) is None


def test_a_score_of_nought_is_there_and_one_that_is_missing_is_not() -> None:
    questionnaire = scores_of([{"id": "a", "of": ["n"]}], NUMBER)
    there = presence(questionnaire, "a")
    assert there(0)
    assert not there(None)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.0, None, "0.0"),
        (-0.2, 0, "0.0"),
        (0.5, 0, "1.0"),
        (-0.5, 0, "-1.0"),
        (2.25, 1, "2.3"),
        (1.00000000004, None, "1.0"),
        (1.0000000004, None, "1.0000000004"),
        (99.99999999999999, "up", "100.0"),
        (100.1, "up", "101.0"),
    ],
)
def test_halves_go_away_from_nought_and_nought_has_no_sign(
    value: float, digits: int | str | None, text: str
) -> None:
    assert str(rounded(value, digits)) == text


def test_a_score_can_be_stretched_and_shifted() -> None:
    items = [choice("q1"), choice("q2")]
    rule = {"id": "s", "of": ["q1", "q2"], "then": [2, 3]}
    (found,) = score(scores_of([rule], *items), {"q1": 1, "q2": 3})
    assert found.value == 11


BANDS = [[0, "low"], [2, "high"]]


def test_one_text_is_passed_on_for_a_table_to_translate() -> None:
    rules: list[dict[str, Any]] = [
        {"id": "a", "of": ["q1"], "table": BANDS},
        {"id": "one", "of": ["a"], "table": {"low": 1, "high": 2}},
    ]
    questionnaire = scores_of(rules, choice("q1"))
    for answer, values in ((3, ["high", 2]), (0, ["low", 1]), (None, [None, None])):
        assert [one.value for one in score(questionnaire, {"q1": answer})] == values


def test_texts_and_numbers_cannot_be_added() -> None:
    rules: list[dict[str, Any]] = [
        {"id": "a", "of": ["q1"], "table": BANDS},
        {"id": "s", "of": ["a", "q2"]},
    ]
    with pytest.raises(InstrumentFileWrong, match="cannot take the sum of words"):
        scores_of(rules, choice("q1"), choice("q2"))


def test_whole_files_are_scored_as_single_answers_are() -> None:
    items = [choice("q1"), choice("q2")]
    questionnaire = scores_of([{"id": "s", "of": ["q1", "q2"]}], *items)
    fast = scorer(questionnaire)
    for first in (0, 1, 2, 3, None):
        answers: dict[str, object] = {"q1": first, "q2": 2}
        expected: list[Value] = [one.value for one in score(questionnaire, answers)]
        assert fast.values(dict(answers)) == expected
        # A second time it is looked up, not worked out.
        assert fast.values(dict(answers)) == expected


def test_a_score_that_counts_over_other_items_looks_at_them_every_time() -> None:
    rule = {"id": "s", "of": ["q1"], "also": [{"of": ["q2"], "need": 1}]}
    fast = scorer(scores_of([rule], choice("q1"), choice("q2")))
    assert fast.values({"q1": 1, "q2": 2}) == [1]
    assert fast.values({"q1": 1, "q2": None}) == [None]
    assert fast.values({"q1": 1, "q2": 0}) == [1]


def test_a_list_where_one_code_belongs_is_no_answer_and_stops_nothing() -> None:
    rule = {"id": "s", "of": ["q1", "q2"], "by": "mean", "need": 1}
    fast = scorer(scores_of([rule], choice("q1"), choice("q2")))
    assert fast.values({"q1": [1], "q2": 2}) == [2]


GATE, FOLLOW = choice("often"), choice("bad", enable_when=["often", ">", 0])


def answered_below(rule: dict[str, Any], answers: dict[str, Any]) -> tuple[int, int]:
    found: Score = score(scores_of([{"id": "s", **rule}], GATE, FOLLOW), answers)[0]
    return found.n_answered, found.n_items


def test_a_score_counts_the_answers_on_screen_and_one_that_reads_what_is_stored_all() -> None:
    both = {"of": ["often", "bad"], "need": 1}
    hidden = {"often": 0, "bad": 2}
    assert answered_below(both, hidden) == (1, 2)
    assert answered_below({**both, "as_stored": True}, hidden) == (2, 2)
    assert answered_below(both, {"often": 1, "bad": 2}) == (2, 2)
    assert answered_below(both, {}) == (0, 2)
