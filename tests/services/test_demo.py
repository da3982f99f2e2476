"""The demonstration's population: believable, repeatable, and counted alike by every route."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select

from sayso.cli.study import command as study_command
from sayso.domain.audit import Actor
from sayso.formats.instrument_folder import finder
from sayso.formats.tabular import csv_chunks
from sayso.resources import instruments_dir
from sayso.services import access, audit, completion, demo, exports, participants, worklist
from sayso.services.access import Reach
from sayso.services.completion import Chosen
from sayso.services.demo import Demo
from sayso.store.engine import make_engine, transaction
from sayso.store.sealed import Keyring
from sayso.store.tables import exemption, participant, site, visit
from sayso.store.tables_forms import response
from sayso.store.tables_messages import delivery, reminder

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PEOPLE = 60
STUDY_FILE = instruments_dir() / "studies" / "stop-her2.toml"


@dataclass
class Shown:
    """A filled database."""

    engine: Engine
    demo: Demo

    def reach(self, connection: Connection) -> Reach:
        return access.everything(connection, Actor("command"), self.demo.study_key)

    def count(self, table: Any, *where: Any) -> int:
        with transaction(self.engine, read_only=True) as connection:
            statement = select(func.count()).select_from(table).where(*where)
            return int(connection.execute(statement).scalar_one())


def fill(template: Path, folder: Path, people: int, seed: int) -> Shown:
    path = folder / f"demo-{people}-{seed}.sqlite"
    shutil.copyfile(template, path)
    engine = make_engine(f"sqlite:///{path}")
    with transaction(engine) as connection:
        made = demo.fill(
            connection,
            Keyring(bytes(32)),
            STUDY_FILE.read_text("utf-8"),
            STUDY_FILE.name,
            finder(instruments_dir()),
            participants=people,
            seed=seed,
            push_origin="http://127.0.0.1:9",
            vapid_key_id="demo",
            now=NOW,
        )
    return Shown(engine, made)


@pytest.fixture(scope="module")
def shown(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    found = fill(sqlite_template, tmp_path_factory.mktemp("demo"), PEOPLE, 7)
    yield found
    found.engine.dispose()


def forms_file(shown: Shown) -> list[dict[str, str]]:
    with transaction(shown.engine, read_only=True) as connection:
        table = exports.expected_forms(connection, shown.reach(connection), NOW)
        text = "".join(csv_chunks(table.header, table.rows))
    return list(csv.DictReader(io.StringIO(text)))


def test_the_same_seed_gives_the_same_history(sqlite_template: Path, tmp_path: Path) -> None:
    for folder in ("first", "again"):
        (tmp_path / folder).mkdir()
    first = fill(sqlite_template, tmp_path / "first", 12, 3)
    again = fill(sqlite_template, tmp_path / "again", 12, 3)
    other = fill(sqlite_template, tmp_path, 12, 4)

    assert forms_file(first) == forms_file(again)
    assert forms_file(first) != forms_file(other)
    # What opens doors is never repeated.
    assert first.demo.sign_in.password != again.demo.sign_in.password
    assert first.demo.enrolment.code != again.demo.enrolment.code
    for one in (first, again, other):
        one.engine.dispose()


def test_everybody_asked_for_is_there_and_one_waits_for_a_phone(shown: Shown) -> None:
    assert shown.count(participant) == PEOPLE + 1
    assert shown.count(site) == 3
    assert shown.count(site, site.c.parent_id.is_not(None)) == 1
    with transaction(shown.engine, read_only=True) as connection:
        found = participants.lines(
            connection, shown.reach(connection), NOW, search=shown.demo.participant
        )
    (fresh,) = found.rows
    assert fresh.open_forms == 5


def test_about_one_in_seven_is_exempt_and_followed_like_the_others(shown: Shown) -> None:
    share = shown.count(participant, participant.c.reads_english.is_(False)) / PEOPLE
    assert 0.05 < share < 0.30
    exempt = select(exemption.c.participant_id).where(
        exemption.c.needs_approval.is_(False), exemption.c.valid_to.is_(None)
    )
    assert shown.count(visit, visit.c.participant_id.in_(exempt)) > 0
    assert shown.count(reminder, reminder.c.participant_id.in_(exempt)) == 0


def test_what_happens_in_studies_has_happened(shown: Shown) -> None:
    lines = forms_file(shown)
    details = Counter((line["status"], line["disposition"]) for line in lines)
    for wanted in (
        ("received", "in_window"),
        ("received", "late"),
        ("missing", ""),
        ("exempt", ""),
        ("upcoming", ""),
        ("not_expected", "death"),
        ("not_expected", "withdrawn"),
    ):
        assert details[wanted] > 0, wanted
    missing = [line["missing_reason"] for line in lines if line["status"] == "missing"]
    assert any(missing)
    assert shown.count(response, response.c.disposition == "duplicate") > 0
    assert shown.count(delivery, delivery.c.acked_at.is_not(None)) > 0


def test_completion_looks_like_that_of_a_study_that_calls(shown: Shown) -> None:
    with transaction(shown.engine, read_only=True) as connection:
        report = completion.report(connection, shown.reach(connection), Chosen(), NOW)
    assert report.balance_ok
    received = sum(rates.completion.n for rates in report.rates)
    expected = sum(rates.completion.of for rates in report.rates)
    assert 0.75 < received / expected < 0.97


def test_today_has_something_of_most_kinds(shown: Shown) -> None:
    with transaction(shown.engine, read_only=True) as connection:
        today = worklist.today(connection, shown.reach(connection), NOW)
    kinds = {row.kind for row in today.rows}
    assert {"call_requested", "conflict", "exemption_approval", "reason_needed"} <= kinds


def test_the_trail_verifies_and_is_in_order_of_time(shown: Shown) -> None:
    with transaction(shown.engine, read_only=True) as connection:
        assert list(audit.chain_faults(connection)) == []
        moments = [event.at for event in audit.events(connection)]
    assert moments == sorted(moments)
    assert len(moments) > PEOPLE * 10


def test_answers_of_one_person_hang_together(shown: Shown) -> None:
    """Two forms of one person differ less than forms of two people, or nothing drifts but noise."""
    by_person: dict[str, list[float]] = {}
    for line in forms_file(shown):
        value = line.get("demo-anxiety.worry_total", "")
        if value:
            by_person.setdefault(line["participant"], []).append(float(value))
    series = [values for values in by_person.values() if len(values) >= 3]
    means = [sum(values) / len(values) for values in series]
    grand = sum(means) / len(means)
    between = sum((mean - grand) ** 2 for mean in means) / (len(means) - 1)
    within = sum(
        sum((value - mean) ** 2 for value in values) / (len(values) - 1)
        for values, mean in zip(series, means, strict=True)
    ) / len(series)
    assert between > 1.5 * within


def test_screen_file_and_command_line_count_alike(shown: Shown, tmp_path: Path) -> None:
    """The same figures from the database, from the file, and from the facts alone."""
    with transaction(shown.engine, read_only=True) as connection:
        within = shown.reach(connection)
        report = completion.report(connection, within, Chosen(), NOW, each_site=True)
        facts = tmp_path / "facts.json"
        facts.write_text(json.dumps(exports.facts(connection, within)), "utf-8")
    arguments = ["evaluate", str(STUDY_FILE), str(facts), "--now", "2026-11-22T15:00:00Z"]
    result = CliRunner().invoke(study_command, [*arguments, "--by-site", "--json"])
    assert result.exit_code == 0, result.output
    evaluated = json.loads(result.output)

    for row in evaluated["rates"]:
        ours = next(
            rates
            for rates in [*report.rates, *report.by_site]
            if (rates.timepoint, rates.arm, rates.site, rates.questionnaire)
            == (row["timepoint"], row["arm"], row["site"], row["questionnaire"])
        )
        for name, value in row.items():
            found: Any = getattr(ours, name)
            if isinstance(value, dict) and "of" in value:
                found = {"n": found.n, "of": found.of}
            assert found == value, (row["timepoint"], row["arm"], row["site"], name)
    assert len(evaluated["rates"]) == len(report.rates) + len(report.by_site)
    assert evaluated["retention"]["exempt"] == vars_of(report.retention.exempt)
    assert evaluated["retention"]["not_exempt"] == vars_of(report.retention.not_exempt)
    _compare_file(forms_file(shown), report)


def vars_of(ratio: Any) -> dict[str, int]:
    return {"n": ratio.n, "of": ratio.of}


def _compare_file(lines: list[dict[str, str]], report: completion.Report) -> None:
    for rates in report.rates:
        mine = [
            line
            for line in lines
            if (line["timepoint"], line["arm"], line["questionnaire"])
            == (rates.timepoint, rates.arm, rates.questionnaire)
        ]
        details = Counter(line["disposition"] or line["status"] for line in mine)
        assert len(mine) == rates.enrolled
        assert details["exempt"] == rates.exempt
        assert details["missing"] == rates.missing
        assert details["in_window"] == rates.in_window.n
        assert details["late"] + details["in_window"] + details["disputed"] == rates.completion.n
        assert details["received_open"] == rates.received_open
        assert details["open"] == rates.pending
        assert details["upcoming"] == rates.upcoming
