"""Exports to REDCap: the same questions under the same conditions when read back."""

from __future__ import annotations

import csv
import io
from itertools import product
from typing import Any

import pytest

from sayso.domain.answers import shown
from sayso.domain.questionnaire import Questionnaire
from sayso.formats.instrument_json import load
from sayso.formats.redcap_export import HEADER, field_names, to_redcap
from sayso.formats.redcap_import import import_redcap
from support.instruments import choice, shipped_folders, small_form

DEMOS = [one for one in shipped_folders() if one.parent.name.startswith("demo-")]
GATES = (
    choice("c", "r", "g"),
    choice("n", 0, 1, 2),
    {**choice("m", "a", "b"), "type": "multiple"},
    {"id": "b", "type": "boolean", "text": "B"},
)
STATES = list(product((None, "r", "g"), (None, 0, 2), ([], ["a"], ["a", "b"]), (None, True, False)))


def rows(questionnaire: Questionnaire) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_redcap(questionnaire))))


def back(questionnaire: Questionnaire) -> Questionnaire:
    imported = import_redcap(to_redcap(questionnaire), "0" * 64, "x.csv")
    assert imported.document is not None, imported.why
    assert imported.refused == []
    return load(imported.document)


@pytest.mark.parametrize(
    "folder", shipped_folders(), ids=[one.parent.name for one in shipped_folders()]
)
def test_every_shipped_instrument_can_be_read_back(folder: Any) -> None:
    questionnaire = load(folder)
    again = {one.id: one for one in back(questionnaire).items_in_order()}
    names = field_names(questionnaire)
    assert set(again) == {names[one.id] for one in questionnaire.items_in_order()}
    for one in questionnaire.items_in_order():
        found = again[names[one.id]]
        assert found.required == one.required
        if one.options:
            assert [str(option.code) for option in found.options] == [
                str(option.code) for option in one.options
            ]


CONDITIONS: list[Any] = [
    ["c", "=", "r"], ["c", "!=", "r"], ["not", ["c", "=", "r"]], ["not", ["c", "!=", "r"]],
    ["c", "answered"], ["not", ["c", "answered"]], ["c", "in", ["r", "g"]],
    ["not", ["c", "in", ["r", "g"]]], ["n", ">", 0], ["not", ["n", ">", 0]], ["n", "<=", 1],
    ["not", ["n", "<", 1]], ["n", "=", 0], ["b", "=", True], ["b", "!=", True],
    ["not", ["b", "=", False]], ["m", "in", ["a"]], ["not", ["m", "in", ["a"]]],
    ["m", "=", "b"], ["m", "!=", "b"], ["not", ["m", "!=", "b"]], ["m", "answered"],
    ["not", ["m", "answered"]], ["all", ["c", "=", "r"], ["n", ">", 0]],
    ["any", ["c", "=", "r"], ["not", ["b", "=", True]]],
    ["not", ["any", ["c", "=", "r"], ["all", ["n", ">=", 1], ["m", "in", ["b"]]]]],
    ["any"],
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS, ids=[str(one)[:70] for one in CONDITIONS])
def test_a_condition_means_the_same_in_every_state_of_the_answers(condition: list[Any]) -> None:
    """Written as REDCap logic, read back by the importer, and tried on all 81 states."""
    late = {"id": "q", "type": "text", "text": "Q", "enable_when": condition}
    questionnaire = load(small_form(*GATES, late))
    again = back(questionnaire)
    for colour, number, boxes, yes in STATES:
        ours = {"c": colour, "n": number, "m": boxes, "b": yes}
        theirs = {**ours, "b": None if yes is None else int(yes)}
        here = "q" in shown(questionnaire, ours)
        assert here is ("q" in shown(again, theirs)), (condition, ours)


def test_the_condition_of_a_page_goes_to_each_of_its_rows() -> None:
    inside = {"id": "t", "type": "text", "text": "T", "enable_when": ["n", "=", 1]}
    page = {
        "id": "p",
        "type": "page",
        "text": "Page",
        "items": [inside],
        "enable_when": ["c", "=", "r"],
    }
    row = rows(load(small_form(*GATES, page)))[-1]
    assert row["Section Header"] == "Page"
    logic = row["Branching Logic (Show field only if...)"]
    assert logic == '([c] = "r") and ([n] = "1")'


def test_ids_become_field_names_once_and_uniquely() -> None:
    items = [choice("/44250-9"), choice("A b"), choice("a_b"), choice("é")]
    assert list(field_names(load(small_form(*items))).values()) == [
        "q_44250_9", "a_b", "a_b_2", "item",
    ]  # fmt: skip


def test_the_columns_of_a_row() -> None:
    scale = {
        "id": "s", "type": "scale", "text": "S", "help": "Help", "min": 0, "max": 10,
        "ends": ["No|thing", "All"], "required": False, "identifying": True,
    }  # fmt: skip
    row = rows(load(small_form(scale)))[0]
    assert set(row) == set(HEADER)
    assert {key: value for key, value in row.items() if value} == {
        "Variable / Field Name": "s", "Form Name": "small", "Field Type": "slider",
        "Field Label": "S", "Choices, Calculations, OR Slider Labels": "No/thing | All",
        "Field Note": "Help", "Text Validation Type OR Show Slider Number": "number",
        "Text Validation Min": "0", "Text Validation Max": "10", "Identifier?": "y",
    }  # fmt: skip


def test_an_answer_that_stands_alone_has_its_action_tag() -> None:
    many = {**choice("m", "a"), "type": "multiple"}
    many["answer_options"].append({"code": "none", "text": "None", "exclusive": True})
    questionnaire = load(small_form(many))
    assert rows(questionnaire)[0]["Field Annotation"] == '@NONEOFTHEABOVE="none"'
    assert [one.exclusive for one in back(questionnaire).item("m").options] == [False, True]
