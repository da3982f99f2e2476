"""What a participant sees: what there is to do, what comes next, what has been."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import update

from sayso.store.tables import participant
from support.statements import counted
from support.visitors import Visitors, body


def test_home_says_who_where_and_when(visitors: Visitors) -> None:
    me = visitors.alice.get("/api/me").json

    assert me["participant_code"] == "P-001"
    assert me["zone"] == "America/New_York"
    assert me["today"] == "2026-06-15"
    assert me["server_time"] == "2026-06-15T15:00:00Z"
    assert me["exempt"] is None
    assert me["support"] == {"phone": None, "team_name": "Site S1"}
    assert me["reminders"] == {
        "hour": 10, "paused_until": None, "opted_out": False, "push": "none", "email": True,
        "vapid_public_key": "BPublicKey",
    }  # fmt: skip


def test_what_is_open_comes_first_then_next_then_past(visitors: Visitors) -> None:
    occasions = visitors.alice.get("/api/me").json["occasions"]

    states = [one["state"] for one in occasions]
    assert states[0] == "open"
    assert states[1:4] == ["upcoming"] * 3
    assert set(states[4:]) == {"closed"}
    assert [one["timepoint"] for one in occasions[:2]] == ["W12", "W24"]


def test_an_open_form_can_be_filled_in(visitors: Visitors) -> None:
    occasion = visitors.alice.get("/api/me").json["occasions"][0]

    assert (occasion["opens_on"], occasion["target_on"], occasion["closes_on"]) == (
        "2026-05-29", "2026-06-12", "2026-06-26",
    )  # fmt: skip
    # Midnight after the last day in New York, which is four hours behind in summer.
    assert occasion["closes_at"] == "2026-06-27T04:00:00Z"
    for form in occasion["forms"]:
        assert form["state"] == "open"
        assert form["why"] == "Open until the end of 26 June 2026."
        assert form["offer_token"]
        assert form["items"] > 0


def test_a_form_that_is_not_open_has_no_offer(visitors: Visitors) -> None:
    for occasion in visitors.alice.get("/api/me").json["occasions"][1:]:
        assert [form["offer_token"] for form in occasion["forms"]] == [None] * len(
            occasion["forms"]
        )


def test_a_missed_occasion_says_that_nothing_is_left_to_do(visitors: Visitors) -> None:
    last = visitors.alice.get("/api/me").json["occasions"][-1]

    assert (last["timepoint"], last["state"]) == ("BL", "closed")
    assert last["closed_why"].endswith("There is nothing left to do.")


def test_an_occasion_is_done_when_every_form_is_in(visitors: Visitors) -> None:
    number = len(visitors.alice.get("/api/me").json["occasions"][0]["forms"])
    for _ in range(number):
        card = visitors.open_form()
        visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))

    occasions = visitors.alice.get("/api/me").json["occasions"]

    done = next(one for one in occasions if one["timepoint"] == "W12")
    assert (done["state"], done["closed_why"]) == ("done", None)
    assert {form["received_at"] for form in done["forms"]} == {"2026-06-15T15:00:00Z"}
    assert done["forms"][0]["why"] == "We received this on 15 June 2026. Thank you."


def test_today_is_the_date_where_she_is(visitors: Visitors) -> None:
    with visitors.stage.open() as connection:
        connection.execute(update(participant).values(zone="Pacific/Auckland"))

    assert visitors.alice.get("/api/me").json["today"] == "2026-06-16"


def test_home_takes_few_statements(visitors: Visitors) -> None:
    visitors.alice.get("/api/me")

    with counted(visitors.stage.engine) as statements:
        visitors.alice.get("/api/me")

    assert len(statements) <= 6, statements


def test_opening_a_form_takes_few_statements(visitors: Visitors) -> None:
    card = visitors.open_form()

    with counted(visitors.stage.engine) as statements:
        visitors.alice.get(f"/api/me/forms/{card['id']}")
        visitors.alice.get(f"/api/questionnaires/{card['questionnaire_sha']}")

    # Both requests together, with the session looked up twice.
    documents = [statement for statement in statements if "document" in statement]
    assert len(statements) - len(documents) <= 6, statements


def test_a_form_of_somebody_else_is_not_there(visitors: Visitors) -> None:
    foreign = visitors.open_form("amy")["id"]

    answer = visitors.alice.get(f"/api/me/forms/{foreign}")

    assert (answer.status_code, answer.json["slug"]) == (404, "not-found")


def test_a_draft_comes_back_on_any_phone(visitors: Visitors) -> None:
    card = visitors.open_form()
    said = {
        "answers": {"h1": 2, "note": "a\u0000b"}, "skipped": ["h2"], "at_item": "h3",
        "saved_at": "2026-06-15T14:59:00Z",
    }  # fmt: skip

    saved = visitors.alice.put(f"/api/me/forms/{card['id']}/draft", said)

    assert saved.status_code == 200
    assert saved.json == {"saved_at": "2026-06-15T14:59:00Z", "draft": None}
    opened = visitors.alice.get(f"/api/me/forms/{card['id']}").json
    assert opened["draft"] == said
    assert opened["form"]["draft_saved_at"] == "2026-06-15T14:59:00Z"


def test_an_older_draft_does_not_replace_a_newer_one(visitors: Visitors) -> None:
    card = visitors.open_form()
    path = f"/api/me/forms/{card['id']}/draft"
    newer = {"answers": {"h1": 2}, "skipped": [], "saved_at": "2026-06-15T14:59:00Z"}
    visitors.alice.put(path, newer)

    older = visitors.alice.put(path, {"answers": {}, "saved_at": "2026-06-15T14:00:00Z"})

    assert older.status_code == 200
    assert visitors.alice.get(path[:-6]).json["draft"]["answers"] == {"h1": 2}


def test_a_phone_that_has_not_seen_the_draft_gets_it_and_replaces_nothing(
    visitors: Visitors,
) -> None:
    card = visitors.open_form()
    path = f"/api/me/forms/{card['id']}/draft"
    tablet: dict[str, object] = {
        "answers": {"h1": 2}, "skipped": [], "at_item": None,
        # The instant is the draft's name, so it comes back to the last digit.
        "saved_at": "2026-06-15T14:00:00.250001Z",
    }  # fmt: skip
    visitors.alice.put(path, tablet | {"base": None})

    # The phone's clock is ahead, so its answers look newer; it has not seen the tablet's.
    phone = {"answers": {"h2": 1}, "skipped": [], "saved_at": "2026-06-15T14:59:00Z"}
    said = visitors.alice.put(path, phone | {"base": None})
    assert (said.status_code, said.json) == (200, {"saved_at": tablet["saved_at"], "draft": tablet})

    both = phone | {"answers": {"h1": 2, "h2": 1}}
    said = visitors.alice.put(path, both | {"base": tablet["saved_at"]})
    assert said.json == {"saved_at": phone["saved_at"], "draft": None}
    assert visitors.alice.get(path[:-6]).json["draft"]["answers"] == {"h1": 2, "h2": 1}


def test_a_form_comes_with_what_it_asks(visitors: Visitors) -> None:
    card = visitors.open_form()

    opened = visitors.alice.get(f"/api/me/forms/{card['id']}").json

    alone = visitors.alice.get(f"/api/questionnaires/{card['questionnaire_sha']}").json
    assert opened["questionnaire"] == alone["questionnaire"]
    assert opened["questionnaire"]["items"]


def test_a_draft_after_sending_is_let_go(visitors: Visitors) -> None:
    card = visitors.open_form()
    visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))

    late = visitors.alice.put(
        f"/api/me/forms/{card['id']}/draft", {"answers": {}, "saved_at": "2026-06-15T16:00:00Z"}
    )

    assert late.status_code == 200
    assert visitors.alice.get(f"/api/me/forms/{card['id']}").json["draft"] is None


def test_a_draft_for_somebody_elses_form_is_refused(visitors: Visitors) -> None:
    foreign = visitors.open_form("amy")["id"]

    answer = visitors.alice.put(
        f"/api/me/forms/{foreign}/draft", {"answers": {}, "saved_at": "2026-06-15T16:00:00Z"}
    )

    assert answer.status_code == 404


def test_the_questionnaire_comes_word_for_word_without_its_scores(visitors: Visitors) -> None:
    sha256 = visitors.open_form()["questionnaire_sha"]

    answer = visitors.alice.get(f"/api/questionnaires/{sha256}")

    assert answer.json["sha256"] == sha256
    assert answer.json["questionnaire"]["items"]
    assert "scores" not in answer.json["questionnaire"]
    assert answer.headers["ETag"] == f'"{sha256}"'


def test_a_questionnaire_is_not_sent_twice(visitors: Visitors) -> None:
    sha256 = visitors.open_form()["questionnaire_sha"]

    again = visitors.alice.get(
        f"/api/questionnaires/{sha256}", headers={"If-None-Match": f'"{sha256}"'}
    )

    assert (again.status_code, again.data) == (304, b"")


def test_staff_may_read_questionnaires_and_strangers_may_not(visitors: Visitors) -> None:
    path = f"/api/questionnaires/{visitors.open_form()['questionnaire_sha']}"

    assert visitors.bob.get(path).status_code == 200
    assert visitors.stranger().get(path).status_code == 401
    assert visitors.alice.get(f"/api/questionnaires/{'0' * 64}").status_code == 404


def test_preferences_change_what_is_named_and_leave_the_rest(visitors: Visitors) -> None:
    first = visitors.alice.put("/api/me/preferences", {"hour": 18, "paused_until": "2026-07-01"})
    second = visitors.alice.put("/api/me/preferences", {"opted_out": True})

    assert first.status_code == 200
    assert (second.json["hour"], second.json["paused_until"], second.json["opted_out"]) == (
        18, "2026-07-01", True,
    )  # fmt: skip
    back = visitors.alice.put("/api/me/preferences", {"opted_out": False, "paused_until": None})
    assert (back.json["opted_out"], back.json["paused_until"]) == (False, None)


def test_an_hour_that_no_clock_shows_is_refused(visitors: Visitors) -> None:
    answer = visitors.alice.put("/api/me/preferences", {"hour": 24})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["hour"])


def test_asking_for_a_call_once_is_enough(visitors: Visitors) -> None:
    first = visitors.alice.post("/api/me/call-request")
    visitors.clock.advance(timedelta(hours=3))
    second = visitors.alice.post("/api/me/call-request")

    assert first.status_code == 201
    assert first.json == second.json == {"call_requested_at": "2026-06-15T15:00:00Z"}
    assert visitors.alice.get("/api/me").json["call_requested_at"] == "2026-06-15T15:00:00Z"

    assert visitors.alice.delete("/api/me/call-request").status_code == 204
    assert visitors.alice.get("/api/me").json["call_requested_at"] is None


def test_she_may_say_why_she_missed_a_form_and_change_her_mind(visitors: Visitors) -> None:
    missed = visitors.alice.get("/api/me").json["occasions"][-1]["forms"][0]["id"]

    for reason in ("too_ill", "no_time"):
        answer = visitors.alice.post(
            "/api/me/missing-reasons", {"expected_form_id": missed, "reason": reason}
        )
        assert answer.status_code == 201

    with visitors.stage.open() as connection:
        reasons = connection.exec_driver_sql(
            "SELECT reason, given_by, voided_at IS NULL FROM missing_reason ORDER BY id"
        ).all()
    assert [(row[0], row[1], bool(row[2])) for row in reasons] == [
        ("too_ill", "participant", False),
        ("no_time", "participant", True),
    ]


def test_only_reasons_that_are_hers_to_know_and_only_for_what_was_missed(
    visitors: Visitors,
) -> None:
    missed = visitors.alice.get("/api/me").json["occasions"][-1]["forms"][0]["id"]
    open_now = visitors.open_form()["id"]

    strange = visitors.alice.post(
        "/api/me/missing-reasons", {"expected_form_id": missed, "reason": "staff_forgot"}
    )
    early = visitors.alice.post(
        "/api/me/missing-reasons", {"expected_form_id": open_now, "reason": "too_ill"}
    )

    assert (strange.status_code, strange.json["slug"]) == (422, "unknown-missing-reason")
    assert (early.status_code, early.json["slug"]) == (422, "form-not-missing")


def test_no_reason_is_taken_for_what_was_answered(visitors: Visitors) -> None:
    card = visitors.open_form()
    visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))
    visitors.clock.advance(timedelta(days=20))

    answer = visitors.alice.post(
        "/api/me/missing-reasons", {"expected_form_id": card["id"], "reason": "too_ill"}
    )

    assert (answer.status_code, answer.json["slug"]) == (422, "form-not-missing")
