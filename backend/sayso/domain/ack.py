"""The one-time token with which a phone says: I have shown it.

The token names one delivery and proves that the server made it, so nothing has to be stored or
guessed, and a message that was sent twice after a crash carries the same token both times.
"""

from __future__ import annotations

import base64
import hmac

PURPOSE = "acknowledgement"
# As many digits as the longest row id has; int() refuses thousands of them.
_MOST_DIGITS = 19


def token(key: bytes, delivery_id: int) -> str:
    """The token of one delivery; `key` is 32 bytes derived for this purpose alone."""
    return f"{delivery_id}.{_mark(key, delivery_id)}"


def delivery_of(key: bytes, text: str) -> int | None:
    """The delivery that a token speaks of, or None when we did not make it."""
    number, _, mark = text.partition(".")
    if not (number.isascii() and number.isdigit()) or len(number) > _MOST_DIGITS:
        return None
    made = _mark(key, int(number))
    if not hmac.compare_digest(made.encode(), mark.encode("utf-8", "surrogatepass")):
        return None
    return int(number)


def _mark(key: bytes, delivery_id: int) -> str:
    digest = hmac.digest(key, f"ack {delivery_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()
