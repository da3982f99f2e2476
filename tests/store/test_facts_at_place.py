"""For one place in the schedule less is read, and what is said of it is the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, update

from sayso.domain.participation import Facts
from sayso.domain.status import FormStatus, statuses
from sayso.services.assessments import Place, cases, cases_of
from sayso.store import facts_at_place, facts_by_id
from sayso.store.facts import facts_of, forms_of
from sayso.store.tables import event, exemption, participant, site
from sayso.store.tables_forms import expected_form, missing_reason
from support.people import STRAIN, stop_study
from support.stage import Stage
from support.statements import counted

CESSATION = date(2026, 3, 20)
DAY = date(2026, 6, 1)
RULES = stop_study().rules
ANSWERED, EXEMPT, DEAD, ASKED, ELSEWHERE = (f"P-00{number}" for number in range(1, 6))


@pytest.fixture
def stage(engine: Engine, now: datetime) -> Stage:
    """Five people: one answered, one is exempt, one died, one gave a reason, one is at S2."""
    stage = Stage(engine).set_up()
    for code in (ANSWERED, EXEMPT, DEAD, ASKED):
        stage.enrol(code, CESSATION)
    stage.enrol(ELSEWHERE, CESSATION, site="S2")
    stage.answer(ANSWERED, 85)
    reasons = [form.id for form in stage.forms(ASKED, "W12")]
    dead, exempt = stage.row_id(DEAD), stage.row_id(EXEMPT)
    with stage.open() as connection:
        enter(connection, event, dead, now, kind="death", date=DAY)
        enter(
            connection, exemption, exempt, now, reason="LANGUAGE", language="en",
            valid_from=CESSATION - timedelta(days=30), needs_approval=False,
        )  # fmt: skip
        for form in reasons:
            connection.execute(
                insert(missing_reason).values(
                    expected_form_id=form, reason="too_ill", given_by="staff", recorded_at=now
                )
            )
    return stage


def enter(
    connection: Connection, table: Any, participant_id: int, now: datetime, **values: Any
) -> None:
    mine = {"participant_id": participant_id, "recorded_at": now}
    connection.execute(insert(table).values(mine | values))


def at_place(connection: Connection, timepoint: str, name: str | None) -> dict[int, Facts]:
    everybody = list(facts_of(connection))
    people = {row.id: row for row in facts_by_id.people(connection, everybody)}
    return facts_at_place.facts_at(connection, people, {timepoint}, name)


def said(
    connection: Connection, timepoint: str, name: str | None, later: datetime
) -> Iterator[tuple[list[FormStatus], list[FormStatus]]]:
    """Of each person the statuses at the place: from what is read for it, and from everything."""
    known = at_place(connection, timepoint, name)
    stored = facts_at_place.forms_at(connection, list(known), timepoint, name)
    everything, every_form = facts_of(connection), forms_of(connection)
    for row_id, facts in everything.items():
        forms = [
            form
            for form in every_form[row_id]
            if form.timepoint == timepoint and name in (None, form.questionnaire)
        ]
        assert stored.get(row_id, []) == forms
        yield (
            statuses(forms, known[row_id], later, RULES),
            statuses(forms, facts, later, RULES),
        )


@pytest.mark.parametrize("name", [STRAIN, None])
@pytest.mark.parametrize("timepoint", ["BL", "W12", "W24"])
def test_every_status_is_the_one_that_everything_gives(
    stage: Stage, now: datetime, timepoint: str, name: str | None
) -> None:
    later = now + timedelta(days=200)
    with stage.open() as connection:
        found = list(said(connection, timepoint, name, later))

    assert len(found) == 5
    assert all(ours == full for ours, full in found)
    kinds = {status.detail for ours, _full in found for status in ours}
    # The baseline had closed before anybody was enrolled in time to be asked for it.
    assert "exempt" in kinds
    assert timepoint == "BL" or len(kinds) >= 3, kinds


def test_answers_and_reasons_of_other_places_are_left_out(stage: Stage) -> None:
    with stage.open() as connection:
        here, elsewhere = at_place(connection, "W12", None), at_place(connection, "W24", None)

    answered, asked = stage.row_id(ANSWERED), stage.row_id(ASKED)
    assert {one.timepoint for one in here[answered].responses} == {"W12"}
    assert {one.timepoint for one in here[asked].missing_reasons} == {"W12"}
    assert not elsewhere[answered].responses
    assert not elsewhere[asked].missing_reasons
    assert [one.kind for one in elsewhere[stage.row_id(DEAD)].events] == ["death"]


def test_only_the_questionnaire_that_is_named(stage: Stage) -> None:
    with stage.open() as connection:
        named, every = at_place(connection, "W12", STRAIN), at_place(connection, "W12", None)

    asked = stage.row_id(ASKED)
    assert {one.questionnaire for one in named[asked].missing_reasons} == {STRAIN}
    assert len(every[asked].missing_reasons) > len(named[asked].missing_reasons)


def test_a_reason_for_a_form_that_was_cancelled_counts_for_its_place(
    stage: Stage, now: datetime
) -> None:
    asked = stage.row_id(ASKED)
    with stage.open() as connection:
        mine = expected_form.c.participant_id == asked
        connection.execute(update(expected_form).where(mine).values(cancelled_at=now))
        known = at_place(connection, "W12", STRAIN)

    assert [one.reason for one in known[asked].missing_reasons] == ["too_ill"]


def test_what_was_voided_is_not_among_the_facts(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        for table in (event, exemption, missing_reason):
            connection.execute(update(table).values(voided_at=now))
        known = at_place(connection, "W12", None)

    for one in known.values():
        assert [*one.events, *one.exemptions, *one.missing_reasons] == []
    assert all(one.anchor("cessation") == CESSATION for one in known.values())


@pytest.mark.parametrize(
    "place", [Place("W12", STRAIN), Place("W12"), Place(), Place(None, STRAIN)]
)
def test_cases_of_some_are_the_cases_of_all_as_far_as_the_place_goes(
    stage: Stage, now: datetime, place: Place
) -> None:
    with stage.open() as connection:
        within = stage.reach(connection)
        everybody = cases(connection, within, RULES, now)
        found = cases_of(connection, within, [c.id for c in everybody], RULES, now, place)

    assert [case.id for case in found] == [case.id for case in everybody]
    for ours, full in zip(found, everybody, strict=True):
        wanted = [
            (form, status)
            for form, status in zip(full.forms, full.statuses, strict=True)
            if place.timepoint in (None, form.timepoint)
            and place.questionnaire in (None, form.questionnaire)
        ]
        assert list(zip(ours.forms, ours.statuses, strict=True)) == wanted
        assert (ours.facts.code, ours.facts.site) == (full.facts.code, full.facts.site)


@pytest.mark.parametrize("place", [Place("W12", STRAIN), Place()])
def test_nobody_beyond_reach_is_read_however_she_is_asked_for(
    stage: Stage, now: datetime, place: Place
) -> None:
    ids = [stage.row_id(code) for code in (ANSWERED, ELSEWHERE)]
    with stage.open() as connection:
        within = stage.reach(connection, "bob")
        found = cases_of(connection, within, ids, RULES, now, place)
        assert cases_of(connection, within, ids[1:], RULES, now, place) == []

    assert [case.facts.code for case in found] == [ANSWERED]


def test_facts_by_id_are_those_of_any_other_way(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        connection.execute(update(event).values(voided_at=now))
        for history in (False, True):
            every = facts_of(connection, history=history)
            people = {row.id: row for row in facts_by_id.people(connection, list(every))}
            assert facts_by_id.facts(connection, people, history=history) == every
        chosen = facts_by_id.people(connection, list(every), site.c.code == "S2")

    assert [row.code for row in chosen] == [ELSEWHERE]


def test_the_number_of_statements_does_not_grow_with_the_page(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        within, seen = stage.reach(connection), []
        everybody = list(connection.execute(participant.select()).all())
        for ids in ([row.id for row in everybody[:1]], [row.id for row in everybody]):
            with counted(stage.engine) as asked:
                cases_of(connection, within, ids, RULES, now, Place("W12", STRAIN))
            seen.append(len(asked))

    assert seen == [6, 6]
