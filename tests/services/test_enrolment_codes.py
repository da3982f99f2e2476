"""Codes by themselves: one of many tries at once gets in, and what ends what."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from sayso.domain.access_errors import PinNotAccepted
from sayso.domain.audit import Actor
from sayso.domain.errors import CodeNotAccepted, SlowDown
from sayso.services import audit, enrolment_codes, sessions
from sayso.services.devices import NewDevice, Phone
from sayso.services.enrolment_codes import (
    MOST_WRONG_PINS,
    ON_SITE,
    REMOTE,
    TRANSFER,
    EnrolmentCode,
    plain_code,
    wait_after,
)
from sayso.store.tables import device, enrolment_code
from sayso.store.tables_messages import audit_event
from support.at_once import at_once
from support.stage import COMMAND, Stage

CODE = "P-001"
ANYONE = Actor("anyone")


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(CODE, date(2026, 3, 20))
    return stage


@pytest.fixture
def at(stage: Stage) -> datetime:
    return stage.at(CODE, 85)


def make(stage: Stage, now: datetime, kind: str = REMOTE) -> EnrolmentCode:
    row_id = stage.row_id(CODE)
    with stage.open() as connection:
        return enrolment_codes.new_code(
            connection, COMMAND, row_id, stage.keyring, now, minutes=10, kind=kind
        )


def make_transfer(stage: Stage, now: datetime) -> EnrolmentCode:
    with stage.open() as connection:
        person = sessions.participant_of(connection, stage.phones[CODE], now)
        assert person is not None
        return enrolment_codes.new_transfer_code(
            connection, person.actor, person, stage.keyring, now
        )


def come_in(stage: Stage, code: str, pin: str | None, now: datetime, number: int = 0) -> Any:
    with stage.open() as connection:
        return enrolment_codes.exchange(
            connection, ANYONE, code, stage.keyring, now, Phone(f"192.0.2.{number}", "Phone"), pin
        )


def phones(stage: Stage) -> int:
    with stage.open() as connection:
        count: int = connection.execute(select(func.count()).select_from(device)).scalar_one()
    return count


def other_pin(made: EnrolmentCode, more: int = 1) -> str:
    return f"{(int(made.pin or 0) + more) % 1_000_000:06}"


@pytest.mark.parametrize("kind", [ON_SITE, REMOTE])
def test_of_many_phones_at_once_one_gets_in(stage: Stage, at: datetime, kind: str) -> None:
    made, before = make(stage, at, kind), phones(stage)

    found = at_once(lambda number: come_in(stage, made.code, made.pin, at, number), 4)

    assert sorted(type(one).__name__ for one in found) == ["CodeNotAccepted"] * 3 + ["NewDevice"]
    assert phones(stage) == before + 1


def test_wrong_pins_at_once_all_count(stage: Stage, at: datetime) -> None:
    made = make(stage, at)

    at_once(lambda number: come_in(stage, made.code, other_pin(made, number + 1), at, number), 3)

    with stage.open() as connection:
        row = connection.execute(
            select(enrolment_code).order_by(enrolment_code.c.id.desc())
        ).first()
        assert list(audit.chain_faults(connection)) == []
    assert row is not None
    assert row.wrong_pins == 3
    assert row.wait_until == at + timedelta(minutes=1)


def test_somebody_who_guesses_day_and_night_gets_nine_tries(stage: Stage, at: datetime) -> None:
    made, now, tries = make(stage, at), at, []
    for step in range(1, 60):
        found = come_in(stage, made.code, other_pin(made, step), now)
        tries.append(type(found))
        wait = found.retry_after if isinstance(found, SlowDown) else 1
        now += timedelta(seconds=wait)

    assert tries.count(PinNotAccepted) == MOST_WRONG_PINS - 1
    assert NewDevice not in tries
    assert tries[-1] is CodeNotAccepted
    # The last of the ten has waited for hours by then; the link itself ends after three days.
    assert now - at > timedelta(hours=2)


def test_a_wrong_pin_leaves_codes_at_the_site_alone(stage: Stage, at: datetime) -> None:
    remote = make(stage, at)
    come_in(stage, remote.code, other_pin(remote), at)
    on_site = make(stage, at, ON_SITE)

    assert isinstance(come_in(stage, on_site.code, None, at), NewDevice)
    assert isinstance(come_in(stage, remote.code, remote.pin, at), CodeNotAccepted)


def test_a_pin_with_a_code_at_the_site_does_no_harm(stage: Stage, at: datetime) -> None:
    made = make(stage, at, ON_SITE)
    assert isinstance(come_in(stage, made.code, "123456", at), NewDevice)


def test_what_ends_what(stage: Stage, at: datetime) -> None:
    ends = {}
    for kind in (ON_SITE, REMOTE, TRANSFER):
        for newer in (ON_SITE, REMOTE, TRANSFER):
            older = make_transfer(stage, at) if kind == TRANSFER else make(stage, at, kind)
            _newer = make_transfer(stage, at) if newer == TRANSFER else make(stage, at, newer)
            ends[kind, newer] = isinstance(
                come_in(stage, older.code, older.pin, at), CodeNotAccepted
            )
            at += timedelta(minutes=10)

    hers = {pair for pair, ended in ends.items() if not ended}
    assert hers == {(ON_SITE, TRANSFER), (REMOTE, TRANSFER)}


def test_codes_do_not_repeat_and_pins_are_six_digits(stage: Stage, at: datetime) -> None:
    made = [make(stage, at) for _ in range(12)]

    assert len({one.code for one in made}) == len(made)
    assert len({one.pin for one in made}) > 1
    assert all(one.pin is not None and len(one.pin) == 6 and one.pin.isdigit() for one in made)
    assert {len(one.code) for one in made} == {26}
    assert {one.expires_at for one in made} == {at + timedelta(hours=72)}


@pytest.mark.parametrize(
    "wrong", [{"kind": "letter"}, {"kind": "remote"}, {"kind": "on_site", "pin_hash": "x"}]
)
def test_the_table_refuses_a_link_without_pin_and_a_pin_without_link(
    stage: Stage, at: datetime, wrong: dict[str, str]
) -> None:
    row = {
        "participant_id": stage.row_id(CODE), "code_hash": "unique", "created_at": at,
        "expires_at": at,
    }  # fmt: skip
    with pytest.raises(IntegrityError), stage.open() as connection:
        connection.execute(enrolment_code.insert().values(**row, **wrong))


def test_the_trail_says_which_kind_and_never_the_code(stage: Stage, at: datetime) -> None:
    made = [make(stage, at), make(stage, at, ON_SITE), make_transfer(stage, at)]

    with stage.open() as connection:
        said = [
            str(one) for one in connection.execute(
                select(audit_event.c.details)
                .where(audit_event.c.action == "enrolment-code.made")
                .order_by(audit_event.c.seq.desc()).limit(3)
            ).scalars()
        ]  # fmt: skip

    assert [kind in text for kind, text in zip((TRANSFER, ON_SITE, REMOTE), said, strict=True)] == [
        True, True, True,
    ]  # fmt: skip
    for one in made:
        assert all(one.code not in text and str(one.pin) not in text for text in said)


@given(st.integers(1, 1000))
def test_a_wait_never_shrinks_and_never_exceeds_an_hour(wrong: int) -> None:
    before, after = wait_after(wrong), wait_after(wrong + 1)

    assert (before or timedelta()) <= (after or timedelta()) <= timedelta(hours=1)


@given(st.text(max_size=60))
def test_any_text_is_read_as_letters_of_the_alphabet_or_others(typed: str) -> None:
    read = plain_code(typed)

    assert plain_code(read) == read
    assert not set(read) & set("OILU- ")
