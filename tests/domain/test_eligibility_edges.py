"""To the second: when a reminder is too late, when a snooze and the quiet hours are over."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from sayso.domain.eligibility import (
    SEND,
    SKIP,
    WAIT,
    Nudge,
    Preferences,
    end_of_quiet,
    may_contact,
    may_remind,
    may_set_up,
)
from support.people import NEW_YORK
from support.reminder_rules import (
    CLOSES,
    FORMS,
    OPENS,
    POLICY,
    TARGET,
    at,
    exemption,
    person,
)

NOON = at(OPENS, 12)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def test_at_the_very_instant_of_closing_it_is_too_late() -> None:
    late = may_remind(person(), FORMS, NOON, Nudge(closes_at=NOON))
    assert (late.action, late.reason, late.lasting) == (SKIP, "closed", True)
    assert late.why == "No reminder: the time to answer is over."
    assert may_remind(person(), FORMS, NOON, Nudge(closes_at=NOON + SECOND)).action == SEND


def test_a_snooze_is_over_at_the_very_instant_it_was_set_to() -> None:
    alice = person(preferences=Preferences(snoozed_until=NOON))
    nudge = Nudge(closes_at=FORMS[0].closes_at)
    assert may_remind(alice, FORMS, NOON, nudge).action == SEND
    before = may_remind(alice, FORMS, NOON - SECOND, nudge)
    assert (before.action, before.reason, before.until) == (WAIT, "snoozed", NOON)


def test_a_snooze_up_to_the_close_is_none() -> None:
    alice = person(preferences=Preferences(snoozed_until=NOON + SECOND))
    assert may_remind(alice, FORMS, NOON, Nudge(closes_at=NOON + SECOND)).action == SEND


@pytest.mark.parametrize(
    ("closes", "action", "reason"),
    [
        (at(OPENS, 8), SKIP, "closes-in-quiet-hours"),
        (at(OPENS, 8) - SECOND, SKIP, "closes-in-quiet-hours"),
        (at(OPENS, 8) + SECOND, WAIT, "quiet-hours"),
    ],
)
def test_a_window_that_ends_with_the_quiet_hours_leaves_no_time_to_answer(
    closes: datetime, action: str, reason: str
) -> None:
    found = may_remind(person(), FORMS, at(OPENS, 7), Nudge(closes_at=closes))
    assert (found.action, found.reason) == (action, reason)
    assert found.until == (at(OPENS, 8) if action == WAIT else None)


@pytest.mark.parametrize(
    ("moment", "recent"),
    [
        (at(OPENS, 22), ()),
        (at(FORMS[0].closes, 23), ()),
        (NOON, (NOON - SECOND,) * POLICY.weekly_cap),
    ],
    ids=["quiet", "quiet-until-the-close", "often-enough"],
)
def test_what_holds_a_message_back_keeps_nobody_off_the_call_list(
    moment: datetime, recent: tuple[datetime, ...]
) -> None:
    nudge = Nudge(FORMS[0].closes_at, recent)
    assert may_remind(person(), FORMS, moment, nudge).action != SEND
    assert may_remind(person(), FORMS, moment, replace(nudge, for_staff=True)).action == SEND


@pytest.mark.parametrize(
    ("nudge", "chosen", "reason"),
    [
        (Nudge(NOON), Preferences(), "closed"),
        (Nudge(FORMS[0].closes_at, newer_due=True), Preferences(), "superseded"),
        (Nudge(FORMS[0].closes_at), Preferences(paused_until=date(2026, 9, 1)), "paused"),
        (Nudge(FORMS[0].closes_at), Preferences(snoozed_until=NOON + SECOND), "snoozed"),
        (Nudge(FORMS[0].closes_at), Preferences(opted_out_at=NOON), "opted-out"),
    ],
)
def test_her_own_wishes_and_the_end_of_it_all_hold_for_the_call_list_too(
    nudge: Nudge, chosen: Preferences, reason: str
) -> None:
    found = may_remind(person(preferences=chosen), FORMS, NOON, replace(nudge, for_staff=True))
    assert (found.action != SEND, found.reason) == (True, reason)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (at(OPENS, 7, 59), at(OPENS, 8)),
        (at(OPENS, 8), at(OPENS + timedelta(days=1), 8)),
        (at(OPENS, 22), at(OPENS + timedelta(days=1), 8)),
    ],
)
def test_the_quiet_hours_end_on_the_next_morning_that_is_still_ahead(
    moment: datetime, end: datetime
) -> None:
    assert end_of_quiet(POLICY, moment, NEW_YORK) == end


def test_where_the_clocks_go_back_the_end_is_never_behind() -> None:
    # In New York on 1 November 2026 half past one passes at 05:30 and again at 06:30 UTC.
    early = POLICY.__class__(
        steps=POLICY.steps, default_hour=10, quiet_from=time(21), quiet_to=time(1, 30),
        weekly_cap=3,
    )  # fmt: skip
    second_one_o_clock = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    assert end_of_quiet(early, second_one_o_clock, NEW_YORK) == second_one_o_clock + SECOND


@pytest.mark.parametrize(
    ("since", "until", "on", "action"),
    [
        (TARGET + DAY, None, TARGET + DAY, SKIP),
        (TARGET + DAY, None, CLOSES, SKIP),
        (TARGET + DAY, None, TARGET, SEND),
        (TARGET + DAY, TARGET + 3 * DAY, TARGET + 4 * DAY, SEND),
        (TARGET, None, CLOSES, SKIP),
    ],
    ids=["on-the-day", "at-the-end", "the-day-before", "when-it-is-over", "from-the-target"],
)
def test_whoever_is_exempt_today_hears_nothing_of_a_form_from_before(
    since: date, until: date | None, on: date, action: str
) -> None:
    """The form stays expected, because its target came first; an English message helps nobody."""
    carmen = person(exemptions=(replace(exemption(since), valid_to=until),))
    found = may_remind(carmen, FORMS, at(on, 12), Nudge(FORMS[0].closes_at))
    assert found.action == action
    if action == SKIP:
        assert (found.reason, found.lasting) == ("exempt", True)
        assert found.why == "No reminder: exempt from questionnaires in this language."


def test_before_the_enrolment_nobody_is_contacted_and_that_lasts() -> None:
    found = may_contact(person().facts, datetime(2026, 6, 14, 12, tzinfo=UTC))
    assert (found.action, found.reason, found.lasting) == (SKIP, "not-enrolled", True)
    assert may_contact(person().facts, datetime(2026, 6, 15, 12, tzinfo=UTC)).action == SEND


def test_who_wants_no_reminders_gets_none_for_good() -> None:
    alice = person(preferences=Preferences(opted_out_at=NOON))
    assert may_remind(alice, FORMS, NOON).lasting


def test_what_is_no_longer_asked_stays_so() -> None:
    assert may_remind(person(), (), NOON).lasting


def test_an_exempt_person_sets_up_no_phone() -> None:
    alice = person(exemptions=(exemption(date(2026, 6, 15)),))
    found = may_set_up(alice.facts, NOON, "en")
    assert (found.action, found.reason, found.lasting) == (SKIP, "exempt", True)
    assert found.why == "No reminder: exempt from questionnaires in this language."
    assert may_set_up(alice.facts, NOON, "es").action == SEND


def test_forms_are_judged_only_until_one_is_open() -> None:
    """The first open form answers the question, so the ones behind it are not looked at."""
    rest = iter(FORMS)
    statuses = person().statuses(rest, NOON)
    assert next(statuses).status == "open"
    assert list(rest) == list(FORMS[1:])


def test_an_open_form_behind_others_still_counts() -> None:
    later = [replace(form, opens_at=NOON + DAY) for form in FORMS]
    assert may_remind(person(), later, NOON).reason == "not-open"
    assert may_remind(person(), [*later, *FORMS], NOON).action == SEND
