"""The tables of what a site may ask: licences of instruments, and the files adopted under them.

A licence that was entered wrongly is voided and entered again, never rewritten, so that what was
known when a study was published can be told years later.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Table, Text

from sayso.store.columns import Document
from sayso.store.tables import key, metadata, recorded

instrument_licence = Table(
    "instrument_licence",
    metadata,
    key(),
    Column("study_key", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("languages", Document, nullable=False),
    Column("modes", Document, nullable=False),
    Column("expires_on", Date),  # the last day; none where the owner sets no end
    Column("screens_need_approval", Boolean, nullable=False),
    Column("screens_approved_on", Date),
    *recorded(),
    Index(None, "study_key", "instrument"),
)

# A pack with the words of a site's own file; it is asked once a version of the study names it.
adopted_instrument = Table(
    "adopted_instrument",
    metadata,
    key(),
    Column("study_key", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("pack", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("document", Document, nullable=False),
    Column("matches", Document, nullable=False),  # which item of the file became which of the pack
    *recorded(),
    Index(None, "study_key", "instrument"),
)
