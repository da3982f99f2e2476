"""Scored again: new scores stand beside the old ones, and the difference can be read."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from sayso.domain.errors import QuestionnaireChanged, UnknownStudy
from sayso.domain.instrument_errors import RulesDoNotFit
from sayso.domain.scoring import ENGINE_VERSION
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import (
    corrections,
    exports,
    participant_view,
    publishing,
    rescoring,
    scores,
)
from sayso.services.corrections import Answers
from sayso.services.rescoring import Report
from sayso.store.tables import participant
from sayso.store.tables_forms import response, score
from sayso.store.tables_messages import audit_event
from support.stage import COMMAND, STUDY, Stage

ANXIETY = dict(finder(instruments_dir())("demo-anxiety", None))
LATER = timedelta(days=400)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    for code, site in (("P-001", "S1"), ("P-200", "S2")):
        stage.enrol(code, date(2026, 3, 20), site=site)
        stage.answer(code, 84)
    return stage


def newer(change: str = "total", **rule: Any) -> dict[str, Any]:
    """A later version of the anxiety questionnaire with one of its rules changed."""
    document: dict[str, Any] = deepcopy(ANXIETY) | {"version": "1.0.1"}
    first = document["scores"][0]
    assert first["id"] == "worry_total"
    if change == "total":
        first |= rule or {"then": [2, 0]}
    return document


def rescore(stage: Stage, now: datetime, **more: Any) -> Report:
    with stage.open() as connection:
        return rescoring.rescore(connection, COMMAND, STUDY, now + LATER, **more)


def rows(stage: Stage) -> int:
    with stage.open() as connection:
        return int(connection.execute(select(func.count()).select_from(score)).scalar_one())


def shown(stage: Stage, instrument: str = "demo-anxiety") -> dict[str, dict[str, Any]]:
    """The newest score rows of the responses to one instrument, by response and score."""
    with stage.open() as connection:
        shas = {
            sha
            for version in publishing.versions(connection, STUDY)
            for name, sha in publishing.pinned_questionnaires(connection, version.id).items()
            if name == instrument
        }
        ids = list(
            connection.execute(
                select(response.c.id).where(response.c.questionnaire_sha256.in_(shas))
            ).scalars()
        )
        found = scores.newest(connection, ids)
    return {one: {row.score: row for row in kept} for one, kept in found.items()}


def test_the_same_engine_and_rules_change_nothing(stage: Stage, now: datetime) -> None:
    before = rows(stage)

    report = rescore(stage, now)

    assert report.looked_at > 0
    assert (report.rescored, report.differences, report.counts) == (0, [], {})
    assert rows(stage) == before


def test_newer_rules_add_scores_beside_the_old_ones(stage: Stage, now: datetime) -> None:
    before, old = rows(stage), shown(stage)

    report = rescore(stage, now, rules=newer())

    assert (report.looked_at, report.rescored) == (2, 2)
    assert rows(stage) == before + sum(len(one) for one in old.values())
    for response_id, kept in shown(stage).items():
        was = old[response_id]["worry_total"]
        assert kept["worry_total"].value == 2 * was.value
        assert kept["worry_total"].questionnaire_sha256 != was.questionnaire_sha256
        assert kept["worry_total"].rule_sha256 != was.rule_sha256


def test_the_difference_names_people_by_code_and_scores_by_id(stage: Stage, now: datetime) -> None:
    report = rescore(stage, now, rules=newer())

    changed = [one for one in report.differences if one.change.id == "worry_total"]
    assert {one.participant for one in changed} == {"P-001", "P-200"}
    assert {one.timepoint for one in changed} == {"W12"}
    assert all(one.instrument == "demo-anxiety" for one in report.differences)
    kinds = report.counts["demo-anxiety", "worry_total"]
    assert sum(kinds.values()) == 2


def test_a_rule_that_gives_the_same_value_is_named_too(stage: Stage, now: datetime) -> None:
    report = rescore(stage, now, rules=newer(then=[1, 0]))

    assert report.counts["demo-anxiety", "worry_total"] == {"rule": 2}
    assert report.rescored == 2


def test_a_score_that_is_new_or_gone_is_said(stage: Stage, now: datetime) -> None:
    document = newer("none")
    gone = document["scores"].pop()["id"]
    document["scores"].append({"id": "fresh", "of": ["edge"]})

    report = rescore(stage, now, rules=document)

    assert report.counts["demo-anxiety", gone] == {"removed": 2}
    assert report.counts["demo-anxiety", "fresh"] == {"added": 2}
    for kept in shown(stage).values():
        assert "fresh" in kept
        assert gone not in kept


def test_looking_first_keeps_nothing(stage: Stage, now: datetime) -> None:
    before = rows(stage)

    report = rescore(stage, now, rules=newer(), keep=False)

    assert report.rescored == 2
    assert rows(stage) == before
    with stage.open() as connection:
        actions = connection.execute(select(audit_event.c.action)).scalars().all()
    assert "scores.renewed" not in actions


def test_what_was_scored_by_newer_rules_stays_with_them(stage: Stage, now: datetime) -> None:
    rescore(stage, now, rules=newer())
    after = rows(stage)

    again = rescore(stage, now + LATER)

    assert again.rescored == 0
    assert rows(stage) == after


def test_a_newer_engine_scores_everything_again(
    stage: Stage, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(stage)
    monkeypatch.setattr("sayso.domain.scoring.ENGINE_VERSION", "2")
    monkeypatch.setattr("sayso.services.rescoring.ENGINE_VERSION", "2")

    report = rescore(stage, now)

    assert report.rescored == report.looked_at > 2
    assert report.differences == []
    assert rows(stage) > before
    versions = {row.engine_version for kept in shown(stage).values() for row in kept.values()}
    assert versions == {"2"}


def test_one_instrument_alone(stage: Stage, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.domain.scoring.ENGINE_VERSION", "2")
    monkeypatch.setattr("sayso.services.rescoring.ENGINE_VERSION", "2")

    assert rescore(stage, now, instrument="demo-anxiety").looked_at == 2
    assert rescore(stage, now, instrument="nothing").looked_at == 0


def test_rules_for_other_questions_are_refused_and_keep_nothing(
    stage: Stage, now: datetime
) -> None:
    document = newer("none")
    document["items"].append({"id": "stranger", "type": "boolean", "text": "New?"})
    document["scores"].append({"id": "more", "of": ["stranger"]})
    before = rows(stage)

    with pytest.raises(RulesDoNotFit, match=r"cannot score answers to 1\.0\.0: it has no question"):
        rescore(stage, now, rules=document)
    assert rows(stage) == before


def test_a_version_that_is_published_cannot_get_other_rules(stage: Stage, now: datetime) -> None:
    with pytest.raises(QuestionnaireChanged, match="give the changed questionnaire a new version"):
        rescore(stage, now, rules=newer() | {"version": ANXIETY["version"]})


def test_a_study_that_nobody_published(stage: Stage, now: datetime) -> None:
    with stage.open() as connection, pytest.raises(UnknownStudy):
        rescoring.rescore(connection, COMMAND, "none", now)


def test_it_is_on_the_trail_with_its_figures(stage: Stage, now: datetime) -> None:
    rescore(stage, now, rules=newer())

    with stage.open() as connection:
        event = connection.execute(
            select(audit_event).where(audit_event.c.action == "scores.renewed")
        ).one()
    said = event.details["after"]
    assert (said["responses"], said["scored_again"]) == (2, 2)
    assert sum(said["changed"]["demo-anxiety.worry_total"].values()) == 2


def exported(stage: Stage, now: datetime) -> dict[str, dict[str, Any]]:
    """The lines of the forms export about the anxiety questionnaire that were answered."""
    with stage.open() as connection:
        table = exports.expected_forms(connection, stage.reach(connection), now + LATER)
        lines = [dict(zip(table.header, line, strict=True)) for line in table.rows]
    asked = [one for one in lines if one["questionnaire"] == "demo-anxiety" and one["response_id"]]
    return {str(one["participant"]): one for one in asked}


def test_exports_give_the_newest_scores_and_say_what_made_them(stage: Stage, now: datetime) -> None:
    before = exported(stage, now)
    assert {line["scored_by_version"] for line in before.values()} == {"1.0.0"}

    rescore(stage, now, rules=newer())

    for code, line in exported(stage, now).items():
        was = before[code]
        assert line["demo-anxiety.worry_total"] == 2 * was["demo-anxiety.worry_total"]
        assert (line["scored_by_version"], line["scored_by_engine"]) == ("1.0.1", "1")
        assert line["questionnaire_version"] == was["questionnaire_version"] == "1.0.0"
        assert line["scored_at"] == now + LATER


def test_exports_have_a_column_for_a_new_score_and_an_empty_one_for_what_is_gone(
    stage: Stage, now: datetime
) -> None:
    document = newer("none")
    gone = document["scores"].pop()["id"]
    document["scores"].append({"id": "fresh", "of": ["edge"]})
    rescore(stage, now, rules=document)

    for line in exported(stage, now).values():
        assert line["demo-anxiety.fresh"] is not None
        assert line[f"demo-anxiety.{gone}"] is None


def test_old_scores_are_never_rewritten(stage: Stage, now: datetime) -> None:
    with stage.open() as connection:
        before = connection.execute(select(score).order_by(score.c.id)).all()
    rescore(stage, now, rules=newer())
    with stage.open() as connection:
        after = connection.execute(select(score).order_by(score.c.id)).all()

    assert after[: len(before)] == before


def test_a_correction_is_scored_by_the_newer_rules_and_scored_again_by_its_own_answers(
    stage: Stage, now: datetime
) -> None:
    rescore(stage, now, rules=newer())
    before = shown(stage)
    response_id = next(iter(before))
    moment = now + LATER + timedelta(days=1)
    with stage.open() as connection:
        row = connection.execute(select(response).where(response.c.id == response_id)).one()
        code = connection.execute(
            select(participant.c.code).where(participant.c.id == row.participant_id)
        ).scalar_one()
        said = Answers({**row.answers, "edge": 3}, row.skipped)
        proposer = "bob" if code == "P-001" else "dana"
        person = stage.hold(connection, code, proposer)
        number = corrections.propose(connection, person, response_id, said, "Misread", moment)
        decider = stage.hold(connection, code, "ada")
        corrections.decide(connection, decider, number, True, "Seen on paper", moment)

    after = shown(stage)[response_id]["worry_total"]
    was = before[response_id]["worry_total"]
    assert after.questionnaire_sha256 == was.questionnaire_sha256
    assert after.value == was.value + 2 * 3
    again = rescore(stage, now + LATER + timedelta(days=2))
    assert again.rescored == 0


def test_her_page_shows_the_newer_score_beside_the_one_it_replaced(
    stage: Stage, now: datetime
) -> None:
    rescore(stage, now, rules=newer())

    with stage.open() as connection:
        within = stage.reach(connection)
        page = participant_view.view(connection, within, "P-001", stage.keyring, now + LATER)
    again = [one for one in page["responses"] if one["scorings"]]
    (one,) = again
    old, new = one["scorings"]
    assert (old["rules_version"], new["rules_version"]) == ("1.0.0", "1.0.1")
    assert (old["scored_at"] < new["scored_at"], new["engine_version"]) == (True, ENGINE_VERSION)
    assert one["scores"] == new["scores"]
    assert one["scores_as_sent"] is None, "nobody corrected an answer"
    values = {
        (kind, score["id"]): score["value"]
        for kind, scoring in (("old", old), ("new", new))
        for score in scoring["scores"]
    }
    assert values["new", "worry_total"] == 2 * values["old", "worry_total"]
