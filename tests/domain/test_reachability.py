"""Which light is shown, from what phones have proved."""

from datetime import UTC, datetime

import pytest

from sayso.domain.reachability import (
    EMAIL_ONLY,
    PATIENCE,
    PATIENCE_UNPROVEN,
    PUSH_PROVEN,
    UNPROVEN,
    UNREACHABLE,
    Phone,
    patience,
    reachability,
)

NOW = datetime(2026, 6, 15, tzinfo=UTC)
PROVEN = Phone(1, confirmed_at=NOW)
NEW = Phone(2)
DEAD = Phone(3, confirmed_at=NOW, dead_at=NOW)
SILENT = Phone(4, confirmed_at=NOW, unanswered=2)
MAY, JUNE, JULY = (datetime(2026, month, 1, tzinfo=UTC) for month in (5, 6, 7))


@pytest.mark.parametrize(
    ("phones", "has_email", "opted_out", "state"),
    [
        ([PROVEN], False, False, PUSH_PROVEN),
        ([DEAD, PROVEN], False, False, PUSH_PROVEN),
        ([NEW], False, False, UNPROVEN),
        ([SILENT], False, False, UNPROVEN),
        ([NEW], True, False, EMAIL_ONLY),
        ([SILENT], True, False, EMAIL_ONLY),
        ([], True, False, EMAIL_ONLY),
        ([DEAD], False, False, UNREACHABLE),
        ([], False, False, UNREACHABLE),
        ([PROVEN], True, True, UNREACHABLE),
    ],
)
def test_the_best_way_that_is_left(
    phones: list[Phone], has_email: bool, opted_out: bool, state: str
) -> None:
    asked = NOW if opted_out else None
    found = reachability(phones, has_email=has_email, opted_out_at=asked)
    assert found.state == state
    assert found.why.endswith(".")


@pytest.mark.parametrize(
    ("phones", "has_email", "why"),
    [
        ([], False, "No phone is registered. There is no e-mail address."),
        ([DEAD], False, "The phone no longer accepts reminders. There is no e-mail address."),
        ([NEW], False, "A phone is registered but has not confirmed that it shows reminders."),
        ([SILENT], False, "The phone has stopped confirming that it shows reminders."),
        ([], True, "No phone is registered; e-mail is used instead."),
        ([DEAD], True, "The phone no longer accepts reminders; e-mail is used instead."),
        (
            [NEW],
            True,
            "A phone is registered but has not confirmed that it shows reminders; "
            "e-mail is used as well.",
        ),
        (
            [SILENT],
            True,
            "The phone has stopped confirming that it shows reminders; e-mail is used as well.",
        ),
        ([PROVEN], True, "A phone has confirmed that it shows reminders."),
    ],
)
def test_the_light_says_what_is_missing(phones: list[Phone], has_email: bool, why: str) -> None:
    assert reachability(phones, has_email=has_email).why == why


@pytest.mark.parametrize(
    ("phones", "since"),
    [
        ([], MAY),
        ([Phone(1, known_since=JUNE)], JUNE),
        ([Phone(1, known_since=MAY, dead_at=JUNE)], JUNE),
        ([Phone(1, dead_at=JULY), Phone(2, dead_at=JUNE)], JULY),
        ([Phone(1, confirmed_at=JUNE)], JUNE),
        ([Phone(1, confirmed_at=JULY), Phone(2, confirmed_at=JUNE)], JUNE),
        ([Phone(1, MAY, unanswered=2, known_since=MAY, silent_since=JULY)], JULY),
        # An old phone is gone, a new one has not said anything yet: since the new one came.
        ([Phone(1, MAY, dead_at=JUNE), Phone(2, known_since=JULY)], JULY),
        # Two phones, one never heard of: what was heard of last is told.
        (
            [Phone(1, MAY, unanswered=2, silent_since=JULY), Phone(2, known_since=JUNE)],
            JULY,
        ),
    ],
)
def test_the_light_says_since_when(phones: list[Phone], since: datetime) -> None:
    for has_email in (False, True):
        assert reachability(phones, has_email=has_email, enrolled_at=MAY).since == since


def test_who_wants_no_reminders_does_so_since_she_said_it() -> None:
    said = reachability([PROVEN], has_email=True, opted_out_at=JULY, enrolled_at=MAY)
    assert (said.state, said.since) == (UNREACHABLE, JULY)
    assert said.why == "The participant wants no reminders."


def test_two_silent_messages_are_enough_to_doubt_a_phone() -> None:
    states = [
        reachability([Phone(1, NOW, unanswered=n)], has_email=False).state for n in (0, 1, 2, 3)
    ]
    assert states == [PUSH_PROVEN, PUSH_PROVEN, UNPROVEN, UNPROVEN]


def test_one_missed_message_is_no_silence() -> None:
    assert Phone(1, confirmed_at=NOW, unanswered=1).is_proven


def test_an_unproven_phone_gets_little_patience() -> None:
    assert patience([NEW, PROVEN]) == PATIENCE
    assert patience([NEW]) == patience([SILENT]) == patience([]) == PATIENCE_UNPROVEN
