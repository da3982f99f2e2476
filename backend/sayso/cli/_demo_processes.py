"""The demonstration's web server and worker, as child processes that end with their parent."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

import click

_PATIENCE_SECONDS = 40
_LOOK_EVERY_SECONDS = 0.1
_GRACE_SECONDS = 10


@dataclass
class Children:
    """Started with `start`, ended with `end`; their output goes to files in `folder`."""

    folder: Path
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _logs: list[IO[bytes]] = field(default_factory=list)

    def start(self, name: str, *arguments: str) -> None:
        """Run `sayso NAME ARGUMENTS…` beside us."""
        log = (self.folder / f"{name}.log").open("ab")
        self._logs.append(log)
        self.running[name] = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "sayso", name, *arguments],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C reaches the whole foreground group; the children are to hear of it from us.
            start_new_session=True,
        )

    def wait_until_ready(self, url: str) -> None:
        """Return when pages are served and the worker has shown a sign of life.

        Raises ClickException with the last words of a child that ended instead.
        """
        for _ in range(round(_PATIENCE_SECONDS / _LOOK_EVERY_SECONDS)):
            self.check()
            if _ready(f"{url}/health/ready"):
                return
            time.sleep(_LOOK_EVERY_SECONDS)
        raise click.ClickException(
            f"The demonstration was not ready after {_PATIENCE_SECONDS} seconds; see {self.folder}"
        )

    def check(self) -> None:
        """Raise ClickException when a child has ended by itself."""
        for name, child in self.running.items():
            if child.poll() is not None:
                said = self._last_words(name)
                raise click.ClickException(f"`sayso {name}` ended by itself: {said}")

    def end(self) -> None:
        """Ask every child to stop, wait, and insist where asking was not enough."""
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        for child in self.running.values():
            try:
                child.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for log in self._logs:
            log.close()

    def _last_words(self, name: str) -> str:
        lines = (self.folder / f"{name}.log").read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


@contextmanager
def meanwhile(command: str) -> Iterator[Callable[[], None]]:
    """Run a command beside the block; the yielded function waits until it has ended well.

    Nothing is run for an empty command. When the block ends first, by an error or by Ctrl-C, the
    command is ended with it. The function raises ClickException when the command fails.
    """
    words = shlex.split(command)
    if not words:
        yield lambda: None
        return
    try:
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - as asked
    except OSError as error:
        raise click.ClickException(f"`{command}` cannot be run ({error.strerror})") from error

    def finished() -> None:
        if code := child.wait():
            raise click.ClickException(f"`{command}` ended with {code}; what it said is above")

    try:
        yield finished
    finally:
        if child.poll() is None:
            # The whole group: what the command has started in its turn is not to stay behind.
            os.killpg(child.pid, signal.SIGTERM)
            child.wait()


def _ready(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            text: bytes = answer.read()
    except (URLError, OSError):
        return False
    return b'"worker": "ok"' in text
