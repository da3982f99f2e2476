"""Sites of a study, and which of them somebody may reach."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from sayso.domain.audit import Actor
from sayso.domain.errors import SiteTaken, UnknownSite
from sayso.domain.walltime import zone_of
from sayso.services import audit
from sayso.store.tables import site


def add(
    connection: Connection,
    actor: Actor,
    study_key: str,
    code: str,
    name: str,
    zone: str,
    now: datetime,
    parent: str | None = None,
) -> int:
    """Add a site and return its row id; `parent` is the code of the site it is a satellite of.

    Raises UnknownZone, SiteTaken, or UnknownSite for the parent.
    """
    zone_of(zone)
    if _row(connection, study_key, code) is not None:
        raise SiteTaken(f"The study {study_key} has a site {code} already")
    parent_id = None if parent is None else find(connection, study_key, parent).id
    site_id = connection.execute(
        insert(site)
        .values(study_key=study_key, code=code, name=name, zone=zone, parent_id=parent_id)
        .returning(site.c.id)
    ).scalar_one()
    audit.record(
        connection, actor, "site.added", f"site/{site_id}",
        after={"study": study_key, "code": code, "name": name, "zone": zone, "parent": parent},
        site_id=site_id, now=now,
    )  # fmt: skip
    return int(site_id)


def find(
    connection: Connection, study_key: str, code: str, within: Collection[int] | None = None
) -> Row[Any]:
    """The site's row. Raises UnknownSite, also when it is not among the row ids in `within`."""
    row = _row(connection, study_key, code)
    if row is None or (within is not None and row.id not in within):
        raise UnknownSite(f"The study {study_key} has no site {code} that you can reach")
    return row


def of_study(
    connection: Connection, study_key: str, within: Collection[int] | None = None
) -> list[Row[Any]]:
    """The study's sites in order of code: id, code, name, zone, parent_id."""
    statement = select(site).where(site.c.study_key == study_key).order_by(site.c.code)
    if within is not None:
        statement = statement.where(site.c.id.in_(within))
    return list(connection.execute(statement))


def _row(connection: Connection, study_key: str, code: str) -> Row[Any] | None:
    return connection.execute(
        select(site).where(site.c.study_key == study_key, site.c.code == code)
    ).one_or_none()
