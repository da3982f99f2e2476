"""Offer tokens: a signed note that a form was offered to a participant, when, and for which window.

The phone fetches one with the form and hands it back with the answers. It lets the server say "this
was on her phone inside the window" however wrong the phone's clock is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a token says; instants are UTC, to the millisecond."""

    form_id: int
    participant_id: int
    offered_at: datetime
    opens_at: datetime
    closes_at: datetime


def make(key: bytes, offer: Offer) -> str:
    """The token of an offer: its numbers and a signature over them."""
    numbers = ".".join(
        str(number)
        for number in (
            offer.form_id,
            offer.participant_id,
            *(_ticks(moment) for moment in (offer.offered_at, offer.opens_at, offer.closes_at)),
        )
    )
    return f"{numbers}.{_signature(key, numbers)}"


def read(key: bytes, token: str) -> Offer | None:
    """The offer behind a token, or None for one that we did not sign."""
    numbers, _, signature = token.rpartition(".")
    if not token.isascii():
        return None
    if not hmac.compare_digest(_signature(key, numbers), signature):
        return None
    form_id, participant_id, *ticks = (int(number) for number in numbers.split("."))
    return Offer(form_id, participant_id, *(_EPOCH + tick * _TICK for tick in ticks))


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _signature(key: bytes, numbers: str) -> str:
    digest = hmac.new(key, numbers.encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
