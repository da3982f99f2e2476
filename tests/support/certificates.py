"""TLS contexts for servers and clients of one test session, around a self-signed certificate."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from support.certificate import self_signed


@dataclass(frozen=True)
class Certificate:
    """The two files, and contexts made from them."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        """A context that trusts this certificate and checks names as usual."""
        return ssl.create_default_context(cafile=str(self.certificate))


def make(folder: Path) -> Certificate:
    """Valid for 127.0.0.1 and localhost."""
    return Certificate(*self_signed("127.0.0.1", folder))
