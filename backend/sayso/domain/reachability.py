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
    confirmed, back to the last one that it did.
    """

    id: int
    confirmed_at: datetime | None = None
    dead_at: datetime | None = None
    unanswered: int = 0

    @property
    def is_live(self) -> bool:
        return self.dead_at is None

    @property
    def is_proven(self) -> bool:
        """It confirmed a message, and has not fallen silent since."""
        return self.is_live and self.confirmed_at is not None and self.unanswered < _SILENT_AFTER


@dataclass(frozen=True, slots=True)
class Reachability:
    """The state, and one sentence for staff."""

    state: str
    why: str


def reachability(phones: Sequence[Phone], *, has_email: bool, opted_out: bool) -> Reachability:
    """Which light to show, best route first."""
    if opted_out:
        return Reachability(UNREACHABLE, "The participant wants no reminders.")
    if any(phone.is_proven for phone in phones):
        return Reachability(PUSH_PROVEN, "A phone has confirmed that it shows reminders.")
    live = any(phone.is_live for phone in phones)
    if has_email:
        why = (
            "The phone has not confirmed a reminder; e-mail is used as well."
            if live
            else ("No phone is registered; reminders go by e-mail.")
        )
        return Reachability(EMAIL_ONLY, why)
    if live:
        why = "A phone is registered but has not confirmed that it shows reminders."
        return Reachability(UNPROVEN, why)
    why = "The phone no longer accepts reminders." if phones else "No phone is registered."
    return Reachability(UNREACHABLE, f"{why} There is no e-mail address.")


def patience(phones: Sequence[Phone]) -> timedelta:
    """How long to wait for a phone's word before trying the next way.

    A phone that has never proved itself gets half an hour, because its reminder counts for nothing
    until it does.
    """
    return PATIENCE if any(phone.is_proven for phone in phones) else PATIENCE_UNPROVEN
