"""What staff record about a participant, and what the API says to dates that cannot be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from support.stage import STUDY
from support.visitors import Visitor, Visitors

ALICE = f"/api/studies/{STUDY}/participants/P-001"
CARMEN = f"/api/studies/{STUDY}/participants/P-002"


def page(visitor: Visitor, path: str = ALICE) -> dict[str, Any]:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def slug(answer: TestResponse) -> str:
    return str((answer.json or {}).get("slug"))


def trail(visitor: Visitor, code: str = "P-001") -> list[dict[str, Any]]:
    answer = visitor.get(f"/api/studies/{STUDY}/audit?participant={code}")
    assert answer.json is not None
    assert answer.json["verified"]
    events: list[dict[str, Any]] = answer.json["events"]
    return events


def test_a_visit_is_recorded_and_shown(visitors: Visitors) -> None:
    answer = visitors.bob.post(f"{ALICE}/visits", {"timepoint": "W12", "date": "2026-06-12"})

    assert answer.status_code == 201
    assert answer.json is not None
    (visit,) = answer.json["visits"]
    assert (visit["timepoint"], visit["date"], visit["kind"]) == ("W12", "2026-06-12", "clinic")
    assert visit["by"] == "Bob"
    planned = {one["timepoint"]: one for one in answer.json["planned_visits"]}
    assert (planned["W12"]["status"], planned["W12"]["on"]) == ("done", "2026-06-12")


def test_visits_of_exempt_people_are_recorded_in_the_same_way(visitors: Visitors) -> None:
    answer = visitors.bob.post(f"{CARMEN}/visits", {"timepoint": "W12", "date": "2026-06-12"})

    assert answer.status_code == 201
    assert answer.json is not None
    assert [visit["timepoint"] for visit in answer.json["visits"]] == ["W12"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"timepoint": "W12", "date": "2026-06-16"}, "dates-out-of-order"),
        ({"timepoint": "W12", "date": "2025-01-01"}, "dates-out-of-order"),
        ({"timepoint": "W99", "date": "2026-06-12"}, "unknown-timepoint"),
        ({"timepoint": "W12", "date": "2026-06-12", "kind": "seance"}, "unknown-word"),
        ({"timepoint": "W12", "date": "2026-02-31"}, "invalid"),
        ({"timepoint": "W12"}, "invalid"),
        ({"timepoint": "W12", "date": "2026-06-12", "nonsense": 1}, "invalid"),
    ],
)
def test_impossible_visits_are_refused_by_name(
    visitors: Visitors, body: dict[str, Any], wanted: str
) -> None:
    answer = visitors.bob.post(f"{ALICE}/visits", body)

    assert (answer.status_code, slug(answer)) == (422, wanted)
    assert page(visitors.bob)["visits"] == []


def test_one_visit_of_a_kind_is_enough(visitors: Visitors) -> None:
    body = {"timepoint": "W12", "date": "2026-06-12"}
    visitors.bob.post(f"{ALICE}/visits", body)

    assert slug(visitors.bob.post(f"{ALICE}/visits", body)) == "already-recorded"


def test_a_visit_entered_by_mistake_is_taken_back_and_stays_on_record(visitors: Visitors) -> None:
    made = visitors.bob.post(f"{ALICE}/visits", {"timepoint": "W12", "date": "2026-06-12"}).json
    assert made is not None
    entry = made["visits"][0]["id"]

    answer = visitors.bob.post(f"{ALICE}/visits/{entry}/void", {"reason": "Another person"})

    assert answer.json is not None
    assert answer.json["visits"] == []
    taken_back = trail(visitors.bob)[1]  # the newest is the look at the contact details
    assert taken_back["action"] == "visit.voided"
    assert taken_back["reason"] == "Another person"
    assert taken_back["before"]["date"] == "2026-06-12"
    again = visitors.bob.post(f"{ALICE}/visits/{entry}/void", {"reason": "Once more"})
    assert slug(again) == "already-settled"


def test_a_call_settles_the_wish_for_one(visitors: Visitors) -> None:
    visitors.alice.post("/api/me/call-request")
    assert page(visitors.bob)["call_requested_at"] == "2026-06-15T15:00:00Z"

    body = {"date": "2026-06-15", "channel": "call", "outcome": "no_answer"}
    assert visitors.bob.post(f"{ALICE}/contacts", body).json["call_requested_at"] is not None
    answer = visitors.bob.post(f"{ALICE}/contacts", body | {"outcome": "spoke", "note": "Fine."})

    assert answer.json["call_requested_at"] is None
    assert answer.json["contacts"][1]["note"] == "Fine."
    assert all("Fine." not in str(event) for event in trail(visitors.bob))


def test_words_that_are_not_in_use_are_named_with_those_that_are(visitors: Visitors) -> None:
    body = {"date": "2026-06-15", "channel": "pigeon", "outcome": "spoke"}
    answer = visitors.bob.post(f"{ALICE}/contacts", body)

    assert slug(answer) == "unknown-word"
    assert answer.json["detail"].startswith("pigeon is no way of contact here; use one of: call,")


def test_death_ends_what_is_expected_and_what_is_sent(visitors: Visitors) -> None:
    answer = visitors.bob.post(f"{ALICE}/events", {"kind": "death", "date": "2026-06-14"})

    assert answer.status_code == 201
    assert answer.json["status_line"] == "Died on 2026-06-14."
    week_12 = [form for form in answer.json["forms"] if form["timepoint"] == "W12"]
    assert {(form["status"], form["disposition"]) for form in week_12} == {
        ("not_expected", "death")
    }
    assert all(one["outcome"] != "planned" for one in answer.json["reminders"])


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"kind": "death", "date": "2026-06-16"}, "dates-out-of-order"),
        ({"kind": "death", "date": "2026-01-01"}, "dates-out-of-order"),
        ({"kind": "restart_after_progression", "date": "2026-06-01"}, "dates-out-of-order"),
        ({"kind": "holiday", "date": "2026-06-01"}, "unknown-event-kind"),
    ],
)
def test_impossible_events_are_refused_by_name(
    visitors: Visitors, body: dict[str, Any], wanted: str
) -> None:
    answer = visitors.bob.post(f"{ALICE}/events", body)

    assert (answer.status_code, slug(answer)) == (422, wanted)
    assert page(visitors.bob)["events"] == []


def test_nobody_dies_before_their_own_answers(visitors: Visitors) -> None:
    visitors.stage.answer("P-001", 84)

    answer = visitors.bob.post(f"{ALICE}/events", {"kind": "death", "date": "2026-06-01"})

    assert slug(answer) == "dates-out-of-order"
    assert "a form was answered" in answer.json["detail"]


def test_somebody_who_goes_on_cannot_restart(visitors: Visitors) -> None:
    enrolling = {
        "code": "P-050", "site": "S1", "arm": "continue", "enrolled_on": "2026-06-01",
        "anchors": {}, "zone": "America/New_York", "preferred_language": "en",
        "reads_english": True, "reads_english_how": "asked", "interpreter": False,
    }  # fmt: skip
    assert visitors.bob.post(f"/api/studies/{STUDY}/participants", enrolling).status_code == 201
    body = {"kind": "restart_without_progression", "date": "2026-06-10"}

    answer = visitors.bob.post(f"/api/studies/{STUDY}/participants/P-050/events", body)

    assert slug(answer) == "unknown-event-kind"
    assert "restart" not in answer.json["detail"].partition("use one of")[2]


def test_a_progression_asks_its_own_form_until_it_is_taken_back(visitors: Visitors) -> None:
    made = visitors.bob.post(f"{ALICE}/events", {"kind": "progression", "date": "2026-04-25"})
    assert made.json is not None
    assert "PROG" in {form["timepoint"] for form in made.json["forms"]}
    entry = made.json["events"][0]["id"]

    answer = visitors.bob.post(f"{ALICE}/events/{entry}/void", {"reason": "Wrong person"})

    assert answer.json["events"] == []
    assert "PROG" not in {form["timepoint"] for form in answer.json["forms"]}


def test_a_corrected_anchor_moves_only_what_has_not_opened(visitors: Visitors) -> None:
    before = {form["id"]: form for form in page(visitors.bob)["forms"]}
    body = {"name": "cessation", "date": "2026-03-25", "reason": "Misread the letter"}

    answer = visitors.bob.post(f"{ALICE}/anchors", body)

    assert answer.status_code == 201
    assert [one["date"] for one in answer.json["anchors"]] == ["2026-03-25"]
    for form in answer.json["forms"]:
        moved = form["opens"] != before.get(form["id"], form)["opens"]
        if form["timepoint"] in {"BL", "W12"}:
            assert not moved, form
    week_24 = next(form for form in answer.json["forms"] if form["timepoint"] == "W24")
    assert week_24["target"] == "2026-09-09"
    actions = [event["action"] for event in trail(visitors.bob)]
    assert {"anchor.voided", "anchor.recorded", "forms.planned"} <= set(actions)


def test_an_anchor_cannot_pass_a_form_that_counts_from_it(visitors: Visitors) -> None:
    visitors.stage.answer("P-001", 84)
    body = {"name": "cessation", "date": "2026-06-14", "reason": "Misread"}

    assert slug(visitors.bob.post(f"{ALICE}/anchors", body)) == "anchor-after-answered-form"


@pytest.mark.parametrize(
    ("name", "day", "wanted"),
    [
        ("birthday", "2026-03-01", "unknown-anchor"),
        ("cessation", "2026-12-01", "dates-out-of-order"),
        ("cessation", "2020-01-01", "dates-out-of-order"),
    ],
)
def test_impossible_anchors_are_refused_by_name(
    visitors: Visitors, name: str, day: str, wanted: str
) -> None:
    body = {"name": name, "date": day, "reason": "Because"}

    assert slug(visitors.bob.post(f"{ALICE}/anchors", body)) == wanted


def test_a_reason_is_kept_for_a_missed_form_only(visitors: Visitors) -> None:
    forms = page(visitors.bob)["forms"]
    missed = next(form for form in forms if form["status"] == "missing")
    still_open = next(form for form in forms if form["status"] == "open")

    def code(form: dict[str, Any], reason: str) -> TestResponse:
        body = {"expected_form_id": form["id"], "reason": reason}
        return visitors.bob.post(f"{ALICE}/missing-reasons", body)

    def shown() -> tuple[str, str]:
        form = next(one for one in page(visitors.bob)["forms"] if one["id"] == missed["id"])
        return form["status"], form["reason"]

    assert code(missed, "too_ill").status_code == 201
    assert shown() == ("missing", "too_ill")
    assert slug(code(still_open, "too_ill")) == "form-not-missing"
    assert slug(code(missed, "bored")) == "unknown-missing-reason"
    assert slug(code(missed, "event_reported_late")) == "unknown-missing-reason"
    assert code(missed, "technical").status_code == 201
    assert shown() == ("missing", "technical")


def test_two_coordinators_cannot_overwrite_each_other(visitors: Visitors) -> None:
    seen = visitors.bob.get(ALICE)
    etag = seen.headers["ETag"]
    assert etag == page(visitors.bob)["etag"]
    visit = {"timepoint": "W12", "date": "2026-06-12"}
    assert visitors.erin.post(f"{ALICE}/visits", visit).status_code == 201

    body = {"kind": "progression", "date": "2026-06-01"}
    answer = visitors.bob.post(f"{ALICE}/events", body, headers={"If-Match": etag})

    assert (answer.status_code, slug(answer)) == (412, "changed-meanwhile")
    assert page(visitors.bob)["events"] == []
    fresh = visitors.bob.get(ALICE).headers["ETag"]
    again = visitors.bob.post(f"{ALICE}/events", body, headers={"If-Match": fresh})
    assert again.status_code == 201


@pytest.mark.parametrize(
    "etag",
    [
        '"nonsense"', "*garbage*", '"1.-5"', '"1.\u00b2"', f'"1.{"9" * 5000}"',
    ],
)  # fmt: skip
def test_a_state_that_never_was_is_stale(visitors: Visitors, etag: str) -> None:
    body = {"kind": "progression", "date": "2026-06-01"}
    answer = visitors.bob.post(f"{ALICE}/events", body, headers={"If-Match": etag})

    assert slug(answer) == "changed-meanwhile"


def test_monitors_read_and_do_not_change(visitors: Visitors) -> None:
    assert page(visitors.max)["contact_details"] is None
    answer = visitors.max.post(f"{ALICE}/visits", {"timepoint": "W12", "date": "2026-06-12"})
    assert (answer.status_code, slug(answer)) == (403, "not-allowed")


def test_notes_stay_sealed_for_those_who_only_read(visitors: Visitors) -> None:
    body = {"date": "2026-06-15", "channel": "call", "outcome": "spoke", "note": "Her son Joe."}
    visitors.bob.post(f"{ALICE}/contacts", body)

    assert [contact["note"] for contact in page(visitors.max)["contacts"]] == [None]
    assert [contact["note"] for contact in page(visitors.bob)["contacts"]] == ["Her son Joe."]


def test_looking_at_a_note_is_on_record_as_well(visitors: Visitors) -> None:
    """Carmen has no contact details, so the note is all there is to be looked at."""
    assert page(visitors.bob, CARMEN)["contact_details"] is None
    assert "identity.viewed" not in {one["action"] for one in trail(visitors.bob, "P-002")}
    body = {"date": "2026-06-15", "channel": "call", "outcome": "spoke", "note": "Her son Joe."}
    visitors.bob.post(f"{CARMEN}/contacts", body)

    page(visitors.erin, CARMEN)

    latest = trail(visitors.bob, "P-002")[0]
    assert (latest["action"], latest["actor"]) == ("identity.viewed", "Erin")


def test_looking_at_contact_details_is_on_record(visitors: Visitors) -> None:
    assert page(visitors.bob)["contact_details"] == {"email": "alice@example.org", "phone": None}

    latest = trail(visitors.bob)[0]
    assert (latest["action"], latest["actor"]) == ("identity.viewed", "Bob")


def test_every_change_says_who_did_it(visitors: Visitors) -> None:
    visitors.erin.post(f"{ALICE}/visits", {"timepoint": "W12", "date": "2026-06-12"})

    events = [event for event in trail(visitors.bob) if event["action"] == "visit.recorded"]
    assert [(event["actor"], event["participant"]) for event in events] == [("Erin", "P-001")]
    assert events[0]["after"] == {"timepoint": "W12", "kind": "clinic", "date": "2026-06-12"}


def test_a_second_copy_is_kept_and_decided_on(visitors: Visitors) -> None:
    visitors.stage.answer("P-001", 84, only="demo-hrqol")
    (second,) = visitors.stage.answer("P-001", 85, only="demo-hrqol")
    assert second.receipt.disposition == "duplicate"
    rows = visitors.bob.get(f"/api/studies/{STUDY}/today").json["rows"]
    (row,) = [row for row in rows if row["kind"] == "conflict"]
    path = f"{ALICE}/conflicts/{row['action']['response_ids'][0]}/resolution"

    answer = visitors.bob.post(path, {"accept": False, "reason": "Sent twice"})

    kept = {one["id"]: one for one in answer.json["responses"]}
    assert kept[second.receipt.id]["conflict_resolution"] == "set_aside"
    assert len(kept) == 2
    counted = [form for form in answer.json["forms"] if form["response_id"]]
    assert [form["response_id"] for form in counted] != [second.receipt.id]
    assert slug(visitors.bob.post(path, {"accept": True, "reason": "No"})) == "already-settled"


def test_a_disputed_time_waits_for_staff(visitors: Visitors) -> None:
    stage = visitors.stage
    stage.enrol("P-060", stage.day("P-001", -40))
    answers = stage.answer("P-060", 103, skew=timedelta(days=-8), only="demo-hrqol")
    assert [one.receipt.disposition for one in answers] == ["time_disputed"]
    path = f"/api/studies/{STUDY}/participants/P-060/responses/{answers[0].receipt.id}"

    body = {"accept": False, "reason": "The clock was wrong"}
    answer = visitors.bob.post(f"{path}/time-resolution", body)

    form = next(one for one in answer.json["forms"] if one["response_id"])
    assert (form["status"], form["disposition"]) == ("received", "late")
    assert slug(visitors.bob.post(f"{path}/time-resolution", body)) == "already-settled"


def test_a_new_phone_ends_the_old_one(visitors: Visitors) -> None:
    assert visitors.alice.get("/api/me").status_code == 200
    body = {"replace": True, "reason": "Lost on the bus"}

    answer = visitors.bob.post(f"{ALICE}/enrolment-codes", body)

    assert answer.status_code == 201
    assert answer.json["url"].endswith(f"/enrol#{answer.json['code']}")
    assert answer.json["qr_svg"].startswith("<svg")
    assert visitors.alice.get("/api/me").status_code == 401
    phones = page(visitors.bob)["devices"]
    assert [phone["revoked_at"] is not None for phone in phones] == [True]


def test_an_exempt_person_gets_no_phone(visitors: Visitors) -> None:
    answer = visitors.bob.post(f"{CARMEN}/enrolment-codes")

    assert (answer.status_code, slug(answer)) == (409, "participant-exempt")
