"""What invented people answer: allowed answers only, and a mood that shows in them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random

import pytest

from sayso.domain.answers import check
from sayso.domain.questionnaire import Questionnaire
from sayso.formats import instrument_json
from sayso.resources import instruments_dir
from sayso.services.demo.answers import Mood, fill_in
from sayso.services.demo.cast import HISTORY_DAYS, SITES, cast

DAY = date(2026, 6, 15)
OURS = sorted(instruments_dir().glob("demo-*/*/instrument.json"))


def load(path: Path) -> Questionnaire:
    return instrument_json.load(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.parents[1].name)
def test_every_answer_is_one_that_the_app_would_take(path: Path) -> None:
    questionnaire = load(path)
    for seed in range(25):
        rng = Random(seed)
        mood = Mood(level=rng.random())
        answers, skipped = fill_in(questionnaire, mood, DAY, rng)
        found = check(questionnaire, answers, skipped, DAY)
        assert [problem for problem in found if problem.slug != "required"] == []


def test_somebody_who_gives_up_leaves_the_rest_open() -> None:
    questionnaire = load(OURS[0])
    answers, skipped = fill_in(questionnaire, Mood(0.5), DAY, Random(1), stop_after=2)
    assert len(answers) + len(skipped) <= 2


def test_a_heavier_mood_gives_heavier_answers() -> None:
    questionnaire = load(next(path for path in OURS if "anxiety" in str(path)))

    def burden(level: float) -> float:
        total = 0.0
        for seed in range(30):
            answers, _ = fill_in(questionnaire, Mood(level), DAY, Random(seed))
            total += sum(value for value in answers.values() if isinstance(value, int))
        return total

    assert burden(0.1) < burden(0.5) < burden(0.9)


def test_a_mood_stays_within_its_bounds_however_long_it_moves() -> None:
    rng, mood = Random(3), Mood(0.5, drift=0.05)
    for _ in range(200):
        mood.move(rng, jolt=rng.uniform(-0.3, 0.3))
        assert 0.0 <= mood.level <= 1.0


def test_the_cast_is_spread_over_sites_arms_and_time() -> None:
    people = cast(200, Random(1), DAY, ("continue", "stop"))

    assert len({person.code for person in people}) == 200
    assert {person.site for person in people} == {site[0] for site in SITES}
    assert {person.arm for person in people} == {"continue", "stop"}
    exempt = [person for person in people if not person.reads_english]
    assert 20 <= len(exempt) <= 42
    assert len({person.language for person in exempt}) >= 5
    assert sum(person.interpreter for person in exempt) > len(exempt) / 2
    ages = [(DAY - person.enrolled).days for person in people]
    assert max(ages) > HISTORY_DAYS - 15
    assert min(ages) >= 1
    assert all(person.enrolled.weekday() < 5 for person in people)


def test_what_happens_to_people_happens_within_the_history() -> None:
    for person in cast(200, Random(1), DAY, ("continue", "stop")):
        for kind, days in person.fate.items():
            if kind != "restart_after_progression":
                assert 0 < days < (DAY - person.anchor).days, (person.code, kind)
        if "restart_after_progression" in person.fate:
            assert person.fate["restart_after_progression"] > person.fate["progression"]
            assert person.arm == "stop"
