"""Workers that are killed in the middle, and several that work at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, func, insert, select

from sayso.clock import OffsetClock, SystemClock
from sayso.domain import ack
from sayso.push import keys
from sayso.services.dispatch import claim
from sayso.store.engine import transaction
from sayso.store.tables_messages import delivery
from support.push_service import Phone, PushService, served
from support.reminder_fixtures import ENROLLED
from support.reminding import Trial, published

PHONES = 20
BATCH = 200
# The figures that are promised, and a smaller run of the same that fits into every build.
PROMISED = pytest.param(2000, 10, marks=pytest.mark.nightly)
SMALLER = pytest.param(400, 3)
_SCRIPT = Path(__file__).parents[1] / "support" / "worker_process.py"


class Floor:
    """A database with many messages that are due, and a push service that counts them."""

    def __init__(self, engine: Engine, url: str, folder: Path) -> None:
        self.url = url
        self.vapid = folder / "vapid.pem"
        key = keys.create(self.vapid)
        self.ahead = (ENROLLED - SystemClock().now()).total_seconds()
        self.clock = OffsetClock(timedelta(seconds=self.ahead))
        self.trial: Trial = published(engine, ENROLLED - timedelta(days=1))
        self.trial.vapid_key_id = key.id
        self.service = PushService()
        self.service.now = lambda: self.clock.now().timestamp()
        self.public = key.public

    def fill(self, rows: int) -> None:
        """Enrol people with phones and make all their messages due."""
        now = ENROLLED
        phones: list[tuple[int, int]] = []
        for number in range(PHONES):
            person = self.trial.enrol(f"P-{number}", now)
            phone: Phone = self.service.phone(self.public)
            phones.append((person, self.trial.register(person, phone, now)))
        with transaction(self.trial.engine) as connection:
            connection.execute(delivery.delete())
            connection.execute(
                insert(delivery),
                [
                    {
                        "participant_id": phones[n % PHONES][0], "purpose": "test",
                        "channel": "push", "subscription_id": phones[n % PHONES][1],
                        "idempotency_key": f"test:{n}", "state": "pending", "next_at": now,
                        "expires_at": now + timedelta(days=1), "attempts": 0, "created_at": now,
                    }
                    for n in range(rows)
                ],
            )  # fmt: skip

    def start(self, stack: ExitStack, lease: float) -> subprocess.Popen[str]:
        """Start a worker whose leases last so many seconds; wait until it is about to work."""
        arguments = {
            "url": self.url, "key": bytes(range(32)).hex(), "vapid": str(self.vapid),
            "ahead": self.ahead, "lease": lease,
        }  # fmt: skip
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            [sys.executable, str(_SCRIPT), json.dumps(arguments)],
            stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        stack.callback(_end, process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def until_asked(self, times: int) -> None:
        """Wait until the push service has been asked that many times."""
        _until(lambda: self.service.requests >= times)

    def sends(self) -> Counter[int]:
        """How often each message reached its phone, by row id."""
        key = self.trial.keyring.derived(ack.PURPOSE)
        found: Counter[int] = Counter()
        for phone in self.service.phones.values():
            for message in phone.received:
                row = ack.delivery_of(key, message.document["notification"]["data"]["ack"])
                assert row is not None
                found[row] += 1
        return found

    def waiting(self) -> int:
        """How many rows are not settled yet."""
        statement = select(func.count()).select_from(delivery).where(delivery.c.state == "pending")
        with transaction(self.trial.engine, read_only=True) as connection:
            return int(connection.execute(statement).scalar_one())


@pytest.fixture
def floor(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(engine, database_url, tmp_path)
    with served(floor.service):
        yield floor


@pytest.mark.parametrize(("rows", "kills"), [SMALLER, PROMISED])
def test_kills_lose_nothing_and_double_little(floor: Floor, rows: int, kills: int) -> None:
    floor.fill(rows)
    chance = Random(7)
    with ExitStack() as stack:
        for number in range(1, kills + 1):
            worker = floor.start(stack, lease=1.5)
            # Let each worker get some way before it is killed, so that kills meet it at work.
            floor.until_asked(number * rows // (kills + 1) + chance.randrange(20))
            worker.kill()
            worker.wait()
        floor.start(stack, lease=5)
        _until(lambda: floor.waiting() == 0)
    sends = floor.sends()
    assert len(sends) == rows
    assert sum(number - 1 for number in sends.values()) <= kills * BATCH
    assert floor.service.refused == []


@pytest.mark.parametrize(
    ("rows", "workers"), [pytest.param(400, 2), pytest.param(2000, 4, marks=pytest.mark.nightly)]
)
def test_several_workers_never_take_the_same_row(floor: Floor, rows: int, workers: int) -> None:
    floor.fill(rows)
    with ExitStack() as stack:
        for _ in range(workers):
            floor.start(stack, lease=90)
        _until(lambda: floor.waiting() == 0)
    sends = floor.sends()
    assert len(sends) == rows
    assert set(sends.values()) == {1}


def test_a_lease_that_ended_lets_another_worker_try(floor: Floor) -> None:
    floor.fill(50)
    now = floor.clock.now()
    with transaction(floor.trial.engine) as connection:
        assert len(claim(connection, "first", now, 10)) == 10
        assert len(claim(connection, "second", now, 50)) == 40
        assert claim(connection, "third", now, 50) == []
    with transaction(floor.trial.engine) as connection:
        assert len(claim(connection, "third", now + timedelta(minutes=5), 50)) == 50


def _until(holds: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "nothing happened for too long"
        time.sleep(0.01)


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
