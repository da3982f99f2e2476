"""Calling an address outside at regular times, so that silence is noticed by somebody else."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog

_log = structlog.get_logger(__name__)
_SECONDS = 10.0


def call(url: str) -> bool:
    """Fetch `url` once; failing to reach it is logged, never raised."""
    try:
        status = asyncio.run(_get(url))
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        _log.warning("the dead-man address cannot be reached", kind=type(error).__name__)
        return False
    if status >= 400:
        _log.warning("the dead-man address refuses", status=status)
    return status < 400


async def _get(url: str) -> int:
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        return answer.status
