"""Steps of the ladder in words, and nudges that somebody asked for under one name."""

from __future__ import annotations

import pytest

from sayso.domain.reminder_steps import kind_of, label_of
from sayso.domain.study import ReminderPolicy, Step
from support.reminder_rules import POLICY


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("open", "On the day it opens"),
        ("day-3", "3 days after it opens"),
        ("two-days-left", "2 days before the last day"),
        ("last-day", "On the last day"),
        ("snooze 2026-08-25T18:00", "When the participant asked to be reminded"),
        ("by staff 2026-08-25T11:07", "Sent by the study team"),
        ("test", "Test reminder"),
        ("confirm", "Reminders switched on"),
    ],
)
def test_a_step_is_named_by_when_it_comes(step: str, words: str) -> None:
    assert label_of(POLICY, step) == words


def test_the_words_follow_the_policy_and_not_the_id() -> None:
    policy = ReminderPolicy((Step("day-3", "opens", 1), Step("open", "closes", -1)))

    assert label_of(policy, "day-3") == "1 day after it opens"
    assert label_of(policy, "open") == "1 day before the last day"


def test_a_step_that_only_an_older_policy_had_is_called_by_its_id() -> None:
    assert label_of(POLICY, "half-way_there") == "Half way there"


@pytest.mark.parametrize("step", ["snooze", "snoozed", "by staffing", "day-3"])
def test_only_an_id_with_a_minute_behind_the_word_was_asked_for(step: str) -> None:
    assert kind_of(step) == step


def test_two_evenings_are_one_kind_of_nudge() -> None:
    assert {kind_of(f"snooze 2026-08-{day}T18:00") for day in (24, 25)} == {"snooze"}
    assert kind_of("by staff 2026-08-24T09:00") == "by staff"
