"""Reads one TOML table field by field and remembers everything that is wrong with it.

A field that is missing or of the wrong kind becomes a fault and a harmless value, so that reading
goes on and the author learns of every fault at once. Each field must be named in exactly one of the
table's lists `public` and `assumed`: a value whose origin nobody stated is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from sayso.domain.study import PROVENANCES
from sayso.formats.faults import Faults

_T = TypeVar("_T")
_MISSING = object()


class TomlTable:
    """One table of a file; `path` is its place, such as `timepoints.W12`."""

    def __init__(self, path: str, content: object, faults: Faults) -> None:
        self.path = path
        self._faults = faults
        self._read: set[str] = set(PROVENANCES)
        self.content: Mapping[str, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            self._faults.add(path, "is not a table", f"write [{path}] and its fields below it")

    def fault(self, name: str, what: str, mend: str) -> None:
        """Note that a field of this table is wrong."""
        self._faults.add(f"{self.path}.{name}" if name else self.path, what, mend)

    def _take(
        self, name: str, fits: Callable[[object], bool], kind: str, empty: _T, default: object
    ) -> _T:
        self._read.add(name)
        value: Any = self.content.get(name, _MISSING)
        if value is _MISSING:
            if default is not _MISSING:
                return default  # type: ignore[return-value]  # The caller's default has its type.
            self.fault(name, "is missing", f"add {name} = {kind}")
            return empty
        if not fits(value):
            self.fault(name, f"is {_shown(value)}", f"write {kind}")
            return empty
        return value  # type: ignore[no-any-return]  # `fits` has looked at its type.

    def text(self, name: str, default: object = _MISSING) -> str:
        """A text that is not empty."""
        return self._take(name, _is_text, "a text in quotes", "", default)

    def optional_text(self, name: str) -> str | None:
        """A text, or None where the field is absent."""
        self._read.add(name)
        return self.text(name) if name in self.content else None

    def whole(self, name: str, default: object = _MISSING) -> int:
        """A whole number."""
        return self._take(name, _is_whole, "a whole number", 0, default)

    def number(self, name: str) -> float:
        """A number, whole or not."""
        return float(self._take(name, _is_number, "a number", 0.0, _MISSING))

    def flag(self, name: str, default: object = _MISSING) -> bool:
        """True or false."""
        return self._take(name, lambda v: isinstance(v, bool), "true or false", False, default)

    def texts(self, name: str, default: object = _MISSING) -> tuple[str, ...]:
        """A list of texts; may be empty."""
        kind = 'a list of texts such as ["a", "b"]'
        return tuple(self._take(name, _all(_is_text), kind, [], default))

    def wholes(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        kind = "a list of whole numbers such as [1, 2]"
        return tuple(self._take(name, _all(_is_whole), kind, [], _MISSING))

    def tables(self, name: str) -> list[dict[str, Any]]:
        """A list of inline tables."""
        kind = "a list of tables such as [{ ... }]"
        return list(self._take(name, _all(lambda v: isinstance(v, dict)), kind, [], _MISSING))

    def day(self, name: str) -> date:
        """A date without a time."""
        return self._take(name, _is_day, "a date such as 2027-01-31", date.min, _MISSING)

    def clock(self, name: str) -> time:
        """A time of day."""
        return self._take(
            name, lambda v: isinstance(v, time), "a time such as 21:00:00", time(), _MISSING
        )

    def one_of(self, name: str, choices: tuple[str, ...], default: object = _MISSING) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value and value not in choices:
            self.fault(name, f"is {value!r}", f"write one of {', '.join(choices)}")
        return value

    def close(self, provenance: dict[str, str] | None) -> None:
        """Refuse fields nobody knows, and, where `provenance` is given, fields without origin."""
        for name in self.content:
            if name not in self._read:
                self.fault(name, "is not a field of this table", "remove it or correct its name")
        if provenance is not None:
            self._close_provenance(provenance)

    def _close_provenance(self, provenance: dict[str, str]) -> None:
        said: dict[str, str] = {}
        for origin in PROVENANCES:
            for name in self.texts(origin, default=()):
                if name in said:
                    self.fault(name, "is named twice in public and assumed", "keep one of the two")
                if name not in self.content:
                    self.fault(origin, f"names {name!r}, which is not here", "remove that name")
                said[name] = origin
        for name in self.content:
            if name not in self._read or name in PROVENANCES:
                continue
            if name not in said:
                mend = f'add "{name}" to the list public or to the list assumed of {self.path}'
                self.fault(name, "does not say where it comes from", mend)
            else:
                provenance[f"{self.path}.{name}"] = said[name]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 100_000


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 100_000


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _all(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(fits(entry) for entry in value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
