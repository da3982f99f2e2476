"""Serve the two apps and their API until stopped."""

from __future__ import annotations

import errno
import gc
import logging
import socket
from typing import Any
from wsgiref.types import WSGIApplication

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from sayso import logs
from sayso.cli._settings import read_settings
from sayso.cli._store import engine, require_current
from sayso.clock import SystemClock
from sayso.domain.errors import VapidKeyMissing
from sayso.push import keys
from sayso.settings import Settings
from sayso.store.engine import make_engine, transaction
from sayso.store.sealed import Keyring
from sayso.web import warming
from sayso.web.app import create_app

_BACKLOG = 512


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="Port to listen on; 0 takes a free one.")  # fmt: skip
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64),
              help="Processes; each answers one request at a time.")  # fmt: skip
def command(host: str, port: int, workers: int) -> None:
    """Serve the two apps and their API until stopped with Ctrl-C or SIGTERM.

    Put a proxy with TLS in front, as deploy/ shows; phones need https.

    For example: sayso serve --port 8000 --workers 2
    """
    settings = read_settings()
    with engine(settings) as made, transaction(made, read_only=True) as connection:
        require_current(connection)
    keyring = Keyring.from_file(settings.key_file)
    public_key = _push_key(settings)
    listener = _listen(host, port)
    logs.configure(settings.log_level)
    click.echo(f"Listening on http://{host}:{listener.getsockname()[1]}", err=True)

    def make_app() -> WSGIApplication:
        # Made in each worker after the fork: database connections must not be shared.
        app = create_app(
            settings, make_engine(settings.database_url), SystemClock(), keyring=keyring,
            vapid_public_key=public_key,
        )  # fmt: skip
        warming.start(app.extensions["sayso"])
        return app

    # What is loaded stays: no search for garbage is to touch it, or the workers, which are forks,
    # would each get a copy of the memory that they share.
    gc.freeze()
    _Server(make_app, listener, workers).run()


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's own messages as JSON lines like all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with sync workers: one writer per process, no threads that wait for SQLite."""

    def __init__(self, make_app: Any, listener: socket.socket, workers: int) -> None:
        self._make_app = make_app
        self._options = {
            "bind": f"fd://{listener.fileno()}",
            "workers": workers,
            "worker_class": "sync",
            "timeout": 60,
            "graceful_timeout": 20,
            "logger_class": _Log,
            "control_socket_disable": True,
            "proc_name": "sayso",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make_app()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} is in use; stop the other program or choose another --port"
        elif error.errno == errno.EACCES:
            message = f"Port {port} needs more rights; choose one above 1023"
        else:
            message = f"Cannot listen on {host}:{port} ({error.strerror})"
        raise click.ClickException(message) from error
    listener.set_inheritable(True)
    return listener


def _push_key(settings: Settings) -> str | None:
    """The public key that browsers subscribe with; without one the app offers no push."""
    try:
        return keys.load(settings.vapid_key_file).current.public
    except VapidKeyMissing:
        return None
