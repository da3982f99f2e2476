"""The list of the day at its limits: the last day with a row, and the first without."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sayso.domain.worklist import Case, Doubt, Form, Limits, PaperForm, PlannedVisit, Row, rows_of
from sayso.domain.worklist import worklist as listed

TODAY = date(2026, 6, 15)
LIMITS = Limits()
WELL = Case("P-001", "S1", "stop", TODAY, TODAY - timedelta(days=200), off=False)


def on(days: int) -> date:
    """That many days from today."""
    return TODAY + timedelta(days=days)


def form(opens: int = -5, closes: int = 20, status: str = "open", **more: object) -> Form:
    plain = Form(1, "W12", "Week 12", "Everyday strain", status, on(opens), on(closes))
    return replace(plain, **more)  # type: ignore[arg-type]


def rows(**changes: object) -> list[Row]:
    return list(rows_of(replace(WELL, **changes), LIMITS))  # type: ignore[arg-type]


def kinds(**changes: object) -> list[str]:
    return [row.kind for row in rows(**changes)]


@pytest.mark.parametrize(
    ("opens", "closes", "wanted"),
    [
        (-2, 20, []),
        (-3, 20, ["silent"]),
        (-9, 3, ["silent"]),
        (-9, 2, ["closing"]),
        (-2, 2, ["closing"]),
        (-2, 3, []),
    ],
)
def test_three_silent_days_or_two_days_left(opens: int, closes: int, wanted: list[str]) -> None:
    assert kinds(forms=(form(opens, closes),)) == wanted


@pytest.mark.parametrize(
    ("called", "wanted"),
    [((-2,), []), ((-3,), ["silent"]), ((-8, -2), []), ((-2, -8), []), ((1, -3), ["silent"])],
)
def test_the_latest_call_gives_three_days_of_peace(
    called: tuple[int, ...], wanted: list[str]
) -> None:
    contacts = tuple(on(day) for day in called)
    assert kinds(forms=(form(-9),), contacts=contacts) == wanted


def test_a_call_of_the_opening_day_is_about_this_form() -> None:
    (row,) = rows(forms=(form(-4),), contacts=(on(-4),))
    assert row.why.endswith("nothing received for 4 days. Last contact 11 June 2026.")
    assert kinds(forms=(form(-2, 2),), contacts=(on(-2),)) == ["closing"]
    assert kinds(forms=(form(-1, 2),), contacts=(on(-1),)) == []


@pytest.mark.parametrize(
    ("opens", "closes", "wanted"),
    [
        (1, 5, None),
        (0, 7, "is due by"),
        (0, 8, None),
        (-3, 0, "is due by 15 June 2026"),
        (-3, -1, "was due by 14 June 2026"),
        (-40, -30, "was due by"),
        (-40, -31, None),
    ],
)
def test_a_visit_is_on_the_list_from_a_week_before_it_is_due_until_thirty_days_after(
    opens: int, closes: int, wanted: str | None
) -> None:
    visit = PlannedVisit("W12", "Week 12", on(opens), on(closes))
    found = [row.why for row in rows(visits=(visit,))]
    assert len(found) == (wanted is not None)
    assert wanted is None or wanted in found[0]


@pytest.mark.parametrize(
    ("unsent", "since", "wanted"),
    [(0, -5, False), (1, None, False), (1, 0, False), (1, -1, True), (2, -5, True)],
)
def test_answers_that_a_phone_holds_for_a_day(unsent: int, since: int | None, wanted: bool) -> None:
    day = None if since is None else on(since)
    assert kinds(unsent=unsent, unsent_since=day) == ["unsent_answers"] * wanted


def test_a_call_about_them_counts_from_the_day_after() -> None:
    held = {"unsent": 1, "unsent_since": on(-5)}
    assert kinds(**held, contacts=(on(-5),)) == ["unsent_answers"]
    assert kinds(**held, contacts=(on(-2),)) == []
    assert kinds(**held, contacts=(on(-3), on(-2))) == []
    (row,) = rows(**held, contacts=(on(-4), on(-3)))
    assert row.why.endswith("Last contact 12 June 2026.")


def test_one_doubt_is_told_without_a_number_and_two_with_one() -> None:
    doubts = tuple(Doubt(name, "duplicate", "Week 12", on(-1)) for name in ("a", "b"))
    (single,) = rows(doubts=doubts[:1])
    assert single.why.startswith("Week 12: answered")
    (double,) = rows(doubts=doubts)
    assert double.why.startswith("Week 12 (two forms): answered")


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "one answer."), (2, "two answers."), (9, "nine answers."), (10, "10 answers.")],
)
def test_numbers_are_words_up_to_nine(count: int, words: str) -> None:
    (row,) = rows(papers=(PaperForm("r", "Week 12", on(-1), count),))
    assert row.why.endswith(f"differ in {words}")


def test_a_missing_reason_is_asked_for_since_the_last_of_the_forms_closed() -> None:
    missed = [form(-30, closes, "missing", needs_reason=True) for closes in (-9, -5)]
    (row,) = rows(forms=tuple(missed))
    assert "two forms missing since 10 June 2026" in row.why
    assert row.since == on(-4)


def test_of_one_kind_what_is_due_first_comes_first_and_what_is_never_due_last() -> None:
    soon, later = (
        replace(WELL, participant=code, forms=(form(-9, closes),))
        for code, closes in (("P-009", 1), ("P-001", 2))
    )
    assert [row.participant for row in listed([later, soon], LIMITS)] == ["P-009", "P-001"]
