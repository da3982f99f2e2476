"""A questionnaire knows its items, their order and what lies in what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sayso.domain.answers import check
from sayso.domain.questionnaire import (
    AllOf,
    AnyOf,
    Comparison,
    Item,
    NotThis,
    Option,
    Questionnaire,
    ScoreRule,
    references,
)
from sayso.domain.scoring import score
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

TODAY = date(2026, 6, 15)
FORM = load(
    small_form(
        {"id": "hello", "type": "display", "text": "Hello"},
        {
            "id": "page",
            "type": "page",
            "text": "Page",
            "items": [
                choice("q1"),
                {
                    "id": "grid",
                    "type": "matrix",
                    "text": "Grid",
                    "answer_options": choice("x")["answer_options"],
                    "items": [{"id": "r1", "text": "R1"}, {"id": "r2", "text": "R2"}],
                },
            ],
        },
        {"id": "note", "type": "long_text", "text": "Note", "enable_when": ["r2", "answered"]},
    )
)


def test_questions_come_in_the_order_of_the_form() -> None:
    assert [item.id for item in FORM.items_in_order()] == ["q1", "r1", "r2", "note"]


def test_all_items_come_with_their_structure() -> None:
    assert [item.id for item in FORM.all_items()] == [
        "hello", "page", "q1", "grid", "r1", "r2", "note",
    ]  # fmt: skip


def test_an_item_by_its_id() -> None:
    assert FORM.item("r1").text == "R1"
    assert FORM.has_item("grid")
    assert not FORM.has_item("r3")
    with pytest.raises(KeyError):
        FORM.item("r3")


def test_what_lies_in_what() -> None:
    parents = {item.id: FORM.parent_of(item.id) for item in FORM.all_items()}
    names = {key: parent.id if parent else None for key, parent in parents.items()}
    assert names == {
        "hello": None, "page": None, "q1": "page", "grid": "page", "r1": "grid", "r2": "grid",
        "note": None,
    }  # fmt: skip


def test_rows_of_a_matrix_have_its_answers() -> None:
    assert [option.code for option in FORM.item("r2").options] == [0, 1, 2, 3]
    assert FORM.item("r2").type == "choice"


def test_whether_anything_can_be_hidden() -> None:
    assert FORM.has_conditions
    assert not load(small_form(choice("q"))).has_conditions


@pytest.mark.parametrize(
    ("item", "longest"),
    [
        (Item("t", "text"), 500),
        (Item("t", "long_text"), 4000),
        (Item("t", "text", max_length=20), 20),
        (Item("t", "choice"), None),
    ],
)
def test_the_most_characters_of_an_answer(item: Item, longest: int | None) -> None:
    assert item.longest == longest


def test_what_a_condition_looks_at() -> None:
    a, b, c = (Comparison(one, "answered") for one in "abc")
    assert list(references(AllOf((a, NotThis(AnyOf((b, c))))))) == ["a", "b", "c"]
    assert list(references(AnyOf(()))) == []


def test_two_loads_are_two_questionnaires_with_one_name() -> None:
    """Identity is the hash; objects are compared by being the same, which keeps caches cheap."""
    first, second = load(small_form(choice("q"))), load(small_form(choice("q")))
    assert first is not second
    assert first.sha256 == second.sha256
    assert first.items == second.items


def asking(*items: Item, scores: tuple[ScoreRule, ...] = ()) -> Questionnaire:
    """A questionnaire of items and scores of which nothing is said but what a test needs."""
    return Questionnaire("small", "1", "Small", "en", "demonstration", items, scores)


NO_AND_YES = (Option(0), Option(1))


def test_an_answer_counts_and_stands_beside_others_unless_it_is_told_not_to() -> None:
    plain = Item("q", "multiple", options=NO_AND_YES)
    assert check(asking(plain), {"q": [0, 1]}, [], TODAY) == []
    alone = replace(plain, options=(Option(0, exclusive=True), Option(1)))
    assert [p.slug for p in check(asking(alone), {"q": [0, 1]}, [], TODAY)] == ["exclusive-mixed"]

    counted = asking(Item("q", "choice", options=NO_AND_YES), scores=(ScoreRule("s", ("q",)),))
    assert [one.value for one in score(counted, {"q": 1})] == [1]
    none = Item("q", "choice", options=(Option(0), Option(1, missing=True)))
    assert [one.value for one in score(replace(counted, items=(none,)), {"q": 1})] == [None]


def test_a_question_wants_an_answer_or_an_explicit_skip_unless_it_is_told_not_to() -> None:
    plain = Item("q", "choice", options=NO_AND_YES)
    assert [p.slug for p in check(asking(plain), {}, [], TODAY)] == ["required"]
    assert check(asking(plain), {}, ["q"], TODAY) == []
    assert check(asking(replace(plain, required=False)), {}, [], TODAY) == []
    unskippable = asking(replace(plain, skippable=False))
    assert [p.slug for p in check(unskippable, {}, ["q"], TODAY)] == ["required"]


def test_a_question_names_nobody_unless_it_is_told_to() -> None:
    assert not Item("q", "text").identifying


def test_a_score_wants_one_input_at_least_and_is_no_primary_one() -> None:
    items = tuple(Item(name, "choice", options=NO_AND_YES, required=False) for name in "ab")
    plain = ScoreRule("s", ("a", "b"))
    (one,) = score(asking(*items, scores=(plain,)), {"a": 1})
    assert (one.value, one.primary) == (1, False)
    (none,) = score(asking(*items, scores=(plain,)), {})
    assert none.value is None


def test_a_score_reads_what_was_shown_unless_it_is_told_to_read_what_was_stored() -> None:
    hidden = Item("b", "choice", options=NO_AND_YES, enable_when=Comparison("a", "=", 1))
    items = (Item("a", "choice", options=NO_AND_YES), hidden)
    rules = (ScoreRule("shown", ("b",)), ScoreRule("stored", ("b",), as_stored=True))
    found = score(asking(*items, scores=rules), {"a": 0, "b": 1})
    assert {one.id: one.value for one in found} == {"shown": None, "stored": 1}


def test_a_questionnaire_has_words_unless_it_is_a_wordless_pack() -> None:
    assert not asking().pack
