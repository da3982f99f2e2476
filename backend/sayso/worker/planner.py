"""Planning in portions, so that no transaction is long and other writers get their turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sqlalchemy import Engine

from sayso.clock import Clock
from sayso.services import canary, digests, reminder_planning
from sayso.store.engine import transaction

_PORTION = 100
_MOST = 1_000_000


def plan(engine: Engine, clock: Clock, stopping: Callable[[], bool]) -> Counter[str]:
    """Plan everybody who has a window that nobody has planned yet; returns {"planned": rows}."""
    with transaction(engine, read_only=True) as connection:
        ids = reminder_planning.waiting_for_a_plan(connection, clock.now(), _MOST)
    changed = 0
    for start in range(0, len(ids), _PORTION):
        if stopping():
            break
        with transaction(engine) as connection:
            portion = ids[start : start + _PORTION]
            changed += reminder_planning.replan(connection, portion, clock.now())
    return Counter(planned=changed)


def sweep(engine: Engine, clock: Clock, stopping: Callable[[], bool]) -> Counter[str]:
    """Plan everybody with a window inside the horizon anew; returns {"swept": rows changed}."""
    changed, after = 0, 0
    while not stopping():
        with transaction(engine) as connection:
            now = clock.now()
            ids = reminder_planning.with_open_windows(connection, now, after, _PORTION)
            if not ids:
                break
            changed += reminder_planning.replan(connection, ids, now)
        after = ids[-1]
    return Counter(swept=changed)


def plan_own(engine: Engine, clock: Clock, *, summaries: bool, round_trip: bool) -> Counter[str]:
    """Queue what is about no participant: morning summaries, and the server's test of itself."""
    with transaction(engine) as connection:
        now = clock.now()
        if summaries:
            digests.plan(connection, now)
        if round_trip:
            canary.plan(connection, now)
    return Counter()
