"""An exemption has two axes of time and, where it would change the record, two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from sayso.domain.errors import (
    AlreadySettled,
    DatesOutOfOrder,
    NotAllowed,
    NotFound,
    SecondPersonNeeded,
)
from sayso.domain.rule_errors import ExemptionReasonNotAllowed, ExemptionsOverlap
from sayso.services import access, audit, exemptions, figure_lists
from sayso.services.access import Participant
from sayso.services.audit import Actor
from sayso.services.completion import Chosen
from sayso.store.tables import exemption
from support.at_once import at_once
from support.stage import STUDY, Stage

P = "P-001"
LATE = 120
"""Weeks after Week 12 was missed on day 98."""


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20))
    return stage


def record(
    stage: Stage,
    start: int,
    end: int | None = None,
    *,
    on: int = LATE,
    by: str = "bob",
    reason: str = "LANGUAGE",
) -> str | None:
    valid_to = None if end is None else stage.day(P, end)
    with stage.open() as connection:
        person = stage.hold(connection, P, by)
        return exemptions.record(
            connection, person, reason, stage.day(P, start), valid_to, None, stage.at(P, on)
        )


def test_a_command_neither_enters_nor_approves_an_exemption(stage: Stage) -> None:
    def by_command(act: Callable[[Connection, Participant], object]) -> None:
        with stage.open() as connection:
            within = access.everything(connection, Actor("command", role="administrator"), STUDY)
            act(connection, access.hold(connection, within, P))

    with pytest.raises(NotAllowed, match="member of staff"):
        by_command(
            lambda connection, person: exemptions.record(
                connection, person, "LANGUAGE", stage.day(P, 60), None, None, stage.at(P, LATE)
            )
        )
    record(stage, 60)
    waiting = only(stage)
    with pytest.raises(NotAllowed, match="member of staff"):
        by_command(
            lambda connection, person: exemptions.approve(
                connection, person, waiting, stage.at(P, LATE)
            )
        )


def only(stage: Stage) -> int:
    with stage.open() as connection:
        return int(connection.execute(select(exemption.c.id)).scalar_one())


def approve(stage: Stage, by: str, on: int = LATE + 1) -> None:
    entry = only(stage)
    with stage.open() as connection:
        exemptions.approve(connection, stage.hold(connection, P, by), entry, stage.at(P, on))


def end(stage: Stage, last: int, on: int) -> None:
    entry = only(stage)
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        exemptions.end(
            connection, person, entry, stage.day(P, last), "She learned English", stage.at(P, on)
        )


def counted(stage: Stage, measure: str, *, known: int, timepoint: str = "W12") -> int:
    """The figure as of the end of that day, asked long afterwards."""
    with stage.open() as connection:
        chosen = Chosen(as_of=stage.day(P, known))
        found = figure_lists.listed(
            connection, stage.reach(connection), chosen, measure, timepoint, stage.at(P, 400)
        )
    assert found.total == len(found.rows)
    return found.total


def events(stage: Stage) -> list[str]:
    with stage.open() as connection:
        return [one.action for one in audit.events(connection) if "exemption" in one.action]


def test_until_a_second_person_agrees_nothing_changes(stage: Stage) -> None:
    assert record(stage, 60) is not None
    assert (counted(stage, "missing", known=LATE), counted(stage, "exempt", known=LATE)) == (4, 0)


def test_approval_changes_the_figures_from_then_on_and_not_before(stage: Stage) -> None:
    record(stage, 60)
    approve(stage, "erin")

    assert counted(stage, "missing", known=LATE) == 4
    assert counted(stage, "missing", known=LATE + 1) == 0
    assert counted(stage, "exempt", known=LATE + 1) == 4


def test_whoever_entered_it_cannot_approve_it(stage: Stage) -> None:
    record(stage, 60, by="bob")

    with pytest.raises(SecondPersonNeeded):
        approve(stage, "bob")


def test_who_only_reads_can_neither_enter_nor_approve(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="monitor"):
        record(stage, 60, by="max")
    record(stage, 60)
    with pytest.raises(NotAllowed, match="monitor"):
        approve(stage, "max")


def test_another_site_cannot_even_see_it(stage: Stage) -> None:
    record(stage, 60)

    with pytest.raises(NotFound):
        approve(stage, "dana")


def test_of_two_approvals_at_once_one_counts(stage: Stage) -> None:
    record(stage, 60)
    names = ("erin", "ada")

    def agree(number: int) -> str:
        try:
            approve(stage, names[number])
        except AlreadySettled:
            return "too late"
        return "approved"

    assert sorted(at_once(agree, 2)) == ["approved", "too late"]
    assert events(stage).count("exemption.approved") == 1


def test_of_two_entries_at_once_one_is_kept(stage: Stage) -> None:
    def enter(_number: int) -> str:
        try:
            record(stage, 60)
        except ExemptionsOverlap:
            return "overlaps"
        return "kept"

    assert sorted(at_once(enter, 2)) == ["kept", "overlaps"]


def test_one_that_was_declined_never_was_in_effect(stage: Stage) -> None:
    record(stage, 60)
    entry = only(stage)
    with stage.open() as connection:
        person = stage.hold(connection, P, "erin")
        exemptions.decline(connection, person, entry, "She reads English", stage.at(P, LATE + 1))

    assert counted(stage, "missing", known=LATE + 1) == 4
    with pytest.raises(AlreadySettled):
        approve(stage, "ada", on=LATE + 2)


def test_one_that_is_in_effect_is_ended_and_not_declined(stage: Stage) -> None:
    record(stage, 60)
    approve(stage, "erin")
    entry = only(stage)

    with stage.open() as connection:
        person = stage.hold(connection, P, "ada")
        with pytest.raises(AlreadySettled, match="end it"):
            exemptions.decline(connection, person, entry, "No", stage.at(P, LATE + 2))


def test_an_end_that_reaches_back_makes_no_past_form_missing(stage: Stage) -> None:
    record(stage, 60)
    approve(stage, "erin")
    end(stage, 61, on=LATE + 5)

    assert counted(stage, "exempt", known=LATE + 5) == 4
    assert counted(stage, "missing", known=LATE + 5) == 0
    # Week 24 was ahead when the end was entered, so it is asked again.
    assert counted(stage, "exempt", known=LATE + 4, timepoint="W24") == 4
    assert counted(stage, "upcoming", known=LATE + 5, timepoint="W24") == 4


def test_the_end_is_entered_once(stage: Stage) -> None:
    record(stage, 60)
    approve(stage, "erin")
    end(stage, 130, on=LATE + 5)

    with pytest.raises(AlreadySettled, match="already"):
        end(stage, 140, on=LATE + 6)


@pytest.mark.parametrize("last", [59, LATE + 5 + 367])
def test_an_end_before_the_beginning_or_in_another_age(stage: Stage, last: int) -> None:
    record(stage, 60)
    approve(stage, "erin")

    with pytest.raises(DatesOutOfOrder):
        end(stage, last, on=LATE + 5)


def test_a_part_that_is_past_and_approved_covers_its_own_days_only(stage: Stage) -> None:
    record(stage, 60, 90)
    approve(stage, "erin")

    assert counted(stage, "exempt", known=LATE + 1) == 4
    assert counted(stage, "exempt", known=LATE + 1, timepoint="W24") == 0
    assert record(stage, 91, on=LATE + 2) is not None


@pytest.mark.parametrize("reason", ["VISION", "COGNITION", "", "language"])
def test_only_the_reasons_of_the_study_are_reasons(stage: Stage, reason: str) -> None:
    with pytest.raises(ExemptionReasonNotAllowed, match="allowed is LANGUAGE"):
        record(stage, 60, reason=reason)
    assert events(stage) == []


def test_nobody_is_exempt_before_the_enrolment(stage: Stage) -> None:
    with pytest.raises(DatesOutOfOrder, match="before the enrolment"):
        record(stage, -15)


def test_the_trail_names_both_people(stage: Stage) -> None:
    record(stage, 60)
    approve(stage, "erin")

    with stage.open() as connection:
        told = [
            (one.action, one.actor.id, one.at)
            for one in audit.events(connection)
            if one.action.startswith("exemption.")
        ]
    assert told == [
        ("exemption.recorded", stage.staff_ids["bob"], stage.at(P, LATE)),
        ("exemption.approved", stage.staff_ids["erin"], stage.at(P, LATE) + timedelta(days=1)),
    ]
