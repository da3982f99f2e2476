"""`sayso study simulate`: one imagined participant from dates alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sayso.cli.study._options import DAY, FILE, NAMED, WrongUse, print_json, wrong_use
from sayso.domain.consistency import problems
from sayso.domain.errors import UnknownZone
from sayso.domain.participation import AnchorDate, Event, Exemption, Facts
from sayso.domain.simulation import Simulation, simulate
from sayso.domain.study import ENROLMENT, EVENT_KINDS, Study
from sayso.domain.walltime import start_of_day, zone_of
from sayso.formats import evaluation_json, study_toml

_Dates = tuple[tuple[str, date], ...]


@click.command()
@click.argument("file", type=FILE)
@click.option("--arm", required=True, help="The arm of the participant.")
@click.option("--anchor", "anchors", type=NAMED, multiple=True, help="May be given several times.")
@click.option("--zone", default="UTC", show_default=True, help="The participant's time zone.")
@click.option("--event", "events", type=NAMED, multiple=True, help="May be given several times.")
@click.option("--exempt-from", type=DAY, help="First day of an exemption.")
@click.option("--exempt-to", type=DAY, help="Last day of that exemption.")
@click.option("--until", type=DAY, help="Leave out what opens or falls due after this day.")
@click.option("--hour", type=click.IntRange(0, 23), help="The participant's hour for reminders.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(
    file: Path,
    arm: str,
    anchors: _Dates,
    zone: str,
    events: _Dates,
    exempt_from: date | None,
    exempt_to: date | None,
    until: date | None,
    hour: int | None,
    as_json: bool,
) -> None:
    """Every form, visit and reminder of one participant who never answers.

    For example: sayso study simulate my-study.toml --arm stop --anchor cessation=2026-01-20
    --zone America/New_York --event progression=2026-05-02
    """
    text = study_toml.read_text(file)
    study = study_toml.parse(text, str(file))
    try:
        zone_of(zone)
    except UnknownZone as error:
        raise wrong_use(error) from error
    if exempt_to is not None and exempt_from is None:
        raise WrongUse("--exempt-to needs --exempt-from")
    facts = _facts(study, arm, zone, anchors, events, exempt_from, exempt_to)
    run = simulate(study, facts, until, hour)
    if as_json:
        sha256 = study_toml.sha256(text)
        print_json(evaluation_json.simulation(study, sha256, arm, zone, run))
        return
    click.echo("\n".join(_lines(study, run)))


def _facts(
    study: Study,
    arm: str,
    zone: str,
    anchors: _Dates,
    events: _Dates,
    exempt_from: date | None,
    exempt_to: date | None,
) -> Facts:
    """The imagined participant. Raises `WrongUse` for what the study does not know or cannot be."""
    days = dict(anchors)
    if len(days) < len(anchors):
        raise WrongUse("one anchor is given twice; give each anchor one date")
    told = [day for _kind, day in (*anchors, *events)]
    enrolled = days.get(ENROLMENT) or min(
        days.values(), default=min(told, default=date(2026, 1, 1))
    )
    for kind, _day in events:
        if kind not in EVENT_KINDS:
            raise WrongUse(f"{kind!r} is no kind of event; write one of {', '.join(EVENT_KINDS)}")
    exemptions: tuple[Exemption, ...] = ()
    if exempt_from is not None:
        entered = start_of_day(exempt_from, zone)
        reason = study.rules.exemption_reasons[0]
        exemptions = (
            Exemption(
                reason, exempt_from, exempt_to, entered, entered, study.rules.exemption_language
            ),
        )
    facts = Facts(
        code="SIMULATED",
        arm=arm,
        site="",
        zone=zone,
        enrolled=enrolled,
        anchors=tuple(AnchorDate(name, day) for name, day in days.items()),
        exemptions=exemptions,
        events=tuple(Event(kind, day, start_of_day(day, zone)) for kind, day in events),
    )
    for _field, sentence in problems(study, facts):
        raise WrongUse(sentence)
    path = study.arm(arm)
    if path is not None and path.anchor not in days:
        raise WrongUse(
            f"arm {arm} counts from {path.anchor}; add --anchor {path.anchor}=2026-01-31"
        )
    return facts


def _lines(study: Study, run: Simulation) -> list[str]:
    lines = [study.banner] if not study.official else []
    lines.append("Forms")
    for entry in run.forms:
        form = entry.form
        tags = f" (also {', '.join(form.tags[1:])})" if len(form.tags) > 1 else ""
        note = "" if entry.asked else f" {entry.status.why}"
        lines.append(
            f"  {form.timepoint:<8} {form.questionnaire:<24} "
            f"{form.opens} / {form.target} / {form.closes}{tags}{note}"
        )
    lines.append("Visits")
    lines += [
        f"  {v.timepoint:<8} {v.kind:<10} {v.opens} / {v.target} / {v.closes}" for v in run.visits
    ]
    lines.append("Reminders, if nothing is answered")
    lines += [
        f"  {timepoint:<8} {r.step:<14} {r.local:%Y-%m-%d %H:%M} local, {r.due_at:%Y-%m-%d %H:%M}Z"
        for timepoint, r in run.reminders
    ]
    if not run.forms:
        lines.append("Nothing opens before the day given with --until.")
    return lines
