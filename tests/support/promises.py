"""What is promised of every history of reminders, whatever happened in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sayso.domain.delivery import MAX_ATTEMPTS
from sayso.domain.fallback import HANDED_ON
from support.simulation import Simulation

_WEEK = timedelta(days=7)


def nothing_after(sim: Simulation, person: int, ended: datetime) -> None:
    """Nothing about an occasion reaches her, or anybody on her behalf, after that moment."""
    for row in sim.trial.deliveries(person):
        if row.reminder_id is not None and row.sent_at:
            assert row.sent_at <= ended, (row.channel, row.outcome)


def nothing_outside_the_window(sim: Simulation, person: int) -> None:
    """Each message left between the moment that its step was due and the close."""
    reminders = {row.id: row for row in sim.trial.reminders(person)}
    for row in sim.trial.deliveries(person):
        if row.reminder_id is not None and row.sent_at:
            of = reminders[row.reminder_id]
            assert of.due_at <= row.sent_at < of.closes_at


def silence(sim: Simulation, person: int) -> None:
    """Nothing was ever planned for her, and nothing ever left."""
    assert sim.trial.reminders(person) == []
    assert sim.trial.deliveries(person) == []
    assert sim.network.sent == []
    assert sim.network.mails == []


def never_too_many(sim: Simulation, person: int, cap: int) -> None:
    """In no seven days did more than `cap` reminders go out that nobody had asked for."""
    unasked = [
        row.decided_at
        for row in sim.trial.reminders(person)
        if row.decision == "queued" and not row.step.startswith(("snooze", "by staff"))
    ]
    for last in unasked:
        assert sum(last - _WEEK < other <= last for other in unasked) <= cap


def every_reminder_has_an_end(sim: Simulation, person: int) -> None:
    """Each one was shown, mailed, put on the call list, or has a reason; none just vanished."""
    deliveries = sim.trial.deliveries(person)
    for reminder in sim.trial.reminders(person):
        assert reminder.decision is not None, reminder.step
        assert reminder.why
        if reminder.decision != "queued":
            continue
        ways = [row for row in deliveries if row.reminder_id == reminder.id]
        assert ways
        assert all(row.state != "pending" and row.why for row in ways)
        assert all(row.attempts <= MAX_ATTEMPTS for row in ways)
        reached = any(
            row.acked_at or (row.state == "sent" and row.channel != "push") for row in ways
        )
        stopped = any(row.state == "skipped" and row.outcome not in HANDED_ON for row in ways)
        assert reached or stopped, [(row.channel, row.state, row.outcome) for row in ways]


def every_occasion_has_an_end(sim: Simulation, person: int, timepoint: str) -> None:
    """An occasion that opened to her has reminders, and each of them has its end."""
    assert [row for row in sim.trial.reminders(person) if row.timepoint == timepoint]
    every_reminder_has_an_end(sim, person)


def the_site_learned_of_it_in_time(sim: Simulation, person: int, last_call: datetime) -> None:
    """Every reminder that went out reached her or was on the call list while a call still helped.

    Asked of a window in which nobody answered, nothing ended and a worker was always there.
    """
    for reminder in sim.trial.reminders(person):
        ways = [row for row in sim.trial.deliveries(person) if row.reminder_id == reminder.id]
        ends = [
            row.acked_at or row.sent_at
            for row in ways
            if row.acked_at or (row.state == "sent" and row.channel != "push")
        ]
        newer = any(row.outcome == "superseded" for row in ways)
        assert reminder.decision != "queued" or newer or min(ends, default=last_call) < last_call
