"""The wheel carries all that a server needs, and nothing that only we need."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sayso import __version__
from support.house import ROOT
from support.require import missing


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_is_named_after_the_version(wheel: Path) -> None:
    assert wheel.name == f"sayso-{__version__}-py3-none-any.whl"


def test_it_carries_every_module(names: set[str]) -> None:
    package = ROOT / "backend" / "sayso"
    modules = {str(path.relative_to(package.parent)) for path in package.rglob("*.py")}
    assert modules - names == set()
    assert "sayso/py.typed" in names


def test_it_carries_every_instrument_and_study(names: set[str]) -> None:
    for path in (ROOT / "instruments").rglob("*"):
        if path.suffix in {".json", ".toml", ".csv"}:
            assert f"sayso/data/{path.relative_to(ROOT)}" in names


def test_it_carries_the_built_app(names: set[str]) -> None:
    built = ROOT / "backend" / "sayso" / "web" / "static"
    if not built.is_dir():
        missing("the app, which `make app` builds,")
    for page in ("index.html", "sw.js", "manifest.webmanifest"):
        assert f"sayso/web/static/{page}" in names


def test_it_carries_nothing_else(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert tops == {"sayso", f"sayso-{__version__}.dist-info"}
    assert [name for name in names if "__pycache__" in name or "node_modules" in name] == []


def test_it_works_where_there_is_no_working_copy(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    study = "from sayso.resources import instruments_dir as d; print(next(d().rglob('*.toml')))"
    environment = os.environ | {"PYTHONPATH": str(site)}

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    path = run("-c", study).strip()
    assert path.startswith(str(site))
    assert run("-m", "sayso", "study", "check", path)
