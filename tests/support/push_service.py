"""A strict push service on loopback: RFC 8030 in front, browsers' autopush protocol behind.

It refuses whatever a real service might refuse: a missing TTL, a signature that is forged, expired,
for another origin or by another key, a placeholder contact, a Topic that is no base64, a body of
more than 4096 bytes. It decrypts by itself with `cryptography`, so that the sender is not checked
against its own library. Phones may be offline; then messages wait for their TTL and collapse by
Topic. Answers can be scripted per endpoint.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LARGEST = 4096
_URGENCIES = {"very-low", "low", "normal", "high"}
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_REAL_SUBJECT = re.compile(
    r"(mailto:[^\s@:]+@|https://)([a-z0-9-]+\.)+[a-z][a-z0-9-]+/?", re.IGNORECASE
)


@dataclass
class Received:
    """One accepted message: its headers and what it says once decrypted."""

    endpoint: str
    headers: dict[str, str]
    document: dict[str, Any]
    at: float


@dataclass
class Answer:
    """A scripted answer: `status` 0 never answers; otherwise sent with these headers."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


class Phone:
    """A subscription whose private keys the test holds, as a browser would."""

    def __init__(self, service: PushService, public_key: str) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = uuid4().bytes
        self.token = uuid4().hex
        self.vapid = public_key
        self.online = True
        self.queue: dict[str, Received] = {}
        self.received: list[Received] = []
        self.service = service
        service.phones[self.token] = self

    @property
    def endpoint(self) -> str:
        return f"{self.service.url}/wpush/v2/{self.token}"

    @property
    def p256dh(self) -> str:
        return b64(
            self.private.public_key().public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
            )
        )

    @property
    def auth(self) -> str:
        return b64(self.secret)

    def take(self, message: Received, ttl: int, topic: str | None) -> None:
        """Show a message, or keep it while offline: a newer one of the same topic replaces it."""
        if self.online:
            self.received.append(message)
        elif ttl > 0:
            self.queue[topic or uuid4().hex] = message

    def come_online(self, now: float) -> None:
        """Receive what has waited and has not outlived its TTL."""
        self.online = True
        waiting, self.queue = list(self.queue.values()), {}
        self.received += [m for m in waiting if m.at + int(m.headers["TTL"]) > now]


class PushService:
    """The state of the service; `served` runs it in a thread of its own."""

    def __init__(self) -> None:
        self.phones: dict[str, Phone] = {}
        self.browsers: dict[str, Browser] = {}
        self.script: dict[str, list[Answer]] = {}
        self.answer: Callable[[str], Answer | None] = lambda _token: None
        self.refused: list[tuple[int, str]] = []
        self.requests = 0
        self.collected: list[dict[str, Any]] = []
        self.url = ""
        self.now: Callable[[], float] = lambda: 0.0
        self.max_connections = 0
        self._open = 0
        self.clients: set[Client] = set()
        self.agents: set[str] = set()
        self.loop: asyncio.AbstractEventLoop | None = None

    def forget_browsers(self) -> None:
        """Lose every registration, as a service does that lost its data: browsers connect anew."""
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(self._forget(), self.loop).result(10)

    async def _forget(self) -> None:
        self.browsers.clear()
        self.agents.clear()
        for client in list(self.clients):
            await client.socket.close()

    def phone(self, public_key: str) -> Phone:
        """A new subscription made with that application server key."""
        return Phone(self, public_key)

    def application(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_get("/", self._browser)
        app.router.add_post("/wpush/v2/{token}", self._push)
        app.router.add_post("/elsewhere", self._elsewhere)
        return app

    async def _elsewhere(self, _request: web.Request) -> web.Response:
        self.refused.append((999, "a redirect was followed"))
        return web.Response(status=201)

    async def _push(self, request: web.Request) -> web.Response:
        self.requests += 1
        self._open += 1
        self.max_connections = max(self.max_connections, self._open)
        try:
            return await self._answer(request)
        finally:
            self._open -= 1

    async def _answer(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        scripted = self.script.get(token)
        answer = scripted.pop(0) if scripted else self.answer(token)
        if answer is not None and answer.status != 201:
            if answer.status == 0:
                await asyncio.sleep(3600)
            return web.Response(status=answer.status, headers=answer.headers)
        phone = self.phones.get(token)
        browser = self.browsers.get(token)
        if phone is None and browser is None:
            return self._refuse(410, "unknown or ended subscription")
        body = await request.read()
        key = phone.vapid if phone is not None else browser.vapid if browser is not None else ""
        if fault := fault_of(request.headers, body, key, self.url, self.now()):
            return self._refuse(*fault)
        if phone is not None:
            try:
                text = decrypt(body, phone.private, phone.secret)
            except (InvalidTag, ValueError) as error:
                return self._refuse(400, f"cannot be decrypted: {error!r}")
            message = Received(phone.endpoint, dict(request.headers), json.loads(text), self.now())
            phone.take(message, int(request.headers["TTL"]), request.headers.get("Topic"))
        elif browser is not None:
            await browser.deliver(body, dict(request.headers))
        return web.Response(status=201, headers={"Location": f"{self.url}/m/{uuid4().hex}"})

    def _refuse(self, status: int, why: str) -> web.Response:
        self.refused.append((status, why))
        return web.Response(status=status, text=why)

    async def _browser(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("push-notification",))
        await socket.prepare(request)
        client = Client(socket, self)
        self.clients.add(client)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await client.said(json.loads(message.data or "{}"))
        finally:
            self.clients.discard(client)
        return socket


class Client:
    """One browser at the WebSocket."""

    def __init__(self, socket: web.WebSocketResponse, service: PushService) -> None:
        self.socket = socket
        self.service = service
        self.agent = ""

    async def said(self, message: dict[str, Any]) -> None:
        kind = message.get("messageType")
        if kind is None:
            await self.socket.send_json({})
        elif kind == "hello":
            known = message.get("uaid")
            self.agent = known if known in self.service.agents else uuid4().hex
            self.service.agents.add(self.agent)
            await self.socket.send_json(
                {
                    "messageType": "hello", "uaid": self.agent, "status": 200,
                    "use_webpush": True, "broadcasts": {},
                }
            )  # fmt: skip
            for browser in self.service.browsers.values():
                if browser.agent == self.agent:
                    await browser.flush(self)
        elif kind == "register":
            token = uuid4().hex
            self.service.browsers[token] = Browser(
                self.service, self.agent, message["channelID"], message.get("key", "")
            )
            await self.socket.send_json(
                {
                    "messageType": "register", "channelID": message["channelID"], "status": 200,
                    "pushEndpoint": f"{self.service.url}/wpush/v2/{token}",
                }
            )  # fmt: skip
        elif kind == "unregister":
            gone = [
                token
                for token, browser in self.service.browsers.items()
                if browser.channel == message["channelID"]
            ]
            for token in gone:
                del self.service.browsers[token]
            await self.socket.send_json(
                {"messageType": "unregister", "channelID": message["channelID"], "status": 200}
            )
        elif kind in {"ack", "nack"}:
            self.service.collected.append(message)


class Browser:
    """One registration of a real browser: messages wait here while it is not connected."""

    def __init__(self, service: PushService, agent: str, channel: str, key: str) -> None:
        self.service = service
        self.agent = agent
        self.channel = channel
        self.vapid = key.rstrip("=")
        self.waiting: list[dict[str, Any]] = []

    async def deliver(self, body: bytes, headers: dict[str, str]) -> None:
        self.waiting.append(
            {
                "messageType": "notification", "channelID": self.channel, "version": uuid4().hex,
                "ttl": int(headers["TTL"]), "data": b64(body),
                "headers": {"encoding": "aes128gcm"},
            }
        )  # fmt: skip
        for client in list(self.service.clients):
            if client.agent == self.agent:
                await self.flush(client)

    async def flush(self, client: Client) -> None:
        waiting, self.waiting = self.waiting, []
        for message in waiting:
            await client.socket.send_json(message)


@contextmanager
def served(service: PushService, tls: ssl.SSLContext | None = None) -> Iterator[PushService]:
    """Run the service on a free port of this machine until the block ends."""
    loop = service.loop = asyncio.new_event_loop()
    started = threading.Event()
    runner = web.AppRunner(service.application(), shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        port = runner.addresses[0][1]
        service.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.call_soon(started.set)
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not started.wait(10):
        raise RuntimeError("the push service did not start")
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def fault_of(
    headers: Any, body: bytes, registered_key: str, origin: str, now: float
) -> tuple[int, str] | None:
    """What is wrong with a push request, as (status, reason); None for a good one."""
    if not headers.get("TTL", "").isdigit():
        return 400, "TTL is missing"
    if len(body) > LARGEST:
        return 413, "too large"
    if headers.get("Content-Encoding") != "aes128gcm":
        return 400, "not aes128gcm"
    if headers.get("Urgency", "normal") not in _URGENCIES:
        return 400, "bad Urgency"
    topic = headers.get("Topic")
    if topic is not None and (not _TOPIC.fullmatch(topic) or len(topic) % 4 == 1):
        return 400, "bad Topic"
    return _vapid_fault(headers.get("Authorization", ""), registered_key, origin, now)


def _vapid_fault(
    authorization: str, registered_key: str, origin: str, now: float
) -> tuple[int, str] | None:
    found = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", authorization)
    if not found:
        return 401, "no VAPID authorization"
    token, key = found.groups()
    if registered_key and key != registered_key:
        return 401, "signed by another key than the subscription's"
    try:
        head, claims, signature = token.split(".")
        raw = unb64(signature)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
        pair = encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        public.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        said = json.loads(unb64(claims))
        header = json.loads(unb64(head))
    except (ValueError, InvalidSignature) as error:
        return 401, f"bad signature: {error!r}"
    if len(raw) != 64 or header != {"typ": "JWT", "alg": "ES256"}:
        return 401, "not ES256"
    if said.get("aud") != origin:
        return 401, f"signed for {said.get('aud')}, not for {origin}"
    if not now < said.get("exp", 0) <= now + 86400:
        return 401, "expired, or valid for more than a day"
    if not _REAL_SUBJECT.fullmatch(str(said.get("sub", ""))):
        return 403, "placeholder contact"
    return None


def decrypt(body: bytes, private: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """RFC 8291 and RFC 8188 by hand: one record of aes128gcm."""
    salt, size, key_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + key_length], body[21 + key_length :]
    if key_length != 65 or len(sealed) > size:
        raise ValueError("not one record from a P-256 sender")
    receiver = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    shared = private.exchange(ec.ECDH(), peer)
    material = _hkdf(secret, shared, b"WebPush: info\0" + receiver + sender, 32)
    key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
    padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
    if padded[-1:] != b"\x02":
        raise ValueError("not the last record")
    return padded[:-1]


def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
