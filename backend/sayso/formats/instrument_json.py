"""Our own instrument files: read, checked, hashed.

One document describes one immutable version of an instrument. Reading never stops at the first
fault: the author of a form gets every fault of the file in one go, each with its place and mend.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sayso.domain.errors import InstrumentFileWrong
from sayso.domain.questionnaire import Questionnaire
from sayso.formats.canonical import canonical, sha256
from sayso.formats.faults import Faults
from sayso.formats.instrument_checks import check_questionnaire
from sayso.formats.instrument_reader import read_questionnaire
from sayso.formats.score_checks import check_scores

__all__ = [
    "FILE_NAME",
    "canonical",
    "for_participants",
    "load",
    "pretty",
    "read_document",
    "sha256",
]

FILE_NAME = "instrument.json"
MAX_BYTES = 5_000_000

Document = dict[str, Any]


def load(source: Path | str | Mapping[str, Any]) -> Questionnaire:
    """The questionnaire in a folder, a file or an already parsed document.

    Raises `InstrumentFileWrong`, which lists every fault that was found.
    """
    document = dict(source) if isinstance(source, Mapping) else read_document(Path(source))
    faults = Faults(str(document.get("id")) if isinstance(source, Mapping) else str(source))
    try:
        questionnaire = _checked(document, faults)
    except RecursionError as error:
        faults.add("(file)", "is nested too deeply", "flatten it")
        raise InstrumentFileWrong(faults.found) from error
    if faults:
        raise InstrumentFileWrong(faults.found)
    return questionnaire


def _checked(document: Document, faults: Faults) -> Questionnaire:
    questionnaire = read_questionnaire(document, faults)
    # What a score can reach is only known when the reader has understood every item.
    items_sound = not any(
        fault.key.startswith(("items", "answer_sets", "(")) for fault in faults.found
    )
    check_questionnaire(questionnaire, faults)
    check_scores(questionnaire, faults, deep=items_sound)
    return questionnaire


def read_document(path: Path) -> Document:
    """The parsed JSON of a file, or of the `instrument.json` in a folder.

    Raises `InstrumentFileWrong` when there is no such file or it is not a JSON object.
    """
    file = path / FILE_NAME if path.is_dir() else path
    faults = Faults(str(file))
    try:
        if file.stat().st_size > MAX_BYTES:
            faults.add("(file)", "is larger than 5 MB", "check that this is an instrument file")
            raise InstrumentFileWrong(faults.found)
        document = json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        faults.add("(file)", f"cannot be read: {error.strerror}", f"put an {FILE_NAME} there")
        raise InstrumentFileWrong(faults.found) from error
    except (UnicodeDecodeError, RecursionError) as error:
        faults.add("(file)", "is not UTF-8 JSON text", "save it as UTF-8")
        raise InstrumentFileWrong(faults.found) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        faults.add(place, f"is not JSON: {error.msg}", "mend the punctuation there")
        raise InstrumentFileWrong(faults.found) from error
    if not isinstance(document, dict):
        faults.add("(file)", "is not a JSON object", "begin with { and give id, version, items")
        raise InstrumentFileWrong(faults.found)
    return document


def for_participants(document: Mapping[str, Any]) -> Document:
    """The document as the app receives it: without the scores, which only the server runs."""
    return {key: value for key, value in document.items() if key != "scores"}


def pretty(document: Mapping[str, Any]) -> str:
    """The document as a person reviews it: short lists and small records on one line each."""
    return _pretty(document, 0) + "\n"


def _pretty(value: Any, depth: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    room = 100 - 2 * depth - 2
    if not isinstance(value, dict | list) or len(flat) <= room or not value:
        return flat
    pad = "  " * (depth + 1)
    if isinstance(value, dict):
        rows = [
            f"{json.dumps(key, ensure_ascii=False)}: {_pretty(one, depth + 1)}"
            for key, one in value.items()
        ]
        opening, closing = "{", "}"
    else:
        rows = [_pretty(one, depth + 1) for one in value]
        opening, closing = "[", "]"
    inner = (",\n" + pad).join(rows)
    return f"{opening}\n{pad}{inner}\n{'  ' * depth}{closing}"
