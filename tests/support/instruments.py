"""Where tests find instruments: those that ship, and the corpus of files that nobody here wrote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "instruments"


def corpus(folder: str) -> Path:
    """A folder of the shared corpus; the test is skipped where there is none."""
    given = os.environ.get("SAYSO_CORPUS")
    place = Path(given) if given else ROOT.parent / "shared" / "corpus"
    if not (place / folder).is_dir():
        pytest.skip(f"no corpus of {folder}; set SAYSO_CORPUS to its folder")
    return place / folder


def shipped_folders() -> list[Path]:
    """Every version of every instrument in this repository, packs included."""
    return sorted(file.parent for file in SHIPPED.glob("**/instrument.json"))


def small_form(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document with these items and nothing that a test does not mention."""
    return {
        "id": "small",
        "version": "1",
        "title": "Small",
        "language": "en",
        "status": "demonstration",
        "items": list(items),
        **more,
    }


def choice(item_id: str, *codes: int | str, **more: Any) -> dict[str, Any]:
    """A choice item whose options read like their codes."""
    options = [{"code": code, "text": f"Answer {code}"} for code in codes or (0, 1, 2, 3)]
    return {"id": item_id, "type": "choice", "text": item_id, "answer_options": options, **more}
