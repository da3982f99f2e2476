"""The study as data: arms, anchors, packs, timepoints, event forms, rules and reminder policy.

A study is written as a TOML file, read by ``formats.study_toml`` into the frozen objects below and
never changed afterwards: an amendment is another :class:`Study` with another version. Offsets are
whole days counted from an anchor, and every field of the file says whether it is ``public`` (a
public source states it) or ``assumed`` (we chose it, a site may choose otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType

ALIVE_RULES = ("window_open", "target", "window_close")
PROVENANCES = ("public", "assumed")
EVENT_KINDS = (
    "death",
    "withdrawal_study",
    "withdrawal_pro",
    "withdrawal_contact",
    "lost",
    "off_study",
    "progression",
    "restart_without_progression",
    "restart_after_progression",
)
MISSING_REASONS = (
    "refused_this_time",
    "refused_all_pro",
    "too_ill",
    "too_distressed",
    "forgot_or_intended_later",
    "no_time",
    "staff_did_not_offer",
    "technical",
    "could_not_reach",
    "visit_missed",
    "cognitive",
    "outside_window",
    "participant_unaware",
    "event_reported_late",
    "unknown",
)
ENROLMENT = "enrolment"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A dated event the schedule counts from; ``source`` is ``enrolment`` or ``staff``."""

    id: str
    label: str
    source: str = "staff"


@dataclass(frozen=True, slots=True)
class Arm:
    """A planned path through the study; ``anchor`` names the anchor its timepoints count from."""

    id: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a pack: what it measures, and which questionnaire fills it."""

    asks: str
    questionnaire: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """The ordered questionnaires asked together."""

    id: str
    label: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Timepoint:
    """A planned slot: three day offsets from the anchor.

    ``anchor`` is None where the arm's own anchor counts. ``enabled`` false means that no
    questionnaire is asked here; the visit, if there is one, stays on the calendar.
    """

    id: str
    label: str
    arms: tuple[str, ...]
    opens: int
    target: int
    closes: int
    packs: tuple[str, ...] = ()
    visit: str | None = None
    anchor: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class EventForm:
    """A form that an event asks for; the offsets count from the date of the event."""

    id: str
    label: str
    on: tuple[str, ...]
    arms: tuple[str, ...]
    opens: int
    target: int
    closes: int
    packs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitSeries:
    """A visit that repeats: each one is counted from the last of its kind, or from the plan."""

    id: str
    label: str
    kind: str
    arms: tuple[str, ...]
    opens: int
    target: int
    closes: int
    until: int


@dataclass(frozen=True, slots=True)
class Translation:
    """A licensed translation of one questionnaire, usable for forms targeted from a date on."""

    questionnaire: str
    language: str
    available_from: date


@dataclass(frozen=True, slots=True)
class Rules:
    """The choices that a status depends on. Sizes are days unless the name says hours.

    ``stop_after`` lists event kinds after which windows that open later are not expected.
    """

    alive_rule: str = "window_close"
    merge_within_days: int = 28
    merge_after_close: bool = True
    exemption_reasons: tuple[str, ...] = ("LANGUAGE",)
    exemption_language: str = "en"
    stop_after: tuple[str, ...] = ()
    clock_tolerance_hours: int = 6
    contact_every_days: int = 98
    translations: tuple[Translation, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the reminder ladder: ``days`` after ``counts_from`` (``opens`` or ``closes``)."""

    id: str
    counts_from: str
    days: int
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """When to nudge. Hours are the participant's wall clock; quiet hours may cross midnight."""

    steps: tuple[Step, ...]
    default_hour: int = 10
    quiet_from: time = time(21)
    quiet_to: time = time(8)
    weekly_cap: int = 3
    staff_task_after_days: int = 3


@dataclass(frozen=True, slots=True)
class Study:
    """One version of a study, complete. ``provenance`` maps a key such as
    ``timepoints.W12.opens`` to ``public`` or ``assumed``."""

    key: str
    version: str
    title: str
    official: bool
    banner: str
    arms: tuple[Arm, ...]
    anchors: tuple[Anchor, ...]
    packs: tuple[Pack, ...]
    timepoints: tuple[Timepoint, ...]
    event_forms: tuple[EventForm, ...]
    visit_series: tuple[VisitSeries, ...]
    rules: Rules
    reminder_policy: ReminderPolicy
    registry: str | None = None
    provenance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def arm(self, arm_id: str) -> Arm | None:
        """The arm of that id, or None."""
        return next((arm for arm in self.arms if arm.id == arm_id), None)

    def pack(self, pack_id: str) -> Pack | None:
        """The pack of that id, or None."""
        return next((pack for pack in self.packs if pack.id == pack_id), None)

    def anchor_of(self, timepoint: Timepoint, arm_id: str) -> str:
        """The name of the anchor that this timepoint counts from in this arm."""
        arm = self.arm(arm_id)
        return timepoint.anchor or (arm.anchor if arm else ENROLMENT)

    def questionnaires(self) -> tuple[str, ...]:
        """Every questionnaire id that some pack asks, in order, once."""
        ids = (slot.questionnaire for pack in self.packs for slot in pack.slots)
        return tuple(dict.fromkeys(ids))

    def label_of(self, timepoint_id: str) -> str:
        """What to call a timepoint or event form on screen; unknown ids are shown as they are."""
        base, _, number = timepoint_id.partition(".")
        labels = {entry.id: entry.label for entry in self.timepoints}
        labels.update((entry.id, entry.label) for entry in self.event_forms)
        labels.update((entry.id, entry.label) for entry in self.visit_series)
        label = labels.get(base, timepoint_id)
        return f"{label} ({number})" if number and base in labels else label


@dataclass(frozen=True, slots=True)
class StudyVersion:
    """A study version as published: it applies to windows that open after `effective_on`.

    `published_at` None means that it was there from the start.
    """

    study: Study
    effective_on: date = date.min
    published_at: datetime | None = None
