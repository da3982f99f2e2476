"""A private PostgreSQL for a test session: real, on a socket of its own, gone afterwards.

PostgreSQL refuses to run as root, so a root session runs it as `postgres` or `nobody`. Nothing that
tests write needs to outlive a power cut, so the cluster does not wait for the disk; that changes
speed, not behaviour.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "timezone": "Asia/Kathmandu",  # An odd zone, so that code leaning on the server's zone fails.
}


class Cluster:
    """Start in a `with` block; `url(name)` addresses one of its databases over a Unix socket."""

    def __init__(self, bin_folder: Path, settings: dict[str, str] | None = None) -> None:
        self._bin = bin_folder
        self._settings = _SETTINGS | (settings or {})
        # Unix socket paths end at 107 bytes, which pytest's own temporary folders may exceed.
        self.folder = Path(tempfile.mkdtemp(prefix="sayso-pg-"))
        self._names = count(1)

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            os.chown(self.folder, *_unprivileged())
        self._run("initdb", "-D", self.data, "-U", "sayso", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-l", self.folder / "log",
                  "-o", f"{options} -c unix_socket_directories={self.folder}", "start")  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """Stop in pg_ctl's `mode`: "fast", or "immediate" to stop as if power had failed."""
        self._run("pg_ctl", "-D", self.data, "-w", "-s", "-m", mode, "stop")

    def url(self, name: str) -> str:
        return f"postgresql://sayso@/{name}?host={self.folder}"

    def create(self, name: str = "", template: str = "template0") -> str:
        """Copy the database `template`, by default under a fresh name; returns the copy's URL."""
        name = name or f"test_{next(self._names)}"
        self._sql(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove the database behind `url`, whoever is still connected to it."""
        name = url.removeprefix("postgresql://sayso@/").partition("?")[0]
        self._sql(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _sql(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(self._bin / program), *map(str, arguments)]
        if os.geteuid() == 0:
            user, group = _unprivileged()
            command = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *command]
        # pg_ctl leaves the server holding its output, so output goes to a file, never to a pipe.
        with tempfile.TemporaryFile() as output:
            code = subprocess.run(
                command, stdout=output, stderr=output, cwd="/", check=False, timeout=120
            ).returncode
            if code != 0:
                output.seek(0)
                raise RuntimeError(f"{program} ended with {code}: {output.read().decode()}")


def _unprivileged() -> tuple[int, int]:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise RuntimeError("PostgreSQL does not run as root and there is no user to run it as")
