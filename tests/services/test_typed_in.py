"""What staff type in, correct and hand over, on both databases and when two do it at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select

from sayso.domain.audit import Actor
from sayso.domain.errors import AlreadyRecorded, AlreadySettled, NotAllowed
from sayso.services import access, arms, corrections, handovers, staff_entries, zones
from sayso.services.corrections import Answers
from sayso.services.staff_entries import Entry
from sayso.store.tables_entries import correction, handover, staff_entry
from sayso.store.tables_forms import response, score
from support.at_once import at_once
from support.stage import OFFERS, STUDY, Stage

P = "P-001"
FIRST = "demo-hrqol"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20))
    return stage


def entry(stage: Stage, number: int = 0, **changes: Any) -> Entry:
    form = stage.forms(P)[number]
    plain: dict[str, Any] = {
        "id": str(uuid4()), "expected_form_id": form.id, "mode": "paper",
        "collected_on": stage.day(P, 84), "answers": stage.answers(form.questionnaire_sha256),
        "skipped": [],
    }  # fmt: skip
    return Entry(**plain | changes)


def typed(stage: Stage, said: Entry, by: str = "bob", on: int = 90) -> str:
    with stage.open() as connection:
        person = stage.hold(connection, P, by)
        outcome = staff_entries.record(
            connection, person, said, stage.keyring, stage.keyring.derived(OFFERS), stage.at(P, on)
        )
    return outcome.receipt.disposition


def test_what_was_collected_in_time_counts_in_time_however_late_it_is_entered(
    stage: Stage,
) -> None:
    assert typed(stage, entry(stage), on=130) == "in_window"
    assert typed(stage, entry(stage, 1, collected_on=stage.day(P, 103)), on=130) == "late"
    with stage.open() as connection:
        rows = connection.execute(select(response).order_by(response.c.authored_at)).all()
        kept = connection.execute(select(func.count()).select_from(staff_entry)).scalar_one()
    assert [row.authored_at for row in rows] == [stage.at(P, 84, 4), stage.at(P, 103, 4)]
    assert {(row.mode, row.originator, row.device_id) for row in rows} == {
        ("paper", "participant", None)
    }
    assert {row.recorded_by for row in rows} == {stage.staff_ids["bob"]}
    assert {row.received_at for row in rows} == {stage.at(P, 130)}
    assert kept == 2


def test_the_same_form_typed_in_by_two_people_at_once_is_one_answer_and_one_copy(
    stage: Stage,
) -> None:
    sheets = [entry(stage), entry(stage)]

    def type_in(number: int) -> str:
        return typed(stage, sheets[number], by=("bob", "erin")[number])

    assert sorted(at_once(type_in, 2)) == ["duplicate", "in_window"]


def test_a_command_types_nothing_in(stage: Stage) -> None:
    sheet = entry(stage)

    def by_command() -> None:
        with stage.open() as connection:
            within = access.everything(connection, Actor("command", role="administrator"), STUDY)
            staff_entries.record(
                connection, access.hold(connection, within, P), sheet, stage.keyring,
                stage.keyring.derived(OFFERS), stage.at(P, 90),
            )  # fmt: skip

    with pytest.raises(NotAllowed, match="member of staff"):
        by_command()


def propose(stage: Stage, response_id: str, by: str = "bob") -> int:
    form = stage.forms(P)[0]
    first = stage.questionnaire(form.questionnaire_sha256).items_in_order()[0]
    meant = {**stage.answers(form.questionnaire_sha256), first.id: first.options[1].code}
    with stage.open() as connection:
        return corrections.propose(
            connection, stage.hold(connection, P, by), response_id, Answers(meant, []), "A slip",
            stage.at(P, 100),
        )  # fmt: skip


def decide(stage: Stage, number: int, accept: bool, by: str = "erin", on: int = 101) -> None:
    with stage.open() as connection:
        person = stage.hold(connection, P, by)
        corrections.decide(connection, person, number, accept, "Asked her", stage.at(P, on))


def test_of_two_requests_at_once_one_waits(stage: Stage) -> None:
    (outcome,) = stage.answer(P, 84, only=FIRST)

    def ask(number: int) -> str:
        try:
            propose(stage, outcome.receipt.id, ("bob", "erin")[number])
        except AlreadyRecorded:
            return "too late"
        return "asked"

    assert sorted(at_once(ask, 2)) == ["asked", "too late"]


def test_of_two_decisions_at_once_one_stands(stage: Stage) -> None:
    (outcome,) = stage.answer(P, 84, only=FIRST)
    number = propose(stage, outcome.receipt.id)

    def settle(one: int) -> str:
        try:
            decide(stage, number, accept=one == 0, by=("erin", "ada")[one])
        except AlreadySettled:
            return "too late"
        return "decided"

    assert sorted(at_once(settle, 2)) == ["decided", "too late"]
    with stage.open() as connection:
        row = connection.execute(select(correction)).one()
        scorings = connection.execute(select(score.c.scored_at).distinct()).all()
    assert row.decided_by in {stage.staff_ids["erin"], stage.staff_ids["ada"]}
    assert len(scorings) == (2 if row.accepted else 1)


def test_the_answers_that_count_follow_the_decisions(stage: Stage) -> None:
    (outcome,) = stage.answer(P, 84, only=FIRST)
    number = propose(stage, outcome.receipt.id)
    ids = [outcome.receipt.id]
    with stage.open() as connection:
        assert corrections.standing(connection, ids) == {}
    decide(stage, number, accept=True)
    with stage.open() as connection:
        row = connection.execute(select(correction)).one()
        assert corrections.standing(connection, ids)[ids[0]].answers == row.answers
        assert corrections.standing(connection, ids, stage.at(P, 100)) == {}
        assert corrections.standing(connection, []) == {}


def test_one_tablet_takes_a_code(stage: Stage) -> None:
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        made = handovers.start(connection, person, stage.keyring, stage.at(P, 84))

    def take(number: int) -> bool:
        with stage.open() as connection:
            token = handovers.take(
                connection, Actor("anyone"), made.code.lower(), stage.keyring, stage.at(P, 84),
                source=f"tablet {number}",
            )  # fmt: skip
        return token is not None

    assert sorted(at_once(take, 2)) == [False, True]
    with stage.open() as connection:
        kept = connection.execute(select(handover)).one()
    assert made.code.replace("-", "") not in str(tuple(kept))


def test_a_move_and_a_switch_are_facts_with_a_date(stage: Stage) -> None:
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        zones.move(connection, person, "Asia/Tokyo", "She moved", stage.at(P, 20))
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        arms.change(connection, person, "continue", {}, "Wrong arm", stage.at(P, 30))
    with stage.open() as connection:
        facts = access.facts(connection, stage.hold(connection, P, "bob"))
    known = [facts.known_at(stage.at(P, day)) for day in (10, 25, 35)]
    assert [(one.zone, one.arm) for one in known] == [
        ("America/New_York", "stop"), ("Asia/Tokyo", "stop"), ("Asia/Tokyo", "continue"),
    ]  # fmt: skip
    week_24 = stage.forms(P, "W24")[0]
    # Enrolled a fortnight before; Tokyo's midnight comes 13 hours before New York's.
    assert week_24.opens == stage.day(P, 140)
    assert stage.at(P, 140, 4) - week_24.opens_at == timedelta(hours=13)
