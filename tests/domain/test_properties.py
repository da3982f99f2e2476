"""What holds for every history, however late, double and out of order its entries are."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.domain.completion import CELLS, tally
from sayso.domain.evaluation import Assessment, assess, assess_all, rows
from sayso.domain.exemption import overlap
from sayso.domain.participation import Exemption, Facts
from sayso.domain.schedule import answered_keys, applied, reconcile, same_window, wanted_under
from sayso.domain.status import STATUSES, FormStatus, status_of
from sayso.domain.study import ALIVE_RULES, StudyVersion
from support.histories import crowds, cut, days, histories, moments
from support.people import day, stop_study

STUDY = stop_study()
HISTORY = (StudyVersion(STUDY),)
EVERY = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))

_T = TypeVar("_T")


def seen(facts: Facts, now: datetime) -> Assessment:
    return assess(HISTORY, facts, now, STUDY.rules)


def by_key(found: Assessment) -> dict[tuple[str, str], FormStatus]:
    return dict(zip((form.key for form in found.forms), found.statuses, strict=True))


def columns(status: FormStatus) -> list[str]:
    """The columns of the balance that count this status."""
    names = ("expected", "exempt", "not_expected", "upcoming", "pending", "received_open")
    return [name for name in names if status.detail in CELLS[name]]


@given(facts=histories(), now=moments)
@EVERY
def test_every_form_has_exactly_one_status_in_exactly_one_column(
    facts: Facts, now: datetime
) -> None:
    found = seen(facts, now)
    assert len({form.key for form in found.forms}) == len(found.forms)
    for form, status in zip(found.forms, found.statuses, strict=True):
        assert status.status in STATUSES
        assert len(columns(status)) == 1
        assert status.why.endswith(".")
        # One form judged by itself is what it is among the others.
        assert status_of(form, found.facts, now, STUDY.rules) == status


@given(people=crowds(), now=moments, alive_rule=st.sampled_from(ALIVE_RULES))
@EVERY
def test_at_every_timepoint_the_columns_add_up_to_everybody_enrolled(
    people: list[Facts], now: datetime, alive_rule: str
) -> None:
    rules = replace(STUDY.rules, alive_rule=alive_rule)
    found = assess_all(HISTORY, people, now, rules)
    scheduled = {timepoint.id for timepoint in STUDY.timepoints}
    arms = [entry.facts.arm for entry in found]
    for rates in tally(rows(STUDY, found, now, rules)):
        assert rates.balanced
        if rates.timepoint in scheduled:
            assert rates.enrolled == arms.count(rates.arm)
        assert rates.in_window.n <= rates.completion.n <= rates.completion.of
        assert rates.completion.of == rates.in_window.of == rates.expected
        assert rates.completion.n <= rates.available_all.n <= rates.available_all.of


@given(facts=histories(), now=moments)
@EVERY
def test_nobody_is_expected_on_a_day_an_approved_exemption_covers(
    facts: Facts, now: datetime
) -> None:
    found = seen(facts, now)
    approved = [e for e in facts.exemptions if e.approved_at is not None and e.approved_at <= now]
    for form, status in zip(found.forms, found.statuses, strict=True):
        if any(exemption.covers(form.target) for exemption in approved):
            assert status.status == "exempt"


@given(facts=histories(), now=moments, start=days, length=st.none() | st.integers(0, 300))
@EVERY
def test_one_person_alone_cannot_turn_a_missed_or_answered_form_into_an_exempt_one(
    facts: Facts, now: datetime, start: int, length: int | None
) -> None:
    end = None if length is None else day(start + length)
    entry = Exemption("LANGUAGE", day(start), end, now)
    others = tuple(e for e in facts.exemptions if not overlap(e, entry))
    facts = replace(facts, exemptions=others)
    before = by_key(seen(facts, now))
    after = by_key(seen(replace(facts, exemptions=(*others, entry)), now))
    for key, status in before.items():
        if status.status in {"missing", "received"}:
            assert after[key] == status


@given(facts=histories(), now=moments, later=st.integers(0, 400))
@EVERY
def test_ending_an_exemption_never_makes_a_form_missing_that_had_closed_as_exempt(
    facts: Facts, now: datetime, later: int
) -> None:
    open_ended = tuple(replace(e, valid_to=None, ended_at=None) for e in facts.exemptions[:1])
    facts = replace(facts, exemptions=open_ended)
    before = seen(facts, now)
    ended = tuple(replace(e, valid_to=e.valid_from, ended_at=now) for e in open_ended)
    after = by_key(seen(replace(facts, exemptions=ended), now + timedelta(days=later)))
    for form, status in zip(before.forms, before.statuses, strict=True):
        if status.status == "exempt" and form.closes_at <= now:
            assert after[form.key].status == "exempt"


@given(facts=histories(), other=histories(), now=moments)
@EVERY
def test_reconciling_twice_changes_nothing_and_answered_forms_never_move(
    facts: Facts, other: Facts, now: datetime
) -> None:
    existing = wanted_under(HISTORY, facts, now)
    wanted = wanted_under(HISTORY, other, now)
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


@given(facts=histories(), other=histories(), now=moments)
@EVERY
def test_no_window_that_has_opened_is_ever_shortened_or_moved(
    facts: Facts, other: Facts, now: datetime
) -> None:
    existing = wanted_under(HISTORY, facts, now)
    wanted = wanted_under(HISTORY, other, now)
    for change in reconcile(existing, wanted, frozenset(), now).move:
        if change.old.arm != change.new.arm:
            # The window of a wrong arm never was this person's; a corrected arm takes it back.
            assert same_window(change.new, next(f for f in wanted if f.key == change.new.key))
        elif change.old.opens_at <= now:
            assert change.new.opens_at == change.old.opens_at
            assert change.new.closes_at > change.old.closes_at > now


@given(facts=histories(), now=moments, data=st.data())
@EVERY
def test_the_order_of_entry_does_not_change_todays_answer(
    facts: Facts, now: datetime, data: st.DataObject
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
    assert by_key(seen(mixed, now)) == by_key(seen(facts, now))


@given(facts=histories(), now=moments)
@EVERY
def test_a_report_does_not_change_when_later_facts_arrive(facts: Facts, now: datetime) -> None:
    assert_same(seen(facts, now), seen(cut(facts, now), now))


def assert_same(one: Assessment, other: Assessment) -> None:
    assert one.forms == other.forms
    assert one.statuses == other.statuses
    assert one.visits == other.visits


@given(facts=histories(), now=moments)
@EVERY
def test_exempt_people_have_the_calendar_of_everybody_else(facts: Facts, now: datetime) -> None:
    plain = seen(replace(facts, exemptions=()), now)
    found = seen(facts, now)
    assert found.forms == plain.forms
    assert found.visits == plain.visits
