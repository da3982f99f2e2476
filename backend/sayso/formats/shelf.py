"""Find instruments in a folder that is laid out as <id>/<version>/instrument.json."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sayso.domain.errors import QuestionnaireNotFound
from sayso.formats.instrument_json import FILE_NAME, Document, read_document

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def shelf(folder: Path) -> Callable[[str, str | None], Document]:
    """A function from instrument id and version (None: the newest) to the parsed document.

    It raises QuestionnaireNotFound, and InstrumentFileWrong for a file that is no instrument.
    """

    def find(instrument: str, version: str | None) -> Document:
        versions = [version] if version else _versions(folder, instrument)
        for one in versions:
            path = folder / instrument / one / FILE_NAME
            if _PLAIN.fullmatch(instrument) and _PLAIN.fullmatch(one) and path.is_file():
                return read_document(path)
        wanted = f"{instrument}@{version}" if version else instrument
        raise QuestionnaireNotFound(f"The study asks {wanted}, which is not in {folder}")

    return find


def _versions(folder: Path, instrument: str) -> list[str]:
    """The versions that are there, newest first; 1.10.0 is newer than 1.9.0."""
    if not _PLAIN.fullmatch(instrument) or not (folder / instrument).is_dir():
        return []
    names = [path.name for path in (folder / instrument).iterdir() if path.is_dir()]
    return sorted(names, key=_order, reverse=True)


def _order(version: str) -> list[tuple[int, int, str]]:
    return [
        (1, int(part), "") if part.isdigit() else (0, 0, part)
        for part in re.split(r"[.-]", version)
    ]
