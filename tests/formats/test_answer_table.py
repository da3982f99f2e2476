"""Tables of answers: what passes through, what is scored, and which row is at fault."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.domain.errors import AnswerTableWrong
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.scoring import score
from sayso.formats.answer_table import read_cell, score_table
from sayso.formats.instrument_json import load
from sayso.formats.instrument_vectors import agrees, compare_vectors
from support.instruments import choice, small_form

SUM = {"id": "total", "of": ["q1", "q2"], "need": 1}
SMALL = load(small_form(choice("q1"), choice("q2"), scores=[SUM]))


def lines(*rows: str) -> list[str]:
    return [f"{row}\n" for row in rows]


def said(*rows: str, questionnaire: Questionnaire = SMALL) -> list[str]:
    with pytest.raises(AnswerTableWrong) as caught:
        score_table(questionnaire, lines(*rows), "t.csv")
    return [f"{fault.key}: {fault.what}" for fault in caught.value.faults]


def test_other_columns_pass_through_in_their_order() -> None:
    table = score_table(SMALL, lines("case,q2,kind,q1", "a,1,x,2", "b,,y,"), "t.csv")
    assert table.passed_columns == ["case", "kind"]
    assert table.score_columns == ["total"]
    assert [(row.passed, row.values) for row in table.rows] == [
        (["a", "x"], [3]),
        (["b", "y"], [None]),
    ]


def test_a_column_that_is_not_there_is_not_answered() -> None:
    table = score_table(SMALL, lines("q1", "2"), "t.csv")
    assert (table.absent, table.rows[0].values) == (["q2"], [2])


def test_a_code_outside_the_list_is_named_with_its_row() -> None:
    assert said("q1,q2", "1,2", "1,9", "7,0") == [
        "row 2 (line 3), q2: '9' is not one of the codes 0, 1, 2, 3",
        "row 3 (line 4), q1: '7' is not one of the codes 0, 1, 2, 3",
    ]


def test_nothing_is_scored_when_anything_is_wrong_and_the_list_of_faults_ends() -> None:
    assert len(said("q1,q2", *["9,9"] * 50)) <= 21


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (["a,b", "1,2"], "names no item of this instrument"),
        ([], "names no item of this instrument"),
        (["q1,q1", "1,2"], "has the column 'q1' twice"),
        (["q1,q2", "1"], "has 1 cells, the header has 2"),
        (["q1,q2", "1,2,3"], "has 3 cells, the header has 2"),
        (["q1,q2", "\x00,2"], "not one of the codes"),
    ],
)
def test_a_table_that_cannot_be_read(rows: list[str], what: str) -> None:
    assert what in said(*rows)[0]


def test_blank_lines_are_passed_over() -> None:
    assert len(score_table(SMALL, lines("q1,q2", "1,2", "", "3,0"), "t.csv").rows) == 2


@pytest.mark.parametrize(
    ("item", "cell", "wanted"),
    [
        (choice("q"), " 2 ", 2), (choice("q"), "2.0", 2), (choice("q", "red"), "red", "red"),
        ({**choice("q", "a", "b"), "type": "multiple"}, "a;b", ["a", "b"]),
        ({**choice("q"), "type": "multiple"}, "0; 3", [0, 3]),
        ({"id": "q", "type": "boolean", "text": "Q"}, "TRUE", True),
        ({"id": "q", "type": "boolean", "text": "Q"}, "0", False),
        ({"id": "q", "type": "integer", "text": "Q"}, "12.0", 12),
        ({"id": "q", "type": "decimal", "text": "Q", "decimals": 1}, "36.6", 36.6),
        ({"id": "q", "type": "scale", "text": "Q", "min": 0, "max": 10}, "10", 10),
        ({"id": "q", "type": "text", "text": "Q"}, " words ", " words "),
        ({"id": "q", "type": "date", "text": "Q"}, "2026-06-15", "2026-06-15"),
        (choice("q"), "  ", None),
    ],
)  # fmt: skip
def test_what_a_cell_means(item: dict[str, Any], cell: str, wanted: object) -> None:
    assert read_cell(load(small_form(item)).item("q"), cell) == wanted


@pytest.mark.parametrize(
    ("item", "cell", "reason"),
    [
        (choice("q"), "2.5", "not one of the codes"), (choice("q"), "nan", "not one of the codes"),
        ({**choice("q"), "type": "multiple"}, "0;7", "not one of the codes"),
        ({"id": "q", "type": "boolean", "text": "Q"}, "maybe", "neither true nor false"),
        ({"id": "q", "type": "integer", "text": "Q"}, "many", "is not a number"),
        ({"id": "q", "type": "integer", "text": "Q"}, "2.5", "whole number"),
        ({"id": "q", "type": "integer", "text": "Q", "max": 7}, "8", "possible is 7"),
        ({"id": "q", "type": "decimal", "text": "Q"}, "inf", "give a number"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_answer(item: dict[str, Any], cell: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_cell(load(small_form(item)).item("q"), cell)


def test_a_number_with_a_condition_is_read_without_its_gate() -> None:
    gate = {"id": "gate", "type": "boolean", "text": "Gate"}
    number = {"id": "n", "type": "integer", "text": "N", "enable_when": ["gate", "=", True]}
    rule = {"id": "s", "of": ["n"]}
    questionnaire = load(small_form(gate, number, scores=[rule]))
    table = score_table(questionnaire, lines("gate,n", "true,5", "false,5"), "t.csv")
    assert [row.values for row in table.rows] == [[5], [None]]


@given(st.lists(st.tuples(*[st.sampled_from(["", "0", "1", "2", "3"])] * 2), max_size=8))
def test_a_table_scores_like_its_rows_one_by_one(rows: list[tuple[str, str]]) -> None:
    table = score_table(SMALL, lines("q1,q2", *(",".join(row) for row in rows if any(row))), "t")
    for found, row in zip(table.rows, (row for row in rows if any(row)), strict=True):
        answers = {f"q{n}": int(cell) for n, cell in enumerate(row, 1) if cell}
        assert found.values == [one.value for one in score(SMALL, answers)]


class TestVectors:
    @pytest.mark.parametrize(
        ("expected", "found", "verdict"),
        [
            ("", None, True), ("", 0, False), ("0", None, False), ("33.333", 33.3333, True),
            ("33.333", 33.335, False), ("low", "low", True), ("low", "high", False),
            ("low", 3.0, False),
        ],
    )  # fmt: skip
    def test_agreement(self, expected: str, found: float | str | None, verdict: bool) -> None:
        assert agrees(expected, found) is verdict

    def test_a_difference_names_row_score_and_both_values(self) -> None:
        faults, rows = compare_vectors(SMALL, lines("q1,q2,score.total", "1,1,2", "1,,2"), "v.csv")
        assert (faults, rows) == (["v.csv: row 2: total is 1, not 2"], 2)

    def test_a_zero_where_nothing_is_expected_is_a_fault(self) -> None:
        faults, _ = compare_vectors(SMALL, lines("q1,q2,score.total", "0,,"), "v.csv")
        assert faults == ["v.csv: row 1: total is 0, not missing"]

    def test_an_expected_score_that_is_not_there(self) -> None:
        faults, _ = compare_vectors(SMALL, lines("q1,q2,score.sum", "0,0,0"), "v.csv")
        assert faults == ["v.csv: expects a score 'sum' that the instrument does not have"]

    def test_a_table_without_expectations_proves_nothing(self) -> None:
        assert "expects no score" in compare_vectors(SMALL, lines("q1,q2", "0,0"), "v.csv")[0][0]
