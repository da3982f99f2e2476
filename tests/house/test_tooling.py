"""The build's own promises: targets explain themselves, locks are complete and name no address."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from support.house import ROOT, files

_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
_TARGETS = (
    "app bench build clean demo fix help lint lock mutation nightly packages screenshots setup test"
).split()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(file: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / file).read_text("utf-8").splitlines()
    pins = [line.split(" ")[0].split("==") for line in lines if "==" in line.split(";")[0]]
    return {normal(name): version for name, version in pins}


def declared(requirements: list[str]) -> set[str]:
    return {normal(match[1]) for text in requirements if (match := _NAME.match(text))}


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    listed = [line.split()[1] for line in make().splitlines()]
    assert sorted(listed) == _TARGETS
    assert make() == make("help")


@pytest.mark.parametrize("target", sorted(set(_TARGETS) - {"clean"}))
def test_every_target_can_be_planned(target: str) -> None:
    assert make("--dry-run", "--always-make", target)


def test_every_dependency_is_locked_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = declared(project["project"]["dependencies"])
    assert runtime <= locked("runtime.lock").keys()
    assert declared(project["dependency-groups"]["dev"]) <= locked("dev.lock").keys()
    for file in ("runtime.lock", "dev.lock"):
        text = (ROOT / "requirements" / file).read_text("utf-8")
        pins = re.findall(r"^\S+==.*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^\S+==", text, re.MULTILINE)), file


def test_what_is_tested_is_what_a_server_installs() -> None:
    developer = locked("dev.lock")
    server = locked("runtime.lock")
    assert {name: developer[name] for name in server} == server


def test_locks_hold_for_any_index() -> None:
    for file in [*(ROOT / "requirements").iterdir(), ROOT / "pwa" / "package-lock.json"]:
        text = file.read_text("utf-8")
        assert "--index-url" not in text, file
        assert "--find-links" not in text, file
        assert '"resolved"' not in text, file


@pytest.mark.parametrize(
    "script", [ROOT / ".ci" / "run", *files(ROOT / "tests", ".sh"), *files(ROOT / "deploy", ".sh")]
)
def test_every_script_parses_and_may_be_run(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").startswith("#!/usr/bin/env bash\n")


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A project of which lint and test end as a file beside the Makefile says."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_text((ROOT / ".ci" / "run").read_text("utf-8"))
    (tmp_path / "Makefile").write_text(
        "setup:\n"
        "lint:\n\t@exit $$(cat lint.code)\n"
        "test:\n\t@echo all=$$SAYSO_REQUIRE_ALL; exit $$(cat test.code)\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("lint", "test", "clean"), [(0, 0, True), (1, 0, False), (0, 1, False), (1, 1, False)]
)
def test_a_change_lands_only_when_both_checks_are_clean(
    workshop: Path, lint: int, test: int, clean: bool
) -> None:
    (workshop / "lint.code").write_text(str(lint))
    (workshop / "test.code").write_text(str(test))
    result = subprocess.run(
        ["bash", ".ci/run"],
        cwd=workshop,
        env={"PATH": os.environ["PATH"], "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode == 0) is clean
    assert "all=1" in result.stdout, "tests run even after faults in style, and skip nothing"
