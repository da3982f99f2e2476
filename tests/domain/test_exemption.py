"""Exemptions: two axes of time, a second person, and no laundering in either direction."""

from dataclasses import replace
from datetime import date

import pytest

from sayso.domain.errors import DatesOutOfOrder
from sayso.domain.exemption import approval_reason, check_new, overlap, settled
from sayso.domain.rule_errors import ExemptionReasonNotAllowed, ExemptionsOverlap
from sayso.domain.study import Rules, Translation
from support.people import answers, at, day, exempt, person, seen, status, stop_study

RULES = stop_study().rules


def test_an_exemption_from_enrolment_entered_that_day_needs_nobody_else() -> None:
    someone = person(exemptions=(exempt(),))
    assert status(someone, 0, "BL").status == "exempt"
    assert status(someone, 130).status == "exempt"


def test_a_start_after_enrolment_changes_nothing_until_it_is_approved() -> None:
    pending = exempt(start=10, recorded=10)
    assert status(person(exemptions=(pending,)), 75).status == "open"
    approved = replace(pending, approved_at=at(12))
    assert status(person(exemptions=(approved,)), 75).status == "exempt"


def test_an_approval_counts_from_the_moment_it_was_given() -> None:
    someone = person(exemptions=(exempt(start=10, recorded=10, approved=80),))
    assert status(someone, 79).status == "open"
    assert status(someone, 80).status == "exempt"


def test_a_late_entry_that_reaches_a_missed_form_needs_approval() -> None:
    late = exempt(start=-14, recorded=120)
    assert status(person(exemptions=(late,)), 130).status == "missing"
    assert status(person(exemptions=(replace(late, approved_at=at(121)),)), 130).status == "exempt"


def test_a_late_entry_that_reaches_an_answered_form_needs_approval() -> None:
    # Taking an answered form out of the count moves the rates just as a missed one would.
    late = exempt(start=-14, recorded=20)
    someone = person(
        exemptions=(late,), responses=(answers(0, timepoint="BL", authored_at=at(-3)),)
    )
    assert status(someone, 30, "BL").disposition == "in_window"


def test_a_late_entry_before_anything_was_missed_needs_nobody_else() -> None:
    # Entered on day -1, thirteen days after enrolment, while the baseline is still open.
    late = exempt(start=-14, recorded=-1)
    assert status(person(exemptions=(late,)), 130).status == "exempt"


def test_it_is_judged_by_the_forms_that_were_there_when_it_was_entered() -> None:
    # Cessation, and with it every form, was entered long after the exemption.
    anchor = replace(person().anchors[0], recorded_at=at(150))
    someone = person(exemptions=(exempt(start=-14, recorded=120),), anchors=(anchor,))
    assert status(someone, 160).status == "exempt"


def test_the_reason_for_a_second_person_is_one_sentence() -> None:
    forms = seen(person(), 130).forms
    late = approval_reason(exempt(start=5, recorded=5), person(), forms, RULES)
    assert late == f"It starts on {day(5)}, after the enrolment day {day(-14)}."
    reaching = approval_reason(exempt(recorded=120), person(), forms, RULES)
    assert reaching == "It would change BL, which was missing when it was entered."
    assert approval_reason(exempt(), person(), forms, RULES) is None


def test_ending_an_exemption_makes_later_forms_expected_and_leaves_earlier_ones_exempt() -> None:
    someone = person(exemptions=(exempt(end=60),))
    assert status(someone, 130, "BL").status == "exempt"
    assert status(someone, 130).status == "missing"


def test_the_last_day_of_an_exemption_belongs_to_it() -> None:
    assert status(person(exemptions=(exempt(end=84),)), 130).status == "exempt"
    assert status(person(exemptions=(exempt(end=83),)), 130).status == "missing"


def test_an_end_entered_late_never_makes_a_past_exempt_form_missing() -> None:
    ended = replace(exempt(end=60), ended_at=at(120))
    someone = person(exemptions=(ended,))
    assert status(someone, 119).status == "exempt"
    assert status(someone, 121).status == "exempt"
    assert status(someone, 121, "W24").status == "upcoming"
    assert status(someone, 200, "W24").status == "missing"


def test_an_exemption_that_was_voided_is_gone_from_that_moment_only() -> None:
    someone = person(exemptions=(replace(exempt(), voided_at=at(100)),))
    assert status(someone, 99).status == "exempt"
    assert status(someone, 100).status == "missing"


def test_a_translation_ends_the_exemption_for_its_questionnaire_only() -> None:
    study = stop_study()
    translated = Translation("demo-anxiety", "es", day(60))
    rules = replace(study.rules, translations=(translated,))
    someone = person(preferred_language="es", reads_english=False, exemptions=(exempt(),))
    found = seen(someone, 130, replace(study, rules=rules))
    by_form = {
        (form.timepoint, form.questionnaire): status.status
        for form, status in zip(found.forms, found.statuses, strict=True)
    }
    assert by_form["W12", "demo-anxiety"] == "missing"
    assert by_form["W12", "demo-hrqol"] == "exempt"
    assert by_form["BL", "demo-anxiety"] == "exempt"


def test_a_translation_into_another_language_helps_nobody() -> None:
    rules = replace(RULES, translations=(Translation("demo-hrqol", "fr", day(0)),))
    study = replace(stop_study(), rules=rules)
    someone = person(preferred_language="es", exemptions=(exempt(),))
    assert status(someone, 130, study=study).status == "exempt"


def test_a_preferred_language_alone_exempts_nobody() -> None:
    someone = person(preferred_language="es", interpreter=True)
    assert status(someone, -10, "BL").status == "open"


def test_a_reason_the_study_does_not_allow_is_refused_with_what_to_offer_instead() -> None:
    with pytest.raises(ExemptionReasonNotAllowed, match="allowed is LANGUAGE") as refused:
        check_new(exempt(reason="VISION"), person(), RULES)
    for help_offered in ("large text", "tablet", "interview"):
        assert help_offered in str(refused.value)


def test_other_reasons_are_allowed_where_the_study_says_so() -> None:
    check_new(exempt(reason="VISION"), person(), Rules(exemption_reasons=("LANGUAGE", "VISION")))


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [(-14, None, True), (10, 20, True), (61, None, False), (60, 70, True), (-30, -15, False)],
)
def test_two_exemptions_must_not_cover_the_same_day(
    start: int, end: int | None, overlaps: bool
) -> None:
    someone = person(exemptions=(exempt(end=60),))
    if overlaps:
        with pytest.raises(ExemptionsOverlap, match="end or void that one first"):
            check_new(exempt(start=start, end=end), someone, RULES)
    else:
        check_new(exempt(start=start, end=end), someone, RULES)


def test_exemptions_in_two_languages_may_stand_side_by_side() -> None:
    someone = person(exemptions=(exempt(),))
    check_new(replace(exempt(), language="es"), someone, RULES)


def test_an_exemption_cannot_end_before_it_begins() -> None:
    with pytest.raises(DatesOutOfOrder, match="before it begins"):
        check_new(exempt(start=10, end=9), person(), RULES)


def test_a_judgement_made_before_is_kept() -> None:
    judged = replace(exempt(start=10, recorded=10), needs_approval=False)
    assert status(person(exemptions=(judged,)), 130).status == "exempt"
    refused = replace(exempt(), needs_approval=True)
    assert status(person(exemptions=(refused,)), 130).status == "missing"


def test_a_day_is_covered_whatever_the_approval() -> None:
    assert exempt(start=10, end=12).covers(day(12))
    assert not exempt(start=10, end=12).covers(day(13))
    assert exempt().covers(date(2036, 1, 1))


def test_an_exemption_may_begin_on_the_day_after_another_ends_and_not_before() -> None:
    earlier = exempt(start=10, end=20)
    assert overlap(earlier, exempt(start=20))
    assert overlap(exempt(start=20), earlier)
    assert not overlap(earlier, exempt(start=21))
    assert not overlap(exempt(start=21), earlier)


def test_an_exemption_may_last_a_single_day() -> None:
    check_new(exempt(start=10, end=10), person(), RULES)


def test_the_refusals_say_what_is_in_the_way() -> None:
    with pytest.raises(ExemptionsOverlap) as overlapping:
        check_new(exempt(start=5), person(exemptions=(exempt(end=60),)), RULES)
    assert str(overlapping.value) == (
        f"An exemption from {day(-14)} to {day(60)} covers part of the same time; "
        "end or void that one first"
    )
    with pytest.raises(ExemptionsOverlap, match="to no end date covers"):
        check_new(exempt(start=5), person(exemptions=(exempt(),)), RULES)
    with pytest.raises(
        ExemptionReasonNotAllowed, match=r"allowed is LANGUAGE, HEARING\. Otherwise"
    ):
        check_new(exempt(reason="AGE"), person(), Rules(exemption_reasons=("LANGUAGE", "HEARING")))


def test_one_that_was_judged_before_keeps_no_other_from_being_judged() -> None:
    judged = replace(exempt(end=10), needs_approval=False)
    late = exempt(start=20, recorded=20)
    found = settled(person(exemptions=(judged, late)), lambda _moment: (), RULES)
    assert [one.needs_approval for one in found.exemptions] == [False, True]
    assert settled(found, lambda _moment: (), RULES) is found
