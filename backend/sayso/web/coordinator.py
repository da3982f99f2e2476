"""The staff API about a study: its page, today's list, completion with its lists, audit."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify

from sayso.services import (
    audit_page,
    completion,
    exempt,
    figure_lists,
    kept,
    participants,
    people_lists,
    study_page,
    trends,
    worklist,
)
from sayso.services.completion import Chosen, Report
from sayso.services.figure_lists import Page
from sayso.web import coordinator_bodies as bodies
from sayso.web import coordinator_rates as shown
from sayso.web import coordinator_views as views
from sayso.web.auth import for_staff
from sayso.web.context import here
from sayso.web.coordinator_people import reach
from sayso.web.moments import written
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
def read_completion(query: dict[str, Any], key: str) -> Response:
    """Every rate as n of N, for now or as of the end of a past day (UTC)."""
    at, within, chosen = here(), reach(key), Chosen(**query)

    def shape(report: Report) -> dict[str, Any]:
        return shown.report(report, study_page.titles(at.connection, key))

    found = kept.recalled(at.state.kept, at.connection, within, chosen, at.now, shape)
    moment = completion.moment_of(chosen.as_of, at.now)
    return jsonify({"now": written(moment), **found})


@study.route("/<key>/completion/trend")
@for_staff()
@study.arguments(bodies.CompletionQuery, location="query")
@study.response(200, views.TrendView)
def read_trend(query: dict[str, Any], key: str) -> dict[str, Any]:
    """Completion of the forms whose window closed in each calendar month."""
    at = here()
    return shown.trend(
        trends.trend(at.connection, reach(key), Chosen(**query), at.now, at.state.kept.books)
    )


@study.route("/<key>/completion/forms")
@for_staff()
@study.arguments(bodies.CellQuery, location="query")
@study.response(200, views.CellView)
def read_cell(query: dict[str, Any], key: str) -> dict[str, Any]:
    """The forms that a figure counted, a page of them; `total` counts those of all pages."""
    at = here()
    measure, timepoint = query.pop("measure"), query.pop("timepoint")
    page = Page(query.pop("after"), query.pop("rows"))
    month = query.pop("month")
    found = figure_lists.listed(
        at.connection, reach(key), Chosen(**query), measure, timepoint, at.now, page,
        month and date.fromisoformat(f"{month}-01"), at.state.kept.books,
    )  # fmt: skip
    return {"total": found.total, "next": found.next, "rows": shown.listed(found)}


@study.route("/<key>/completion/people")
@for_staff()
@study.arguments(bodies.PeopleQuery, location="query")
@study.response(200, views.PeopleView)
def read_people(query: dict[str, Any], key: str) -> people_lists.Counted:
    """The people whom a figure counted, each with her share of it, a page of them."""
    at = here()
    page = Page(query.pop("after"), query.pop("rows"))
    asked = people_lists.Asked(
        query.pop("figure"), query.pop("part"), query.pop("timepoint"), query.pop("step")
    )
    return people_lists.counted(
        at.connection, reach(key), Chosen(**query), asked, at.now, page, at.state.kept.books
    )


@study.route("/<key>/participants")
@for_staff()
@study.arguments(bodies.ParticipantsQuery, location="query")
@study.response(200, views.ParticipantsView)
def read_participants(query: dict[str, Any], key: str) -> participants.Lines:
    """The participants within reach, one line each, a page of them."""
    at = here()
    return participants.lines(
        at.connection, reach(key), at.now, search=query["q"], site=query["site"],
        arm=query["arm"], show=query["show"], after=query["after"], rows=query["rows"],
    )  # fmt: skip


@study.route("/<key>/exempt")
@for_staff()
@study.arguments(bodies.TodayQuery, location="query")
@study.response(200, views.ExemptListView)
def read_exempt(query: dict[str, Any], key: str) -> dict[str, Any]:
    """Who is exempt, how they are followed, and signs that an exemption may be misused."""
    at = here()
    found = exempt.view(at.connection, reach(key).narrowed(query["site"]), at.now)
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
    """The trail of what lies within reach, newest first, and whether it verifies."""
    at = here()
    return audit_page.page(
        at.connection, reach(key), at.state.keyring, code=query["participant"],
        before=query["before"],
    )  # fmt: skip
