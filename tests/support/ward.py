"""A clinic inside the test's own process, whose time and network the test can turn.

The application, its database and the HTTP connection are the real ones; only the clock is given to
it, and between it and the browsers lies a `Line` that can be cut, and plays a
server that is in trouble or has just got another version of the app.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NoReturn
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sqlalchemy import Engine, select
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from sayso.clock import FixedClock, SystemClock
from sayso.domain.audit import Actor
from sayso.domain.walltime import local_date
from sayso.services import enrolment, enrolment_codes, publishing, sites
from sayso.settings import Settings
from sayso.store.engine import make_engine, transaction
from sayso.store.schema import upgrade
from sayso.store.sealed import Keyring
from sayso.store.tables import participant
from sayso.store.tables_forms import response
from sayso.web.app import create_app

ZONE = "Europe/London"
_ACTOR = Actor("command")
_BUILD = b"0.1.0"


@dataclass
class Line:
    """What lies between the phone and the server."""

    app: WSGIApplication
    is_cut: bool = False
    """Nothing gets through; the connection just ends."""
    in_trouble: bool = False
    """Files come, the API answers 503 by a page that is not the application's."""
    version: int = 0
    """Above 0, the app comes in a version that browsers have not seen."""
    killed: bool = False
    """The kill switch lies in the service worker's place."""
    swallows: bool = False
    """What the phone asks the API for is done, but no word of it gets back."""
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, respond: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self.is_cut:
            self._cut(environ)
        self.asked.append(f"{environ['REQUEST_METHOD']} {path}")
        if self.in_trouble and path.startswith("/api/"):
            respond("503 Service Unavailable", [("Content-Type", "text/html")])
            return [b"<h1>Back soon</h1>"]
        if self.swallows and path.startswith("/api/"):
            run_wsgi_app(self.app, environ)
            self._cut(environ)
        if path == "/sw.js" and self.killed:
            environ["PATH_INFO"] = "/sw-off.js"
        if self.version and re.fullmatch(r"/(sw|assets/.*)\.js", path):
            return self._newer(environ, respond)
        return self.app(environ, respond)

    def well(self) -> None:
        """Everything gets through again, and the app is the one of the first day."""
        self.is_cut = self.in_trouble = self.killed = self.swallows = False
        self.version = 0

    def _cut(self, environ: WSGIEnvironment) -> NoReturn:
        # Ended without a word, as by a lost network; the handler fails to answer, silently.
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError("the line is cut")

    def _newer(self, environ: WSGIEnvironment, respond: StartResponse) -> Iterable[bytes]:
        """A file of the app as a later build would have it: other version, other revision."""
        for name in ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH"):
            environ.pop(name, None)
        body, status, headers = run_wsgi_app(self.app, environ)
        content = b"".join(body).replace(_BUILD, b"0.1.%d" % self.version)
        content = re.sub(rb"[0-9a-f]{12}(?=`)", b"%012x" % self.version, content)
        headers["Content-Length"] = str(len(content))
        respond(status, headers.to_wsgi_list())
        return [content]


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests, nor about those that ended because the line was cut."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


@dataclass
class Ward:
    """A running clinic with one study, and what has arrived in it."""

    origin: str
    engine: Engine
    keyring: Keyring
    clock: FixedClock
    line: Line
    _running: ExitStack
    _codes: Iterator[int] = field(default_factory=lambda: count(1001))
    _hosts: Iterator[int] = field(default_factory=lambda: count(1))

    def another_address(self) -> str:
        """The same clinic under an address that no browser has seen: a phone fresh from the box.

        Every address of 127.0.0.0/8 is this machine, and browsers trust each like localhost.
        """
        listener = socket.create_server((f"127.1.0.{next(self._hosts)}", 0))
        return self._running.enter_context(_served(self.line, listener))

    def publish(self, study: str, documents: Mapping[str, Mapping[str, Any]]) -> str:
        """Publish a study that asks these questionnaires, with one site; its key."""
        with transaction(self.engine) as connection:
            now = self.clock.now()
            key: str = publishing.publish(
                connection, _ACTOR, study, "study", lambda name, _version: documents[name], now
            ).study.key
            sites.add(connection, _ACTOR, key, "S1", "North", ZONE, now)
        return key

    def enrol(self, study: str) -> tuple[str, str]:
        """Enrol somebody today; her study code, and the code for her phone."""
        code = f"S1-{next(self._codes)}"
        now = self.clock.now()
        new = enrolment.NewParticipant(
            code=code, site="S1", arm="all", enrolled_on=local_date(now, ZONE), zone=ZONE,
            preferred_language="en", reads_english=True, how="asked", interpreter=False,
        )  # fmt: skip
        with transaction(self.engine) as connection:
            person = enrolment.enrol(
                connection, _ACTOR, study, new, self.keyring, now, code_minutes=10
            )
        assert person.code is not None
        return code, person.code.code

    def replace_phone(self, code: str) -> str:
        """End every session of this person's phones; the code for her next one."""
        with transaction(self.engine) as connection:
            person = connection.scalars(
                select(participant.c.id).where(participant.c.code == code)
            ).one()
            made = enrolment_codes.new_code(
                connection, _ACTOR, person, self.keyring, self.clock.now(), minutes=10,
                replace_devices=True,
            )  # fmt: skip
        return made.code

    def responses(self, code: str) -> list[Any]:
        """What has arrived from this person, first things first."""
        return self._rows(
            select(response)
            .join(participant, participant.c.id == response.c.participant_id)
            .where(participant.c.code == code)
            .order_by(response.c.received_at, response.c.authored_at)
        )

    def _rows(self, statement: Any) -> list[Any]:
        with transaction(self.engine, read_only=True) as connection:
            return list(connection.execute(statement))


@contextmanager
def open_ward(folder: Path) -> Iterator[Ward]:
    """Run a clinic on SQLite in `folder` until the block ends."""
    engine = make_engine(f"sqlite:///{folder}/ward.sqlite")
    upgrade(engine)
    keyring = Keyring.create(folder / "ward.key")
    clock = FixedClock(SystemClock().now())
    listener = socket.create_server(("127.0.0.1", 0))
    settings = Settings(data_dir=folder, public_url=_address(listener))
    line = Line(create_app(settings, engine, clock, keyring=keyring))
    with ExitStack() as running:
        running.callback(engine.dispose)
        origin = running.enter_context(_served(line, listener))
        yield Ward(origin, engine, keyring, clock, line, running)


@contextmanager
def _served(line: Line, listener: socket.socket) -> Iterator[str]:
    with listener:
        server = make_server(
            "127.0.0.1", 0, line, threaded=True, request_handler=_Quiet, fd=listener.fileno()
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield _address(listener)
        server.shutdown()
        thread.join(10)
        server.server_close()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"
