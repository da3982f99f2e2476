"""Files for the statistician. Who took which file away is on record before it is handed over."""

from __future__ import annotations

import hashlib
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response, send_file

from sayso.formats.tabular import csv_chunks
from sayso.services import exports, figure_table, papers, study_page
from sayso.services.completion import Chosen
from sayso.services.exports import Table
from sayso.store.engine import transaction
from sayso.web import coordinator_bodies as bodies
from sayso.web.auth import for_staff
from sayso.web.context import here
from sayso.web.coordinator_people import reach
from sayso.web.smorest import Resource

files = Resource("exports", "/api/studies", "Comma-separated files, one row per form or per item.")
_IN_MEMORY = 4_000_000


@files.route("/<key>/exports/expected-forms.csv")
@for_staff()
@files.arguments(bodies.AsOfQuery, location="query")
@files.response(200, description="One row per expected form, with status, response and scores.")
def expected_forms(query: dict[str, Any], key: str) -> Response:
    """One row per participant and expected form, for now or as of the end of a past day (UTC)."""
    at, as_of = here(), query["as_of"]
    table = exports.expected_forms(at.connection, reach(key), at.now, as_of)
    return _file(key, "expected-forms", table, as_of)


@files.route("/<key>/exports/items.csv")
@for_staff()
@files.arguments(bodies.AsOfQuery, location="query")
@files.response(200, description="One row per item, answered, not done or branched out.")
def items(query: dict[str, Any], key: str) -> Response:
    """One row per item of every received form, and one per form that never came."""
    at, as_of = here(), query["as_of"]
    table = exports.items(at.connection, reach(key), at.now, as_of)
    return _file(key, "items", table, as_of)


@files.route("/<key>/exports/completion.csv")
@for_staff()
@files.arguments(bodies.CompletionQuery, location="query")
@files.response(200, description="Every rate, over all sites and for each, with intervals.")
def completion_table(query: dict[str, Any], key: str) -> Response:
    """The completion table, ready for a paper, for now or as of the end of a past day (UTC)."""
    at = here()
    chosen = Chosen(**query)
    table = papers.completion_table(at.connection, reach(key), chosen, at.now)
    return _file(key, "completion", table, chosen.as_of)


@files.route("/<key>/exports/figures.csv")
@for_staff()
@files.arguments(bodies.CompletionQuery, location="query")
@files.response(200, description="F1 to F19, a row for each figure, with intervals.")
def all_figures(query: dict[str, Any], key: str) -> Response:
    """Every figure on a line of its own, for now or as of the end of a past day (UTC)."""
    at = here()
    chosen = Chosen(**query)
    table = figure_table.figure_table(at.connection, reach(key), chosen, at.now)
    return _file(key, "figures", table, chosen.as_of)


@files.route("/<key>/exports/consort.csv")
@for_staff()
@files.arguments(bodies.CompletionQuery, location="query")
@files.response(200, description="The CONSORT-PRO flow, one row per arm and timepoint.")
def consort_table(query: dict[str, Any], key: str) -> Response:
    """The flow of participants for one questionnaire, as a table."""
    at = here()
    chosen = Chosen(**query)
    table = papers.flow_table(at.connection, reach(key), chosen, at.now)
    return _file(key, "consort", table, chosen.as_of)


@files.route("/<key>/exports/consort.svg")
@for_staff()
@files.arguments(bodies.CompletionQuery, location="query")
@files.response(200, description="The CONSORT-PRO flow as a picture; it holds counts only.")
def consort_picture(query: dict[str, Any], key: str) -> Response:
    """The flow of participants for one questionnaire, as a picture with its text alternative."""
    at = here()
    titles = study_page.titles(at.connection, key)
    drawn = papers.flow_picture(at.connection, reach(key), Chosen(**query), titles, at.now)
    response = Response(drawn, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "no-store"
    return response


def _file(key: str, name: str, table: Table, as_of: date | None) -> Response:
    """Write the table to a file that leaves memory when it grows, then note who gets it.

    The note has a transaction of its own: reading can take a while, and on SQLite a transaction
    that means to write would keep every phone's answers waiting for as long.
    """
    at = here()
    content: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)
    digest, lines = hashlib.sha256(), -1
    for chunk in csv_chunks(table.header, table.rows):
        data = chunk.encode()
        digest.update(data)
        lines += chunk.count("\r\n")
        content.write(data)
    content.seek(0)
    with transaction(at.state.engine) as connection:
        exports.record(connection, reach(key), name, lines, digest.hexdigest(), at.now, as_of)
    response = send_file(
        content, "text/csv", as_attachment=True, download_name=f"{key}-{name}.csv", max_age=0
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    return response
