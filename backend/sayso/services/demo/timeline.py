"""The moving clock of the demonstration: acts in order of time, which may lead to further acts."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime

Act = Callable[[datetime], None]


class Timeline:
    """Acts up to `end`; what would happen later is not played."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self.now = datetime.min.replace(tzinfo=UTC)
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._count = 0

    def at(self, moment: datetime, act: Act) -> None:
        """Let something happen at a moment, if that moment has come by the end.

        What should have happened already happens now: the trail stays in order of time.
        """
        moment = max(moment, self.now)
        if moment <= self.end:
            self._count += 1
            heapq.heappush(self._waiting, (moment, self._count, act))

    def play(self, tell: Act) -> None:
        """Run everything, earliest first; acts of one moment in the order of their planning.

        `tell` hears the moment after each act.
        """
        while self._waiting:
            moment, _, act = heapq.heappop(self._waiting)
            self.now = moment
            act(moment)
            tell(moment)
