"""What a person at the keyboard gets wrong: one sentence that helps, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.resources import instruments_dir
from support.shell import Shell

KEY = "stop-her2"
STUDY_FILE = instruments_dir() / "studies" / "stop-her2.toml"
FACTS = Path(__file__).parent  # Never read: the option before it is refused first.

ENROL = {
    "--site": "BOS",
    "--arm": "continue",
    "--enrolled": "2026-01-05",
    "--zone": "America/New_York",
}

# An enrolment with one thing wrong, and the word that tells what.
WRONG_ENROLMENTS = [
    ({"--site": "NOPE"}, "NOPE"),
    ({"--arm": "pause"}, "pause"),
    ({"--zone": "Mars/Olympus"}, "Mars/Olympus"),
    ({"--anchor": "birthday=2026-01-01"}, "birthday"),
    ({"--language": "klingon!"}, "klingon!"),
]

# Wrong use: the shell's own exit code for it, and the option or argument named.
WRONG_USE = [
    (("participant", "enrol", KEY), "CODE"),
    (("participant", "enrol", KEY, "P-1", "--enrolled", "yesterday"), "yesterday"),
    (("participant", "enrol", KEY, "P-1", "--anchor", "cessation"), "--anchor"),
    (("participant", "enrol", KEY, "P-1", "--anchor", "cessation=2026-02-30"), "2026-02-30"),
    (("participant", "code", KEY), "CODE"),
    (("site", "add", KEY, "BOS"), "NAME"),
    (("site", "add", KEY, "BOS", "Boston"), "--zone"),
    (("staff", "invite"), "EMAIL"),
    (("staff", "invite", "b@example.org"), "--role"),
    (("study", "simulate", STUDY_FILE), "--arm"),
    (("study", "simulate", STUDY_FILE, "--arm", "stop", "--hour", "24"), "--hour"),
    (("study", "evaluate", STUDY_FILE, FACTS), "FACTS"),
    (("study", "apply", STUDY_FILE, "--effective", "soon"), "soon"),
    (("study", "show", "no-such-file.toml"), "no-such-file.toml"),
    (("backup", "create"), "FOLDER"),
    (("backup", "create", "here", "--keep", "0"), "--keep"),
    (("instrument", "score", instruments_dir()), "ANSWERS"),
    (("dispatch",), "--once"),
    (("audit", "verify", "--anchor", "12"), "--anchor"),
]

# A thing that is not there, named in the sentence.
UNKNOWN_THINGS = [
    (("participant", "list", "no-study"), "no-study"),
    (("participant", "code", KEY, "P-404"), "P-404"),
    (("participant", "code", "no-study", "P-1"), "no-study"),
    (("site", "list", "no-study"), "no-study"),
    (("site", "add", "no-study", "BOS", "Boston", "--zone", "UTC"), "no-study"),
    (("staff", "disable", "nobody@example.org"), "no account"),
    (("export", "forms", "--study", "no-study"), "no-study"),
    (("export", "items", "--site", "NOPE"), "NOPE"),
]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One database with the study and a site; every test here must leave it as it was."""
    folder = tmp_path_factory.mktemp("refusals") / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAYSO_DATA_DIR", str(folder))
        patch.delenv("SAYSO_DATABASE_URL", raising=False)
        yield folder


@pytest.fixture
def shell(installation: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(capsys)
    if not installation.exists():
        for line in (
            ("db", "upgrade"),
            ("study", "publish", STUDY_FILE),
            ("site", "add", KEY, "BOS", "Boston", "--zone", "America/New_York"),
        ):
            assert shell(*line).code == 0
    return shell


@pytest.fixture
def unchanged(shell: Shell) -> Iterator[None]:
    """The trail has the same head after the test as before: nothing was written."""
    before = _head(shell)
    yield
    assert _head(shell) == before


def _head(shell: Shell) -> tuple[int, str]:
    said = shell("audit", "verify", "--json").json
    return said["events"], said["head"]


@pytest.mark.parametrize(("wrong", "named"), WRONG_ENROLMENTS)
@pytest.mark.usefixtures("unchanged")
def test_an_enrolment_that_cannot_be_right(shell: Shell, wrong: dict[str, str], named: str) -> None:
    words = [word for pair in {**ENROL, **wrong}.items() for word in pair]

    result = shell("participant", "enrol", KEY, "P-001", *words)

    assert result.code == 1
    assert named in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert result.out == ""


@pytest.mark.parametrize(("line", "named"), WRONG_USE, ids=lambda value: str(value)[:40])
@pytest.mark.usefixtures("unchanged")
def test_wrong_use_names_what_is_wrong(
    shell: Shell, line: tuple[str | Path, ...], named: str
) -> None:
    result = shell(*line)

    assert result.code == 2
    assert named in result.err
    assert result.out == ""


@pytest.mark.parametrize(("line", "named"), UNKNOWN_THINGS, ids=lambda value: str(value)[:40])
@pytest.mark.usefixtures("unchanged")
def test_a_thing_that_is_not_there_is_named(
    shell: Shell, line: tuple[str, ...], named: str
) -> None:
    result = shell(*line)

    assert result.code == 1
    assert named in result.err
    assert len(result.err.strip().splitlines()) == 1


@pytest.mark.usefixtures("unchanged")
def test_the_same_site_twice(shell: Shell) -> None:
    result = shell("site", "add", KEY, "BOS", "Boston again", "--zone", "America/New_York")

    assert result.code == 1
    assert "BOS" in result.err


@pytest.mark.usefixtures("unchanged")
def test_a_site_under_one_that_does_not_exist(shell: Shell) -> None:
    result = shell("site", "add", KEY, "SAT", "Satellite", "--zone", "UTC", "--parent", "NOPE")

    assert result.code == 1
    assert "NOPE" in result.err


@pytest.mark.usefixtures("unchanged")
def test_a_site_in_no_zone_of_this_world(shell: Shell) -> None:
    result = shell("site", "add", KEY, "MRS", "Mars", "--zone", "Mars/Olympus")

    assert result.code == 1
    assert "Mars/Olympus" in result.err


@pytest.mark.usefixtures("unchanged")
def test_a_study_file_that_is_no_toml(shell: Shell, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("key = ", "utf-8")

    for verb in ("check", "show", "publish"):
        result = shell("study", verb, broken)
        assert result.code == 1, verb
        assert "broken.toml" in result.err + result.out


@pytest.mark.usefixtures("unchanged")
def test_an_answers_file_that_is_a_picture(shell: Shell, tmp_path: Path) -> None:
    picture = tmp_path / "answers.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    folder = next(one for one in sorted(instruments_dir().glob("demo-*/*")) if one.is_dir())

    result = shell("instrument", "score", folder, picture)

    assert result.code in (1, 2)
    assert "answers.csv" in result.err
