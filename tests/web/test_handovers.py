"""The clinic's tablet: one code, one participant, her open forms, and then nothing any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.answering import ALICE, CARMEN, of_response, page, slug, trail
from support.visitors import Reply, Visitor, Visitors, body

HAND = f"{ALICE}/handovers"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services prove both databases; here it is about what a tablet can reach."""
    return sqlite_url


def started(visitors: Visitors, path: str = HAND, by: str = "bob") -> dict[str, Any]:
    answer = getattr(visitors, by).post(path)
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


@pytest.fixture
def tablet(visitors: Visitors) -> Visitor:
    """A tablet that has taken the code of a hand-over to Alice."""
    return taken(visitors, started(visitors)["code"])


def taken(visitors: Visitors, code: str) -> Visitor:
    found = visitors.stranger()
    answer = found.post("/api/tablet/session", {"code": code})
    assert answer.status_code == 201, answer.json
    return found


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


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("GET", "/api/me", None),
        ("PUT", "/api/me/preferences", {"hour": 9}),
        ("POST", "/api/me/call-request", {}),
        ("DELETE", "/api/me/session", None),
        ("POST", "/api/me/test-reminder", {}),
        ("GET", "/api/staff/session", None),
        ("GET", "/api/studies", None),
        ("GET", ALICE, None),
    ],
)
def test_a_tablet_is_no_phone_and_no_console(
    tablet: Visitor, method: str, path: str, json: Any
) -> None:
    answer = tablet.ask(method, path, json=json)

    assert (answer.status_code, slug(answer)) == (401, "sign-in-needed")


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
    (row,) = visitors.bob.get(HAND).json["rows"]
    assert (row["state"], row["forms_received"], row["by"]) == ("finished", 4, "Bob")


def test_a_receipt_that_was_lost_can_be_asked_for_again(
    visitors: Visitors, tablet: Visitor
) -> None:
    cards = tablet.get("/api/tablet").json["forms"]
    sent = [(card, *send(tablet, card)) for card in cards]
    card, number, first = sent[-1]

    again = tablet.put(f"/api/me/responses/{number}", body(card))
    assert (again.status_code, again.json["code"]) == (200, first.json["code"])
    visitors.clock.advance(timedelta(minutes=3))
    assert tablet.put(f"/api/me/responses/{number}", body(card)).status_code == 401


def test_five_minutes_without_a_touch_end_it(visitors: Visitors, tablet: Visitor) -> None:
    for _ in range(3):
        visitors.clock.advance(timedelta(minutes=4, seconds=30))
        assert tablet.get("/api/tablet").status_code == 200
    visitors.clock.advance(timedelta(minutes=5))

    assert slug(tablet.get("/api/tablet")) == "sign-in-needed"
    assert visitors.bob.get(HAND).json["rows"][0]["state"] == "expired"


def test_a_code_works_once_and_for_ten_minutes(visitors: Visitors) -> None:
    used = started(visitors)["code"]
    taken(visitors, used)
    stranger = visitors.stranger()
    assert slug(stranger.post("/api/tablet/session", {"code": used})) == "code-not-accepted"
    old = started(visitors)["code"]
    visitors.clock.advance(timedelta(minutes=10))

    assert slug(stranger.post("/api/tablet/session", {"code": old})) == "code-not-accepted"
    states = [row["state"] for row in visitors.bob.get(HAND).json["rows"]]
    assert states == ["expired", "ended"]


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


def test_nothing_is_handed_to_an_exempt_participant(visitors: Visitors) -> None:
    exempt = visitors.bob.post(f"{CARMEN}/handovers")
    assert (exempt.status_code, slug(exempt)) == (409, "participant-exempt")


def test_nothing_is_handed_over_when_nothing_is_open(visitors: Visitors, tablet: Visitor) -> None:
    answer_everything(visitors, tablet)

    assert slug(visitors.bob.post(HAND)) == "nothing-open"
    visitors.bob.post(f"{ALICE}/events", {"kind": "death", "date": "2026-06-15"})
    gone = visitors.bob.post(HAND)
    assert (gone.status_code, slug(gone)) == (409, "not-asked")


def test_another_site_hands_nothing_over(visitors: Visitors) -> None:
    assert visitors.dana.post(HAND).status_code == 404
    assert visitors.dana.get(HAND).status_code == 404
    assert slug(visitors.max.post(HAND)) == "not-allowed"


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
