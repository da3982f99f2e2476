"""Keep the rows of expected forms in step with the facts.

Called by every service that changes what is asked of a participant: enrolment, an anchor, an event,
a zone, an amendment. The domain says what is wanted and how to get there; a form that was answered
never moves, one that has opened keeps its dates, and every change is audited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sayso.domain.audit import Actor
from sayso.domain.participation import Facts
from sayso.domain.schedule import Plan, WantedForm, answered_keys, reconcile, wanted_under
from sayso.services import audit, publishing
from sayso.services.publishing import Published
from sayso.store.facts import StoredForm, facts_of, forms_of
from sayso.store.tables import participant
from sayso.store.tables_forms import expected_form


@dataclass(frozen=True, slots=True)
class _Pins:
    """Which rows the versions of a study and their questionnaires have."""

    version_ids: Mapping[str, int]
    versions: Mapping[int, str]
    questionnaires: Mapping[int, Mapping[str, str]]


def replan(
    connection: Connection, actor: Actor, study_key: str, participant_id: int, now: datetime
) -> Plan:
    """Make the participant's forms what the study wants of her now; returns what was done."""
    return replan_many(connection, actor, study_key, [participant_id], now)[participant_id]


def replan_many(
    connection: Connection,
    actor: Actor,
    study_key: str,
    participant_ids: Sequence[int] | None,
    now: datetime,
) -> dict[int, Plan]:
    """The same for several participants, or for all of the study with None."""
    published = publishing.versions(connection, study_key)
    pins = _pins(connection, published)
    who = [participant.c.study_key == study_key]
    if participant_ids is not None:
        who.append(participant.c.id.in_(participant_ids))
    known = facts_of(connection, *who, history=True)
    stored = forms_of(connection, *who)
    homes = connection.execute(select(participant.c.id, participant.c.site_id).where(*who))
    sites = {row.id: row.site_id for row in homes}
    history = publishing.history(published)
    plans: dict[int, Plan] = {}
    entries: list[audit.Entry] = []
    rows: list[dict[str, Any]] = []
    for person_id, facts in known.items():
        current = facts.known_at(now)
        existing = {(f.timepoint, f.questionnaire): f for f in stored.get(person_id, ())}
        plan = _plan(existing.values(), current, wanted_under(history, facts, now), pins, now)
        plans[person_id] = plan
        if plan:
            rows += [_row(form, person_id, pins, now) for form in plan.add]
            _change(connection, plan, existing, pins, now)
            entries.append(_entry(actor, person_id, sites[person_id], plan))
    if rows:
        connection.execute(insert(expected_form), rows)
    if entries:
        audit.record_all(connection, entries, now)
    return plans


def wanted_form(form: StoredForm, versions: Mapping[int, str]) -> WantedForm:
    """A stored form as the schedule rules know it; `versions` names study versions by row id."""
    return WantedForm(
        timepoint=form.timepoint,
        questionnaire=form.questionnaire,
        version=None,
        opens=form.opens,
        target=form.target,
        closes=form.closes,
        opens_at=form.opens_at,
        closes_at=form.closes_at,
        tags=form.tags,
        position=form.position,
        arm=form.arm,
        study_version=versions[form.study_version_id],
        reported_at=form.reported_at,
    )


def _plan(
    existing: Iterable[StoredForm],
    facts: Facts,
    wanted: Iterable[WantedForm],
    pins: _Pins,
    now: datetime,
) -> Plan:
    have = [wanted_form(form, pins.versions) for form in existing]
    # The row pins the questionnaire by hash through its study version, so the version that a slot
    # names adds nothing here and must not make every form look moved.
    want = [_without_version(form) for form in wanted]
    return reconcile(have, want, answered_keys(have, facts), now)


def _without_version(form: WantedForm) -> WantedForm:
    return form if form.version is None else WantedForm(
        form.timepoint, form.questionnaire, None, form.opens, form.target, form.closes,
        form.opens_at, form.closes_at, form.tags, form.position, form.arm, form.study_version,
        form.reported_at,
    )  # fmt: skip


def _pins(connection: Connection, published: Sequence[Published]) -> _Pins:
    return _Pins(
        version_ids={p.study.version: p.id for p in published},
        versions={p.id: p.study.version for p in published},
        questionnaires={
            p.id: publishing.pinned_questionnaires(connection, p.id) for p in published
        },
    )


def _row(form: WantedForm, participant_id: int, pins: _Pins, now: datetime) -> dict[str, Any]:
    return {
        "participant_id": participant_id,
        "timepoint": form.timepoint,
        "instrument": form.questionnaire,
        "created_at": now,
        **_values(form, pins),
    }


def _values(form: WantedForm, pins: _Pins) -> dict[str, Any]:
    version_id = pins.version_ids[form.study_version]
    return {
        "study_version_id": version_id,
        "questionnaire_sha256": pins.questionnaires[version_id][form.questionnaire],
        "position": form.position,
        "arm": form.arm,
        "opens_on": form.opens,
        "target_on": form.target,
        "closes_on": form.closes,
        "opens_at": form.opens_at,
        "closes_at": form.closes_at,
        "tags": list(form.tags),
        "reported_at": form.reported_at,
    }


def _change(
    connection: Connection,
    plan: Plan,
    existing: Mapping[tuple[str, str], StoredForm],
    pins: _Pins,
    now: datetime,
) -> None:
    for change in (*plan.move, *plan.retag):
        connection.execute(
            update(expected_form)
            .where(expected_form.c.id == existing[change.old.key].id)
            .values(_values(change.new, pins))
        )
    gone = [existing[form.key].id for form in plan.cancel]
    if gone:
        connection.execute(
            update(expected_form)
            .where(expected_form.c.id.in_(gone))
            .values(cancelled_at=now, cancel_reason="no longer wanted")
        )


def _entry(actor: Actor, participant_id: int, site_id: int, plan: Plan) -> audit.Entry:
    changed = (*plan.move, *plan.retag)
    before = {
        "moved": [_dates(change.old) for change in changed],
        "cancelled": [_dates(form) for form in plan.cancel],
    }
    after = {
        "added": [_dates(form) for form in plan.add],
        "moved": [_dates(change.new) for change in changed],
    }
    return audit.Entry(
        actor, "forms.planned", f"participant/{participant_id}",
        before={name: forms for name, forms in before.items() if forms} or None,
        after={name: forms for name, forms in after.items() if forms} or None,
        participant_id=participant_id, site_id=site_id,
    )  # fmt: skip


def _dates(form: WantedForm) -> list[str]:
    return [
        form.timepoint, form.questionnaire, form.opens.isoformat(), form.target.isoformat(),
        form.closes.isoformat(), " ".join(form.tags),
    ]  # fmt: skip
