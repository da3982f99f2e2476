"""`sayso serve`: the real server on a real port, started and ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from sayso.resources import instruments_dir
from support.processes import free_port, running, wait_until


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A fresh, migrated database in a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
    found = kept | {"SAYSO_DATA_DIR": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-m", "sayso", "db", "upgrade"], env=found, check=True,
        capture_output=True,
    )  # fmt: skip
    return found


def serve(*options: str) -> list[str]:
    return [sys.executable, "-m", "sayso", "serve", *options]


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/live", timeout=5) as response:
            return bool(json.load(response) == {"live": True})
    except OSError:
        return False


def test_it_answers_until_it_is_told_to_stop(environment: dict[str, str], tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{(port := free_port())}"
    log = tmp_path / "log"

    with running(serve("--port", str(port), "--workers", "2"), environment, log) as process:
        wait_until(lambda: answers(address), "the server answers")
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as response:
            assert json.load(response)["database"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert not answers(address)
    assert f"Listening on {address}" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_every_worker_reads_the_figures_ahead(environment: dict[str, str], tmp_path: Path) -> None:
    study = instruments_dir() / "studies" / "stop-her2.toml"
    site = ("site", "add", "stop-her2", "BOS", "Boston", "--zone", "America/New_York")
    for verb in (("study", "publish", str(study)), site):
        subprocess.run(
            [sys.executable, "-m", "sayso", *verb], env=environment, check=True,
            capture_output=True,
        )  # fmt: skip
    log = tmp_path / "log"

    with running(serve("--port", "0", "--workers", "1"), environment, log):
        wait_until(lambda: "figures read ahead" in log.read_text(), "the worker has read them")


def test_a_port_in_use_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            serve("--port", str(port)), env=environment, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip

    assert ended.returncode == 1
    assert f"Port {port} is in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_lost_key_file_is_said_in_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "identifiers.key").unlink()

    ended = subprocess.run(
        serve("--port", "0"), env=environment, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert ended.returncode == 1
    assert "There is no key file" in ended.stderr
