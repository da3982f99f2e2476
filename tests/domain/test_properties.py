"""What holds for every history, however late, double and out of order its entries are.

The histories hold exemptions, deaths, late and voided entries, moves of anchor, zone and arm, under
studies that were amended. Each property is shown on 500 of them here and on many more by night.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.domain.completion import CELLS, tally
from sayso.domain.evaluation import Assessment, assess, assess_all, rows, version_at
from sayso.domain.exemption import overlap
from sayso.domain.participation import Exemption, Facts
from sayso.domain.schedule import answered_keys, applied, reconcile, same_window, wanted_under
from sayso.domain.status import STATUSES, FormStatus, status_of
from sayso.domain.study import ALIVE_RULES, StudyVersion
from support.histories import crowds, cut, days, histories, moments, published
from support.people import day, small_study

RULES = small_study().rules
EVERY = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
BY_NIGHT: dict[str, Callable[[], None]] = {}

_T = TypeVar("_T")
_Check = Callable[..., None]
Versions = tuple[StudyVersion, ...]


def holds(**drawn: st.SearchStrategy[object]) -> Callable[[_Check], _Check]:
    """A property to be shown on 500 histories, and on 10,000 by night."""

    def shown(check: _Check) -> _Check:
        BY_NIGHT[check.__name__] = settings(EVERY, max_examples=10_000)(given(**drawn)(check))
        return EVERY(given(**drawn)(check))

    return shown


def seen(versions: Versions, facts: Facts, now: datetime) -> Assessment:
    return assess(versions, facts, now, RULES)


def by_key(found: Assessment) -> dict[tuple[str, str], FormStatus]:
    return dict(zip((form.key for form in found.forms), found.statuses, strict=True))


def columns(status: FormStatus) -> list[str]:
    """The columns of the balance that count this status."""
    names = ("expected", "exempt", "not_expected", "upcoming", "pending", "received_open")
    return [name for name in names if status.detail in CELLS[name]]


@holds(versions=published, facts=histories(), now=moments)
def test_every_form_has_exactly_one_status_in_exactly_one_column(
    versions: Versions, facts: Facts, now: datetime
) -> None:
    found = seen(versions, facts, now)
    assert len({form.key for form in found.forms}) == len(found.forms)
    for form, status in zip(found.forms, found.statuses, strict=True):
        assert status.status in STATUSES
        assert len(columns(status)) == 1
        assert status.why.endswith(".")
        # One form judged by itself is what it is among the others.
        assert status_of(form, found.facts, now, RULES) == status


@holds(versions=published, people=crowds(), now=moments, alive_rule=st.sampled_from(ALIVE_RULES))
def test_at_every_timepoint_the_columns_add_up_to_everybody_enrolled(
    versions: Versions, people: list[Facts], now: datetime, alive_rule: str
) -> None:
    rules = replace(RULES, alive_rule=alive_rule)
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


@holds(versions=published, facts=histories(), now=moments)
def test_nobody_is_expected_on_a_day_an_approved_exemption_covers(
    versions: Versions, facts: Facts, now: datetime
) -> None:
    found = seen(versions, facts, now)
    approved = [e for e in facts.exemptions if e.approved_at is not None and e.approved_at <= now]
    for form, status in zip(found.forms, found.statuses, strict=True):
        if any(exemption.covers(form.target) for exemption in approved):
            assert status.status == "exempt"


@holds(
    versions=published,
    facts=histories(),
    now=moments,
    start=days,
    length=st.none() | st.integers(0, 300),
)
def test_one_person_alone_cannot_turn_a_missed_or_answered_form_into_an_exempt_one(
    versions: Versions, facts: Facts, now: datetime, start: int, length: int | None
) -> None:
    end = None if length is None else day(start + length)
    entry = Exemption("LANGUAGE", day(start), end, now)
    others = tuple(e for e in facts.exemptions if not overlap(e, entry))
    facts = replace(facts, exemptions=others)
    before = by_key(seen(versions, facts, now))
    after = by_key(seen(versions, replace(facts, exemptions=(*others, entry)), now))
    for key, status in before.items():
        if status.status in {"missing", "received"}:
            assert after[key] == status


@holds(versions=published, facts=histories(), now=moments, later=st.integers(0, 400))
def test_ending_an_exemption_never_makes_a_form_missing_that_had_closed_as_exempt(
    versions: Versions, facts: Facts, now: datetime, later: int
) -> None:
    open_ended = tuple(replace(e, valid_to=None, ended_at=None) for e in facts.exemptions[:1])
    facts = replace(facts, exemptions=open_ended)
    before = seen(versions, facts, now)
    ended = tuple(replace(e, valid_to=e.valid_from, ended_at=now) for e in open_ended)
    after = seen(versions, replace(facts, exemptions=ended), now + timedelta(days=later))
    there, becomes = {form.key: form for form in after.forms}, by_key(after)
    for form, status in zip(before.forms, before.statuses, strict=True):
        # The window of an arm that was put right later never was hers, and has gone with it.
        stayed = same_window(there[form.key], form) if form.key in there else False
        if status.status == "exempt" and form.closes_at <= now and stayed:
            assert becomes[form.key].status == "exempt"


@holds(versions=published, facts=histories(), other=histories(), now=moments)
def test_reconciling_twice_changes_nothing_and_answered_forms_never_move(
    versions: Versions, facts: Facts, other: Facts, now: datetime
) -> None:
    existing = wanted_under(versions, facts, now)
    wanted = wanted_under(versions, other, now)
    answered = answered_keys(existing, facts.known_at(now))
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


@holds(versions=published, facts=histories(), other=histories(), now=moments)
def test_no_window_that_has_opened_is_ever_shortened_or_moved(
    versions: Versions, facts: Facts, other: Facts, now: datetime
) -> None:
    existing = wanted_under(versions, facts, now)
    wanted = wanted_under(versions, other, now)
    for change in reconcile(existing, wanted, frozenset(), now).move:
        if change.old.arm != change.new.arm:
            # The window of a wrong arm never was this person's; a corrected arm takes it back.
            assert same_window(change.new, next(f for f in wanted if f.key == change.new.key))
        elif change.old.opens_at <= now:
            assert change.new.opens_at == change.old.opens_at
            assert change.new.closes_at > change.old.closes_at > now


@holds(versions=published, facts=histories(), now=moments, data=st.data())
def test_the_order_of_entry_does_not_change_todays_answer(
    versions: Versions, facts: Facts, now: datetime, data: st.DataObject
) -> None:
    def shuffled(entries: tuple[_T, ...]) -> tuple[_T, ...]:
        return tuple(data.draw(st.permutations(entries)))

    mixed = replace(
        facts,
        anchors=shuffled(facts.anchors),
        exemptions=shuffled(facts.exemptions),
        events=shuffled(facts.events),
        responses=shuffled(facts.responses),
        missing_reasons=shuffled(facts.missing_reasons),
    )
    assert by_key(seen(versions, mixed, now)) == by_key(seen(versions, facts, now))


@holds(versions=published, facts=histories(), now=moments)
def test_a_report_does_not_change_when_later_facts_arrive(
    versions: Versions, facts: Facts, now: datetime
) -> None:
    assert_same(seen(versions, facts, now), seen(versions, cut(facts, now), now))


def assert_same(one: Assessment, other: Assessment) -> None:
    assert one.forms == other.forms
    assert one.statuses == other.statuses
    assert one.visits == other.visits


@holds(versions=published, facts=histories(), now=moments)
def test_exempt_people_have_the_calendar_of_everybody_else(
    versions: Versions, facts: Facts, now: datetime
) -> None:
    plain = seen(versions, replace(facts, exemptions=()), now)
    found = seen(versions, facts, now)
    assert found.forms == plain.forms
    assert found.visits == plain.visits


@pytest.mark.nightly
@pytest.mark.parametrize("name", BY_NIGHT)
def test_it_holds_for_many_more_histories(name: str) -> None:
    BY_NIGHT[name]()
