"""How far everybody's facts have come is told block by block, by indexes, and of everybody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select, text, update

from sayso.store import schema, tally
from sayso.store.engine import transaction
from sayso.store.tables import participant
from sayso.store.tables_tally import tally_line
from sayso.store.tally import UNTOLD, Block, Progress
from support.stage import NEW_YORK, SETUP, STUDY, Stage
from support.statements import counted

INDEX = "ix_tally_line_participant_id_revision"
IDS = (1, 2, 127, 128, 300, 12_800)
BLOCKS = {0: Block(3, 130), 1: Block(1, 128), 2: Block(1, 300), 100: Block(1, 12_800)}


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """Six people in four blocks, one of them far away; their counts are the numbers of their rows.

    By these they can be told apart.
    """
    stage = Stage(engine).set_up()
    with stage.open() as connection:
        for row_id in IDS:
            come(connection, stage, row_id)
        connection.execute(update(tally_line).values(revision=tally_line.c.participant_id))
    return stage


def come(connection: Connection, stage: Stage, row_id: int, study_key: str = STUDY) -> None:
    connection.execute(
        insert(participant).values(
            id=row_id, code=f"P-{row_id}", study_key=study_key, site_id=stage.site_ids["S1"],
            arm="stop", zone=NEW_YORK, enrolled_on=date(2026, 3, 20), preferred_language="en",
            reads_english=True, reads_english_on=date(2026, 3, 20), reads_english_how="asked",
            interpreter=False, created_at=SETUP,
        )
    )  # fmt: skip


def test_each_block_says_how_many_it_counts_and_how_far_they_have_come(stage: Stage) -> None:
    with stage.open() as connection, counted(stage.engine) as asked:
        assert tally.progress(connection) == Progress(True, BLOCKS)
    assert len(asked) == 1


def test_every_change_moves_its_own_block_alone(stage: Stage) -> None:
    with stage.open() as connection:
        tally.take_away(connection, [127, 300])
        found = tally.progress(connection).blocks

    assert {n for n in found if found[n] != BLOCKS[n]} == {0, 2}
    assert (found[0], found[2]) == (Block(3, 131), Block(1, 301))


def test_whoever_comes_in_is_counted_from_the_start(stage: Stage) -> None:
    with stage.open() as connection:
        come(connection, stage, 129)
        found = tally.progress(connection)

    assert found.complete
    assert found.blocks[1].people == 2


@pytest.mark.parametrize("gone", [(128,), IDS])
def test_it_is_incomplete_as_soon_as_somebody_is_not_counted(
    stage: Stage, gone: tuple[int, ...]
) -> None:
    with stage.open() as connection:
        connection.execute(delete(tally_line).where(tally_line.c.participant_id.in_(gone)))
        found = tally.progress(connection)
        told = tally.revisions_in(connection, STUDY, None)

    assert not found.complete
    assert {row_id for row_id, count in told.items() if count == UNTOLD} == set(gone)
    assert sum(block.people for block in found.blocks.values()) == len(IDS) - len(gone)


def test_people_of_another_study_move_a_block_and_have_no_revision_in_this_one(
    stage: Stage,
) -> None:
    with stage.open() as connection:
        come(connection, stage, 3, "another")
        assert tally.progress(connection).blocks[0].people == 4
        assert set(tally.revisions_in(connection, STUDY, {0})) == {1, 2, 127}
        assert tally.revisions_in(connection, "another", {0}).keys() == {3}


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ({0}, {1, 2, 127}),
        ({1, 2}, {128, 300}),
        ({0, 100}, {1, 2, 127, 12_800}),
        ({2, 0}, {1, 2, 127, 300}),
        ({5}, set()),
        # So many blocks are taken as one span; who lies between is no harm.
        ({0, *range(3, 101)}, {*IDS}),
        (None, {*IDS}),
    ],
)
def test_revisions_are_those_of_the_blocks(
    stage: Stage, numbers: set[int] | None, found: set[int]
) -> None:
    with stage.open() as connection:
        assert tally.revisions_in(connection, STUDY, numbers) == {n: n for n in found}


def test_no_line_is_read_to_say_how_far_the_facts_have_come(stage: Stage) -> None:
    plan = "EXPLAIN QUERY PLAN " if stage.engine.dialect.name == "sqlite" else "EXPLAIN "
    with stage.open() as connection, counted(stage.engine) as asked:
        tally.progress(connection)
    with stage.open() as connection:
        if stage.engine.dialect.name == "postgresql":
            # Six rows are read whole all the same; with ten thousand the index costs a tenth.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        rows = connection.exec_driver_sql(plan + asked[0]).all()

    steps = " ".join(str(row[-1]) for row in rows)
    assert INDEX in steps or "Index Only Scan" in steps, steps
    assert "SCAN tally_line USING COVERING INDEX" in steps or "Index Only Scan" in steps, steps


def test_lines_of_before_are_there_after_the_index_came(stage: Stage) -> None:
    def everything() -> list[Any]:
        with transaction(stage.engine, read_only=True) as connection:
            rows = connection.execute(select(tally_line).order_by(tally_line.c.participant_id))
            return list(rows.all())

    before = everything()
    schema.downgrade(stage.engine, "0005")
    assert INDEX not in indexes(stage.engine)
    assert everything() == before

    schema.upgrade(stage.engine)

    assert INDEX in indexes(stage.engine)
    assert everything() == before
    with stage.open() as connection:
        come(connection, stage, 4)
        assert tally.progress(connection).blocks[0].people == 4
        assert connection.execute(select(func.count()).select_from(tally_line)).scalar_one() == 7


def indexes(engine: Engine) -> set[str | None]:
    return {index["name"] for index in inspect(engine).get_indexes("tally_line")}
