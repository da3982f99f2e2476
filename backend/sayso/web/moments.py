"""Instants as the API writes them: RFC 3339 in UTC to the second, ending in Z."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields

FIRST_YEAR, LAST_YEAR = 1900, 2200


def written(value: datetime) -> str:
    """An aware datetime as `2026-06-15T15:00:00Z`."""
    text = value.astimezone(UTC).replace(microsecond=0).isoformat()
    return f"{text.removesuffix('+00:00')}Z"


class Moment(fields.AwareDateTime):
    """An aware datetime between 1900 and 2200, dumped as `2026-06-15T15:00:00Z`.

    The limits are wide enough for a phone whose clock was never set, and narrow enough that days
    can be added on either side.
    """

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any
    ) -> str | None:
        return None if value is None else written(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(f"Lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
        return moment


class ExactMoment(Moment):
    """The same to the last digit, for an instant that is handed back as a name: a draft's."""

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any
    ) -> str | None:
        if value is None:
            return None
        return f"{value.astimezone(UTC).isoformat().removesuffix('+00:00')}Z"
