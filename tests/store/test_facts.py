"""Facts come out of the database as the domain knows them, however they are asked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, update

from sayso.store.facts import facts_of, facts_of_one, forms_of, forms_of_one
from sayso.store.tables import (
    anchor,
    contact,
    event,
    exemption,
    participant,
    site,
    visit,
    zone_move,
)
from sayso.store.tables_forms import expected_form, missing_reason
from support.stage import Stage
from support.statements import counted

DAY = date(2026, 6, 1)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    for code, place in (("P-001", "S1"), ("P-002", "S2")):
        stage.enrol(code, date(2026, 3, 20), site=place)
    stage.answer("P-001", 85)
    return stage


def furnish(connection: Connection, person: int, form: int, now: datetime) -> None:
    """One entry of every kind, and one that was voided."""
    mine = {"participant_id": person, "recorded_at": now}
    connection.execute(insert(event).values(mine | {"kind": "progression", "date": DAY}))
    connection.execute(insert(event).values(mine | {"kind": "lost", "date": DAY, "voided_at": now}))
    connection.execute(
        insert(visit).values(mine | {"timepoint": "W12", "kind": "clinic", "date": DAY})
    )
    connection.execute(
        insert(contact).values(
            mine
            | {"date": DAY, "channel": "phone", "outcome": "reached", "interpreter_used": False}
        )
    )
    connection.execute(
        insert(zone_move).values(mine | {"previous": "Europe/Dublin", "zone": "America/New_York"})
    )
    connection.execute(
        insert(exemption).values(
            mine
            | {
                "reason": "LANGUAGE", "language": "en", "valid_from": DAY, "valid_to": DAY,
                "needs_approval": True, "approved_at": now, "ended_at": now,
            }
        )
    )  # fmt: skip
    connection.execute(
        insert(missing_reason).values(
            expected_form_id=form, reason="too_ill", given_by="staff", recorded_at=now
        )
    )


def test_every_kind_of_fact_arrives_with_its_fields(stage: Stage, now: datetime) -> None:
    person, form = stage.row_id("P-001"), stage.forms("P-001", "BL")[0]
    with stage.open() as connection:
        furnish(connection, person, form.id, now)
        known = facts_of_one(connection, person)

    assert (known.code, known.site, known.arm) == ("P-001", "S1", "stop")
    assert known.anchor("cessation") == date(2026, 3, 20)
    assert [(one.kind, one.date, one.recorded_at) for one in known.events] == [
        ("progression", DAY, now)
    ]
    assert [(one.timepoint, one.kind, one.date) for one in known.visits] == [("W12", "clinic", DAY)]
    assert [one.date for one in known.contacts] == [DAY]
    [move] = known.zone_moves
    assert (move.previous, move.zone) == ("Europe/Dublin", "America/New_York")
    [exempt] = known.exemptions
    assert (exempt.valid_from, exempt.valid_to, exempt.language) == (DAY, DAY, "en")
    assert (exempt.needs_approval, exempt.approved_at, exempt.ended_at) == (True, now, now)
    [reason] = known.missing_reasons
    assert (reason.timepoint, reason.questionnaire) == ("BL", form.questionnaire)
    assert {one.timepoint for one in known.responses} == {"W12"}


def test_history_brings_what_was_voided(stage: Stage, now: datetime) -> None:
    person, form = stage.row_id("P-001"), stage.forms("P-001", "BL")[0]
    with stage.open() as connection:
        furnish(connection, person, form.id, now)
        standing = facts_of(connection, participant.c.id == person)[person]
        history = facts_of(connection, participant.c.id == person, history=True)[person]

    assert {one.kind for one in standing.events} == {"progression"}
    assert {one.kind for one in history.events} == {"progression", "lost"}
    assert history.known_at(now + timedelta(seconds=1)).events == standing.events


def test_one_and_many_agree(stage: Stage, now: datetime) -> None:
    person, form = stage.row_id("P-001"), stage.forms("P-001", "BL")[0]
    with stage.open() as connection:
        furnish(connection, person, form.id, now)
        for row_id, known in facts_of(connection).items():
            assert facts_of_one(connection, row_id) == known
        for row_id, forms in forms_of(connection).items():
            assert forms_of_one(connection, row_id) == forms


def test_people_are_chosen_by_site(stage: Stage) -> None:
    with stage.open() as connection:
        found = facts_of(connection, site.c.code == "S2")

    assert [known.code for known in found.values()] == ["P-002"]


def test_the_number_of_statements_does_not_grow_with_the_people(stage: Stage) -> None:
    with stage.open() as connection, counted(stage.engine) as few:
        facts_of(connection)
    for number in range(3, 7):
        stage.enrol(f"P-00{number}", date(2026, 3, 20))
    with stage.open() as connection, counted(stage.engine) as many:
        found = facts_of(connection)

    assert len(found) == 6
    assert len(few) == len(many) == 3


def test_cancelled_forms_come_with_the_history_only(stage: Stage, now: datetime) -> None:
    gone = stage.forms("P-001", "W24")[0].id
    with stage.open() as connection:
        connection.execute(
            update(expected_form).where(expected_form.c.id == gone).values(cancelled_at=now)
        )
        live = {form.id for forms in forms_of(connection).values() for form in forms}
        every = {form.id for forms in forms_of(connection, history=True).values() for form in forms}

    assert every - live == {gone}


def test_the_latest_anchor_counts(stage: Stage, now: datetime) -> None:
    person = stage.row_id("P-001")
    with stage.open() as connection:
        connection.execute(
            insert(anchor).values(
                participant_id=person, name="cessation", date=DAY, recorded_at=now
            )
        )
        assert facts_of_one(connection, person).anchor("cessation") == DAY
