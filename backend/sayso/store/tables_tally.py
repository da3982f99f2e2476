"""Lines of the tally: what the rates count about each participant, worked out ahead of the asking.

They are no facts and nothing rests on them. Triggers take a line away in the very transaction that
changes one of the facts behind it, and a line says itself from when to when it holds; where there
is none, the facts are judged while the reader waits.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from sayso.store.columns import Instant
from sayso.store.tables import metadata

tally_layout = Table(
    "tally_layout",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("layout", Text, nullable=False),
)

# Every participant has a row from the start, made by a trigger; `revision` moves on with each
# change, so that a line worked out from older facts cannot be put in after the change.
tally_line = Table(
    "tally_line",
    metadata,
    Column("participant_id", ForeignKey("participant.id"), primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("basis", Text),  # which study, rules and format of line
    Column("layout_sha256", ForeignKey("tally_layout.sha256")),
    Column("head", Text),
    Column("true_from", Instant),
    Column("true_until", Instant),
    Column("line", Text),
    # Every look at the figures asks for all revisions; the lines beside them are a hundred times
    # as long, and need not be read for that.
    Index(None, "participant_id", "revision"),
)
