"""Today over the API: what waits for a decision stands on the list of those who may decide."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from support.answering import ALICE, answers_of
from support.stage import STUDY
from support.visitors import Visitor, Visitors
from support.visitors import body as sent_by_phone

TODAY = f"/api/studies/{STUDY}/today"


@pytest.fixture
def proposed(visitors: Visitors) -> str:
    """Bob has proposed other answers than those that Alice sent; the response's number."""
    card = visitors.open_form()
    sent = sent_by_phone(card, answers=dict(visitors.stage.answers(card["questionnaire_sha"])))
    number = str(uuid4())
    assert visitors.alice.put(f"/api/me/responses/{number}", sent).status_code == 201
    other = {"answers": answers_of(visitors, sent, 1), "skipped": [], "reason": "Misread"}
    answer = visitors.bob.post(f"{ALICE}/responses/{number}/corrections", other)
    assert answer.status_code == 201, answer.json
    return number


def corrections(visitor: Visitor) -> list[dict[str, Any]]:
    answer = visitor.get(TODAY)
    assert answer.status_code == 200
    return [row for row in answer.json["rows"] if row["kind"] == "correction"]


def test_a_proposed_correction_stands_on_the_list_with_its_act(
    visitors: Visitors, proposed: str
) -> None:
    (row,) = corrections(visitors.erin)

    assert (row["participant"], row["since"]) == ("P-001", "2026-06-15")
    assert row["why"] == "Week 12: a correction of an answer waits for a colleague."
    assert row["action"]["verb"] == "decide_correction"
    assert row["action"]["response_ids"] == [proposed]


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.usefixtures("proposed")
def test_it_leaves_the_list_once_decided(visitors: Visitors, accept: bool) -> None:
    (row,) = corrections(visitors.erin)
    number = row["action"]["correction_id"]

    decided = visitors.erin.post(
        f"{ALICE}/corrections/{number}/decision", {"accept": accept, "reason": "Seen the sheet"}
    )

    assert decided.status_code == 200, decided.json
    assert corrections(visitors.erin) == []


@pytest.mark.usefixtures("proposed")
def test_another_site_has_no_such_row(visitors: Visitors) -> None:
    assert corrections(visitors.dana) == []
    assert visitors.dana.get(f"{TODAY}?site=S1").status_code == 404
