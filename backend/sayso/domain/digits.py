"""Numbers as printable text of fixed width, so that many of them can be kept and added as columns.

Digits to the base of 90, from ``!`` to ``z``. A span of minutes also has a key: its four
characters read as one number, which sorts as the spans themselves do. Of many spans only the middle
one then has to be turned back into minutes.
"""

from __future__ import annotations

from functools import lru_cache

RADIX, FIRST = 90, 33
MOST_MINUTES = 10_000_000
_ZERO = 15_000_000
_WIDTH = 4


@lru_cache(maxsize=1 << 16)
def digits(number: int, width: int) -> str:
    """A number as that many digits. Raises ValueError where they do not suffice."""
    found = ""
    for _ in range(width):
        number, digit = divmod(number, RADIX)
        found = chr(FIRST + digit) + found
    if number:
        raise ValueError("the number has too many digits")
    return found


def number(text: str) -> int:
    """The number of those digits."""
    found = 0
    for character in text:
        found = found * RADIX + ord(character) - FIRST
    return found


def span_key(minutes: int) -> int:
    """The key of a span; one beyond 19 years either way, which no clock measured, is cut there."""
    cut = max(-MOST_MINUTES, min(MOST_MINUTES, minutes))
    return int.from_bytes(digits(cut + _ZERO, _WIDTH).encode("ascii"), "big")


def span_minutes(key: int) -> int:
    """The minutes of a key."""
    value = 0
    for character in key.to_bytes(_WIDTH, "big"):
        value = value * RADIX + character - FIRST
    return value - _ZERO
