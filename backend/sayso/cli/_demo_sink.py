"""Where the demonstration's messages end up: a mail server and a push service that only listen.

Both live on this machine and hand nothing on. The mails can be read in a browser; the pushes are
those to invented phones, which have nobody to show them to.
"""

from __future__ import annotations

import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "article{border:1px solid #c8d2d0;border-radius:10px;padding:.5rem 1rem;margin:1rem 0}"
    "pre{white-space:pre-wrap;font:inherit}small{color:#55635f}"
)
_LARGEST_PUSH = 8192
_KEPT = 500


class Sink:
    """Starts both servers on free ports of this machine; `close` ends them."""

    def __init__(self) -> None:
        self._mails: list[EmailMessage] = []
        self._lock = threading.Lock()
        self._port = free_port()
        self._smtp = Controller(_Inbox(self), hostname="127.0.0.1", port=self._port)
        self._smtp.start()
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _pages(self))
        self._thread = threading.Thread(target=self._web.serve_forever, daemon=True)
        self._thread.start()

    @property
    def smtp_url(self) -> str:
        """Where the worker delivers e-mail."""
        return f"smtp://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Where the mails can be read, and the origin of the invented phones' push addresses."""
        return f"http://127.0.0.1:{self._web.server_address[1]}"

    def keep(self, mail: EmailMessage) -> None:
        """Remember a mail; the oldest go when there are very many."""
        with self._lock:
            self._mails = [mail, *self._mails][:_KEPT]

    def mails(self) -> list[EmailMessage]:
        """The mails, latest first."""
        with self._lock:
            return list(self._mails)

    def close(self) -> None:
        """Stop both servers."""
        self._web.shutdown()
        self._web.server_close()
        self._thread.join()
        self._smtp.stop()


def free_port(wanted: int = 0) -> int:
    """A port of this machine that nobody uses now: the one wanted, or any. Raises OSError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        return int(probe.getsockname()[1])


class _Inbox:
    """What aiosmtpd calls for each message."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self._sink.keep(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Kept here"


def _pages(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        """The inbox as a page, and the push service."""

        def do_GET(self) -> None:
            self._send(200 if self.path == "/" else 404, _page(sink.mails()))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            if not self.path.startswith("/phone/") or length > _LARGEST_PUSH:
                self._send(404, "")
                return
            self.rfile.read(length)
            self._send(201, "")

        def _send(self, status: int, text: str) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args: Any) -> None:
            """Say nothing on the terminal."""

    return Pages


def _page(mails: list[EmailMessage]) -> str:
    shown = "".join(_article(mail) for mail in mails) or "<p>No mail has been sent yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Mail of the demonstration</title><style>{_STYLE}</style></head>"
        "<body><main><h1>Mail of the demonstration</h1>"
        f"<p>{len(mails)} in all. Nothing leaves this machine.</p>{shown}</main></body></html>"
    )


def _article(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return (
        f"<article><h2>{escape(str(mail['Subject']))}</h2>"
        f"<small>to {escape(str(mail['To']))}, {escape(str(mail['Date']))}</small>"
        f"<pre>{escape(text)}</pre></article>"
    )
