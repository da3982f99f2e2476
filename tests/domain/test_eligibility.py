"""May this person be reminded now? Every reason there is, and the order in which they count."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.eligibility import (
    SEND,
    SKIP,
    WAIT,
    Nudge,
    Preferences,
    end_of_quiet,
    may_remind,
    may_set_up,
)
from sayso.domain.ladder import is_quiet
from sayso.domain.participation import Event
from sayso.domain.walltime import local_time
from support.reminder_rules import (
    CLOSES,
    FORMS,
    OPENS,
    POLICY,
    answer,
    at,
    event,
    exemption,
    person,
)

NOON = at(OPENS, 12)
NUDGE = Nudge(closes_at=FORMS[0].closes_at)


def test_an_open_form_is_worth_a_reminder() -> None:
    verdict = may_remind(person(), FORMS, NOON, NUDGE)
    assert (verdict.action, verdict.reason) == (SEND, "due")


def test_one_open_form_of_several_is_enough() -> None:
    alice = person(responses=(answer("hrqol", OPENS),))
    assert may_remind(alice, FORMS, at(OPENS, 15), NUDGE).action == SEND


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"events": (event("death"),)}, "death"),
        ({"events": (event("withdrawal_study"),)}, "withdrawn"),
        ({"events": (event("withdrawal_pro"),)}, "withdrawn"),
        ({"events": (event("withdrawal_contact"),)}, "withdrawn"),
        ({"events": (event("off_study"),)}, "off-study"),
        ({"exemptions": (exemption(),)}, "exempt"),
        ({"responses": (answer("hrqol", OPENS), answer("anxiety", OPENS))}, "completed"),
    ],
)
def test_what_ends_every_reminder(facts: dict[str, Any], reason: str) -> None:
    verdict = may_remind(person(**facts), FORMS, at(OPENS, 15), NUDGE)
    assert (verdict.action, verdict.reason, verdict.lasting) == (SKIP, reason, True)
    assert verdict.why.endswith(".")


def test_death_counts_from_its_entry_whatever_the_alive_rule_says() -> None:
    late = Event("death", CLOSES + timedelta(days=30), at(OPENS, 9))
    assert may_remind(person(events=(late,)), FORMS, NOON, NUDGE).reason == "death"


@pytest.mark.parametrize("kind", ["lost", "progression", "restart_without_progression"])
def test_other_events_do_not_silence(kind: str) -> None:
    assert may_remind(person(events=(event(kind),)), FORMS, NOON, NUDGE).action == SEND


def test_before_the_window_and_after_it() -> None:
    early = may_remind(person(), FORMS, at(OPENS, 12) - timedelta(days=1), NUDGE)
    assert (early.reason, early.lasting) == ("not-open", False)
    late = may_remind(person(), FORMS, at(CLOSES, 12) + timedelta(days=1), NUDGE)
    assert (late.reason, late.lasting) == ("closed", True)


def test_an_occasion_without_forms_is_no_longer_asked() -> None:
    assert may_remind(person(), (), NOON, NUDGE).reason == "no-longer-asked"


def test_opting_out_is_respected() -> None:
    alice = person(preferences=Preferences(opted_out_at=NOON))
    assert may_remind(alice, FORMS, NOON, NUDGE).reason == "opted-out"


def test_a_pause_ends_on_its_date() -> None:
    alice = person(preferences=Preferences(paused_until=OPENS + timedelta(days=3)))
    assert may_remind(alice, FORMS, NOON, NUDGE).reason == "paused"
    assert may_remind(alice, FORMS, NOON + timedelta(days=3), NUDGE).action == SEND


def test_a_snooze_defers_within_the_window_only() -> None:
    evening = at(OPENS, 18)
    alice = person(preferences=Preferences(snoozed_until=evening))
    verdict = may_remind(alice, FORMS, NOON, NUDGE)
    assert (verdict.action, verdict.until) == (WAIT, evening)
    beyond = person(preferences=Preferences(snoozed_until=NUDGE.closes_at))
    assert may_remind(beyond, FORMS, NOON, NUDGE).action == SEND


def test_quiet_hours_defer_to_the_morning() -> None:
    verdict = may_remind(person(), FORMS, at(OPENS, 22), NUDGE)
    assert (verdict.action, verdict.reason) == (WAIT, "quiet-hours")
    assert verdict.until == at(OPENS + timedelta(days=1), 8)


def test_quiet_hours_that_outlast_the_window_skip() -> None:
    verdict = may_remind(person(), FORMS, at(CLOSES, 22), NUDGE)
    assert (verdict.action, verdict.reason) == (SKIP, "closes-in-quiet-hours")


def test_only_the_newest_step_goes_out() -> None:
    verdict = may_remind(person(), FORMS, NOON, replace(NUDGE, newer_due=True))
    assert verdict.reason == "superseded"


def test_the_weekly_cap_counts_seven_days_back() -> None:
    recent = tuple(NOON - timedelta(days=days) for days in (1, 3, 6))
    capped = may_remind(person(), FORMS, NOON, replace(NUDGE, recent=recent))
    assert capped.reason == "weekly-cap"
    older = (*recent[:2], NOON - timedelta(days=7))
    assert may_remind(person(), FORMS, NOON, replace(NUDGE, recent=older)).action == SEND


def test_a_reminder_she_asked_for_is_not_capped() -> None:
    recent = tuple(NOON - timedelta(days=days) for days in (1, 2, 3, 4))
    asked = replace(NUDGE, recent=recent, requested=True)
    assert may_remind(person(), FORMS, NOON, asked).action == SEND


def test_the_planner_asks_only_about_what_lasts() -> None:
    asleep = person(preferences=Preferences(paused_until=date(2027, 1, 1)))
    assert may_remind(asleep, FORMS, at(OPENS, 23)).action == SEND


def test_a_phone_is_set_up_for_nobody_exempt_dead_or_not_yet_enrolled() -> None:
    assert may_set_up(person().facts, NOON, "en").action == SEND
    assert may_set_up(person(exemptions=(exemption(),)).facts, NOON, "en").reason == "exempt"
    assert may_set_up(person(events=(event("death"),)).facts, NOON, "en").reason == "death"
    before = datetime(2026, 6, 1, tzinfo=UTC)
    assert may_set_up(person().facts, before, "en").reason == "not-enrolled"


ZONES = st.sampled_from(
    [
        "America/New_York",
        "Australia/Lord_Howe",
        "Europe/Dublin",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Asia/Kathmandu",
    ]
)


@settings(deadline=None)
@given(
    ZONES,
    st.datetimes(datetime(2011, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_end_of_the_quiet_hours_is_ahead_and_not_quiet(zone: str, moment: datetime) -> None:
    until = end_of_quiet(POLICY, moment, zone)
    assert moment < until <= moment + timedelta(hours=26)
    assert not is_quiet(POLICY, local_time(until, zone).time())
