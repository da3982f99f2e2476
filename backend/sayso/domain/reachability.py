"""Can this participant be reached by reminders? Derived from what phones proved, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PUSH_PROVEN = "push_proven"
EMAIL_ONLY = "email_only"
UNPROVEN = "unproven"
UNREACHABLE = "unreachable"

PATIENCE = timedelta(hours=4)
PATIENCE_UNPROVEN = timedelta(minutes=30)
_SILENT_AFTER = 2


@dataclass(frozen=True, slots=True)
class Phone:
    """One push subscription: when it proved itself, when it died, and how often it was silent.

    `unanswered` counts the latest messages that the push service took and the phone never
    confirmed, back to the last one that it did; `silent_since` is when the first of them left,
    None where nobody asked. `known_since` is when the phone was registered.
    """

    id: int
    confirmed_at: datetime | None = None
    dead_at: datetime | None = None
    unanswered: int = 0
    known_since: datetime | None = None
    silent_since: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.dead_at is None

    @property
    def is_proven(self) -> bool:
        """It confirmed a message, and has not fallen silent since."""
        return self.is_live and self.confirmed_at is not None and self.unanswered < _SILENT_AFTER


@dataclass(frozen=True, slots=True)
class Reachability:
    """The state, one sentence for staff, and since when that sentence has been true if known."""

    state: str
    why: str
    since: datetime | None = None


def reachability(
    phones: Sequence[Phone],
    *,
    has_email: bool,
    opted_out_at: datetime | None = None,
    enrolled_at: datetime | None = None,
) -> Reachability:
    """Which light to show, best route first."""
    if opted_out_at is not None:
        return Reachability(UNREACHABLE, "The participant wants no reminders.", opted_out_at)
    proven = [phone.confirmed_at for phone in phones if phone.is_proven]
    if proven:
        why = "A phone has confirmed that it shows reminders."
        return Reachability(PUSH_PROVEN, why, min(at for at in proven if at is not None))
    live = [phone for phone in phones if phone.is_live]
    if live:
        return _unproven(live, has_email=has_email)
    gone = max((phone.dead_at for phone in phones if phone.dead_at is not None), default=None)
    since = gone or enrolled_at
    why = "The phone no longer accepts reminders" if gone else "No phone is registered"
    if has_email:
        return Reachability(EMAIL_ONLY, f"{why}; e-mail is used instead.", since)
    return Reachability(UNREACHABLE, f"{why}. There is no e-mail address.", since)


def _unproven(live: Sequence[Phone], *, has_email: bool) -> Reachability:
    """A phone is there, but takes reminders without a word; told from the one heard of last."""
    last = max(live, key=_quiet_since)
    since = last.silent_since or last.known_since
    if last.confirmed_at is None:
        why = "A phone is registered but has not confirmed that it shows reminders"
    else:
        why = "The phone has stopped confirming that it shows reminders"
    if has_email:
        return Reachability(EMAIL_ONLY, f"{why}; e-mail is used as well.", since)
    return Reachability(UNPROVEN, f"{why}.", since)


def _quiet_since(phone: Phone) -> tuple[float, int]:
    since = phone.silent_since or phone.known_since
    return (since.timestamp() if since else 0.0, phone.id)


def patience(phones: Sequence[Phone]) -> timedelta:
    """How long to wait for a phone's word before trying the next way.

    A phone that has never proved itself gets half an hour, because its reminder counts for nothing
    until it does.
    """
    return PATIENCE if any(phone.is_proven for phone in phones) else PATIENCE_UNPROVEN
