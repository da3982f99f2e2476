"""The application over an empty database of either kind, with everybody in front of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

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
