"""Two phones, or one phone twice, at the same instant: one response counts, none is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from sayso.services import audit, limits
from sayso.services.responses import Outcome
from sayso.store.engine import transaction
from sayso.store.tables_forms import response
from support.at_once import at_once
from support.stage import Stage

CODE = "P-001"


@pytest.fixture
def stage(engine: Engine) -> Stage:
    stage = Stage(engine).set_up()
    stage.enrol(CODE, date(2026, 3, 20))
    return stage


def test_the_same_response_sent_twice_is_stored_once(stage: Stage) -> None:
    form, moment = stage.forms(CODE)[0], stage.at(CODE, 85)
    said = stage.submission(CODE, form, moment, moment)

    outcomes: list[Outcome] = at_once(lambda _n: stage.send(CODE, said, moment), 4)

    assert sorted(one.created for one in outcomes) == [False, False, False, True]
    assert len({one.receipt for one in outcomes}) == 1
    assert not any(one.conflict for one in outcomes)


def test_different_responses_to_one_form_are_all_kept_and_one_counts(stage: Stage) -> None:
    form, moment = stage.forms(CODE)[0], stage.at(CODE, 85)
    said = stage.submission(CODE, form, moment, moment)

    outcomes: list[Outcome] = at_once(
        lambda _n: stage.send(CODE, replace(said, id=str(uuid4())), moment), 4
    )

    assert sorted(one.receipt.disposition for one in outcomes) == ["duplicate"] * 3 + ["in_window"]
    with transaction(stage.engine, read_only=True) as connection:
        assert len(connection.execute(select(response.c.id)).all()) == 4
        assert list(audit.chain_faults(connection)) == []


def test_first_tries_that_meet_both_count(stage: Stage) -> None:
    bucket = limits.Bucket("test", 3, 60.0)
    moment = stage.at(CODE, 85)

    def take(_number: int) -> int:
        with transaction(stage.engine) as connection:
            return limits.take(connection, bucket, "x", moment)

    waits = at_once(take, 4)

    assert sorted(waits) == [0, 0, 0, 60]
