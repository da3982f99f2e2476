"""Tables as text: what a spreadsheet, a statistician's script and a million rows ask of them."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.formats.tabular import cell, csv_chunks, harmless, instant, side_by_side, written


def _read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_header_comes_first_and_lines_end_as_rfc_4180_says() -> None:
    text = "".join(csv_chunks(["a", "b"], [[1, "x"], [2, "y"]]))
    assert text == "a,b\r\n1,x\r\n2,y\r\n"


def test_a_table_without_rows_still_has_its_header() -> None:
    assert "".join(csv_chunks(["a", "b"], [])) == "a,b\r\n"


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="a row has 1 cells, the header has 2"):
        list(csv_chunks(["a", "b"], [["only"]]))


def test_a_row_that_was_written_ahead_has_to_have_the_width_too() -> None:
    with pytest.raises(ValueError, match="a row has 3 cells, the header has 2"):
        list(csv_chunks(["a", "b"], [side_by_side(written([1]), written(["x", None]))]))


@given(
    st.lists(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
        | st.dates() | st.lists(st.text(), max_size=3),
        min_size=2, max_size=8,
    ),
    st.data(),
)  # fmt: skip
def test_what_is_written_ahead_is_what_would_have_been_written_in_place(
    cells: list[object], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(cells) - 1))
    header = [f"c{n}" for n in range(len(cells))]
    row = side_by_side(written(cells[:cut]), written(cells[cut:]))

    ahead, in_place = ("".join(csv_chunks(header, [one, cells, one])) for one in (row, cells))

    assert ahead == in_place


def test_parts_of_rows_stand_among_whole_rows() -> None:
    start = written(["=1+1", 'she said "no"'])
    rows = [side_by_side(start, written([last])) for last in (None, 2)]
    text = "".join(csv_chunks(["a", "b", "c"], [*rows, ["x", "y", "z"]]))
    assert text == ('a,b,c\r\n\'=1+1,"she said ""no""",\r\n\'=1+1,"she said ""no""",2\r\nx,y,z\r\n')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-3, "-3"),
        (62.5, "62.5"),
        (75.0, "75"),
        (date(2026, 6, 15), "2026-06-15"),
        (datetime(2026, 6, 15, 12, 30, 5, 999, tzinfo=UTC), "2026-06-15T12:30:05Z"),
        (["a", "b"], "a;b"),
        ([], ""),
        ("plain words", "plain words"),
    ],
)
def test_each_kind_of_value_has_one_form(value: object, text: str) -> None:
    assert cell(value) == text


def test_an_instant_is_given_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert instant(datetime(2026, 6, 15, 1, 0, tzinfo=east)) == "2026-06-14T23:00:00Z"


def test_a_naive_instant_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 6, 15, 1, 0))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\uff1d1",
        "|calc",
    ],
)
def test_formulas_are_shown_and_not_run(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["-3", "+4.5", "-1e-3", "", "a=b", "two - three", "'quoted"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_formula_inside_a_list_of_codes_is_caught_as_well() -> None:
    assert cell(["=1", "b"]).startswith("'")


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), max_size=20))
def test_every_text_can_be_read_back(rows: list[list[str]]) -> None:
    text = "".join(csv_chunks(["a", "b", "c"], rows))
    assert _read(text)[1:] == [[harmless(value) for value in row] for row in rows]


@given(st.text(min_size=1))
def test_no_text_can_start_a_formula(text: str) -> None:
    first = cell(text).lstrip(" ")[:1]
    assert first not in {"=", "@", "\t", "\r"}


def test_a_long_table_needs_no_more_memory_than_a_short_one() -> None:
    def rows(count: int) -> Iterator[list[object]]:
        return ([number, "some words in a cell"] for number in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        total = sum(len(chunk) for chunk in csv_chunks(["n", "t"], rows(count)))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert total > count * 20
        return highest

    assert peak(50_000) < 2 * peak(2_000) + 100_000


def test_what_is_remembered_of_one_cell_is_right_for_the_next() -> None:
    """One moment in two zones is one text; 1, 1.0, true and "1" are equal in part but not alike."""
    noon = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
    in_kathmandu = noon.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert [cell(noon), cell(in_kathmandu)] == ["2026-06-15T12:00:00Z"] * 2
    assert [cell(one) for one in (True, 1, 1.0, "1", "true")] == ["true", "1", "1", "1", "true"]
    for _ in range(2):
        assert [cell(one) for one in ("=1+1", " =1+1", "1+1")] == ["'=1+1", "' =1+1", "1+1"]


def test_moments_are_cut_to_the_second_and_early_years_keep_four_digits() -> None:
    assert cell(datetime(2026, 6, 15, 12, 0, 0, 999_999, tzinfo=UTC)) == "2026-06-15T12:00:00Z"
    assert cell(datetime(900, 1, 2, 3, 4, 5, tzinfo=UTC)) == "0900-01-02T03:04:05Z"


def test_a_text_of_another_class_is_made_safe_as_well() -> None:
    class Word(str):
        __slots__ = ()

    assert cell(Word("=1+1")) == "'=1+1"
