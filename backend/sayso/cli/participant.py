"""Enrol participants, give them codes for a new phone, list them."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy import select

from sayso.cli._store import COMMAND, desk, print_json
from sayso.cli.study._options import Day, Named
from sayso.domain.errors import NotFound
from sayso.services import enrolment, enrolment_codes, publishing
from sayso.store.tables import participant, site


@click.group()
def command() -> None:
    """Enrol participants, give them codes for a new phone, list them.

    For example: sayso participant list my-study
    """


@command.command()
@click.argument("study")
@click.argument("code")
@click.option("--site", "place", required=True, help="Code of the site.")
@click.option("--arm", required=True, help="Arm of the study.")
@click.option("--enrolled", type=Day(), required=True, help="Date of enrolment.")
@click.option("--anchor", "anchors", type=Named(), multiple=True, help="NAME=DATE; repeatable.")
@click.option("--zone", required=True, help="Time zone, such as America/New_York.")
@click.option("--language", default="en", show_default=True, help="Preferred language.")
@click.option("--reads-english/--no-english", default=True, help="Reads and understands English?")
@click.option(
    "--how", type=click.Choice(enrolment.HOW_ASSESSED), default="asked", show_default=True
)
@click.option("--interpreter", is_flag=True, help="Needs an interpreter.")
def enrol(
    study: str,
    code: str,
    place: str,
    arm: str,
    enrolled: date,
    anchors: tuple[tuple[str, date], ...],
    zone: str,
    language: str,
    reads_english: bool,
    how: str,
    interpreter: bool,
) -> None:
    """Enrol the participant CODE in STUDY and print the code for her phone.

    For example: sayso participant enrol my-study P-001 --site BOS --arm continue
    --enrolled 2026-01-05 --zone America/New_York
    """
    new = enrolment.NewParticipant(
        code, place, arm, enrolled, zone, language, reads_english, how, interpreter, dict(anchors)
    )
    with desk() as at:
        made = enrolment.enrol(
            at.connection, COMMAND, study, new, at.keyring, at.now,
            code_minutes=at.settings.enrolment_code_minutes,
        )  # fmt: skip
        address = at.settings.public_url
    if made.code is None:
        click.echo(f"Enrolled {code}, exempt from questionnaires since {enrolled}; no phone.")
        return
    _print_code(made.code, address)


@command.command()
@click.argument("study")
@click.argument("code")
@click.option("--replace", "lost", is_flag=True, help="End every phone enrolled so far.")
@click.option("--link", is_flag=True, help="Make a link to send, and six numbers to tell by voice.")
@click.option("--reason", help="Why, for the audit trail.")
def code(study: str, code: str, lost: bool, link: bool, reason: str | None) -> None:
    """Print a new code, or with --link a link and its PIN, for a phone of participant CODE.

    For example: sayso participant code my-study P-001 --replace --reason "phone lost"
    """
    with desk() as at:
        row = at.connection.execute(
            select(participant.c.id).where(
                participant.c.study_key == study, participant.c.code == code
            )
        ).scalar_one_or_none()
        if row is None:
            raise NotFound(f"The study {study} has no participant {code}")
        made = enrolment_codes.new_code(
            at.connection, COMMAND, row, at.keyring, at.now,
            minutes=at.settings.enrolment_code_minutes,
            kind=enrolment_codes.REMOTE if link else enrolment_codes.ON_SITE,
            replace_devices=lost, reason=reason,
        )  # fmt: skip
        address = at.settings.public_url
    _print_code(made, address)


@command.command("list")
@click.argument("study")
@click.option("--json", "as_json", is_flag=True, help="Print the participants as JSON.")
def list_(study: str, as_json: bool) -> None:
    """List the participants of STUDY.

    For example: sayso participant list my-study
    """
    with desk(read_only=True) as at:
        publishing.current(at.connection, study)
        rows = at.connection.execute(
            select(
                participant.c.code,
                site.c.code.label("site"),
                participant.c.arm,
                participant.c.enrolled_on,
                participant.c.reads_english,
            )
            .join(site)
            .where(participant.c.study_key == study)
            .order_by(participant.c.code)
        ).all()
    if as_json:
        print_json([dict(row._mapping) for row in rows])
        return
    for row in rows:
        note = "" if row.reads_english else "  does not read English"
        click.echo(f"{row.code:12} {row.site:8} {row.arm:10} {row.enrolled_on}{note}")


def _print_code(made: enrolment_codes.EnrolmentCode, address: str) -> None:
    if made.pin is None:
        click.echo(f"Code: {made.code}")
    else:
        click.echo(f"PIN:  {made.pin} (tell it by voice, never with the link)")
    click.echo(f"Link: {address}/enrol#{made.code}")
    click.echo(f"Works once, until {made.expires_at:%Y-%m-%d %H:%M} UTC.")
