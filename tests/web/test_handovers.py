"""The clinic's tablet: one code, one participant, her open forms, and then nothing any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from sayso.domain.audit import Actor
from sayso.services import accounts, handovers
from sayso.store.engine import transaction
from support.answering import ALICE, CARMEN, of_response, page, slug, trail
from support.stage import COMMAND
from support.tablets import HAND, row_of, started, taken
from support.visitors import CESSATION, Reply, Visitor, Visitors, body

STUDY = ALICE.split("/participants")[0]
PASSWORD = "a kettle of nine herons"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services prove both databases; here it is about what a tablet can reach."""
    return sqlite_url


@pytest.fixture
def ben(visitors: Visitors) -> str:
    """Somebody else at Alice's site with forms to fill in."""
    visitors.stage.enrol("P-003", CESSATION)
    return f"{STUDY}/participants/P-003"


@pytest.fixture
def tablet(visitors: Visitors) -> Visitor:
    """A tablet that has taken the code of a hand-over to Alice."""
    return taken(visitors, started(visitors)["code"])


def send(tablet: Visitor, card: dict[str, Any], **changes: Any) -> tuple[str, Reply]:
    number = str(uuid4())
    return number, tablet.put(f"/api/me/responses/{number}", body(card, **changes))


def answer_everything(visitors: Visitors, tablet: Visitor) -> list[str]:
    sent = []
    for card in tablet.get("/api/tablet").json["forms"]:
        answers = dict(visitors.stage.answers(card["questionnaire_sha"]))
        number, answer = send(tablet, card, answers=answers)
        assert answer.status_code == 201, answer.json
        sent.append(number)
    return sent


def test_the_code_opens_her_open_forms_and_nothing_else(visitors: Visitors) -> None:
    made = started(visitors)
    assert made["url"].endswith(f"/tablet#{made['code']}")
    assert made["expires_at"] == "2026-06-15T15:10:00Z"
    tablet = taken(visitors, made["code"])

    seen = tablet.get("/api/tablet").json

    assert (seen["participant_code"], seen["idle_seconds"]) == ("P-001", 300)
    assert {form["timepoint"] for form in seen["forms"]} == {"W12"}
    assert all(form["state"] == "open" and form["offer_token"] for form in seen["forms"])
    form = seen["forms"][0]
    assert tablet.get(f"/api/me/forms/{form['id']}").status_code == 200
    assert tablet.get(f"/api/questionnaires/{form['questionnaire_sha']}").status_code == 200


def test_a_tablet_is_no_phone_and_no_console(visitors: Visitors, tablet: Visitor) -> None:
    phones: list[tuple[str, str, Any]] = [
        ("GET", "/api/me", None),
        ("PUT", "/api/me/preferences", {"hour": 9}),
        ("POST", "/api/me/call-request", {}),
        ("DELETE", "/api/me/session", None),
        ("POST", "/api/me/test-reminder", {}),
    ]
    for method, path, json in phones:
        answer = tablet.ask(method, path, json=json)
        assert (answer.status_code, slug(answer)) == (401, "sign-in-needed"), path
    for path in ("/api/staff/session", "/api/studies", ALICE, f"{STUDY}/handovers"):
        answer = tablet.get(path)
        assert (answer.status_code, slug(answer)) == (403, "tablet-in-hand"), path
    assert tablet.post(HAND).status_code == 403
    assert tablet.get("/api/tablet").status_code == 200


def test_whoever_is_signed_in_beside_a_tablet_reaches_nothing_from_there(
    visitors: Visitors, tablet: Visitor
) -> None:
    """A second window of the same browser, with the cookie of a session that still runs."""
    staff = visitors.bob.client.get_cookie("sayso-staff")
    assert staff is not None
    tablet.client.set_cookie("sayso-staff", staff.value)

    assert slug(tablet.get(ALICE)) == "tablet-in-hand"
    assert visitors.bob.get(ALICE).status_code == 200


def test_signing_in_on_the_tablet_takes_it_back(visitors: Visitors, tablet: Visitor) -> None:
    held = tablet.client.get_cookie("sayso-tablet")
    assert held is not None
    with visitors.stage.open() as connection:
        invited = accounts.invite(
            connection, COMMAND, "fay@example.org", "coordinator",
            [visitors.stage.site_ids["S1"]], visitors.stage.keyring, visitors.clock.now(),
        )  # fmt: skip
    joined = {"token": invited.token, "name": "Fay", "password": PASSWORD}
    assert visitors.stranger().post("/api/staff/invitations/accept", joined).status_code == 201
    tried = {"email": "fay@example.org", "password": "not the one it is"}
    assert tablet.post("/api/staff/session", tried).status_code == 401
    assert tablet.get("/api/tablet").status_code == 200

    answer = tablet.post("/api/staff/session", tried | {"password": PASSWORD})

    assert answer.status_code == 200
    assert tablet.client.get_cookie("sayso-tablet") is None
    tablet.client.set_cookie("sayso-tablet", held.value)
    assert tablet.get(ALICE).status_code == 200
    assert tablet.get("/api/tablet").status_code == 401
    assert row_of(visitors)["state"] == "ended"


def test_a_tablets_token_is_worth_nothing_as_a_phones(tablet: Visitor) -> None:
    token = tablet.client.get_cookie("sayso-tablet")
    assert token is not None
    tablet.client.set_cookie("sayso-participant", token.value)
    tablet.client.delete_cookie("sayso-tablet")

    assert tablet.get("/api/me").status_code == 401


def test_a_phones_token_is_worth_nothing_as_a_tablets(visitors: Visitors) -> None:
    phone = visitors.alice.client.get_cookie("sayso-participant")
    assert phone is not None
    visitors.alice.client.set_cookie("sayso-tablet", phone.value)

    assert visitors.alice.get("/api/tablet").status_code == 401
    assert visitors.alice.get("/api/me").status_code == 200


def test_the_pages_of_the_staff_are_out_of_reach(visitors: Visitors) -> None:
    code = started(visitors)["code"]
    assert visitors.bob.get("/api/staff/session").status_code == 200

    assert visitors.bob.post("/api/tablet/session", {"code": code}).status_code == 201

    assert visitors.bob.client.get_cookie("sayso-staff") is None
    assert visitors.bob.get("/api/staff/session").status_code == 403
    visitors.bob.client.delete_cookie("sayso-tablet")
    assert visitors.bob.get("/api/staff/session").status_code == 401


def test_it_is_her_own_word_given_on_the_clinics_tablet(
    visitors: Visitors, tablet: Visitor
) -> None:
    card = tablet.get("/api/tablet").json["forms"][0]

    number, answer = send(tablet, card, mode="own_device")

    assert answer.json["disposition"] == "in_window"
    found = of_response(page(visitors.bob), number)
    assert (found["mode"], found["recorded_by"], found["entry"]) == ("clinic_tablet", None, None)
    received = next(one for one in trail(visitors.bob) if one["action"] == "response.received")
    assert received["after"]["mode"] == "clinic_tablet"


def test_with_the_last_form_the_session_is_over(visitors: Visitors, tablet: Visitor) -> None:
    form = tablet.get("/api/tablet").json["forms"][0]
    answer_everything(visitors, tablet)

    assert slug(tablet.get("/api/tablet")) == "sign-in-needed"
    assert slug(tablet.get(f"/api/me/forms/{form['id']}")) == "sign-in-needed"
    assert send(tablet, form)[1].status_code == 401
    row = row_of(visitors)
    assert (row["state"], row["by"], row["over_at"]) == ("finished", "Bob", "2026-06-15T15:00:00Z")
    assert len(row["arrived"]) == 4


def test_a_receipt_that_was_lost_can_be_asked_for_again(
    visitors: Visitors, tablet: Visitor
) -> None:
    cards = tablet.get("/api/tablet").json["forms"]
    cookie = tablet.client.get_cookie("sayso-tablet")
    sent = [(card, *send(tablet, card)) for card in cards]
    card, number, first = sent[-1]
    assert tablet.client.get_cookie("sayso-tablet") is None
    # Where the last receipt got lost, the browser never heard that its cookie is to go.
    assert cookie is not None
    tablet.client.set_cookie("sayso-tablet", cookie.value)

    again = tablet.put(f"/api/me/responses/{number}", body(card))
    assert (again.status_code, again.json["code"]) == (200, first.json["code"])
    shown = [one["code"] for one in row_of(visitors)["arrived"]]
    assert shown.count(first.json["code"]) == 1
    assert tablet.client.get_cookie("sayso-tablet") is None
    tablet.client.set_cookie("sayso-tablet", cookie.value)
    visitors.clock.advance(timedelta(minutes=3))
    assert tablet.put(f"/api/me/responses/{number}", body(card)).status_code == 401


def test_five_minutes_without_a_touch_end_it(visitors: Visitors, tablet: Visitor) -> None:
    for _ in range(3):
        visitors.clock.advance(timedelta(minutes=4, seconds=30))
        touched = tablet.put("/api/tablet/session", {})
        assert touched.json["server_time"] == visitors.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        assert _seconds(touched.json) == 300
    visitors.clock.advance(timedelta(seconds=10))
    # So short after the last touch nothing is written, and no longer time is promised than given.
    assert _seconds(tablet.put("/api/tablet/session", {}).json) == 290
    visitors.clock.advance(timedelta(seconds=289))
    assert row_of(visitors)["state"] == "active"
    visitors.clock.advance(timedelta(seconds=1))

    assert slug(tablet.put("/api/tablet/session", {})) == "sign-in-needed"
    assert tablet.client.get_cookie("sayso-tablet") is None
    assert row_of(visitors)["state"] == "expired"


def _seconds(said: dict[str, Any]) -> float:
    ends, at = (datetime.fromisoformat(said[name]) for name in ("ends_at", "server_time"))
    return (ends - at).total_seconds()


def test_drafts_stay_for_her_own_phone(visitors: Visitors, tablet: Visitor) -> None:
    """What she had answered when the five minutes were over is not lost."""
    card = tablet.get("/api/tablet").json["forms"][0]
    item, code = next(iter(visitors.stage.answers(card["questionnaire_sha"]).items()))
    draft: dict[str, Any] = {
        "answers": {item: code}, "skipped": [], "at_item": item,
        "saved_at": "2026-06-15T15:00:00Z", "base": None,
    }  # fmt: skip
    assert tablet.put(f"/api/me/forms/{card['id']}/draft", draft).status_code == 200
    visitors.clock.advance(timedelta(minutes=6))
    assert tablet.get(f"/api/me/forms/{card['id']}").status_code == 401

    assert visitors.alice.get(f"/api/me/forms/{card['id']}").json["draft"]["answers"] == {
        item: code
    }
    again = taken(visitors, started(visitors)["code"])
    assert again.get(f"/api/me/forms/{card['id']}").json["draft"]["answers"] == {item: code}


def test_wrong_codes_make_the_wait_grow(visitors: Visitors) -> None:
    stranger, waits = visitors.stranger(), []
    for _ in range(20):
        answer = stranger.post("/api/tablet/session", {"code": "WRNG-CODE"})
        if slug(answer) == "slow-down":
            waits.append(int(answer.headers["Retry-After"]))
            visitors.clock.advance(timedelta(seconds=waits[-1]))
        else:
            assert slug(answer) == "code-not-accepted"
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2, 30)

    visitors.clock.advance(timedelta(seconds=30))
    code = started(visitors)["code"]
    assert stranger.post("/api/tablet/session", {"code": code}).status_code == 201


def test_time_closes_what_nobody_closed(visitors: Visitors, ben: str) -> None:
    taken(visitors, started(visitors)["code"])
    visitors.clock.advance(timedelta(minutes=4))
    other = visitors.bob.post(f"{ben}/handovers")
    assert other.status_code == 201
    assert lapsed(visitors) == 0
    visitors.clock.advance(timedelta(minutes=20))

    assert (lapsed(visitors), lapsed(visitors)) == (2, 0)

    mine, hers = (visitors.bob.get(f"{one}/handovers").json["rows"][0] for one in (ALICE, ben))
    assert (mine["state"], mine["over_at"]) == ("expired", "2026-06-15T15:05:00Z")
    assert (hers["state"], hers["over_at"]) == ("expired", "2026-06-15T15:14:00Z")
    events = [one for one in trail(visitors.bob) if one["action"] == "handover.lapsed"]
    assert [one["after"]["used"] for one in events] == [True]


def lapsed(visitors: Visitors) -> int:
    with transaction(visitors.stage.engine) as connection:
        return handovers.lapse(connection, Actor("worker"), visitors.clock.now())


def test_a_code_works_once_and_for_ten_minutes(visitors: Visitors) -> None:
    used = started(visitors)["code"]
    taken(visitors, used)
    stranger = visitors.stranger()
    assert slug(stranger.post("/api/tablet/session", {"code": used})) == "code-not-accepted"
    old = started(visitors)["code"]
    visitors.clock.advance(timedelta(minutes=10))

    assert slug(stranger.post("/api/tablet/session", {"code": old})) == "code-not-accepted"
    states = [row["state"] for row in visitors.bob.get(HAND).json["rows"]]
    assert states == ["expired", "ended"]  # by time, and by the next hand-over


def test_a_new_hand_over_ends_the_one_before(visitors: Visitors, tablet: Visitor) -> None:
    started(visitors, by="erin")

    assert tablet.get("/api/tablet").status_code == 401


def test_staff_take_the_tablet_back(visitors: Visitors) -> None:
    made = started(visitors)
    tablet = taken(visitors, made["code"])

    answer = visitors.erin.post(f"{HAND}/{made['id']}/end")

    assert answer.json == {"id": made["id"], "state": "ended"}
    assert tablet.get("/api/tablet").status_code == 401
    assert visitors.bob.post(f"{HAND}/999/end").status_code == 404


def test_she_gives_it_back_herself(visitors: Visitors, tablet: Visitor) -> None:
    assert tablet.delete("/api/tablet/session").status_code == 204
    assert tablet.client.get_cookie("sayso-tablet") is None
    actions = [event["action"] for event in trail(visitors.bob)]
    assert [one for one in actions if one.startswith("handover")] == [
        "handover.left", "handover.taken", "handover.started",
    ]  # fmt: skip
    row = row_of(visitors)
    assert (row["state"], row["taken_at"], row["over_at"]) == (
        "given_back", "2026-06-15T15:00:00Z", "2026-06-15T15:00:00Z",
    )  # fmt: skip


def test_a_page_that_gave_up_waiting_says_so(visitors: Visitors, tablet: Visitor) -> None:
    assert tablet.delete("/api/tablet/session?how=hungry").status_code == 422
    assert tablet.delete("/api/tablet/session?how=idle").status_code == 204
    assert row_of(visitors)["state"] == "expired"
    left = next(one for one in trail(visitors.bob) if one["action"] == "handover.left")
    assert left["after"] == {"how": "idle"}


def test_the_next_one_on_the_same_tablet_ends_the_one_before(
    visitors: Visitors, tablet: Visitor, ben: str
) -> None:
    made = visitors.bob.post(f"{ben}/handovers").json

    answer = tablet.post("/api/tablet/session", {"code": made["code"]})

    assert answer.json["participant_code"] == "P-003"
    assert (row_of(visitors)["state"], row_of(visitors, ben)["state"]) == ("ended", "active")


def test_today_shows_the_tablets_of_ones_own_sites(
    visitors: Visitors, tablet: Visitor, ben: str
) -> None:
    visitors.clock.advance(timedelta(minutes=20))
    made = visitors.bob.post(f"{ben}/handovers").json
    rows = visitors.bob.get(f"{STUDY}/handovers").json["rows"]

    assert [(row["participant"], row["site"], row["state"]) for row in rows] == [
        ("P-003", "S1", "waiting"), ("P-001", "S1", "expired"),
    ]  # fmt: skip
    assert rows[0]["id"] == made["id"]
    assert visitors.dana.get(f"{STUDY}/handovers").json["rows"] == []
    assert visitors.dana.post(HAND).status_code == visitors.dana.get(HAND).status_code == 404
    assert slug(visitors.max.post(HAND)) == "not-allowed"
    visitors.clock.advance(timedelta(hours=23, minutes=45))
    assert [row["participant"] for row in visitors.ivy.get(f"{STUDY}/handovers").json["rows"]] == [
        "P-003"
    ]


def test_nothing_is_handed_to_an_exempt_participant(visitors: Visitors) -> None:
    exempt = visitors.bob.post(f"{CARMEN}/handovers")
    assert (exempt.status_code, slug(exempt)) == (409, "participant-exempt")


def test_nothing_is_handed_over_when_nothing_is_open(visitors: Visitors, tablet: Visitor) -> None:
    answer_everything(visitors, tablet)

    assert slug(visitors.bob.post(HAND)) == "nothing-open"
    visitors.bob.post(f"{ALICE}/events", {"kind": "death", "date": "2026-06-15"})
    gone = visitors.bob.post(HAND)
    assert (gone.status_code, slug(gone)) == (409, "not-asked")


def test_the_tablet_is_not_listed_among_her_phones(visitors: Visitors, tablet: Visitor) -> None:
    assert tablet.get("/api/tablet").status_code == 200
    assert [one["label"] for one in page(visitors.bob)["devices"]] == ["Phone"]


def test_answers_of_a_form_that_was_open_are_never_refused(
    visitors: Visitors, tablet: Visitor
) -> None:
    """Midnight may pass between the question and the answer."""
    card = tablet.get("/api/tablet").json["forms"][0]
    other = visitors.bob.get(f"{ALICE}/entries").json["forms"][0]
    assert other["timepoint"] == "BL"
    assert tablet.get(f"/api/me/forms/{other['id']}").status_code == 404
    late = card | {"id": other["id"], "questionnaire_sha": other["questionnaire_sha"]}

    _number, answer = send(tablet, late, offer_token=None)

    assert (answer.status_code, answer.json["disposition"]) == (201, "late")
