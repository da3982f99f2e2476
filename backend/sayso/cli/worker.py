"""Plan and send reminders until stopped."""

import threading

import click

from sayso import logs
from sayso.cli._settings import read_settings
from sayso.worker.assembly import assemble
from sayso.worker.metronome import stop_on_signals


@click.command()
def command() -> None:
    """Plan and send reminders until stopped with Ctrl-C or SIGTERM.

    Any number of workers may run on the same PostgreSQL database.

    Example: sayso worker
    """
    settings = read_settings()
    logs.configure(settings.log_level)
    stop = threading.Event()
    worker = assemble(settings, stop)
    stop_on_signals(stop)
    worker.metronome.run()
    worker.engine.dispose()
