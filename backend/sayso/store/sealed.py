"""Seal what identifies a person, and hash what must be found again, with a key kept in a file.

Names, addresses and push endpoints are stored only as sealed bytes (Fernet: AES-CBC with an HMAC).
Codes and e-mail addresses are looked up by a keyed hash, so that the database alone does not allow
trying all of them out. One file holds the key; every use derives a key of its own from it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sayso.domain.errors import KeyFileMissing, KeyFileWrong, SealBroken

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_BYTES = 32


class Keyring:
    """The key of this installation, 32 bytes; `from_file` and `create` read and make its file."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _BYTES:
            raise ValueError(f"a key has {_BYTES} bytes")
        self._key = key
        self._derived: dict[str, bytes] = {}

    @classmethod
    def from_file(cls, path: Path) -> Keyring:
        """Read the key. Raises KeyFileMissing or KeyFileWrong."""
        try:
            text = path.read_text("ascii").strip()
        except FileNotFoundError:
            raise KeyFileMissing(path) from None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileWrong(path) from error
        try:
            return cls(base64.urlsafe_b64decode(text))
        except ValueError as error:
            raise KeyFileWrong(path) from error

    @classmethod
    def create(cls, path: Path) -> Keyring:
        """Make a new key that only the owner of the file can read.

        Raises FileExistsError when there is one already: a lost key makes sealed data unreadable.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        key = secrets.token_bytes(_BYTES)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.urlsafe_b64encode(key) + b"\n")
        return cls(key)

    def seal(self, text: str) -> bytes:
        """Encrypt and sign; the same text gives other bytes each time."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Give back what was sealed. Raises SealBroken for another key's or changed bytes."""
        # Loaded only where something is opened: most requests touch no identifier.
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(bytes(sealed)).decode()
        except InvalidToken:
            raise SealBroken("What was sealed cannot be opened with this key") from None

    def keyed_hash(self, purpose: str, value: str) -> str:
        """A hash in hexadecimal that cannot be recomputed without the key."""
        return hmac.new(self.derived(purpose), value.encode(), hashlib.sha256).hexdigest()

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose; knowing it tells nothing about the others."""
        known = self._derived.get(purpose)
        if known is None:
            known = hmac.new(self._key, f"sayso {purpose}".encode(), hashlib.sha256).digest()
            self._derived[purpose] = known
        return known

    @cached_property
    def _fernet(self) -> Fernet:
        # cryptography costs a web worker 20 ms and is needed only when an identifier is touched.
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(self.derived("sealing")))
