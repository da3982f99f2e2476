"""One tick: decide what is due, take it, look again, send it, write down what became of it.

Transactions are short and nothing is sent inside one. A crash at any point leaves rows that are due
again when their lease ends, so a message may go out twice and is never lost; both copies carry the
same topic and tag, and the phone shows one.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import Engine

from sayso.clock import Clock
from sayso.domain.delivery import OUR_FAULT, Outcome, Settlement, settle
from sayso.domain.errors import StoreUnavailable
from sayso.services import dispatch, dispatch_check, reminder_queue
from sayso.services.dispatch import Settled
from sayso.services.dispatch_check import Desk, Ready
from sayso.store.engine import transaction
from sayso.worker.transport import Transport

BATCH = 200
IN_FLIGHT = 100
_FLUSH_ROWS = 16
_FLUSH_SECONDS = 0.25
_LEFT = ("left", "There was no time for it in this round; it is taken up again.")
_RANDOM = secrets.SystemRandom()
_log = structlog.get_logger(__name__)


class Dispatcher:
    """Runs ticks. `stopping` is asked between batches; `jitter` gives numbers in [0, 1)."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        desk: Desk,
        transport: Transport,
        *,
        stopping: Callable[[], bool] = lambda: False,
        jitter: Callable[[], float] = _RANDOM.random,
        lease: timedelta = dispatch.LEASE,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._desk = desk
        self._transport = transport
        self._stopping = stopping
        self._jitter = jitter
        self._lease = lease

    def tick(self) -> Counter[str]:
        """Do everything that is due; returns counts by what was done.

        Raises StoreUnavailable. With nothing due it costs two index lookups and no write lock.
        """
        now = self._clock.now()
        with transaction(self._engine, read_only=True) as connection:
            due = [dispatch.next_due(connection), reminder_queue.next_due(connection)]
        if not any(at is not None and at <= now for at in due):
            return Counter()
        return asyncio.run(self._drain())

    async def _drain(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        async with self._transport:
            while not self._stopping():
                token, now = uuid4().hex, self._clock.now()
                with transaction(self._engine) as connection:
                    queued = reminder_queue.queue_due(connection, now, BATCH)
                    taken = dispatch.claim(connection, token, now, BATCH, self._lease)
                counts["decided"] += queued.decided
                if taken:
                    # A batch that takes longer than expected stops while its rows are still ours.
                    until = now + self._lease * 0.75
                    counts += await self._send_batch(token, taken, until, queued)
                elif not queued.decided:
                    break
        return counts

    async def _send_batch(
        self, token: str, taken: list[int], until: datetime, queued: reminder_queue.Queued
    ) -> Counter[str]:
        now = self._clock.now()
        with transaction(self._engine, read_only=True) as connection:
            checked = dispatch_check.check(connection, token, taken, self._desk, now, queued)
        ledger = _Ledger(self._engine, self._clock)
        for settled in checked.settled:
            ledger.add(settled)
        ledger.flush()
        self._transport.prepare([one.push for one in checked.ready if one.push is not None], now)
        hands = []
        # Mail goes one by one; it must not wait behind pushes, nor pushes behind it.
        for channel, places in (("push", IN_FLIGHT), ("email", 1)):
            pile = [one for one in checked.ready if one.taken.channel == channel]
            rest = iter(pile)
            hands += [self._send_on(rest, until, ledger) for _ in pile[:places]]
        await asyncio.gather(*hands)
        ledger.flush(last=True)
        return ledger.counts

    async def _send_on(self, rest: Iterator[Ready], until: datetime, ledger: _Ledger) -> None:
        """One of the pairs of hands that share a pile: send the next message until none is left."""
        for ready in rest:
            sent = await self._send(ready, until)
            ledger.add(sent)
            # Mail is written down at once, because two copies cannot be shown as one.
            ledger.flush_when_due(at_once=sent.taken.channel == "email")

    async def _send(self, ready: Ready, until: datetime) -> Settled:
        """Send one message, or give it back untried when the lease is nearly over."""
        if (now := self._clock.now()) >= until:
            return Settled(ready.taken, Settlement("pending", *_LEFT, now, counts=False))
        outcome = await self._outcome(ready)
        now = self._clock.now()
        settlement = settle(
            outcome,
            attempts=ready.taken.attempts,
            expires_at=ready.taken.until,
            now=now,
            jitter=self._jitter(),
        )
        if outcome.kind == OUR_FAULT or settlement.state == "failed":
            _log.error(
                "delivery refused", delivery=ready.taken.id, channel=ready.taken.channel,
                status=outcome.status, why=settlement.why,
            )  # fmt: skip
        return Settled(ready.taken, settlement)

    async def _outcome(self, ready: Ready) -> Outcome:
        now = self._clock.now()
        if ready.push is not None:
            return await self._transport.push(ready.push, now)
        if ready.mail is not None:
            return await self._transport.mail(ready.mail, now)
        raise ValueError("a ready delivery has a message")


def _counted_as(settlement: Settlement) -> str:
    """Only what was tried and will be tried again was retried; the rest waits for its moment."""
    if settlement.state != "pending":
        return settlement.state
    return "retried" if settlement.counts else "waiting"


class _Ledger:
    """Outcomes on their way into the database, a few at a time.

    Small batches keep short the span in which a crash would make messages go out twice.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._pending: list[Settled] = []
        self._since = 0.0
        self.counts: Counter[str] = Counter()

    def add(self, settled: Settled) -> None:
        if not self._pending:
            self._since = asyncio.get_running_loop().time()
        self._pending.append(settled)

    def flush_when_due(self, *, at_once: bool) -> None:
        waited = asyncio.get_running_loop().time() - self._since
        if at_once or len(self._pending) >= _FLUSH_ROWS or waited >= _FLUSH_SECONDS:
            self.flush()

    def flush(self, *, last: bool = False) -> None:
        """Write what has gathered. An unreachable database is tried again with the next rows."""
        if not self._pending:
            return
        try:
            with transaction(self._engine) as connection:
                dispatch.settle(connection, self._pending, self._clock.now())
        except StoreUnavailable:
            if last:
                raise
            _log.warning("outcomes wait for the database", rows=len(self._pending))
            return
        for settled in self._pending:
            self.counts[_counted_as(settled.settlement)] += 1
        self._pending = []
