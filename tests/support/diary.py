"""A small study for phones that are away for long: three short forms every ten days."""

from __future__ import annotations

from typing import Any

from support.instruments import choice, small_form

_HEAD = """
[study]
key = "{key}"
version = "1"
title = "A diary"
registry = "none"
official = false
banner = "For tests."
public = []
assumed = ["key", "version", "title", "registry", "official", "banner"]

[[anchors]]
id = "enrolment"
label = "Enrolment"
source = "enrolment"
public = []
assumed = ["id", "label", "source"]

[[arms]]
id = "all"
label = "Everybody"
anchor = "enrolment"
public = []
assumed = ["id", "label", "anchor"]

[[packs]]
id = "pack"
label = "Forms"
slots = [{slots}]
assumed = ["id", "label", "slots"]

[rules]
alive_rule = "window_close"
merge_within_days = 0
merge_after_close = true
exemption_reasons = ["LANGUAGE"]
exemption_language = "en"
stop_after = []
clock_tolerance_hours = 6
contact_every_days = 98
public = []
assumed = [
  "alive_rule", "merge_within_days", "merge_after_close", "exemption_reasons",
  "exemption_language", "stop_after", "clock_tolerance_hours", "contact_every_days",
]

[reminders]
default_hour = 10
quiet_from = 21:00:00
quiet_to = 08:00:00
weekly_cap = 3
staff_task_after_days = 3
steps = [{{ id = "open", counts_from = "opens", days = 0 }}]
assumed = [
  "default_hour", "quiet_from", "quiet_to", "weekly_cap", "staff_task_after_days", "steps",
]
"""
_TIMEPOINT = """
[[timepoints]]
id = "D{day}"
label = "Day {day}"
arms = ["all"]
opens = {day}
target = {day}
closes = {closes}
packs = ["pack"]
visit = "contact"
public = []
assumed = ["id", "label", "arms", "opens", "target", "closes", "packs", "visit"]
"""
FORMS = ("morning", "noon", "evening")
DAYS = (0, 10, 20, 29)


def study(key: str, forms: tuple[str, ...], days: tuple[int, ...], lasts: int = 3) -> str:
    """A study that asks these forms on these days, each for so many days."""
    slots = ", ".join(f'{{ asks = "{form}", questionnaire = "{form}" }}' for form in forms)
    parts = [_TIMEPOINT.format(day=day, closes=day + lasts) for day in days]
    return _HEAD.format(key=key, slots=slots) + "".join(parts)


def forms() -> dict[str, dict[str, Any]]:
    """The questionnaires of the diary: five questions each, the last one in words."""
    return {
        name: small_form(
            choice("ache"),
            choice("sleep"),
            {"id": "hours", "type": "integer", "text": "hours", "min": 0, "max": 24},
            choice("mood"),
            {"id": "note", "type": "text", "text": "note", "required": False},
            id=name,
            title=f"Your {name}",
        )
        for name in FORMS
    }
