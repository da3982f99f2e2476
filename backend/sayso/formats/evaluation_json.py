"""The report of `sayso study evaluate` and `simulate` as JSON documents.

Dates are local, instants UTC with a Z. Every rate is its numerator and its denominator; who reads
it divides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sayso.domain.completion import Rates, Ratio
from sayso.domain.evaluation import Assessment
from sayso.domain.retention import Retention
from sayso.domain.simulation import Simulation
from sayso.domain.study import Study
from sayso.domain.walltime import start_of_day


def instant(moment: datetime) -> str:
    """An aware instant as it stands in our JSON: UTC, with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def evaluation(
    study: Study,
    sha256: str,
    now: datetime,
    alive_rule: str,
    assessments: Sequence[Assessment],
    rates: Iterable[Rates],
    kept: Retention,
) -> dict[str, Any]:
    """The report as of `now`: study, forms, rates, retention."""
    return {
        "now": instant(now),
        "study": {"key": study.key, "version": study.version, "sha256": sha256},
        "alive_rule": alive_rule,
        "forms": [form for entry in assessments for form in _forms(entry)],
        "rates": [_rates(row) for row in rates],
        "retention": {"exempt": _ratio(kept.exempt), "not_exempt": _ratio(kept.not_exempt)},
    }


def _forms(entry: Assessment) -> Iterable[dict[str, Any]]:
    for form, status in zip(entry.forms, entry.statuses, strict=True):
        yield {
            "participant": entry.facts.code,
            "timepoint": form.timepoint,
            "questionnaire": form.questionnaire,
            "status": status.status,
            "disposition": status.disposition,
            "why": status.why,
            "opens": form.opens.isoformat(),
            "target": form.target.isoformat(),
            "closes": form.closes.isoformat(),
            "tags": list(form.tags),
        }


def _rates(row: Rates) -> dict[str, Any]:
    return {
        "timepoint": row.timepoint,
        "arm": row.arm,
        "site": row.site,
        "questionnaire": row.questionnaire,
        "enrolled": row.enrolled,
        "expected": row.expected,
        "exempt": row.exempt,
        "not_expected": row.not_expected,
        "upcoming": row.upcoming,
        "completion": _ratio(row.completion),
        "in_window": _ratio(row.in_window),
        "available_all": _ratio(row.available_all),
        "available_pro": _ratio(row.available_pro),
        "pending": row.pending,
        "received_open": row.received_open,
        "to_date": _ratio(row.to_date),
        "scorable": _ratio(row.scorable),
        "reason_capture": _ratio(row.reason_capture),
    }


def _ratio(ratio: Ratio) -> dict[str, int]:
    return {"n": ratio.n, "of": ratio.of}


def simulation(study: Study, sha256: str, arm: str, zone: str, run: Simulation) -> dict[str, Any]:
    """What a study asks of one imagined participant."""
    return {
        "study": {"key": study.key, "version": study.version, "sha256": sha256},
        "arm": arm,
        "zone": zone,
        "forms": [
            {
                "timepoint": entry.form.timepoint,
                "label": study.label_of(entry.form.timepoint),
                "questionnaire": entry.form.questionnaire,
                "opens": entry.form.opens.isoformat(),
                "target": entry.form.target.isoformat(),
                "closes": entry.form.closes.isoformat(),
                "opens_at": instant(entry.form.opens_at),
                "target_at": instant(start_of_day(entry.form.target, zone)),
                "closes_at": instant(entry.form.closes_at),
                "tags": list(entry.form.tags),
                "asked": entry.asked,
                "why_not": None if entry.asked else entry.status.why,
            }
            for entry in run.forms
        ],
        "visits": [
            {
                "timepoint": visit.timepoint,
                "label": visit.label,
                "kind": visit.kind,
                "opens": visit.opens.isoformat(),
                "target": visit.target.isoformat(),
                "closes": visit.closes.isoformat(),
            }
            for visit in run.visits
        ],
        "reminders": [
            {
                "timepoint": timepoint,
                "step": reminder.step,
                "local": reminder.local.isoformat(),
                "utc": instant(reminder.due_at),
                "urgent": reminder.urgent,
            }
            for timepoint, reminder in run.reminders
        ],
    }
