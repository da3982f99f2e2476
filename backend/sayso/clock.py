"""The only reader of system time.

Everything else takes `now` as an argument: an aware UTC datetime that a composition root (the
command line, the web application, the worker) read here once for the request, command or tick at
hand. That makes every rule repeatable for a given moment, and a simulated year as quick as its
arithmetic.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment as an aware UTC datetime."""

    def now(self) -> datetime: ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class OffsetClock:
    """A running clock, ahead of `base` by `offset`, so that a demonstration can pass time."""

    offset: timedelta
    base: Clock = field(default_factory=SystemClock)

    def now(self) -> datetime:
        return self.base.now() + self.offset


@dataclass
class FixedClock:
    """A clock that stands still until it is told to move: for tests and simulations.

    `moment` must be aware; `ValueError` otherwise, because a naive moment would be read in the
    machine's zone somewhere further down.
    """

    moment: datetime

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("a clock needs an aware moment")
        self.moment = self.moment.astimezone(UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by
