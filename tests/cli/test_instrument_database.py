"""Licences and scoring again, by commands against a real database."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.store.engine import make_engine
from support.shell import Shell
from support.stage import STUDY, Stage

RECORD = ("instrument", "licence", "record", STUDY, "phq-9", "--owner", "Somebody",
          "--reference", "Agreement 17")  # fmt: skip


@pytest.fixture
def engine(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("SAYSO_DATABASE_URL", sqlite_url)
    return make_engine(sqlite_url)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol("P-001", date(2026, 1, 20))
    stage.answer("P-001", 84)
    return stage


@pytest.fixture
def shell(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def newer_rules(folder: Path) -> Path:
    document = dict(finder(instruments_dir())("demo-anxiety", None)) | {"version": "1.0.1"}
    document["scores"] = [dict(one) for one in document["scores"]]
    document["scores"][0]["then"] = [2, 0]
    place = folder / "newer"
    place.mkdir()
    (place / "instrument.json").write_text(json.dumps(document), "utf-8")
    return place


def test_a_licence_is_recorded_listed_and_voided(shell: Shell) -> None:
    assert shell("instrument", "licence", "list", STUDY).out.startswith("No licence")

    made = shell(*RECORD, "--no-end", "--language", "en", "--language", "es")
    assert (made.code, made.out) == (0, f"Recorded licence 1 of phq-9 for {STUDY}.\n")
    listed = shell("instrument", "licence", "list", STUDY)
    assert listed.code == 0
    assert "Agreement 17" in listed.out
    [facts] = shell("instrument", "licence", "list", STUDY, "--json").json["licences"]
    assert (facts["until"], facts["languages"]) == (None, ["en", "es"])

    voided = shell("instrument", "licence", "void", STUDY, "1", "--reason", "Wrong study")
    assert voided.code == 0
    again = shell("instrument", "licence", "void", STUDY, "1", "--reason", "Again")
    assert (again.code, len(again.err.strip().splitlines())) == (1, 1)


def test_a_licence_needs_an_end_or_none(shell: Shell) -> None:
    neither = shell(*RECORD)
    assert (neither.code, "either --until" in neither.err) == (2, True)
    both = shell(*RECORD, "--until", "2099-01-01", "--no-end")
    assert both.code == 2
    past = shell(*RECORD, "--until", "2020-01-01")
    assert past.code == 1
    assert "ended on 2020-01-01" in past.err


def test_a_study_without_licence_is_refused_in_a_sentence(shell: Shell, tmp_path: Path) -> None:
    """A site's folder holds a licensed questionnaire; publishing asks for its licence."""
    document = dict(finder(instruments_dir())("demo-anxiety", None))
    document |= {"status": "licensed", "version": "2"}
    names = ("demo-hrqol", "demo-recurrence-worry", "demo-financial-burden", "demo-decision",
             "demo-symptom-check")  # fmt: skip
    for name in names:
        (tmp_path / name).symlink_to(instruments_dir() / name)
    place = tmp_path / "demo-anxiety" / "2"
    place.mkdir(parents=True)
    (place / "instrument.json").write_text(json.dumps(document), "utf-8")
    study = tmp_path / "study.toml"
    text = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")
    study.write_text(text.replace('version = "', 'version = "next', 1), "utf-8")
    publish = ("study", "publish", study, "--instruments", tmp_path)

    check = ("study", "check", study, "--licences", "--instruments", tmp_path)
    wanting = shell(*check)
    assert (wanting.code, wanting.out) == (1, "")
    assert "demo-anxiety 2 has no licence for the study" in wanting.err
    assert shell(*check, "--json").json["licences"] == [wanting.err.strip()]

    refused = shell(*publish)
    assert refused.code == 1
    assert "demo-anxiety 2 has no licence for the study" in refused.err

    shell("instrument", "licence", "record", STUDY, "demo-anxiety", "--owner", "Somebody",
          "--reference", "18", "--no-end")  # fmt: skip
    assert shell(*check).code == 0
    assert shell(*publish).code == 0


def test_rescoring_with_nothing_new_says_so(shell: Shell) -> None:
    done = shell("instrument", "rescore", STUDY)
    assert done.code == 0
    assert done.out.strip().endswith("0 were scored again.")


def test_a_dry_run_reports_and_keeps_nothing(shell: Shell, tmp_path: Path) -> None:
    rules, target = newer_rules(tmp_path), tmp_path / "differences.csv"
    verb = ("instrument", "rescore", STUDY, "--rules", rules)

    looked = shell(*verb, "--dry-run", "--report", target)
    assert looked.code == 0
    assert "1 responses looked at, 1 would be scored again." in looked.out
    assert "demo-anxiety worry_total" in looked.out
    rows = list(csv.DictReader(target.read_text("utf-8").splitlines()))
    total = next(row for row in rows if row["score"] == "worry_total")
    assert (total["participant"], total["timepoint"], total["engine"]) == ("P-001", "W12", "1")

    kept = shell(*verb, "--json").json
    assert (kept["kept"], kept["looked_at"], kept["rescored"]) == (True, 1, 1)
    [total_change] = [one for one in kept["changes"] if one["score"] == "worry_total"]
    assert total_change["instrument"] == "demo-anxiety"
    assert total["why"] in total_change
    assert "0 were scored again" in shell(*verb).out


def test_wrong_use_of_rescoring(shell: Shell, tmp_path: Path) -> None:
    rules = newer_rules(tmp_path)
    other = shell("instrument", "rescore", STUDY, "--rules", rules, "--instrument", "demo-hrqol")
    assert (other.code, "The rules are those of demo-anxiety" in other.err) == (2, True)
    nothing = shell("instrument", "rescore", STUDY, "--rules", "nothing@1")
    assert nothing.code == 2
    unknown = shell("instrument", "rescore", "another-study")
    assert (unknown.code, len(unknown.err.strip().splitlines())) == (1, 1)


def test_files_alone_need_no_database(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite")
    checked = shell("instrument", "check", instruments_dir() / "demo-anxiety" / "1.0.0")
    assert checked.code == 0
    help_ = shell("instrument", "--help").out
    assert "rescore" in help_
    assert "licence" in help_
