"""An authenticator made of software: it makes real keys and signs what real ones sign.

It follows WebAuthn level 2 for "none" attestation with ES256, which is what phones answer when
nobody asks who made them. Tests change one thing at a time to see that it is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def un64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One key for one person at one place; `verifies` is whether it asks for finger or face."""

    host: str = "127.0.0.1"
    origin: str = "http://127.0.0.1:8000"
    verifies: bool = True
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    user_handle: str = ""

    def make(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        self.user_handle = options["user"]["id"]
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(WITH_KEY)}
        return self._credential(
            clientDataJSON=b64(self._client("webauthn.create", options["challenge"])),
            attestationObject=b64(cbor2.dumps(attestation)),
        )

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        self.counter += 1
        client, data = self._client("webauthn.get", options["challenge"]), self._data(0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            clientDataJSON=b64(client), authenticatorData=b64(data), signature=b64(signed),
            userHandle=self.user_handle,
        )  # fmt: skip

    def _credential(self, **response: str) -> dict[str, Any]:
        name = b64(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, more: int) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        data = hashlib.sha256(self.host.encode()).digest() + bytes([flags])
        data += self.counter.to_bytes(4, "big")
        if more & WITH_KEY:
            data += bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
            data += cbor2.dumps(self._public())
        return data

    def _public(self) -> dict[int, Any]:
        point = self.key.public_key().public_numbers()
        # COSE: an elliptic key for ES256 on P-256.
        return {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
