"""Lines of the tally say exactly what the rule says of every form, for any history on record.

Histories are written into both databases as plain rows, lines are worked out at one moment and read
at later and earlier ones, and facts change in between behind the services' back. Each report is
compared figure by figure with the one in which every form is judged by itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from sayso.domain.completion import Ratio, mark_of
from sayso.domain.participation import ContactFact, Facts, VisitFact
from sayso.domain.study import ALIVE_RULES
from sayso.services import completion, people_lists, tallies
from sayso.services.access import Reach
from sayso.services.completion import Chosen
from sayso.services.figure_lists import MEASURES, Page, listed
from sayso.services.people_lists import FIGURES, Asked
from sayso.store.engine import make_engine
from support.changes import CHANGES
from support.histories import TIMEPOINTS, cut, histories
from support.people import at, stop_study
from support.people_by_rule import shares_by_rule
from support.rates_by_rule import as_figures, by_rule, site_sums
from support.recorded import record, remind
from support.stage import STUDY, Stage
from support.stock import Stock

pytestmark = pytest.mark.slow

STEPS = ("open", "day-3", "last-day", "retired-step", "snooze 2026-06-01T18:00")
EVERY = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    # A failing history is long enough to read; making it shorter takes minutes in a database.
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A study with its sites and nobody in it; every example takes back what it wrote."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("tally") / "sayso.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        stock: Stock = request.getfixturevalue("postgres_stock")
        url = stock.lend()
    engine = make_engine(url)
    yield Stage(engine).set_up()
    engine.dispose()
    if request.param == "postgresql":
        stock.take_back(url)


@contextmanager
def passing(engine: Engine) -> Iterator[Connection]:
    """A transaction of which nothing stays."""
    with engine.connect() as connection:
        under_way = connection.begin()
        try:
            yield connection
        finally:
            under_way.rollback()


_CODES = ("P-001", "P-002", "P-003", "P-004")
_CROWDS = st.tuples(*(histories(code) for code in _CODES))
_DAYS = st.integers(0, 420)
_LATER = st.sampled_from((0, 0, 1, 13, 40, 200))
_AGO = st.none() | st.integers(0, 300)
_RULES = st.sampled_from((None, *ALIVE_RULES))
_ASKED = st.sampled_from((None, None, *stop_study().questionnaires()))
_MEASURES = st.sampled_from(sorted(MEASURES))
_FIGURES = st.sampled_from(FIGURES)
_PARTS = st.sampled_from(("n", "of", "rest"))
_STEPS = st.sampled_from(("day-3", "last-day"))
_ARMS = st.sampled_from((None, None, "stop", "continue"))
_MET = st.lists(st.integers(-14, 300), max_size=2)


def write_all(connection: Connection, now: datetime) -> int:
    """Work out every line that is missing, as the worker does."""
    ids = tallies.waiting(connection, STUDY, now)
    return tallies.keep(connection, tallies.write_lines(connection, STUDY, ids, now))


def same(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> None:
    """The report from lines is the report from the rule."""
    report = completion.report(connection, within, chosen, now, each_site=True)
    expected = by_rule(connection, within, chosen, now)
    assert as_figures(report) == expected.figures
    assert report.balance_ok
    assert {one.site: (one.completion.n, one.completion.of) for one in report.sites} == site_sums(
        expected.figures
    )


def furnish(connection: Connection, ids: list[int], until: int, data: st.DataObject) -> None:
    """Reminders, and tasks for staff, that have gone out until that day."""
    for row_id in ids:
        for step in data.draw(st.lists(st.sampled_from(STEPS), max_size=2)):
            place, day = data.draw(st.sampled_from(TIMEPOINTS)), min(until, data.draw(_DAYS))
            channel = data.draw(st.sampled_from(("push", "email", "staff")))
            remind(connection, row_id, place, step, channel, at(day, 14))


def met(facts: Facts, days: list[int]) -> Facts:
    """With a visit and a conversation on these days."""
    visits = tuple(VisitFact("W12", at(d).date(), "clinic", at(d, 20)) for d in days)
    contacts = tuple(ContactFact(at(d + 9).date(), at(d + 9, 20)) for d in days)
    return replace(facts, visits=visits, contacts=contacts)


@given(crowd=_CROWDS, day=_DAYS, later=_LATER, ago=_AGO, rule=_RULES, asked=_ASKED, data=st.data())
@EVERY
def test_a_report_from_lines_is_the_report_from_the_rule(
    stage: Stage,
    crowd: tuple[Facts, ...],
    day: int,
    later: int,
    ago: int | None,
    rule: str | None,
    asked: str | None,
    data: st.DataObject,
) -> None:
    now = at(day, 21)
    people = [cut(met(facts, data.draw(_MET)), now) for facts in crowd]
    with passing(stage.engine) as connection:
        ids = record(connection, people, now)
        furnish(connection, ids, day, data)
        within = stage.reach(connection)
        written = write_all(connection, now)
        assert written == len(crowd)

        then = now + timedelta(days=later)
        same(connection, within, Chosen(alive_rule=rule, questionnaire=asked), then)
        if ago is not None:
            before = (then - timedelta(days=ago)).date()
            same(connection, within, Chosen(as_of=before, questionnaire=asked), then)

        row_id = data.draw(st.sampled_from(ids))
        data.draw(st.sampled_from(CHANGES))(connection, row_id, then)
        same(connection, within, Chosen(alive_rule=rule), then)
        write_all(connection, then)
        same(connection, within, Chosen(alive_rule=rule), then)


@given(crowd=_CROWDS, day=_DAYS, later=_LATER, rule=_RULES, measure=_MEASURES, data=st.data())
@settings(EVERY, max_examples=20)
def test_a_list_holds_exactly_the_forms_that_the_rule_counts(
    stage: Stage,
    crowd: tuple[Facts, ...],
    day: int,
    later: int,
    rule: str | None,
    measure: str,
    data: st.DataObject,
) -> None:
    now = at(day, 21)
    people = [cut(met(facts, data.draw(_MET)), now) for facts in crowd]
    place = data.draw(st.none() | st.sampled_from(TIMEPOINTS))
    chosen = Chosen(alive_rule=rule, questionnaire=data.draw(_ASKED), arm=data.draw(_ARMS))
    with passing(stage.engine) as connection:
        ids = record(connection, people, now)
        furnish(connection, ids, day, data)
        within = stage.reach(connection)
        tallies.keep(connection, tallies.write_lines(connection, STUDY, ids[:2], now))
        then = now + timedelta(days=later)

        found = listed(connection, within, chosen, measure, place, then, Page(rows=None))

        counted = by_rule(connection, within, chosen, then)
        wanted = [
            row
            for row in counted.rows
            if place in (None, row.timepoint)
            and MEASURES[measure](mark_of(row.status), row.in_pro_population)
        ]
        assert list(found.rows) == wanted
        assert found.total == len(wanted)
        assert by_pages(connection, within, chosen, measure, place, then) == {
            (row.participant, row.timepoint, row.questionnaire) for row in wanted
        }

        asked = Asked(data.draw(_FIGURES), data.draw(_PARTS), place, data.draw(_STEPS))
        shares = shares_by_rule(connection, counted, asked, then)
        whom = people_lists.counted(connection, within, chosen, asked, then)
        assert {one.participant: Ratio(one.n, one.of) for one in whom.rows} == shares


def by_pages(
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    measure: str,
    place: str | None,
    now: datetime,
) -> set[tuple[str, str, str]]:
    """The same list turned page by page, each as short as can be; nothing comes twice."""
    found: list[tuple[str, str, str]] = []
    page: Page | None = Page(rows=1)
    while page is not None:
        part = listed(connection, within, chosen, measure, place, now, page)
        found += ((row.participant, row.timepoint, row.questionnaire) for row in part.rows)
        page = Page(part.next, 1) if part.next else None
    assert len(found) == part.total == len(set(found))
    return set(found)
