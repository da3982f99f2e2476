"""Random histories for property tests: everything that can be recorded about a participant.

Days count from cessation. Entries may come late, be approved late, be voided and be in any order;
only what the record itself refuses (overlapping exemptions) is left out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from hypothesis import strategies as st

from sayso.domain.exemption import overlap
from sayso.domain.participation import (
    AnchorDate,
    ArmChange,
    Event,
    Exemption,
    Facts,
    MissingReason,
    ResponseFact,
    ZoneMove,
)
from sayso.domain.study import EVENT_KINDS, MISSING_REASONS, Study, StudyVersion
from support.people import ENROLLED, at, day, small_study

LAST_DAY = 420
ZONES = ("America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Pacific/Apia", "UTC")
TIMEPOINTS = ("BL", "W12", "W24", "W36", "W48", "PROG", "RST")
_QUESTIONNAIRES = (None, *small_study().questionnaires())

days = st.integers(-28, LAST_DAY)
moments = st.integers(-28 * 24, LAST_DAY * 24 + 23).map(lambda hours: at(hours // 24, hours % 24))

# Strategies are made once, and what has few values is drawn together: drawing costs more than the
# rules under test. Most entries come soon, some months later.
# The delays stand side by side in each hour, for values far down a list are drawn less often.
_ENTRIES = st.sampled_from(
    tuple((delay, hour) for hour in range(12, 24) for delay in (0, 0, 150, 1, 5, 40, 0))
)
_UP_TO_TWO = st.integers(0, 2)
_STARTS = st.sampled_from((-14, -14, -20, 0, 60, 100)) | days
_LENGTHS = st.sampled_from((None, 30, 74, 200)) | st.integers(0, 200)
_ENDS = st.sampled_from((True, False))
_APPROVALS = st.none() | st.integers(0, 100)
_SELDOM = st.none() | st.none() | st.integers(1, 60)
_EVENT_DAYS = st.integers(-14, LAST_DAY)
_KINDS = st.sampled_from(EVENT_KINDS)
_JOURNEYS = st.integers(0, 400)
_SKEWS = (0.0, 0.0, 0.0, 10_800.0, -10_800.0, -432_000.0, 432_000.0)
_TIMEPOINTS = st.sampled_from(TIMEPOINTS)
_ANSWERED = st.sampled_from(tuple(product(TIMEPOINTS, _QUESTIONNAIRES)))
_EVIDENCE = st.sampled_from(tuple(product(_SKEWS, (True, False), (True, False))))
# Of two responses of one instant the one with the smaller number counts, whichever came first.
_ORDERS = st.sampled_from(("0123", "3210", "1302"))
_CHANGES = st.none() | st.none() | st.integers(1, LAST_DAY)
_SHIFTS = st.integers(-30, 30)
_ZONE = st.sampled_from(ZONES)
_ARMS = st.sampled_from(("stop", "stop", "continue"))
_HOMES = st.sampled_from(tuple(product(("S1", "S2"), ("en", "es"))))
_ANCHORED = st.sampled_from((True, True, True, False))


def _entered(draw: st.DrawFn, since: int) -> datetime:
    """When something of that day was entered: mostly soon, sometimes months later."""
    delay, hour = draw(_ENTRIES)
    return at(since + delay, hour)


def _exemptions(draw: st.DrawFn) -> tuple[Exemption, ...]:
    found: list[Exemption] = []
    for _ in range(draw(_UP_TO_TWO)):
        start, length = draw(_STARTS), draw(_LENGTHS)
        recorded, approved = _entered(draw, start), draw(_APPROVALS)
        ends_late = length is not None and draw(_ENDS)
        exemption = Exemption(
            "LANGUAGE",
            day(start),
            None if length is None else day(start + length),
            recorded,
            None if approved is None else recorded + timedelta(days=approved),
            ended_at=_entered(draw, start + (length or 0)) if ends_late else None,
        )
        if not any(overlap(exemption, other) for other in found):
            found.append(exemption)
    return tuple(found)


@st.composite
def _event(draw: st.DrawFn) -> Event:
    on = draw(_EVENT_DAYS)
    recorded, voided = _entered(draw, on), draw(_SELDOM)
    return Event(
        draw(_KINDS),
        day(on),
        recorded,
        voided_at=None if voided is None else recorded + timedelta(days=voided),
    )


@st.composite
def _response(draw: st.DrawFn) -> ResponseFact:
    on, (skew, offered, scorable) = draw(days), draw(_EVIDENCE)
    timepoint, questionnaire = draw(_ANSWERED)
    return ResponseFact(
        id="",
        timepoint=timepoint,
        questionnaire=questionnaire,
        authored_at=at(on, 18) + timedelta(seconds=skew),
        received_at=at(on, 18) + timedelta(hours=draw(_JOURNEYS)),
        skew_seconds=skew,
        offered_at=at(on, 17) if offered else None,
        scorable=scorable,
    )


def _responses(draw: st.DrawFn) -> tuple[ResponseFact, ...]:
    return tuple(
        replace(one, id=number)
        for one, number in zip(draw(_RESPONSES), draw(_ORDERS), strict=False)
    )


_EVENTS = st.lists(_event(), max_size=3)
_RESPONSES = st.lists(_response(), max_size=4)
_REASONS = st.lists(
    st.builds(
        MissingReason,
        timepoint=_TIMEPOINTS,
        questionnaire=st.none(),
        reason=st.sampled_from(MISSING_REASONS),
        recorded_at=moments,
    ),
    max_size=2,
)


def _anchors(draw: st.DrawFn) -> tuple[AnchorDate, ...]:
    first = AnchorDate("cessation", day(0), at(0, 12))
    correction = draw(_CHANGES)
    if correction is None:
        return (first,) if draw(_ANCHORED) else ()
    moved = AnchorDate("cessation", day(draw(_SHIFTS)), at(correction))
    return (AnchorDate("cessation", day(0), at(0, 12), voided_at=at(correction)), moved)


def _arms(draw: st.DrawFn) -> tuple[str, tuple[ArmChange, ...]]:
    """Mostly one arm; sometimes the first one was a mistake that somebody put right."""
    first, when = draw(_ARMS), draw(_CHANGES)
    if when is None:
        return first, ()
    second = "continue" if first == "stop" else "stop"
    return second, (ArmChange(first, second, at(when, 15)),)


def _zones(draw: st.DrawFn) -> tuple[str, tuple[ZoneMove, ...]]:
    first, when = draw(_ZONE), draw(_CHANGES)
    if when is None:
        return first, ()
    second = draw(_ZONE)
    return second, (ZoneMove(first, second, at(when)),)


@st.composite
def histories(draw: st.DrawFn, code: str = "P-001") -> Facts:
    """Everything recorded about one participant, in no particular order."""
    zone, zone_moves = _zones(draw)
    arm, arm_changes = _arms(draw)
    site, language = draw(_HOMES)
    return Facts(
        code=code,
        arm=arm,
        site=site,
        zone=zone,
        enrolled=ENROLLED,
        anchors=_anchors(draw),
        preferred_language=language,
        exemptions=_exemptions(draw),
        events=tuple(draw(_EVENTS)),
        responses=_responses(draw),
        missing_reasons=tuple(draw(_REASONS)),
        zone_moves=zone_moves,
        arm_changes=arm_changes,
    )


def _amended(study: Study, version: str, widths: dict[str, int], without: str) -> Study:
    """Another version: windows of other half widths, and one timepoint that is not asked."""
    return replace(
        study,
        version=version,
        timepoints=tuple(
            replace(t, opens=t.target - widths[t.id], closes=t.target + widths[t.id])
            if t.id in widths
            else replace(t, enabled=t.id != without)
            for t in study.timepoints
        ),
    )


def _versions() -> tuple[tuple[StudyVersion, ...], ...]:
    first = small_study()
    second = _amended(first, "2", {"W12": 21, "W24": 21}, "W48")
    third = _amended(first, "3", {"W24": 7, "W36": 30}, "W72")
    plain = StudyVersion(first)
    return (
        (plain,),
        (plain, StudyVersion(second, day(60), at(50))),
        (plain, StudyVersion(second, day(100), at(160, 9))),
        (plain, StudyVersion(second, day(80), at(75)), StudyVersion(third, day(150), at(120))),
    )


published = st.sampled_from(_versions())
"""How the study was amended: not at all, ahead of time, in retrospect, and twice."""


def cut(facts: Facts, now: datetime) -> Facts:
    """The facts as a clerk would have written them down at that moment."""

    def entered(entries: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            replace(e, voided_at=None) if e.voided_at is not None and e.voided_at > now else e
            for e in entries
            if e.recorded_at <= now
        )

    exemptions = []
    for exemption in entered(facts.exemptions):
        if exemption.approved_at is not None and exemption.approved_at > now:
            exemption = replace(exemption, approved_at=None)
        if exemption.ended_at is not None and exemption.ended_at > now:
            exemption = replace(exemption, valid_to=None, ended_at=None)
        exemptions.append(exemption)
    moves, changes = entered(facts.zone_moves), entered(facts.arm_changes)
    zone = facts.zone if moves or not facts.zone_moves else facts.zone_moves[0].previous
    arm = facts.arm if changes or not facts.arm_changes else facts.arm_changes[0].previous
    return replace(
        facts,
        arm=arm,
        arm_changes=changes,
        zone=zone,
        anchors=entered(facts.anchors),
        exemptions=tuple(exemptions),
        events=entered(facts.events),
        responses=tuple(r for r in facts.responses if r.received_at <= now),
        missing_reasons=entered(facts.missing_reasons),
        visits=entered(facts.visits),
        contacts=entered(facts.contacts),
        zone_moves=moves,
    )
