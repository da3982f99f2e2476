"""What cannot be is refused by name and leaves every row as it was.

The table is told to the services here, on both databases, and to the API in the test of that name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from sayso.domain.errors import DatesOutOfOrder, SaysoError, UnknownAnchor
from sayso.domain.rule_errors import (
    AnchorAfterAnsweredForm,
    ArmSwitchRefused,
    ExemptionReasonNotAllowed,
    ExemptionsOverlap,
    UnknownEventKind,
    UnknownMissingReason,
)
from sayso.services import (
    access,
    anchors,
    arms,
    events,
    exemptions,
    publishing,
    reasons,
    staff_entries,
)
from sayso.services.access import Participant
from sayso.services.staff_entries import Entry
from sayso.store.facts import StoredForm, forms_of
from sayso.store.tables import metadata, participant
from support.golden_stage import NOW
from support.stage import OFFERS, Stage

CESSATION = NOW.date() - timedelta(days=130)
P = "P-001"
Act = Callable[[Stage, Connection, Participant], Any]


def on(number: int) -> date:
    return CESSATION + timedelta(days=number)


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    """Somebody who answered Week 12, missed Baseline, and may be exempt for some days.

    One for all tests of a database: none of them changes a row, which is what they show.
    """
    shared_stage.enrol(P, CESSATION)
    shared_stage.answer(P, 84)
    with shared_stage.open() as connection:
        person = shared_stage.hold(connection, P, "bob")
        exemptions.record(connection, person, "LANGUAGE", on(100), on(110), None, NOW)
    return shared_stage


def rows(connection: Connection) -> dict[str, list[str]]:
    """Everything that is stored, the trail included."""
    return {
        table.name: sorted(map(str, connection.execute(select(table)).all()))
        for table in metadata.sorted_tables
    }


def form_of(connection: Connection, timepoint: str) -> StoredForm:
    """One of her forms: those of Baseline nobody answered, those of Week 12 are answered."""
    (forms,) = forms_of(connection, participant.c.code == P).values()
    return next(form for form in forms if form.timepoint == timepoint)


def typed(
    stage: Stage, connection: Connection, person: Participant, timepoint: str, collected: date
) -> None:
    """Staff type in a paper form of that date on which every question was passed over."""
    form = form_of(connection, timepoint)
    asked = publishing.questionnaire_by_hash(connection, form.questionnaire_sha256).question_ids
    said = Entry(str(UUID(int=7)), form.id, "paper", collected, {}, sorted(asked))
    key = stage.keyring.derived(OFFERS)
    staff_entries.record(connection, person, said, stage.keyring, key, NOW)


BAD: dict[str, tuple[Act, type[SaysoError], str]] = {
    "death before enrolment": (
        lambda _stage, c, p: events.record(c, p, "death", on(-15), NOW),
        DatesOutOfOrder,
        "before enrolment",
    ),
    "death before an answer": (
        lambda _stage, c, p: events.record(c, p, "death", on(80), NOW),
        DatesOutOfOrder,
        "a form was answered",
    ),
    "an event of tomorrow": (
        lambda _stage, c, p: events.record(c, p, "progression", on(131), NOW),
        DatesOutOfOrder,
        "has not come yet",
    ),
    "an event of no kind": (
        lambda _stage, c, p: events.record(c, p, "relapse", on(90), NOW),
        UnknownEventKind,
        "progression",
    ),
    "an anchor after an answered form": (
        lambda _stage, c, p: anchors.record(c, p, "cessation", on(90), "A slip", NOW),
        AnchorAfterAnsweredForm,
        f"W12 was answered on {on(84)}",
    ),
    "an anchor of another study": (
        lambda _stage, c, p: anchors.record(c, p, "surgery", on(0), "A slip", NOW),
        UnknownAnchor,
        "cessation",
    ),
    "exemptions that overlap": (
        lambda _stage, c, p: exemptions.record(c, p, "LANGUAGE", on(105), None, None, NOW),
        ExemptionsOverlap,
        f"from {on(100)} to {on(110)}",
    ),
    "an exemption for low vision": (
        lambda _stage, c, p: exemptions.record(c, p, "VISION", on(120), None, None, NOW),
        ExemptionReasonNotAllowed,
        "allowed is LANGUAGE",
    ),
    "an exemption that ends before it begins": (
        lambda _stage, c, p: exemptions.record(c, p, "LANGUAGE", on(120), on(119), None, NOW),
        DatesOutOfOrder,
        "before it begins",
    ),
    "a reason that is not coded": (
        lambda _stage, c, p: reasons.record(c, p, form_of(c, "BL").id, "busy", NOW),
        UnknownMissingReason,
        "no_time",
    ),
    "answers from before the form existed": (
        lambda stage, c, p: typed(stage, c, p, "BL", on(-29)),
        DatesOutOfOrder,
        f"dated before BL opened on {on(-28)}",
    ),
    "a second set of answers from before the form existed": (
        lambda stage, c, p: typed(stage, c, p, "W12", on(69)),
        DatesOutOfOrder,
        f"dated before W12 opened on {on(70)}",
    ),
    "answers of tomorrow": (
        lambda stage, c, p: typed(stage, c, p, "BL", on(131)),
        DatesOutOfOrder,
        "dated in the future",
    ),
    "an arm with answered forms": (
        lambda _stage, c, p: arms.change(c, p, "continue", {"cessation": on(0)}, "A slip", NOW),
        ArmSwitchRefused,
        "W12",
    ),
}


@pytest.mark.parametrize(("act", "error", "says"), BAD.values(), ids=BAD)
def test_it_is_refused_by_name_and_nothing_is_half_applied(
    stage: Stage, act: Act, error: type[SaysoError], says: str
) -> None:
    with stage.open() as connection:
        person = stage.hold(connection, P, "bob")
        before = rows(connection)
        with pytest.raises(error, match=says):
            act(stage, connection, person)
        # The transaction is not undone: not even what came before the refusal was written.
        assert rows(connection) == before


def test_the_same_paper_is_taken_with_a_date_that_can_be(stage: Stage) -> None:
    with stage.open() as connection:
        nobody_saw_it = connection.begin_nested()
        person = stage.hold(connection, P, "bob")
        typed(stage, connection, person, "BL", on(-5))
        facts = access.facts(connection, person)
        assert {one.timepoint for one in facts.responses} == {"BL", "W12"}
        nobody_saw_it.rollback()
