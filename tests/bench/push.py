"""Reminders: what one push costs, what an idle tick costs, and a hundred people for ten years."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pywebpush import webpush
from sqlalchemy import Engine, text

from bench.table import Row, Section, spread
from sayso.clock import FixedClock
from sayso.domain.delivery import ACCEPTED
from sayso.push import keys
from sayso.push.endpoints import EndpointRules
from sayso.push.keys import KeyRing
from sayso.push.message import PushMessage, document, topic
from sayso.push.sender import PushSender
from sayso.services import dispatch, dispatch_check
from sayso.services.dispatch_check import Desk
from sayso.store.engine import make_engine, transaction
from sayso.store.schema import upgrade
from sayso.store.sealed import Keyring
from sayso.store.tables_messages import delivery
from sayso.worker.tick import Dispatcher
from support import certificates
from support.certificates import Certificate
from support.postgres import Cluster
from support.reminding import published
from support.require import postgres_bin
from support.simulation import ModelNetwork, Simulation

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
PUSHES = 1000
BATCH = 200
AS_IS = 60
IN_FLIGHT = 100
MILLION = 1_000_000
PEOPLE = 100
YEARS = 10
_SERVER = """
import asyncio, ssl, sys
from aiohttp import web

async def take(request):
    await request.read()
    return web.Response(status=201)

async def main():
    app = web.Application()
    app.router.add_post("/{token}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass(frozen=True)
class Bench:
    """One push service over TLS, our keys and one message to it."""

    ring: KeyRing
    key_file: Path
    certificate: Certificate
    message: PushMessage


def measure(rounds: int) -> Section:
    """Alternate between the ways to send; then the tick and the years."""
    with tempfile.TemporaryDirectory() as name, _served(Path(name)) as bench:
        ways: dict[str, tuple[Callable[[Bench], float], list[float]]] = {
            "ours": (_ours, []),
            "as it is": (_as_it_is, []),
            "floor": (_floor, []),
        }
        for _ in range(rounds):
            for run, results in ways.values():
                results.append(run(bench))
        rows = _push_rows({way: results for way, (_run, results) in ways.items()})
    return Section(
        "Reminders",
        "Processor time of the sending process alone; the push service is a process of its own on "
        f"this machine, over TLS with kept connections, a message of {len(_BODY)} bytes.",
        (*rows, *_tick_rows(), _years_row()),
    )


def _push_rows(found: dict[str, list[float]]) -> tuple[Row, ...]:
    """Microseconds per push, turned into what one core can do in a second."""
    ours, as_is, floor = (median(found[way]) for way in ("ours", "as it is", "floor"))
    return (
        Row("one push, our sender", spread(found["ours"], "µs", 0)),
        Row("pushes per second and core", f"{1e6 / ours:.0f}", "≥ 1,000", 1e6 / ours >= 1000),
        Row("one push, `pywebpush.webpush()` as it is", spread(found["as it is"], "µs", 0)),
        Row("our sender is cheaper by", f"{as_is / ours:.1f} ×"),
        Row("the cryptography of one push alone", spread(found["floor"], "µs", 0)),
        Row("our sender, times that floor", f"{ours / floor:.1f} ×", "≤ 6 ×", ours / floor <= 6),
    )


def _ours(bench: Bench) -> float:
    rules = EndpointRules(allow_loopback=True)
    sender = PushSender(bench.ring, "mailto:team@example.org", rules, tls=bench.certificate.client)

    async def send() -> float:
        async with sender:

            async def hand(rest: Iterator[PushMessage]) -> None:
                for message in rest:
                    outcome = await sender.send(message, NOW)
                    assert outcome.kind == ACCEPTED, outcome

            async def batch(number: int) -> None:
                """As the worker does it: so many at a time, a hundred of them under way."""
                messages = _messages(bench.message, number)
                sender.prepare(messages, NOW)
                rest = iter(messages)
                await asyncio.gather(*(hand(rest) for _ in range(IN_FLIGHT)))

            # Connections are kept, so their handshakes are paid once and not per push.
            await batch(0)
            began = time.process_time()
            for number in range(PUSHES // BATCH):
                await batch(number + 1)
            return time.process_time() - began

    return asyncio.run(send()) / PUSHES * 1e6


def _messages(one: PushMessage, number: int) -> list[PushMessage]:
    """One batch; each message has a token of its own, as each delivery has."""
    tokens = (f"{number * BATCH + row:06}.".encode() for row in range(BATCH))
    return [replace(one, body=one.body.replace(b"123456.", token)) for token in tokens]


def _as_it_is(bench: Bench) -> float:
    os.environ["REQUESTS_CA_BUNDLE"] = str(bench.certificate.certificate)
    message = bench.message
    subscription = {
        "endpoint": message.endpoint,
        "keys": {"p256dh": message.p256dh, "auth": message.auth},
    }
    began = time.process_time()
    for _ in range(AS_IS):
        webpush(
            subscription, message.body, vapid_private_key=str(bench.key_file),
            vapid_claims={"sub": "mailto:team@example.org"}, ttl=60,
        )  # fmt: skip
    return (time.process_time() - began) / AS_IS * 1e6


def _floor(_bench: Bench) -> float:
    """One key pair, one agreement, three derivations, one sealing: what RFC 8291 asks for."""
    receiver = ec.generate_private_key(ec.SECP256R1()).public_key()
    began = time.process_time()
    for _ in range(PUSHES):
        shared = ec.generate_private_key(ec.SECP256R1()).exchange(ec.ECDH(), receiver)
        salt = secrets.token_bytes(16)
        material = HKDF(hashes.SHA256(), 32, salt, b"info").derive(shared)
        key = HKDF(hashes.SHA256(), 16, salt, b"key").derive(material)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"nonce").derive(material)
        AESGCM(key).encrypt(nonce, _BODY, None)
    return (time.process_time() - began) / PUSHES * 1e6


_BODY = document(
    title="A reminder from your study team", text="You have questions to answer. Tap to open.",
    navigate="https://pro.example.org/form/123456", tag=topic("a"), ack="123456." + "a" * 24,
)  # fmt: skip


@contextmanager
def _served(folder: Path) -> Iterator[Bench]:
    certificate = certificates.make(folder)
    path = folder / "vapid.pem"
    keys.create(path)
    ring = keys.load(path)
    receiver = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = receiver.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(certificate.certificate), str(certificate.key)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        message = PushMessage(
            f"https://127.0.0.1:{port}/token", _b64(point), _b64(bytes(16)), ring.current.id,
            _BODY, topic("a"), "normal", 60,
        )  # fmt: skip
        yield Bench(ring, path, certificate, message)
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _tick_rows() -> tuple[Row, ...]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        rows += _ticks("SQLite", make_engine(f"sqlite:///{name}/sayso.sqlite"))
    with Cluster(postgres_bin()) as cluster:
        rows += _ticks("PostgreSQL", make_engine(cluster.create("bench")))
    return tuple(rows)


def _ticks(name: str, engine: Engine) -> tuple[Row, Row]:
    """What a tick costs among a million messages: with nothing due, and with a batch due."""
    upgrade(engine)
    _fill(engine)
    clock = FixedClock(NOW)
    desk = Desk("https://pro.example.org", Keyring(bytes(32)), sends_mail=False)
    dispatcher = Dispatcher(engine, clock, desk, _no_network())
    dispatcher.tick()
    milliseconds = []
    for _ in range(200):
        began = time.perf_counter()
        assert not dispatcher.tick()
        milliseconds.append((time.perf_counter() - began) * 1e3)
    batches = [_batch(engine, desk, number) for number in range(5)]
    engine.dispose()
    middle = median(milliseconds)
    idle = f"idle tick, 1 M messages pending and 1 M done, {name}"
    busy = f"taking {BATCH} due ones among them and looking at each again, {name}"
    return (
        Row(idle, spread(milliseconds, "ms"), "≤ 2 ms", middle <= 2),
        Row(busy, spread(batches, "ms")),
    )


def _batch(engine: Engine, desk: Desk, number: int) -> float:
    """Milliseconds from a batch that is due to knowing what to send of it."""
    with transaction(engine) as connection:
        connection.execute(
            text(
                "UPDATE delivery SET next_at = '2026-06-15T14:00:00.000000Z' WHERE id IN (SELECT "
                "id FROM delivery WHERE state = 'pending' AND lease_token IS NULL ORDER BY id "
                f"LIMIT {BATCH})"
            )
        )
    began = time.perf_counter()
    with transaction(engine) as connection:
        taken = dispatch.claim(connection, f"bench {number}", NOW, BATCH)
    with transaction(engine, read_only=True) as connection:
        checked = dispatch_check.check(connection, f"bench {number}", taken, desk, NOW)
    spent = (time.perf_counter() - began) * 1e3
    assert len(checked.ready) + len(checked.settled) == BATCH
    return spent


def _no_network() -> ModelNetwork:
    """An idle tick sends nothing, so nobody has to be there."""
    return ModelNetwork(None)  # type: ignore[arg-type]


def _fill(engine: Engine) -> None:
    """One participant with a million messages that are due later and a million that are done."""
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) "
        "SELECT i FROM n"
        if engine.dialect.name == "sqlite"
        else "SELECT i FROM generate_series(1, CAST(:rows AS bigint)) AS s(i)"
    )
    person = published(engine, NOW).enrol("P", NOW)
    later, before = "2026-07-01T00:00:00.000000Z", "2026-06-01T00:00:00.000000Z"
    # An index that is made at the end takes a fraction of the time of one that grows row by row.
    late = [index for index in delivery.indexes if index.name not in {"ix_delivery_due"}]
    with transaction(engine) as connection:
        for index in late:
            index.drop(connection)
    for state, at in (("pending", later), ("sent", before)):
        with engine.connect() as plain, plain.begin():
            if engine.dialect.name == "postgresql":
                plain.execute(text("SET LOCAL statement_timeout = 0"))
                # All rows speak of one participant; a million looks at her are not measured.
                plain.execute(text("SET LOCAL session_replication_role = replica"))
            plain.execute(
                text(
                    "INSERT INTO delivery (participant_id, purpose, channel, idempotency_key, "
                    "state, next_at, expires_at, attempts, created_at) "
                    f"SELECT {person}, 'test', 'push', '{state}' || i, '{state}', '{at}', "
                    f"'{later}', 0, '{before}' FROM ({numbers}) AS m"
                ),
                {"rows": MILLION},
            )
    with engine.connect() as plain, plain.begin():
        if engine.dialect.name == "postgresql":
            plain.execute(text("SET LOCAL statement_timeout = 0"))
        for index in late:
            index.create(plain)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
        plain.execute(text("ANALYZE"))


def _years_row() -> Row:
    # Once: it is hundreds of ticks already, and as long as everything else of this section.
    seconds = _years()
    what = f"{PEOPLE} people for {YEARS} years, database and modelled phones, nobody answers"
    return Row(what, f"{seconds:.1f} s", "≤ 5 s", seconds <= 5)


def _years() -> float:
    with tempfile.TemporaryDirectory() as name:
        engine = make_engine(f"sqlite:///{name}/sayso.sqlite")
        upgrade(engine)
        simulation = Simulation(engine, NOW, follow_up=True)
        for number in range(PEOPLE):
            person = simulation.trial.enrol(f"P-{number}", NOW)
            simulation.phone_for(person)
        began = time.process_time()
        simulation.run_until(NOW + timedelta(days=365.25 * YEARS))
        spent = time.process_time() - began
        engine.dispose()
    return spent
