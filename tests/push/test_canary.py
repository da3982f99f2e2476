"""The server's own subscription: what is ours comes through, everything else does not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from py_vapid import Vapid02
from pywebpush import WebPusher

from sayso.push import canary, keys
from sayso.push.keys import VapidKey

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
ORIGIN = "https://pro.example.org"
OURS = canary.keys_of(bytes(range(32)))


def sealed(text: bytes, to: canary.CanaryKeys = OURS) -> bytes:
    """What the sender's library makes of a text for these keys."""
    pusher = WebPusher({"endpoint": ORIGIN, "keys": {"p256dh": to.p256dh, "auth": to.auth}})
    return bytes(pusher.encode(text)["body"])


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> VapidKey:
    path: Path = tmp_path_factory.mktemp("keys") / "vapid.pem"
    return keys.create(path)


def signed(key: VapidKey, **claims: object) -> str:
    said = {"aud": ORIGIN, "exp": int((NOW + timedelta(hours=12)).timestamp())} | claims
    signer = Vapid02(key.private)
    signer.conf = {"no-strict": True}
    header: str = signer.sign({"sub": "mailto:a@example.org"} | said)["Authorization"]
    return header


def test_the_same_seed_gives_the_same_keys() -> None:
    assert canary.keys_of(bytes(range(32))).p256dh == OURS.p256dh
    assert canary.keys_of(bytes(32)).p256dh != OURS.p256dh
    assert len(base64.urlsafe_b64decode(OURS.auth + "==")) == 16


def test_what_the_sender_encrypts_is_read_by_other_means() -> None:
    assert canary.opened(sealed(b'{"a": 1}'), OURS) == {"a": 1}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"",
        lambda body: body[:20],
        lambda body: body[:60],
        lambda body: body[:-1] + bytes([body[-1] ^ 1]),
        lambda body: body[:25] + b"\0" * 8 + body[33:],
        lambda body: sealed(b'{"a": 1}', canary.keys_of(bytes(32))),
        lambda body: sealed(b"not json"),
        lambda body: sealed(b"[1]"),
        lambda body: sealed(b"\xff\xfe"),
    ],
    ids=[
        "empty",
        "cut in the salt",
        "cut in the key",
        "a bit flipped",
        "another sender",
        "for other keys",
        "no json",
        "no object",
        "no text",
    ],
)
def test_everything_else_is_not_ours(spoil: Callable[[bytes], bytes]) -> None:
    assert canary.opened(spoil(sealed(b'{"a": 1}')), OURS) is None


def test_our_signature_is_known(key: VapidKey) -> None:
    assert canary.is_signed(signed(key), key.public, ORIGIN, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example"},
        {"exp": int((NOW - timedelta(seconds=1)).timestamp())},
        {"exp": int((NOW + timedelta(days=2)).timestamp())},
    ],
)
def test_a_wrong_claim_is_found(key: VapidKey, claims: dict[str, object]) -> None:
    assert not canary.is_signed(signed(key, **claims), key.public, ORIGIN, NOW)


def test_a_foreign_or_broken_signature_is_found(key: VapidKey, tmp_path: Path) -> None:
    other = keys.create(tmp_path / "other.pem")
    header = signed(other)
    assert not canary.is_signed(header, key.public, ORIGIN, NOW)
    # The foreign signature under our name.
    assert not canary.is_signed(
        header.rpartition("k=")[0] + f"k={key.public}", key.public, ORIGIN, NOW
    )
    good = signed(key)
    head, _, rest = good.partition(".")
    for broken in ("", "vapid", good[:-4], f"{head}.AAAA.AAAA,k={key.public}", f"Bearer {rest}"):
        assert not canary.is_signed(broken, key.public, ORIGIN, NOW)
