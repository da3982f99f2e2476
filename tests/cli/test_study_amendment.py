"""`sayso study publish`, `plan` and `apply` on a database with people in it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from sqlalchemy import Engine, select

from sayso.clock import FixedClock
from sayso.resources import instruments_dir
from sayso.store.engine import transaction
from sayso.store.tables import study_version
from sayso.store.tables_messages import audit_event, reminder
from support.shell import Shell
from support.stage import Stage

SHIPPED = instruments_dir() / "studies" / "stop-her2.toml"
CESSATION = date(2026, 1, 20)
NOW = datetime(2026, 5, 20, 15, tzinfo=UTC)  # Day 120: between Week 12 and Week 24.


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def stage(
    engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Stage:
    """Two people in the stopping arm, one of whom answered Week 12."""
    monkeypatch.setenv("SAYSO_DATABASE_URL", database_url)
    monkeypatch.setenv("SAYSO_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sayso.cli._store.SystemClock", lambda: FixedClock(NOW))
    stage = Stage(engine).set_up()
    stage.enrol("P-001", CESSATION)
    stage.enrol("P-002", CESSATION)
    stage.answer("P-001", 84)
    return stage


@pytest.fixture
def amended(tmp_path: Path) -> Callable[..., Path]:
    """The shipped study as version 2, with pieces replaced."""

    def write(*changes: tuple[str, str]) -> Path:
        text = SHIPPED.read_text("utf-8")
        for old, new in (('version = "1"', 'version = "2"'), *changes):
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "amended.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def windows(stage: Stage, code: str, timepoint: str) -> set[tuple[date, date]]:
    return {(form.opens, form.closes) for form in stage.forms(code, timepoint)}


def test_a_plan_changes_nothing(run: Shell, stage: Stage, amended: Callable[..., Path]) -> None:
    before = windows(stage, "P-001", "W24")
    plan = run("study", "plan", amended(("half_width = 14", "half_width = 21")), "--json").json
    assert (plan["moves"], plan["adds"], plan["touches_answered"]) == (24, 0, 0)
    assert plan["by_timepoint"] == {t: {"moves": 8} for t in ("W24", "W36", "W48")}
    assert windows(stage, "P-001", "W24") == before


def test_applying_does_what_the_plan_said(
    run: Shell, stage: Stage, amended: Callable[..., Path]
) -> None:
    answered = windows(stage, "P-001", "W12")
    result = run("study", "apply", amended(("half_width = 14", "half_width = 21")), "--yes")
    assert result.code == 0
    assert "moves 24 future forms" in result.out
    assert "Applied stop-her2 2" in result.out
    # Day 168 less and plus 21 days.
    assert windows(stage, "P-001", "W24") == {(date(2026, 6, 16), date(2026, 7, 28))}
    assert windows(stage, "P-001", "W12") == answered
    with transaction(stage.engine) as connection:
        actions = set(connection.execute(select(audit_event.c.action)).scalars())
    assert {"study.published", "forms.planned"} <= actions


def test_without_a_yes_it_is_asked_and_a_no_changes_nothing(
    run: Shell, stage: Stage, amended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = windows(stage, "P-001", "W24")
    monkeypatch.setattr("click.confirm", _refuse)
    result = run("study", "apply", amended(("half_width = 14", "half_width = 21")))
    assert result.code == 130
    assert "moves 24 future forms" in result.out
    assert windows(stage, "P-001", "W24") == before


def test_what_changes_while_somebody_thinks_is_shown_first(
    run: Shell, stage: Stage, amended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def think(*_text: str, **_options: bool) -> bool:
        return stage.enrol("P-003", CESSATION) is not None

    monkeypatch.setattr("click.confirm", think)
    result = run("study", "apply", amended(("half_width = 14", "half_width = 21")))

    assert result.code == 1
    says = "Something changed since the plan was made; look at the new plan first"
    assert result.err == f"sayso: {says}\n"
    assert "Applied" not in result.out
    with transaction(stage.engine) as connection:
        assert len(connection.execute(select(study_version)).all()) == 1


def test_reminders_follow_at_once_and_are_not_left_to_the_worker(
    run: Shell, stage: Stage, amended: Callable[..., Path]
) -> None:
    """Week 24 would open on day 154; a window three weeks wider opens it on day 133."""
    file = amended(("half_width = 14", "half_width = 35"))

    assert run("study", "apply", file, "--yes").code == 0

    with transaction(stage.engine) as connection:
        days = connection.execute(
            select(reminder.c.due_at).where(reminder.c.occasion == "W24").order_by("due_at")
        ).scalars()
        assert next(iter(days)).date() == date(2026, 6, 2)


def test_a_plan_names_a_questionnaire_that_is_nowhere(
    run: Shell, stage: Stage, amended: Callable[..., Path]
) -> None:
    file = amended(("demo-hrqol", "demo-nothing"))
    for verb in (("plan",), ("apply", "--yes")):
        result = run("study", *verb, file)
        assert (result.code, result.out) == (1, "")
        assert "demo-nothing" in result.err


def _refuse(*_text: str, **_options: bool) -> None:
    raise click.Abort


def test_an_effective_date_spares_what_opens_before_it(
    run: Shell, stage: Stage, amended: Callable[..., Path]
) -> None:
    file = amended(("half_width = 14", "half_width = 21"))
    plan = run("study", "plan", file, "--effective", "2026-08-01", "--json").json
    assert plan["by_timepoint"] == {t: {"moves": 8} for t in ("W36", "W48")}


def test_a_version_is_published_once(
    run: Shell, stage: Stage, amended: Callable[..., Path]
) -> None:
    assert run("study", "apply", amended(), "--yes", "--json").code == 0
    again = run("study", "apply", amended(), "--yes")
    assert again.code == 1
    assert "give the amended file a new version" in again.err


def test_a_study_nobody_published_cannot_be_amended(
    run: Shell, stage: Stage, amended: Callable[..., Path]
) -> None:
    result = run("study", "plan", amended(('key = "stop-her2"', 'key = "other"')))
    assert result.code == 1
    assert "No study other has been published" in result.err


def test_json_cannot_be_asked_a_question(run: Shell, amended: Callable[..., Path]) -> None:
    result = run("study", "apply", amended(), "--json")
    assert result.code == 2
    assert "--json needs --yes" in result.err


def test_publishing_again_changes_nothing(run: Shell, stage: Stage) -> None:
    result = run("study", "publish", SHIPPED, "--json")
    assert result.code == 0
    assert not result.json["created"]


def test_show_without_a_file_is_the_study_that_was_published(
    run: Shell, stage: Stage, amended: Callable[..., Path], tmp_path: Path
) -> None:
    assert run("study", "show").out == run("study", "show", SHIPPED).out
    assert run("study", "apply", amended(), "--yes").code == 0
    assert run("study", "show", "--json").json["study"]["version"] == "2"

    assert run("study", "show", "--svg", tmp_path / "schedule.svg").code == 0
    assert "stop-her2 2, sha256" in (tmp_path / "schedule.svg").read_text("utf-8")


def test_show_asks_which_of_several_published_studies_is_meant(
    run: Shell, stage: Stage, amended: Callable[..., Path]
) -> None:
    assert run("study", "publish", amended(('key = "stop-her2"', 'key = "other"'))).code == 0

    unclear = run("study", "show")
    assert (unclear.code, unclear.out) == (2, "")
    assert "add --study and one of other, stop-her2" in unclear.err
    assert run("study", "show", "--study", "other", "--json").json["study"]["key"] == "other"
    unknown = run("study", "show", "--study", "third")
    assert (unknown.code, unknown.err) == (1, "sayso: No study third has been published\n")
