"""Drafts on the server: none is replaced by a phone that has not seen it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from sayso.domain.errors import NotFound
from sayso.services import drafts
from sayso.services.drafts import Draft, Seen
from sayso.store.facts import StoredForm
from sayso.store.tables_forms import draft
from support.at_once import at_once
from support.stage import Stage

P = "P-001"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20))
    return stage


@pytest.fixture
def form(stage: Stage) -> StoredForm:
    return stage.forms(P)[0]


def save(
    stage: Stage,
    form: StoredForm,
    answer: int,
    said: datetime,
    arrived: datetime | None = None,
    seen: Seen | None = None,
) -> Draft | None:
    moment = arrived or said
    with stage.open() as connection:
        person = stage.session(connection, P, stage.at(P, 80))
        return drafts.save(
            connection, person.id, person.device_id, form.id,
            Draft({"h1": answer}, ["h2"], "h3", said), moment, seen,
        )  # fmt: skip


def kept(stage: Stage) -> list[int]:
    with stage.open() as connection:
        return [row.answers["h1"] for row in connection.execute(select(draft.c.answers))]


def test_a_later_draft_takes_the_place_of_the_former(stage: Stage, form: StoredForm) -> None:
    for number in (1, 2, 3):
        save(stage, form, number, stage.at(P, 80 + number))

    assert kept(stage) == [3]


def test_an_older_draft_that_arrives_late_changes_nothing(stage: Stage, form: StoredForm) -> None:
    save(stage, form, 2, stage.at(P, 85))
    save(stage, form, 1, stage.at(P, 84), arrived=stage.at(P, 86))

    assert kept(stage) == [2]


def test_a_phone_that_is_hours_fast_is_still_taken_at_its_word(
    stage: Stage, form: StoredForm
) -> None:
    fast = stage.at(P, 85) + timedelta(hours=3)
    save(stage, form, 2, fast, arrived=stage.at(P, 85))
    save(stage, form, 1, fast - timedelta(minutes=5), arrived=stage.at(P, 85))

    assert kept(stage) == [2]


def test_a_draft_from_the_year_2100_keeps_no_other_out(stage: Stage, form: StoredForm) -> None:
    save(stage, form, 1, stage.at(P, 85).replace(year=2100), arrived=stage.at(P, 85))
    save(stage, form, 2, stage.at(P, 86))

    assert kept(stage) == [2]


def test_a_phone_that_has_seen_what_is_here_replaces_it_whatever_its_clock_says(
    stage: Stage, form: StoredForm
) -> None:
    first = stage.at(P, 85)
    assert save(stage, form, 1, first, seen=Seen(None)) is None
    slow = first - timedelta(days=3)
    assert save(stage, form, 2, slow, arrived=stage.at(P, 86), seen=Seen(first)) is None

    assert kept(stage) == [2]


@pytest.mark.parametrize("days", [-3, 0, 3])
def test_a_draft_that_the_phone_has_not_seen_stays_and_is_shown_to_it(
    stage: Stage, form: StoredForm, days: int
) -> None:
    first = stage.at(P, 85)
    save(stage, form, 1, first, seen=Seen(None))
    other = first + timedelta(days=days, hours=1)

    held = save(stage, form, 2, other, arrived=stage.at(P, 86), seen=Seen(None))

    assert held == Draft({"h1": 1}, ["h2"], "h3", first)
    assert kept(stage) == [1]


def test_a_draft_sent_again_because_the_answer_got_lost_is_no_other(
    stage: Stage, form: StoredForm
) -> None:
    said = stage.at(P, 85)
    save(stage, form, 1, said, seen=Seen(None))

    assert save(stage, form, 1, said, seen=Seen(None)) is None
    assert kept(stage) == [1]


def test_a_draft_after_the_answers_is_let_go(stage: Stage, form: StoredForm) -> None:
    stage.answer(P, 85, only=form.questionnaire)
    save(stage, form, 1, stage.at(P, 86))

    assert kept(stage) == []


def test_two_first_drafts_at_once_are_one(stage: Stage, form: StoredForm) -> None:
    at_once(lambda number: save(stage, form, number, stage.at(P, 85)), 3)

    assert len(kept(stage)) == 1


def test_nobody_keeps_a_draft_of_somebody_elses_form(stage: Stage) -> None:
    stage.enrol("P-002", date(2026, 3, 20))

    with pytest.raises(NotFound):
        save(stage, stage.forms("P-002")[0], 1, stage.at(P, 85))
