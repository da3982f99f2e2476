"""A phone that cannot send what it holds says so, and its site is asked to help."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sayso.store import schema
from sayso.store.engine import transaction
from sayso.store.tables import device
from support.stage import STUDY
from support.visitors import Visitors

PATH = "/api/me/unsent"


def kept(visitors: Visitors) -> list[tuple[int, Any]]:
    """What the server knows of its phones' unsent answers: how many, and since when."""
    asked = select(device.c.unsent, device.c.unsent_since).order_by(device.c.id)
    with transaction(visitors.stage.engine, read_only=True) as connection:
        return [tuple(row) for row in connection.execute(asked) if row.unsent_since is not None]


def rows(visitors: Visitors, who: str = "erin") -> list[dict[str, Any]]:
    answer = getattr(visitors, who).get(f"/api/studies/{STUDY}/today")
    assert answer.status_code == 200
    return [row for row in answer.json["rows"] if row["kind"] == "unsent_answers"]


def test_a_phone_says_how_many_it_holds_and_is_told_so_with_its_next_look(
    visitors: Visitors,
) -> None:
    now = visitors.clock.now()
    assert visitors.alice.get("/api/me").json["unsent"] == 0
    assert visitors.alice.put(PATH, {"forms": 2}).status_code == 204
    assert visitors.alice.get("/api/me").json["unsent"] == 2
    assert kept(visitors) == [(2, now)]


def test_the_moment_is_that_of_the_first_one_until_nothing_is_left(visitors: Visitors) -> None:
    now = visitors.clock.now()
    visitors.alice.put(PATH, {"forms": 1})
    visitors.clock.advance(timedelta(hours=5))
    visitors.alice.put(PATH, {"forms": 3})
    assert kept(visitors) == [(3, now)]
    visitors.alice.put(PATH, {"forms": 0})
    assert kept(visitors) == []
    visitors.alice.put(PATH, {"forms": 1})
    assert kept(visitors) == [(1, now + timedelta(hours=5))]


def test_after_a_day_her_site_is_asked_to_call_and_no_longer_once_all_is_sent(
    visitors: Visitors,
) -> None:
    visitors.alice.put(PATH, {"forms": 2})
    assert rows(visitors, "bob") == []
    visitors.clock.advance(timedelta(days=1))
    # That the phone is in use every day does not make its answers any younger.
    assert visitors.alice.get("/api/me").status_code == 200
    (row,) = rows(visitors)
    assert row["participant"] == "P-001"
    assert "two forms that have not been sent since 15 June 2026" in row["why"]
    visitors.alice.put(PATH, {"forms": 0})
    assert rows(visitors) == []


def test_only_a_phone_of_the_participant_says_so(visitors: Visitors) -> None:
    assert visitors.bob.put(PATH, {"forms": 1}).status_code == 401
    assert visitors.stranger().put(PATH, {"forms": 1}).status_code == 401
    assert kept(visitors) == []


@pytest.mark.parametrize("forms", [-1, 1001, 1.5, "two", None, True])
def test_a_number_that_cannot_be_is_refused_by_name(visitors: Visitors, forms: Any) -> None:
    answer = visitors.alice.put(PATH, {"forms": forms})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["forms"]
    assert kept(visitors) == []


def test_what_a_phone_had_said_under_an_older_release_keeps_its_moment(visitors: Visitors) -> None:
    visitors.alice.put(PATH, {"forms": 2})
    engine = visitors.stage.engine
    schema.downgrade(engine, "0004")
    schema.upgrade(engine)
    # The alice of this test was last heard of when she came in.
    assert kept(visitors) == [(2, visitors.clock.now())]
