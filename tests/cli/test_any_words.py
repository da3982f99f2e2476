"""Whatever somebody types, the command answers with a sentence and one of its exit codes.

Every verb is given words that were drawn at random: its own options in any order, dates that do
not exist, files of the wrong kind, control characters. A crash shows as an exception here, since
only named errors become a sentence.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.cli import main
from sayso.resources import instruments_dir

# These run until somebody ends them; what they refuse at the start has tests of its own.
ENDLESS = {"demo", "serve", "worker"}
STUDY_FILE = instruments_dir() / "studies" / "stop-her2.toml"
GARBAGE = (
    "", "-", "--", "---", "x", "0", "-1", "1e999", "P-001", "BOS", "stop-her2", "2026-02-30",
    "2026-01-05", "0000-00-00", "9999-12-31", "2026-01-05T00:00:00Z", "cessation=2026-01-05",
    "=", "a=b=c", "UTC", "America/New_York", "../..", "/dev/null", ".", "\x07", "\u202e", "ß" * 300,
    "%s%n", "'; DROP TABLE participant; --", "{}", "[]", "null",
)  # fmt: skip


def _leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that reach each command that does something."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from _leaves(found, (*path, name))
        elif found is not None and (*path, name)[0] not in ENDLESS:
            yield (*path, name)


LEAVES = sorted(_leaves(main.cli))


def _options(path: tuple[str, ...]) -> list[str]:
    """Every option that a command knows."""
    found: click.Command | None = main.cli
    for word in path:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert found is not None
    return [name for one in found.params if isinstance(one, click.Option) for name in one.opts]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Files of every sort, and an installation that random words may harm."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "empty").write_bytes(b"")
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    (folder / "list.json").write_text("[1, 2]", "utf-8")
    (folder / "deep.json").write_text("[" * 5000 + "]" * 5000, "utf-8")
    (folder / "other.toml").write_text('[study]\nkey = "x"\n', "utf-8")
    (folder / "table.csv").write_text("id,s1\n1,=cmd()\n", "utf-8")
    shutil.copy(STUDY_FILE, folder / "study.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAYSO_DATA_DIR", str(folder / "var"))
        patch.delenv("SAYSO_DATABASE_URL", raising=False)
        patch.chdir(folder)
        assert _run(["db", "upgrade"]) == 0
        assert _run(["study", "publish", "study.toml"]) == 0
        demo = next(one for one in sorted(instruments_dir().glob("demo-*/*")) if one.is_dir())
        yield [*sorted(one.name for one in folder.iterdir()), str(demo)]


def _run(words: list[str]) -> int:
    # Files go to standard output as bytes, so it must have a stream for them.
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, "utf-8", write_through=True)
    err = io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main.main(words)
    code = int(end.value.code or 0)
    said = err.getvalue() + raw.getvalue().decode()
    assert code == 0 or said.strip(), "it ended without a word"
    return code


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(data=st.data())
def test_any_words_get_an_answer(
    path: tuple[str, ...], files: list[str], data: st.DataObject
) -> None:
    word = st.sampled_from([*_options(path), *GARBAGE, *files])
    words = data.draw(st.lists(word, max_size=7))

    assert _run([*path, *words]) in (0, 1, 2, 130)
