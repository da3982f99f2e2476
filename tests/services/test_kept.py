"""A report that is given again is the report that would be made now, after every kind of change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from sayso.domain.errors import NotFound
from sayso.domain.participation import ContactFact, Facts, VisitFact
from sayso.services import completion, tallies
from sayso.services.books import Latest
from sayso.services.completion import Chosen, Report
from sayso.services.kept import MOST, Kept, recalled
from sayso.store.engine import transaction
from sayso.store.tables import participant
from sayso.store.tables_tally import tally_line
from support.changes import CHANGES
from support.people import STRAIN, answers, at, event, exempt, person
from support.rates_by_rule import as_figures
from support.recorded import record, remind
from support.stage import STUDY, Stage

NOW = at(150, 21)
EVERYBODY = Chosen()


class Console:
    """Somebody who looks at the figures again and again, in one process."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.kept = Kept()
        self.made = 0

    def look(
        self, now: datetime = NOW, chosen: Chosen = EVERYBODY, name: str = "ada"
    ) -> Mapping[str, Any]:
        """The figures shown; they are always those that a report would have now."""
        with transaction(self.stage.engine, read_only=True) as connection:
            within = self.stage.reach(connection, name)

            def shape(report: Report) -> Mapping[str, Any]:
                self.made += 1
                return as_figures(report)

            found = recalled(self.kept, connection, within, chosen, now, shape)
            assert found == as_figures(completion.report(connection, within, chosen, now))
        return found


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """Four people with everything that can change, and everybody's line."""
    stage = Stage(engine).set_up()
    with stage.open() as connection:
        ids = record(connection, people(), NOW)
        remind(connection, ids[0], "W12", "day-3", "push", at(80, 14))
    write_lines(stage)
    return stage


@pytest.fixture
def console(stage: Stage) -> Console:
    return Console(stage)


def people() -> list[Facts]:
    busy = person(
        exemptions=(exempt(120),),
        events=(event("progression", 90),),
        responses=(answers(85, questionnaire=STRAIN, id="85"),),
        visits=(VisitFact("W12", at(84).date(), "clinic", at(84)),),
        contacts=(ContactFact(at(95).date(), at(95)),),
    )
    return [
        busy,
        person("P-002", site="S2", responses=(answers(80, questionnaire=STRAIN, id="80"),)),
        person("P-003", events=(event("death", 100),)),
        person("P-004", exemptions=(exempt(),), reads_english=False, preferred_language="es"),
    ]


def write_lines(stage: Stage, now: datetime = NOW) -> None:
    with stage.open() as connection:
        ids = tallies.waiting(connection, STUDY, now)
        tallies.keep(connection, tallies.write_lines(connection, STUDY, ids, now))


def test_after_every_kind_of_change_it_is_made_anew(stage: Stage, console: Console) -> None:
    console.look()
    for change in CHANGES:
        before = console.made
        with stage.open() as connection:
            change(connection, 1, NOW)
        console.look()
        assert console.made == before + 1, change.__name__
        write_lines(stage)
        console.look()
        again = console.made
        console.look()
        assert console.made == again, change.__name__


def test_a_line_that_is_missing_is_judged_once(stage: Stage, console: Console) -> None:
    with stage.open() as connection:
        tallies.take_away(connection, [2])

    console.look()
    console.look()

    assert console.made == 1


def test_a_change_that_comes_to_nothing_leaves_no_trace(stage: Stage, console: Console) -> None:
    die, meet = CHANGES[2], CHANGES[9]
    before = console.look()
    with stage.engine.connect() as connection:
        under_way = connection.begin()
        die(connection, 1, NOW)
        within = stage.reach(connection)
        there = recalled(console.kept, connection, within, EVERYBODY, NOW, as_figures)
        assert there == as_figures(completion.report(connection, within, EVERYBODY, NOW))
        assert there != before
        under_way.rollback()
    assert console.look() is before

    with stage.open() as connection:
        # Her facts now have changed as often as they had there, but in another way.
        meet(connection, 1, NOW)
    console.look()


def test_time_alone_makes_it_untrue_and_not_before(stage: Stage, console: Console) -> None:
    first = console.look()
    with stage.open() as connection:
        until = connection.execute(select(func.min(tally_line.c.true_until))).scalar_one()

    assert console.look(until - timedelta(microseconds=1)) is first
    assert console.made == 1
    console.look(until)
    assert console.made == 2


def test_a_report_about_the_past_outlives_the_day(stage: Stage, console: Console) -> None:
    past = Chosen(as_of=at(60).date())
    first = console.look(chosen=past)

    assert console.look(NOW + timedelta(days=40), past) is first
    with stage.open() as connection:
        CHANGES[0](connection, 1, NOW)
    console.look(chosen=past)
    assert console.made == 2


def test_who_sees_other_sites_is_told_other_figures(console: Console) -> None:
    whole, own = console.look(), console.look(name="dana")

    assert whole["exempt_share"] != own["exempt_share"]
    assert console.look(chosen=Chosen(site="S2")) is own, "the same site, asked for in another way"
    with pytest.raises(NotFound):
        console.look(chosen=Chosen(site="S1"), name="dana")
    assert console.made == 2

    chosen = [
        Chosen(arm="stop"), Chosen(questionnaire="demo-hrqol"), Chosen(alive_rule="target"),
        Chosen(as_of=date(2026, 1, 1)),
    ]  # fmt: skip
    for one in (*chosen, *chosen):
        console.look(chosen=one)
    assert console.made == 2 + len(chosen), "every choice has a report of its own"


def test_moving_to_another_site_changes_both(stage: Stage, console: Console) -> None:
    console.look(name="dana")
    with stage.open() as connection:
        for row_id, place in ((1, "S2"), (2, "S1")):
            connection.execute(
                update(participant)
                .where(participant.c.id == row_id)
                .values(site_id=stage.site_ids[place])
            )
    write_lines(stage)

    console.look(name="dana")

    assert console.made == 2


def test_lines_of_another_study_version_say_nothing(stage: Stage, console: Console) -> None:
    with stage.open() as connection:
        connection.execute(update(tally_line).values(basis="of another version"))

    console.look()
    console.look()

    assert console.made == 1


def test_only_the_last_reports_are_kept(console: Console) -> None:
    for number in range(MOST + 1):
        console.look(chosen=Chosen(arm=f"arm {number}"))
    console.look(chosen=Chosen(arm=f"arm {MOST}"))
    assert console.made == MOST + 1

    console.look(chosen=Chosen(arm="arm 0"))
    assert console.made == MOST + 2


def test_a_study_with_nobody_in_it(engine: Engine) -> None:
    console = Console(Stage(engine).set_up())

    assert console.look()["rates"] == []
    assert console.look() == console.look()


def test_only_the_latest_are_kept() -> None:
    latest: Latest[int, str] = Latest(2)
    for number in range(3):
        latest.put(number, str(number))
    assert latest.asked(0) is None
    assert latest.asked(1) == "1"
    latest.put(3, "3")
    assert list(latest) == [1, 3]
