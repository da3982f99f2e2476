"""Facts and forms of some hundred participants by row id: what the worker reads in every batch.

`store.facts` chooses people by any condition, and puts its statements together for each of them.
Here the condition is always a list of row ids, so the statements are made once, and the ids stand
next to the table that is read: hidden in a subquery they keep SQLite from using its index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, select

from sayso.domain.participation import ResponseFact
from sayso.store.facts import (
    LIVE_FORMS,
    RESPONSES,
    Dated,
    StoredForm,
    dated_of,
    dated_where,
    responses_by_person,
)
from sayso.store.tables import participant, participant_identity, site
from sayso.store.tables_forms import expected_form, response

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
_DATED = dated_where([participant.c.id.in_(_IDS)], history=False)
_RESPONSES = RESPONSES.where(response.c.participant_id.in_(_IDS))
_FORMS = LIVE_FORMS.where(expected_form.c.participant_id.in_(_IDS))
_FORMS_AT = _FORMS.where(expected_form.c.timepoint.in_(_TIMEPOINTS))


def people(connection: Connection, ids: Collection[int]) -> list[Row[Any]]:
    """Rows of `participant` with `site_code` and `has_email`; unknown ids are left out."""
    return list(connection.execute(_PEOPLE, _of(ids)).all())


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
