"""Newer rules score older answers only where the questions below them are the same questions."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from sayso.domain.questionnaire import Questionnaire
from sayso.domain.rules_fit import misfits
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

SCORES = [{"id": "total", "of": ["a", "b"]}]


def form(*items: dict[str, Any], scores: Any = None) -> Questionnaire:
    given = items or (choice("a"), choice("b"), choice("free"))
    return load(small_form(*deepcopy(list(given)), scores=scores or SCORES))


def test_the_same_questions_fit_whatever_the_rule() -> None:
    newer = form(scores=[{"id": "total", "of": ["a", "b"], "by": "mean"}])
    assert misfits(form(), newer) == []


def test_words_may_differ() -> None:
    reworded = form(choice("a", text="Otherwise"), choice("b"), choice("free"))
    assert misfits(form(), reworded) == []


def test_a_question_that_no_score_rests_on_may_be_new() -> None:
    newer = form(choice("a"), choice("b"), choice("free"), choice("another"))
    assert misfits(form(), newer) == []


def test_an_answer_may_be_new_and_none_may_be_gone() -> None:
    assert misfits(form(), form(choice("a", 0, 1, 2, 3, 4), choice("b"))) == []

    [fault] = misfits(form(), form(choice("a", 0, 1, 2), choice("b")))
    assert fault == "a could be answered 3, which the newer version does not know"


def test_a_code_may_become_one_that_counts_as_no_answer() -> None:
    options = [{"code": code, "text": "T", "missing": code == 3} for code in range(4)]
    newer = form({**choice("a"), "answer_options": options}, choice("b"))
    assert misfits(form(), newer) == []


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ([choice("a"), choice("c")], "it has no question c"),
        (
            [choice("a"), {"id": "b", "type": "scale", "text": "B", "min": 0, "max": 3}],
            "b was of the type choice and is scale",
        ),
        (
            [choice("a"), choice("b", enable_when=["a", ">", 0])],
            "b is shown under another condition",
        ),
    ],
)
def test_other_questions_do_not_fit(items: list[dict[str, Any]], fault: str) -> None:
    ids = [item["id"] for item in items]
    newer = form(*items, scores=[{"id": "total", "of": ids}])
    assert fault in misfits(form(), newer)


def test_a_condition_of_the_page_around_counts_too() -> None:
    page = {"id": "p", "type": "page", "text": "P", "items": [choice("b")]}
    before = form(choice("a"), page)
    hidden = form(choice("a"), {**page, "enable_when": ["a", "answered"]})
    assert misfits(before, hidden) == ["b is shown under another condition"]
    assert misfits(hidden, hidden) == []


def test_other_limits_do_not_fit() -> None:
    def scale(high: int) -> Questionnaire:
        item = {"id": "a", "type": "scale", "text": "A", "min": 0, "max": high}
        return form(item, scores=[{"id": "s", "of": ["a"]}])

    assert misfits(scale(10), scale(20)) == ["a has other limits"]


def test_scores_that_rest_on_scores_are_followed_down() -> None:
    nested = [{"id": "sum", "of": ["a", "b"]}, {"id": "band", "of": ["sum"], "table": [[0, "x"]]}]
    newer = form(choice("a"), choice("b"), scores=nested)
    assert misfits(form(choice("a"), scores=[{"id": "s", "of": ["a"]}]), newer) == [
        "it has no question b"
    ]
