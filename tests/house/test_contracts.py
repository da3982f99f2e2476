"""Imports go down only; the contracts in pyproject.toml are run, and shown to bite."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.house import ROOT, files

_SEEDS = {
    "domain/seed.py": "from sayso.services import seed\n",
    "domain/seed_clock.py": "import sqlalchemy\n",
    "domain/ring_one.py": "from sayso.domain import ring_two\n",
    "domain/ring_two.py": "from sayso.domain import ring_one\n",
    "formats/seed.py": "import sqlalchemy\n",
    "services/seed.py": "import apscheduler\nimport flask\nimport pywebpush\n",
    "services/seed_clock.py": "from sayso import clock\n",
}


def contract_names() -> list[str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [contract["name"] for contract in config["tool"]["importlinter"]["contracts"]]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "backend"), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in files(ROOT / "backend" / "sayso", ".py"):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_every_contract_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_can_be_broken(copy: Path) -> None:
    for name, text in _SEEDS.items():
        (copy / "backend" / "sayso" / name).write_text(text)
    result = lint(copy)
    assert result.returncode == 1
    kept = [name for name in contract_names() if f"{name} BROKEN" not in result.stdout]
    assert kept == []


def test_a_new_module_at_the_top_must_be_placed(copy: Path) -> None:
    (copy / "backend" / "sayso" / "unplaced.py").write_text("")
    result = lint(copy)
    assert result.returncode == 1
    assert "unplaced" in result.stdout


@pytest.mark.parametrize("heavy", ["alembic", "apscheduler", "openpyxl", "pywebpush"])
def test_a_web_worker_does_not_carry_what_it_does_not_use(heavy: str) -> None:
    probe = f"import sys, sayso.web.app; sys.exit({heavy!r} in sys.modules)"
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode() or f"sayso.web.app imports {heavy}"
