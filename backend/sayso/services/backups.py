"""Backups: one archive with the database, its row counts and checksums, and the keys.

The keys open the names and addresses in the database, so they go into the archive only when the
archive itself is encrypted, which age does to the public keys of the recipients.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import sayso
from sayso.domain.errors import CopyFailed
from sayso.store import copies

_STAMP = "%Y%m%dT%H%M%SZ"
_PLAIN, _SEALED = ".tar.gz", ".tar.gz.age"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds: when and by which version it was taken, rows per table, key files.

    `sha256` has the checksum of every file in the archive by its name.
    """

    taken_at: str
    version: str
    rows: dict[str, int]
    keys: list[str]
    sha256: dict[str, str]


@dataclass(frozen=True, slots=True)
class Backup:
    """One archive, by file and content."""

    file: Path
    manifest: Manifest


def create(
    url: str, keys: Sequence[Path], folder: Path, recipients: Path | None, now: datetime
) -> Backup:
    """Write a new archive into `folder`, made for its owner alone; `now` names it.

    `keys` that do not exist are left out; without `recipients` all are. Raises CopyFailed.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"sayso-{now.strftime(_STAMP)}{_SEALED if recipients else _PLAIN}"
    if target.exists():
        raise CopyFailed(f"{target} exists already")
    with _work_folder(folder) as work:
        content = work / "content"
        content.mkdir()
        rows = copies.dump(url, content)
        packed = [key for key in keys if recipients and key.is_file()]
        for key in packed:
            shutil.copyfile(key, content / key.name)
        manifest = Manifest(
            taken_at=now.isoformat(),
            version=sayso.__version__,
            rows=rows,
            keys=[key.name for key in packed],
            sha256={path.name: _sha256(path) for path in sorted(content.iterdir())},
        )
        (content / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=2), "utf-8")
        plain = work / "archive"
        with tarfile.open(plain, "w:gz") as archive:
            for path in sorted(content.iterdir()):
                archive.add(path, arcname=path.name)
        if recipients:
            _age("--encrypt", "--recipients-file", str(recipients), "--output",
                 str(work / "sealed"), str(plain))  # fmt: skip
        finished = work / "sealed" if recipients else plain
        finished.chmod(0o600)
        # Renaming comes last, so that a file with a backup's name is a whole backup.
        finished.rename(target)
    return Backup(target, manifest)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the `keep` newest archives of `folder`; returns what was removed."""
    archives = sorted(
        path for path in folder.glob("sayso-*") if path.name.endswith((_PLAIN, _SEALED))
    )
    old = archives[:-keep] if keep else []
    for path in old:
        path.unlink()
    return old


def verify(file: Path, url: str, identity: Path | None) -> Backup:
    """Restore the archive into a scratch database beside `url` and count every table.

    Raises CopyFailed when anything differs from what the manifest says.
    """
    with _opened(file, identity) as (content, manifest), copies.scratch(url, content) as scratch:
        copies.load(content, scratch)
        _compare(copies.count_rows(scratch), manifest.rows)
        return Backup(file, manifest)


def restore(file: Path, url: str, keys: Sequence[Path], identity: Path | None) -> Backup:
    """Fill the empty database at `url`, and put the key files back where `keys` says.

    Raises CopyFailed, before anything is written, when the database is not empty or when another
    key lies where one of the archive would go.
    """
    with _opened(file, identity) as (content, manifest):
        targets = [key for key in keys if key.name in manifest.keys]
        for key in targets:
            if key.exists() and _sha256(key) != manifest.sha256[key.name]:
                raise CopyFailed(f"another key lies at {key}; move it away first")
        copies.load(content, url)
        _compare(copies.count_rows(url), manifest.rows)
        for key in targets:
            key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(content / key.name, key)
            key.chmod(0o600)
        return Backup(file, manifest)


@contextmanager
def _opened(file: Path, identity: Path | None) -> Iterator[tuple[Path, Manifest]]:
    """The archive's files in a folder of their own, each checked against the manifest."""
    with _work_folder() as work:
        plain = file
        if file.name.endswith(_SEALED):
            if identity is None:
                raise CopyFailed("the archive is encrypted; say with --identity which key opens it")
            plain = work / "archive"
            _age("--decrypt", "--identity", str(identity), "--output", str(plain), str(file))
        content = work / "content"
        try:
            with tarfile.open(plain) as archive:
                archive.extractall(content, filter="data")
            manifest = Manifest(**json.loads((content / _MANIFEST).read_text("utf-8")))
        except (tarfile.TarError, OSError, EOFError, TypeError, ValueError) as error:
            raise CopyFailed(f"{file} is not a whole backup: {error}") from error
        for name, digest in manifest.sha256.items():
            if not (content / name).is_file() or _sha256(content / name) != digest:
                raise CopyFailed(f"{name} in {file} is not what was backed up")
        yield content, manifest


@contextmanager
def _work_folder(beside: Path | None = None) -> Iterator[Path]:
    """A folder that only its owner can read and that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix=".sayso-", dir=beside) as name:
        yield Path(name)


def _compare(counted: dict[str, int], expected: dict[str, int]) -> None:
    differing = sorted(
        name for name in counted.keys() | expected.keys() if counted.get(name) != expected.get(name)
    )
    if differing:
        raise CopyFailed(f"the restored database differs in {', '.join(differing)}")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _age(*arguments: str) -> None:
    try:
        result = subprocess.run(  # noqa: S603 - the program is fixed and the arguments are paths
            ["age", *arguments],  # noqa: S607 - the administrator's own search path decides
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise CopyFailed("age is not on this machine; install the package age") from None
    if result.returncode != 0:
        raise CopyFailed(f"age failed: {result.stderr.strip().splitlines()[0]}")
