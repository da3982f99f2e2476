"""Inserting once says truly whether it inserted, on either database."""

import pytest
from sqlalchemy import Connection, func, select

from sayso.store.tables import site
from sayso.store.upsert import insert_once

NORTH = {"study_key": "s", "code": "S1", "name": "North", "zone": "UTC"}


def test_the_first_is_inserted_and_the_second_is_not(connection: Connection) -> None:
    assert insert_once(connection, site, NORTH) is True
    assert insert_once(connection, site, NORTH | {"name": "South"}) is False
    assert connection.scalars(select(site.c.name)).all() == ["North"]


@pytest.mark.parametrize("other", [{"code": "S2"}, {"study_key": "t"}])
def test_what_does_not_collide_is_inserted(connection: Connection, other: dict[str, str]) -> None:
    insert_once(connection, site, NORTH)
    assert insert_once(connection, site, NORTH | other) is True
    assert connection.scalar(select(func.count()).select_from(site)) == 2
