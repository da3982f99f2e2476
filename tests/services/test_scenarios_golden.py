"""Scenario 7, the golden population, lived through the services: figures to recompute by hand."""

from __future__ import annotations

import csv
import io

import pytest

from sayso.domain.completion import Rates
from sayso.formats.tabular import csv_chunks
from sayso.services import audit, completion, exports, figure_lists
from sayso.services.completion import Chosen, Report
from support import golden_stage
from support.golden_stage import NOW
from support.stage import Stage


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    """Played once for each database; the tests below only look."""
    golden_stage.play(shared_stage)
    return shared_stage


def _report(stage: Stage, alive_rule: str | None = None) -> Report:
    with stage.open() as connection:
        return completion.report(
            connection, stage.reach(connection), Chosen(alive_rule=alive_rule), NOW, each_site=True
        )


def _week_12(report: Report) -> list[Rates]:
    return [row for row in report.rates if (row.timepoint, row.arm) == ("W12", "stop")]


def test_7_every_figure_is_as_the_fixture_says(stage: Stage) -> None:
    rows = _week_12(_report(stage))
    assert [row.questionnaire for row in rows] == stage.pack
    for row in rows:
        assert row.enrolled == 20
        assert (row.expected, row.exempt, row.not_expected) == (11, 2, 4)
        assert (row.upcoming, row.pending, row.received_open) == (1, 1, 1)
        assert row.completion.text == "9/11 (81.8 %)"
        assert row.in_window.text == "8/11 (72.7 %)"
        assert row.available_all.text == "10/20 (50.0 %)"
        assert row.available_pro.text == "9/17 (52.9 %)"
        assert row.to_date.text == "10/13 (76.9 %)"
        assert row.scorable.text == "8/9 (88.9 %)"
        assert row.reason_capture.text == "2/2 (100.0 %)"
        assert row.modes == {"interview": 1, "own_device": 9}
        assert row.balanced


def test_7_the_other_alive_rule_counts_the_death_inside_the_window(stage: Stage) -> None:
    for row in _week_12(_report(stage, "window_open")):
        assert row.expected == 12
        assert row.completion.text == "9/12 (75.0 %)"
        assert row.in_window.percent == 66.7


MEMBERS = {
    "completion_n": "01 02 03 06 12 16 17 19 20",
    "completion_of": "01 02 03 06 11 12 16 17 18 19 20",
    "in_window": "01 02 03 06 12 17 19 20",
    "late": "16",
    "missing": "11 18",
    "exempt": "04 05",
    "not_expected": "07 08 09 10",
    "upcoming": "13",
    "received_open": "14",
    "open": "15",
    "scorable_n": "01 02 03 06 12 16 17 19",
    "available_pro_n": "01 02 03 12 14 16 17 19 20",
    "reason_capture_n": "11 18",
}


def test_7_each_figure_opens_exactly_its_participants(stage: Stage) -> None:
    chosen = Chosen(questionnaire=stage.pack[0])
    with stage.open() as connection:
        for measure, numbers in MEMBERS.items():
            within = stage.reach(connection)
            found = figure_lists.listed(connection, within, chosen, measure, "W12", NOW)
            people = [row.participant for row in found.rows]
            assert sorted(people) == [f"G-{number}" for number in numbers.split()], measure
            assert found.total == len(people)


def test_7_the_file_gives_the_same_figures_as_the_screen(stage: Stage) -> None:
    with stage.open() as connection:
        table = exports.expected_forms(connection, stage.reach(connection), NOW)
        text = "".join(csv_chunks(table.header, table.rows))
    rows = [
        row
        for row in csv.DictReader(io.StringIO(text))
        if row["timepoint"] == "W12" and row["questionnaire"] == stage.pack[0]
    ]
    figures = _week_12(_report(stage))[0]
    expected = [row for row in rows if row["status"] in {"missing"} or _closed(row)]
    came = [row for row in expected if row["status"] == "received"]
    assert len(rows) == figures.enrolled
    assert len(expected) == figures.completion.of
    assert len(came) == figures.completion.n
    assert sum(row["disposition"] == "in_window" for row in came) == figures.in_window.n
    assert sum(row["scorable"] == "true" for row in came) == figures.scorable.n
    assert sum(row["in_pro_population"] == "true" for row in rows) == figures.available_pro.of
    assert sum(row["missing_reason"] != "" for row in rows) == figures.reason_capture.n


def _closed(row: dict[str, str]) -> bool:
    return row["status"] == "received" and row["disposition"] != "received_open"


def test_7_sites_add_up_to_the_whole(stage: Stage) -> None:
    report = _report(stage)
    whole = _week_12(report)[0]
    parts = [
        row
        for row in report.by_site
        if (row.timepoint, row.questionnaire) == ("W12", whole.questionnaire)
    ]
    assert {row.site for row in parts} == {"S1", "S2"}
    assert sum(row.completion.n for row in parts) == whole.completion.n
    assert sum(row.completion.of for row in parts) == whole.completion.of
    assert report.balance_ok


def test_7_the_trail_of_all_that_verifies(stage: Stage) -> None:
    with stage.open() as connection:
        assert list(audit.chain_faults(connection)) == []
