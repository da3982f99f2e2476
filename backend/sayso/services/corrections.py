"""Corrections of answers: proposed with a reason, decided by somebody else, never written over.

The response stays as it came. Once a correction is accepted its answers are the ones that scores
and exports go by, and the original is exported beside them. Whether and when a form came in, and
with it every rate, is not touched: that is what the participant did, not what she meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, true, update

from sayso.domain import correction as rule
from sayso.domain import scoring
from sayso.domain.correction import ACCEPTED, REFUSED, Answers, Correction
from sayso.domain.entry_errors import NothingToCorrect
from sayso.domain.errors import AlreadyRecorded, NotFound
from sayso.domain.walltime import local_date
from sayso.services import audit, publishing, scores
from sayso.services.access import Participant
from sayso.services.entries import author_of
from sayso.services.staff_entries import differences, refuse_malformed
from sayso.store.tables_entries import correction
from sayso.store.tables_forms import response
from sayso.store.upsert import insert_once

# Callers speak of a correction in the words of this module.
__all__ = ["Answers", "Correction"]


def propose(
    connection: Connection,
    person: Participant,
    response_id: str,
    said: Answers,
    reason: str,
    now: datetime,
) -> int:
    """Ask for other answers to count; returns the row id.

    Raises NotFound, AnswersMalformed, NothingToCorrect, or AlreadyRecorded while an earlier request
    about the same answers waits.
    """
    author = author_of(person)
    row = response_of(connection, person, response_id)
    asked = publishing.questionnaire_by_hash(connection, row.questionnaire_sha256)
    day = local_date(row.authored_at, person.zone)
    refuse_malformed(asked, said.answers, said.skipped, day)
    earlier = _of(connection, [response_id])
    rule.check_new(earlier, response_id)
    last = rule.standing(earlier).get(response_id)
    counting = last.said if last is not None else Answers(row.answers, row.skipped)
    changed = differences(asked, counting.answers, counting.skipped, said.answers, said.skipped)
    if not changed:
        raise NothingToCorrect
    values = {
        "participant_id": person.id, "response_id": response_id, "answers": dict(said.answers),
        "skipped": list(said.skipped), "reason": reason, "proposed_at": now, "proposed_by": author,
    }  # fmt: skip
    if not insert_once(connection, correction, values):
        # Somebody else asked at the same moment: the database lets one of the two wait.
        raise AlreadyRecorded("A correction of these answers waits for a decision already")
    found = _of(connection, [response_id])[-1]
    _tell(connection, person, "correction.proposed", found, {"items": changed}, reason, now)
    return found.id


def decide(
    connection: Connection,
    person: Participant,
    correction_id: int,
    accept: bool,
    reason: str,
    now: datetime,
) -> None:
    """Accept a request, which scores its answers, or refuse it.

    The author may take it back, but only somebody else can accept it. Raises NotFound,
    AlreadySettled or SecondPersonNeeded.
    """
    author = author_of(person)
    row = connection.execute(
        select(correction)
        .where(correction.c.id == correction_id, correction.c.participant_id == person.id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no correction {correction_id} for {person.code}")
    found = _correction(row)
    rule.check_decision(found, accept, author)
    connection.execute(
        update(correction)
        .where(correction.c.id == correction_id)
        .values(accepted=accept, decided_at=now, decided_by=author, decision_reason=reason)
    )
    if accept:
        _score(connection, person, found, now)
    action = f"correction.{ACCEPTED if accept else REFUSED}"
    _tell(connection, person, action, found, {"proposed_by": found.proposed_by}, reason, now)


def of_responses(
    connection: Connection, response_ids: Collection[str]
) -> dict[str, list[Correction]]:
    """Every request about these responses, oldest first."""
    found: dict[str, list[Correction]] = {}
    for one in _of(connection, response_ids):
        found.setdefault(one.response_id, []).append(one)
    return found


def standing(
    connection: Connection, response_ids: Collection[str], at: datetime | None = None
) -> dict[str, Answers]:
    """The answers that count, for those responses of which a correction was accepted (by `at`)."""
    found = rule.standing(_of(connection, response_ids), at)
    return {response_id: one.said for response_id, one in found.items()}


def accepted_of(
    connection: Connection, participant_ids: Collection[int], until: datetime | None = None
) -> dict[str, Correction]:
    """The correction that counts, by response, for the responses of these participants.

    Of those that had been decided by `until`, where that is given.
    """
    decided = correction.c.decided_at <= until if until is not None else true()
    rows = connection.execute(
        select(correction)
        .where(
            correction.c.participant_id.in_(participant_ids),
            correction.c.accepted.is_(True),
            decided,
        )
        .order_by(correction.c.id)
    )
    return rule.standing(map(_correction, rows))


def _of(connection: Connection, response_ids: Collection[str]) -> list[Correction]:
    if not response_ids:
        return []
    rows = connection.execute(
        select(correction)
        .where(correction.c.response_id.in_(response_ids))
        .order_by(correction.c.id)
    )
    return [_correction(row) for row in rows]


def _correction(row: Any) -> Correction:
    return Correction(
        row.id, row.response_id, Answers(row.answers, row.skipped), row.reason, row.proposed_at,
        row.proposed_by, row.accepted, row.decided_at, row.decided_by, row.decision_reason,
    )  # fmt: skip


def response_of(connection: Connection, person: Participant, response_id: str) -> Any:
    """The row of a response of this participant. Raises NotFound."""
    row = connection.execute(
        select(response).where(response.c.id == response_id, response.c.participant_id == person.id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no response {response_id} of {person.code}")
    return row


def _score(connection: Connection, person: Participant, found: Correction, now: datetime) -> None:
    """Add a scoring of the corrected answers, by the rules that scored the response last.

    The newest scoring is the one that is shown.
    """
    sha256 = response_of(connection, person, found.response_id).questionnaire_sha256
    for row in scores.newest(connection, [found.response_id]).get(found.response_id, ())[:1]:
        sha256 = row.questionnaire_sha256
    asked = publishing.questionnaire_by_hash(connection, sha256)
    computed = scoring.score(asked, found.said.answers, found.said.skipped)
    scores.keep(connection, sha256, [(found.response_id, computed)], now)


def _tell(
    connection: Connection,
    person: Participant,
    action: str,
    found: Correction,
    after: Mapping[str, Any],
    reason: str,
    now: datetime,
) -> None:
    # Answers stay out of the trail: it says which items, the tables say from what to what.
    audit.record(
        connection, person.actor, action, f"correction/{found.id}",
        after={"response": found.response_id, **after}, reason=reason,
        participant_id=person.id, site_id=person.site.id, now=now,
    )  # fmt: skip
