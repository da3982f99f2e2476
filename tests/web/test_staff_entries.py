"""Interviews and paper forms typed in by staff: the participant's words, on the same way in."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from support.answering import ALICE, CARMEN, answers_of, entry, of_response, page, slug, trail
from support.stage import STUDY
from support.visitors import Visitors

OTHERS = f"/api/studies/{STUDY}/participants/P-200"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services prove both databases; here it is about who may do what, and what is said."""
    return sqlite_url


def test_an_interview_counts_like_any_answer_and_says_who_asked(visitors: Visitors) -> None:
    body = entry(visitors, mode="interview", administered_by=visitors.stage.staff_ids["erin"])

    answer = visitors.bob.post(f"{ALICE}/entries", body)

    assert answer.status_code == 201, answer.json
    found = of_response(answer.json, body["id"])
    assert (found["mode"], found["disposition"]) == ("interview", "in_window")
    assert found["recorded_by"] == "Bob"
    assert found["entry"]["administered_by"] == "Erin"
    assert found["entry"]["collected_local"] == "2026-06-10T14:30"
    assert found["entry"]["collected_at"] == "2026-06-10T18:30:00Z"
    assert found["entry"]["entered_at"] == "2026-06-15T15:00:00Z"
    assert found["scores"]
    form = next(one for one in answer.json["forms"] if one["response_id"] == body["id"])
    assert form["status"] == "received"


def test_the_participant_stays_the_author(visitors: Visitors) -> None:
    body = entry(visitors, mode="paper")
    visitors.bob.post(f"{ALICE}/entries", body)

    told = {event["action"]: event for event in trail(visitors.bob)}
    assert told["response.received"]["actor"] == "Bob"
    assert told["entry.recorded"]["after"]["collected_on"] == "2026-06-10"
    line = export_line(visitors, body["id"])
    assert (line["mode"], line["originator"]) == ("paper", "participant")


def export_line(visitors: Visitors, response_id: str) -> dict[str, str]:
    text = visitors.bob.get(f"/api/studies/{STUDY}/exports/expected-forms.csv").text
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    return next(row for row in rows if row["response_id"] == response_id)


def test_no_time_of_day_means_the_start_of_the_day(visitors: Visitors) -> None:
    body = entry(visitors, collected_time=None, collected_on="2026-06-15")

    answer = visitors.bob.post(f"{ALICE}/entries", body)

    assert of_response(answer.json, body["id"])["entry"]["collected_local"] == "2026-06-15T00:00"


def test_sending_the_same_again_changes_nothing(visitors: Visitors) -> None:
    body = entry(visitors)
    first = visitors.bob.post(f"{ALICE}/entries", body)
    again = visitors.bob.post(f"{ALICE}/entries", body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert len(again.json["responses"]) == 1
    entered = [one for one in trail(visitors.bob) if one["action"] == "entry.recorded"]
    assert len(entered) == 1


def test_other_answers_under_the_same_id_are_kept_apart(visitors: Visitors) -> None:
    body = entry(visitors)
    visitors.bob.post(f"{ALICE}/entries", body)
    other = visitors.bob.post(f"{ALICE}/entries", body | {"answers": {}})

    assert (other.status_code, slug(other)) == (409, "response-id-reused")
    seen = visitors.bob.get(f"{ALICE}/responses/{body['id']}").json
    assert seen["answers"] == body["answers"]
    assert [one["answers"] for one in seen["bodies"]] == [{}]


def test_a_second_copy_waits_for_the_site(visitors: Visitors) -> None:
    first, second = entry(visitors), entry(visitors)
    visitors.bob.post(f"{ALICE}/entries", first)

    answer = visitors.bob.post(f"{ALICE}/entries", second | {"collected_time": "15:00"})

    found = of_response(answer.json, second["id"])
    assert (found["disposition"], found["conflict"]) == ("duplicate", True)


def test_what_can_be_entered_is_what_has_opened(visitors: Visitors) -> None:
    sheet = visitors.bob.get(f"{ALICE}/entries").json

    assert {form["timepoint"] for form in sheet["forms"]} == {"BL", "W12"}
    assert [one["code"] for one in sheet["modes"]] == ["interview", "paper"]
    assert {one["name"] for one in sheet["staff"]} == {"Bob", "Erin", "Ada"}
    assert (sheet["zone"], sheet["exempt"]) == ("America/New_York", False)
    assert not any(form["answered"] for form in sheet["forms"])
    assert visitors.bob.get(f"{CARMEN}/entries").json["exempt"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"collected_on": "2026-05-28"}, "dates-out-of-order"),
        ({"collected_on": "2026-06-16"}, "dates-out-of-order"),
        ({"collected_on": "2026-06-15", "collected_time": "23:00"}, "dates-out-of-order"),
        ({"mode": "interview", "interpreter_used": True}, "interpreter-refused"),
        ({"answers": {"nonsense": 1}}, "answers-malformed"),
        ({"administered_by": 999}, "unknown-word"),
        ({"expected_form_id": 999_999}, "not-found"),
        ({"mode": "telepathy"}, "invalid"),
        ({"collected_time": "25:00"}, "invalid"),
        ({"note": "x" * 501}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_leaves_nothing(
    visitors: Visitors, changes: dict[str, Any], wanted: str
) -> None:
    answer = visitors.bob.post(f"{ALICE}/entries", entry(visitors) | changes)

    assert slug(answer) == wanted, answer.json
    assert page(visitors.bob)["responses"] == []


def test_nobody_answers_after_her_death(visitors: Visitors) -> None:
    body = entry(visitors)
    visitors.bob.post(f"{ALICE}/events", {"kind": "death", "date": "2026-06-09"})

    late = visitors.bob.post(f"{ALICE}/entries", body)
    in_time = visitors.bob.post(f"{ALICE}/entries", body | {"collected_on": "2026-06-08"})

    assert "after the death" in late.json["detail"]
    assert of_response(in_time.json, body["id"])["disposition"] == "in_window"


def test_an_exempt_participant_is_not_interviewed(visitors: Visitors) -> None:
    form = visitors.bob.get(f"{CARMEN}/entries").json["forms"][-1]
    body = entry(visitors, mode="interview", form=form)

    answer = visitors.bob.post(f"{CARMEN}/entries", body)

    assert (answer.status_code, slug(answer)) == (409, "participant-exempt")


def test_a_paper_form_of_an_exempt_participant_is_kept_apart(visitors: Visitors) -> None:
    form = visitors.bob.get(f"{CARMEN}/entries").json["forms"][-1]
    body = entry(visitors, mode="paper", form=form)

    answer = visitors.bob.post(f"{CARMEN}/entries", body)

    assert of_response(answer.json, body["id"])["disposition"] == "unexpected"
    kept = next(one for one in answer.json["forms"] if one["id"] == form["id"])
    assert (kept["status"], kept["response_id"]) == ("exempt", None)


def test_a_note_is_read_by_those_who_act_only(visitors: Visitors) -> None:
    body = entry(visitors, note="She held the pen herself.")
    visitors.bob.post(f"{ALICE}/entries", body)

    assert of_response(page(visitors.bob), body["id"])["entry"]["note"] == body["note"]
    assert of_response(page(visitors.max), body["id"])["entry"]["note"] is None
    assert "pen" not in str(trail(visitors.bob))


def test_a_colleague_types_a_paper_form_again(visitors: Visitors) -> None:
    body = entry(visitors, mode="paper")
    visitors.bob.post(f"{ALICE}/entries", body)
    typed = {"answers": body["answers"], "skipped": []}

    answer = visitors.erin.post(f"{ALICE}/entries/{body['id']}/verification", typed)

    assert answer.status_code == 201
    assert of_response(answer.json, body["id"])["entry"]["verification"] == {
        "agrees": True, "by": "Erin", "at": "2026-06-15T15:00:00Z", "items": [],
        "settled": None,
    }  # fmt: skip
    again = visitors.erin.post(f"{ALICE}/entries/{body['id']}/verification", typed)
    assert slug(again) == "already-settled"


def test_a_second_typing_names_what_differs_and_changes_nothing(visitors: Visitors) -> None:
    body = entry(visitors, mode="paper")
    visitors.bob.post(f"{ALICE}/entries", body)
    first, second, *_rest = body["answers"]
    other = {**body["answers"], first: answers_of(visitors, body, 1)[first]}
    del other[second]

    answer = visitors.erin.post(
        f"{ALICE}/entries/{body['id']}/verification", {"answers": other, "skipped": [second]}
    )

    verification = of_response(answer.json, body["id"])["entry"]["verification"]
    assert (verification["agrees"], verification["items"]) == (False, [first, second])
    assert visitors.bob.get(f"{ALICE}/responses/{body['id']}").json["answers"] == body["answers"]


def test_what_cannot_be_verified(visitors: Visitors) -> None:
    paper, interview = entry(visitors), entry(visitors, mode="interview", number=1)
    for body in (paper, interview):
        assert visitors.bob.post(f"{ALICE}/entries", body).status_code == 201
    typed: dict[str, Any] = {"answers": {}, "skipped": []}

    own = visitors.bob.post(f"{ALICE}/entries/{paper['id']}/verification", typed)
    spoken = visitors.erin.post(f"{ALICE}/entries/{interview['id']}/verification", typed)
    unknown = visitors.erin.post(f"{ALICE}/entries/{uuid4()}/verification", typed)

    assert [slug(own), slug(spoken), slug(unknown)] == [
        "second-person-needed", "not-a-paper-form", "not-found",
    ]  # fmt: skip


def test_an_old_page_enters_nothing(visitors: Visitors) -> None:
    seen = visitors.bob.get(ALICE).headers["ETag"]
    visitors.erin.post(f"{ALICE}/contacts", {"date": "2026-06-15", "channel": "call",
                                             "outcome": "spoke"})  # fmt: skip

    answer = visitors.bob.post(f"{ALICE}/entries", entry(visitors), headers={"If-Match": seen})

    assert (answer.status_code, slug(answer)) == (412, "changed-meanwhile")
    assert page(visitors.bob)["responses"] == []


def test_another_site_neither_sees_nor_enters(visitors: Visitors) -> None:
    body = entry(visitors)
    assert visitors.dana.post(f"{ALICE}/entries", body).status_code == 404
    assert visitors.dana.get(f"{ALICE}/entries").status_code == 404
    # A form of somebody else's is not hers to be entered, even where both are within reach.
    assert slug(visitors.ada.post(f"{OTHERS}/entries", body)) == "not-found"
