"""Reading the settings on behalf of a verb, with every fault in the open."""

import click

from sayso.settings import Settings, SettingsError


class WrongSettings(click.ClickException):
    """The environment is wrong, which is wrong use of the command."""

    exit_code = 2


def read_settings() -> Settings:
    """The settings of the environment; ends the command with exit code 2 where they are wrong."""
    try:
        return Settings.from_env()
    except SettingsError as error:
        raise WrongSettings("; ".join(error.faults)) from error
