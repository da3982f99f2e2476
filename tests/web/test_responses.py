"""A participant's answers are never refused, never lost, never counted twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from sayso.services import audit
from sayso.store.tables_forms import draft, response, response_conflict, score
from sayso.store.tables_messages import audit_event
from support.stage import STUDY
from support.statements import counted
from support.visitors import Visitors, body


def rows(visitors: Visitors, table: Any) -> list[Any]:
    with visitors.stage.open() as connection:
        return list(connection.execute(select(table)))


def test_a_response_is_stored_and_gets_a_receipt(visitors: Visitors) -> None:
    card, response_id = visitors.open_form(), uuid4()

    answer = visitors.alice.put(f"/api/me/responses/{response_id}", body(card))

    assert answer.status_code == 201
    assert answer.json["id"] == str(response_id)
    assert answer.json["disposition"] == "in_window"
    assert answer.json["received_at"] == "2026-06-15T15:00:00Z"
    assert len(answer.json["code"]) == 7
    [row] = rows(visitors, response)
    assert row.expected_form_id == card["id"]
    assert row.authored_offset_minutes == -240


def test_the_same_again_gets_the_same_receipt(visitors: Visitors) -> None:
    card, response_id = visitors.open_form(), uuid4()
    first = visitors.alice.put(f"/api/me/responses/{response_id}", body(card))
    visitors.clock.advance(timedelta(hours=2))

    later = body(card, sent_at="2026-06-15T17:00:00Z", app_build="1.0.1")
    again = visitors.alice.put(f"/api/me/responses/{response_id}", later)

    assert (again.status_code, again.json) == (200, first.json)
    assert len(rows(visitors, response)) == 1


def test_other_answers_under_the_same_number_are_kept_for_the_site(visitors: Visitors) -> None:
    card, response_id = visitors.open_form(), uuid4()
    visitors.alice.put(f"/api/me/responses/{response_id}", body(card, answers={"h1": 1}))

    for _ in range(2):
        other = visitors.alice.put(
            f"/api/me/responses/{response_id}", body(card, answers={"h1": 2})
        )
        assert (other.status_code, other.json["slug"]) == (409, "response-id-reused")

    [kept] = rows(visitors, response_conflict)
    assert kept.body["answers"] == {"h1": 2}
    [original] = rows(visitors, response)
    assert original.answers == {"h1": 1}


def test_a_number_of_somebody_else_tells_nothing(visitors: Visitors) -> None:
    response_id = uuid4()
    visitors.alice.put(f"/api/me/responses/{response_id}", body(visitors.open_form("alice")))

    answer = visitors.amy.put(f"/api/me/responses/{response_id}", body(visitors.open_form("amy")))

    assert answer.status_code == 409
    [kept] = rows(visitors, response_conflict)
    assert kept.participant_id == visitors.row_id("amy")


def test_a_second_body_is_on_record_once(visitors: Visitors) -> None:
    card, response_id = visitors.open_form(), uuid4()
    visitors.alice.put(f"/api/me/responses/{response_id}", body(card, answers={"h1": 1}))

    for _ in range(2):
        visitors.alice.put(f"/api/me/responses/{response_id}", body(card, answers={"h1": "canary"}))

    kept = select(audit_event).where(audit_event.c.action == "response.conflict-kept")
    with visitors.stage.open() as connection:
        [event] = connection.execute(kept).all()
    assert event.subject == f"response/{response_id}"
    assert (event.participant_id, event.actor_kind) == (visitors.row_id("alice"), "participant")
    assert "canary" not in str(event.details)


def test_each_site_decides_about_its_own_participants_answers_only(visitors: Visitors) -> None:
    """Amy's phone used the number of Alice's response: S1 must not settle what S2 looks at."""
    response_id = uuid4()
    visitors.alice.put(f"/api/me/responses/{response_id}", body(visitors.open_form("alice")))
    visitors.amy.put(f"/api/me/responses/{response_id}", body(visitors.open_form("amy")))
    decision = {"accept": True, "reason": "She sent it"}
    path = f"/api/studies/{STUDY}/participants/{{}}/conflicts/{response_id}/resolution"

    not_theirs = visitors.bob.post(path.format("P-001"), decision)
    theirs = visitors.dana.post(path.format("P-200"), decision)

    assert (not_theirs.status_code, not_theirs.json["slug"]) == (422, "already-settled")
    assert theirs.status_code == 200
    [kept] = rows(visitors, response_conflict)
    assert (kept.resolution, kept.resolved_by) == ("accepted", visitors.stage.staff_ids["dana"])
    [original] = rows(visitors, response)
    assert original.conflict_resolution is None


def test_a_second_response_to_the_same_form_is_a_duplicate(visitors: Visitors) -> None:
    card = visitors.open_form()
    visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))

    second = visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))

    assert (second.status_code, second.json["disposition"]) == (201, "duplicate")
    assert sorted(row.disposition for row in rows(visitors, response)) == [
        "duplicate",
        "in_window",
    ]


@pytest.mark.parametrize("form_id", [None, 999_999])
def test_answers_to_no_form_of_hers_are_unexpected(visitors: Visitors, form_id: int | None) -> None:
    card = visitors.open_form() | {"id": form_id}

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))

    assert (answer.status_code, answer.json["disposition"]) == (201, "unexpected")
    [row] = rows(visitors, response)
    assert row.expected_form_id is None


def test_answers_to_somebody_elses_form_do_not_touch_it(visitors: Visitors) -> None:
    foreign = visitors.open_form("amy")

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", body(foreign))

    assert answer.json["disposition"] == "unexpected"
    assert visitors.open_form("amy")["state"] == "open"


def test_answers_that_come_after_the_window_are_late(visitors: Visitors) -> None:
    card = visitors.open_form()
    visitors.clock.advance(timedelta(days=20))
    said = body(card, authored_at="2026-07-05T10:59:00-04:00", sent_at="2026-07-05T15:00:00Z")

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", said)

    assert (answer.status_code, answer.json["disposition"]) == (201, "late")


def test_answered_offline_in_the_window_and_sent_later_is_in_the_window(
    visitors: Visitors,
) -> None:
    card = visitors.open_form()
    visitors.clock.advance(timedelta(days=20))

    answer = visitors.alice.put(
        f"/api/me/responses/{uuid4()}", body(card, sent_at="2026-07-05T15:00:00Z")
    )

    assert answer.json["disposition"] == "in_window"
    [row] = rows(visitors, response)
    assert row.offered_at == visitors.clock.now() - timedelta(days=20)


def test_a_phone_five_days_slow_leaves_the_time_to_staff(visitors: Visitors) -> None:
    card = visitors.open_form() | {"offer_token": None}
    visitors.clock.advance(timedelta(days=16))
    said = body(card, authored_at="2026-06-26T10:59:00-04:00", sent_at="2026-06-26T15:00:00Z")

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", said)

    assert (answer.status_code, answer.json["disposition"]) == (201, "time_disputed")
    [row] = rows(visitors, response)
    assert row.skew_seconds == pytest.approx(-timedelta(days=5).total_seconds())


@pytest.mark.parametrize("token", ["", "made-up", "1.2.3.4.5.AAAA", "x" * 150])
def test_a_token_that_we_did_not_sign_proves_nothing(visitors: Visitors, token: str) -> None:
    card = visitors.open_form()

    answer = visitors.alice.put(
        f"/api/me/responses/{uuid4()}", body(card, offer_token=token or None)
    )

    assert answer.status_code == 201
    [row] = rows(visitors, response)
    assert row.offered_at is None


def test_a_token_for_another_form_proves_nothing(visitors: Visitors) -> None:
    first, second = visitors.open_form(number=0), visitors.open_form(number=1)

    visitors.alice.put(
        f"/api/me/responses/{uuid4()}", body(first, offer_token=second["offer_token"])
    )

    [row] = rows(visitors, response)
    assert row.offered_at is None


def test_answers_that_do_not_fit_are_kept_with_what_is_odd_about_them(visitors: Visitors) -> None:
    strange = {"no-such-item": {"deep": [1, None, "\u0000"]}, "another": 1e300}
    card = visitors.open_form()

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card, answers=strange))

    assert answer.status_code == 201
    [row] = rows(visitors, response)
    assert row.answers == strange
    assert ["no-such-item", "unknown-item"] in row.problems


def test_half_an_emoji_costs_nobody_an_answer(visitors: Visitors) -> None:
    """A field with a length limit can cut a text between the two halves of one character."""
    card, response_id = visitors.open_form(), uuid4()
    said = body(card, answers={"note": "tired \ud83d", "list": ["\ude00"], "whole": "\U0001f600"})

    answers = [visitors.alice.put(f"/api/me/responses/{response_id}", said) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    [row] = rows(visitors, response)
    assert row.answers == {"note": "tired \ufffd", "list": ["\ufffd"], "whole": "\U0001f600"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answers", None), ("answers", [1]), ("skipped", "all"), ("questionnaire_sha", "abc"),
        ("authored_at", "yesterday"), ("authored_at", "2026-06-15T10:59:00"), ("attested", False),
        ("attested", "yes"), ("mode", "paper"), ("expected_form_id", "1"), ("sent_at", 5),
    ],
)  # fmt: skip
def test_what_is_no_response_at_all_is_refused_by_field(
    visitors: Visitors, field: str, value: Any
) -> None:
    said = body(visitors.open_form(), **{field: value})

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", said)

    assert (answer.status_code, answer.json["slug"]) == (422, "invalid")
    assert list(answer.json["errors"]) == [field]
    assert rows(visitors, response) == []


def test_a_questionnaire_that_nobody_published_cannot_be_answered(visitors: Visitors) -> None:
    said = body(visitors.open_form(), questionnaire_sha="0" * 64)

    answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", said)

    assert (answer.status_code, answer.json["slug"]) == (422, "answers-malformed")


def test_a_field_of_a_newer_app_is_left_aside(visitors: Visitors) -> None:
    said = body(visitors.open_form(), battery="low")

    assert visitors.alice.put(f"/api/me/responses/{uuid4()}", said).status_code == 201


def test_the_draft_goes_with_the_response_it_became(visitors: Visitors) -> None:
    card = visitors.open_form()
    saved: dict[str, Any] = {
        "answers": {"h1": 1},
        "skipped": [],
        "at_item": None,
        "saved_at": "2026-06-15T14:00Z",
    }
    visitors.alice.put(f"/api/me/forms/{card['id']}/draft", saved)
    assert len(rows(visitors, draft)) == 1

    visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card))

    assert rows(visitors, draft) == []


def test_scores_are_kept_with_their_rule(visitors: Visitors) -> None:
    card = visitors.open_form()
    answers = dict(visitors.stage.answers(card["questionnaire_sha"]))

    visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card, answers=answers))

    kept = rows(visitors, score)
    assert {row.score for row in kept if row.value is not None}
    assert all(0 < row.n_answered <= row.n_items and len(row.rule_sha256) == 64 for row in kept)
    [row] = rows(visitors, response)
    assert row.scorable
    assert 0 < row.answered <= row.applicable


def test_what_was_not_answered_is_counted(visitors: Visitors) -> None:
    card = visitors.open_form()
    first = visitors.stage.questionnaire(card["questionnaire_sha"]).items_in_order()[0]

    visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card, skipped=[first.id]))

    [row] = rows(visitors, response)
    assert (row.answered, row.declined) == (0, 1)
    assert not row.scorable


def test_the_audit_trail_names_the_phone_but_not_the_answers(visitors: Visitors) -> None:
    response_id = uuid4()
    answer = visitors.alice.put(
        f"/api/me/responses/{response_id}", body(visitors.open_form(), answers={"h1": "canary"})
    )

    with visitors.stage.open() as connection:
        event = connection.execute(
            select(audit_event).where(audit_event.c.action == "response.received")
        ).one()
        assert list(audit.chain_faults(connection)) == []
    assert event.subject == f"response/{response_id}"
    assert event.actor_kind == "participant"
    assert event.device_id is not None
    assert event.request_id == answer.headers["X-Request-Id"]
    assert "canary" not in str(event.details)


def test_saving_takes_few_statements_however_long_the_form(visitors: Visitors) -> None:
    sent = []
    for number in range(4):
        card = visitors.open_form()
        answers = dict(visitors.stage.answers(card["questionnaire_sha"]))
        draft_of = {"answers": answers, "skipped": [], "saved_at": "2026-06-15T14:00:00Z"}
        visitors.alice.put(f"/api/me/forms/{card['id']}/draft", draft_of)
        with counted(visitors.stage.engine) as statements:
            answer = visitors.alice.put(f"/api/me/responses/{uuid4()}", body(card, answers=answers))
        assert answer.status_code == 201, number
        # The first request of a process also reads the study or a questionnaire, once.
        sent.append(sum("document" not in statement for statement in statements))
    assert max(sent) <= 8, sent
    assert sent[0] == sent[1] == sent[2]


def test_how_many_statements_a_repeat_takes(visitors: Visitors) -> None:
    card, response_id = visitors.open_form(), uuid4()
    visitors.alice.put(f"/api/me/responses/{response_id}", body(card))

    with counted(visitors.stage.engine) as statements:
        visitors.alice.put(f"/api/me/responses/{response_id}", body(card))

    assert len(statements) == 2


def test_every_response_has_one_event(visitors: Visitors) -> None:
    for number in range(4):
        visitors.alice.put(f"/api/me/responses/{uuid4()}", body(visitors.open_form(), skipped=[]))
        with visitors.stage.open() as connection:
            events = connection.execute(
                select(func.count())
                .select_from(audit_event)
                .where(audit_event.c.action == "response.received")
            ).scalar_one()
        assert events == number + 1
