"""Facts and forms of some hundred participants by row id: what the worker reads in every batch.

`store.facts` chooses people by any condition, and puts its statements together for each of them.
Here the condition is always a list of row ids, so the statements are made once, and the ids stand
next to the table that is read: hidden in a subquery they keep SQLite from using its index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, select, union_all

from sayso.domain.participation import Facts, ResponseFact
from sayso.store.dated_rows import BRANCHES
from sayso.store.facts import (
    LIVE_FORMS,
    RESPONSES,
    Dated,
    StoredForm,
    dated_of,
    responses_by_person,
)
from sayso.store.facts import facts as own_facts
from sayso.store.tables import participant, participant_identity, site
from sayso.store.tables_forms import expected_form, missing_reason, response

_IDS: BindParameter[Any] = bindparam("participants", expanding=True)
# LIVE_FORMS brings its columns in the order in which StoredForm has them.
_TAGS = 13
_TIMEPOINTS: BindParameter[Any] = bindparam("timepoints", expanding=True)
_PEOPLE = (
    select(
        participant,
        site.c.code.label("site_code"),
        participant_identity.c.email_sealed.is_not(None).label("has_email"),
    )
    .join(site, site.c.id == participant.c.site_id)
    .outerjoin(
        participant_identity, participant_identity.c.participant_id == participant.c.id
    )
    .where(participant.c.id.in_(_IDS))
)  # fmt: skip
_EVER_DATED = [
    branch.join(participant, participant.c.id == owner.c.participant_id).where(
        owner.c.participant_id.in_(_IDS)
    )
    for table, branch in BRANCHES
    for owner in (expected_form if table is missing_reason else table,)
]
_HISTORY = union_all(*_EVER_DATED)
_DATED = union_all(
    *(
        part.where(table.c.voided_at.is_(None))
        for part, (table, _branch) in zip(_EVER_DATED, BRANCHES, strict=True)
    )
)
_RESPONSES = RESPONSES.where(response.c.participant_id.in_(_IDS))
_FORMS = LIVE_FORMS.where(expected_form.c.participant_id.in_(_IDS))
_FORMS_AT = _FORMS.where(expected_form.c.timepoint.in_(_TIMEPOINTS))


def people(
    connection: Connection, ids: Collection[int], *where: ColumnElement[bool]
) -> list[Row[Any]]:
    """Rows of `participant` with `site_code` and `has_email`; unknown ids are left out.

    So is whom a condition on `participant` and `site` does not choose.
    """
    return list(connection.execute(_PEOPLE.where(*where), _of(ids)).all())


def facts(
    connection: Connection, people: Mapping[int, Any], *, history: bool = False
) -> dict[int, Facts]:
    """Their facts; `people` are rows of :func:`people` by id.

    With `history`, entries that were voided later come too; without it they are as of today.
    """
    statement = _HISTORY if history else _DATED
    known = dated_of(connection.execute(statement, _of(people)).all())
    sent = responses(connection, people)
    return {
        row_id: own_facts(person, known.get(row_id, Dated()), sent.get(row_id, ()))
        for row_id, person in people.items()
    }


def dated(connection: Connection, ids: Collection[int]) -> dict[int, Dated]:
    """Everything that stands today and has a date, but responses."""
    return dated_of(connection.execute(_DATED, _of(ids)).all())


def responses(connection: Connection, ids: Collection[int]) -> dict[int, list[ResponseFact]]:
    """Every response, first received first."""
    return responses_by_person(connection.execute(_RESPONSES, _of(ids)).all())


def forms_at(
    connection: Connection, ids: Collection[int], timepoints: Iterable[str]
) -> dict[int, list[StoredForm]]:
    """The live forms of these timepoints, in order of opening."""
    asked = {**_of(ids), _TIMEPOINTS.key: sorted(timepoints)}
    return _by_person(connection.execute(_FORMS_AT, asked).all())


def forms_where(
    connection: Connection, ids: Collection[int], which: ColumnElement[bool]
) -> dict[int, list[StoredForm]]:
    """The live forms that a condition on `expected_form` chooses, in order of opening."""
    return _by_person(connection.execute(_FORMS.where(which), _of(ids)).all())


def _of(ids: Collection[int]) -> dict[str, Any]:
    return {_IDS.key: sorted(ids)}


def _by_person(rows: Iterable[Any]) -> dict[int, list[StoredForm]]:
    found: dict[int, list[StoredForm]] = defaultdict(list)
    for row in rows:
        values = [*row]
        values[_TAGS] = tuple(values[_TAGS])
        form = StoredForm(*values)
        found[form.participant_id].append(form)
    return found
