"""A missed form has one reason that stands, and every earlier one stays in the record."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select

from sayso.domain.errors import FormNotMissing, NotFound
from sayso.domain.rule_errors import UnknownMissingReason
from sayso.services import assessments, audit, events, figure_lists, publishing, reasons
from sayso.services.completion import Chosen
from sayso.store.tables_forms import missing_reason
from support.at_once import at_once
from support.stage import STUDY, Stage

P = "P-001"
CLOSED = 99


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20))
    return stage


def code(stage: Stage, form_id: int, reason: str, *, on: int = CLOSED, by: str = "bob") -> None:
    with stage.open() as connection:
        person = stage.hold(connection, P, by)
        reasons.record(connection, person, form_id, reason, stage.at(P, on))


def captured(stage: Stage, known: int) -> int:
    with stage.open() as connection:
        chosen = Chosen(as_of=stage.day(P, known))
        found = figure_lists.listed(
            connection, stage.reach(connection), chosen, "reason_capture_n", "W12", stage.at(P, 400)
        )
    assert found.total == len(found.rows)
    return found.total


def test_every_choice_has_words_and_none_of_them_is_made_by_dates() -> None:
    assert set(reasons.LABELS) == {*reasons.CHOICES, "event_reported_late"}
    assert "event_reported_late" not in reasons.CHOICES


def test_a_later_reason_takes_the_place_of_the_former(stage: Stage) -> None:
    form = stage.forms(P)[0]
    code(stage, form.id, "could_not_reach")
    code(stage, form.id, "too_ill", by="erin")

    with stage.open() as connection:
        rows = connection.execute(select(missing_reason).order_by(missing_reason.c.id)).all()
    assert [(row.reason, row.voided_at is None) for row in rows] == [
        ("could_not_reach", False), ("too_ill", True),
    ]  # fmt: skip
    assert rows[0].voided_by == rows[1].recorded_by == stage.staff_ids["erin"]


def test_the_trail_has_the_former_and_the_later(stage: Stage) -> None:
    form = stage.forms(P)[0]
    code(stage, form.id, "could_not_reach")
    code(stage, form.id, "too_ill")

    with stage.open() as connection:
        *_, last = audit.events(connection)
    assert last.details["before"] == {"reason": "could_not_reach"}
    assert last.details["after"]["reason"] == "too_ill"


def test_a_reason_counts_from_the_day_on_which_it_was_coded(stage: Stage) -> None:
    code(stage, stage.forms(P)[0].id, "too_ill", on=105)

    assert (captured(stage, 104), captured(stage, 105)) == (0, 1)


def test_of_two_reasons_at_once_one_stands(stage: Stage) -> None:
    form = stage.forms(P)[0]
    both = (("too_ill", "bob"), ("no_time", "erin"))

    at_once(lambda number: code(stage, form.id, both[number][0], by=both[number][1]), 2)

    with stage.open() as connection:
        standing = select(missing_reason.c.id).where(missing_reason.c.voided_at.is_(None))
        assert len(connection.execute(standing).all()) == 1


@pytest.mark.parametrize("reason", ["event_reported_late", "bored", "", "Too ill"])
def test_other_words_are_refused_with_those_in_use(stage: Stage, reason: str) -> None:
    with pytest.raises(UnknownMissingReason, match="use one of: refused_this_time"):
        code(stage, stage.forms(P)[0].id, reason)


def test_only_a_missing_form_has_a_reason(stage: Stage) -> None:
    first, second = stage.forms(P)[:2]
    stage.answer(P, 84, only=first.questionnaire)

    with pytest.raises(FormNotMissing, match="Answered on"):
        code(stage, first.id, "too_ill")
    with pytest.raises(FormNotMissing, match="Open until"):
        code(stage, second.id, "too_ill", on=90)
    with pytest.raises(FormNotMissing, match="Opens on"):
        code(stage, second.id, "too_ill", on=60)


def test_a_death_that_is_entered_later_needs_no_reason_any_more(stage: Stage) -> None:
    form = stage.forms(P)[0]
    code(stage, form.id, "could_not_reach")
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        events.record(connection, person, "death", stage.day(P, 80), stage.at(P, 110))

    assert (captured(stage, 109), captured(stage, 110)) == (1, 0)
    with pytest.raises(FormNotMissing, match="died"):
        code(stage, form.id, "too_ill", on=111)


def test_forms_of_others_and_forms_that_never_were(stage: Stage) -> None:
    stage.enrol("P-002", date(2026, 3, 20))

    for form_id in (stage.forms("P-002")[0].id, 999_999):
        with pytest.raises(NotFound, match="P-001"):
            code(stage, form_id, "too_ill")


def test_an_event_reported_after_its_own_window_is_a_site_cause(stage: Stage) -> None:
    with stage.open() as connection:
        day, late = stage.day(P, 40), stage.at(P, 75)
        events.record(connection, stage.hold(connection, P), "progression", day, late)
        rules = publishing.current(connection, STUDY).study.rules
        (case,) = assessments.cases(connection, stage.reach(connection), rules, late)
    found = {
        (status.detail, status.reason)
        for form, status in zip(case.forms, case.statuses, strict=True)
        if form.timepoint == "PROG"
    }
    assert found == {("missing", "event_reported_late")}
