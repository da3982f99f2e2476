"""What a phone is sent: one small declarative document and the headers around it.

The document follows the declarative form that Safari shows by itself; our service worker reads the
same fields in every other browser. The lock screen is public, so the words name no study, disease,
drug or questionnaire. The document carries no sign-in: opening the app asks for the phone's own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sayso.domain.errors import PushTooLarge

LARGEST_BODY = 3993  # 4096 bytes after encryption in one record; services refuse more
LONGEST_TTL = timedelta(hours=24)
# Made once: `json.dumps` with options puts an encoder together for every message.
_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class PushMessage:
    """One message to one subscription; `ttl` in seconds, `key_id` names our key it knows."""

    endpoint: str
    p256dh: str
    auth: str
    key_id: str
    body: bytes
    topic: str
    urgency: str
    ttl: int


def document(*, title: str, text: str, navigate: str, tag: str, ack: str) -> bytes:
    """The body in the clear. `navigate` is absolute; raises `PushTooLarge` beyond one record."""
    body = _TEXT.encode(
        {
            "web_push": 8030,
            "notification": {
                "title": title,
                "body": text,
                "navigate": navigate,
                "lang": "en",
                "dir": "ltr",
                "tag": tag,
                "data": {"ack": ack},
            },
        }
    ).encode()
    if len(body) > LARGEST_BODY:
        raise PushTooLarge(f"A push message holds at most {LARGEST_BODY} bytes, not {len(body)}.")
    return body


def topic(collapses: str) -> str:
    """A Topic header (RFC 8030 section 5.4) under which a newer message replaces an older one.

    Always 32 characters: one service decodes it as base64 and refuses lengths that do not fit.
    """
    digest = hashlib.sha256(collapses.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:32]


def time_to_live(expires_at: datetime, now: datetime) -> int:
    """Seconds for which the service may keep the message: to the close, at most a day, never 0."""
    left = min(expires_at - now, LONGEST_TTL)
    return max(int(left.total_seconds()), 1)
