"""`sayso study evaluate`: statuses and rates of a file of facts, as of a moment."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from sayso.cli.study._options import FILE, INSTANT, print_json, table
from sayso.cli.study._people import read_people
from sayso.domain.completion import RULE_VERSION, Rates, tally
from sayso.domain.evaluation import Assessment, assess_all, rows
from sayso.domain.participation import Facts
from sayso.domain.retention import clinic_kinds, retention
from sayso.domain.study import ALIVE_RULES, Rules, Study, StudyVersion
from sayso.formats import evaluation_json, study_toml


@click.command()
@click.argument("file", type=FILE)
@click.argument("facts", type=FILE)
@click.option("--now", type=INSTANT, required=True, help="The moment of the report.")
@click.option("--alive-rule", type=click.Choice(ALIVE_RULES), help="Instead of the study's own.")
@click.option("--by-site", is_flag=True, help="Add the rates of each site.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
def command(
    file: Path, facts: Path, now: datetime, alive_rule: str | None, by_site: bool, as_json: bool
) -> None:
    """Say what every form is at a moment, and count.

    FACTS is a JSON file of participants. Nothing recorded after --now has any effect.

    For example: sayso study evaluate my-study.toml facts.json --now 2026-06-15T15:00:00Z --json
    """
    text = study_toml.read_text(file)
    study = study_toml.parse(text, str(file))
    people = read_people(study, facts)
    rules = replace(study.rules, alive_rule=alive_rule or study.rules.alive_rule)
    assessments = _assessed(study, people, now, rules)
    rates = tally(rows(study, assessments, now, rules), by_site)
    kept = retention(
        ((entry.facts, entry.visits) for entry in assessments), now, rules, clinic_kinds(study)
    )
    if as_json:
        sha256 = study_toml.sha256(text)
        print_json(
            evaluation_json.evaluation(
                study, sha256, now, rules.alive_rule, assessments, rates, kept
            )
        )
        return
    click.echo(
        f"{study.key} version {study.version}, rules {RULE_VERSION}, alive at "
        f"{rules.alive_rule}, as of {evaluation_json.instant(now)}"
    )
    click.echo(_lines(rates))
    click.echo(f"Visits kept: exempt {kept.exempt.text}, not exempt {kept.not_exempt.text}")


def _assessed(
    study: Study, people: Sequence[Facts], now: datetime, rules: Rules
) -> list[Assessment]:
    """Everybody as of the moment. The bar goes to a terminal only, never into the report."""
    bar = click.progressbar(
        people, label="Evaluating", file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    with bar as shown:
        return assess_all((StudyVersion(study),), shown, now, rules)


def _lines(rates: Sequence[Rates]) -> str:
    head = (
        "timepoint",
        "arm",
        "site",
        "questionnaire",
        "enrolled",
        "expected",
        "exempt",
        "not expected",
        "not yet due",
        "completion",
        "in window",
    )
    body = [
        (
            row.timepoint,
            row.arm,
            row.site or "all",
            row.questionnaire,
            str(row.enrolled),
            str(row.expected),
            str(row.exempt),
            str(row.not_expected),
            str(row.upcoming + row.pending + row.received_open),
            row.completion.text,
            row.in_window.text,
        )
        for row in rates
    ]
    return table([head, *body])
