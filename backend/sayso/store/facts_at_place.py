"""What one place in the schedule rests on, for some hundred people: the page of a list.

Of a participant's sixty forms a list behind a figure shows one. Reading all of her record for it
takes five times as long as the list may, so only what the status of that form hangs on is read
here: the forms of one timepoint, what was sent to them, the reasons given for them, and
whatever ends or suspends being asked. Ids stand next to the table that is read, as in
`facts_by_id`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select, union_all

from sayso.domain.participation import Facts, ResponseFact
from sayso.store.dated_rows import BRANCHES
from sayso.store.facts import (
    LIVE_FORMS,
    RESPONSES,
    Dated,
    StoredForm,
    dated_of,
    facts,
    responses_by_person,
    stored_form,
)
from sayso.store.tables import (
    anchor,
    event,
    exemption,
    participant,
    questionnaire,
)
from sayso.store.tables_forms import expected_form, missing_reason, response

_PEOPLE: BindParameter[Any] = bindparam("participants", expanding=True)
_FORMS: BindParameter[Any] = bindparam("forms", expanding=True)
_TIMEPOINTS: BindParameter[Any] = bindparam("timepoints", expanding=True)


def _branch(table: Any) -> Any:
    return next(part for one, part in BRANCHES if one is table)


_STANDING = union_all(
    *(
        _branch(table)
        .join(participant, participant.c.id == table.c.participant_id)
        .where(table.c.participant_id.in_(_PEOPLE), table.c.voided_at.is_(None))
        for table in (exemption, anchor, event)
    )
)
_REASONS = (
    _branch(missing_reason)
    .join(participant, participant.c.id == expected_form.c.participant_id)
    .where(missing_reason.c.expected_form_id.in_(_FORMS), missing_reason.c.voided_at.is_(None))
)
_SENT = RESPONSES.where(response.c.expected_form_id.in_(_FORMS))
_LIVE = LIVE_FORMS.where(
    expected_form.c.participant_id.in_(_PEOPLE), expected_form.c.timepoint.in_(_TIMEPOINTS)
)
# Cancelled forms too: what was said of one counts for the form that took its place.
_EVER = select(expected_form.c.id).where(
    expected_form.c.participant_id.in_(_PEOPLE), expected_form.c.timepoint.in_(_TIMEPOINTS)
)


def forms_at(
    connection: Connection, ids: Collection[int], timepoint: str, instrument: str | None
) -> dict[int, list[StoredForm]]:
    """The live forms of one timepoint, of one instrument where it is named, in order of opening."""
    statement = _LIVE
    if instrument is not None:
        statement = statement.where(expected_form.c.instrument == instrument)
    found: dict[int, list[StoredForm]] = defaultdict(list)
    asked = {_PEOPLE.key: sorted(ids), _TIMEPOINTS.key: [timepoint]}
    for row in connection.execute(statement, asked):
        found[row.participant_id].append(stored_form(row))
    return found


def facts_at(
    connection: Connection,
    people: Mapping[int, Any],
    timepoints: Collection[str],
    instrument: str | None,
) -> dict[int, Facts]:
    """The facts as they stand today that forms of these timepoints rest on; four statements.

    `people` are rows of `participant` with `site_code`, by id. Anchors, exemptions and events are
    whole; reasons and responses are those of the timepoints and, where it is named, of the
    instrument; visits, contacts and moves are left out.
    """
    ids = sorted(people)
    asked = {_PEOPLE.key: ids, _TIMEPOINTS.key: sorted(timepoints)}
    forms = {_FORMS.key: list(connection.execute(_EVER, asked).scalars())}
    reasons, sent = _REASONS, _SENT
    if instrument is not None:
        reasons = reasons.where(expected_form.c.instrument == instrument)
        sent = sent.where(questionnaire.c.instrument == instrument)
    standing = connection.execute(_STANDING, {_PEOPLE.key: ids}).all()
    dated = dated_of((*standing, *connection.execute(reasons, forms).all()))
    responses: Mapping[int, list[ResponseFact]] = responses_by_person(
        connection.execute(sent, forms).all()
    )
    return {
        row_id: facts(person, dated.get(row_id, Dated()), responses.get(row_id, ()))
        for row_id, person in people.items()
    }
