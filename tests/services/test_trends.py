"""Completion by month: the same forms as in the report, put where their window closed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, event

from sayso.domain.completion import Ratio, Row
from sayso.services import completion, tallies, trends
from sayso.services.completion import Chosen
from sayso.services.figure_lists import Listed, Page, listed
from sayso.services.trends import Trend
from sayso.store.engine import make_engine
from sayso.store.tables_tally import tally_line
from support import golden_stage
from support.stage import STUDY, Stage
from support.stock import Stock

NOW = golden_stage.NOW


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The golden people, played once for each database; their lines are written for now."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("trend") / "sayso.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        stock: Stock = request.getfixturevalue("postgres_stock")
        url = stock.lend()
    stage = Stage(make_engine(url)).set_up()
    golden_stage.play(stage)
    with stage.open() as connection:
        ids = tallies.waiting(connection, STUDY, NOW)
        tallies.keep(connection, tallies.write_lines(connection, STUDY, ids, NOW))
    yield stage
    stage.engine.dispose()
    if request.param == "postgresql":
        stock.take_back(url)


def asked(stage: Stage, chosen: Chosen, *, lines: bool = True) -> tuple[Trend, tuple[int, int]]:
    """The trend, and the completion of the report over all its rows."""
    with stage.engine.connect() as connection:
        if not lines:
            connection.execute(delete(tally_line))
        within = stage.reach(connection)
        found = trends.trend(connection, within, chosen, NOW)
        rates = completion.report(connection, within, chosen, NOW).rates
        connection.rollback()
    return found, (sum(r.completion.n for r in rates), sum(r.completion.of for r in rates))


def total(found: Trend) -> tuple[int, int]:
    months = found.months
    return sum(one.completion.n for one in months), sum(one.completion.of for one in months)


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen(),
        Chosen(arm="stop"),
        Chosen(arm="continue"),
        Chosen(questionnaire="demo-hrqol"),
        Chosen(alive_rule="window_open"),
        Chosen(as_of=(NOW - timedelta(days=20)).date()),
        Chosen(as_of=(NOW - timedelta(days=20)).date(), arm="stop"),
    ],
)
def test_the_months_together_are_the_completion_of_the_report(stage: Stage, chosen: Chosen) -> None:
    with_lines, report = asked(stage, chosen)
    without, again = asked(stage, chosen, lines=False)

    assert total(with_lines) == report == again
    assert with_lines == without


def test_no_month_is_left_out_between_the_first_and_the_last(stage: Stage) -> None:
    found, _report = asked(stage, Chosen())

    firsts = [one.first for one in found.months]
    assert all(first.day == 1 for first in firsts)
    following = [(first + timedelta(days=31)).replace(day=1) for first in firsts]
    assert firsts[1:] == following[:-1]
    assert found.months[0].completion.of > 0
    assert found.months[-1].completion.of > 0
    assert firsts[-1] <= NOW.date()


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen(),
        Chosen(site="S1"),
        Chosen(arm="stop"),
        Chosen(questionnaire="demo-hrqol"),
        Chosen(as_of=(NOW - timedelta(days=20)).date()),
        Chosen(as_of=(NOW - timedelta(days=20)).date(), arm="stop"),
    ],
)
def test_every_month_opens_exactly_the_forms_that_it_counts(stage: Stage, chosen: Chosen) -> None:
    found, _report = asked(stage, chosen)
    assert len(found.months) > 1

    for month in found.months:
        came, due = behind(stage, chosen, month.first)
        assert month.completion == Ratio(came.total, due.total), month
        for one in (came, due):
            assert len(one.rows) == one.total
            assert {closing(one, row).replace(day=1) for row in one.rows} <= {month.first}
        assert {(r.participant, r.timepoint, r.questionnaire) for r in came.rows} <= {
            (r.participant, r.timepoint, r.questionnaire) for r in due.rows
        }


def behind(stage: Stage, chosen: Chosen, month: date) -> tuple[Listed, Listed]:
    """The forms that came and those that were due, as the lists of a month show them."""
    with stage.open() as connection:
        within = stage.reach(connection)
        came, due = (
            listed(connection, within, chosen, measure, None, NOW, month=month)
            for measure in ("completion_n", "completion_of")
        )
    return came, due


def closing(found: Listed, row: Row) -> date:
    """The day on which the window of a listed form closes."""
    return found.windows[row.participant, row.timepoint, row.questionnaire].closes


def test_the_pages_of_a_month_come_to_the_month(stage: Stage) -> None:
    found, _report = asked(stage, Chosen())
    month = max(found.months, key=lambda one: one.completion.of)
    seen: list[Row] = []
    after: str | None = None
    with stage.open() as connection:
        within = stage.reach(connection)
        while True:
            page = listed(
                connection, within, Chosen(), "completion_of", None, NOW, Page(after, 1),
                month.first,
            )  # fmt: skip
            seen += page.rows
            assert page.total == month.completion.of
            if page.next is None:
                break
            after = page.next
    assert len(seen) == month.completion.of
    assert len({row.participant for row in seen}) > 1


def test_a_month_without_any_form_is_an_empty_list(stage: Stage) -> None:
    came, due = behind(stage, Chosen(), date(2001, 1, 1))
    assert (came.total, due.total, came.rows, due.rows) == (0, 0, [], [])


def test_nothing_has_closed_yet(stage: Stage) -> None:
    found, report = asked(stage, Chosen(as_of=date(2020, 1, 1)))

    assert (found.months, report) == ([], (0, 0))


def test_reading_a_trend_costs_as_many_statements_for_many_as_for_few(stage: Stage) -> None:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    with stage.engine.connect() as connection:
        within = stage.reach(connection)
        event.listen(stage.engine, "before_cursor_execute", note)
        trends.trend(connection, within, Chosen(), NOW)
        event.remove(stage.engine, "before_cursor_execute", note)

    assert len(said) <= 6, said
