"""A book of lines that is kept says at every look what the rule says of everybody's facts now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, event, update

from sayso.domain.participation import Facts
from sayso.services import completion, tallies
from sayso.services.books import MOST, Book, Books, opened
from sayso.services.completion import Chosen
from sayso.services.figure_lists import Page, listed
from sayso.store.engine import READ_ONLY, transaction
from sayso.store.tables import participant
from sayso.store.tables_tally import tally_line
from support.changes import CHANGES
from support.histories import cut, histories
from support.people import STRAIN, answers, at, exempt, person
from support.rates_by_rule import as_figures, by_rule
from support.recorded import record
from support.stage import STUDY, Stage

NOW = at(150, 21)
EVERYBODY = Chosen()
DIE, MEET, TRAVEL = CHANGES[2], CHANGES[9], CHANGES[11]


@pytest.fixture
def empty(engine: Engine) -> Stage:
    """A study with its sites and nobody in it."""
    return Stage(engine).set_up()


@pytest.fixture
def stage(empty: Stage) -> Stage:
    """Four people at two sites, and everybody's line."""
    with empty.open() as connection:
        record(connection, people(), NOW)
        write_lines(connection)
    return empty


def people() -> list[Facts]:
    return [
        person(responses=(answers(85, questionnaire=STRAIN, id="85"),)),
        person("P-002", site="S2", responses=(answers(80, questionnaire=STRAIN, id="80"),)),
        person("P-003"),
        person("P-004", exemptions=(exempt(),), reads_english=False, preferred_language="es"),
    ]


def write_lines(connection: Connection, now: Any = NOW) -> None:
    ids = tallies.waiting(connection, STUDY, now)
    tallies.keep(connection, tallies.write_lines(connection, STUDY, ids, now))


@contextmanager
def reading(stage: Stage) -> Iterator[Connection]:
    with transaction(stage.engine, read_only=True) as connection:
        yield connection


def look(
    stage: Stage, books: Books, chosen: Chosen = EVERYBODY, now: Any = NOW, name: str = "ada"
) -> dict[str, Any]:
    """The figures from the books, which are those of the rule."""
    with reading(stage) as connection:
        return checked(connection, stage, books, chosen, now, name)


def checked(
    connection: Connection, stage: Stage, books: Books, chosen: Chosen, now: Any, name: str
) -> dict[str, Any]:
    within = stage.reach(connection, name)
    found = completion.report(connection, within, chosen, now, each_site=True, books=books)
    figures = as_figures(found)
    assert figures == by_rule(connection, within, chosen, now).figures
    assert found.balance_ok
    return figures


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(("change", "change", "change", "write", "forget", "wait", "move")),
        st.sampled_from(CHANGES),
        st.integers(0, 3),
        st.sampled_from((EVERYBODY, EVERYBODY, Chosen(alive_rule="target"), Chosen(site="S2"),
                         Chosen(questionnaire=STRAIN), Chosen(arm="stop"),
                         Chosen(as_of=at(90).date()))),
        st.sampled_from(("ada", "ada", "dana", "bob")),
    ),
    min_size=2,
    max_size=5,
)  # fmt: skip
_CROWDS = st.tuples(*(histories(f"P-00{n}") for n in range(4)))


@given(crowd=_CROWDS, day=st.integers(20, 300), steps=_STEPS)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.explicit, Phase.generate],
)
def test_whatever_happens_between_two_looks(
    empty: Stage, crowd: tuple[Facts, ...], day: int, steps: list[tuple[Any, ...]]
) -> None:
    now, books = at(day, 21), Books()
    with passing(empty.engine) as connection:
        ids = record(connection, [cut(facts, now) for facts in crowd], now)
        write_lines(connection, now)
        checked(connection, empty, books, EVERYBODY, now, "ada")
        for kind, change, who, wanted, name in steps:
            chosen = wanted if (wanted.as_of or date.min) < now.date() else EVERYBODY
            if kind == "change":
                change(connection, ids[who], now)
            elif kind == "write":
                write_lines(connection, now)
            elif kind == "forget":
                tallies.take_away(connection, [ids[who]])
            elif kind == "wait":
                now += timedelta(days=30)
            else:
                move(connection, empty, ids[who])
            if chosen.site is None or name == "ada":
                checked(connection, empty, books, chosen, now, name)
        checked(connection, empty, books, EVERYBODY, now, "ada")


@contextmanager
def passing(engine: Engine) -> Iterator[Connection]:
    """A transaction of which nothing stays, and which nobody else's books outlive."""
    with engine.connect() as plain:
        connection = plain.execution_options(**{READ_ONLY: True})
        under_way = connection.begin()
        try:
            yield connection
        finally:
            under_way.rollback()


def move(connection: Connection, stage: Stage, row_id: int) -> None:
    """To the other site."""
    first, other = stage.site_ids["S1"], stage.site_ids["S2"]
    there = participant.c.site_id == first
    to = connection.execute(participant.select().where(participant.c.id == row_id, there)).first()
    connection.execute(
        update(participant)
        .where(participant.c.id == row_id)
        .values(site_id=other if to is not None else first)
    )


def statements(engine: Engine, act: Callable[[], object]) -> list[str]:
    """What the database is asked while something is done."""
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return found


def refresh(stage: Stage, book: Book, now: Any = NOW, name: str = "ada") -> None:
    with reading(stage) as connection:
        within = stage.reach(connection, name)
        book.refresh(connection, tallies.scene(connection, within, now, is_past=False))


def test_where_nothing_changed_one_statement_says_so(stage: Stage) -> None:
    book = Book()
    refresh(stage, book)
    version = book.version

    asked = statements(stage.engine, lambda: refresh(stage, book))

    assert [text for text in asked if "tally_line" in text] == asked[-1:]
    assert "sum(tally_line.revision)" in asked[-1]
    assert book.version == version


def test_a_change_is_read_and_nobody_else_is(stage: Stage) -> None:
    book = Book()
    refresh(stage, book)
    before = {own.code: own for own in lines(stage, book)}
    with stage.open() as connection:
        MEET(connection, 2, NOW)

    refresh(stage, book)

    after = {own.code: own for own in lines(stage, book)}
    assert [code for code in before if after[code] is not before[code]] == ["P-002"]
    assert after["P-002"].line != before["P-002"].line


def lines(stage: Stage, book: Book) -> list[Any]:
    with reading(stage) as connection:
        within = stage.reach(connection)
        return book.lines(tallies.scene(connection, within, NOW, is_past=False))


def test_who_is_judged_stays_judged_until_something_changes(stage: Stage) -> None:
    book = Book()
    with stage.open() as connection:
        tallies.take_away(connection, [1, 2, 3, 4])
    refresh(stage, book)
    assert len(lines(stage, book)) == 4

    asked = statements(stage.engine, lambda: refresh(stage, book))

    assert not any("response" in text for text in asked)


def test_nobody_is_judged_for_whoever_cannot_see_her(stage: Stage) -> None:
    book = Book()
    with stage.open() as connection:
        tallies.take_away(connection, [1, 2, 3, 4])

    refresh(stage, book, name="dana")

    assert [own.code for own in lines(stage, book)] == ["P-002"]
    refresh(stage, book)
    assert [own.code for own in lines(stage, book)] == ["P-001", "P-002", "P-003", "P-004"]


def test_who_has_moved_out_of_sight_is_counted_no_longer(stage: Stage) -> None:
    books = Books()
    look(stage, books, name="dana")
    with stage.open() as connection:
        move(connection, stage, 2)

    assert look(stage, books, name="dana")["exempt_share"] == {}
    look(stage, books)


def test_the_passing_of_time_alone(stage: Stage) -> None:
    books = Books()
    for days in (0, 1, 40, 41, 400):
        look(stage, books, now=NOW + timedelta(days=days))


def test_a_past_day_begins_with_what_was_true_then_already(stage: Stage) -> None:
    books, past = Books(), Chosen(as_of=(NOW - timedelta(days=1)).date())
    look(stage, books)

    asked = statements(stage.engine, lambda: report(stage, books, past))

    assert not any("response" in text for text in asked)
    with stage.open() as connection:
        TRAVEL(connection, 1, NOW)
    look(stage, books, past)


def report(stage: Stage, books: Books, chosen: Chosen) -> None:
    with reading(stage) as connection:
        completion.report(connection, stage.reach(connection), chosen, NOW, books=books)


def test_a_past_day_is_worked_out_once_for_each_change(stage: Stage) -> None:
    books, past = Books(), Chosen(as_of=at(60).date())
    look(stage, books, past)
    assert not any(
        "response" in text for text in statements(stage.engine, lambda: report(stage, books, past))
    )

    with stage.open() as connection:
        DIE(connection, 3, NOW)
    look(stage, books, past)


def test_lists_are_read_off_the_same_book(stage: Stage) -> None:
    books = Books()
    look(stage, books)
    with stage.open() as connection:
        DIE(connection, 3, NOW)
    with reading(stage) as connection:
        within = stage.reach(connection)
        for measure in ("missing", "enrolled", "not_expected"):
            given = (connection, within, EVERYBODY, measure, None, NOW, Page(rows=None), None)
            ours, anew = listed(*given, books), listed(*given)
            assert (ours.total, list(ours.rows)) == (anew.total, list(anew.rows))
            assert ours.total > 0


def test_a_change_in_the_middle_of_a_look(stage: Stage) -> None:
    """Whichever statement it comes after, the next look knows of it."""
    place = 0
    while True:
        with stage.open() as connection:
            tallies.take_away(connection, [3])
        books, seen = Books(), [0]

        def change(conn: Connection, *_rest: Any, seen: list[int] = seen, at: int = place) -> None:
            if not conn.get_execution_options().get(READ_ONLY):
                return
            if seen[0] == at:
                with transaction(stage.engine) as other:
                    MEET(other, 1, NOW)
                    MEET(other, 3, NOW)
                    move(other, stage, 2)
            seen[0] += 1

        event.listen(stage.engine, "after_cursor_execute", change)
        try:
            report(stage, books, EVERYBODY)
        finally:
            event.remove(stage.engine, "after_cursor_execute", change)
        with reading(stage) as connection:
            given = (connection, stage.reach(connection), EVERYBODY, NOW)
            ours = completion.report(*given, each_site=True, books=books)
            assert as_figures(ours) == as_figures(completion.report(*given, each_site=True))
        place += 1
        if place >= seen[0]:
            break
    assert place > 8, "the lines, the facts and the forms were read one after the other"


def test_two_readers_and_a_writer_at_once(stage: Stage) -> None:
    books, begin, failed = Books(), Barrier(3), list[BaseException]()

    def read() -> None:
        for _ in range(6):
            report(stage, books, EVERYBODY)

    def write() -> None:
        for number in range(6):
            with stage.open() as connection:
                MEET(connection, 1 + number % 4, NOW)
                write_lines(connection)

    def run(act: Callable[[], None]) -> None:
        try:
            begin.wait(30)
            act()
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=run, args=(act,)) for act in (read, read, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert not any(thread.is_alive() for thread in threads)
    assert failed == []
    look(stage, books)


def test_another_version_of_the_study_has_another_book(stage: Stage) -> None:
    books = Books()
    look(stage, books)
    with stage.open() as connection:
        connection.execute(update(tally_line).values(basis="of another version"))
        connection.execute(update(tally_line).values(revision=tally_line.c.revision + 1))
    look(stage, books)


def test_whoever_has_no_row_to_count_her_changes_is_judged_at_every_look(stage: Stage) -> None:
    books = Books()
    with stage.open() as connection:
        connection.execute(delete(tally_line).where(tally_line.c.participant_id == 1))
    look(stage, books)
    with stage.open() as connection:
        DIE(connection, 1, NOW)
    look(stage, books)


def test_a_study_with_nobody_in_it(empty: Stage) -> None:
    books = Books()
    assert look(empty, books)["rates"] == []
    with empty.open() as connection:
        record(connection, people()[:1], NOW)
    assert look(empty, books)["rates"] != []


def test_few_past_days_are_kept(stage: Stage) -> None:
    books = Books()
    with reading(stage) as connection:
        within = stage.reach(connection)
        kept = []
        for day in range(MOST + 1):
            chosen = Chosen(as_of=date(2026, 5, 1) + timedelta(days=day))
            there = completion.scene_of(connection, within, chosen, NOW)
            with opened(connection, there, books) as book:
                kept.append((there, book))
        assert books.of(kept[-1][0]) is kept[-1][1]
        assert books.of(kept[0][0]) is not kept[0][1]
