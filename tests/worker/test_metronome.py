"""The worker as a process: signs of life, complaints, and an orderly end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert
from structlog.testing import capture_logs

from sayso.clock import OffsetClock, SystemClock
from sayso.services import audit_watch, heartbeats
from sayso.store.engine import transaction
from sayso.store.tables_messages import heartbeat
from sayso.worker import dead_man
from sayso.worker.metronome import Metronome
from support.reminder_fixtures import ENROLLED, OPEN_STEP, Office
from support.watcher import Watcher, watched


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with watched() as watcher:
        yield watcher


def metronome(office: Office, stop: threading.Event, url: str = "") -> Metronome:
    return Metronome(
        office.trial.engine, office.clock, office.dispatcher, office.network, stop=stop,
        dead_man_url=url,
    )  # fmt: skip


def complaint(office: Office) -> str | None:
    with transaction(office.trial.engine, read_only=True) as connection:
        return heartbeats.complaint(connection, office.clock.now())


def test_a_worker_that_never_ran_is_missed(office: Office) -> None:
    said = complaint(office)
    assert said is not None
    assert "sayso worker" in said


def test_a_beat_is_a_sign_of_life_for_two_minutes(office: Office) -> None:
    metronome(office, threading.Event()).heartbeat()
    assert complaint(office) is None
    office.clock.advance(timedelta(minutes=3))
    said = complaint(office)
    assert said is not None
    assert "silent for 3 minutes" in said


def test_late_reminders_are_complained_about_although_the_worker_beats(office: Office) -> None:
    office.trial.enrol("A-1", ENROLLED)
    office.at(OPEN_STEP - timedelta(days=1))
    office.clock.moment = OPEN_STEP + timedelta(minutes=10)
    metronome(office, threading.Event()).heartbeat()
    said = complaint(office)
    assert said is not None
    assert "10 minutes late" in said
    with transaction(office.trial.engine, read_only=True) as connection:
        (_name, _at, facts) = heartbeats.latest(connection)[0]
    assert facts["late_seconds"] == 600


def test_workers_that_ended_long_ago_are_forgotten(office: Office) -> None:
    with transaction(office.trial.engine) as connection:
        old = office.clock.now() - timedelta(days=2)
        connection.execute(insert(heartbeat).values(name="worker/old", at=old, facts={}))
    metronome(office, threading.Event()).heartbeat()
    with transaction(office.trial.engine, read_only=True) as connection:
        assert len(heartbeats.latest(connection)) == 1


def test_the_outside_is_told_only_while_all_is_well(office: Office, watcher: Watcher) -> None:
    worker = metronome(office, threading.Event(), watcher.url)
    worker.dead_man()
    assert watcher.calls == []
    worker.heartbeat()
    worker.dead_man()
    assert watcher.calls == ["/alive"]


def test_a_trail_that_breaks_is_an_alarm_outside_for_one_day(
    office: Office, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = metronome(office, threading.Event(), watcher.url)
    beats.heartbeat()
    said = ("event 3 was changed after it was written",)
    for is_new, calls in ((True, 0), (False, 1)):
        broken = audit_watch.Trail(office.clock.now(), 9, said, is_new)
        monkeypatch.setattr(audit_watch, "latest", lambda _connection, found=broken: found)
        beats.dead_man()
        assert len(watcher.calls) == calls


def test_the_trail_is_looked_at_by_the_metronome(office: Office) -> None:
    beats = metronome(office, threading.Event())
    beats.audit()
    with transaction(office.trial.engine, read_only=True) as connection:
        found = audit_watch.latest(connection)
    assert found is not None
    assert (found.at, found.faults) == (office.clock.now(), ())


def test_an_outside_that_refuses_or_is_not_there_is_no_catastrophe(watcher: Watcher) -> None:
    assert dead_man.call(watcher.url)
    watcher.status = 500
    assert not dead_man.call(watcher.url)
    assert not dead_man.call("http://127.0.0.1:1/alive")


def test_a_job_that_fails_is_counted_and_called_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(office.dispatcher, "tick", fail)
    worker = metronome(office, threading.Event())
    worker.dispatch()
    worker.dispatch()
    worker.heartbeat()
    with transaction(office.trial.engine, read_only=True) as connection:
        facts = heartbeats.latest(connection)[0][2]
    assert facts["counts"] == {"errors": 2}


def test_what_was_done_is_one_line_and_nothing_done_is_none(office: Office) -> None:
    alice = office.trial.enrol("A-1", ENROLLED)
    office.trial.register(alice, office.phone(), ENROLLED)
    beats = metronome(office, threading.Event())
    with capture_logs() as lines:
        beats.dispatch()
        beats.dispatch()
    done = [line for line in lines if line["event"] == "done"]
    assert [(line["job"], line["counts"]) for line in done] == [("dispatch", {"sent": 1})]


def test_what_a_database_quotes_in_its_errors_stays_out_of_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("DETAIL: Key (email)=(alice@example.org) already exists")

    monkeypatch.setattr(office.dispatcher, "tick", fail)
    with capture_logs() as lines:
        metronome(office, threading.Event()).dispatch()
    (line,) = lines
    assert "alice" not in json.dumps(line)
    assert (line["event"], line["kind"]) == ("a job failed", "RuntimeError")
    assert line["where"][-1].startswith("test_metronome.py:")


def test_it_runs_sends_and_stops(office: Office) -> None:
    """The real scheduler, on a clock that runs: what is due goes out, and it ends when told."""
    clock = OffsetClock(ENROLLED - SystemClock().now())
    alice = office.trial.enrol("A-1", ENROLLED - timedelta(days=1))
    phone = office.phone()
    office.trial.register(alice, phone, ENROLLED)
    office.service.now = lambda: clock.now().timestamp()
    office.dispatcher._clock = clock
    stop = threading.Event()
    worker = Metronome(office.trial.engine, clock, office.dispatcher, office.network, stop=stop)
    thread = threading.Thread(target=worker.run)
    thread.start()
    while not phone.received and thread.is_alive():
        stop.wait(0.02)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert json.dumps(phone.received[0].document).count("Reminders are on") == 1
