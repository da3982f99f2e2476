"""What the rules cost by themselves: a participant's ten years, a large file of answers scored."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.table import Row, Section, spread
from sayso.domain.participation import AnchorDate, Event, Facts
from sayso.domain.schedule import wanted_forms
from sayso.domain.status import statuses
from sayso.domain.study import Study
from sayso.domain.visits import planned_visits
from sayso.formats import study_toml

_ROOT = Path(__file__).parents[2]
_STUDY = _ROOT / "instruments" / "studies" / "stop-her2.toml"
_C30 = _ROOT / "instruments" / "packs" / "eortc-qlq-c30" / "3.0"
_NOW = datetime(2036, 3, 1, tzinfo=UTC)


def measure(rounds: int) -> Section:
    """Simulation of 1, 100 and 10,000 participants and scoring of 100,000 rows."""
    study = study_toml.load(_STUDY)
    one = [_milliseconds(partial(_decades, study, [_person(0)])) for _ in range(rounds)]
    each: dict[int, list[float]] = {100: [], 10_000: []}
    for _ in range(rounds):
        for size, times in each.items():
            people = [_person(number) for number in range(size)]
            whole = _milliseconds(partial(_decades, study, people))
            times.append(whole / size)
    growth = median(each[10_000]) / median(each[100])
    naive, compiled = _scoring(rounds)
    return Section(
        "Rules and scoring",
        "Processor time of one process; a decade is every form, visit and status of one person.",
        (
            Row("simulate 1 participant, 10 years", spread(one, "ms"), "≤ 50 ms",
                median(one) <= 50),
            Row("per participant, of 100", spread(each[100], "ms")),
            Row("per participant, of 10,000", spread(each[10_000], "ms")),
            Row("growth per participant from 100 to 10,000", f"{growth:.2f}", "≤ 1.3",
                growth <= 1.3),
            Row("`sayso instrument score`, 100,000 rows of QLQ-C30", spread(compiled, "s", 1),
                "≤ 10 s", median(compiled) <= 10),
            Row("the same rules in a naive loop, 10,000 rows × 10", spread(naive, "s", 1)),
        ),
    )  # fmt: skip


def _person(number: int) -> Facts:
    chance = random.Random(number)
    enrolled = date(2026, 1, 5) + timedelta(days=chance.randrange(60))
    cessation = enrolled + timedelta(days=chance.randrange(30))
    events: tuple[Event, ...] = ()
    if chance.random() < 0.3:
        day = cessation + timedelta(days=chance.randrange(900))
        events = (Event("progression", day, datetime(day.year, day.month, day.day, tzinfo=UTC)),)
    return Facts(
        code=f"P-{number}", arm="stop", site="S1", zone="America/New_York", enrolled=enrolled,
        anchors=(AnchorDate("cessation", cessation),), events=events,
    )  # fmt: skip


def _decades(study: Study, people: list[Facts]) -> None:
    for facts in people:
        forms = wanted_forms(study, facts)
        planned_visits(study, facts)
        statuses(forms, facts, _NOW, study.rules)


def _milliseconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return (time.process_time() - began) * 1000


def _scoring(rounds: int) -> tuple[list[float], list[float]]:
    rows = list(csv.DictReader(io.StringIO((_C30 / "vectors.csv").read_text())))
    items = [name for name in rows[0] if name not in {"case", "kind"} and "score" not in name]
    naive, compiled = [], []
    with TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.csv"
        with answers.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["case", *items], extrasaction="ignore")
            writer.writeheader()
            for case in range(100_000):
                writer.writerow(rows[case % len(rows)] | {"case": case})
        for _ in range(rounds):
            naive.append(10 * _naive_loop(rows, 10_000))
            began = time.perf_counter()
            subprocess.run(
                [Path(sys.executable).with_name("sayso"), "instrument", "score", _C30, answers],
                stdout=subprocess.DEVNULL,
                check=True,
            )
            compiled.append(time.perf_counter() - began)
    return naive, compiled


_SCALES = {
    "PF": (1, 2, 3, 4, 5), "RF": (6, 7), "EF": (21, 22, 23, 24), "CF": (20, 25), "SF": (26, 27),
    "FA": (10, 12, 18), "NV": (14, 15), "PA": (9, 19), "DY": (8,), "SL": (11,), "AP": (13,),
    "CO": (16,), "DI": (17,), "FI": (28,), "QL": (29, 30),
}  # fmt: skip


def _naive_loop(rows: list[dict[str, str]], count: int) -> float:
    """The scales of QLQ-C30 written out by hand, without reading or writing a file."""
    began = time.perf_counter()
    for number in range(count):
        answers = list(rows[number % len(rows)].values())[2:32]
        for scale, members in _SCALES.items():
            values = [float(answers[item - 1]) for item in members if answers[item - 1]]
            if len(values) * 2 < len(members):
                continue
            mean = sum(values) / len(values)
            _ = 100 * (1 - (mean - 1) / 3) if scale in {"PF", "RF"} else 100 * (mean - 1) / 3
    return time.perf_counter() - began
