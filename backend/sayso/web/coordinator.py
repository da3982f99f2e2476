"""The staff API about a study: its page, today's list, completion with its lists, audit."""

from __future__ import annotations

from typing import Any

from sayso.domain.completion import RULE_VERSION, Rates, Ratio
from sayso.services import (
    audit_page,
    completion,
    exempt,
    participants,
    study_page,
    worklist,
)
from sayso.services.completion import Chosen, Counted, Report
from sayso.web import coordinator_bodies as bodies
from sayso.web import coordinator_views as views
from sayso.web.auth import for_staff
from sayso.web.context import here
from sayso.web.coordinator_people import reach
from sayso.web.smorest import Resource

study = Resource("studies", "/api/studies", "The study, today's list, completion and audit.")


@study.route("")
@for_staff()
@study.response(200, views.StudyLineView(many=True))
def read_studies() -> list[dict[str, Any]]:
    """The studies in which the member of staff has a site."""
    at = here()
    return [study_page.line(at.connection, key) for key in sorted(at.staff.study_keys)]


@study.route("/<key>")
@for_staff()
@study.response(200, views.StudyView)
def read_study(key: str) -> dict[str, Any]:
    """The study as published, with the words to choose from and where each field comes from."""
    at = here()
    return study_page.page(at.connection, reach(key), at.now)


@study.route("/<key>/today")
@for_staff()
@study.arguments(bodies.TodayQuery, location="query")
@study.response(200, views.TodayView)
def read_today(query: dict[str, Any], key: str) -> dict[str, Any]:
    """Whom to call today and why, most pressing first."""
    at = here()
    found = worklist.today(at.connection, reach(key), at.now, query["site"])
    return {"now": found.now, "as_of_date": found.now.date(), "rows": found.rows}


@study.route("/<key>/completion")
@for_staff()
@study.arguments(bodies.CompletionQuery, location="query")
@study.response(200, views.CompletionView)
def read_completion(query: dict[str, Any], key: str) -> dict[str, Any]:
    """Every rate as n of N, for now or as of the end of a past day (UTC)."""
    at = here()
    report = completion.report(at.connection, reach(key), Chosen(**query), at.now)
    titles = study_page.titles(at.connection, key)
    return _report(report, titles)


@study.route("/<key>/completion/forms")
@for_staff()
@study.arguments(bodies.CellQuery, location="query")
@study.response(200, views.CellView)
def read_cell(query: dict[str, Any], key: str) -> dict[str, Any]:
    """Exactly the forms that a figure counted."""
    at = here()
    measure, timepoint = query.pop("measure"), query.pop("timepoint")
    counted = completion.count(at.connection, reach(key), Chosen(**query), at.now)
    return {"rows": _cell(counted, measure, timepoint)}


@study.route("/<key>/participants")
@for_staff()
@study.arguments(bodies.ParticipantsQuery, location="query")
@study.response(200, views.ParticipantsView)
def read_participants(query: dict[str, Any], key: str) -> dict[str, Any]:
    """The participants within reach, one line each."""
    at = here()
    found = participants.lines(
        at.connection, reach(key), at.now, search=query["q"], site=query["site"],
        arm=query["arm"], show=query["show"],
    )  # fmt: skip
    return {"rows": found}


@study.route("/<key>/exempt")
@for_staff()
@study.response(200, views.ExemptListView)
def read_exempt(key: str) -> dict[str, Any]:
    """Who is exempt, how they are followed, and signs that an exemption may be misused."""
    at = here()
    found = exempt.view(at.connection, reach(key), at.now)
    return {
        "rows": found.rows,
        "retention": found.retention,
        "shares": [
            {"site": site, "n": share.n, "of": share.of, "signal": found.site_signals.get(site)}
            for site, share in found.shares.items()
        ],
    }


@study.route("/<key>/audit")
@for_staff()
@study.arguments(bodies.AuditQuery, location="query")
@study.response(200, views.AuditView)
def read_audit(query: dict[str, Any], key: str) -> audit_page.Page:
    """The trail of what lies within reach, newest first, and whether the whole chain verifies."""
    at = here()
    return audit_page.page(
        at.connection, reach(key), at.state.keyring, code=query["participant"],
        before=query["before"],
    )  # fmt: skip


def _report(report: Report, titles: dict[str, str]) -> dict[str, Any]:
    def named(figures: Rates) -> dict[str, Any]:
        return rate_row(report, figures, titles)

    return {
        "now": report.moment,
        "rule_version": RULE_VERSION,
        "alive_rule": report.alive_rule,
        "study_sha256": report.study_sha256,
        "study_version": report.study.version,
        "rates": [named(figures) for figures in report.rates],
        "by_site": [named(figures) for figures in report.by_site],
        "balance_ok": report.balance_ok,
        "retention": report.retention,
        "contact_currency": report.contact_currency,
        "complete_persons": [
            {"timepoint": timepoint, "arm": arm, "n": ratio.n, "of": ratio.of}
            for (timepoint, arm), ratio in report.complete_persons.items()
        ],
        "exempt_share": [
            {"site": site, "arm": arm, "n": ratio.n, "of": ratio.of}
            for (site, arm), ratio in report.exempt_share.items()
        ],
    }


def rate_row(report: Report, figures: Rates, titles: dict[str, str]) -> dict[str, Any]:
    """One row of figures with the names that people read."""
    arm = report.study.arm(figures.arm)
    return {
        **{name: getattr(figures, name) for name in Rates.__slots__},
        "timepoint_label": report.study.label_of(figures.timepoint),
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


def _interval(ratio: Ratio) -> list[float] | None:
    return None if ratio.interval is None else list(ratio.interval)


def _cell(counted: Counted, measure: str, timepoint: str | None) -> list[dict[str, Any]]:
    windows = {
        (entry.facts.code, form.timepoint, form.questionnaire): form
        for entry in counted.people
        for form in entry.forms
    }
    found = []
    for row in completion.cell(counted, measure, timepoint):
        form = windows.get((row.participant, row.timepoint, row.questionnaire))
        found.append(
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
    return found
