"""Enrol a participant and give her a code for her phone.

The language question never blocks: who does not read the study's language is enrolled all the same
and is exempt from questionnaires from that day, without a phone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from sayso.domain.audit import Actor
from sayso.domain.errors import (
    DatesOutOfOrder,
    InvalidParticipantCode,
    ParticipantCodeTaken,
    UnknownAnchor,
    UnknownArm,
    UnknownLanguage,
)
from sayso.domain.study import Study
from sayso.domain.walltime import local_date, zone_of
from sayso.services import audit, enrolment_codes, planning, publishing, sites
from sayso.services.enrolment_codes import EnrolmentCode
from sayso.store.sealed import Keyring
from sayso.store.tables import (
    anchor,
    exemption,
    participant,
    participant_identity,
)

HOW_ASSESSED = ("asked", "form_trial", "interpreter_present")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
# The shape of BCP 47; which languages exist is not for us to know.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """What staff enter. Dates are local to the participant; `how` is one of HOW_ASSESSED."""

    code: str
    site: str
    arm: str
    enrolled_on: date
    zone: str
    preferred_language: str
    reads_english: bool
    how: str
    interpreter: bool
    anchors: Mapping[str, date] = field(default_factory=dict)
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The new row; `code` is None for an exempt participant."""

    participant_id: int
    code: EnrolmentCode | None


def enrol(
    connection: Connection,
    actor: Actor,
    study_key: str,
    new: NewParticipant,
    keyring: Keyring,
    now: datetime,
    *,
    code_minutes: int,
    within: frozenset[int] | None = None,
) -> Enrolled:
    """Enrol a participant at a site among the row ids `within` (None: at any site).

    Raises UnknownStudy, UnknownSite, UnknownArm, UnknownAnchor, UnknownZone, UnknownLanguage,
    DatesOutOfOrder, InvalidParticipantCode, ParticipantCodeTaken.
    """
    study = publishing.current(connection, study_key).study
    place = sites.find(connection, study_key, new.site, within)
    _check(study, new, now)
    participant_id = _insert(connection, actor, study_key, place.id, new, now)
    _record_anchors(connection, actor, participant_id, new, now)
    _record_identity(connection, participant_id, new, keyring, now)
    if not new.reads_english:
        _exempt(connection, actor, study, participant_id, new, now)
    audit.record(
        connection, actor, "participant.enrolled", f"participant/{participant_id}",
        after=_recorded(new), participant_id=participant_id, site_id=place.id, now=now,
    )  # fmt: skip
    planning.replan(connection, actor, study_key, participant_id, now)
    if not new.reads_english:
        return Enrolled(participant_id, None)
    code = enrolment_codes.new_code(
        connection, actor, participant_id, keyring, now, minutes=code_minutes
    )
    return Enrolled(participant_id, code)


def _check(study: Study, new: NewParticipant, now: datetime) -> None:
    if not _CODE.fullmatch(new.code):
        raise InvalidParticipantCode(
            "A study code has up to 32 letters, digits, dots, dashes or underscores"
        )
    arm = study.arm(new.arm)
    if arm is None:
        known = ", ".join(one.id for one in study.arms)
        raise UnknownArm(f"The study has no arm {new.arm!r}; its arms are {known}")
    zone_of(new.zone)
    if not _LANGUAGE.fullmatch(new.preferred_language):
        raise UnknownLanguage(
            f"{new.preferred_language!r} is no code of a language; write one such as es or zh-Hant"
        )
    if new.enrolled_on > local_date(now, new.zone):
        raise DatesOutOfOrder("The enrolment date lies in the future")
    usable = {one.id for one in study.anchors if one.source != "enrolment"}
    for name in new.anchors:
        if name not in usable:
            raise UnknownAnchor(f"The study has no anchor {name!r} that staff set")


def _insert(
    connection: Connection,
    actor: Actor,
    study_key: str,
    site_id: int,
    new: NewParticipant,
    now: datetime,
) -> int:
    taken = connection.execute(
        select(participant.c.id).where(
            participant.c.study_key == study_key, participant.c.code == new.code
        )
    ).scalar_one_or_none()
    if taken is not None:
        raise ParticipantCodeTaken(f"The study has a participant {new.code} already")
    try:
        participant_id: int = connection.execute(
            insert(participant)
            .values(
                study_key=study_key, code=new.code, site_id=site_id, arm=new.arm, zone=new.zone,
                enrolled_on=new.enrolled_on, preferred_language=new.preferred_language,
                reads_english=new.reads_english, reads_english_on=local_date(now, new.zone),
                reads_english_by=_staff_id(actor), reads_english_how=new.how,
                interpreter=new.interpreter, created_at=now, created_by=_staff_id(actor),
            )
            .returning(participant.c.id)
        ).scalar_one()  # fmt: skip
    except IntegrityError as error:
        # Somebody else enrolled the same code between the look and the insert.
        raise ParticipantCodeTaken(f"The study has a participant {new.code} already") from error
    return participant_id


def _record_anchors(
    connection: Connection, actor: Actor, participant_id: int, new: NewParticipant, now: datetime
) -> None:
    for name, day in sorted(new.anchors.items()):
        connection.execute(
            insert(anchor).values(
                participant_id=participant_id, name=name, date=day, recorded_at=now,
                recorded_by=_staff_id(actor),
            )
        )  # fmt: skip


def _record_identity(
    connection: Connection,
    participant_id: int,
    new: NewParticipant,
    keyring: Keyring,
    now: datetime,
) -> None:
    if new.email is None and new.phone is None:
        return
    connection.execute(
        insert(participant_identity).values(
            participant_id=participant_id,
            email_sealed=keyring.seal(new.email) if new.email else None,
            phone_sealed=keyring.seal(new.phone) if new.phone else None,
            updated_at=now,
        )
    )


def _exempt(
    connection: Connection,
    actor: Actor,
    study: Study,
    participant_id: int,
    new: NewParticipant,
    now: datetime,
) -> None:
    """Exempt from the day of enrolment: nothing can have been missed yet, so nobody approves."""
    connection.execute(
        insert(exemption).values(
            participant_id=participant_id, reason="LANGUAGE",
            language=study.rules.exemption_language, valid_from=new.enrolled_on,
            needs_approval=False, recorded_at=now, recorded_by=_staff_id(actor),
        )
    )  # fmt: skip


def _recorded(new: NewParticipant) -> dict[str, object]:
    """What the audit trail says of an enrolment; address and telephone only as present or not."""
    return {
        "code": new.code, "site": new.site, "arm": new.arm, "enrolled_on": new.enrolled_on,
        "zone": new.zone, "preferred_language": new.preferred_language,
        "reads_english": new.reads_english, "reads_english_how": new.how,
        "interpreter": new.interpreter, "anchors": dict(new.anchors),
        "exempt_from": None if new.reads_english else new.enrolled_on,
        "has_email": new.email is not None, "has_phone": new.phone is not None,
    }  # fmt: skip


def _staff_id(actor: Actor) -> int | None:
    return actor.id if actor.kind == "staff" else None
