"""A new scoring stands beside the old one; the difference between them is named."""

from __future__ import annotations

from typing import Any

from sayso.domain.rescoring import ScoreChange, score_changes
from sayso.domain.scoring import Score, score
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

ITEMS = [choice("q1"), choice("q2")]
SUM = {"id": "total", "of": ["q1", "q2"]}


def scored(*rules: dict[str, Any], **answers: int) -> list[Score]:
    return score(load(small_form(*ITEMS, scores=list(rules))), answers)


def test_the_same_rule_and_answers_change_nothing() -> None:
    assert score_changes(scored(SUM, q1=1, q2=2), scored(SUM, q1=1, q2=2)) == []


def test_another_value_is_named_with_both() -> None:
    mean = {**SUM, "by": "mean"}
    changes = score_changes(scored(SUM, q1=1, q2=2), scored(mean, q1=1, q2=2))
    assert changes == [ScoreChange("total", 3, 1.5, "value")]


def test_a_score_that_was_missing_and_is_not_any_more() -> None:
    changes = score_changes(scored(SUM, q1=1), scored({**SUM, "need": 1}, q1=1))
    assert changes == [ScoreChange("total", None, 1, "value")]


def test_a_changed_rule_is_named_even_with_the_same_value() -> None:
    changes = score_changes(scored(SUM, q1=1, q2=2), scored({**SUM, "need": 1}, q1=1, q2=2))
    assert changes == [ScoreChange("total", 3, 3, "rule")]


def test_scores_that_come_and_go() -> None:
    largest = {"id": "largest", "of": ["q1", "q2"], "by": "max"}
    assert score_changes(scored(SUM, q1=1, q2=2), scored(largest, q1=1, q2=2)) == [
        ScoreChange("largest", None, 2, "added"),
        ScoreChange("total", 3, None, "removed"),
    ]


def test_words_are_compared_as_words() -> None:
    low = {**SUM, "table": [[0, "low"]]}
    high = {**SUM, "table": [[0, "low"], [3, "high"]]}
    changes = score_changes(scored(low, q1=1, q2=2), scored(high, q1=1, q2=2))
    assert changes == [ScoreChange("total", "low", "high", "value")]
