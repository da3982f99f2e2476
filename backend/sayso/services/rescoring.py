"""Score again what was scored by an older engine or older rules, and show the difference.

Nothing is overwritten: each response that gives another result, or the same one by another rule,
gets a further scoring beside those it has. The questionnaire that was answered stays on record with
the response; the one whose rules were used stands with each score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from sayso.domain import scoring
from sayso.domain.audit import Actor
from sayso.domain.instrument_errors import RulesDoNotFit
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.rescoring import ScoreChange, score_changes
from sayso.domain.rules_fit import misfits
from sayso.domain.scoring import ENGINE_VERSION, Score
from sayso.formats import instrument_json
from sayso.services import audit, corrections, publishing, scores
from sayso.services.corrections import Answers
from sayso.store.tables import participant, questionnaire, study_version
from sayso.store.tables_forms import expected_form, response

_GROUP = 500
_NAMED_MISFITS = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """One score of one response that is not what it was; participants by their study code."""

    participant: str
    timepoint: str | None
    response_id: str
    instrument: str
    change: ScoreChange


@dataclass
class Report:
    """What scoring again found: how many responses were looked at and got a new scoring.

    `counts` says for each instrument and score how many changed, by the kind of change.
    """

    study: str
    engine: str
    looked_at: int = 0
    rescored: int = 0
    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


def rescore(
    connection: Connection,
    actor: Actor,
    study_key: str,
    now: datetime,
    *,
    instrument: str | None = None,
    rules: Mapping[str, Any] | None = None,
    keep: bool = True,
) -> Report:
    """Score every response of the study again; `keep` False only reports.

    `rules` is the document of a newer version of one instrument, whose scores are used for every
    response to it; without it each response keeps the rules of the version that was answered, or
    the newer ones that it was scored by last. Raises UnknownStudy, InstrumentFileWrong,
    QuestionnaireChanged, RulesDoNotFit.
    """
    publishing.current(connection, study_key)
    newer = None if rules is None else instrument_json.load(rules)
    newer_sha = None if rules is None else instrument_json.sha256(rules)
    if newer is not None:
        instrument = newer.id
        _require_fit(connection, study_key, newer)
    if rules is not None and keep:
        publishing.pin(connection, rules, now)
    report = Report(study_key, ENGINE_VERSION)
    for group in _groups(connection, study_key, instrument):
        _rescore_group(connection, group, newer, newer_sha, report, now if keep else None)
    if keep and report.rescored:
        audit.record(
            connection, actor, "scores.renewed", f"study/{study_key}",
            after={
                "engine": ENGINE_VERSION, "rules": newer_sha, "instrument": instrument,
                "responses": report.looked_at, "scored_again": report.rescored,
                "changed": {
                    f"{one}.{name}": dict(kinds) for (one, name), kinds in report.counts.items()
                },
            },
            now=now,
        )  # fmt: skip
    return report


def _rescore_group(
    connection: Connection,
    group: Sequence[Any],
    newer: Questionnaire | None,
    newer_sha: str | None,
    report: Report,
    moment: datetime | None,
) -> None:
    ids = [row.id for row in group]
    known = scores.newest(connection, ids)
    corrected = corrections.standing(connection, ids)
    fresh: dict[str, list[tuple[str, list[Score]]]] = {}
    for row in group:
        before = known.get(row.id, [])
        sha = newer_sha or (before[0].questionnaire_sha256 if before else row.questionnaire_sha256)
        asked = newer or publishing.questionnaire_by_hash(connection, sha)
        said = corrected.get(row.id, Answers(row.answers, row.skipped))
        after = scoring.score(asked, said.answers, said.skipped)
        changes = score_changes([_score(one) for one in before], after)
        report.looked_at += 1
        if changes or any(one.engine_version != ENGINE_VERSION for one in before):
            report.rescored += 1
            fresh.setdefault(sha, []).append((row.id, after))
        for change in changes:
            counted = report.counts.setdefault((asked.id, change.id), Counter())
            counted[change.why] += 1
            report.differences.append(Difference(row.code, row.timepoint, row.id, asked.id, change))
    if moment is not None:
        for sha, scored in fresh.items():
            scores.keep(connection, sha, scored, moment)


def _groups(
    connection: Connection, study_key: str, instrument: str | None
) -> Iterator[Sequence[Any]]:
    """The responses of the study in the order of their ids, some hundreds at a time."""
    statement = (
        select(
            response.c.id, response.c.questionnaire_sha256, response.c.answers, response.c.skipped,
            participant.c.code, expected_form.c.timepoint,
        )
        .join(participant, participant.c.id == response.c.participant_id)
        .join(questionnaire, questionnaire.c.sha256 == response.c.questionnaire_sha256)
        .outerjoin(expected_form, expected_form.c.id == response.c.expected_form_id)
        .where(participant.c.study_key == study_key)
        .order_by(response.c.id)
        .limit(_GROUP)
    )  # fmt: skip
    if instrument is not None:
        statement = statement.where(questionnaire.c.instrument == instrument)
    after = ""
    while rows := connection.execute(statement.where(response.c.id > after)).all():
        yield rows
        after = rows[-1].id


def _require_fit(connection: Connection, study_key: str, newer: Questionnaire) -> None:
    """Every version that was answered has the questions that the newer rules rest on."""
    answered = connection.execute(
        select(questionnaire.c.sha256)
        .join(response, response.c.questionnaire_sha256 == questionnaire.c.sha256)
        .join(study_version, study_version.c.id == response.c.study_version_id)
        .where(study_version.c.key == study_key, questionnaire.c.instrument == newer.id)
        .distinct()
    ).scalars()
    for sha in answered:
        older = publishing.questionnaire_by_hash(connection, sha)
        if found := misfits(older, newer):
            raise RulesDoNotFit(
                f"{newer.id} {newer.version} cannot score answers to {older.version}: "
                + "; ".join(found[:_NAMED_MISFITS])
            )


def _score(row: Row[Any]) -> Score:
    value = row.value if row.label is None else row.label
    return Score(row.score, value, row.n_answered, row.n_items, row.rule_sha256)
