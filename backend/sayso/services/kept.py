"""Reports that were made a moment ago and are still true.

Whoever looks at the figures looks more than once: another filter, back again, the next colleague.
What was worked out is given again for as long as nothing that it rests on has changed. That is not
a matter of minutes but of a mark: the triggers that take a line of the tally away count every
change of a fact, and the lines say themselves until when they hold. One small statement reads both,
before anything else, so that a change in between makes what is kept too old and never too new.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from sayso.services import completion, tallies
from sayso.services.access import Reach
from sayso.services.completion import Chosen
from sayso.store import tally
from sayso.store.tally import Standing

MOST = 16
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Entry:
    """`standing` None is a report about the past, which the passing of time leaves as it is."""

    mark: Hashable
    standing: Standing | None
    value: Value

    def is_true(self, mark: Hashable, now: datetime) -> bool:
        return self.mark == mark and (self.standing is None or self.standing.covers(now))


class Kept:
    """The last reports of one process over one database, from the one asked for last."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, mark: Hashable, now: datetime) -> Value | None:
        """What was kept under the key, if it is true still."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or not entry.is_true(mark, now):
                return None
            self._entries.move_to_end(key)
            return entry.value

    def put(self, key: Hashable, mark: Hashable, standing: Standing | None, value: Value) -> None:
        """Keep a value; the one not asked for longest goes when there are too many."""
        with self._lock:
            self._entries[key] = _Entry(mark, standing, value)
            self._entries.move_to_end(key)
            while len(self._entries) > MOST:
                self._entries.popitem(last=False)


def recalled(
    kept: Kept,
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    now: datetime,
    make: Callable[[], Value],
) -> Value:
    """What `make` gives, or gave when nothing was different.

    `make` must rest on nothing but the study, the facts within reach, what was chosen and the
    moment of the report. Nothing is kept while somebody's line is yet to be written. Raises
    NotFound for a foreign site, NotAllowed for a day that has not begun.
    """
    narrowed = within.narrowed(chosen.site)
    is_past = completion.moment_of(chosen.as_of, now) < now
    at = tallies.scene(connection, narrowed, now, is_past=False)
    standing = tally.standing(connection, within.study_key, at.basis)
    mark = (standing.people, standing.changes, tuple((p.id, p.sha256) for p in at.published))
    sites = frozenset((site.id, site.code) for site in narrowed.sites.values())
    key = (within.study_key, sites, replace(chosen, site=None))
    found = kept.find(key, mark, now)
    if found is None:
        found = make()
        if is_past or standing.covers(now):
            kept.put(key, mark, None if is_past else standing, found)
    return found
