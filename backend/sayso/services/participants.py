"""The list of participants: where each one stands, in one line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from sayso.domain.completion import CELLS
from sayso.domain.participation import Facts
from sayso.domain.retention import visit_statuses
from sayso.domain.study import Study
from sayso.domain.visits import planned_visits
from sayso.domain.walltime import local_date
from sayso.services import assessments, publishing, reminder_people
from sayso.services.access import Reach
from sayso.services.assessments import Case
from sayso.store.tables import event, exemption, participant
from sayso.store.tables import site as place

ROWS, MOST_ROWS = 50, 200
SHOWN = ("all", "exempt", "active", "off")
_ENDED = (
    ("death", "Died on {day}."),
    ("withdrawal_study", "Withdrew from the study on {day}."),
    ("off_study", "Off study since {day}."),
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The next thing on a participant's calendar that is or will be asked."""

    timepoint: str
    label: str
    opens: date
    closes: date


@dataclass(frozen=True, slots=True)
class Line:
    """One participant on the list; `received` and `expected` count closed windows."""

    code: str
    site: str
    arm: str
    enrolled_on: date
    exempt_since: date | None
    next: Occasion | None
    open_forms: int
    received: int
    expected: int
    reachability: str
    last_contact_on: date | None
    status_line: str


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of the list; `total` counts all pages where that is known without judging everybody.

    `next` is what the following page is asked for with, None on the last one.
    """

    total: int | None
    next: str | None
    rows: list[Line]


def lines(
    connection: Connection,
    within: Reach,
    now: datetime,
    *,
    search: str | None = None,
    site: str | None = None,
    arm: str | None = None,
    show: str = "all",
    after: str | None = None,
    rows: int = ROWS,
) -> Lines:
    """A page of the participants within reach, in order of code. Raises NotFound for a foreign
    site.

    `search` is a part of a code, of a site or of the name of an arm, upper or lower case. `show` is
    one of `SHOWN`: `active` leaves out those who have died, withdrawn or gone off study, `off`
    shows only them. However many there are, only about a page of them is judged.
    """
    within = within.narrowed(site)
    study = publishing.current(connection, within.study_key).study
    where = _conditions(within, study, search, arm, show)
    found: list[Case] = []
    last, more = after, True
    while more and len(found) <= rows:
        ids = _following(connection, where, last, rows + 1)
        more = len(ids) == rows + 1
        last = next(reversed(ids.values()), last)
        judged = {
            case.id: case
            for case in assessments.cases(
                connection, within, study.rules, now, participant.c.id.in_(ids)
            )
        }
        found += [judged[one] for one in ids if belongs(judged[one], study, show, now)]
    shown, cut = found[:rows], len(found) > rows
    total = None if cut or after else len(found)
    if total is None and show == "all":
        total = _count(connection, where)
    reach = reminder_people.reachability_of(connection, [case.id for case in shown], now)
    return Lines(
        total,
        shown[-1].facts.code if cut else None,
        [_line(case, study, reach[case.id].state, now) for case in shown],
    )


def _conditions(
    within: Reach, study: Study, search: str | None, arm: str | None, show: str
) -> list[ColumnElement[bool]]:
    """What the database can decide about who is on the list."""
    where = list(assessments.scope(within))
    if arm is not None:
        where.append(participant.c.arm == arm)
    if search:
        text = search.lower()
        arms = [one.id for one in study.arms if text in one.label.lower()]
        where.append(
            or_(
                func.lower(participant.c.code).contains(text, autoescape=True),
                func.lower(place.c.code).contains(text, autoescape=True),
                func.lower(place.c.name).contains(text, autoescape=True),
                participant.c.arm.in_(arms),
            )
        )
    if show == "exempt":
        where.append(exists().where(exemption.c.participant_id == participant.c.id))
    if show == "off":
        where.append(exists().where(event.c.participant_id == participant.c.id))
    return where


def _following(
    connection: Connection, where: list[ColumnElement[bool]], after: str | None, most: int
) -> dict[int, str]:
    """The next participants by row id with their codes, in the order of codes."""
    statement = _people(participant.c.id, participant.c.code).where(*where)
    if after is not None:
        statement = statement.where(participant.c.code > after)
    rows = connection.execute(statement.order_by(participant.c.code).limit(most))
    return {row.id: row.code for row in rows}


def _count(connection: Connection, where: list[ColumnElement[bool]]) -> int:
    return int(connection.execute(_people(func.count()).where(*where)).scalar_one())


def _people(*columns: Any) -> Select[Any]:
    return (
        select(*columns).select_from(participant).join(place, place.c.id == participant.c.site_id)
    )


def belongs(case: Case, study: Study, show: str, now: datetime) -> bool:
    """Whether somebody is on the list that `show` names."""
    if show == "exempt":
        return exempt_since(case.facts, study, now) is not None
    if show == "off":
        return ended(case.facts) is not None
    return show == "all" or ended(case.facts) is None


def exempt_since(facts: Facts, study: Study, now: datetime) -> date | None:
    """From when the participant has been exempt, if she is today."""
    today = local_date(now, facts.zone)
    exemption = facts.exempt_on(today, study.rules.exemption_language)
    return None if exemption is None else exemption.valid_from


def ended(facts: Facts) -> str | None:
    """One sentence if nothing more is expected of this participant, else None."""
    for kind, sentence in _ENDED:
        day = facts.first(kind)
        if day is not None:
            return sentence.format(day=day)
    return None


def last_contact(facts: Facts) -> date | None:
    """The last day on which somebody of the team saw or spoke to the participant."""
    days = [*(visit.date for visit in facts.visits), *(one.date for one in facts.contacts)]
    return max(days, default=None)


def status_line(facts: Facts, study: Study, now: datetime) -> str:
    """Where the participant stands, in one sentence."""
    over = ended(facts)
    if over is not None:
        return over
    withdrawn = facts.first("withdrawal_pro")
    if withdrawn is not None:
        return f"On study, no questionnaires since {withdrawn}."
    lost = facts.first("lost")
    if lost is not None:
        return f"Lost to follow-up since {lost}."
    since = exempt_since(facts, study, now)
    if since is not None:
        return f"On study, exempt from questionnaires since {since}."
    return "On study."


def next_occasion(case: Case, study: Study) -> Occasion | None:
    """The open occasion that closes first, or else the next to open."""
    for wanted in ("open", "upcoming"):
        waiting = [
            form
            for form, status in zip(case.forms, case.statuses, strict=True)
            if status.status == wanted
        ]
        if waiting:
            form = min(waiting, key=lambda form: (form.closes, form.opens))
            return Occasion(form.timepoint, study.label_of(form.timepoint), form.opens, form.closes)
    return None


def visits_view(facts: Facts, study: Study, now: datetime) -> list[dict[str, Any]]:
    """Every planned visit with what it is now, in order of target date."""
    return [
        {
            "timepoint": status.visit.timepoint,
            "label": status.visit.label,
            "kind": status.visit.kind,
            "opens": status.visit.opens,
            "target": status.visit.target,
            "closes": status.visit.closes,
            "status": status.status,
            "on": status.on,
        }
        for status in visit_statuses(facts, planned_visits(study, facts), now, study.rules)
    ]


def _line(case: Case, study: Study, reachability: str, now: datetime) -> Line:
    details = Counter(status.detail for status in case.statuses)

    def count(cell: str) -> int:
        return sum(details[detail] for detail in CELLS[cell])

    facts = case.facts
    return Line(
        code=facts.code,
        site=facts.site,
        arm=facts.arm,
        enrolled_on=facts.enrolled,
        exempt_since=exempt_since(facts, study, now),
        next=next_occasion(case, study),
        open_forms=details["open"],
        received=count("completed"),
        expected=count("expected"),
        reachability=reachability,
        last_contact_on=last_contact(facts),
        status_line=status_line(facts, study, now),
    )
