"""285 files that nobody here wrote: each is imported or refused with a reason, and quickly.

The expectations are by class of reason and not by file, so that they say what the importers can do
and not which files happened to be collected.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from functools import cache

import pytest

from sayso.formats.import_draft import Imported, walk
from sayso.formats.instrument_import import import_file
from sayso.formats.instrument_json import load
from support.instruments import corpus

FOLDERS = {
    "fhir": "fhir-questionnaires",
    "redcap": "redcap-dictionaries",
    "xlsform": "xlsforms",
}
FILES = {"fhir": 187, "redcap": 53, "xlsform": 45}

# Whole files that are refused, by class of reason.
REFUSED_FILES = {
    "fhir": {
        "its answers are in a value set": 8, "asks for a file": 2, "repeats": 3, "is XML": 2,
        "asks for a quantity whose unit the person chooses": 2, "has no answer options": 1,
        "uses the linkId": 1, "decides its own showing": 1, "is calculated by an expression": 1,
        "asks for a reference": 1, "holds no question that can be taken": 1,
    },
    "redcap": {"names the field": 1, "holds no question that can be taken": 1},
    "xlsform": {"is filled in by the device": 1, "is of the type": 2},
}  # fmt: skip

# Items in files that are imported, refused one by one.
REFUSED_ITEMS = {
    "redcap": {
        "is calculated": 49, "takes its choices from a database": 21, "asks for a file": 14,
        "its branching": 13,
    },
}  # fmt: skip
CLASSES = (
    "its answers are in a value set", "its answers are a whole code system",
    "is inside the repeating group", "asks for a file", "repeats", "is XML",
    "asks for a quantity whose unit the person chooses", "has no answer options",
    "uses the linkId", "decides its own showing", "is calculated", "asks for a reference",
    "asks for an address", "is a display without words", "names the field",
    "takes its choices from a database", "takes its choices from", "its branching",
    "is filled in by the device", "is in a group that is filled in again", "is of the type",
    "has no usable", "holds no question that can be taken",
)  # fmt: skip


def reason_class(why: str, wanted: dict[str, int] | None = None) -> str:
    """The class of a reason; where several fit, the first of `CLASSES`."""
    for one in (*(wanted or {}), *CLASSES):
        if one in why:
            return one
    return why


@cache
def outcomes(format_name: str) -> tuple[tuple[Imported, float], ...]:
    found = []
    for file in sorted(corpus(FOLDERS[format_name]).iterdir()):
        # Time of this process alone: what else the machine is doing must not fail a test.
        began = time.process_time()
        imported = import_file(file)
        found.append((imported, time.process_time() - began))
    return tuple(found)


def imported_files(format_name: str) -> list[Imported]:
    return [one for one, _ in outcomes(format_name) if one.document is not None]


every = pytest.mark.parametrize("format_name", FOLDERS)


@every
def test_each_file_is_imported_or_refused_with_a_reason(format_name: str) -> None:
    found = [one for one, _ in outcomes(format_name)]
    assert len(found) == FILES[format_name]
    refused = Counter(
        reason_class(one.why, REFUSED_FILES[format_name]) for one in found if one.document is None
    )
    assert dict(refused) == REFUSED_FILES[format_name]


@pytest.mark.parametrize(
    ("format_name", "share"), [("fhir", 0.6), ("redcap", 0.95), ("xlsform", 0.6)]
)
def test_the_share_of_files_that_is_imported(format_name: str, share: float) -> None:
    assert len(imported_files(format_name)) / FILES[format_name] >= share


def test_most_fhir_files_keep_every_choice() -> None:
    choices = ("value set", "code system", "no answer options", "references to other records")
    whole = [
        one
        for one in imported_files("fhir")
        if not any(word in refused["why"] for refused in one.refused for word in choices)
    ]
    assert len(whole) / FILES["fhir"] >= 0.6


def test_nearly_all_rows_of_redcap_dictionaries_are_taken() -> None:
    taken = sum(len(one.taken) for one in imported_files("redcap"))
    assert taken / 3_650 >= 0.97
    refused = Counter(
        reason_class(one["why"], REFUSED_ITEMS["redcap"])
        for file in imported_files("redcap")
        for one in file.refused
    )
    assert dict(refused) == REFUSED_ITEMS["redcap"]


@every
def test_every_reason_for_an_item_is_of_a_known_class_and_names_its_place(format_name: str) -> None:
    for one in imported_files(format_name):
        for refused in one.refused:
            assert reason_class(refused["why"]) in CLASSES, refused
            assert refused["from"]


@every
def test_what_is_taken_is_there(format_name: str) -> None:
    for one in imported_files(format_name):
        assert one.document is not None
        load(one.document)
        ids = {item["id"] for item in walk(one.document["items"])}
        assert ids >= {taken["id"] for taken in one.taken if taken["type"] != "page"}
        assert re.fullmatch(r"[0-9a-f]{64}", one.sha256)


@every
def test_every_condition_is_kept_or_reported(format_name: str) -> None:
    """An item is shown under its condition, or a line of the report says that it is not."""
    for one in imported_files(format_name):
        reported = {change["from"] for change in one.changed} | {r["from"] for r in one.refused}
        assert one.document is not None
        for item in walk(one.document["items"]):
            if item.get("enable_when") == ["any"]:
                assert any(item["id"].startswith(one) for one in reported)


def test_no_fhir_condition_is_lost_in_silence() -> None:
    kept = reported = 0
    for file, (one, _) in zip(
        sorted(corpus(FOLDERS["fhir"]).iterdir()), outcomes("fhir"), strict=True
    ):
        if one.document is None:
            continue
        items = {item["id"]: item for item in walk(one.document["items"])}
        said = {change["from"] for change in one.changed if "its condition" in change["what"]}
        waiting = [json.loads(file.read_text("utf-8-sig"))]
        while waiting:
            record = waiting.pop()
            waiting += record.get("item", [])
            link = record.get("linkId")
            if record.get("enableWhen") and link in items:
                kept += "enable_when" in items[link]
                reported += link in said
                assert "enable_when" in items[link] or link in said
    assert kept > 100
    assert reported > 5


@every
def test_no_markup_is_left_in_any_label(format_name: str) -> None:
    for one in imported_files(format_name):
        assert one.document is not None
        for item in walk(one.document["items"]):
            for text in (item.get("text", ""), item.get("help", "")):
                assert re.search(r"</?(?:script|b|i|p|div|span|br|style|img)\b[^>]*>", text) is None


@every
def test_no_file_takes_a_second(format_name: str) -> None:
    assert max(seconds for _, seconds in outcomes(format_name)) < 1.0


def test_memory_stays_small() -> None:
    """One process reads the whole corpus, and never holds more than 256 MB."""
    folders = [str(corpus(folder)) for folder in FOLDERS.values()]
    ended = subprocess.run(
        [sys.executable, "-c", _READ_ALL, *folders], capture_output=True, text=True, check=True
    )
    files, kilobytes = map(int, ended.stdout.split())
    assert files == sum(FILES.values())
    assert kilobytes < 256_000


_READ_ALL = """
import sys
from pathlib import Path
from sayso.formats.instrument_import import import_file
files = [file for folder in sys.argv[1:] for file in sorted(Path(folder).iterdir())]
for file in files:
    import_file(file)
# The peak of this program alone: what rusage counts includes the process that has forked it.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(len(files), status["VmHWM"].split()[0])
"""
