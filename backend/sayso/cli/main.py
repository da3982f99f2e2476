"""The entry command `sayso`.

Verbs are found by file name and imported only when they are called, so that `sayso instrument
score` does not pay for the web application. Exit codes are the same everywhere: 0 done, 1 what was
checked is wrong, 2 wrong use; in both of the latter cases one sentence on standard error says what
is wrong and how to mend it.
"""

import ast
import gc
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

import sayso
from sayso.domain.errors import SaysoError

_FOLDER = Path(__file__).parent


class Verbs(click.Group):
    """A group whose commands are the modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(
            module.name
            for module in pkgutil.iter_modules([str(_FOLDER)])
            if module.name != "main" and not module.name.startswith("_")
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        with _loading():
            command = importlib.import_module(f"sayso.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"sayso.cli.{cmd_name}.command is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List verbs with the first sentence of their module, without importing any of them."""
        rows = [(name, _first_sentence(name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


@contextmanager
def _loading() -> Iterator[None]:
    """Import without looking for garbage, of which an import makes none worth the time.

    That takes a third off the start of the server.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _first_sentence(verb: str) -> str:
    file, package = _FOLDER / f"{verb}.py", _FOLDER / verb / "__init__.py"
    source = (file if file.is_file() else package).read_text("utf-8")
    paragraph = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0]
    return " ".join(paragraph.split())


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sayso.__version__, prog_name="sayso")
def cli() -> None:
    """Patient-reported outcomes for clinical trials.

    See it running: sayso demo
    """


def _wrong_use(error: click.UsageError) -> str:
    """One sentence instead of four lines; a group called without a verb still lists its verbs."""
    said = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return said
    path = error.ctx.command_path if error.ctx is not None else "sayso"
    return f"sayso: {' '.join(said.split()).removesuffix('.')}; see {path} --help"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line on `arguments`, by default the process's own, and exit with its code."""
    code: object
    try:
        code = cli.main(arguments, prog_name="sayso", standalone_mode=False)
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = 130
    except click.UsageError as error:
        click.echo(_wrong_use(error), err=True)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except SaysoError as error:
        click.echo(f"sayso: {error}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
