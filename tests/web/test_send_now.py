"""Staff send a reminder now, or learn why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sayso.domain.audit import Actor
from sayso.services.send_now import send_now
from support.stage import STUDY
from support.visitors import CODES, Visitors


def send(visitors: Visitors, name: str = "alice", timepoint: str = "W12") -> dict[str, Any]:
    path = f"/api/studies/{STUDY}/participants/{CODES[name]}/reminders"
    answer = visitors.bob.post(path, {"timepoint": timepoint})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json
    return said


def test_a_reminder_goes_out_and_is_told(visitors: Visitors) -> None:
    assert send(visitors) == {"sent": True, "reason": "due", "why": "A reminder is on its way."}
    path = f"/api/studies/{STUDY}/participants/{CODES['alice']}"
    latest = visitors.bob.get(path).json["reminders"][0]
    assert (latest["timepoint"], latest["channel"]) == ("W12", "email")
    assert latest["step"].startswith("by staff")


def test_what_is_not_open_or_not_asked_says_so(visitors: Visitors) -> None:
    assert send(visitors, timepoint="W24")["reason"] == "not-open"
    assert send(visitors, timepoint="NOTHING")["reason"] == "no-longer-asked"


def test_quiet_hours_and_the_weekly_cap_hold_for_staff_too(visitors: Visitors) -> None:
    alice = visitors.row_id("alice")

    def later(**span: float) -> tuple[str, str]:
        visitors.clock.advance(timedelta(**span))
        with visitors.stage.open() as connection:
            verdict = send_now(
                connection, Actor("staff", visitors.stage.staff_ids["bob"]),
                alice, "W12", visitors.clock.now(),
            )  # fmt: skip
        return verdict.action, verdict.reason

    assert later(hours=12) == ("wait", "quiet-hours")
    assert later(hours=10) == ("send", "due")
    assert [later(minutes=1)[0] for _ in range(2)] == ["send", "send"]
    assert later(minutes=1) == ("skip", "weekly-cap")


def test_an_exempt_participant_is_never_written_to(visitors: Visitors) -> None:
    said = send(visitors, "carmen")
    assert (said["sent"], said["reason"]) == (False, "exempt")


def test_two_taps_within_a_minute_send_one_reminder(visitors: Visitors) -> None:
    assert send(visitors)["sent"] is True
    assert send(visitors) == {
        "sent": False,
        "reason": "just-sent",
        "why": "A reminder was sent less than a minute ago.",
    }
