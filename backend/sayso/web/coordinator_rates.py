"""The completion report and its lists as the API shows them."""

from __future__ import annotations

from typing import Any

from sayso.domain.completion import RULE_VERSION, Rates, Ratio
from sayso.domain.reminder_steps import label_of
from sayso.services.completion import Report
from sayso.services.figure_lists import Listed
from sayso.services.trends import Trend

_SHARES = (
    "completion", "in_window", "available_all", "available_pro", "to_date", "scorable",
    "reason_capture", "item_completion",
)  # fmt: skip
_AS_THEY_ARE = tuple(name for name in Rates.__slots__ if name not in _SHARES)


def report(found: Report, titles: dict[str, str]) -> dict[str, Any]:
    """Every figure with its numerator and denominator, and what it was counted under.

    In the shape of CompletionView to the last value, all but the moment: hundreds of rows of forty
    values are written as they are, because looking at each value once more costs as much as
    counting did.
    """
    return {
        "rule_version": RULE_VERSION,
        "alive_rule": found.alive_rule,
        "study_sha256": found.study_sha256,
        "study_version": found.study.version,
        "rates": [rate_row(found, figures, titles) for figures in found.rates],
        "by_site": [rate_row(found, figures, titles) for figures in found.sites],
        "balance_ok": found.balance_ok,
        "retention": {
            "exempt": _share(found.retention.exempt),
            "not_exempt": _share(found.retention.not_exempt),
        },
        "contact_currency": _share(found.contact_currency),
        "complete_persons": [
            {"timepoint": timepoint, "arm": arm} | _share(ratio)
            for (timepoint, arm), ratio in found.complete_persons.items()
        ],
        "exempt_share": [
            {"site": site, "arm": arm} | _share(ratio)
            for (site, arm), ratio in found.exempt_share.items()
        ],
        "adherence": {
            "median_percent": found.adherence.median_percent,
            "bands": {band: _share(ratio) for band, ratio in found.adherence.bands.items()},
        },
        "reminder_yield": [
            {"step": step, "label": label_of(found.study.reminder_policy, step)} | _share(ratio)
            for step, ratio in found.reminder_yield.items()
        ],
        "backup_yield": _share(found.backup_yield),
    }


def trend(found: Trend) -> dict[str, Any]:
    """Completion by month, with intervals."""
    return {
        "now": found.moment,
        "rule_version": RULE_VERSION,
        "alive_rule": found.alive_rule,
        "months": [
            {
                "month": f"{month.first:%Y-%m}",
                "n": month.completion.n,
                "of": month.completion.of,
                "wilson": _interval(month.completion),
            }
            for month in found.months
        ],
    }


def rate_row(found: Report, figures: Rates, titles: dict[str, str]) -> dict[str, Any]:
    """One row of figures with the names that people read, in the shape of RateRowView."""
    arm = found.study.arm(figures.arm)
    return {
        **{name: getattr(figures, name) for name in _AS_THEY_ARE},
        **{name: _share(getattr(figures, name)) for name in _SHARES},
        "timepoint_label": found.study.label_of(figures.timepoint),
        "arm_label": arm.label if arm else figures.arm,
        "questionnaire_title": titles.get(figures.questionnaire, figures.questionnaire),
        "open": figures.pending,
        "in_window_count": figures.in_window.n,
        "late": figures.completion.n - figures.in_window.n - figures.disputed,
        "wilson": {
            "completion": _interval(figures.completion),
            "in_window": _interval(figures.in_window),
        },
    }


def _share(ratio: Ratio) -> dict[str, int]:
    return {"n": ratio.n, "of": ratio.of}


def _interval(ratio: Ratio) -> list[float] | None:
    return None if ratio.interval is None else list(ratio.interval)


def listed(found: Listed) -> list[dict[str, Any]]:
    """The forms behind a figure, one line each."""
    lines = []
    for row in found.rows:
        form = found.windows.get((row.participant, row.timepoint, row.questionnaire))
        lines.append(
            {
                "participant": row.participant,
                "site": row.site,
                "arm": row.arm,
                "timepoint": row.timepoint,
                "questionnaire": row.questionnaire,
                "status": row.status.status,
                "disposition": row.status.disposition,
                "why": row.status.why if form else "Not yet on this participant's calendar.",
                "opens": form.opens if form else None,
                "target": form.target if form else None,
                "closes": form.closes if form else None,
            }
        )
    return lines
