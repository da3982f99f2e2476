"""Verify the audit trail."""

from __future__ import annotations

import click
from sqlalchemy import select

from sayso.cli._store import desk, print_json
from sayso.services import audit
from sayso.store.tables_messages import audit_head


@click.group()
def command() -> None:
    """Verify the audit trail.

    For example: sayso audit verify
    """


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--anchor",
    metavar="SEQ:DIGEST",
    help="A head that was noted outside the database; the trail must still contain it.",
)
@click.pass_context
def verify(ctx: click.Context, as_json: bool, anchor: str | None) -> None:
    """Recompute every digest of the trail; exit code 1 when something was changed.

    For example: sayso audit verify --anchor 1200:9f2c…
    """
    noted = None if anchor is None else _anchor(anchor)
    with desk(read_only=True) as at:
        faults = list(audit.chain_faults(at.connection))
        if noted is not None:
            faults += audit.anchor_faults(at.connection, *noted)
        head = at.connection.execute(select(audit_head.c.seq, audit_head.c.sha256)).one()
    if as_json:
        print_json({"ok": not faults, "events": head.seq, "head": head.sha256, "faults": faults})
    for fault in [] if as_json else faults:
        click.echo(f"sayso: {fault}", err=True)
    if not faults and not as_json:
        click.echo(f"{head.seq} events, each as it was written. Head: {head.seq}:{head.sha256}")
    ctx.exit(1 if faults else 0)


def _anchor(text: str) -> tuple[int, str]:
    seq, colon, sha256 = text.partition(":")
    if not (colon and seq.isdigit() and len(sha256) == 64):
        raise click.UsageError("write --anchor as NUMBER:DIGEST, as `audit verify` prints the head")
    return int(seq), sha256
