"""What became of one attempt to send, and what follows from it.

A channel (push, e-mail) reports an :class:`Outcome`; the rule here turns it into a
:class:`Settlement`: sent, try again at a certain moment, or given up. Every settlement carries one
plain sentence, because staff read later why a reminder did or did not arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# Of a service that fails three times in ten, eight tries reach all but 7 in 100,000; six would lose
# 7 in 10,000, nearly all that may be lost.
MAX_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)

# What a channel can report.
ACCEPTED = "accepted"  # the service took it; whether it was shown is told by the phone's ack
GONE = "gone"  # this address will never work again
RETRY = "retry"  # not now: throttled, failing or silent
OUR_FAULT = "our-fault"  # the service says that we did something wrong
HELD = "held"  # not even tried, because this service is being left alone for a while
BROKEN = "broken"  # this message can never be sent, whatever the service says


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt's end: kind, the service's status code, how long it asks us to wait, words."""

    kind: str
    why: str
    status: int | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to write on the delivery row: its state, its next moment, and why in a sentence."""

    state: str
    outcome: str
    why: str
    next_at: datetime | None = None
    status: int | None = None
    counts: bool = True


def settle(
    outcome: Outcome, *, attempts: int, expires_at: datetime, now: datetime, jitter: float
) -> Settlement:
    """Decide what follows from `outcome`.

    `attempts` counts this one; `jitter` is uniform in [0, 1) and spreads retries over the whole
    waiting time, so that a service that recovers is not met by everybody at once. A row that was
    only held gives its attempt back (`counts` is false).
    """
    if outcome.kind == ACCEPTED:
        return Settlement("sent", "sent", outcome.why, status=outcome.status)
    if outcome.kind == GONE:
        return Settlement("dead", "gone", outcome.why, status=outcome.status)
    if outcome.kind == BROKEN:
        return Settlement("failed", "broken", outcome.why, status=outcome.status)
    held = outcome.kind == HELD
    if not held and attempts >= MAX_ATTEMPTS:
        why = f"Given up after {attempts} attempts. {outcome.why}"
        return Settlement("failed", "attempts-used-up", why, status=outcome.status)
    wait = waiting_time(attempts, outcome.retry_after, jitter, exact=held)
    if now + wait >= expires_at:
        why = f"Given up because it would have come too late. {outcome.why}"
        return Settlement("failed", "too-late", why, status=outcome.status)
    return Settlement(
        "pending", outcome.kind, outcome.why, now + wait, status=outcome.status, counts=not held
    )


def waiting_time(
    attempts: int, retry_after: timedelta | None, jitter: float, *, exact: bool = False
) -> timedelta:
    """How long to leave a delivery alone: full jitter over a doubling span, never less than asked.

    With `exact` the time asked for is taken as it is, plus up to five seconds of spread.
    """
    asked = retry_after or timedelta()
    if exact and asked:
        return asked + timedelta(seconds=5 * jitter)
    doubled = _FIRST_WAIT * (1 << min(max(attempts - 1, 0), 7))
    span = min(doubled, _LONGEST_WAIT)
    return max(span * jitter, timedelta(seconds=1)) + asked
