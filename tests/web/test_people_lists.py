"""The lists behind figures about people and forms: who was counted, a page at a time."""

from __future__ import annotations

from typing import Any

import pytest

from support.stage import STUDY
from support.visitors import Visitor, Visitors

BASE = f"/api/studies/{STUDY}"
FIRST = "demo-hrqol"


def report_of(visitor: Visitor, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = visitor.get(f"{BASE}/completion{query}").json
    return found


def people(visitor: Visitor, query: str) -> dict[str, Any]:
    answer = visitor.get(f"{BASE}/completion/people?{query}")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def share(found: dict[str, Any]) -> dict[str, int]:
    return {"n": found["n"], "of": found["of"]}


@pytest.mark.parametrize("part", ["n", "of", "rest"])
@pytest.mark.parametrize(
    ("figure", "place"),
    [
        ("contact", ("contact_currency",)),
        ("backup", ("backup_yield",)),
        ("visits_exempt", ("retention", "exempt")),
        ("visits_other", ("retention", "not_exempt")),
    ],
)
def test_a_list_of_people_comes_to_its_figure(
    golden: Visitors, figure: str, place: tuple[str, ...], part: str
) -> None:
    number: Any = report_of(golden.ada)
    for name in place:
        number = number[name]

    found = people(golden.ada, f"figure={figure}&part={part}&rows=2000")

    assert len(found["rows"]) == found["total"]
    assert share(found) == {
        "n": sum(row["n"] for row in found["rows"]),
        "of": sum(row["of"] for row in found["rows"]),
    }
    if part == "of":
        assert share(found) == number
    elif part == "n":
        assert found["n"] == number["n"]
        assert all(row["n"] > 0 for row in found["rows"])
    else:
        assert found["of"] - found["n"] == number["of"] - number["n"]
        assert all(row["n"] < row["of"] for row in found["rows"])


def test_a_band_of_adherence_opens_its_people(golden: Visitors) -> None:
    bands = report_of(golden.ada, f"?questionnaire={FIRST}")["adherence"]["bands"]
    everybody = []
    for band, figure in bands.items():
        found = people(golden.ada, f"figure=adherence_{band}&questionnaire={FIRST}")
        everybody += [row["participant"] for row in found["rows"]]
        assert found["total"] == figure["n"]
    assert len(everybody) == bands["all"]["of"] > 0
    whole = people(golden.ada, f"figure=adherence&questionnaire={FIRST}")
    assert sorted(everybody) == [row["participant"] for row in whole["rows"]]


def test_who_has_not_sent_everything_of_a_timepoint(golden: Visitors) -> None:
    query = f"figure=complete&timepoint=W12&arm=stop&questionnaire={FIRST}"

    assert share(people(golden.ada, query)) == {"n": 9, "of": 11}
    lacking = people(golden.ada, f"{query}&part=rest")["rows"]
    assert [row["participant"] for row in lacking] == ["G-11", "G-18"]
    assert people(golden.ada, f"{query.replace('W12', 'W24')}")["total"] == 0


def test_the_exempt_share_of_a_site_opens_who_is_exempt(golden: Visitors) -> None:
    figures = {
        (one["site"], one["arm"]): {"n": one["n"], "of": one["of"]}
        for one in report_of(golden.ada)["exempt_share"]
    }
    for (site, arm), figure in figures.items():
        place = f"site={site}&arm={arm}"
        assert share(people(golden.ada, f"figure=exempt&{place}")) == figure
        assert people(golden.ada, f"figure=exempt&part=n&{place}")["total"] == figure["n"]
    assert [row["participant"] for row in people(golden.ada, "figure=exempt&part=n")["rows"]] == [
        "G-04", "G-05",
    ]  # fmt: skip


def test_each_rung_of_the_ladder_opens_whom_it_reached(golden: Visitors) -> None:
    for one in report_of(golden.ada)["reminder_yield"]:
        found = people(golden.ada, f"figure=reminder&step={one['step']}")
        assert share(found) == {"n": one["n"], "of": one["of"]}


def test_pages_follow_one_another(golden: Visitors) -> None:
    whole = people(golden.ada, "figure=contact")
    found, after = [], ""
    for _page in range(len(whole["rows"])):
        part = people(golden.ada, f"figure=contact&rows=3{after}")
        assert (part["total"], share(part)) == (whole["total"], share(whole))
        found += part["rows"]
        if part["next"] is None:
            break
        assert len(part["rows"]) == 3
        after = f"&after={part['next']}"
    assert found == whole["rows"]
    assert whole["next"] is None


def test_pages_of_forms_follow_one_another(golden: Visitors) -> None:
    path = f"{BASE}/completion/forms?measure=enrolled&timepoint=W12&questionnaire={FIRST}"
    whole = golden.ada.get(path).json
    first = golden.ada.get(f"{path}&rows=15").json
    second = golden.ada.get(f"{path}&rows=15&after={first['next']}").json

    assert (first["total"], second["total"]) == (20, 20)
    assert (len(first["rows"]), len(second["rows"])) == (15, 5)
    assert first["rows"] + second["rows"] == whole["rows"]
    assert second["next"] is None
    assert golden.ada.get(f"{path}&after=ZZZ").json["rows"] == []


def test_a_site_sees_its_own_people_only(golden: Visitors) -> None:
    found = people(golden.dana, "figure=exempt")

    assert {row["site"] for row in found["rows"]} == {"S2"}
    assert found == people(golden.ada, "figure=exempt&site=S2")
    foreign = golden.dana.get(f"{BASE}/completion/people?figure=exempt&site=S1")
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "figure=happiness",
        "figure=exempt&part=all",
        "figure=reminder",
        "figure=reminder&step=pigeon",
        "figure=exempt&rows=0",
        "figure=exempt&rows=2001",
        "",
    ],
)
def test_what_is_no_list(golden: Visitors, query: str) -> None:
    assert golden.ada.get(f"{BASE}/completion/people?{query}").status_code == 422
