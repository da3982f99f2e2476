"""What cannot be, told to the API: a named problem, a sentence with the way out, no row changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sayso.store.engine import make_engine, transaction
from sayso.store.tables import metadata
from support.answering import ALICE, entry, slug
from support.golden_stage import NOW
from support.visitors import CESSATION, Visitors

# That somebody knocked is no fact about a participant.
_COMINGS_AND_GOINGS = {"staff_session", "attempt", "device"}


@pytest.fixture(scope="module")
def answered(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitors]:
    """Alice answered one form of Week 12 on paper, and may be exempt for some days in May.

    One installation for all tests: none of them changes a row, which is what they show. The
    services prove both databases; here it is about what the API says.
    """
    folder = tmp_path_factory.mktemp("bad-input")
    shutil.copyfile(sqlite_template, folder / "sayso.sqlite")
    engine = make_engine(f"sqlite:///{folder / 'sayso.sqlite'}")
    visitors = Visitors.arrive(engine, NOW, folder)
    typed = visitors.bob.post(f"{ALICE}/entries", entry(visitors))
    assert typed.status_code == 201, typed.json
    some = {"reason": "LANGUAGE", "from": on(50), "to": on(60)}
    assert visitors.bob.post(f"{ALICE}/exemptions", some).status_code == 201
    yield visitors
    engine.dispose()


def on(number: int) -> str:
    """A date that many days after therapy was stopped; today is day 87."""
    return (CESSATION + timedelta(days=number)).isoformat()


def rows(visitors: Visitors) -> dict[str, list[str]]:
    with transaction(visitors.stage.engine, read_only=True) as connection:
        return {
            table.name: sorted(map(str, connection.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table.name not in _COMINGS_AND_GOINGS
        }


def of_form(visitors: Visitors, timepoint: str) -> int:
    forms = visitors.bob.get(ALICE).json["forms"]
    return int(next(one["id"] for one in forms if one["timepoint"] == timepoint))


BAD: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "death before enrolment": (
        "events", {"kind": "death", "date": on(-15)}, "dates-out-of-order", "before enrolment",
    ),
    "death before an answer": (
        "events", {"kind": "death", "date": on(60)}, "dates-out-of-order", "a form was answered",
    ),
    "an event of tomorrow": (
        "events", {"kind": "progression", "date": on(88)}, "dates-out-of-order", "not come yet",
    ),
    "an event of no kind": (
        "events", {"kind": "relapse", "date": on(40)}, "unknown-event-kind", "progression",
    ),
    "an anchor after an answered form": (
        "anchors", {"name": "cessation", "date": on(87), "reason": "A slip"},
        "anchor-after-answered-form", "W12 was answered on",
    ),
    "an anchor of another study": (
        "anchors", {"name": "surgery", "date": on(0), "reason": "A slip"},
        "unknown-anchor", "cessation",
    ),
    "exemptions that overlap": (
        "exemptions", {"reason": "LANGUAGE", "from": on(55)}, "exemptions-overlap",
        f"from {on(50)} to {on(60)}",
    ),
    "an exemption for low vision": (
        "exemptions", {"reason": "VISION", "from": on(70)}, "exemption-reason-not-allowed",
        "large text",
    ),
    "an exemption that ends before it begins": (
        "exemptions", {"reason": "LANGUAGE", "from": on(70), "to": on(69)},
        "dates-out-of-order", "before it begins",
    ),
    "an arm with answered forms": (
        "arm", {"arm": "continue", "anchors": {}, "reason": "A slip"}, "arm-switch-refused", "W12",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "body", "wanted", "says"), BAD.values(), ids=BAD)
def test_it_is_refused_by_name_and_nothing_is_half_applied(
    answered: Visitors, path: str, body: dict[str, Any], wanted: str, says: str
) -> None:
    before = rows(answered)

    refused = answered.bob.post(f"{ALICE}/{path}", body)

    assert (refused.status_code, slug(refused)) == (422, wanted), refused.json
    assert says in refused.json["detail"]
    assert rows(answered) == before


def test_a_reason_that_is_not_coded_is_refused_with_those_that_are(answered: Visitors) -> None:
    body = {"expected_form_id": of_form(answered, "BL"), "reason": "busy"}
    before = rows(answered)

    refused = answered.bob.post(f"{ALICE}/missing-reasons", body)

    assert (refused.status_code, slug(refused)) == (422, "unknown-missing-reason")
    assert "no_time" in refused.json["detail"]
    assert rows(answered) == before


@pytest.mark.parametrize(
    ("collected", "says"),
    [
        (on(60), "before W12 opened"),
        (on(90), "in the future"),
    ],
)
def test_answers_from_before_the_form_or_from_the_future_are_not_typed_in(
    answered: Visitors, collected: str, says: str
) -> None:
    typed = entry(answered, collected_on=collected)
    before = rows(answered)

    refused = answered.bob.post(f"{ALICE}/entries", typed)

    assert (refused.status_code, slug(refused)) == (422, "dates-out-of-order"), refused.json
    assert says in refused.json["detail"]
    assert rows(answered) == before
