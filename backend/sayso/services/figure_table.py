"""Every figure of a report in one long table: a row for each, whatever it is counted over.

The completion table is laid out for a paper and holds what is counted per timepoint; this one also
holds the figures about people, reminders and staff tasks, for whoever recomputes or plots them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from sayso.domain.completion import Rates, Ratio
from sayso.domain.reminder_steps import label_of
from sayso.services import completion
from sayso.services.access import Reach
from sayso.services.completion import Chosen, Report
from sayso.services.exports import Line, Table
from sayso.services.papers import PLACE, place

_HEADER = (
    *PLACE, "figure", "name", "timepoint", "arm", "questionnaire", "group", "n", "of", "percent",
    "low", "high", "value",
)  # fmt: skip
_RATIOS = (
    ("F1", "completion"), ("F2", "in_window"), ("F3", "available_all"), ("F4", "available_pro"),
    ("F6", "to_date"), ("F7", "scorable"), ("F8", "item_completion"), ("F11", "reason_capture"),
)  # fmt: skip


def figure_table(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> Table:
    """F1 to F19, those of forms over all sites and then for each, with 95 % Wilson intervals.

    A share has `n`, `of`, its percentage and interval, empty where there is no data; a number that
    is no share (F5, F15 in hours, the median of F9 in percent) stands under `value`. `group` names
    the reason, mode, band, reminder or kind of participant that a row is about.
    """
    report = completion.report(connection, within, chosen, now, each_site=True)
    return Table(_HEADER, _lines(report, chosen))


def _lines(report: Report, chosen: Chosen) -> Iterator[Line]:
    for row in (*report.rates, *report.by_site):
        for figure, name, group, value in _of_forms(row):
            where = (row.timepoint, row.arm, row.questionnaire, group)
            yield [*place(report, row.site), figure, name, *where, *_cells(value)]
    for figure, name, (timepoint, arm, group), site, value in _of_people(report):
        at = place(report, site or chosen.site)
        yield [*at, figure, name, timepoint, arm or chosen.arm, None, group, *_cells(value)]


def _of_forms(row: Rates) -> Iterator[tuple[str, str, str | None, Ratio | float | None]]:
    for figure, name in _RATIOS:
        yield figure, name, None, getattr(row, name)
    yield "F5", "pending", None, row.pending
    for reason, count in row.reasons.items():
        yield "F12", "reason_share", reason, Ratio(count, sum(row.reasons.values()))
    for mode, count in row.modes.items():
        yield "F13", "mode_share", mode, Ratio(count, sum(row.modes.values()))
    yield "F15", "median_hours_to_answer", None, row.median_hours


_Where = tuple[str | None, str | None, str | None]


def _of_people(
    report: Report,
) -> Iterator[tuple[str, str, _Where, str | None, Ratio | float | None]]:
    everywhere: _Where = (None, None, None)
    yield "F9", "median_adherence_percent", everywhere, None, report.adherence.median_percent
    for band, people in report.adherence.bands.items():
        yield "F9", "adherence", (None, None, band), None, people
    for (timepoint, arm), people in report.complete_persons.items():
        yield "F10", "all_questionnaires_complete", (timepoint, arm, None), None, people
    yield "F14", "backup_yield", everywhere, None, report.backup_yield
    for step, forms in report.reminder_yield.items():
        said = label_of(report.study.reminder_policy, step)
        yield "F16", "reminder_yield", (None, None, said), None, forms
    yield "F17", "visit_retention", (None, None, "exempt"), None, report.retention.exempt
    yield "F17", "visit_retention", (None, None, "not exempt"), None, report.retention.not_exempt
    yield "F18", "contact_currency", everywhere, None, report.contact_currency
    for (site, arm), people in report.exempt_share.items():
        yield "F19", "exempt_share", (None, arm, None), site, people


def _cells(value: Ratio | float | None) -> list[object]:
    if not isinstance(value, Ratio):
        return [None] * 5 + [value]
    low, high = value.interval or (None, None)
    return [value.n, value.of, value.percent, low, high, None]
