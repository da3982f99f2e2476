"""The one byte form of a JSON document, and the hash that names it for good."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(document: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: sorted keys, no spaces, UTF-8; the order of lists is kept."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate, which JSON allows and UTF-8 does not, must not stop the hash.
    return text.encode("utf-8", "surrogatepass")


def sha256(document: Mapping[str, Any]) -> str:
    """The content hash that every response and every publication pins."""
    return hashlib.sha256(canonical(document)).hexdigest()
