"""A tablet handed over, from both sides: what tests of the hand-over share."""

from __future__ import annotations

from typing import Any

from support.answering import ALICE
from support.visitors import Visitor, Visitors

HAND = f"{ALICE}/handovers"


def started(visitors: Visitors, path: str = HAND, by: str = "bob") -> dict[str, Any]:
    answer = getattr(visitors, by).post(path)
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def taken(visitors: Visitors, code: str) -> Visitor:
    found = visitors.stranger()
    answer = found.post("/api/tablet/session", {"code": code})
    assert answer.status_code == 201, answer.json
    return found


def row_of(visitors: Visitors, path: str = ALICE) -> dict[str, Any]:
    """What staff see of the latest hand-over."""
    row: dict[str, Any] = visitors.bob.get(f"{path}/handovers").json["rows"][0]
    return row
