"""Load what is known about participants, in a few statements however many there are.

Two statements bring the facts of any number of people (everything that has a date comes as one
UNION, responses as another), a third one their forms. The objects are the domain's own, so that the
same rules run over the database, over a facts file and over a simulation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    select,
    union_all,
)

from sayso.domain.participation import (
    AnchorDate,
    ArmChange,
    ContactFact,
    Event,
    Exemption,
    Facts,
    MissingReason,
    ResponseFact,
    VisitFact,
    ZoneMove,
)
from sayso.store.dated_rows import BRANCHES
from sayso.store.tables import participant, questionnaire, site
from sayso.store.tables_forms import expected_form, missing_reason, response

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class StoredForm:
    """One row of expected_form, in the shape that the status rule reads."""

    id: int
    participant_id: int
    timepoint: str
    questionnaire: str
    questionnaire_sha256: str
    study_version_id: int
    position: int
    arm: str
    opens: date
    target: date
    closes: date
    opens_at: datetime
    closes_at: datetime
    tags: tuple[str, ...]
    reported_at: datetime | None
    created_at: datetime
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Dated:
    """The dated facts of one participant, sorted by kind."""

    anchors: tuple[AnchorDate, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    events: tuple[Event, ...] = ()
    missing_reasons: tuple[MissingReason, ...] = ()
    visits: tuple[VisitFact, ...] = ()
    contacts: tuple[ContactFact, ...] = ()
    zone_moves: tuple[ZoneMove, ...] = ()
    arm_changes: tuple[ArmChange, ...] = ()


def facts_of(connection: Connection, *where: Condition, history: bool = False) -> dict[int, Facts]:
    """The facts of every participant that the conditions on `participant` and `site` choose.

    With `history`, entries that were voided later come too, for `Facts.known_at`; without it the
    facts are those that stand today. Three statements.
    """
    people = connection.execute(_people(where)).all()
    dated = dated_facts(connection, *where, history=history)
    responses = responses_of(connection, *where)
    return {
        person.id: facts(person, dated.get(person.id, Dated()), responses.get(person.id, ()))
        for person in people
    }


def facts_of_one(connection: Connection, participant_id: int) -> Facts:
    """The facts of one participant as they stand today. Raises NoResultFound.

    The statements are built once: putting the UNION together costs ten times what running it does.
    """
    return own_facts(connection, connection.execute(_PERSON, {_ONE.key: participant_id}).one())


def own_facts(connection: Connection, person: Any) -> Facts:
    """The same for a row that is at hand already; `person` has the columns of `participant`."""
    one = {_ONE.key: person.id}
    dated = dated_of(connection.execute(_PERSON_DATED, one))
    responses = responses_by_person(connection.execute(_PERSON_RESPONSES, one))
    return facts(person, dated.get(person.id, Dated()), responses.get(person.id, ()))


def forms_of_one(connection: Connection, participant_id: int) -> list[StoredForm]:
    """The live forms of one participant, in order of opening."""
    rows = connection.execute(_PERSON_FORMS, {_ONE.key: participant_id})
    return [stored_form(row) for row in rows]


def facts(person: Any, dated: Dated, responses: Sequence[ResponseFact] = ()) -> Facts:
    """Put together the facts of one participant; `person` has the columns of `participant`."""
    return Facts(
        code=person.code,
        arm=person.arm,
        site=person.site_code,
        zone=person.zone,
        enrolled=person.enrolled_on,
        anchors=dated.anchors,
        reads_english=person.reads_english,
        preferred_language=person.preferred_language,
        interpreter=person.interpreter,
        exemptions=dated.exemptions,
        events=dated.events,
        responses=tuple(responses),
        missing_reasons=dated.missing_reasons,
        visits=dated.visits,
        contacts=dated.contacts,
        zone_moves=dated.zone_moves,
        enrolled_at=person.created_at,
        arm_changes=dated.arm_changes,
    )


def dated_facts(
    connection: Connection, *where: Condition, history: bool = False
) -> dict[int, Dated]:
    """Everything that has a date but responses, in one statement."""
    rows = connection.execute(dated_where(where, history)).all()
    return dated_of(rows)


def dated_of(rows: Iterable[Any]) -> dict[int, Dated]:
    """Sort rows of the UNION by participant and kind."""
    found: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        field, build = _BUILDERS[row.kind]
        found[row.participant_id][field].append(build(row))
    return {
        person: Dated(**{field: tuple(values) for field, values in kinds.items()})
        for person, kinds in found.items()
    }


def responses_of(connection: Connection, *where: Condition) -> dict[int, list[ResponseFact]]:
    """Every response, first received first, in one statement."""
    return responses_by_person(connection.execute(_of(RESPONSES, response, where)))


def responses_by_person(rows: Iterable[Any]) -> dict[int, list[ResponseFact]]:
    """Rows of RESPONSES sorted by participant."""
    found: dict[int, list[ResponseFact]] = defaultdict(list)
    for row in rows:
        found[row.participant_id].append(
            ResponseFact(
                row.id, row.timepoint or "", row.instrument, row.authored_at, row.received_at,
                row.skew_seconds, row.offered_at, row.mode, row.scorable, row.time_accepted,
                row.assistance, row.answered, row.applicable, row.declined, row.decided_at,
            )
        )  # fmt: skip
    return found


def forms_of(
    connection: Connection, *where: Condition, history: bool = False
) -> dict[int, list[StoredForm]]:
    """The expected forms, in order of opening, in one statement; cancelled ones with `history`."""
    statement = _FORMS if history else LIVE_FORMS
    found: dict[int, list[StoredForm]] = defaultdict(list)
    for row in connection.execute(_of(statement, expected_form, where)):
        found[row.participant_id].append(stored_form(row))
    return found


def stored_form(row: Any) -> StoredForm:
    """One row of expected_form as the domain reads it."""
    return StoredForm(
        row.id, row.participant_id, row.timepoint, row.instrument, row.questionnaire_sha256,
        row.study_version_id, row.position, row.arm, row.opens_on, row.target_on, row.closes_on,
        row.opens_at, row.closes_at, tuple(row.tags), row.reported_at, row.created_at,
        row.cancelled_at,
    )  # fmt: skip


RESPONSES = (
    select(
        response.c.id,
        response.c.participant_id,
        expected_form.c.timepoint,
        questionnaire.c.instrument,
        response.c.authored_at,
        response.c.received_at,
        response.c.skew_seconds,
        response.c.offered_at,
        response.c.mode,
        response.c.scorable,
        response.c.time_accepted,
        response.c.assistance,
        response.c.answered,
        response.c.applicable,
        response.c.declined,
        response.c.decided_at,
    )
    .select_from(response)
    .join(questionnaire, questionnaire.c.sha256 == response.c.questionnaire_sha256)
    .outerjoin(expected_form, expected_form.c.id == response.c.expected_form_id)
    .order_by(response.c.received_at, response.c.id)
)
_FORMS = select(
    expected_form.c.id,
    expected_form.c.participant_id,
    expected_form.c.timepoint,
    expected_form.c.instrument,
    expected_form.c.questionnaire_sha256,
    expected_form.c.study_version_id,
    expected_form.c.position,
    expected_form.c.arm,
    expected_form.c.opens_on,
    expected_form.c.target_on,
    expected_form.c.closes_on,
    expected_form.c.opens_at,
    expected_form.c.closes_at,
    expected_form.c.tags,
    expected_form.c.reported_at,
    expected_form.c.created_at,
    expected_form.c.cancelled_at,
).order_by(expected_form.c.opens_at, expected_form.c.timepoint, expected_form.c.position)
LIVE_FORMS = _FORMS.where(expected_form.c.cancelled_at.is_(None))


def dated_where(where: Sequence[Condition], history: bool) -> CompoundSelect[Any]:
    """The UNION behind `dated_facts`; putting it together costs ten times what running it does."""
    parts = []
    for table, branch in BRANCHES:
        owner = expected_form if table is missing_reason else table
        part = branch.join(participant, participant.c.id == owner.c.participant_id)
        part = part.join(site, site.c.id == participant.c.site_id).where(*where)
        parts.append(part if history else part.where(table.c.voided_at.is_(None)))
    return union_all(*parts)


def _people(where: Sequence[Condition]) -> Select[Any]:
    return select(participant, site.c.code.label("site_code")).join(site).where(*where)


def _of(statement: Select[Any], table: Any, where: Sequence[Condition]) -> Select[Any]:
    """Restrict a statement over a table of participants' facts to the chosen participants."""
    chosen = select(participant.c.id).join(site, site.c.id == participant.c.site_id).where(*where)
    return statement.where(table.c.participant_id.in_(chosen)) if where else statement


def dated_branch(table: Any) -> Select[Any]:
    """The part of the UNION that brings one table; its owner is `participant_id`."""
    branch = next(part for one, part in BRANCHES if one is table)
    return branch.join(participant, participant.c.id == table.c.participant_id)


_BUILDERS: dict[str, tuple[str, Any]] = {
    "anchor": (
        "anchors",
        lambda r: AnchorDate(r.text1, r.date1, r.recorded_at, r.voided_at),
    ),
    "exemption": (
        "exemptions",
        lambda r: Exemption(
            r.text1, r.date1, r.date2, r.recorded_at, r.instant1, r.text2, r.id, r.flag,
            r.instant2, r.voided_at,
        ),
    ),
    "event": ("events", lambda r: Event(r.text1, r.date1, r.recorded_at, r.id, r.voided_at)),
    "visit": (
        "visits",
        lambda r: VisitFact(r.text1, r.date1, r.text2, r.recorded_at, r.voided_at),
    ),
    "contact": ("contacts", lambda r: ContactFact(r.date1, r.recorded_at, r.voided_at)),
    "zone_move": (
        "zone_moves",
        lambda r: ZoneMove(r.text1, r.text2, r.recorded_at, r.voided_at),
    ),
    "arm_change": (
        "arm_changes",
        lambda r: ArmChange(r.text1, r.text2, r.recorded_at, r.voided_at),
    ),
    "missing_reason": (
        "missing_reasons",
        lambda r: MissingReason(r.text1, r.text2, r.text3, r.recorded_at, r.voided_at),
    ),
}  # fmt: skip

_ONE: BindParameter[int] = bindparam("one_participant")
_PERSON = _people([participant.c.id == _ONE])
_PERSON_DATED = dated_where([participant.c.id == _ONE], history=False)
_PERSON_RESPONSES = RESPONSES.where(response.c.participant_id == _ONE)
_PERSON_FORMS = LIVE_FORMS.where(expected_form.c.participant_id == _ONE)
