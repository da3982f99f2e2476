"""What tests are given: a real, empty, migrated database of either kind, and no network."""

import socket
import urllib.request
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, inspect, text

from sayso.store.engine import make_engine, transaction
from support.network import NetworkBlockedError, is_loopback
from support.postgres import Cluster
from support.require import missing, program


def test_the_database_holds_the_schema_and_no_rows(engine: Engine) -> None:
    tables = inspect(engine).get_table_names()
    assert "participant" in tables
    with transaction(engine) as connection:
        assert connection.scalar(text("select count(*) from participant")) == 0


def test_what_one_test_leaves_behind(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(text("create table left_behind (id integer)"))
    assert "left_behind" in inspect(engine).get_table_names()


def test_is_gone_in_the_next(engine: Engine) -> None:
    assert "left_behind" not in inspect(engine).get_table_names()


def test_an_open_transaction_can_be_used_at_once(connection: Connection) -> None:
    assert connection.in_transaction()
    assert connection.scalar(text("select 1")) == 1


def test_the_server_lives_in_a_zone_that_nobody_should_lean_on(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with transaction(engine) as connection:
        assert connection.scalar(text("show timezone")) == "Asia/Kathmandu"
    engine.dispose()


@pytest.fixture
def plain_database(postgres_cluster: Cluster) -> Iterator[str]:
    url = postgres_cluster.create()
    yield url
    postgres_cluster.drop(url)


def test_a_database_can_also_be_had_without_the_schema(plain_database: str) -> None:
    engine = make_engine(plain_database)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_tests_cannot_reach_another_machine() -> None:
    with socket.socket() as other, pytest.raises(NetworkBlockedError, match="not on it"):
        other.connect(("192.0.2.1", 80))
    with socket.socket() as other, pytest.raises(NetworkBlockedError):
        other.connect_ex(("192.0.2.1", 80))


def test_tests_cannot_ask_for_another_machine_by_name() -> None:
    with pytest.raises(NetworkBlockedError, match="look up no names"):
        urllib.request.urlopen("http://example.org", timeout=1)


def test_tests_can_reach_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname(), timeout=5)
        client.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("app.localhost", True),
        ("127.3.2.1", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_missing_program_skips_on_a_developers_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAYSO_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        program("no-such-program")


def test_a_missing_program_fails_where_all_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL is not installed"):
        missing("PostgreSQL")


def test_the_first_program_found_is_taken() -> None:
    assert program("no-such-program", "sh").endswith("/sh")
