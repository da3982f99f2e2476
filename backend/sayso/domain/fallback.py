"""One way after another, in time: from the phone to e-mail to the site's call list.

What no way can do before the window closes is left to a person, and a person can only call while
others are awake. So every way has to be over before the last quiet hours begin.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache

from sayso.domain.ladder import within
from sayso.domain.study import ReminderPolicy
from sayso.domain.walltime import local_time, to_instant

# A way that ended so has reached nobody, though nothing about the person stands against a call.
HANDED_ON = frozenset({"closes-in-quiet-hours"})
_TICK = timedelta(microseconds=1)


def last_call(policy: ReminderPolicy, closes_at: datetime, zone: str) -> datetime:
    """The instant after which nobody may be spoken to before `closes_at`.

    It is `closes_at` itself, or the beginning of the quiet hours that the window closes in.
    """
    return _last_call(policy.quiet_from, policy.quiet_to, closes_at, zone)


# Kept, because a batch of messages closes on a few evenings, and zones are slow to ask.
@lru_cache(maxsize=4096)
def _last_call(quiet_from: time, quiet_to: time, closes_at: datetime, zone: str) -> datetime:
    end = local_time(closes_at - _TICK, zone)
    if not within(quiet_from, quiet_to, end.time()):
        return closes_at
    evening = datetime.combine(end.date(), quiet_from)
    if evening > end:
        evening -= timedelta(days=1)
    return min(to_instant(evening, zone), closes_at)


def next_way_at(now: datetime, patience: timedelta, until: datetime) -> datetime:
    """When to try the next way after a message that a phone has not yet confirmed.

    After `patience`, or after half of what is left until `until`, so that the way after the next
    still has time as well.
    """
    return now + max(min(patience, (until - now) / 2), timedelta())
