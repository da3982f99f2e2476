"""Completion by month: the same forms as in the report, put where their window closed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, event

from sayso.domain.completion import Ratio
from sayso.services import completion, tallies, trends
from sayso.services.completion import Chosen
from sayso.services.figure_lists import listed
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


@pytest.mark.parametrize("chosen", [Chosen(), Chosen(site="S1"), Chosen(arm="stop")])
def test_a_form_stands_in_the_month_in_which_its_window_closed(
    stage: Stage, chosen: Chosen
) -> None:
    found, _report = asked(stage, chosen)

    by_list: dict[str, Counter[date]] = {}
    with stage.open() as connection:
        within = stage.reach(connection)
        for measure in ("completion_n", "completion_of"):
            behind = listed(connection, within, chosen, measure, None, NOW)
            by_list[measure] = Counter(
                behind.windows[row.participant, row.timepoint, row.questionnaire].closes.replace(
                    day=1
                )
                for row in behind.rows
            )
    for month in found.months:
        assert month.completion == Ratio(
            by_list["completion_n"][month.first], by_list["completion_of"][month.first]
        ), month
    assert sum(by_list["completion_of"].values()) == total(found)[1]


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
