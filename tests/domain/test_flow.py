"""The flow of participants: each row adds up to everybody enrolled, each person in one box."""

from dataclasses import replace

import pytest

from sayso.domain.completion import Rates, Ratio, Row, tally
from sayso.domain.flow import Branch, Step, flow_of
from sayso.domain.status import FormStatus
from support.people import STRAIN, answers, day, stop_study

STATUSES = {
    "in window": FormStatus("received", "in_window", response=answers(80)),
    "late": FormStatus("received", "late", response=answers(80)),
    "disputed": FormStatus("received", "disputed", response=answers(80)),
    "received open": FormStatus("received", "received_open", response=answers(80)),
    "missing": FormStatus("missing"),
    "exempt": FormStatus("exempt"),
    "dead": FormStatus("not_expected", "death", day(60)),
    "withdrawn": FormStatus("not_expected", "withdrawn", day(60)),
    "off": FormStatus("not_expected", "protocol", day(60)),
    "upcoming": FormStatus("upcoming"),
    "open": FormStatus("open"),
}
# So many people of each kind that no two boxes can be taken for one another.
CROWD = {name: 1 << number for number, name in enumerate(STATUSES)}
EVERYBODY = sum(CROWD.values())


def crowd(timepoint: str = "W12", arm: str = "stop", questionnaire: str = STRAIN) -> list[Row]:
    """A row for each of them; the exempt are no part of the PRO population."""
    return [
        Row(timepoint, arm, "S1", questionnaire, f"{name} {n}", status, name != "exempt")
        for name, status in STATUSES.items()
        for n in range(CROWD[name])
    ]


def few(size: int, timepoint: str = "W12", arm: str = "stop", questionnaire: str = STRAIN) -> Rates:
    """The figures of some people whose forms are missing."""
    rows = [
        Row(timepoint, arm, "S1", questionnaire, f"P-{n}", FormStatus("missing"))
        for n in range(size)
    ]
    return tally(rows)[0]


@pytest.fixture(scope="module")
def step() -> Step:
    (branch,) = flow_of(stop_study(), tally(crowd()), STRAIN)
    (step,) = branch.steps
    return step


def test_everybody_stands_in_one_box(step: Step) -> None:
    assert step.enrolled == EVERYBODY
    assert step.completed.n == CROWD["in window"] + CROWD["late"] + CROWD["disputed"]
    assert step.completed.of == step.completed.n + CROWD["missing"]
    assert step.in_window == CROWD["in window"]
    assert step.late == CROWD["late"]
    assert step.disputed == CROWD["disputed"]
    assert step.missing == CROWD["missing"]
    assert step.exempt == CROWD["exempt"]
    assert step.deaths == CROWD["dead"]
    assert step.withdrawn == CROWD["withdrawn"]
    assert step.by_protocol == CROWD["off"]
    assert step.waiting == CROWD["upcoming"] + CROWD["open"] + CROWD["received open"]
    assert step.balanced


@pytest.mark.parametrize(
    "box", ["enrolled", "exempt", "deaths", "withdrawn", "by_protocol", "waiting"]
)
def test_one_person_more_in_any_box_is_noticed(step: Step, box: str) -> None:
    assert not replace(step, **{box: getattr(step, box) + 1}).balanced


def test_a_step_has_the_label_of_its_timepoint(step: Step) -> None:
    assert (step.timepoint, step.label) == ("W12", "Week 12")


def test_boxes_nobody_is_in_hold_nobody() -> None:
    (branch,) = flow_of(stop_study(), [few(3)], STRAIN)
    assert branch == Branch(
        "stop",
        branch.label,
        3,
        3,
        (Step("W12", "Week 12", 3, Ratio(0, 3), 0, 0, 0, 3, 0, 0, 0, 0, 0),),
    )


def test_the_pro_population_leaves_out_who_was_exempt_on_the_day_of_enrolment() -> None:
    (branch,) = flow_of(stop_study(), tally(crowd()), STRAIN)
    assert branch.enrolled == EVERYBODY
    assert branch.pro_population == EVERYBODY - CROWD["exempt"]


def test_an_arm_counts_everybody_who_stands_in_any_of_its_steps() -> None:
    (branch,) = flow_of(stop_study(), [few(2), few(5, "W24"), few(3, "W36")], STRAIN)
    assert (branch.enrolled, branch.pro_population) == (5, 5)
    assert [step.timepoint for step in branch.steps] == ["W12", "W24", "W36"]


def test_arms_stand_in_the_order_of_the_study_and_empty_ones_are_left_out() -> None:
    study = stop_study()
    rates = [few(2, arm="stop"), few(3, arm="continue")]
    found = flow_of(study, rates, STRAIN)
    assert [branch.arm for branch in found] == [arm.id for arm in study.arms]
    assert [branch.label for branch in found] == [arm.label for arm in study.arms]
    assert [branch.enrolled for branch in found] == [
        {"stop": 2, "continue": 3}[arm.id] for arm in study.arms
    ]
    assert [branch.arm for branch in flow_of(study, rates[:1], STRAIN)] == ["stop"]


def test_other_questionnaires_forms_of_events_and_rows_of_sites_are_left_out() -> None:
    rates = [
        few(2),
        few(9, questionnaire="another"),
        few(9, "PROG"),
        replace(few(9), site="S1"),
    ]
    (branch,) = flow_of(stop_study(), rates, STRAIN)
    assert [(step.timepoint, step.enrolled) for step in branch.steps] == [("W12", 2)]
    assert branch.enrolled == 2
