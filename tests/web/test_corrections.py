"""Corrections: asked for with a reason, decided by somebody else, the original always kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import exc, text, update

from sayso.store.engine import transaction
from sayso.store.tables_entries import correction, second_typing, staff_entry
from support.answering import ALICE, answers_of, entry, of_response, page, slug, trail
from support.visitors import Visitors
from support.visitors import body as sent_by_phone

WHY = "She meant the line below"


@pytest.fixture
def sent(visitors: Visitors) -> dict[str, Any]:
    """Answers that Alice's phone has sent; the first option everywhere."""
    card = visitors.open_form()
    found = sent_by_phone(card, answers=dict(visitors.stage.answers(card["questionnaire_sha"])))
    found["id"] = str(uuid4())
    path = f"/api/me/responses/{found['id']}"
    told = {name: value for name, value in found.items() if name != "id"}
    assert visitors.alice.put(path, told).status_code == 201
    return found


@pytest.fixture
def other(visitors: Visitors, sent: dict[str, Any]) -> dict[str, Any]:
    """The second option everywhere."""
    return {"answers": answers_of(visitors, sent, 1), "skipped": [], "reason": WHY}


def asked_for(visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]) -> int:
    answer = visitors.bob.post(f"{ALICE}/responses/{sent['id']}/corrections", other)
    assert answer.status_code == 201, answer.json
    (one,) = of_response(answer.json, sent["id"])["corrections"]
    return int(one["id"])


def decide(visitors: Visitors, number: int, accept: bool, by: str = "erin") -> Any:
    visitors.clock.advance(timedelta(minutes=1))
    body = {"accept": accept, "reason": "Heard it on the telephone"}
    return getattr(visitors, by).post(f"{ALICE}/corrections/{number}/decision", body)


def test_a_request_changes_nothing_yet(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    before = of_response(page(visitors.bob), sent["id"])
    asked_for(visitors, sent, other)
    after = of_response(page(visitors.bob), sent["id"])

    (one,) = after["corrections"]
    assert (one["state"], one["reason"], one["proposed_by"]) == ("proposed", WHY, "Bob")
    assert not one["may_decide"]
    assert after["scores"] == before["scores"]
    assert after["scores_as_sent"] is None
    assert of_response(page(visitors.erin), sent["id"])["corrections"][0]["may_decide"]
    assert not of_response(page(visitors.max), sent["id"])["corrections"][0]["may_decide"]


def test_once_accepted_its_answers_are_scored_and_the_original_stays(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    before = of_response(page(visitors.bob), sent["id"])
    number = asked_for(visitors, sent, other)

    answer = decide(visitors, number, True)

    assert answer.status_code == 200
    after = of_response(answer.json, sent["id"])
    assert after["scores"] != before["scores"]
    assert after["scores_as_sent"] == before["scores"]
    assert before["scorings"] == [], "scored once, there is nothing to compare"
    first, second = after["scorings"]
    assert (first["scores"], second["scores"]) == (before["scores"], after["scores"])
    assert first["scored_at"] < second["scored_at"]
    assert first["rules_version"] == second["rules_version"]
    (one,) = after["corrections"]
    assert (one["state"], one["decided_by"]) == ("accepted", "Erin")
    assert one["decision_reason"] == "Heard it on the telephone"
    whole = visitors.bob.get(f"{ALICE}/responses/{sent['id']}").json
    assert whole["answers"] == sent["answers"]
    assert whole["standing"] == {"answers": other["answers"], "skipped": []}
    first = next(iter(sent["answers"]))
    change = whole["corrections"][0]["changes"][0]
    assert (change["item"], change["before"], change["after"]) == (
        first, sent["answers"][first], other["answers"][first],
    )  # fmt: skip
    assert change["text"]


def test_whether_and_when_it_came_is_not_touched(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    before = page(visitors.bob)
    decide(visitors, asked_for(visitors, sent, other), True)
    after = page(visitors.bob)

    assert after["forms"] == before["forms"]
    kept = ("authored_at", "received_at", "disposition", "answered", "applicable", "declined")
    one, two = of_response(before, sent["id"]), of_response(after, sent["id"])
    assert [one[name] for name in kept] == [two[name] for name in kept]


def test_a_refused_request_stays_on_record(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    before = of_response(page(visitors.bob), sent["id"])
    answer = decide(visitors, asked_for(visitors, sent, other), False)

    after = of_response(answer.json, sent["id"])
    assert [one["state"] for one in after["corrections"]] == ["refused"]
    assert after["scores"] == before["scores"]
    again = asked_again(visitors, sent, other)
    assert [one["state"] for one in again] == ["refused", "proposed"]


def asked_again(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> list[dict[str, Any]]:
    answer = visitors.bob.post(f"{ALICE}/responses/{sent['id']}/corrections", other)
    found: list[dict[str, Any]] = of_response(answer.json, sent["id"])["corrections"]
    return found


def test_the_author_can_take_it_back_but_not_accept_it(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    number = asked_for(visitors, sent, other)

    assert slug(decide(visitors, number, True, by="bob")) == "second-person-needed"
    answer = decide(visitors, number, False, by="bob")
    assert of_response(answer.json, sent["id"])["corrections"][0]["state"] == "refused"
    assert slug(decide(visitors, number, True)) == "already-settled"


def test_one_request_waits_at_a_time(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    asked_for(visitors, sent, other)
    answer = visitors.erin.post(f"{ALICE}/responses/{sent['id']}/corrections", other)

    assert slug(answer) == "already-recorded"


def test_a_second_correction_starts_from_the_first(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    decide(visitors, asked_for(visitors, sent, other), True)
    same = visitors.bob.post(f"{ALICE}/responses/{sent['id']}/corrections", other)
    assert slug(same) == "nothing-to-correct"
    back = other | {"answers": sent["answers"]}

    second = asked_again(visitors, sent, back)[-1]
    answer = decide(visitors, second["id"], True)

    found = of_response(answer.json, sent["id"])
    assert found["scores"] == found["scores_as_sent"]
    whole = visitors.bob.get(f"{ALICE}/responses/{sent['id']}").json
    assert whole["standing"]["answers"] == sent["answers"]
    assert whole["corrections"][1]["changes"][0]["before"] is not None


def test_what_does_not_fit_the_questionnaire_is_refused(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    path = f"{ALICE}/responses/{sent['id']}/corrections"
    first = next(iter(sent["answers"]))
    wrong = other | {"answers": {first: "no such answer"}}

    answer = visitors.bob.post(path, wrong)

    assert slug(answer) == "answers-malformed"
    assert first in answer.json["detail"]
    assert slug(visitors.bob.post(path, other | {"reason": ""})) == "invalid"
    gone = visitors.bob.post(f"{ALICE}/responses/{uuid4()}/corrections", other)
    assert slug(gone) == "not-found"


def test_the_trail_names_people_and_items_but_no_answers(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    decide(visitors, asked_for(visitors, sent, other), True)
    told = {event["action"]: event for event in trail(visitors.bob)}

    assert told["correction.proposed"]["reason"] == WHY
    assert told["correction.proposed"]["after"]["items"] == list(sent["answers"])
    assert told["correction.accepted"]["actor"] == "Erin"
    assert "answers" not in told["correction.accepted"]["after"]


def test_looking_at_answers_is_on_record(visitors: Visitors, sent: dict[str, Any]) -> None:
    assert visitors.max.get(f"{ALICE}/responses/{sent['id']}").status_code == 200

    assert trail(visitors.bob)[0]["action"] == "answers.viewed"
    assert visitors.dana.get(f"{ALICE}/responses/{sent['id']}").status_code == 404


def test_nobody_elsewhere_decides(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any]
) -> None:
    number = asked_for(visitors, sent, other)

    assert decide(visitors, number, True, by="dana").status_code == 404
    elsewhere = f"{ALICE.replace('P-001', 'P-200')}/corrections/{number}/decision"
    body = {"accept": True, "reason": "A look"}
    assert visitors.ada.post(elsewhere, body).status_code == 404


@pytest.mark.parametrize("what", ["entry", "typing", "request"])
def test_what_was_entered_is_never_rewritten_or_removed(
    visitors: Visitors, sent: dict[str, Any], other: dict[str, Any], what: str
) -> None:
    asked_for(visitors, sent, other)
    paper = entry(visitors, number=0)
    visitors.bob.post(f"{ALICE}/entries", paper)
    visitors.erin.post(
        f"{ALICE}/entries/{paper['id']}/verification", {"answers": {}, "skipped": []}
    )
    rewritten = {
        "entry": update(staff_entry).values(administered_by=visitors.stage.staff_ids["ada"]),
        "typing": update(second_typing).values(answers={}, items=["other"]),
        "request": update(correction).values(reason="Another"),
    }[what]

    for statement in (rewritten, text(f"DELETE FROM {rewritten.table}")):
        with pytest.raises(exc.IntegrityError), transaction(visitors.stage.engine) as connection:
            connection.execute(statement)
