"""Indexes over some of the rows: either kind of database gets the condition."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from sayso.store import tables_entries, tables_forms, tables_messages
from sayso.store.indexes import PartialIndex

TABLES = (
    tables_entries.correction, tables_forms.expected_form, tables_forms.response,
    tables_messages.reminder, tables_messages.delivery,
)  # fmt: skip
PARTIAL = sorted(
    [
        (str(index.name), table.name, index)
        for table in TABLES
        for index in table.indexes
        if isinstance(index, PartialIndex)
    ],
    key=lambda found: found[0],
)


def shoes() -> Table:
    return Table(
        "shoe", MetaData(), Column("id", Integer, primary_key=True), Column("colour", String(9)),
        PartialIndex("uq_shoe_red", "colour", where=Column("colour") == "red", unique=True),
    )  # fmt: skip


@pytest.mark.parametrize("kind", [sqlite, postgresql])
def test_the_condition_reaches_either_kind_of_database(kind: Any) -> None:
    (index,) = shoes().indexes

    said = str(CreateIndex(index).compile(dialect=kind.dialect()))

    assert said == "CREATE UNIQUE INDEX uq_shoe_red ON shoe (colour) WHERE colour = 'red'"


@pytest.mark.parametrize(("name", "table", "index"), PARTIAL)
def test_the_database_has_every_such_index_with_its_condition(
    engine: Engine, name: str, table: str, index: PartialIndex
) -> None:
    found = {one["name"]: one for one in inspect(engine).get_indexes(table)}

    options = found[name]["dialect_options"]
    assert options[f"{engine.dialect.name}_where"] is not None
    assert bool(found[name]["unique"]) == index.unique


def test_there_are_as_many_as_the_schema_needs() -> None:
    assert [name for name, _table, _index in PARTIAL] == [
        "ix_delivery_due", "ix_delivery_failed", "ix_reminder_due", "uq_correction_waiting",
        "uq_expected_form_live", "uq_response_counting",
    ]  # fmt: skip


def test_it_holds_for_the_rows_it_names_and_for_no_others(engine: Engine) -> None:
    table = shoes()
    with engine.connect() as connection:
        table.create(connection)
        rows = [{"colour": "blue"}, {"colour": "blue"}, {"colour": "red"}]
        connection.execute(table.insert(), rows)
        with pytest.raises(Exception, match=r"(?i)unique"):
            connection.execute(table.insert(), [{"colour": "red"}])
        connection.rollback()
