"""Names that lead to private addresses are not connected to, however they come to do so."""

import asyncio
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from sayso.push.resolver import PublicResolver


class Scripted(AbstractResolver):
    """A name server whose answers change from one question to the next."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.closed = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._answers.pop(0)
        ]

    async def close(self) -> None:
        self.closed = True


def resolved(resolver: PublicResolver, host: str = "push.example") -> list[str]:
    return [entry["host"] for entry in asyncio.run(resolver.resolve(host, 443))]


def test_public_addresses_pass_and_private_ones_are_dropped() -> None:
    resolver = PublicResolver(Scripted(["10.0.0.1", "8.8.8.8", "::1"]))
    assert resolved(resolver) == ["8.8.8.8"]


def test_an_answer_that_changes_to_a_private_address_is_refused() -> None:
    resolver = PublicResolver(Scripted(["8.8.8.8"], ["169.254.169.254"]))
    assert resolved(resolver) == ["8.8.8.8"]
    with pytest.raises(OSError, match="no public address"):
        resolved(resolver)


def test_loopback_is_for_localhost_alone_and_only_when_allowed() -> None:
    allowed = PublicResolver(Scripted(["127.0.0.1"], ["127.0.0.1"]), allow_loopback=True)
    assert resolved(allowed, "localhost") == ["127.0.0.1"]
    with pytest.raises(OSError, match="no public address"):
        resolved(allowed, "push.example")
    with pytest.raises(OSError, match="no public address"):
        resolved(PublicResolver(Scripted(["127.0.0.1"])), "localhost")


def test_closing_reaches_the_inner_resolver() -> None:
    inner = Scripted()
    asyncio.run(PublicResolver(inner).close())
    assert inner.closed
