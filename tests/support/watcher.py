"""Somebody outside who is called at regular times and would notice silence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class Watcher:
    """Somebody outside who notices when the calls stop."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = 200
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watcher.calls.append(self.path)
                self.send_response(watcher.status)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                return None

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alive"


@contextmanager
def watched() -> Iterator[Watcher]:
    """Answer calls on this machine until the block ends."""
    watcher = Watcher()
    thread = threading.Thread(target=watcher.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield watcher
    finally:
        watcher.server.shutdown()
        watcher.server.server_close()
        thread.join()
