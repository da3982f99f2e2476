"""From a link in a message and six numbers told by voice to a phone that is signed in."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from sayso.services import enrolment_codes
from sayso.services.enrolment_codes import EnrolmentCode
from sayso.store.tables import enrolment_code
from sayso.store.tables_messages import audit_event
from support.stage import COMMAND, STUDY
from support.visitors import Reply, Visitor, Visitors

PATH = f"/api/studies/{STUDY}/participants/P-001/enrolment-codes"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What happens to codes in both databases is proven beside the service itself."""
    return sqlite_url


def link(visitors: Visitors) -> EnrolmentCode:
    """What the coordinator sees: the code behind the "#" and the PIN."""
    answer = visitors.bob.post(PATH, {"kind": "remote"})
    assert answer.status_code == 201, answer.text
    said = answer.json
    assert said["url"].endswith(f"/enrol#{said['code']}")
    return EnrolmentCode(said["code"], said["expires_at"], said["kind"], said["pin"])


def come_in(visitor: Visitor, code: str, pin: str | None = None) -> Reply:
    return visitor.post("/api/device-sessions", {"code": code, "pin": pin})


def wrong_one(made: EnrolmentCode) -> str:
    return f"{(int(made.pin or 0) + 1) % 1_000_000:06}"


def slug(answer: Reply) -> str:
    said: str = answer.json["slug"]
    return said


def test_link_and_pin_together_let_a_phone_in(visitors: Visitors) -> None:
    made, phone = link(visitors), visitors.stranger()

    answer = come_in(phone, made.code, made.pin)

    assert answer.status_code == 201
    assert phone.get("/api/me").json["participant_code"] == "P-001"


def test_what_staff_see_is_enough_and_no_more(visitors: Visitors) -> None:
    on_site = visitors.bob.post(PATH, {}).json
    remote = visitors.bob.post(PATH, {"kind": "remote"}).json

    assert (on_site["kind"], on_site["pin"], len(on_site["code"])) == ("on_site", None, 9)
    assert (remote["kind"], len(remote["pin"]), len(remote["code"])) == ("remote", 6, 26)
    assert remote["pin"] not in remote["url"]
    assert "<svg" in remote["qr_svg"]
    assert visitors.bob.post(PATH, {"kind": "pigeon"}).status_code == 422


def test_how_the_pin_is_typed_does_not_matter(visitors: Visitors) -> None:
    for write in ("{0}", " {0} ", "{1} {2}", "{1}-{2}"):
        made = link(visitors)
        pin = made.pin or ""
        typed = write.format(pin, pin[:3], pin[3:])
        assert come_in(visitors.stranger(), made.code, typed).status_code == 201, write


def test_the_link_alone_opens_nothing_and_is_not_used_up(visitors: Visitors) -> None:
    made, phone = link(visitors), visitors.stranger()

    asked = [come_in(phone, made.code) for _ in range(12)]

    assert {(one.status_code, slug(one)) for one in asked} == {(422, "pin-not-accepted")}
    assert come_in(phone, made.code, made.pin).status_code == 201


def test_looking_at_the_link_changes_nothing(visitors: Visitors) -> None:
    made = link(visitors)

    for _ in range(3):
        assert visitors.stranger().get("/enrol").status_code == 200

    with visitors.stage.open() as connection:
        assert (
            connection.execute(
                select(enrolment_code.c.used_at).where(enrolment_code.c.kind == "remote")
            ).scalar_one()
            is None
        )
    assert come_in(visitors.stranger(), made.code, made.pin).status_code == 201


def test_a_link_works_once(visitors: Visitors) -> None:
    made = link(visitors)
    come_in(visitors.stranger(), made.code, made.pin)

    assert slug(come_in(visitors.stranger(), made.code, made.pin)) == "code-not-accepted"


@pytest.mark.parametrize(("hours", "status"), [(71, 201), (73, 422)])
def test_a_link_works_for_three_days(visitors: Visitors, hours: int, status: int) -> None:
    made = link(visitors)
    visitors.clock.advance(timedelta(hours=hours))

    assert come_in(visitors.stranger(), made.code, made.pin).status_code == status


def test_the_pin_of_another_link_does_not_fit(visitors: Visitors) -> None:
    first = link(visitors)
    second = link(visitors)

    assert slug(come_in(visitors.stranger(), first.code, first.pin)) == "code-not-accepted"
    if first.pin != second.pin:
        assert slug(come_in(visitors.stranger(), second.code, first.pin)) == "pin-not-accepted"
    assert come_in(visitors.stranger(), second.code, second.pin).status_code == 201


def test_three_slips_cost_nothing_then_the_wait_grows(visitors: Visitors) -> None:
    made, phone = link(visitors), visitors.stranger()
    waits = []
    for slip in range(8):
        assert slug(come_in(phone, made.code, wrong_one(made))) == "pin-not-accepted"
        if slip >= 2:
            early = come_in(phone, made.code, made.pin)
            waits.append(int(early.headers["Retry-After"]))
            visitors.clock.advance(timedelta(seconds=waits[-1]))

    assert [round(wait / 60) for wait in waits] == [1, 5, 15, 30, 60, 60]
    assert come_in(phone, made.code, made.pin).status_code == 201


def test_while_she_waits_not_even_the_right_pin_helps(visitors: Visitors) -> None:
    made, phone = link(visitors), visitors.stranger()
    for _ in range(3):
        come_in(phone, made.code, wrong_one(made))

    early = come_in(phone, made.code, made.pin)
    visitors.clock.advance(timedelta(seconds=61))

    assert (early.status_code, slug(early)) == (429, "slow-down")
    assert come_in(phone, made.code, made.pin).status_code == 201


def test_the_tenth_wrong_pin_ends_the_link_and_a_new_one_helps(visitors: Visitors) -> None:
    made, phone = link(visitors), visitors.stranger()
    said = []
    for _ in range(10):
        said.append(slug(come_in(phone, made.code, wrong_one(made))))
        visitors.clock.advance(timedelta(minutes=61))

    assert said == ["pin-not-accepted"] * 9 + ["code-not-accepted"]
    assert slug(come_in(phone, made.code, made.pin)) == "code-not-accepted"

    stage, row_id = visitors.stage, visitors.row_id("alice")
    with stage.open() as connection:
        fresh = enrolment_codes.new_code(
            connection, COMMAND, row_id, stage.keyring, visitors.clock.now(), minutes=10,
            kind=enrolment_codes.REMOTE,
        )  # fmt: skip
    assert come_in(phone, fresh.code, fresh.pin).status_code == 201


def test_wrong_pins_are_on_record_without_the_numbers(visitors: Visitors) -> None:
    made = link(visitors)
    come_in(visitors.stranger(), made.code, wrong_one(made))

    with visitors.stage.open() as connection:
        rows = connection.execute(select(audit_event)).all()
    text = json.dumps([str(row) for row in rows])
    assert "enrolment-code.pin-wrong" in text
    assert wrong_one(made) not in text.replace(made.code, "")
    assert made.code not in text


def test_only_hashes_of_link_and_pin_are_kept(visitors: Visitors) -> None:
    made = link(visitors)

    with visitors.stage.open() as connection:
        row = connection.execute(
            select(enrolment_code).where(enrolment_code.c.kind == "remote")
        ).one()

    assert made.code not in str(row)
    assert made.pin not in {row.pin_hash, row.code_hash}
    assert len(row.pin_hash) == 64


def test_who_may_only_read_makes_no_link(visitors: Visitors) -> None:
    for name in ("max", "ivy"):
        answer = getattr(visitors, name).post(PATH, {"kind": "remote"})
        assert (answer.status_code, slug(answer)) == (403, "not-allowed"), name


def test_another_sites_staff_cannot_make_one(visitors: Visitors) -> None:
    assert visitors.dana.post(PATH, {"kind": "remote"}).status_code == 404


def test_an_exempt_participant_gets_no_link(visitors: Visitors) -> None:
    answer = visitors.bob.post(PATH.replace("P-001", "P-002"), {"kind": "remote"})
    assert (answer.status_code, slug(answer)) == (409, "participant-exempt")


def test_replacing_by_link_ends_the_old_phone(visitors: Visitors) -> None:
    assert visitors.alice.get("/api/me").status_code == 200
    visitors.bob.post(PATH, {"kind": "remote", "replace": True, "reason": "phone lost"})
    assert visitors.alice.get("/api/me").status_code == 401


def test_the_waits_never_get_shorter() -> None:
    waits = [enrolment_codes.wait_after(wrong) for wrong in range(1, 20)]
    known = [wait for wait in waits if wait is not None]
    assert waits[:2] == [None, None]
    assert known == sorted(known)
    assert max(known) == timedelta(minutes=60)
