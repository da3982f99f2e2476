"""Licences of instruments: recorded by staff or by a command, asked when a study is published.

A licence belongs to one study and one instrument. Several may stand side by side (a renewal beside
the one that runs out); one that allows everything is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sayso.domain.audit import Actor
from sayso.domain.errors import NotFound
from sayso.domain.instrument_errors import LicenceIncomplete
from sayso.domain.licences import MODES, Licence, expiry_warnings, licence_faults
from sayso.domain.questionnaire import Questionnaire
from sayso.services import audit
from sayso.store.tables_instruments import instrument_licence

OWN_DEVICE = "own_device"
"""Every study asks on people's own phones; other ways are licensed by the same record."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an owner allows, as somebody has entered it."""

    owner: str
    reference: str
    expires: date | None
    languages: tuple[str, ...] = ("en",)
    modes: tuple[str, ...] = (OWN_DEVICE,)
    screens_need_approval: bool = False
    screens_approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A licence with its row."""

    id: int
    licence: Licence


def record(
    connection: Connection,
    actor: Actor,
    study_key: str,
    instrument: str,
    terms: Terms,
    now: datetime,
) -> int:
    """Record a licence and return its row id. Raises LicenceIncomplete."""
    _check(terms, now.date())
    licence_id = connection.execute(
        insert(instrument_licence)
        .values(
            study_key=study_key, instrument=instrument, owner=terms.owner.strip(),
            reference=terms.reference.strip(), languages=sorted(set(terms.languages)),
            modes=sorted(set(terms.modes)), expires_on=terms.expires,
            screens_need_approval=terms.screens_need_approval,
            screens_approved_on=terms.screens_approved_on, recorded_at=now, recorded_by=actor.id,
        )
        .returning(instrument_licence.c.id)
    ).scalar_one()  # fmt: skip
    audit.record(
        connection, actor, "licence.recorded", f"licence/{licence_id}",
        after={"study": study_key, "instrument": instrument, **asdict(terms)}, now=now,
    )  # fmt: skip
    return int(licence_id)


def void(
    connection: Connection,
    actor: Actor,
    study_key: str,
    licence_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Say that a licence was entered wrongly. Raises NotFound.

    What is published stays published; the next version of the study needs another licence.
    """
    changed = connection.execute(
        update(instrument_licence)
        .where(
            instrument_licence.c.id == licence_id,
            instrument_licence.c.study_key == study_key,
            instrument_licence.c.voided_at.is_(None),
        )
        .values(voided_at=now, voided_by=actor.id, void_reason=reason)
    )
    if changed.rowcount != 1:
        raise NotFound("There is no such licence here")
    audit.record(
        connection, actor, "licence.voided", f"licence/{licence_id}", reason=reason, now=now
    )


def recorded(connection: Connection, study_key: str) -> list[Recorded]:
    """The licences of a study that stand, by instrument, the last recorded of each first."""
    rows = connection.execute(
        select(instrument_licence)
        .where(
            instrument_licence.c.study_key == study_key, instrument_licence.c.voided_at.is_(None)
        )
        .order_by(instrument_licence.c.instrument, instrument_licence.c.id.desc())
    )
    return [Recorded(row.id, _licence(row)) for row in rows]


def faults(
    connection: Connection,
    study_key: str,
    questionnaires: Iterable[Questionnaire],
    on: date,
    modes: Collection[str] = (OWN_DEVICE,),
) -> list[str]:
    """Why the study may not ask these questionnaires from that day on; empty when it may."""
    known = [one.licence for one in recorded(connection, study_key)]
    return [
        fault
        for asked in questionnaires
        for fault in licence_faults(asked, known, study=study_key, modes=modes, on=on)
    ]


def warnings(connection: Connection, on: date, study_key: str | None = None) -> list[str]:
    """A sentence for each licence that has ended or ends within two months, the nearest first.

    Of several licences for one instrument only the one that lasts longest counts, so that a
    renewal ends the warning. `study_key` None looks at every study of the installation.
    """
    statement = select(instrument_licence).where(instrument_licence.c.voided_at.is_(None))
    if study_key is not None:
        statement = statement.where(instrument_licence.c.study_key == study_key)
    longest: dict[tuple[str, str], Licence] = {}
    for row in connection.execute(statement.order_by(instrument_licence.c.id)):
        licence = _licence(row)
        place = (licence.study, licence.instrument)
        if place not in longest or _lasts(licence) >= _lasts(longest[place]):
            longest[place] = licence
    return expiry_warnings(longest.values(), on)


def _lasts(licence: Licence) -> date:
    return licence.expires or date.max


def _check(terms: Terms, today: date) -> None:
    for what, text in (("owner", terms.owner), ("reference", terms.reference)):
        if not text.strip():
            raise LicenceIncomplete(f"Name the licence's {what}; without it nothing can be proved")
    if not terms.languages:
        raise LicenceIncomplete("Name at least one language that the licence covers")
    strange = sorted(set(terms.modes) - set(MODES))
    if strange or not terms.modes:
        said = f"{', '.join(strange)} is no way of asking" if strange else "Name a way of asking"
        raise LicenceIncomplete(f"{said}; use one of: {', '.join(MODES)}")
    if terms.expires is not None and terms.expires < today:
        raise LicenceIncomplete(f"The licence ended on {terms.expires}; record the renewed one")
    approved = terms.screens_approved_on
    if approved is not None and approved > today:
        raise LicenceIncomplete(f"The screens cannot have been approved on {approved} yet")


def _licence(row: Row[Any]) -> Licence:
    return Licence(
        instrument=row.instrument, owner=row.owner, reference=row.reference, study=row.study_key,
        languages=frozenset(row.languages), modes=frozenset(row.modes), expires=row.expires_on,
        screens_need_approval=row.screens_need_approval,
        screens_approved_on=row.screens_approved_on,
    )  # fmt: skip
