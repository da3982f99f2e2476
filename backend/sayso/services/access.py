"""Whom a member of staff may reach: the one query layer between a signed-in person and the rest.

Every staff service takes the `Reach` or the `Participant` made here, so a foreign site cannot be
addressed at all. What lies outside a person's sites is answered as if it did not exist. A parent
site reaches its satellites.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from sayso.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from sayso.domain.participation import Facts
from sayso.services.audit import Actor
from sayso.store.facts import facts_of_one
from sayso.store.tables import participant, site

CHANGING_ROLES = frozenset({"coordinator", "investigator", "administrator"})


@dataclass(frozen=True, slots=True)
class Site:
    """A site as staff see it; `parent` is the code of the site that looks after this one."""

    id: int
    code: str
    name: str
    zone: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """What one member of staff may see in one study; `sites` by row id."""

    study_key: str
    actor: Actor
    sites: Mapping[int, Site]

    def site(self, code: str) -> Site:
        """The reachable site of that code. Raises NotFound."""
        for entry in self.sites.values():
            if entry.code == code:
                return entry
        raise NotFound(f"There is no site {code} here")

    def narrowed(self, code: str | None) -> Reach:
        """The same reach at one site only; None leaves it as it is. Raises NotFound."""
        if code is None:
            return self
        one = self.site(code)
        return Reach(self.study_key, self.actor, {one.id: one})

    def may_change(self) -> None:
        """Raises NotAllowed for roles that only read."""
        if self.actor.role not in CHANGING_ROLES:
            raise NotAllowed(f"A {self.actor.role or 'visitor'} can read but not change anything")


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant whom the actor may reach, as loaded for reading or for a change."""

    id: int
    code: str
    study_key: str
    site: Site
    actor: Actor
    arm: str
    zone: str
    enrolled_on: date
    revision: int
    row: Row[Any]


def reach(connection: Connection, actor: Actor, study_key: str, site_ids: Collection[int]) -> Reach:
    """The part of `site_ids` (what a staff session may reach) that belongs to this study.

    Raises NotFound when nothing does: the study might as well not exist.
    """
    parent = site.alias("parent_site")
    rows = connection.execute(
        select(site, parent.c.code.label("parent_code"))
        .outerjoin(parent, parent.c.id == site.c.parent_id)
        .where(site.c.study_key == study_key, site.c.id.in_(site_ids))
        .order_by(site.c.code)
    )
    sites = {row.id: Site(row.id, row.code, row.name, row.zone, row.parent_code) for row in rows}
    if not sites:
        raise NotFound(f"There is no study {study_key} here")
    return Reach(study_key, actor, sites)


def everything(connection: Connection, actor: Actor, study_key: str) -> Reach:
    """Every site of the study: for commands, which run for whoever runs the server.

    Raises NotFound for a study that has no site.
    """
    ids = connection.execute(select(site.c.id).where(site.c.study_key == study_key)).scalars()
    return reach(connection, actor, study_key, list(ids))


def people(within: Reach) -> Select[Any]:
    """A statement for the participants within reach; every list of people starts from it."""
    return select(participant).where(
        participant.c.study_key == within.study_key, participant.c.site_id.in_(within.sites)
    )


def find(connection: Connection, within: Reach, code: str) -> Participant:
    """The participant of that code, for reading. Raises NotFound."""
    return _found(
        within, connection.execute(people(within).where(participant.c.code == code)), code
    )


def hold(
    connection: Connection, within: Reach, code: str, revision: int | None = None
) -> Participant:
    """The participant of that code, locked for a change, and counted as one revision more.

    `revision` is the one that the person at the screen has seen, None when they did not say.
    Raises NotAllowed, NotFound, and ChangedMeanwhile when somebody else was quicker.
    """
    within.may_change()
    statement = people(within).where(participant.c.code == code).with_for_update()
    person = _found(within, connection.execute(statement), code)
    if revision is not None and revision != person.revision:
        raise ChangedMeanwhile(
            f"Somebody has changed {code} since you opened it; look at it again before you save"
        )
    connection.execute(
        update(participant)
        .where(participant.c.id == person.id)
        .values(revision=participant.c.revision + 1)
    )
    return person


def facts(connection: Connection, person: Participant) -> Facts:
    """What is known about this participant now."""
    return facts_of_one(connection, person.id)


def _found(within: Reach, result: Any, code: str) -> Participant:
    row = result.one_or_none()
    if row is None:
        raise NotFound(f"There is no participant {code} here")
    return Participant(
        id=row.id,
        code=row.code,
        study_key=row.study_key,
        site=within.sites[row.site_id],
        actor=within.actor,
        arm=row.arm,
        zone=row.zone,
        enrolled_on=row.enrolled_on,
        revision=row.revision,
        row=row,
    )
