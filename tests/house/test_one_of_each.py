"""One place ends transactions, one place reads the clock."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import house

Plant = Callable[[str, str], Path]


def test_transactions_begin_and_end_in_one_place() -> None:
    assert house.transactions_elsewhere(house.ROOT) == []


@pytest.mark.parametrize("call", ["connection.commit()", "c.rollback()", "self.engine.begin()"])
def test_a_second_commit_site_is_found(plant: Plant, call: str) -> None:
    root = plant("backend/sayso/services/visits.py", f"def record() -> None:\n    {call}\n")
    (fault,) = house.transactions_elsewhere(root)
    assert fault.startswith("backend/sayso/services/visits.py:2 calls .")


def test_the_commit_site_itself_is_no_fault(plant: Plant) -> None:
    assert house.transactions_elsewhere(plant("backend/sayso/a.py", "x = 1")) == []


def test_the_clock_is_read_in_one_place() -> None:
    assert house.clock_reads_elsewhere(house.ROOT) == []


@pytest.mark.parametrize(
    "reading",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "func.now()",
        'text("select CURRENT_TIMESTAMP")',
        "text(\"select datetime('now')\")",
    ],
)
def test_a_second_clock_is_found(plant: Plant, reading: str) -> None:
    root = plant("backend/sayso/domain/schedule.py", f"\nmoment = {reading}\n")
    (fault,) = house.clock_reads_elsewhere(root)
    assert fault.startswith("backend/sayso/domain/schedule.py:2 ")


def test_a_clock_that_was_handed_in_is_no_fault(plant: Plant) -> None:
    root = plant("backend/sayso/worker.py", "now = clock.now()\nlasted = time.monotonic()\n")
    assert house.clock_reads_elsewhere(root) == []
