"""From the code on the coordinator's screen to a phone that is signed in, and out again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from sayso.domain.errors import ParticipantExempt
from sayso.services import enrolment_codes, exemptions, sessions
from sayso.store.tables import device, enrolment_code, session
from support.stage import COMMAND
from support.visitors import Visitors


def new_code(visitors: Visitors, name: str = "alice", *, replace: bool = False) -> str:
    stage, row_id = visitors.stage, visitors.row_id(name)
    with stage.open() as connection:
        made = enrolment_codes.new_code(
            connection, COMMAND, row_id, stage.keyring, visitors.clock.now(),
            minutes=10, replace_devices=replace,
        )  # fmt: skip
    return made.code


def test_a_code_signs_the_phone_in(visitors: Visitors) -> None:
    phone = visitors.stranger()

    answer = phone.post("/api/device-sessions", {"code": new_code(visitors)})

    assert answer.status_code == 201
    assert answer.json["participant_code"] == "P-001"
    assert phone.get("/api/me").json["participant_code"] == "P-001"


def test_the_cookie_is_for_this_host_and_not_for_scripts(visitors: Visitors) -> None:
    answer = visitors.stranger().post("/api/device-sessions", {"code": new_code(visitors)})

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("sayso-participant=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert f"Max-Age={400 * 24 * 3600}" in cookie


def test_only_the_hash_of_a_token_or_code_is_kept(visitors: Visitors) -> None:
    code = new_code(visitors)
    answer = visitors.stranger().post("/api/device-sessions", {"code": code})
    token = answer.headers["Set-Cookie"].split("=", 1)[1].split(";", 1)[0]

    with visitors.stage.open() as connection:
        hashes = set(connection.execute(select(session.c.token_hash)).scalars())
        codes = set(connection.execute(select(enrolment_code.c.code_hash)).scalars())

    assert sessions.token_hash(token) in hashes
    assert token not in hashes
    assert all(code.replace("-", "") not in kept for kept in codes)


@pytest.mark.parametrize("write", [str.lower, lambda code: code.replace("-", " "), str.strip])
def test_how_a_code_is_typed_does_not_matter(visitors: Visitors, write: object) -> None:
    assert callable(write)
    typed = write(new_code(visitors))

    assert visitors.stranger().post("/api/device-sessions", {"code": typed}).status_code == 201


def test_letters_that_look_alike_are_one_letter() -> None:
    assert enrolment_codes.plain_code("oO-iIlL 0u") == "0011110V"


def test_a_code_works_once(visitors: Visitors) -> None:
    code = new_code(visitors)
    visitors.stranger().post("/api/device-sessions", {"code": code})

    second = visitors.stranger().post("/api/device-sessions", {"code": code})

    assert (second.status_code, second.json["slug"]) == (422, "code-not-accepted")


def test_a_code_works_for_ten_minutes(visitors: Visitors) -> None:
    code = new_code(visitors)
    visitors.clock.advance(timedelta(minutes=10, seconds=1))

    answer = visitors.stranger().post("/api/device-sessions", {"code": code})

    assert answer.json["slug"] == "code-not-accepted"


def test_a_newer_code_ends_the_older_one(visitors: Visitors) -> None:
    older = new_code(visitors)
    newer = new_code(visitors)

    assert visitors.stranger().post("/api/device-sessions", {"code": older}).status_code == 422
    assert visitors.stranger().post("/api/device-sessions", {"code": newer}).status_code == 201


def test_every_refusal_reads_the_same(visitors: Visitors) -> None:
    used = new_code(visitors)
    visitors.stranger().post("/api/device-sessions", {"code": used})

    said = [
        visitors.stranger().post("/api/device-sessions", {"code": code}).json
        for code in (used, "ZZZZ-ZZZZ", "x", "ABCDEFGHJKMNPQRSTVWXYZ")
    ]

    assert all(one == said[0] for one in said)
    assert "used" not in said[0]["detail"]


def test_many_tries_from_one_address_are_slowed_down(visitors: Visitors) -> None:
    phone = visitors.stranger()
    tries = [phone.post("/api/device-sessions", {"code": "WRNG-CODE"}) for _ in range(41)]

    assert {one.status_code for one in tries[:40]} == {422}
    assert (tries[40].status_code, tries[40].json["slug"]) == (429, "slow-down")
    assert 1 <= int(tries[40].headers["Retry-After"]) <= 3


def test_nobody_is_locked_out(visitors: Visitors) -> None:
    phone = visitors.stranger()
    for _ in range(41):
        phone.post("/api/device-sessions", {"code": "WRNG-CODE"})
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    code = new_code(visitors)
    other = visitors.stranger().post(
        "/api/device-sessions", {"code": code}, environ_overrides=elsewhere
    )
    visitors.clock.advance(timedelta(seconds=4))
    later = phone.post("/api/device-sessions", {"code": new_code(visitors)})

    assert (other.status_code, later.status_code) == (201, 201)


def test_an_exempt_participant_gets_no_code(visitors: Visitors) -> None:
    with pytest.raises(ParticipantExempt, match="P-002 is exempt"):
        new_code(visitors, "carmen")


def test_replacing_the_phone_ends_the_old_one(visitors: Visitors) -> None:
    assert visitors.alice.get("/api/me").status_code == 200

    code = new_code(visitors, replace=True)

    old = visitors.alice.get("/api/me")
    assert (old.status_code, old.json["slug"]) == (401, "sign-in-needed")
    assert visitors.stranger().post("/api/device-sessions", {"code": code}).status_code == 201


def test_signing_out_ends_the_session_on_the_server(visitors: Visitors) -> None:
    token = visitors.stage.phones["P-001"]

    answer = visitors.alice.delete("/api/me/session")

    assert answer.status_code == 204
    assert "sayso-participant=;" in answer.headers["Set-Cookie"]
    replay = visitors.stranger()
    replay.client.set_cookie("sayso-participant", token)
    assert replay.get("/api/me").status_code == 401
    with visitors.stage.open() as connection:
        reasons = set(connection.execute(select(device.c.revoke_reason)).scalars())
    assert "signed out on the phone" in reasons


def test_a_phone_that_lay_unused_for_half_a_year_needs_a_new_code(visitors: Visitors) -> None:
    # The stage's phone was last used when it was enrolled; this one looks in now.
    assert visitors.alice.get("/api/me").status_code == 200
    visitors.clock.advance(timedelta(days=179))
    assert visitors.alice.get("/api/me").status_code == 200

    visitors.clock.advance(timedelta(days=181))

    assert visitors.alice.get("/api/me").status_code == 401


def test_a_phone_in_daily_use_lasts_400_days(visitors: Visitors) -> None:
    phone = visitors.stranger()
    phone.post("/api/device-sessions", {"code": new_code(visitors)})
    for _ in range(3):
        visitors.clock.advance(timedelta(days=120))
        assert phone.get("/api/me").status_code == 200

    visitors.clock.advance(timedelta(days=41))

    assert phone.get("/api/me").status_code == 401


def test_use_is_noted_at_most_every_few_hours(visitors: Visitors) -> None:
    visitors.alice.get("/api/me")
    first = visitors.clock.now()
    visitors.clock.advance(timedelta(hours=1))
    visitors.alice.get("/api/me")

    row_id = visitors.row_id("alice")
    with visitors.stage.open() as connection:
        seen = connection.execute(
            select(device.c.last_seen_at).where(device.c.participant_id == row_id)
        ).scalar_one()
    assert seen == first


@pytest.mark.parametrize("token", ["", "short", "x" * 43, "x" * 3000])
def test_a_made_up_cookie_opens_nothing(visitors: Visitors, token: str) -> None:
    phone = visitors.stranger()
    phone.client.set_cookie("sayso-participant", token)

    assert phone.get("/api/me").json["slug"] == "sign-in-needed"


def test_a_staff_session_does_not_open_the_participants_api(visitors: Visitors) -> None:
    visitors.stranger()
    token = visitors.bob.client.get_cookie("sayso-staff")
    assert token is not None
    phone = visitors.stranger()
    phone.client.set_cookie("sayso-participant", token.value)

    assert phone.get("/api/me").status_code == 401


def test_a_revoked_device_is_out_whatever_its_session_says(visitors: Visitors) -> None:
    with visitors.stage.open() as connection:
        connection.execute(update(device).values(revoked_at=visitors.clock.now()))

    assert visitors.alice.get("/api/me").status_code == 401


def test_who_became_exempt_in_the_meantime_gets_no_phone(visitors: Visitors) -> None:
    code, stage, now = new_code(visitors), visitors.stage, visitors.clock.now()
    first_day = stage.day("P-001", -14)
    with stage.open() as connection:
        exemptions.record(
            connection, stage.hold(connection, "P-001", "bob"), "LANGUAGE", first_day, None, None,
            now,
        )  # fmt: skip
    with stage.open() as connection:
        (waiting,) = exemptions.ids_of(connection, stage.hold(connection, "P-001", "erin"))
        exemptions.approve(connection, stage.hold(connection, "P-001", "erin"), waiting, now)

    answer = visitors.stranger().post("/api/device-sessions", {"code": code})

    assert (answer.status_code, answer.json["slug"]) == (422, "code-not-accepted")
