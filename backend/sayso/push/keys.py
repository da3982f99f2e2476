"""The server's own signing key for push (VAPID, RFC 8292).

Every subscription is bound to the public half for life: losing the private key silences every phone
until its owner opens the app again. Therefore a key is only ever created on request, never replaced
by accident, and a missing one stops the worker instead of being made up.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sayso.domain.errors import VapidKeyExists, VapidKeyMissing, VapidKeyWrong, VapidSubjectWrong
from sayso.push.subscription_keys import fingerprint

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_NOT_REAL = (".local", ".localhost", ".internal", ".invalid", ".test")


@dataclass(frozen=True, slots=True)
class VapidKey:
    """One signing key; `id` is a short fingerprint of its public half, `public` what apps need."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: str
    id: str


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The current key and older ones that existing subscriptions were made with."""

    current: VapidKey
    older: tuple[VapidKey, ...] = ()

    def by_id(self, key_id: str) -> VapidKey | None:
        """The key of that fingerprint, or None when it is no longer here."""
        return next((key for key in (self.current, *self.older) if key.id == key_id), None)


def create(path: Path) -> VapidKey:
    """Make a key and write it to `path`, readable by its owner only.

    Raises `VapidKeyExists` rather than overwrite anything.
    """
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise VapidKeyExists(
            f"{path} exists and is left alone: every phone is bound to that key. "
            "To replace it in good order, use `sayso vapid rotate`."
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return _key(private)


def rotate(path: Path) -> KeyRing:
    """Retire the key at `path` to a file beside it and make a new one; returns both.

    Phones that subscribed with the retired key are served with it until their owners open the app,
    which then subscribes anew. Raises `VapidKeyMissing` or `VapidKeyWrong` and changes nothing.
    """
    retired = load(path).current
    # The new key is complete before the old one makes room, and a crash in between leaves the old
    # one under both names rather than none under its own.
    beside = path.with_name(f"{path.stem}.new.pem")
    beside.unlink(missing_ok=True)
    create(beside)
    old = path.with_name(f"{path.stem}-{retired.id}.old.pem")
    if not old.exists():
        os.link(path, old)
    beside.replace(path)
    return load(path)


def load(path: Path) -> KeyRing:
    """Read the key at `path`, and the retired ones beside it (`*.old.pem`).

    Raises `VapidKeyMissing` or `VapidKeyWrong`.
    """
    if not path.is_file():
        raise VapidKeyMissing(
            f"There is no push key at {path}; make one with `sayso vapid create`, "
            "or restore it from the backup if phones are enrolled already."
        )
    return KeyRing(_read(path), tuple(_read(old) for old in _retired(path)))


def check_subject(subject: str, *, allow_any: bool = False) -> str:
    """The contact that push services may use: `mailto:` or https with a real domain.

    Some services refuse every message whose contact is a placeholder, so this is checked at start;
    `allow_any` is for messages that never leave this machine. Raises `VapidSubjectWrong`.
    """
    if subject.startswith("mailto:"):
        name, _, domain = subject.removeprefix("mailto:").rpartition("@")
        well_formed = bool(name) and not re.search(r"[\s@<>,;:]", name)
    else:
        domain = subject.removeprefix("https://").rstrip("/")
        well_formed = subject.startswith("https://")
    real = _DOMAIN.fullmatch(domain.lower()) and not domain.lower().endswith(_NOT_REAL)
    if well_formed and (real or allow_any):
        return subject.rstrip("/")
    raise VapidSubjectWrong(
        "SAYSO_VAPID_SUBJECT must be mailto: with a real address, or https:// with a real domain, "
        "because push services refuse messages without a contact."
    )


def _retired(path: Path) -> Iterable[Path]:
    return sorted(other for other in path.parent.glob("*.old.pem") if other != path)


def _read(path: Path) -> VapidKey:
    try:
        data = path.read_bytes().strip()
        if data.startswith(b"-----"):
            private = serialization.load_pem_private_key(data, None)
        else:
            number = base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))
            if len(number) != 32:
                raise ValueError("neither PEM nor 32 bytes")
            private = ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())
    except (OSError, ValueError, TypeError) as error:
        raise VapidKeyWrong(
            f"{path} holds no push key: expected a P-256 key as PEM or 32 bytes of base64url."
        ) from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise VapidKeyWrong(f"{path} holds a key of another kind; push needs P-256.")
    return _key(private)


def _key(private: ec.EllipticCurvePrivateKey) -> VapidKey:
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    public = base64.urlsafe_b64encode(point).rstrip(b"=").decode()
    return VapidKey(private, public, fingerprint(public))
