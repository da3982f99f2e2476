"""Exports for the statistician: one row per expected form, and one per item.

Both run over the participants in small groups, so that memory stays flat, and take every status
from the same read as the screens. A form that was expected and did not come has a row that says
why; an item is answered, not done (with the reason) or branched out, and never just absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from sayso.domain.answers import answered, shown
from sayso.domain.completion import RULE_VERSION, Row
from sayso.domain.evaluation import rows
from sayso.domain.questionnaire import Code, Item, Questionnaire
from sayso.formats import facts_writer
from sayso.services import access, assessments, audit, corrections, publishing, scores
from sayso.services.access import Reach
from sayso.services.assessments import Case
from sayso.services.corrections import Correction
from sayso.services.publishing import Published
from sayso.store.facts import StoredForm, facts_of
from sayso.store.tables import participant
from sayso.store.tables import questionnaire as questionnaires
from sayso.store.tables_forms import response

ANSWERED, NOT_DONE, BRANCHED_OUT = "ANSWERED", "NOT DONE", "BRANCHED OUT"
PREFERS_NOT = "prefers not to answer"
LEFT_OPEN = "left open"
WITHHELD = "withheld: may identify a person"
WHOLE_FORM = "ALL"
_GROUP = 200

Line = Sequence[object]

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


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; the rows are read while they are written out."""

    header: Sequence[str]
    rows: Iterator[Line]


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is the same in every row of one export."""

    published: Published
    now: datetime
    versions: Mapping[str, str]
    scores: Sequence[tuple[str, str]]

    def place(self, row: Row) -> list[object]:
        study = self.published.study
        return [
            study.key, study.version, self.now, RULE_VERSION, row.site, row.arm, row.participant,
        ]  # fmt: skip

    def form(self, row: Row, form: StoredForm | None) -> list[object]:
        label = self.published.study.label_of(row.timepoint)
        if form is None:
            return [row.timepoint, label, None, row.questionnaire, None, None]
        sha = form.questionnaire_sha256
        return [
            row.timepoint, label, " ".join(form.tags), row.questionnaire, self.versions[sha], sha,
        ]  # fmt: skip


def expected_forms(connection: Connection, within: Reach, now: datetime) -> Table:
    """One row per participant and expected form, with status, response and scores.

    Scores are one column each, named INSTRUMENT.SCORE; empty where the rule says unscorable.
    """
    cut = _cut(connection, within, now)
    names = [f"{instrument}.{name}" for instrument, name in cut.scores]
    return Table(
        (*_PLACE, *_FORM, *_WINDOW, *_RESPONSE, *names), _form_lines(connection, within, cut)
    )


def items(connection: Connection, within: Reach, now: datetime) -> Table:
    """One row per item of every received form, and one row for a form that never came.

    What was sent stands in the columns of the item; an accepted correction stands beside it.

    Forms that are upcoming or still open and empty have no row yet.
    """
    cut = _cut(connection, within, now)
    header = (*_PLACE, *_FORM[:5], *_ITEM, *_SOURCE, *_CORRECTED)
    return Table(header, _item_lines(connection, within, cut))


def facts(connection: Connection, within: Reach) -> dict[str, Any]:
    """What is known about everybody within reach, as the file that `study evaluate` reads."""
    known = facts_of(connection, *assessments.scope(within))
    return facts_writer.document(sorted(known.values(), key=lambda one: one.code))


def record(
    connection: Connection, within: Reach, what: str, lines: int, sha256: str, now: datetime
) -> None:
    """Note in the audit trail who took which file away; the hash tells two files apart."""
    audit.record(
        connection,
        within.actor,
        "export.made",
        f"export/{within.study_key}/{what}",
        after={
            "rows": lines,
            "sha256": sha256,
            "sites": sorted(site.code for site in within.sites.values()),
        },
        now=now,
    )


def _cut(connection: Connection, within: Reach, now: datetime) -> _Cut:
    published = publishing.current(connection, within.study_key)
    shas = {
        sha: None
        for version in publishing.versions(connection, within.study_key)
        for sha in publishing.pinned_questionnaires(connection, version.id).values()
    }
    # Scored again by newer rules: their scores are columns too.
    shas |= dict.fromkeys(scores.rules_used(connection, within.study_key))
    rows_ = connection.execute(
        select(questionnaires.c.sha256, questionnaires.c.version).where(
            questionnaires.c.sha256.in_(shas)
        )
    )
    loaded = [publishing.questionnaire_by_hash(connection, sha) for sha in shas]
    names = dict.fromkeys((one.id, rule.id) for one in loaded for rule in one.scores)
    return _Cut(published, now, {row.sha256: row.version for row in rows_}, list(names))


@dataclass(frozen=True, slots=True)
class _Scoring:
    """The newest scoring of a response: values by instrument and score, and what made them."""

    values: Mapping[tuple[str, str], object]
    rules: str
    engine: str | None
    at: datetime | None


_UNSCORED = _Scoring({}, "", None, None)


@dataclass(frozen=True, slots=True)
class _Found:
    """One row to be written: how it counts, the stored form behind it, and its response."""

    row: Row
    form: StoredForm | None
    answer: Any
    correction: Correction | None


def _found(
    connection: Connection, within: Reach, cut: _Cut, *, scored: bool
) -> Iterator[tuple[_Found, _Scoring]]:
    """Every row in order of participant and schedule, a group of participants at a time."""
    rules = cut.published.study.rules
    for group in _groups(connection, within):
        cases = assessments.cases(connection, within, rules, cut.now, participant.c.id.in_(group))
        forms = {
            (case.facts.code, form.timepoint, form.questionnaire): form
            for case in cases
            for form in case.forms
        }
        answers = _answers(connection, cases)
        scorings = _scorings(connection, answers) if scored else {}
        corrected = corrections.accepted_of(connection, [case.id for case in cases])
        people = assessments.as_assessments(connection, within, cases)
        counted = rows(cut.published.study, people, cut.now, rules)
        for row in sorted(counted, key=lambda row: row.participant):
            form = forms.get((row.participant, row.timepoint, row.questionnaire))
            response_id = row.status.response.id if row.status.response else ""
            answer = answers.get(response_id)
            found = _Found(row, form, answer, corrected.get(response_id))
            yield found, scorings.get(response_id, _UNSCORED)


def _groups(connection: Connection, within: Reach) -> Iterator[list[int]]:
    ids = list(
        connection.execute(
            access.people(within).with_only_columns(participant.c.id).order_by(participant.c.code)
        ).scalars()
    )
    for start in range(0, len(ids), _GROUP):
        yield ids[start : start + _GROUP]


def _answers(connection: Connection, cases: Iterable[Case]) -> dict[str, Any]:
    ids = [case.id for case in cases]
    found = connection.execute(select(response).where(response.c.participant_id.in_(ids)))
    return {row.id: row for row in found}


def _scorings(connection: Connection, answers: Mapping[str, Any]) -> dict[str, _Scoring]:
    """The newest scoring of each response; older ones stay in the database."""
    found = {}
    for response_id, kept in scores.newest(connection, list(answers)).items():
        instrument = publishing.questionnaire_by_hash(connection, kept[0].questionnaire_sha256).id
        found[response_id] = _Scoring(
            {
                (instrument, row.score): row.value if row.label is None else row.label
                for row in kept
            },
            kept[0].questionnaire_sha256,
            kept[0].engine_version,
            kept[0].scored_at,
        )
    return found


def _form_lines(connection: Connection, within: Reach, cut: _Cut) -> Iterator[Line]:
    for found, scoring in _found(connection, within, cut, scored=True):
        row, form, answer = found.row, found.form, found.answer
        window = [form.opens, form.target, form.closes] if form else [None, None, None]
        status = row.status
        yield [
            *cut.place(row),
            *cut.form(row, form),
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


def _response(answer: Any, cut: _Cut, scoring: _Scoring) -> list[object]:
    if answer is None:
        return [None] * (len(_RESPONSE) - 1)
    return [
        answer.id, answer.authored_at, answer.authored_zone, answer.received_at, answer.offered_at,
        answer.skew_seconds, answer.mode, answer.originator, answer.assistance, answer.language,
        answer.app_build, answer.answered, answer.applicable, answer.declined, answer.scorable,
        cut.versions.get(scoring.rules), scoring.engine, scoring.at,
    ]  # fmt: skip


def _item_lines(connection: Connection, within: Reach, cut: _Cut) -> Iterator[Line]:
    for found, _scoring in _found(connection, within, cut, scored=False):
        row, form, answer = found.row, found.form, found.answer
        start = [*cut.place(row), *cut.form(row, form)[:5]]
        if answer is not None:
            end = [
                answer.id, answer.authored_at, answer.received_at, row.status.detail, answer.mode,
                answer.language,
            ]  # fmt: skip
            asked = publishing.questionnaire_by_hash(connection, answer.questionnaire_sha256)
            sent = item_cells(asked, answer.answers, answer.skipped)
            for cells, more in zip(sent, _corrected(asked, answer, found.correction), strict=True):
                yield [*start, *cells, *end, *more]
        elif row.status.status not in {"upcoming", "open"}:
            why = row.status.reason or row.status.detail
            cells = [0, WHOLE_FORM, None, None, None, NOT_DONE, why]
            nothing = [None] * len(_CORRECTED)
            yield [*start, *cells, None, None, None, row.status.detail, None, None, *nothing]


def _corrected(
    asked: Questionnaire, answer: Any, correction: Correction | None
) -> Iterator[list[object]]:
    """For every question what it is after the correction, where that is not what was sent."""
    nothing: list[object] = [None] * len(_CORRECTED)
    sent = item_cells(asked, answer.answers, answer.skipped)
    if correction is None:
        yield from (nothing for _cells in sent)
        return
    now = item_cells(asked, correction.said.answers, correction.said.skipped)
    for before, after in zip(sent, now, strict=True):
        same = before[3:] == after[3:] and after[-1] != WITHHELD
        yield nothing if same else [*after[3:], correction.decided_at, correction.reason]


def item_cells(
    asked: Questionnaire, answers: Mapping[str, Any], skipped: Sequence[str]
) -> Iterator[list[object]]:
    """Position, id, text, value, its words, status and reason of every question, in order."""
    visible = shown(asked, answers, skipped)
    for position, (item, texts) in enumerate(_with_words(asked), start=1):
        value = answers.get(item.id)
        if item.id not in visible:
            cells: list[object] = [None, None, BRANCHED_OUT, None]
        elif item.id in skipped:
            cells = [None, None, NOT_DONE, PREFERS_NOT]
        elif not answered(value):
            cells = [None, None, NOT_DONE, LEFT_OPEN]
        elif item.identifying:
            cells = [None, None, ANSWERED, WITHHELD]
        else:
            cells = [value, _words(texts, value), ANSWERED, None]
        yield [position, item.id, item.text, *cells]


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
