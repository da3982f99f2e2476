"""The server as a push service to itself: once a day a message goes all the way round.

The sender encrypts and signs it like every other; here it is taken apart by other means than the
sender's library, so that a broken key, a wrong contact address, a clock that is off or a name that
no longer leads here is noticed by us and not by the participants' silence.

A web worker meets one such message a day, so the functions load cryptography (7 MB) by themselves.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

PURPOSE = "canary"
LARGEST = 4096
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_AUTHORIZATION = re.compile(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)")


@dataclass(frozen=True, slots=True)
class CanaryKeys:
    """The keys of a subscription of our own; `p256dh` and `auth` as a browser would hand over."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def p256dh(self) -> str:
        return _text(_point(self.private.public_key()))

    @property
    def auth(self) -> str:
        return _text(self.secret)


def keys_of(seed: bytes) -> CanaryKeys:
    """The same keys for the same seed (32 bytes), so that nothing has to be stored."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = int.from_bytes(hashlib.sha512(seed + b" key").digest(), "big")
    private = ec.derive_private_key(1 + number % (_P256_ORDER - 1), ec.SECP256R1())
    return CanaryKeys(private, hashlib.sha256(seed + b" auth").digest()[:16])


def opened(body: bytes, keys: CanaryKeys) -> dict[str, Any] | None:
    """What a message says (RFC 8291, one record of RFC 8188); None for what is not ours."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = keys.private.exchange(ec.ECDH(), peer)
        about = b"WebPush: info\0" + _point(keys.private.public_key()) + sender
        material = _derived(keys.secret, shared, about, 32)
        key = _derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        said = json.loads(padded.removesuffix(b"\x02"))
    except (IndexError, ValueError, InvalidTag):
        return None
    return said if isinstance(said, dict) else None


def is_signed(authorization: str, public_key: str, audience: str, now: datetime) -> bool:
    """Whether a VAPID header (RFC 8292) was signed by our key, for this origin and for now."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    found = _AUTHORIZATION.fullmatch(authorization)
    if found is None or found[4] != public_key:
        return False
    try:
        raw = _bytes(found[3])
        pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(public_key))
        key.verify(pair, f"{found[1]}.{found[2]}".encode(), ec.ECDSA(hashes.SHA256()))
        claims = json.loads(_bytes(found[2]))
    except (ValueError, InvalidSignature, binascii.Error):
        return False
    expires = claims.get("exp", 0)
    return bool(claims.get("aud") == audience and 0 < expires - now.timestamp() <= 86400)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
