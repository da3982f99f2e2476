"""Staff: invited, a password of their own, signed in, signed out, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from sayso.domain.errors import InvalidEmail, PasswordTooWeak, StaffExists
from sayso.services import accounts
from sayso.store.tables import staff
from sayso.store.tables_messages import audit_event
from support.stage import COMMAND, STUDY
from support.visitors import Visitors

PASSWORD = "seven quiet rivers run"
EMAIL = "Frida@Example.org"


def invite(visitors: Visitors, email: str = EMAIL, role: str = "coordinator") -> str:
    stage = visitors.stage
    with stage.open() as connection:
        made = accounts.invite(
            connection, COMMAND, email, role, [stage.site_ids["S1"]], stage.keyring,
            visitors.clock.now(),
        )  # fmt: skip
    return made.token


def join(visitors: Visitors, token: str, password: str = PASSWORD) -> int:
    said = {"token": token, "name": "Frida", "password": password}
    return visitors.stranger().post("/api/staff/invitations/accept", said).status_code


def sign_in(visitors: Visitors, email: str = EMAIL, password: str = PASSWORD) -> int:
    said = {"email": email, "password": password}
    return visitors.stranger().post("/api/staff/session", said).status_code


def test_invited_joined_signed_in(visitors: Visitors) -> None:
    assert join(visitors, invite(visitors)) == 201

    browser = visitors.stranger()
    answer = browser.post("/api/staff/session", {"email": EMAIL.lower(), "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.json["email"] == EMAIL
    assert answer.json["name"] == "Frida"
    assert answer.json["role"] == "coordinator"
    assert [site["code"] for site in answer.json["sites"]] == ["S1", "S1W"]
    assert [study["key"] for study in answer.json["studies"]] == [STUDY]
    assert browser.get("/api/staff/session").json == answer.json


def test_the_cookie_of_staff_ends_with_the_browser(visitors: Visitors) -> None:
    join(visitors, invite(visitors))

    answer = visitors.stranger().post("/api/staff/session", {"email": EMAIL, "password": PASSWORD})

    cookies = answer.headers.getlist("Set-Cookie")
    (cookie,) = (one for one in cookies if one.startswith("sayso-staff="))
    assert "HttpOnly" in cookie
    assert "Max-Age" not in cookie


def test_names_and_addresses_are_sealed_and_passwords_hashed(visitors: Visitors) -> None:
    join(visitors, invite(visitors))

    with visitors.stage.open() as connection:
        row = connection.execute(select(staff).order_by(staff.c.id.desc()).limit(1)).one()

    kept = f"{row.email_hash}{bytes(row.email_sealed)!r}{bytes(row.name_sealed)!r}"
    assert "rida" not in kept
    assert row.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_invitation_works_once(visitors: Visitors) -> None:
    token = invite(visitors)
    join(visitors, token)

    assert join(visitors, token, "another long passphrase") == 422


def test_an_invitation_works_for_72_hours(visitors: Visitors) -> None:
    token = invite(visitors)
    visitors.clock.advance(timedelta(hours=72, seconds=1))

    assert join(visitors, token) == 422


def test_inviting_again_ends_the_first_invitation(visitors: Visitors) -> None:
    first = invite(visitors)
    second = invite(visitors, role="monitor")

    assert (join(visitors, first), join(visitors, second)) == (422, 201)


def test_somebody_with_an_account_is_not_invited_again(visitors: Visitors) -> None:
    join(visitors, invite(visitors))

    with pytest.raises(StaffExists):
        invite(visitors, EMAIL.upper())


@pytest.mark.parametrize("email", ["frida", "@example.org", "a b@example.org", "a@b", "a@b.c\x00d"])
def test_only_an_address_can_be_invited(visitors: Visitors, email: str) -> None:
    with pytest.raises(InvalidEmail):
        invite(visitors, email)


def test_many_guesses_at_invitations_are_slowed_down(visitors: Visitors) -> None:
    assert {join(visitors, "x" * 43) for _ in range(20)} == {422}
    assert join(visitors, "x" * 43) == 429


@pytest.mark.parametrize(
    "password",
    ["short", "fourteen-chars", "aaaaaaaaaaaaaaaa", "passwordpassword", "123456789012345",
     "Password1234567!", "qwertyuiopasdfgh", "Frida Frida Frida", "x" * 257],
)  # fmt: skip
def test_a_weak_password_is_refused_in_a_sentence(password: str) -> None:
    with pytest.raises(PasswordTooWeak, match=r"characters|guess"):
        accounts.check_password(password, ("Frida", EMAIL))


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "correct horse battery", "Größe & Übermut 47", " " * 9 + "moon7gate!"],
)
def test_any_mixture_that_is_long_enough_will_do(password: str) -> None:
    accounts.check_password(password, ("Frida", EMAIL))


def test_a_refused_password_leaves_the_invitation_open(visitors: Visitors) -> None:
    token = invite(visitors)

    assert join(visitors, token, "short") == 422
    assert join(visitors, token) == 201


def test_nobody_can_tell_a_wrong_password_from_an_unknown_address(visitors: Visitors) -> None:
    join(visitors, invite(visitors))
    tries = ({"email": EMAIL, "password": "wrong"}, {"email": "no@b.org", "password": PASSWORD})

    said = [visitors.stranger().post("/api/staff/session", one) for one in tries]

    assert [one.status_code for one in said] == [401, 401]
    assert said[0].json == said[1].json


def test_who_has_not_joined_cannot_sign_in(visitors: Visitors) -> None:
    invite(visitors)

    assert sign_in(visitors) == 401


def test_ten_tries_then_a_pause_then_the_right_one(visitors: Visitors) -> None:
    join(visitors, invite(visitors))
    assert {sign_in(visitors, password="wrong") for _ in range(10)} == {401}

    assert sign_in(visitors) == 429

    visitors.clock.advance(timedelta(seconds=31))
    assert sign_in(visitors) == 200


def test_half_an_hour_without_use_ends_the_session(visitors: Visitors) -> None:
    assert visitors.bob.get("/api/staff/session").status_code == 200
    visitors.clock.advance(timedelta(minutes=29))
    assert visitors.bob.get("/api/staff/session").status_code == 200
    visitors.clock.advance(timedelta(minutes=29))
    assert visitors.bob.get("/api/staff/session").status_code == 200

    visitors.clock.advance(timedelta(minutes=31))

    assert visitors.bob.get("/api/staff/session").status_code == 401


def test_twelve_hours_end_the_session_whatever_its_use(visitors: Visitors) -> None:
    assert visitors.bob.get("/api/staff/session").status_code == 200
    for _ in range(35):
        visitors.clock.advance(timedelta(minutes=20))
        assert visitors.bob.get("/api/staff/session").status_code == 200

    visitors.clock.advance(timedelta(minutes=21))

    assert visitors.bob.get("/api/staff/session").status_code == 401


def test_signing_out_works_on_the_server(visitors: Visitors) -> None:
    cookie = visitors.bob.client.get_cookie("sayso-staff")
    assert cookie is not None

    assert visitors.bob.delete("/api/staff/session").status_code == 204

    replay = visitors.stranger()
    replay.client.set_cookie("sayso-staff", cookie.value)
    assert replay.get("/api/staff/session").status_code == 401


def test_closing_an_account_ends_its_sessions(visitors: Visitors) -> None:
    join(visitors, invite(visitors))
    browser = visitors.stranger()
    browser.post("/api/staff/session", {"email": EMAIL, "password": PASSWORD})

    with visitors.stage.open() as connection:
        accounts.disable(connection, COMMAND, EMAIL, visitors.stage.keyring, visitors.clock.now())

    assert browser.get("/api/staff/session").status_code == 401
    assert sign_in(visitors) == 401


def test_the_trail_knows_who_joined_signed_in_and_failed(visitors: Visitors) -> None:
    join(visitors, invite(visitors))
    sign_in(visitors, password="wrong")
    sign_in(visitors)

    with visitors.stage.open() as connection:
        actions = list(
            connection.execute(
                select(audit_event.c.action)
                .where(audit_event.c.action.like("staff.%"))
                .order_by(audit_event.c.seq)
            ).scalars()
        )
    assert actions == ["staff.invited", "staff.joined", "staff.sign-in-failed", "staff.signed-in"]
