"""The completion report: rates for now or as of any past day, from the lines of the tally.

A line and the list behind a figure come from the same statuses by the same sets of words
(`domain.completion.CELLS`), so a number that is clicked opens exactly the people it counted
(`services.figure_lists`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from sayso.domain.completion import Adherence, Rates, Ratio, adherence_of, rates_of
from sayso.domain.errors import NotAllowed
from sayso.domain.evaluation import ordered
from sayso.domain.retention import Retention
from sayso.domain.study import Study
from sayso.domain.tally_sum import Part, Place, Places, Sum, add_up, scheduled, shares
from sayso.services import tallies
from sayso.services.access import Reach
from sayso.services.books import Book, Books, opened
from sayso.services.tallies import Scene


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the report is about; None leaves a dimension open."""

    site: str | None = None
    arm: str | None = None
    questionnaire: str | None = None
    as_of: date | None = None
    alive_rule: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures; `rates` over all sites within reach.

    `sites` holds the totals of each site over all its forms (with neither medians nor items),
    `by_site` every row of `rates` for each site where that was asked for. Figures about people
    rather than forms are not narrowed by the questionnaire: visits, contact, exemption, reminders.
    """

    moment: datetime
    study: Study
    study_sha256: str
    alive_rule: str
    rates: Sequence[Rates]
    sites: Sequence[Rates]
    by_site: Sequence[Rates]
    balance_ok: bool
    retention: Retention
    contact_currency: Ratio
    complete_persons: Mapping[tuple[str, str], Ratio]
    exempt_share: Mapping[tuple[str, str], Ratio]
    adherence: Adherence
    reminder_yield: Mapping[str, Ratio]
    backup_yield: Ratio


def report(
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    now: datetime,
    *,
    each_site: bool = False,
    books: Books | None = None,
) -> Report:
    """All figures. Raises NotFound for a site that is not within reach."""
    at = scene_of(connection, within, chosen, now)
    with opened(connection, at, books) as book:
        return figures(book, at, chosen, each_site=each_site)


def figures(book: Book, at: Scene, chosen: Chosen, *, each_site: bool = False) -> Report:
    """All figures from the lines of a book that is true for the report."""
    alive_rule = chosen.alive_rule or at.study.rules.alive_rule
    parts = parts_of(book, at, chosen)
    kinds = ((arm, layout) for (_site, arm), part in parts.items() for layout, _head in part.kinds)
    places = scheduled(at.study, kinds)
    found = add_up(parts, places, chosen.questionnaire)
    rates = _rates(at.study, found, None)
    sites = [rates_of(one, "", "", "", site) for site, one in found.sites.items()]
    said = found.said
    return Report(
        moment=at.moment,
        study=at.study,
        study_sha256=at.sha256,
        alive_rule=alive_rule,
        rates=rates,
        sites=sites,
        by_site=_by_site(at.study, parts, places, chosen) if each_site else (),
        balance_ok=all(figure.balanced for figure in (*rates, *sites)),
        retention=Retention(
            Ratio(said["visits_exempt_n"], said["visits_exempt_of"]),
            Ratio(said["visits_other_n"], said["visits_other_of"]),
        ),
        contact_currency=Ratio(said["contact_n"], said["contact_of"]),
        complete_persons=_complete(rates, found),
        exempt_share=found.exempt,
        adherence=adherence_of(found.people),
        reminder_yield=shares(said),
        backup_yield=Ratio(said["backup_n"], said["backup_of"]),
    )


def parts_of(book: Book, at: Scene, chosen: Chosen) -> dict[Place, Part]:
    """What the people of each site and arm come to that were chosen and are within reach."""
    alive_rule = chosen.alive_rule or at.study.rules.alive_rule
    sites = at.site_codes
    return {
        (site, arm): part
        for (site, arm), part in book.parts(alive_rule, chosen.questionnaire).items()
        if site in sites and chosen.arm in (None, arm)
    }


def scene_of(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> Scene:
    """What a report is made under. Raises NotFound for a foreign site, NotAllowed for a day that
    has not begun."""
    moment = moment_of(chosen.as_of, now)
    return tallies.scene(connection, within.narrowed(chosen.site), moment, is_past=moment < now)


def moment_of(as_of: date | None, now: datetime) -> datetime:
    """The end of that day in UTC, or now where the day has not ended.

    Raises NotAllowed for a day that has not begun: nobody knows yet what will be recorded on it.
    """
    if as_of is None:
        return now
    if as_of > now.date():
        raise NotAllowed(f"A report as of {as_of} can be made when that day has come")
    return min(now, datetime.combine(as_of + timedelta(days=1), time(), UTC))


def _by_site(
    study: Study, parts: Mapping[Place, Part], places: Places, chosen: Chosen
) -> list[Rates]:
    """Every row of figures for each site, in the order of the study and then of the sites."""
    found = []
    for site in sorted({site for site, _arm in parts}):
        own = {place: part for place, part in parts.items() if place[0] == site}
        found += _rates(study, add_up(own, places, chosen.questionnaire), site)
    keys = ((row.arm, row.timepoint, row.questionnaire) for row in found)
    order = {key: number for number, key in enumerate(ordered(study, keys))}
    return sorted(
        found, key=lambda row: (order[row.arm, row.timepoint, row.questionnaire], row.site)
    )


def _rates(study: Study, found: Sum, site: str | None) -> list[Rates]:
    keys = ((arm, timepoint, name) for timepoint, arm, name in found.cells)
    return [
        rates_of(found.cells[timepoint, arm, name], timepoint, arm, name, site)
        for arm, timepoint, name in ordered(study, keys)
    ]


def _complete(rates: Sequence[Rates], found: Sum) -> dict[tuple[str, str], Ratio]:
    """F10 in the order of the rows."""
    places = dict.fromkeys((row.timepoint, row.arm) for row in rates)
    return {place: found.complete[place] for place in places}
