"""What reminders and staff calls bring, as n over N."""

from datetime import timedelta

from sayso.domain.completion import Ratio, Row
from sayso.domain.status import FormStatus
from sayso.domain.yields import Nudge, backup_yield, reminder_yield
from support.people import answers, at


def answered(participant: str, number: int, questionnaire: str = "a") -> Row:
    status = FormStatus("received", "in_window", response=answers(number))
    return Row("W12", "stop", "S1", questionnaire, participant, status)


def unanswered(participant: str) -> Row:
    return Row("W12", "stop", "S1", "a", participant, FormStatus("missing"))


def nudge(participant: str, number: int, step: str = "open") -> Nudge:
    return Nudge(participant, "W12", step, at(number))


def test_an_answer_within_a_day_counts_for_the_reminder_before_it() -> None:
    rows = [answered("P-1", 73), answered("P-2", 75), unanswered("P-3")]
    nudges = [nudge(person, number, step) for person in ("P-1", "P-2", "P-3")
              for number, step in ((70, "open"), (73, "day-3"))]  # fmt: skip
    assert reminder_yield(nudges, rows) == {"day-3": Ratio(1, 3), "open": Ratio(0, 3)}


def test_a_day_is_24_hours_to_the_second() -> None:
    rows = [answered("P-1", 71)]
    assert reminder_yield([nudge("P-1", 70)], rows) == {"open": Ratio(1, 1)}
    early = Nudge("P-1", "W12", "open", at(70) - timedelta(seconds=1))
    assert reminder_yield([early], rows) == {"open": Ratio(0, 1)}


def test_an_answer_that_was_there_before_is_not_the_reminders() -> None:
    assert reminder_yield([nudge("P-1", 72)], [answered("P-1", 71)]) == {"open": Ratio(0, 1)}


def test_several_questionnaires_of_an_occasion_are_one_answer() -> None:
    rows = [answered("P-1", 75), answered("P-1", 71, "b")]
    assert reminder_yield([nudge("P-1", 70)], rows) == {"open": Ratio(1, 1)}


def test_what_came_after_staff_stepped_in() -> None:
    rows = [answered("P-1", 80), answered("P-2", 72), unanswered("P-3")]
    calls = [
        nudge(person, number, "call") for person in ("P-1", "P-2", "P-3") for number in (90, 73)
    ]
    assert backup_yield(calls, rows) == Ratio(1, 3)


def test_without_nudges_there_is_no_data() -> None:
    assert reminder_yield([], [answered("P-1", 80)]) == {}
    assert backup_yield([], []) == Ratio(0, 0)


def test_an_answer_of_the_very_moment_in_which_staff_called_is_theirs() -> None:
    assert backup_yield([nudge("P-1", 80, "call")], [answered("P-1", 80)]) == Ratio(1, 1)
