"""A browser's keys are checked while the phone is still in somebody's hand."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sayso.domain.errors import SubscriptionKeysRefused
from sayso.push.subscription_keys import check, fingerprint


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def point() -> bytes:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )


AUTH = b64(bytes(16))


def test_real_keys_are_accepted_with_and_without_padding() -> None:
    for _ in range(20):
        raw = point()
        check(b64(raw), AUTH)
        check(base64.urlsafe_b64encode(raw).decode(), AUTH + "==")


def test_a_point_off_the_curve_is_refused() -> None:
    raw = bytearray(point())
    raw[-1] ^= 1
    with pytest.raises(SubscriptionKeysRefused, match="not a point on the curve"):
        check(b64(bytes(raw)), AUTH)


@pytest.mark.parametrize(
    "p256dh",
    [
        "", "AAAA", b64(bytes(65)), b64(b"\x02" + bytes(32)), b64(b"\x04" + b"\xff" * 64),
        "%%%", "ä" * 87, "A" * 88,
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(p256dh: str) -> None:
    with pytest.raises(SubscriptionKeysRefused):
        check(p256dh, AUTH)


@pytest.mark.parametrize("auth", ["", b64(bytes(15)), b64(bytes(17)), "%%%"])
def test_a_truncated_secret_is_refused(auth: str) -> None:
    with pytest.raises(SubscriptionKeysRefused):
        check(b64(point()), auth)


def test_a_fingerprint_tells_keys_apart() -> None:
    one, other = b64(point()), b64(point())
    assert fingerprint(one) == fingerprint(one) != fingerprint(other)
    assert len(fingerprint(one)) == 12
