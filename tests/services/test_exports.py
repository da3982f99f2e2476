"""Files for the statistician: nothing is just absent, and the file does not grow in memory."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from sayso.domain.answers import shown
from sayso.formats import instrument_json
from sayso.formats.tabular import cell, csv_chunks
from sayso.services import corrections, events, exports
from support.golden_stage import NOW
from support.stage import Stage

CESSATION = NOW.date() - timedelta(days=130)
CHECK = "demo-hrqol"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol("P-001", CESSATION)
    return stage


def read(stage: Stage, make: Any, name: str = "ada") -> list[dict[str, str]]:
    with stage.open() as connection:
        table = make(connection, stage.reach(connection, name), NOW)
        text = "".join(csv_chunks(table.header, table.rows))
    return list(csv.DictReader(io.StringIO(text)))


def lines_of(stage: Stage, instrument: str = CHECK, timepoint: str = "W12") -> list[dict[str, str]]:
    return [
        line
        for line in read(stage, exports.items)
        if (line["questionnaire"], line["timepoint"]) == (instrument, timepoint)
    ]


def test_every_item_of_a_received_form_has_a_row(stage: Stage) -> None:
    stage.answer("P-001", 84)
    form = next(form for form in stage.forms("P-001") if form.questionnaire == CHECK)
    asked = stage.questionnaire(form.questionnaire_sha256)

    lines = lines_of(stage)

    assert [line["item"] for line in lines] == [item.id for item in asked.items_in_order()]
    assert [line["position"] for line in lines] == [str(n) for n in range(1, len(lines) + 1)]
    assert {line["disposition"] for line in lines} == {"in_window"}


def test_answers_skips_open_questions_and_branches_are_told_apart(stage: Stage) -> None:
    form = next(form for form in stage.forms("P-001") if form.questionnaire == CHECK)
    asked = stage.questionnaire(form.questionnaire_sha256)
    questions = asked.items_in_order()
    first, second = questions[0], questions[1]
    said = stage.submission("P-001", form, stage.at("P-001", 84), stage.at("P-001", 84, 17))
    code = first.options[-1].code if first.options else first.high
    answers = {first.id: code}
    stage.send("P-001", _with(said, answers, [second.id]), stage.at("P-001", 84, 17))

    lines = {line["item"]: line for line in lines_of(stage)}

    assert (lines[first.id]["value"], lines[first.id]["item_status"]) == (str(code), "ANSWERED")
    assert lines[second.id]["item_status"] == "NOT DONE"
    assert lines[second.id]["item_reason"] == "prefers not to answer"
    visible = shown(asked, answers, [second.id])
    for item in questions[2:]:
        wanted = ("NOT DONE", "left open") if item.id in visible else ("BRANCHED OUT", "")
        assert (lines[item.id]["item_status"], lines[item.id]["item_reason"]) == wanted


def _with(said: Any, answers: dict[str, Any], skipped: list[str]) -> Any:
    return replace(said, answers=answers, skipped=skipped)


def test_a_form_that_never_came_has_one_row_that_says_why(stage: Stage) -> None:
    stage.enrol("P-002", CESSATION, reads=False)
    stage.enrol("P-003", CESSATION)
    with stage.open() as connection:
        person = stage.hold(connection, "P-003")
        day = stage.day("P-003", 60)
        events.record(connection, person, "death", day, stage.at("P-003", 61))

    lines = {line["participant"]: line for line in lines_of(stage)}

    assert all(line["item"] == "ALL" for line in lines.values())
    assert all(line["item_status"] == "NOT DONE" for line in lines.values())
    assert {code: line["item_reason"] for code, line in lines.items()} == {
        "P-001": "missing",
        "P-002": "exempt",
        "P-003": "not_expected:death",
    }


def test_a_correction_stands_beside_what_was_sent(stage: Stage) -> None:
    (outcome,) = stage.answer("P-001", 84, only=CHECK)
    form = next(form for form in stage.forms("P-001") if form.questionnaire == CHECK)
    first, second = stage.questionnaire(form.questionnaire_sha256).items_in_order()[:2]
    sent = dict(stage.answers(form.questionnaire_sha256))
    meant = {**sent, first.id: first.options[1].code}
    del meant[second.id]
    said = corrections.Answers(meant, [second.id])
    with stage.open() as connection:
        person = stage.hold(connection, "P-001", "bob")
        number = corrections.propose(
            connection, person, outcome.receipt.id, said, "A slip", stage.at("P-001", 90)
        )
    before = {line["item"]: line for line in lines_of(stage)}
    (form_before,) = [one for one in read(stage, exports.expected_forms) if one["response_id"]]
    with stage.open() as connection:
        corrections.decide(
            connection, stage.hold(connection, "P-001", "erin"), number, True, "Asked her",
            stage.at("P-001", 91),
        )  # fmt: skip

    lines = {line["item"]: line for line in lines_of(stage)}

    as_sent = ("value", "value_text", "item_status", "item_reason")
    for item, line in lines.items():
        assert [line[name] for name in as_sent] == [before[item][name] for name in as_sent]
    one, two = lines[first.id], lines[second.id]
    assert (one["corrected_value"], one["corrected_status"]) == ("1", "ANSWERED")
    assert (one["correction_reason"], one["corrected_at"][:10]) == (
        "A slip", stage.day("P-001", 91).isoformat(),
    )  # fmt: skip
    assert (two["corrected_status"], two["corrected_reason"]) == (
        "NOT DONE", "prefers not to answer",
    )  # fmt: skip
    others = [line for item, line in lines.items() if item not in {first.id, second.id}]
    assert others
    assert not any(line["corrected_status"] or line["corrected_at"] for line in others)
    assert not any(line["corrected_status"] for line in before.values())
    (row,) = [one for one in read(stage, exports.expected_forms) if one["response_id"]]
    assert row["corrected_at"][:10] == stage.day("P-001", 91).isoformat()
    counts = ("answered", "applicable", "declined", "authored_at", "disposition")
    assert [row[name] for name in counts] == [form_before[name] for name in counts]


def test_what_is_not_due_yet_has_no_item_rows(stage: Stage) -> None:
    assert lines_of(stage, timepoint="W144") == []


def test_identifying_text_does_not_leave_with_the_file() -> None:
    asked = instrument_json.load(
        {
            "id": "own-words",
            "version": "1.0.0",
            "title": "Own words",
            "language": "en",
            "status": "demonstration",
            "licence": "CC0-1.0",
            "minutes": 1,
            "items": [
                {"id": "who", "type": "text", "text": "Who helped you?", "identifying": True},
                {"id": "what", "type": "text", "text": "With what?"},
            ],
        }
    )

    cells = list(exports.item_cells(asked, {"who": "Dr Who", "what": "=stairs"}, []))

    assert [cell[3:] for cell in cells] == [
        [None, None, "ANSWERED", "withheld: may identify a person"],
        ["=stairs", None, "ANSWERED", None],
    ]


def test_values_that_are_equal_but_not_the_same_stay_apart_in_the_file(stage: Stage) -> None:
    """A phone sent true where a code was asked, another 1.0: each is kept and shown as it came."""
    sent: dict[str, Any] = {"P-001": 1, "P-002": True, "P-003": 1.0, "P-004": "1", "P-005": [1]}
    for code in list(sent)[1:]:
        stage.enrol(code, CESSATION)
    for code, value in sent.items():
        form = next(form for form in stage.forms(code) if form.questionnaire == CHECK)
        first = stage.questionnaire(form.questionnaire_sha256).items_in_order()[0]
        said = stage.submission(code, form, stage.at(code, 84), stage.at(code, 84, 17))
        stage.send(code, _with(said, {first.id: value}, []), stage.at(code, 84, 17))

    lines = [line for line in lines_of(stage) if line["position"] == "1"]

    assert {line["participant"]: line["value"] for line in lines} == {
        "P-001": "1", "P-002": "true", "P-003": "1", "P-004": "1", "P-005": "1",
    }  # fmt: skip


def test_the_file_says_of_every_item_what_its_cells_say(stage: Stage) -> None:
    form = next(form for form in stage.forms("P-001") if form.questionnaire == CHECK)
    asked = stage.questionnaire(form.questionnaire_sha256)
    (outcome,) = stage.answer("P-001", 84, only=CHECK)
    answers = stage.answers(form.questionnaire_sha256)

    lines = lines_of(stage)

    names = ("position", "item", "item_text", "value", "value_text", "item_status", "item_reason")
    assert [[line[name] for name in names] for line in lines] == [
        [cell(one) for one in cells] for cells in exports.item_cells(asked, answers, [])
    ]
    assert {line["response_id"] for line in lines} == {outcome.receipt.id}
    assert {line["participant"] for line in lines} == {"P-001"}


def test_scores_stand_in_columns_of_their_own(stage: Stage) -> None:
    stage.answer("P-001", 84)

    line = next(
        line
        for line in read(stage, exports.expected_forms)
        if (line["timepoint"], line["questionnaire"]) == ("W12", CHECK)
    )

    filled = {name for name, value in line.items() if name.startswith(f"{CHECK}.") and value}
    assert filled
    others = [name for name in line if name.startswith("demo-anxiety.")]
    assert all(line[name] == "" for name in others)
    assert line["mode"] == "own_device"
    assert line["authored_at"] == "2026-04-30T16:00:00Z"


def test_exempt_and_unborn_forms_have_rows_too(stage: Stage) -> None:
    stage.enrol("P-002", CESSATION, reads=False)

    lines = read(stage, exports.expected_forms)

    by_person = Counter(line["participant"] for line in lines)
    assert by_person["P-001"] == by_person["P-002"]
    assert {line["status"] for line in lines if line["participant"] == "P-002"} == {"exempt"}
    assert "upcoming" in {line["status"] for line in lines if line["participant"] == "P-001"}


def test_a_site_takes_only_its_own_people(stage: Stage) -> None:
    stage.enrol("P-200", CESSATION, site="S2")

    assert {line["participant"] for line in read(stage, exports.expected_forms, "dana")} == {
        "P-200"
    }
    assert {line["participant"] for line in read(stage, exports.items, "bob")} == {"P-001"}


def test_the_number_of_statements_does_not_grow_with_the_people(stage: Stage) -> None:
    def statements() -> int:
        seen: list[str] = []
        with stage.open() as connection:
            within = stage.reach(connection)
            event.listen(connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
            for _line in exports.expected_forms(connection, within, NOW).rows:
                pass
        return len(seen)

    few = statements()
    for number in range(2, 8):
        stage.enrol(f"P-{number:03d}", CESSATION)
    assert statements() == few


def test_the_cut_is_dated(stage: Stage) -> None:
    line = read(stage, exports.expected_forms)[0]

    assert line["data_as_of"] == "2026-06-15T15:00:00Z"
    assert (line["study"], line["rule_version"]) == ("stop-her2", "1")
    assert date.fromisoformat(line["opens"]) <= date.fromisoformat(line["target"])
