"""A night of bytes made up to reach every line of the importers: no crash, no hang, no growth.

A crash, an input that takes longer than five seconds, or more than 512 MB ends the fuzzer with an
error and leaves the input behind; the test shows it. A short run is enough by day to prove that the
fuzzer itself works and that it notices a crash.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sayso.formats.fhir_export import to_fhir
from sayso.formats.instrument_json import load
from sayso.formats.redcap_export import to_redcap
from support.instruments import shipped_folders
from support.require import missing

FUZZER = Path(__file__).parents[1] / "fuzz" / "importers.py"
LIMITS = ("-timeout=5", "-rss_limit_mb=512", "-max_len=60000", "-print_final_stats=1")
NIGHT_SECONDS = int(os.environ.get("SAYSO_FUZZ_SECONDS", "600"))


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Files of every format, made from the shipped instruments, for the fuzzer to begin with."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for number, place in enumerate(shipped_folders()):
        questionnaire = load(place)
        if questionnaire.pack:
            continue
        (folder / f"{number}.json").write_text(json.dumps(to_fhir(questionnaire)), "utf-8")
        text = to_redcap(questionnaire)
        (folder / f"{number}.csv").write_text(text, "utf-8")
        with zipfile.ZipFile(folder / f"{number}.zip", "w") as archive:
            archive.writestr("instrument.csv", text)
    return folder


def fuzz(program: Path, seeds: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("atheris") is None:
        missing("atheris, which has wheels for Linux on x86-64 only,")
    return subprocess.run(
        [sys.executable, program, seeds, *LIMITS, *options, f"-artifact_prefix={seeds.parent}/"],
        capture_output=True, text=True, check=False, cwd=seeds.parent,
    )  # fmt: skip


def runs(ended: subprocess.CompletedProcess[str]) -> int:
    """How many inputs were tried, as the fuzzer's last lines say."""
    said = dict(
        line.removeprefix("stat::").split(":", 1)
        for line in ended.stderr.splitlines()
        if line.startswith("stat::")
    )
    return int(said["number_of_executed_units"])


def test_the_fuzzer_runs_and_finds_nothing_in_a_moment(seeds: Path) -> None:
    ended = fuzz(FUZZER, seeds, "-runs=60")

    assert ended.returncode == 0, ended.stderr[-3000:]
    assert runs(ended) >= 60


def test_the_fuzzer_notices_a_crash(seeds: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    text = FUZZER.read_text("utf-8")
    assert "imported = import_bytes" in text
    broken.write_text(
        text.replace("imported = import_bytes", "imported = int(data) or import_bytes")
    )

    ended = fuzz(broken, seeds, "-runs=60")

    assert ended.returncode != 0
    assert "ValueError" in ended.stdout + ended.stderr
    assert list(tmp_path.glob("crash-*"))


@pytest.mark.nightly
def test_all_night(seeds: Path) -> None:
    ended = fuzz(FUZZER, seeds, f"-max_total_time={NIGHT_SECONDS}")

    found = sorted(seeds.parent.glob("crash-*")) + sorted(seeds.parent.glob("timeout-*"))
    for file in found:
        shutil.copy(file, Path.cwd() / file.name)
    assert ended.returncode == 0, (found, ended.stderr[-3000:])
    assert runs(ended) > 20 * NIGHT_SECONDS
