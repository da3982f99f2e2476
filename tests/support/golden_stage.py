"""The twenty people of the golden fixture, enrolled and lived through the services.

The stories are those of `support.golden`, told once more as acts: the day numbers count from the
day on which each person's therapy stopped, and today is 15 June 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sayso.services import events, exemptions, reasons
from support.stage import Stage

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
LONG_AGO = 130
Story = Callable[[Stage, str], None]


def play(stage: Stage) -> None:
    """Enrol everybody and let happen what happened."""
    for number, (today, story) in enumerate(_STORIES, 1):
        code = f"G-{number:02d}"
        cessation = NOW.date() - timedelta(days=today)
        stage.enrol(
            code,
            cessation,
            site="S1" if number % 2 else "S2",
            reads=story not in (_exempt_throughout, _exempt_until_day_60),
        )
        story(stage, code)


def event(kind: str, on: int, recorded: int | None = None) -> Story:
    """Something happened on a day, entered that day or on the day given."""

    def act(stage: Stage, code: str) -> None:
        with stage.open() as connection:
            person = stage.hold(connection, code)
            moment = stage.at(code, on if recorded is None else recorded, 20)
            events.record(connection, person, kind, stage.day(code, on), moment)

    return act


def reason(word: str) -> Story:
    """Staff code why Week 12 is missing."""

    def act(stage: Stage, code: str) -> None:
        for form in stage.forms(code):
            with stage.open() as connection:
                person = stage.hold(connection, code)
                reasons.record(connection, person, form.id, word, stage.at(code, 105))

    return act


def answered(on: int, received: int | None = None, mode: str = "own_device") -> Story:
    return lambda stage, code: _ignore(
        stage.answer(code, on, received=received, mode=mode, offered=min(on, 75))
    )


def _ignore(_value: object) -> None:
    return None


def both(*stories: Story) -> Story:
    def act(stage: Stage, code: str) -> None:
        for story in stories:
            story(stage, code)

    return act


def _nothing(_stage: Stage, _code: str) -> None:
    return None


def _exempt_throughout(_stage: Stage, _code: str) -> None:
    return None


def _exempt_until_day_60(stage: Stage, code: str) -> None:
    moment = stage.at(code, 60)
    with stage.open() as connection:
        person = stage.hold(connection, code)
        (exemption_id,) = exemptions.ids_of(connection, person)
        until = stage.day(code, 60)
        exemptions.end(connection, person, exemption_id, until, "has learned to read", moment)
    stage.new_phone(code, 62)
    stage.answer(code, 85, offered=75)


def _unscorable(stage: Stage, code: str) -> None:
    stage.answer(code, 84, blank=True, offered=75)


_STORIES: tuple[tuple[int, Story], ...] = (
    (LONG_AGO, answered(80)),
    (LONG_AGO, answered(84)),
    (LONG_AGO, answered(90)),
    (LONG_AGO, _exempt_throughout),
    (LONG_AGO, _exempt_throughout),
    (LONG_AGO, _exempt_until_day_60),
    (LONG_AGO, event("death", 60)),
    (LONG_AGO, event("death", 80, recorded=110)),
    (LONG_AGO, event("withdrawal_study", 50)),
    (LONG_AGO, event("withdrawal_pro", 65)),
    (LONG_AGO, both(event("lost", 30), reason("could_not_reach"))),
    (
        LONG_AGO,
        both(event("progression", 75), event("restart_after_progression", 79), answered(82)),
    ),
    (40, _nothing),
    (75, answered(72)),
    (75, _nothing),
    (LONG_AGO, answered(103)),
    (LONG_AGO, answered(97, received=101)),
    (LONG_AGO, reason("refused_this_time")),
    (LONG_AGO, answered(96, mode="interview")),
    (LONG_AGO, _unscorable),
)
TODAY: date = NOW.date()
