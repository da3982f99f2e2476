"""Zones, arms and anchors put right through the API: what moves, what stays, what is in the way."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from support.answering import ALICE, entry, page, slug, trail
from support.stage import STUDY
from support.visitors import Reply, Visitors, body

WHY = "Written down wrongly"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services prove both databases; here it is about what the API says and shows."""
    return sqlite_url


def windows(shown: dict[str, Any], timepoint: str) -> set[tuple[str, str, str]]:
    return {
        (form["opens"], form["target"], form["closes"])
        for form in shown["forms"]
        if form["timepoint"] == timepoint
    }


def closing(visitors: Visitors) -> str:
    """Until when Alice's open form can be answered, as her phone shows it."""
    me = visitors.alice.get("/api/me").json
    return str(next(one["closes_at"] for one in me["occasions"] if one["state"] == "open"))


def move(visitors: Visitors, zone: str, by: str = "bob") -> Reply:
    reply: Reply = getattr(visitors, by).post(f"{ALICE}/zone", {"zone": zone, "reason": WHY})
    return reply


def test_a_move_west_lengthens_the_open_window(visitors: Visitors) -> None:
    assert closing(visitors) == "2026-06-27T04:00:00Z"

    answer = move(visitors, "Pacific/Honolulu")

    assert answer.status_code == 201
    assert answer.json["zone"] == "Pacific/Honolulu"
    (told,) = answer.json["zone_moves"]
    assert (told["previous"], told["zone"], told["by"]) == (
        "America/New_York", "Pacific/Honolulu", "Bob",
    )  # fmt: skip
    assert closing(visitors) == "2026-06-27T10:00:00Z"


def test_a_move_east_shortens_no_open_window(visitors: Visitors) -> None:
    move(visitors, "Europe/Athens")

    assert closing(visitors) == "2026-06-27T04:00:00Z"


def test_what_has_not_opened_is_planned_by_the_new_clock(visitors: Visitors) -> None:
    before = page(visitors.bob)
    answer = move(visitors, "Asia/Tokyo")

    assert windows(answer.json, "W24") == windows(before, "W24")
    planned = [one for one in trail(visitors.bob) if one["action"] == "forms.planned"]
    moved = {one[0] for one in planned[0]["after"]["moved"]}
    assert "W24" in moved
    assert "W12" not in moved


def test_an_answered_form_stays_where_it_was(visitors: Visitors) -> None:
    card = visitors.open_form()
    visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))
    before = next(one for one in page(visitors.bob)["forms"] if one["id"] == card["id"])

    answer = move(visitors, "Pacific/Honolulu")

    after = next(one for one in answer.json["forms"] if one["id"] == card["id"])
    assert after == before


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [
        ("America/New_York", "already-recorded"),
        ("Mars/Olympus", "unknown-zone"),
        ("../etc/passwd", "unknown-zone"),
        ("", "invalid"),
    ],
)
def test_zones_that_cannot_be_moved_to(visitors: Visitors, zone: str, wanted: str) -> None:
    assert slug(move(visitors, zone)) == wanted
    assert page(visitors.bob)["zone"] == "America/New_York"


def switch(visitors: Visitors, arm: str = "continue", **more: Any) -> Reply:
    reply: Reply = visitors.bob.post(f"{ALICE}/arm", {"arm": arm, "reason": WHY, **more})
    return reply


def test_an_arm_is_put_right_while_nothing_is_answered(visitors: Visitors) -> None:
    answer = switch(visitors)

    assert answer.status_code == 201, answer.json
    shown = answer.json
    assert shown["arm"] == "continue"
    (told,) = shown["arm_changes"]
    assert (told["previous"], told["arm"], told["reason"]) == ("stop", "continue", WHY)
    # The same timepoints now count from the enrolment, two weeks earlier.
    assert windows(shown, "W12") == {("2026-05-15", "2026-05-29", "2026-06-12")}
    assert windows(shown, "W24") == {("2026-08-07", "2026-08-21", "2026-09-04")}
    assert all(form["status"] == "missing" for form in shown["forms"] if form["timepoint"] == "W12")


def test_the_report_of_the_day_before_still_has_the_first_arm(visitors: Visitors) -> None:
    path = f"/api/studies/{STUDY}/completion?as_of=2026-06-14&site=S1"
    before = visitors.bob.get(path).json["rates"]
    switch(visitors)

    assert visitors.bob.get(path).json["rates"] == before


def test_back_into_the_first_arm_brings_its_windows_back(visitors: Visitors) -> None:
    before = windows(page(visitors.bob), "W24")
    switch(visitors)
    answer = switch(visitors, "stop")

    assert windows(answer.json, "W24") == before
    assert len(answer.json["arm_changes"]) == 2


def test_an_arm_with_answered_forms_names_them(visitors: Visitors) -> None:
    visitors.bob.post(f"{ALICE}/entries", entry(visitors))

    answer = switch(visitors)

    assert slug(answer) == "arm-switch-refused"
    assert "W12" in answer.json["detail"]
    assert page(visitors.bob)["arm"] == "stop"


def test_an_event_that_cannot_have_happened_there_is_in_the_way(visitors: Visitors) -> None:
    restart = {"kind": "restart_without_progression", "date": "2026-06-01"}
    visitors.bob.post(f"{ALICE}/events", restart)

    answer = switch(visitors)

    assert slug(answer) == "arm-switch-refused"
    assert "restart_without_progression on 2026-06-01" in answer.json["detail"]


@pytest.mark.parametrize(
    ("arm", "anchors", "wanted"),
    [
        ("both", {}, "unknown-arm"),
        ("stop", {}, "already-recorded"),
        ("continue", {"cessation": "2026-03-20"}, "unknown-anchor"),
        ("continue", {"nonsense": "2026-03-20"}, "unknown-anchor"),
        ("continue", {"enrolment": "2020-01-01"}, "dates-out-of-order"),
        ("continue", {"enrolment": "yesterday"}, "invalid"),
    ],
)
def test_a_switch_that_cannot_be_leaves_everything_as_it_was(
    visitors: Visitors, arm: str, anchors: dict[str, str], wanted: str
) -> None:
    before = page(visitors.bob)

    assert slug(switch(visitors, arm, anchors=anchors)) == wanted
    after = page(visitors.bob)
    assert [after[name] for name in ("arm", "forms", "anchors", "arm_changes", "etag")] == [
        before[name] for name in ("arm", "forms", "anchors", "arm_changes", "etag")
    ]


def test_an_arm_takes_the_anchor_that_it_counts_from(visitors: Visitors) -> None:
    switch(visitors)
    answer = switch(visitors, "stop", anchors={"cessation": "2026-04-01"})

    assert answer.status_code == 201, answer.json
    assert windows(answer.json, "W24") == {("2026-09-02", "2026-09-16", "2026-09-30")}


def test_an_anchor_after_an_answered_form_is_refused_by_name(visitors: Visitors) -> None:
    visitors.bob.post(f"{ALICE}/entries", entry(visitors))
    wrong = {"name": "cessation", "date": "2026-06-14", "reason": WHY}

    answer = visitors.bob.post(f"{ALICE}/anchors", wrong)

    assert slug(answer) == "anchor-after-answered-form"
    assert "W12 was answered on 2026-06-10" in answer.json["detail"]


def test_re_anchoring_moves_what_has_neither_opened_nor_been_answered(visitors: Visitors) -> None:
    visitors.bob.post(f"{ALICE}/entries", entry(visitors))
    before = page(visitors.bob)
    right = {"name": "cessation", "date": "2026-03-25", "reason": WHY}

    answer = visitors.bob.post(f"{ALICE}/anchors", right)

    assert answer.status_code == 201
    assert windows(answer.json, "W12") == windows(before, "W12")
    assert windows(answer.json, "W24") == {("2026-08-26", "2026-09-09", "2026-09-23")}


def test_another_site_and_a_reader_move_nothing(visitors: Visitors) -> None:
    assert move(visitors, "America/Chicago", by="dana").status_code == 404
    assert slug(move(visitors, "America/Chicago", by="max")) == "not-allowed"
