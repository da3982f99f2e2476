"""Staff and access: who administers whom, what reaches how far, and what two people at once do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sayso.domain.staff_errors import LastAdministrator
from sayso.services import staff_access
from sayso.store.tables import staff
from sayso.store.tables_messages import audit_event
from support.stage import COMMAND, STUDY
from support.visitors import Reply, Visitor, Visitors

ACCOUNTS = "/api/staff/accounts"
S1, S2 = f"{STUDY}/S1", f"{STUDY}/S2"
PASSWORD = "seven quiet rivers run"
FRIDA = {"email": "frida@example.org", "role": "coordinator", "sites": [S1]}


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """One engine is enough but for the tests that name both: the rules are not in the SQL."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


both_engines = pytest.mark.parametrize(
    "database_url", ["sqlite_url", "postgres_url"], indirect=True
)


def number(visitors: Visitors, name: str) -> int:
    return visitors.stage.staff_ids[name]


def accounts(visitors: Visitors) -> dict[str, Any]:
    """Every account by its e-mail address, as Ada's list shows it."""
    rows = visitors.ada.get(ACCOUNTS).json["rows"]
    return {row["email"].partition("@")[0]: row for row in rows}


def access(role: str, *sites: str, until: str | None = None) -> dict[str, Any]:
    return {"role": role, "sites": list(sites), "until": until}


def change(visitors: Visitors, name: str, said: dict[str, Any], etag: str | None = None) -> Reply:
    headers = {} if etag is None else {"If-Match": etag}
    return visitors.ada.put(f"{ACCOUNTS}/{number(visitors, name)}", said, headers=headers)


def act(visitors: Visitors, name: str, what: str, said: Any = None, etag: str = "") -> Reply:
    headers = {"If-Match": etag} if etag else {}
    path = f"{ACCOUNTS}/{number(visitors, name)}/{what}"
    return visitors.ada.post(path, said, headers=headers)


def slug(answer: Reply) -> str:
    assert answer.status_code >= 400, answer.json
    said: str = answer.json["slug"]
    return said


def trail(visitors: Visitors) -> list[Any]:
    with visitors.stage.open() as connection:
        statement = select(audit_event).where(audit_event.c.subject.like("staff/%"))
        return list(connection.execute(statement.order_by(audit_event.c.seq)))


def accept(visitors: Visitors, url: str) -> Visitor:
    """Follow an invitation, choose a password and sign in."""
    browser = visitors.stranger()
    token = url.rpartition("/")[2]
    said = {"token": token, "name": "Frida", "password": PASSWORD}
    assert browser.post("/api/staff/invitations/accept", said).status_code == 201
    email = {"email": FRIDA["email"], "password": PASSWORD}
    assert browser.post("/api/staff/session", email).status_code == 200
    return browser


@both_engines
def test_the_list_says_who_works_where_and_signed_in_when(visitors: Visitors) -> None:
    visitors.bob.get("/api/staff/session")

    found = accounts(visitors)

    assert found["bob"] | {"etag": "", "id": 0} == {
        "id": 0, "email": "bob@example.org", "name": "Bob", "role": "coordinator",
        "sites": [S1, f"{S1}W"], "state": "active", "created_at": "2024-01-01T00:00:00Z",
        "invited_until": None, "last_sign_in_at": "2026-06-15T15:00:00Z", "open_sessions": 1,
        "access_ends_at": None, "oneself": False, "etag": "",
    }  # fmt: skip
    assert found["dana"]["last_sign_in_at"] is None
    assert [name for name, row in found.items() if row["oneself"]] == ["ada"]


def test_sites_of_every_study_can_be_chosen(visitors: Visitors) -> None:
    assert visitors.ada.get(ACCOUNTS).json["sites"] == [
        {"site": S1, "name": "Site S1"},
        {"site": f"{S1}W", "name": "Site S1W"},
        {"site": S2, "name": "Site S2"},
    ]


def test_an_inspector_reads_the_list_and_changes_nothing(visitors: Visitors) -> None:
    assert visitors.ivy.get(ACCOUNTS).status_code == 200
    assert slug(visitors.ivy.post(ACCOUNTS, FRIDA)) == "not-allowed"


@pytest.mark.parametrize("name", ["bob", "erin", "max"])
def test_others_do_not_see_the_accounts(visitors: Visitors, name: str) -> None:
    assert slug(getattr(visitors, name).get(ACCOUNTS)) == "not-allowed"


def test_invited_for_72_hours_then_at_work(visitors: Visitors) -> None:
    made = visitors.ada.post(ACCOUNTS, FRIDA)

    assert made.status_code == 201
    assert made.json["account"]["state"] == "invited"
    assert made.json["account"]["invited_until"] == "2026-06-18T15:00:00Z"
    assert made.json["invitation"]["expires_at"] == "2026-06-18T15:00:00Z"
    browser = accept(visitors, made.json["invitation"]["url"])
    assert [one["code"] for one in browser.get("/api/staff/session").json["sites"]] == ["S1", "S1W"]
    assert accounts(visitors)["frida"]["state"] == "active"


def test_a_new_link_ends_the_old_one(visitors: Visitors) -> None:
    first = visitors.ada.post(ACCOUNTS, FRIDA).json
    again = visitors.ada.post(f"{ACCOUNTS}/{first['account']['id']}/invitation")

    assert again.status_code == 201
    old = first["invitation"]["url"].rpartition("/")[2]
    said = {"token": old, "name": "Frida", "password": PASSWORD}
    assert visitors.stranger().post("/api/staff/invitations/accept", said).status_code == 422
    accept(visitors, again.json["invitation"]["url"])


def test_an_opened_account_gets_no_new_link(visitors: Visitors) -> None:
    assert slug(act(visitors, "bob", "invitation")) == "staff-exists"


def test_an_address_is_invited_once(visitors: Visitors) -> None:
    accept(visitors, visitors.ada.post(ACCOUNTS, FRIDA).json["invitation"]["url"])

    assert slug(visitors.ada.post(ACCOUNTS, FRIDA)) == "staff-exists"


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (access("coordinator"), "site-needed"),
        (access("monitor", f"{STUDY}/NONE"), "unknown-site"),
        (access("monitor", "nowhere"), "unknown-site"),
        (access("inspector", S1), "access-end-refused"),
        (access("inspector", S1, until="2026-06-14"), "access-end-refused"),
        (access("inspector", S1, until="2026-09-14"), "access-end-refused"),
        (access("monitor", S1, until="2026-06-20"), "access-end-refused"),
        (access("director", S1), "invalid"),
    ],
)
def test_what_no_account_can_be(visitors: Visitors, said: dict[str, Any], refused: str) -> None:
    assert slug(visitors.ada.post(ACCOUNTS, {"email": "x@example.org", **said})) == refused
    assert slug(change(visitors, "max", said)) == refused
    assert "x" not in accounts(visitors)
    assert accounts(visitors)["max"]["role"] == "monitor"


def test_an_administrator_needs_no_site_and_reaches_all(visitors: Visitors) -> None:
    assert change(visitors, "max", access("administrator")).status_code == 200

    reached = visitors.max.get("/api/staff/session").json["sites"]
    assert [one["code"] for one in reached] == ["S1", "S1W", "S2"]


@both_engines
def test_a_change_works_from_the_next_request_on(visitors: Visitors) -> None:
    person = f"/api/studies/{STUDY}/participants/P-001"
    assert visitors.bob.get(person).status_code == 200

    changed = change(visitors, "bob", access("monitor", S2))

    assert (changed.json["role"], changed.json["sites"]) == ("monitor", [S2])
    assert visitors.bob.get(person).status_code == 404
    assert slug(visitors.bob.post(f"{person}/contacts", {})) == "not-allowed"


def test_the_trail_says_what_was_and_what_is(visitors: Visitors) -> None:
    change(visitors, "max", access("inspector", S2, until="2026-06-20"))

    (event,) = trail(visitors)
    assert event.action == "staff.changed"
    assert event.actor_id == number(visitors, "ada")
    assert event.details == {
        "before": {"role": "monitor", "sites": [S1], "until": None},
        "after": {"role": "inspector", "sites": [S2], "until": "2026-06-21T00:00:00.000000Z"},
    }


def test_the_last_day_of_an_inspector_is_the_last(visitors: Visitors) -> None:
    changed = change(visitors, "ivy", access("inspector", S1, until="2026-06-15"))
    assert changed.json["access_ends_at"] == "2026-06-16T00:00:00Z"
    for _ in range(26):
        assert visitors.ivy.get("/api/staff/session").status_code == 200
        assert visitors.ada.get("/api/staff/session").status_code == 200
        visitors.clock.advance(timedelta(minutes=20))

    assert visitors.ivy.get("/api/staff/session").status_code == 200
    assert visitors.ada.get("/api/staff/session").status_code == 200
    visitors.clock.advance(timedelta(minutes=20))

    assert visitors.ivy.get("/api/staff/session").status_code == 401
    assert accounts(visitors)["ivy"]["state"] == "ended"


def test_who_is_over_cannot_sign_in(visitors: Visitors) -> None:
    accept(visitors, visitors.ada.post(ACCOUNTS, FRIDA).json["invitation"]["url"])
    with visitors.stage.open() as connection:
        connection.execute(update(staff).values(access_ends_at=visitors.clock.now()))

    said = {"email": FRIDA["email"], "password": PASSWORD}
    assert visitors.stranger().post("/api/staff/session", said).status_code == 401


def test_suspended_at_once_and_resumed_as_before(visitors: Visitors) -> None:
    assert visitors.bob.get("/api/staff/session").status_code == 200

    shut = act(visitors, "bob", "suspension", {"reason": "On leave"})

    assert (shut.json["state"], shut.json["open_sessions"]) == ("suspended", 0)
    assert visitors.bob.get("/api/staff/session").status_code == 401
    opened = act(visitors, "bob", "resumption")
    assert (opened.json["state"], opened.json["role"]) == ("active", "coordinator")
    assert visitors.bob.get("/api/staff/session").status_code == 401, "the old session stays ended"
    assert [(event.action, event.details.get("reason")) for event in trail(visitors)] == [
        ("staff.disabled", "On leave"),
        ("staff.enabled", None),
    ]


def test_an_invitation_does_not_open_a_suspended_account(visitors: Visitors) -> None:
    made = visitors.ada.post(ACCOUNTS, FRIDA).json
    path = f"{ACCOUNTS}/{made['account']['id']}"
    visitors.ada.post(f"{path}/suspension", {"reason": "Wrong address"})

    token = made["invitation"]["url"].rpartition("/")[2]
    said = {"token": token, "name": "Frida", "password": PASSWORD}
    assert visitors.stranger().post("/api/staff/invitations/accept", said).status_code == 422
    assert slug(visitors.ada.post(f"{path}/invitation")) == "staff-exists"


def test_signed_out_everywhere(visitors: Visitors) -> None:
    visitors.bob.get("/api/staff/session")

    answer = act(visitors, "bob", "sign-out")

    assert answer.json["open_sessions"] == 0
    assert visitors.bob.get("/api/staff/session").status_code == 401
    assert trail(visitors)[-1].details == {"after": {"ended": 1}}


def test_nobody_changes_themselves(visitors: Visitors) -> None:
    assert slug(change(visitors, "ada", access("monitor", S1))) == "not-oneself"
    assert slug(act(visitors, "ada", "suspension", {"reason": "Tired"})) == "not-oneself"


def test_an_administrator_remains(visitors: Visitors) -> None:
    change(visitors, "max", access("administrator"))
    with visitors.stage.open() as connection:
        connection.execute(
            update(staff)
            .where(staff.c.id == number(visitors, "ada"))
            .values(disabled_at=visitors.clock.now())
        )
    lone = visitors.max
    path = f"{ACCOUNTS}/{number(visitors, 'ada')}"
    assert lone.post(f"{path}/resumption").status_code == 200
    assert lone.post(f"{path}/suspension", {"reason": "Left"}).status_code == 200
    assert slug(lone.put(f"{ACCOUNTS}/{number(visitors, 'max')}", access("monitor", S1))) == (
        "not-oneself"
    )


def test_the_last_administrator_cannot_be_taken_away_by_a_command(visitors: Visitors) -> None:
    with visitors.stage.open() as connection, pytest.raises(LastAdministrator):
        staff_access.suspend(
            connection, COMMAND, number(visitors, "ada"), "Left", None, visitors.clock.now()
        )


@both_engines
@pytest.mark.parametrize("what", ["change", "suspension"])
def test_two_administrators_overwrite_nothing(visitors: Visitors, what: str) -> None:
    seen = accounts(visitors)["bob"]["etag"]
    change(visitors, "bob", access("investigator", S1), seen)

    if what == "change":
        second = change(visitors, "bob", access("monitor", S2), seen)
    else:
        second = act(visitors, "bob", what, {"reason": "Left"}, seen)

    assert (second.status_code, slug(second)) == (412, "changed-meanwhile")
    found = accounts(visitors)["bob"]
    assert (found["role"], found["sites"], found["state"]) == ("investigator", [S1], "active")
    assert change(visitors, "bob", access("monitor", S2), found["etag"]).status_code == 200


def test_an_account_that_is_not_there(visitors: Visitors) -> None:
    for method, path, said in (
        ("PUT", "", access("monitor", S1)),
        ("POST", "/suspension", {"reason": "Left"}),
        ("POST", "/resumption", {}),
        ("POST", "/sign-out", {}),
        ("POST", "/invitation", {}),
    ):
        assert slug(visitors.ada.ask(method, f"{ACCOUNTS}/999{path}", json=said)) == "not-found"
