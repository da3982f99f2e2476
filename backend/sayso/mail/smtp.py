"""Sending e-mail over SMTP, encrypted whenever it leaves this machine.

`smtp://` must be upgraded by STARTTLS unless the server is on this machine; `smtps://` is encrypted
from the first byte. Certificates are verified. One connection serves a batch of messages.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from sayso.domain.delivery import ACCEPTED, BROKEN, GONE, OUR_FAULT, RETRY, Outcome
from sayso.domain.errors import MailSettingsWrong
from sayso.mail.message import Mail, build

_TIMEOUT_SECONDS = 15.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Enhanced codes (RFC 3463) 5.1.x: the address itself is wrong. Others may be our own doing.
_NO_SUCH_ADDRESS = ("5.1.",)
_NO_ENCRYPTION = "The mail server offers no encryption, and mail never leaves without it."
_NO_SIGN_IN = "The mail server takes no sign-in, but SAYSO_SMTP_URL names a user; look at it."


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to hand in mail; `secure` is tls, starttls or none (this machine only)."""

    host: str
    port: int
    secure: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def server_of(url: str) -> Server:
    """Read smtp://user:password@host:587 or smtps://…; raises MailSettingsWrong."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailSettingsWrong("SAYSO_SMTP_URL is not an address.") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise MailSettingsWrong("SAYSO_SMTP_URL must look like smtp://user:password@host:587.")
    if parts.scheme == "smtps":
        secure = "tls"
    else:
        secure = "none" if parts.hostname in _LOOPBACK else "starttls"
    return Server(
        parts.hostname,
        port or (465 if secure == "tls" else 587),
        secure,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


class SmtpSender:
    """Use in a `with` block from one thread; every failure of `send` is an `Outcome`."""

    def __init__(
        self,
        server: Server,
        sender: str,
        *,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> None:
        self._server = server
        self._sender = sender
        self._tls = tls
        self._timeout = timeout_seconds
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def send(self, mail: Mail, now: datetime) -> Outcome:
        """Hand in one message. `now` becomes its date."""
        try:
            message = build(mail, sender=self._sender, now=now)
        except ValueError:
            return Outcome(GONE, "That is no e-mail address.")
        try:
            connection = self._connected()
            connection.send_message(message, from_addr=self._sender, to_addrs=[mail.to.strip()])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            if code == 421:
                # The server said good-bye, and the library has closed the connection.
                self.hang_up()
            return _refused(code, text)
        except smtplib.SMTPAuthenticationError as error:
            self.hang_up()
            why = "The mail server refused our sign-in; somebody must look at it."
            return Outcome(OUR_FAULT, why, error.smtp_code)
        except smtplib.SMTPResponseException as error:
            self.hang_up()
            return _answered(error.smtp_code)
        except smtplib.SMTPNotSupportedError as error:
            self.hang_up()
            return Outcome(OUR_FAULT, _NO_SIGN_IN if "AUTH" in str(error) else _NO_ENCRYPTION)
        except (smtplib.SMTPException, OSError) as error:
            # Includes TLS failures. The text may name the recipient, so only the kind is kept.
            self.hang_up()
            return Outcome(RETRY, f"The mail server could not be used ({type(error).__name__}).")
        return Outcome(ACCEPTED, "The mail server took the message.", 250)

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None:
            return self._connection
        server = self._server
        name = self._sender.rpartition("@")[2]
        connection: smtplib.SMTP
        if server.secure == "tls":
            connection = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=self._timeout, context=self._tls()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, name, timeout=self._timeout)
        try:
            if server.secure == "starttls":
                connection.starttls(context=self._tls())
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def hang_up(self) -> None:
        """Close the connection; the next message opens another."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()


def _refused(code: int, text: bytes) -> Outcome:
    said = text.decode("ascii", "replace")
    if 400 <= code < 500:
        return Outcome(RETRY, f"The mail server asks to try again ({code}).", code)
    if said.startswith(_NO_SUCH_ADDRESS) or code in {550, 551, 553}:
        return Outcome(GONE, f"The mail server knows no such address ({code}).", code)
    return Outcome(BROKEN, f"The mail server refused the message ({code}).", code)


def _answered(code: int) -> Outcome:
    if 400 <= code < 500:
        return Outcome(RETRY, f"The mail server asks to try again ({code}).", code)
    why = f"The mail server refused our request ({code}); somebody must look at it."
    return Outcome(OUR_FAULT, why, code)
