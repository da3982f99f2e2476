"""Find instrument documents in a folder laid out as `ID/VERSION/instrument.json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sayso.domain.errors import QuestionnaireNotFound
from sayso.formats.instrument_json import read_document

_ANY = "*/*/instrument.json"
Find = Callable[[str, str | None], Mapping[str, Any]]


def finder(folder: Path) -> Find:
    """A function from (instrument, version) to the document; version None takes the newest.

    The function raises QuestionnaireNotFound and names what the folder has instead, or
    InstrumentFileWrong.
    """

    def find(instrument: str, version: str | None) -> Mapping[str, Any]:
        versions = sorted(
            (one.parent for one in (folder / instrument).glob("*/instrument.json")), key=_order
        )
        if version is not None:
            versions = [one for one in versions if one.name == version]
        if not versions:
            known = ", ".join(sorted({one.parents[1].name for one in folder.glob(_ANY)}))
            wanted = instrument if version is None else f"{instrument} {version}"
            raise QuestionnaireNotFound(
                f"There is no questionnaire {wanted} in {folder}; it has: {known or 'none'}"
            )
        return read_document(versions[-1])

    return find


def _order(folder: Path) -> tuple[tuple[int, str], ...]:
    """Versions in order of their numbers, so that 1.10 comes after 1.9."""
    parts = folder.name.split(".")
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)
