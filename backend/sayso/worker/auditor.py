"""The nightly look at the audit trail, in portions, so that no transaction is long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import structlog
from sqlalchemy import Engine

from sayso.clock import Clock
from sayso.services import audit_watch
from sayso.store.engine import transaction

_log = structlog.get_logger(__name__)


def verify(engine: Engine, clock: Clock, stopping: Callable[[], bool]) -> Counter[str]:
    """Verify what the trail has gained, once a day (UTC); returns counts of events and faults.

    Called every hour, and by every worker: who comes second finds the verdict of the day.
    """
    with transaction(engine, read_only=True) as connection:
        reading = audit_watch.begin(connection, clock.now())
    if reading is None:
        return Counter()
    begun = reading.seq
    while not reading.is_done:
        if stopping():
            return Counter()
        with transaction(engine, read_only=True) as connection:
            reading = audit_watch.read_on(connection, reading)
    with transaction(engine) as connection:
        concluded = audit_watch.conclude(connection, reading, clock.now())
    if not concluded:
        return Counter()
    for fault in reading.faults:
        _log.error("the audit trail is broken", fault=fault)
    return Counter(audited=reading.seq - begun, audit_faults=len(reading.faults))
