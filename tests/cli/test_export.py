"""`sayso export`: files from the shell, the same as those of the console, and on record."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from sayso.cli.export import command
from sayso.domain.errors import NotAllowed
from sayso.store.engine import make_engine, transaction
from sayso.store.tables_messages import audit_event
from support.stage import Stage


@pytest.fixture
def engine(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("SAYSO_DATABASE_URL", sqlite_url)
    return make_engine(sqlite_url)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol("P-001", date(2026, 1, 20))
    stage.enrol("P-200", date(2026, 1, 20), site="S2")
    stage.answer("P-001", 84)
    return stage


def export(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def test_forms_to_a_file(stage: Stage, tmp_path: Path) -> None:
    target = tmp_path / "forms.csv"

    result = export("forms", "--out", str(target))

    assert result.exit_code == 0
    rows = list(csv.DictReader(target.read_text("utf-8").splitlines()))
    assert {row["participant"] for row in rows} == {"P-001", "P-200"}
    assert f"Wrote {len(rows)} rows to forms.csv" in result.output


def test_items_to_standard_output(stage: Stage) -> None:
    result = export("items", "--site", "S1")

    assert result.exit_code == 0
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert {row["participant"] for row in rows} == {"P-001"}
    assert "ANSWERED" in {row["item_status"] for row in rows}


def test_facts_are_a_document_that_can_be_evaluated(stage: Stage, tmp_path: Path) -> None:
    target = tmp_path / "facts.json"

    assert export("facts", "--out", str(target)).exit_code == 0

    people = json.loads(target.read_text("utf-8"))["participants"]
    assert [person["code"] for person in people] == ["P-001", "P-200"]
    assert len(people[0]["responses"]) == 4
    assert "answers" not in target.read_text("utf-8")


def test_every_file_taken_away_is_on_record(stage: Stage, tmp_path: Path) -> None:
    for verb in ("forms", "items", "facts"):
        assert export(verb, "--out", str(tmp_path / verb)).exit_code == 0

    with transaction(stage.engine, read_only=True) as connection:
        rows = connection.execute(
            select(audit_event.c.subject, audit_event.c.actor_kind).where(
                audit_event.c.action == "export.made"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        ("export/stop-her2/expected-forms", "command"),
        ("export/stop-her2/items", "command"),
        ("export/stop-her2/facts", "command"),
    ]


def test_a_study_that_does_not_exist_is_said_in_a_sentence(engine: Engine) -> None:
    result = export("forms")

    assert result.exit_code == 2
    assert "Name the study with --study; there are: none" in result.output


def test_the_completion_table_as_of_a_past_day(stage: Stage, tmp_path: Path) -> None:
    target = tmp_path / "completion.csv"

    result = export("completion", "--as-of", "2026-04-20", "--out", str(target))

    assert result.exit_code == 0
    rows = list(csv.DictReader(target.read_text("utf-8").splitlines()))
    assert {row["data_as_of"][:10] for row in rows} == {"2026-04-21"}
    assert {row["site"] for row in rows} == {"ALL", "S1", "S2"}
    assert f"Wrote {len(rows)} rows to completion.csv" in result.output


def test_every_figure_on_a_line_of_its_own(stage: Stage, tmp_path: Path) -> None:
    target = tmp_path / "figures.csv"

    result = export("figures", "--arm", "stop", "--out", str(target))

    assert result.exit_code == 0
    rows = list(csv.DictReader(target.read_text("utf-8").splitlines()))
    assert f"Wrote {len(rows)} rows to figures.csv" in result.output
    assert {row["arm"] for row in rows} == {"stop"}
    assert {"F1", "F5", "F9", "F14", "F19"} <= {row["figure"] for row in rows}
    # A share has no value beside it, and a number that is no share has no parts.
    assert all((row["n"] == "") == (row["of"] == "") for row in rows)
    assert not any(row["n"] and row["value"] for row in rows)


@pytest.mark.parametrize("verb", ["forms", "items"])
def test_rows_as_of_a_past_day_know_nothing_of_what_came_later(
    stage: Stage, tmp_path: Path, verb: str
) -> None:
    def answered(*options: str) -> set[str]:
        target = tmp_path / "rows.csv"
        assert export(verb, *options, "--out", str(target)).exit_code == 0
        found = csv.DictReader(target.read_text("utf-8").splitlines())
        return {row["data_as_of"][:10] for row in found if row["response_id"]}

    # The forms came on 14 April 2026, day 84.
    assert answered("--as-of", "2026-04-13") == set()
    assert answered("--as-of", "2026-04-14") == {"2026-04-15"}
    with transaction(stage.engine, read_only=True) as connection:
        details = connection.execute(
            select(audit_event.c.details).where(audit_event.c.action == "export.made")
        ).scalars()
        assert [one["after"]["as_of"] for one in details] == ["2026-04-13", "2026-04-14"]


def test_a_day_that_has_not_come_is_refused(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="when that day has come"):
        export("forms", "--as-of", "2999-01-01")


def test_the_flow_as_a_picture_and_as_a_table(stage: Stage) -> None:
    drawn = export("consort", "--as-of", "2026-05-20")
    table = export("consort", "--format", "csv", "--as-of", "2026-05-20")

    assert drawn.stdout.startswith("<svg ")
    assert "Week 12" in drawn.stdout
    rows = list(csv.DictReader(table.stdout.splitlines()))
    assert next(row for row in rows if row["timepoint"] == "W12")["completed"] == "1"


def test_the_flow_of_an_unknown_questionnaire_is_refused(stage: Stage) -> None:
    result = CliRunner().invoke(command, ["consort", "--questionnaire", "happiness"])

    assert result.exit_code != 0
