"""The completion table and the flow for a paper: the golden fixture, as a reader would check it."""

from __future__ import annotations

import csv
import io
import itertools
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sayso.domain.errors import UnknownWord
from sayso.formats.tabular import csv_chunks
from sayso.services import completion, papers
from sayso.services.completion import Chosen
from sayso.services.exports import Table
from sayso.store.engine import make_engine
from support import golden_stage
from support.golden_stage import NOW
from support.stage import Stage

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    path = tmp_path_factory.mktemp("papers") / "sayso.sqlite"
    shutil.copyfile(sqlite_template, path)
    stage = Stage(make_engine(f"sqlite:///{path}")).set_up()
    golden_stage.play(stage)
    yield stage
    stage.engine.dispose()


def read(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(csv_chunks(table.header, table.rows)))))


def picture(stage: Stage, chosen: Chosen) -> ElementTree.Element:
    titles = {stage.pack[0]: "Life <&>"}
    with stage.open() as connection:
        drawn = papers.flow_picture(connection, stage.reach(connection), chosen, titles, NOW)
    return ElementTree.fromstring(drawn)


def test_the_table_holds_every_figure_of_the_report(stage: Stage) -> None:
    with stage.open() as connection:
        within = stage.reach(connection)
        rows = read(papers.completion_table(connection, within, Chosen(), NOW))
        report = completion.report(connection, within, Chosen(), NOW, each_site=True)

    assert len(rows) == len(report.rates) + len(report.by_site)
    for row, figures in zip(rows, (*report.rates, *report.by_site), strict=True):
        assert row["site"] == (figures.site or "ALL")
        assert (int(row["completion_n"]), int(row["completion_of"])) == (
            figures.completion.n,
            figures.completion.of,
        )
        assert int(row["item_completion_of"]) == figures.item_completion.of
        assert row["rule_version"] == "1"


def test_week_12_reads_as_the_fixture_says(stage: Stage) -> None:
    with stage.open() as connection:
        rows = read(papers.completion_table(connection, stage.reach(connection), Chosen(), NOW))
    row = next(r for r in rows if (r["timepoint"], r["site"]) == ("W12", "ALL"))

    assert (row["completion_percent"], row["completion_low"], row["completion_high"]) == (
        "81.8", "52.3", "94.9",
    )  # fmt: skip
    assert (row["expected"], row["exempt"], row["not_expected"]) == ("11", "2", "4")


def test_without_data_there_is_no_percentage(stage: Stage) -> None:
    with stage.open() as connection:
        rows = read(papers.completion_table(connection, stage.reach(connection), Chosen(), NOW))
    future = next(r for r in rows if r["timepoint"] == "W144")

    assert (future["completion_of"], future["completion_percent"]) == ("0", "")


def test_a_table_as_of_a_past_day_says_so_and_knows_less(stage: Stage) -> None:
    before = (NOW - timedelta(days=60)).date()
    with stage.open() as connection:
        within = stage.reach(connection)
        rows = read(papers.completion_table(connection, within, Chosen(as_of=before), NOW))
    row = next(r for r in rows if (r["timepoint"], r["site"]) == ("W12", "ALL"))

    assert row["data_as_of"].startswith(str(before + timedelta(days=1)))
    assert row["completion_of"] == "0"


def test_the_flow_loses_nobody(stage: Stage) -> None:
    with stage.open() as connection:
        _report, name, branches = papers.flow(connection, stage.reach(connection), Chosen(), NOW)

    assert name == stage.pack[0]
    (stop,) = branches
    assert (stop.enrolled, stop.pro_population) == (20, 17)
    week = next(step for step in stop.steps if step.timepoint == "W12")
    assert week.completed.text == "9/11 (81.8 %)"
    assert (week.in_window, week.late, week.missing, week.exempt) == (8, 1, 2, 2)
    assert (week.deaths, week.withdrawn, week.by_protocol, week.waiting) == (2, 2, 0, 3)
    assert all(step.balanced for step in stop.steps)


def test_the_flow_as_a_table_has_the_same_numbers(stage: Stage) -> None:
    with stage.open() as connection:
        rows = read(papers.flow_table(connection, stage.reach(connection), Chosen(), NOW))
    week = next(row for row in rows if row["timepoint"] == "W12")

    assert (week["completed"], week["expected"], week["died"], week["withdrawn"]) == (
        "9", "11", "2", "2",
    )  # fmt: skip
    assert week["to_be_asked"] == "17"


def test_the_picture_can_be_read_aloud_and_holds_every_step(stage: Stage) -> None:
    root = picture(stage, Chosen())

    assert root.attrib["role"] == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert title.text == "Flow of participants: Life <&>"
    assert description is not None
    assert description.text is not None
    assert "Week 12: 9/11 (81.8 %) completed; Missing: 2, Exempt: 2, Died: 2" in description.text
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert "Completed 9/11 (81.8 %)" in texts
    assert any("Rule version 1" in text for text in texts)
    assert any("unofficial" in text for text in texts)


def test_nothing_in_the_picture_leaves_its_frame(stage: Stage) -> None:
    root = picture(stage, Chosen())
    width, height = int(root.attrib["width"]), int(root.attrib["height"])

    for box in root.iter(f"{SVG}rect"):
        assert int(box.get("x", 0)) + int(box.attrib["width"]) <= width
        assert int(box.get("y", 0)) + int(box.attrib["height"]) <= height


def test_boxes_of_a_column_do_not_overlap(stage: Stage) -> None:
    boxes = sorted(
        (int(b.attrib["y"]), int(b.attrib["height"]))
        for b in picture(stage, Chosen()).iter(f"{SVG}rect")
        if b.get("class") == "box"
    )

    for (top, height), (below, _height) in itertools.pairwise(boxes):
        assert top + height <= below


def test_a_questionnaire_that_the_study_does_not_ask_is_refused(stage: Stage) -> None:
    with stage.open() as connection, pytest.raises(UnknownWord):
        papers.flow(connection, stage.reach(connection), Chosen(questionnaire="other"), NOW)


def test_a_study_without_anybody_has_an_empty_flow(stage: Stage) -> None:
    with stage.open() as connection:
        within = stage.reach(connection).narrowed("S1W")
        _report, _name, branches = papers.flow(connection, within, Chosen(), NOW)

    assert branches == ()
