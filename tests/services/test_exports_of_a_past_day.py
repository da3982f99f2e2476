"""A file as of a past day is the file that was made on that day, whatever came in afterwards."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sayso.domain.errors import NotAllowed
from sayso.domain.scoring import Score
from sayso.formats.instrument_folder import finder
from sayso.formats.tabular import csv_chunks
from sayso.resources import instruments_dir
from sayso.services import (
    audit,
    corrections,
    events,
    exemptions,
    exports,
    publishing,
    reasons,
    scores,
)
from sayso.services.exports import Table
from sayso.store.tables_forms import response, score
from support.golden_stage import NOW
from support.stage import COMMAND, STUDY, Stage

CESSATION = NOW.date() - timedelta(days=130)
THEN = CESSATION + timedelta(days=101)
"""Week 12 has closed; P-001 has answered it, P-003 has not."""
MIDNIGHT = datetime.combine(THEN + timedelta(days=1), time(), UTC)
CHECK = "demo-hrqol"
FILES = {"forms": exports.expected_forms, "items": exports.items}


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol("P-001", CESSATION)
    stage.enrol("P-002", CESSATION, reads=False)
    stage.enrol("P-003", CESSATION)
    stage.enrol("P-004", CESSATION, site="S2", arm="continue")
    stage.answer("P-001", 84)
    return stage


def text_of(table: Table) -> str:
    return "".join(csv_chunks(table.header, table.rows))


def made(stage: Stage, now: datetime, **options: Any) -> dict[str, str]:
    """Both files as text."""
    with stage.open() as connection:
        within = stage.reach(connection)
        return {
            name: text_of(make(connection, within, now, **options)) for name, make in FILES.items()
        }


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def at(stage: Stage, day: int) -> datetime:
    return stage.at("P-001", day)


def let_time_pass(stage: Stage) -> None:
    """Everything that can come in later and would show in a file of now."""
    stage.answer("P-003", 99, received=105)
    stage.enrol("P-005", CESSATION, enrolled=stage.day("P-001", 110))
    (missed, *_others) = stage.forms("P-004")
    with stage.open() as connection:
        person = stage.hold(connection, "P-001")
        events.record(connection, person, "death", stage.day("P-001", 95), at(stage, 112))
        exempt = stage.hold(connection, "P-002")
        (number,) = exemptions.ids_of(connection, exempt)
        exemptions.end(
            connection, exempt, number, stage.day("P-001", 60), "She learned it", at(stage, 113)
        )
        alone = stage.hold(connection, "P-004")
        reasons.record(connection, alone, missed.id, "too_ill", at(stage, 113))
    correct(stage)
    score_again(stage)
    amend(stage)


def correct(stage: Stage) -> None:
    form = next(form for form in stage.forms("P-001") if form.questionnaire == CHECK)
    first = stage.questionnaire(form.questionnaire_sha256).items_in_order()[0]
    meant = {**stage.answers(form.questionnaire_sha256), first.id: first.options[1].code}
    with stage.open() as connection:
        sent = connection.execute(
            select(response.c.id).where(response.c.expected_form_id == form.id)
        ).scalar_one()
        number = corrections.propose(
            connection, stage.hold(connection, "P-001", "bob"), sent,
            corrections.Answers(meant, []), "A slip", at(stage, 114),
        )  # fmt: skip
        corrections.decide(
            connection, stage.hold(connection, "P-001", "erin"), number, True, "Asked her",
            at(stage, 115),
        )  # fmt: skip


def score_again(stage: Stage) -> None:
    """Every score of her check of health doubles under rules that came later."""
    with stage.open() as connection:
        row = connection.execute(select(score).where(score.c.value > 0)).first()
        assert row is not None
        doubled = Score(row.score, row.value * 2, row.n_answered, row.n_items, "later")
        scores.keep(
            connection, row.questionnaire_sha256, [(row.response_id, [doubled])], at(stage, 116)
        )


def amend(stage: Stage) -> None:
    """A version without Week 24, with effect from before the day of the file."""
    file = instruments_dir() / "studies" / f"{STUDY}.toml"
    text = file.read_text("utf-8").replace('version = "1"', 'version = "2"', 1)
    with stage.open() as connection:
        publishing.publish(
            connection, COMMAND, text.replace("Week 24", "Half a year"), file.name,
            finder(instruments_dir()), at(stage, 117), stage.day("P-001", 20),
        )  # fmt: skip


def test_made_again_later_it_is_the_same_to_the_last_byte(stage: Stage) -> None:
    first = made(stage, MIDNIGHT)
    let_time_pass(stage)

    again = made(stage, NOW, as_of=THEN)

    for name, text in first.items():
        assert again[name] == text, name
    now = made(stage, NOW)
    assert all(now[name] != text for name, text in first.items()), "much has come in since"


def test_what_came_in_later_is_not_in_it(stage: Stage) -> None:
    let_time_pass(stage)

    forms = rows(made(stage, NOW, as_of=THEN)["forms"])
    week_12 = {
        row["participant"]: row
        for row in forms
        if (row["timepoint"], row["questionnaire"]) == ("W12", CHECK)
    }

    assert {row["participant"] for row in forms} == {"P-001", "P-002", "P-003", "P-004"}
    assert {row["study_version"] for row in forms} == {"1"}
    assert {row["data_as_of"] for row in forms} == {MIDNIGHT.strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert {code: row["status"] for code, row in week_12.items()} == {
        "P-001": "received", "P-002": "exempt", "P-003": "missing", "P-004": "missing",
    }  # fmt: skip
    assert week_12["P-004"]["missing_reason"] == ""
    assert week_12["P-001"]["corrected_at"] == ""
    assert {row["response_id"] for row in forms if row["participant"] == "P-003"} == {""}
    later = {
        (row["participant"], row["timepoint"], row["questionnaire"]): row
        for row in rows(made(stage, NOW)["forms"])
    }
    assert later["P-001", "W12", CHECK]["corrected_at"] != ""
    assert later["P-003", "W12", CHECK]["status"] == "received"


def test_items_of_a_past_day(stage: Stage) -> None:
    let_time_pass(stage)

    items = rows(made(stage, NOW, as_of=THEN)["items"])

    answered = [row for row in items if row["item_status"] == "ANSWERED"]
    assert {row["participant"] for row in answered} == {"P-001"}
    assert not any(row["corrected_value"] or row["corrected_at"] for row in items)
    assert all(row["received_at"] <= f"{THEN}T24" for row in answered)
    before = rows(made(stage, NOW, as_of=stage.day("P-001", 83))["items"])
    assert not any(row["item_status"] == "ANSWERED" for row in before)


def test_a_day_that_has_not_begun_has_no_file(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        made(stage, NOW, as_of=NOW.date() + timedelta(days=1))


def test_the_day_of_a_file_is_on_record(stage: Stage) -> None:
    with stage.open() as connection:
        within = stage.reach(connection)
        exports.record(connection, within, "items", 3, "0" * 64, NOW, THEN)
        exports.record(connection, within, "items", 4, "1" * 64, NOW)
        found = [one for one in audit.events(connection) if one.action == "export.made"]

    assert [one.details["after"].get("as_of") for one in found] == [THEN.isoformat(), None]
