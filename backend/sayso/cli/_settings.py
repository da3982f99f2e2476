"""Reading the settings on behalf of a verb, with every fault in the open."""

import click

from sayso.settings import Settings, SettingsError


def read_settings() -> Settings:
    """The settings of the environment; ends the command with exit code 2 where they are wrong."""
    try:
        return Settings.from_env()
    except SettingsError as error:
        fault = click.ClickException("; ".join(error.faults))
        fault.exit_code = 2
        raise fault from error
