"""Signs that an exemption may have been used to make a figure look better."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sayso.domain.completion import Ratio
from sayso.domain.participation import Exemption, Facts
from sayso.domain.schedule import wanted_forms
from sayso.domain.signals import high_shares, signals
from support.people import answers, exempt, person, stop_study


def said(facts: Facts, exemption: Exemption) -> list[str]:
    study = stop_study()
    labels = {timepoint.id: timepoint.label for timepoint in study.timepoints}
    return signals(exemption, facts, wanted_forms(study, facts), labels)


def test_an_exemption_from_the_first_day_says_nothing() -> None:
    assert said(person(), exempt()) == []


def test_entered_after_a_form_was_missed() -> None:
    found = said(person(), exempt(start=60, recorded=120))

    assert found[0] == ("Entered on 2026-05-20, after Week 12 had closed unanswered on 2026-04-28.")
    assert found[-1] == "Starts 60 days before it was entered."
    assert len(found) == 2  # one sentence for the timepoint, not one per questionnaire


def test_an_answered_form_was_not_missed_but_tells_of_the_language() -> None:
    answered = tuple(
        replace(answers(84), questionnaire=name, id=name)
        for name in ("demo-hrqol", "demo-anxiety", "demo-recurrence-worry", "demo-financial-burden")
    )
    found = said(person(responses=answered), exempt(start=60, recorded=120))

    assert not any("unanswered" in sentence for sentence in found)
    assert "on file, the first of 2026-04-14" in found[0]


def test_a_pack_that_came_as_a_whole_was_not_missed() -> None:
    found = said(person(responses=(answers(84),)), exempt(start=60, recorded=120))

    assert not any("unanswered" in sentence for sentence in found)


def test_half_a_pack_leaves_the_other_half_missed() -> None:
    half = (replace(answers(84), questionnaire="demo-hrqol"),)
    found = said(person(responses=half), exempt(start=60, recorded=120))

    assert "Week 12 had closed unanswered" in found[0]


def test_a_day_late_is_no_backdating() -> None:
    assert not any("Starts" in one for one in said(person(), exempt(start=60, recorded=61)))
    assert any("Starts 2 days" in one for one in said(person(), exempt(start=60, recorded=62)))


def test_from_the_first_day_but_entered_long_after_it() -> None:
    found = said(person(), exempt(recorded=20))

    assert found[-1] == "Starts 34 days before it was entered."


def test_an_enrolment_that_is_entered_late_brings_its_exemption_along() -> None:
    entered = exempt(recorded=20)
    late = replace(person(), enrolled_at=entered.recorded_at)

    assert not any("Starts" in sentence for sentence in said(late, entered))


def test_a_share_far_above_the_others_is_named() -> None:
    shares = {"A": Ratio(14, 20), "B": Ratio(3, 40), "C": Ratio(2, 30)}

    assert high_shares(shares) == {
        "A": "14/20 (70.0 %) of this site's participants are exempt, 5/70 (7.1 %) elsewhere."
    }


def test_a_handful_of_people_proves_nothing() -> None:
    assert high_shares({"A": Ratio(5, 6), "B": Ratio(1, 40)}) == {}
    assert high_shares({"A": Ratio(12, 20)}) == {}
    assert high_shares({}) == {}


_SHARES = st.dictionaries(
    st.sampled_from("ABCDE"),
    st.integers(0, 60).flatmap(lambda of: st.integers(0, of).map(lambda n: Ratio(n, of))),
    max_size=5,
)


@given(_SHARES)
def test_only_sites_above_the_rest_are_ever_named(shares: dict[str, Ratio]) -> None:
    for site in high_shares(shares):
        rest_n = sum(ratio.n for name, ratio in shares.items() if name != site)
        rest_of = sum(ratio.of for name, ratio in shares.items() if name != site)
        assert shares[site].n * rest_of > 2 * rest_n * shares[site].of
