"""A calendar that she subscribes to: her windows, by a secret address, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import vobject
from sqlalchemy import select

from sayso.services import exemptions
from sayso.store.tables_access import calendar_feed
from sayso.store.tables_messages import audit_event
from support.visitors import Reply, Visitors, body


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Forms and facts are read as the home screen reads them, so one engine is enough."""
    return sqlite_url


def address(visitors: Visitors, name: str = "alice") -> str:
    answer = getattr(visitors, name).post("/api/me/calendar")
    assert answer.status_code == 201, answer.text
    path: str = urlsplit(answer.json["url"]).path
    return path


def events(visitors: Visitors, path: str) -> list[Any]:
    answer = visitors.stranger().get(path)
    assert answer.status_code == 200, answer.text
    found: list[Any] = vobject.readOne(answer.text).contents.get("vevent", [])
    return found


def days(found: list[Any]) -> list[tuple[date, date]]:
    return [(one.dtstart.value, one.dtend.value - timedelta(days=1)) for one in found]


def waiting(visitors: Visitors) -> list[tuple[date, date]]:
    """What the home screen says is open or coming."""
    me = visitors.alice.get("/api/me").json
    return [
        (date.fromisoformat(one["opens_on"]), date.fromisoformat(one["closes_on"]))
        for one in me["occasions"]
        if one["state"] in {"open", "upcoming"}
    ]


def test_it_shows_what_the_home_screen_shows_and_more_of_what_is_to_come(
    visitors: Visitors,
) -> None:
    found = days(events(visitors, address(visitors)))
    on_home = waiting(visitors)

    assert found == sorted(found)
    assert found[: len(on_home)] == on_home
    assert len(found) > len(on_home)


def test_it_needs_no_cookie_and_no_header_of_our_apps(visitors: Visitors) -> None:
    reader = visitors.app.test_client()

    answer = reader.get(address(visitors))

    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers


def test_what_is_done_leaves_the_calendar(visitors: Visitors) -> None:
    path = address(visitors)
    before = len(events(visitors, path))
    while cards := open_cards(visitors):
        for card in cards:
            number = f"00000000-0000-4000-8000-{card['id']:012}"
            sent = visitors.alice.put(f"/api/me/responses/{number}", body(card))
            assert sent.status_code == 201, sent.text

    assert len(events(visitors, path)) == before - 1


def open_cards(visitors: Visitors) -> list[dict[str, Any]]:
    me = visitors.alice.get("/api/me").json
    return [
        form
        for one in me["occasions"]
        if one["state"] == "open"
        for form in one["forms"]
        if form["state"] == "open"
    ]


def test_what_has_closed_leaves_the_calendar(visitors: Visitors) -> None:
    path = address(visitors)
    first = min(days(events(visitors, path)))
    visitors.clock.advance(timedelta(days=40))

    assert first not in days(events(visitors, path))


def test_events_keep_their_names_between_readings(visitors: Visitors) -> None:
    path = address(visitors)
    names = [one.uid.value for one in events(visitors, path)]
    visitors.clock.advance(timedelta(hours=3))

    assert [one.uid.value for one in events(visitors, path)] == names
    assert len(set(names)) == len(names)
    other = [one.uid.value for one in events(visitors, address(visitors, "amy"))]
    assert not set(names) & set(other)


def test_who_became_exempt_has_an_empty_calendar(visitors: Visitors) -> None:
    path, stage, now = address(visitors), visitors.stage, visitors.clock.now()
    first_day = stage.day("P-001", -14)
    with stage.open() as connection:
        held = stage.hold(connection, "P-001", "bob")
        exemptions.record(connection, held, "LANGUAGE", first_day, None, None, now)
    with stage.open() as connection:
        held = stage.hold(connection, "P-001", "erin")
        (one,) = exemptions.ids_of(connection, held)
        exemptions.approve(connection, held, one, now)

    assert events(visitors, path) == []


def test_a_new_address_ends_the_old_one(visitors: Visitors) -> None:
    old = address(visitors)
    new = address(visitors)

    assert visitors.stranger().get(old).status_code == 404
    assert events(visitors, new)


def test_she_can_end_it(visitors: Visitors) -> None:
    path = address(visitors)
    assert visitors.alice.get("/api/me/access").json["calendar_since"] == "2026-06-15T15:00:00Z"

    assert visitors.alice.delete("/api/me/calendar").status_code == 204

    gone: Reply = visitors.stranger().get(path)
    assert (gone.status_code, gone.json["slug"]) == (404, "not-found")
    assert visitors.alice.get("/api/me/access").json["calendar_since"] is None


def test_making_and_ending_are_on_record_once(visitors: Visitors) -> None:
    address(visitors)
    visitors.alice.delete("/api/me/calendar")
    visitors.alice.delete("/api/me/calendar")

    with visitors.stage.open() as connection:
        said = list(connection.execute(select(audit_event.c.action)).scalars())
    assert [one for one in said if one.startswith("calendar.")] == [
        "calendar.made", "calendar.ended",
    ]  # fmt: skip


def test_only_the_hash_of_the_address_is_kept(visitors: Visitors) -> None:
    token = address(visitors).rsplit("/", 1)[-1].removesuffix(".ics")
    with visitors.stage.open() as connection:
        row = connection.execute(select(calendar_feed)).one()
    assert len(token) >= 43
    assert token not in str(row)


def test_a_made_up_address_shows_nothing(visitors: Visitors) -> None:
    for made_up in ("x", "x" * 43, "x" * 5000, "..", "%00"):
        answer = visitors.stranger().get(f"/calendar/{made_up}.ics")
        assert answer.status_code == 404, made_up


def test_reading_writes_nothing(visitors: Visitors) -> None:
    path = address(visitors)
    with visitors.stage.open() as connection:
        before = len(connection.execute(select(audit_event.c.seq)).all())

    events(visitors, path)

    with visitors.stage.open() as connection:
        assert len(connection.execute(select(audit_event.c.seq)).all()) == before
    assert visitors.stranger().post(path).status_code == 405
