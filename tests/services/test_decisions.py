"""Staff decide about doubtful answers; nothing is overwritten and each doubt is settled once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sayso.domain.errors import AlreadySettled, NotAllowed, NotFound
from sayso.services import audit, decisions, figure_lists
from sayso.services.completion import Chosen
from sayso.store.tables_forms import response
from support.at_once import at_once
from support.stage import Stage

P = "P-001"
FIRST = "demo-hrqol"
DECIDED = 110


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20))
    return stage


@pytest.fixture
def disputed(stage: Stage) -> str:
    """An answer of day 103 from a phone that says day 95, when the window was open."""
    (outcome,) = stage.answer(P, 103, skew=timedelta(days=-8), only=FIRST)
    return outcome.receipt.id


@pytest.fixture
def duplicate(stage: Stage) -> str:
    stage.answer(P, 84, only=FIRST)
    (outcome,) = stage.answer(P, 85, only=FIRST)
    return outcome.receipt.id


def decide_time(
    stage: Stage, response_id: str, accept: bool, *, by: str = "bob", code: str = P
) -> None:
    with stage.open() as connection:
        person = stage.hold(connection, code, by)
        decisions.resolve_time(
            connection, person, response_id, accept, "Asked her", stage.at(P, DECIDED)
        )


def decide_conflict(
    stage: Stage, response_id: str, accept: bool, *, by: str = "bob", code: str = P
) -> None:
    with stage.open() as connection:
        person = stage.hold(connection, code, by)
        decisions.resolve_conflict(
            connection, person, response_id, accept, "Asked her", stage.at(P, DECIDED)
        )


def counted(stage: Stage, measure: str, known: int) -> int:
    """The figure for Week 12 as of the end of that day, asked long afterwards."""
    with stage.open() as connection:
        chosen = Chosen(as_of=stage.day(P, known))
        found = figure_lists.listed(
            connection, stage.reach(connection), chosen, measure, "W12", stage.at(P, 400)
        )
    assert found.total == len(found.rows)
    return found.total


def kept(stage: Stage, response_id: str) -> Any:
    with stage.open() as connection:
        return connection.execute(select(response).where(response.c.id == response_id)).one()


@pytest.mark.parametrize(("accept", "cell"), [(True, "in_window"), (False, "late")])
def test_a_decided_time_counts_from_the_decision_on(
    stage: Stage, disputed: str, accept: bool, cell: str
) -> None:
    decide_time(stage, disputed, accept)

    assert (counted(stage, "disputed", DECIDED - 1), counted(stage, cell, DECIDED - 1)) == (1, 0)
    assert (counted(stage, "disputed", DECIDED), counted(stage, cell, DECIDED)) == (0, 1)


def test_the_disposition_of_the_receipt_stays_as_it_was(stage: Stage, disputed: str) -> None:
    decide_time(stage, disputed, accept=True)

    row = kept(stage, disputed)
    assert (row.disposition, row.time_accepted) == ("time_disputed", True)
    assert (row.decided_at, row.decided_by) == (stage.at(P, DECIDED), stage.staff_ids["bob"])


def test_of_two_decisions_at_once_one_stands(stage: Stage, disputed: str) -> None:
    def decide(number: int) -> str:
        try:
            decide_time(stage, disputed, accept=number == 0, by=("bob", "erin")[number])
        except AlreadySettled:
            return "too late"
        return "decided"

    assert sorted(at_once(decide, 2)) == ["decided", "too late"]
    with stage.open() as connection:
        told = [one.action for one in audit.events(connection) if one.action == "time.decided"]
    assert len(told) == 1


@pytest.mark.parametrize("accept", [True, False])
def test_the_first_copy_goes_on_counting_whatever_is_decided(
    stage: Stage, duplicate: str, accept: bool
) -> None:
    before = counted(stage, "in_window", DECIDED - 1)
    decide_conflict(stage, duplicate, accept)

    assert counted(stage, "in_window", DECIDED) == before == 1
    assert kept(stage, duplicate).conflict_resolution == ("accepted" if accept else "set_aside")


def test_a_doubt_is_settled_once(stage: Stage, duplicate: str) -> None:
    decide_conflict(stage, duplicate, accept=False)
    with pytest.raises(AlreadySettled):
        decide_conflict(stage, duplicate, accept=True)
    assert kept(stage, duplicate).conflict_resolution == "set_aside"


def test_an_answer_that_nobody_doubts_needs_no_decision(stage: Stage) -> None:
    (outcome,) = stage.answer(P, 84, only=FIRST)

    with pytest.raises(AlreadySettled, match="not in dispute"):
        decide_time(stage, outcome.receipt.id, accept=False)
    with pytest.raises(AlreadySettled, match="no open conflict"):
        decide_conflict(stage, outcome.receipt.id, accept=False)
    assert counted(stage, "in_window", DECIDED) == 1


def test_answers_of_somebody_else_are_not_hers_to_be_decided_on(
    stage: Stage, disputed: str
) -> None:
    stage.enrol("P-002", date(2026, 3, 20))

    with pytest.raises(NotFound):
        decide_time(stage, disputed, accept=True, code="P-002")
    with pytest.raises(NotFound):
        decide_conflict(stage, disputed, accept=True, code="P-002")
    with pytest.raises(NotFound):
        decide_time(stage, "00000000-0000-0000-0000-000000000000", accept=True)


def test_another_site_and_a_monitor_decide_nothing(stage: Stage, disputed: str) -> None:
    with pytest.raises(NotFound):
        decide_time(stage, disputed, accept=True, by="dana")
    with pytest.raises(NotAllowed):
        decide_time(stage, disputed, accept=True, by="max")
    assert kept(stage, disputed).time_accepted is None


def test_the_trail_has_who_why_and_what_it_was_before(stage: Stage, disputed: str) -> None:
    decide_time(stage, disputed, accept=False, by="erin")

    with stage.open() as connection:
        *_, last = audit.events(connection, participant_id=None)
    assert (last.action, last.subject) == ("time.decided", f"response/{disputed}")
    assert last.actor.id == stage.staff_ids["erin"]
    assert last.details == {
        "before": {"disposition": "time_disputed"},
        "after": {"time_accepted": False},
        "reason": "Asked her",
    }
