"""An amendment takes one path, whoever asks: the plan, the forms and the reminders at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from sayso.domain.entry_errors import PlanChanged
from sayso.domain.errors import QuestionnaireNotFound, StudyVersionTaken, UnknownStudy
from sayso.domain.rule_errors import StudyFileWrong
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import amendments, audit, events
from sayso.services.amendments import Planned
from sayso.store.tables_messages import reminder
from support.stage import COMMAND, STUDY, Stage

TEXT = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")
P = "P-001"
CESSATION = date(2026, 1, 20)
find = finder(instruments_dir())


def amended(*changes: tuple[str, str]) -> str:
    """The shipped file as version 2, with pieces replaced."""
    text = TEXT
    for old, new in (('version = "1"', 'version = "2"'), *changes):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


WIDER = amended(("half_width = 14", "half_width = 21"))


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """One person in the stopping arm, whose reminders of Week 24 are planned on day 130."""
    stage = Stage(engine).set_up()
    stage.enrol(P, CESSATION)
    with stage.open() as connection:
        person = stage.hold(connection, P)
        events.record(connection, person, "progression", stage.day(P, 130), stage.at(P, 130))
    return stage


def first_reminder(stage: Stage) -> datetime:
    """When she is told that Week 24 is open."""
    undecided = (reminder.c.occasion == "W24", reminder.c.decided_at.is_(None))
    with stage.open() as connection:
        due: datetime = connection.execute(
            select(reminder.c.due_at).where(*undecided).order_by(reminder.c.due_at).limit(1)
        ).scalar_one()
    return due


def planned(stage: Stage, text: str, day: int = 131, key: str = STUDY) -> Planned:
    with stage.open() as connection:
        return amendments.planned(
            connection, key, text, None, find, stage.at(P, day), "study-2.toml"
        )


def apply(stage: Stage, text: str, found: Planned, day: int = 131) -> Planned:
    with stage.open() as connection:
        return amendments.apply(
            connection, COMMAND, STUDY, text, found.effective_on, found.digest, find,
            stage.at(P, day),
        )  # fmt: skip


def versions(stage: Stage) -> list[str]:
    with stage.open() as connection:
        return [one.study.version for one in amendments.versions(connection, STUDY)]


def by_the_plan(stage: Stage) -> None:
    apply(stage, WIDER, planned(stage, WIDER))


def by_publishing(stage: Stage) -> None:
    with stage.open() as connection:
        made, changed = amendments.publish(connection, COMMAND, WIDER, find, stage.at(P, 131))
    assert (made.created, len(changed)) == (True, 1)
    with stage.open() as connection:
        again, nothing = amendments.publish(connection, COMMAND, WIDER, find, stage.at(P, 132))
    assert (again.created, nothing) == (False, {})


@pytest.mark.parametrize("way", [by_the_plan, by_publishing])
def test_forms_and_reminders_follow_in_the_same_transaction(
    stage: Stage, way: Callable[[Stage], None]
) -> None:
    before = first_reminder(stage)

    way(stage)

    assert {form.opens for form in stage.forms(P, "W24")} == {stage.day(P, 147)}
    assert first_reminder(stage) == before - timedelta(days=7)
    assert versions(stage) == ["2", "1"]


def test_the_plan_and_what_is_done_are_one_and_the_same(stage: Stage) -> None:
    plan = planned(stage, WIDER)

    done = apply(stage, WIDER, plan)

    assert done == plan
    assert (plan.plan.moves, plan.plan.touches_answered) == (12, 0)
    with stage.open() as connection:
        told = [one.action for one in audit.events(connection)]
    assert told[-2:] == ["study.published", "forms.planned"]


def test_a_plan_of_yesterday_is_not_applied_and_leaves_nothing(stage: Stage) -> None:
    plan = planned(stage, WIDER)
    stage.enrol("P-002", CESSATION)
    before = first_reminder(stage)

    with pytest.raises(PlanChanged, match="look at the new plan first"):
        apply(stage, WIDER, plan)

    assert versions(stage) == ["1"]
    assert first_reminder(stage) == before


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        (TEXT, StudyVersionTaken, "give the amended file a new version"),
        (amended(("demo-hrqol", "demo-nothing")), QuestionnaireNotFound, "demo-nothing"),
        (amended((f'key = "{STUDY}"', 'key = "other"')), UnknownStudy, "of the study other"),
        (amended(("opens = 70", "opens = 90")), StudyFileWrong, r"study-2\.toml: timepoints\.W12"),
    ],
    ids=["version taken", "no such questionnaire", "another study", "inverted window"],
)
def test_a_file_that_cannot_be_applied_cannot_be_planned(
    stage: Stage, text: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        planned(stage, text)
    with stage.open() as connection, pytest.raises(error):
        amendments.apply(
            connection, COMMAND, STUDY, text, CESSATION, "0" * 64, find, stage.at(P, 131)
        )
    assert versions(stage) == ["1"]
