"""Who takes part in the demonstration: invented people with plans, habits and bad luck.

Only what a person is like is decided here; what then happens is played through the same services
that the console and the phone use, in the order of time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sayso.services.demo.answers import Mood

HISTORY_DAYS = 548
SITES = (
    # code, name, zone, code of the parent site, share of the participants
    ("NFD", "Northfield Cancer Center", "America/New_York", None, 0.45),
    ("LKS", "Lakeside University Hospital", "America/Chicago", None, 0.35),
    ("NFW", "Northfield West Clinic", "America/New_York", "NFD", 0.20),
)
# Languages of people who do not read English, by how common they are at such sites.
_LANGUAGES = (
    ("es", 11),
    ("zh", 5),
    ("vi", 3),
    ("ko", 2),
    ("ru", 3),
    ("ar", 2),
    ("ht", 2),
    ("pt", 2),
)
_ELSEWHERE = ("America/Los_Angeles", "America/Phoenix", "America/Denver")


@dataclass(slots=True)
class Person:
    """One invented participant. Days in `fate` count from the anchor, or from enrolment."""

    code: str
    site: str
    arm: str
    zone: str
    enrolled: date
    anchor: date
    language: str
    reads_english: bool
    interpreter: bool
    diligence: float  # chance to answer an occasion at all
    haste: float  # how soon, in days
    phone: str  # push | email | quiet | none
    hour: int | None
    mood: Mood
    fate: dict[str, int] = field(default_factory=dict)
    quirks: frozenset[str] = frozenset()


def cast(count: int, rng: Random, today: date, arms: tuple[str, str]) -> list[Person]:
    """`count` people; `arms` are (the arm that goes on, the arm that stops).

    The first enrolled long ago and the last lately; about one in seven does not read English.
    """
    people = [
        _person(number, rng, _enrolled(number, count, rng, today), arms)
        for number in range(1, count + 1)
    ]
    _hand_out(people, rng, today)
    return people


def _enrolled(number: int, count: int, rng: Random, today: date) -> date:
    share = (number - 0.5) / count
    day = today - timedelta(days=round(HISTORY_DAYS * (1 - share) + rng.uniform(-4, 4)))
    day = min(day, today - timedelta(days=1))
    return day - timedelta(days=max(0, day.weekday() - 4))  # nobody enrols at a weekend


def _person(number: int, rng: Random, enrolled: date, arms: tuple[str, str]) -> Person:
    site, _, zone, _, _ = rng.choices(SITES, weights=[site[4] for site in SITES])[0]
    arm = arms[1] if rng.random() < 0.6 else arms[0]
    reads = rng.random() >= 0.15
    codes = [code for code, _ in _LANGUAGES]
    weights = [weight for _, weight in _LANGUAGES]
    if reads:
        language = rng.choices(codes, weights)[0] if rng.random() < 0.07 else "en"
    else:
        language = rng.choices(codes, weights)[0]
    stops = arm == arms[1]
    return Person(
        code=f"{site}-{number:03d}",
        site=site,
        arm=arm,
        zone=rng.choice(_ELSEWHERE) if rng.random() < 0.06 else zone,
        enrolled=enrolled,
        anchor=enrolled + timedelta(days=rng.randint(5, 21)) if stops else enrolled,
        language=language,
        reads_english=reads,
        interpreter=language != "en" and rng.random() < (0.9 if not reads else 0.4),
        diligence=min(0.995, max(0.25, rng.betavariate(9, 1.1))),
        haste=rng.choice((0.4, 0.8, 1.5, 3.0, 6.0)),
        phone=rng.choices(("push", "email", "quiet", "none"), (0.68, 0.14, 0.12, 0.06))[0],
        hour=rng.choice((None, None, None, 9, 12, 18, 20)),
        mood=Mood(level=min(0.85, max(0.08, rng.gauss(0.34, 0.15))), drift=rng.gauss(0.0, 0.006)),
    )


def _hand_out(people: list[Person], rng: Random, today: date) -> None:
    """Give a few people what happens to a few people in every study of this kind."""
    stops = {person.code for person in people if person.anchor != person.enrolled}
    lived = [person for person in people if (today - person.enrolled).days > 120]
    for kind, share, low, only_stops in (
        ("death", 0.025, 60, False),
        ("withdrawal_study", 0.03, 30, False),
        ("withdrawal_pro", 0.03, 40, False),
        ("lost", 0.025, 40, False),
        ("progression", 0.06, 50, False),
        ("restart_without_progression", 0.03, 45, True),
        ("withdrawal_contact", 0.01, 60, False),
    ):
        free = [
            person
            for person in lived
            if not person.fate and (person.code in stops or not only_stops)
        ]
        for person in rng.sample(free, min(len(free), round(share * len(people)) or 1)):
            days = (today - person.anchor).days
            person.fate[kind] = rng.randint(min(low, days - 30), days - 20)
    for person in lived:
        if person.code in stops and "progression" in person.fate:
            restart = person.fate["progression"] + rng.randint(5, 15)
            person.fate["restart_after_progression"] = restart
    _quirks(people, rng, today)


def _quirks(people: list[Person], rng: Random, today: date) -> None:
    """Oddities that a coordinator meets, each given to somebody who can have it."""
    recent = [
        person
        for person in people
        if person.reads_english and not person.fate and (today - person.enrolled).days > 100
    ]
    rng.shuffle(recent)
    for quirk, count in (
        ("answers_twice", 3),
        ("clock_days_slow", 2),
        ("same_number_twice", 1),
        ("asked_for_a_call", 3),
        ("unsent_answers", 2),
        ("exempt_backdated", 1),
        ("exempt_backdated_approved", 1),
        ("new_phone", 5),
        ("anchor_corrected", 2),
        ("paused", 2),
    ):
        for person in recent[:count]:
            person.quirks |= {quirk}
        recent = recent[count:]
    for person in [one for one in people if not one.reads_english][3:5]:
        person.quirks |= {"exemption_ended"}
