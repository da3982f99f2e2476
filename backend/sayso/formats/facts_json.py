"""Facts about participants from a JSON file, for `sayso study evaluate` and `plan`.

The file is read strictly: a field nobody knows is refused by name, a date that is none is refused
with its place, and all faults are named at once, because a fact that was silently left out would
make a wrong rate look right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sayso.domain.errors import UnknownZone
from sayso.domain.participation import (
    AnchorDate,
    ContactFact,
    Event,
    Exemption,
    Facts,
    MissingReason,
    ResponseFact,
    VisitFact,
)
from sayso.domain.rule_errors import FactsFileWrong
from sayso.domain.study import EVENT_KINDS, MISSING_REASONS
from sayso.domain.walltime import start_of_day, zone_of
from sayso.formats.faults import Faults

_T = TypeVar("_T")
_MISSING = object()
MODES = ("own_device", "clinic_tablet", "interview", "paper")


def load(path: Path | str) -> tuple[Facts, ...]:
    """Read a facts file. Raises `FactsFileWrong` with every fault it has."""
    faults = Faults(str(path))
    try:
        document = json.loads(Path(path).read_bytes())
    except OSError as error:
        faults.add("file", f"cannot be read ({error.strerror})", "give the path of a facts file")
        raise FactsFileWrong(faults.found) from error
    except (ValueError, RecursionError) as error:
        faults.add("file", f"is not JSON ({error})", "mend it and try again")
        raise FactsFileWrong(faults.found) from error
    return parse(document, str(path))


def parse(document: object, name: str) -> tuple[Facts, ...]:
    """Read the content of a facts file; `name` is what faults call it."""
    faults = Faults(name)
    top = _Record("file", document, faults)
    people = tuple(_person(record) for record in top.records("participants", required=True))
    top.close()
    seen: set[str] = set()
    for number, facts in enumerate(people):
        if facts.code in seen:
            key = f"participants[{number}].code"
            faults.add(key, f"{facts.code!r} is there twice", "give each participant once")
        seen.add(facts.code)
    if faults:
        raise FactsFileWrong(faults.found)
    return people


class _Record:
    """One JSON object, read field by field."""

    def __init__(self, path: str, content: object, faults: Faults) -> None:
        self.path = path
        self.faults = faults
        self._read: set[str] = set()
        self.content: dict[str, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            faults.add(path, "is not an object", "write { ... }")

    def fault(self, name: str, what: str, mend: str) -> None:
        prefix = "" if self.path == "file" else f"{self.path}."
        self.faults.add(f"{prefix}{name}", what, mend)

    def take(
        self, name: str, read: Callable[[Any], _T], kind: str, empty: _T, default: object = _MISSING
    ) -> _T:
        """The field as `read` makes it; a fault and `empty` where it is missing or wrong."""
        self._read.add(name)
        value = self.content.get(name, _MISSING)
        if value is _MISSING or (value is None and default is None):
            if default is not _MISSING:
                return default  # type: ignore[return-value]  # The caller's default has its type.
            self.fault(name, "is missing", f"write {kind}")
            return empty
        try:
            return read(value)
        except (ValueError, TypeError, OverflowError):
            self.fault(name, f"is {value!r}"[:60], f"write {kind}")
            return empty

    def text(self, name: str, default: object = _MISSING) -> str:
        return self.take(name, _text, "a text", "", default)

    def word(self, name: str, words: tuple[str, ...], default: object = _MISSING) -> str:
        def read(value: object) -> str:
            if value not in words:
                raise ValueError
            return str(value)

        return self.take(name, read, f"one of {', '.join(words)}", words[0], default)

    def flag(self, name: str, default: object = _MISSING) -> bool:
        return self.take(name, _flag, "true or false", False, default)

    def maybe_flag(self, name: str) -> bool | None:
        return self.take(name, _flag, "true, false or null", None, None)

    def day(self, name: str) -> date:
        return self.take(name, _day, "a date such as 2026-01-31", date(2000, 1, 1))

    def maybe_day(self, name: str) -> date | None:
        return self.take(name, _day, "a date such as 2026-01-31, or null", None, None)

    def instant(self, name: str) -> datetime:
        kind = "an instant such as 2026-01-31T15:00:00Z"
        return self.take(name, _instant, kind, datetime(2000, 1, 1, tzinfo=UTC))

    def maybe_instant(self, name: str) -> datetime | None:
        return self.take(name, _instant, "an instant or null", None, None)

    def maybe_whole(self, name: str) -> int | None:
        return self.take(name, _whole, "a whole number or null", None, None)

    def records(self, name: str, required: bool = False) -> list[_Record]:
        self._read.add(name)
        value = self.content.get(name, _MISSING)
        if value is _MISSING and not required:
            return []
        if not isinstance(value, list):
            self.fault(name, "is not a list", f'write "{name}": [ ... ]')
            return []
        prefix = "" if self.path == "file" else f"{self.path}."
        return [_Record(f"{prefix}{name}[{i}]", v, self.faults) for i, v in enumerate(value)]

    def close(self) -> None:
        """Refuse every field that was not asked for, by name."""
        for name in self.content:
            if name not in self._read:
                self.fault(name, "is not a known field", "remove it or correct its name")


def _person(record: _Record) -> Facts:
    zone = record.take("zone", _zone, "a time zone such as America/New_York", "UTC")
    facts = Facts(
        code=record.text("code"),
        arm=record.text("arm"),
        site=record.text("site"),
        zone=zone,
        enrolled=record.day("enrolled"),
        anchors=_anchors(record),
        reads_english=record.flag("reads_english", True),
        preferred_language=record.text("preferred_language", "en"),
        interpreter=record.flag("interpreter", False),
        exemptions=tuple(_exemption(r, zone) for r in record.records("exemptions")),
        events=tuple(_event(r) for r in record.records("events")),
        responses=tuple(
            _response(r, number) for number, r in enumerate(record.records("responses"), start=1)
        ),
        missing_reasons=tuple(_reason(r) for r in record.records("missing_reasons")),
        visits=tuple(_visit(r) for r in record.records("visits")),
        contacts=tuple(_contact(r) for r in record.records("contacts")),
    )
    record.close()
    return facts


def _anchors(record: _Record) -> tuple[AnchorDate, ...]:
    empty: dict[str, Any] = {}
    kind = 'an object such as {"cessation": "2026-01-20"}'
    content = record.take("anchors", _object, kind, empty, empty)
    anchors = _Record(f"{record.path}.anchors", content, record.faults)
    return tuple(AnchorDate(name, day) for name in content if (day := anchors.maybe_day(name)))


def _exemption(record: _Record, zone: str) -> Exemption:
    valid_from = record.day("from")
    # An entry that does not say when it was made counts as made on the day it holds from.
    entered = record.maybe_instant("recorded_at") or start_of_day(valid_from, zone)
    exemption = Exemption(
        reason=record.text("reason"),
        valid_from=valid_from,
        valid_to=record.maybe_day("to"),
        recorded_at=entered,
        approved_at=record.maybe_instant("approved_at"),
        language=record.text("language", "en"),
        ended_at=record.maybe_instant("ended_at"),
    )
    record.close()
    return exemption


def _event(record: _Record) -> Event:
    event = Event(
        record.word("kind", EVENT_KINDS), record.day("date"), record.maybe_instant("recorded_at")
    )
    record.close()
    return event


def _response(record: _Record, number: int) -> ResponseFact:
    authored = record.instant("authored_at")
    response = ResponseFact(
        id=record.text("id", f"response-{number}"),
        timepoint=record.text("timepoint"),
        questionnaire=record.take("questionnaire", _text, "an id or null", None, None),
        authored_at=authored,
        received_at=record.maybe_instant("received_at") or authored,
        skew_seconds=record.take("skew_seconds", _number, "seconds", 0.0, 0.0),
        offered_at=record.maybe_instant("offered_at"),
        mode=record.word("mode", MODES, "own_device"),
        scorable=record.maybe_flag("scorable"),
        time_accepted=record.maybe_flag("time_accepted"),
        answered=record.maybe_whole("answered"),
        applicable=record.maybe_whole("applicable"),
        declined=record.maybe_whole("declined"),
    )
    record.close()
    return response


def _reason(record: _Record) -> MissingReason:
    reason = MissingReason(
        record.text("timepoint"),
        record.take("questionnaire", _text, "an id or null", None, None),
        record.word("reason", MISSING_REASONS),
        record.maybe_instant("recorded_at"),
    )
    record.close()
    return reason


def _visit(record: _Record) -> VisitFact:
    visit = VisitFact(
        record.take("timepoint", _text, "a timepoint or null", None, None),
        record.day("date"),
        record.text("kind", "clinic"),
        record.maybe_instant("recorded_at"),
    )
    record.close()
    return visit


def _contact(record: _Record) -> ContactFact:
    contact = ContactFact(record.day("date"), record.maybe_instant("recorded_at"))
    record.close()
    return contact


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    timedelta(seconds=value)  # Infinity and absurd sizes are refused here.
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _day(value: object) -> date:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError
    day = date.fromisoformat(value)
    if not 1900 <= day.year <= 2200:
        raise ValueError
    return day


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None or not 1900 <= instant.year <= 2200:
        raise ValueError
    return instant.astimezone(UTC)


def _zone(value: object) -> str:
    name = _text(value)
    try:
        zone_of(name)
    except UnknownZone as error:
        raise ValueError from error
    return name
