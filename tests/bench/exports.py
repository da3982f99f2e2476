"""A million item rows out of the database, in a process of its own: time and memory.

Some participants answer every form of their schedule through the services; their rows are then
copied inside the database until there is enough to export, because playing so many lives would
take longer than everything that is measured here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, String, Table, cast, insert, literal, select
from sqlalchemy.sql.selectable import CTE

from bench import study_data
from bench.table import Row, Section, spread
from sayso.store.engine import make_engine, transaction
from sayso.store.tables import anchor, participant
from sayso.store.tables_forms import expected_form, response

_ROWS = 1_000_000
_FOLD = 10
_MOST_ROUNDS = 3
_STEP = 1_000_000
_HISTORY = timedelta(days=900)
_PARENTS = {participant.c.id, expected_form.c.id, response.c.id}


@dataclass(frozen=True)
class _Run:
    """One export: rows written, seconds of wall and of processor, megabytes at the most."""

    rows: int
    seconds: float
    cpu: float
    memory: float


def measure(rounds: int) -> Section:
    """Export a tenth and the whole, and hold them side by side."""
    with TemporaryDirectory(prefix="sayso-bench-") as name:
        small, large = (_database(Path(name), share) for share in (_ROWS // _FOLD, _ROWS))
        runs = [(_export(small), _export(large)) for _ in range(min(rounds, _MOST_ROUNDS))]
    tenth, whole = zip(*runs, strict=True)
    seconds, memory = [run.seconds for run in whole], [run.memory for run in whole]
    each = [run.cpu / run.rows * 1e6 for run in whole]
    growth = median(each) / median(run.cpu / run.rows * 1e6 for run in tenth)
    return Section(
        "Exporting",
        f"`sayso export items` of {whole[0].rows:,} and of {tenth[0].rows:,} rows from SQLite into "
        "a file, each in a process of its own.",
        (
            Row("a million item rows, wall time", spread(seconds, "s", 1), "≤ 30 s",
                median(seconds) <= 30 * whole[0].rows / _ROWS),
            Row("the same, memory at its highest", spread(memory, "MB", 0), "≤ 150 MB",
                median(memory) <= 150),
            Row("processor time per row", spread(each, "µs", 1)),
            Row("growth per row from a tenth to the whole", f"{growth:.2f}", "≤ 1.2",
                growth <= 1.2),
        ),
    )  # fmt: skip


def _export(settings: dict[str, str]) -> _Run:
    code = (
        "import resource, sys\n"
        "from sayso.cli.main import main\n"
        "try:\n"
        "    main(['export', 'items', '--out', '/dev/null'])\n"
        "finally:\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    cpu, memory = map(float, done.stdout.split())
    rows = int(done.stderr.split("Wrote ", 1)[1].split()[0])
    return _Run(rows, seconds, cpu, memory)


def _database(folder: Path, wanted: int) -> dict[str, str]:
    """A database with at least so many item rows; returns the settings that lead there."""
    url, key_file = f"sqlite:///{folder}/{wanted}.sqlite", folder / f"{wanted}.key"
    now = datetime.now(UTC)
    study_data.prepare(url, key_file, 1, now - _HISTORY)
    engine = make_engine(url)
    with transaction(engine) as connection:
        rows = _answer_everything(connection, now)
        _multiply(connection, -(-wanted // rows))
    engine.dispose()
    return {"SAYSO_DATABASE_URL": url, "SAYSO_KEY_FILE": str(key_file)}


def _answer_everything(connection: Connection, now: datetime) -> int:
    """Store a response to every form that is past; returns how many item rows they make."""
    rows = 0
    for form in connection.execute(select(expected_form).where(expected_form.c.closes_at < now)):
        given = study_data.answers(form.instrument)
        when = form.opens_at + timedelta(hours=9)
        connection.execute(
            insert(response).values(
                id=f"{form.id:032x}", participant_id=form.participant_id,
                expected_form_id=form.id, questionnaire_sha256=form.questionnaire_sha256,
                study_version_id=form.study_version_id, answers=given, skipped=[], problems=[],
                body_sha256="0" * 64, authored_at=when, authored_offset_minutes=-300,
                authored_zone=study_data.ZONE, received_at=when, skew_seconds=0.0,
                mode="own_device", originator="participant", assistance="none", language="en",
                disposition="in_window", scorable=True, answered=len(given),
                applicable=len(given), declined=0,
            )
        )  # fmt: skip
        rows += len(given)
    return rows


def _multiply(connection: Connection, times: int) -> None:
    """Copy everybody with all that is theirs until there are so many of each."""
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < times - 1))
    for table in (participant, anchor, expected_form, response):
        _copy(connection, table, numbers)


def _copy(connection: Connection, table: Table, numbers: CTE) -> None:
    columns: list[Any] = []
    for column in table.columns:
        parents = {key.column for key in column.foreign_keys}
        if column.primary_key or parents & _PARENTS:
            numeric = not isinstance(column.type, String)
            columns.append(
                column + numbers.c.n * _STEP if numeric
                else column + literal("-") + cast(numbers.c.n, String)
            )  # fmt: skip
        elif column is participant.c.code:
            columns.append(column + literal("-") + cast(numbers.c.n, String))
        else:
            columns.append(column)
    rows = select(*columns).select_from(table.join(numbers, literal(1) == 1))
    connection.execute(insert(table).from_select([one.name for one in table.columns], rows))
