"""One participant's line of the tally: all that the rates count about her, as short text.

Judging 640,000 forms one by one takes most of a minute; adding up 10,000 lines takes a tenth of a
second. A line is made from the same statuses as every other figure and says from when to when it
holds: between two instants at which something was entered, a window opened or closed, or a span of
days ran out. Lines of one layout have one length, so that many of them, one behind the other, can
be counted column by column (`tally_sum`). Numbers are digits to the base of 90 in printable ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import chain

from sayso.domain.completion import CELLS, RECEIVED, Mark, Row, mark_of, minutes_open
from sayso.domain.digits import FIRST, digits, span_key
from sayso.domain.evaluation import in_pro_population, without_form
from sayso.domain.licences import MODES
from sayso.domain.months import month_number, months_of
from sayso.domain.participation import FOREVER, Facts, Recorded
from sayso.domain.retention import clinic_kinds, contact_currency, retention
from sayso.domain.schedule import Key, WantedForm
from sayso.domain.status import FormStatus, statuses
from sayso.domain.study import ALIVE_RULES, MISSING_REASONS, Rules, Study
from sayso.domain.visits import PlannedVisit, planned_visits
from sayso.domain.walltime import end_of_day, local_date, start_of_day
from sayso.domain.yields import Nudge, backup_yield, reminder_yield

FORMAT = "3"
PERSON = (
    "visits_exempt_n", "visits_exempt_of", "visits_other_n", "visits_other_of",
    "contact_n", "contact_of", "exempt_n", "backup_n", "backup_of",
)  # fmt: skip
_DAY = timedelta(days=1)


def _marks() -> tuple[Mark, ...]:
    bare = [Mark(name) for name in ("upcoming", "open", "exempt", *sorted(CELLS["not_expected"]))]
    missing = [Mark("missing", word) for word in (None, *MISSING_REASONS)]
    came = [
        Mark(detail, mode, scorable)
        for detail in sorted(RECEIVED)
        for mode in MODES
        for scorable in (True, False)
    ]
    return (*bare, *missing, *came)


MARKS = _marks()


@dataclass(frozen=True)
class Layout:
    """What the columns of a line are about.

    `forms` holds (timepoint, questionnaire, whether the schedule asks for it), `steps` the rungs of
    the reminder ladder, `others` marks that this program's own list does not know.
    """

    forms: tuple[tuple[str, str, bool], ...]
    steps: tuple[str, ...]
    others: tuple[Mark, ...] = ()

    def __hash__(self) -> int:
        # Lines are sorted by their layout one by one, and this one has hundreds of words.
        return hash(self.text)

    @cached_property
    def text(self) -> str:
        """As it is kept; equal layouts have equal text."""
        return json.dumps([self.forms, self.steps, self.others], separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Layout:
        """The layout of that text."""
        forms, steps, others = json.loads(text)
        return cls(
            tuple((timepoint, name, planned) for timepoint, name, planned in forms),
            tuple(steps),
            tuple(Mark(*mark) for mark in others),
        )

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The marks by their number."""
        return MARKS + self.others

    @cached_property
    def places(self) -> frozenset[Key]:
        """Timepoint and questionnaire of each form."""
        return frozenset((timepoint, name) for timepoint, name, _planned in self.forms)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """The names of the numbers about the person."""
        return (*PERSON, *(f"{step} {part}" for step in self.steps for part in ("n", "of")))

    # Where the parts of a line begin, in characters; the first two are read four at a time.
    @cached_property
    def person_at(self) -> int:
        return 4 * len(self.forms)

    @cached_property
    def marks_at(self) -> int:
        return self.person_at + 4 * len(self.people)

    @cached_property
    def items_at(self) -> int:
        return self.marks_at + len(ALIVE_RULES) * len(self.forms)

    @cached_property
    def months_at(self) -> dict[str, int]:
        """By timepoint, where the three digits of the month stand in which it closes."""
        start = self.items_at + 6 * len(self.forms)
        timepoints = dict.fromkeys(timepoint for timepoint, _name, _planned in self.forms)
        return {timepoint: start + 3 * place for place, timepoint in enumerate(timepoints)}

    @cached_property
    def length(self) -> int:
        """Characters of one line, a multiple of four."""
        return -4 * (-(self.items_at + 6 * len(self.forms) + 3 * len(self.months_at)) // 4)


@dataclass(frozen=True, slots=True)
class Head:
    """What a place in the schedule is called where this person never had a form.

    `absent` is the detail for it, but `upcoming` at the timepoints `waiting`, whose anchor is not
    set yet. `in_pro` says whether she belongs to the PRO population.
    """

    in_pro: bool
    absent: str
    waiting: tuple[str, ...]

    def detail_at(self, timepoint: str) -> str:
        """The detail of a place of the schedule for which there is no form."""
        return "upcoming" if timepoint in self.waiting else self.absent

    @property
    def text(self) -> str:
        """As it is kept; equal heads have equal text."""
        return json.dumps([self.in_pro, self.absent, self.waiting], separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Head:
        """The head of that text."""
        in_pro, absent, waiting = json.loads(text)
        return cls(in_pro, absent, tuple(waiting))


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the span of instants for which it holds, the last one excluded."""

    layout: Layout
    head: Head
    text: str
    true_from: datetime
    true_until: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """One participant as of a moment, with what reached out to her until then.

    `visits` are those on her calendar where somebody has worked them out already.
    """

    facts: Facts
    forms: Sequence[WantedForm]
    statuses: Sequence[FormStatus]
    nudges: Sequence[Nudge] = ()
    escalations: Sequence[Nudge] = ()
    visits: Sequence[PlannedVisit] | None = None

    def planned(self, study: Study) -> Sequence[PlannedVisit]:
        """The visits on her calendar."""
        return planned_visits(study, self.facts) if self.visits is None else self.visits


def write(
    study: Study, person: Person, now: datetime, rules: Rules, moments: Iterable[datetime]
) -> Line:
    """The line of one participant at `now`; `moments` are those at which it may change."""
    places = {timepoint.id: place for place, timepoint in enumerate(study.timepoints)}
    order = sorted(
        range(len(person.forms)),
        key=lambda n: (places.get(person.forms[n].timepoint, len(places)), person.forms[n].key),
    )
    forms = [person.forms[n] for n in order]
    now_is = [person.statuses[n] for n in order]
    by_rule = list(_by_alive_rule(forms, person.facts, now, rules, now_is))
    said, steps = _said(person, forms, now_is, study, now, rules)
    others = {mark for marks in by_rule for mark in marks} - set(MARKS)
    layout = Layout(
        tuple((form.timepoint, form.questionnaire, form.reported_at is None) for form in forms),
        steps,
        tuple(sorted(others, key=str)),
    )
    number = {mark: chr(FIRST + n) for n, mark in enumerate(layout.marks)}
    months = months_of(forms)
    parts = [
        *(_span(status) for status in now_is),
        *(digits(said[name], 4) for name in layout.people),
        *(number[mark] for marks in by_rule for mark in marks),
        *(_items(status) for status in now_is),
        *(digits(month_number(months[timepoint]), 3) for timepoint in layout.months_at),
    ]
    before, after = _around(moments, now)
    text = "".join(parts).ljust(layout.length, "!")
    return Line(layout, _head(study, person.facts, now, rules), text, before, after)


def _span(status: FormStatus) -> str:
    minutes = None if status.response is None else minutes_open(status.response)
    # What nobody saw offered has no span: four characters that are no key.
    return "!!!!" if minutes is None else span_key(minutes).to_bytes(4, "big").decode("ascii")


def _items(status: FormStatus) -> str:
    response = status.response
    if response is None or response.answered is None:
        return digits(0, 4) + digits((response and response.declined) or 0, 2)
    counted = (response.answered, response.applicable or 0, response.declined or 0)
    return "".join(digits(number, 2) for number in counted)


def _by_alive_rule(
    forms: Sequence[WantedForm],
    facts: Facts,
    now: datetime,
    rules: Rules,
    known: Sequence[FormStatus],
) -> Iterator[list[Mark]]:
    """The marks under each rule for deaths; only where somebody died do they differ."""
    died = facts.first("death") is not None
    marks = [mark_of(status) for status in known]
    for rule in ALIVE_RULES:
        if not died or rule == rules.alive_rule:
            yield marks
            continue
        found = statuses(forms, facts, now, replace(rules, alive_rule=rule))
        yield [mark_of(status) for status in found]


def _said(
    person: Person,
    forms: Sequence[WantedForm],
    known: Sequence[FormStatus],
    study: Study,
    now: datetime,
    rules: Rules,
) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """The numbers about the person by name, and the steps of the ladder they are about."""
    facts = person.facts
    rows = [
        Row(form.timepoint, facts.arm, facts.site, form.questionnaire, facts.code, status)
        for form, status in zip(forms, known, strict=True)
    ]
    kept = retention([(facts, person.planned(study))], now, rules, clinic_kinds(study))
    contact = contact_currency([facts], now, rules)
    backup = backup_yield(person.escalations, rows)
    yields = reminder_yield(person.nudges, rows)
    planned = (step.id for step in study.reminder_policy.steps)
    steps = tuple(dict.fromkeys((*planned, *sorted(yields))))
    exempt = facts.exempt_on(local_date(now, facts.zone), rules.exemption_language) is not None
    values = (
        kept.exempt.n, kept.exempt.of, kept.not_exempt.n, kept.not_exempt.of,
        contact.n, contact.of, int(exempt), backup.n, backup.of,
    )  # fmt: skip
    said = dict(zip(PERSON, values, strict=True))
    for step in steps:
        share = yields.get(step)
        said[f"{step} n"], said[f"{step} of"] = (share.n, share.of) if share else (0, 0)
    return said, steps


def _head(study: Study, facts: Facts, now: datetime, rules: Rules) -> Head:
    absent = without_form(study, facts, "", now, rules).detail
    # What a place without a form is called hangs on its anchor alone, and there are few of those.
    anchors = [(timepoint, study.anchor_of(timepoint, facts.arm)) for timepoint in study.timepoints]
    details = {
        anchor: without_form(study, facts, timepoint.id, now, rules).detail
        for timepoint, anchor in anchors
    }
    waiting = (timepoint.id for timepoint, anchor in anchors if details[anchor] != absent)
    return Head(in_pro_population(facts, rules), absent, tuple(waiting))


def _around(moments: Iterable[datetime], now: datetime) -> tuple[datetime, datetime]:
    known = set(moments)
    before = max((moment for moment in known if moment <= now), default=now)
    return before, min((moment for moment in known if moment > now), default=FOREVER)


def moments_of(
    facts: Facts, forms: Iterable[WantedForm], visits: Iterable[PlannedVisit], rules: Rules
) -> Iterator[datetime]:
    """Every instant at which the line of this participant may change; too many do no harm.

    `facts` with their voided entries. Instants of reminders and of amendments come on top.
    """
    for form in forms:
        yield from (form.opens_at, form.closes_at)
    for visit in visits:
        yield end_of_day(visit.closes, facts.zone)
    yield start_of_day(facts.enrolled, facts.zone)
    met = (facts.enrolled, *(v.date for v in facts.visits), *(c.date for c in facts.contacts))
    for day in met:
        yield end_of_day(day + timedelta(days=rules.contact_every_days), facts.zone)
    for exemption in facts.exemptions:
        yield from _days(exemption.valid_from, facts.zone)
        if exemption.valid_to is not None:
            yield from _days(exemption.valid_to + _DAY, facts.zone)
    yield from (moment for moment in _entries(facts) if moment is not None)


def _days(day: date, zone: str) -> tuple[datetime, datetime]:
    """When a day begins where she lives, and on the calendar of the report."""
    return start_of_day(day, zone), datetime.combine(day, time(), UTC)


def _entries(facts: Facts) -> Iterator[datetime | None]:
    """When anything was entered, approved, ended, decided or voided."""
    yield facts.enrolled_at
    for exemption in facts.exemptions:
        yield from (exemption.approved_at, exemption.ended_at)
    for response in facts.responses:
        yield from (response.received_at, response.time_decided_at)
    dated: Iterable[Recorded] = chain(
        facts.anchors, facts.exemptions, facts.events, facts.missing_reasons, facts.visits,
        facts.contacts, facts.zone_moves, facts.arm_changes,
    )  # fmt: skip
    for entry in dated:
        yield from (entry.recorded_at, entry.voided_at)
