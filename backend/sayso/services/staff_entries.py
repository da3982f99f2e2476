"""Answers that a participant told in an interview or wrote on paper, typed in by staff.

They go the way that a phone's answers go: same check, same disposition, same scores, same end of
reminders. What differs is on record: who asked, who typed, when it was said and when it was
entered. The words stay hers, so an interview is never held through an interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from sayso.domain.answers import answered, check, same
from sayso.domain.consistency import check_staff_entry
from sayso.domain.entry_errors import InterpreterRefused
from sayso.domain.errors import AnswersMalformed, NotFound, ParticipantExempt, UnknownWord
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.status import status_of
from sayso.domain.walltime import to_instant, zone_of
from sayso.services import access, audit, publishing, responses
from sayso.services.access import Participant
from sayso.services.entries import author_of
from sayso.services.responses import Outcome, Submission
from sayso.store.facts import StoredForm, stored_form
from sayso.store.sealed import Keyring
from sayso.store.tables import site, staff, staff_site
from sayso.store.tables_entries import staff_entry
from sayso.store.tables_forms import expected_form

INTERVIEW, PAPER = "interview", "paper"
MODES = {INTERVIEW: "Interview", PAPER: "Paper form"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What staff type in. Date and time are the participant's; no time is the start of the day.

    `administered_by` is the staff row of who asked or handed out the form, None for the person at
    the screen.
    """

    id: str
    expected_form_id: int
    mode: str
    collected_on: date
    answers: Mapping[str, Any]
    skipped: Sequence[str]
    collected_time: time | None = None
    administered_by: int | None = None
    interpreter_used: bool = False
    assistance: str = "none"
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """The participant as the author of answers that no device of hers sent."""

    id: int
    code: str
    site_id: int
    site_code: str
    zone: str
    study_sha256: str
    arm: str
    enrolled_on: date
    created_at: datetime
    preferred_language: str
    reads_english: bool
    interpreter: bool
    device_id: int | None = None


def record(
    connection: Connection,
    person: Participant,
    entry: Entry,
    keyring: Keyring,
    offer_key: bytes,
    now: datetime,
) -> Outcome:
    """Store what she said; entering the same again under the same id changes nothing.

    An exempt participant is not interviewed; a paper form that came from her all the same is kept
    apart for the site. Raises NotFound, DatesOutOfOrder, InterpreterRefused, ParticipantExempt,
    AnswersMalformed or UnknownWord.
    """
    author = author_of(person)
    published = publishing.current(connection, person.study_key)
    form = _form(connection, person, entry.expected_form_id)
    said_at = _collected_at(entry, person.zone)
    facts = access.facts(connection, person)
    check_staff_entry(form, facts, said_at, now, timedelta())
    if entry.mode == INTERVIEW and entry.interpreter_used:
        raise InterpreterRefused
    exempt = status_of(form, facts, now, published.study.rules).status == "exempt"
    if entry.mode == INTERVIEW and exempt:
        raise ParticipantExempt(f"{person.code} is exempt from this questionnaire and is not asked")
    asked = publishing.questionnaire_by_hash(connection, form.questionnaire_sha256)
    refuse_malformed(asked, entry.answers, entry.skipped, entry.collected_on)
    administered_by = _administrator(connection, person, entry.administered_by or author)
    said = Submission(
        id=entry.id,
        expected_form_id=form.id,
        questionnaire_sha256=form.questionnaire_sha256,
        answers=entry.answers,
        skipped=entry.skipped,
        authored_at=said_at.astimezone(zone_of(person.zone)),
        authored_zone=person.zone,
        sent_at=now,
        offer_token=None,
        mode=entry.mode,
        assistance=entry.assistance,
        recorded_by=author,
    )
    spoken = _spoken(person, published.sha256)
    outcome = responses.submit(connection, person.actor, spoken, said, offer_key, now)
    if outcome.created:
        _keep(connection, person, entry, administered_by, author, keyring, now)
    return outcome


def differences(
    asked: Questionnaire,
    answers: Mapping[str, Any],
    skipped: Sequence[str],
    others: Mapping[str, Any],
    also_skipped: Sequence[str],
) -> list[str]:
    """The items on which two sets of answers differ, in the order of the questionnaire."""
    return [
        item.id
        for item in asked.items_in_order()
        if (item.id in skipped) != (item.id in also_skipped)
        or answered(answers.get(item.id)) != answered(others.get(item.id))
        or (answered(answers.get(item.id)) and not same(answers.get(item.id), others.get(item.id)))
    ]


def refuse_malformed(
    asked: Questionnaire, answers: Mapping[str, Any], skipped: Sequence[str], day: date
) -> None:
    """Raise AnswersMalformed for what no participant can have said; a gap is no fault.

    Staff sit before the screen and can mend a slip, unlike a phone that sends days later.
    """
    wrong = [problem for problem in check(asked, answers, skipped, day)
             if problem.slug != "required"]  # fmt: skip
    if wrong:
        said = "; ".join(f"{problem.item}: {problem.detail}" for problem in wrong[:5])
        raise AnswersMalformed(f"These answers do not fit the questionnaire: {said}")


def staff_at(connection: Connection, person: Participant) -> list[int]:
    """The row ids of everybody who works at this participant's site or looks after it."""
    parent = select(site.c.parent_id).where(site.c.id == person.site.id).scalar_subquery()
    rows = connection.execute(
        select(staff.c.id)
        .join(staff_site, staff_site.c.staff_id == staff.c.id)
        .where(
            staff_site.c.site_id.in_((person.site.id, parent)),
            staff.c.role.in_(access.CHANGING_ROLES),
            staff.c.disabled_at.is_(None),
        )
        .distinct()
        .order_by(staff.c.id)
    )
    found = [int(row.id) for row in rows]
    own = person.actor.id
    return found if own is None or own in found else [*found, own]


def _administrator(connection: Connection, person: Participant, staff_id: int) -> int:
    known = staff_at(connection, person)
    if staff_id not in known:
        raise UnknownWord("member of staff", str(staff_id), [str(one) for one in known])
    return staff_id


def _form(connection: Connection, person: Participant, form_id: int) -> StoredForm:
    row = connection.execute(
        select(expected_form).where(
            expected_form.c.id == form_id,
            expected_form.c.participant_id == person.id,
            expected_form.c.cancelled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no form {form_id} for {person.code}")
    return stored_form(row)


def _collected_at(entry: Entry, zone: str) -> datetime:
    # Without a time the day begins the answer: a fixed instant, so that sending again is the same,
    # and one that lies inside the window on its first day and not ahead of now on its last.
    return to_instant(datetime.combine(entry.collected_on, entry.collected_time or time()), zone)


def _spoken(person: Participant, study_sha256: str) -> Spoken:
    row = person.row
    return Spoken(
        id=person.id, code=person.code, site_id=person.site.id, site_code=person.site.code,
        zone=person.zone, study_sha256=study_sha256, arm=person.arm,
        enrolled_on=person.enrolled_on, created_at=row.created_at,
        preferred_language=row.preferred_language, reads_english=row.reads_english,
        interpreter=row.interpreter,
    )  # fmt: skip


def _keep(
    connection: Connection,
    person: Participant,
    entry: Entry,
    administered_by: int,
    author: int,
    keyring: Keyring,
    now: datetime,
) -> None:
    note = keyring.seal(entry.note) if entry.note else None
    connection.execute(
        insert(staff_entry).values(
            response_id=entry.id, participant_id=person.id, administered_by=administered_by,
            recorded_at=now, recorded_by=author, note_sealed=note,
        )
    )  # fmt: skip
    audit.record(
        connection, person.actor, "entry.recorded", f"response/{entry.id}",
        after={
            "mode": entry.mode, "collected_on": entry.collected_on,
            "collected_time": entry.collected_time.isoformat() if entry.collected_time else None,
            "administered_by": administered_by, "has_note": note is not None,
        },
        participant_id=person.id, site_id=person.site.id, now=now,
    )  # fmt: skip
