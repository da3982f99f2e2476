"""Story 7: the golden people, and every account of them says the same and opens its participants.

The page of figures, the lists behind it, both files and the facts file that the command line reads
on its own machine: five ways to one figure, for every timepoint, questionnaire and site.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sayso.clock import FixedClock
from sayso.resources import instruments_dir
from sayso.services import exports
from sayso.settings import Settings
from sayso.store.engine import make_engine
from sayso.web.app import create_app
from support import golden_stage
from support.golden import NOW
from support.shell import Shell
from support.stage import STUDY, Stage
from support.visitors import Visitors

BASE = f"/api/studies/{STUDY}"
FILE = instruments_dir() / "studies" / f"{STUDY}.toml"
COUNTS = ("enrolled", "expected", "exempt", "not_expected", "upcoming", "pending", "received_open")
SHARES = (
    "completion", "in_window", "available_all", "available_pro", "to_date", "scorable",
    "reason_capture",
)  # fmt: skip
Place = tuple[str, str, str, str | None]


@pytest.fixture(scope="module")
def golden(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitors]:
    """Played once; the tests only look. Both databases are asked in the tests of the numbers."""
    folder = tmp_path_factory.mktemp("golden-story")
    shutil.copyfile(sqlite_template, folder / "sayso.sqlite")
    engine = make_engine(f"sqlite:///{folder / 'sayso.sqlite'}")
    stage = Stage(engine).set_up()
    golden_stage.play(stage)
    clock = FixedClock(golden_stage.NOW)
    app = create_app(Settings(data_dir=folder), engine, clock, keyring=stage.keyring, static=folder)
    yield Visitors(stage, clock, app)
    engine.dispose()


@pytest.fixture(params=[None, "window_open"], ids=["alive at the close", "alive at the opening"])
def rule(request: pytest.FixtureRequest) -> str | None:
    """The two rules of the fixture for those who died."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def shown(golden: Visitors, rule: str | None) -> dict[str, Any]:
    """The report as the page of figures has it."""
    return report(golden, {"alive_rule": rule} if rule else {})


@pytest.fixture
def screen(golden: Visitors, rule: str | None) -> dict[Place, dict[str, Any]]:
    return of_screen(golden, rule)


def report(golden: Visitors, query: dict[str, str]) -> dict[str, Any]:
    answer = golden.ada.get(f"{BASE}/completion", query_string=query)
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def of_screen(golden: Visitors, rule: str | None) -> dict[Place, dict[str, Any]]:
    """Every row of the page, over all sites and with each site chosen."""
    found = {}
    for site in (None, "S1", "S2"):
        query = ({"site": site} if site else {}) | ({"alive_rule": rule} if rule else {})
        for row in report(golden, query)["rates"]:
            found[place({**row, "site": site})] = figures(row)
    return found


def place(row: dict[str, Any]) -> Place:
    site = row["site"]
    return row["timepoint"], row["arm"], row["questionnaire"], None if site == "ALL" else site


def figures(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in (*COUNTS, *SHARES)}


def test_7_the_command_line_says_the_same_of_the_facts_file(
    golden: Visitors,
    shown: dict[str, Any],
    screen: dict[Place, dict[str, Any]],
    rule: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    facts = tmp_path / "facts.json"
    with golden.stage.open() as connection:
        document = exports.facts(connection, golden.stage.reach(connection))
    facts.write_text(json.dumps(document), "utf-8")
    options = ("--alive-rule", rule) if rule else ()

    evaluated = Shell(capsys)(
        "study", "evaluate", FILE, facts, "--now", NOW, "--by-site", "--json", *options
    ).json

    assert evaluated["alive_rule"] == shown["alive_rule"]
    assert evaluated["study"]["sha256"] == shown["study_sha256"]
    assert {place(row): figures(row) for row in evaluated["rates"]} == screen
    assert evaluated["retention"] == shown["retention"]


def test_7_the_completion_file_says_the_same(
    golden: Visitors, screen: dict[Place, dict[str, Any]], rule: str | None
) -> None:
    query = {"alive_rule": rule} if rule else {}
    text = golden.ada.get(f"{BASE}/exports/completion.csv", query_string=query).text

    told = {}
    for line in csv.DictReader(io.StringIO(text)):
        counts = {name: int(line[name]) for name in COUNTS}
        shares = {
            name: {"n": int(line[f"{name}_n"]), "of": int(line[f"{name}_of"])} for name in SHARES
        }
        told[place(line)] = counts | shares
    assert told == screen


def test_7_the_file_of_figures_says_the_same_of_forms_and_of_people(
    golden: Visitors, shown: dict[str, Any], screen: dict[Place, dict[str, Any]], rule: str | None
) -> None:
    query = {"alive_rule": rule} if rule else {}
    text = golden.ada.get(f"{BASE}/exports/figures.csv", query_string=query).text
    lines = list(csv.DictReader(io.StringIO(text)))

    def of(name: str, *, site: str = "ALL") -> dict[tuple[str, ...], dict[str, int]]:
        return {
            tuple(filter(None, (one["timepoint"], one["arm"], one["group"]))): {
                "n": int(one["n"]), "of": int(one["of"])
            }
            for one in lines
            if one["name"] == name and one["site"] == site
        }  # fmt: skip

    for name in SHARES:
        told = {
            place(one): {"n": int(one["n"]), "of": int(one["of"])}
            for one in lines
            if one["name"] == name
        }
        assert told == {where: row[name] for where, row in screen.items()}
    assert of("adherence") == {(band,): told for band, told in shown["adherence"]["bands"].items()}
    assert of("contact_currency") == {(): shown["contact_currency"]}
    assert of("backup_yield") == {(): shown["backup_yield"]}
    assert of("visit_retention") == {
        ("exempt",): shown["retention"]["exempt"],
        ("not exempt",): shown["retention"]["not_exempt"],
    }
    assert of("all_questionnaires_complete") == {
        (one["timepoint"], one["arm"]): {"n": one["n"], "of": one["of"]}
        for one in shown["complete_persons"]
    }
    assert of("reminder_yield") == {
        (one["label"],): {"n": one["n"], "of": one["of"]} for one in shown["reminder_yield"]
    }
    for one in shown["exempt_share"]:
        assert of("exempt_share", site=one["site"])[one["arm"],] == {
            "n": one["n"], "of": one["of"]
        }  # fmt: skip
    (median,) = (one["value"] for one in lines if one["name"] == "median_adherence_percent")
    assert float(median) == shown["adherence"]["median_percent"]
    assert {one["figure"] for one in lines} >= {f"F{number}" for number in range(1, 20)} - {
        "F12", "F13", "F16"
    }  # fmt: skip


def test_7_reasons_and_modes_of_the_file_are_those_of_the_page(
    golden: Visitors, shown: dict[str, Any], rule: str | None
) -> None:
    query = {"alive_rule": rule} if rule else {}
    text = golden.ada.get(f"{BASE}/exports/figures.csv", query_string=query).text
    lines = [one for one in csv.DictReader(io.StringIO(text)) if one["site"] == "ALL"]
    for row in shown["rates"]:
        for name, counts in (("reason_share", row["reasons"]), ("mode_share", row["modes"])):
            own = {
                one["group"]: (int(one["n"]), int(one["of"]))
                for one in lines
                if one["name"] == name and place(one)[:3] == place(row)[:3]
            }
            assert own == {word: (n, sum(counts.values())) for word, n in counts.items()}


def test_7_the_forms_of_the_file_add_up_to_the_page(golden: Visitors) -> None:
    """Under the study's own rule, which the file goes by."""
    text = golden.ada.get(f"{BASE}/exports/expected-forms.csv").text
    lines = list(csv.DictReader(io.StringIO(text)))
    for (timepoint, arm, questionnaire, site), row in of_screen(golden, None).items():
        own = [
            line
            for line in lines
            if (line["timepoint"], line["arm"], line["questionnaire"])
            == (timepoint, arm, questionnaire)
            and site in (None, line["site"])
        ]
        came = [one for one in own if one["status"] == "received"]
        closed = [one for one in came if one["disposition"] != "received_open"]
        missing = [one for one in own if one["status"] == "missing"]
        assert len(own) == row["enrolled"]
        assert row["completion"] == {"n": len(closed), "of": len(closed) + len(missing)}
        assert row["available_all"] == {"n": len(came), "of": len(own)}
        assert row["exempt"] == sum(one["status"] == "exempt" for one in own)
        assert row["not_expected"] == sum(one["status"] == "not_expected" for one in own)
        assert row["scorable"]["n"] == sum(one["scorable"] == "true" for one in closed)
        assert row["reason_capture"]["n"] == sum(one["missing_reason"] != "" for one in missing)


def test_7_every_figure_opens_exactly_its_participants(
    golden: Visitors, screen: dict[Place, dict[str, Any]], rule: str | None
) -> None:
    """For Week 12, and the columns at each site too: as many different people as it says."""
    measures = {name: name for name in COUNTS if name != "pending"} | {"pending": "open"}
    for (timepoint, arm, questionnaire, site), row in screen.items():
        if timepoint != "W12" or questionnaire != "demo-hrqol" or (site and rule):
            continue
        wanted = {measures[name]: row[name] for name in COUNTS}
        if site is None:
            wanted |= {f"{name}_{part}": row[name][part] for name in SHARES for part in ("n", "of")}
        where = {"timepoint": timepoint, "arm": arm, "questionnaire": questionnaire}
        where |= ({"site": site} if site else {}) | ({"alive_rule": rule} if rule else {})
        for measure, number in wanted.items():
            opened = golden.ada.get(
                f"{BASE}/completion/forms", query_string=where | {"measure": measure}
            ).json["rows"]
            assert len({one["participant"] for one in opened}) == number, measure
            assert len(opened) == number
            assert {one["site"] for one in opened} <= ({site} if site else {"S1", "S2"})


def test_7_the_figures_are_the_published_ones(
    shown: dict[str, Any], screen: dict[Place, dict[str, Any]], rule: str | None
) -> None:
    """A figure that all five tell alike could still be wrong; these were counted by hand."""
    row = screen["W12", "stop", "demo-hrqol", None]
    expected, in_window = (12, 8) if rule else (11, 8)

    assert row["completion"] == {"n": 9, "of": expected}
    assert row["in_window"] == {"n": in_window, "of": expected}
    assert row["available_all"] == {"n": 10, "of": 20}
    assert row["available_pro"] == {"n": 9, "of": 17}
    assert row["scorable"] == {"n": 8, "of": 9}
    assert shown["balance_ok"]
