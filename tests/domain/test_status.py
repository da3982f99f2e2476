"""The status of a form: which of the eight questions applies first."""

import pytest

from sayso.domain.status import status_of
from support.people import (
    answers,
    at,
    day,
    event,
    exempt,
    person,
    reason,
    seen,
    status,
    stop_study,
)


def test_before_its_window_a_form_is_upcoming() -> None:
    found = status(person(), 69)
    assert found.status == "upcoming"
    assert found.why == f"Opens on {day(70)}."


def test_the_window_opens_at_midnight_in_the_zone_of_the_participant() -> None:
    # Midnight of day 70 in New York is 04:00 UTC, because summer time has begun by then.
    form = next(f for f in seen(person(), 0).forms if f.timepoint == "W12")
    assert form.opens_at == at(70, hour=4)
    assert form.closes_at == at(99, hour=4)


def test_on_its_last_day_a_form_is_still_open_and_the_day_after_it_is_missing() -> None:
    assert status(person(), 98).status == "open"
    assert status(person(), 99).status == "missing"


def test_an_open_form_says_until_when() -> None:
    assert status(person(), 75).why == f"Open until the end of {day(98)}."


def test_an_answer_in_the_window_is_received_open_until_the_window_closes() -> None:
    someone = person(responses=(answers(80),))
    assert status(someone, 85).disposition == "received_open"
    assert status(someone, 99).disposition == "in_window"


def test_an_answer_after_the_window_is_late() -> None:
    found = status(person(responses=(answers(103),)), 130)
    assert (found.status, found.disposition) == ("received", "late")
    assert found.why == f"Answered on {day(103)}, outside the window."


def test_answers_that_have_not_arrived_yet_are_not_known() -> None:
    someone = person(responses=(answers(97, received=101),))
    assert status(someone, 100).status == "missing"
    assert status(someone, 101).disposition == "in_window"


def test_the_first_answer_received_counts_and_the_other_does_not() -> None:
    late, early = answers(103), answers(90, received=95)
    found = status(person(responses=(late, early)), 130)
    assert found.response == early
    assert found.disposition == "in_window"


def test_a_response_to_one_questionnaire_leaves_the_others_missing() -> None:
    someone = person(responses=(answers(80, questionnaire="demo-anxiety"),))
    found = seen(someone, 130)
    by_questionnaire = {
        form.questionnaire: status.status
        for form, status in zip(found.forms, found.statuses, strict=True)
        if form.timepoint == "W12"
    }
    assert by_questionnaire.pop("demo-anxiety") == "received"
    assert set(by_questionnaire.values()) == {"missing"}


@pytest.mark.parametrize(
    ("died", "rule", "expected"),
    [
        (69, "window_open", "not_expected"),
        (70, "window_open", "not_expected"),
        (71, "window_open", "missing"),
        (84, "target", "not_expected"),
        (85, "target", "missing"),
        (98, "window_close", "not_expected"),
        (99, "window_close", "missing"),
    ],
)
def test_a_death_up_to_the_rule_date_means_that_no_form_was_expected(
    died: int, rule: str, expected: str
) -> None:
    assert status(person(events=(event("death", died),)), 130, alive_rule=rule).status == expected


def test_a_form_answered_before_death_stays_received() -> None:
    someone = person(events=(event("death", 80),), responses=(answers(72),))
    assert status(someone, 130).disposition == "in_window"


def test_a_death_also_ends_what_is_still_to_come() -> None:
    found = status(person(events=(event("death", 60),)), 62)
    assert found.detail == "not_expected:death"
    assert found.why == f"Not expected: the participant died on {day(60)}."


@pytest.mark.parametrize("kind", ["withdrawal_study", "withdrawal_pro"])
@pytest.mark.parametrize(("left", "expected"), [(98, "not_expected"), (99, "missing")])
def test_leaving_up_to_the_close_means_that_no_form_was_expected(
    kind: str, left: int, expected: str
) -> None:
    assert status(person(events=(event(kind, left),)), 130).status == expected


def test_withdrawing_from_contact_only_changes_no_form() -> None:
    assert status(person(events=(event("withdrawal_contact", 30),)), 130).status == "missing"


def test_lost_to_follow_up_is_missing_until_formally_off_study() -> None:
    lost = event("lost", 30)
    assert status(person(events=(lost,)), 130).status == "missing"
    off = person(events=(lost, event("off_study", 90)))
    assert status(off, 130).detail == "not_expected:protocol"


def test_a_stopping_rule_spares_only_windows_that_open_later() -> None:
    someone = person(events=(event("progression", 75),))
    assert status(someone, 130, stop_after=("progression",)).status == "missing"
    later = status(someone, 130, "W24", stop_after=("progression",))
    assert later.detail == "not_expected:protocol"
    assert status(someone, 130, "W24").status == "upcoming"


def test_an_exempt_person_is_exempt_even_when_she_answers_and_the_conflict_is_shown() -> None:
    found = status(person(exemptions=(exempt(),), responses=(answers(80),)), 130)
    assert found.status == "exempt"
    assert found.conflict
    assert found.why.startswith(f"Exempt from questionnaires in this language since {day(-14)}.")
    assert "wait for the site" in found.why


def test_exemption_stands_before_death_and_withdrawal() -> None:
    someone = person(exemptions=(exempt(),), events=(event("death", 60),))
    assert status(someone, 130).status == "exempt"


def test_a_missing_form_says_its_reason_or_that_none_is_coded() -> None:
    assert "no reason is coded yet" in status(person(), 130).why
    told = person(missing_reasons=(reason("too_ill"),))
    assert status(told, 130).why.endswith("; reason: too ill.")


def test_the_reason_recorded_last_counts() -> None:
    told = person(
        missing_reasons=(reason("no_time", recorded=120), reason("too_ill", recorded=110))
    )
    assert status(told, 130).reason == "no_time"
    assert status(told, 115).reason == "too_ill"


def test_an_event_entered_after_its_own_window_has_the_automatic_reason() -> None:
    # Progression on day 125: no scheduled form has its target within 28 days of day 132.
    someone = person(events=(event("progression", 125, recorded=160),))
    found = status(someone, 161, "PROG")
    assert found.status == "missing"
    assert found.reason == "event_reported_late"


def test_an_event_entered_in_time_has_no_automatic_reason() -> None:
    someone = person(events=(event("progression", 125, recorded=126),))
    assert status(someone, 161, "PROG").reason is None


def test_the_day_of_an_answer_is_the_participants_own() -> None:
    # 02:00 UTC on day 81 is still the evening of day 80 in New York.
    someone = person(responses=(answers(80, authored_at=at(81, hour=2)),))
    assert status(someone, 99).on == day(80)


def test_forms_of_an_arm_she_left_are_not_expected() -> None:
    study = stop_study()
    form = next(f for f in seen(person(), 0).forms if f.timepoint == "W12")
    corrected = person(arm="continue")
    assert status_of(form, corrected, at(130), study.rules).detail == "not_expected:protocol"
