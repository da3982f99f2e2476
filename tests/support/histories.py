"""Random histories for property tests: everything that can be recorded about a participant.

Days count from cessation. Entries may come late, be approved late, be voided and be in any order;
only what the record itself refuses (overlapping exemptions) is left out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from sayso.domain.exemption import overlap
from sayso.domain.participation import (
    AnchorDate,
    Event,
    Exemption,
    Facts,
    MissingReason,
    ResponseFact,
    ZoneMove,
)
from sayso.domain.study import EVENT_KINDS, MISSING_REASONS
from support.people import ENROLLED, at, day, stop_study

LAST_DAY = 420
ZONES = ("America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Pacific/Apia", "UTC")
TIMEPOINTS = ("BL", "W12", "W24", "W36", "W48", "PROG", "RST")
_QUESTIONNAIRES = (None, *stop_study().questionnaires())

days = st.integers(-28, LAST_DAY)
moments = st.builds(at, days, st.integers(0, 23))


@st.composite
def entered(draw: st.DrawFn, since: int) -> datetime:
    """When something of that day was entered: mostly soon, sometimes months later."""
    delay = draw(st.sampled_from((0, 0, 0, 1, 5, 40, 150)))
    return at(since + delay, draw(st.integers(12, 23)))


@st.composite
def _exemptions(draw: st.DrawFn) -> tuple[Exemption, ...]:
    found: list[Exemption] = []
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.sampled_from((-14, -14, -20, 0, 60, 100)) | days)
        end = draw(st.none() | st.integers(start, start + 200))
        recorded = draw(entered(start))
        approved = draw(st.none() | st.integers(0, 100))
        exemption = Exemption(
            "LANGUAGE",
            day(start),
            None if end is None else day(end),
            recorded,
            None if approved is None else recorded + timedelta(days=approved),
            ended_at=None if end is None else draw(st.none() | entered(end)),
        )
        if not any(overlap(exemption, other) for other in found):
            found.append(exemption)
    return tuple(found)


@st.composite
def _event(draw: st.DrawFn) -> Event:
    on = draw(st.integers(-14, LAST_DAY))
    recorded = draw(entered(on))
    voided = draw(st.none() | st.none() | st.integers(1, 60))
    return Event(
        draw(st.sampled_from(EVENT_KINDS)),
        day(on),
        recorded,
        voided_at=None if voided is None else recorded + timedelta(days=voided),
    )


@st.composite
def _response(draw: st.DrawFn) -> ResponseFact:
    on = draw(days)
    received = at(on, 18) + timedelta(hours=draw(st.integers(0, 400)))
    skew = draw(st.sampled_from((0.0, 0.0, 0.0, 10_800.0, -10_800.0, -432_000.0, 432_000.0)))
    return ResponseFact(
        id=str(draw(st.uuids())),
        timepoint=draw(st.sampled_from(TIMEPOINTS)),
        questionnaire=draw(st.sampled_from(_QUESTIONNAIRES)),
        authored_at=at(on, 18) + timedelta(seconds=skew),
        received_at=received,
        skew_seconds=skew,
        offered_at=draw(st.none() | st.just(at(on, 17))),
        scorable=draw(st.booleans()),
    )


@st.composite
def _anchors(draw: st.DrawFn) -> tuple[AnchorDate, ...]:
    first = AnchorDate("cessation", day(0), at(0, 12))
    correction = draw(st.none() | st.none() | st.integers(1, LAST_DAY))
    if correction is None:
        return draw(st.sampled_from(((first,), (first,), (first,), ())))
    moved = AnchorDate("cessation", day(draw(st.integers(-30, 30))), at(correction))
    return (AnchorDate("cessation", day(0), at(0, 12), voided_at=at(correction)), moved)


@st.composite
def _zones(draw: st.DrawFn) -> tuple[str, tuple[ZoneMove, ...]]:
    first, second = draw(st.sampled_from(ZONES)), draw(st.sampled_from(ZONES))
    when = draw(st.none() | st.none() | st.integers(0, LAST_DAY))
    if when is None:
        return first, ()
    return second, (ZoneMove(first, second, at(when)),)


@st.composite
def histories(draw: st.DrawFn, code: str = "P-001") -> Facts:
    """Everything recorded about one participant, in no particular order."""
    zone, zone_moves = draw(_zones())
    reasons = st.builds(
        MissingReason,
        timepoint=st.sampled_from(TIMEPOINTS),
        questionnaire=st.none(),
        reason=st.sampled_from(MISSING_REASONS),
        recorded_at=moments,
    )
    return Facts(
        code=code,
        arm=draw(st.sampled_from(("stop", "stop", "continue"))),
        site=draw(st.sampled_from(("S1", "S2"))),
        zone=zone,
        enrolled=ENROLLED,
        anchors=draw(_anchors()),
        preferred_language=draw(st.sampled_from(("en", "es"))),
        exemptions=draw(_exemptions()),
        events=tuple(draw(st.lists(_event(), max_size=3))),
        responses=tuple(draw(st.lists(_response(), max_size=4))),
        missing_reasons=tuple(draw(st.lists(reasons, max_size=2))),
        zone_moves=zone_moves,
    )


@st.composite
def crowds(draw: st.DrawFn) -> list[Facts]:
    """A few participants with codes of their own."""
    return [draw(histories(f"P-{number:03d}")) for number in range(draw(st.integers(1, 4)))]
