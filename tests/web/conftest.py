"""The application over an empty database of either kind, with everybody in front of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sayso.clock import FixedClock
from sayso.settings import Settings
from sayso.store.engine import make_engine
from sayso.web.app import create_app
from support import golden_stage
from support.stage import Stage
from support.stock import Stock
from support.visitors import Visitors


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A built app in miniature."""
    files = {
        "index.html": "<!doctype html><title>Participant</title>" + " " * 600,
        "console/index.html": "<!doctype html><title>Console</title>",
        "tablet/index.html": "<!doctype html><title>Tablet</title>",
        "sw.js": "// service worker",
        "sw-off.js": "// kill switch",
        "manifest.webmanifest": "{}",
        "assets/participant-1a2b.js": "export {};" + "\n" * 600,
        "icons/icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "sizes.json": "{}",
    }
    folder = tmp_path / "static"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    return folder


@pytest.fixture
def visitors(engine: Engine, now: datetime, static: Path) -> Visitors:
    """Alice, Amy, Carmen, Bob, Dana, Max, Ivy, Erin and Ada; tests run on both databases."""
    return Visitors.arrive(engine, now, static)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def golden(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visitors]:
    """The golden people behind the API, played once for each database; the tests only look."""
    folder = tmp_path_factory.mktemp("golden-api")
    (folder / "console").mkdir()
    for page in ("index.html", "console/index.html", "sw.js", "manifest.webmanifest"):
        (folder / page).write_text("<!doctype html>", "utf-8")
    if request.param == "sqlite":
        path = folder / "sayso.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        stock: Stock = request.getfixturevalue("postgres_stock")
        url = stock.lend()
    engine = make_engine(url)
    stage = Stage(engine).set_up()
    golden_stage.play(stage)
    clock = FixedClock(golden_stage.NOW)
    app = create_app(Settings(data_dir=folder), engine, clock, keyring=stage.keyring, static=folder)
    yield Visitors(stage, clock, app)
    engine.dispose()
    if request.param == "postgresql":
        stock.take_back(url)
