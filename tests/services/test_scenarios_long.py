"""Stories 13 to 16 through the services: a tablet, a file, an amendment, a night without 02:30."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sayso.domain.audit import Actor
from sayso.domain.errors import ParticipantExempt
from sayso.domain.walltime import local_time
from sayso.formats.instrument_folder import finder
from sayso.formats.tabular import csv_chunks
from sayso.resources import instruments_dir
from sayso.services import (
    amendments,
    completion,
    enrolment,
    exports,
    handovers,
    reminder_planning,
    reminder_queue,
    responses,
    scores,
    sessions,
)
from sayso.services.completion import Chosen
from sayso.services.enrolment import NewParticipant
from sayso.services.handovers import Tablet
from sayso.services.responses import Outcome
from sayso.store.tables_forms import response
from sayso.store.tables_messages import delivery, reminder
from support.golden_stage import NOW
from support.stage import COMMAND, OFFERS, STUDY, Stage

CESSATION = NOW.date() - timedelta(days=130)
WORRY = "demo-anxiety"
SEVEN = ("edge", "start", "spin", "stop", "ease", "body", "dread")
TEXT = (instruments_dir() / "studies" / f"{STUDY}.toml").read_text("utf-8")
find = finder(instruments_dir())


@pytest.fixture(scope="module")
def clinic(shared_stage: Stage) -> Stage:
    """Shared by the stories that leave the study as it is."""
    return shared_stage


@pytest.fixture
def anna(clinic: Stage) -> str:
    code = f"P-{len(clinic.cessation) + 1:03d}"
    clinic.enrol(code, CESSATION)
    return code


# 13: the clinic's tablet


@dataclass(frozen=True)
class Hands:
    """The tablet of the clinic in her hands on day 84, at minutes after noon."""

    stage: Stage
    code: str
    token: str

    def at(self, minute: float) -> datetime:
        return self.stage.at(self.code, 84) + timedelta(minutes=minute)

    def looks(self, minute: float) -> Tablet | None:
        with self.stage.open() as connection:
            return handovers.tablet_of(connection, self.token, self.at(minute))

    def sends(self, number: int, minute: float) -> Outcome:
        """Hand in one form of Week 12; with the last of them the session is finished."""
        forms = self.stage.forms(self.code)
        moment = self.at(minute)
        said = self.stage.submission(self.code, forms[number], moment, moment, "clinic_tablet")
        with self.stage.open() as connection:
            tablet = handovers.tablet_of(connection, self.token, moment)
            assert tablet is not None
            who, key = tablet.person, self.stage.keyring.derived(OFFERS)
            outcome = responses.submit(connection, who.actor, who, said, key, moment)
            if not handovers.anything_open(connection, who, moment):
                handovers.finish(connection, who.actor, tablet, moment)
        return outcome


@pytest.fixture
def hands(clinic: Stage, anna: str) -> Hands:
    noon = clinic.at(anna, 84)
    with clinic.open() as connection:
        started = handovers.start(
            connection, clinic.hold(connection, anna, "bob"), clinic.keyring, noon
        )
        token = handovers.take(
            connection, Actor("anyone"), started.code, clinic.keyring, noon, source="192.0.2.1"
        )
    assert token is not None
    return Hands(clinic, anna, token)


def test_13_the_answers_on_the_tablet_are_her_own(hands: Hands, clinic: Stage, anna: str) -> None:
    outcomes = [hands.sends(number, 1) for number in range(4)]

    assert {one.receipt.disposition for one in outcomes} == {"in_window"}
    row_id = clinic.row_id(anna)
    with clinic.open() as connection:
        kept = connection.execute(select(response).where(response.c.participant_id == row_id)).all()
        told = handovers.rows_of(connection, clinic.hold(connection, anna))
    assert {one.mode for one in kept} == {"clinic_tablet"}
    assert {one.device_id for one in kept} == {told[0].device_id}
    finished = hands.looks(2)
    assert finished is not None
    assert finished.finished
    # Once the receipt can have arrived, the token opens nothing at all.
    assert hands.looks(4) is None


def test_13_five_minutes_without_a_touch_end_it(hands: Hands) -> None:
    assert hands.looks(4.9) is not None
    assert hands.looks(5.1) is None


def test_13_the_pages_of_the_staff_are_out_of_reach(hands: Hands, clinic: Stage) -> None:
    with clinic.open() as connection:
        assert sessions.staff_of(connection, hands.token, hands.at(1)) is None
        assert sessions.participant_of(connection, hands.token, hands.at(1)) is None


def test_13_nothing_is_handed_to_somebody_exempt(clinic: Stage) -> None:
    clinic.enrol("NO-ENGLISH", CESSATION, reads=False)
    with clinic.open() as connection:
        person = clinic.hold(connection, "NO-ENGLISH", "bob")
        with pytest.raises(ParticipantExempt, match="hand nothing over"):
            handovers.start(connection, person, clinic.keyring, clinic.at("NO-ENGLISH", 84))


# 14: skip and score


def worry(stage: Stage, code: str, answers: Mapping[str, Any], skipped: list[str]) -> str:
    """She answers Worry and tension on day 84; returns the response."""
    form = next(one for one in stage.forms(code) if one.questionnaire == WORRY)
    noon = stage.at(code, 84)
    said = replace(stage.submission(code, form, noon, noon), answers=answers, skipped=skipped)
    return stage.send(code, said, noon).receipt.id


def scored(stage: Stage, response_id: str) -> dict[str, tuple[float | None, int, int]]:
    with stage.open() as connection:
        found = scores.newest(connection, [response_id])[response_id]
    return {one.score: (one.value, one.n_answered, one.n_items) for one in found}


def item_rows(stage: Stage, code: str) -> dict[str, tuple[str, str, str]]:
    """What the file of items says about her Week 12: value, status and reason of each item."""
    with stage.open() as connection:
        table = exports.items(connection, stage.reach(connection), NOW)
        lines = list(csv.DictReader(io.StringIO("".join(csv_chunks(table.header, table.rows)))))
    return {
        line["item"]: (line["value"], line["item_status"], line["item_reason"])
        for line in lines
        if (line["participant"], line["timepoint"], line["questionnaire"]) == (code, "W12", WORRY)
    }


def test_14_four_of_seven_are_prorated_and_the_file_has_all_seven(clinic: Stage, anna: str) -> None:
    """2, 1, 3 and, turned round, 3 less 1: a mean of 2, so 14 of 21."""
    answers = {"edge": 2, "start": 1, "spin": 3, "ease": 1, "hard": 0}
    number = worry(clinic, anna, answers, ["stop", "body"])

    found = scored(clinic, number)
    assert found["worry_prorated"] == (14.0, 4, 7)
    assert found["worry_total"] == (None, 4, 7)
    rows = item_rows(clinic, anna)
    assert {item: rows[item] for item in SEVEN} == {
        "edge": ("2", "ANSWERED", ""),
        "start": ("1", "ANSWERED", ""),
        "spin": ("3", "ANSWERED", ""),
        "stop": ("", "NOT DONE", "prefers not to answer"),
        "ease": ("1", "ANSWERED", ""),
        "body": ("", "NOT DONE", "prefers not to answer"),
        "dread": ("", "NOT DONE", "left open"),
    }
    # Not hard at all, so nobody was asked whether she talked about it.
    assert rows["talked"] == rows["wants_call"] == ("", "BRANCHED OUT", "")


def test_14_three_of_seven_are_not_scored(clinic: Stage, anna: str) -> None:
    number = worry(clinic, anna, {"edge": 2, "start": 1, "spin": 3, "hard": 0}, ["stop"])

    assert scored(clinic, number)["worry_prorated"] == (None, 3, 7)
    rows = item_rows(clinic, anna)
    assert [rows[item][1] for item in SEVEN] == ["ANSWERED"] * 3 + ["NOT DONE"] * 4


# 15 and 16: with a study that is amended


@pytest.fixture
def stage(engine: Engine) -> Stage:
    return Stage(engine).set_up()


def amend(stage: Stage, moment: datetime, *changes: tuple[str, str]) -> None:
    """Plan and apply version 2 with these pieces replaced, effective that day."""
    text = TEXT
    for old, new in (('version = "1"', 'version = "2"'), *changes):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with stage.open() as connection:
        plan = amendments.planned(connection, STUDY, text, None, find, moment)
        assert plan.plan.touches_answered == 0
        amendments.apply(
            connection, COMMAND, STUDY, text, plan.effective_on, plan.digest, find, moment
        )


def report(stage: Stage, as_of: date, now: datetime) -> bytes:
    """Every figure of a report for that day, to the byte."""
    with stage.open() as connection:
        found = completion.report(
            connection, stage.reach(connection), Chosen(as_of=as_of), now, each_site=True
        )
    return repr((found.rates, found.by_site, found.retention)).encode()


def test_15_an_amendment_leaves_what_was_open_and_what_was_reported(stage: Stage) -> None:
    """On day 160 of one and day 130 of the other, Week 24 becomes three weeks wide each way."""
    stage.enrol("OPEN", CESSATION - timedelta(days=30))
    stage.enrol("AHEAD", CESSATION)
    stage.answer("AHEAD", 84)
    yesterday = NOW.date() - timedelta(days=1)
    before = report(stage, yesterday, NOW)

    amend(stage, NOW, ("half_width = 14", "half_width = 21"))

    assert {(form.opens, form.closes) for form in stage.forms("OPEN", "W24")} == {
        (stage.day("OPEN", 154), stage.day("OPEN", 182))
    }
    assert {(form.opens, form.closes) for form in stage.forms("AHEAD", "W24")} == {
        (stage.day("AHEAD", 147), stage.day("AHEAD", 189))
    }
    assert {(form.opens, form.closes) for form in stage.forms("AHEAD", "W12")} == {
        (stage.day("AHEAD", 70), stage.day("AHEAD", 98))
    }
    assert report(stage, yesterday, NOW) == before
    assert report(stage, yesterday, NOW + timedelta(days=90)) == before


def test_16_a_reminder_at_half_past_two_on_the_day_the_clock_changes_fires_once(
    stage: Stage,
) -> None:
    """On Lord Howe Island the clocks go from 02:00 to 02:30 on 4 October: two o'clock is 02:30."""
    opening, zone = date(2026, 10, 4), "Australia/Lord_Howe"
    due = datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    amend(
        stage, NOW, ("default_hour = 10", "default_hour = 2"),
        ("quiet_from = 21:00:00", "quiet_from = 12:00:00"),
        ("quiet_to = 08:00:00", "quiet_to = 13:00:00"),
    )  # fmt: skip
    eve = NewParticipant(
        "EVE", "S1", "stop", NOW.date(), zone, "en", True, "asked", False,
        {"cessation": opening - timedelta(days=70)}, "eve@example.org",
    )  # fmt: skip
    with stage.open() as connection:
        made = enrolment.enrol(connection, COMMAND, STUDY, eve, stage.keyring, NOW, code_minutes=10)
    assert local_time(due, zone) == datetime.combine(opening, time(2, 30))

    decided = []
    for minutes in (-30, -1, 0, 1, 29, 30, 31, 60):
        moment = due + timedelta(minutes=minutes)
        with stage.open() as connection:
            reminder_planning.replan(connection, [made.participant_id], moment)
            decided.append((minutes, reminder_queue.queue_due(connection, moment, 100).decided))
    assert [minutes for minutes, count in decided if count] == [0]
    with stage.open() as connection:
        (row,) = connection.execute(
            select(reminder).where(reminder.c.decided_at.is_not(None))
        ).all()
        # Her wish is kept as she told it, beside the instant at which it comes true.
        assert (row.due_at, row.local_wall, row.decision) == (due, f"{opening}T02:00", "queued")
        assert len(connection.execute(select(delivery)).all()) == 1
