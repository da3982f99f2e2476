"""Exports for the statistician: one row per expected form, and one per item.

Both take every status from the same read as the screens (`services.export_rows`). A form that was
expected and did not come has a row that says why; an item is answered, not done (with the reason)
or branched out, and never just absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import NoneType
from typing import Any

from sqlalchemy import Connection

from sayso.domain.answers import answered, shown
from sayso.domain.questionnaire import Code, Item, Questionnaire
from sayso.formats import facts_writer
from sayso.formats.tabular import Written, side_by_side, written
from sayso.services import assessments, audit, export_rows, publishing
from sayso.services.access import Reach
from sayso.services.corrections import Correction
from sayso.services.export_rows import Cut, Found, Scoring
from sayso.store.facts import facts_of

ANSWERED, NOT_DONE, BRANCHED_OUT = "ANSWERED", "NOT DONE", "BRANCHED OUT"
PREFERS_NOT = "prefers not to answer"
LEFT_OPEN = "left open"
WITHHELD = "withheld: may identify a person"
WHOLE_FORM = "ALL"

Line = Sequence[object] | Written

_PLACE = ("study", "study_version", "data_as_of", "rule_version", "site", "arm", "participant")
_FORM = (
    "timepoint", "timepoint_label", "tags", "questionnaire", "questionnaire_version",
    "questionnaire_sha256",
)  # fmt: skip
_WINDOW = (
    "opens", "target", "closes", "status", "disposition", "why", "missing_reason",
    "in_pro_population",
)  # fmt: skip
_RESPONSE = (
    "response_id", "authored_at", "authored_zone", "received_at", "offered_at", "skew_seconds",
    "mode", "originator", "assistance", "language", "app_build", "answered", "applicable",
    "declined", "scorable", "scored_by_version", "scored_by_engine", "scored_at",
    "corrected_at",
)  # fmt: skip
_ITEM = ("position", "item", "item_text", "value", "value_text", "item_status", "item_reason")
_SOURCE = ("response_id", "authored_at", "received_at", "disposition", "mode", "language")
# What an accepted correction made of the item; empty where it left the item as it was sent.
_CORRECTED = (
    "corrected_value", "corrected_value_text", "corrected_status", "corrected_reason",
    "corrected_at", "correction_reason",
)  # fmt: skip
_UNCORRECTED = written([None] * len(_CORRECTED))

_Outcome = tuple[object, str, str | None]
_REPEATED = frozenset({int, bool, NoneType})


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; the rows are read while they are written out."""

    header: Sequence[str]
    rows: Iterator[Line]


def expected_forms(
    connection: Connection, within: Reach, now: datetime, as_of: date | None = None
) -> Table:
    """One row per participant and expected form, with status, response and scores.

    Scores are one column each, named INSTRUMENT.SCORE; empty where the rule says unscorable. With
    `as_of` the file is what was on record at the end of that day (UTC), whatever came later: asked
    for again, it is the same to the last byte. Raises NotAllowed for a day that has not begun.
    """
    cut = export_rows.cut(connection, within, now, as_of)
    names = [f"{instrument}.{name}" for instrument, name in cut.scores]
    return Table(
        (*_PLACE, *_FORM, *_WINDOW, *_RESPONSE, *names), _form_lines(connection, within, cut)
    )


def items(connection: Connection, within: Reach, now: datetime, as_of: date | None = None) -> Table:
    """One row per item of every received form, and one row for a form that never came.

    What was sent stands in the columns of the item; an accepted correction stands beside it. Forms
    that are upcoming or still open and empty have no row yet. `as_of` as for `expected_forms`.
    """
    cut = export_rows.cut(connection, within, now, as_of)
    header = (*_PLACE, *_FORM[:5], *_ITEM, *_SOURCE, *_CORRECTED)
    return Table(header, _item_lines(connection, within, cut))


def facts(connection: Connection, within: Reach) -> dict[str, Any]:
    """What is known about everybody within reach, as the file that `study evaluate` reads."""
    known = facts_of(connection, *assessments.scope(within))
    return facts_writer.document(sorted(known.values(), key=lambda one: one.code))


def record(
    connection: Connection,
    within: Reach,
    what: str,
    lines: int,
    sha256: str,
    now: datetime,
    as_of: date | None = None,
) -> None:
    """Note in the audit trail who took which file away; the hash tells two files apart."""
    day = {} if as_of is None else {"as_of": as_of}
    audit.record(
        connection,
        within.actor,
        "export.made",
        f"export/{within.study_key}/{what}",
        after={
            "rows": lines,
            "sha256": sha256,
            "sites": sorted(site.code for site in within.sites.values()),
            **day,
        },
        now=now,
    )


def _form_lines(connection: Connection, within: Reach, cut: Cut) -> Iterator[Line]:
    for found in export_rows.found(connection, within, cut, scored=True):
        row, form, answer, scoring = found.row, found.form, found.answer, found.scoring
        window = [form.opens, form.target, form.closes] if form else [None, None, None]
        status = row.status
        yield [
            *cut.place(row),
            *cut.form(row, form, found.asked),
            *window,
            status.status,
            status.disposition,
            status.why if form else None,
            status.reason,
            row.in_pro_population,
            *_response(answer, cut, scoring),
            found.correction.decided_at if found.correction else None,
            *(scoring.values.get(key) for key in cut.scores),
        ]


def _response(answer: Any, cut: Cut, scoring: Scoring) -> list[object]:
    if answer is None:
        return [None] * (len(_RESPONSE) - 1)
    return [
        answer.id, answer.authored_at, answer.authored_zone, answer.received_at, answer.offered_at,
        answer.skew_seconds, answer.mode, answer.originator, answer.assistance, answer.language,
        answer.app_build, answer.answered, answer.applicable, answer.declined, answer.scorable,
        cut.versions.get(scoring.rules), scoring.engine, scoring.at,
    ]  # fmt: skip


def _item_lines(connection: Connection, within: Reach, cut: Cut) -> Iterator[Written]:
    """The rows of the items; what a form's rows have in common is written out once."""
    for found in export_rows.found(connection, within, cut, scored=False):
        row, answer = found.row, found.answer
        if answer is not None:
            start = _start(cut, found)
            end = written([
                answer.id, answer.authored_at, answer.received_at, row.status.detail, answer.mode,
                answer.language,
            ])  # fmt: skip
            asked = publishing.questionnaire_by_hash(connection, answer.questionnaire_sha256)
            sent = _outcomes(asked, answer.answers, answer.skipped)
            corrected = _corrected(asked, sent, found.correction)
            for place, outcome in enumerate(sent):
                cells = _item_cells_written(asked, place, outcome)
                yield side_by_side(start, cells, end, corrected.get(place, _UNCORRECTED))
        elif row.status.status not in {"upcoming", "open"}:
            why = row.status.reason or row.status.detail
            cells = written([0, WHOLE_FORM, None, None, None, NOT_DONE, why])
            end = written([None, None, None, row.status.detail, None, None])
            yield side_by_side(_start(cut, found), cells, end, _UNCORRECTED)


def _start(cut: Cut, found: Found) -> Written:
    return written([*cut.place(found.row), *cut.form(found.row, found.form, found.asked)[:5]])


def _corrected(
    asked: Questionnaire, sent: Sequence[_Outcome], correction: Correction | None
) -> dict[int, Written]:
    """What an accepted correction made of the questions, by place, where that is not what was sent.

    Of a text that is withheld nobody outside may know whether it was changed.
    """
    if correction is None:
        return {}
    now = _outcomes(asked, correction.said.answers, correction.said.skipped)
    return {
        place: written([*_said(asked, place, after), correction.decided_at, correction.reason])
        for place, (before, after) in enumerate(zip(sent, now, strict=True))
        if _said(asked, place, before) != _said(asked, place, after) or after[-1] == WITHHELD
    }


def item_cells(
    asked: Questionnaire, answers: Mapping[str, Any], skipped: Sequence[str]
) -> Iterator[list[object]]:
    """Position, id, text, value, its words, status and reason of every question, in order."""
    for place, outcome in enumerate(_outcomes(asked, answers, skipped)):
        yield _cells(asked, place, outcome)


def _outcomes(
    asked: Questionnaire, answers: Mapping[str, Any], skipped: Sequence[str]
) -> list[_Outcome]:
    """Value, status and reason of every question, in order."""
    visible = shown(asked, answers, skipped)
    found: list[_Outcome] = []
    for item in asked.items_in_order():
        value = answers.get(item.id)
        if item.id not in visible:
            found.append((None, BRANCHED_OUT, None))
        elif item.id in skipped:
            found.append((None, NOT_DONE, PREFERS_NOT))
        elif not answered(value):
            found.append((None, NOT_DONE, LEFT_OPEN))
        elif item.identifying:
            found.append((None, ANSWERED, WITHHELD))
        else:
            found.append((value, ANSWERED, None))
    return found


def _item_cells_written(asked: Questionnaire, place: int, outcome: _Outcome) -> Written:
    # A code of a question stands in thousands of rows, somebody's own words in one.
    if type(outcome[0]) in _REPEATED:
        return _known(asked, place, type(outcome[0]).__name__, outcome)
    return written(_cells(asked, place, outcome))


@lru_cache(maxsize=8192)
def _known(asked: Questionnaire, place: int, _kind: str, outcome: _Outcome) -> Written:
    """The cells of an outcome; the kind of its value tells 1 from true, which are equal."""
    return written(_cells(asked, place, outcome))


def _cells(asked: Questionnaire, place: int, outcome: _Outcome) -> list[object]:
    item = asked.items_in_order()[place]
    return [place + 1, item.id, item.text, *_said(asked, place, outcome)]


def _said(asked: Questionnaire, place: int, outcome: _Outcome) -> list[object]:
    value, status, reason = outcome
    words = None if value is None else _words(_with_words(asked)[place][1], value)
    return [value, words, status, reason]


@lru_cache(maxsize=256)
def _with_words(asked: Questionnaire) -> tuple[tuple[Item, Mapping[Code, str]], ...]:
    """Every question with the text of each of its codes."""
    return tuple(
        (item, {option.code: option.text for option in item.options})
        for item in asked.items_in_order()
    )


def _words(texts: Mapping[Code, str], value: Any) -> str | None:
    """The text of the chosen options, for reading; None where the value speaks for itself."""
    if not texts:
        return None
    chosen = value if isinstance(value, list) else [value]
    return "; ".join(texts.get(code, str(code)) for code in chosen) or None
