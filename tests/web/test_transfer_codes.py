"""Her own phone lets another one in: the app beside the browser, or a new phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from sayso.services import enrolment_codes, limits
from sayso.store.tables import device, enrolment_code
from sayso.store.tables_messages import audit_event
from support.stage import COMMAND
from support.visitors import Reply, Visitor, Visitors


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What happens to codes in both databases is proven beside the service itself."""
    return sqlite_url


def code_from(phone: Visitor) -> str:
    answer = phone.post("/api/me/transfer-codes")
    assert answer.status_code == 201, answer.text
    code: str = answer.json["code"]
    return code


def code_by_staff(visitors: Visitors) -> str:
    stage, row_id = visitors.stage, visitors.row_id("alice")
    with stage.open() as connection:
        return enrolment_codes.new_code(
            connection, COMMAND, row_id, stage.keyring, visitors.clock.now(), minutes=10
        ).code


def come_in(visitor: Visitor, code: str) -> Reply:
    return visitor.post("/api/device-sessions", {"code": code, "device_label": "iPhone or iPad"})


def test_a_code_from_one_phone_lets_another_in(visitors: Visitors) -> None:
    app = visitors.stranger()

    answer = come_in(app, code_from(visitors.alice))

    assert (answer.status_code, answer.json["participant_code"]) == (201, "P-001")
    assert app.get("/api/me").status_code == 200
    assert visitors.alice.get("/api/me").status_code == 200


def test_it_lasts_ten_minutes_and_says_so(visitors: Visitors) -> None:
    answer = visitors.alice.post("/api/me/transfer-codes").json
    visitors.clock.advance(timedelta(minutes=10, seconds=1))

    assert answer["expires_at"] == "2026-06-15T15:10:00Z"
    assert come_in(visitors.stranger(), answer["code"]).json["slug"] == "code-not-accepted"


def test_it_works_once_and_a_newer_one_ends_it(visitors: Visitors) -> None:
    first = code_from(visitors.alice)
    second = code_from(visitors.alice)

    assert come_in(visitors.stranger(), first).status_code == 422
    assert come_in(visitors.stranger(), second).status_code == 201
    assert come_in(visitors.stranger(), second).status_code == 422


def test_it_never_ends_a_code_that_staff_have_made(visitors: Visitors) -> None:
    from_staff = code_by_staff(visitors)
    code_from(visitors.alice)

    assert come_in(visitors.stranger(), from_staff).status_code == 201


def test_a_code_from_staff_ends_hers(visitors: Visitors) -> None:
    hers = code_from(visitors.alice)
    code_by_staff(visitors)

    assert come_in(visitors.stranger(), hers).status_code == 422


def test_staff_see_a_new_device_and_where_it_came_from(visitors: Visitors) -> None:
    come_in(visitors.stranger(), code_from(visitors.alice))
    row_id = visitors.row_id("alice")

    with visitors.stage.open() as connection:
        phones = connection.execute(
            select(device).where(device.c.participant_id == row_id).order_by(device.c.id)
        ).all()
        made = connection.execute(
            select(enrolment_code).where(enrolment_code.c.kind == "transfer")
        ).one()
        said = connection.execute(
            select(audit_event.c.details)
            .where(audit_event.c.action == "device.enrolled")
            .order_by(audit_event.c.seq)
        ).scalars().all()  # fmt: skip

    assert [one.label for one in phones] == ["Phone", "iPhone or iPad"]
    assert (made.created_on_device, made.created_by) == (phones[0].id, None)
    assert made.used_at == visitors.clock.now()
    assert said[-1]["after"]["how"] == "transfer"
    assert said[-1]["after"]["from_device"] == phones[0].id
    page = visitors.bob.get("/api/studies/stop-her2/participants/P-001/phones").json
    assert [one["came_in"] for one in page["devices"]] == ["on_site", "transfer"]


def test_staff_see_of_each_phone_by_which_way_it_came_in(visitors: Visitors) -> None:
    """Ways of one moment are told apart too, and a code that nobody used is none."""
    stage, row_id = visitors.stage, visitors.row_id("alice")
    come_in(visitors.stranger(), code_from(visitors.alice))
    visitors.clock.advance(timedelta(minutes=1))
    with stage.open() as connection:
        remote = enrolment_codes.new_code(
            connection, COMMAND, row_id, stage.keyring, visitors.clock.now(),
            minutes=10, kind="remote",
        )  # fmt: skip
    body = {"code": remote.code, "pin": remote.pin, "device_label": "Phone at home"}
    assert visitors.stranger().post("/api/device-sessions", body).status_code == 201
    code_from(visitors.alice)

    page = visitors.bob.get("/api/studies/stop-her2/participants/P-001").json
    assert [(one["label"], one["came_in"]) for one in page["devices"]] == [
        ("Phone", "on_site"),
        ("iPhone or iPad", "transfer"),
        ("Phone at home", "remote"),
    ]
    there = visitors.bob.get("/api/studies/stop-her2/participants/P-002/phones")
    assert all(one["came_in"] == "on_site" for one in there.json["devices"])


def test_nobody_else_can_make_one_for_her(visitors: Visitors) -> None:
    assert visitors.stranger().post("/api/me/transfer-codes").status_code == 401
    assert visitors.bob.post("/api/me/transfer-codes").status_code == 401
    app = visitors.stranger()
    assert come_in(app, code_from(visitors.amy)).json["participant_code"] == "P-200"


def test_a_phone_that_was_signed_out_makes_none(visitors: Visitors) -> None:
    visitors.alice.delete("/api/me/session")
    assert visitors.alice.post("/api/me/transfer-codes").status_code == 401


def test_many_codes_in_a_row_are_slowed_down(visitors: Visitors) -> None:
    many = limits.TRANSFERS_OF_PARTICIPANT.capacity
    answers = [visitors.alice.post("/api/me/transfer-codes") for _ in range(many + 1)]

    assert {one.status_code for one in answers[:many]} == {201}
    assert (answers[many].status_code, answers[many].json["slug"]) == (429, "slow-down")
    assert visitors.amy.post("/api/me/transfer-codes").status_code == 201
    visitors.clock.advance(timedelta(seconds=61))
    assert visitors.alice.post("/api/me/transfer-codes").status_code == 201


def test_only_its_hash_is_kept(visitors: Visitors) -> None:
    code = code_from(visitors.alice).replace("-", "")
    with visitors.stage.open() as connection:
        rows = [str(row) for row in connection.execute(select(enrolment_code))]
    assert rows
    assert all(code not in row for row in rows)
