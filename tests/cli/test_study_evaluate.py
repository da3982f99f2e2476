"""`sayso study evaluate` and `plan`: reports as of a moment, and what an amendment would change."""

import json
from pathlib import Path
from typing import Any

import pytest

from sayso.formats import study_toml
from sayso.resources import instruments_dir
from support.golden import NOW, golden_document
from support.shell import Shell

STUDY = str(instruments_dir() / "studies" / "stop-her2.toml")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    path = tmp_path / "golden.json"
    path.write_text(json.dumps(golden_document()))
    return path


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shipped study with pieces replaced, as another file."""
    text = Path(STUDY).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "study.toml"
    path.write_text(text, "utf-8")
    return path


def evaluated(run: Shell, golden: Path, *options: str) -> Any:
    return run("study", "evaluate", STUDY, golden, "--now", NOW, "--json", *options).json


def week_12(report: Any, site: str | None = None) -> Any:
    return next(
        row
        for row in report["rates"]
        if (row["timepoint"], row["questionnaire"], row["site"]) == ("W12", "demo-hrqol", site)
    )


def test_evaluate_reproduces_the_golden_fixture(run: Shell, golden: Path) -> None:
    row = week_12(evaluated(run, golden))
    assert row == {
        "timepoint": "W12",
        "arm": "stop",
        "site": None,
        "questionnaire": "demo-hrqol",
        "enrolled": 20,
        "expected": 11,
        "exempt": 2,
        "not_expected": 4,
        "upcoming": 1,
        "completion": {"n": 9, "of": 11},
        "in_window": {"n": 8, "of": 11},
        "available_all": {"n": 10, "of": 20},
        "available_pro": {"n": 9, "of": 17},
        "pending": 1,
        "received_open": 1,
        "to_date": {"n": 10, "of": 13},
        "scorable": {"n": 8, "of": 9},
        "reason_capture": {"n": 2, "of": 2},
    }


def test_evaluate_reproduces_it_under_the_other_alive_rule(run: Shell, golden: Path) -> None:
    report = evaluated(run, golden, "--alive-rule", "window_open")
    row = week_12(report)
    assert report["alive_rule"] == "window_open"
    assert row["completion"] == {"n": 9, "of": 12}
    assert row["in_window"] == {"n": 8, "of": 12}


def test_evaluate_names_the_study_and_every_form(run: Shell, golden: Path) -> None:
    report = evaluated(run, golden)
    assert list(report) == ["now", "study", "alive_rule", "forms", "rates", "retention"]
    sha256 = study_toml.sha256(Path(STUDY).read_text("utf-8"))
    assert report["study"] == {"key": "stop-her2", "version": "1", "sha256": sha256}
    assert report["now"] == NOW
    form = next(f for f in report["forms"] if (f["participant"], f["timepoint"]) == ("G-12", "W12"))
    assert form == {
        "participant": "G-12",
        "timepoint": "W12",
        "questionnaire": "demo-hrqol",
        "status": "received",
        "disposition": "in_window",
        "why": "Answered on 2026-04-28, inside the window.",
        "opens": "2026-04-16",
        "target": "2026-04-30",
        "closes": "2026-05-14",
        "tags": ["W12", "PROG", "RST"],
    }
    dead = next(f for f in report["forms"] if (f["participant"], f["timepoint"]) == ("G-07", "W12"))
    assert (dead["status"], dead["disposition"]) == ("not_expected", "death")


def test_evaluate_by_site_adds_up_to_the_whole(run: Shell, golden: Path) -> None:
    report = evaluated(run, golden, "--by-site")
    one, two, whole = (week_12(report, site) for site in ("S1", "S2", None))
    for column in ("enrolled", "expected", "exempt", "not_expected", "upcoming", "pending"):
        assert one[column] + two[column] == whole[column]
    assert {row["site"] for row in evaluated(run, golden)["rates"]} == {None}


def test_evaluate_prints_a_table_with_the_rule_version(run: Shell, golden: Path) -> None:
    text = run("study", "evaluate", STUDY, golden, "--now", NOW).out
    assert "rules 1, alive at window_close" in text
    assert "9/11 (81.8 %)" in text
    assert "no data" in text


def test_evaluate_as_of_a_past_date_knows_nothing_of_what_came_later(
    run: Shell, golden: Path, tmp_path: Path
) -> None:
    then = "2026-04-25T12:00:00Z"
    document = golden_document()
    before = run("study", "evaluate", STUDY, golden, "--now", then, "--json").out
    for person in document["participants"]:
        for name, stamp in (("responses", "received_at"), ("events", "recorded_at")):
            person[name] = [entry for entry in person[name] if entry[stamp] <= then]
    cut = tmp_path / "cut.json"
    cut.write_text(json.dumps(document))
    assert run("study", "evaluate", STUDY, cut, "--now", then, "--json").out == before


def test_evaluate_refuses_unknown_fields_by_name(run: Shell, tmp_path: Path) -> None:
    document = golden_document()
    document["participants"][3]["favourite_colour"] = "blue"
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(document))
    result = run("study", "evaluate", STUDY, path, "--now", NOW, "--json")
    assert result.code == 1
    assert "participants[3].favourite_colour: is not a known field" in result.err
    assert result.out == ""


def test_evaluate_refuses_facts_that_cannot_be_true(run: Shell, tmp_path: Path) -> None:
    document = golden_document()
    document["participants"][0]["events"] = [{"kind": "death", "date": "2020-01-01"}]
    document["participants"][1]["exemptions"] = [{"reason": "VISION", "from": "2026-02-01"}]
    document["participants"][2]["arm"] = "both"
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(document))
    result = run("study", "evaluate", STUDY, path, "--now", NOW)
    assert result.code == 1
    for says in ("is before enrolment", "VISION is not a reason", "'both' is no arm"):
        assert says in result.err


BAD = {
    "died first": ("events", {"kind": "death", "date": "2020-01-01"}, "is before enrolment"),
    "no form yet": (
        "responses",
        {
            "timepoint": "W12", "authored_at": "2020-01-01T12:00:00Z",
            "received_at": "2020-01-01T12:00:00Z",
        },
        "is before there was any form",
    ),
    "no such reason": (
        "missing_reasons", {"timepoint": "W12", "reason": "busy"}, "refused_this_time",
    ),
    "no reason to be exempt": (
        "exemptions", {"reason": "VISION", "from": "2026-02-05"}, "allowed is LANGUAGE",
    ),
    "no such event": ("events", {"kind": "relapse", "date": "2026-05-05"}, "progression"),
    "no such timepoint": (
        "visits", {"timepoint": "W13", "date": "2026-05-05"}, "'W13' is no timepoint",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("field", "entry", "says"), BAD.values(), ids=BAD)
def test_evaluate_refuses_each_impossible_fact_and_says_what_is_in_the_way(
    run: Shell, tmp_path: Path, field: str, entry: dict[str, Any], says: str
) -> None:
    document = golden_document()
    document["participants"][0][field] = [entry]
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(document))
    result = run("study", "evaluate", STUDY, path, "--now", NOW, "--json")

    assert (result.code, result.out) == (1, "")
    (line,) = result.err.splitlines()
    assert f"participants[0].{field}[0]" in line
    assert says in line


def test_evaluate_refuses_an_anchor_after_the_answers_and_exemptions_that_overlap(
    run: Shell, tmp_path: Path
) -> None:
    document = golden_document()
    document["participants"][1]["anchors"] = {"cessation": "2026-06-14"}
    document["participants"][3]["exemptions"] *= 2
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(document))
    result = run("study", "evaluate", STUDY, path, "--now", NOW)

    assert (result.code, result.out) == (1, "")
    assert (
        "participants[1].anchors.cessation (G-02): 2026-06-14 is after W12 was answered"
        in result.err
    )
    assert "participants[3].exemptions" in result.err
    assert "overlap" in result.err


@pytest.mark.parametrize(
    ("approved", "status"), [(None, "missing"), ("2026-05-20T12:00:00Z", "exempt")]
)
def test_evaluate_leaves_a_late_exemption_without_effect_until_a_second_person_approved(
    run: Shell, tmp_path: Path, approved: str | None, status: str
) -> None:
    late = {
        "reason": "LANGUAGE", "from": "2026-02-05", "to": None,
        "recorded_at": "2026-05-16T12:00:00Z", "approved_at": approved,
    }  # fmt: skip
    document = golden_document()
    document["participants"] = [
        document["participants"][0] | {"responses": [], "exemptions": [late]}
    ]
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(document))

    report = run("study", "evaluate", STUDY, path, "--now", NOW, "--json").json
    found = {f["status"] for f in report["forms"] if f["timepoint"] == "W12"}
    assert found == {status}
    row = week_12(report)
    assert (row["expected"], row["exempt"]) == ((1, 0) if approved is None else (0, 1))


@pytest.mark.parametrize("now", ["2026-06-15", "2026-06-15T15:00:00", "noon", "0001-01-01T00:00Z"])
def test_evaluate_wants_an_instant_with_its_offset(run: Shell, golden: Path, now: str) -> None:
    assert run("study", "evaluate", STUDY, golden, "--now", now).code == 2


def test_plan_counts_before_anything_is_changed(run: Shell, golden: Path, tmp_path: Path) -> None:
    wider = written(
        tmp_path, ('version = "1"', 'version = "2"'), ("half_width = 14", "half_width = 21")
    )
    options = ("--from", STUDY, "--facts", golden, "--now", NOW)
    result = run("study", "plan", wider, *options)
    assert result.code == 0
    assert "moves 240 future forms" in result.out
    assert "touches 0 answered" in result.out
    assert "  Week 24: moves 80" in result.out
    counts = run("study", "plan", wider, *options, "--json").json
    assert (counts["moves"], counts["adds"], counts["touches_answered"]) == (240, 0, 0)


def test_plan_concerns_only_windows_after_the_effective_date(
    run: Shell, golden: Path, tmp_path: Path
) -> None:
    wider = written(
        tmp_path, ('version = "1"', 'version = "2"'), ("half_width = 14", "half_width = 21")
    )
    late = run(
        "study",
        "plan",
        wider,
        "--from",
        STUDY,
        "--facts",
        golden,
        "--now",
        NOW,
        "--effective",
        "2036-01-01",
        "--json",
    ).json
    assert late["moves"] == 0


def test_plan_says_what_is_missing(run: Shell, golden: Path, tmp_path: Path) -> None:
    other = written(tmp_path, ('key = "stop-her2"', 'key = "other"'))
    for arguments, says in (
        (("--from", STUDY), "--from needs --facts and --now"),
        (("--facts", str(golden)), "belong to --from"),
        (("--from", str(other), "--facts", str(golden), "--now", NOW), "is the study other"),
    ):
        result = run("study", "plan", STUDY, *arguments)
        assert result.code == 2
        assert says in result.err
