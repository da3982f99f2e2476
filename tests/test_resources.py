"""The files that travel with the program are found in a working copy and in an installed wheel."""

from pathlib import Path

import pytest

from sayso import resources
from support.house import ROOT


def test_a_working_copy_uses_its_own_instruments() -> None:
    assert resources.instruments_dir() == ROOT / "instruments"


def test_an_installed_wheel_carries_them_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "sayso" / "data" / "instruments"
    inside.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "sayso")
    assert resources.instruments_dir() == inside


def test_without_either_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "lib" / "sayso")
    with pytest.raises(FileNotFoundError, match="no instruments folder"):
        resources.instruments_dir()


def test_the_built_app_lies_inside_the_package() -> None:
    assert resources.static_dir() == ROOT / "backend" / "sayso" / "web" / "static"
