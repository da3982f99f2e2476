"""Applications that gunicorn serves for the benchmarks: ours, and what it is held against.

Run as `bench.servers:ours()`, `:plain()` (a bare Flask) and `:beside()` (SurveyJS) with the
settings in the environment.
"""

from __future__ import annotations

import gzip
import mimetypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, jsonify

_ROOT = Path(__file__).parents[2]
WORKERS = 2


def ours() -> Flask:
    """The web application as `sayso serve` runs it."""
    from sayso import logs
    from sayso.clock import SystemClock
    from sayso.settings import Settings
    from sayso.store.engine import make_engine
    from sayso.web.app import create_app

    settings = Settings.from_env()
    # The lines are written like anywhere else, but nobody reads them here.
    logs.configure(settings.log_level, sys.stdout)
    return create_app(settings, make_engine(settings.database_url), SystemClock())


def plain() -> Flask:
    """A Flask that answers a small JSON and knows nothing."""
    app = Flask("plain")

    @app.route("/", methods=["GET", "PUT"])
    def answer() -> Response:
        return jsonify({"id": "x", "code": "ABCD-EF", "received_at": "2026-01-01T00:00:00Z"})

    @app.route("/health/live")
    def live() -> Response:
        return jsonify({"status": "ok"})

    return app


def beside() -> Flask:
    """The files of SurveyJS and a page with one question, compressed once as ours are."""
    app = Flask("beside")
    folder = Path(__file__).with_name("beside")
    packed: dict[Path, bytes] = {}

    @app.get("/", defaults={"name": "hello/index.html"})
    @app.get("/<path:name>")
    def file(name: str) -> Response:
        places = (folder / name, folder / "node_modules" / name)
        path = next((one for one in places if one.is_file()), None)
        if path is None:
            return Response(status=404)
        if path not in packed:
            packed[path] = gzip.compress(path.read_bytes(), 9)
        kind = mimetypes.guess_type(name)[0]
        return Response(packed[path], headers={"Content-Encoding": "gzip"}, mimetype=kind)

    @app.get("/health/live")
    def live() -> Response:
        return jsonify({"status": "ok"})

    return app


@contextmanager
def serving(name: str, settings: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Run one of the applications under gunicorn; yields its port and the pid of its master."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = [str(_ROOT / "tests"), str(_ROOT / "backend")]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}",
            "--workers", str(WORKERS), "--log-level", "warning", f"bench.servers:{name}()",
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path), **settings},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _await(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not answer in time")
