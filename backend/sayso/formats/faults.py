"""Collects everything that is wrong with a file, so that all of it can be named at once."""

from __future__ import annotations

from sayso.domain.errors import Fault


class Faults:
    """A growing list of faults of one file; each says where, what is wrong, and how to mend it."""

    def __init__(self, file: str = "") -> None:
        self._file = file
        self.found: list[Fault] = []

    def add(self, key: str, what: str, mend: str) -> None:
        self.found.append(Fault(self._file, key, what, mend))

    def __bool__(self) -> bool:
        return bool(self.found)
