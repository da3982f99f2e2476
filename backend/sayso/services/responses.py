"""Receive a response: never refuse it, never lose it, never count it twice.

The phone made the id; the same id with the same body gets the same receipt however often it is
sent. Whatever is odd about a response (late, double, unexpected, a clock that cannot be right,
answers that do not fit the questionnaire) is noted beside it for the site. All of it is one
transaction: the response, its scores, the end of its reminders and the audit event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from sayso.domain import answers as rules
from sayso.domain import offer, scoring
from sayso.domain.audit import Actor, canonical
from sayso.domain.errors import AnswersMalformed, NotFound
from sayso.domain.participation import Facts, ResponseFact
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.status import judge, placed, standing
from sayso.domain.study import Rules
from sayso.domain.walltime import local_date
from sayso.services import audit, publishing, reminders
from sayso.services.scores import keep as keep_scores
from sayso.store import facts as facts_store
from sayso.store.queries import COUNTING, SubmitContext, submit_context
from sayso.store.tables_forms import response, response_conflict
from sayso.store.upsert import insert_once

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Submission:
    """What the phone sends. Instants are aware; `authored_at` keeps the phone's own offset."""

    id: str
    expected_form_id: int | None
    questionnaire_sha256: str
    answers: Mapping[str, Any]
    skipped: Sequence[str]
    authored_at: datetime
    authored_zone: str
    sent_at: datetime
    offer_token: str | None
    mode: str
    assistance: str = "none"
    app_build: str | None = None
    recorded_by: int | None = None  # the member of staff who typed in what she said or wrote


class Respondent(Protocol):
    """Whose answers they are: a phone's session, or a participant for whom staff type them in."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def site_id(self) -> int: ...
    @property
    def site_code(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def device_id(self) -> int | None: ...
    @property
    def study_sha256(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that a response is stored; `code` is short enough to be read out."""

    id: str
    code: str
    received_at: datetime
    disposition: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The receipt, and whether this very request stored the response.

    `conflict` means that other answers have this id; the second body was kept beside them.
    """

    receipt: Receipt
    created: bool
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the server makes of a response before it is stored."""

    disposition: str
    form_id: int | None
    offered_at: datetime | None
    skew_seconds: float


def submit(
    connection: Connection,
    actor: Actor,
    person: Respondent,
    said: Submission,
    offer_key: bytes,
    now: datetime,
) -> Outcome:
    """Store a response and say what became of it.

    Raises AnswersMalformed when the questionnaire it names was never published: nobody could say
    what its answers mean.
    """
    body_sha256 = fingerprint(said)
    context = submit_context(connection, person.id, said.expected_form_id, said.id)
    if context.same_id is not None:
        return _again(connection, actor, person, context.same_id, said, body_sha256, now)
    questionnaire = _questionnaire(connection, said.questionnaire_sha256)
    rules_now = publishing.study_by_hash(connection, person.study_sha256).rules
    judged = _judge(context, person, said, questionnaire, rules_now, offer_key, now)
    scores = scoring.score(questionnaire, said.answers, said.skipped)
    row = _row(person, context, said, questionnaire, scores, judged, body_sha256, now)
    if not insert_once(connection, response, row):
        # Two phones, or one phone twice, at the same instant: look again and give way.
        return _raced(connection, actor, person, said, offer_key, now, row)
    keep_scores(connection, said.questionnaire_sha256, [(said.id, scores)], now)
    if context.form is not None and judged.form_id and context.waiting == 0:
        reminders.cancel_for_occasion(
            connection, person.id, context.form.timepoint, "completed", now
        )
    audit.record(
        connection, actor, "response.received", f"response/{said.id}",
        after={
            "expected_form": judged.form_id, "questionnaire": said.questionnaire_sha256,
            "body_sha256": body_sha256, "disposition": row["disposition"],
            "authored_at": said.authored_at, "mode": said.mode, "assistance": said.assistance,
            "skew_seconds": judged.skew_seconds, "problems": len(row["problems"]),
        },
        participant_id=person.id, site_id=context.site_id, now=now,
    )  # fmt: skip
    return Outcome(receipt(said.id, now, str(row["disposition"])), created=True)


def fingerprint(said: Submission) -> str:
    """The hash of what makes a response this response: not when, or by which build, it was sent."""
    body = [
        said.expected_form_id, said.questionnaire_sha256, dict(said.answers), list(said.skipped),
        said.authored_at.isoformat(), said.authored_zone, said.mode, said.assistance,
    ]  # fmt: skip
    return hashlib.sha256(canonical(body)).hexdigest()


def receipt(response_id: str, received_at: datetime, disposition: str) -> Receipt:
    """The receipt of a stored response; its code follows from the id, so that it never changes."""
    number = int.from_bytes(hashlib.sha256(response_id.encode()).digest()[:8])
    letters = "".join(_LETTERS[(number >> (5 * place)) & 31] for place in range(6))
    return Receipt(response_id, f"{letters[:4]}-{letters[4:]}", received_at, disposition)


def _questionnaire(connection: Connection, sha256: str) -> Questionnaire:
    try:
        return publishing.questionnaire_by_hash(connection, sha256)
    except NotFound:
        raise AnswersMalformed("These answers name a questionnaire that nobody published") from None


def _again(
    connection: Connection,
    actor: Actor,
    person: Respondent,
    known: Any,
    said: Submission,
    body_sha256: str,
    now: datetime,
) -> Outcome:
    kept = receipt(said.id, known.same_received_at, known.same_disposition)
    if known.same_participant == person.id and known.same_body == body_sha256:
        return Outcome(kept, created=False)
    second = {
        "response_id": said.id, "participant_id": person.id, "body": _body(said),
        "body_sha256": body_sha256, "received_at": now,
    }  # fmt: skip
    if insert_once(connection, response_conflict, second):
        audit.record(
            connection, actor, "response.conflict-kept", f"response/{said.id}",
            after={"body_sha256": body_sha256, "questionnaire": said.questionnaire_sha256},
            participant_id=person.id, site_id=person.site_id, now=now,
        )  # fmt: skip
    return Outcome(kept, created=False, conflict=True)


def _raced(
    connection: Connection,
    actor: Actor,
    person: Respondent,
    said: Submission,
    offer_key: bytes,
    now: datetime,
    row: Mapping[str, Any],
) -> Outcome:
    """Another transaction was first: it stored this id, or the response that counts for the form.

    Either is visible by now, so looking again decides it: a repeat, a conflict or a duplicate.
    """
    context = submit_context(connection, person.id, said.expected_form_id, said.id)
    if context.same_id is None and not context.answered:
        raise RuntimeError("a response was refused although nothing stands in its way")
    return submit(connection, actor, person, said, offer_key, now)


def _judge(
    context: SubmitContext,
    person: Respondent,
    said: Submission,
    questionnaire: Questionnaire,
    rules_now: Rules,
    offer_key: bytes,
    now: datetime,
) -> _Judged:
    form = context.form
    skew = (said.sent_at - now).total_seconds()
    if form is None or form.questionnaire != questionnaire.id:
        return _Judged("unexpected", None, None, skew)
    offered = _offered_at(offer_key, said.offer_token, form.id, person.id)
    if form.cancelled_at is not None:
        return _Judged("unexpected", form.id, offered, skew)
    known = standing(_facts(person, context), rules_now)
    without = judge(form, known, now)
    answered_on = local_date(said.authored_at, person.zone)
    left = without.status == "not_expected" and without.on is not None and without.on <= answered_on
    # A phone whose clock or zone is ahead opens a form too early. The rates count what comes first,
    # so that answer is judged by its time like any other, and staff decide where it is in doubt.
    if without.status == "exempt" or left:
        return _Judged("unexpected", form.id, offered, skew)
    if context.answered:
        return _Judged("duplicate", form.id, offered, skew)
    fact = ResponseFact(
        said.id, form.timepoint, form.questionnaire, said.authored_at, now, skew, offered, said.mode
    )
    where = placed(form, fact, known.tolerance)
    return _Judged("time_disputed" if where == "disputed" else where, form.id, offered, skew)


def _facts(person: Respondent, context: SubmitContext) -> Facts:
    return facts_store.facts(person, context.dated)


def _offered_at(
    key: bytes, token: str | None, form_id: int, participant_id: int
) -> datetime | None:
    """When this form was offered to this participant, if the token proves it."""
    offered = offer.read(key, token) if token else None
    if offered is None or (offered.form_id, offered.participant_id) != (form_id, participant_id):
        return None
    return offered.offered_at


def _row(
    person: Respondent,
    context: SubmitContext,
    said: Submission,
    questionnaire: Questionnaire,
    scores: Sequence[scoring.Score],
    judged: _Judged,
    body_sha256: str,
    now: datetime,
) -> dict[str, Any]:
    problems = rules.check(
        questionnaire, said.answers, said.skipped, local_date(said.authored_at, person.zone)
    )
    answered, applicable, declined = _counts(questionnaire, said)
    offset = said.authored_at.utcoffset()
    version_id = context.form.study_version_id if context.form else context.study_version_id
    return {
        "id": said.id,
        "participant_id": person.id,
        "expected_form_id": judged.form_id,
        "questionnaire_sha256": said.questionnaire_sha256,
        "study_version_id": version_id,
        "device_id": person.device_id,
        "answers": dict(said.answers),
        "skipped": list(said.skipped),
        "problems": [[problem.item, problem.slug] for problem in problems],
        "body_sha256": body_sha256,
        "authored_at": said.authored_at,
        "authored_offset_minutes": int(offset.total_seconds() // 60) if offset else 0,
        "authored_zone": said.authored_zone,
        "received_at": now,
        "offered_at": judged.offered_at,
        "skew_seconds": judged.skew_seconds,
        "mode": said.mode,
        "originator": "participant",
        "assistance": said.assistance,
        "language": questionnaire.language,
        "recorded_by": said.recorded_by,
        "app_build": said.app_build,
        "disposition": judged.disposition,
        "scorable": _scorable(scores, answered),
        "answered": answered,
        "applicable": applicable,
        "declined": declined,
    }


def _counts(questionnaire: Questionnaire, said: Submission) -> tuple[int, int, int]:
    """How many of the items that applied were answered, how many applied, how many declined."""
    visible = rules.shown(questionnaire, said.answers, said.skipped)
    items = [item.id for item in questionnaire.items_in_order() if item.id in visible]
    skipped = set(said.skipped)
    answered = sum(
        1 for item in items if item not in skipped and rules.answered(said.answers.get(item))
    )
    return answered, len(items), sum(1 for item in items if item in skipped)


def _scorable(scores: Sequence[scoring.Score], answered: int) -> bool:
    """At least one primary score came out; without any rule of scoring, at least one answer."""
    primary = [one for one in scores if one.primary] or list(scores)
    return any(one.scorable for one in primary) if primary else answered > 0


def _body(said: Submission) -> dict[str, Any]:
    """The second body as it came, for the site to compare."""
    return {
        "expected_form_id": said.expected_form_id, "questionnaire_sha": said.questionnaire_sha256,
        "answers": dict(said.answers), "skipped": list(said.skipped),
        "authored_at": said.authored_at.isoformat(), "authored_zone": said.authored_zone,
        "sent_at": said.sent_at.isoformat(), "mode": said.mode, "assistance": said.assistance,
    }  # fmt: skip


__all__ = ["COUNTING", "Outcome", "Receipt", "Submission", "fingerprint", "receipt", "submit"]
