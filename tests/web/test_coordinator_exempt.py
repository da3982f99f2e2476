"""People who do not read English: enrolled, followed, asked nothing, counted apart."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from sayso.store.tables_messages import push_subscription, reminder
from support.stage import STUDY
from support.visitors import Visitor, Visitors

BASE = f"/api/studies/{STUDY}"
ALICE, CARMEN = f"{BASE}/participants/P-001", f"{BASE}/participants/P-002"
FIGURES = ("expected", "completion", "in_window", "missing", "to_date", "pending")


def enrolling(**changes: Any) -> dict[str, Any]:
    return {
        "code": "P-300",
        "site": "S1",
        "arm": "stop",
        "enrolled_on": "2026-06-15",
        "anchors": {"cessation": "2026-06-20"},
        "zone": "America/New_York",
        "preferred_language": "es",
        "reads_english": False,
        "reads_english_how": "interpreter_present",
        "interpreter": True,
        "email": None,
        "phone": None,
    } | changes


def rates(visitor: Visitor, query: str = "") -> dict[tuple[str, str, str], dict[str, Any]]:
    answer = visitor.get(f"{BASE}/completion{query}").json
    assert answer is not None
    assert answer["balance_ok"]
    return {(row["timepoint"], row["arm"], row["questionnaire"]): row for row in answer["rates"]}


def slug(answer: TestResponse) -> str:
    return str((answer.json or {}).get("slug"))


def test_language_never_blocks_and_moves_no_denominator(visitors: Visitors) -> None:
    before = rates(visitors.bob)

    answer = visitors.bob.post(f"{BASE}/participants", enrolling())

    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["enrolment"] is None
    person = answer.json["participant"]
    assert person["exempt_since"] == "2026-06-15"
    assert {form["status"] for form in person["forms"]} == {"exempt"}
    assert [visit["timepoint"] for visit in person["planned_visits"]][:3] == ["BL", "W05", "W12"]
    after = rates(visitors.bob)
    for key, row in before.items():
        for figure in FIGURES:
            assert after[key][figure] == row[figure], (key, figure)
        if key[1] == "stop":
            assert after[key]["exempt"] == row["exempt"] + 1
            assert after[key]["enrolled"] == row["enrolled"] + 1


def test_nothing_is_planned_or_sent_to_them(visitors: Visitors) -> None:
    visitors.bob.post(f"{BASE}/participants", enrolling())
    visitors.bob.post(f"{CARMEN}/visits", {"timepoint": "W12", "date": "2026-06-12"})

    alice = visitors.row_id("alice")
    with visitors.stage.open() as connection:
        for table in (reminder, push_subscription):
            count = connection.execute(
                select(func.count()).select_from(table).where(table.c.participant_id != alice)
            ).scalar_one()
            assert count == 0, table.name


def test_preference_is_not_exemption(visitors: Visitors) -> None:
    answer = visitors.bob.post(
        f"{BASE}/participants", enrolling(reads_english=True, reads_english_how="asked")
    )

    assert answer.json is not None
    person = answer.json["participant"]
    assert (person["preferred_language"], person["interpreter"]) == ("es", True)
    assert person["exempt_since"] is None
    assert {form["status"] for form in person["forms"] if form["timepoint"] == "BL"} == {"open"}
    assert answer.json["enrolment"]["qr_svg"].startswith("<svg")


def test_low_vision_is_helped_in_other_ways(visitors: Visitors) -> None:
    answer = visitors.bob.post(f"{ALICE}/exemptions", {"reason": "VISION", "from": "2026-03-06"})

    assert slug(answer) == "exemption-reason-not-allowed"
    assert answer.json is not None
    assert "allowed is LANGUAGE" in answer.json["detail"]
    assert "large text, the clinic tablet or an interview" in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"from": "2026-07-01", "to": "2026-06-01"}, "dates-out-of-order"),
        ({"from": "2020-01-01"}, "dates-out-of-order"),
    ],
)
def test_impossible_exemptions_are_refused(
    visitors: Visitors, body: dict[str, Any], wanted: str
) -> None:
    answer = visitors.bob.post(f"{ALICE}/exemptions", body | {"reason": "LANGUAGE"})

    assert slug(answer) == wanted


def test_two_exemptions_cannot_cover_the_same_days(visitors: Visitors) -> None:
    answer = visitors.bob.post(f"{CARMEN}/exemptions", {"reason": "LANGUAGE", "from": "2026-05-01"})

    assert slug(answer) == "exemptions-overlap"


def test_a_missed_form_is_not_laundered_by_one_person_alone(visitors: Visitors) -> None:
    before = rates(visitors.bob)
    body = {"reason": "LANGUAGE", "from": "2026-03-06", "explanation": "Noticed today"}

    made = visitors.bob.post(f"{ALICE}/exemptions", body)

    assert made.status_code == 201
    assert made.json is not None
    (entered,) = made.json["exemptions"]
    assert entered["needs_approval"]
    assert any("had closed unanswered" in sign for sign in entered["signals"])
    assert rates(visitors.bob) == before
    rows = visitors.bob.get(f"{BASE}/today").json["rows"]
    assert "exemption_approval" in {row["kind"] for row in rows}
    path = f"{ALICE}/exemptions/{entered['id']}/approval"
    assert slug(visitors.bob.post(path)) == "second-person-needed"
    assert visitors.max.post(path).status_code == 403

    approved = visitors.erin.post(path)

    assert approved.status_code == 200
    assert approved.json["exemptions"][0]["approved_by"] == "Erin"
    key = ("BL", "stop", "demo-hrqol")
    after = rates(visitors.bob)
    assert after[key]["missing"] == before[key]["missing"] - 1
    assert after[key]["exempt"] == before[key]["exempt"] + 1
    events = visitors.bob.get(f"{BASE}/audit?participant=P-001").json["events"]
    said = {event["action"]: event["actor"] for event in events}
    assert (said["exemption.recorded"], said["exemption.approved"]) == ("Bob", "Erin")
    assert slug(visitors.erin.post(path)) == "already-settled"


def test_an_exemption_that_waits_can_be_declined(visitors: Visitors) -> None:
    body = {"reason": "LANGUAGE", "from": "2026-06-10"}
    (entered,) = visitors.bob.post(f"{ALICE}/exemptions", body).json["exemptions"]

    path = f"{ALICE}/exemptions/{entered['id']}/void"
    answer = visitors.erin.post(path, {"reason": "She reads English"})

    assert answer.json["exemptions"] == []
    carmen = visitors.bob.get(CARMEN).json["exemptions"][0]["id"]
    in_effect = visitors.erin.post(f"{CARMEN}/exemptions/{carmen}/void", {"reason": "No"})
    assert slug(in_effect) == "already-settled"


def test_an_exemption_that_ends_leaves_the_past_as_it_was(visitors: Visitors) -> None:
    entered = visitors.bob.get(CARMEN).json["exemptions"][0]["id"]
    path = f"{CARMEN}/exemptions/{entered}/end"
    early = visitors.bob.post(path, {"on": "2025-01-01", "reason": "Has learned to read"})
    assert slug(early) == "dates-out-of-order"

    answer = visitors.bob.post(path, {"on": "2026-06-01", "reason": "Has learned to read"})

    statuses = {form["timepoint"]: form["status"] for form in answer.json["forms"]}
    assert statuses["BL"] == "exempt"
    assert statuses["W12"] == "open"
    assert visitors.bob.post(f"{CARMEN}/enrolment-codes").status_code == 201
    again = visitors.bob.post(path, {"on": "2026-06-02", "reason": "Once more"})
    assert slug(again) == "already-settled"


def test_the_exempt_are_listed_with_what_is_next_for_them(visitors: Visitors) -> None:
    visitors.bob.post(f"{CARMEN}/visits", {"timepoint": "W12", "date": "2026-06-12"})

    view = visitors.bob.get(f"{BASE}/exempt").json

    (row,) = view["rows"]
    assert (row["code"], row["preferred_language"], row["since"]) == ("P-002", "es", "2026-03-06")
    assert row["last_visit_on"] == "2026-06-12"
    assert row["next_visit"]["status"] in {"due", "upcoming"}
    # Baseline and weeks 4 to 6 have passed without a visit; week 12 is still open.
    assert view["retention"] == {"exempt": {"n": 0, "of": 2}, "not_exempt": {"n": 0, "of": 2}}
    assert [(one["site"], one["n"], one["of"]) for one in view["shares"]] == [("S1", 1, 2)]


def test_sites_do_not_see_each_others_exempt(visitors: Visitors) -> None:
    assert visitors.dana.get(f"{BASE}/exempt").json["rows"] == []
