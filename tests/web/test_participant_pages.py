"""The list of participants page by page: as quick among ten thousand as among ten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from sayso.store.tables import participant
from support.stage import STUDY
from support.statements import counted
from support.visitors import Visitor, Visitors

LIST = f"/api/studies/{STUDY}/participants"
MANY = 400


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The golden people prove both databases; here it is about pages."""
    return sqlite_url


@pytest.fixture
def crowd(visitors: Visitors) -> Visitors:
    """Many more at Alice's site, enrolled like her, Q-0000 to Q-0399."""
    with visitors.stage.open() as connection:
        alice = connection.execute(
            select(participant).where(participant.c.code == "P-001")
        ).one()._asdict()  # fmt: skip
        plain = {name: value for name, value in alice.items() if name != "id"}
        connection.execute(
            insert(participant), [plain | {"code": f"Q-{number:04d}"} for number in range(MANY)]
        )
    return visitors


def asked(visitor: Visitor, query: str = "") -> dict[str, Any]:
    answer = visitor.get(f"{LIST}{query}")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def codes(page: dict[str, Any]) -> list[str]:
    return [row["code"] for row in page["rows"]]


def test_a_page_says_how_many_there_are_and_how_to_go_on(crowd: Visitors) -> None:
    first = asked(crowd.bob, "?q=q-&rows=3")
    second = asked(crowd.bob, f"?q=q-&rows=3&after={first['next']}")
    last = asked(crowd.bob, "?q=q-&rows=3&after=Q-0396")

    assert (first["total"], codes(first)) == (MANY, ["Q-0000", "Q-0001", "Q-0002"])
    assert (second["total"], codes(second)) == (MANY, ["Q-0003", "Q-0004", "Q-0005"])
    assert (last["next"], codes(last)) == (None, ["Q-0397", "Q-0398", "Q-0399"])


def test_a_page_costs_the_same_statements_however_many_there_are(crowd: Visitors) -> None:
    def cost(query: str) -> int:
        with counted(crowd.stage.engine) as sent:
            asked(crowd.bob, query)
        return len(sent)

    asked(crowd.bob)  # the first one also reads the questionnaires
    few, many = cost("?q=P-001"), cost("")
    assert many == few + 1, "one more, which counts"
    assert cost("?q=0399") == few


def test_a_search_finds_a_part_of_the_code_whatever_the_case(crowd: Visitors) -> None:
    assert codes(asked(crowd.bob, "?q=-0234")) == ["Q-0234"]
    assert codes(asked(crowd.bob, "?q=q-0007")) == ["Q-0007"]
    assert asked(crowd.bob, "?q=%25")["rows"] == [], "a sign of the search is a sign like others"


def test_a_search_finds_a_site_and_an_arm_by_name(crowd: Visitors) -> None:
    study = crowd.ada.get(f"/api/studies/{STUDY}").json
    mine = {site["code"]: site["name"] for site in study["sites"]}
    row = asked(crowd.ada, "?q=P-001")["rows"][0]
    label = next(arm["label"] for arm in study["arms"] if arm["id"] == row["arm"])

    by_site = asked(crowd.ada, f"?q={mine[row['site']].lower()}&rows=200")
    by_arm = asked(crowd.ada, f"?q={label.split(':')[0].lower()}&rows=1")

    assert "P-001" in codes(by_site)
    assert {one["site"] for one in by_site["rows"]} == {row["site"]}
    assert by_arm["rows"][0]["arm"] == row["arm"]
    assert by_arm["total"] > MANY


def test_whom_a_filter_leaves_out_does_not_shorten_a_page(crowd: Visitors) -> None:
    for code in ("Q-0001", "Q-0003"):
        died = crowd.bob.post(f"{LIST}/{code}/events", {"kind": "death", "date": "2026-06-10"})
        assert died.status_code == 201

    active = asked(crowd.bob, "?q=q-&show=active&rows=3")
    gone = asked(crowd.bob, "?q=q-&show=off&rows=3")

    assert codes(active) == ["Q-0000", "Q-0002", "Q-0004"]
    assert (active["total"], active["next"]) == (None, "Q-0004")
    assert (gone["total"], gone["next"], codes(gone)) == (2, None, ["Q-0001", "Q-0003"])


def test_pages_of_a_filter_follow_one_another_to_the_end(crowd: Visitors) -> None:
    seen: list[str] = []
    page = asked(crowd.bob, "?q=q-00&show=active&rows=40")
    while True:
        seen += codes(page)
        if page["next"] is None:
            break
        page = asked(crowd.bob, f"?q=q-00&show=active&rows=40&after={page['next']}")

    assert seen == [f"Q-{number:04d}" for number in range(100)]


@pytest.mark.parametrize("query", ["?rows=0", "?rows=201", "?rows=many"])
def test_a_page_that_cannot_be(visitors: Visitors, query: str) -> None:
    assert visitors.bob.get(f"{LIST}{query}").status_code == 422


def test_another_site_has_its_own_pages(crowd: Visitors) -> None:
    assert asked(crowd.dana, "?q=q-")["rows"] == []
    assert asked(crowd.dana, "?q=q-")["total"] == 0


def test_the_exempt_view_is_narrowed_to_a_site_whole(crowd: Visitors) -> None:
    path = f"/api/studies/{STUDY}/exempt"
    one = crowd.ada.get(f"{path}?site=S2").json
    assert {share["site"] for share in one["shares"]} <= {"S2"}
    assert {row["site"] for row in one["rows"]} <= {"S2"}
    assert crowd.dana.get(f"{path}?site=S1").status_code == 404
