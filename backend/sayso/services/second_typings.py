"""Paper forms typed a second time by somebody else, and what becomes of the differences.

The two typings are compared answer by answer. Neither is written over: where the second one read
the sheet rightly a correction is proposed, which a colleague decides on like any other, and where
the first one did it stands. Both ways the settlement is on record with its reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, or_, select

from sayso.domain.entry_errors import NotAPaperForm
from sayso.domain.errors import AlreadySettled, AnswersMalformed, NotFound, SecondPersonNeeded
from sayso.domain.walltime import local_date
from sayso.services import audit, corrections, publishing
from sayso.services.access import Participant
from sayso.services.corrections import Answers
from sayso.services.entries import author_of
from sayso.services.staff_entries import PAPER, differences, refuse_malformed
from sayso.store.tables_entries import second_typing, staff_entry, typing_settlement
from sayso.store.tables_forms import expected_form, response
from sayso.store.upsert import insert_once


def verify(
    connection: Connection, person: Participant, response_id: str, said: Answers, now: datetime
) -> list[str]:
    """Compare a second typing of a paper form with the first; returns the items that differ.

    Nothing is changed. Raises NotFound, NotAPaperForm, SecondPersonNeeded, AlreadySettled or
    AnswersMalformed.
    """
    author = author_of(person)
    row = _typed(connection, person, response_id)
    if row.mode != PAPER:
        raise NotAPaperForm
    if row.recorded_by == author:
        raise SecondPersonNeeded("Whoever typed a paper form in cannot be the one who checks it")
    asked = publishing.questionnaire_by_hash(connection, row.questionnaire_sha256)
    day = local_date(row.authored_at, person.zone)
    refuse_malformed(asked, said.answers, said.skipped, day)
    differ = differences(asked, row.answers, row.skipped, said.answers, said.skipped)
    typed = {
        "response_id": response_id, "answers": dict(said.answers), "skipped": list(said.skipped),
        "items": differ, "recorded_at": now, "recorded_by": author,
    }  # fmt: skip
    if not insert_once(connection, second_typing, typed):
        raise AlreadySettled("This paper form was typed a second time before")
    audit.record(
        connection, person.actor, "entry.verified", f"response/{response_id}",
        after={"agrees": not differ, "items": differ},
        participant_id=person.id, site_id=person.site.id, now=now,
    )  # fmt: skip
    return differ


def settle(
    connection: Connection,
    person: Participant,
    response_id: str,
    said: Answers,
    reason: str,
    now: datetime,
) -> int | None:
    """Say what the sheet says where two typings differ: the whole answers as they should count.

    Where they are not those that count already a correction is proposed, whose row id is returned;
    None says that the first typing stands. Raises NotFound, AlreadySettled (also where the typings
    agree), AnswersMalformed where other answers are touched than those that differ, or
    AlreadyRecorded while an earlier correction waits.
    """
    author = author_of(person)
    row = _typed(connection, person, response_id)
    second = second_of(connection, response_id)
    if second is None:
        raise NotFound(f"The form {response_id} of {person.code} was not typed a second time")
    if second.settled_at is not None or not second.differ:
        raise AlreadySettled("There is no difference left between the two typings of this form")
    asked = publishing.questionnaire_by_hash(connection, row.questionnaire_sha256)
    counting = corrections.standing(connection, [response_id]).get(
        response_id, Answers(row.answers, row.skipped)
    )
    changed = differences(asked, counting.answers, counting.skipped, said.answers, said.skipped)
    others = [item for item in changed if item not in second.differ]
    if others:
        raise AnswersMalformed(
            f"Only what the two typings differ on is settled here, not {', '.join(others)}"
        )
    made = (
        corrections.propose(connection, person, response_id, said, reason, now) if changed else None
    )
    settled = {
        "response_id": response_id, "correction_id": made, "reason": reason,
        "recorded_at": now, "recorded_by": author,
    }  # fmt: skip
    insert_once(connection, typing_settlement, settled)
    audit.record(
        connection, person.actor, "typing.settled", f"response/{response_id}",
        after={"correction": made, "items": changed}, reason=reason,
        participant_id=person.id, site_id=person.site.id, now=now,
    )  # fmt: skip
    return made


def second_of(connection: Connection, response_id: str) -> Any:
    """The second typing of a response and its settlement in one row; None where there is none.

    It has answers, skipped, differ, recorded_at and recorded_by of the typing; settled_at,
    settled_by, correction_id and reason are None while the differences are not settled.
    """
    return connection.execute(
        select(
            second_typing.c.answers, second_typing.c.skipped, second_typing.c.recorded_at,
            second_typing.c.recorded_by, second_typing.c["items"].label("differ"),
            typing_settlement.c.recorded_at.label("settled_at"),
            typing_settlement.c.recorded_by.label("settled_by"),
            typing_settlement.c.correction_id, typing_settlement.c.reason,
        )
        .outerjoin(
            typing_settlement, typing_settlement.c.response_id == second_typing.c.response_id
        )
        .where(second_typing.c.response_id == response_id)
    ).one_or_none()  # fmt: skip


def waiting(*also: ColumnElement[Any]) -> Select[Any]:
    """A statement for the paper forms that are owed a second typing or its settlement.

    Oldest first. It has response_id, participant_id, since, typed_by, differ (the items, None
    before the second typing) and the columns `also`.
    """
    differ = second_typing.c["items"]
    return (
        select(
            staff_entry.c.response_id, response.c.participant_id,
            staff_entry.c.recorded_by.label("typed_by"), staff_entry.c.recorded_at.label("since"),
            differ.label("differ"), *also,
        )
        .select_from(staff_entry)
        .join(response, response.c.id == staff_entry.c.response_id)
        .outerjoin(second_typing, second_typing.c.response_id == staff_entry.c.response_id)
        .outerjoin(typing_settlement, typing_settlement.c.response_id == staff_entry.c.response_id)
        .outerjoin(expected_form, expected_form.c.id == response.c.expected_form_id)
        .where(
            response.c.mode == PAPER, typing_settlement.c.response_id.is_(None),
            or_(second_typing.c.response_id.is_(None), cast(differ, Text) != "[]"),
        )
        .order_by(staff_entry.c.recorded_at, staff_entry.c.response_id)
    )  # fmt: skip


def _typed(connection: Connection, person: Participant, response_id: str) -> Any:
    """What was typed in first. Raises NotFound."""
    row = connection.execute(
        select(
            staff_entry.c.recorded_by, response.c.mode, response.c.answers, response.c.skipped,
            response.c.questionnaire_sha256, response.c.authored_at,
        )
        .join(response, response.c.id == staff_entry.c.response_id)
        .where(staff_entry.c.response_id == response_id, response.c.participant_id == person.id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound(f"There is no entry {response_id} for {person.code}")
    return row
