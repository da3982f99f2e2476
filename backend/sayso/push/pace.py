"""How fast one push service is asked: a token bucket per origin.

Services count requests and punish bursts with 429. Ten thousand reminders at nine o'clock therefore
leave at a steady pace to each service, and a slow one does not hold up the others. Kept in the
memory of one worker, on the event loop's clock: it is a courtesy, not a fact.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

# The strictest published figure is 600,000 a minute for one sender.
PER_SECOND = 5_000.0
BURST = 5_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Pace:
    """`wait` returns when one more request may go to an origin."""

    def __init__(self, per_second: float = PER_SECOND, burst: int = BURST) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("a pace needs a rate above zero and room for one request")
        self._per_second = per_second
        self._burst = float(burst)
        self._buckets: dict[str, _Bucket] = {}

    async def wait(self, origin: str) -> None:
        """Take a token of that origin, or wait for the one that is due to this caller."""
        if (seconds := self.take(origin, asyncio.get_running_loop().time())) > 0:
            await asyncio.sleep(seconds)

    def take(self, origin: str, at: float) -> float:
        """Seconds until the token taken now is really there; `at` is a clock that never goes back.

        Tokens are lent: who comes later waits longer, in the order of coming.
        """
        bucket = self._buckets.get(origin)
        if bucket is None or at < bucket.at:
            # Another event loop may have another clock; then the bucket starts afresh.
            bucket = self._buckets[origin] = _Bucket(self._burst, at)
        bucket.tokens = min(self._burst, bucket.tokens + (at - bucket.at) * self._per_second)
        bucket.at = at
        bucket.tokens -= 1
        return max(0.0, -bucket.tokens / self._per_second)
