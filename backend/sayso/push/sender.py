"""Sending encrypted messages to push services over kept-alive connections.

The encryption is pywebpush's; its convenience function is not used, because it signs anew for every
message, waits for ever, follows redirects and sends one service's signature to another. One
signature per service and key is kept until shortly before it expires.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from py_vapid import Vapid02
from pywebpush import WebPusher

from sayso.domain.delivery import BROKEN, OUR_FAULT, RETRY, Outcome
from sayso.domain.errors import EndpointRefused
from sayso.push.answers import meaning
from sayso.push.breaker import Breaker
from sayso.push.endpoints import EndpointRules
from sayso.push.keys import KeyRing, VapidKey
from sayso.push.message import PushMessage
from sayso.push.pace import Pace
from sayso.push.resolver import PublicResolver

IN_FLIGHT = 100
_PER_ORIGIN = 64
_TIMEOUT_SECONDS = 10.0
_SIGNATURE_LASTS = timedelta(hours=12)
_RENEWED_BEFORE_EXPIRY = timedelta(hours=1)
# Push services read none of these, and each costs a little of every message.
_UNASKED = frozenset({"Accept", "Accept-Encoding", "User-Agent"})


@dataclass(frozen=True, slots=True)
class _Signature:
    header: str
    expires_at: datetime


class PushSender:
    """Use in an `async with` block; `send` may then run many times at once.

    The object may be entered again later, in another event loop: signatures and the breaker stay.
    """

    def __init__(
        self,
        keys: KeyRing,
        subject: str,
        rules: EndpointRules,
        *,
        timeout_seconds: float = _TIMEOUT_SECONDS,
        breaker: Breaker | None = None,
        pace: Pace | None = None,
        tls: Callable[[], object] | None = None,
    ) -> None:
        self._keys = keys
        self._subject = subject
        self._rules = rules
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._signatures: dict[tuple[str, str], _Signature] = {}
        self._prepared: dict[PushMessage, bytes] = {}
        self._tls = tls
        self.breaker = breaker or Breaker()
        self._pace = pace or Pace()

    async def __aenter__(self) -> Self:
        resolver = PublicResolver(
            aiohttp.ThreadedResolver(), allow_loopback=self._rules.allow_loopback
        )
        connector = aiohttp.TCPConnector(
            limit=IN_FLIGHT,
            limit_per_host=_PER_ORIGIN,
            resolver=resolver,
            ssl=self._tls() if self._tls else True,  # type: ignore[arg-type]
        )
        # Proxies named in the environment are ignored: they would undo the check of addresses.
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._prepared = {}
        await self._session.close()

    def prepare(self, messages: Iterable[PushMessage], now: datetime) -> None:
        """Encrypt what is about to be sent, in one go; whatever was prepared before is forgotten.

        A processor that changes between encrypting and sending with every message needs nearly
        twice the time for both. A message that is not prepared, because its service is being left
        alone or its keys cannot encrypt, is dealt with when it is sent.
        """
        self._prepared = {}
        for message in messages:
            # Whatever is wrong with one message, `send` finds it again and says so.
            with suppress(Exception):
                if not self.breaker.hold(self._rules.origin(message.endpoint), now):
                    self._prepared[message] = self._encrypt(message)

    async def send(self, message: PushMessage, now: datetime) -> Outcome:
        """Send one message; every way in which that can go wrong is an `Outcome`, never an error.

        `now` is when the batch was taken up: it dates the signature and the breaker.
        """
        try:
            origin = self._rules.origin(message.endpoint)
        except EndpointRefused as refusal:
            return Outcome(BROKEN, str(refusal))
        key = self._keys.by_id(message.key_id)
        if key is None:
            return Outcome(
                OUR_FAULT, "The key that this phone subscribed with is not on this server."
            )
        if held := self.breaker.hold(origin, now):
            return held
        await self._pace.wait(origin)
        outcome = await self._post(message, origin, key, now)
        self.breaker.report(origin, outcome, now)
        return outcome

    async def _post(
        self, message: PushMessage, origin: str, key: VapidKey, now: datetime
    ) -> Outcome:
        try:
            body = self._prepared.pop(message, None) or self._encrypt(message)
        except Exception as error:
            # Bad keys surface as ValueError, IndexError and others; one bad row stops nobody else.
            return Outcome(BROKEN, f"This phone's keys cannot encrypt ({type(error).__name__}).")
        headers = self._headers(message, origin, key, now)
        try:
            async with self._session.post(
                message.endpoint,
                data=body,
                headers=headers,
                skip_auto_headers=_UNASKED,
                allow_redirects=False,
            ) as answer:
                return meaning(answer.status, answer.headers.get("Retry-After"), now)
        except TimeoutError:
            return Outcome(RETRY, "The push service did not answer in time.")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The text of such an error may contain the endpoint, so only its kind is kept.
            return Outcome(RETRY, f"The push service could not be reached ({_kind(error)}).")

    def _encrypt(self, message: PushMessage) -> bytes:
        pusher = WebPusher(
            {
                "endpoint": message.endpoint,
                "keys": {"p256dh": message.p256dh, "auth": message.auth},
            }
        )
        return bytes(pusher.encode(message.body)["body"])

    def _headers(
        self, message: PushMessage, origin: str, key: VapidKey, now: datetime
    ) -> dict[str, str]:
        headers = {
            "Authorization": self._signature(origin, key, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(message.ttl),
            "Urgency": message.urgency,
            "Topic": message.topic,
        }
        if (urlsplit(origin).hostname or "").endswith(".notify.windows.com"):
            # Without this the service answers 400 to every message that may wait for the phone.
            headers["X-WNS-Cache-Policy"] = "cache"
        return headers

    def _signature(self, origin: str, key: VapidKey, now: datetime) -> str:
        known = self._signatures.get((origin, key.id))
        if known and known.expires_at - _RENEWED_BEFORE_EXPIRY > now:
            return known.header
        expires_at = now + _SIGNATURE_LASTS
        claims = {"aud": origin, "exp": int(expires_at.timestamp()), "sub": self._subject}
        signer = Vapid02(key.private)
        # The library's own check of the contact lets placeholders pass and refuses valid ones; ours
        # ran at start-up.
        signer.conf = {"no-strict": True}
        header = str(signer.sign(claims)["Authorization"])
        self._signatures[origin, key.id] = _Signature(header, expires_at)
        return header


def _kind(error: Exception) -> str:
    return type(error).__name__
