"""What a push service's answer means.

The status codes are those of RFC 8030; the exceptions to it were learnt from the services
themselves: one throttles with 406, and several say 400, 401 or 403 when our own signature, contact
or headers are at fault. The latter must never lead us to forget a phone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from sayso.domain.delivery import ACCEPTED, BROKEN, GONE, OUR_FAULT, RETRY, Outcome

_LONGEST_WAIT = timedelta(hours=6)


def meaning(status: int, retry_after: str | None, now: datetime) -> Outcome:
    """Classify an HTTP answer; `retry_after` is the header as it came."""
    if status in {200, 201, 202, 204}:
        return Outcome(ACCEPTED, "The push service took the message.", status)
    if status in {404, 410}:
        return Outcome(GONE, "The push service says that this phone unsubscribed.", status)
    if status in {400, 401, 403}:
        why = f"The push service refused our request ({status}); somebody must look at it."
        return Outcome(OUR_FAULT, why, status, wait_asked(retry_after, now))
    if status == 413:
        return Outcome(BROKEN, "The push service says that the message is too large.", status)
    if 300 <= status < 400:
        why = f"The push service tried to send us elsewhere ({status}), which we never follow."
        return Outcome(BROKEN, why, status)
    if status in {406, 408, 425, 429} or status >= 500:
        why = f"The push service is busy or failing ({status})."
        return Outcome(RETRY, why, status, wait_asked(retry_after, now))
    return Outcome(BROKEN, f"The push service gave an answer nobody expects ({status}).", status)


def wait_asked(header: str | None, now: datetime) -> timedelta | None:
    """Read Retry-After, as seconds or as a date; nonsense counts as absent, six hours at most."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # A number with a thousand digits is an attack on the arithmetic, not a waiting time.
        wait = _LONGEST_WAIT if len(text) > 9 else timedelta(seconds=int(text))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), _LONGEST_WAIT)
