"""The page about one participant: the state it names, and what it keeps closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from sayso.domain.errors import ChangedMeanwhile, NotFound
from sayso.services import access, audit, contacts, participant_view, visits
from sayso.services.participant_view import etag, revision_of
from support.at_once import at_once
from support.stage import Stage

P = "P-001"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(P, date(2026, 3, 20), email="alice@example.org")
    return stage


@pytest.fixture
def moment(stage: Stage) -> datetime:
    return stage.at(P, 84)


def look(stage: Stage, name: str, moment: datetime, code: str = P) -> dict[str, Any]:
    with stage.open() as connection:
        within = stage.reach(connection, name)
        return participant_view.view(connection, within, code, stage.keyring, moment)


def looks(stage: Stage) -> list[int | None]:
    with stage.open() as connection:
        return [one.actor.id for one in audit.events(connection) if one.action == "identity.viewed"]


def talk(stage: Stage, moment: datetime, note: str | None) -> None:
    with stage.open() as connection:
        contacts.record(
            connection, stage.keyring, stage.hold(connection, P, "bob"), moment.date(), "call",
            "spoke", False, note, moment,
        )  # fmt: skip


@given(st.integers(1, 10**18), st.integers(0, 10**8))
def test_every_state_can_be_named_and_read_back(participant_id: int, revision: int) -> None:
    assert revision_of(etag(participant_id, revision)) == revision
    assert revision_of(f" W/{etag(participant_id, revision)} ") == revision


@given(st.text())
def test_no_text_at_all_is_more_than_no_state(text: str) -> None:
    found = revision_of(text)

    assert found is None or found >= 0


@pytest.mark.parametrize("name", ["bob", "erin", "ada"])
def test_who_acts_sees_how_to_reach_her_and_is_on_record(
    stage: Stage, moment: datetime, name: str
) -> None:
    assert look(stage, name, moment)["contact_details"]["email"] == "alice@example.org"
    assert looks(stage) == [stage.staff_ids[name]]


def test_who_only_reads_sees_the_study_and_nothing_that_names_her(
    stage: Stage, moment: datetime
) -> None:
    talk(stage, moment, "Her son Joe answered.")
    page = look(stage, "max", moment)

    assert page["contact_details"] is None
    assert [one["note"] for one in page["contacts"]] == [None]
    assert "Joe" not in str(page)
    assert "alice@example.org" not in str(page)
    assert page["forms"]
    assert looks(stage) == []


def test_another_site_finds_nobody_and_leaves_no_trace(stage: Stage, moment: datetime) -> None:
    with pytest.raises(NotFound, match="P-001"):
        look(stage, "dana", moment)
    assert looks(stage) == []


def test_answers_are_not_part_of_the_page_but_scores_are(stage: Stage, moment: datetime) -> None:
    stage.answer(P, 83)
    page = look(stage, "bob", moment)

    assert all("answers" not in one for one in page["responses"])
    assert any(one["scores"] for one in page["responses"])


def test_asking_for_the_phones_alone_opens_nothing(stage: Stage, moment: datetime) -> None:
    with stage.open() as connection:
        within = stage.reach(connection, "bob")
        found = participant_view.phones(connection, within, P, moment)

    assert [phone["label"] for phone in found["devices"]] == ["Phone"]
    assert looks(stage) == []


def test_of_two_changes_to_the_same_state_one_is_made(stage: Stage, moment: datetime) -> None:
    seen = revision_of(look(stage, "bob", moment)["etag"])

    def attend(number: int) -> str:
        with stage.open() as connection:
            within = stage.reach(connection, ("bob", "erin")[number])
            try:
                person = access.hold(connection, within, P, seen)
            except ChangedMeanwhile:
                return "look again"
            visits.record(connection, person, "W12", moment.date(), "clinic", moment)
            return "made"

    assert sorted(at_once(attend, 2)) == ["look again", "made"]
    assert len(look(stage, "bob", moment)["visits"]) == 1


def test_every_change_is_another_state(stage: Stage, moment: datetime) -> None:
    before = look(stage, "bob", moment)["etag"]
    same = look(stage, "erin", moment)["etag"]
    talk(stage, moment, None)

    assert before == same != look(stage, "bob", moment)["etag"]
