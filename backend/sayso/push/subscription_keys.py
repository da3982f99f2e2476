"""The two keys that a browser hands over with its endpoint, checked before they are kept.

A key that is not a point on the curve makes encryption fail months later, for one person, at nine
in the morning; so it is refused here, while the phone is still in somebody's hand. Plain
arithmetic, because the web worker should not load a library to compare two numbers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from sayso.domain.errors import SubscriptionKeysRefused

# NIST P-256 (SEC 2, section 2.4.2): y^2 = x^3 - 3x + b over the integers modulo p.
_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def check(p256dh: str, auth: str) -> None:
    """Refuse keys that could not encrypt (RFC 8291): raises `SubscriptionKeysRefused`."""
    point = _decode(p256dh, "p256dh")
    if len(point) != 65 or point[0] != 4:
        raise SubscriptionKeysRefused("The key p256dh must be an uncompressed point of 65 bytes.")
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    if x >= _P or y >= _P or (y * y - (x * x * x - 3 * x + _B)) % _P:
        raise SubscriptionKeysRefused("The key p256dh is not a point on the curve P-256.")
    if len(_decode(auth, "auth")) != 16:
        raise SubscriptionKeysRefused("The key auth must be 16 bytes.")


def fingerprint(public: str) -> str:
    """Twelve characters that tell one of our own public keys from another."""
    return hashlib.sha256(public.encode()).hexdigest()[:12]


def _decode(text: str, name: str) -> bytes:
    try:
        raw = text.rstrip("=").encode("ascii")
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise SubscriptionKeysRefused(f"The key {name} is not base64url.") from error
