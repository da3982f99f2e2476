"""The very last and the very first day on which something can have happened."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sayso.domain import plausible
from sayso.domain.errors import DatesOutOfOrder
from sayso.domain.participation import Facts, VisitFact
from support.people import answers, day, event, person, stop_study

TODAY = 120
Check = Callable[[Facts, int], None]


def visit(facts: Facts, number: int) -> None:
    plausible.check_visit(facts, day(number), day(TODAY))


def contact(facts: Facts, number: int) -> None:
    plausible.check_contact(facts, day(number), day(TODAY))


def anchor(facts: Facts, number: int) -> None:
    plausible.check_anchor(stop_study(), facts, "cessation", day(number), (), day(TODAY))


def death(facts: Facts, number: int) -> None:
    plausible.check_event(stop_study(), facts, "death", day(number), day(TODAY))


def restart_after(facts: Facts, number: int) -> None:
    plausible.check_event(stop_study(), facts, "restart_after_progression", day(number), day(TODAY))


def restart_without(facts: Facts, number: int) -> None:
    plausible.check_event(
        stop_study(), facts, "restart_without_progression", day(number), day(TODAY)
    )


def seen_on(*numbers: int) -> Facts:
    return person(visits=tuple(VisitFact(None, day(number)) for number in numbers))


def answered_on(*numbers: int) -> Facts:
    return person(responses=tuple(answers(number) for number in numbers))


def told(*events: tuple[str, int]) -> Facts:
    return person(events=tuple(event(kind, number) for kind, number in events))


# The enrolment was on day -14; screening comes up to 56 days before, an anchor up to 366.
@pytest.mark.parametrize(
    ("check", "facts", "possible", "impossible"),
    [
        (visit, person(), TODAY, TODAY + 1),
        (visit, person(), -70, -71),
        (visit, told(("death", 80)), 80, 81),
        (contact, person(), TODAY, TODAY + 1),
        (contact, person(), -14, -15),
        (anchor, person(), TODAY + 60, TODAY + 61),
        (anchor, person(), -380, -381),
        (death, seen_on(30, 50, 40), 50, 49),
        (death, answered_on(80, 90, 85), 90, 89),
        (death, told(("lost", 20), ("progression", 60)), 60, 59),
        (restart_after, told(("progression", 60)), 60, 59),
        (restart_without, told(("progression", 60)), 59, 60),
    ],
)
def test_the_last_possible_day_and_the_first_impossible_one(
    check: Check, facts: Facts, possible: int, impossible: int
) -> None:
    check(facts, possible)
    with pytest.raises(DatesOutOfOrder):
        check(facts, impossible)


def test_a_restart_after_a_progression_that_is_not_recorded() -> None:
    with pytest.raises(DatesOutOfOrder, match="record it first"):
        restart_after(person(), 60)
    restart_without(person(), 60)


def test_families_are_spoken_to_after_a_death() -> None:
    contact(told(("death", 80)), 100)


def test_only_anchors_that_something_in_the_arm_counts_from() -> None:
    plain = stop_study()
    own = replace(plain.timepoints[0], anchor="surgery", arms=("stop",))
    study = replace(plain, timepoints=(own, own, *plain.timepoints))
    assert plausible.anchors_for(study, "stop") == ("cessation", "surgery")
    assert plausible.anchors_for(study, "continue") == plausible.anchors_for(plain, "continue")
    assert plausible.anchors_for(study, "nowhere") == ()
