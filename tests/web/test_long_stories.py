"""Stories 14 and 16 in full: a scale of seven items down to the file, and a night without 02:30."""

from __future__ import annotations

import csv
import io
import threading
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sayso.domain.walltime import local_time
from sayso.mail.smtp import SmtpSender, server_of
from sayso.push import keys
from sayso.push.keys import KeyRing
from sayso.push.sender import PushSender
from sayso.resources import instruments_dir
from sayso.services.dispatch_check import Desk
from sayso.worker import planner
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Network
from support.mailbox import Mailbox, mail_server
from support.reminder_fixtures import PUBLIC_URL, SUBJECT
from support.reminding import LOOPBACK
from support.stage import STUDY
from support.visitors import Visitors, body

ROOT = f"/api/studies/{STUDY}"
ALICE = f"{ROOT}/participants/P-001"
WORRY = "demo-anxiety"
SEVEN = ("edge", "start", "spin", "stop", "ease", "body", "dread")
LORD_HOWE = "Australia/Lord_Howe"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services prove both databases; here it is about what leaves through the API."""
    return sqlite_url


def worry_card(visitors: Visitors) -> dict[str, Any]:
    """The card of Worry and tension, second of the pack."""
    for number in range(4):
        card = visitors.open_form(number=number)
        path = f"/api/questionnaires/{card['questionnaire_sha']}"
        if visitors.alice.get(path).json["questionnaire"]["id"] == WORRY:
            return card
    raise AssertionError("Worry and tension is not asked")


def sent(visitors: Visitors, answers: dict[str, Any], skipped: list[str]) -> str:
    number = str(uuid4())
    told = body(worry_card(visitors), answers=answers, skipped=skipped)
    answer = visitors.alice.put(f"/api/me/responses/{number}", told)
    assert answer.status_code == 201, answer.json
    return number


def scored(visitors: Visitors, number: str) -> dict[str, Any]:
    responses = visitors.bob.get(ALICE).json["responses"]
    (response,) = [one for one in responses if one["id"] == number]
    return {one["id"]: one for one in response["scores"]}


def file_of(visitors: Visitors, name: str) -> list[dict[str, str]]:
    text = visitors.bob.get(f"{ROOT}/exports/{name}.csv").text
    return [
        line
        for line in csv.DictReader(io.StringIO(text))
        if (line["participant"], line["timepoint"], line["questionnaire"])
        == ("P-001", "W12", WORRY)
    ]


def test_14_four_of_seven_are_prorated_and_the_file_has_all_seven(visitors: Visitors) -> None:
    """2, 1, 3 and, turned round, 3 less 1: a mean of 2, so 14 of 21."""
    answers = {"edge": 2, "start": 1, "spin": 3, "ease": 1}
    number = sent(visitors, answers | {"hard": 0}, ["stop", "body"])

    prorated, total = (scored(visitors, number)[name] for name in ("worry_prorated", "worry_total"))
    assert (prorated["value"], prorated["n_answered"], prorated["n_items"]) == (14, 4, 7)
    assert total["value"] is None

    lines = {line["item"]: line for line in file_of(visitors, "items")}
    assert [line for line in lines if line in SEVEN] == list(SEVEN)
    told = {name: (lines[name]["item_status"], lines[name]["item_reason"]) for name in SEVEN}
    assert told == {
        "edge": ("ANSWERED", ""),
        "start": ("ANSWERED", ""),
        "spin": ("ANSWERED", ""),
        "stop": ("NOT DONE", "prefers not to answer"),
        "ease": ("ANSWERED", ""),
        "body": ("NOT DONE", "prefers not to answer"),
        "dread": ("NOT DONE", "left open"),
    }
    assert {name: lines[name]["value"] for name in answers} == {
        name: str(value) for name, value in answers.items()
    }
    # Not hard at all, so nobody was asked whether she talked about it.
    assert lines["hard"]["item_status"] == "ANSWERED"
    for name in ("talked", "wants_call"):
        assert (lines[name]["item_status"], lines[name]["value"]) == ("BRANCHED OUT", "")
    (form,) = file_of(visitors, "expected-forms")
    assert float(form[f"{WORRY}.worry_prorated"]) == 14
    assert form[f"{WORRY}.worry_total"] == ""
    assert (form["answered"], form["applicable"], form["declined"]) == ("5", "8", "2")


def test_14_three_of_seven_are_not_scored(visitors: Visitors) -> None:
    number = sent(visitors, {"edge": 2, "start": 1, "spin": 3, "hard": 0}, ["stop"])

    prorated = scored(visitors, number)["worry_prorated"]
    assert (prorated["value"], prorated["n_answered"], prorated["n_items"]) == (None, 3, 7)
    statuses = [line["item_status"] for line in file_of(visitors, "items") if line["item"] in SEVEN]
    assert statuses == ["ANSWERED"] * 3 + ["NOT DONE"] * 4
    (form,) = file_of(visitors, "expected-forms")
    assert form[f"{WORRY}.worry_prorated"] == ""
    assert form["status"] == "received"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    keys.create(tmp_path / "vapid.pem")
    return keys.load(tmp_path / "vapid.pem")


@pytest.fixture
def at_night() -> str:
    """The study with a reminder at two in the morning, as nobody would want it: no quiet night."""
    text = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")
    for old, new in (
        ('version = "1"', 'version = "2"'),
        ("default_hour = 10", "default_hour = 2"),
        ("quiet_from = 21:00:00", "quiet_from = 12:00:00"),
        ("quiet_to = 08:00:00", "quiet_to = 13:00:00"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def amend(visitors: Visitors, document: str) -> None:
    told = {"document": document, "effective_on": "2026-06-15"}
    digest = visitors.ada.post(f"{ROOT}/amendments/plan", told).json["digest"]
    done = visitors.ada.post(f"{ROOT}/amendments", told | {"digest": digest})
    assert done.status_code == 201, done.json


def planned(visitors: Visitors, path: str, on: str) -> list[dict[str, Any]]:
    """What stands on her page for that day in UTC, sent or not."""
    reminders = visitors.bob.get(path).json["reminders"]
    return [one for one in reminders if one["at"].startswith(on)]


def test_16_a_reminder_at_half_past_two_on_the_day_the_clock_changes_fires_once(
    visitors: Visitors, at_night: str, ring: KeyRing
) -> None:
    """On Lord Howe Island the clocks go from 02:00 to 02:30 on 4 October: two o'clock is 02:30.

    The worker passes that night in steps of ten minutes, twice, and one message leaves.
    """
    amend(visitors, at_night)
    path = f"{ROOT}/participants/P-016"
    opening = date(2026, 10, 4)
    made = visitors.bob.post(
        f"{ROOT}/participants",
        {
            "code": "P-016", "site": "S1", "arm": "stop", "enrolled_on": "2026-06-15",
            "anchors": {"cessation": (opening - timedelta(days=70)).isoformat()},
            "zone": LORD_HOWE, "preferred_language": "en", "reads_english": True,
            "reads_english_how": "asked", "interpreter": False, "email": "eve@example.org",
        },
    )  # fmt: skip
    assert made.status_code == 201, made.json
    (form, *_rest) = [one for one in made.json["participant"]["forms"] if one["timepoint"] == "W12"]
    assert form["opens"] == opening.isoformat()

    due = datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    assert local_time(due, LORD_HOWE) == datetime.combine(opening, time(2, 30))
    with mail_server() as mailbox:
        night = worker(visitors, ring, mailbox)
        visitors.clock.advance(due - timedelta(hours=3) - visitors.clock.now())
        sent_by_then = {}
        for step in range(36):
            for _again in range(2):
                planner.plan(visitors.stage.engine, visitors.clock, lambda: False)
                night.tick()
            sent_by_then[step] = len(mailbox.messages)
            visitors.clock.advance(timedelta(minutes=10))

    assert [sent_by_then[step] for step in (0, 17, 18, 35)] == [0, 0, 1, 1]
    assert mailbox.recipients == ["eve@example.org"]
    for name in ("bob", "ada"):
        visitors._known.pop(name, None)
    (told,) = planned(visitors, path, "2026-10-03")
    assert (told["at"], told["outcome"]) == ("2026-10-03T15:30:00Z", "sent")


def worker(visitors: Visitors, ring: KeyRing, mailbox: Mailbox) -> Dispatcher:
    """The worker's dispatcher over the same database, with a mail server on this machine."""
    smtp = SmtpSender(server_of(f"smtp://127.0.0.1:{mailbox.port}"), "team@example.org")
    network = Network(PushSender(ring, SUBJECT, LOOPBACK, timeout_seconds=2), smtp)
    return Dispatcher(
        visitors.stage.engine, visitors.clock, Desk(PUBLIC_URL, visitors.stage.keyring, True),
        network, stopping=threading.Event().is_set, jitter=lambda: 0.5,
    )  # fmt: skip
