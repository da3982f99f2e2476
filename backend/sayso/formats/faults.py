"""Collects everything that is wrong with a file, so that all of it can be named at once."""

from __future__ import annotations

from sayso.domain.errors import Fault

_LONGEST = 300


def one_line(text: str) -> str:
    """What a file said, fit for a sentence: on one line, and cut where it goes on and on."""
    words = " ".join(text[: 4 * _LONGEST].split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."


class Faults:
    """A growing list of faults of one file; each says where, what is wrong, and how to mend it."""

    def __init__(self, file: str = "") -> None:
        self._file = file
        self.found: list[Fault] = []

    def add(self, key: str, what: str, mend: str) -> None:
        self.found.append(Fault(self._file, one_line(key), one_line(what), mend))

    def __bool__(self) -> bool:
        return bool(self.found)
