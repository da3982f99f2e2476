"""Paper typed twice: whoever reads the sheet again, where the two differ, and what then counts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from support.answering import ALICE, answers_of, entry, of_response, page, slug, trail
from support.stage import STUDY
from support.visitors import Visitor, Visitors

WHY = {"reason": "Read the sheet again"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services prove both databases; here it is about who may do what, and what is said."""
    return sqlite_url


@pytest.fixture
def paper(visitors: Visitors) -> dict[str, Any]:
    """A paper form that Bob typed in."""
    body = entry(visitors, mode="paper")
    assert visitors.bob.post(f"{ALICE}/entries", body).status_code == 201
    return body


def other(visitors: Visitors, paper: dict[str, Any], count: int = 2) -> dict[str, Any]:
    """The answers with the first `count` of them read otherwise."""
    wrong = answers_of(visitors, paper, 1)
    changed = list(wrong)[:count]
    return {**paper["answers"], **{item: wrong[item] for item in changed}}


def type_again(visitor: Visitor, paper: dict[str, Any], answers: dict[str, Any]) -> TestResponse:
    typed = {"answers": answers, "skipped": []}
    return visitor.post(f"{ALICE}/entries/{paper['id']}/verification", typed)


def settle(visitor: Visitor, paper: dict[str, Any], answers: dict[str, Any]) -> TestResponse:
    said = {"answers": answers, "skipped": [], **WHY}
    return visitor.post(f"{ALICE}/entries/{paper['id']}/settlement", said)


def checked(shown: Any, paper: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = of_response(shown, paper["id"])["entry"]["verification"]
    return found


def owed(visitor: Visitor) -> list[dict[str, Any]]:
    rows = visitor.get(f"/api/studies/{STUDY}/today").json["rows"]
    return [row for row in rows if row["kind"] == "second_typing"]


def test_a_colleague_is_asked_to_type_it_again_and_the_author_is_not(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    assert owed(visitors.bob) == []
    (row,) = owed(visitors.erin)

    assert row["why"] == ("Week 12: a paper form waits to be typed a second time by somebody else.")
    assert row["action"]["verb"] == "type_again"
    assert row["action"]["response_ids"] == [paper["id"]]
    assert owed(visitors.dana) == [], "another site"


def test_interviews_are_typed_once(visitors: Visitors) -> None:
    visitors.bob.post(f"{ALICE}/entries", entry(visitors, mode="interview"))

    assert owed(visitors.erin) == []


@pytest.mark.parametrize(("who", "may"), [("erin", True), ("bob", False), ("max", False)])
def test_the_page_says_who_may_type_it_again(
    visitors: Visitors, paper: dict[str, Any], who: str, may: bool
) -> None:
    shown = of_response(page(getattr(visitors, who)), paper["id"])

    assert shown["entry"]["may_verify"] is may


def test_two_typings_that_agree_are_done(visitors: Visitors, paper: dict[str, Any]) -> None:
    answer = type_again(visitors.erin, paper, paper["answers"])

    assert checked(answer.json, paper)["agrees"]
    assert owed(visitors.ada) == owed(visitors.erin) == []
    assert slug(settle(visitors.ada, paper, paper["answers"])) == "already-settled"


def test_what_differs_is_owed_a_settlement_by_anybody(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    type_again(visitors.erin, paper, other(visitors, paper))

    for visitor in (visitors.bob, visitors.erin):
        (row,) = owed(visitor)
        assert row["action"]["verb"] == "settle_typing"
        assert row["why"] == "Week 12: the two typings of a paper form differ in two answers."


def test_both_typings_are_shown_once_both_are_there(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    path = f"{ALICE}/responses/{paper['id']}"
    assert visitors.erin.get(path).json["second_typing"] is None
    typed = other(visitors, paper)
    type_again(visitors.erin, paper, typed)

    shown = visitors.erin.get(path).json

    assert shown["answers"] == paper["answers"]
    assert shown["second_typing"] == {
        "answers": typed, "skipped": [], "items": list(typed)[:2],
    }  # fmt: skip


def test_the_first_typing_stands_where_the_sheet_says_so(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    type_again(visitors.erin, paper, other(visitors, paper))

    answer = settle(visitors.erin, paper, paper["answers"])

    assert answer.status_code == 201
    assert checked(answer.json, paper)["settled"] == {
        "at": "2026-06-15T15:00:00Z", "by": "Erin", "reason": WHY["reason"], "correction_id": None,
    }  # fmt: skip
    assert of_response(answer.json or {}, paper["id"])["corrections"] == []
    assert owed(visitors.bob) == []


def test_where_the_second_is_right_a_colleague_decides_on_the_correction(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    typed = other(visitors, paper)
    type_again(visitors.erin, paper, typed)
    _first, second, *_ = typed
    sheet = {**paper["answers"], second: typed[second]}

    shown = settle(visitors.erin, paper, sheet).json or {}

    number = checked(shown, paper)["settled"]["correction_id"]
    (asked,) = of_response(shown, paper["id"])["corrections"]
    assert (asked["id"], asked["state"], asked["may_decide"]) == (number, "proposed", False)
    whole = visitors.bob.get(f"{ALICE}/responses/{paper['id']}").json
    assert whole["standing"]["answers"] == paper["answers"], "nothing counts before a decision"
    assert [one["item"] for one in whole["corrections"][0]["changes"]] == [second]
    yes = {"accept": True, **WHY}
    assert visitors.erin.post(f"{ALICE}/corrections/{number}/decision", yes).status_code == 422
    assert visitors.bob.post(f"{ALICE}/corrections/{number}/decision", yes).status_code == 200
    whole = visitors.bob.get(f"{ALICE}/responses/{paper['id']}").json
    assert whole["standing"]["answers"] == sheet
    assert whole["answers"] == paper["answers"], "what was typed first stays"


def test_the_sheet_may_say_what_neither_typed(visitors: Visitors, paper: dict[str, Any]) -> None:
    typed = other(visitors, paper, 1)
    type_again(visitors.erin, paper, typed)
    first = next(iter(typed))
    third = {**paper["answers"], first: answers_of(visitors, paper, 2)[first]}

    shown = settle(visitors.erin, paper, third).json

    assert checked(shown, paper)["settled"]["correction_id"] is not None
    whole = visitors.bob.get(f"{ALICE}/responses/{paper['id']}").json
    assert whole["corrections"][0]["changes"][0]["after"] == third[first]


def test_nothing_else_is_slipped_in_with_a_settlement(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    type_again(visitors.erin, paper, other(visitors, paper, 1))

    answer = settle(visitors.erin, paper, other(visitors, paper, 3))

    assert slug(answer) == "answers-malformed"
    assert checked(page(visitors.bob), paper)["settled"] is None
    assert len(owed(visitors.bob)) == 1


def test_a_settlement_is_made_once(visitors: Visitors, paper: dict[str, Any]) -> None:
    typed = other(visitors, paper)
    type_again(visitors.erin, paper, typed)
    settle(visitors.erin, paper, typed)

    assert slug(settle(visitors.bob, paper, paper["answers"])) == "already-settled"
    assert len(of_response(page(visitors.bob), paper["id"])["corrections"]) == 1


def test_a_correction_that_waits_is_decided_on_first(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    typed = other(visitors, paper)
    type_again(visitors.erin, paper, typed)
    asked = {"answers": other(visitors, paper, 3), "skipped": [], **WHY}
    visitors.bob.post(f"{ALICE}/responses/{paper['id']}/corrections", asked)

    assert slug(settle(visitors.erin, paper, typed)) == "already-recorded"
    assert checked(page(visitors.bob), paper)["settled"] is None


def test_what_cannot_be_settled(visitors: Visitors, paper: dict[str, Any]) -> None:
    early = settle(visitors.erin, paper, paper["answers"])
    unknown = settle(visitors.erin, {"id": uuid4()}, paper["answers"])
    type_again(visitors.erin, paper, other(visitors, paper))
    read = settle(visitors.max, paper, paper["answers"])
    elsewhere = settle(visitors.dana, paper, paper["answers"])
    silent = visitors.erin.post(
        f"{ALICE}/entries/{paper['id']}/settlement",
        {"answers": paper["answers"], "skipped": []},
    )

    assert [slug(one) for one in (early, unknown, read, elsewhere, silent)] == [
        "not-found", "not-found", "not-allowed", "not-found", "invalid",
    ]  # fmt: skip


def test_a_second_typing_must_fit_the_questionnaire(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    answer = type_again(visitors.erin, paper, {"nonsense": 1})

    assert slug(answer) == "answers-malformed"
    assert of_response(page(visitors.erin), paper["id"])["entry"]["may_verify"]


def test_who_typed_and_settled_is_on_record_without_an_answer(
    visitors: Visitors, paper: dict[str, Any]
) -> None:
    typed = other(visitors, paper)
    type_again(visitors.erin, paper, typed)
    settle(visitors.erin, paper, typed)

    told = {event["action"]: event for event in trail(visitors.bob)}
    assert told["entry.verified"]["actor"] == told["typing.settled"]["actor"] == "Erin"
    assert told["typing.settled"]["after"]["items"] == list(typed)[:2]
    assert told["typing.settled"]["reason"] == WHY["reason"]
    assert "answers" not in told["typing.settled"]["after"]


def test_an_old_page_settles_nothing(visitors: Visitors, paper: dict[str, Any]) -> None:
    typed = other(visitors, paper)
    seen = visitors.bob.get(ALICE).headers["ETag"]
    type_again(visitors.erin, paper, typed)

    answer = visitors.bob.post(
        f"{ALICE}/entries/{paper['id']}/settlement",
        {"answers": typed, "skipped": [], **WHY}, headers={"If-Match": seen},
    )  # fmt: skip

    assert (answer.status_code, slug(answer)) == (412, "changed-meanwhile")
    assert checked(page(visitors.bob), paper)["settled"] is None
