"""The twenty people of the golden fixture: arm stop, Week 12 (days 70 to 98 after cessation).

Written as the facts file that `sayso study evaluate` reads, so that the same people can be put
through the domain, the command line, the services and the API. Day numbers count from cessation.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

NOW = "2026-06-15T15:00:00Z"
ZONE = "America/New_York"
_TODAY = date(2026, 6, 15)
_LONG_AGO = 130
_ENROLLED_BEFORE = 14


def golden_document() -> dict[str, Any]:
    """The facts file, with today's day number of each person as the story needs it."""
    return {"participants": [_person(number, *story) for number, story in enumerate(_STORIES, 1)]}


def instant(cessation: date, day: float, hour: int = 12) -> str:
    """An instant on a day counted from cessation, at an hour UTC."""
    moment = datetime.combine(cessation, time(hour)) + timedelta(days=day)
    return f"{moment.isoformat()}Z"


def _person(number: int, name: str, today: int, *facts: dict[str, Any]) -> dict[str, Any]:
    cessation = _TODAY - timedelta(days=today)
    enrolled = cessation - timedelta(days=_ENROLLED_BEFORE)
    person: dict[str, Any] = {
        "code": f"G-{number:02d}",
        "arm": "stop",
        "site": "S1" if number % 2 else "S2",
        "zone": ZONE,
        "enrolled": enrolled.isoformat(),
        "anchors": {"cessation": cessation.isoformat()},
        "reads_english": not name.startswith("exempt"),
        "preferred_language": "en",
        "interpreter": False,
        "exemptions": [],
        "events": [],
        "responses": [],
        "missing_reasons": [],
        "visits": [],
    }
    for fact in facts:
        kind, entry = next(iter(fact.items()))
        person[kind].append({key: _dated(value, cessation) for key, value in entry.items()})
    return person


def _dated(value: Any, cessation: date) -> Any:
    """A fact's `("day", n)` as a date and `("at", n)` as an instant."""
    if not isinstance(value, tuple):
        return value
    kind, day = value
    if kind == "day":
        return (cessation + timedelta(days=day)).isoformat()
    return instant(cessation, day)


def _answers(day: int, received: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "responses": {
            "timepoint": "W12",
            "questionnaire": None,
            "authored_at": ("at", day),
            "received_at": ("at", received or day),
            "skew_seconds": 0,
            "offered_at": ("at", min(day, 75)),
            "mode": "own_device",
            "scorable": True,
            **more,
        }
    }


def _event(kind: str, day: int, recorded: int | None = None) -> dict[str, Any]:
    entry = {"kind": kind, "date": ("day", day), "recorded_at": ("at", recorded or day)}
    return {"events": entry}


def _exempt(until: int | None = None) -> dict[str, Any]:
    return {
        "exemptions": {
            "reason": "LANGUAGE",
            "from": ("day", -_ENROLLED_BEFORE),
            "to": None if until is None else ("day", until),
            "recorded_at": ("at", -_ENROLLED_BEFORE),
            "approved_at": None,
        }
    }


def _reason(reason: str) -> dict[str, Any]:
    return {"missing_reasons": {"timepoint": "W12", "reason": reason}}


_STORIES: tuple[tuple[Any, ...], ...] = (
    ("plain", _LONG_AGO, _answers(80)),
    ("plain", _LONG_AGO, _answers(84)),
    ("plain", _LONG_AGO, _answers(90)),
    ("exempt throughout", _LONG_AGO, _exempt()),
    ("exempt throughout", _LONG_AGO, _exempt()),
    ("exempt until day 60", _LONG_AGO, _exempt(until=60), _answers(85)),
    ("died on day 60", _LONG_AGO, _event("death", 60)),
    ("died on day 80", _LONG_AGO, _event("death", 80, recorded=110)),
    ("left the study", _LONG_AGO, _event("withdrawal_study", 50)),
    ("left the questionnaires", _LONG_AGO, _event("withdrawal_pro", 65)),
    ("lost since day 30", _LONG_AGO, _event("lost", 30), _reason("could_not_reach")),
    (
        "restarted",
        _LONG_AGO,
        _event("progression", 75),
        _event("restart_after_progression", 79),
        _answers(82),
    ),
    ("at day 40 now", 40),
    ("at day 75 now, answered", 75, _answers(72)),
    ("at day 75 now", 75),
    ("answered late", _LONG_AGO, _answers(103)),
    ("answered offline", _LONG_AGO, _answers(97, received=101)),
    ("refused", _LONG_AGO, _reason("refused_this_time")),
    ("by telephone", _LONG_AGO, _answers(96, mode="interview")),
    ("unscorable", _LONG_AGO, _answers(84, scorable=False)),
)
