"""Corrections of answers as change requests: asked for, then accepted or refused by somebody else.

Nothing is written over. The answers that count are those of the correction accepted last, as of the
moment that is asked about; without one, the answers as they came. Which form came in and when, and
with it every status and rate, is no business of a correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.domain.errors import AlreadyRecorded, AlreadySettled, SecondPersonNeeded

PROPOSED, ACCEPTED, REFUSED = "proposed", "accepted", "refused"


@dataclass(frozen=True, slots=True)
class Answers:
    """One set of answers to one questionnaire."""

    answers: Mapping[str, Any]
    skipped: Sequence[str]


@dataclass(frozen=True, slots=True)
class Correction:
    """One change request; the staff are row ids, None while nobody has decided."""

    id: int
    response_id: str
    said: Answers
    reason: str
    proposed_at: datetime
    proposed_by: int
    accepted: bool | None = None
    decided_at: datetime | None = None
    decided_by: int | None = None
    decision_reason: str | None = None

    @property
    def state(self) -> str:
        """`proposed`, `accepted` or `refused`."""
        if self.accepted is None:
            return PROPOSED
        return ACCEPTED if self.accepted else REFUSED


def check_new(earlier: Iterable[Correction], response_id: str) -> None:
    """Refuse a second request about answers while one waits. Raises `AlreadyRecorded`."""
    if any(one.response_id == response_id and one.state == PROPOSED for one in earlier):
        raise AlreadyRecorded("A correction of these answers waits for a decision already")


def check_decision(one: Correction, accept: bool, by: int) -> None:
    """Refuse a decision that is not this person's to take.

    The author may take a request back, but only somebody else can accept it. Raises
    `AlreadySettled` or `SecondPersonNeeded`.
    """
    if one.state != PROPOSED:
        raise AlreadySettled("This correction was decided on before")
    if accept and one.proposed_by == by:
        raise SecondPersonNeeded("Whoever asked for a correction cannot accept it")


def standing(requests: Iterable[Correction], at: datetime | None = None) -> dict[str, Correction]:
    """The correction that counts, by response, as of a moment (None: as things are now)."""
    accepted = [
        (one.decided_at, one.id, one)
        for one in requests
        if one.accepted and one.decided_at is not None and (at is None or one.decided_at <= at)
    ]
    accepted.sort(key=lambda entry: entry[:2])
    return {one.response_id: one for _decided, _id, one in accepted}
