"""Plan and send what is due, once."""

import json
import threading
from collections import Counter

import click

from sayso import logs
from sayso.cli._settings import read_settings
from sayso.worker import planner
from sayso.worker.assembly import assemble
from sayso.worker.metronome import stop_on_signals


@click.command()
@click.option("--once", is_flag=True, required=True, help="Do one round and end.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(once: bool, as_json: bool) -> None:
    """Plan and send what is due, once: for cron, a systemd timer or a Kubernetes CronJob.

    Run it every minute. It also leaves a sign of life, calls the dead-man address, keeps the
    figures and verifies the audit trail once a day, as a worker does.

    Example: sayso dispatch --once
    """
    settings = read_settings()
    logs.configure(settings.log_level)
    stop = threading.Event()
    worker = assemble(settings, stop)
    stop_on_signals(stop)
    counts = planner.plan(worker.engine, worker.clock, stop.is_set)
    counts += worker.plan_own()
    counts += worker.dispatcher.tick()
    # Whoever runs no worker at all has nobody else for these; they are quick when nothing is due.
    for job in (worker.metronome.tally, worker.metronome.audit, worker.metronome.heartbeat,
                worker.metronome.dead_man):  # fmt: skip
        job()
    worker.engine.dispose()
    click.echo(json.dumps(dict(counts)) if as_json else _sentence(counts))


def _sentence(counts: Counter[str]) -> str:
    said = ", ".join(f"{name} {number}" for name, number in sorted(counts.items()) if number)
    return f"Done: {said}." if said else "Nothing was due."
