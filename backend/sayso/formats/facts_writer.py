"""Facts about participants as the JSON file that `sayso study evaluate` reads.

With this file, the study file and the program anybody can recompute every figure without the
database. It holds dates, codes and coded reasons; no answer and nothing that names a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sayso.domain.participation import Facts, ResponseFact


def document(people: Iterable[Facts]) -> dict[str, Any]:
    """The facts file of these participants, in the order given."""
    return {"participants": [_person(facts) for facts in people]}


def _person(facts: Facts) -> dict[str, Any]:
    return {
        "code": facts.code,
        "arm": facts.arm,
        "site": facts.site,
        "zone": facts.zone,
        "enrolled": facts.enrolled.isoformat(),
        "anchors": {anchor.name: anchor.date.isoformat() for anchor in facts.anchors},
        "reads_english": facts.reads_english,
        "preferred_language": facts.preferred_language,
        "interpreter": facts.interpreter,
        "exemptions": [
            {
                "reason": one.reason,
                "from": one.valid_from.isoformat(),
                "to": one.valid_to and one.valid_to.isoformat(),
                "recorded_at": _instant(one.recorded_at),
                "approved_at": _instant(one.approved_at),
                "ended_at": _instant(one.ended_at),
                "language": one.language,
            }
            for one in facts.exemptions
        ],
        "events": [
            {
                "kind": one.kind,
                "date": one.date.isoformat(),
                "recorded_at": _instant(one.recorded_at),
            }
            for one in facts.events
        ],
        # What belongs to no timepoint (an unexpected response) counts nowhere.
        "responses": [_response(one) for one in facts.responses if one.timepoint],
        "missing_reasons": [
            {
                "timepoint": one.timepoint,
                "questionnaire": one.questionnaire,
                "reason": one.reason,
                "recorded_at": _instant(one.recorded_at),
            }
            for one in facts.missing_reasons
        ],
        "visits": [
            {
                "timepoint": one.timepoint,
                "date": one.date.isoformat(),
                "kind": one.kind,
                "recorded_at": _instant(one.recorded_at),
            }
            for one in facts.visits
        ],
        "contacts": [
            {"date": one.date.isoformat(), "recorded_at": _instant(one.recorded_at)}
            for one in facts.contacts
        ],
    }


def _response(one: ResponseFact) -> dict[str, Any]:
    return {
        "id": one.id,
        "timepoint": one.timepoint,
        "questionnaire": one.questionnaire,
        "authored_at": _instant(one.authored_at),
        "received_at": _instant(one.received_at),
        "skew_seconds": one.skew_seconds,
        "offered_at": _instant(one.offered_at),
        "mode": one.mode,
        "scorable": one.scorable,
        "time_accepted": one.time_accepted,
        "answered": one.answered,
        "applicable": one.applicable,
        "declined": one.declined,
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
