"""Whom to call today, and why: the rules behind the coordinator's first screen.

One call from a person gets more forms answered than any number of messages, so the list holds only
what a person can act on today, each row once, in the order in which it should be done. Everything
here is a function of facts and the moment; a row disappears when its cause does, nobody ticks it
off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

ORDER = (
    "call_requested",
    "closing",
    "silent",
    "unreachable",
    "time_disputed",
    "conflict",
    "exemption_approval",
    "correction",
    "second_typing",
    "visit_due",
    "unsent_answers",
    "reason_needed",
)
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Form:
    """One expected form as the list needs it; dates are local to the participant."""

    id: int
    timepoint: str
    label: str
    title: str
    status: str
    opens: date
    closes: date
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A response that staff must decide on: `time_disputed`, or one of the conflicts."""

    response_id: str
    kind: str  # time_disputed | duplicate | unexpected | response-id-reused
    label: str
    since: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction of an answer that somebody has proposed and nobody has decided on."""

    correction_id: int
    response_id: str
    label: str
    since: date


@dataclass(frozen=True, slots=True)
class PaperForm:
    """A paper form that waits for its second typing, or to have the differences settled."""

    response_id: str
    label: str
    since: date
    differing: int | None  # None before the second typing


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit that should take place between two dates and has not been recorded."""

    timepoint: str | None
    label: str
    opens: date
    closes: date


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one participant that can put them on the list."""

    participant: str
    site: str
    arm: str
    today: date  # at the participant's place
    enrolled: date
    off: bool  # dead, withdrawn from the study or formally off it: nobody is called
    lost: bool = False
    forms: tuple[Form, ...] = ()
    visits: tuple[PlannedVisit, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    contacts: tuple[date, ...] = ()
    waiting_exemptions: tuple[tuple[int, date], ...] = ()
    proposals: tuple[Proposal, ...] = ()
    papers: tuple[PaperForm, ...] = ()
    call_requested_on: date | None = None
    reachability: str = "unproven"
    reachability_why: str = ""
    unsent: int = 0
    unsent_since: date | None = None
    no_contact: bool = False  # consent to be contacted has been withdrawn
    # Timepoints whose last reminder did not get through, with the day on which that was clear.
    unreached: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """What the row offers to do."""

    verb: str
    label: str
    timepoint: str | None = None
    form_ids: tuple[int, ...] = ()
    exemption_id: int | None = None
    correction_id: int | None = None
    response_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; `id` stays the same from day to day while its cause lasts."""

    id: str
    kind: str
    participant: str
    site: str
    arm: str
    why: str
    since: date
    due: date | None
    action: Action


@dataclass(frozen=True, slots=True)
class Limits:
    """Days, from the study's reminder policy where it says so."""

    silent_after: int = 3
    closing_within: int = 2
    contact_counts_for: int = 3
    visit_ahead: int = 7
    visit_behind: int = 30
    unsent_after: int = 1


def worklist(cases: Iterable[Case], limits: Limits) -> list[Row]:
    """All rows, most pressing first: by kind in `ORDER`, then by the date they are due."""
    rows = [row for case in cases for row in rows_of(case, limits)]
    rank = {kind: place for place, kind in enumerate(ORDER)}
    return sorted(rows, key=lambda row: (rank[row.kind], row.due or date.max, row.since, row.id))


def rows_of(case: Case, limits: Limits) -> Iterator[Row]:
    """The rows of one participant. The dead and the withdrawn keep only what is owed about them."""
    yield from _doubts(case)
    yield from _approvals(case)
    yield from _proposals(case)
    yield from _papers(case)
    yield from _reasons(case)
    if case.off:
        return
    yield from _unsent(case, limits)
    yield from _visits(case, limits)
    if case.no_contact:
        return
    yield from _call(case)
    yield from _occasions(case, limits)


def _row(case: Case, kind: str, key: str, why: str, since: date, action: Action) -> Row:
    return Row(
        id=f"{kind}:{case.participant}:{key}",
        kind=kind,
        participant=case.participant,
        site=case.site,
        arm=case.arm,
        why=why,
        since=since,
        due=None,
        action=action,
    )


def _call(case: Case) -> Iterator[Row]:
    if case.call_requested_on is None:
        return
    yield _row(
        case,
        "call_requested",
        "call",
        f"Asked for a call on {_day(case.call_requested_on)}.",
        case.call_requested_on,
        Action("record_contact", "Record the call"),
    )


def _occasions(case: Case, limits: Limits) -> Iterator[Row]:
    """At most one row for each open occasion: closing soon, or else unreachable, or silent."""
    for timepoint, forms in _by_timepoint(case.forms):
        waiting = [form for form in forms if form.status == "open"]
        if not waiting:
            continue
        opens, closes = waiting[0].opens, waiting[0].closes
        what = f"{waiting[0].label}: {_forms(len(waiting))} open"
        action = Action(
            "record_contact", "Record a call", timepoint, tuple(form.id for form in waiting)
        )
        lost_on = dict(case.unreached).get(timepoint)
        started = len(waiting) < len(forms)
        found = _nudge(case, limits, opens, closes, lost_on, started=started)
        if found is not None:
            kind, tail, since = found
            row = _row(case, kind, timepoint, f"{what}, {tail}", since, action)
            yield replace(row, due=closes)


def _nudge(
    case: Case, limits: Limits, opens: date, closes: date, lost_on: date | None, *, started: bool
) -> tuple[str, str, date] | None:
    opens = max(opens, case.enrolled)  # nobody is silent before being asked
    days_open = (case.today - opens).days
    days_left = (closes - case.today).days
    last = max((day for day in case.contacts if opens <= day <= case.today), default=None)
    if last is not None and (case.today - last).days < min(limits.contact_counts_for, days_left):
        return None
    spoken = "" if last is None else f" Last contact {_day(last)}."
    if days_left <= limits.closing_within:
        return "closing", f"closes {_in_days(days_left)}.{spoken}", opens
    if case.reachability == "unreachable":
        return "unreachable", f"and messages do not arrive: {case.reachability_why}", opens
    if lost_on is not None:
        return (
            "unreachable",
            f"and the reminder of {_day(lost_on)} did not get through.{spoken}",
            lost_on,
        )
    if days_open >= limits.silent_after and not started:
        return "silent", f"nothing received for {_days(days_open)}.{spoken}", opens
    return None


def _visits(case: Case, limits: Limits) -> Iterator[Row]:
    for visit in case.visits:
        ahead = (visit.opens - case.today).days
        behind = (case.today - visit.closes).days
        if ahead > 0 or behind > limits.visit_behind:
            continue
        if behind < 0 and -behind > limits.visit_ahead:
            continue
        if behind > 0:
            why = f"{visit.label} was due by {_day(visit.closes)} and is not recorded."
        else:
            why = f"{visit.label} is due by {_day(visit.closes)} and is not recorded."
        action = Action("record_visit", "Record the visit", visit.timepoint)
        key = f"{visit.timepoint or visit.label}:{visit.opens.isoformat()}"
        yield replace(_row(case, "visit_due", key, why, visit.opens, action), due=visit.closes)


def _doubts(case: Case) -> Iterator[Row]:
    """One row for each kind of doubt at each timepoint: a pack answered twice is one decision."""
    together: dict[tuple[str, str], list[Doubt]] = {}
    for doubt in case.doubts:
        together.setdefault((doubt.kind, doubt.label), []).append(doubt)
    for (doubted, timepoint), doubts in together.items():
        if doubted == "time_disputed":
            kind, verb, label = "time_disputed", "resolve_time", "Decide on the time"
        else:
            kind, verb, label = "conflict", "resolve_conflict", "Decide which one counts"
        many = f" ({_forms(len(doubts))})" if len(doubts) > 1 else ""
        why = f"{timepoint}{many}: {_DOUBTS[doubted]}"
        action = Action(verb, label, response_ids=tuple(doubt.response_id for doubt in doubts))
        since = min(doubt.since for doubt in doubts)
        yield _row(case, kind, f"{doubted}:{timepoint}", why, since, action)


_DOUBTS = {
    "time_disputed": "the phone's clock cannot be trusted, so the date is in doubt.",
    "duplicate": "answered a second time; the first one received counts.",
    "unexpected": "answers arrived for a form that was not expected.",
    "response-id-reused": "two different sets of answers arrived under one number.",
}


def _approvals(case: Case) -> Iterator[Row]:
    for exemption_id, since in case.waiting_exemptions:
        yield _row(
            case,
            "exemption_approval",
            str(exemption_id),
            "An exemption waits for a second person; it has no effect until then.",
            since,
            Action("approve_exemption", "Look at the exemption", exemption_id=exemption_id),
        )


def _proposals(case: Case) -> Iterator[Row]:
    for proposal in case.proposals:
        yield _row(
            case,
            "correction",
            str(proposal.correction_id),
            f"{proposal.label}: a correction of an answer waits for a colleague.",
            proposal.since,
            Action(
                "decide_correction",
                "Decide on the correction",
                correction_id=proposal.correction_id,
                response_ids=(proposal.response_id,),
            ),
        )


def _papers(case: Case) -> Iterator[Row]:
    for paper in case.papers:
        if paper.differing is None:
            why = "a paper form waits to be typed a second time by somebody else."
            action = Action("type_again", "Type it again", response_ids=(paper.response_id,))
        else:
            count = paper.differing
            answers = "answer" if count == 1 else "answers"
            why = f"the two typings of a paper form differ in {_number(count)} {answers}."
            action = Action(
                "settle_typing", "Settle the differences", response_ids=(paper.response_id,)
            )
        why = f"{paper.label}: {why}"
        yield _row(case, "second_typing", paper.response_id, why, paper.since, action)


def _unsent(case: Case, limits: Limits) -> Iterator[Row]:
    if case.unsent < 1 or case.unsent_since is None:
        return
    if (case.today - case.unsent_since).days < limits.unsent_after:
        return
    called = [day for day in case.contacts if case.unsent_since < day <= case.today]
    last = max(called, default=None)
    if last is not None and (case.today - last).days < limits.contact_counts_for:
        return
    spoken = "" if last is None else f" Last contact {_day(last)}."
    yield _row(
        case,
        "unsent_answers",
        "device",
        f"The phone holds {_forms(case.unsent)} that have not been sent since "
        f"{_day(case.unsent_since)}.{spoken}",
        case.unsent_since,
        Action("record_contact", "Record a call"),
    )


def _reasons(case: Case) -> Iterator[Row]:
    for timepoint, forms in _by_timepoint(case.forms):
        missing = [form for form in forms if form.status == "missing" and form.needs_reason]
        if not missing:
            continue
        closes = max(form.closes for form in missing)
        lost = " Lost to follow-up." if case.lost else ""
        why = (
            f"{missing[0].label}: {_forms(len(missing))} missing since {_day(closes)} "
            f"without a reason.{lost}"
        )
        ids = tuple(form.id for form in missing)
        action = Action("code_reason", "Give the reason", timepoint, ids)
        yield _row(case, "reason_needed", timepoint, why, closes + timedelta(days=1), action)


def _by_timepoint(forms: Sequence[Form]) -> list[tuple[str, list[Form]]]:
    groups: dict[str, list[Form]] = {}
    for form in forms:
        groups.setdefault(form.timepoint, []).append(form)
    return list(groups.items())


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _forms(count: int) -> str:
    return f"{_number(count)} form" if count == 1 else f"{_number(count)} forms"


def _days(count: int) -> str:
    return "one day" if count == 1 else f"{count} days"


def _in_days(count: int) -> str:
    if count <= 0:
        return "today"
    return "tomorrow" if count == 1 else f"in {count} days"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
