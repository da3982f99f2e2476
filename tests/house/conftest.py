"""A small house of cards: a tree shaped like ours in which a test plants one fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

Plant = Callable[[str, str], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Write one file into an otherwise sound tree and get the tree's root."""
    sound = {
        "backend/sayso/clock.py": "def now() -> int:\n    return datetime.now()\n",
        "backend/sayso/store/engine.py": "def end(c: C) -> None:\n    c.commit()\n",
        "tests/test_clock.py": "assert True\n" * 20,
    }

    def write(name: str, text: str) -> Path:
        for each, content in (sound | {name: text}).items():
            (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / each).write_text(content)
        return tmp_path

    return write
