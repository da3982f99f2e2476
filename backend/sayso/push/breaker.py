"""Leaving a push service alone for a while.

One hanging or refusing service must not take the time that belongs to the others. The state is
kept per origin in the memory of one worker: it is a courtesy, not a fact, and starts afresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sayso.domain.delivery import ACCEPTED, GONE, HELD, OUR_FAULT, RETRY, Outcome

_PATIENCE = {OUR_FAULT: 3, RETRY: 5}
_FIRST = {OUR_FAULT: timedelta(minutes=10), RETRY: timedelta(seconds=30)}
_LONGEST = timedelta(minutes=30)


@dataclass(slots=True)
class _Origin:
    in_a_row: int = 0
    openings: int = 0
    until: datetime | None = None
    why: str = ""


class Breaker:
    """Counts bad answers per origin; after enough of them in a row nothing is sent there.

    A single refusal never stops a service, because anybody can hand in an endpoint that refuses.
    `patience` says how many bad answers of each kind it takes where that is not so.
    """

    def __init__(self, patience: Mapping[str, int] = _PATIENCE) -> None:
        self._patience = patience
        self._origins: dict[str, _Origin] = {}

    def hold(self, origin: str, now: datetime) -> Outcome | None:
        """An outcome to use instead of sending while the origin is left alone, otherwise None."""
        state = self._origins.get(origin)
        if state is None or state.until is None or now >= state.until:
            return None
        return Outcome(HELD, f"Waiting: {state.why}", retry_after=state.until - now)

    def report(self, origin: str, outcome: Outcome, now: datetime) -> None:
        """Learn from one answer of that origin."""
        state = self._origins.setdefault(origin, _Origin())
        if outcome.kind in {ACCEPTED, GONE}:
            self._origins[origin] = _Origin()
            return
        if outcome.kind not in self._patience:
            return
        state.in_a_row += 1
        if outcome.status == 429 and outcome.retry_after:
            self._open(state, outcome, now, outcome.retry_after)
        elif state.in_a_row >= self._patience[outcome.kind]:
            wait = min(_FIRST[outcome.kind] * 2**state.openings, _LONGEST)
            self._open(state, outcome, now, wait)

    def open_origins(self, now: datetime) -> dict[str, str]:
        """Every origin that is being left alone, with the reason in words."""
        return {
            origin: state.why
            for origin, state in sorted(self._origins.items())
            if state.until is not None and now < state.until
        }

    def _open(self, state: _Origin, outcome: Outcome, now: datetime, wait: timedelta) -> None:
        # Messages already under way when it opened come back later and must not lengthen it again.
        if state.until is not None and now < state.until:
            return
        state.until = now + wait
        state.openings = min(state.openings + 1, 8)
        state.in_a_row = 0
        state.why = outcome.why
