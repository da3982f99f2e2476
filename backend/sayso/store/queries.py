"""Reads of a participant's own requests, each one statement however much it brings.

They are built once when the module is loaded; a request only binds values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    exists,
    func,
    select,
    union_all,
)

from sayso.store.facts import Dated, StoredForm, dated_branch, dated_of, stored_form
from sayso.store.tables import (
    event,
    exemption,
    participant,
    participant_identity,
    questionnaire,
    study_version,
)
from sayso.store.tables_forms import draft, expected_form, response
from sayso.store.tables_messages import push_subscription

COUNTING = ("in_window", "late", "time_disputed")
"""Dispositions of the one response that counts for a form."""


@dataclass(frozen=True, slots=True)
class OwnForm:
    """A form as its participant sees it."""

    form: StoredForm
    title: str
    minutes: int
    items: int
    draft_saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How reminders can reach a participant: live phones (confirmed when?) and e-mail."""

    has_email: bool
    phones: tuple[datetime | None, ...]


@dataclass(frozen=True, slots=True)
class SubmitContext:
    """All that deciding about one response takes.

    `same_id` is the response that has this id already; `answered` says that another one counts for
    the form; `waiting` is the number of the occasion's other forms without any response.
    """

    form: StoredForm | None
    study_version_id: int
    site_id: int
    same_id: Row[Any] | None
    answered: bool
    waiting: int
    dated: Dated


_FORMS = (
    select(
        expected_form,
        questionnaire.c.title,
        questionnaire.c.minutes,
        questionnaire.c.item_count,
        draft.c.saved_at.label("draft_saved_at"),
    )
    .join(questionnaire, questionnaire.c.sha256 == expected_form.c.questionnaire_sha256)
    .outerjoin(draft, draft.c.expected_form_id == expected_form.c.id)
    .where(
        expected_form.c.participant_id == bindparam("participant"),
        expected_form.c.cancelled_at.is_(None),
    )
    .order_by(expected_form.c.opens_at, expected_form.c.timepoint, expected_form.c.position)
)
_REACH = (
    select(
        participant_identity.c.email_sealed.is_not(None).label("has_email"),
        push_subscription.c.id,
        push_subscription.c.confirmed_at,
    )
    .select_from(participant)
    .outerjoin(participant_identity, participant_identity.c.participant_id == participant.c.id)
    .outerjoin(
        push_subscription,
        and_(
            push_subscription.c.participant_id == participant.c.id,
            push_subscription.c.dead_at.is_(None),
        ),
    )
    .where(participant.c.id == bindparam("participant"))
)
_ONE_FORM = (
    select(
        expected_form,
        questionnaire.c.title,
        questionnaire.c.minutes,
        questionnaire.c.item_count,
        draft.c.answers,
        draft.c.skipped,
        draft.c.at_item,
        draft.c.saved_at.label("draft_saved_at"),
    )
    .join(questionnaire, questionnaire.c.sha256 == expected_form.c.questionnaire_sha256)
    .outerjoin(draft, draft.c.expected_form_id == expected_form.c.id)
    .where(
        expected_form.c.id == bindparam("form"),
        expected_form.c.participant_id == bindparam("participant"),
    )
)

_ASKS = (
    select(expected_form.c.id)
    .where(
        expected_form.c.participant_id == bindparam("participant"),
        expected_form.c.questionnaire_sha256 == bindparam("sha256"),
    )
    .limit(1)
)


def _submit_context() -> Any:
    same = response.alias("same_id")
    other = response.alias("other_response")
    sibling = expected_form.alias("sibling")
    facts = union_all(
        *(
            dated_branch(table).where(
                table.c.participant_id == bindparam("participant"), table.c.voided_at.is_(None)
            )
            for table in (exemption, event)
        )
    ).subquery("dated")
    newest = (
        select(func.max(study_version.c.id))
        .where(study_version.c.key == participant.c.study_key)
        .scalar_subquery()
    )
    answered = exists().where(
        other.c.expected_form_id == expected_form.c.id, other.c.disposition.in_(COUNTING)
    )
    waiting = (
        select(func.count())
        .select_from(sibling)
        .where(
            sibling.c.participant_id == expected_form.c.participant_id,
            sibling.c.timepoint == expected_form.c.timepoint,
            sibling.c.id != expected_form.c.id,
            sibling.c.cancelled_at.is_(None),
            ~exists().where(other.c.expected_form_id == sibling.c.id),
        )
        .scalar_subquery()
    )
    return (
        select(
            expected_form,
            participant.c.site_id,
            newest.label("newest_version"),
            same.c.id.label("same_id"),
            same.c.participant_id.label("same_participant"),
            same.c.body_sha256.label("same_body"),
            same.c.received_at.label("same_received_at"),
            same.c.disposition.label("same_disposition"),
            answered.label("answered"),
            waiting.label("waiting"),
            *(column.label(f"fact_{column.name}") for column in facts.c),
        )
        .select_from(participant)
        .outerjoin(
            expected_form,
            and_(
                expected_form.c.id == bindparam("form"),
                expected_form.c.participant_id == participant.c.id,
            ),
        )
        .outerjoin(same, same.c.id == bindparam("response"))
        .outerjoin(facts, facts.c.participant_id == participant.c.id)
        .where(participant.c.id == bindparam("participant"))
    )


_SUBMIT = _submit_context()


def own_forms(connection: Connection, participant_id: int) -> list[OwnForm]:
    """Every live form of a participant, in order of opening."""
    return [
        OwnForm(stored_form(row), row.title, row.minutes, row.item_count, row.draft_saved_at)
        for row in connection.execute(_FORMS, {"participant": participant_id})
    ]


def reach(connection: Connection, participant_id: int) -> Reach:
    """Whether e-mail and live push subscriptions are there."""
    rows = connection.execute(_REACH, {"participant": participant_id}).all()
    return Reach(
        any(row.has_email for row in rows),
        tuple(row.confirmed_at for row in rows if row.id is not None),
    )


def one_form(connection: Connection, participant_id: int, form_id: int) -> Row[Any] | None:
    """One form of this participant with its questionnaire's title and its draft."""
    return connection.execute(
        _ONE_FORM, {"participant": participant_id, "form": form_id}
    ).one_or_none()


def submit_context(
    connection: Connection, participant_id: int, form_id: int | None, response_id: str
) -> SubmitContext:
    """What is known around a response that has just arrived."""
    rows = connection.execute(
        _SUBMIT,
        {"participant": participant_id, "form": form_id, "response": response_id},
    ).all()
    first = rows[0]
    facts = dated_of(_Fact(row) for row in rows if row.fact_kind is not None)
    return SubmitContext(
        form=None if first.id is None else stored_form(first),
        study_version_id=first.newest_version,
        site_id=first.site_id,
        same_id=None if first.same_id is None else first,
        answered=bool(first.answered),
        waiting=first.waiting,
        dated=facts.get(participant_id, Dated()),
    )


class _Fact:
    """A row of the joined statement as the UNION alone would have brought it."""

    __slots__ = ("_row",)

    def __init__(self, row: Row[Any]) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"fact_{name}")


def asks(connection: Connection, participant_id: int, sha256: str) -> bool:
    """Whether some form of this participant pins this questionnaire."""
    found = connection.execute(_ASKS, {"participant": participant_id, "sha256": sha256})
    return found.first() is not None
