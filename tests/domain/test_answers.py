"""Skip logic and validation, held to the worked examples that the app is held to as well."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sayso.domain.answers import Problem, answered, check, hidden_for_certain, shown
from sayso.formats.instrument_json import load
from vectors import make_answers

CASES: list[dict[str, Any]] = json.loads(make_answers.FILE.read_text("utf-8"))
TODAY = date(2026, 6, 15)
BOTH = (["often", ">", 0], ["also", "=", True])


def test_the_examples_were_written_by_their_generator() -> None:
    assert make_answers.FILE.read_text("utf-8") == make_answers.text()


def test_the_examples_stay_small_enough_to_load_in_a_browser_test() -> None:
    assert Path(make_answers.FILE).stat().st_size < 400_000
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_example(case: dict[str, Any]) -> None:
    questionnaire = load(case["questionnaire"])
    answers, skipped = case["answers"], case["skipped"]
    today = date.fromisoformat(case["today"])

    assert sorted(shown(questionnaire, answers, skipped)) == case["shown"]
    found = check(questionnaire, answers, skipped, today)
    assert [[problem.item, problem.slug] for problem in found] == case["problems"]


def test_every_problem_slug_has_an_example() -> None:
    slugs = {slug for case in CASES for _, slug in case["problems"]}
    assert slugs == {
        "required",
        "not-a-choice",
        "not-a-number",
        "not-whole",
        "too-small",
        "too-large",
        "too-many-decimals",
        "off-step",
        "not-a-date",
        "not-a-time",
        "too-early",
        "too-late",
        "too-long",
        "exclusive-mixed",
        "duplicate-choice",
        "wrong-type",
        "unknown-item",
    }


def test_a_problem_carries_a_sentence_for_the_person() -> None:
    questionnaire = load(make_answers.form({"id": "n", "type": "integer", "min": 1, "max": 7}))
    assert check(questionnaire, {"n": 9}, [], TODAY) == [
        Problem("n", "too-large", "The largest answer possible is 7.")
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_know_is_no_number(value: float) -> None:
    questionnaire = load(make_answers.form({"id": "n", "type": "decimal"}))
    assert [one.slug for one in check(questionnaire, {"n": value}, [], TODAY)] == ["not-a-number"]


def test_a_number_far_beyond_floating_point_is_only_too_large() -> None:
    items = {"id": "n", "type": "decimal", "max": 10, "decimals": 1}
    found = check(load(make_answers.form(items)), {"n": 10**400}, [], TODAY)
    assert [one.slug for one in found] == ["too-large"]


def test_no_answer_is_not_false_and_not_zero() -> None:
    nothing: list[object] = [None, "", "  ", []]
    assert [answered(value) for value in nothing] == [False] * 4
    assert [answered(value) for value in (0, False, "0", ["none"])] == [True] * 4


class TestHiddenForCertain:
    """Only a decision hides for certain; silence may still turn into the opposite answer."""

    questionnaire = load(
        make_answers.form(
            {"id": "often", "type": "scale", "min": 0, "max": 4},
            {"id": "also", "type": "boolean"},
            {"id": "bad", "type": "scale", "min": 0, "max": 4, "enable_when": ["often", ">", 0]},
            {"id": "worse", "type": "boolean", "enable_when": ["bad", ">", 2]},
            {"id": "all", "type": "boolean", "enable_when": ["all", *BOTH]},
            {"id": "any", "type": "boolean", "enable_when": ["any", *BOTH]},
            {"id": "not", "type": "boolean", "enable_when": ["not", ["often", ">", 0]]},
        )
    )

    def certain(self, **answers: object) -> set[str]:
        return set(hidden_for_certain(self.questionnaire, answers))

    def test_by_a_decision(self) -> None:
        assert self.certain(often=0) == {"bad", "worse", "all"}
        assert self.certain(often=0, also=False) == {"bad", "worse", "all", "any"}
        assert self.certain(often=2, also=False) == {"all", "not"}

    def test_not_by_silence(self) -> None:
        assert self.certain() == set()
        assert "bad" not in shown(self.questionnaire, {})

    def test_not_by_declining_to_answer(self) -> None:
        assert hidden_for_certain(self.questionnaire, {"often": 0}, ["often"]) == set()


class TestWhatCanHide:
    """Only what a condition reaches is looked at when answers come in; the rest always shows."""

    FORM = make_answers.form(
        {"id": "free", "type": "boolean"},
        {
            "id": "page", "type": "page", "enable_when": ["free", "=", True],
            "items": [
                {"id": "inside", "type": "boolean", "text": "?"},
                {"id": "twice", "type": "boolean", "text": "?",
                 "enable_when": ["inside", "=", True]},
            ],
        },
        {"id": "last", "type": "boolean"},
    )  # fmt: skip

    def test_a_page_takes_what_it_holds_with_it(self) -> None:
        form = load(self.FORM)
        assert [item.id for item in form.conditional] == ["page", "inside", "twice"]
        assert shown(form, {}) == {"free", "last"}
        assert shown(form, {"free": True}) == {"free", "page", "inside", "last"}
        assert shown(form, {"free": True, "inside": True}) == form.ids

    def test_a_form_without_conditions_shows_all_whatever_is_answered(self) -> None:
        plain = load(make_answers.form({"id": "one", "type": "boolean"}))
        assert plain.conditional == ()
        assert shown(plain, {"one": "nonsense"}, ["one"]) is plain.ids

    def test_what_is_asked_is_less_than_what_there_is(self) -> None:
        form = load(self.FORM)
        assert form.ids - form.question_ids == {"page"}
