"""Calendar months: the one in which a window closes, and a number for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sayso.domain.schedule import WantedForm

Months = Mapping[str, date]
"""By timepoint, the first of a month."""


def months_of(forms: Iterable[WantedForm]) -> Months:
    """By timepoint: the month in which the last of its forms closes, its first day."""
    last: dict[str, date] = {}
    for form in forms:
        last[form.timepoint] = max(form.closes, last.get(form.timepoint, form.closes))
    return {timepoint: closes.replace(day=1) for timepoint, closes in last.items()}


def month_number(day: date) -> int:
    """The months that had begun before this one, counted from a year 0."""
    return 12 * day.year + day.month - 1


def first_day(number: int) -> date:
    """The first day of the month of that number."""
    return date(number // 12, number % 12 + 1, 1)
