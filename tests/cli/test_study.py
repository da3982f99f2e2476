"""`sayso study check`, `simulate` and `show`: output, exit codes and the one sentence."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from sayso.resources import instruments_dir
from support.shell import Shell

STUDY = str(instruments_dir() / "studies" / "stop-her2.toml")
STOP = ("study", "simulate", STUDY, "--arm", "stop", "--anchor", "cessation=2026-01-20")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shipped study with pieces replaced, as another file."""
    text = Path(STUDY).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "study.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_verbs_are_listed_with_what_they_do(run: Shell) -> None:
    listed = run("study", "--help").out
    for verb in ("check", "evaluate", "plan", "show", "simulate"):
        assert f"\n  {verb} " in listed


@pytest.mark.parametrize("verb", ["check", "simulate", "evaluate", "plan", "show", "apply"])
def test_every_verb_has_help_with_an_example(run: Shell, verb: str) -> None:
    result = run("study", verb, "--help")
    assert result.code == 0
    assert f"For example: sayso study {verb}" in " ".join(result.out.split())


def test_check_says_that_a_file_is_in_order(run: Shell) -> None:
    result = run("study", "check", STUDY)
    assert result.code == 0
    assert "stop-her2 version 1 is in order." in result.out
    assert "UNOFFICIAL" in result.out


def test_check_names_every_fault_and_ends_with_one(run: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, ("opens = 70\n", "opens = 90\n"), ('"stop-her2"', '"stop her2"'))
    result = run("study", "check", path)
    assert result.code == 1
    assert f"{path}: timepoints.W12: the window is inverted" in result.err
    assert f"{path}: study.key: is 'stop her2'" in result.err
    assert result.out == ""


def test_check_prints_faults_as_json(run: Shell, tmp_path: Path) -> None:
    result = run("study", "check", written(tmp_path, ("opens = 70\n", "opens = 90\n")), "--json")
    assert result.code == 1
    assert not result.json["ok"]
    (fault,) = result.json["faults"]
    assert fault["key"] == "timepoints.W12"
    assert fault["mend"] == "write opens <= target <= closes"
    assert run("study", "check", STUDY, "--json").json["ok"]


def test_a_file_that_is_not_there_is_wrong_use(run: Shell) -> None:
    result = run("study", "check", "nowhere.toml")
    assert result.code == 2
    assert "nowhere.toml" in result.err


def test_simulate_prints_forms_visits_and_reminders(run: Shell) -> None:
    result = run(*STOP, "--zone", "America/New_York", "--json").json
    week_12 = next(form for form in result["forms"] if form["timepoint"] == "W12")
    assert week_12["questionnaire"] == "demo-hrqol"
    assert (week_12["opens"], week_12["target"], week_12["closes"]) == (
        "2026-03-31",
        "2026-04-14",
        "2026-04-28",
    )
    assert week_12["opens_at"] == "2026-03-31T04:00:00Z"
    assert week_12["target_at"] == "2026-04-14T04:00:00Z"
    assert week_12["closes_at"] == "2026-04-29T04:00:00Z"
    assert {visit["timepoint"] for visit in result["visits"]} >= {"W05", "Y10", "IMG.1"}
    reminder = next(entry for entry in result["reminders"] if entry["timepoint"] == "W12")
    assert (reminder["local"], reminder["utc"]) == (
        "2026-03-31T10:00:00",
        "2026-03-31T14:00:00Z",
    )


def test_simulate_merges_a_restart_and_leaves_the_calendar(run: Shell) -> None:
    event = ("--event", "restart_without_progression=2026-04-09")
    forms = run(*STOP, *event, "--json").json["forms"]
    assert {tuple(f["tags"]) for f in forms if f["timepoint"] == "W12"} == {("W12", "RST")}
    assert {f["target"] for f in forms if f["timepoint"] == "W24"} == {"2026-07-07"}


def test_simulate_sends_an_exempt_person_nothing_and_keeps_her_visits(run: Shell) -> None:
    result = run(*STOP, "--exempt-from", "2026-01-20", "--json").json
    assert result["reminders"] == []
    assert not any(form["asked"] for form in result["forms"])
    assert result["visits"] == run(*STOP, "--json").json["visits"]


def test_simulate_asks_again_when_an_exemption_ends(run: Shell) -> None:
    result = run(*STOP, "--exempt-from", "2026-01-20", "--exempt-to", "2026-03-21", "--json").json
    asked = {form["timepoint"] for form in result["forms"] if form["asked"]}
    assert "BL" not in asked
    assert "W12" in asked
    baseline = next(form for form in result["forms"] if form["timepoint"] == "BL")
    assert baseline["why_not"].startswith("Exempt")


def test_simulate_falls_silent_on_the_day_of_death(run: Shell) -> None:
    reminders = run(*STOP, "--event", "death=2026-04-03", "--json").json["reminders"]
    assert reminders
    assert all(entry["local"] < "2026-04-03" for entry in reminders)


def test_simulate_stops_at_the_day_asked_for(run: Shell) -> None:
    result = run(*STOP, "--until", "2026-04-03", "--json").json
    assert {form["timepoint"] for form in result["forms"]} == {"BL", "W12"}
    assert all(entry["local"][:10] <= "2026-04-03" for entry in result["reminders"])
    assert all(visit["opens"] <= "2026-04-03" for visit in result["visits"])


def test_simulate_prints_the_same_for_people(run: Shell) -> None:
    text = run(*STOP, "--event", "progression=2026-04-09", "--exempt-from", "2026-01-20").out
    assert text.startswith("UNOFFICIAL")
    assert "2026-03-31 / 2026-04-14 / 2026-04-28 (also PROG) Exempt" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--arm", "both", "--anchor", "cessation=2026-01-20"), "is no arm of this study"),
        (("--arm", "stop"), "add --anchor cessation=2026-01-31"),
        (("--arm", "continue"), "add --anchor enrolment=2026-01-31"),
        (("--arm", "stop", "--anchor", "birth=2026-01-20"), "is no anchor of this study"),
        (("--arm", "stop", "--anchor", "cessation"), "is not of the form name=2026-01-31"),
        (("--arm", "stop", "--anchor", "cessation=tomorrow"), "is no date"),
        (("--arm", "stop", "--anchor", "cessation=2026-02-30"), "is no date"),
        (("--arm", "stop", "--anchor", "cessation=20260220"), "is no date"),
        ((*STOP[3:], "--zone", "Mars/Olympus"), "There is no time zone 'Mars/Olympus'"),
        ((*STOP[3:], "--event", "relapse=2026-02-01"), "is no kind of event"),
        ((*STOP[3:], "--event", "death=2025-02-01"), "is before enrolment"),
        ((*STOP[3:], "--exempt-to", "2026-02-01"), "--exempt-to needs --exempt-from"),
        (
            (*STOP[3:], "--exempt-from", "2026-02-02", "--exempt-to", "2026-02-01"),
            "before it begins",
        ),
        ((*STOP[3:], "--hour", "24"), "24 is not in the range"),
    ],
)
def test_simulate_refuses_what_does_not_fit_in_one_sentence(
    run: Shell, arguments: tuple[str, ...], says: str
) -> None:
    result = run("study", "simulate", STUDY, *arguments)
    assert result.code == 2
    assert says in result.err
    assert result.out == ""


def test_show_prints_the_schedule_as_a_table(run: Shell) -> None:
    text = run("study", "show", STUDY).out
    assert "UNOFFICIAL" in text
    row = next(line for line in text.splitlines() if line.startswith("W12"))
    assert row.split()[:6] == ["W12", "Week", "12", "continue,", "stop", "84"]
    assert "core (switched off)" in text
    rows = run("study", "show", STUDY, "--json").json["rows"]
    assert [entry["id"] for entry in rows][:3] == ["BL", "W05", "W12"]


def test_show_writes_a_picture_that_says_the_same(run: Shell, tmp_path: Path) -> None:
    picture = tmp_path / "schedule.svg"
    assert run("study", "show", STUDY, "--svg", picture).code == 0
    root = ElementTree.parse(picture).getroot()
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for expected in ("Baseline", "Week 12", "70 to 98", "Year 10", "Core questionnaires"):
        assert expected in words
    assert any(word and word.startswith("UNOFFICIAL") for word in words)


def test_show_cannot_write_into_nowhere(run: Shell, tmp_path: Path) -> None:
    result = run("study", "show", STUDY, "--svg", tmp_path / "no" / "where.svg")
    assert result.code == 2
    assert "cannot be written" in result.err


def test_nothing_in_a_study_can_break_out_of_the_picture(run: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, ('label = "Week 12"', 'label = "<script>alert(1)</script>"'))
    picture = tmp_path / "schedule.svg"
    assert run("study", "show", path, "--svg", picture).code == 0
    root = ElementTree.parse(picture).getroot()
    assert not [element for element in root.iter() if element.tag.endswith("script")]
