"""What nudging brings: answers after a reminder, answers after staff stepped in.

Both describe and prove nothing: a reminder that was delivered need not have been seen, and who
answers after a call might have answered anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sayso.domain.completion import Ratio, Row

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Nudge:
    """Something that reached out for one occasion: a delivered reminder, or a staff task.

    `step` is the rung of the ladder; for a staff task any word.
    """

    participant: str
    timepoint: str
    step: str
    at: datetime


def reminder_yield(nudges: Iterable[Nudge], rows: Iterable[Row]) -> dict[str, Ratio]:
    """F16: for each step, occasions answered within 24 hours after it over those it reached."""
    answered = _first_answers(rows)
    counts: dict[str, list[int]] = {}
    for nudge in nudges:
        pair = counts.setdefault(nudge.step, [0, 0])
        came = answered.get((nudge.participant, nudge.timepoint))
        pair[0] += came is not None and nudge.at <= came <= nudge.at + SOON
        pair[1] += 1
    return {step: Ratio(*pair) for step, pair in sorted(counts.items())}


def backup_yield(escalations: Iterable[Nudge], rows: Iterable[Row]) -> Ratio:
    """F14: occasions received after staff stepped in over occasions in which they did.

    Of several escalations of one occasion the first counts.
    """
    first: dict[tuple[str, str], datetime] = {}
    for nudge in escalations:
        key = (nudge.participant, nudge.timepoint)
        first[key] = min(nudge.at, first.get(key, nudge.at))
    answered = _first_answers(rows)
    came = sum(key in answered and answered[key] >= at for key, at in first.items())
    return Ratio(came, len(first))


def _first_answers(rows: Iterable[Row]) -> Mapping[tuple[str, str], datetime]:
    """When the first answer to each occasion arrived."""
    found: dict[tuple[str, str], datetime] = {}
    for row in rows:
        response = row.status.response
        if response is not None:
            key = (row.participant, row.timepoint)
            found[key] = min(response.received_at, found.get(key, response.received_at))
    return found
