"""Inserting once says truly whether it inserted, inserting many keeps every value as it is."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import IntegrityError

from sayso.store.engine import make_engine, transaction
from sayso.store.tables import site
from sayso.store.tables_messages import heartbeat, rate_bucket
from sayso.store.upsert import insert_many, insert_new, insert_once

NORTH = {"study_key": "s", "code": "S1", "name": "North", "zone": "UTC"}


def test_the_first_is_inserted_and_the_second_is_not(connection: Connection) -> None:
    assert insert_once(connection, site, NORTH) is True
    assert insert_once(connection, site, NORTH | {"name": "South"}) is False
    assert connection.scalars(select(site.c.name)).all() == ["North"]


@pytest.mark.parametrize("other", [{"code": "S2"}, {"study_key": "t"}])
def test_what_does_not_collide_is_inserted(connection: Connection, other: dict[str, str]) -> None:
    insert_once(connection, site, NORTH)
    assert insert_once(connection, site, NORTH | other) is True
    assert connection.scalar(select(func.count()).select_from(site)) == 2


class TestMany:
    def test_no_rows_are_no_statement(self, connection: Connection) -> None:
        insert_many(connection, site, [])
        assert connection.scalar(select(func.count()).select_from(site)) == 0

    def test_text_comes_back_letter_for_letter(self, connection: Connection) -> None:
        odd = ["it's", 'a "quote"', "back\\slash", "näive 👍", ":bind", "%s {} $1", "two\nlines"]
        rows = [NORTH | {"code": f"S{n}", "name": name} for n, name in enumerate(odd)]
        insert_many(connection, site, rows)
        assert connection.scalars(select(site.c.name).order_by(site.c.id)).all() == odd

    def test_numbers_nothing_and_instants_stay_what_they_are(
        self, connection: Connection, now: datetime
    ) -> None:
        elsewhere = now.astimezone(timezone(timedelta(hours=5, minutes=45)))
        moments = [now, elsewhere, now + timedelta(microseconds=1)]
        tokens = [0.1, 1e-17, 123456789.123]
        rows = [{"key": f"k{n}", "tokens": tokens[n], "updated_at": moments[n]} for n in range(3)]
        insert_many(connection, rate_bucket, rows)
        kept = connection.execute(select(rate_bucket).order_by(rate_bucket.c.key)).all()
        assert [row.tokens for row in kept] == tokens
        assert [row.updated_at for row in kept] == moments
        insert_many(connection, site, [NORTH | {"parent_id": None}])
        assert connection.scalar(select(site.c.parent_id)) is None

    def test_documents_keep_their_shape(self, connection: Connection, now: datetime) -> None:
        facts = {"b": [1, 2.5, None, True], "a": {"deep": "ü"}}
        insert_many(connection, heartbeat, [{"name": "one", "at": now, "facts": facts}])
        assert connection.scalar(select(heartbeat.c.facts)) == facts

    def test_a_row_that_breaks_a_rule_takes_the_others_with_it(self, engine: Engine) -> None:
        with pytest.raises(IntegrityError), transaction(engine) as connection:
            insert_many(connection, site, [NORTH, NORTH | {"name": "South"}])
        with transaction(engine) as connection:
            assert connection.scalar(select(func.count()).select_from(site)) == 0

    def test_what_json_cannot_hold_is_refused(self, postgres_url: str) -> None:
        engine = make_engine(postgres_url)
        with pytest.raises(TypeError), transaction(engine) as connection:
            insert_many(connection, site, [NORTH | {"name": b"bytes"}])
        with pytest.raises(ValueError, match="not JSON"), transaction(engine) as connection:
            insert_many(connection, rate_bucket, [{"key": "k", "tokens": float("nan")}])
        engine.dispose()

    def test_however_many_rows_it_is_one_statement(self, engine: Engine) -> None:
        sent: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
        with transaction(engine) as connection:
            insert_many(connection, site, [NORTH | {"code": f"S{n}"} for n in range(40)])
        assert len([one for one in sent if one.startswith("INSERT")]) == 1


def test_of_several_rows_only_new_ones_are_inserted(connection: Connection) -> None:
    insert_once(connection, site, NORTH)

    insert_new(connection, site, [NORTH | {"name": "South"}, NORTH | {"code": "S2"}])
    insert_new(connection, site, [])

    names = connection.execute(select(site.c.code, site.c.name).order_by(site.c.code)).all()
    assert names == [("S1", "North"), ("S2", "North")]
