"""Wrong files, dates, arms and anchors: one sentence that says what is wrong, and nothing printed.

Exit 2 is wrong use, exit 1 a file that was read and is wrong. No verb needs a database to say so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sayso.resources import instruments_dir
from support.golden import NOW, golden_document
from support.shell import Result, Shell

STUDY = str(instruments_dir() / "studies" / "stop-her2.toml")
STOP = ("--arm", "stop", "--anchor", "cessation=2026-01-20")
VERBS: dict[str, tuple[str, ...]] = {
    "check": (), "simulate": STOP, "evaluate": ("none.json", "--now", NOW),
    "plan": ("--from", STUDY, "--facts", "none.json", "--now", NOW),
    "apply": ("--yes",), "publish": (), "show": (),
}  # fmt: skip


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A folder with files of every wrong kind, and no database anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAYSO_DATA_DIR", str(tmp_path))
    (tmp_path / "folder").mkdir()
    for name, content in {
        "none.json": b'{"participants": []}', "broken.json": b"{", "list.json": b"[1]",
        "picture.json": b"\x89PNG\xff", "picture.toml": b"\x89PNG\xff", "broken.toml": b"key = [",
        "swallowed.toml": Path(STUDY).read_bytes().replace(b'key = "stop-her2"', b"key = 7", 1),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    return Shell(capsys)


def refused(result: Result, code: int, *says: str) -> None:
    assert (result.code, result.out) == (code, ""), result.err
    (line,) = result.err.splitlines()
    assert line.startswith("sayso: ")
    for words in says:
        assert words in line


FILES = {
    "nowhere.toml": (2, "File 'nowhere.toml' does not exist; see sayso study {verb} --help"),
    "folder": (2, "File 'folder' is a directory"),
    "picture.toml": (1, "picture.toml: file: is not UTF-8 text; save it as UTF-8"),
    "broken.toml": (1, "broken.toml: file: is not TOML"),
    "swallowed.toml": (1, "swallowed.toml: study.key: is 7"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("file", FILES)
def test_a_study_file_that_is_none_is_refused_by_every_verb(
    run: Shell, verb: str, file: str
) -> None:
    code, says = FILES[file]
    refused(run("study", verb, file, *VERBS[verb]), code, says.format(verb=verb))


FACTS = {
    "nowhere.json": (2, "File 'nowhere.json' does not exist"),
    "folder": (2, "File 'folder' is a directory"),
    "picture.json": (1, "picture.json: file: is not JSON"),
    "broken.json": (1, "broken.json: file: is not JSON"),
    STUDY: (1, "stop-her2.toml: file: is not JSON"),
}


@pytest.mark.parametrize("file", FACTS)
def test_a_facts_file_that_is_none_is_refused_by_both_verbs_that_read_one(
    run: Shell, file: str
) -> None:
    code, says = FACTS[file]
    refused(run("study", "evaluate", STUDY, file, "--now", NOW, "--json"), code, says)
    refused(run("study", "plan", STUDY, "--from", STUDY, "--facts", file, "--now", NOW), code, says)


def test_a_facts_file_of_another_shape_is_told_the_shape(run: Shell) -> None:
    result = run("study", "evaluate", STUDY, "list.json", "--now", NOW)
    assert (result.code, result.out) == (1, "")
    assert 'participants: is not a list; write "participants": [ ... ]' in result.err


USES = {
    "evaluate without a moment": (("evaluate", STUDY, "none.json"), "Missing option '--now'"),
    "evaluate at noon": (("evaluate", STUDY, "none.json", "--now", "noon"), "is no instant"),
    "evaluate by no rule": (
        ("evaluate", STUDY, "none.json", "--now", NOW, "--alive-rule", "never"), "window_close",
    ),
    "evaluate nobody": (("evaluate", STUDY), "Missing argument 'FACTS'"),
    "plan for no day": (("plan", STUDY, "--effective", "2026-13-01"), "is no date; write one"),
    "plan at no moment": (
        ("plan", STUDY, "--from", STUDY, "--facts", "none.json", "--now", "2026-06-15"),
        "names no zone",
    ),
    "apply tomorrow": (("apply", STUDY, "--effective", "tomorrow"), "'tomorrow' is no date"),
    "publish on no day": (("publish", STUDY, "--effective", "2026-02-30"), "is no date"),
    "publish from nowhere": (("publish", STUDY, "--instruments", "no"), "'no' does not exist"),
    "simulate no arm": (("simulate", STUDY), "Missing option '--arm'"),
    "simulate an arm of another study": (
        ("simulate", STUDY, "--arm", "both", *STOP[2:]), "write one of continue, stop",
    ),
    "simulate an anchor of another study": (
        ("simulate", STUDY, *STOP, "--anchor", "surgery=2026-01-20"), "one of enrolment, cessation",
    ),
    "simulate two dates of one anchor": (
        ("simulate", STUDY, *STOP, "--anchor", "cessation=2026-01-21"), "one anchor is given twice",
    ),
    "simulate until whenever": (("simulate", STUDY, *STOP, "--until", "ever"), "'ever' is no date"),
    "simulate a relapse": (
        ("simulate", STUDY, *STOP, "--event", "relapse=2026-02-01"), "is no kind of event",
    ),
    "check with a slip of the pen": (("check", STUDY, "--jsno"), "No such option"),
    "show into a folder": (("show", STUDY, "--svg", "folder"), "File 'folder' is a directory"),
    "show a file and a study": (("show", STUDY, "--study", "stop-her2"), "give either that or"),
    "no such verb": (("evalute",), "No such command 'evalute'"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), USES.values(), ids=USES)
def test_wrong_use_is_one_sentence_and_exit_two(
    run: Shell, arguments: tuple[str, ...], says: str
) -> None:
    refused(run("study", *arguments), 2, says)


@pytest.mark.parametrize("verb", ["apply", "publish", "plan", "show"])
def test_without_a_database_the_verbs_that_need_one_say_what_to_run(run: Shell, verb: str) -> None:
    file = () if verb == "show" else (STUDY,)
    refused(run("study", verb, *file), 1, "run first: sayso db upgrade")


PEOPLE: dict[str, tuple[dict[str, Any], str]] = {
    "an arm of another study": ({"arm": "both"}, "write one of continue, stop"),
    "an anchor of another study": (
        {"anchors": {"surgery": "2026-02-05"}}, "one of enrolment, cessation",
    ),
    "a date that is none": ({"enrolled": "2026-02-30"}, "write a date such as 2026-01-31"),
    "a zone of another world": ({"zone": "Mars/Olympus"}, "write a time zone"),
    "a field nobody knows": ({"subject": "G-01"}, "is not a known field"),
    "a questionnaire of another study": (
        {"responses": [{"timepoint": "W12", "authored_at": "2026-04-28T12:00:00Z",
                        "questionnaire": "fact-b"}]},
        "'fact-b' is no questionnaire of this study; write one of demo-hrqol",
    ),
    "a reason for a questionnaire of another study": (
        {"missing_reasons": [
            {"timepoint": "W12", "reason": "too_ill", "questionnaire": "demo-hrqol@2"}
        ]},
        "missing_reasons[0].questionnaire (G-01): 'demo-hrqol@2' is no questionnaire",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "says"), PEOPLE.values(), ids=PEOPLE)
def test_facts_that_do_not_fit_the_study_are_refused_by_both_verbs_that_read_them(
    run: Shell, tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    document = golden_document()
    document["participants"][0] |= changes
    (tmp_path / "facts.json").write_text(json.dumps(document))

    refused(run("study", "evaluate", STUDY, "facts.json", "--now", NOW), 1, "participants[0]", says)
    plan = run("study", "plan", STUDY, "--from", STUDY, "--facts", "facts.json", "--now", NOW)
    refused(plan, 1, "participants[0]", says)
