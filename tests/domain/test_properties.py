"""What holds for every history, however late, double and out of order its entries are.

The histories hold exemptions, deaths, late and voided entries, moves of anchor, zone and arm, under
studies that were amended. Hypothesis draws 500 of them, with a moment to look at each, and every
property is shown on all of them, for drawing takes longer than the rules do. Where one fails,
Hypothesis looks for a small case of its own. By night there are 10,000 histories.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from random import Random
from typing import NamedTuple, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.domain.completion import CELLS, tally
from sayso.domain.evaluation import Assessment, assess, assess_all, rows, version_at
from sayso.domain.exemption import overlap
from sayso.domain.participation import Exemption, Facts
from sayso.domain.schedule import (
    WantedForm,
    answered_keys,
    applied,
    reconcile,
    same_window,
    wanted_under,
)
from sayso.domain.status import STATUSES, FormStatus, status_of
from sayso.domain.study import ALIVE_RULES, StudyVersion
from support.histories import cut, days, histories, moments, published
from support.people import day, small_study

RULES = small_study().rules
EXAMPLES = 500
EVERY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

_T = TypeVar("_T")
Versions = tuple[StudyVersion, ...]


@dataclass(frozen=True)
class Scene:
    """A history, the study it was lived under, and the moment from which it is looked at."""

    versions: Versions
    facts: Facts
    now: datetime

    @cached_property
    def found(self) -> Assessment:
        return self.seen(self.facts)

    @cached_property
    def existing(self) -> tuple[WantedForm, ...]:
        return wanted_under(self.versions, self.facts, self.now)

    def seen(self, facts: Facts, later: int = 0) -> Assessment:
        """Other facts under the same study, from that moment or some days later."""
        return assess(self.versions, facts, self.now + timedelta(days=later), RULES)


@dataclass(frozen=True)
class More:
    """What some properties want beside a history."""

    alive_rule: str
    start: int
    length: int | None
    later: int
    order: int


scenes = st.builds(Scene, published, histories(), moments)
extras = st.builds(
    More,
    alive_rule=st.sampled_from(ALIVE_RULES),
    start=days,
    length=st.none() | st.integers(0, 300),
    later=st.integers(0, 400),
    order=st.integers(0, 2**32),
)


class Case(NamedTuple):
    """Three histories, of which most properties look at the first, and what else they want."""

    company: tuple[Scene, Scene, Scene]
    more: More


Check = Callable[[Case], None]
cases = st.builds(Case, st.tuples(scenes, scenes, scenes), extras)
BY_NIGHT: dict[str, Callable[[int], None]] = {}


def drawn(strategy: st.SearchStrategy[_T], examples: int) -> list[_T]:
    found: list[_T] = []

    @settings(EVERY, max_examples=examples)
    @given(strategy)
    def keep(example: _T) -> None:
        found.append(example)

    keep()
    return found


@cache
def stock(examples: int) -> list[Case]:
    """What every property is shown on; each history has the two after it for company."""
    some, more = drawn(scenes, examples), drawn(extras, examples)
    after = [*some[1:], *some[:2]]
    return [
        Case((one, after[place], after[place + 1]), more[place % len(more)])
        for place, one in enumerate(some)
    ]


def holds(check: Check) -> Callable[[], None]:
    """A property to be shown on 500 histories, and on 10,000 by night."""

    def show(examples: int) -> None:
        for case in stock(examples):
            try:
                check(case)
            except AssertionError:
                # Hypothesis looks for a case that a person can read, and fails with it.
                EVERY(given(cases)(check))()
                raise

    def shown() -> None:
        show(EXAMPLES)

    BY_NIGHT[check.__name__] = show
    return shown


def by_key(found: Assessment) -> dict[tuple[str, str], FormStatus]:
    return dict(zip((form.key for form in found.forms), found.statuses, strict=True))


def columns(status: FormStatus) -> list[str]:
    """The columns of the balance that count this status."""
    names = ("expected", "exempt", "not_expected", "upcoming", "pending", "received_open")
    return [name for name in names if status.detail in CELLS[name]]


@holds
def test_every_form_has_exactly_one_status_in_exactly_one_column(case: Case) -> None:
    found, now = case.company[0].found, case.company[0].now
    assert len({form.key for form in found.forms}) == len(found.forms)
    for form, status in zip(found.forms, found.statuses, strict=True):
        assert status.status in STATUSES
        assert len(columns(status)) == 1
        assert status.why.endswith(".")
        # One form judged by itself is what it is among the others.
        assert status_of(form, found.facts, now, RULES) == status


@holds
def test_at_every_timepoint_the_columns_add_up_to_everybody_enrolled(case: Case) -> None:
    versions, now = case.company[0].versions, case.company[0].now
    size = 1 + case.more.order % len(case.company)
    people = [replace(one.facts, code=f"P-{n}") for n, one in enumerate(case.company[:size])]
    rules = replace(RULES, alive_rule=case.more.alive_rule)
    found = assess_all(versions, people, now, rules)
    study = version_at(versions, now)
    scheduled = {t.id for t in study.timepoints if t.enabled}
    arms = [entry.facts.arm for entry in found]
    for rates in tally(rows(study, found, now, rules)):
        assert rates.balanced
        if rates.timepoint in scheduled:
            assert rates.enrolled == arms.count(rates.arm)
        assert rates.in_window.n <= rates.completion.n <= rates.completion.of
        assert rates.completion.of == rates.in_window.of == rates.expected
        assert rates.completion.n <= rates.available_all.n <= rates.available_all.of


@holds
def test_nobody_is_expected_on_a_day_an_approved_exemption_covers(case: Case) -> None:
    scene = case.company[0]
    approved = [
        e
        for e in scene.facts.exemptions
        if e.approved_at is not None and e.approved_at <= scene.now
    ]
    for form, status in zip(scene.found.forms, scene.found.statuses, strict=True):
        if any(exemption.covers(form.target) for exemption in approved):
            assert status.status == "exempt"


@holds
def test_one_person_alone_cannot_turn_a_missed_or_answered_form_into_an_exempt_one(
    case: Case,
) -> None:
    scene = case.company[0]
    end = None if case.more.length is None else day(case.more.start + case.more.length)
    entry = Exemption("LANGUAGE", day(case.more.start), end, scene.now)
    others = tuple(e for e in scene.facts.exemptions if not overlap(e, entry))
    facts = replace(scene.facts, exemptions=others)
    before = by_key(scene.seen(facts))
    after = by_key(scene.seen(replace(facts, exemptions=(*others, entry))))
    for key, status in before.items():
        if status.status in {"missing", "received"}:
            assert after[key] == status


@holds
def test_ending_an_exemption_never_makes_a_form_missing_that_had_closed_as_exempt(
    case: Case,
) -> None:
    scene = case.company[0]
    facts, now = scene.facts, scene.now
    open_ended = tuple(replace(e, valid_to=None, ended_at=None) for e in facts.exemptions[:1])
    facts = replace(facts, exemptions=open_ended)
    before = scene.seen(facts)
    ended = tuple(replace(e, valid_to=e.valid_from, ended_at=now) for e in open_ended)
    after = scene.seen(replace(facts, exemptions=ended), case.more.later)
    there, becomes = {form.key: form for form in after.forms}, by_key(after)
    for form, status in zip(before.forms, before.statuses, strict=True):
        # The window of an arm that was put right later never was hers, and has gone with it.
        stayed = same_window(there[form.key], form) if form.key in there else False
        if status.status == "exempt" and form.closes_at <= now and stayed:
            assert becomes[form.key].status == "exempt"


@holds
def test_reconciling_twice_changes_nothing_and_answered_forms_never_move(case: Case) -> None:
    scene, other = case.company[:2]
    existing, now = scene.existing, scene.now
    wanted = wanted_under(scene.versions, other.facts, now)
    answered = answered_keys(existing, scene.facts.known_at(now))
    plan = reconcile(existing, wanted, answered, now)
    after = applied(existing, plan)
    for form in existing:
        if form.key in answered:
            kept = after[form.key]
            assert (kept.opens_at, kept.target, kept.closes_at) == (
                form.opens_at,
                form.target,
                form.closes_at,
            )
    again = reconcile(after.values(), wanted, answered, now)
    assert not again


@holds
def test_no_window_that_has_opened_is_ever_shortened_or_moved(case: Case) -> None:
    scene, other = case.company[:2]
    wanted = wanted_under(scene.versions, other.facts, scene.now)
    for change in reconcile(scene.existing, wanted, frozenset(), scene.now).move:
        if change.old.arm != change.new.arm:
            # The window of a wrong arm never was this person's; a corrected arm takes it back.
            assert same_window(change.new, next(f for f in wanted if f.key == change.new.key))
        elif change.old.opens_at <= scene.now:
            assert change.new.opens_at == change.old.opens_at
            assert change.new.closes_at > change.old.closes_at > scene.now


@holds
def test_the_order_of_entry_does_not_change_todays_answer(case: Case) -> None:
    facts, chance = case.company[0].facts, Random(case.more.order)

    def shuffled(entries: tuple[_T, ...]) -> tuple[_T, ...]:
        return tuple(chance.sample(entries, len(entries)))

    mixed = replace(
        facts,
        anchors=shuffled(facts.anchors),
        exemptions=shuffled(facts.exemptions),
        events=shuffled(facts.events),
        responses=shuffled(facts.responses),
        missing_reasons=shuffled(facts.missing_reasons),
    )
    assert by_key(case.company[0].seen(mixed)) == by_key(case.company[0].found)


@holds
def test_a_report_does_not_change_when_later_facts_arrive(case: Case) -> None:
    scene = case.company[0]
    then = scene.seen(cut(scene.facts, scene.now))
    assert scene.found.forms == then.forms
    assert scene.found.statuses == then.statuses
    assert scene.found.visits == then.visits


@holds
def test_exempt_people_have_the_calendar_of_everybody_else(case: Case) -> None:
    scene = case.company[0]
    plain = scene.seen(replace(scene.facts, exemptions=()))
    assert scene.found.forms == plain.forms
    assert scene.found.visits == plain.visits


def test_every_property_is_shown_on_500_histories_of_which_hardly_two_are_alike() -> None:
    shown = stock(EXAMPLES)
    assert len(shown) >= min(EXAMPLES, EVERY.max_examples)
    assert len({repr(case.company[0].facts) for case in shown}) >= len(shown) * 0.8


@pytest.mark.nightly
@pytest.mark.parametrize("name", BY_NIGHT)
def test_it_holds_for_many_more_histories(name: str) -> None:
    BY_NIGHT[name](10_000)
