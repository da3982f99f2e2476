"""REDCap dictionaries: rows that are taken, rows that are refused, logic that is understood."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from sayso.formats.import_draft import Imported, walk
from sayso.formats.instrument_json import load
from sayso.formats.redcap_export import HEADER
from sayso.formats.redcap_import import import_redcap
from sayso.formats.redcap_logic import NotUnderstood, parse_branching

NAMES = {
    "field": HEADER[0],
    "form": HEADER[1],
    "section": HEADER[2],
    "type": HEADER[3],
    "label": HEADER[4],
    "choices": HEADER[5],
    "note": HEADER[6],
    "check": HEADER[7],
    "low": HEADER[8],
    "high": HEADER[9],
    "identifier": HEADER[10],
    "when": HEADER[11],
    "required": HEADER[12],
    "matrix": HEADER[15],
    "tags": HEADER[17],
}
ABC = "1, Ah | 2, Be | 3, Ce"


def field(name: str, kind: str = "text", **more: str) -> dict[str, str]:
    return {"field": name, "type": kind, "label": name, "form": "form_one", **more}


def dictionary(*rows: dict[str, str], header: dict[str, str] = NAMES) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(header.values()), restval="")
    writer.writeheader()
    writer.writerows({header[key]: value for key, value in row.items()} for row in rows)
    return buffer.getvalue()


def read(*rows: dict[str, str]) -> Imported:
    imported = import_redcap(dictionary(*rows), "0" * 64, "my_form.csv")
    if imported.document is not None:
        load(imported.document)
    return imported


def item(imported: Imported, item_id: str) -> dict[str, Any]:
    assert imported.document is not None, imported.why
    found = next(one for one in walk(imported.document["items"]) if one["id"] == item_id)
    options = found.get("answer_options")
    if isinstance(options, str):
        found = {**found, "answer_options": imported.document["answer_sets"][options]}
    return found


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (field("f", "text"), {"type": "text"}),
        (field("f", "notes"), {"type": "long_text"}),
        (
            field("f", "text", check="integer", low="0", high="9"),
            {"type": "integer", "min": 0, "max": 9},
        ),
        (field("f", "text", check="number_2dp"), {"type": "decimal", "decimals": 2}),
        (field("f", "text", check="number", low="-1.5"), {"type": "decimal", "min": -1.5}),
        (field("f", "text", check="date_mdy", high="today"), {"type": "date", "max": "today"}),
        (
            field("f", "text", check="datetime_ymd", low="2020-01-01 10:00"),
            {"type": "date", "min": "2020-01-01"},
        ),
        (field("f", "text", check="time"), {"type": "time"}),
        (field("f", "text", check="email"), {"type": "text", "identifying": True}),
        (
            field("f", "slider", choices="none | some | all"),
            {"type": "scale", "min": 0, "max": 100, "ends": ["none", "some", "all"]},
        ),
        (field("f", "slider", low="1", high="7"), {"type": "scale", "min": 1, "max": 7}),
        (
            field("f", "yesno"),
            {
                "type": "choice",
                "answer_options": [{"code": 1, "text": "Yes"}, {"code": 0, "text": "No"}],
            },
        ),
        (
            field("f", "radio", choices="-1, No | 2, Yes, much"),
            {"answer_options": [{"code": -1, "text": "No"}, {"code": 2, "text": "Yes, much"}]},
        ),
        (
            field("f", "dropdown", choices="01, A | b2, B"),
            {"answer_options": [{"code": "01", "text": "A"}, {"code": "b2", "text": "B"}]},
        ),
        (
            field("f", "radio", choices='1, <b class="a|b">A</b> | 2, B'),
            {"answer_options": [{"code": 1, "text": "A"}, {"code": 2, "text": "B"}]},
        ),
        (
            field("f", "checkbox", choices="1, A | 0, None", tags='@NONEOFTHEABOVE="0"'),
            {
                "type": "multiple",
                "answer_options": [
                    {"code": 1, "text": "A"},
                    {"code": 0, "text": "None", "exclusive": True},
                ],
            },
        ),
        (field("f", note="<i>Help</i>", required="y"), {"help": "Help"}),
        (field("f", identifier="y"), {"identifying": True, "required": False}),
        (field("f", tags="@HIDDEN"), {"enable_when": ["any"]}),
        (field("f", tags="@READONLY @DEFAULT='1'"), {"enable_when": ["any"]}),
    ],
    ids=lambda one: one.get("check") or one.get("tags") or "" if "field" in one else None,
)
def test_a_field(row: dict[str, str], wanted: dict[str, Any]) -> None:
    found = item(read(row, field("other")), "f")
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (field("f", "calc"), "row 2 is calculated"),
        (field("f", "sql"), "row 2 takes its choices from a database"),
        (field("f", "file"), "row 2 asks for a file"),
        (field("f", "hologram"), "row 2 is of the type 'hologram'"),
        (field("9 f"), "row 2 has no usable field name"),
        (field("f", "radio"), "row 2 lists no choices"),
        (field("f", "radio", choices="1, A | 1, B"), "row 2 uses one code for two choices"),
        (field("f", "radio", choices=", A | 1, B"), "row 2 has a choice without a code"),
        (field("f", "slider", low="5", high="5"), "minimum is not below its maximum"),
        (field("f", check="integer", low="9", high="1"), "has a minimum above its maximum"),
        (field("f", when="[event-name] = 'v1'"), "row 2: its branching is not understood"),
        (field("f", when="[a]='1' || [b]='2'"), "row 2: its branching is not understood"),
        (field("f", when="datediff([a], 'today', 'd') > 1"), "row 2: its branching"),
        (field("f", when="([a] = '1'"), "a parenthesis that is not closed"),
    ],
    ids=range(14),
)
def test_a_field_that_is_refused(row: dict[str, str], why: str) -> None:
    imported = read(row, field("other"))
    assert [one["id"] for one in imported.taken] == ["other"]
    assert why in imported.refused[0]["why"]


def test_sections_forms_and_matrices() -> None:
    imported = read(
        field("a", section="First part"),
        field("m1", "radio", choices=ABC, matrix="m", section="How much"),
        field("m2", "radio", choices=ABC, matrix="m"),
        field("z", form="form_two"),
    )
    assert imported.document is not None
    kinds = {one["id"]: one["type"] for one in walk(imported.document["items"]) if "type" in one}
    assert kinds["a-section"] == "page"
    assert item(imported, "m1-matrix")["type"] == "matrix"
    assert item(imported, "m1-matrix")["text"] == "How much"
    assert [one["id"] for one in item(imported, "m1-matrix")["items"]] == ["m1", "m2"]


def test_the_names_that_the_api_gives_to_columns() -> None:
    header = {
        "field": "field_name",
        "form": "form_name",
        "type": "field_type",
        "label": "field_label",
        "choices": "select_choices_or_calculations",
    }
    text = dictionary(field("f", "radio", choices=ABC), header=header)
    imported = import_redcap(text, "", "x.csv")
    assert [one["type"] for one in imported.taken] == ["choice"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "is no REDCap dictionary"),
        ("", "is no REDCap dictionary"),
        (dictionary(field("f"), field("F")), "names the field 'f' more than once"),
        (dictionary(), "holds no question"),
        (dictionary(field("f", "descriptive")), "holds no question"),
        (dictionary(*(field(f"f{n}") for n in range(4_001))), "has more than 4000 fields"),
    ],
    ids=range(6),
)
def test_the_whole_file_is_refused(text: str, why: str) -> None:
    imported = import_redcap(text, "", "x.csv")
    assert imported.document is None
    assert why in imported.why


def test_fields_that_look_at_one_another_are_shown_and_reported() -> None:
    ring = [field("a", "yesno", when="[b] = '1'"), field("b", "yesno", when="[a] = '1'")]
    behind = field("c", "yesno", when="[a] = '1'")
    imported = read(*ring, behind)
    assert "enable_when" not in item(imported, "a")
    assert item(imported, "c")["enable_when"] == ["a", "=", 1]
    assert [one["from"] for one in imported.changed if "look at one another" in one["what"]] == [
        "a",
        "b",
    ]


def test_words_that_hold_another_field_are_reported() -> None:
    row = field("f", label="Since [start_date], how are you?")
    assert "its words hold [start_date]" in read(row).changed[0]["what"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", None),
        ("  # only a note", None),
        ("[a] = '1'", ["a", "=", "1"]),
        ('[A]="x"', ["a", "=", "x"]),
        ("[a]=1", ["a", "=", "1"]),
        ("'1' = [a]", ["a", "=", "1"]),
        ("3 < [a]", ["a", ">", "3"]),
        ("[a] <> '1'", ["not", ["a", "=", "1"]]),
        ("[a] != 1", ["not", ["a", "=", "1"]]),
        ("[a] = ''", ["not", ["a", "answered"]]),
        ('[a] <> ""', ["a", "answered"]),
        ("[a(3)] = '1'", ["a", "in", ["3"]]),
        ("[a(3)] = '0'", ["not", ["a", "in", ["3"]]]),
        ("[a(3)] <> '1'", ["not", ["a", "in", ["3"]]]),
        ("[a(-9)]", ["a", "in", ["-9"]]),
        ("[a]>2 and [b]<=5", ["all", ["a", ">", "2"], ["b", "<=", "5"]]),
        (
            "[a]='1' or [b]='2' and [c]='3'",
            ["any", ["a", "=", "1"], ["all", ["b", "=", "2"], ["c", "=", "3"]]],
        ),
        (
            "([a]='1' OR [b]='2') AND [c]='3'",
            ["all", ["any", ["a", "=", "1"], ["b", "=", "2"]], ["c", "=", "3"]],
        ),
        ("not([a]='1')", ["not", ["a", "=", "1"]]),
        ("# a note\n[a]='1' // why\n or [b]='2'", ["any", ["a", "=", "1"], ["b", "=", "2"]]),
        ("[a] = '-1.5'", ["a", "=", "-1.5"]),
        ("[a]\u00a0=\u00a0'1'", ["a", "=", "1"]),
    ],
    ids=range(22),
)
def test_logic(text: str, wanted: object) -> None:
    assert parse_branching(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "[a]",
        "[a] =",
        "= '1'",
        "[a] = [b]",
        "'1' = '1'",
        "[a] = '1' [b] = '2'",
        "[a] = '1' and",
        "[a(1)] > '0'",
        "[a(1)] = '2'",
        "[a] < ''",
        "sum([a], [b]) > 3",
        "[a]='1' xor [b]='1'",
        "[x-y] = '1'",
        "[e1][a] = '1'",
        "(" * 40 + "[a]='1'" + ")" * 40,
        "[a] = 'x",
        "x" * 30_000,
    ],
    ids=range(17),
)
def test_logic_that_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_branching(text)
