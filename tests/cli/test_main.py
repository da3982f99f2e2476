"""The entry command finds its verbs, starts fast and ends with the right code and a sentence."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from sayso import __version__
from sayso.cli import main
from sayso.domain.errors import StoreUnavailable

End = Callable[[list[str]], int]


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Put a command called `probe` that does what it is given beside the real verbs."""

    def plant(act: Callable[[], object]) -> None:
        command = click.Command("probe", callback=act)
        monkeypatch.setattr(main.Verbs, "get_command", lambda *_: command)

    return plant


def end_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main.main(list(arguments))
    assert isinstance(caught.value.code, int)
    return caught.value.code


def fail(error: BaseException) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert end_of("--version") == 0
    assert capsys.readouterr().out == f"sayso, version {__version__}\n"


def test_help_lists_every_verb_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert end_of("--help") == 0
    shown = capsys.readouterr().out
    modules = [path.stem for path in Path(main.__file__).parent.glob("[a-z]*.py")]
    for name in set(modules) - {"main"}:
        assert f"\n  {name} " in shown


def test_every_verb_answers_help(capsys: pytest.CaptureFixture[str]) -> None:
    context = click.Context(main.cli)
    verbs = main.cli.list_commands(context)
    assert verbs
    for name in verbs:
        assert end_of(name, "--help") == 0
        assert f"Usage: sayso {name}" in capsys.readouterr().out


def test_help_imports_no_verb() -> None:
    probe = (
        "import sys, contextlib\n"
        "from sayso.cli.main import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "heavy = {'flask', 'sqlalchemy', 'alembic', 'apscheduler'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True)


def test_an_unknown_verb_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert end_of("dance") == 2
    assert "No such command 'dance'" in capsys.readouterr().err


def test_an_unknown_option_is_wrong_use() -> None:
    assert end_of("--loud") == 2


def test_no_verb_at_all_shows_help() -> None:
    assert end_of() == 2


def test_a_named_error_is_one_sentence_and_no_trace(
    verb: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(fail(StoreUnavailable("the database is locked; try again in a minute")))
    assert end_of("probe") == 1
    said = capsys.readouterr()
    assert said.err == "sayso: the database is locked; try again in a minute\n"
    assert said.out == ""


def test_a_check_that_failed_ends_with_one(
    verb: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(fail(click.ClickException("row 7 is wrong")))
    assert end_of("probe") == 1
    assert "row 7 is wrong" in capsys.readouterr().err


def test_a_code_that_a_verb_chooses_is_kept(
    verb: Callable[[Callable[[], object]], None],
) -> None:
    verb(fail(click.exceptions.Exit(1)))
    assert end_of("probe") == 1


def test_an_interruption_is_no_trace(
    verb: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(fail(KeyboardInterrupt()))
    assert end_of("probe") == 130
    assert capsys.readouterr().err.strip() == "Stopped."


def test_a_fault_in_the_program_itself_is_not_hidden(
    verb: Callable[[Callable[[], object]], None],
) -> None:
    verb(fail(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        main.main(["probe"])


def test_a_reader_that_goes_away_is_no_fault() -> None:
    command = f"{sys.executable} -m sayso --help | head -c 1"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False
    )
    assert result.stderr == b""


def test_the_module_is_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "sayso", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout == f"sayso, version {__version__}\n"
