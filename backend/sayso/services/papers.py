"""The figures of a report in the shape of a paper: the completion table and the CONSORT-PRO flow.

Both are the same report as on the screen, so that a number in a paper can be asked for again by
its date and its rule version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from sayso.domain.completion import RULE_VERSION, Rates, Ratio
from sayso.domain.errors import UnknownWord
from sayso.domain.flow import Branch, flow_of
from sayso.formats.flow_svg import draw
from sayso.services import completion
from sayso.services.access import Reach
from sayso.services.completion import Chosen, Report
from sayso.services.exports import Line, Table

PLACE = ("study", "study_version", "data_as_of", "rule_version", "alive_rule", "site")
_ROW = ("timepoint", "timepoint_label", "arm", "questionnaire")
_COUNTS = (
    "enrolled", "expected", "exempt", "not_expected", "upcoming", "pending", "received_open",
    "missing", "disputed",
)  # fmt: skip
_RATIOS = (
    "completion", "in_window", "available_all", "available_pro", "to_date", "scorable",
    "item_completion", "reason_capture",
)  # fmt: skip
_PARTS = ("n", "of", "percent", "low", "high")
_FLOW = (
    "timepoint", "timepoint_label", "arm", "questionnaire", "enrolled", "to_be_asked", "expected",
    "completed", "completed_percent", "in_window", "late", "time_disputed", "missing", "exempt",
    "died", "withdrawn", "by_protocol", "window_not_closed",
)  # fmt: skip


def completion_table(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> Table:
    """Every row of figures, over all sites and then for each, with 95 % Wilson intervals.

    Percentages and limits are empty where there is no data.
    """
    report = completion.report(connection, within, chosen, now, each_site=True)
    shares = [f"{name}_{part}" for name in _RATIOS for part in _PARTS]
    header = (*PLACE, *_ROW, *_COUNTS, *shares, "declined_items", "median_hours_to_answer")
    return Table(header, _lines(report))


def _lines(report: Report) -> Iterator[Line]:
    for row in (*report.rates, *report.by_site):
        yield [
            *place(report, row.site),
            row.timepoint, report.study.label_of(row.timepoint), row.arm, row.questionnaire,
            *(getattr(row, name) for name in _COUNTS),
            *(cell for name in _RATIOS for cell in _share(row, name)),
            row.declined_items, row.median_hours,
        ]  # fmt: skip


def place(report: Report, site: str | None) -> list[object]:
    """What a line was counted under, in the order of PLACE; no site is all sites."""
    return [
        report.study.key, report.study.version, report.moment, RULE_VERSION, report.alive_rule,
        site or "ALL",
    ]  # fmt: skip


def _share(row: Rates, name: str) -> list[object]:
    ratio: Ratio = getattr(row, name)
    low, high = ratio.interval or (None, None)
    return [ratio.n, ratio.of, ratio.percent, low, high]


def flow(
    connection: Connection, within: Reach, chosen: Chosen, now: datetime
) -> tuple[Report, str, Sequence[Branch]]:
    """The report, the questionnaire that the flow is about, and the flow.

    Without a choice it is the first questionnaire of the study. Raises UnknownWord for one that the
    study does not ask.
    """
    report = completion.report(connection, within, replace(chosen, questionnaire=None), now)
    asked = report.study.questionnaires()
    name = chosen.questionnaire or (asked[0] if asked else "")
    if name not in asked:
        raise UnknownWord("questionnaire", name, asked)
    return report, name, flow_of(report.study, report.rates, name)


def flow_table(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> Table:
    """The flow as rows, one for each arm and timepoint."""
    report, name, branches = flow(connection, within, chosen, now)
    rows = (
        [
            *place(report, chosen.site),
            step.timepoint, step.label, branch.arm, name, branch.enrolled, branch.pro_population,
            step.completed.of, step.completed.n, step.completed.percent, step.in_window,
            step.late, step.disputed, step.missing, step.exempt, step.deaths, step.withdrawn,
            step.by_protocol, step.waiting,
        ]
        for branch in branches
        for step in branch.steps
    )  # fmt: skip
    return Table((*PLACE, *_FLOW), rows)


def flow_picture(
    connection: Connection, within: Reach, chosen: Chosen, titles: dict[str, str], now: datetime
) -> str:
    """The flow as SVG, with what it was counted under at its foot."""
    report, name, branches = flow(connection, within, chosen, now)
    where = f", site {chosen.site}" if chosen.site else ""
    return draw(
        branches,
        f"Flow of participants: {titles.get(name, name)}{where}",
        (
            report.study.title,
            f"Study version {report.study.version}"
            + ("" if report.study.official else ", unofficial"),
            f"As of {report.moment:%Y-%m-%d %H:%M} UTC. Rule version {RULE_VERSION}; "
            f"a death counts by the rule {report.alive_rule.replace('_', ' ')}.",
        ),
    )
