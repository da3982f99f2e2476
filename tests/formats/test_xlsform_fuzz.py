"""Workbooks of any content: an instrument, or a reason in one line."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.formats.instrument_import import import_bytes
from sayso.formats.instrument_json import load
from sayso.formats.xlsx_sheets import read_sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

SURVEY = "type name label hint required relevant constraint appearance parameters".split()
SURVEY += "choice_filter calculation read_only".split()
CHOICES = ["list_name", "name", "label"]


def workbook(sheets: dict[str, list[list[str]]], packing: int = zipfile.ZIP_STORED) -> bytes:
    """The smallest workbook with these cells, written by hand so that a thousand cost nothing."""
    names = list(sheets)
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
        for n, name in enumerate(names, 1)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
        )
        for n, name in enumerate(names, 1):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", _sheet(sheets[name]))
    return buffer.getvalue()


def _sheet(rows: list[list[str]]) -> str:
    body = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row)
        + "</row>"
        for row in rows
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=10)
WORDS = (
    "text integer decimal date time note range calculate image acknowledge begin_group end_group "
    "begin_repeat end_repeat select_one"
).split()
LISTS = ["select_one a", "select_multiple a", "select_one b or_other", "select_one ${x}", "rank a"]
GROUPS = ["begin group", "end group", "begin repeat", "end repeat"]
KINDS = st.sampled_from([*WORDS, *LISTS, *GROUPS])
NAMES = st.sampled_from(["q", "r", "s", "g", "", "q-other"])
LOGIC = st.sampled_from(
    (
        *("", "${q} = '1'", "selected(${r}, 'x')", "not(${s} = 2)", ". >= 0 and . <= 9"),
        *("${g} = 'x'", "true()", "pulldata('a')", "start=1 end=5", "start=5 end=1 step=0"),
        *("../q > 1", "yes"),
    )
)
ROW = st.tuples(KINDS | TEXT, NAMES | TEXT, TEXT, *[LOGIC | TEXT] * 9).map(list)
CHOICE = st.tuples(st.sampled_from(["a", "b", ""]), st.sampled_from("01xy") | TEXT, TEXT).map(list)


def sound(data: bytes) -> None:
    imported = import_bytes(data, "form.xlsx")
    if imported.document is None:
        assert imported.why
        assert "\n" not in imported.why
    else:
        load(imported.document)
        assert imported.taken


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, max_size=8), st.lists(CHOICE, max_size=5))
def test_any_rows(rows: list[list[str]], choices: list[list[str]]) -> None:
    sound(workbook({"survey": [SURVEY, *rows], "choices": [CHOICES, *choices]}))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["survey", "choices", "settings", "other"]),
        st.lists(st.lists(TEXT | st.sampled_from(SURVEY + CHOICES), max_size=5), max_size=5),
        min_size=1,
    )
)
def test_any_sheets(sheets: dict[str, list[list[str]]]) -> None:
    sound(workbook(sheets))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(TEXT, max_size=6), max_size=6))
def test_cells_are_read_as_they_were_written(rows: list[list[str]]) -> None:
    found = read_sheets(workbook({"survey": rows}), ("survey",))["survey"]
    assert found == rows


@settings(max_examples=150, deadline=None)
@given(
    st.binary(min_size=1, max_size=8),
    st.integers(0, 2_000),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]),
)
def test_a_damaged_workbook(damage: bytes, place: int, packing: int) -> None:
    data = workbook({"survey": [SURVEY, ["text", "q", "Question"]]}, packing)
    place %= len(data)
    sound(b"PK\x03\x04" + (data[:place] + damage + data[place + len(damage) :])[4:])


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_four_hundred_workbooks_with_broken_bytes(packing: int) -> None:
    """Offsets, sizes and flags of an archive lie in few bytes; chance has to hit them often."""
    chance = random.Random(3)
    whole = workbook({"survey": [SURVEY, ["text", "q", "Question"]]}, packing)
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        sound(bytes(data))


@pytest.mark.nightly
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ROW, max_size=12), st.lists(CHOICE, max_size=6))
def test_any_rows_all_night(rows: list[Any], choices: list[Any]) -> None:
    sound(workbook({"survey": [SURVEY, *rows], "choices": [CHOICES, *choices]}))
