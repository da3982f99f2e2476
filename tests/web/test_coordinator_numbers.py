"""The figures through the API: the golden fixture, the lists behind it, the files, past days."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from sayso.web.coordinator_views import CompletionView, RateRowView
from support.stage import STUDY
from support.visitors import Visitor, Visitors

BASE = f"/api/studies/{STUDY}"
FIRST = "demo-hrqol"


def week_12(visitor: Visitor, query: str = "") -> dict[str, Any]:
    answer = visitor.get(f"{BASE}/completion{query}")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["balance_ok"]
    (row,) = [
        row
        for row in answer.json["rates"]
        if (row["timepoint"], row["arm"], row["questionnaire"]) == ("W12", "stop", FIRST)
    ]
    found: dict[str, Any] = row
    return found


def test_the_golden_figures(golden: Visitors) -> None:
    row = week_12(golden.ada)

    assert row["completion"] == {"n": 9, "of": 11}
    assert row["in_window"] == {"n": 8, "of": 11}
    assert row["available_all"] == {"n": 10, "of": 20}
    assert row["available_pro"] == {"n": 9, "of": 17}
    assert row["to_date"] == {"n": 10, "of": 13}
    assert row["scorable"] == {"n": 8, "of": 9}
    assert row["reason_capture"] == {"n": 2, "of": 2}
    assert (row["late"], row["in_window_count"], row["missing"]) == (1, 8, 2)
    assert (row["open"], row["received_open"], row["upcoming"], row["exempt"]) == (1, 1, 1, 2)
    assert row["wilson"]["completion"] == [52.3, 94.9]
    assert row["reasons"] == {"could_not_reach": 1, "refused_this_time": 1}


def test_what_nudging_brought_is_told_in_words(golden: Visitors) -> None:
    answer = golden.ada.get(f"{BASE}/completion")

    assert answer.json is not None
    labels = {line["step"]: line["label"] for line in answer.json["reminder_yield"]}
    assert labels["open"] == "On the day it opens"
    assert labels["two-days-left"] == "2 days before the last day"


def test_completion_by_month_is_the_completion_of_the_report(golden: Visitors) -> None:
    report = golden.ada.get(f"{BASE}/completion").json
    answer = golden.ada.get(f"{BASE}/completion/trend")

    assert (answer.status_code, answer.json["rule_version"]) == (200, report["rule_version"])
    for part in ("n", "of"):
        assert sum(month[part] for month in answer.json["months"]) == sum(
            row["completion"][part] for row in report["rates"]
        )
    for month in answer.json["months"]:
        if month["of"] == 0:
            assert month["wilson"] is None, "no data is never 0 %"
        else:
            low, high = month["wilson"]
            assert low <= 100 * month["n"] / month["of"] <= high


def test_the_months_of_a_site_are_its_own(golden: Visitors) -> None:
    whole = golden.ada.get(f"{BASE}/completion/trend").json["months"]
    sites = [
        golden.ada.get(f"{BASE}/completion/trend?site={s}").json["months"] for s in ("S1", "S2")
    ]

    assert sum(m["of"] for m in whole) == sum(m["of"] for site in sites for m in site)
    assert golden.bob.get(f"{BASE}/completion/trend").json["months"] == sites[0]
    assert golden.bob.get(f"{BASE}/completion/trend?site=S2").status_code == 404


def test_the_other_alive_rule(golden: Visitors) -> None:
    row = week_12(golden.ada, "?alive_rule=window_open")

    assert row["completion"] == {"n": 9, "of": 12}


def test_an_alive_rule_that_does_not_exist(golden: Visitors) -> None:
    answer = golden.ada.get(f"{BASE}/completion?alive_rule=always")

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("measure", "figure"),
    [
        ("completion_n", ("completion", "n")),
        ("completion_of", ("completion", "of")),
        ("in_window_n", ("in_window", "n")),
        ("available_all_n", ("available_all", "n")),
        ("available_all_of", ("available_all", "of")),
        ("available_pro_n", ("available_pro", "n")),
        ("available_pro_of", ("available_pro", "of")),
        ("to_date_n", ("to_date", "n")),
        ("to_date_of", ("to_date", "of")),
        ("scorable_n", ("scorable", "n")),
        ("scorable_of", ("scorable", "of")),
        ("reason_capture_n", ("reason_capture", "n")),
        ("enrolled", "enrolled"),
        ("expected", "expected"),
        ("exempt", "exempt"),
        ("not_expected", "not_expected"),
        ("upcoming", "upcoming"),
        ("open", "open"),
        ("received_open", "received_open"),
        ("in_window", "in_window_count"),
        ("late", "late"),
        ("missing", "missing"),
    ],
)
def test_every_number_opens_as_many_people(
    golden: Visitors, measure: str, figure: str | tuple[str, str]
) -> None:
    row = week_12(golden.ada)
    wanted = row[figure] if isinstance(figure, str) else row[figure[0]][figure[1]]
    query = f"?timepoint=W12&arm=stop&questionnaire={FIRST}&measure={measure}"

    rows = golden.ada.get(f"{BASE}/completion/forms{query}").json["rows"]

    assert len(rows) == wanted
    assert len({row["participant"] for row in rows}) == wanted


def test_every_month_of_the_trend_opens_as_many_forms(golden: Visitors) -> None:
    months = golden.ada.get(f"{BASE}/completion/trend?arm=stop").json["months"]
    due = [month for month in months if month["of"]]
    assert due

    for month in due:
        for measure, figure in (("completion_n", "n"), ("completion_of", "of")):
            query = f"?arm=stop&month={month['month']}&measure={measure}"
            answer = golden.ada.get(f"{BASE}/completion/forms{query}")
            assert answer.json["total"] == month[figure], query
            ends = {row["closes"][:7] for row in answer.json["rows"]}
            assert ends <= {month["month"]}


@pytest.mark.parametrize("month", ["2026-13", "2026-5", "26-05", "2026-05-01", "May", "0000-01"])
def test_a_month_that_does_not_exist(golden: Visitors, month: str) -> None:
    answer = golden.ada.get(f"{BASE}/completion/forms?month={month}")

    assert answer.status_code == 422
    assert "month" in answer.json["errors"]


def test_a_figure_that_does_not_exist(golden: Visitors) -> None:
    answer = golden.ada.get(f"{BASE}/completion/forms?measure=happiness")

    assert (answer.status_code, answer.json["slug"]) == (422, "unknown-word")


def test_filters_narrow_the_figures(golden: Visitors) -> None:
    whole = week_12(golden.ada)
    one, two = (week_12(golden.ada, f"?site={site}") for site in ("S1", "S2"))

    assert one["enrolled"] + two["enrolled"] == whole["enrolled"]
    assert one["completion"]["of"] + two["completion"]["of"] == whole["completion"]["of"]
    assert week_12(golden.ada, f"?questionnaire={FIRST}") == whole
    assert golden.ada.get(f"{BASE}/completion?arm=continue").json["rates"] == []


def test_a_site_sees_its_own_figures_only(golden: Visitors) -> None:
    assert week_12(golden.dana) == week_12(golden.ada, "?site=S2")
    assert golden.dana.get(f"{BASE}/completion?site=S1").status_code == 404
    assert golden.dana.get(f"{BASE}/today?site=S1").status_code == 404
    assert golden.dana.get(f"{BASE}/participants?site=S1").status_code == 404


def test_the_file_has_the_figures_of_the_screen(golden: Visitors) -> None:
    row = week_12(golden.ada)
    text = golden.ada.get(f"{BASE}/exports/expected-forms.csv").get_data(as_text=True)
    lines = [
        line
        for line in csv.DictReader(io.StringIO(text))
        if (line["timepoint"], line["questionnaire"]) == ("W12", FIRST)
    ]

    assert len(lines) == row["enrolled"]
    assert sum(line["status"] == "exempt" for line in lines) == row["exempt"]
    assert sum(line["status"] == "missing" for line in lines) == row["missing"]
    assert sum(line["disposition"] == "late" for line in lines) == row["late"]
    assert sum(line["disposition"] == "in_window" for line in lines) == row["in_window_count"]
    assert sum(line["response_id"] != "" for line in lines) == row["available_all"]["n"]


def test_taking_a_file_away_is_on_record(golden: Visitors) -> None:
    answer = golden.dana.get(f"{BASE}/exports/items.csv")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    lines = answer.get_data(as_text=True).splitlines()
    assert all("G-01," not in line for line in lines)  # of the other site
    event = golden.dana.get(f"{BASE}/audit").json["events"][0]
    assert (event["action"], event["actor"]) == ("export.made", "Dana")
    assert event["after"]["rows"] == len(lines) - 1
    assert event["after"]["sites"] == ["S2"]


@pytest.mark.parametrize("name", ["expected-forms", "items"])
def test_a_file_of_a_past_day(golden: Visitors, name: str) -> None:
    def lines(query: str) -> list[dict[str, str]]:
        answer = golden.dana.get(f"{BASE}/exports/{name}.csv{query}")
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))

    past = lines("?as_of=2026-04-20")

    assert {line["data_as_of"] for line in past} == {"2026-04-21T00:00:00Z"}
    assert {line["site"] for line in past} == {"S2"}
    assert all(line["received_at"] < "2026-04-21" for line in past)
    assert any(line["received_at"] > "2026-04-21" for line in lines(""))
    event = golden.dana.get(f"{BASE}/audit").json["events"][1]
    assert event["after"]["as_of"] == "2026-04-20"
    assert golden.dana.get(f"{BASE}/exports/{name}.csv?as_of=2026-06-16").status_code == 403
    assert golden.dana.get(f"{BASE}/exports/{name}.csv?as_of=soon").status_code == 422


def test_a_past_day_is_counted_from_what_was_known_then(golden: Visitors) -> None:
    # On 26 May the twenty are where they stand now, twenty days earlier: day 110 or before.
    row = week_12(golden.ada, "?as_of=2026-05-26")

    assert row["enrolled"] == 20
    assert row["completion"] == {"n": 9, "of": 11}
    earlier = week_12(golden.ada, "?as_of=2026-04-20")
    assert earlier["completion"]["of"] == 0
    assert earlier["exempt"] == 2


def test_a_day_that_has_not_begun_cannot_be_counted(golden: Visitors) -> None:
    assert golden.ada.get(f"{BASE}/completion?as_of=2026-06-16").status_code == 403


def test_the_list_of_participants_is_searched_and_filtered(golden: Visitors) -> None:
    def codes(query: str) -> list[str]:
        rows = golden.ada.get(f"{BASE}/participants?{query}").json["rows"]
        return [row["code"] for row in rows]

    assert len(codes("")) == 20
    assert codes("q=g-07") == ["G-07"]
    assert codes("q=%25") == []
    assert codes("show=exempt") == ["G-04", "G-05"]
    assert codes("show=off") == ["G-07", "G-08", "G-09"]
    assert len(codes("show=active")) == 17
    assert codes("show=off&site=S2") == ["G-08"]


def test_a_line_says_where_somebody_stands(golden: Visitors) -> None:
    rows = {row["code"]: row for row in golden.ada.get(f"{BASE}/participants").json["rows"]}

    assert rows["G-04"]["status_line"].startswith("On study, exempt from questionnaires since")
    assert rows["G-10"]["status_line"].startswith("On study, no questionnaires since")
    assert rows["G-11"]["status_line"].startswith("Lost to follow-up since")
    assert rows["G-15"]["open_forms"] == 4
    assert rows["G-15"]["next"]["timepoint"] == "W12"
    assert (rows["G-01"]["received"], rows["G-01"]["expected"]) == (4, 9)
    assert rows["G-08"]["next"] is None


def test_whom_to_call_today(golden: Visitors) -> None:
    answer = golden.ada.get(f"{BASE}/today").json
    found = {(row["kind"], row["participant"]) for row in answer["rows"]}

    assert ("silent", "G-15") in found or ("unreachable", "G-15") in found
    assert not any(person in {"G-07", "G-08"} and kind != "reason_needed" for kind, person in found)
    assert not any(person in {"G-04", "G-05"} and kind != "visit_due" for kind, person in found)
    assert answer["as_of_date"] == "2026-06-15"


def test_the_study_says_what_it_is(golden: Visitors) -> None:
    study = golden.bob.get(f"{BASE}").json

    assert not study["official"]
    assert study["banner"].startswith("UNOFFICIAL")
    assert [arm["id"] for arm in study["arms"]] == ["continue", "stop"]
    assert [one["name"] for one in study["arms"][1]["anchors"]] == ["cessation"]
    assert [site["code"] for site in study["sites"]] == ["S1", "S1W"]
    assert study["sites"][1]["parent"] == "S1"
    timepoints = {one["id"]: one for one in study["timepoints"]}
    assert timepoints["W12"]["target"] == 84
    assert len(timepoints["W12"]["pack"]) == 4
    assert timepoints["PROG"]["on"] == ["progression"]
    restart = next(one for one in study["event_kinds"] if one["kind"].startswith("restart"))
    assert restart["arms"] == ["stop"]
    assert {one["source"] for one in study["provenance"]} == {"public", "assumed"}
    said = {one["field"]: (one["value"], one["source"]) for one in study["provenance"]}
    # The file writes these as one repeat; each of them says where it comes from all the same.
    assert said["timepoints.W24.target"] == (168, "public")
    assert said["timepoints.W24.opens"] == (154, "assumed")
    assert said["timepoints.W24.visit"] == ("clinic", "public")
    assert said["timepoints.Y4.enabled"] == (False, "assumed")
    shown = {one["id"] for one in study["timepoints"] if not one["on"]}
    assert shown <= {field.split(".")[1] for field in said if field.startswith("timepoints.")}
    assert all(one["value"] is not None for one in study["provenance"])
    assert study["reminder_policy"]["quiet_from"] == "21:00"
    assert "America/New_York" in study["zones"]


def test_the_trail_is_read_page_by_page(golden: Visitors) -> None:
    first = golden.ada.get(f"{BASE}/audit").json
    assert first["verified"]
    assert len(first["events"]) == 100
    second = golden.ada.get(f"{BASE}/audit?before={first['next']}").json
    numbers = [event["seq"] for event in [*first["events"], *second["events"]]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers)


def test_a_trail_shows_only_what_is_within_reach(golden: Visitors) -> None:
    events: list[dict[str, Any]] = []
    before = ""
    while True:
        page = golden.dana.get(f"{BASE}/audit{before}").json
        events += page["events"]
        if page["next"] is None:
            break
        before = f"?before={page['next']}"
    odd = {event["participant"] for event in events} - {None}
    assert odd == {f"G-{number:02d}" for number in range(2, 21, 2)}


def report_of(visitor: Visitor, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = visitor.get(f"{BASE}/completion{query}").json
    return found


def test_the_page_has_the_shape_that_the_api_promises(golden: Visitors) -> None:
    page = report_of(golden.ada)
    view = CompletionView()

    # What is written past the schema comes back through it, nothing missing and nothing more.
    assert view.validate(page) == {}
    assert set(page) == set(view.fields)
    assert {frozenset(row) for row in (*page["rates"], *page["by_site"])} == {
        frozenset(RateRowView().fields)
    }
    assert page["now"] == "2026-06-15T15:00:00Z"


def test_a_page_that_is_asked_for_again_is_the_same(golden: Visitors) -> None:
    assert report_of(golden.ada) == report_of(golden.ada)
    assert report_of(golden.ada, "?site=S2") == report_of(golden.dana)
