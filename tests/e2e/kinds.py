"""One questionnaire with every kind of question, for journeys that look at each of them once."""

from __future__ import annotations

from typing import Any

from support import diary
from support.instruments import choice, small_form
from support.ward import Ward

_ROWS = [{"id": f"row{number}", "text": f"Getting to place {number}"} for number in (1, 2)]
QUESTIONS = 14


def every_kind() -> dict[str, Any]:
    """Radios, a drop-down, ticks, yes or no, boxes, a slider, numbers, moments, words, a matrix."""
    ends = ["Not at all", "As much as I can think of"]
    return small_form(
        {"id": "intro", "type": "display", "style": "heading", "text": "About this week"},
        choice("ache", help="Any ache counts."),
        choice("ward", *range(12), text="Which of these?"),
        {
            "id": "where", "type": "multiple", "text": "Where did it ache?",
            "answer_options": [
                {"code": "back", "text": "In the back"},
                {"code": "knee", "text": "In the knees"},
                {"code": "none", "text": "Nowhere", "exclusive": True},
            ],
        },
        {"id": "helped", "type": "boolean", "text": "Did somebody help you?"},
        {"id": "worst", "type": "scale", "text": "How bad was it?", "min": 0, "max": 10,
         "ends": ends},
        {"id": "week", "type": "scale", "text": "How was the week?", "min": 0, "max": 100,
         "ends": ends},
        {"id": "days", "type": "integer", "text": "How many days in bed?", "min": 0, "max": 7,
         "unit": "days"},
        {"id": "weight", "type": "decimal", "text": "What do you weigh?", "min": 1, "max": 300,
         "unit": "kg", "decimals": 1},
        {"id": "since", "type": "date", "text": "Since when?", "max": "today"},
        {"id": "rose", "type": "time", "text": "When did you get up?"},
        {"id": "word", "type": "text", "text": "In one word?", "required": False},
        {"id": "note", "type": "long_text", "text": "What else should we know?"},
        {
            "id": "rooms", "type": "matrix", "text": "How hard was it?",
            "answer_options": [{"code": 0, "text": "Easy"}, {"code": 1, "text": "Hard"}],
            "items": _ROWS,
        },
        id="kinds",
        title="Every kind of question",
    )  # fmt: skip


def publish(ward: Ward, key: str = "kinds", days: tuple[int, ...] = (0, 30)) -> str:
    """A study that asks this today and again; its key."""
    return ward.publish(diary.study(key, ("kinds",), days), {"kinds": every_kind()})
