"""A small model of one participant's forms that counts in whole days and knows none of the code.

One questionnaire at each timepoint. Days count from the first cessation date. It is held against
the real rules by the state machine of the study rules; what it says about a step is worked out here
from the written rules alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ENROLLED = -14
NEVER = 100_000
Window = tuple[int, int, int]


@dataclass
class Exempted:
    """From a day to a day; `ended` is the day on which the end was entered."""

    start: int
    end: int | None
    effective: bool
    ended: int | None = None


@dataclass
class Model:
    """What should be so. `schedule` maps timepoints to offsets from the anchor."""

    schedule: Mapping[str, Window]
    today: int = 0
    cessation: int = 0
    arm: str = "stop"
    amendments: list[tuple[int, Mapping[str, int]]] = field(default_factory=list)
    windows: dict[str, Window] = field(default_factory=dict)
    answers: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    exemptions: list[Exempted] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)
    restarted: int = 0
    number: int = 0
    waiting: dict[str, tuple[int, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def anchor(self) -> int:
        """Those who stop count from that day, those who go on from the enrolment."""
        return self.cessation if self.arm == "stop" else ENROLLED

    def ideal(self, timepoint: str) -> Window:
        """An amended width holds where the window opens after its day, as it was and as it is."""
        opens, target, closes = (self.anchor + offset for offset in self.schedule[timepoint])
        half = None
        for effective, widths in self.amendments:
            half = widths.get(timepoint, half)
            if half is not None and opens > effective and target - half > effective:
                opens, closes = target - half, target + half
        return opens, target, closes

    def plan(self) -> None:
        """Forms that have neither opened nor been answered follow the schedule."""
        for timepoint in self.schedule:
            now = self.windows.get(timepoint)
            if now is None or (now[0] > self.today and timepoint not in self.answers):
                self.windows[timepoint] = self.ideal(timepoint)

    def put_into_arm(self) -> None:
        """A window of the wrong arm never was hers, open or not; nothing of it is answered."""
        self.windows = {timepoint: self.ideal(timepoint) for timepoint in self.schedule}

    def answered(self) -> bool:
        return bool(self.answers)

    def offered(self) -> list[str]:
        """The timepoints whose windows have opened."""
        return sorted(name for name, window in self.windows.items() if window[0] <= self.today)

    def answer(self, timepoint: str, written: int) -> str:
        """Answers come in today; returns their name."""
        self.number += 1
        self.answers.setdefault(timepoint, []).append((written, self.today))
        return f"{self.number:04d}"

    @property
    def exemption_waits(self) -> bool:
        return any(not entry.effective for entry in self.exemptions)

    def exempt(self, start: int, length: int | None, effective: bool) -> None:
        end = None if length is None else start + length
        self.exemptions.append(Exempted(start, end, effective))

    def needs_a_second_person(self, start: int, length: int | None) -> bool:
        """A start after the enrolment does, and whatever would reach what is decided already."""
        decided = {"missing", "in_window", "late", "received_open"}
        return start > ENROLLED or any(
            self.status(timepoint) in decided
            for timepoint, (_opens, target, _closes) in self.windows.items()
            if start <= target and (length is None or target <= start + length)
        )

    def is_exempt(self, timepoint: str) -> bool:
        _opens, target, closes = self.windows[timepoint]
        for entry in self.exemptions:
            if entry.effective and entry.start <= target:
                had_closed = entry.ended is not None and closes < entry.ended
                if entry.end is None or target <= entry.end or had_closed:
                    return True
        return False

    def status(self, timepoint: str) -> str:
        """The one word for a form, in the order of the written rule."""
        opens, _target, closes = self.windows[timepoint]
        if self.is_exempt(timepoint):
            return "exempt"
        if timepoint in self.answers:
            if self.today <= closes:
                return "received_open"
            written, _came = min(self.answers[timepoint], key=lambda answer: answer[1])
            return "in_window" if opens <= written <= closes else "late"
        for kind, word in (
            ("death", "death"), ("withdrawal_pro", "withdrawn"), ("off_study", "protocol"),
        ):  # fmt: skip
            if self.gone.get(kind, NEVER) <= closes:
                return f"not_expected:{word}"
        if self.today < opens:
            return "upcoming"
        return "open" if self.today <= closes else "missing"
