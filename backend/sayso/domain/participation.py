"""What is known about one person: facts with the date they hold from and the instant of entry.

Built in the same shape by the store's loader and by the reader of a facts file. Nothing here is
derived: `known_at` only leaves out what nobody had entered yet, so that a report as of a past date
is the same functions over fewer facts. A `recorded_at` of None means "known all along".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

from sayso.domain.walltime import local_date

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


class Recorded(Protocol):
    """An entry with the instant of its entry, and of its voiding where it was found wrong."""

    @property
    def recorded_at(self) -> datetime | None: ...

    @property
    def voided_at(self) -> datetime | None: ...


_R = TypeVar("_R", bound=Recorded)


@dataclass(frozen=True, slots=True)
class AnchorDate:
    """The date of an anchor. A correction is another entry; the one recorded last counts."""

    name: str
    date: date
    recorded_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """From a date (to a date, both included) no questionnaires are asked in this language.

    `needs_approval` None means that nobody has judged yet whether a second person must approve;
    `ended_at` is the instant at which `valid_to` was entered, None where it was there from the
    start.
    """

    reason: str
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    approved_at: datetime | None = None
    language: str = "en"
    id: int | None = None
    needs_approval: bool | None = None
    ended_at: datetime | None = None
    voided_at: datetime | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies in the interval, whatever its approval."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a date; `kind` is one of `study.EVENT_KINDS`."""

    kind: str
    date: date
    recorded_at: datetime | None = None
    id: int | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResponseFact:
    """One set of answers as it came: times, mode, and what staff decided about it.

    `questionnaire` None stands for every questionnaire of the timepoint. `skew_seconds` is device
    clock minus server clock at receipt. `time_accepted` is the staff decision on a disputed time:
    True takes the device's word, False counts the response as late.
    """

    id: str
    timepoint: str
    questionnaire: str | None
    authored_at: datetime
    received_at: datetime
    skew_seconds: float = 0.0
    offered_at: datetime | None = None
    mode: str = "own_device"
    scorable: bool | None = None
    time_accepted: bool | None = None
    assistance: str = "none"
    answered: int | None = None
    applicable: int | None = None
    declined: int | None = None
    time_decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MissingReason:
    """Why a form was missed; `questionnaire` None stands for the whole timepoint."""

    timepoint: str
    questionnaire: str | None
    reason: str
    recorded_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitFact:
    """An attendance; `timepoint` None for a visit outside the plan."""

    timepoint: str | None
    date: date
    kind: str = "clinic"
    recorded_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactFact:
    """A dated conversation outside a visit."""

    date: date
    recorded_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ZoneMove:
    """The participant's wall clock changed from one zone to another."""

    previous: str
    zone: str
    recorded_at: datetime
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArmChange:
    """The participant was put into another arm: the first one had been entered wrongly."""

    previous: str
    arm: str
    recorded_at: datetime
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one participant. `zone` and `arm` are those of now."""

    code: str
    arm: str
    site: str
    zone: str
    enrolled: date
    anchors: tuple[AnchorDate, ...] = ()
    reads_english: bool = True
    preferred_language: str = "en"
    interpreter: bool = False
    exemptions: tuple[Exemption, ...] = ()
    events: tuple[Event, ...] = ()
    responses: tuple[ResponseFact, ...] = ()
    missing_reasons: tuple[MissingReason, ...] = ()
    visits: tuple[VisitFact, ...] = ()
    contacts: tuple[ContactFact, ...] = ()
    zone_moves: tuple[ZoneMove, ...] = ()
    enrolled_at: datetime | None = None
    arm_changes: tuple[ArmChange, ...] = ()

    def anchor(self, name: str) -> date | None:
        """The date of that anchor as last recorded, or None while it is not set."""
        entries = [anchor for anchor in self.anchors if anchor.name == name]
        if not entries:
            return None
        return max(entries, key=lambda entry: (entry.recorded_at or BEGINNING, entry.date)).date

    def first(self, *kinds: str) -> date | None:
        """The earliest date of an event of these kinds, or None."""
        return min((event.date for event in self.events if event.kind in kinds), default=None)

    def exempt_on(self, day: date, language: str = "en") -> Exemption | None:
        """The exemption in this language that has effect on a date, or None."""
        return next(
            (
                exemption
                for exemption in self.exemptions
                if exemption.language == language
                and exemption.covers(day)
                and has_effect(exemption, self.enrolled)
            ),
            None,
        )

    def is_enrolled_at(self, now: datetime) -> bool:
        """Whether the enrolment had happened, and had been entered, by `now`."""
        entered = self.enrolled_at is None or self.enrolled_at <= now
        return entered and self.enrolled <= local_date(now, self.zone)

    def known_at(self, now: datetime) -> Facts:
        """The same person as the records stood at `now` (aware UTC).

        Later entries, later approvals, later ends of exemptions and later voidings are not there
        yet.
        """
        return replace(
            self,
            zone=_zone_at(self.zone, self.zone_moves, now),
            arm=_arm_at(self.arm, self.arm_changes, now),
            anchors=_standing(self.anchors, now),
            exemptions=tuple(_exemption_at(e, now) for e in _standing(self.exemptions, now)),
            events=_standing(self.events, now),
            responses=tuple(_response_at(r, now) for r in self.responses if r.received_at <= now),
            missing_reasons=_standing(self.missing_reasons, now),
            visits=_standing(self.visits, now),
            contacts=_standing(self.contacts, now),
            zone_moves=_standing(self.zone_moves, now),
            arm_changes=_standing(self.arm_changes, now),
        )


def has_effect(exemption: Exemption, enrolled: date) -> bool:
    """Whether an exemption counts: approved, or judged to need no second person.

    One that nobody judged needs approval when it starts after the enrolment day.
    """
    if exemption.approved_at is not None:
        return True
    if exemption.needs_approval is None:
        return exemption.valid_from <= enrolled
    return not exemption.needs_approval


def _standing(entries: Iterable[_R], now: datetime) -> tuple[_R, ...]:
    return tuple(
        entry
        for entry in entries
        if (entry.recorded_at is None or entry.recorded_at <= now)
        and (entry.voided_at is None or entry.voided_at > now)
    )


def _exemption_at(exemption: Exemption, now: datetime) -> Exemption:
    if exemption.approved_at is not None and exemption.approved_at > now:
        exemption = replace(exemption, approved_at=None)
    if exemption.ended_at is not None and exemption.ended_at > now:
        exemption = replace(exemption, valid_to=None, ended_at=None)
    return exemption


def _response_at(response: ResponseFact, now: datetime) -> ResponseFact:
    if response.time_decided_at is not None and response.time_decided_at > now:
        return replace(response, time_accepted=None, time_decided_at=None)
    return response


def _zone_at(zone: str, moves: tuple[ZoneMove, ...], now: datetime) -> str:
    if not moves:
        return zone
    ordered = sorted(moves, key=lambda move: move.recorded_at)
    before = [move for move in ordered if move.recorded_at <= now]
    return before[-1].zone if before else ordered[0].previous


def _arm_at(arm: str, changes: tuple[ArmChange, ...], now: datetime) -> str:
    if not changes:
        return arm
    ordered = sorted(changes, key=lambda change: change.recorded_at)
    before = [change for change in ordered if change.recorded_at <= now]
    return before[-1].arm if before else ordered[0].previous
