"""Have the figures at hand before the first person of the day looks at them.

A process that has just started has read no line of the tally, and the first look would wait until
all of them are read and counted. They are taken in beside the requests, in a thread of their own
which holds nobody up for long, and which does no harm if it never comes to its end.
"""

from __future__ import annotations

from datetime import datetime
from threading import Thread

import structlog

from sayso.domain.audit import Actor
from sayso.domain.errors import NotFound, SaysoError
from sayso.services import access, books, publishing, tallies
from sayso.store.engine import transaction
from sayso.web.context import State

_log = structlog.get_logger("sayso.web")
_PROCESS = Actor("command")


def start(application: State) -> Thread:
    """Begin to read everybody's line of every study; the thread ends by itself."""
    thread = Thread(
        target=_read, args=(application, application.clock.now()), name="warming", daemon=True
    )
    thread.start()
    return thread


def _read(application: State, now: datetime) -> None:
    try:
        with transaction(application.engine, read_only=True) as connection:
            keys = publishing.keys(connection)
        for key in keys:
            _read_study(application, key, now)
    except SaysoError as error:
        # Whoever looks first then waits, and learns herself what is the matter.
        _log.warning("figures not read ahead", problem=error.slug)


def _read_study(application: State, key: str, now: datetime) -> None:
    with transaction(application.engine, read_only=True) as connection:
        try:
            within = access.everything(connection, _PROCESS, key)
        except NotFound:
            return  # A study without a site has nobody in it.
        at = tallies.scene(connection, within, now, is_past=False)
        taken = books.warm(connection, at, application.kept.books)
    _log.info("figures read ahead", study=key, people=taken)
