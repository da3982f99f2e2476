"""Ending a worker at one step of its work, as SIGKILL would, without ending this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


class KilledError(BaseException):
    """Stands for SIGKILL: derived so that no `except Exception` saves the worker."""


def kill_at(
    patch: pytest.MonkeyPatch, owner: Any, step: str, number: int, *, after: bool
) -> Callable[[], bool]:
    """Let the numbered call of a step end the worker; the answer tells whether it came to that."""
    real = getattr(owner, step)
    calls = 0

    def came() -> bool:
        nonlocal calls
        calls += 1
        return calls == number

    def killed(*given: Any, **named: Any) -> Any:
        now = came()
        if now and not after:
            raise KilledError
        result = real(*given, **named)
        if now:
            raise KilledError
        return result

    async def killed_async(*given: Any, **named: Any) -> Any:
        now = came()
        if now and not after:
            raise KilledError
        result = await real(*given, **named)
        if now:
            raise KilledError
        return result

    patch.setattr(owner, step, killed_async if step == "push" else killed)
    return lambda: calls >= number
