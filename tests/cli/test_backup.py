"""`sayso backup` walks from a running database to a restored one."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sayso.cli.backup import command
from sayso.store import copies


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_url: str) -> None:
    monkeypatch.setenv("SAYSO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SAYSO_DATABASE_URL", sqlite_url)


def sayso_backup(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_from_create_to_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    created = sayso_backup("create", tmp_path / "backups", "--json")
    assert created.exit_code == 0
    file = Path(json.loads(created.stdout)["file"])

    verified = sayso_backup("verify", file)
    assert verified.exit_code == 0
    assert "can be restored" in verified.output

    new = f"sqlite:///{tmp_path / 'new.sqlite'}"
    monkeypatch.setenv("SAYSO_DATABASE_URL", new)
    restored = sayso_backup("restore", file, "--json")
    assert restored.exit_code == 0
    assert copies.count_rows(new) == json.loads(restored.stdout)["rows"]


def test_it_says_that_the_keys_are_not_in_it(tmp_path: Path) -> None:
    assert "keep a copy of them apart" in sayso_backup("create", tmp_path / "backups").stderr


def test_old_ones_are_pruned(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "sayso-20200101T000000Z.tar.gz").touch()
    (folder / "notes.txt").touch()
    assert sayso_backup("create", folder, "--keep", "1").exit_code == 0
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 2
    assert "notes.txt" in names
    assert "sayso-20200101T000000Z.tar.gz" not in names


def test_wrong_use() -> None:
    assert sayso_backup("verify", "no-such-file").exit_code == 2
    assert sayso_backup("create").exit_code == 2
