"""Reports that were made a moment ago and are still true.

Whoever looks at the figures looks more than once: another filter, back again, the next colleague.
What was worked out is given again for as long as nothing that it rests on has changed. That is not
a matter of minutes: the book of lines is made true first, and has another version whenever anything
in it is another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from sayso.services import completion
from sayso.services.access import Reach
from sayso.services.books import Books, Latest, may_share, opened
from sayso.services.completion import Chosen, Report

MOST = 16
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Entry:
    version: int
    value: Value


class Kept:
    """The last reports of one process over one database, and the books they were made from."""

    def __init__(self) -> None:
        self.books = Books()
        self._entries: Latest[Hashable, _Entry] = Latest(MOST)
        self._lock = Lock()

    def find(self, key: Hashable, version: int) -> Value | None:
        """What was kept under the key, if it was made from a book as it is now."""
        with self._lock:
            entry = self._entries.asked(key)
            return entry.value if entry is not None and entry.version == version else None

    def put(self, key: Hashable, version: int, value: Value) -> None:
        """Keep a value; the one not asked for longest goes when there are too many."""
        with self._lock:
            self._entries.put(key, _Entry(version, value))


def recalled(
    kept: Kept,
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    now: datetime,
    shape: Callable[[Report], Value],
) -> Value:
    """What `shape` makes of the report, or made of it when nothing was different.

    It must rest on nothing but the report, without its moment, and on what the study has published.
    Raises NotFound for a foreign site, NotAllowed for a day that has not begun.
    """
    at = completion.scene_of(connection, within, chosen, now)
    published = tuple((one.id, one.sha256) for one in at.published)
    key = (at.within.study_key, published, at.site_codes, replace(chosen, site=None))
    with opened(connection, at, kept.books) as book:
        found = kept.find(key, book.version)
        if found is None:
            found = shape(completion.figures(book, at, chosen))
            if may_share(connection):
                kept.put(key, book.version, found)
        return found
