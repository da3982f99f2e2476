"""The documentation is complete, and what it tells people to type exists."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from sayso.cli.main import cli
from sayso.settings import options
from support.house import ROOT, files

_FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4}(make .*|sayso .*)$", re.MULTILINE)
_INLINE = re.compile(r"`((?:make|sayso) [^`]+)`")
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_PAGES = sorted(
    path
    for path in [
        *ROOT.glob("*.md"),
        *files(ROOT / "backend", ".md"),
        *files(ROOT / "deploy", ".md"),
    ]
)


def commands(text: str) -> list[list[str]]:
    """Every `make …` and `sayso …` that a page shows, as words, up to a comment or an operator."""
    shown = [*_INDENTED.findall(text), *_INLINE.findall(text)]
    for block in _FENCED.findall(text):
        shown += [
            part for line in block.splitlines() for part in re.split(r"&&|;", line.strip()) if part
        ]
    found = []
    for line in shown:
        words = shlex.split(re.split(r"  +|#", line.strip())[0])
        names = [os.path.basename(word) for word in words]
        for program in ("make", "sayso"):
            if program in names[:1] or (program in names and "runuser" in names[:1]):
                last = len(names) - names[::-1].index(program)
                found.append([program, *words[last:]])
    return found


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def resolves(words: list[str]) -> bool:
    """Whether `sayso WORDS…` names a verb down to its last sub-verb."""
    command: click.Command | None = cli
    context = click.Context(cli)
    for word in words:
        if not isinstance(command, click.Group):
            break
        if word.startswith("-"):
            return word in {"--help", "--version", "-h"}
        if not re.fullmatch(r"[a-z-]+", word):
            return False
        command = command.get_command(context, word)
        if command is None:
            return False
    return True


@pytest.mark.parametrize("page", _PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_page_shows_exists(page: os.PathLike[str]) -> None:
    with open(page, encoding="utf-8") as file:
        shown = commands(file.read())
    unknown = [
        " ".join(words)
        for words in shown
        if (words[0] == "make" and not set(words[1:2]) <= make_targets())
        or (words[0] == "sayso" and not resolves(words[1:]))
    ]
    assert unknown == []


def test_a_command_that_does_not_exist_would_be_found() -> None:
    page = (
        "Run `sayso dance now`, or\n\n    make tea    a cup\n\n"
        "```sh\ncd deploy && sayso config check\n"
        "runuser -u sayso -- /opt/sayso/bin/sayso db upgrade\n```\n"
    )
    assert commands(page) == [
        ["make", "tea"],
        ["sayso", "dance", "now"],
        ["sayso", "config", "check"],
        ["sayso", "db", "upgrade"],
    ]
    assert not resolves(["dance", "now"])
    assert not resolves(["config", "chuck"])
    assert resolves(["config", "check"])
    assert "tea" not in make_targets()


def to_be_run() -> list[str]:
    """The lines of the README's blocks that call `sayso`: each is run as it stands."""
    blocks = _FENCED.findall((ROOT / "README.md").read_text("utf-8"))
    return [line for block in blocks for line in block.splitlines() if line.startswith("sayso ")]


def test_the_readme_shows_commands_to_try() -> None:
    assert len(to_be_run()) >= 3


@pytest.mark.parametrize("line", to_be_run())
def test_commands_in_the_readme_run(line: str) -> None:
    settings = {name for name in os.environ if name.startswith("SAYSO_")}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    result = subprocess.run(
        shlex.split(line), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.strip()


def test_the_readme_shows_the_two_commands() -> None:
    shown = commands((ROOT / "README.md").read_text("utf-8"))
    assert ["make", "demo"] in shown
    assert ["make", "test"] in shown


def test_every_setting_is_documented_as_it_is() -> None:
    text = (ROOT / "deploy" / "README.md").read_text("utf-8")
    for name, default, meaning in options():
        written = f"`{default}`" if default else "empty"
        assert f"| `{name}` | {written} | {meaning} |" in text


def test_nothing_is_documented_as_a_setting_that_is_none() -> None:
    known = {name for name, _, _ in options()}
    for page in (ROOT / "deploy").rglob("*"):
        if page.suffix in {".md", ".example", ".service"}:
            named = set(re.findall(r"\bSAYSO_[A-Z_]+\b", page.read_text("utf-8")))
            unknown = {name for name in named if not {name, name.removesuffix("_FILE")} & known}
            assert unknown <= {"SAYSO_SITE"}, page


def test_the_example_environment_is_sound() -> None:
    text = (ROOT / "deploy" / "environment.example").read_text("utf-8")
    everything = re.sub(r"^#(SAYSO_)", r"\1", text, flags=re.MULTILINE)
    pairs = dict(
        line.split("=", 1) for line in everything.splitlines() if line.startswith("SAYSO_")
    )
    assert len(pairs) >= 5
    result = subprocess.run(
        [Path(sys.executable).with_name("sayso"), "config", "check"],
        env=pairs,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("page", _PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: os.PathLike[str]) -> None:
    folder = os.path.dirname(page)
    with open(page, encoding="utf-8") as file:
        targets = _LINK.findall(file.read())
    assert [link for link in targets if not os.path.exists(os.path.join(folder, link))] == []
