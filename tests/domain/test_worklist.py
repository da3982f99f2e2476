"""Whom to call today: each rule of the list, told as what happened to one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.domain.worklist import (
    ORDER,
    Case,
    Doubt,
    Form,
    Limits,
    PaperForm,
    PlannedVisit,
    Proposal,
    Row,
    rows_of,
    worklist,
)

TODAY = date(2026, 6, 15)
LIMITS = Limits()
WELL = Case(
    participant="P-001",
    site="S1",
    arm="stop",
    today=TODAY,
    enrolled=TODAY - timedelta(days=200),
    off=False,
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def form(number: int = 1, **changes: object) -> Form:
    plain = Form(
        id=number,
        timepoint="W12",
        label="Week 12",
        title="Everyday strain",
        status="open",
        opens=ago(5),
        closes=TODAY + timedelta(days=20),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def one(case: Case) -> Row:
    rows = list(rows_of(case, LIMITS))
    assert len(rows) == 1, rows
    return rows[0]


def kinds(case: Case) -> list[str]:
    return [row.kind for row in rows_of(case, LIMITS)]


def test_nobody_is_on_the_list_without_a_cause() -> None:
    assert kinds(WELL) == []


def test_three_silent_days_put_a_person_on_the_list() -> None:
    row = one(replace(WELL, forms=(form(1), form(2))))
    assert row.kind == "silent"
    assert row.why == "Week 12: two forms open, nothing received for 5 days."
    assert row.action.verb == "record_contact"
    assert row.action.form_ids == (1, 2)
    assert row.due == TODAY + timedelta(days=20)


def test_two_silent_days_do_not() -> None:
    assert kinds(replace(WELL, forms=(form(opens=ago(2)),))) == []


def test_nobody_is_silent_before_being_asked() -> None:
    enrolled_today = replace(WELL, enrolled=TODAY, forms=(form(opens=ago(14)),))
    assert kinds(enrolled_today) == []


def test_somebody_who_has_begun_is_left_alone() -> None:
    assert kinds(replace(WELL, forms=(form(1, status="received"), form(2)))) == []


def test_until_the_window_is_about_to_close() -> None:
    closes = TODAY + timedelta(days=1)
    case = replace(WELL, forms=(form(1, status="received"), form(2, closes=closes)))
    row = one(case)
    assert row.kind == "closing"
    assert row.why == "Week 12: one form open, closes tomorrow."


def test_a_window_that_closes_today_is_said_to_close_today() -> None:
    assert "closes today." in one(replace(WELL, forms=(form(closes=TODAY),))).why


def test_a_call_gives_some_days_of_peace() -> None:
    case = replace(WELL, forms=(form(),), contacts=(ago(1),))
    assert kinds(case) == []


def test_and_then_the_row_comes_back_and_says_when_the_last_call_was() -> None:
    row = one(replace(WELL, forms=(form(opens=ago(9)),), contacts=(ago(4),)))
    assert row.kind == "silent"
    assert row.why.endswith("Last contact 11 June 2026.")


def test_a_call_before_the_window_opened_says_nothing_about_this_form() -> None:
    assert kinds(replace(WELL, forms=(form(),), contacts=(ago(6),))) == ["silent"]


def test_a_call_yesterday_does_not_hide_the_last_day() -> None:
    case = replace(WELL, forms=(form(closes=TODAY),), contacts=(ago(1),))
    assert kinds(case) == ["closing"]


def test_unreachable_is_said_on_the_first_day() -> None:
    case = replace(
        WELL,
        forms=(form(opens=TODAY),),
        reachability="unreachable",
        reachability_why="the phone stopped answering.",
    )
    row = one(case)
    assert row.kind == "unreachable"
    assert row.why.endswith("messages do not arrive: the phone stopped answering.")


def test_a_reminder_that_did_not_get_through_is_said_on_the_same_day() -> None:
    opened = replace(WELL, forms=(form(opens=TODAY),), reachability="push_proven")
    assert kinds(opened) == []
    row = one(replace(opened, unreached=(("W12", TODAY),)))
    assert (row.kind, row.since, row.action.verb) == ("unreachable", TODAY, "record_contact")
    assert row.why == (
        "Week 12: one form open, and the reminder of 15 June 2026 did not get through."
    )


def test_a_reminder_that_did_not_get_through_says_nothing_of_another_timepoint() -> None:
    case = replace(WELL, forms=(form(opens=TODAY),), unreached=(("W24", TODAY),))
    assert kinds(case) == []
    answered = replace(WELL, forms=(form(status="received"),), unreached=(("W12", TODAY),))
    assert kinds(answered) == []


def test_a_call_takes_what_did_not_get_through_off_the_list_for_three_days() -> None:
    case = replace(WELL, forms=(form(opens=ago(6)), form(2, status="received")))
    case = replace(case, unreached=(("W12", ago(4)),))
    assert kinds(replace(case, contacts=(ago(2),))) == []
    row = one(replace(case, contacts=(ago(3),)))
    assert row.why.endswith("of 11 June 2026 did not get through. Last contact 12 June 2026.")
    # Somebody who has begun is not silent, and is called all the same.
    assert kinds(case) == ["unreachable"]


def test_who_asked_for_a_call_is_first() -> None:
    asked = replace(WELL, participant="P-002", call_requested_on=ago(0))
    late = replace(WELL, forms=(form(closes=TODAY),))
    rows = worklist([late, asked], LIMITS)
    assert [row.participant for row in rows] == ["P-002", "P-001"]
    assert rows[0].why == "Asked for a call on 15 June 2026."


def test_missing_without_reason_is_asked_for_once_for_each_timepoint() -> None:
    gone = {"status": "missing", "opens": ago(60), "closes": ago(32), "needs_reason": True}
    row = one(replace(WELL, forms=(form(1, **gone), form(2, **gone))))
    assert row.kind == "reason_needed"
    assert row.action.verb == "code_reason"
    assert row.action.form_ids == (1, 2)
    assert row.since == ago(31)


def test_a_missing_form_with_a_reason_is_settled() -> None:
    assert kinds(replace(WELL, forms=(form(status="missing", closes=ago(3)),))) == []


def test_reasons_are_still_owed_for_somebody_who_has_died() -> None:
    gone = form(status="missing", closes=ago(3), needs_reason=True)
    assert kinds(replace(WELL, off=True, forms=(gone,))) == ["reason_needed"]


def test_nobody_calls_the_dead() -> None:
    case = replace(
        WELL,
        off=True,
        forms=(form(),),
        call_requested_on=ago(2),
        unsent=3,
        unsent_since=ago(9),
        visits=(PlannedVisit("W12", "Week 12", ago(5), TODAY),),
    )
    assert kinds(case) == []


def test_who_wants_no_contact_is_not_called_but_the_visit_is_still_recorded() -> None:
    case = replace(
        WELL,
        no_contact=True,
        forms=(form(closes=TODAY),),
        call_requested_on=TODAY,
        visits=(PlannedVisit("W12", "Week 12 visit", ago(5), TODAY),),
    )
    assert kinds(case) == ["visit_due"]


def test_a_lost_person_stays_on_the_list_until_the_reason_is_known() -> None:
    gone = form(status="missing", closes=ago(3), needs_reason=True)
    row = one(replace(WELL, lost=True, forms=(gone,)))
    assert row.why.endswith("Lost to follow-up.")


def test_visits_of_exempt_people_are_on_the_list_like_any_others() -> None:
    exempt = form(status="exempt", closes=TODAY + timedelta(days=3))
    visit = PlannedVisit("W12", "Week 12 visit", ago(20), TODAY + timedelta(days=3))
    row = one(replace(WELL, forms=(exempt,), visits=(visit,)))
    assert row.kind == "visit_due"
    assert row.why == "Week 12 visit is due by 18 June 2026 and is not recorded."
    assert row.action.timepoint == "W12"


def test_a_visit_far_ahead_or_long_past_is_not_for_today() -> None:
    ahead = PlannedVisit("W24", "Week 24", ago(2), TODAY + timedelta(days=20))
    future = PlannedVisit("W36", "Week 36", TODAY + timedelta(days=1), TODAY + timedelta(days=5))
    past = PlannedVisit("W05", "Week 5", ago(60), ago(31))
    assert kinds(replace(WELL, visits=(ahead, future, past))) == []


def test_a_visit_that_was_due_last_week_is_said_to_be_overdue() -> None:
    row = one(replace(WELL, visits=(PlannedVisit("W05", "Week 5 visit", ago(14), ago(7)),)))
    assert row.why == "Week 5 visit was due by 8 June 2026 and is not recorded."


def test_a_disputed_time_and_a_conflict_name_what_to_decide() -> None:
    case = replace(
        WELL,
        doubts=(
            Doubt("r1", "time_disputed", "Week 12", ago(1)),
            Doubt("r2", "duplicate", "Week 12", ago(2)),
            Doubt("r3", "unexpected", "Week 24", ago(2)),
            Doubt("r4", "response-id-reused", "Week 24", ago(2)),
        ),
    )
    rows = list(rows_of(case, LIMITS))
    assert [row.action.verb for row in rows] == ["resolve_time"] + ["resolve_conflict"] * 3
    assert [row.action.response_ids for row in rows] == [("r1",), ("r2",), ("r3",), ("r4",)]


def test_a_pack_that_came_twice_is_one_row_and_one_decision() -> None:
    case = replace(
        WELL,
        doubts=(
            Doubt("r1", "duplicate", "Week 12", ago(1)),
            Doubt("r2", "duplicate", "Week 12", ago(3)),
            Doubt("r3", "duplicate", "Week 24", ago(1)),
        ),
    )
    first, second = rows_of(case, LIMITS)
    assert first.action.response_ids == ("r1", "r2")
    assert first.since == ago(3)
    assert (
        first.why == "Week 12 (two forms): answered a second time; the first one received counts."
    )
    assert second.action.response_ids == ("r3",)


def test_an_exemption_that_waits_for_a_second_person_is_shown() -> None:
    row = one(replace(WELL, waiting_exemptions=((7, ago(1)),)))
    assert (row.kind, row.action.exemption_id) == ("exemption_approval", 7)


def test_answers_that_sit_on_a_phone_for_a_day_are_worth_a_call() -> None:
    case = replace(WELL, unsent=2, unsent_since=ago(3))
    row = one(case)
    assert row.why == "The phone holds two forms that have not been sent since 12 June 2026."
    assert kinds(replace(case, unsent_since=TODAY)) == []


@pytest.mark.parametrize(
    ("called", "found"),
    [
        # Before anybody could know of the answers.
        ((ago(9),), ["unsent_answers"]),
        ((ago(8),), ["unsent_answers"]),
        ((TODAY,), []),
        ((ago(7), ago(2)), []),
        ((ago(3),), ["unsent_answers"]),
    ],
)
def test_a_call_about_unsent_answers_rests_the_row_for_some_days(
    called: tuple[date, ...], found: list[str]
) -> None:
    assert kinds(replace(WELL, unsent=1, unsent_since=ago(8), contacts=called)) == found


def test_the_row_of_unsent_answers_says_when_somebody_last_called() -> None:
    row = one(replace(WELL, unsent=1, unsent_since=ago(8), contacts=(ago(5), ago(6))))
    assert row.why.endswith("since 7 June 2026. Last contact 10 June 2026.")


def _cases() -> st.SearchStrategy[Case]:
    days = st.integers(-40, 40)
    forms = st.builds(
        lambda number, status, opens, length, needs: form(
            number,
            timepoint=f"W{number}",
            status=status,
            opens=TODAY + timedelta(days=opens),
            closes=TODAY + timedelta(days=opens + length),
            needs_reason=needs,
        ),
        st.integers(1, 9),
        st.sampled_from(["open", "received", "missing", "exempt", "upcoming", "not_expected"]),
        days,
        st.integers(1, 40),
        st.booleans(),
    )
    return st.builds(
        lambda code, off, forms, contacts, asked, reach: replace(
            WELL,
            participant=f"P-{code}",
            off=off,
            forms=tuple({f.id: f for f in forms}.values()),
            contacts=tuple(ago(day) for day in contacts),
            call_requested_on=TODAY if asked else None,
            reachability=reach,
        ),
        st.integers(1, 9),
        st.booleans(),
        st.lists(forms, max_size=4),
        st.lists(days, max_size=3),
        st.booleans(),
        st.sampled_from(["proven", "unproven", "email_only", "unreachable"]),
    )


def test_a_correction_waits_for_a_colleague() -> None:
    proposal = Proposal(7, "r-1", "Week 12", ago(2))

    (row,) = rows_of(replace(WELL, proposals=(proposal,)), LIMITS)

    assert (row.kind, row.since, row.due) == ("correction", ago(2), None)
    assert row.why == "Week 12: a correction of an answer waits for a colleague."
    assert row.action.verb == "decide_correction"
    assert (row.action.correction_id, row.action.response_ids) == (7, ("r-1",))


def test_a_correction_is_still_decided_on_after_a_death() -> None:
    """What was answered stays an answer, whatever became of the person."""
    case = replace(WELL, off=True, proposals=(Proposal(7, "r-1", "Week 12", ago(2)),))

    assert kinds(case) == ["correction"]


def test_a_paper_form_waits_to_be_typed_again_and_then_to_be_settled() -> None:
    paper = PaperForm("a", "Week 12", ago(2), None)
    row = one(replace(WELL, papers=(paper,)))
    assert (row.kind, row.since, row.due) == ("second_typing", ago(2), None)
    assert (row.action.verb, row.action.response_ids) == ("type_again", ("a",))
    assert row.why == "Week 12: a paper form waits to be typed a second time by somebody else."

    row = one(replace(WELL, papers=(replace(paper, differing=1),)))
    assert row.action.verb == "settle_typing"
    assert row.why == "Week 12: the two typings of a paper form differ in one answer."
    row = one(replace(WELL, papers=(replace(paper, differing=12),)))
    assert row.why.endswith("differ in 12 answers.")


def test_paper_is_typed_again_after_a_death_too_and_each_form_by_itself() -> None:
    papers = (PaperForm("a", "Week 12", ago(9), None), PaperForm("b", "Week 12", ago(9), 3))
    rows = list(rows_of(replace(WELL, off=True, papers=papers), LIMITS))
    assert [row.action.verb for row in rows] == ["type_again", "settle_typing"]
    assert len({row.id for row in rows}) == 2


def test_each_correction_is_a_row_of_its_own() -> None:
    proposals = (Proposal(7, "r-1", "Week 12", ago(2)), Proposal(8, "r-2", "Week 12", ago(1)))

    assert len({row.id for row in rows_of(replace(WELL, proposals=proposals), LIMITS)}) == 2


@given(st.lists(_cases(), max_size=5, unique_by=lambda case: case.participant))
def test_rows_are_unique_and_in_order_whatever_happened(cases: list[Case]) -> None:
    rows = worklist(cases, LIMITS)
    assert len({row.id for row in rows}) == len(rows)
    assert [ORDER.index(row.kind) for row in rows] == sorted(ORDER.index(row.kind) for row in rows)
    assert rows == worklist(list(reversed(cases)), LIMITS)


@given(_cases())
def test_exempt_and_unexpected_forms_never_ask_for_a_call(case: Case) -> None:
    quiet = {"exempt", "not_expected", "received", "upcoming"}
    only = replace(case, forms=tuple(f for f in case.forms if f.status in quiet))
    assert not {"silent", "closing", "unreachable", "reason_needed"} & set(kinds(only))
