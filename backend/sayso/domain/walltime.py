"""Wall time to instants: the one place that asks the zone database.

A stored local time plus an IANA zone names one instant. Where the clocks jump over a local time it
is shifted forward by the length of the gap; where they pass a local time twice the first passing
counts, once. Python's ``fold=0`` does both.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sayso.domain.errors import UnknownZone


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises :class:`UnknownZone`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def to_instant(local: datetime, zone: str) -> datetime:
    """The UTC instant of a naive local time: gaps shift forward, overlaps take the first."""
    return local.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC)


@lru_cache(maxsize=1 << 17)
def start_of_day(day: date, zone: str) -> datetime:
    """The UTC instant at which a local date begins."""
    return to_instant(datetime.combine(day, time()), zone)


def end_of_day(day: date, zone: str) -> datetime:
    """The UTC instant at which a local date has ended: the start of the next one."""
    return start_of_day(day + timedelta(days=1), zone)


def local_date(instant: datetime, zone: str) -> date:
    """The date that a wall calendar in the zone shows at an aware instant."""
    return instant.astimezone(zone_of(zone)).date()


def local_time(instant: datetime, zone: str) -> datetime:
    """The naive wall-clock time that a zone shows at an aware instant."""
    return instant.astimezone(zone_of(zone)).replace(tzinfo=None)
