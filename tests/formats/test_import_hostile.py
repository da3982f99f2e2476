"""Files that mean harm, or only nonsense: refused in a sentence, quickly, without a crash."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.errors import InstrumentFileWrong
from sayso.formats.import_draft import Imported
from sayso.formats.instrument_import import import_bytes, import_file
from sayso.formats.instrument_json import load
from sayso.formats.redcap_export import HEADER
from sayso.formats.redcap_logic import NotUnderstood as RedcapNotUnderstood
from sayso.formats.redcap_logic import parse_branching
from sayso.formats.xlsform_logic import NotUnderstood as XlsformNotUnderstood
from sayso.formats.xlsform_logic import parse_relevant
from support.instruments import choice, small_form


def zipped(flags: int = 0, /, **files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), content)
    data = bytearray(buffer.getvalue())
    if flags:
        place = data.find(b"PK\x01\x02")
        data[place + 8] |= flags
    return bytes(data)


def many_files() -> bytes:
    return zipped(0, **{f"f{n}": b"" for n in range(600)})


HOSTILE: dict[str, tuple[Any, str]] = {
    "nothing": (b"", "is empty"),
    "blanks": (b" \n\t ", "is empty"),
    "UTF-16": ("{}".encode("utf-16"), "is UTF-16 text"),
    "UTF-16 without its mark": ("a,b".encode("utf-16-le"), "holds zero bytes"),
    "latin-1": ("é,b".encode("latin-1"), "is not UTF-8 text"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "is not UTF-8 text"),
    "XML": (b"<Questionnaire/>", "is XML"),
    "half of a JSON file": (b'{"resourceType": "Questio', "is not JSON"),
    "a JSON list": (b"[1, 2]", "not a FHIR resource"),
    "a deep JSON list": (b"[" * 200_000, "is JSON nested too deeply"),
    "deep JSON objects": (b'{"item":' * 100_000, "is JSON nested too deeply"),
    "a number without end": (b'{"a": ' + b"9" * 10_000 + b"}", "a number too long to read"),
    "another resource": (b'{"resourceType": "Bundle"}', "is a FHIR Bundle"),
    "other JSON": (b'{"a": 1}', "is a FHIR document of no kind"),
    "another table": (b"a,b\n1,2\n", "is no REDCap dictionary"),
    "a zip of nothing": (zipped(), "is a zip without an instrument.csv"),
    "a zip of something else": (zipped(a_csv=b"x"), "is a zip without an instrument.csv"),
    "a cut zip": (zipped(instrument_csv=b"x" * 9_000)[:60], "is a zip that cannot be opened"),
    "a zip with a password": (zipped(1, instrument_csv=b"x"), "is a zip with a password"),
    "a zip of many files": (many_files(), "is a zip of 600 files"),
    "a zip bomb": (zipped(instrument_csv=b"0" * 60_000_000), "would unpack to 60 MB"),
    "a workbook in name only": (zipped(xl__workbook_xml=b"<x"), "is a zip without"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_in_a_sentence_at_once(name: str) -> None:
    data, said = HOSTILE[name]
    tracemalloc.start()
    began = time.process_time()
    imported = import_bytes(data, "file")
    seconds = time.process_time() - began
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert imported.document is None
    assert said in imported.why
    assert "\n" not in imported.why
    assert seconds < 1
    assert most < 100_000_000


def test_a_very_large_file_is_not_even_read(tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    with file.open("wb") as out:
        out.truncate(100_000_000)
    tracemalloc.start()
    imported = import_file(file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert imported.why == "is 100 MB; an instrument has at most 10 MB"
    assert most < 1_000_000


def test_a_byte_order_mark_is_no_obstacle() -> None:
    document = {"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "date"}]}
    data = b"\xef\xbb\xbf" + json.dumps(document).encode()
    assert import_bytes(data, "x").document is not None


def test_markup_and_formulas_in_labels_are_only_words() -> None:
    label = '<script>alert(1)</script><img src=x onerror=alert(1)>=HYPERLINK("http://x")'
    record = {"linkId": "a", "type": "boolean", "text": label}
    data = json.dumps({"resourceType": "Questionnaire", "item": [record]}).encode()
    document = import_bytes(data, "x").document
    assert document is not None
    assert document["items"][0]["text"] == '=HYPERLINK("http://x")'


def test_deeply_nested_groups_are_no_obstacle() -> None:
    record: dict[str, Any] = {"linkId": "q", "type": "boolean", "text": "Q"}
    for depth in range(300):
        record = {"linkId": f"g{depth}", "type": "group", "item": [record]}
    data = json.dumps({"resourceType": "Questionnaire", "item": [record]}).encode()
    assert "holds no question" in import_bytes(data, "x").why


def nested(depth: int) -> Any:
    found: Any = "x"
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize("depth", range(100, 1_100, 50))
@pytest.mark.parametrize("key", ["type", "text", "enableWhen", "extension", "answerOption"])
def test_any_depth_in_any_place(depth: int, key: str) -> None:
    record = {"linkId": "a", "type": "choice", "text": "A", key: "PLACE"}
    text = json.dumps({"resourceType": "Questionnaire", "item": [record]})
    text = text.replace('"PLACE"', "[" * depth + "1" + "]" * depth)
    sound(import_bytes(text.encode(), "x.json"))


@pytest.mark.parametrize("depth", [10, 300, 900, 970, 985])
@pytest.mark.parametrize("key", ["origin", "items", "scores", "title", "answer_sets"])
def test_an_instrument_of_any_depth(depth: int, key: str) -> None:
    with pytest.raises(InstrumentFileWrong):
        load({**small_form(choice("q")), key: nested(depth)})


def test_reasons_are_one_short_line_whatever_the_file_says() -> None:
    long = "line\n" * 50_000
    record = {"linkId": "a", "type": "choice", "text": "A", "answerValueSet": long}
    other = {"linkId": "b", "type": long, "text": "B"}
    document = {"resourceType": "Questionnaire", "item": [record, other, {**other, "linkId": "c"}]}
    imported = import_bytes(json.dumps(document).encode(), "x.json")
    for line in [imported.why, *(one["why"] for one in imported.refused)]:
        assert "\n" not in line
        assert len(line) < 400


def sound(imported: Imported) -> None:
    """Whatever went in: an instrument that loads, or a reason in one line."""
    if imported.document is None:
        assert imported.why
        assert "\n" not in imported.why
    else:
        assert imported.taken


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WORDS = st.sampled_from(
    "linkId type text item enableWhen question operator answerOption valueCoding code display "
    "repeats required extension url answerValueSet contained id resourceType ValueSet compose "
    "include concept initial maxLength prefix choice group display boolean integer = exists a b c "
    "answerBoolean answerCoding valueInteger enableBehavior all any readOnly decimal".split()
)
JSON = st.recursive(
    LEAF | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=25,
)
ITEM = st.recursive(
    st.fixed_dictionaries(
        {"linkId": st.sampled_from("abcdefg") | LEAF, "type": WORDS | JSON},
        optional={
            "text": st.text(max_size=10) | LEAF,
            "enableWhen": st.lists(st.dictionaries(WORDS, JSON, max_size=4), max_size=2) | JSON,
            "answerOption": st.lists(st.dictionaries(WORDS, JSON, max_size=3), max_size=3) | JSON,
            "extension": st.lists(st.dictionaries(WORDS, JSON, max_size=3), max_size=2) | JSON,
            "repeats": LEAF,
            "maxLength": LEAF,
            "initial": JSON,
            "answerConstraint": JSON,
            "enableBehavior": JSON,
            "prefix": JSON,
            "code": JSON,
            "answerValueSet": JSON,
            "options": JSON,
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"linkId": st.sampled_from("uvwxyz"), "type": WORDS, "item": st.lists(inner, max_size=3)}
    ),
    max_leaves=6,
)


@settings(max_examples=70, deadline=None)
@given(st.lists(ITEM | JSON, max_size=4), st.dictionaries(WORDS, JSON, max_size=3))
def test_any_fhir_document(items: list[Any], more: dict[str, Any]) -> None:
    document = {**more, "resourceType": "Questionnaire", "item": items}
    sound(import_bytes(json.dumps(document).encode(), "x.json"))


CELL = st.text(max_size=12) | st.sampled_from(
    [
        "radio",
        "checkbox",
        "slider",
        "text",
        "calc",
        "1, A | 2, B",
        "[a]='1'",
        "[b(1)]='1'",
        "a",
        "b",
        "c",
        "y",
        "m",
        "@HIDDEN",
        "number",
        "date_ymd",
        "5",
        "<b>x</b>",
        "descriptive",
        "notes",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELL, max_size=18), max_size=6))
def test_any_dictionary(rows: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    text = "\n".join([",".join(f'"{name}"' for name in HEADER), *quoted])
    sound(import_bytes(text.encode("utf-8", "replace"), "x.csv"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    for start in (
        b"",
        b"PK\x03\x04",
        b"{",
        b'"Variable / Field Name","Field Type","Field Label"\n',
    ):
        sound(import_bytes(start + data, "x"))


LOGIC = st.lists(
    st.sampled_from(
        [
            "[a]",
            "[b(1)]",
            "'1'",
            '"x"',
            "=",
            "<>",
            ">",
            "and",
            "or",
            "not",
            "(",
            ")",
            "3",
            "#",
            "//",
            "\n",
            "${a}",
            ".",
            "selected",
            ",",
            "../a",
            "/x/y",
            "true()",
            "[",
            "]",
            "'",
            "-1.5",
        ]
    ),
    max_size=20,
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(LOGIC | st.text(max_size=40))
def test_any_logic(text: str) -> None:
    for parse, refusal in (
        (parse_branching, RedcapNotUnderstood),
        (parse_relevant, XlsformNotUnderstood),
    ):
        try:
            condition = parse(text)
        except refusal:
            continue
        assert condition is None or isinstance(condition, list)
