"""The tool that changes signs notices what tests notice, and names what they do not."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.house import ROOT
from tools.mutation import main
from tools.mutation_changes import Module, mutants
from tools.mutation_report import EQUIVALENT, is_about

_SOURCE = '''\
"""Limits."""

LEAST = 3


def within(number: int) -> bool:
    return number >= LEAST and number < 10


def forgotten(number: int) -> int:
    return number + 1


def count_down(number: int) -> int:
    while number > 0:
        number = number - 2
    return number
'''
_TESTS = """\
from limited.limits import count_down, within


def test_the_limits() -> None:
    assert [within(number) for number in (2, 3, 9, 10)] == [False, True, True, False]


def test_counting_down() -> None:
    assert count_down(4) == 0
"""


class Workshop:
    """A package of one module with its tests, and the tool at work on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("limited/__init__.py", "")
        self.write("limited/limits.py", _SOURCE)
        self.write("tests/test_limits.py", _TESTS)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    @property
    def book(self) -> Path:
        return self.folder / "book.jsonl"

    def options(self) -> list[str]:
        paths = {"package": "limited", "tests": "tests", "book": "book.jsonl", "write": "page.md"}
        return [
            word for name, path in paths.items() for word in (f"--{name}", f"{self.folder / path}")
        ]

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tools.mutation", *self.options(), "--patience", "1", *more],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module")
def first(workshop: Workshop) -> subprocess.CompletedProcess[str]:
    """The first run, of which everything is kept in the book."""
    return workshop.run("--floor", "60")


def test_every_mutant_is_counted_under_what_became_of_it(
    first: subprocess.CompletedProcess[str],
) -> None:
    # What counts up instead of down never comes back; nobody asks what an odd number counts to.
    assert first.returncode == 0, first.stderr
    assert "| limits | 12 | 8 | 1 | 3 | 75.0 % |" in first.stdout


def test_what_lives_is_named_with_its_line(first: subprocess.CompletedProcess[str]) -> None:
    for told in (
        "- `limits.py:11 number + 1 -> number - 1` (no test reaches it)",
        "- `limits.py:11 1 -> 2` (no test reaches it)",
        "- `limits.py:15 0 -> 1`",
    ):
        assert told in first.stdout
    assert "number >= LEAST -> " not in first.stdout


def test_the_page_is_kept_and_the_sources_are_not_touched(
    workshop: Workshop, first: subprocess.CompletedProcess[str]
) -> None:
    page = (workshop.folder / "page.md").read_text("utf-8")
    assert page.strip() in first.stdout
    assert (workshop.folder / "limited" / "limits.py").read_text("utf-8") == _SOURCE


def test_a_second_run_knows_everything_from_the_book(
    workshop: Workshop,
    first: subprocess.CompletedProcess[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # What tries nothing starts no process, so it can be called here.
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = workshop.book.read_text("utf-8")
    assert main([*workshop.options(), "--floor", "76"]) == 1, "75 is less than 76"
    assert capsys.readouterr().out.startswith("# Mutation testing")
    assert workshop.book.read_text("utf-8") == before
    assert "| 8 | 1 | 3 |" in first.stdout


@pytest.mark.nightly
def test_tests_that_fail_without_any_change_are_told(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    workshop.write("tests/test_limits.py", _TESTS.replace("== 0", "== 1"))
    run = workshop.run()
    assert run.returncode == 2
    assert "The tests fail without any change" in run.stderr


def test_what_counts_as_equivalent_is_still_there_and_says_why() -> None:
    for entry in tomllib.loads(EQUIVALENT.read_text("utf-8"))["equivalent"]:
        path = ROOT / "backend" / "sayso" / "domain" / f"{entry['module']}.py"
        found = [m for m in mutants(Module.read("sayso.domain", path)) if is_about(entry, m)]
        assert len(found) in range(1, 4), (entry, [mutant.told for mutant in found])
        assert entry["why"].strip()


def test_an_entry_with_a_line_is_about_the_changes_of_that_line_only(workshop: Workshop) -> None:
    of = {m.told: m for m in mutants(Module.read("limited", workshop.folder / "limited/limits.py"))}
    entry = {"module": "limits", "change": "number > 0 -> number >= 0"}
    assert [told for told, one in of.items() if is_about(entry, one)] == [
        "limits.py:15 number > 0 -> number >= 0"
    ]
    assert any(is_about(entry | {"line": "while number"}, one) for one in of.values())
    assert not any(is_about(entry | {"line": "return number"}, one) for one in of.values())
