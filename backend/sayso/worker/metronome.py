"""The metronome: APScheduler calls the jobs, and that is all it does.

It holds no reminder. Its jobs live in memory, a late or doubled call finds the rows as they are,
and several workers on several hosts are safe because of how rows are taken, not because of anything
here. A job that fails is logged and called again next time.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from sayso.clock import Clock
from sayso.domain.audit import Actor
from sayso.domain.errors import StoreUnavailable
from sayso.services import audit_watch, handovers, heartbeats, limits
from sayso.store.engine import transaction
from sayso.worker import auditor, dead_man, planner, tallier
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Transport

DISPATCH_SECONDS = 5
PLAN_SECONDS = 600
SWEEP_SECONDS = 3600
AUDIT_SECONDS = 3600
TALLY_SECONDS = 60
HEARTBEAT_SECONDS = 30
DEAD_MAN_SECONDS = 300
_log = structlog.get_logger(__name__)


class Metronome:
    """Calls the dispatcher and the planner until it is told to stop."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        dispatcher: Dispatcher,
        transport: Transport,
        *,
        stop: threading.Event,
        dead_man_url: str = "",
        plan_own: Callable[[], Counter[str]] = Counter,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._dispatcher = dispatcher
        self._transport = transport
        self._stop = stop
        self._dead_man_url = dead_man_url
        self._plan_own = plan_own
        self._name = f"worker/{socket.gethostname()}/{os.getpid()}"
        self._counts: Counter[str] = Counter()
        self._ticked = False
        self._turn = 0

    def run(self) -> None:
        """Beat until `stop` is set; what is under way is finished first."""
        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        for job, seconds in (
            (self.heartbeat, HEARTBEAT_SECONDS),
            (self.plan, PLAN_SECONDS),
            (self.dispatch, DISPATCH_SECONDS),
            (self.sweep, SWEEP_SECONDS),
            (self.tally, TALLY_SECONDS),
            (self.audit, AUDIT_SECONDS),
            (self.dead_man, DEAD_MAN_SECONDS),
        ):
            # Once at the start, and without a date: the scheduler has a clock of its own.
            scheduler.add_job(job)
            scheduler.add_job(job, "interval", seconds=seconds)
        scheduler.start()
        _log.info("worker started", worker=self._name)
        self._stop.wait()
        scheduler.shutdown(wait=True)
        _log.info("worker stopped", worker=self._name, counts=dict(self._counts))

    def dispatch(self) -> None:
        """Send what is due."""
        self._guarded("dispatch", lambda: self._dispatcher.tick())

    def plan(self) -> None:
        """Plan windows that have come inside the horizon."""
        self._guarded("plan", lambda: planner.plan(self._engine, self._clock, self._stop.is_set))
        self._guarded("plan own", self._plan_own)

    def sweep(self) -> None:
        """Look at everybody again, in case a change was made behind the services' back."""
        self._guarded("sweep", lambda: planner.sweep(self._engine, self._clock, self._stop.is_set))

    def tally(self) -> None:
        """Work out lines of the tally, and hold a few others against the facts."""
        self._turn += 1
        self._guarded("tally", lambda: tallier.write(self._engine, self._clock, self._stop.is_set))
        self._guarded("tally", lambda: tallier.compare(self._engine, self._clock, self._turn))

    def audit(self) -> None:
        """Verify the audit trail, once a day."""
        self._guarded("audit", lambda: auditor.verify(self._engine, self._clock, self._stop.is_set))

    def heartbeat(self) -> None:
        """Leave a sign of life."""
        self._guarded("heartbeat", self._beat)

    def dead_man(self) -> None:
        """Tell the outside that we live, unless reminders are late."""
        self._guarded("dead man", self._tell_outside)

    def _beat(self) -> Counter[str]:
        now = self._clock.now()
        with transaction(self._engine) as connection:
            facts: dict[str, Any] = {
                "counts": dict(self._counts),
                "late_seconds": int(heartbeats.lag(connection, now).total_seconds()),
                "troubles": self._transport.troubles(now),
            }
            heartbeats.beat(connection, self._name, facts, now)
            heartbeats.forget_old(connection, now)
            limits.forget_full(connection, now)
            handovers.lapse(connection, Actor("worker"), now)
        return Counter()

    def _tell_outside(self) -> Counter[str]:
        if not self._dead_man_url:
            return Counter()
        with transaction(self._engine, read_only=True) as connection:
            complaint = heartbeats.complaint(connection, self._clock.now())
            trail = audit_watch.latest(connection)
        if complaint is None and trail is not None and trail.faults and trail.is_new:
            # For one day: whoever watches must hear of it, and must hear later of other things.
            complaint = f"The audit trail is broken: {trail.faults[0]}"
        if complaint is None:
            dead_man.call(self._dead_man_url)
        else:
            _log.error("the dead-man address is not called", why=complaint)
        return Counter()

    def _guarded(self, job: str, work: Callable[[], Counter[str]]) -> None:
        try:
            counts = +work()
            self._counts += counts
            if counts:
                _log.info("done", job=job, counts=dict(counts))
        except StoreUnavailable as error:
            self._counts["database_unavailable"] += 1
            _log.warning("the database is not available", job=job, why=str(error))
        except Exception as error:
            self._counts["errors"] += 1
            _log.error("a job failed", job=job, kind=type(error).__name__, where=_where(error))


def _where(error: BaseException) -> list[str]:
    """The way to the fault without a word of its text, in which a database quotes rows."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT end the worker after the messages under way."""

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
