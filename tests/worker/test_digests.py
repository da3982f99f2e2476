"""The morning summary: counts only, once, on weekdays, to whom it still concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sayso.clock import FixedClock
from sayso.domain.audit import Actor
from sayso.domain.worklist import ORDER
from sayso.mail.smtp import SmtpSender, server_of
from sayso.push.keys import KeyRing
from sayso.push.sender import PushSender
from sayso.services import access, digests
from sayso.services.dispatch_check import Desk
from sayso.store.tables import staff
from sayso.store.tables_messages import audit_event, delivery
from sayso.worker import planner
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Network
from support.mailbox import Mailbox, mail_server
from support.reminder_fixtures import PUBLIC_URL, SUBJECT
from support.reminding import LOOPBACK
from support.stage import Stage

# Seven o'clock on a Monday in New York.
MORNING = datetime(2026, 6, 15, 11, 0, tzinfo=UTC)


class Morning:
    """A stage with two participants to call, a mailbox, and a worker whose clock can be moved."""

    def __init__(self, stage: Stage, ring: KeyRing, mailbox: Mailbox) -> None:
        self.stage = stage
        self.mailbox = mailbox
        self.clock = FixedClock(MORNING)
        smtp = SmtpSender(server_of(f"smtp://127.0.0.1:{mailbox.port}"), "office@pro.example.org")
        network = Network(PushSender(ring, SUBJECT, LOOPBACK), smtp)
        desk = Desk(PUBLIC_URL, stage.keyring, sends_mail=True)
        self.dispatcher = Dispatcher(stage.engine, self.clock, desk, network, jitter=lambda: 0.5)

    def wish(self, name: str, code: str = "S1", wanted: bool = True) -> None:
        actor = Actor("staff", self.stage.staff_ids[name], self.stage.roles[name])
        with self.stage.open() as connection:
            everything = access.everything(connection, actor, "stop-her2")
            digests.wish(connection, actor, everything.site(code), wanted, self.clock.now())

    def beat(self, **later: float) -> None:
        self.clock.moment += timedelta(**later)
        planner.plan_own(self.stage.engine, self.clock, summaries=True, round_trip=False)
        self.dispatcher.tick()

    def rows(self) -> list[Any]:
        with self.stage.open() as connection:
            return list(connection.execute(select(delivery).order_by(delivery.c.id)))

    def change(self, name: str, **values: Any) -> None:
        with self.stage.open() as connection:
            connection.execute(
                update(staff).where(staff.c.id == self.stage.staff_ids[name]).values(**values)
            )


@pytest.fixture
def morning(engine: Any, ring: KeyRing) -> Iterator[Morning]:
    stage = Stage(engine).set_up()
    # Week 12 has been open for ten days, and nobody has answered.
    stage.enrol("P-001", MORNING.date() - timedelta(days=80), email="alice@example.org")
    stage.enrol("P-002", MORNING.date() - timedelta(days=80))
    with mail_server() as mailbox:
        yield Morning(stage, ring, mailbox)


def test_nobody_gets_what_nobody_asked_for(morning: Morning) -> None:
    morning.beat()
    assert morning.rows() == []


def test_the_counts_of_the_site_arrive_once(morning: Morning) -> None:
    morning.wish("bob")
    for _ in range(3):
        morning.beat(minutes=10)
    (message,) = morning.mailbox.messages
    assert morning.mailbox.recipients == ["bob@example.org"]
    assert message["Subject"] == "Your morning summary"
    text = message.get_body(("plain",))
    assert text is not None
    said = text.get_content()
    first = said.splitlines()
    assert first[:3] == ["Good morning,", "", "Today's list of site S1:"]
    assert first[4].startswith("- 1 person")
    # One of the two has neither phone nor e-mail.
    assert "1 person has not answered yet" in said
    assert "1 person cannot be reached" in said
    assert f"{PUBLIC_URL}/console/" in said
    (row,) = morning.rows()
    assert (row.state, row.participant_id, row.purpose) == ("sent", None, "digest")


def test_it_names_no_person_and_no_disease(morning: Morning) -> None:
    morning.wish("bob")
    morning.beat()
    said = morning.mailbox.messages[0].as_string().lower()
    for word in ("p-001", "p-002", "alice", "her2", "cancer", "therapy", "week 12", "stop-"):
        assert word not in said
    assert morning.mailbox.messages[0].get_content_type() == "multipart/alternative"


def test_a_second_copy_would_carry_the_same_identity(morning: Morning) -> None:
    morning.wish("bob")
    morning.mailbox.data_replies = ["451 4.3.0 Later"]
    morning.beat()
    morning.beat(minutes=2)
    (message,) = morning.mailbox.messages
    key = morning.rows()[0].idempotency_key
    assert (
        key == f"digest:{morning.stage.staff_ids['bob']}:{morning.stage.site_ids['S1']}:2026-06-15"
    )
    assert message["Message-ID"].endswith("@pro.example.org>")


@pytest.mark.parametrize(
    "moment",
    [
        MORNING - timedelta(minutes=1),
        MORNING + timedelta(hours=5),
        MORNING - timedelta(days=1),
        MORNING - timedelta(days=2),
    ],
    ids=["before seven", "at noon", "sunday", "saturday"],
)
def test_it_keeps_to_the_mornings_of_the_site(morning: Morning, moment: datetime) -> None:
    morning.wish("bob")
    morning.clock.moment = moment
    morning.beat()
    assert morning.rows() == []


def test_every_site_and_every_day_has_its_own(morning: Morning) -> None:
    morning.wish("bob")
    morning.wish("ada", "S2")
    morning.wish("ada")
    morning.beat()
    morning.beat(days=1)
    assert sorted(morning.mailbox.recipients) == ["ada@example.org"] * 2 + ["bob@example.org"] * 2
    # Nothing stands on the list of the other site, so its summary is not written at all.
    outcomes = [(row.state, row.outcome) for row in morning.rows()]
    assert outcomes.count(("skipped", "nothing-to-do")) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"disabled_at": MORNING},
        {"access_ends_at": MORNING},
    ],
    ids=["suspended", "access ended"],
)
def test_whoever_has_left_gets_none(morning: Morning, values: dict[str, Any]) -> None:
    morning.wish("bob")
    morning.change("bob", **values)
    morning.beat()
    assert [(row.state, row.outcome) for row in morning.rows()] == [("skipped", "not-wanted")]
    assert morning.mailbox.messages == []


def test_a_site_that_is_no_longer_ones_own_is_not_told(morning: Morning) -> None:
    morning.wish("dana", "S1")
    morning.beat()
    assert [row.outcome for row in morning.rows()] == ["not-wanted"]


def test_a_wish_taken_back_holds_at_once_and_is_on_record(morning: Morning) -> None:
    morning.wish("bob")
    morning.wish("bob")
    morning.wish("bob", wanted=False)
    morning.beat()
    assert morning.rows() == []
    with morning.stage.open() as connection:
        actions = list(
            connection.scalars(
                select(audit_event.c.action).where(audit_event.c.action.startswith("digest."))
            )
        )
    assert actions == ["digest.wanted", "digest.not-wanted"]


def test_only_staff_have_mornings(morning: Morning) -> None:
    nobody = Actor("command")
    with morning.stage.open() as connection:
        site = access.everything(connection, nobody, "stop-her2").site("S1")
        with pytest.raises(ValueError, match="staff"):
            digests.wish(connection, nobody, site, True, MORNING)


def test_mail_that_never_goes_ends_at_noon(morning: Morning) -> None:
    morning.wish("bob")
    morning.mailbox.data_replies = ["451 4.3.0 Later"] * 99
    morning.beat()
    for _ in range(12):
        morning.beat(minutes=30)
    (row,) = morning.rows()
    assert row.state in {"failed", "skipped"}
    assert morning.mailbox.messages == []


def test_the_mail_tells_the_kinds_of_rows_in_the_order_of_the_list() -> None:
    assert tuple(digests._WORDS) == ORDER
    lines = digests._lines(Counter({kind: 2 for kind in reversed((*ORDER, "of next year"))}))
    assert lines[0] == "2 people ask for a call"
    assert lines[-1] == "2 other entries"
    assert len(lines) == len(ORDER) + 1
