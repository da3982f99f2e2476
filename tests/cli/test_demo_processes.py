"""A command beside the demonstration: waited for, reported when it fails, never left behind."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import click
import pytest

from sayso.cli._demo_processes import Children, meanwhile

PYTHON = sys.executable


def script(folder: Path, text: str) -> str:
    """A command that runs a few lines of Python."""
    path = folder / "beside.py"
    path.write_text(text)
    return f"{PYTHON} {path}"


class TestMeanwhile:
    def test_nothing_to_run_is_nothing_to_wait_for(self) -> None:
        with meanwhile("") as finished:
            finished()

    def test_what_it_was_to_make_is_there_when_the_waiting_ends(self, tmp_path: Path) -> None:
        made = tmp_path / "with a space"
        command = script(tmp_path, f"open({str(made)!r}, 'w').write('made')")
        with meanwhile(command) as finished:
            finished()
            assert made.read_text() == "made"

    def test_words_in_quotes_stay_together(self, tmp_path: Path) -> None:
        made = tmp_path / "two words"
        with meanwhile(f"touch '{made}'") as finished:
            finished()
        assert made.exists()

    def test_a_command_that_fails_stops_the_demonstration_and_is_named(self) -> None:
        with pytest.raises(click.ClickException) as said, meanwhile("false") as finished:
            finished()
        assert "`false` ended with 1" in said.value.message

    def test_a_command_that_is_not_there_is_said_before_any_work(self) -> None:
        reached = False
        with pytest.raises(click.ClickException) as said, meanwhile("/no/such/program"):
            reached = True
        assert "cannot be run" in said.value.message
        assert not reached

    def test_when_the_work_stumbles_nothing_stays_behind(self, tmp_path: Path) -> None:
        """Not even what the command has started in its turn."""
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        command = script(
            tmp_path,
            "import os, subprocess, sys\n"
            "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
            f"open({str(fifo)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
            "child.wait()\n",
        )
        watched: list[int] = []

        def stumble() -> None:
            with meanwhile(command):
                watched.extend(os.pidfd_open(int(word)) for word in fifo.read_text().split())
                raise KeyError("the inventing has failed")

        with pytest.raises(KeyError):
            stumble()
        for process in watched:
            # Readable once the process has ended; the grandchild is nobody's to wait for.
            assert select.select([process], [], [], 20)[0] == [process]
            os.close(process)
        assert len(watched) == 2


class TestChildren:
    def test_one_that_ends_by_itself_is_named_with_its_last_words(self, tmp_path: Path) -> None:
        children = Children(tmp_path, {})
        children.start("no-such-verb")
        children.running["no-such-verb"].wait()
        with pytest.raises(click.ClickException) as said:
            children.check()
        assert "`sayso no-such-verb` ended by itself" in said.value.message
        assert "No such command" in said.value.message
        children.end()

    def test_its_environment_is_ours_and_what_the_demonstration_adds(self, tmp_path: Path) -> None:
        children = Children(tmp_path, {"SAYSO_LOG_LEVEL": "SHOUTING"})
        children.start("config", "check")
        assert children.running["config"].wait() == 1
        children.end()
        assert "SAYSO_LOG_LEVEL" in (tmp_path / "config.log").read_text()

    def test_ending_twice_is_no_fault(self, tmp_path: Path) -> None:
        children = Children(tmp_path, {})
        children.start("--version")
        children.end()
        children.end()
        assert children.running["--version"].returncode is not None
