"""The ways out of the house: push services and the mail server, behind one small interface."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from sayso.domain.delivery import ACCEPTED, OUR_FAULT, RETRY, Outcome
from sayso.mail.message import Mail
from sayso.mail.smtp import SmtpSender
from sayso.push.breaker import Breaker
from sayso.push.message import PushMessage
from sayso.push.sender import PushSender

MAIL_SERVER = "mail server"


class Transport(Protocol):
    """What the dispatcher needs; entered once per tick. Failures are outcomes, never errors."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def prepare(self, messages: Sequence[PushMessage], now: datetime) -> None: ...
    async def push(self, message: PushMessage, now: datetime) -> Outcome: ...
    async def mail(self, mail: Mail, now: datetime) -> Outcome: ...
    def troubles(self, now: datetime) -> dict[str, str]: ...


class Network:
    """The real one. Mail goes out one message at a time, in a thread beside the pushes.

    There is one mail server and the administrator named it: when it cannot be used once, everybody
    else's mail waits too, instead of each spending a try and fifteen seconds on finding out.
    """

    def __init__(self, push: PushSender, smtp: SmtpSender | None) -> None:
        self._push = push
        self._smtp = smtp
        self._mail_breaker = Breaker({RETRY: 1, OUR_FAULT: 3})
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self._one_at_a_time = asyncio.Lock()
        await self._stack.enter_async_context(self._push)
        if self._smtp is not None:
            self._stack.push_async_callback(asyncio.to_thread, self._smtp.hang_up)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def prepare(self, messages: Sequence[PushMessage], now: datetime) -> None:
        """Do at once for a whole batch of pushes what need not be done one by one."""
        self._push.prepare(messages, now)

    async def push(self, message: PushMessage, now: datetime) -> Outcome:
        return await self._push.send(message, now)

    async def mail(self, mail: Mail, now: datetime) -> Outcome:
        if self._smtp is None:
            return Outcome(OUR_FAULT, "This server is not set up to send e-mail.")
        async with self._one_at_a_time:
            if held := self._mail_breaker.hold(MAIL_SERVER, now):
                return held
            outcome = await asyncio.to_thread(self._smtp.send, mail, now)
        # What the server says of one recipient or one message says nothing of the server.
        if outcome.kind in {ACCEPTED, OUR_FAULT} or (
            outcome.kind == RETRY and outcome.status is None
        ):
            self._mail_breaker.report(MAIL_SERVER, outcome, now)
        return outcome

    def troubles(self, now: datetime) -> dict[str, str]:
        """Push services, and the mail server, that are being left alone, with the reason."""
        return self._push.breaker.open_origins(now) | self._mail_breaker.open_origins(now)
