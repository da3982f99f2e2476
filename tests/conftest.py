"""Fixtures that every test may use: a fixed moment, and a fresh database of either kind.

A test that names `database_url`, `engine` or `connection` runs twice: on SQLite and on PostgreSQL.
The schema is made once per session by the real migrations; each test gets a copy of it.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from sayso.store.engine import make_engine, transaction
from sayso.store.schema import upgrade
from support import network
from support.postgres import Cluster
from support.require import postgres_bin
from support.stock import Stock

_TEMPLATE = "sayso_template"
_LONG = ("e2e", "slow")
_SPREAD = 0.5
"""How much of the rest of the files comes between the long ones."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots",
        metavar="FOLDER",
        default=None,
        help="keep a picture of every screen that browser tests visit in FOLDER",
    )


@pytest.hookimpl(trylast=True)  # Which tests are journeys is said by their own folder.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave nightly proofs out unless they are asked for, and begin with what takes long."""
    if "nightly" not in config.option.markexpr:
        nightly = {item for item in items if item.get_closest_marker("nightly")}
        config.hook.pytest_deselected(items=[item for item in items if item in nightly])
        items[:] = [item for item in items if item not in nightly]
    if hasattr(config, "workerinput"):
        items[:] = long_ones_first(items)


def long_ones_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests in an order in which several processes end at about the same time.

    Processes take file after file. A journey or slow proof begun at the end would leave the others
    idle, and several journeys side by side would have each other wait. So the long files come
    early, with a few others between them, and files of many small tests come last.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    long: list[list[pytest.Item]] = []
    short: list[list[pytest.Item]] = []
    for tests in sorted(files.values(), key=len):
        takes_long = any(test.get_closest_marker(name) for test in tests for name in _LONG)
        (long if takes_long else short).append(tests)
    between = max(1, round(len(short) * _SPREAD / max(1, len(long))))
    ordered: list[list[pytest.Item]] = []
    for number, tests in enumerate(long):
        ordered += [tests, *short[number * between : (number + 1) * between]]
    ordered += short[len(long) * between :]
    return [test for tests in ordered for test in tests]


@pytest.fixture(scope="session", autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.block(patch)
        yield


@pytest.fixture
def now() -> datetime:
    """A Monday afternoon in summer; nothing in the tests reads the machine's clock."""
    return datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this session's own, with a template database that holds the schema."""
    with Cluster(postgres_bin()) as cluster:
        _migrate(cluster.create(_TEMPLATE))
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the schema and nothing else."""
    path = tmp_path_factory.mktemp("template") / "sayso.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "sayso.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_stock(postgres_cluster: Cluster) -> Stock:
    return Stock(postgres_cluster, _TEMPLATE)


@pytest.fixture
def postgres_url(postgres_stock: Stock) -> Iterator[str]:
    url = postgres_stock.lend()
    yield url
    postgres_stock.take_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database: first SQLite, then PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One open transaction, which is committed when the test ends."""
    with transaction(engine) as connection:
        yield connection


def _migrate(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
