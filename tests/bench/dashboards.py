"""The completion page at scale: 640,000 expected forms on both databases, through the API.

A request is measured as the console makes it, session and JSON included, in one process. Before
anything is timed, every figure is compared with the rule applied to each form by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text, update

from bench import at_hand, crowd
from bench.crowd import LIVES, NOW, Crowd
from bench.table import Row, Section, spread
from sayso.services import completion, tallies
from sayso.services.completion import Chosen
from sayso.services.kept import Kept
from sayso.store.engine import transaction
from sayso.store.tables_tally import tally_line
from sayso.web import warming
from sayso.web.context import State
from support.postgres import Cluster
from support.rates_by_rule import as_figures, by_rule
from support.require import postgres_bin
from support.stage import STUDY

LARGE, SMALL = 10_000, 1_000
_PAGE = f"/api/studies/{STUDY}/completion"
_MISSED = f"{_PAGE}/forms?measure=missing&timepoint=W12&questionnaire=demo-hrqol"
_YESTERDAY = f"{_PAGE}?as_of=2031-06-15"
_LATE_CONTACT = f"{_PAGE}/people?figure=contact&part=rest"
_SERVER = {"shared_buffers": "512MB", "work_mem": "32MB", "autovacuum": "off"}
_NAIVE = """
    SELECT site.code, form.arm, form.timepoint, form.instrument,
           CASE WHEN answer.id IS NOT NULL THEN 'received'
                WHEN form.opens_at > :now THEN 'upcoming'
                WHEN form.closes_at > :now THEN 'open' ELSE 'missing' END AS status, count(*)
    FROM expected_form AS form JOIN participant ON participant.id = form.participant_id
    JOIN site ON site.id = participant.site_id
    LEFT JOIN response AS answer ON answer.expected_form_id = form.id
    WHERE form.cancelled_at IS NULL GROUP BY 1, 2, 3, 4, 5
"""


@dataclass
class _Side:
    """One database at two sizes, and what was measured on it."""

    name: str
    goal: int
    crowds: dict[int, Crowd] = field(default_factory=dict)
    filled: float = 0.0
    differing: int = 0
    memory: tuple[float, float] = (0.0, 0.0)
    times: dict[str, list[float]] = field(default_factory=dict)


def measure(rounds: int, hundred_thousand: bool = False) -> Section:
    """The page, one site, a list behind a figure, a past day, and lines that have to be written."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="sayso-bench-")))
        (folder / "static").mkdir()
        cluster = stack.enter_context(Cluster(postgres_bin(), _SERVER))
        sides = [_Side("SQLite", 400), _Side("PostgreSQL", 200)]
        for side in sides:
            for size in (SMALL, LARGE):
                url = (
                    f"sqlite:///{folder}/{size}.sqlite"
                    if side.name == "SQLite"
                    else cluster.create(f"bench_{size}")
                )
                began = time.perf_counter()
                side.crowds[size] = crowd.make(url, size, folder / "static")
                side.filled += time.perf_counter() - began
            side.memory = at_hand.measure(url, folder / "static")
            side.differing = _differing(side)
        for _ in range(rounds):
            for side in sides:
                _round(side)
        rows = [row for side in sides for row in _rows(side)]
        if hundred_thousand:
            large = crowd.make(cluster.create("bench_100000"), 100_000, folder / "static")
            times = []
            for _ in range(rounds):
                _touch(large)
                times.append(_milliseconds(lambda: _get(large, _PAGE)))
            rows.append(
                Row("completion page, 100,000 participants, PostgreSQL", spread(times, "ms", 0),
                    "≤ 2,000 ms", median(times) <= 2000)
            )  # fmt: skip
    return Section(
        "Completion at scale",
        f"{LARGE:,} participants at {crowd.SITES} sites, 16 timepoints of 4 questionnaires, so "
        "640,000 expected forms. Wall time of whole requests in one process, one after the other; "
        "before each round somebody's facts have changed, so that nothing worked out earlier is "
        "true, but for what is asked once more.",
        tuple(rows),
    )


def _differing(side: _Side) -> int:
    """Figures that are not the rule's: of 1,000 people form by form, of 10,000 as their copies."""
    with transaction(side.crowds[SMALL].engine, read_only=True) as connection:
        within = side.crowds[SMALL].visitors.stage.reach(connection)
        found = completion.report(connection, within, Chosen(), NOW, each_site=True)
        ours = as_figures(found)
        rule = by_rule(connection, within, Chosen(), NOW).figures
    with transaction(side.crowds[LARGE].engine, read_only=True) as connection:
        within = side.crowds[LARGE].visitors.stage.reach(connection)
        large = completion.report(connection, within, Chosen(), NOW)
    differing = sum(
        ours["by_site"][key] != figures for key, figures in rule["by_site"].items()
    ) + sum(one != two for one, two in zip(ours["rates"], rule["rates"], strict=True))
    names = set(rule) - {"by_site", "rates"}
    differing += sum(ours[name] != rule[name] for name in names)
    times = LARGE // SMALL
    for small, big in zip(found.rates, large.rates, strict=True):
        differing += (small.completion.n * times, small.expected * times, small.median_hours) != (
            big.completion.n, big.expected, big.median_hours,
        )  # fmt: skip
    return int(differing)


def _round(side: _Side) -> None:
    large, small = side.crowds[LARGE], side.crowds[SMALL]
    _forget(large)
    _note(side, "first", lambda: _get(large, _PAGE))
    _forget(large)
    _note(side, "read ahead", lambda: warming.start(_state(large)).join())
    _note(side, "first after", lambda: _get(large, _PAGE))
    _note(side, "first yesterday", lambda: _get(large, _YESTERDAY))
    for one in (large, small):
        # Somebody's change makes everything that was worked out before untrue.
        _touch(one)
    _note(side, "page", lambda: _get(large, _PAGE))
    _note(side, "page again", lambda: _get(large, _PAGE))
    _note(side, "page of 1,000", lambda: _get(small, _PAGE))
    _note(side, "one site", lambda: _get(large, f"{_PAGE}?site=S01"))
    _note(side, "list", lambda: _get(large, _MISSED))
    _note(side, "people", lambda: _get(large, _LATE_CONTACT))
    _note(side, "yesterday", lambda: _get(large, _YESTERDAY))
    _note(side, "yesterday again", lambda: _get(large, _YESTERDAY))
    with transaction(large.engine) as connection:
        changed = tally_line.c.participant_id % (LARGE // 20) == 1
        connection.execute(
            update(tally_line).where(changed).values(line=None, revision=tally_line.c.revision + 1)
        )
    _note(side, "20 changed", lambda: _get(large, _PAGE))
    _note(side, "20 written", lambda: _write(large))
    _note(side, "status in SQL", lambda: _naive(large))


def _state(one: Crowd) -> State:
    found: State = one.visitors.app.extensions["sayso"]
    return found


def _forget(one: Crowd) -> None:
    """Have the process know no more than one that has just started."""
    one.visitors.app.extensions["sayso"] = replace(_state(one), kept=Kept())


def _touch(one: Crowd) -> None:
    """Count a change of one participant's facts, and leave her line as it is."""
    with transaction(one.engine) as connection:
        connection.execute(
            update(tally_line)
            .where(tally_line.c.participant_id == 1)
            .values(revision=tally_line.c.revision + 1)
        )


def _write(large: Crowd) -> None:
    with transaction(large.engine) as connection:
        ids = tallies.waiting(connection, STUDY, NOW)
        tallies.keep(connection, tallies.write_lines(connection, STUDY, ids, NOW))


def _naive(large: Crowd) -> None:
    """A quarter of the rule as one statement over all forms: what it costs at the very least."""
    moment: Any = NOW
    if large.engine.dialect.name == "sqlite":
        moment = f"{NOW.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    with transaction(large.engine, read_only=True) as connection:
        connection.execute(text(_NAIVE), {"now": moment}).all()


def _get(one: Crowd, path: str) -> None:
    answer = one.visitors.ada.get(path)
    assert answer.status_code == 200, answer.json


def _note(side: _Side, what: str, act: Callable[[], None]) -> None:
    side.times.setdefault(what, []).append(_milliseconds(act))


def _milliseconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _rows(side: _Side) -> list[Row]:
    found = {what: median(values) for what, values in side.times.items()}
    growth = found["page"] / found["page of 1,000"]
    per_line = found["20 written"] / 20

    def row(what: str, name: str, goal: str = "", met: bool | None = None) -> Row:
        return Row(f"{what}, {side.name}", spread(side.times[name], "ms", 0), goal, met)

    return [
        Row(f"figures that differ from the rule, {side.name}", str(side.differing), "0",
            side.differing == 0),
        row("completion page, 10,000 participants", "page", f"≤ {side.goal} ms",
            found["page"] <= side.goal),
        row("the same at one site of 40", "one site", "≤ 50 ms", found["one site"] <= 50),
        row("the page once more, nothing having changed", "page again"),
        row("the same of 1,000 participants", "page of 1,000"),
        Row(f"growth of the page from 1,000 to 10,000, {side.name}", f"{growth:.1f} ×", "≤ 10 ×",
            growth <= 10),
        row("the first page of a process that read nothing ahead", "first", "≤ 1,000 ms",
            found["first"] <= 1000),
        row("reading ahead when a process starts, beside the requests", "read ahead"),
        row("the first page after that", "first after"),
        Row(f"memory of a process before and after reading ahead, {side.name}",
            f"{side.memory[0]:.0f} MB, {side.memory[1]:.0f} MB"),
        row("the first page as of yesterday", "first yesterday", "≤ 1,000 ms",
            found["first yesterday"] <= 1000),
        row("the page as of yesterday after a change", "yesterday", "≤ 1,000 ms",
            found["yesterday"] <= 1000),
        row("the same once more", "yesterday again"),
        row("the page when 20 people have just changed", "20 changed"),
        row("the list of those who missed Week 12, its first page", "list", "≤ 300 ms",
            found["list"] <= 300),
        row("the list of those whom nobody spoke to for too long", "people", "≤ 300 ms",
            found["people"] <= 300),
        Row(f"working out one line, {side.name}", f"{per_line:.1f} ms"),
        row("status and site alone, by SQL over all forms", "status in SQL"),
        Row(f"filling, {LARGE + SMALL:,} people of {LIVES} lives, {side.name}",
            f"{side.filled:.0f} s"),
    ]  # fmt: skip
