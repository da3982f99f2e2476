"""XLSForms: rows, choices, groups and the part of XPath that forms use."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest

from sayso.formats.import_draft import Imported, walk
from sayso.formats.instrument_json import load
from sayso.formats.xlsform_import import import_xlsform
from sayso.formats.xlsform_logic import NotUnderstood, limits_of, parse_relevant
from sayso.formats.xlsx_sheets import NoWorkbook, read_sheets

HEADER = (
    "type name label hint required relevant constraint appearance parameters "
    "choice_filter calculation read_only"
).split()
CHOICES = [
    ["list_name", "name", "label"],
    ["yn", "1", "Yes"],
    ["yn", "0", "No"],
    ["colour", "r", "Red"],
    ["colour", "g", "Green"],
    ["colour", "none", "None"],
]


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(*rows: dict[str, Any], **sheets: list[list[Any]]) -> Imported:
    survey = [HEADER, *([row.get(name, "") for name in HEADER] for row in rows)]
    data = workbook(survey=survey, choices=CHOICES, **sheets)
    imported = import_xlsform(data, "0" * 64, "my form.xlsx")
    if imported.document is not None:
        load(imported.document)
    return imported


def row(kind: str, name: str = "q", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "label": f"Label of {name}", **more}


def item(imported: Imported, item_id: str) -> dict[str, Any]:
    assert imported.document is not None, imported.why
    found = next(one for one in walk(imported.document["items"]) if one["id"] == item_id)
    options = found.get("answer_options")
    if isinstance(options, str):
        found = {**found, "answer_options": imported.document["answer_sets"][options]}
    return found


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (row("text"), {"type": "text", "required": False}),
        (row("text", appearance="multiline"), {"type": "long_text"}),
        (row("string", required="yes", hint="Help"), {"type": "text", "help": "Help"}),
        (
            row("integer", constraint=". >= 0 and . <= 120"),
            {"type": "integer", "min": 0, "max": 120},
        ),
        (row("decimal", constraint=".<=1.5"), {"type": "decimal", "max": 1.5}),
        (row("date"), {"type": "date"}),
        (row("dateTime"), {"type": "date"}),
        (row("time"), {"type": "time"}),
        (row("acknowledge"), {"type": "boolean"}),
        (
            row("range", parameters="start=1 end=7 step=0.5"),
            {"type": "scale", "min": 1, "max": 7, "step": 0.5},
        ),
        (
            row("select_one yn"),
            {
                "type": "choice",
                "answer_options": [{"code": 1, "text": "Yes"}, {"code": 0, "text": "No"}],
            },
        ),
        (row("select one yn"), {"type": "choice"}),
        (row("select_multiple colour"), {"type": "multiple"}),
        (
            row("select_one yn or_other"),
            {
                "answer_options": [
                    {"code": 1, "text": "Yes"},
                    {"code": 0, "text": "No"},
                    {"code": "other", "text": "Other"},
                ]
            },
        ),
        (row("note"), {"type": "display"}),
        (row("integer", read_only="yes"), {"enable_when": ["any"]}),
        (row("text", calculation="1 + 1"), {"enable_when": ["any"]}),
    ],
    ids=range(17),
)
def test_a_row(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = item(read(given, row("text", "other_one")), "q")
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (row("calculate"), "row 2 is filled in by the device"),
        (row("deviceid"), "row 2 is filled in by the device"),
        (row("image"), "row 2 is of the type 'image'"),
        (row("select_one nowhere"), "row 2 takes its choices from 'nowhere'"),
        (row("select_one ${list}"), "takes its choices from"),
        (row("select_one_from_file a.csv"), "is of the type"),
        (row("range", parameters="start=7 end=1"), "row 2 is a range without sound limits"),
    ],
    ids=range(7),
)
def test_a_row_that_is_refused(given: dict[str, Any], why: str) -> None:
    imported = read(given, row("text", "other"))
    assert [one["id"] for one in imported.taken] == ["other"]
    assert why in imported.refused[0]["why"]


def test_groups_are_pages_and_repeats_are_refused() -> None:
    imported = read(
        row("begin group", "g", relevant="${q} = '1'"),
        row("text", "inside"),
        row("end group", ""),
        row("begin repeat", "r"),
        row("begin_group", "rg"),
        row("text", "again"),
        row("end_group", ""),
        row("end repeat", ""),
        row("select_one yn", "q"),
    )
    assert item(imported, "g")["enable_when"] == ["q", "=", 1]
    assert [one["id"] for one in item(imported, "g")["items"]] == ["inside"]
    assert {one["from"] for one in imported.refused} == {"r", "rg", "again"}
    assert item(imported, "q")["type"] == "choice"


def test_the_language_that_is_asked() -> None:
    survey = [
        ["type", "name", "label::Français (fr)", "label::English (en)"],
        ["text", "q", "Nom", "Name"],
    ]
    english = import_xlsform(workbook(survey=survey), "", "x.xlsx")
    assert item(english, "q")["text"] == "Name"
    settings = [
        ["form_title", "form_id", "version", "default_language"],
        ["My form", "f1", "7", "Français (fr)"],
    ]
    french = import_xlsform(workbook(survey=survey, settings=settings), "", "x.xlsx")
    assert item(french, "q")["text"] == "Nom"
    assert french.document is not None
    assert [french.document[key] for key in ("id", "version", "title")] == ["f1", "7", "My form"]


def test_what_has_no_effect_is_said() -> None:
    imported = read(
        row("select_one colour", choice_filter="a = ${b}"),
        row("integer", "n", constraint="${q} > 1"),
        row("text", "t", relevant="pulldata('a') = 1"),
        row("text", "u", label="Hello ${t}"),
    )
    said = [one["what"] for one in imported.changed]
    assert said == [
        "all its choices are offered; the choice filter has no effect",
        "its constraint is not checked; it is not a plain minimum and maximum",
        "is always shown, because its condition calls pulldata()",
        "its words name another answer, which stays as it is",
    ]


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        ({"other": [["a"]]}, "without a sheet named survey"),
        ({"survey": [["a", "b"], ["1", "2"]]}, "without a column named type"),
        ({"survey": [HEADER]}, "without a column named type"),
        ({"survey": [HEADER, ["note", "n", "N"]]}, "holds no question"),
        (
            {"survey": [["type", "name"], *[["text", f"q{n}"] for n in range(4_001)]]},
            "has 4001 rows",
        ),
    ],
    ids=range(5),
)
def test_the_whole_file_is_refused(sheets: dict[str, Any], why: str) -> None:
    assert why in import_xlsform(workbook(**sheets), "", "x.xlsx").why


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", None),
        ("${a} = 'x'", ["a", "=", "x"]),
        ("${ a } != 2", ["not", ["a", "=", "2"]]),
        ("selected(${a}, 'x')", ["a", "in", ["x"]]),
        ("not(selected(../a, 'x'))", ["not", ["a", "in", ["x"]]]),
        ("../../g/a = 'x'", ["a", "=", "x"]),
        ("/form/g/a > 3", ["a", ">", "3"]),
        ("${a} = ''", ["not", ["a", "answered"]]),
        ("${a}!=''", ["a", "answered"]),
        ("string-length(${a}) > 0", ["a", "answered"]),
        ("count-selected(${a}) >= 1", ["a", "answered"]),
        (
            "${a}='x' or ${b}='y' and ${c}='z'",
            ["any", ["a", "=", "x"], ["all", ["b", "=", "y"], ["c", "=", "z"]]],
        ),
        ("5 >= ${a}", ["a", "<=", "5"]),
        (". <= 10", [".", "<=", "10"]),
    ],
    ids=range(14),
)
def test_logic(text: str, wanted: object) -> None:
    assert parse_relevant(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "${a}",
        "true()",
        "${a} + 1 > 2",
        "${a} = ${b}",
        "count-selected(${a}) > 2",
        "${a} = 'x' (",
        "((" * 30,
        "1 = 1",
        "x" * 6_000,
    ],
    ids=range(9),
)
def test_logic_that_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_relevant(text)


@pytest.mark.parametrize(
    "text", [". > 3", ". >= 'a'", "${a} >= 1", ". >= 1 or . <= 0", ". >= 1 and . >= 2"]
)
def test_constraints_that_are_no_plain_limits(text: str) -> None:
    with pytest.raises(NotUnderstood):
        limits_of(text)


class TestWorkbooks:
    def test_cells_of_every_kind(self) -> None:
        rows: list[list[Any]] = [["text", 7, 7.5, True, None, "<b>&amp;"], [None, "second"]]
        assert read_sheets(workbook(survey=list(rows)), ("survey",)) == {
            "survey": [["text", "7", "7.5", "true", "", "<b>&amp;"], ["", "second"]]
        }

    def changed(self, part: str, content: bytes) -> bytes:
        old = zipfile.ZipFile(io.BytesIO(workbook(survey=[["type"], ["text"]])))
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as new, old:
            for name in old.namelist():
                new.writestr(name, content if name == part else old.read(name))
        return buffer.getvalue()

    def test_entities_are_never_expanded(self) -> None:
        bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
        with pytest.raises(NoWorkbook, match="document type"):
            read_sheets(self.changed("xl/worksheets/sheet1.xml", bomb), ("survey",))

    @pytest.mark.parametrize(
        "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
    )
    @pytest.mark.parametrize("content", [b"", b"<x", b"\xff\xfe\x00"])
    def test_broken_parts_are_refused_in_a_sentence(self, part: str, content: bytes) -> None:
        with pytest.raises(NoWorkbook):
            read_sheets(self.changed(part, content), ("survey",))

    def test_a_sheet_without_end(self) -> None:
        rows: list[list[Any]] = [["type"], *[["text"]] * 5_000]
        with pytest.raises(NoWorkbook, match="more than 5000 rows"):
            read_sheets(workbook(survey=rows), ("survey",))
