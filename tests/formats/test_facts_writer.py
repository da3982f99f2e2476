"""Facts written as a file and read back are the same facts, as far as figures are concerned."""

from __future__ import annotations

from typing import Any

from sayso.domain.evaluation import assess
from sayso.domain.participation import ContactFact, Facts, VisitFact
from sayso.domain.study import StudyVersion
from sayso.formats import facts_json, facts_writer
from support.golden import golden_document
from support.people import answers, at, day, event, exempt, person, reason, stop_study


def read_back(facts: Facts) -> Facts:
    (found,) = facts_json.parse(facts_writer.document([facts]), "facts")
    return found


def full() -> Facts:
    return person(
        exemptions=(exempt(start=200, recorded=210, approved=211),),
        events=(event("progression", 75), event("restart_after_progression", 79, recorded=82)),
        responses=(answers(84, received=90, skew_seconds=12.5, offered_at=at(80), scorable=True),),
        missing_reasons=(reason("too_ill", "W24", recorded=190),),
        visits=(VisitFact("W12", day(84), "clinic", at(84)), VisitFact(None, day(90), "home")),
        contacts=(ContactFact(day(50), at(50)),),
    )


def test_nothing_that_counts_is_lost_on_the_way() -> None:
    facts = full()
    again = read_back(facts)

    for name in ("code", "arm", "site", "zone", "enrolled", "events", "responses", "visits"):
        assert getattr(again, name) == getattr(facts, name), name
    assert again.missing_reasons == facts.missing_reasons
    assert again.contacts == facts.contacts
    assert again.anchor("cessation") == facts.anchor("cessation")


def test_statuses_come_out_the_same() -> None:
    study = stop_study()
    history = (StudyVersion(study),)
    for number in (0, 85, 130, 215, 400):
        before = assess(history, full(), at(number), study.rules)
        after = assess(history, read_back(full()), at(number), study.rules)
        assert after.statuses == before.statuses
        assert after.forms == before.forms


def test_the_golden_people_survive_a_round_trip() -> None:
    people = facts_json.parse(golden_document(), "golden")
    again = facts_json.parse(facts_writer.document(people), "again")
    assert [one.code for one in again] == [one.code for one in people]
    assert [one.responses for one in again] == [one.responses for one in people]


def test_answers_to_nothing_that_was_expected_stay_out() -> None:
    stray = person(responses=(answers(84, timepoint=""),))
    document: dict[str, Any] = facts_writer.document([stray])
    assert document["participants"][0]["responses"] == []
