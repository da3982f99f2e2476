"""The sixteen binding stories, told through the API as the apps would tell them.

Days count from the day on which therapy was stopped; the clock is moved to the day of each act.
Number 7, the golden population, is told in full in `test_golden_story`, numbers 14 and 16, the
items of a scale and the night without a 02:30, in `test_long_stories`.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from sayso.resources import instruments_dir
from support.answering import slug
from support.stage import STUDY
from support.visitors import CESSATION, Visitors

ROOT = f"/api/studies/{STUDY}"
ALICE = f"{ROOT}/participants/P-001"
FIRST = "demo-hrqol"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The same stories run through the services on both databases."""
    return sqlite_url


def day(number: int) -> str:
    return (CESSATION + timedelta(days=number)).isoformat()


def at(number: int, hour: int = 16) -> datetime:
    """Noon or so in New York on that day."""
    return datetime.combine(CESSATION + timedelta(days=number), time(hour), UTC)


def on(visitors: Visitors, number: int) -> Visitors:
    """The same people on another day; staff sign in again, as they must."""
    visitors.clock.advance(at(number) - visitors.clock.now())
    for name in ("bob", "erin", "ada"):
        visitors._known.pop(name, None)
    return visitors


def page(visitors: Visitors, path: str = ALICE) -> dict[str, Any]:
    found: dict[str, Any] = visitors.bob.get(path).json
    return found


def form(visitors: Visitors, timepoint: str = "W12", path: str = ALICE) -> dict[str, Any]:
    """The first form of a timepoint, merged ones included."""
    return next(one for one in page(visitors, path)["forms"] if timepoint in one["tags"])


def status(visitors: Visitors, timepoint: str = "W12", path: str = ALICE) -> str:
    found = form(visitors, timepoint, path)
    parts = (found["status"], found["disposition"])
    return ":".join(part for part in parts if part)


def answer(visitors: Visitors, said: datetime, **changes: Any) -> Any:
    """Alice's phone sends her first open or past form of Week 12."""
    target = form(visitors)
    sha = next(
        one["questionnaire_sha"]
        for one in visitors.bob.get(f"{ALICE}/entries").json["forms"]
        if one["id"] == target["id"]
    )
    body = {
        "expected_form_id": target["id"], "questionnaire_sha": sha, "answers": {}, "skipped": [],
        "authored_at": said.isoformat(), "authored_zone": "America/New_York",
        "sent_at": visitors.clock.now().isoformat(), "offer_token": None, "attested": True,
        "mode": "own_device", "app_build": "1.0.0",
    }  # fmt: skip
    return visitors.alice.put(f"/api/me/responses/{uuid4()}", body | changes)


def rates(visitors: Visitors, **query: str) -> dict[str, Any]:
    """Week 12's figures of the stop arm, for one questionnaire."""
    found = visitors.bob.get(f"{ROOT}/completion", query_string=query).json["rates"]
    row: dict[str, Any] = next(
        one
        for one in found
        if (one["timepoint"], one["arm"], one["questionnaire"]) == ("W12", "stop", FIRST)
    )
    return row


def rows(visitors: Visitors, kind: str) -> list[dict[str, Any]]:
    """What stands on the list of the day about Alice."""
    found = visitors.bob.get(f"{ROOT}/today").json["rows"]
    return [one for one in found if (one["kind"], one["participant"]) == (kind, "P-001")]


def event(visitors: Visitors, kind: str, number: int) -> None:
    told = visitors.bob.post(f"{ALICE}/events", {"kind": kind, "date": day(number)})
    assert told.status_code == 201, told.json


def enrol(visitors: Visitors, code: str, **changes: Any) -> Any:
    body = {
        "code": code, "site": "S1", "arm": "stop", "enrolled_on": day(0),
        "anchors": {"cessation": day(0)}, "zone": "America/New_York", "preferred_language": "en",
        "reads_english": True, "reads_english_how": "asked", "interpreter": False,
    }  # fmt: skip
    return visitors.bob.post(f"{ROOT}/participants", body | changes)


def test_1_language_never_blocks(visitors: Visitors) -> None:
    on(visitors, 84)
    before = rates(visitors)

    made = enrol(visitors, "P-010", reads_english=False, preferred_language="es", interpreter=True)

    assert made.status_code == 201
    assert made.json["enrolment"] is None
    shown = made.json["participant"]
    assert {one["status"] for one in shown["forms"]} == {"exempt"}
    assert [one["timepoint"] for one in shown["planned_visits"]][:3] == ["BL", "W05", "W12"]
    path = f"{ROOT}/participants/P-010"
    assert slug(visitors.bob.post(f"{path}/enrolment-codes")) == "participant-exempt"
    after = rates(visitors)
    assert (after["completion"], after["exempt"]) == (before["completion"], before["exempt"] + 1)


def test_2_a_preferred_language_is_no_exemption(visitors: Visitors) -> None:
    on(visitors, 0)
    made = enrol(visitors, "P-010", preferred_language="es", interpreter=True)

    assert made.json["enrolment"]["code"]
    shown = made.json["participant"]
    assert (shown["exempt_since"], shown["interpreter"]) == (None, True)
    assert {one["status"] for one in shown["forms"] if one["timepoint"] == "BL"} == {"open"}


def test_3_low_vision_is_no_exemption(visitors: Visitors) -> None:
    refused = visitors.bob.post(f"{ALICE}/exemptions", {"reason": "VISION", "from": day(84)})

    assert slug(refused) == "exemption-reason-not-allowed"
    for word in ("LANGUAGE", "large text", "tablet", "interview"):
        assert word in refused.json["detail"]


def test_4_no_laundering(visitors: Visitors) -> None:
    on(visitors, 120)
    before = rates(visitors)["completion"]

    claimed = visitors.bob.post(f"{ALICE}/exemptions", {"reason": "LANGUAGE", "from": day(60)})

    (waiting,) = claimed.json["exemptions"]
    assert waiting["needs_approval"]
    assert "after Week 12 had closed unanswered" in waiting["signals"][0]
    assert (status(visitors), rates(visitors)["completion"]) == ("missing", before)
    own = visitors.bob.post(f"{ALICE}/exemptions/{waiting['id']}/approval")
    assert slug(own) == "second-person-needed"
    visitors.erin.post(f"{ALICE}/exemptions/{waiting['id']}/approval")
    assert status(visitors) == "exempt"
    assert rates(visitors)["completion"]["of"] == before["of"] - 1
    told = visitors.bob.get(f"{ROOT}/audit?participant=P-001").json["events"]
    who = {one["action"]: one["actor"] for one in told}
    assert (who["exemption.recorded"], who["exemption.approved"]) == ("Bob", "Erin")


def test_5_an_exemption_that_ends(visitors: Visitors) -> None:
    on(visitors, 60)
    path = f"{ROOT}/participants/P-002"
    (entry,) = page(visitors, path)["exemptions"]
    ended = {"on": day(60), "reason": "Reads English now"}

    visitors.bob.post(f"{path}/exemptions/{entry['id']}/end", ended)

    on(visitors, 85)
    assert (status(visitors, "BL", path), status(visitors, "W12", path)) == ("exempt", "open")


def test_6_death_recorded_late(visitors: Visitors) -> None:
    on(visitors, 110)
    assert status(visitors) == "missing"

    event(visitors, "death", 80)

    assert status(visitors) == "not_expected:death"
    assert all(one["outcome"] != "planned" for one in page(visitors)["reminders"])
    assert rates(visitors, as_of=day(109))["missing"] > rates(visitors)["missing"]


def test_6_a_form_answered_before_the_death_stays(visitors: Visitors) -> None:
    on(visitors, 72)
    answer(visitors, at(72))
    on(visitors, 110)
    event(visitors, "death", 80)

    assert status(visitors) == "received:in_window"


@pytest.mark.parametrize(
    ("authored", "came", "skew", "wanted"),
    [
        (at(97) + timedelta(hours=3), 101, timedelta(hours=3), "in_window"),
        (at(98), 103, timedelta(days=-5), "time_disputed"),
    ],
    ids=["three hours fast", "five days slow"],
)
def test_8_answered_offline(
    visitors: Visitors, authored: datetime, came: int, skew: timedelta, wanted: str
) -> None:
    on(visitors, came)

    sent = answer(visitors, authored, sent_at=(at(came) + skew).isoformat())

    assert sent.json["disposition"] == wanted
    (kept,) = page(visitors)["responses"]
    assert kept["skew_seconds"] == skew.total_seconds()
    assert kept["received_at"] == at(came).isoformat().replace("+00:00", "Z")
    assert bool(rows(visitors, "time_disputed")) == (wanted == "time_disputed")


def test_9_the_same_form_on_phone_and_tablet(visitors: Visitors) -> None:
    on(visitors, 84)
    first = answer(visitors, at(84))
    visitors.clock.advance(timedelta(minutes=1))
    second = answer(visitors, at(83), mode="clinic_tablet")

    assert [first.json["disposition"], second.json["disposition"]] == ["in_window", "duplicate"]
    assert form(visitors)["response_id"] == first.json["id"]
    assert rows(visitors, "conflict")


def test_10_a_restart_without_progression(visitors: Visitors) -> None:
    on(visitors, 80)
    event(visitors, "restart_without_progression", 79)

    assert form(visitors, "RST")["timepoint"] == "W12"
    assert form(visitors, "W24")["target"] == day(168)
    assert page(visitors)["events"][0]["kind"] == "restart_without_progression"


def test_11_leaving_the_questionnaires_only(visitors: Visitors) -> None:
    on(visitors, 66)
    event(visitors, "withdrawal_pro", 65)
    on(visitors, 130)

    assert status(visitors) == "not_expected:withdrawn"
    visit = visitors.bob.post(f"{ALICE}/visits", {"timepoint": "W12", "date": day(84)})
    assert visit.status_code == 201
    assert rates(visitors)["not_expected"] == 1


def test_12_lost_is_missing_and_on_the_list(visitors: Visitors) -> None:
    on(visitors, 31)
    event(visitors, "lost", 30)
    on(visitors, 130)

    assert status(visitors) == "missing"
    assert any("Lost to follow-up" in row["why"] for row in rows(visitors, "reason_needed"))


def test_13_the_clinics_tablet(visitors: Visitors) -> None:
    on(visitors, 84)
    code = visitors.bob.post(f"{ALICE}/handovers").json["code"]
    tablet = visitors.stranger()
    forms = tablet.post("/api/tablet/session", {"code": code}).json["forms"]
    for card in forms:
        body = {
            "expected_form_id": card["id"], "questionnaire_sha": card["questionnaire_sha"],
            "answers": {}, "skipped": [], "authored_at": at(84).isoformat(),
            "authored_zone": "America/New_York", "sent_at": at(84).isoformat(),
            "offer_token": card["offer_token"], "attested": True, "mode": "clinic_tablet",
        }  # fmt: skip
        assert tablet.put(f"/api/me/responses/{uuid4()}", body).status_code == 201

    assert {one["mode"] for one in page(visitors)["responses"]} == {"clinic_tablet"}
    assert tablet.get("/api/tablet").status_code == 401
    assert tablet.get(ROOT).status_code == 401
    assert slug(visitors.bob.post(f"{ROOT}/participants/P-002/handovers")) == "participant-exempt"


def test_15_an_amendment_leaves_what_was_open_and_what_was_reported(visitors: Visitors) -> None:
    on(visitors, 84)
    text = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")
    amended = text.replace('version = "1"', 'version = "2"').replace("closes = 98", "closes = 112")
    before = visitors.bob.get(f"{ROOT}/completion", query_string={"as_of": day(83)}).json["rates"]
    sent = {"document": amended, "effective_on": day(84)}
    plan = visitors.ada.post(f"{ROOT}/amendments/plan", sent).json

    done = visitors.ada.post(f"{ROOT}/amendments", sent | {"digest": plan["digest"]})

    assert done.status_code == 201
    assert form(visitors)["closes"] == day(98)
    after = visitors.bob.get(f"{ROOT}/completion", query_string={"as_of": day(83)}).json["rates"]
    assert after == before


def test_14_and_7_the_export_says_the_same_as_the_screen(visitors: Visitors) -> None:
    on(visitors, 84)
    answer(visitors, at(84))
    on(visitors, 130)
    shown = rates(visitors)
    lines = list(
        csv.DictReader(
            io.StringIO(
                visitors.bob.get(f"{ROOT}/exports/expected-forms.csv").text.lstrip("\ufeff")
            )
        )
    )
    mine = [one for one in lines if (one["timepoint"], one["questionnaire"]) == ("W12", FIRST)]
    received = [one for one in mine if one["disposition"] == "in_window"]
    counted = [one for one in mine if one["status"] in {"received", "missing"}]
    assert shown["completion"] == {"n": len(received), "of": len(counted)}
