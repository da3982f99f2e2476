"""Lines are taken in before anybody asks, nobody waits for that for long, and nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from sayso.services import books as module
from sayso.services import completion, tallies
from sayso.services.books import Book, Books, Entry, warm
from sayso.services.completion import Chosen
from sayso.services.tallies import Scene
from sayso.store.engine import READ_ONLY, transaction
from support.at_once import together
from support.changes import CHANGES
from support.people import STRAIN, answers, at, person
from support.rates_by_rule import as_figures, by_rule
from support.recorded import record
from support.stage import STUDY, Stage
from support.statements import counted

NOW = at(150, 21)
PEOPLE = 7
DIE, MEET = CHANGES[2], CHANGES[9]


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """Seven people with their lines, and one who has none yet."""
    stage = Stage(engine).set_up()
    everybody = [
        person(
            f"P-00{n}", site=f"S{1 + n % 2}",
            responses=(answers(75 + n, questionnaire=STRAIN, id=str(n)),),
        )
        for n in range(PEOPLE + 1)
    ]  # fmt: skip
    with stage.open() as connection:
        ids = record(connection, everybody, NOW)
        tallies.keep(connection, tallies.write_lines(connection, STUDY, ids[:PEOPLE], NOW))
    return stage


@contextmanager
def reading(stage: Stage, name: str = "ada", day: datetime = NOW) -> Iterator[tuple[Any, Scene]]:
    with transaction(stage.engine, read_only=True) as connection:
        within = stage.reach(connection, name)
        yield connection, tallies.scene(connection, within, day, is_past=day < NOW)


def take_in(stage: Stage, books: Books) -> int:
    with reading(stage) as (connection, scene):
        return warm(connection, scene, books)


def look(stage: Stage, books: Books, chosen: Chosen | None = None) -> dict[str, Any]:
    """The figures from the books, which are those of the rule."""
    with transaction(stage.engine, read_only=True) as connection:
        given = (connection, stage.reach(connection), chosen or Chosen(), NOW)
        found = as_figures(completion.report(*given, each_site=True, books=books))
        assert found == by_rule(*given).figures
    return found


def report(stage: Stage, books: Books) -> None:
    with transaction(stage.engine, read_only=True) as connection:
        completion.report(connection, stage.reach(connection), Chosen(), NOW, books=books)


def lines_in(statements: list[str]) -> int:
    """How many of the statements read lines."""
    return sum("tally_line.line" in statement.partition("FROM")[0] for statement in statements)


def judging(statements: list[str]) -> bool:
    return any("FROM response" in statement for statement in statements)


def test_everybodys_line_is_taken_in_and_nobody_is_judged(stage: Stage) -> None:
    with counted(stage.engine) as sent:
        assert take_in(stage, Books()) == PEOPLE

    assert lines_in(sent) == 1
    assert not judging(sent)


def test_the_first_look_judges_only_whoever_has_no_line(stage: Stage) -> None:
    books = Books()
    take_in(stage, books)

    with counted(stage.engine) as sent:
        report(stage, books)

    # One statement looks whether her line has come meanwhile.
    assert lines_in(sent) == 1
    assert judging(sent)
    with counted(stage.engine) as again:
        report(stage, books)
    assert (lines_in(again), judging(again)) == (0, False)
    look(stage, books)


def test_what_changes_after_a_line_was_taken_in_is_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever statement the change comes after."""
    monkeypatch.setattr(module, "PORTION", 3)
    place, seen = 0, 1
    while place < seen:
        books, place = Books(), place + 1
        seen = changed_after(stage, place, books)
        look(stage, books)
    assert place > 4, "the revisions and three portions of lines were read one after the other"


def changed_after(stage: Stage, place: int, books: Books) -> int:
    """Take lines in, and change somebody after that many statements; returns how many there are."""
    seen = 0

    def change(conn: Connection, *_rest: Any) -> None:
        nonlocal seen
        if conn.get_execution_options().get(READ_ONLY):
            seen += 1
            if seen == place:
                with transaction(stage.engine) as other:
                    MEET(other, 1 + place % PEOPLE, NOW)

    event.listen(stage.engine, "after_cursor_execute", change)
    try:
        take_in(stage, books)
    finally:
        event.remove(stage.engine, "after_cursor_execute", change)
    return seen


def test_taking_in_what_is_there_already_changes_nothing(stage: Stage) -> None:
    books = Books()
    before = look(stage, books)

    assert take_in(stage, books) == 0

    assert look(stage, books) == before


def test_a_look_in_the_middle_reads_the_rest_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PORTION", 2)
    books, taken = Books(), list[int]()
    own = Book.take_in

    def interrupted(book: Book, connection: Connection, scene: Scene, ids: Any) -> int:
        taken.append(own(book, connection, scene, ids))
        if len(taken) == 2:
            look(stage, books)
        return taken[-1]

    monkeypatch.setattr(Book, "take_in", interrupted)
    assert take_in(stage, books) == 4
    assert taken == [2, 2, 0, 0]
    look(stage, books)


def test_two_who_ask_at_once_read_the_lines_once(stage: Stage) -> None:
    books = Books()
    with counted(stage.engine) as sent:
        assert together(lambda: report(stage, books), lambda: report(stage, books)) == []

    assert lines_in(sent) == 1
    look(stage, books)


def test_a_look_while_lines_are_taken_in(stage: Stage) -> None:
    books = Books()
    for _ in range(3):
        acts = (lambda: take_in(stage, books), lambda: report(stage, books))
        assert together(*acts, lambda: meet(stage)) == []
        look(stage, books)


def meet(stage: Stage) -> None:
    with stage.open() as connection:
        MEET(connection, 3, NOW)


def test_two_who_ask_for_a_past_day_begin_with_the_same_book(stage: Stage) -> None:
    books, found, day = Books(), list[Book](), NOW - timedelta(days=1)
    take_in(stage, books)

    def open_it() -> None:
        with reading(stage, day=day) as (_connection, scene):
            found.append(books.of(scene))

    assert together(open_it, open_it) == []
    assert found[0] is found[1]
    assert found[0].standing(day)


def test_whoever_begins_a_past_day_holds_up_nobody_who_asks_for_another(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one book is copied from another, all others can be had."""
    books, begun, may_end = Books(), Event(), Event()
    take_in(stage, books)
    own = Book.standing

    def slow(book: Book, moment: datetime) -> dict[int, Entry]:
        begun.set()
        assert may_end.wait(60)
        return own(book, moment)

    monkeypatch.setattr(Book, "standing", slow)
    days = {days: NOW - timedelta(days=days) for days in (0, 1)}

    def begin() -> None:
        with reading(stage, day=days[1]) as (_connection, scene):
            books.of(scene)

    def other() -> None:
        assert begun.wait(60)
        try:
            with reading(stage, day=days[0]) as (_connection, scene):
                assert books.of(scene) is books.of(scene)
        finally:
            may_end.set()

    assert together(begin, other) == []


def test_a_past_day_after_lines_were_taken_in(stage: Stage) -> None:
    books = Books()
    take_in(stage, books)
    with stage.open() as connection:
        DIE(connection, 2, NOW)

    look(stage, books, Chosen(as_of=(NOW - timedelta(days=1)).date()))
    look(stage, books)
