"""The lines of a study at hand: read once, and after that only those of whom something changed.

A report adds up the lines of the tally, and somebody's facts change every few seconds. A book keeps
everybody's line in the memory of one process. Before each use it asks the database how far the
facts have come, reads the lines of those who changed, and judges from the facts whoever has none
that holds. What is in the book is therefore true at every use, and never because of its age.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from operator import attrgetter
from threading import Lock, RLock
from typing import TypeVar

from sqlalchemy import Connection

from sayso.domain.participation import BEGINNING, FOREVER
from sayso.domain.tally_line import Head, Layout
from sayso.domain.tally_pile import OwnLine
from sayso.domain.tally_sum import Part, Place, View
from sayso.services import assessments, tallies
from sayso.services.tallies import Scene
from sayso.store import tally
from sayso.store.engine import READ_ONLY
from sayso.store.tally import UNTOLD, Block, Progress

MOST = 4
PORTION = 1_000
_CHOICES = 4
_INSTANT = timedelta(microseconds=1)
_versions = count(1)
Kind = tuple[str, Layout, Head]
"""Arm, layout and head: lines that have these in common are read alike."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Latest(OrderedDict[_Key, _Value]):
    """The few values that were asked for last."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def asked(self, key: _Key) -> _Value | None:
        """The value, which now is the latest; None where there is none."""
        if key not in self:
            return None
        self.move_to_end(key)
        return self[key]

    def put(self, key: _Key, value: _Value) -> None:
        """Put a value in; the one not asked for longest goes when there are too many."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > self._most:
            self.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one participant, and the span for which it holds; `own` None is nobody yet.

    `revision` says how often her facts had changed, at most, when it was worked out.
    """

    revision: int
    since: datetime
    until: datetime
    own: OwnLine | None

    def holds(self, moment: datetime) -> bool:
        """Whether it says what is true at that moment."""
        return self.since <= moment < self.until


@dataclass(slots=True)
class _Shelf:
    """The entries of one block of participants, and what follows from them."""

    entries: dict[int, Entry] = field(default_factory=dict)
    since: datetime = BEGINNING
    until: datetime = FOREVER
    block: Block | None = None
    """How far the facts had come when they were last read; None where somebody has no entry."""

    def settle(self) -> None:
        entries = self.entries.values()
        self.since = max((entry.since for entry in entries), default=BEGINNING)
        self.until = min((entry.until for entry in entries), default=FOREVER)


class Book:
    """Everybody's line under one version of a study, for now or for one moment that has passed.

    Whoever uses it holds the `lock`. `version` is another one whenever anything in it is.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.version = next(_versions)
        self._shelves: defaultdict[int, _Shelf] = defaultdict(_Shelf)
        self._lines: Mapping[int, OwnLine] = {}
        self._kinds: defaultdict[Kind, dict[int, OwnLine]] = defaultdict(dict)
        self._in_order: list[OwnLine] | None = None
        self._layouts: dict[Layout, Layout] = {}
        self._heads: dict[Head, Head] = {}
        self._views: Latest[tuple[str, str | None], View] = Latest(_CHOICES)

    def refresh(self, connection: Connection, at: Scene) -> None:
        """Make it true for everybody within reach at the moment of the report.

        Revisions are read before the facts that they count, so that a change in between makes an
        entry too old and never too new, and the next reader notices.
        """
        known = tally.progress(connection)
        stale = self._stale(known)
        there: dict[int, int] = {}
        if stale or not known.complete:
            # Whoever has no row stands in no block that was counted, so everybody is looked up.
            asked = stale if known.complete else None
            there = tally.revisions_in(connection, at.within.study_key, asked)
            stale.update(tally.block_of(row_id) for row_id in there)
        gone, waiting = self._untrue(stale, there, at.moment)
        if gone or waiting:
            self._replace((*gone, *waiting), self._made(connection, at, waiting))
        for number in stale:
            self._shelves[number].block = known.blocks.get(number)
        for row_id, revision in (*there.items(), *waiting.items()):
            shelf = self._shelves[tally.block_of(row_id)]
            if revision == UNTOLD or row_id not in shelf.entries:
                shelf.block = None

    def take_in(self, connection: Connection, at: Scene, ids: Iterable[int]) -> int:
        """Enter the lines that hold of those who have no entry yet; returns how many.

        That alone does not make it true: nobody is judged, and nobody asks what has changed.
        """
        missing = [n for n in ids if n not in self._shelves[tally.block_of(n)].entries]
        entries = self._held(connection, at, missing)
        self.begin_with(entries)
        return len(entries)

    def begin_with(self, entries: Mapping[int, Entry]) -> None:
        """Enter what was worked out elsewhere; each entry says what it was worked out from."""
        self._replace((), entries)

    def parts(self, alive_rule: str, questionnaire: str | None) -> Mapping[Place, Part]:
        """What everybody comes to under that rule, of that questionnaire or of all."""
        view = self._views.asked((alive_rule, questionnaire))
        if view is None:
            view = View(alive_rule, questionnaire)
            self._views.put((alive_rule, questionnaire), view)
        return view.parts(self._lines)

    def lines(self, at: Scene, arm: str | None = None) -> list[OwnLine]:
        """The lines of everybody within reach, or of one arm, in order of code."""
        if self._in_order is None:
            self._in_order = sorted(self._lines.values(), key=attrgetter("code"))
        sites = at.site_codes
        return [own for own in self._in_order if own.site in sites and arm in (None, own.arm)]

    def kinds(self, at: Scene, arm: str | None = None) -> dict[Kind, list[OwnLine]]:
        """The same lines by what those that are read alike have in common, in no order."""
        sites, found = at.site_codes, {}
        for kind, people in self._kinds.items():
            within = [own for own in people.values() if own.site in sites]
            if within and arm in (None, kind[0]):
                found[kind] = within
        return found

    def standing(self, moment: datetime) -> dict[int, Entry]:
        """The entries that hold at another moment too."""
        return {
            row_id: entry
            for shelf in self._shelves.values()
            for row_id, entry in shelf.entries.items()
            if entry.holds(moment)
        }

    def _stale(self, known: Progress) -> set[int]:
        """The blocks in which something may have changed; all where not everybody is counted."""
        numbers = known.blocks.keys() | self._shelves.keys()
        if not known.complete:
            return numbers
        return {n for n in numbers if self._shelves[n].block != known.blocks.get(n)}

    def _untrue(
        self, stale: Iterable[int], there: Mapping[int, int], moment: datetime
    ) -> tuple[list[int], dict[int, int]]:
        """Who is no more, and everybody to be entered anew with her revision.

        `there` has the revisions of everybody in the stale blocks.
        """
        known: dict[int, int] = {}
        for number in stale:
            entries = self._shelves[number].entries
            known.update((row_id, entry.revision) for row_id, entry in entries.items())
        gone = [row_id for row_id in known if row_id not in there]
        waiting = {
            row_id: now
            for row_id, now in there.items()
            if now == UNTOLD or known.get(row_id) != now
        }
        for shelf in self._shelves.values():
            if not shelf.since <= moment < shelf.until:
                for row_id, entry in shelf.entries.items():
                    if not entry.holds(moment):
                        waiting.setdefault(row_id, entry.revision)
        return gone, waiting

    def _made(
        self, connection: Connection, at: Scene, waiting: Mapping[int, int]
    ) -> dict[int, Entry]:
        """The lines that hold, of all sites, and those within reach who have none judged."""
        found = self._held(connection, at, waiting)
        missing = sorted(waiting.keys() - found.keys())
        within = tally.among(connection, missing, *assessments.scope(at.within))
        for row_id in within:
            # Who had not come in at a past moment is not among those judged.
            found[row_id] = Entry(waiting[row_id], at.moment, at.moment + _INSTANT, None)
        for own, line in tallies.judged(connection, at, within):
            since, until = at.moment, at.moment + _INSTANT
            if line is not None:
                since, until = line.true_from, line.true_until
            revision = waiting[own.participant_id]
            found[own.participant_id] = Entry(revision, since, until, self._alike(own))
        return found

    def _held(self, connection: Connection, at: Scene, ids: Collection[int]) -> dict[int, Entry]:
        found = {}
        for held in tally.held(connection, at.basis, at.moment, ids):
            own = self._alike(held.own)
            found[own.participant_id] = Entry(held.revision, held.since, held.until, own)
        return found

    def _alike(self, own: OwnLine) -> OwnLine:
        """Lines that are alike share their layout and head: to compare them takes no time then."""
        layout = self._layouts.setdefault(own.layout, own.layout)
        return own._replace(layout=layout, head=self._heads.setdefault(own.head, own.head))

    def _replace(self, gone: Iterable[int], entries: Mapping[int, Entry]) -> None:
        """Leave these out, enter those, and work out what follows."""
        touched = {tally.block_of(row_id) for row_id in (*gone, *entries)}
        # A new one, by which whoever had the lines before sees what is different.
        lines = dict(self._lines)
        for row_id in (*gone, *entries):
            self._shelves[tally.block_of(row_id)].entries.pop(row_id, None)
            own = lines.pop(row_id, None)
            if own is not None:
                del self._kinds[own.arm, own.layout, own.head][row_id]
        for row_id, entry in entries.items():
            self._shelves[tally.block_of(row_id)].entries[row_id] = entry
            own = entry.own
            if own is not None:
                lines[row_id] = self._kinds[own.arm, own.layout, own.head][row_id] = own
        for number in touched:
            self._shelves[number].settle()
        self._lines, self._in_order = lines, None
        self.version = next(_versions)


class Books:
    """The books of one process over one database, from the one asked for last."""

    def __init__(self) -> None:
        self._books: Latest[Hashable, Book] = Latest(MOST)
        self._lock = Lock()

    def of(self, at: Scene) -> Book:
        """The book for a report; one about the past begins with what was true then already."""
        study = (at.within.study_key, at.basis)
        key = (*study, at.moment if at.is_past else None)
        with self._lock:
            found = self._books.asked(key)
            if found is not None:
                return found
            found, now = Book(), self._books.get((*study, None))
            # Whoever asks for the same report meanwhile waits for this one; nobody else does.
            found.lock.acquire()
            self._books.put(key, found)
        try:
            if now is not None:
                with now.lock:
                    entries = now.standing(at.moment)
                found.begin_with(entries)
        finally:
            found.lock.release()
        return found


def may_share(connection: Connection) -> bool:
    """Whether what is read here is what everybody reads.

    A transaction that may write sees changes of its own that may come to nothing.
    """
    return bool(connection.get_execution_options().get(READ_ONLY, False))


def warm(connection: Connection, at: Scene, books: Books) -> int:
    """Take in everybody's line that holds before somebody asks for it; returns how many.

    The book is let go after each portion, so that a report which is asked for meanwhile waits for
    one portion only; it then reads the others itself, and nothing is left to do here. Whoever has
    no line is not judged: the worker is about to write it.
    """
    book, taken = books.of(at), 0
    ids = sorted(tally.revisions_in(connection, at.within.study_key, None))
    for start in range(0, len(ids), PORTION):
        with book.lock:
            taken += book.take_in(connection, at, ids[start : start + PORTION])
    with book.lock:
        book.parts(at.study.rules.alive_rule, None)
    return taken


@contextmanager
def opened(connection: Connection, at: Scene, books: Books | None) -> Iterator[Book]:
    """The book for a report, true for everybody within reach.

    Without `books`, and where changes may be under way, it is one for this once.
    """
    book = books.of(at) if books is not None and may_share(connection) else Book()
    with book.lock:
        book.refresh(connection, at)
        yield book
