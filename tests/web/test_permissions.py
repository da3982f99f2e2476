"""Every route, for every role, at her own site and another, with and without a session.

The list of `support.addresses` is compared with the application's own map of addresses: a route
that is not in it fails the test, so that nobody can forget to say who may use a new one.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from sayso.services import sessions
from sayso.store.tables import session
from sayso.store.tables_messages import audit_event
from support.addresses import DAY, ENROL, PERSON, Route, routes
from support.visitors import Reply, Visitor, Visitors

LAST = {"phone.leave_phone", "staff session.sign_out"}
ROLE_OF = {
    "bob": "coordinator", "erin": "investigator", "ada": "administrator", "max": "monitor",
    "ivy": "inspector",
}  # fmt: skip
ROLES = {
    "change": {"coordinator", "investigator", "administrator"},
    "administer": {"administrator"},
    "oversee": {"administrator", "inspector"},
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who may use a route is decided before the database matters, so one engine is enough."""
    return sqlite_url


@pytest.fixture
def listed(visitors: Visitors) -> list[Route]:
    found = routes(visitors.open_form())
    return [one for one in found if one.endpoint not in LAST] + [
        one for one in found if one.endpoint in LAST
    ]


def ask(visitor: Visitor, route: Route) -> Reply:
    return visitor.ask(route.method, route.path, json=route.json)


def refused(answer: Reply) -> str | None:
    """The slug of a refusal for want of a session or of a right; None when let in."""
    said = answer.json if answer.data and answer.is_json else None
    slug = said.get("slug") if isinstance(said, dict) else None
    return slug if slug in {"sign-in-needed", "not-allowed"} else None


def test_every_route_is_listed_here(visitors: Visitors, listed: list[Route]) -> None:
    rules = visitors.app.url_map.iter_rules()
    known = {(rule.endpoint, method) for rule in rules for method in rule.methods or ()}
    real = {(endpoint, method) for endpoint, method in known if method not in {"HEAD", "OPTIONS"}}

    assert {(one.endpoint, one.method) for one in listed} == real


def test_every_view_declares_what_is_listed_here(visitors: Visitors, listed: list[Route]) -> None:
    for one in listed:
        view: Any = visitors.app.view_functions[one.endpoint]
        assert view.audience == ("staff" if one.audience in ROLES else one.audience), one
        if one.audience in ROLES:
            assert set(view.roles) == ROLES[one.audience], one


def test_without_a_session(visitors: Visitors, listed: list[Route]) -> None:
    stranger = visitors.stranger()
    for one in listed:
        wanted = None if one.audience == "anyone" else "sign-in-needed"
        assert refused(ask(stranger, one)) == wanted, one


def test_a_participant_on_her_own_phone(visitors: Visitors, listed: list[Route]) -> None:
    for one in listed:
        answer = ask(visitors.alice, one)
        let_in = one.audience in {"anyone", "either", "participant"}
        assert refused(answer) == (None if let_in else "sign-in-needed"), one
        assert answer.status_code < 500, one


def test_a_tablet_in_her_hands(visitors: Visitors, listed: list[Route]) -> None:
    code = visitors.bob.post(f"{PERSON}/handovers").json["code"]
    tablet = visitors.stranger()
    assert tablet.post("/api/tablet/session", {"code": code}).status_code == 201
    shared = {"participant.open_form", "participant.save_draft", "participant.send_response"}
    for one in listed:
        if one.endpoint == "tablet.leave":
            continue
        answer = ask(tablet, one)
        if one.audience in {"staff", *ROLES}:
            assert (answer.status_code, answer.json["slug"]) == (403, "tablet-in-hand"), one
        elif one.audience in {"anyone", "either", "tablet"} or one.endpoint in shared:
            assert refused(answer) is None, one
        else:
            assert refused(answer) == "sign-in-needed", one


def test_another_participant(visitors: Visitors, listed: list[Route]) -> None:
    for one in listed:
        if one.endpoint in {"participant.open_form", "participant.save_draft"}:
            assert ask(visitors.amy, one).status_code == 404, one


@pytest.mark.parametrize("name", ROLE_OF)
def test_staff_of_her_site(visitors: Visitors, listed: list[Route], name: str) -> None:
    for one in listed:
        answer = ask(getattr(visitors, name), one)
        assert refused(answer) == wanted_of_staff(name, one), one
        assert answer.status_code < 500, one


def wanted_of_staff(name: str, one: Route) -> str | None:
    if one.audience in {"participant", "tablet"}:
        return "sign-in-needed"
    role = ROLE_OF[name]
    return "not-allowed" if role not in ROLES.get(one.audience, {role}) else None


def test_staff_of_another_site_see_nothing_of_her(visitors: Visitors, listed: list[Route]) -> None:
    for one in [one for one in listed if one.about]:
        answer = ask(visitors.dana, one)
        assert answer.status_code == 404, one
    for one in [one for one in listed if one.audience == "staff" and not one.about]:
        assert "P-001" not in ask(visitors.dana, one).get_data(as_text=True), one


def test_staff_of_another_site_change_nothing_of_her(
    visitors: Visitors, listed: list[Route]
) -> None:
    for one in [one for one in listed if one.about]:
        ask(visitors.dana, one)

    with visitors.stage.open() as connection:
        changes = connection.execute(
            select(func.count())
            .select_from(audit_event)
            .where(audit_event.c.actor_kind == "staff")
            .where(audit_event.c.actor_id == visitors.stage.staff_ids["dana"])
        ).scalar_one()
    assert changes == 0


def test_an_old_page_changes_nothing_of_her_whatever_is_pressed(
    visitors: Visitors, listed: list[Route]
) -> None:
    """Two at one record: whoever has not seen the newest one is told so by every act."""
    seen = visitors.bob.get(PERSON).json["etag"]
    newer = visitors.erin.post(
        f"{PERSON}/contacts", {"date": DAY, "channel": "call", "outcome": "spoke"}
    ).json["etag"]
    acts = [one for one in listed if one.about and one.method != "GET" and one.path != ENROL]
    assert len(acts) > 20
    for one in acts:
        answer = visitors.bob.post(one.path, one.json, headers={"If-Match": seen})
        assert (answer.status_code, answer.json["slug"]) == (412, "changed-meanwhile"), one
    assert visitors.bob.get(PERSON).json["etag"] == newer


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_after_the_session_was_revoked(visitors: Visitors, listed: list[Route], name: str) -> None:
    visitor = getattr(visitors, name)
    with visitors.stage.open() as connection:
        connection.execute(update(session).values(revoked_at=visitors.clock.now()))

    for one in listed:
        wanted = None if one.audience == "anyone" else "sign-in-needed"
        assert refused(ask(visitor, one)) == wanted, one


def test_a_disabled_account_is_out_at_once(visitors: Visitors) -> None:
    assert visitors.bob.get("/api/staff/session").status_code == 200
    with visitors.stage.open() as connection:
        connection.exec_driver_sql("UPDATE staff SET disabled_at = '2026-06-15T00:00:00.000000Z'")

    assert visitors.bob.get("/api/staff/session").status_code == 401


def test_a_parent_site_reaches_its_satellite_and_not_the_other_way(visitors: Visitors) -> None:
    stage = visitors.stage
    stage.hire("sam", "coordinator", "S1W")
    stage.hire("pat", "coordinator", "S1")
    with stage.open() as connection:
        seen = {}
        for name in ("sam", "pat"):
            token = sessions.open_for_staff(connection, stage.staff_ids[name], visitors.clock.now())
            person = sessions.staff_of(connection, token, visitors.clock.now())
            assert person is not None
            seen[name] = person.site_ids
    ids = stage.site_ids
    assert seen == {"sam": {ids["S1W"]}, "pat": {ids["S1"], ids["S1W"]}}
