"""Whom staff may reach: their own sites and satellites, and nothing that lies beyond."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from sayso.domain.audit import Actor
from sayso.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from sayso.services import access
from support.stage import STUDY, Stage

CESSATION = date(2026, 1, 20)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    for code, site in (("P-001", "S1"), ("P-100", "S1W"), ("P-200", "S2")):
        stage.enrol(code, CESSATION, site=site)
    return stage


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("bob", {"P-001", "P-100"}),
        ("dana", {"P-200"}),
        ("erin", {"P-001"}),
        ("ada", {"P-001", "P-100", "P-200"}),
    ],
)
def test_each_reaches_the_people_of_their_sites(stage: Stage, name: str, reached: set[str]) -> None:
    with stage.open() as connection:
        within = stage.reach(connection, name)
        found = {row.code for row in connection.execute(access.people(within))}
        assert found == reached
        for code in ("P-001", "P-100", "P-200"):
            if code in reached:
                assert access.find(connection, within, code).code == code
            else:
                with pytest.raises(NotFound):
                    access.find(connection, within, code)


def test_a_satellite_names_its_parent(stage: Stage) -> None:
    with stage.open() as connection:
        within = stage.reach(connection, "bob")
        assert within.site("S1W").parent == "S1"
        assert within.site("S1").parent is None
        with pytest.raises(NotFound, match="no site S2"):
            within.site("S2")


def test_reach_can_be_narrowed_and_never_widened(stage: Stage) -> None:
    with stage.open() as connection:
        within = stage.reach(connection, "bob")
        one = within.narrowed("S1W")
        assert [row.code for row in connection.execute(access.people(one))] == ["P-100"]
        assert within.narrowed(None) is within
        with pytest.raises(NotFound):
            one.narrowed("S1")


def test_no_site_means_no_study(stage: Stage) -> None:
    with stage.open() as connection:
        for key, sites in ((STUDY, ()), ("another", stage.site_ids.values())):
            with pytest.raises(NotFound, match="no study"):
                access.reach(connection, Actor("staff", 1, "coordinator"), key, list(sites))


@pytest.mark.parametrize("role", ["monitor", "inspector", None])
def test_who_only_reads_cannot_take_hold_of_anybody(stage: Stage, role: str | None) -> None:
    with stage.open() as connection:
        actor = Actor("staff", stage.staff_ids["bob"], role)
        within = access.reach(connection, actor, STUDY, stage.site_ids.values())
        assert access.find(connection, within, "P-001").code == "P-001"
        with pytest.raises(NotAllowed):
            access.hold(connection, within, "P-001")


def test_every_hold_is_one_revision_more(stage: Stage) -> None:
    with stage.open() as connection:
        first = stage.hold(connection, "P-001", "bob").revision
        assert (
            access.find(connection, stage.reach(connection, "bob"), "P-001").revision == first + 1
        )
        within = stage.reach(connection, "erin")
        with pytest.raises(ChangedMeanwhile, match="look at it again"):
            access.hold(connection, within, "P-001", first)
        assert access.hold(connection, within, "P-001", first + 1).revision == first + 1


def test_commands_reach_everything_but_change_nothing_as_staff(stage: Stage) -> None:
    with stage.open() as connection:
        within = access.everything(connection, Actor("command"), STUDY)
        assert {site.code for site in within.sites.values()} == {"S1", "S1W", "S2"}
        with pytest.raises(NotAllowed):
            access.hold(connection, within, "P-001")
        with pytest.raises(NotFound):
            access.everything(connection, Actor("command"), "another")
