"""Names are resolved once, by us, and a private address is never connected to.

Checking a name before connecting would leave a gap in which the answer changes. Here the addresses
that were checked are the addresses that the connection uses.
"""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from sayso.push.endpoints import is_public


class PublicResolver(AbstractResolver):
    """Wraps another resolver and lets only public addresses through."""

    def __init__(self, inner: AbstractResolver, *, allow_loopback: bool = False) -> None:
        self._inner = inner
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of `host`. Raises OSError where there is none."""
        found = await self._inner.resolve(host, port, family)
        loopback = self._allow_loopback and host == "localhost"
        public = [entry for entry in found if is_public(entry["host"], allow_loopback=loopback)]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._inner.close()
