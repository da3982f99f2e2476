"""A clinic that all tests of a file share, once on each database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from sayso.store.engine import make_engine
from support.stage import Stage
from support.stock import Stock


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The study published, its sites open and its staff hired; nobody is enrolled yet."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "sayso.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        stock: Stock = request.getfixturevalue("postgres_stock")
        url = stock.lend()
    engine = make_engine(url)
    yield Stage(engine).set_up()
    engine.dispose()
    if request.param == "postgresql":
        stock.take_back(url)
