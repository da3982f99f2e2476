"""From facts to rows: planning, changes of mind, and people who must not be written to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from sayso.domain.errors import NotAsked
from sayso.services import reminder_planning
from sayso.store.engine import transaction
from sayso.store.tables import participant
from sayso.store.tables_messages import reminder
from sayso.worker import planner
from support.reminder_fixtures import ENROLLED, OPEN_STEP, OPENS, Office


def ahead(office: Office, person: int, timepoint: str = "W12") -> list[str]:
    return [
        row.step
        for row in office.trial.reminders(person)
        if row.timepoint == timepoint and row.decision is None
    ]


def planned_in_august(office: Office, **enrolment: object) -> int:
    """Somebody whose week 12 opens tomorrow, with everything planned."""
    person = office.trial.enrol("A-1", ENROLLED, **enrolment)  # type: ignore[arg-type]
    office.at(OPEN_STEP - timedelta(days=1))
    return person


def test_the_ladder_is_planned_when_the_window_comes_near(office: Office) -> None:
    alice = office.trial.enrol("A-1", ENROLLED)
    assert ahead(office, alice) == []
    office.at(OPEN_STEP - timedelta(days=40))
    assert ahead(office, alice) == ["open", "day-3", "day-7", "two-days-left", "last-day"]
    row = next(row for row in office.trial.reminders(alice) if row.step == "open" and row.due_at)
    assert row.zone == "America/New_York"


def test_the_wall_clock_time_is_kept_beside_the_instant(office: Office) -> None:
    alice = planned_in_august(office)
    row = next(row for row in office.trial.reminders(alice) if row.timepoint == "W12")
    assert (row.local_wall, row.due_at) == ("2026-08-24T10:00", OPEN_STEP)


def test_nobody_exempt_ever_gets_a_row_or_a_phone(office: Office) -> None:
    carmen = planned_in_august(office, reads_english=False, email="carmen@example.org")
    assert office.trial.reminders(carmen) == []
    with pytest.raises(NotAsked):
        office.trial.register(carmen, office.phone(), office.clock.now())
    office.at(OPEN_STEP + timedelta(days=60))
    assert office.trial.reminders(carmen) == []
    assert office.trial.deliveries(carmen) == []


@pytest.mark.parametrize("kind", ["death", "withdrawal_study", "withdrawal_pro"])
def test_what_is_queued_stops_at_the_entry(office: Office, kind: str) -> None:
    alice = planned_in_august(office, email="alice@example.org")
    phone = office.phone()
    office.trial.register(alice, phone, office.clock.now())
    office.at(OPEN_STEP)
    office.trial.happened(alice, kind, OPENS, office.clock.now())
    assert ahead(office, alice) == []
    count = len(phone.received)
    office.at(OPEN_STEP + timedelta(days=60))
    assert len(phone.received) == count
    assert {row.state for row in office.trial.deliveries(alice)} == {"sent", "skipped"}


def test_opting_out_and_in_again(office: Office) -> None:
    alice = planned_in_august(office)
    office.trial.prefers(alice, office.clock.now(), reminders_opted_out_at=office.clock.now())
    assert ahead(office, alice) == []
    office.trial.prefers(alice, office.clock.now(), reminders_opted_out_at=None)
    assert ahead(office, alice) == ["open", "day-3", "day-7", "two-days-left", "last-day"]


def test_a_pause_skips_and_says_so(office: Office) -> None:
    alice = planned_in_august(office)
    until = OPENS + timedelta(days=5)
    office.trial.prefers(alice, office.clock.now(), reminders_paused_until=until)
    office.at(OPEN_STEP + timedelta(days=7))
    told = {row.step: row.reason for row in office.trial.reminders(alice) if row.timepoint == "W12"}
    assert (told["open"], told["day-3"], told["day-7"]) == ("paused", "paused", "queued")


def test_a_snooze_brings_the_reminder_in_the_evening(office: Office) -> None:
    alice = planned_in_august(office)
    phone = office.phone()
    office.trial.register(alice, phone, office.clock.now())
    office.at(OPEN_STEP)
    evening = OPEN_STEP + timedelta(hours=8)
    office.trial.prefers(alice, office.clock.now(), reminders_snoozed_until=evening)
    office.at(evening - timedelta(minutes=1))
    assert len(phone.received) == 2
    office.at(evening)
    assert len(phone.received) == 3


def test_a_worker_that_was_down_for_a_week_sends_one_reminder_not_three(office: Office) -> None:
    alice = planned_in_august(office)
    phone = office.phone()
    office.trial.register(alice, phone, office.clock.now())
    office.beat()
    office.clock.moment = OPEN_STEP + timedelta(days=7, hours=1)
    office.beat()
    assert len(phone.received) == 2
    told = [
        (row.step, row.reason) for row in office.trial.reminders(alice) if row.timepoint == "W12"
    ]
    assert told[:3] == [("open", "superseded"), ("day-3", "superseded"), ("day-7", "queued")]


def test_of_five_reminders_in_one_minute_as_many_leave_as_the_cap_allows(office: Office) -> None:
    """Windows can overlap; what is decided together counts together, and is then not taken back."""
    alice = planned_in_august(office)
    phone = office.phone()
    office.trial.register(alice, phone, office.clock.now())
    office.beat()
    with transaction(office.trial.engine) as connection:
        first = connection.execute(
            select(reminder).where(reminder.c.timepoint == "W12", reminder.c.step == "open")
        ).one()
        same = {key: value for key, value in first._mapping.items() if key != "id"}
        others = [same | {"occasion": f"other {number}"} for number in range(4)]
        connection.execute(insert(reminder), others)
    office.clock.moment = OPEN_STEP
    office.dispatcher.tick()
    decided = [row.reason for row in office.trial.reminders(alice) if row.due_at == OPEN_STEP]
    assert sorted(decided) == ["queued"] * 3 + ["weekly-cap"] * 2
    messages = [row for row in office.trial.deliveries(alice) if row.purpose == "reminder"]
    assert [row.state for row in messages] == ["sent"] * 3
    capped = next(row for row in office.trial.reminders(alice) if row.reason == "weekly-cap")
    assert capped.why == "Already reminded 3 times in the last seven days."


def test_a_new_edition_of_the_zone_database_is_reckoned_with(office: Office) -> None:
    alice = planned_in_august(office)
    with transaction(office.trial.engine) as connection:
        connection.execute(update(reminder).values(tzdata_version="1999z"))
        due = reminder_planning.waiting_for_a_plan(connection, office.clock.now(), 10)
    assert due == [alice]
    planner.plan(office.trial.engine, office.clock, lambda: False)
    assert "1999z" not in {
        row.tzdata_version for row in office.trial.reminders(alice) if row.decision is None
    }


def test_the_sweep_finds_what_nobody_told(office: Office) -> None:
    alice = planned_in_august(office)
    with transaction(office.trial.engine) as connection:
        connection.execute(
            update(participant).where(participant.c.id == alice).values(reminder_hour=18)
        )
    assert planner.sweep(office.trial.engine, office.clock, lambda: False) == {"swept": 5}
    hours = {row.local_wall[11:13] for row in office.trial.reminders(alice)
             if row.decision is None}  # fmt: skip
    assert hours == {"18"}
    assert planner.sweep(office.trial.engine, office.clock, lambda: False)["swept"] == 0


def test_planning_a_second_time_changes_nothing(office: Office) -> None:
    alice = planned_in_august(office)
    with transaction(office.trial.engine) as connection:
        assert reminder_planning.replan(connection, [alice], office.clock.now()) == 0


def test_planning_goes_on_where_it_was_stopped(office: Office) -> None:
    for number in range(3):
        office.trial.enrol(f"P-{number}", ENROLLED)
    with transaction(office.trial.engine) as connection:
        connection.execute(delete(reminder))
    planner.plan(office.trial.engine, office.clock, lambda: True)
    with transaction(office.trial.engine, read_only=True) as connection:
        assert connection.execute(select(func.count()).select_from(reminder)).scalar_one() == 0
    planner.plan(office.trial.engine, office.clock, lambda: False)
    with transaction(office.trial.engine, read_only=True) as connection:
        people = select(func.count(reminder.c.participant_id.distinct()))
        assert connection.execute(people).scalar_one() == 3


@pytest.mark.parametrize(
    ("enrolled", "opening", "utc_hour"),
    [
        (date(2025, 12, 28), date(2026, 3, 8), 14),
        (date(2026, 8, 23), date(2026, 11, 1), 15),
    ],
    ids=["clocks go forward", "clocks go back"],
)
def test_ten_o_clock_is_ten_o_clock_on_the_day_the_clocks_change(
    office: Office, enrolled: date, opening: date, utc_hour: int
) -> None:
    office.clock.moment = datetime.combine(enrolled, time(15), UTC)
    alice = office.trial.enrol("A-1", office.clock.now())
    office.at(datetime.combine(opening, time(0), UTC))
    opens = [
        row for row in office.trial.reminders(alice) if (row.timepoint, row.step) == ("W12", "open")
    ]
    assert [row.due_at for row in opens] == [datetime.combine(opening, time(utc_hour), UTC)]
    assert opens[0].local_wall == f"{opening}T10:00"
