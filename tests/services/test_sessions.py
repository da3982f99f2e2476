"""Whose token it is, how long it works, and that an ended session stays ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from sayso.services import audit, sessions
from sayso.services.sessions import StaffSession
from sayso.store.tables import device, session, staff
from support.stage import Stage

P = "P-001"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20))
    return stage


@pytest.fixture
def start(stage: Stage) -> datetime:
    """When the participant's phone was enrolled."""
    return stage.at(P, -14)


def is_in(stage: Stage, moment: datetime) -> bool:
    with stage.open() as connection:
        return sessions.participant_of(connection, stage.phones[P], moment) is not None


def use(stage: Stage, moment: datetime) -> None:
    with stage.open() as connection:
        sessions.touch(connection, stage.session(connection, P, moment), moment)


def sign_in(stage: Stage, name: str, now: datetime) -> str:
    with stage.open() as connection:
        return sessions.open_for_staff(connection, stage.staff_ids[name], now)


def staff_of(stage: Stage, token: str, now: datetime) -> StaffSession | None:
    with stage.open() as connection:
        return sessions.staff_of(connection, token, now)


def test_half_a_year_without_use_ends_a_phones_session(stage: Stage, start: datetime) -> None:
    assert is_in(stage, start + timedelta(days=179))
    assert not is_in(stage, start + timedelta(days=180))


def test_use_keeps_it_alive_but_not_beyond_400_days(stage: Stage, start: datetime) -> None:
    for day in (150, 300, 399):
        use(stage, start + timedelta(days=day))

    assert not is_in(stage, start + timedelta(days=400))


def test_use_is_noted_now_and_then_only(stage: Stage, start: datetime) -> None:
    with stage.open() as connection:
        person = stage.session(connection, P, start)

    assert not sessions.wants_touch(person, start + timedelta(hours=5))
    assert sessions.wants_touch(person, start + timedelta(hours=6))


def test_a_phone_that_signs_out_is_no_longer_enrolled(stage: Stage, start: datetime) -> None:
    with stage.open() as connection:
        person = stage.session(connection, P, start)
        sessions.end(connection, person.actor, person, start)

    assert not is_in(stage, start)
    with stage.open() as connection:
        phone = connection.execute(select(device)).one()
        last = [one.action for one in audit.events(connection, participant_id=person.id)][-1]
    assert (phone.revoked_at, phone.revoke_reason) == (start, "signed out on the phone")
    assert last == "device.signed-out"


def test_revoking_ends_every_phone_and_says_which(stage: Stage, start: datetime) -> None:
    first = stage.phones[P]
    stage.new_phone(P, 0)
    row_id = stage.row_id(P)
    with stage.open() as connection:
        gone = sessions.revoke_devices(connection, row_id, "lost", stage.at(P, 1))
    with stage.open() as connection:
        again = sessions.revoke_devices(connection, row_id, "lost", stage.at(P, 2))
        known = [
            sessions.participant_of(connection, token, stage.at(P, 1))
            for token in (first, stage.phones[P])
        ]

    assert (len(gone), again, known) == (2, [], [None, None])


def test_a_token_opens_its_own_door_only(stage: Stage, now: datetime) -> None:
    token = sign_in(stage, "bob", now)

    with stage.open() as connection:
        assert sessions.participant_of(connection, token, now) is None
        assert sessions.staff_of(connection, stage.phones[P], now) is None
        assert sessions.staff_of(connection, sessions.token_hash(token), now) is None


def test_the_table_does_not_hold_what_opens_a_door(stage: Stage, now: datetime) -> None:
    token = sign_in(stage, "bob", now)

    with stage.open() as connection:
        rows = connection.execute(select(session)).all()
    assert all(token not in str(row) and stage.phones[P] not in str(row) for row in rows)


@pytest.mark.parametrize(
    ("name", "sites"),
    [
        ("bob", {"S1", "S1W"}), ("erin", {"S1", "S1W"}), ("max", {"S1", "S1W"}), ("dana", {"S2"}),
        ("ada", {"S1", "S1W", "S2"}),
    ],
)  # fmt: skip
def test_a_site_brings_its_satellites_and_nothing_else(
    stage: Stage, now: datetime, name: str, sites: set[str]
) -> None:
    found = staff_of(stage, sign_in(stage, name, now), now)

    assert found is not None
    assert found.site_ids == {stage.site_ids[code] for code in sites}
    assert found.role == stage.roles[name]


def test_an_administrator_reaches_sites_without_being_named_there(
    stage: Stage, now: datetime
) -> None:
    stage.hire("root", "administrator")
    stage.hire("nowhere", "coordinator")
    root = staff_of(stage, sign_in(stage, "root", now), now)
    nowhere = staff_of(stage, sign_in(stage, "nowhere", now), now)

    assert root is not None
    assert nowhere is not None
    assert root.site_ids == set(stage.site_ids.values())
    assert (nowhere.site_ids, nowhere.study_keys) == (frozenset(), frozenset())


def test_a_role_that_changes_counts_from_the_next_request(stage: Stage, now: datetime) -> None:
    token = sign_in(stage, "bob", now)
    with stage.open() as connection:
        connection.execute(
            update(staff).where(staff.c.id == stage.staff_ids["bob"]).values(role="monitor")
        )

    found = staff_of(stage, token, now)
    assert found is not None
    assert found.role == "monitor"


def test_half_an_hour_without_use_ends_a_staff_session(stage: Stage, now: datetime) -> None:
    token = sign_in(stage, "bob", now)

    assert staff_of(stage, token, now + timedelta(minutes=30, seconds=-1)) is not None
    assert staff_of(stage, token, now + timedelta(minutes=30)) is None


def test_ending_all_sessions_of_one_person_leaves_the_others(stage: Stage, now: datetime) -> None:
    hers, his = sign_in(stage, "erin", now), sign_in(stage, "bob", now)
    with stage.open() as connection:
        sessions.revoke_staff(connection, stage.staff_ids["erin"], now)

    assert staff_of(stage, hers, now) is None
    assert staff_of(stage, his, now) is not None
    assert is_in(stage, stage.at(P, -13))
