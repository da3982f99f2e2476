"""Check, simulate, evaluate, plan, show and publish a study that is written as a file.

Each verb is a module beside this one and is imported when it is called: checking a file needs
neither the database nor the web.
"""

from __future__ import annotations

import importlib
import pkgutil

import click

_SHORT = {
    "apply": "Apply an amendment that was planned.",
    "check": "Name everything that is wrong with a study file.",
    "evaluate": "Statuses and rates of participants as of a moment.",
    "plan": "What an amendment would change.",
    "publish": "Pin a study and its questionnaires in the database.",
    "show": "The schedule as a table and as a picture.",
    "simulate": "One participant's ten years from dates alone.",
}


class _Study(click.Group):
    """The verbs of `sayso study`, found by file name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = (module.name for module in pkgutil.iter_modules(__path__))
        return sorted(name for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        verb = importlib.import_module(f"{__name__}.{cmd_name}").command
        if not isinstance(verb, click.Command):
            raise TypeError(f"{__name__}.{cmd_name}.command is no click command")
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _SHORT.get(name, "")) for name in self.list_commands(ctx)])


@click.group(cls=_Study)
def command() -> None:
    """Check, simulate, evaluate, plan, show and publish a study that is written as a file.

    For example: sayso study check instruments/studies/my-study.toml
    """
