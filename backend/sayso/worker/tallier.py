"""Lines of the tally worked out ahead of the question, a few people at a time.

No report needs this: it only makes them fast. The facts are read without a lock and the lines kept
in a short transaction of their own, which leaves out whoever has changed in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import structlog
from sqlalchemy import Engine

from sayso.clock import Clock
from sayso.services import tallies
from sayso.store.engine import transaction

_PORTION = 25
_SAMPLE = 50
_log = structlog.get_logger(__name__)


def write(engine: Engine, clock: Clock, stopping: Callable[[], bool]) -> Counter[str]:
    """Write every line that does not hold now; returns {"lines": how many}."""
    written = 0
    with transaction(engine, read_only=True) as connection:
        now = clock.now()
        waiting = {
            key: tallies.waiting(connection, key, now) for key in tallies.keys_of(connection)
        }
    for key, ids in waiting.items():
        for start in range(0, len(ids), _PORTION):
            if stopping():
                return Counter(lines=written)
            with transaction(engine, read_only=True) as connection:
                portion = ids[start : start + _PORTION]
                lines = tallies.write_lines(connection, key, portion, clock.now())
            if lines.lines:
                with transaction(engine) as connection:
                    written += tallies.keep(connection, lines)
    return Counter(lines=written)


def compare(engine: Engine, clock: Clock, turn: int) -> Counter[str]:
    """Hold some lines against the facts, others each `turn`; a difference is a fault of ours.

    A line that differs is taken away, so that reports are right again at once.
    """
    differing = 0
    with transaction(engine, read_only=True) as connection:
        now = clock.now()
        wrong = {
            key: tallies.differing(connection, key, turn * _SAMPLE, _SAMPLE, now)
            for key in tallies.keys_of(connection)
        }
    for key, ids in wrong.items():
        if ids:
            differing += len(ids)
            _log.error("lines of the tally differ from the facts", study=key, participants=ids)
            with transaction(engine) as connection:
                tallies.take_away(connection, ids)
    return Counter(lines_differing=differing)
