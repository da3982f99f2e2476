"""The order of the questions to the instant: what is so from a moment on, and what until then."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sayso.domain.participation import Exemption, Facts, MissingReason, ResponseFact
from sayso.domain.status import placed, status_of
from sayso.domain.study import Translation
from support.people import answers, at, day, event, exempt, person, seen, status, stop_study

HOUR = 3600
RULES = stop_study().rules
TOLERANCE = timedelta(hours=6)
FORM = next(form for form in seen(person(), 0).forms if form.timepoint == "W12")
OPENS, CLOSES = FORM.opens_at, FORM.closes_at


def at_instant(facts: Facts, now: datetime) -> str:
    return status_of(FORM, facts, now, RULES).detail


def said(
    moment: datetime,
    received: datetime | None = None,
    skew: float = 0,
    offered: datetime | None = None,
) -> ResponseFact:
    """Answers that the device dates to a moment, by a clock that is `skew` seconds fast."""
    return answers(
        80, authored_at=moment, received_at=received or at(110), skew_seconds=skew,
        offered_at=offered,
    )  # fmt: skip


def placing(response: ResponseFact) -> str:
    return placed(FORM, response, TOLERANCE)


def test_a_window_is_open_from_its_first_instant_until_its_last_is_over() -> None:
    assert at_instant(person(), OPENS - timedelta(seconds=1)) == "upcoming"
    assert at_instant(person(), OPENS) == "open"
    assert at_instant(person(), CLOSES - timedelta(seconds=1)) == "open"
    assert at_instant(person(), CLOSES) == "missing"


def test_what_came_while_the_window_was_open_is_in_window_once_it_has_closed() -> None:
    facts = person(responses=(answers(80),))
    assert at_instant(facts, CLOSES - timedelta(seconds=1)) == "received_open"
    assert at_instant(facts, CLOSES) == "in_window"


def test_the_day_of_an_answer_is_that_of_a_right_clock() -> None:
    """At noon of day 82 by a clock that is two days fast, so it was day 80."""
    facts = person(responses=(answers(82, skew_seconds=48 * HOUR),))
    assert status(facts, 130).on == day(80)


@pytest.mark.parametrize(
    ("response", "wanted"),
    [
        # A true instant on the very edge, by a clock that says otherwise.
        (said(OPENS - timedelta(hours=1), skew=-HOUR), "in_window"),
        (said(CLOSES + timedelta(hours=1), skew=HOUR), "late"),
        # The word of the device on the very edge, while the truth lies before it.
        (said(OPENS, skew=HOUR), "in_window"),
        # Word and truth apart by the tolerance, and by a second more.
        (said(CLOSES - timedelta(seconds=1), skew=-6 * HOUR), "in_window"),
        (said(CLOSES - timedelta(seconds=1), skew=-6 * HOUR - 1), "disputed"),
        # Offered at the first instant and here before the last: no clock is asked.
        (said(at(900), received=CLOSES - timedelta(seconds=1), offered=OPENS), "in_window"),
        (said(at(900), received=CLOSES, offered=OPENS), "late"),
        (said(at(900), received=at(90), offered=OPENS - timedelta(seconds=1)), "in_window"),
        # Earlier than the offer by as much as clocks may differ proves nothing against it.
        (said(OPENS - TOLERANCE, offered=OPENS), "late"),
        (said(OPENS - TOLERANCE - timedelta(seconds=1), offered=OPENS), "in_window"),
        # Later than the offer: the offer adds nothing.
        (said(CLOSES + timedelta(hours=1), offered=CLOSES - timedelta(hours=1)), "late"),
    ],
)
def test_the_evidence_of_clocks_on_the_edges(response: ResponseFact, wanted: str) -> None:
    assert placing(response) == wanted


@pytest.mark.parametrize(
    ("kind", "number", "wanted"),
    [
        ("withdrawal_pro", 98, "not_expected:withdrawn"),
        ("withdrawal_pro", 99, "missing"),
        ("off_study", 98, "not_expected:protocol"),
        ("off_study", 99, "missing"),
        ("death", 98, "not_expected:death"),
        ("death", 99, "missing"),
    ],
)
def test_what_ends_the_asking_on_the_closing_day_ends_it(
    kind: str, number: int, wanted: str
) -> None:
    assert status(person(events=(event(kind, number),)), 130).detail == wanted


def test_a_stopping_event_of_the_opening_day_leaves_that_window() -> None:
    def after(number: int) -> str:
        facts = person(events=(event("progression", number),))
        return status(facts, 130, stop_after=("progression",)).detail

    assert after(69) == "not_expected:protocol"
    assert after(70) == "missing"


def test_of_two_reasons_the_one_that_was_coded_later_stands() -> None:
    """Even where the other one comes later in the alphabet."""
    coded = (
        MissingReason("W12", None, "too_ill", at(100)),
        MissingReason("W12", None, "no_time", at(105)),
    )
    for order in (coded, coded[::-1]):
        assert status(person(missing_reasons=order), 130).reason == "no_time"
    undated = replace(coded[0], recorded_at=None)
    assert status(person(missing_reasons=(coded[1], undated)), 130).reason == "no_time"


@pytest.mark.parametrize(("late", "reason"), [(0, "event_reported_late"), (-1, None)])
def test_an_event_reported_at_the_closing_instant_is_a_site_cause(
    late: int, reason: str | None
) -> None:
    form = replace(FORM, reported_at=CLOSES + timedelta(seconds=late))
    assert status_of(form, person(), at(130), RULES).reason == reason


def ended(at_: datetime) -> Exemption:
    """Exempt from the start until day 10, which was entered at that instant."""
    return replace(exempt(end=10), ended_at=at_)


def test_an_end_that_is_entered_at_the_closing_instant_leaves_the_form_exempt() -> None:
    assert status(person(exemptions=(ended(CLOSES),)), 130).status == "exempt"
    before = CLOSES - timedelta(seconds=1)
    assert status(person(exemptions=(ended(before),)), 130).status == "missing"


@pytest.mark.parametrize(("since", "wanted"), [(84, "missing"), (85, "exempt")])
def test_a_translation_that_is_there_on_the_target_day_ends_the_exemption(
    since: int, wanted: str
) -> None:
    """Of two editions of a translation the earlier one counts."""
    editions = tuple(
        Translation(FORM.questionnaire, "es", day(number)) for number in (since + 40, since)
    )
    facts = person(preferred_language="es", exemptions=(exempt(),))
    for order in (editions, editions[::-1]):
        assert status(facts, 130, translations=order).status == wanted
