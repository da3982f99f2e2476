"""What the files for the statistician are written from: every form with all that belongs to it.

Participants are read in small groups, so that memory stays flat. For now the forms are the stored
rows; for a past day everything is cut back to what was on record then: facts, study versions,
scorings and corrections alike, so that a file of that day can be made again to the last byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from sayso.domain.completion import RULE_VERSION, Row
from sayso.domain.evaluation import Assessment, rows
from sayso.domain.schedule import WantedForm
from sayso.domain.study import Study
from sayso.services import access, assessments, completion, corrections, publishing, scores
from sayso.services.access import Reach
from sayso.services.completion import Chosen
from sayso.services.corrections import Correction
from sayso.services.tallies import Scene
from sayso.store.tables import participant
from sayso.store.tables import questionnaire as questionnaires
from sayso.store.tables_forms import response

_GROUP = 200
_Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """What is the same in every row of one file.

    `versions` names the version of a questionnaire by its hash, `pins` the hash of a questionnaire
    by study version, and `scores` the columns: instrument and score.
    """

    at: Scene
    versions: Mapping[str, str]
    pins: Mapping[str, Mapping[str, str]]
    scores: Sequence[tuple[str, str]]

    @property
    def study(self) -> Study:
        """The study as it stood."""
        return self.at.study

    def place(self, row: Row) -> list[object]:
        """The first cells of a row: which study, as of when, and whose."""
        return [
            self.study.key, self.study.version, self.at.moment, RULE_VERSION, row.site, row.arm,
            row.participant,
        ]  # fmt: skip

    def form(self, row: Row, form: WantedForm | None, sha: str | None) -> list[object]:
        """The cells that say which form it is, and which questionnaire it asks."""
        label = self.study.label_of(row.timepoint)
        if form is None or sha is None:
            return [row.timepoint, label, None, row.questionnaire, None, None]
        return [
            row.timepoint, label, " ".join(form.tags), row.questionnaire, self.versions[sha], sha,
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scoring:
    """The newest scoring of a response: values by instrument and score, and what made them."""

    values: Mapping[tuple[str, str], object]
    rules: str
    engine: str | None
    at: datetime | None


UNSCORED = Scoring({}, "", None, None)


@dataclass(frozen=True, slots=True)
class Found:
    """One row to be written: how it counts, the form behind it, its answers and scoring.

    `asked` is the hash of the questionnaire that the form asks.
    """

    row: Row
    form: WantedForm | None
    asked: str | None
    answer: Any
    scoring: Scoring
    correction: Correction | None


def cut(connection: Connection, within: Reach, now: datetime, as_of: date | None = None) -> Cut:
    """What a file is made under. Raises NotAllowed for a day that has not begun."""
    at = completion.scene_of(connection, within, Chosen(as_of=as_of), now)
    known = [p for n, p in enumerate(at.published) if n == 0 or p.published_at <= at.moment]
    pins = {p.study.version: publishing.pinned_questionnaires(connection, p.id) for p in known}
    shas = dict.fromkeys(sha for pinned in pins.values() for sha in pinned.values())
    # Scored again by newer rules: their scores are columns too.
    used = scores.rules_used(connection, within.study_key, at.moment if at.is_past else None)
    shas |= dict.fromkeys(used)
    named = connection.execute(
        select(questionnaires.c.sha256, questionnaires.c.version).where(
            questionnaires.c.sha256.in_(shas)
        )
    )
    loaded = [publishing.questionnaire_by_hash(connection, sha) for sha in shas]
    names = dict.fromkeys((one.id, rule.id) for one in loaded for rule in one.scores)
    return Cut(at, {row.sha256: row.version for row in named}, pins, list(names))


def found(connection: Connection, within: Reach, cut: Cut, *, scored: bool) -> Iterator[Found]:
    """Every row in order of participant and schedule, a group of participants at a time."""
    at, rules = cut.at, cut.study.rules
    until = at.moment if at.is_past else None
    for group in _groups(connection, within):
        people, asked = _people(connection, cut, group)
        forms = {
            (entry.facts.code, form.timepoint, form.questionnaire): form
            for entry in people
            for form in entry.forms
        }
        answers = _answers(connection, group)
        scorings = _scorings(connection, answers, until) if scored else {}
        corrected = corrections.accepted_of(connection, group, until)
        counted = rows(cut.study, people, at.moment, rules)
        for row in sorted(counted, key=lambda row: row.participant):
            response_id = row.status.response.id if row.status.response else ""
            place = (row.participant, row.timepoint, row.questionnaire)
            yield Found(
                row,
                forms.get(place),
                asked.get(place),
                answers.get(response_id),
                scorings.get(response_id, UNSCORED),
                corrected.get(response_id),
            )


def _groups(connection: Connection, within: Reach) -> Iterator[list[int]]:
    ids = list(
        connection.execute(
            access.people(within).with_only_columns(participant.c.id).order_by(participant.c.code)
        ).scalars()
    )
    for start in range(0, len(ids), _GROUP):
        yield ids[start : start + _GROUP]


def _people(
    connection: Connection, cut: Cut, ids: Sequence[int]
) -> tuple[list[Assessment], dict[_Place, str]]:
    """These participants, and which questionnaire each of their forms asks, by hash."""
    at, where, rules = cut.at, participant.c.id.in_(ids), cut.study.rules
    if at.is_past:
        people = assessments.replayed(connection, at.within, at.published, rules, at.moment, where)
        return people, {
            (entry.facts.code, *form.key): cut.pins[form.study_version][form.questionnaire]
            for entry in people
            for form in entry.forms
        }
    cases = assessments.cases(connection, at.within, rules, at.moment, where)
    return assessments.as_assessments(connection, at.within, cases), {
        (case.facts.code, form.timepoint, form.questionnaire): form.questionnaire_sha256
        for case in cases
        for form in case.forms
    }


def _answers(connection: Connection, ids: Iterable[int]) -> dict[str, Any]:
    found = connection.execute(select(response).where(response.c.participant_id.in_(ids)))
    return {row.id: row for row in found}


def _scorings(
    connection: Connection, answers: Mapping[str, Any], until: datetime | None
) -> dict[str, Scoring]:
    """The newest scoring of each response; older ones stay in the database."""
    found = {}
    for response_id, kept in scores.newest(connection, list(answers), until).items():
        instrument = publishing.questionnaire_by_hash(connection, kept[0].questionnaire_sha256).id
        found[response_id] = Scoring(
            {
                (instrument, row.score): row.value if row.label is None else row.label
                for row in kept
            },
            kept[0].questionnaire_sha256,
            kept[0].engine_version,
            kept[0].scored_at,
        )
    return found
