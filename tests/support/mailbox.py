"""A mail server on loopback that keeps what it is given, can be told to refuse, and speaks TLS."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Mailbox:
    """`replies` are used up one per recipient before mail is taken again."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    data_replies: list[str] = field(default_factory=list)
    sessions: int = 0
    port: int = 0

    async def handle_HELO(self, *arguments: Any) -> str:
        return self._greeted(arguments)

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.sessions += 1
        return responses

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.data_replies:
            return self.data_replies.pop(0)
        self.recipients += envelope.rcpt_tos
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def _greeted(self, arguments: tuple[Any, ...]) -> str:
        self.sessions += 1
        return f"250 {arguments[0].hostname}"


@contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    password: str | None = None,
) -> Iterator[Mailbox]:
    """Serve a mailbox on a free port; `password` is what the user "sayso" must give."""
    mailbox = Mailbox()

    def sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        good = (data.login, data.password) == (b"sayso", (password or "").encode())
        return AuthResult(success=good, handled=False)

    def protocol() -> SMTP:
        return SMTP(
            mailbox,
            hostname="127.0.0.1",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=sign_in if password else None,
            auth_required=password is not None and tls is None,
            auth_require_tls=tls is None,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    mailbox.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.close()
        _finish(loop)


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Let connections that clients left open end, so that nothing is reported as leaked."""

    async def end() -> None:
        pending = asyncio.all_tasks() - {asyncio.current_task()}
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await asyncio.sleep(0)

    loop.run_until_complete(end())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
