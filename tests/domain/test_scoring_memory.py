"""What a scorer remembers, and what a score is known by when its rule is looked up years later."""

from __future__ import annotations

from typing import Any

import pytest

from sayso.domain.questionnaire import ScoreRule
from sayso.domain.scoring import possible_inputs, score
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

SCALE = {"id": "pain", "type": "scale", "text": "pain", "min": 0, "max": 10}


@pytest.mark.parametrize(
    ("of", "count"),
    [
        (("q1",), 5),
        (("q1", "q2"), 25),
        (("q1", "yes"), 15),
        (("pain",), None),
        (("q1", "pain"), None),
        (("earlier",), None),
    ],
)
def test_a_choice_left_open_is_one_more_input(of: tuple[str, ...], count: int | None) -> None:
    items = [choice("q1"), choice("q2"), choice("yes", 0, 1), SCALE]
    questionnaire = load(small_form(*items, scores=[{"id": "earlier", "of": ["q1"]}]))
    assert possible_inputs(questionnaire, ScoreRule("s", of)) == count


RULE: dict[str, Any] = {"id": "s", "of": ["q1", "q2"], "need": 1, "then": [2, 0]}


def sha(rule: dict[str, Any]) -> str:
    (found,) = score(load(small_form(choice("q1"), choice("q2"), scores=[rule])), {"q1": 1})
    return found.rule_sha


def test_a_rule_is_known_by_the_same_hash_for_good() -> None:
    """Every stored score names its rule by this hash, so no later version may change it."""
    assert sha(RULE) == "63600fdbf95281447de8d1f01c1cbfe1a9aa33c4df530142fa0db3fa94f80de7"


def test_a_title_is_no_part_of_the_rule_and_everything_else_is() -> None:
    assert sha({**RULE, "title": "Strain", "primary": True}) == sha(RULE)
    for changed in ({"need": 2}, {"then": [2, 1]}, {"by": "mean"}, {"of": ["q1"]}):
        assert sha({**RULE, **changed}) != sha(RULE)
