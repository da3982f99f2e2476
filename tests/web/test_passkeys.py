"""Coming back with what unlocks the phone: only as the same person, and each answer once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sayso.services import enrolment_codes, limits, passkeys
from sayso.store.tables import device
from sayso.store.tables_access import passkey, passkey_challenge
from sayso.store.tables_messages import audit_event
from support.authenticator import Authenticator
from support.stage import COMMAND
from support.visitors import Reply, Visitor, Visitors

OPTIONS, SESSIONS = "/api/passkey-sessions/options", "/api/passkey-sessions"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What an authenticator signs does not depend on the database, so one engine is enough."""
    return sqlite_url


def set_up(visitors: Visitors, name: str = "alice", **changed: Any) -> Authenticator:
    """Make a passkey on this person's phone."""
    made = Authenticator(**changed)
    phone: Visitor = getattr(visitors, name)
    answer = phone.post("/api/me/passkeys", made.make(ask(phone, "/api/me/passkeys/options")))
    assert answer.status_code == 201, answer.text
    return made


def ask(phone: Visitor, path: str = OPTIONS) -> dict[str, Any]:
    answer = phone.post(path)
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = answer.json
    return options


def come_in(phone: Visitor, key: Authenticator) -> Reply:
    return phone.post(SESSIONS, {"credential": key.answer(ask(phone)), "device_label": "Tablet"})


def slug(answer: Reply) -> str:
    said: str = answer.json["slug"]
    return said


def kinds(visitors: Visitors) -> list[str]:
    with visitors.stage.open() as connection:
        return list(connection.execute(select(audit_event.c.action)).scalars())


def test_a_passkey_signs_another_phone_in(visitors: Visitors) -> None:
    key, tablet = set_up(visitors), visitors.stranger()

    answer = come_in(tablet, key)

    assert answer.status_code == 201
    assert answer.json["participant_code"] == "P-001"
    assert tablet.get("/api/me").json["participant_code"] == "P-001"
    assert visitors.alice.get("/api/me").status_code == 200


def test_it_says_how_many_there_are(visitors: Visitors) -> None:
    assert visitors.alice.get("/api/me/access").json["passkeys"] == 0
    set_up(visitors)
    assert visitors.alice.get("/api/me/access").json["passkeys"] == 1
    assert visitors.amy.get("/api/me/access").json["passkeys"] == 0


def test_it_works_again_and_again(visitors: Visitors) -> None:
    key = set_up(visitors)
    assert [come_in(visitors.stranger(), key).status_code for _ in range(3)] == [201, 201, 201]


def test_staff_see_the_phone_and_the_trail_says_how_it_came_in(visitors: Visitors) -> None:
    come_in(visitors.stranger(), set_up(visitors))
    hers = device.c.participant_id == visitors.row_id("alice")

    with visitors.stage.open() as connection:
        labels = list(connection.execute(select(device.c.label).where(hers)).scalars())
        last = connection.execute(
            select(audit_event).where(audit_event.c.action == "device.enrolled")
            .order_by(audit_event.c.seq.desc()).limit(1)
        ).one()  # fmt: skip
    assert labels == ["Phone", "Tablet"]
    assert last.details["after"]["how"] == "passkey"
    assert "passkey.made" in kinds(visitors)
    page = visitors.bob.get("/api/studies/stop-her2/participants/P-001/phones").json
    assert [one["came_in"] for one in page["devices"]] == ["on_site", "passkey"]


def test_the_question_names_nobody_and_nothing_of_the_study(visitors: Visitors) -> None:
    options = ask(visitors.alice, "/api/me/passkeys/options")

    assert options["rp"] == {"name": "Sayso", "id": "127.0.0.1"}
    assert (options["user"]["name"], options["attestation"]) == ("My questionnaires", "none")
    assert "P-001" not in str(options)
    wanted = options["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")


def test_a_stranger_is_not_told_who_has_passkeys(visitors: Visitors) -> None:
    set_up(visitors)
    assert ask(visitors.stranger())["allowCredentials"] == []


def test_a_second_passkey_on_the_same_phone_is_not_made(visitors: Visitors) -> None:
    key = set_up(visitors)
    options = ask(visitors.alice, "/api/me/passkeys/options")

    (known,) = options["excludeCredentials"]
    again = visitors.alice.post("/api/me/passkeys", key.make(options))

    assert known["id"] == key.make(options)["id"]
    assert slug(again) == "passkey-not-accepted"


def test_an_answer_counts_once(visitors: Visitors) -> None:
    key, phone = set_up(visitors), visitors.stranger()
    said = {"credential": key.answer(ask(phone))}

    assert phone.post(SESSIONS, said).status_code == 201
    assert slug(visitors.stranger().post(SESSIONS, said)) == "passkey-not-accepted"


def test_an_answer_is_good_for_five_minutes(visitors: Visitors) -> None:
    key, phone = set_up(visitors), visitors.stranger()
    said = {"credential": key.answer(ask(phone))}
    visitors.clock.advance(passkeys.CHALLENGE_LIFE + timedelta(seconds=1))

    assert slug(phone.post(SESSIONS, said)) == "passkey-not-accepted"


def test_old_questions_are_forgotten(visitors: Visitors) -> None:
    for _ in range(3):
        ask(visitors.stranger())
    visitors.clock.advance(timedelta(minutes=6))
    ask(visitors.stranger())

    with visitors.stage.open() as connection:
        assert len(connection.execute(select(passkey_challenge)).all()) == 1


ELSEWHERE: list[dict[str, Any]] = [
    {"origin": "https://elsewhere.example.org"},
    {"host": "elsewhere.example.org"},
    {"verifies": False},
]


def test_a_passkey_of_another_place_or_without_a_check_is_not_made(visitors: Visitors) -> None:
    for changed in ELSEWHERE:
        options = ask(visitors.alice, "/api/me/passkeys/options")
        answer = visitors.alice.post("/api/me/passkeys", Authenticator(**changed).make(options))
        assert (answer.status_code, slug(answer)) == (422, "passkey-not-accepted"), changed

    assert visitors.alice.get("/api/me/access").json["passkeys"] == 0


def test_one_wrong_thing_in_an_answer_is_enough(visitors: Visitors) -> None:
    others: list[dict[str, Any]] = [
        {"counter": -1},
        {"credential_id": b"somebody else's, 32 bytes long.."},
    ]
    for changed in [*ELSEWHERE, *others]:
        key = set_up(visitors, counter=5)
        for name, value in changed.items():
            setattr(key, name, value)
        assert slug(come_in(visitors.stranger(), key)) == "passkey-not-accepted", changed


def test_a_signature_by_another_key_opens_nothing(visitors: Visitors) -> None:
    key = set_up(visitors)
    key.key = Authenticator().key

    assert slug(come_in(visitors.stranger(), key)) == "passkey-not-accepted"


def test_a_question_put_to_one_phone_is_not_answered_by_another(visitors: Visitors) -> None:
    options = ask(visitors.alice, "/api/me/passkeys/options")
    answer = visitors.amy.post("/api/me/passkeys", Authenticator().make(options))
    assert slug(answer) == "passkey-not-accepted"


def test_a_question_for_signing_in_makes_no_passkey(visitors: Visitors) -> None:
    options = ask(visitors.alice, "/api/me/passkeys/options") | ask(visitors.stranger())
    answer = visitors.alice.post("/api/me/passkeys", Authenticator().make(options))
    assert slug(answer) == "passkey-not-accepted"


def test_what_is_no_answer_at_all_is_refused_by_name(visitors: Visitors) -> None:
    phone = visitors.stranger()
    for said in ("", "!!", "e30", "bnVsbA", "W10", "eyJjaGFsbGVuZ2UiOiAiw6QifQ"):
        response = {"clientDataJSON": said, "authenticatorData": "AA", "signature": "AA"}
        credential = {"id": "AA", "rawId": "AA", "type": "public-key", "response": response}
        answer = phone.post(SESSIONS, {"credential": credential})
        assert answer.status_code == 422, said
        assert slug(answer) in {"passkey-not-accepted", "invalid"}, said


def test_she_can_do_away_with_her_passkeys(visitors: Visitors) -> None:
    key = set_up(visitors)
    other = set_up(visitors, "amy")

    assert visitors.alice.delete("/api/me/passkeys").status_code == 204

    assert slug(come_in(visitors.stranger(), key)) == "passkey-not-accepted"
    assert come_in(visitors.stranger(), other).status_code == 201
    assert kinds(visitors).count("passkey.removed") == 1
    visitors.alice.delete("/api/me/passkeys")
    assert kinds(visitors).count("passkey.removed") == 1


def test_a_lost_phone_takes_its_passkeys_with_it(visitors: Visitors) -> None:
    key, stage, row_id = set_up(visitors), visitors.stage, visitors.row_id("alice")
    with stage.open() as connection:
        enrolment_codes.new_code(
            connection, COMMAND, row_id, stage.keyring, visitors.clock.now(), minutes=10,
            replace_devices=True,
        )  # fmt: skip

    assert slug(come_in(visitors.stranger(), key)) == "passkey-not-accepted"


def test_only_the_public_half_is_kept(visitors: Visitors) -> None:
    key = set_up(visitors)
    private = key.key.private_numbers().private_value.to_bytes(32, "big")

    with visitors.stage.open() as connection:
        row = connection.execute(select(passkey)).one()

    assert private not in bytes(row.public_key)
    assert row.device_id is not None


def test_questions_from_one_address_are_slowed_down(visitors: Visitors) -> None:
    phone = visitors.stranger()
    many = limits.PASSKEYS_FROM_ADDRESS.capacity
    answers = [phone.post(OPTIONS) for _ in range(many + 1)]

    assert {one.status_code for one in answers[:many]} == {200}
    assert (answers[many].status_code, slug(answers[many])) == (429, "slow-down")
    wrong = {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}}
    assert phone.post(SESSIONS, {"credential": wrong}).status_code == 429
