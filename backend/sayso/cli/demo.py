"""Show the whole thing running: a believable study, both apps, reminders, on this machine."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from sayso import resources
from sayso.cli._demo_processes import Children, meanwhile
from sayso.cli._demo_sink import Sink, free_port
from sayso.clock import SystemClock
from sayso.formats.instrument_folder import finder
from sayso.push import keys
from sayso.services import demo
from sayso.services.demo import Demo
from sayso.store.engine import make_engine, transaction
from sayso.store.schema import upgrade
from sayso.store.sealed import Keyring

_DATABASE = "sayso.sqlite"
_LOOK_EVERY_SECONDS = 0.5


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="Port of the two apps; 0 takes a free one.")  # fmt: skip
@click.option("--participants", default=200, show_default=True, type=click.IntRange(2, 5000),
              help="How many people to invent.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="The same seed, the same people.")
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="Folder for the data; by default a temporary one.")  # fmt: skip
@click.option("--meanwhile", "beside", default="", metavar="COMMAND",
              help="Run this while inventing people; serve when it has ended well.")  # fmt: skip
def command(port: int, participants: int, seed: int, folder: Path | None, beside: str) -> None:
    """Show the whole thing running with a believable study, until Ctrl-C.

    Everything stays on this machine: an SQLite database, the web server, the worker, and a mail
    server whose messages can be read in the browser.

    For example: sayso demo --port 8000 --participants 50
    """
    with _folder(folder) as place, _sink() as sink, _stopping() as stop:
        port = _free_port(port)
        url = f"http://127.0.0.1:{port}"
        with meanwhile(beside) as finished:
            made = _fill(place, participants, seed, sink.url)
            finished()
        children = Children(place, _environment(place, url, sink))
        try:
            children.start("serve", "--port", str(port), "--workers", "1")
            children.start("worker")
            children.wait_until_ready(url)
            _introduce(made, url, sink, place)
            while not stop.wait(_LOOK_EVERY_SECONDS):
                children.check()
        finally:
            children.end()


def _fill(place: Path, participants: int, seed: int, push_origin: str) -> Demo:
    """Make keys and database, and play the history."""
    keyring = Keyring.create(place / "identifiers.key")
    vapid = keys.create(place / "vapid.pem")
    engine = make_engine(f"sqlite:///{place / _DATABASE}")
    try:
        upgrade(engine)
        folder = resources.instruments_dir()
        study = min((folder / "studies").glob("*.toml"))
        with (
            click.progressbar(
                length=100, label=f"Inventing {participants} participants", file=sys.stderr
            ) as bar,
            transaction(engine) as connection,
        ):
            return demo.fill(
                connection,
                keyring,
                study.read_text("utf-8"),
                study.name,
                finder(folder),
                participants=participants,
                seed=seed,
                push_origin=push_origin,
                vapid_key_id=vapid.id,
                now=SystemClock().now(),
                tell=lambda share: bar.update(round(100 * share) - bar.pos),
            )
    finally:
        engine.dispose()


def _environment(place: Path, url: str, sink: Sink) -> dict[str, str]:
    return {
        "SAYSO_DATA_DIR": str(place),
        "SAYSO_DATABASE_URL": f"sqlite:///{place / _DATABASE}",
        "SAYSO_KEY_FILE": str(place / "identifiers.key"),
        "SAYSO_VAPID_KEY_FILE": str(place / "vapid.pem"),
        "SAYSO_VAPID_SUBJECT": "mailto:demo@demo.example.org",
        "SAYSO_PUBLIC_URL": url,
        "SAYSO_SMTP_URL": sink.smtp_url,
        "SAYSO_MAIL_FROM": "study-team@demo.example.org",
        "SAYSO_ALLOW_LOOPBACK_PUSH": "true",
        "SAYSO_SUPPORT_PHONE": "+1 555 0100",
        "SAYSO_ENROLMENT_CODE_MINUTES": "60",
        "SAYSO_DEAD_MAN_URL": "",
        "SAYSO_LOG_LEVEL": "WARNING",
    }


def _introduce(made: Demo, url: str, sink: Sink, place: Path) -> None:
    """Say where everything is. Later output of the children goes to their log files."""
    # Drawing QR codes is needed here only.
    import segno

    link = f"{url}/enrol#{made.enrolment.code}"
    click.echo(f"Participant app: {url}/")
    click.echo(f"Coordinator console: {url}/console/")
    click.echo(f"  E-mail:   {made.sign_in.email}")
    click.echo(f"  Password: {made.sign_in.password}")
    click.echo(f"Enrol a phone as participant {made.participant}: scan, or open the link")
    segno.make(link, error="l").terminal(out=sys.stdout, border=2, compact=True)
    click.echo(f"  Link: {link}")
    click.echo(
        f"  Code: {made.enrolment.code} (works once, until {made.enrolment.expires_at:%d %B})"
    )
    click.echo("Reminders: web push goes to browsers in which you allow it,")
    click.echo(f"  e-mail is kept at {sink.url}/")
    click.echo(f"Data and logs: {place}")
    click.echo("Ctrl-C ends everything.")
    sys.stdout.flush()


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is None:
        place = Path(tempfile.mkdtemp(prefix="sayso-demo-"))
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return
    if given.exists() and any(given.iterdir()):
        raise click.ClickException(f"{given} is not empty; choose another --dir, or remove it")
    given.mkdir(parents=True, exist_ok=True)
    yield given.resolve()


@contextmanager
def _sink() -> Iterator[Sink]:
    sink = Sink()
    try:
        yield sink
    finally:
        sink.close()


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; before the children run they end the program."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            return
        stop.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    except KeyboardInterrupt:
        click.echo("Ended.", err=True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_port(port: int) -> int:
    """The port itself, or a free one for 0. Raises ClickException when it is taken."""
    try:
        return free_port(port)
    except OSError as error:
        raise click.ClickException(
            f"Port {port} is in use; stop the other program or choose another with --port"
        ) from error
