"""Whole journeys in simulated time, told as transcripts that people can read and correct."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sayso.store.engine import make_engine
from support.simulation import Simulation

START = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
YEAR = timedelta(days=365.25)
TRANSCRIPTS = Path(__file__).parent / "transcripts"


def continue_arm(sim: Simulation) -> int:
    """She answers most forms two days in, misses one, and changes her hour."""
    person = sim.trial.enrol("A-1", START, email="alice@example.org")
    sim.phone_for(person)
    for week in (12, 24, 48, 72):
        sim.at(START + timedelta(days=7 * week - 12), _answers(sim, person, f"W{week}"))
    sim.at(START + timedelta(days=300), lambda: _prefers(sim, person, reminder_hour=18))
    return person


def stop_arm(sim: Simulation) -> int:
    """He stops therapy, progresses and restarts; the event forms come on top of the calendar."""
    person = sim.trial.enrol(
        "B-1", START, arm="stop", anchors={"cessation": date(2026, 6, 15)}, zone="America/Chicago"
    )
    sim.phone_for(person)
    progressed = START + timedelta(days=120)
    sim.at(progressed, lambda: _happened(sim, person, "progression"))
    restarted = progressed + timedelta(days=9)
    sim.at(restarted, lambda: _happened(sim, person, "restart_after_progression"))
    sim.at(START + timedelta(days=75), _answers(sim, person, "W12"))
    return person


def restart_without_progression(sim: Simulation) -> int:
    """She restarts therapy although nothing grew: one more pack now, and the calendar stands.

    The pack of 12 weeks after it falls together with week 24 and is no occasion of its own.
    """
    person = sim.trial.enrol(
        "B-2", START, arm="stop", anchors={"cessation": date(2026, 6, 15)},
        zone="America/Los_Angeles", email="bea@example.org",
    )  # fmt: skip
    sim.phone_for(person)
    restarted = START + timedelta(days=110)
    sim.at(restarted, lambda: _happened(sim, person, "restart_without_progression"))
    sim.at(restarted + timedelta(days=5), _answers(sim, person, "RST"))
    return person


def exempt(sim: Simulation) -> int:
    """She does not read the language of the questionnaires: not one message in ten years."""
    return sim.trial.enrol("C-1", START, reads_english=False, email="carmen@example.org")


def pro_withdrawal(sim: Simulation) -> int:
    """She withdraws from the questionnaires in the middle of a window."""
    person = sim.trial.enrol("D-1", START, email="dana@example.org")
    sim.phone_for(person)
    sim.at(START + timedelta(days=72), lambda: _happened(sim, person, "withdrawal_pro"))
    return person


def death(sim: Simulation) -> int:
    """He dies, and it is entered a week later; nothing leaves after the entry."""
    person = sim.trial.enrol("E-1", START, email="emil@example.org")
    sim.phone_for(person)
    sim.at(
        START + timedelta(days=74),
        lambda: _happened(sim, person, "death", on=date(2026, 8, 20)),
    )
    return person


def silent_phone(sim: Simulation) -> int:
    """The push service takes every message and the phone never shows one: e-mail steps in."""
    person = sim.trial.enrol("F-1", START, email="fay@example.org")
    sim.phone_for(person, shows=False)
    return person


def nobody_to_reach(sim: Simulation) -> int:
    """The phone is thrown away and there is no e-mail: the site's call list gets it."""
    person = sim.trial.enrol("G-1", START)
    model = sim.phone_for(person)
    sim.at(START + timedelta(days=30), lambda: setattr(model, "gone", True))
    return person


def offline_phone(sim: Simulation) -> int:
    """The phone is off over the opening of a window and shows one reminder when it is back."""
    person = sim.trial.enrol("H-1", START)
    model = sim.phone_for(person)
    model.offline_until = START + timedelta(days=73, hours=2)
    sim.at(model.offline_until, lambda: sim.back_online(model))
    return person


JOURNEYS: list[Callable[[Simulation], int]] = [
    continue_arm, stop_arm, restart_without_progression, exempt, pro_withdrawal, death,
    silent_phone, nobody_to_reach, offline_phone,
]  # fmt: skip


@pytest.fixture
def quick_engine(sqlite_url: str) -> Iterator[Engine]:
    """SQLite only: the rules do not depend on the engine, and ten years are many ticks."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_the_journey_is_as_it_was_agreed(
    quick_engine: Engine, journey: Callable[[Simulation], int], request: pytest.FixtureRequest
) -> None:
    sim = Simulation(quick_engine, START)
    person = journey(sim)
    sim.run_until(START + 10 * YEAR)
    transcript = sim.transcript(person)
    golden = TRANSCRIPTS / f"{journey.__name__}.txt"
    if request.config.getoption("--write-transcripts", default=False):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(transcript, "utf-8")
    assert transcript == golden.read_text("utf-8")


def test_the_engines_tell_the_same_story(engine: Engine) -> None:
    sim = Simulation(engine, START)
    person = pro_withdrawal(sim)
    sim.run_until(START + YEAR)
    golden = TRANSCRIPTS / "pro_withdrawal.txt"
    assert sim.transcript(person) == golden.read_text("utf-8")


def _answers(sim: Simulation, person: int, timepoint: str) -> Callable[[], None]:
    return lambda: sim.answer(person, timepoint)


def _happened(sim: Simulation, person: int, kind: str, on: date | None = None) -> None:
    sim.trial.happened(person, kind, on or sim.clock.now().date(), sim.clock.now())
    sim.note(person, f"recorded: {kind}")


def _prefers(sim: Simulation, person: int, **wishes: object) -> None:
    sim.trial.prefers(person, sim.clock.now(), **wishes)
    sim.note(person, "changes her hour to 18")
