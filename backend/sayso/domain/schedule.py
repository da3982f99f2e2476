"""What is asked of a participant and when: the expected forms, from a study and the facts.

Windows are local dates in the participant's zone and half-open instants: from midnight of the
opening day to midnight after the closing day. A form is wanted whatever the person's state; whether
it is exempt, not expected or missing is for `status` to say. Where the inputs changed on the way
(an anchor corrected, a zone moved, the study amended) the schedule is replayed change by change
with the same `reconcile` that the store uses, so that what had opened or was answered stays put.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sayso.domain.participation import BEGINNING, FOREVER, Event, Facts
from sayso.domain.status import Form
from sayso.domain.study import EventForm, Slot, Study, StudyVersion, Timepoint, VisitSeries
from sayso.domain.walltime import end_of_day, start_of_day

Key = tuple[str, str]
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WantedForm:
    """This participant is asked this questionnaire at this timepoint.

    `opens`, `target`, `closes` are local dates, `opens_at` and `closes_at` UTC instants, the latter
    excluded. `tags` names the timepoint and every event form merged into it. `reported_at` is the
    instant at which the event behind an event form was entered; None for scheduled forms.
    """

    timepoint: str
    questionnaire: str
    version: str | None
    opens: date
    target: date
    closes: date
    opens_at: datetime
    closes_at: datetime
    tags: tuple[str, ...]
    position: int = 0
    arm: str = ""
    study_version: str = ""
    reported_at: datetime | None = None

    @property
    def key(self) -> Key:
        """What makes the form this form: its timepoint and its questionnaire."""
        return (self.timepoint, self.questionnaire)


@dataclass(frozen=True, slots=True)
class Move:
    """A form that stays the same form with other dates."""

    old: WantedForm
    new: WantedForm


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to change for the existing forms to become the wanted ones.

    `retag` holds changes of tags or of the pinned version only: the dates of such a form stay as
    they are, and of an answered form nothing but the tags ever changes.
    """

    add: tuple[WantedForm, ...] = ()
    move: tuple[Move, ...] = ()
    cancel: tuple[WantedForm, ...] = ()
    retag: tuple[Move, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.move or self.cancel or self.retag)


def wanted_forms(study: Study, facts: Facts) -> tuple[WantedForm, ...]:
    """Every form this study asks of this participant, in order of opening.

    Raises `UnknownZone` for a zone the zone database does not know.
    """
    return wanted_under((StudyVersion(study),), facts)


def wanted_under(
    history: Sequence[StudyVersion], facts: Facts, now: datetime = FOREVER
) -> tuple[WantedForm, ...]:
    """The same under a study that was amended, as the records stood at `now`.

    `history` holds the versions, oldest first. Give the facts with their voided entries: what had
    opened before a correction keeps the dates it had.
    """
    moments = [moment for moment in _revisions(history, facts) if moment <= now]
    final = _ideal(published_by(history, now), facts.known_at(now), facts.events).values()
    if not moments:
        return _in_order(final)
    state: dict[Key, WantedForm] = {}
    for moment in (moments[0] - _TICK, *moments):
        then = facts.known_at(moment)
        wanted = _ideal(published_by(history, moment), then, facts.events).values()
        answered = answered_keys(state.values(), then)
        state = applied(state.values(), reconcile(state.values(), wanted, answered, moment))
    answered = answered_keys(state.values(), facts.known_at(now))
    plan = reconcile(state.values(), final, answered, moments[-1])
    return _in_order(applied(state.values(), plan).values())


def published_by(history: Sequence[StudyVersion], moment: datetime) -> list[StudyVersion]:
    """The versions that had been published at a moment; the first one counts as always there."""
    later = (v for v in history[1:] if v.published_at is None or v.published_at <= moment)
    return [*history[:1], *later]


def reconcile(
    existing: Iterable[WantedForm],
    wanted: Iterable[WantedForm],
    answered: Collection[Key],
    now: datetime,
) -> Plan:
    """How to turn the existing forms into the wanted ones without touching what stands.

    A form with a response never moves and never goes. A window that has opened keeps its dates; it
    is only ever lengthened, when the participant's midnight comes later in another zone. An open
    form whose event was voided goes; an open scheduled form stays. A corrected arm moves every form
    that it shares with the wrong one, for nothing of it was answered.
    """
    have = {form.key: form for form in existing}
    want = {form.key: form for form in wanted}
    moves: list[Move] = []
    retags: list[Move] = []
    for key, old in have.items():
        new = want.get(key)
        if new is None:
            continue
        settled = _settled(old, new, key in answered, now)
        if not same_window(settled, old):
            moves.append(Move(old, settled))
        elif settled != old:
            retags.append(Move(old, settled))
    gone = (form for key, form in have.items() if key not in want and key not in answered)
    return Plan(
        add=tuple(form for key, form in want.items() if key not in have),
        move=tuple(moves),
        cancel=tuple(f for f in gone if f.opens_at > now or f.reported_at is not None),
        retag=tuple(retags),
    )


def applied(existing: Iterable[WantedForm], plan: Plan) -> dict[Key, WantedForm]:
    """The forms after a plan was carried out, by key."""
    state = {form.key: form for form in existing}
    for form in plan.cancel:
        del state[form.key]
    for change in (*plan.move, *plan.retag):
        state[change.new.key] = change.new
    for form in plan.add:
        state[form.key] = form
    return state


def same_window(one: WantedForm, other: WantedForm) -> bool:
    """Whether two forms are asked in the same window."""
    same_instants = (one.opens_at, one.closes_at) == (other.opens_at, other.closes_at)
    return same_instants and one.target == other.target


def answered_keys(forms: Iterable[Form], facts: Facts) -> frozenset[Key]:
    """The keys of the forms that some response was given to."""
    whole = {r.timepoint for r in facts.responses if r.questionnaire is None}
    single = {(r.timepoint, r.questionnaire) for r in facts.responses}
    return frozenset(
        (form.timepoint, form.questionnaire)
        for form in forms
        if any(tag in whole or (tag, form.questionnaire) in single for tag in form.tags)
    )


def anchor_day(study: Study, facts: Facts, name: str) -> date | None:
    """The date an anchor stands on, or None while nobody has set it."""
    day = facts.anchor(name)
    if day is None and any(a.id == name and a.source == "enrolment" for a in study.anchors):
        return facts.enrolled
    return day


def scheduled_keys(study: Study, arm: str) -> tuple[Key, ...]:
    """The keys of every form the study schedules in an arm, whoever is in it."""
    return tuple(
        (timepoint.id, slot.questionnaire)
        for timepoint in study.timepoints
        if timepoint.enabled and arm in timepoint.arms
        for _pack, slot in _slots(study, timepoint.packs)
    )


def window_dates(entry: Timepoint | EventForm | VisitSeries, day: date) -> tuple[date, date, date]:
    """The three dates of a window that counts from a day."""
    return (
        day + timedelta(days=entry.opens),
        day + timedelta(days=entry.target),
        day + timedelta(days=entry.closes),
    )


def _in_order(forms: Iterable[WantedForm]) -> tuple[WantedForm, ...]:
    return tuple(sorted(forms, key=lambda form: (form.opens, form.timepoint, form.position)))


def _revisions(history: Sequence[StudyVersion], facts: Facts) -> list[datetime]:
    """The moments at which something changed that may have moved a form already planned."""
    moments = {version.published_at for version in history[1:]}
    moments.update(move.recorded_at for move in facts.zone_moves)
    moments.update(change.recorded_at for change in facts.arm_changes)
    for entries in (facts.anchors, facts.zone_moves, facts.events, facts.arm_changes):
        moments.update(entry.voided_at for entry in entries)
    first_set = set()
    for name in {anchor.name for anchor in facts.anchors}:
        entered = sorted(a.recorded_at or BEGINNING for a in facts.anchors if a.name == name)
        first_set.add(entered[0])
        moments.update(entered[1:])
    found = sorted(moment for moment in moments if moment is not None and moment > BEGINNING)
    if not found:
        return found
    # A form that came in between two such moments has to be there, as it was then, at the second.
    came = first_set | {event.recorded_at or BEGINNING for event in facts.events}
    return sorted({*found, *(moment for moment in came if found[0] < moment < found[-1])})


def _settled(old: WantedForm, new: WantedForm, answered: bool, now: datetime) -> WantedForm:
    """What an existing form becomes: the new one, or the old one with what may still change."""
    if not answered and (old.opens_at > now or old.arm != new.arm):
        # A window of the wrong arm never was this person's window, open or not.
        return new
    kept = replace(old, tags=new.tags)
    same_dates = (old.opens, old.target, old.closes) == (new.opens, new.target, new.closes)
    if not answered and same_dates and now < old.closes_at < new.closes_at:
        kept = replace(kept, closes_at=new.closes_at)
    return kept


def _ideal(
    history: Sequence[StudyVersion], facts: Facts, ever: Sequence[Event]
) -> dict[Key, WantedForm]:
    """The forms of an amended study as if nothing had been planned before.

    A version applies to windows that open after its effective date. A form takes the newer version
    only when its window opens after that date under both, so that no window changes once open.
    """
    chosen: dict[Key, WantedForm] = {}
    for number, version in enumerate(history):
        forms = {form.key: form for form in _forms(version.study, facts, ever)}
        if number == 0:
            chosen = forms
            continue
        for key in [*chosen, *(key for key in forms if key not in chosen)]:
            old, new = chosen.get(key), forms.get(key)
            if any(form is not None and form.opens <= version.effective_on for form in (old, new)):
                continue
            if new is None:
                del chosen[key]
            else:
                chosen[key] = new
    return chosen


def _forms(study: Study, facts: Facts, ever: Sequence[Event]) -> Iterator[WantedForm]:
    """The forms of one study version: the scheduled ones, then those that events ask for."""
    merged, own = _events(study, facts, ever)
    for timepoint in _asked(study, facts):
        anchor = anchor_day(study, facts, study.anchor_of(timepoint, facts.arm))
        if anchor is not None:
            slots = [
                (slot, (timepoint.id, *merged.get((timepoint.id, pack), ())))
                for pack, slot in _slots(study, timepoint.packs)
            ]
            yield from _window_forms(study, facts, timepoint, anchor, timepoint.id, slots, None)
    for name, event, entry, packs in own:
        slots = [(slot, (name,)) for _pack, slot in _slots(study, packs)]
        reported = event.recorded_at or BEGINNING
        yield from _window_forms(study, facts, entry, event.date, name, slots, reported)


def _window_forms(
    study: Study,
    facts: Facts,
    entry: Timepoint | EventForm,
    day: date,
    name: str,
    slots: Iterable[tuple[Slot, tuple[str, ...]]],
    reported_at: datetime | None,
) -> Iterator[WantedForm]:
    """The forms of one window; its dates and instants are worked out once for all of them."""
    opens, target, closes = window_dates(entry, day)
    opens_at, closes_at = start_of_day(opens, facts.zone), end_of_day(closes, facts.zone)
    for position, (slot, tags) in enumerate(slots):
        yield WantedForm(
            timepoint=name,
            questionnaire=slot.questionnaire,
            version=slot.version,
            opens=opens,
            target=target,
            closes=closes,
            opens_at=opens_at,
            closes_at=closes_at,
            tags=tags,
            position=position,
            arm=facts.arm,
            study_version=study.version,
            reported_at=reported_at,
        )


def _asked(study: Study, facts: Facts) -> Iterator[Timepoint]:
    for timepoint in study.timepoints:
        if timepoint.enabled and timepoint.packs and facts.arm in timepoint.arms:
            yield timepoint


def _slots(study: Study, packs: Iterable[str]) -> Iterator[tuple[str, Slot]]:
    """The slots of these packs in order, each questionnaire once."""
    seen: set[str] = set()
    for pack_id in packs:
        pack = study.pack(pack_id)
        for slot in pack.slots if pack else ():
            if slot.questionnaire not in seen:
                seen.add(slot.questionnaire)
                yield pack_id, slot


_OwnForm = tuple[str, Event, EventForm, tuple[str, ...]]
_Merged = dict[tuple[str, str], tuple[str, ...]]


def _events(study: Study, facts: Facts, ever: Sequence[Event]) -> tuple[_Merged, list[_OwnForm]]:
    """Which event forms ride on a scheduled form, and which stand on their own."""
    merged: _Merged = {}
    own: list[_OwnForm] = []
    for entry in study.event_forms:
        if facts.arm not in entry.arms:
            continue
        for name, event in _occurrences(entry, facts, ever):
            alone: list[str] = []
            for pack in entry.packs:
                host = _host(study, facts, entry, event, pack)
                if host is None:
                    alone.append(pack)
                else:
                    merged[host, pack] = (*merged.get((host, pack), ()), name)
            if alone:
                own.append((name, event, entry, tuple(alone)))
    return merged, own


def _occurrences(
    entry: EventForm, facts: Facts, ever: Sequence[Event]
) -> Iterator[tuple[str, Event]]:
    """The events that ask for this form: PROG, PROG.2, PROG.3 and so on, in order of entry.

    Numbers count over all that was ever entered (`ever`), voided or not. Were they given by date,
    an earlier event entered later would take over the form, and the answers, of another one.
    """
    told = [event for event in (*ever, *facts.events) if event.kind in entry.on]
    told.sort(key=lambda event: (event.recorded_at or BEGINNING, event.date))
    numbers = {day: n for n, day in enumerate(dict.fromkeys(e.date for e in told), start=1)}
    standing = [event for event in told if event in facts.events]
    for day in dict.fromkeys(event.date for event in standing):
        number = numbers[day]
        event = next(event for event in standing if event.date == day)
        yield (entry.id if number == 1 else f"{entry.id}.{number}"), event


def _host(study: Study, facts: Facts, entry: EventForm, event: Event, pack: str) -> str | None:
    """The scheduled timepoint nearest to the event form's target that asks the same pack."""
    target = event.date + timedelta(days=entry.target)
    near: list[tuple[int, date, str]] = []
    for timepoint in _asked(study, facts):
        anchor = anchor_day(study, facts, study.anchor_of(timepoint, facts.arm))
        if anchor is None or pack not in timepoint.packs:
            continue
        scheduled = anchor + timedelta(days=timepoint.target)
        closed = anchor + timedelta(days=timepoint.closes) < event.date
        distance = abs((target - scheduled).days)
        if distance <= study.rules.merge_within_days and (
            study.rules.merge_after_close or not closed
        ):
            near.append((distance, scheduled, timepoint.id))
    return min(near)[2] if near else None
