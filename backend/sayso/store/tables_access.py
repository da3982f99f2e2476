"""What a participant has besides her session: passkeys, and a calendar that she subscribes to.

Nothing here opens anything by itself: of a passkey only the public half is kept, of a calendar's
address only a hash.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from sayso.store.columns import Instant
from sayso.store.tables import key, metadata, participant_key

passkey = Table(
    "passkey",
    metadata,
    key(),
    participant_key(),
    Column("device_id", ForeignKey("device.id"), nullable=False),  # where it was made
    Column("credential_id", Text, nullable=False, unique=True),  # base64url, as browsers write it
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "participant_id"),
)

# A question put to an authenticator: answered once, within minutes, for one purpose. `device_id` is
# empty where somebody who is not signed in asks to come in.
passkey_challenge = Table(
    "passkey_challenge",
    metadata,
    Column("challenge_hash", Text, primary_key=True),
    Column("device_id", ForeignKey("device.id")),
    Column("expires_at", Instant, nullable=False),
    Index(None, "expires_at"),
)

calendar_feed = Table(
    "calendar_feed",
    metadata,
    key(),
    participant_key(),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index(None, "participant_id"),
)
