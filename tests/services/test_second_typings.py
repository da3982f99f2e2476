"""Two typings of one paper form, on both databases and when two people are at it at once."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import Engine, exc, func, select, text

from sayso.domain.errors import AlreadySettled
from sayso.services import corrections, second_typings, staff_entries, worklist
from sayso.services.corrections import Answers
from sayso.services.staff_entries import Entry
from sayso.store import schema
from sayso.store.engine import transaction
from sayso.store.tables_entries import correction, second_typing, typing_settlement
from support.at_once import at_once
from support.stage import OFFERS, Stage

P = "P-001"
BLANK = Answers({}, [])
DAY = 90


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20))
    return stage


@pytest.fixture
def paper(stage: Stage) -> str:
    """A paper form that Bob has typed in with answers."""
    form = stage.forms(P)[0]
    said = Entry(
        id=str(uuid4()), expected_form_id=form.id, mode="paper", collected_on=stage.day(P, 84),
        answers=stage.answers(form.questionnaire_sha256), skipped=[],
    )  # fmt: skip
    with stage.open() as connection:
        staff_entries.record(
            connection, stage.hold(connection, P, "bob"), said, stage.keyring,
            stage.keyring.derived(OFFERS), stage.at(P, DAY),
        )  # fmt: skip
    return said.id


def type_again(stage: Stage, paper: str, said: Answers = BLANK, by: str = "ada") -> list[str]:
    with stage.open() as connection:
        person = stage.hold(connection, P, by)
        return second_typings.verify(connection, person, paper, said, stage.at(P, DAY))


def settle(stage: Stage, paper: str, said: Answers, by: str = "ada") -> int | None:
    with stage.open() as connection:
        person = stage.hold(connection, P, by)
        return second_typings.settle(
            connection, person, paper, said, "The sheet", stage.at(P, DAY + 1)
        )


def first(stage: Stage, paper: str) -> Answers:
    with stage.open() as connection:
        shown = stage.hold(connection, P)
        row = corrections.response_of(connection, shown, paper)
        return Answers(row.answers, row.skipped)


def owed(stage: Stage, who: str = "ada") -> list[str]:
    with stage.open() as connection:
        found = worklist.today(connection, stage.reach(connection, who), stage.at(P, DAY + 1))
    return [row.action.verb for row in found.rows if row.kind == "second_typing"]


def test_a_form_waits_until_nothing_is_owed_about_it(stage: Stage, paper: str) -> None:
    assert (owed(stage), owed(stage, "bob")) == (["type_again"], [])

    assert type_again(stage, paper)
    assert owed(stage) == owed(stage, "bob") == ["settle_typing"]

    number = settle(stage, paper, BLANK)
    assert owed(stage) == []
    with stage.open() as connection:
        (kept,) = connection.execute(select(typing_settlement)).all()
        asked = connection.execute(select(correction.c.id)).scalar_one()
    assert (kept.response_id, kept.correction_id, kept.reason) == (paper, asked, "The sheet")
    assert number == asked


def test_typings_that_agree_wait_for_nothing(stage: Stage, paper: str) -> None:
    assert type_again(stage, paper, first(stage, paper)) == []

    assert owed(stage) == owed(stage, "bob") == []
    with pytest.raises(AlreadySettled):
        settle(stage, paper, BLANK)


def test_of_two_who_settle_at_once_one_is_told_that_it_is_done(stage: Stage, paper: str) -> None:
    type_again(stage, paper)

    def one(number: int) -> str:
        try:
            settle(stage, paper, BLANK, ("ada", "bob")[number])
        except AlreadySettled as refused:
            return refused.slug
        return "settled"

    told = at_once(one, 2)

    assert sorted(told) == ["already-settled", "settled"]
    with stage.open() as connection:
        count = connection.execute(select(func.count()).select_from(correction)).scalar_one()
    assert count == 1


def test_a_settlement_is_never_rewritten_or_removed(stage: Stage, paper: str) -> None:
    type_again(stage, paper)
    settle(stage, paper, BLANK)

    for statement in ("UPDATE typing_settlement SET reason = 'x'", "DELETE FROM typing_settlement"):
        with pytest.raises(exc.IntegrityError), transaction(stage.engine) as connection:
            connection.execute(text(statement))


def test_typings_of_an_older_release_can_be_settled_after_the_upgrade(
    stage: Stage, paper: str
) -> None:
    type_again(stage, paper)
    schema.downgrade(stage.engine, "0003")

    schema.upgrade(stage.engine)

    with stage.open() as connection:
        (kept,) = connection.execute(select(second_typing)).all()
    assert kept.response_id == paper
    assert owed(stage) == ["settle_typing"]
    assert settle(stage, paper, first(stage, paper)) is None
