"""What it costs to save a response of 30 items, database included, beside what cannot be saved on.

Each round saves with new participants on each engine, then asks a bare Flask for a small JSON on
the same server, then commits bare rows of the same size, so that a busy minute of the machine
falls on all of them.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psycopg

from bench import machine, servers, study_data
from bench.load import Outcome, Request, drive
from bench.table import Row, Section, spread
from support.postgres import Cluster
from support.require import postgres_bin

_CONNECTIONS = 16
_SAVES = 200
# The cluster of the tests does not wait for the disk; a figure for production has to.
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "autovacuum": "on"}


@dataclass
class _Engine:
    """One database under test and what was measured on it."""

    name: str
    goal: int
    port: int
    cpu: Callable[[], float]
    phones: list[study_data.Phone]
    saves: list[Outcome] = field(default_factory=list)
    reads: list[Outcome] = field(default_factory=list)
    revisits: list[Outcome] = field(default_factory=list)
    homes: list[Outcome] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)


def measure(rounds: int) -> Section:
    """Saves on SQLite and PostgreSQL beside bare JSON answers and bare commits."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="sayso-bench-")))
        folder.chmod(0o755)
        cluster = stack.enter_context(Cluster(postgres_bin(), _DURABLE))
        engines = [
            stack.enter_context(_engine("SQLite", 12, f"sqlite:///{folder}/b.sqlite", folder, 0,
                                        rounds)),
            stack.enter_context(_engine("PostgreSQL", 18, cluster.create("bench"), folder,
                                        _postmaster(cluster), rounds)),
        ]  # fmt: skip
        port, pid = stack.enter_context(servers.serving("plain", {}))
        plain: list[Outcome] = []
        for number in range(rounds):
            for engine in engines:
                _round(engine, number)
            request = Request("PUT", "/", b"{}", {"Content-Type": "application/json"})
            plain.append(
                drive(port, [request] * 1000, connections=_CONNECTIONS, accept=(200,),
                      cpu=lambda: machine.cpu_seconds(pid))
            )  # fmt: skip
            engines[0].commits.append(_sqlite_commits(folder / f"bare-{number}.sqlite"))
            engines[1].commits.append(_postgres_commits(cluster.create(f"bare_{number}")))
    return _section(engines, plain)


@contextmanager
def _engine(
    name: str, goal: int, url: str, folder: Path, database_pid: int, rounds: int
) -> Iterator[_Engine]:
    key_file = folder / f"{name}.key"
    phones = study_data.prepare(url, key_file, _SAVES * rounds, datetime.now(UTC))
    settings = {
        "SAYSO_DATABASE_URL": url, "SAYSO_KEY_FILE": str(key_file),
        "SAYSO_PUBLIC_URL": "http://127.0.0.1:8000",
    }  # fmt: skip
    with servers.serving("ours", settings) as (port, pid):

        def cpu() -> float:
            database = machine.cpu_seconds(database_pid) if database_pid else 0.0
            return machine.cpu_seconds(pid) + database

        yield _Engine(name, goal, port, cpu, phones)


def _round(engine: _Engine, number: int) -> None:
    now, given = datetime.now(UTC), study_data.answers()
    mine = engine.phones[number * _SAVES : (number + 1) * _SAVES]
    saves = [study_data.save(phone, given, now) for phone in mine]
    engine.saves.append(
        drive(engine.port, saves, connections=_CONNECTIONS, accept=(201,), cpu=engine.cpu)
    )
    reads = [
        Request("GET", f"/api/questionnaires/{phone.questionnaire_sha}", None,
                study_data.headers(phone))
        for phone in mine
    ]  # fmt: skip
    engine.reads.append(
        drive(engine.port, reads, connections=_CONNECTIONS, accept=(200,), cpu=engine.cpu)
    )
    known = [
        replace(one, headers=one.headers | {"If-None-Match": f'"{phone.questionnaire_sha}"'})
        for one, phone in zip(reads, mine, strict=True)
    ]
    engine.revisits.append(
        drive(engine.port, known, connections=_CONNECTIONS, accept=(304,), cpu=engine.cpu)
    )
    homes = [Request("GET", "/api/me", None, study_data.headers(phone)) for phone in mine]
    engine.homes.append(
        drive(engine.port, homes, connections=_CONNECTIONS, accept=(200,), cpu=engine.cpu)
    )


def _section(engines: list[_Engine], plain: list[Outcome]) -> Section:
    floor = median(o.cpu_ms for o in plain)
    rows = [Row("bare `jsonify`, processor time", spread([o.cpu_ms for o in plain], "ms"))]
    for engine in engines:
        cpu = [o.cpu_ms for o in engine.saves]
        tails = [o.p99 / o.p50 for o in engine.saves]
        times = median(cpu) / floor
        rows += [
            Row(f"save 30 items, {engine.name}, processor time", spread(cpu, "ms")),
            Row(f"the same, times bare `jsonify`, {engine.name}", f"{times:.1f}",
                f"≤ {engine.goal}", times <= engine.goal),
            Row(f"save, {engine.name}, p50 at {_CONNECTIONS} connections",
                spread([o.p50 for o in engine.saves], "ms", 0)),
            Row(f"save, {engine.name}, p99", spread([o.p99 for o in engine.saves], "ms", 0)),
            Row(f"save, {engine.name}, p99 over p50", spread(tails, "", 1), "≤ 4",
                median(tails) <= 4),
            Row(f"saves per second, {engine.name}",
                spread([len(o.latencies) / o.seconds for o in engine.saves], "/s", 0)),
            Row(f"bare commits of 2 KB per second, {engine.name}, {_CONNECTIONS} clients",
                spread(engine.commits, "/s", 0)),
            Row(f"fetch the questionnaire, {engine.name}, processor time",
                spread([o.cpu_ms for o in engine.reads], "ms")),
            Row(f"the same when the phone has it (304), {engine.name}",
                spread([o.cpu_ms for o in engine.revisits], "ms")),
            Row(f"the first screen with a whole schedule, {engine.name}, processor time",
                spread([o.cpu_ms for o in engine.homes], "ms")),
        ]  # fmt: skip
    rows += [
        _beside("save, PostgreSQL", engines[1].saves, "ODK Central's POST", 10.4, 0.9),
        _beside("fetch the questionnaire, PostgreSQL", engines[1].reads,
                "ODK Central's GET of a form", 4.4, 0.7),
    ]  # fmt: skip
    how = (
        f"gunicorn with {servers.WORKERS} sync workers, {_SAVES} saves a round over "
        f"{_CONNECTIONS} connections from the same machine, new participants each time, with "
        "scoring, status, audit trail and the cancelling of reminders; PostgreSQL waits for the "
        "disk."
    )
    return Section("Saving a response", how, tuple(rows))


def _beside(what: str, ours: list[Outcome], theirs: str, ms: float, goal: float) -> Row:
    """Our processor time as a share of another server's, which was measured on this machine."""
    share = median(o.cpu_ms for o in ours) / ms
    title = f"{what}, against {ms} ms of {theirs}, measured earlier"
    return Row(title, f"{share:.2f}", f"≤ {goal}", share <= goal)


def _postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


_BODY = json.dumps({"answers": {f"item{n}": n % 5 for n in range(30)}, "filler": "x" * 1500})


def _sqlite_commits(path: Path) -> float:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT)")
    connection.close()

    def commit(count: int) -> None:
        mine = sqlite3.connect(path, isolation_level=None, timeout=30)
        mine.execute("PRAGMA synchronous=FULL")
        for _ in range(count):
            mine.execute("BEGIN IMMEDIATE")
            mine.execute("INSERT INTO bare (body) VALUES (?)", (_BODY,))
            mine.execute("COMMIT")
        mine.close()

    return _per_second(commit)


def _postgres_commits(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (id BIGSERIAL PRIMARY KEY, body JSONB)")

    def commit(count: int) -> None:
        with psycopg.connect(url, autocommit=True) as mine:
            for _ in range(count):
                mine.execute("INSERT INTO bare (body) VALUES (%s::jsonb)", (_BODY,))

    return _per_second(commit)


def _per_second(commit: Callable[[int], None]) -> float:
    each = 100
    threads = [threading.Thread(target=commit, args=(each,)) for _ in range(_CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _CONNECTIONS * each / (time.perf_counter() - began)
